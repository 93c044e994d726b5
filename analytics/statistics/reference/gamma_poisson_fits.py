"""One Gamma for all counts by maximum likelihood, and the priors that published examples give."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers
from analytics.statistics.gamma_poisson import Prior, Tally, of_the_counted
from analytics.statistics.special import gammaln


def gamma_prior(of_shape: tuple[float, float], of_rate: tuple[float, float]) -> Prior:
    """Independent Gammas, each (shape, rate), for the shape and the rate of the true ratios."""

    def log_density(shape: Floats, rate: Floats) -> Floats:
        (a, b), (c, d) = of_shape, of_rate
        return (a - 1) * np.log(shape) - b * shape + (c - 1) * np.log(rate) - d * rate

    return log_density


def fit_mle(observed: Numbers, expected: Numbers) -> tuple[float, float, float]:
    """Shape, rate and log-likelihood at the maximum; a comparison for `fit`, not for decisions.

    With every expectation 1 it is the negative binomial with k = shape and mean shape ÷ rate.
    ValueError for negative values, no counts, and counts that spread no more than chance.
    Source: Clayton & Kaldor 1987, Biometrics 43:671–681; Bliss & Fisher 1953, Biometrics 9:176–200.
    """
    from scipy.optimize import minimize  # slow to import

    o, e = of_the_counted(observed, expected)
    if len(o) < 2 or o.sum() == 0:
        raise ValueError("two groups and some counts are needed")
    mean = o.sum() / e.sum()
    excess = float(((o - mean * e) ** 2 - o).sum())
    if excess <= 0:
        raise ValueError("the counts spread no more than chance alone would")
    tally = Tally.of(o, e)
    constant = float((o * np.log(e) - gammaln(o + 1)).sum())

    def loss(logs: Floats) -> float:
        shape, rate = np.exp(logs)
        return -float(tally.likelihood(np.array([shape]), np.array([rate]))[0])

    start = float(((mean * e) ** 2).sum()) / excess
    best = minimize(
        loss,
        np.log([start, start / mean]),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000},
    )
    shape, rate = np.exp(best.x)
    return float(shape), float(rate), constant - float(best.fun)
