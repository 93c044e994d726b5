"""Counts: events that may befall one case several times, so many per hundred cases."""

from __future__ import annotations

import numpy as np

from analytics.evaluation.standards import Floats
from analytics.insight.certainty.base import (
    REDRAWS,
    SPARSE,
    Certainty,
    Figures,
    Limits,
    Pooled,
    Posterior,
    Sums,
)
from analytics.statistics import deconvolution, gamma_poisson, garwood, wilson_hilferty
from analytics.statistics.arrays import SEED, Singles
from analytics.statistics.special import chdtrc, gammaincc

CLASSIFY_EVENTS = 5  # expected events below which nobody is ranked or placed by them


def certainty(figures: Figures) -> Certainty:
    """Events of every agent, per `scale` cases."""
    scale, x, n = figures.indicator.scale, figures.numerator, figures.denominator
    with np.errstate(invalid="ignore"):
        there = (x >= 0) & (n > 0)
    observed, exposure = x[there], n[there]
    # (a) what the agent's own events say, and whether all agents may be the same
    low, high = garwood.garwood(np.where(there, x, 0.0))
    with np.errstate(all="ignore"):
        low, high = (np.where(there, scale * limit / n, np.nan) for limit in (low, high))
        value = np.where(there, scale * x / n, np.nan)
    common = observed.sum() / exposure.sum() if exposure.sum() > 0 else 0.0
    expected, unit = exposure * common, scale * common
    enough = np.zeros(len(x), dtype=bool)
    enough[there] = expected >= CLASSIFY_EVENTS
    # (b) fit the spread of true frequencies, as multiples of the common one
    prior = gamma_poisson.fit(observed, expected)

    def above(threshold: float) -> Floats:
        probability = np.full(len(x), np.nan)
        if prior is not None:
            probability[there] = prior.above(observed, expected, threshold / unit)
        else:  # Jeffreys' prior for the agent's own count
            probability[there] = gammaincc(observed + 0.5, exposure * threshold / scale)
        return probability

    def law(share: float) -> deconvolution.Quantile | None:
        quantile = deconvolution.of_counts(observed, expected, share)
        return None if quantile is None else quantile.times(unit)

    # (c) shrink towards the common frequency
    credibility, shrunken, sd = (np.full(len(x), np.nan) for _ in range(3))
    if prior is None:
        sd[there] = scale * np.sqrt(observed + 0.5) / exposure
        shrunken[there] = scale * (observed + 0.5) / exposure
    else:
        shrunken[there] = unit * prior.shrunken(observed, expected)
        sd[there] = unit * prior.sd(observed, expected)
        credibility[there] = prior.credibility(expected)
    return Certainty(
        indicator=figures.indicator.id,
        kind="count",
        value=value,
        low=low,
        high=high,
        n=np.where(there, n, 0.0),
        credibility=credibility,
        shrunken=shrunken,
        sd=sd,
        enough=enough,
        p_equal=equal(observed, expected),
        drawing=drawn,
        probability_above=above,
        law=law,
    )


def interval(sums: Sums) -> Limits:
    """Garwood's limits."""
    scale, x, n = sums.indicator.scale, sums.numerator, sums.denominator
    low, high = garwood.garwood(np.nan_to_num(np.maximum(x, 0)))
    usable = ~np.isnan(x) & (n > 0)
    return (
        np.where(usable, scale * low / n, np.nan),
        np.where(usable, scale * high / n, np.nan),
    )


def drawn(posterior: Posterior, draws: int, random: np.random.Generator) -> Singles:
    """From the Gamma of the same centre and spread."""
    with np.errstate(all="ignore"):
        shape = np.minimum(posterior.centre**2 / posterior.sd**2, 1e9)
        told = shape > 0
        values = wilson_hilferty.gamma(np.where(told, shape, 1.0), draws, random)
        values *= np.where(told, posterior.centre / shape, np.nan).astype(np.float32)
        return values


def drawn_pooled(pooled: Pooled, draws: int, random: np.random.Generator) -> Floats:
    """From Jeffreys' posterior of each group's own counts."""
    x, n = pooled.numerator, pooled.denominator
    there = (x >= 0) & (n > 0)
    x, n = np.where(there, x, 0.0), np.where(there, n, 1.0)
    values = pooled.indicator.scale * random.gamma(x + 0.5, 1.0, (draws, len(x))) / n
    return np.where(there, values, np.nan)


def equal(observed: Floats, expected: Floats) -> float:
    """p of the test that all counts follow what was expected; by redrawing where these are too
    small for χ²."""
    if len(observed) < 2 or observed.sum() <= 0:
        return 1.0
    statistic = float(((observed - expected) ** 2 / np.maximum(expected, 1e-12)).sum())
    if (expected >= SPARSE).mean() >= 0.8:
        return float(chdtrc(len(observed) - 1, statistic))
    share = expected / expected.sum()
    redrawn = np.random.default_rng(SEED).multinomial(int(observed.sum()), share, REDRAWS)
    each = ((redrawn - expected) ** 2 / np.maximum(expected, 1e-12)).sum(axis=1)
    return float((1 + (each >= statistic - 1e-9).sum()) / (REDRAWS + 1))
