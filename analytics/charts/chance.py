"""Figures that show chance: the funnel, the waterfall of one agent's expectation, ranges of ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.charts.theme import ACCENT, GREY, Label, Say, figure, plain
from analytics.evaluation import Evaluation
from analytics.insight.funnel import Funnel, curves


def funnel_chart(evaluation: Evaluation, found: Funnel, label: Label, say: Say) -> go.Figure:
    """Rate by number of cases, the limits as lines: inside, luck explains it; outside, look for a reason."""
    lines = curves(found)
    fig = figure(
        height=480, margin={"l": 8, "r": 8, "t": 66, "b": 8},
        title={"text": say("funnel.chart", indicator=label(found.indicator)), "font": {"size": 14}, "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "top", "yref": "container", "pad": {"t": 8}},
        xaxis={"title": {"text": say("funnel.axis"), "font": {"size": 12}}, "rangemode": "tozero"},
        yaxis={"title": {"text": f"{label(found.indicator)} (%)", "font": {"size": 12}}, "ticksuffix": "%", "range": [max(0.0, 100 * float(found.rate.min()) - 8), min(101.0, 100 * float(found.rate.max()) + 6)]},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )  # fmt: skip
    ways = [("95", GREY, "dot", 1.3), ("998", GREY, "solid", 1.6)] + (
        [("_dispersed", "#8c6d1f", "dash", 1.3)] if found.tau2 > 0 else []
    )
    for way, colour, dash, width in ways:
        for side in ("low", "high"):
            fig.add_scatter(
                x=lines["n"], y=100 * lines[f"{side}{way}"], mode="lines", line={"color": colour, "dash": dash, "width": width}, name=say(f"funnel.limit{way}"), legendgroup=way,
                showlegend=side == "low", hoverinfo="skip",
            )  # fmt: skip
    fig.add_hline(y=100 * found.centre, line={"color": GREY, "width": 1})
    people, seen = evaluation.people.iloc[found.rows], evaluation.shown[found.rows]
    for outside, colour, symbol, name in (
        (False, "#8a8f98", "circle", "funnel.inside"),
        (True, "#d55e00", "diamond", "funnel.outside"),
    ):
        at = np.flatnonzero(seen & (found.outside998 == outside))
        fig.add_scatter(
            x=found.n[at], y=100 * found.rate[at], mode="markers", name=say(name), marker={"color": colour, "symbol": symbol, "size": 9 if outside else 7, "opacity": 0.85},
            text=[say("funnel.hover", name=plain(people["name"].iat[one]), rate=f"{100 * found.rate[one]:.1f}", n=int(found.n[one])) for one in at], hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    return fig


def waterfall_chart(steps: pd.DataFrame, say: Say, name: str) -> go.Figure:
    """From the company's rate to the agent's: what the book explains, and what the factors do not."""
    labels = [say(f"case_mix.step_{one}") if one != "agent" else plain(name) for one in steps["step"]]
    whole = steps["step"].isin(["company", "agent"])
    fig = figure(
        height=340, title={"text": say("case_mix.waterfall", name=plain(name)), "font": {"size": 14}, "x": 0, "xanchor": "left"},
        yaxis={"ticksuffix": "%", "range": [max(0.0, 100 * float(steps["value"][whole].min()) - 12), min(100.0, 100 * float(steps["value"][whole].max()) + 8)]}, xaxis={"type": "category"}, showlegend=False,
    )  # fmt: skip
    fig.add_waterfall(
        x=labels, y=(100 * steps["value"]).round(2), measure=["absolute" if one == "company" else "total" if one == "agent" else "relative" for one in steps["step"]],
        text=[f"{100 * value:.1f}" if total else f"{100 * value:+.1f}".replace("-", "−") for value, total in zip(steps["value"], whole, strict=True)], textposition="outside",
        increasing={"marker": {"color": "#009e73"}}, decreasing={"marker": {"color": "#d55e00"}}, totals={"marker": {"color": ACCENT}}, connector={"line": {"color": GREY, "width": 1}},
    )  # fmt: skip
    return fig
