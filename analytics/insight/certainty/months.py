"""Results given without counts: how they vary from month to month tells how sure one is."""

from __future__ import annotations

import numpy as np

from analytics.evaluation.standards import Floats
from analytics.insight.certainty import means
from analytics.insight.certainty.base import CLASSIFY, Certainty, Figures
from analytics.statistics import deconvolution, random_effects
from analytics.statistics.special import fdtrc, stdtrit
from analytics.units import largest


def certainty(figures: Figures) -> Certainty | None:
    """How far a month's result can be from the agent's level. An agent's own rise or fall counts as
    chance, too, so that the limits are rather too wide."""
    measured, indicator = figures.measured, figures.indicator
    told, column = (
        measured.month_spread.get(indicator.id),
        measured.catalogue.position(indicator.id),
    )
    value = measured.agents.value[:, column]
    there = ~np.isnan(value)
    if told is None or measured.given_months is None or there.sum() < 2:
        return None
    # (a) what an agent's own months say
    months = np.where(there, measured.given_months[:, column], 0).astype(float)
    error = np.full(len(value), np.nan)
    error[there] = told.sd / np.sqrt(np.maximum(months[there], 1.0))
    reach = float(stdtrit(told.freedom, 0.975)) * error
    top = largest(indicator.unit)
    # (b) fit the spread of true levels; (c) shrink towards the level of all
    posterior = random_effects.posterior(value[there], error[there])
    credibility, shrunken, sd = (np.full(len(value), np.nan) for _ in range(3))
    credibility[there] = random_effects.random_effects(value[there], error[there]).credibility
    shrunken[there], sd[there] = posterior.shrunken, posterior.spread

    def above(threshold: float) -> Floats:
        probability = np.full(len(value), np.nan)
        probability[there] = posterior.above(threshold)
        return probability

    with np.errstate(invalid="ignore"):
        return Certainty(
            indicator=indicator.id,
            kind="months",
            value=value,
            low=np.clip(value - reach, 0.0, top),
            high=np.clip(value + reach, 0.0, top),
            n=months,
            credibility=credibility,
            shrunken=shrunken,
            sd=sd,
            enough=credibility >= CLASSIFY,
            p_equal=equal(value[there], error[there], told.freedom),
            drawing=means.drawn,
            top=top,
            probability_above=above,
            law=lambda share: deconvolution.of_means(value[there], error[there], share),
        )


def equal(value: Floats, error: Floats, freedom: float) -> float:
    """p of the F test that all levels are the same."""
    weight = 1 / error**2
    between = float((weight * (value - (weight * value).sum() / weight.sum()) ** 2).sum())
    agents = float(len(value) - 1)
    return float(fdtrc(agents, freedom, between / agents))
