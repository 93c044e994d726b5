"""The quadrant: two indicators, cut lines with value and kind, names and counts in the corners."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from analytics.charts.naming import LETTER, told_apart
from analytics.charts.quadrant_plan import (
    ASIDE,
    DOMAIN,
    HEIGHT,
    MARGIN,
    PAPER,
    REACH,
    ROOM,
    Plan,
    axis_range,
    fits,
    outstanding,
)
from analytics.charts.quadrant_points import (
    WIDE_OUTLIER,
    Look,
    Marked,
    Spots,
    density,
    groups_of,
    points,
    sizes,
    suffix,
)
from analytics.charts.theme import (
    BAND,
    GREY,
    LETTERS,
    QUADRANT_MARK,
    QUADRANT_WORDS,
    QUIET,
    SYMBOL,
    TICK,
    Label,
    Say,
    layout_of,
    plain,
)
from analytics.evaluation import Evaluation
from analytics.insight.quadrant import Placed
from analytics.model import QUADRANTS, Indicator

ALL_NAMED = 30  # points up to which all are named
TRAILED = 12  # of the chosen, who get their trail
NOBODY_MARKED = Marked()
NEAR_EDGE = 0.12  # share of an axis in which a cut line's words cannot stand in its middle


def quadrant_chart(
    evaluation: Evaluation,
    placed: Placed,
    rows: np.ndarray,
    look: Look,
    label: Label,
    say: Say,
    marked: Marked = NOBODY_MARKED,
) -> dict[str, Any]:
    """Every placed agent of `rows` as a point, in that order; above 20,000 as density with the
    outliers as points.

    A figure as Plotly's plain properties, {"data": [...], "layout": {...}}: building go.Figure
    checks and copies all of them, which costs a slider 30 ms at every step. The tests have Plotly
    check them instead. What hangs on the width of its place is in layout.meta.fits.
    """
    one_x, one_y = evaluation.catalogue[placed.x], evaluation.catalogue[placed.y]
    spots = Spots(evaluation, placed, rows, look, marked)
    plan = _plan(spots)
    layout = layout_of(
        height=HEIGHT,
        margin=MARGIN,
        xaxis={
            "title": {"text": _title(one_x, label, say), "standoff": 8},
            "ticksuffix": suffix(one_x),
            "range": list(plan.x_range),
            "showgrid": True,
            "zeroline": False,
            "automargin": False,
            "anchor": "free",
            "position": 0,
        },
        yaxis={
            "title": {"text": _title(one_y, label, say), "standoff": 8},
            "ticksuffix": suffix(one_y),
            "range": list(plan.y_range),
            "showgrid": True,
            "zeroline": False,
            "automargin": False,
            "domain": list(DOMAIN),
        },
        legend={
            "orientation": "h",
            "y": -MARGIN["b"] / PAPER,
            "yanchor": "top",
            "x": 0,
            "font": {"size": LETTER},
        },
        modebar={"orientation": "v"},
        showlegend=look.colour == "team",
        hovermode="closest",
    )
    traces = density(spots, say) if spots.crowd else [points(spots, label, say)]
    shapes, notes = _cuts(spots, plan, say)
    layout |= {
        "shapes": [*_bands(), *shapes, *_marks(spots, plan)],
        "annotations": notes,
        "meta": {"fits": _fits(spots, plan, say)},
    }
    return {"data": traces, "layout": layout}


def _plan(spots: Spots) -> Plan:
    """The axes around all points, and the points that are drawn with how far each reaches."""
    wide = np.broadcast_to(sizes(spots), len(spots.drawn)).astype(float)
    stretch = np.ones(len(spots.drawn))
    if not spots.crowd and spots.look.colour == "quadrant":
        symbols = [SYMBOL[str(name)] for name in spots.placed.quadrant[spots.rows]]
        stretch = np.array([REACH[symbol] for symbol in symbols])
    reach = wide / 2 * stretch + 1
    aside = {"x": ASIDE, "y": (float(reach.max()) + 4) / ROOM}
    x_range, y_range = (
        axis_range(values, spots.cut(axis), aside[axis], spots.indicator(axis).direction == "lower")
        for axis, values in (("x", spots.x), ("y", spots.y))
    )
    return Plan(x_range, y_range, spots.x[spots.drawn], spots.y[spots.drawn], reach)


def _fits(spots: Spots, plan: Plan, say: Say) -> list[dict[str, Any]]:
    """Names and corners: the chosen are named first, then the extremes, and all where they are
    few."""
    people, drawn = spots.evaluation.people, spots.rows[spots.drawn]
    place_of = {row: place for place, row in enumerate(drawn.tolist())}
    named = [place_of[row] for row in _wanted(spots) if row in place_of]
    cross = spots.cut("x"), spots.cut("y")
    named += outstanding(plan, spots.placed.quadrant[drawn], cross)
    if len(drawn) <= ALL_NAMED:
        named += range(len(drawn))
    named = list(dict.fromkeys(named))
    names = told_apart(
        [plain(name, TICK) for name in people["name"].to_numpy()[drawn[named]]],
        [plain(agent_id, TICK) for agent_id in people["agent_id"].to_numpy()[drawn[named]]],
    )
    legend = [group["name"] for group in groups_of(spots, say)[0]]
    corners = _corners(spots.placed, spots.rows, say)
    return fits(plan, named, names, corners, legend if spots.look.colour == "team" else [])


def _wanted(spots: Spots) -> list[int]:
    """The rows of whom the reader singled out, each once."""
    ringed = [] if spots.marked.ringed is None else [spots.marked.ringed]
    return list(dict.fromkeys([*ringed, *spots.marked.chosen]))


def _bands() -> list[dict[str, Any]]:
    """Plates for the words of the corners, above and below where the points are."""
    return [
        {
            "type": "rect",
            "xref": "paper",
            "yref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": low,
            "y1": high,
            "fillcolor": BAND,
            "line": {"width": 0},
            "layer": "below",
        }
        for low, high in ((0, DOMAIN[0]), (DOMAIN[1], 1))
    ]


def _marks(spots: Spots, plan: Plan) -> list[dict[str, Any]]:
    """A ring around the person whom every page shows, and the trails of the chosen."""
    out: list[dict[str, Any]] = []
    place_of = {row: place for place, row in enumerate(spots.rows.tolist())}
    for row in [row for row in _wanted(spots) if row in place_of][:TRAILED]:
        place = place_of[row]
        x, y = float(spots.x[place]), float(spots.y[place])
        if spots.stood is not None:
            was_x, was_y = float(spots.stood["x"][place]), float(spots.stood["y"][place])
            if not (math.isnan(was_x) or math.isnan(was_y)):
                out += [_trail((was_x, was_y), (x, y)), _circle((was_x, was_y), 4.0, "was")]
        if row == spots.marked.ringed:
            reach = WIDE_OUTLIER if spots.crowd else float(plan.reach[place])
            out.append(_circle((x, y), reach + 5, "ring"))
    return out


def _trail(before: tuple[float, float], now: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": before[0],
        "y0": before[1],
        "x1": now[0],
        "y1": now[1],
        "line": {"color": LETTERS, "width": 2, "dash": "dot"},
        "name": "trail",
    }


def _circle(middle: tuple[float, float], reach: float, name: str) -> dict[str, Any]:
    return {
        "type": "circle",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": middle[0],
        "yanchor": middle[1],
        "x0": -reach,
        "x1": reach,
        "y0": -reach,
        "y1": reach,
        "line": {"color": LETTERS, "width": 2},
        "name": name,
    }


def _cuts(
    spots: Spots, plan: Plan, say: Say
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The cut lines, and outside the plot, where no point can be, what they are and their
    values."""
    shapes: list[dict[str, object]] = []
    notes: list[dict[str, object]] = []
    for axis, line in (("x", spots.placed.x_cut), ("y", spots.placed.y_cut)):
        spot = spots.cut(axis)
        share = plan.share_of_x(spot) if axis == "x" else plan.share_of_y(spot)
        if not 0 <= share <= 1:
            continue
        other = "y" if axis == "x" else "x"
        shapes.append(
            {
                "type": "line",
                f"{axis}0": spot,
                f"{axis}1": spot,
                f"{other}0": 0,
                f"{other}1": 1,
                f"{other}ref": "paper",
                "line": {"color": GREY, "width": 1.4, "dash": "dash"},
                "layer": "below",
            }
        )
        note: dict[str, object] = {
            axis: spot,
            f"{other}ref": "paper",
            other: 1,
            "text": (" " if axis == "x" else "<br>").join(
                (say(f"cut.{line.kind}"), f"{spot:.1f}{suffix(spots.indicator(axis))}")
            ),
            "showarrow": False,
            "font": {"size": LETTER, "color": QUIET},
            "xanchor": "left",
            "yanchor": "middle",
            "align": "left",
        }
        if axis == "x":
            note |= {"xanchor": _side(share), "yanchor": "bottom"}
        notes.append(note)
    return shapes, notes


def _side(share: float) -> str:
    """Which side of a note stands at its line, `share` along the plan: near an edge the words turn
    inward."""
    if share < NEAR_EDGE:
        return "left"
    return "right" if share > 1 - NEAR_EDGE else "center"


def _corners(placed: Placed, rows: np.ndarray, say: Say) -> list[dict[str, Any]]:
    """Mark, name and count of every quadrant, in the band beyond its corner."""
    names = placed.quadrant[rows]
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": float(right),
            "xshift": -8 if right else 8,
            "y": 1 - DOMAIN[0] / 2 if top else DOMAIN[0] / 2,
            "xanchor": "right" if right else "left",
            "yanchor": "middle",
            "showarrow": False,
            "text": f"{QUADRANT_MARK[name]} <b>{say(f'quadrant.{name}')}</b> "
            f"{int((names == name).sum())}",
            "font": {"color": QUADRANT_WORDS[name]},
            "borderpad": 0,
        }
        for name, right, top in (
            ("role_model", True, True),
            ("service_gap", True, False),
            ("sales_gap", False, True),
            ("focus", False, False),
        )
    ]


def _title(indicator: Indicator, label: Label, say: Say) -> str:
    better = say("chart.lower_better") if indicator.direction == "lower" else ""
    return f"{plain(label(indicator.id))} ({say(f'unit.{indicator.unit}')}){better}"


def picked_rows(
    evaluation: Evaluation, placed: Placed, rows: np.ndarray, points: list[list[int]]
) -> np.ndarray:
    """The agents behind the selected (trace, point) pairs of the chart of `rows`."""
    spots = Spots(evaluation, placed, rows, Look(), NOBODY_MARKED)
    drawn = rows[spots.drawn]
    trace = 1 if spots.crowd else 0  # of a crowd, trace 0 is the density
    own = [point for curve, point in points if curve == trace]
    picked: np.ndarray = drawn[[point for point in own if point < len(drawn)]]
    return picked


def drawn_rows(placed: Placed, shown: np.ndarray) -> np.ndarray:
    """The agents that can be drawn, in the order of their points."""
    return np.flatnonzero(shown & np.isin(placed.quadrant, QUADRANTS))
