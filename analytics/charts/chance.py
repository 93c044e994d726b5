"""Figures that show chance: the funnel, the waterfall of one agent's expectation, ranges of
ranks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.charts.theme import (
    ACCENT,
    BAD,
    BEYOND_CHANCE,
    GOOD,
    GREY,
    NAMES,
    TEAMS,
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


def funnel_chart(evaluation: Evaluation, funnel: Funnel, label: Label, say: Say) -> Drawing:
    """Rate by number of cases, the limits as lines: inside, luck explains it; outside, look for a
    reason."""
    lines = curves(funnel)
    unit, name = evaluation.catalogue[funnel.indicator].unit, plain(label(funnel.indicator))
    percent = in_percent(unit)
    scale, suffix, digits = (100.0, "%", 1) if percent else (1.0, "", 2)
    rate = scale * funnel.rate
    room = 0.08 * max(float(rate.max() - rate.min()), 1e-9 if rate.max() > 0 else 1.0)
    fig = figure(
        height=480,
        margin={"l": 8, "r": 8, "t": 110 if funnel.tau2 > 0 else 66, "b": 8},
        title=over_legend(say("funnel.chart", indicator=name)),
        xaxis={
            "title": {
                "text": say("funnel.axis_independent" if funnel.together else "funnel.axis"),
                "font": {"size": 12},
            },
            "rangemode": "tozero",
        },
        yaxis={
            "title": {"text": f"{name} ({say(f'unit.{unit}')})", "font": {"size": 12}},
            "ticksuffix": suffix,
            "range": [
                max(0.0, float(rate.min()) - room),
                min(101.0 if percent else np.inf, float(rate.max()) + room),
            ],
        },
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
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
                name=say(f"funnel.limit{way}"),
                legendgroup=way,
                showlegend=side == "low",
                hoverinfo="skip",
            )
    fig.across(scale * funnel.centre, {"color": GREY, "width": 1})
    people, seen = evaluation.people.iloc[funnel.rows], evaluation.shown[funnel.rows]
    names = people["name"].to_numpy()
    for outside, colour, symbol, name in (
        (False, GREY, "circle", "funnel.inside"),
        (True, BAD, "diamond", "funnel.outside"),
    ):
        rows = np.flatnonzero(seen & (funnel.outside998 == outside))
        few = len(rows) <= NAMES
        fig.add(
            "scatter" if few else "scattergl",
            x=funnel.independent[rows],
            y=rate[rows],
            mode="markers",
            name=say(name),
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 9 if outside else 7,
                "opacity": 0.85 if few else 0.5,
            },
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
        title={
            "text": say("case_mix.waterfall", name=plain(name)),
            "font": {"size": 14},
            "x": 0,
            "xanchor": "left",
        },
        yaxis={
            "ticksuffix": "%",
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
        title={
            "text": say("case_mix.calibration"),
            "font": {"size": 14},
            "x": 0,
            "xanchor": "left",
        },
        showlegend=False,
        xaxis={
            "title": {"text": say("case_mix.expected_rate"), "font": {"size": 12}},
            "ticksuffix": "%",
        },
        yaxis={"title": {"text": say("case_mix.rate"), "font": {"size": 12}}, "ticksuffix": "%"},
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
    lines: pd.DataFrame, names: Mapping[str, str], percent: bool, title: str
) -> Drawing:
    """Month by month of a few agents, each named at the end of their line."""
    scale = 100.0 if percent else 1.0
    fig = figure(
        height=360,
        title={"text": title, "font": {"size": 14}, "x": 0, "xanchor": "left"},
        margin={"l": 8, "r": 90, "t": 40, "b": 8},
        xaxis={"type": "date", "tickformat": "%Y-%m", "nticks": 8},
        yaxis={"ticksuffix": "%" if percent else ""},
        showlegend=False,
    )
    ends = lines.groupby("agent_id", sort=False)["value"].last() * scale
    places = _apart(
        ends.to_numpy(),
        0.055 * max(float(scale * (lines["value"].max() - lines["value"].min())), 1e-9),
    )
    for place, (agent_id, rows) in enumerate(lines.groupby("agent_id", sort=False)):
        colour = TEAMS[place % len(TEAMS)]
        x, y = (
            rows["month"].dt.strftime("%Y-%m-%d").tolist(),
            (scale * rows["value"]).round(2).tolist(),
        )
        who, end = plain(names[str(agent_id)]), plain(names[str(agent_id)], TICK)
        fig.add(
            "scatter",
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            name=who,
            customdata=rows["n"].tolist(),
            hovertemplate=f"{who} %{{x|%Y-%m}}: %{{y:.1f}} (n = %{{customdata}})<extra></extra>",
        )
        fig.note(
            x=x[-1],
            y=float(places[place]),
            text=end,
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
