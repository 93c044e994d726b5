"""Mantel–Haenszel: one odds ratio over strata that differ, and whether the strata agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts, half_tail
from analytics.statistics.special import chdtrc, ndtri


@dataclass(frozen=True)
class Common:
    """The common odds ratio with limits; χ² and p of no difference; homogeneity, of one for all.

    χ²: one degree of freedom, continuity-corrected unless asked not to be; homogeneity: Breslow–Day
    χ², on one degree fewer than there are strata, NaN with fewer than two.
    """

    odds_ratio: float
    low: float
    high: float
    chi2: float
    p: float
    homogeneity: float
    homogeneity_p: float


def mantel_haenszel(
    successes_1: Numbers,
    trials_1: Numbers,
    successes_2: Numbers,
    trials_2: Numbers,
    confidence: float = 0.95,
    continuity: bool = True,
) -> Common:
    """Odds of success in group 1 ÷ odds in group 2, one count each a stratum (product, channel).

    Strata in which a group has no trials or all ends alike tell nothing and are left out;
    ValueError where none is left, or the ratio would be 0 or infinite. A ratio that differs
    between strata has no common one: look at `homogeneity_p`. Source: Mantel & Haenszel 1959,
    JNCI 22:719–748; limits Robins, Breslow & Greenland 1986, Biometrics 42:311–323; Breslow &
    Day 1980, Statistical Methods in Cancer Research I, pp. 142–143.
    """
    (a, n1), (c, n2) = counts(successes_1, trials_1), counts(successes_2, trials_2)
    if a.shape != c.shape:
        raise ValueError("both groups need a count in every stratum")
    ended = a + c
    told = (n1 > 0) & (n2 > 0) & (ended > 0) & (ended < n1 + n2)
    a, n1, c, n2 = a[told], n1[told], c[told], n2[told]
    b, d, n = n1 - a, n2 - c, n1 + n2
    up, down = a * d / n, b * c / n
    r, s = float(up.sum()), float(down.sum())
    if r <= 0 or s <= 0:
        raise ValueError("no stratum tells the groups apart both ways")
    ratio = r / s
    alike, unlike = (a + d) / n, (b + c) / n
    variance = (
        float((alike * up).sum()) / (2 * r * r)
        + float((alike * down + unlike * up).sum()) / (2 * r * s)
        + float((unlike * down).sum()) / (2 * s * s)
    )
    reach = float(ndtri(1 - half_tail(confidence))) * variance**0.5
    mean = n1 * (a + c) / n
    spread = float((n1 * n2 * (a + c) * (b + d) / (n * n * (n - 1))).sum())
    chi2 = max(0.0, abs(float((a - mean).sum())) - 0.5 * continuity) ** 2 / spread
    homogeneity = homogeneity_p = float("nan")
    if len(a) > 1:
        # The count that the margins would give under the common ratio: a root of a quadratic.
        fitted = _fitted(ratio, n1, n2, a + c)
        inverse = 1 / fitted + 1 / (n1 - fitted) + 1 / (a + c - fitted) + 1 / (n2 - a - c + fitted)
        homogeneity = float(((a - fitted) ** 2 * inverse).sum())
        homogeneity_p = float(chdtrc(len(a) - 1, homogeneity))
    return Common(
        ratio,
        ratio * float(np.exp(-reach)),
        ratio * float(np.exp(reach)),
        chi2,
        float(chdtrc(1.0, chi2)),
        homogeneity,
        homogeneity_p,
    )


def _fitted(ratio: float, n1: Floats, n2: Floats, ended: Floats) -> Floats:
    """Successes in group 1 that give the ratio while a stratum's margins stay."""
    square, linear = 1 - ratio, n2 - ended + ratio * (n1 + ended)
    root = np.sqrt(linear**2 + 4 * square * ratio * n1 * ended)
    # Written so that a ratio of 1 needs no other formula.
    out: Floats = 2 * ratio * n1 * ended / (linear + root)
    return out
