"""Rates: whole cases out of whole cases, each of which counts or does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.evaluation.standards import Floats
from analytics.insight.certainty.base import (
    CLASSIFY,
    REDRAWS,
    SPARSE,
    Certainty,
    Figures,
    Limits,
    Pooled,
    Posterior,
    Sums,
)
from analytics.insight.clusters import TOGETHER, excess
from analytics.statistics import beta_binomial, deconvolution, wilson, wilson_hilferty
from analytics.statistics.arrays import SEED, Singles
from analytics.statistics.special import chdtrc


def certainty(figures: Figures) -> Certainty:
    """A rate of every agent; cases that are decided together count for less than their number."""
    together = excess(figures.measured, figures.indicator)
    return of_counts(figures.indicator.id, figures.numerator, figures.denominator, together)


def of_counts(indicator_id: str, x: Floats, n: Floats, together: Floats) -> Certainty:
    """`together`: by what factor cases that are decided together count for less than their
    number."""
    with np.errstate(invalid="ignore"):
        there = (x >= 0) & (x <= n) & (n > 0)
    counted = np.where(there, n, 0.0)
    success, trials = np.where(there, x, 0.0) / together, counted / together
    with np.errstate(all="ignore"):
        value = np.where(there, success / trials, np.nan)
    # (a) what the agent's own cases say, and whether all agents may be the same
    low, high = wilson.wilson(success, trials)
    p_equal = equal(success[there], trials[there])
    # (b) fit the spread of true rates
    prior = beta_binomial.fit(success[there], trials[there])
    nothing = np.full(len(x), np.nan)
    own = Certainty(
        indicator=indicator_id,
        kind="rate",
        value=value,
        low=low,
        high=high,
        n=counted,
        credibility=nothing,
        shrunken=nothing,
        sd=nothing,
        enough=np.zeros(len(x), dtype=bool),
        p_equal=p_equal,
        drawing=drawn,
        top=1.0,
    )
    if prior is None:
        alone = (success + 0.5) / (trials + 1)
        sd = np.sqrt(alone * (1 - alone) / (trials + 2))
        return replace(own, sd=np.where(there, sd, np.nan), alone=np.where(there, alone, np.nan))

    def above(threshold: float) -> Floats:
        return np.where(there, prior.above(success, trials, threshold), np.nan)

    # (c) shrink towards the mean of all
    credibility = np.where(there, prior.credibility(trials), np.nan)
    return replace(
        own,
        credibility=credibility,
        shrunken=np.where(there, prior.shrunken(success, trials), np.nan),
        sd=np.where(there, prior.sd(success, trials), np.nan),
        enough=np.nan_to_num(credibility) >= CLASSIFY,
        probability_above=above,
        law=lambda share: deconvolution.of_rates(success[there], trials[there], share),
        prior=prior,
    )


def interval(sums: Sums) -> Limits:
    """Wilson's limits."""
    x, n = sums.numerator, sums.denominator
    usable = (x >= 0) & (x <= n) & (n > 0)
    factor = sums.together if sums.indicator.numerator in TOGETHER else 1.0
    return wilson.wilson(np.where(usable, x, 0.0) / factor, np.where(usable, n, 0.0) / factor)


def drawn(posterior: Posterior, draws: int, random: np.random.Generator) -> Singles:
    """From the Beta of the same centre and spread, stretched to the largest value."""
    top = posterior.top
    with np.errstate(all="ignore"):
        total = posterior.centre * (top - posterior.centre) / posterior.sd**2 - 1
        total = np.clip(total, 1e-3, 1e9)
        share = np.clip(posterior.centre / top, 1e-9, 1 - 1e-9)
    told = ~np.isnan(total)
    total, share = np.where(told, total, 1.0), np.where(told, share, 0.5)
    values = wilson_hilferty.beta(share * total, (1 - share) * total, draws, random)
    values *= np.where(told, top, np.nan).astype(np.float32)
    return values


def drawn_pooled(pooled: Pooled, draws: int, random: np.random.Generator) -> Floats:
    """From Jeffreys' posterior of each group's own counts."""
    x, n = pooled.numerator, pooled.denominator
    there = (x >= 0) & (n > 0)
    x, n = np.where(there, x, 0.0), np.where(there, n, 1.0)
    values = random.beta(x + 0.5, np.maximum(n - x, 0.0) + 0.5, (draws, len(x)))
    return np.where(there, values, np.nan)


def equal(x: Floats, n: Floats) -> float:
    """p of the test that all rates are the same; by redrawing where counts are too small for χ²; 1
    where there is nothing to test."""
    if len(x) < 2 or not 0 < x.sum() < n.sum():
        return 1.0
    p = x.sum() / n.sum()
    statistic = float(((x - n * p) ** 2 / (n * p * (1 - p))).sum())
    if (np.minimum(n * p, n * (1 - p)) >= SPARSE).mean() >= 0.8:
        return float(chdtrc(len(x) - 1, statistic))
    n = np.round(n)  # cases that count for less than their number
    redrawn = np.random.default_rng(SEED).binomial(n.astype(np.int64), p, (REDRAWS, len(x)))
    rate = redrawn.sum(axis=1, keepdims=True) / max(n.sum(), 1.0)
    with np.errstate(all="ignore"):
        each = ((redrawn - n * rate) ** 2 / (n * rate * (1 - rate))).sum(axis=1)
    return float((1 + (np.nan_to_num(each) >= statistic - 1e-9).sum()) / (REDRAWS + 1))
