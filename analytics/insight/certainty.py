"""How sure a value is: its interval, n, credibility and shrunken estimate; and whether agents differ at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import chdtrc, fdtrc

from analytics.catalogue import Catalogue
from analytics.evaluation import Measured
from analytics.insight.quadrant import Placed
from analytics.model import QUADRANTS
from analytics.scoring.standards import Floats
from analytics.statistics import beta_binomial, garwood, quadrant_probability, random_effects, wilson
from analytics.statistics.gamma_poisson import fit as fit_counts

FEW_SURVEYS = 5
CLASSIFY = 0.5  # least credibility at which anybody is ranked or placed by a value
DIFFER = 0.05  # above this p the agents as a whole are not told apart


@dataclass(frozen=True)
class Certainty:
    """One indicator of every agent, in its own unit; NaN where nothing can be said.

    low, high: 95 % limits of the agent's own data; n: what they rest on; credibility: Z of the shrunken estimate; p_equal: how
    likely such differences are if all agents were the same.
    """

    indicator: str
    low: Floats
    high: Floats
    n: Floats
    credibility: Floats
    shrunken: Floats
    p_equal: float
    kind: str  # rate | mean | count
    _above: object = None

    def above(self, threshold: float) -> Floats:
        """Posterior probability that the true value lies above the threshold; NaN without data or prior."""
        return self._above(threshold) if callable(self._above) else np.full(len(self.n), np.nan)


def certainty(measured: Measured, indicator: str) -> Certainty | None:
    """The certainty of an indicator; None for one whose spread the data do not tell (amounts, days, given rates)."""
    known = measured.catalogue
    one = known[indicator]
    at = known.position(indicator)
    numerator, denominator = measured.agents.numerator[:, at], measured.agents.denominator[:, at]
    if one.numerator == "survey_points":
        return _mean(measured, indicator)
    if not _counts(known, indicator) or np.isnan(numerator).all():
        return None
    if one.scale != 1.0:
        return _count(indicator, numerator, denominator, one.scale)
    return _rate(indicator, numerator, denominator)


def _counts(known: Catalogue, indicator: str) -> bool:
    """Whether an indicator divides whole cases by whole cases."""
    one = known[indicator]
    return one.numerator in (
        "renewed_policies",
        "first_term_renewed",
        "complaints",
        "late_renewals",
    ) and one.denominator in ("due_policies", "first_term_due")


def _rate(indicator: str, x: Floats, n: Floats) -> Certainty:
    there = ~np.isnan(x) & (n > 0)
    success, trials = np.where(there, x, 0.0), np.where(there, n, 0.0)
    low, high = wilson.wilson(success, trials)
    prior = beta_binomial.fit(success[there], trials[there])
    nothing = np.full(len(x), np.nan)
    if prior is None:
        return Certainty(
            indicator, low, high, trials, nothing, nothing, _equal_rates(success[there], trials[there]), "rate"
        )

    def above(threshold: float) -> Floats:
        return np.where(there, prior.above(success, trials, threshold), np.nan)

    shrunken = np.where(there, prior.shrunken(success, trials), np.nan)
    return Certainty(
        indicator,
        low,
        high,
        trials,
        np.where(there, prior.credibility(trials), np.nan),
        shrunken,
        _equal_rates(success[there], trials[there]),
        "rate",
        above,
    )


def _mean(measured: Measured, indicator: str) -> Certainty | None:
    people = measured.people
    if "surveys" not in people or "survey_points_sq" not in people:
        return None
    n, total, squares = (
        people[name].to_numpy(dtype=float, na_value=np.nan) for name in ("surveys", "survey_points", "survey_points_sq")
    )
    there = ~np.isnan(n) & (n > 0) & ~np.isnan(squares)
    nothing = np.full(len(n), np.nan)
    if there.sum() < 2 or (n[there] - 1).sum() <= 0:
        return None
    with np.errstate(all="ignore"):
        mean = total / n
    within = float((squares[there] - n[there] * mean[there] ** 2).sum() / (n[there] - 1).sum())
    if within <= 0:
        return None
    with np.errstate(all="ignore"):
        error = np.sqrt(within / n)
    low, high = (
        np.where(there, np.clip(mean - 1.96 * error, 0, 100), np.nan),
        np.where(there, np.clip(mean + 1.96 * error, 0, 100), np.nan),
    )
    enough = there & (n >= FEW_SURVEYS)
    p_equal = _equal_means(mean[there], n[there], within)
    if enough.sum() < beta_binomial.FEWEST:
        return Certainty(indicator, low, high, np.where(there, n, 0.0), nothing, nothing, p_equal, "mean")
    found = random_effects.posterior(mean[there], error[there])
    effects = random_effects.random_effects(mean[there], error[there])
    shrunken, credibility = nothing.copy(), nothing.copy()
    shrunken[there], credibility[there] = found.shrunken, effects.credibility

    def above(threshold: float) -> Floats:
        out = nothing.copy()
        out[there] = found.above(threshold)
        return out

    return Certainty(indicator, low, high, np.where(there, n, 0.0), credibility, shrunken, p_equal, "mean", above)


def _count(indicator: str, x: Floats, n: Floats, scale: float) -> Certainty:
    there = ~np.isnan(x) & (n > 0)
    low, high = garwood.garwood(np.where(there, x, 0.0))
    with np.errstate(all="ignore"):
        low, high = np.where(there, scale * low / n, np.nan), np.where(there, scale * high / n, np.nan)
    observed, exposure = x[there], n[there]
    expected = exposure * observed.sum() / exposure.sum() if exposure.sum() > 0 else exposure
    prior = fit_counts(observed, expected)
    shrunken = np.full(len(x), np.nan)
    if prior is not None:
        shrunken[there] = scale * prior.shrunken(observed, expected) * observed.sum() / exposure.sum()
    statistic = float(((observed - expected) ** 2 / np.maximum(expected, 1e-12)).sum())
    p_equal = float(chdtrc(max(len(observed) - 1, 1), statistic)) if len(observed) > 1 else 1.0
    return Certainty(indicator, low, high, np.where(there, n, 0.0), np.full(len(x), np.nan), shrunken, p_equal, "count")


def _equal_rates(x: Floats, n: Floats) -> float:
    """p of the χ² test that all rates are the same; 1 where there is nothing to test."""
    if len(x) < 2 or not 0 < x.sum() < n.sum():
        return 1.0
    p = x.sum() / n.sum()
    return float(chdtrc(len(x) - 1, float(((x - n * p) ** 2 / (n * p * (1 - p))).sum())))


def _equal_means(mean: Floats, n: Floats, within: float) -> float:
    """p of the F test that all means are the same."""
    overall = (n * mean).sum() / n.sum()
    between = float((n * (mean - overall) ** 2).sum() / (len(mean) - 1))
    rest = float((n - 1).sum())
    return float(fdtrc(len(mean) - 1, rest, between / within)) if rest > 0 else 1.0


@dataclass(frozen=True)
class QuadrantCertainty:
    """agents × quadrants (in the order of QUADRANTS); NaN rows where one of the two values or its spread is not known."""

    probability: Floats
    x: Certainty | None
    y: Certainty | None

    @cached_property
    def certain(self) -> np.ndarray:
        """Whether the likeliest quadrant may be named: at least 80 %."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.nan_to_num(self.probability.max(axis=1), nan=0.0) >= quadrant_probability.CERTAIN)

    @property
    def known(self) -> np.ndarray:
        return ~np.isnan(self.probability[:, 0])

    @property
    def tell_apart(self) -> bool:
        """Whether the agents differ on either axis beyond what chance alone makes of equal ones."""
        return any(one is not None and one.p_equal < DIFFER for one in (self.x, self.y))

    def likeliest(self) -> np.ndarray:
        """The two likeliest quadrants of every agent, as positions in QUADRANTS."""
        order: np.ndarray = np.argsort(-np.nan_to_num(self.probability, nan=-1.0), axis=1, kind="stable")[:, :2]
        return order


def quadrant_certainty(measured: Measured, placed: Placed) -> QuadrantCertainty:
    """The probability of each quadrant for every agent, the cut lines taken as they stand."""
    x, y = certainty(measured, placed.x), certainty(measured, placed.y)
    size = len(placed.quadrant)
    if x is None or y is None or np.isnan(placed.x_cut.value + placed.y_cut.value):
        return QuadrantCertainty(np.full((size, len(QUADRANTS)), np.nan), x, y)
    good = []
    for one, line, name in ((x, placed.x_cut.value, placed.x), (y, placed.y_cut.value, placed.y)):
        above = one.above(line)
        good.append(1 - above if measured.catalogue[name].direction == "lower" else above)
    there = ~np.isnan(good[0]) & ~np.isnan(good[1])
    found = quadrant_probability.quadrant_probability(np.where(there, good[0], 0.5), np.where(there, good[1], 0.5))
    return QuadrantCertainty(np.where(there[:, None], found, np.nan), x, y)
