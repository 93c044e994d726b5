"""The curve of a standard over the histogram of what agents reached."""

from __future__ import annotations

import numpy as np

from analytics.charts.theme import (
    ACCENT,
    FAINT,
    GREY,
    SPREAD_OF_VALUES,
    Drawing,
    Say,
    figure,
)
from analytics.evaluation.standards import Floats, points
from analytics.model import Indicator, Standard
from analytics.units import times

BINS = 24


def title(values: Floats, indicator: Indicator, standard: Standard, say: Say) -> str:
    """What a standard does to what agents reached: how many stand at full and at zero marks."""
    given = points(values[~np.isnan(values)], standard)
    if not len(given):
        return say("standards.chart_empty", indicator=indicator.label)
    full, zero = (100.0 * float(np.mean(given == mark)) for mark in (100.0, 0.0))
    shares = {"full": f"{full:.1f}", "zero": f"{zero:.1f}"}
    return say("standards.chart", indicator=indicator.label, n=len(given), **shares)


def standard_curve(values: Floats, indicator: Indicator, standard: Standard, say: Say) -> Drawing:
    """How many agents reached which value (bars), what points the standard gives for it (line), and
    the one in force (dotted)."""
    scale = times(indicator.unit)
    there = values[~np.isnan(values)] * scale
    knots = [*(np.array(standard.values) * scale), *(np.array(indicator.standard.values) * scale)]
    low, high = min([*knots, *there]), max([*knots, *there])
    pad = (high - low) * 0.05 or 1.0
    grid = np.linspace(low - pad, high + pad, 201)
    fig = figure(
        height=320,
        bargap=0.04,
        margin={"l": 8, "r": 8, "t": 44, "b": 8},
        xaxis={
            "title": {"text": say(f"unit.{indicator.unit}"), "font": {"size": 12}},
            "range": [low - pad, high + pad],
        },
        yaxis={
            "visible": False,
            "rangemode": "tozero",
        },  # how many is on each bar; one axis is read
        yaxis2={
            "title": {"text": say("column.points"), "font": {"size": 12}},
            "overlaying": "y",
            "side": "left",
            "range": [0, 104],
            "gridcolor": FAINT,
            "showgrid": False,
            "tickmode": "array",
            "tickvals": [0, 20, 40, 60, 80, 100],
        },
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
    )
    if len(there):
        counts, edges = np.histogram(there, BINS, (low - pad, high + pad))
        fig.add(
            "bar",
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            marker={"color": SPREAD_OF_VALUES},
            name=say("chart.agents_axis"),
            hovertemplate="%{x:.1f}: %{y}<extra></extra>",
        )
    fig.add(
        "scatter",
        x=grid,
        y=points(grid / scale, indicator.standard),
        mode="lines",
        line={"color": GREY, "width": 1.5, "dash": "dot"},
        name=say("standards.now"),
        yaxis="y2",
        hoverinfo="skip",
    )
    fig.add(
        "scatter",
        x=grid,
        y=points(grid / scale, standard),
        mode="lines",
        line={"color": ACCENT, "width": 2.5},
        name=say("standards.proposed"),
        yaxis="y2",
        hovertemplate="%{x:.1f} → %{y:.0f}<extra></extra>",
    )
    fig.add(
        "scatter",
        x=np.array(standard.values) * scale,
        y=list(standard.points),
        mode="markers",
        marker={"color": ACCENT, "size": 8},
        showlegend=False,
        yaxis="y2",
        hoverinfo="skip",
    )
    return fig
