"""Figures that show chance: the funnel, the waterfall of one agent's expectation, ranges of
ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.charts.naming import Field, named_fits, told_apart
from analytics.charts.theme import (
    ACCENT,
    BAD,
    BEYOND_CHANCE,
    GOOD,
    GREY,
    NAMES,
    QUADRANT_WORDS,
    QUIET,
    TICK,
    Drawing,
    Label,
    Say,
    figure,
    over_legend,
    plain,
    ticks,
)
from analytics.evaluation import Evaluation
from analytics.insight.funnel import Funnel, curves
from analytics.units import in_percent

FUNNEL = 460  # pixels that the funnel is high
SIDES = {"l": 62, "r": 76, "t": 14, "b": 56}  # pixels around the funnel, and for its lines' names
NAMED = 12  # of those outside
DASHES = ("solid", "dash", "dot", "dashdot")  # tell lines of one colour apart
# The colour and the arrow of whoever keeps getting better, of whoever does not, and of others.
WAYS = {
    True: (QUADRANT_WORDS["role_model"], "↗ "),
    False: (QUADRANT_WORDS["focus"], "↘ "),
    None: (ACCENT, ""),
}


def funnel_chart(
    evaluation: Evaluation, funnel: Funnel, label: Label, say: Say, chosen: str | None = None
) -> Drawing:
    """Rate by number of cases, the limits as lines: inside, luck explains it; outside, look for a
    reason. Whoever is outside is named, and the `chosen` person ringed."""
    lines = curves(funnel)
    unit, name = evaluation.catalogue[funnel.indicator].unit, plain(label(funnel.indicator))
    percent = in_percent(unit)
    scale, suffix, digits = (100.0, "%", 1) if percent else (1.0, "", 2)
    rate = scale * funnel.rate
    room = 0.08 * max(float(rate.max() - rate.min()), 1e-9 if rate.max() > 0 else 1.0)
    y_range = (
        max(-room / 2, float(rate.min()) - room),
        min(100.0 + room / 2 if percent else np.inf, float(rate.max()) + room),
    )
    widest = float(lines["n"].max())
    x_range = (0.0, 1.03 * widest)
    fig = figure(
        height=FUNNEL,
        margin=SIDES,
        xaxis={
            "title": {
                "text": say("funnel.axis_independent" if funnel.together else "funnel.axis_unit"),
                "font": {"size": 12},
            },
            "range": list(x_range),
            "automargin": False,
        },
        yaxis={
            "title": {"text": f"{name} ({say(f'unit.{unit}')})", "font": {"size": 12}},
            "range": list(y_range),
            "automargin": False,
        },
        showlegend=False,
    )
    ways = [("95", GREY, "dot", 1.3), ("998", GREY, "solid", 1.6)] + (
        [("_dispersed", BEYOND_CHANCE, "dash", 1.3)] if funnel.tau2 > 0 else []
    )
    for way, colour, dash, width in ways:
        for side in ("low", "high"):
            fig.add(
                "scatter",
                x=lines["n"],
                y=scale * lines[f"{side}{way}"],
                mode="lines",
                line={"color": colour, "dash": dash, "width": width},
                hoverinfo="skip",
            )
    fig.across(scale * funnel.centre, {"color": GREY, "width": 1})
    low, high = (
        [scale * float(lines[f"{side}{way}"][-1]) for way, *_ in ways] for side in ("low", "high")
    )
    # The limits are named on the side where they lie farther apart.
    apart = [abs(np.subtract(*np.clip(side[:2], *y_range))) for side in (low, high)]
    ends = {
        say(f"funnel.limit{way}"): y
        for (way, *_), y in zip(ways, low if apart[0] >= apart[1] else high, strict=True)
    }
    middle = scale * funnel.centre
    ends[say("funnel.centre", value=f"{middle:.{digits}f}{suffix}")] = middle
    _line_names(fig, ends, y_range)
    people, seen = evaluation.people.iloc[funnel.rows], evaluation.shown[funnel.rows]
    names, ids = people["name"].to_numpy(), people["agent_id"].to_numpy(dtype=str)
    for outside, colour, symbol in ((False, GREY, "circle"), (True, BAD, "diamond")):
        rows = np.flatnonzero(seen & (funnel.outside998 == outside))
        few = len(rows) <= NAMES
        opacity = 0.85 if few else 0.5
        fig.add(
            "scatter" if few else "scattergl",
            x=funnel.independent[rows],
            y=rate[rows],
            ids=ids[rows],
            mode="markers",
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 10 if outside else 8,
                "opacity": opacity,
            },
            unselected={"marker": {"opacity": opacity}},
            text=[
                say(
                    "funnel.hover",
                    name=plain(names[row]),
                    rate=f"{rate[row]:.{digits}f}{suffix}",
                    n=int(funnel.n[row]),
                )
                for row in rows
            ]
            if few
            else None,
            hovertemplate="%{text}<extra></extra>" if few else "%{x}: %{y:.1f}<extra></extra>",
        )
    shown = np.flatnonzero(seen)
    field = Field(
        x_range,
        y_range,
        FUNNEL - SIDES["t"] - SIDES["b"],
        SIDES["l"] + SIDES["r"],
        funnel.independent[shown],
        rate[shown],
        np.where(funnel.outside998[shown], 7.0, 5.0),
    )
    far = shown[funnel.outside998[shown]]
    far = far[np.argsort(-np.abs(rate[far] - scale * funnel.centre), kind="stable")]
    _name(fig, field, names[shown], ids[shown], [ids[row] for row in far[:NAMED]], chosen)
    return fig


def _line_names(fig: Drawing, ends: Mapping[str, float], view: tuple[float, float]) -> None:
    """What the lines are, at the right of the plot; of lines that end elsewhere nothing."""
    seen = {name: y for name, y in ends.items() if view[0] <= y <= view[1]}
    places = _apart(np.array(list(seen.values())), 17 * (view[1] - view[0]) / (FUNNEL - 70))
    for name, y in zip(seen, places, strict=True):
        fig.note(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=4,
            y=float(y),
            text=name,
            showarrow=False,
            font={"size": 12, "color": QUIET},
        )


def _name(
    fig: Drawing,
    field: Field,
    names: np.ndarray,
    ids: np.ndarray,
    some: Sequence[str],
    chosen: str | None,
) -> None:
    """Name some marks, and ring the chosen one, who is named first."""
    place_of = {str(agent_id): place for place, agent_id in enumerate(ids)}
    wanted = list(dict.fromkeys(agent for agent in (chosen, *some) if agent in place_of))
    told = told_apart(
        [plain(names[place_of[agent]], TICK) for agent in wanted],
        [plain(agent, TICK) for agent in wanted],
    )
    places = {place_of[agent]: name for agent, name in zip(wanted, told, strict=True)}
    fig.layout["meta"] = {"fits": named_fits(field, places)}
    if chosen in place_of:
        place = place_of[str(chosen)]
        reach = float(field.reach[place]) + 4
        fig.ring(float(field.x[place]), float(field.y[place]), reach)


def expected_chart(table: pd.DataFrame, say: Say, chosen: str | None = None) -> Drawing:
    """Rates beside those expected of each book: on the line all is as expected. Whoever lies
    outside luck is named, and the `chosen` person ringed."""
    x, y = (100 * table[name].to_numpy(dtype=float) for name in ("expected_rate", "rate"))
    ranges = []
    for values in (x, y):
        room = 0.06 * max(float(np.ptp(values)), 1.0)
        ranges.append((float(values.min()) - room, float(values.max()) + room))
    fig = figure(
        height=FUNNEL,
        margin=SIDES,
        xaxis={
            "title": {"text": say("case_mix.axis_expected"), "font": {"size": 12}},
            "range": list(ranges[0]),
            "automargin": False,
        },
        yaxis={
            "title": {"text": say("case_mix.axis_rate"), "font": {"size": 12}},
            "range": list(ranges[1]),
            "automargin": False,
        },
        showlegend=False,
    )
    low, high = max(ranges[0][0], ranges[1][0]), min(ranges[0][1], ranges[1][1])
    fig.add(
        "scatter",
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": GREY, "width": 1.3, "dash": "dot"},
        hoverinfo="skip",
    )
    _line_names(fig, {say("case_mix.as_line"): high}, ranges[1])
    names, ids = table["name"].to_numpy(), table["agent_id"].to_numpy(dtype=str)
    told, outside = table["enough"].to_numpy(dtype=bool), table["outside"].to_numpy(dtype=bool)
    n = table["n"].to_numpy(dtype=float)
    kinds = (
        (~told, GREY, "circle-open", 7, 0.6),
        (told & ~outside, GREY, "circle", 8, 0.85),
        (told & outside, BAD, "diamond", 10, 0.9),
    )
    for kind, colour, symbol, size, opacity in kinds:
        rows = np.flatnonzero(kind)
        fig.add(
            "scatter",
            x=x[rows].round(2),
            y=y[rows].round(2),
            ids=ids[rows],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": size, "opacity": opacity},
            unselected={"marker": {"opacity": opacity}},
            text=[
                say(
                    "case_mix.hover",
                    name=plain(names[row]),
                    expected=f"{x[row]:.1f}",
                    rate=f"{y[row]:.1f}",
                    n=f"{n[row]:,.0f}",
                )
                for row in rows
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    far = np.flatnonzero(told & outside)
    far = far[np.argsort(-np.abs(y[far] - x[far]), kind="stable")]
    tall = FUNNEL - SIDES["t"] - SIDES["b"]
    field = Field(ranges[0], ranges[1], tall, SIDES["l"] + SIDES["r"], x, y, np.full(len(x), 5.0))
    _name(fig, field, names, ids, [ids[row] for row in far[:NAMED]], chosen)
    return fig


# what a bar of the waterfall starts from; all others from the one before
MEASURED = {"company": "absolute", "agent": "total"}


def waterfall_chart(steps: pd.DataFrame, say: Say, name: str) -> Drawing:
    """From the company's rate to the agent's: what the book explains, and what the factors do
    not."""
    labels = ticks(
        say(f"case_mix.step_{step}") if step != "agent" else plain(name, TICK)
        for step in steps["step"]
    )
    whole = steps["step"].isin(["company", "agent"])
    fig = figure(
        height=340,
        yaxis={
            "title": {"text": say("case_mix.axis_rate"), "font": {"size": 12}},
            "range": [
                max(0.0, 100 * float(steps["value"][whole].min()) - 12),
                min(100.0, 100 * float(steps["value"][whole].max()) + 8),
            ],
        },
        xaxis={"type": "category"},
        showlegend=False,
    )
    fig.add(
        "waterfall",
        x=labels,
        y=(100 * steps["value"]).round(2),
        measure=[MEASURED.get(step, "relative") for step in steps["step"]],
        text=[
            f"{100 * value:.1f}" if total else f"{100 * value:+.1f}".replace("-", "−")
            for value, total in zip(steps["value"], whole, strict=True)
        ],
        textposition="outside",
        increasing={"marker": {"color": GOOD}},
        decreasing={"marker": {"color": BAD}},
        totals={"marker": {"color": ACCENT}},
        connector={"line": {"color": GREY, "width": 1}},
    )
    return fig


def calibration_chart(tenths: pd.DataFrame, say: Say) -> Drawing:
    """Expected against observed rates in ten parts of the cases: on the line, expectations can be
    believed."""
    low, high = (
        100 * float(tenths[["expected", "low"]].min().min()) - 2,
        100 * float(tenths[["expected", "high"]].max().max()) + 2,
    )
    fig = figure(
        height=280,
        showlegend=False,
        xaxis={"title": {"text": say("case_mix.axis_expected"), "font": {"size": 12}}},
        yaxis={"title": {"text": say("case_mix.axis_rate"), "font": {"size": 12}}},
    )
    fig.add(
        "scatter",
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    observed = 100 * tenths["observed"]
    fig.add(
        "scatter",
        x=(100 * tenths["expected"]).round(2).tolist(),
        y=observed.round(2).tolist(),
        mode="markers",
        marker={"color": ACCENT, "size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (100 * tenths["high"] - observed).round(2).tolist(),
            "arrayminus": (observed - 100 * tenths["low"]).round(2).tolist(),
            "thickness": 1,
            "width": 3,
        },
        customdata=tenths["n"].tolist(),
        hovertemplate=say("case_mix.calibration_hover"),
    )
    return fig


def event_lines(periods: pd.DataFrame, say: Say) -> Drawing:
    """Coached agents and their peers, period by period: what happened between the last two is the
    question."""
    fig = figure(
        height=320,
        title=over_legend(say("proof.chart")),
        margin={"l": 8, "r": 8, "t": 66, "b": 8},
        xaxis={"type": "category"},
        yaxis={
            "ticksuffix": "%",
            "title": {"text": say("proof.axis"), "font": {"size": 12}},
            "range": [
                100 * float(periods["rate"].min()) - 2,
                100 * float(periods["rate"].max()) + 2,
            ],
        },
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
    )
    for side, colour, dash in (("peers", GREY, "dot"), ("coached", ACCENT, "solid")):
        rows = periods[(periods["side"] == side) & periods["rate"].notna()]
        fig.add(
            "scatter",
            x=rows["months"].tolist(),
            y=(100 * rows["rate"]).round(2),
            mode="lines+markers+text",
            name=say(f"proof.side_{side}"),
            line={"color": colour, "dash": dash, "width": 2.5},
            text=[f"{100 * rate:.1f}" for rate in rows["rate"]],
            textposition="top center" if side == "coached" else "bottom center",
            cliponaxis=False,
            customdata=rows["n"].tolist(),
            hovertemplate=say("proof.hover", side=say(f"proof.side_{side}")),
        )
    return fig


def trend_lines(
    lines: pd.DataFrame,
    names: Mapping[str, str],
    better: Mapping[str, bool | None],
    axes: tuple[str, str],
    chosen: str | None = None,
) -> Drawing:
    """Month by month of a few agents (in what is drawn), each named at the end of their line; who
    gets `better` and who does not by arrow and colour, and in the accent whoever is shown for other
    reasons; the `chosen` person's line is thick. `axes`: what stands at them."""
    across, upward = axes
    fig = figure(
        height=380,
        margin={"l": 8, "r": 100, "t": 14, "b": 8},
        xaxis={
            "title": {"text": across, "font": {"size": 12}},
            "type": "date",
            "tickformat": "%Y-%m",
            "nticks": 8,
        },
        yaxis={"title": {"text": upward, "font": {"size": 12}}},
        showlegend=False,
    )
    ends = lines.groupby("agent_id", sort=False)["value"].last()
    places = _apart(
        ends.to_numpy(),
        0.055 * max(float(lines["value"].max() - lines["value"].min()), 1e-9),
    )
    for place, (agent_id, rows) in enumerate(lines.groupby("agent_id", sort=False)):
        colour, arrow = WAYS[better.get(str(agent_id))]
        x, y = (
            rows["month"].dt.strftime("%Y-%m-%d").tolist(),
            rows["value"].round(2).tolist(),
        )
        who, end = plain(names[str(agent_id)]), plain(names[str(agent_id)], TICK)
        fig.add(
            "scatter",
            x=x,
            y=y,
            ids=[str(agent_id)] * len(x),
            mode="lines+markers",
            line={
                "color": colour,
                "width": 4 if agent_id == chosen else 2,
                "dash": DASHES[place % len(DASHES)],
            },
            marker={"size": 6},
            unselected={"marker": {"opacity": 1}},
            name=who,
            customdata=rows["n"].tolist(),
            hovertemplate=f"{who} %{{x|%Y-%m}}: %{{y:.1f}} (n = %{{customdata}})<extra></extra>",
        )
        fig.note(
            x=x[-1],
            y=float(places[place]),
            text=f"{arrow}{end}",
            showarrow=False,
            xanchor="left",
            xshift=6,
            font={"color": colour, "size": 12},
        )
    return fig


def _apart(values: np.ndarray, least: float) -> np.ndarray:
    """The same values, moved up where two would stand closer than `least`, so that names can be
    read."""
    out = values.astype(float).copy()
    order = np.argsort(out, kind="stable")
    for below, above in pairwise(order):
        out[above] = max(out[above], out[below] + least)
    return out
