"""Quantiles of true values: of what agents would reach if chance played no part, with limits by
redrawing the whole estimate.

Values as measured spread wider than true ones, since chance is added to them; shrunken ones spread
less, since each leans on the mean. A quantile belongs to neither, but to the fitted law of true
values. Source: Louis 1984, JASA 79:393–398 (why shrunken values spread too little); Efron &
Tibshirani 1993, An Introduction to the Bootstrap, ch. 13 (percentile limits); Laird & Louis 1987,
JASA 82:739–750 (parametric bootstrap of a mixing law).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.statistics import beta_binomial, gamma_poisson, random_effects, two_groups
from analytics.statistics.arrays import SEED, Floats, Numbers, counts
from analytics.statistics.special import betaincinv, gammaincinv, gammaln, ndtri

GRID = 25  # points an axis
REACH = 6  # standard deviations of a parameter that an axis spans to either side
DRAWS = 200
# redrawn: the limits of more are those of so many, brought nearer by the root of the numbers
MOST_AGENTS = 1_500
MOST_TRIALS = 4_000  # more say no more: chance then spreads a rate by less than a hundredth
TAIL = 0.025
# Gain of log-likelihood by two groups instead of one (two parameters more): from which on they are
# allowed for (below, they are one), and from which on one is not (Akaike weight 0.1; Burnham &
# Anderson 2002, ch. 4).
ALLOWED, FORCED = 0.05, 4.2


@dataclass(frozen=True)
class Quantile:
    """A quantile of true values and its 95 % limits; two_groups: whether two groups fit them so
    much better than one that one was given up."""

    value: float
    low: float
    high: float
    two_groups: bool = False

    def times(self, unit: float) -> Quantile:
        """The same in another unit."""
        return replace(self, value=unit * self.value, low=unit * self.low, high=unit * self.high)

    def within(self, least: float, most: float) -> Quantile:
        """The same, brought into what values there can be."""
        value, low, high = (
            min(max(limit, least), most) for limit in (self.value, self.low, self.high)
        )
        return replace(self, value=value, low=low, high=high)


def of_rates(
    successes: Numbers, trials: Numbers, share: float, seed: int = SEED
) -> Quantile | None:
    """The quantile of true rates (fractions), `share` between 0 and 1; None with too few rates.

    Their law is a Beta, or two groups where these fit better; where the data allow both, the limits
    take in those of either. Trials are taken to whole ones. ValueError for impossible counts.
    """
    x, n = counts(successes, trials)
    there = (n > 0) & ~np.isnan(x)
    x, n = x[there], n[there]
    whole = np.clip(np.round(n), 1, MOST_TRIALS).astype(np.int64)
    cases = np.round(x / np.maximum(n, 1e-12) * whole).astype(np.int64)
    prior = beta_binomial.fit(cases, whole)
    if prior is None:
        return None
    random = np.random.default_rng(seed)
    mean, spread, weight = (
        prior.alpha / (prior.alpha + prior.beta),
        (prior.alpha + prior.beta) ** -0.5,
        prior.weight,
    )
    for step in (
        5e-3,
        5e-4,
    ):  # very many agents tell the law more closely than the fit's own grid does
        means, spreads = (
            _axis(mean, weight, step, 1e-4, 1 - 1e-4),
            _axis(spread, weight, step, 4e-3),
        )
        mean, spread = np.repeat(means, GRID), np.tile(spreads, GRID)
        alpha, beta = mean / spread**2, (1 - mean) / spread**2
        likelihood = _rate_likelihood(cases[None], whole, alpha, beta)
        weight = np.exp(likelihood[0] - likelihood.max())
        weight /= weight.sum()
    quantiles = betaincinv(alpha, beta, share)
    a, b = (
        part * float(weight @ spread) ** -2
        for part in (float(weight @ mean), 1 - float(weight @ mean))
    )
    some, nearer = _some(len(whole), random)
    drawn = random.binomial(whole[some], random.beta(a, b, (DRAWS, len(some))))
    again = _weighed(_rate_likelihood(drawn, whole[some], alpha, beta), quantiles)
    single = _limits(float(weight @ quantiles), again, nearer)

    scale = two_groups.Scale.around(a, b)
    humps = two_groups.fit(cases, whole, scale)
    gain = float(humps.likelihood[0] - likelihood.max())
    if gain < ALLOWED:
        return single
    value = float(scale.quantile(humps.cells, share)[0])
    cells = two_groups.redrawn(humps, whole[some], scale, DRAWS, random)
    two = _limits(value, scale.quantile(cells, share), nearer, two_groups=True)
    if gain > FORCED:
        return two
    for_two = 1 / (1 + float(np.exp(2 - gain)))
    between = (1 - for_two) * single.value + for_two * two.value
    return Quantile(between, min(single.low, two.low), max(single.high, two.high))


def of_counts(
    observed: Numbers, expected: Numbers, share: float, seed: int = SEED
) -> Quantile | None:
    """The quantile of true ratios of observed to expected, whose law is a Gamma; None with too few
    counts."""
    o, e = np.broadcast_arrays(np.asarray(observed, dtype=float), np.asarray(expected, dtype=float))
    there = (e > 0) & ~np.isnan(o)
    o, e = o[there], e[there]
    prior = gamma_poisson.fit(o, e)
    if prior is None:
        return None
    random = np.random.default_rng(seed)
    logs = np.log(prior.shape / prior.rate)
    spreads = _axis(prior.shape**-0.5, prior.weight, 5e-4, 4e-3)
    shape = np.tile(spreads**-2, GRID)
    rate = shape / np.exp(np.repeat(_axis(logs, prior.weight, 5e-4), GRID))
    quantiles = gammaincinv(shape, share) / rate
    value = _weighed(_count_likelihood(o[None], e, shape, rate), quantiles)
    centre, strength = (
        float(np.exp(prior.weight @ logs)),
        float(prior.weight @ prior.shape**-0.5) ** -2,
    )
    some, nearer = _some(len(e), random)
    true = random.gamma(strength, centre / strength, (DRAWS, len(some)))
    drawn = random.poisson(true * e[some]).astype(float)
    return _limits(
        float(value[0]), _weighed(_count_likelihood(drawn, e[some], shape, rate), quantiles), nearer
    )


def of_means(means: Numbers, errors: Numbers, share: float, seed: int = SEED) -> Quantile:
    """The quantile of true means with known standard errors, whose law is normal. ValueError as
    `random_effects`."""
    y, error = np.asarray(means, dtype=float), np.asarray(errors, dtype=float)
    random = np.random.default_rng(seed)
    some, nearer = _some(len(y), random)
    effects = random_effects.random_effects(y, error)
    top = 4 * max(float(np.std(y)), float(error.min())) + 1e-9
    taus = np.linspace(0, top, GRID**2 // 4)

    def of_all(rows: Floats, se: Floats) -> tuple[Floats, Floats, Floats]:
        weight = 1 / (se[:, None] ** 2 + taus**2)
        precision = weight.sum(axis=0)
        middle = rows @ weight / precision
        log = 0.5 * (np.log(weight).sum(axis=0) - np.log(precision))
        log = log - 0.5 * (rows**2 @ weight - precision * middle**2)
        chance = np.exp(log - log.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        quantiles = middle + float(ndtri(share)) * taus
        return (chance * quantiles).sum(axis=1), chance @ taus, (chance * middle).sum(axis=1)

    centre = effects.pooled  # near 0, so that squares lose no digits
    value, tau, middle = of_all((y - centre)[None], error)
    drawn = middle + random.standard_normal((DRAWS, len(some))) * np.hypot(tau, error[some])
    limits = _limits(float(value[0]), of_all(drawn, error[some])[0], nearer)
    return Quantile(limits.value + centre, limits.low + centre, limits.high + centre)


def _limits(value: float, again: Floats, nearer: float, two_groups: bool = False) -> Quantile:
    ends, middle = (
        np.quantile(again, [TAIL, 1 - TAIL]),
        value if nearer == 1 else float(np.median(again)),
    )
    low, high = (float(value + nearer * (end - middle)) for end in ends)
    return Quantile(value, min(low, value), max(high, value), two_groups)


def _some(agents: int, random: np.random.Generator) -> tuple[np.ndarray, float]:
    """Whose counts are redrawn, and the factor by which limits of so many are wider than those of
    all."""
    if agents <= MOST_AGENTS:
        return np.arange(agents), 1.0
    return random.choice(agents, MOST_AGENTS, replace=False), (MOST_AGENTS / agents) ** 0.5


def _axis(
    values: Floats, weight: Floats, narrow: float, least: float = -np.inf, most: float = np.inf
) -> Floats:
    """Points around a parameter of the law, as far as samples drawn from it will ask for; `narrow`:
    to either side at least."""
    middle = float(weight @ values)
    reach = max(REACH * float(weight @ (values - middle) ** 2) ** 0.5, narrow)
    return np.linspace(max(middle - reach, least), min(middle + reach, most), GRID)


def _weighed(log: Floats, quantiles: Floats) -> Floats:
    """The mean of `marks` over the posterior of every sample (samples × points of the grid)."""
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    out: Floats = weight @ quantiles / weight.sum(axis=1)
    return out


def _rate_likelihood(x: np.ndarray, n: np.ndarray, alpha: Floats, beta: Floats) -> Floats:
    """Log-likelihood of every sample (samples × agents) at every point, with the coefficients left
    out."""
    sizes, often = np.unique(n, return_counts=True)
    whole = alpha + beta
    same = often @ (gammaln(whole + sizes[:, None]) - gammaln(whole))
    log = np.tile(-same, (len(x), 1))
    for base, cases in ((alpha, x), (beta, n - x)):
        log += _tallied(cases, base)
    return log


def _tallied(cases: np.ndarray, base: Floats) -> Floats:
    """Σ log Γ(base + count) − log Γ(base) of every sample: most counts occur in many agents."""
    distinct, where = np.unique(cases, return_inverse=True)
    places = where.reshape(cases.shape) + len(distinct) * np.arange(len(cases))[:, None]
    tally = np.bincount(places.ravel(), minlength=len(cases) * len(distinct)).reshape(
        len(cases), -1
    )
    out: Floats = tally.astype(float) @ (gammaln(base + distinct[:, None]) - gammaln(base))
    return out


def _count_likelihood(o: Floats, e: Floats, shape: Floats, rate: Floats) -> Floats:
    """The same of counts."""
    logs = np.log(rate + e[:, None])
    same: Floats = shape * (len(e) * np.log(rate) - logs.sum(axis=0))
    return _tallied(o, shape) + same - o @ logs
