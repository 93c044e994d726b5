"""Shares of a target: renewals held against something else than the policies due."""

from __future__ import annotations

import numpy as np

from analytics.catalogue import RENEWED
from analytics.evaluation.standards import Floats
from analytics.insight.certainty import rates
from analytics.insight.certainty.base import Certainty, Figures
from analytics.insight.clusters import excess
from analytics.statistics import deconvolution
from analytics.statistics.arrays import FEWEST
from analytics.statistics.special import betainc, chdtrc

DUE = "due_policies"


def certainty(figures: Figures) -> Certainty | None:
    """As uncertain as the renewals out of the policies due, in the target's unit."""
    people = figures.measured.people
    if DUE not in people:
        return None
    due, renewed = (people[name].to_numpy(dtype=float, na_value=np.nan) for name in (DUE, RENEWED))
    x = figures.numerator
    # Months without a target count on neither side: the policies due are those behind the
    # renewals that count.
    due = due * np.divide(x, renewed, out=np.ones(len(x)), where=renewed > 0)
    rate = _rate(figures, due)
    return None if rate is None else _scaled(figures, due, rate)


def _rate(figures: Figures, due: Floats) -> Certainty | None:
    """The certainty of the renewals out of the policies due, the catalogue's own where it has
    one."""
    for indicator in figures.measured.catalogue.indicators:
        made_of = indicator.numerator, indicator.denominator, indicator.scale
        if made_of == (RENEWED, DUE, 1.0):
            return figures.sure_of(indicator.id)
    together = excess(figures.measured, figures.indicator)
    return rates.of_counts(figures.indicator.id, figures.numerator, due, together)


def _scaled(figures: Figures, due: Floats, rate: Certainty) -> Certainty | None:
    x, n = figures.numerator, figures.denominator
    together = excess(figures.measured, figures.indicator)
    with np.errstate(all="ignore"):
        common = float(np.nansum(x) / np.nansum(due))
        scale = np.where(n > 0, due / n, np.nan)
        expected = n * np.nansum(x) / np.nansum(n)
        statistic = float(np.nansum((x - expected) ** 2 / (expected * (1 - common))))
        error = scale * np.sqrt(common * (1 - common) * together / due)
    there = ~np.isnan(scale * rate.value)
    if not there.any():
        return None
    usable = there & (error > 0) & np.isfinite(error)

    def above(threshold: float) -> Floats:
        """From the Beta of the same mean and spread, since everybody's target cuts elsewhere."""
        with np.errstate(all="ignore"):
            total = rate.shrunken * (1 - rate.shrunken) / rate.sd**2 - 1
            line = np.clip(threshold / scale, 0.0, 1.0)
            return np.asarray(1 - betainc(rate.shrunken * total, (1 - rate.shrunken) * total, line))

    def law(share: float) -> deconvolution.Quantile | None:
        """As of means with known errors, since everybody's target scales their rate differently."""
        if usable.sum() < FEWEST:
            return None
        return deconvolution.of_means((rate.value * scale)[usable], error[usable], share)

    return Certainty(
        indicator=figures.indicator.id,
        kind="share",
        value=rate.value * scale,
        low=rate.low * scale,
        high=rate.high * scale,
        n=rate.n,
        credibility=rate.credibility,
        shrunken=rate.shrunken * scale,
        sd=rate.sd * scale,
        enough=rate.enough,
        p_equal=float(chdtrc(max(int(there.sum()) - 1, 1), statistic)),
        drawing=rates.drawn,
        top=float(np.nanmax(scale)),
        probability_above=above,
        law=law,
    )
