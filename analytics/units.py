"""How numbers are written: a share below 100 % never reads 100 %, and minus is a minus."""

from __future__ import annotations

import math


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
