"""Where names stand beside the marks of a chart: no two overlap and none covers a mark, also where
the chart is wider than thought."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from analytics.charts.theme import LETTERS, QUIET
from analytics.evaluation.standards import Floats

LETTER, LINE = 12, 17  # pixels: size of the letters, and height of a name
GAP = 3  # pixels between a mark and a name at it
FAR = (14, 28, 44, 62, 84, 110, 140)  # pixels to a name that a line leads to
TRIED = 60  # places of a name whose line to it is held against the other names
STEP = 6.0  # pixels along the line to a name in which nothing else may stand
ENDLESS = 1e6  # times as wide or high as the chart is
# Figures as wide as that have their names placed anew.
WIDTHS = (320, 420, 560, 720, 920, 1600)
CROWD = 400  # marks among which a name is not looked for far away


@dataclass(frozen=True)
class Marks:
    """What is drawn, in pixels from the left and the top: middles, and how far each reaches."""

    x: Floats
    y: Floats
    reach: Floats


@dataclass(frozen=True)
class Spot:
    """Where a name's middle stands from its mark's, in pixels; `led`: so far that a line leads to
    it."""

    mark: int
    right: float
    down: float
    led: bool


@dataclass(frozen=True)
class Boxes:
    """Rectangles that belong to marks: their edges, and the middles of the marks."""

    left: Floats
    top: Floats
    right: Floats
    bottom: Floats
    x: Floats
    y: Floats

    def touches(self, other: Boxes, stretch: tuple[float, float]) -> np.ndarray:
        """Which of these touch any of the others, or would on a chart that is stretched up to so
        much in either direction.

        Boxes keep their size while their marks move apart, so what lies between two boxes grows or
        shrinks evenly: it is enough to look at both ends.
        """
        apart = np.zeros((len(self.left), len(other.left)), dtype=bool)
        sides = (("left", "right", "x"), ("top", "bottom", "y"))
        for (low, high, middle), most in zip(sides, stretch, strict=True):
            moved = getattr(other, middle)[None, :] - getattr(self, middle)[:, None]
            drift = moved * (most - 1.0)
            apart |= (
                getattr(other, low)[None, :] + np.minimum(drift, 0)
                >= (getattr(self, high)[:, None])
            )
            apart |= (
                getattr(other, high)[None, :] + np.maximum(drift, 0)
                <= (getattr(self, low)[:, None])
            )
        together: np.ndarray = np.any(~apart, axis=1)
        return together

    def joined(self, other: Boxes) -> Boxes:
        """These and the others."""
        left, top, right, bottom, x, y = (
            np.concatenate((getattr(self, edge), getattr(other, edge)))
            for edge in ("left", "top", "right", "bottom", "x", "y")
        )
        return Boxes(left, top, right, bottom, x, y)


def name_spots(
    marks: Marks,
    names: Sequence[tuple[int, float]],
    room: tuple[float, float],
    wider: float = 1.0,
) -> list[Spot]:
    """A spot for each name (the mark it belongs to, and its width), the first ones first; a name
    that finds none in the room is left out. It holds for a chart up to `wider` times as wide, and
    where there is a choice, for one that is stretched or zoomed into without end."""
    taken = Boxes(
        marks.x - marks.reach,
        marks.y - marks.reach,
        marks.x + marks.reach,
        marks.y + marks.reach,
        marks.x,
        marks.y,
    )
    nothing = np.empty(0)
    named = Boxes(nothing, nothing, nothing, nothing, nothing, nothing)
    spots: list[Spot] = []
    crowd = len(marks.x) > CROWD
    for mark, width in names:
        for far in (False, True)[: 1 if crowd else 2]:
            right, down = _offsets(float(marks.reach[mark]), width, far)
            boxes = _boxes(marks, mark, (right, down), width)
            inside = (boxes.left >= 0) & (boxes.top >= 0)
            inside &= (boxes.right <= room[0]) & (boxes.bottom <= room[1])
            free = inside & ~boxes.touches(taken, (wider, 1.0))
            if free.any():
                lasting = free & ~boxes.touches(taken, (ENDLESS, ENDLESS))
                # Places that last come first, each group from the best.
                order = [*np.flatnonzero(lasting), *np.flatnonzero(free & ~lasting)][:TRIED]
                offsets = [
                    Spot(mark, float(right[mark_row]), float(down[mark_row]), far)
                    for mark_row in order
                ]
                clear = (spot for spot in offsets if not _crosses(marks, spot, named, wider))
                spot = next(clear, offsets[0])
                own = _boxes(marks, mark, (np.array([spot.right]), np.array([spot.down])), width)
                spots.append(spot)
                named = named.joined(own)
                taken = taken.joined(own)
                if far:
                    taken = taken.joined(_line(marks, spot))
                break
    return spots


@dataclass(frozen=True)
class Field:
    """Both axes of a chart from left to right and from bottom to top, how many pixels high its
    plot is, and how many of its width are no plot; its points and how far each reaches."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    tall: float
    aside: float
    x: Floats
    y: Floats
    reach: Floats

    def marks(self, width: float) -> Marks:
        """The points in pixels of a plot so wide."""
        (left, right), (bottom, top) = self.x_range, self.y_range
        x = (self.x - left) / (right - left) * width
        y = (top - self.y) / (top - bottom) * self.tall
        return Marks(x, y, self.reach)


def named_fits(field: Field, named: Mapping[int, str]) -> list[dict[str, Any]]:
    """Notes with the names of some points, the first ones first, by the width of the figure: what
    layout.meta.fits says of it."""
    out: list[dict[str, Any]] = []
    for narrow, wide in pairwise(WIDTHS):
        width = narrow - field.aside
        spots = name_spots(
            field.marks(width),
            [(mark, name_width(name)) for mark, name in named.items()],
            (width, field.tall),
            (wide - field.aside) / width,
        )
        notes = [note(field, spot, named[spot.mark]) for spot in spots]
        out.append({"from": narrow if out else 0, "notes": notes})
    return out


def note(field: Field, spot: Spot, name: str) -> dict[str, Any]:
    """A name at its spot, with a line to its point where it stands far from it."""
    placed = {
        "x": float(field.x[spot.mark]),
        "y": float(field.y[spot.mark]),
        "xref": "x",
        "yref": "y",
        "text": name,
        "name": "name",
        "font": {"size": LETTER, "color": LETTERS},
        "borderpad": 0,
    }
    if spot.led:
        arrow = {"arrowhead": 0, "arrowwidth": 1, "arrowcolor": QUIET}
        reach = float(field.reach[spot.mark])
        place = {"ax": spot.right, "ay": spot.down, "standoff": reach}
        return {**placed, **arrow, **place, "showarrow": True}
    middle = {"xanchor": "center", "yanchor": "middle", "showarrow": False}
    return {**placed, **middle, "xshift": spot.right, "yshift": -spot.down}


def name_width(name: str) -> float:
    """About how many pixels a name takes; rather more than less."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in name)
    return LETTER * wide + 0.64 * LETTER * (len(name) - wide) + 4


def told_apart(names: Iterable[str], ids: Iterable[str]) -> list[str]:
    """Names as they stand beside marks: of whoever shares a name, with the id."""
    pairs = list(zip(names, ids, strict=True))
    listed = [name for name, _ in pairs]
    return [name if listed.count(name) == 1 else f"{name} {own}" for name, own in pairs]


@cache
def _directions(far: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit steps right and down and the distance of every place that a name may stand at, the best
    first: right, left, above, below, aslant; those far off by their distance."""
    angles = [0, 180, 270, 90, 315, 225, 45, 135]
    ways = [(angle, GAP) for angle in angles]
    if far:
        turns = [*angles, *range(15, 360, 30)]
        ways = [(angle, distance) for distance in FAR for angle in turns]
    turned = np.radians([angle for angle, _ in ways])
    return np.cos(turned).round(9), np.sin(turned).round(9), np.array([step for _, step in ways])


def _offsets(reach: float, width: float, far: bool) -> tuple[Floats, Floats]:
    right, down, distance = _directions(far)
    away = reach + distance
    return right * (away + width / 2), down * (away + LINE / 2)


def _boxes(marks: Marks, mark: int, offset: tuple[Floats, Floats], width: float) -> Boxes:
    middle_x, middle_y = marks.x[mark] + offset[0], marks.y[mark] + offset[1]
    own_x, own_y = np.full_like(middle_x, marks.x[mark]), np.full_like(middle_y, marks.y[mark])
    half = width / 2
    return Boxes(
        middle_x - half, middle_y - LINE / 2, middle_x + half, middle_y + LINE / 2, own_x, own_y
    )


def _crosses(marks: Marks, spot: Spot, named: Boxes, wider: float) -> bool:
    """Whether a line to this name would run through another name."""
    return spot.led and bool(_line(marks, spot).touches(named, (wider, 1.0)).any())


def _line(marks: Marks, spot: Spot) -> Boxes:
    """The line from a mark to its name, as small boxes one beside the other."""
    steps = np.arange(0.2, 0.85, STEP / max(float(np.hypot(spot.right, spot.down)), STEP))
    x, y = marks.x[spot.mark], marks.y[spot.mark]
    there_x, there_y = x + steps * spot.right, y + steps * spot.down
    return Boxes(
        there_x - 2,
        there_y - 2,
        there_x + 2,
        there_y + 2,
        np.full_like(steps, x),
        np.full_like(steps, y),
    )
