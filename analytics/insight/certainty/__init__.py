"""How sure a value is: its interval, n, credibility and shrunken estimate; and whether agents
differ at all.

One file a kind of spread: rates, counts, means, shares of a target, months given without counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from analytics.evaluation import Evaluation, Measured, Values
from analytics.evaluation.standards import Floats
from analytics.insight.certainty import counts, means, months, rates, shares
from analytics.insight.certainty.base import (
    CLASSIFY,
    HEAVY,
    Certainty,
    Figures,
    Kind,
    Limits,
    Pooled,
    Sums,
)
from analytics.model import Indicator
from analytics.numbers import percent
from analytics.units import digits, in_percent

# By an indicator's spread, which the catalogue tells; without a spread nothing is known.
KINDS: Mapping[str, Kind] = {
    "rate": Kind(rates.certainty, rates.interval, rates.drawn_pooled),
    "count": Kind(counts.certainty, counts.interval, counts.drawn_pooled),
    "mean": Kind(means.certainty, means.interval, means.drawn_pooled),
    "share": Kind(shares.certainty),  # a target alone does not tell the policies behind it
    "months": Kind(months.certainty),
}

_worked_out: WeakKeyDictionary[Values, dict[str, Certainty | None]] = WeakKeyDictionary()


def certainty(measured: Measured, indicator_id: str) -> Certainty | None:
    """The certainty of an indicator; None for one whose spread the data do not tell (amounts, days,
    given rates).

    Worked out once for the same figures, since no weight and no reader changes it.
    """
    remembered = _worked_out.setdefault(measured.agents, {})
    if indicator_id not in remembered:
        remembered[indicator_id] = _remembering(_certainty(measured, indicator_id))
    return remembered[indicator_id]


def interval(
    indicator: Indicator,
    numerator: Floats,
    denominator: Floats,
    squares: Floats | None = None,
    together: Floats | float = 1.0,
) -> Limits:
    """95 % limits of values in the indicator's unit from their own counts alone (agents, teams,
    months, the company).

    `squares`: the sum of squared survey points, for means; `together`: the factor of `clusters` for
    renewals. NaN where the data do not tell the spread.
    """
    sums = Sums(indicator, numerator, denominator, squares, together)
    kind = KINDS.get(indicator.spread)
    if kind is None or kind.interval is None:
        return sums.nothing
    with np.errstate(all="ignore"):
        return kind.interval(sums)


def drawn_pooled(pooled: Pooled, draws: int, random: np.random.Generator) -> Floats | None:
    """Values of teams or the company (draws × groups) as their own pooled counts allow them; None
    where these do not tell the spread."""
    kind = KINDS.get(pooled.indicator.spread)
    if kind is None or kind.drawn_pooled is None:
        return None
    with np.errstate(all="ignore"):
        return kind.drawn_pooled(pooled, draws, random)


def too_few(evaluation: Evaluation) -> np.ndarray:
    """Who is rated on too few cases to be ranked: an indicator that carries a tenth of their score
    or more, on which agents differ, rests on so little that the others' values tell more of theirs
    than their own (Z below a half)."""
    measured, weight = evaluation.measured, evaluation.agents.weight
    unsure = np.zeros(len(evaluation.people), dtype=bool)
    for column, indicator in enumerate(evaluation.catalogue.indicators):
        sure = certainty(measured, indicator.id)
        if sure is not None and sure.differ:
            with np.errstate(invalid="ignore"):
                unsure |= (
                    (weight[:, column] >= HEAVY)
                    & (sure.credibility < CLASSIFY)
                    & ~np.isnan(measured.agents.value[:, column])
                )
    rated: np.ndarray = unsure & evaluation.agents.rated
    return rated


def range_text(indicator: Indicator, low: float, high: float) -> str:
    """The 95 % range of a value in its unit: 62.1–81.0%; a dash where none is known."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "—"
    if in_percent(indicator.unit):
        return f"{percent(low)}–{percent(high)}%"
    shown = digits(indicator.unit)
    return f"{low:.{shown}f}–{high:.{shown}f}"


def _certainty(measured: Measured, indicator_id: str) -> Certainty | None:
    column = measured.catalogue.position(indicator_id)
    x, n = measured.agents.numerator[:, column], measured.agents.denominator[:, column]
    indicator = measured.catalogue[indicator_id]
    kind = KINDS.get("months" if np.isnan(x).all() else indicator.spread)
    if kind is None:
        return None
    figures = Figures(measured, indicator, x, n, lambda other: certainty(measured, other))
    return kind.certainty(figures)


def _remembering(sure: Certainty | None) -> Certainty | None:
    """The same, with the probabilities and quantiles that pages ask for again and again kept."""
    if sure is None:
        return None
    above, law = sure.probability_above, sure.law
    return replace(
        sure,
        probability_above=None if above is None else _kept(above),
        law=None if law is None else cache(law),
    )


def _kept(above: Callable[[float], Floats]) -> Callable[[float], Floats]:
    """The same probabilities, kept for a few thresholds: read-only."""

    @lru_cache(maxsize=16)
    def kept(threshold: float) -> Floats:
        probability = above(threshold)
        probability.flags.writeable = False
        return probability

    return kept
