"""Item analysis: alpha, alpha without each item, and each item against the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


@dataclass(frozen=True)
class Items:
    """alpha of all items, alpha when one is dropped, and each item's correlation with the sum of
    the others."""

    alpha: float
    alpha_if_dropped: Floats
    item_rest: Floats


def item_analysis(rows: Numbers) -> Items:
    """Rows are people, columns items; rows with a gap are left out. ValueError for fewer than two
    items or three rows.

    For a formative index a low item-rest is a prompt, not a verdict. Source: Cronbach 1951; R
    psych::alpha.
    """
    x = np.asarray(rows, dtype=float)
    x = x[~np.isnan(x).any(axis=1)]
    if x.ndim != 2 or x.shape[1] < 2 or len(x) < 3:
        raise ValueError("two items and three complete rows are needed")
    total = x.sum(axis=1)
    dropped = np.array(
        [
            alpha(np.delete(x, item, axis=1)) if x.shape[1] > 2 else np.nan
            for item in range(x.shape[1])
        ]
    )
    rest = np.array([_correlation(x[:, item], total - x[:, item]) for item in range(x.shape[1])])
    return Items(alpha(x), dropped, rest)


def alpha(x: Floats) -> float:
    """Cronbach's alpha of people × items; NaN where nothing varies."""
    k, spread = x.shape[1], x.sum(axis=1).var(ddof=1)
    return (
        float(k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / spread))
        if spread > 0
        else float("nan")
    )


def _correlation(a: Floats, b: Floats) -> float:
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def variance_inflation(rows: Numbers) -> Floats:
    """1 ÷ (1 − R²) of every item on the others; above 5 an item says little of its own, infinite
    where the others give it exactly.

    NaN for items that do not vary or where there are fewer than twice as many rows as items;
    ValueError unless rows × items. Source: Belsley, Kuh & Welsch 1980.
    """
    x = np.asarray(rows, dtype=float)
    if x.ndim != 2:
        raise ValueError("people × items are needed")
    out = np.full(x.shape[1], np.nan)
    varies = np.flatnonzero(x.std(axis=0) > 0) if len(x) else np.array([], dtype=int)
    if len(varies) < 2 or len(x) < 2 * len(varies):
        return out
    z = (x[:, varies] - x[:, varies].mean(axis=0)) / x[:, varies].std(axis=0)
    for place, item in enumerate(varies):
        others = np.delete(z, place, axis=1)
        rest = z[:, place] - others @ np.linalg.lstsq(others, z[:, place], rcond=None)[0]
        left = float((rest**2).mean())
        out[item] = 1 / left if left > 1e-10 else np.inf
    return out
