"""Means of single answers: survey points, whose squares tell how far answers lie apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.evaluation.standards import Floats
from analytics.insight.certainty.base import Certainty, Figures, Limits, Pooled, Posterior, Sums
from analytics.statistics import deconvolution, random_effects
from analytics.statistics.arrays import FEWEST, Singles
from analytics.statistics.special import fdtrc, stdtrit

FEW_SURVEYS = 5  # answers below which no interval is worth the name
CLASSIFY_SURVEYS = 20  # answers below which nobody is ranked or placed by them
BEST = 100.0
SAME = 1e-9  # points², by which answers that are all the same differ in binary fractions


def certainty(figures: Figures) -> Certainty | None:
    """The mean answer of every agent; None without squares, or where all answers are the same."""
    people = figures.measured.people
    if "surveys" not in people or "survey_points_sq" not in people:
        return None
    n, total, squares = (
        people[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("surveys", "survey_points", "survey_points_sq")
    )
    there = ~np.isnan(n) & (n > 0) & ~np.isnan(squares)
    if there.sum() < 2 or (n[there] - 1).sum() <= 0:
        return None
    with np.errstate(all="ignore"):
        mean = total / n
    # (a) all agents' answers together tell the spread of one
    within = float((squares[there] - n[there] * mean[there] ** 2).sum() / (n[there] - 1).sum())
    if within <= SAME:
        return None
    with np.errstate(all="ignore"):
        error = np.sqrt(within / n)
    reach = float(stdtrit((n[there] - 1).sum(), 0.975)) * error
    low, high = (np.where(there, np.clip(mean + side * reach, 0, BEST), np.nan) for side in (-1, 1))
    p_equal = equal(mean[there], n[there], within)
    nothing = np.full(len(n), np.nan)
    own = Certainty(
        indicator=figures.indicator.id,
        kind="mean",
        value=np.where(there, mean, np.nan),
        low=low,
        high=high,
        n=np.where(there, n, 0.0),
        credibility=nothing,
        shrunken=nothing,
        sd=np.where(there, error, np.nan),
        enough=np.zeros(len(n), dtype=bool),
        p_equal=p_equal,
        drawing=drawn,
        top=BEST,
    )
    if (there & (n >= FEW_SURVEYS)).sum() < FEWEST:
        return own
    # (b) fit the spread of true means; (c) shrink towards the mean of all
    posterior = random_effects.posterior(mean[there], error[there])
    effects = random_effects.random_effects(mean[there], error[there])
    shrunken, credibility, sd = nothing.copy(), nothing.copy(), nothing.copy()
    shrunken[there], credibility[there] = posterior.shrunken, effects.credibility
    sd[there] = posterior.spread

    def above(threshold: float) -> Floats:
        probability = nothing.copy()
        probability[there] = posterior.above(threshold)
        return probability

    return replace(
        own,
        credibility=credibility,
        shrunken=shrunken,
        sd=sd,
        enough=there & (n >= CLASSIFY_SURVEYS),
        probability_above=above,
        law=lambda share: deconvolution.of_means(mean[there], error[there], share),
    )


def interval(sums: Sums) -> Limits:
    """Student's limits, from the answers of each value alone."""
    if sums.squares is None:
        return sums.nothing
    n = sums.denominator
    mean = sums.numerator / n
    apart = sums.squares / n - mean**2
    error = np.sqrt(np.maximum(apart, 0) / (n - 1))
    # The same answer five times tells nothing of its spread.
    usable = (n >= FEW_SURVEYS) & (apart > SAME)
    reach = stdtrit(np.maximum(n - 1, 1), 0.975) * error
    low, high = np.clip(mean - reach, 0, BEST), np.clip(mean + reach, 0, BEST)
    return np.where(usable, low, np.nan), np.where(usable, high, np.nan)


def drawn(posterior: Posterior, draws: int, random: np.random.Generator) -> Singles:
    """From the normal law of the same centre and spread, cut off at both ends."""
    values = random.standard_normal((draws, len(posterior.centre)), dtype=np.float32)
    values *= posterior.sd.astype(np.float32)
    values += posterior.centre.astype(np.float32)
    np.clip(values, 0.0, posterior.top, out=values)
    return values


def drawn_pooled(pooled: Pooled, draws: int, random: np.random.Generator) -> Floats | None:
    """With the company's spread of one answer: a team of one survey, or of five alike, knows
    nothing of its own."""
    totals = pooled.totals
    if "survey_points_sq" not in totals:
        return None
    x, n = pooled.numerator, pooled.denominator
    mean = totals["survey_points"] / totals["surveys"]
    within = max(totals["survey_points_sq"] / totals["surveys"] - mean**2, 0.0)
    error = np.sqrt(within / n)
    chance = random.standard_normal((draws, len(x)))
    values: Floats = np.clip(x / n + error * chance, 0.0, BEST)
    return values


def equal(mean: Floats, n: Floats, within: float) -> float:
    """p of the F test that all means are the same."""
    overall = (n * mean).sum() / n.sum()
    between = float((n * (mean - overall) ** 2).sum() / (len(mean) - 1))
    rest = float((n - 1).sum())
    return float(fdtrc(len(mean) - 1, rest, between / within)) if rest > 0 else 1.0
