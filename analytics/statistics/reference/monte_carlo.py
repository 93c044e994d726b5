"""How many draws a share needs, and how far a share of so many draws may be off."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import half_tail
from analytics.statistics.special import ndtri


def draws_needed(margin: float, confidence: float = 0.95, share: float = 0.5) -> int:
    """Draws after which a drawn share lies within ± margin (a fraction of 1) of the true one.

    share: the true share where something is known of it; one half is the worst. ValueError for
    a margin or share that is no fraction. Source: Tervonen & Lahdelma 2007, European Journal of
    Operational Research 178:500–513.
    """
    if not 0 < margin < 1 or not 0 < share < 1:
        raise ValueError("margin and share must lie between 0 and 1")
    return int(np.ceil(_z(confidence) ** 2 * share * (1 - share) / margin**2 - 1e-9))


def margin_of(draws: int, confidence: float = 0.95, share: float = 0.5) -> float:
    """How far a share of so many draws may be off; ValueError without draws or for no fraction."""
    if draws < 1 or not 0 <= share <= 1:
        raise ValueError("a draw is needed, and a share between 0 and 1")
    return float(_z(confidence) * np.sqrt(share * (1 - share) / draws))


def _z(confidence: float) -> float:
    return float(ndtri(1 - half_tail(confidence)))
