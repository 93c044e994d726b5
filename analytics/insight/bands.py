"""Which knot of its standard a value has reached, and how far it is to the next."""

from __future__ import annotations

import math

from analytics.model import Indicator


def band(indicator: Indicator, value: float, points: float) -> list[float] | None:
    """The knot that was reached, as [value, points]: the best one whose points are not above those
    earned.

    None where there are no bands: points missing, a standard of two knots that only rescales, or
    not even the first knot reached.
    """
    if math.isnan(points) or _rescales(indicator) or missed(indicator, value) is not None:
        return None
    reached = [
        (earned, knot)
        for knot, earned in zip(indicator.standard.values, indicator.standard.points, strict=True)
        if earned <= points + 1e-9
    ]
    earned, knot = max(reached) if reached else (0.0, indicator.standard.values[0])
    return [knot, earned]


def missed(indicator: Indicator, value: float) -> float | None:
    """The least of the knots, where a value has not reached even that one."""
    if math.isnan(value) or _rescales(indicator):
        return None
    least = indicator.standard.values[-1 if indicator.direction == "lower" else 0]
    worse = value > least + 1e-12 if indicator.direction == "lower" else value < least - 1e-12
    return least if worse else None


def _rescales(indicator: Indicator) -> bool:
    return len(indicator.standard.values) == 2 and indicator.standard.mode == "linear"
