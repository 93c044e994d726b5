"""P(B > A): how likely one true rate lies above another, from what is known of both."""

from __future__ import annotations

import numpy as np

from analytics.statistics.special import betainc, betaincinv, betaln

NODES = 200
LARGEST_SUM = 10_000  # terms of the closed form


def probability_ahead(first: tuple[float, float], second: tuple[float, float]) -> float:
    """P(rate of `second` > rate of `first`) for two independent Betas, each (alpha, beta).

    A posterior is (prior alpha + successes, prior beta + failures). Exact where any of the four
    is a whole number up to 10,000, else by quadrature, to about six digits. ValueError for
    parameters not above 0. Source: Altham 1969, JRSS B 31:261–269, whose P(p₂ ≤ p₁) under
    Beta(0, 1) and Beta(1, 0) is Fisher's exact p; the sum follows from integrating by parts.
    """
    (a, b), (c, d) = first, second
    if min(a, b, c, d) <= 0 or not np.isfinite([a, b, c, d]).all():
        raise ValueError("alpha and beta must be above 0")
    # Each whole parameter gives a sum of as many terms: mirrored (1 − rate) or sides swapped.
    ways = [
        (c, lambda: _sum(a, b, int(c), d)),
        (b, lambda: _sum(d, c, int(b), a)),
        (a, lambda: 1 - _sum(c, d, int(a), b)),
        (d, lambda: 1 - _sum(b, a, int(d), c)),
    ]
    whole = [way for way in ways if way[0] == int(way[0]) <= LARGEST_SUM]
    if not whole:
        return quadrature(first, second)
    return float(np.clip(min(whole, key=lambda way: way[0])[1](), 0.0, 1.0))


def quadrature(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The same for any parameters: `first`'s distribution averaged over `second`'s quantiles.

    Below 1 a Beta rises to its ends without bound and no nodes follow it, so parameters there are
    raised by one, each at a known difference. Source: Cook 2005, Exact Calculation of Beta
    Inequalities.
    """
    parameters, raised = [*first, *second], 0.0
    for place, sign in enumerate((1, -1, -1, 1)):
        if parameters[place] < 1:
            a, b, c, d = parameters
            together = np.exp(betaln(a + c, b + d) - betaln(a, b) - betaln(c, d))
            raised += sign * float(together) / parameters[place]
            parameters[place] += 1
    first, second = (parameters[0], parameters[1]), (parameters[2], parameters[3])
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    shares = (nodes + 1) / 2
    below = betainc(*first, betaincinv(*second, shares))
    return float(np.clip((weights * below).sum() / 2 + raised, 0.0, 1.0))


def _sum(a: float, b: float, c: int, d: float) -> float:
    """P(Beta(c, d) > Beta(a, b)), c whole: Σᵢ B(a + i, b + d) ÷ ((d + i) B(1 + i, d) B(a, b))."""
    i = np.arange(c, dtype=float)
    terms = betaln(a + i, b + d) - np.log(d + i) - betaln(1 + i, d) - betaln(a, b)
    return float(np.exp(terms).sum())
