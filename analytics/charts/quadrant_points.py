"""The points of the quadrant: how each agent is drawn, and what is told of them on hover."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from analytics.charts.theme import (
    DENSITY,
    GREY,
    NAMES,
    QUADRANT,
    RIM,
    SYMBOL,
    TICK,
    Label,
    Say,
    plain,
    team_colours,
)
from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.insight.certainty import certainty, range_text
from analytics.insight.quadrant import CutLine, Placed
from analytics.model import QUADRANTS, Indicator
from analytics.units import in_percent, times

MOST_POINTS = 20_000
BINS = 80
OUTLIERS = 300
WIDE_OUTLIER = 6.0  # pixels


@dataclass(frozen=True)
class Look:
    """How points are drawn: colour by quadrant or team, size by policies or all alike."""

    colour: str = "quadrant"
    sized: bool = True
    how_sure: bool = True  # the 95 % ranges in the hover


@dataclass(frozen=True)
class Before:
    """Where everybody stood a period earlier, in the indicators' units: NaN of whoever was not
    there."""

    period: str
    x: Floats
    y: Floats


@dataclass(frozen=True)
class Marked:
    """Who is marked in the picture, as rows of the evaluation, and what is said of all.

    chosen: named before others, with the trail from where they stood; ringed: the person whom every
    page shows; sure: how sure each quadrant is, in words, of the drawn rows.
    """

    chosen: tuple[int, ...] = ()
    ringed: int | None = None
    before: Before | None = None
    sure: Sequence[str] = ()


@dataclass(frozen=True)
class Spots:
    """The agents who are drawn, as rows of the evaluation, how they are drawn, and where each
    stands on both axes."""

    evaluation: Evaluation
    placed: Placed
    rows: np.ndarray
    look: Look
    marked: Marked

    @cached_property
    def x(self) -> np.ndarray:
        return self.on_axis("x", self.placed.x_value)

    @cached_property
    def y(self) -> np.ndarray:
        return self.on_axis("y", self.placed.y_value)

    def on_axis(self, axis: str, values: np.ndarray) -> np.ndarray:
        """Of everybody's values on an axis those of the drawn, as it shows them."""
        shown: np.ndarray = values[self.rows] * times(self.indicator(axis).unit)
        return shown

    def indicator(self, axis: str) -> Indicator:
        """What stands on an axis."""
        return self.evaluation.catalogue[getattr(self.placed, axis)]

    def cut(self, axis: str) -> float:
        """Where an axis is cut, as it shows it."""
        line: CutLine = getattr(self.placed, f"{axis}_cut")
        return line.value * times(self.indicator(axis).unit)

    @cached_property
    def drawn(self) -> np.ndarray:
        """The positions of those who are drawn as points: all, or the outliers of a crowd."""
        if len(self.rows) <= MOST_POINTS:
            return np.arange(len(self.rows))
        return outliers(self.x, self.y)

    @property
    def crowd(self) -> bool:
        """Whether they are so many that density is drawn."""
        return len(self.rows) > MOST_POINTS

    @cached_property
    def stood(self) -> dict[str, np.ndarray] | None:
        """Where each stood a period earlier, as the axes show it; None where nobody is held against
        that."""
        before = self.marked.before
        if before is None:
            return None
        return {"x": self.on_axis("x", before.x), "y": self.on_axis("y", before.y)}

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


def points(spots: Spots, label: Label, say: Say) -> dict[str, Any]:
    few = spots.few
    groups, codes = groups_of(spots, say)
    trace: dict[str, Any] = {
        "type": "scatter" if few else "scattergl",
        "x": spots.x.astype("float32"),
        "y": spots.y.astype("float32"),
        "mode": "markers",
        "marker": {
            "color": codes,
            "size": sizes(spots),
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
        trace["meta"]["reach"] = _reaches(spots)
        trace["text"] = np.array(_hovers(spots, label, say))
        trace["hovertemplate"] = "%{text}<extra></extra>"
    else:
        trace["hovertemplate"] = (
            f"{plain(label(spots.placed.x))} %{{x:.1f}}<br>{plain(label(spots.placed.y))} "
            f"%{{y:.1f}}<extra></extra>"
        )
    return trace


def _reaches(spots: Spots) -> dict[str, np.ndarray]:
    """What is drawn of the point under the pointer: the 95 % range of both its values, and where it
    stood before."""
    out: dict[str, np.ndarray] = {}
    for axis in ("x", "y"):
        name = spots.indicator(axis).id
        sure = certainty(spots.evaluation.measured, name) if spots.look.how_sure else None
        if sure is not None:
            out[f"{axis}_low"] = spots.on_axis(axis, sure.low).astype("float32")
            out[f"{axis}_high"] = spots.on_axis(axis, sure.high).astype("float32")
        if spots.stood is not None:
            out[f"{axis}_before"] = spots.stood[axis].astype("float32")
    return out


def sizes(spots: Spots) -> np.ndarray | float:
    """How many pixels wide the points are: the area of one is the policies due."""
    if spots.crowd:
        return WIDE_OUTLIER
    due = spots.due
    if not spots.look.sized or not np.nanmax(due, initial=0.0) > 0:
        return 10.0 if spots.few else 5.0
    # Ten thousand large markers hide each other, and cost a machine without a graphics card
    # half a second a step.
    least, span = (6, 16) if spots.few else (2, 4)
    share = np.nan_to_num(due, nan=0.0) / float(np.nanmax(due))
    wide: np.ndarray = (least + span * np.sqrt(share)).round(1).astype("float32")
    return wide


def groups_of(spots: Spots, say: Say) -> tuple[list[dict[str, Any]], np.ndarray]:
    """What the points are told apart by, and the group of each."""
    if spots.look.colour == "team":
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


def _hovers(spots: Spots, label: Label, say: Say) -> list[str]:
    """What is told of each agent: who, both values, how sure, and where they stood before."""
    rows, people = spots.rows, spots.evaluation.people
    labels = {f"{axis}_label": plain(label(spots.indicator(axis).id)) for axis in ("x", "y")}
    x, y = _in_words(spots, "x", spots.x), _in_words(spots, "y", spots.y)
    x_range, y_range = _reach(spots, "x", say), _reach(spots, "y", say)
    in_words = {name: say(f"quadrant.{name}") for name in QUADRANTS}
    who, agent, team = (
        people[column].to_numpy()[rows].tolist() for column in ("name", "agent_id", "team")
    )
    due, quadrant = spots.due.tolist(), spots.placed.quadrant[rows].tolist()
    sure, before = _sure(spots), _before(spots, labels, say)
    return [
        say(
            "quadrant_page.hover",
            **labels,
            name=plain(who[place]),
            agent=plain(agent[place]),
            team=plain(team[place] or "—"),
            x=x[place],
            y=y[place],
            n="—" if math.isnan(due[place]) else int(due[place]),
            quadrant=in_words[quadrant[place]],
            x_range=x_range[place],
            y_range=y_range[place],
        )
        + sure[place]
        + before[place]
        for place in range(len(rows))
    ]


def _in_words(spots: Spots, axis: str, values: np.ndarray) -> list[str]:
    after = suffix(spots.indicator(axis))
    return [f"{value:.1f}{after}" for value in values.tolist()]


def _sure(spots: Spots) -> list[str]:
    """A line on how sure each quadrant is; nothing where nobody asks."""
    if not spots.marked.sure:
        return [""] * len(spots.rows)
    return [f"<br>{plain(words, 400)}" for words in spots.marked.sure]


def _before(spots: Spots, labels: dict[str, str], say: Say) -> list[str]:
    """A line on where each stood a period earlier; nothing of whoever was not there."""
    if spots.stood is None or spots.marked.before is None:
        return [""] * len(spots.rows)
    period, (x, y) = spots.marked.before.period, (spots.stood["x"], spots.stood["y"])
    there = ~(np.isnan(x) | np.isnan(y))
    pairs = zip(_in_words(spots, "x", x), _in_words(spots, "y", y), there.tolist(), strict=True)
    return [
        "<br>" + say("quadrant_page.hover_before", period=period, x=across, y=other, **labels)
        if there
        else ""
        for across, other, there in pairs
    ]


def _reach(spots: Spots, axis: str, say: Say) -> list[str]:
    """The 95 % range of every point's value in brackets; nothing where none is known or wanted."""
    indicator, rows = spots.indicator(axis), spots.rows
    wanted = spots.look.how_sure
    sure = certainty(spots.evaluation.measured, indicator.id) if wanted else None
    if sure is None:
        return [""] * len(rows)
    words = (
        range_text(indicator, low, high)
        for low, high in zip(sure.low[rows].tolist(), sure.high[rows].tolist(), strict=True)
    )
    return [
        say("quadrant_page.hover_range", range=word, n=f"{n:.0f}") if word != "—" else ""
        for word, n in zip(words, sure.n[rows].tolist(), strict=True)
    ]


def density(spots: Spots, say: Say) -> list[dict[str, Any]]:
    x, y = spots.x, spots.y
    counts, edges_x, edges_y = np.histogram2d(x, y, bins=BINS)
    middle_x, middle_y = (edges_x[:-1] + edges_x[1:]) / 2, (edges_y[:-1] + edges_y[1:]) / 2
    far = outliers(x, y)
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
                "size": WIDE_OUTLIER,
            },
            "text": [plain(people["name"].iat[row]) for row in rows],
            "hovertemplate": "%{text}<extra></extra>",
        },
    ]


def suffix(indicator: Indicator) -> str:
    return "%" if in_percent(indicator.unit) else ""


def outliers(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The points farthest from the middle, which density alone would hide."""
    spread = ((x - np.median(x)) / (x.std() or 1.0)) ** 2 + (
        (y - np.median(y)) / (y.std() or 1.0)
    ) ** 2
    farthest: np.ndarray = np.sort(np.argpartition(spread, -OUTLIERS)[-OUTLIERS:])
    return farthest
