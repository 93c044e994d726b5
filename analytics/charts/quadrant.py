"""The quadrant: two indicators, cut lines with value and kind, names and counts in the corners."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.charts.theme import (
    DENSITY,
    GREY,
    NAMES,
    PLATE,
    PLATE_OF_CUT,
    QUADRANT,
    RIM,
    SYMBOL,
    TICK,
    Label,
    Say,
    layout_of,
    plain,
    team_colours,
)
from analytics.evaluation import Evaluation
from analytics.insight.certainty import certainty, range_text
from analytics.insight.quadrant import CutLine, Placed
from analytics.model import QUADRANTS, Indicator
from analytics.units import in_percent, times

MOST_POINTS = 20_000
BINS = 80
OUTLIERS = 300


@dataclass(frozen=True)
class Look:
    """How points are drawn: colour by quadrant or team, size by policies or all alike."""

    colour: str = "quadrant"
    sized: bool = True
    how_sure: bool = True  # the 95 % ranges in the hover


def quadrant_chart(
    evaluation: Evaluation, placed: Placed, rows: np.ndarray, look: Look, label: Label, say: Say
) -> dict[str, Any]:
    """Every placed agent of `rows` as a point, in that order; above 20,000 as density with the
    outliers as points.

    A figure as Plotly's plain properties, {"data": [...], "layout": {...}}: building go.Figure
    checks and copies all of them, which costs a slider 30 ms at every step. The tests have Plotly
    check them instead.
    """
    catalogue = evaluation.catalogue
    one_x, one_y = catalogue[placed.x], catalogue[placed.y]
    x, y = _shown(placed.x_value[rows], one_x), _shown(placed.y_value[rows], one_y)
    layout = layout_of(
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        xaxis={
            "title": {"text": _title(one_x, label, say)},
            "ticksuffix": _suffix(one_x),
            "autorange": "reversed" if one_x.direction == "lower" else True,
            "showgrid": True,
            "zeroline": False,
        },
        yaxis={
            "title": {"text": _title(one_y, label, say)},
            "ticksuffix": _suffix(one_y),
            "autorange": "reversed" if one_y.direction == "lower" else True,
            "showgrid": True,
            "zeroline": False,
        },
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}},
        showlegend=look.colour == "team",
        hovermode="closest",
    )
    spots = _Spots(evaluation, placed, rows, x, y)
    many = len(rows) > MOST_POINTS
    traces = _density(spots, say) if many else [_points(spots, look, label, say)]
    shapes, notes = _cuts(placed, one_x, one_y, say)
    layout |= {"shapes": shapes, "annotations": [*notes, *_corners(placed, rows, say)]}
    return {"data": traces, "layout": layout}


ARMED = 12  # selected points that get their arms


def arms(evaluation: Evaluation, placed: Placed, rows: np.ndarray) -> list[dict[str, Any]]:
    """The 95 % range of both values of the selected agents, as shapes: an arm along each axis;
    nothing where no range is known."""
    out: list[dict[str, Any]] = []
    for axis, name, values, other in (
        ("x", placed.x, placed.y_value, placed.y),
        ("y", placed.y, placed.x_value, placed.x),
    ):
        sure = certainty(evaluation.measured, name)
        if sure is None:
            continue
        indicator, beside = evaluation.catalogue[name], evaluation.catalogue[other]
        low, high, across = (
            _shown(sure.low[rows], indicator),
            _shown(sure.high[rows], indicator),
            _shown(values[rows], beside),
        )
        cross = "y" if axis == "x" else "x"
        for row, start, end, level in zip(
            rows[:ARMED].tolist(), low.tolist(), high.tolist(), across.tolist(), strict=False
        ):
            if not (math.isnan(start) or math.isnan(end)):
                line = {"color": QUADRANT[str(placed.quadrant[row])], "width": 2}
                out.append(
                    {
                        "type": "line",
                        f"{axis}0": start,
                        f"{axis}1": end,
                        f"{cross}0": level,
                        f"{cross}1": level,
                        "line": line,
                    }
                )
    return out


@dataclass(frozen=True)
class _Spots:
    """The agents who are drawn, as rows of the evaluation, and where each stands on both axes."""

    evaluation: Evaluation
    placed: Placed
    rows: np.ndarray
    x: np.ndarray
    y: np.ndarray

    @property
    def few(self) -> bool:
        """Whether they are so few that each is named."""
        return len(self.rows) <= NAMES

    @property
    def due(self) -> np.ndarray:
        """Policies due of each; NaN where they were not counted."""
        people = self.evaluation.people
        if "due_policies" not in people:
            return np.full(len(self.rows), np.nan)
        due: np.ndarray = people["due_policies"].to_numpy(dtype=float, na_value=np.nan)[self.rows]
        return due


def _points(spots: _Spots, look: Look, label: Label, say: Say) -> dict[str, Any]:
    few = spots.few
    groups, codes = _groups(spots, look, say)
    trace: dict[str, Any] = {
        "type": "scatter" if few else "scattergl",
        "x": spots.x.astype("float32"),
        "y": spots.y.astype("float32"),
        "mode": "markers",
        "marker": {
            "color": codes,
            "size": _sizes(spots, look),
            "opacity": 0.82 if few else 0.55,
            "line": {"width": 0.6 if few else 0, "color": RIM},
        },
        "selected": {"marker": {"opacity": 1.0}},
        "unselected": {"marker": {"opacity": 0.25}},
        "ids": spots.evaluation.people["agent_id"].to_numpy(dtype=str)[spots.rows],
        # the component draws a trace a group: recolouring point by point is 3 times slower
        "meta": {"groups": groups},
    }
    if few:
        trace["text"] = np.array(_hovers(spots, look, label, say))
        trace["hovertemplate"] = "%{text}<extra></extra>"
    else:
        trace["hovertemplate"] = (
            f"{plain(label(spots.placed.x))} %{{x:.1f}}<br>{plain(label(spots.placed.y))} "
            f"%{{y:.1f}}<extra></extra>"
        )
    return trace


def _sizes(spots: _Spots, look: Look) -> np.ndarray | float:
    """The area of a point is the policies due."""
    due = spots.due
    if not look.sized or not np.nanmax(due, initial=0.0) > 0:
        return 10.0 if spots.few else 5.0
    # Ten thousand large markers hide each other, and cost a machine without a graphics card
    # half a second a step.
    least, span = (6, 16) if spots.few else (2, 4)
    share = np.nan_to_num(due, nan=0.0) / float(np.nanmax(due))
    sizes: np.ndarray = (least + span * np.sqrt(share)).round(1).astype("float32")
    return sizes


def _groups(spots: _Spots, look: Look, say: Say) -> tuple[list[dict[str, Any]], np.ndarray]:
    """What the points are told apart by, and the group of each."""
    if look.colour == "team":
        team_of = [team or "" for team in spots.evaluation.people["team"].iloc[spots.rows]]
        teams = sorted({team for team in team_of if team})
        palette = team_colours(teams)
        groups = [{"name": plain(team, TICK), "marker": {"color": palette[team]}} for team in teams]
        groups.append({"name": say("common.no_team"), "marker": {"color": GREY}})
        place_of = {team: place for place, team in enumerate(teams)}
        return groups, np.array(
            [place_of.get(team, len(teams)) for team in team_of], dtype="float32"
        )
    groups = [
        {
            "name": say(f"quadrant.{name}"),
            "marker": {"color": QUADRANT[name], "symbol": SYMBOL[name]},
        }
        for name in QUADRANTS
    ]
    names = spots.placed.quadrant[spots.rows]
    places = np.select([names == name for name in QUADRANTS], range(len(QUADRANTS)), default=0)
    return groups, places.astype("float32")


def _hovers(spots: _Spots, look: Look, label: Label, say: Say) -> list[str]:
    """What is told of each agent."""
    placed, rows, catalogue = spots.placed, spots.rows, spots.evaluation.catalogue
    one_x, one_y = catalogue[placed.x], catalogue[placed.y]
    suffix_x, suffix_y = _suffix(one_x), _suffix(one_y)
    label_x, label_y = plain(label(one_x.id)), plain(label(one_y.id))
    in_words = {name: say(f"quadrant.{name}") for name in QUADRANTS}
    people = spots.evaluation.people
    columns = (people[column].to_numpy()[rows] for column in ("name", "agent_id", "team"))
    return [
        say(
            "quadrant_page.hover",
            name=plain(who),
            agent=plain(agent),
            team=plain(team or "—"),
            x_label=label_x,
            x=f"{x:.1f}{suffix_x}",
            y_label=label_y,
            y=f"{y:.1f}{suffix_y}",
            n="—" if math.isnan(due) else int(due),
            quadrant=in_words[name],
            x_range=far,
            y_range=wide,
        )
        for (who, agent, team), x, y, due, name, far, wide in zip(
            zip(*columns, strict=True),
            spots.x.tolist(),
            spots.y.tolist(),
            spots.due.tolist(),
            placed.quadrant[rows].tolist(),
            _reach(spots.evaluation, placed.x, rows, look, say),
            _reach(spots.evaluation, placed.y, rows, look, say),
            strict=True,
        )
    ]


def _reach(evaluation: Evaluation, name: str, rows: np.ndarray, look: Look, say: Say) -> list[str]:
    """The 95 % range of every point's value in brackets; nothing where none is known or wanted."""
    sure = certainty(evaluation.measured, name) if look.how_sure else None
    if sure is None:
        return [""] * len(rows)
    indicator = evaluation.catalogue[name]
    words = (
        range_text(indicator, low, high)
        for low, high in zip(sure.low[rows].tolist(), sure.high[rows].tolist(), strict=True)
    )
    return [
        say("quadrant_page.hover_range", range=word, n=f"{n:.0f}") if word != "—" else ""
        for word, n in zip(words, sure.n[rows].tolist(), strict=True)
    ]


def _density(spots: _Spots, say: Say) -> list[dict[str, Any]]:
    x, y = spots.x, spots.y
    counts, edges_x, edges_y = np.histogram2d(x, y, bins=BINS)
    middle_x, middle_y = (edges_x[:-1] + edges_x[1:]) / 2, (edges_y[:-1] + edges_y[1:]) / 2
    far = _outliers(x, y)
    rows, people = spots.rows[far], spots.evaluation.people
    counted = counts.T
    return [
        {
            "type": "heatmap",
            "x": middle_x.astype("float32"),
            "y": middle_y.astype("float32"),
            "z": np.where(counted > 0, np.log10(counted + 1e-9), np.nan).astype("float32"),
            "customdata": counted.astype("float32"),
            "colorscale": [[0, DENSITY[0]], [1, DENSITY[1]]],
            "showscale": False,
            "hovertemplate": say("quadrant_page.density_hover"),
        },
        {
            "type": "scatter",
            "x": x[far].astype("float32"),
            "y": y[far].astype("float32"),
            "mode": "markers",
            "showlegend": False,
            "ids": people["agent_id"].to_numpy(dtype=str)[rows],
            "marker": {
                "color": [QUADRANT[name] for name in spots.placed.quadrant[rows]],
                "size": 6,
            },
            "text": [plain(people["name"].iat[row]) for row in rows],
            "hovertemplate": "%{text}<extra></extra>",
        },
    ]


def _cuts(
    placed: Placed, one_x: Indicator, one_y: Indicator, say: Say
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    shapes: list[dict[str, object]] = []
    notes: list[dict[str, object]] = []
    for axis, line, indicator in (("x", placed.x_cut, one_x), ("y", placed.y_cut, one_y)):
        if np.isnan(line.value):
            continue
        spot = float(_shown(np.array([line.value]), indicator)[0])
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
            }
        )
        notes.append(
            {
                axis: spot,
                f"{other}ref": "paper",
                other: 0.0 if axis == "x" else 1.0,
                "text": _cut_text(line, spot, indicator, say),
                "showarrow": False,
                "font": {"size": 11},
                "xanchor": "left" if axis == "x" else "right",
                "yanchor": "bottom",
                "bgcolor": PLATE_OF_CUT,
            }
        )
    return shapes, notes


def _cut_text(line: CutLine, value: float, indicator: Indicator, say: Say) -> str:
    return f"{say(f'cut.{line.kind}')} {value:.1f}{_suffix(indicator)}"


def _corners(placed: Placed, rows: np.ndarray, say: Say) -> list[dict[str, object]]:
    names = placed.quadrant[rows]
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": 0.995 if right else 0.005,
            "y": 0.995 if top else 0.06,
            "xanchor": "right" if right else "left",
            "yanchor": "top" if top else "bottom",
            "showarrow": False,
            "text": f"<b>{say(f'quadrant.{name}')}</b> {int((names == name).sum())}",
            "font": {"size": 13, "color": QUADRANT[name]},
            "bgcolor": PLATE,
            "borderpad": 3,
        }
        for name, right, top in (
            ("role_model", True, True),
            ("service_gap", True, False),
            ("sales_gap", False, True),
            ("focus", False, False),
        )
    ]


def _shown(values: np.ndarray, indicator: Indicator) -> np.ndarray:
    return values * times(indicator.unit)


def _suffix(indicator: Indicator) -> str:
    return "%" if in_percent(indicator.unit) else ""


def _title(indicator: Indicator, label: Label, say: Say) -> str:
    better = say("chart.lower_better") if indicator.direction == "lower" else ""
    return f"{plain(label(indicator.id))} ({say(f'unit.{indicator.unit}')}){better}"


def _outliers(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The points farthest from the middle, which density alone would hide."""
    spread = ((x - np.median(x)) / (x.std() or 1.0)) ** 2 + (
        (y - np.median(y)) / (y.std() or 1.0)
    ) ** 2
    farthest: np.ndarray = np.sort(np.argpartition(spread, -OUTLIERS)[-OUTLIERS:])
    return farthest


def picked_rows(
    evaluation: Evaluation, placed: Placed, rows: np.ndarray, points: list[list[int]]
) -> np.ndarray:
    """The agents behind the selected (trace, point) pairs of the chart of `rows`."""
    if len(rows) > MOST_POINTS:  # trace 0 is the density, trace 1 its outliers
        catalogue = evaluation.catalogue
        x, y = (
            _shown(placed.x_value[rows], catalogue[placed.x]),
            _shown(placed.y_value[rows], catalogue[placed.y]),
        )
        drawn, trace = rows[_outliers(x, y)], 1
    else:
        drawn, trace = rows, 0
    picked: np.ndarray = drawn[
        [point for curve, point in points if curve == trace and point < len(drawn)]
    ]
    return picked


def drawn_rows(placed: Placed, shown: np.ndarray) -> np.ndarray:
    """The agents that can be drawn, in the order of their points."""
    return np.flatnonzero(shown & np.isin(placed.quadrant, QUADRANTS))
