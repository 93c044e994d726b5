"""Units of indicators: which are told in percent, and by how much they are scaled for that."""

from __future__ import annotations


def in_percent(unit: str) -> bool:
    """Whether values of a unit are shares, kept as fractions of 1 and told in percent."""
    return unit.startswith("percent")


def times(unit: str) -> float:
    """By what a value is multiplied before it is told in its unit."""
    return 100.0 if in_percent(unit) else 1.0
