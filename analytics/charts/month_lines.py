"""One indicator month by month, a small chart a person beside the median of their team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analytics.charts.theme import ACCENT, CLEAR, FAINT, GREY, Drawing, Say, figure, plain
from analytics.units import in_percent, times

SIDE = 4  # charts beside one another: a phone has room for their names and two months
CELL = 132  # pixels of a chart with its name and its months
BETWEEN = 0.02  # of the width
NAME = 12  # width of a name above a chart
ROOM = 0.08  # of the span of the values, above and below


def month_lines(
    months: pd.DataFrame,
    medians: Mapping[str, pd.Series],
    names: Mapping[str, str],
    unit: str,
    title: str,
    say: Say,
) -> Drawing:
    """`months` as insight/side_by_side gives it, with each value in `words`; `medians`: by person,
    their team's by month; `names`: whom to show, in this order. All axes are the same."""
    every = sorted(pd.to_datetime(months["month"]).unique())
    rows = max(-(-len(names) // SIDE), 1)
    shown = months[months["agent_id"].isin(names)]
    values = [shown["value"], *(line for line in medians.values())]
    ends = _span(pd.concat(values) * times(unit))
    fig = figure(
        height=CELL * rows + 56,
        margin={"l": 44, "r": 8, "t": 44, "b": 24},
        showlegend=False,
        hovermode="closest",
    )
    fig.note(
        x=0,
        xref="paper",
        xanchor="left",
        xshift=-40,
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=20,
        text=plain(title, 60),
        showarrow=False,
        font={"size": 12},
    )
    for place, (agent_id, name) in enumerate(names.items()):
        nth = "" if place == 0 else str(place + 1)
        fig.layout |= _axes(place, rows, nth, (every, ends, unit))
        fig.note(
            x=0,
            xref=f"x{nth} domain",
            xanchor="left",
            y=1,
            yref=f"y{nth} domain",
            yanchor="bottom",
            text=plain(name, NAME),
            showarrow=False,
            font={"size": 12},
        )
        axes = {"xaxis": f"x{nth}", "yaxis": f"y{nth}"}
        middle = medians[agent_id].reindex(every)
        _line(
            fig,
            every,
            (middle * times(unit)).round(3),
            **axes,
            line={"color": GREY, "width": 1},
            mode="lines",
            hovertemplate=say("compare.lines_median"),
        )
        mine = shown[shown["agent_id"] == agent_id].set_index("month").reindex(every)
        _line(
            fig,
            every,
            (mine["value"] * times(unit)).round(3),
            **axes,
            line={"color": ACCENT, "width": 2},
            mode="lines+markers",
            marker={"size": 4, "color": ACCENT},
            ids=[agent_id] * len(every),
            customdata=[
                [words, "—" if pd.isna(n) else f"{n:,.0f}"]
                for words, n in zip(mine["words"].fillna("—"), mine["n"], strict=True)
            ],
            hovertemplate=say("compare.lines_hover", who=plain(name)),
        )
    return fig


def _line(fig: Drawing, every: Sequence[pd.Timestamp], values: pd.Series, **look: object) -> None:
    """A line that has a gap where a month has no value."""
    fig.add(
        "scatter",
        x=[f"{month:%Y-%m-%d}" for month in every],
        y=values.tolist(),
        connectgaps=False,
        **look,
    )


def _span(values: pd.Series) -> list[float]:
    """The ends of every axis."""
    least, most = float(values.min()), float(values.max())
    pad = ROOM * ((most - least) or 1.0)
    return [least - pad, most + pad]


def _axes(
    place: int,
    rows: int,
    nth: str,
    scale: tuple[Sequence[pd.Timestamp], list[float], str],
) -> dict[str, object]:
    """Both axes of one small chart; months stand below the first column, values at its left."""
    every, ends, unit = scale
    column, row = place % SIDE, place // SIDE
    wide, high = 1.0 / SIDE, 1.0 / rows
    edge = pd.Timedelta(days=12)
    first, last = every[0], every[-1]
    return {
        f"xaxis{nth}": {
            "type": "date",
            "domain": [column * wide, (column + 1) * wide - BETWEEN],
            "anchor": f"y{nth}",
            "range": [f"{first - edge:%Y-%m-%d}", f"{last + edge:%Y-%m-%d}"],
            "tickvals": list(dict.fromkeys([f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"])),
            "ticktext": list(dict.fromkeys([f"{first:%y-%m}", f"{last:%y-%m}"])),
            "tickfont": {"size": 12},
            "showticklabels": column == 0 and row == rows - 1,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": False,
        },
        f"yaxis{nth}": {
            "domain": [1 - (row + 1) * high + 0.06 * high, 1 - row * high - 0.22 * high],
            "anchor": f"x{nth}",
            "range": ends,
            "nticks": 4,
            "ticksuffix": "%" if in_percent(unit) else "",
            "tickfont": {"size": 12},
            "showticklabels": column == 0,
            "gridcolor": FAINT if np.isfinite(ends).all() else CLEAR,
            "zeroline": False,
            "fixedrange": True,
            "automargin": False,
        },
    }
