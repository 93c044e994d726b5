"""How numbers are written: a share below 100 % never reads 100 %, minus is a minus, JSON has no
noise."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

DIGITS = 10  # behind the point, of what is given out as a plain number


def number(value: Any) -> float | None:
    """A float for JSON: NaN is null, the noise of the last bits is not shown."""
    if value is None or value is pd.NA or not math.isfinite(value):
        return None
    return round(float(value), DIGITS)


def percent(share: float, digits: int = 1) -> str:
    """A share as percent without its sign, cut instead of rounded where rounding would make it
    whole: 0.9996 → 99.9."""
    if not math.isfinite(share):
        return "—"
    shown = round(100.0 * share, digits)
    if share < 1.0 <= shown / 100.0:
        shown = 100.0 - 10.0**-digits
    return f"{shown:.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 1) -> str:
    """A change with its sign, a true minus."""
    return "—" if not math.isfinite(value) else f"{value:+.{digits}f}".replace("-", "−")
