"""Which knot of its standard a value has reached, and how far it is to the next."""

from __future__ import annotations

import math

from analytics.model import Indicator


def band(one: Indicator, value: float, points: float) -> list[float] | None:
    """The knot that was reached, as [value, points]: the best one whose points are not above those
    earned.

    None where there are no bands: points missing, a standard of two knots that only rescales, or
    not even the first knot reached.
    """
    if math.isnan(points) or _rescales(one) or missed(one, value) is not None:
        return None
    reached = [
        (mark, knot)
        for knot, mark in zip(one.standard.values, one.standard.points, strict=True)
        if mark <= points + 1e-9
    ]
    mark, knot = max(reached) if reached else (0.0, one.standard.values[0])
    return [knot, mark]


def missed(one: Indicator, value: float) -> float | None:
    """The least of the knots, where a value has not reached even that one."""
    if math.isnan(value) or _rescales(one):
        return None
    least = one.standard.values[-1 if one.direction == "lower" else 0]
    worse = value > least + 1e-12 if one.direction == "lower" else value < least - 1e-12
    return least if worse else None


def _rescales(one: Indicator) -> bool:
    return len(one.standard.values) == 2 and one.standard.mode == "linear"
