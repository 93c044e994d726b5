"""One Beta for all groups, by moments and by maximum likelihood: for comparison with published
tables, over-confident on small groups."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, counts
from analytics.statistics.special import betaln, gammaln


def fit_moments(successes: Numbers, trials: float) -> tuple[float, float]:
    """alpha and beta by the method of moments, where every group has the same number of trials.

    ValueError where the rates spread no more than chance alone would. Source: Wikipedia,
    Beta-binomial distribution.
    """
    x = np.asarray(successes, dtype=float)
    if len(x) < 2 or x.sum() <= 0:
        raise ValueError("two groups and some successes are needed")
    first, second, n = x.mean(), (x**2).mean(), float(trials)
    bottom = n * (second / first - first - 1) + first
    if bottom <= 0:
        raise ValueError("the rates spread no more than chance alone would")
    return float((n * first - second) / bottom), float((n - first) * (n - second / first) / bottom)


def fit_mle(successes: Numbers, trials: Numbers) -> tuple[float, float, float]:
    """alpha, beta and log-likelihood at the maximum; a comparison for `fit`, not for decisions
    about small groups.

    Gaps and groups without trials are left out; ValueError for fewer than two groups.
    """
    from scipy.optimize import minimize  # slow to import

    x, n = counts(successes, trials)
    there = (n > 0) & ~np.isnan(x)
    pairs, times = np.unique(np.column_stack([x[there], n[there]]), axis=0, return_counts=True)
    if times.sum() < 2:
        raise ValueError("two groups with trials are needed")
    x, n = pairs[:, 0], pairs[:, 1]
    choose = float((times * (gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1))).sum())

    def loss(logs: Floats) -> float:
        a, b = np.exp(logs)
        return -float((times * (betaln(a + x, b + n - x) - betaln(a, b))).sum())

    pooled = float((times * x).sum() / (times * n).sum())
    fitted = minimize(
        loss,
        np.log([20 * pooled + 1e-6, 20 * (1 - pooled) + 1e-6]),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000},
    )
    a, b = np.exp(fitted.x)
    return float(a), float(b), choose - float(fitted.fun)


def shrunken_mle(successes: Numbers, trials: Numbers) -> Floats:
    """Every rate shrunken with one Beta at its maximum likelihood: (alpha + x) ÷ (alpha + beta +
    n).

    For comparison with published empirical Bayes tables; over-confident on small groups, where
    `fit` keeps the whole grid. Source: Griffiths 1973, Biometrics 29:637–648.
    """
    x, n = counts(successes, trials)
    a, b, _ = fit_mle(x, n)
    out: Floats = (a + x) / (a + b + n)
    return out
