"""Units of indicators: which are told in percent, with how many digits, and how large a value can
be."""

from __future__ import annotations

from math import inf

UNITS = ("percent", "percent_of_target", "days", "per_day", "points", "per_100")
PER_HUNDRED = "per_100"
LARGEST = {"percent": 1.0, "points": 100.0}  # the largest value there can be; of the others none is


def in_percent(unit: str) -> bool:
    """Whether values of a unit are shares, kept as fractions of 1 and told in percent."""
    return unit.startswith("percent")


def times(unit: str) -> float:
    """By what a value is multiplied before it is told in its unit."""
    return 100.0 if in_percent(unit) else 1.0


def column_look(unit: str) -> str:
    """How a column of values of a unit is shown: percent, or with one or two digits."""
    if in_percent(unit):
        return "percent"
    return "score" if digits(unit) == 1 else "number"


def digits(unit: str) -> int:
    """How many digits behind the point a value, as it is told, carries in a range or a change."""
    return 2 if unit == PER_HUNDRED else 1


def largest(unit: str) -> float:
    """The largest value there can be in a unit."""
    return LARGEST.get(unit, inf)
