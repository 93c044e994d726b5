"""The points of a few people beside each other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analytics.charts.theme import GREY, TEAMS, TICK, Drawing, Label, Say, figure, plain, ticks

SYMBOLS = ("circle", "square", "diamond", "triangle-up")
ROW = 38  # pixels of an indicator
LABEL = 26  # width of an indicator's name: none is cut in either language
APART = 0.17  # of a row, between two people


def points_beside(
    beside: pd.DataFrame, names: Mapping[str, str], label: Label, say: Say, *, how_sure: bool
) -> Drawing:
    """Every indicator as a row, every person as a mark at their points, and how far chance reaches
    as a whisker; `beside` as insight/side_by_side gives it."""
    order = list(dict.fromkeys(beside["indicator"]))
    fig = figure(
        height=ROW * len(order) + 96,
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
        xaxis={
            "range": [-3, 103],
            "title": {"text": say("compare.axis"), "font": {"size": 12}},
            "zeroline": False,
        },
        yaxis={
            "range": [len(order) - 0.5, -0.5],
            "tickvals": list(range(len(order))),
            "ticktext": ticks(plain(label(name), LABEL) for name in order),
            "automargin": True,
            "zeroline": False,
        },
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        hovermode="closest",
    )
    people = list(names)
    for place, agent_id in enumerate(people):
        rows = beside[beside["agent_id"] == agent_id].set_index("indicator").reindex(order)
        shift = (place - (len(people) - 1) / 2) * APART
        reach = (
            {
                "type": "data",
                "symmetric": False,
                "array": (rows["points_high"] - rows["points"]).clip(lower=0).fillna(0).tolist(),
                "arrayminus": (rows["points"] - rows["points_low"])
                .clip(lower=0)
                .fillna(0)
                .tolist(),
                "thickness": 1,
                "width": 0,
                "color": GREY,
            }
            if how_sure
            else None
        )
        fig.add(
            "scatter",
            mode="markers",
            x=rows["points"].round(2).tolist(),
            y=[row + shift for row in range(len(order))],
            name=plain(names[agent_id], TICK),
            ids=[agent_id] * len(order),
            marker={"size": 10, "symbol": SYMBOLS[place], "color": TEAMS[place]},
            error_x=reach,
            customdata=[
                [plain(label(name)), words, "—" if pd.isna(n) else f"{n:,.0f}"]
                for name, words, n in zip(order, rows["words"], rows["n"], strict=True)
            ],
            hovertemplate=say("compare.hover", who=plain(names[agent_id])),
        )
    return fig
