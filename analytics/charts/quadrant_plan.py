"""Where everything stands in the quadrant's figure: axes, bands for the corners, names beside
points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from analytics.charts.naming import LETTER, Marks, name_spots, name_width
from analytics.charts.theme import LETTERS, QUIET
from analytics.evaluation.standards import Floats

HEIGHT = 520
MARGIN = {"l": 58, "r": 56, "t": 26, "b": 58, "autoexpand": False}
BAND_OF_CORNERS = 32  # pixels above and below the points that hold the corners' words
PAPER = HEIGHT - MARGIN["t"] - MARGIN["b"]
ROOM = PAPER - 2 * BAND_OF_CORNERS  # pixels between the bands, where the points stand
DOMAIN = (BAND_OF_CORNERS / PAPER, 1 - BAND_OF_CORNERS / PAPER)
# Figures as wide as that have their names placed anew; the last holds up to the widest screens.
WIDTHS = (320, 420, 560, 720, 920, 1160, 1600)
NARROW = 480  # pixels below which the corners' words are small
ASIDE = 0.06  # share of an axis that stays free on either side
BEYOND = 0.35  # share of the points' span up to which a cut line beyond them is shown
REACH = {"circle": 1.0, "square": 1.0, "diamond": 1.3, "triangle-up": 1.16, "x": 1.0}
LEGEND_LINE = 22


@dataclass(frozen=True)
class Plan:
    """Both axes from left to right and from bottom to top, in what they show; the points, and how
    many pixels each reaches."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x: Floats
    y: Floats
    reach: Floats

    def marks(self, width: float) -> Marks:
        """The points in pixels of a plot so wide."""
        (left, right), (bottom, top) = self.x_range, self.y_range
        x = (self.x - left) / (right - left) * width
        y = (top - self.y) / (top - bottom) * ROOM
        return Marks(x, y, self.reach)

    def share_of_x(self, value: float) -> float:
        left, right = self.x_range
        return (value - left) / (right - left)

    def share_of_y(self, value: float) -> float:
        bottom, top = self.y_range
        return (value - bottom) / (top - bottom)


def axis_range(values: Floats, cut: float, aside: float, reverse: bool) -> tuple[float, float]:
    """From where to where an axis goes: all values and the cut line (unless that lies far off),
    with room beside them."""
    low, high = float(np.min(values)), float(np.max(values))
    span = max(high - low, 1e-9 * max(abs(low), abs(high)), 1e-9)
    if low - BEYOND * span <= cut <= high + BEYOND * span:
        low, high = min(low, cut), max(high, cut)
    if high - low < 1e-6 * max(abs(low), abs(high), 1.0):
        low, high = low - 0.5, high + 0.5
    free = aside * (high - low) / (1 - 2 * aside)
    return (high + free, low - free) if reverse else (low - free, high + free)


def outstanding(plan: Plan, quadrants: np.ndarray, cross: tuple[float, float]) -> list[int]:
    """The two points of every quadrant farthest from where the cut lines cross, the farthest
    first."""
    (left, right), (bottom, top) = plan.x_range, plan.y_range
    far = np.hypot((plan.x - cross[0]) / (right - left), (plan.y - cross[1]) / (top - bottom))
    order = np.argsort(-np.nan_to_num(far), kind="stable")
    out: list[int] = []
    for name in dict.fromkeys(quadrants.tolist()):
        out += order[quadrants[order] == name][:2].tolist()
    return sorted(out, key=order.tolist().index)


def fits(
    plan: Plan, named: list[int], names: list[str], corners: list[dict[str, Any]], legend: list[str]
) -> list[dict[str, Any]]:
    """What the figure has besides, by the width of its place: names at the points of `named`, the
    corners' words in a fitting size, room for the lines of the legend."""
    out: list[dict[str, Any]] = []
    for from_, to in pairwise(WIDTHS):
        width, widest = (float(edge - MARGIN["l"] - MARGIN["r"]) for edge in (from_, to))
        marks = plan.marks(width)
        spots = name_spots(
            marks,
            [(mark, name_width(name)) for mark, name in zip(named, names, strict=True)],
            (width, float(ROOM)),
            widest / width,
        )
        name_of = dict(zip(named, names, strict=True))
        notes = [_name(plan, spot.mark, name_of[spot.mark], spot) for spot in spots]
        small = from_ < NARROW
        notes += [
            {**corner, "font": {**corner["font"], "size": 12 if small else 14}}
            for corner in corners
        ]
        fit: dict[str, Any] = {"from": from_ if out else 0, "notes": notes}
        if legend:
            item = 46 + max(map(name_width, legend))
            lines = -(-len(legend) // max(1, int(width // item)))
            fit["layout"] = {
                "height": HEIGHT + LEGEND_LINE * lines + 8,
                "margin": {**MARGIN, "b": MARGIN["b"] + LEGEND_LINE * lines + 8},
            }
        out.append(fit)
    return out


def _name(plan: Plan, mark: int, name: str, spot: Any) -> dict[str, Any]:
    note: dict[str, Any] = {
        "x": float(plan.x[mark]),
        "y": float(plan.y[mark]),
        "xref": "x",
        "yref": "y",
        "text": name,
        "name": "name",
        "font": {"size": LETTER, "color": LETTERS},
        "borderpad": 0,
    }
    if spot.led:
        return {
            **note,
            "showarrow": True,
            "ax": spot.right,
            "ay": spot.down,
            "arrowhead": 0,
            "arrowwidth": 1,
            "arrowcolor": QUIET,
            "standoff": float(plan.reach[mark]),
        }
    return {
        **note,
        "showarrow": False,
        "xshift": spot.right,
        "yshift": -spot.down,
        "xanchor": "center",
        "yanchor": "middle",
    }
