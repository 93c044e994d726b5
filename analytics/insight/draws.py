"""Points drawn anew from what the data allow: the same draw of the renewals moves everything that
hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary

import numpy as np

from analytics.catalogue import RENEWED, Catalogue
from analytics.evaluation import Evaluation, Measured, Values
from analytics.evaluation.standards import Floats, points
from analytics.insight.certainty import certainty, drawn_pooled
from analytics.insight.certainty.base import HEAVY, Pooled
from analytics.insight.clusters import likeness
from analytics.model import Indicator
from analytics.statistics import random_effects
from analytics.statistics.arrays import FEWEST, SEED, Singles

DRAWS = 500
MOST_UNTOLD = 0.1  # of the agents who have an indicator, above which its spread counts as unknown
Drawn = Callable[[str], Floats | Singles | None]


def drawn_points(
    catalogue: Catalogue,
    values: Values,
    rows: np.ndarray,
    draw: Drawn,
    premiums: Callable[[str, Floats | Singles], Floats | Singles] | None = None,
) -> Iterator[tuple[int, Floats]]:
    """Per indicator that anybody has: its position, and points (draws × rows, or 1 × rows where no
    spread is known).

    Amounts of premium follow the drawn renewals, so that one lucky month does not count as three:
    `premiums` gives them for an indicator's numerator and the drawn rates; without it, policies of
    one agent are taken for equally large. What has no known spread stays as it is. `draw` gives an
    indicator's true values, draws × rows.
    """
    renewed = the_rate(catalogue)
    rates = draw(renewed) if renewed is not None else None
    moved = None
    if renewed is not None and rates is not None:
        with np.errstate(all="ignore"):
            factor = 1.0 / values.value[rows, catalogue.position(renewed)]
        untold = ~np.isfinite(factor) | np.isnan(rates[0])  # who has no rate has none in any draw
        moved = rates * factor.astype(rates.dtype)
        moved[:, untold] = 1.0
    for column, indicator in enumerate(catalogue.indicators):
        as_it_is = values.points[rows, column]
        if np.isnan(as_it_is).all():
            continue
        if indicator.id == renewed:
            values_drawn = rates
        elif (indicator.spread == "amount" or indicator.numerator == RENEWED) and moved is not None:
            each = (
                moved
                if premiums is None or indicator.numerator == RENEWED
                else premiums(indicator.numerator, moved)
            )
            values_drawn = values.value[rows, column].astype(each.dtype) * each
        else:
            values_drawn = draw(indicator.id)
        if values_drawn is None:
            yield column, as_it_is[None]
        else:
            points_drawn = points(values_drawn, indicator.standard)
            untold = np.isnan(points_drawn[0])
            points_drawn[:, untold] = as_it_is[untold]
            yield column, points_drawn


def the_rate(catalogue: Catalogue) -> str | None:
    """The indicator that is the renewal rate by policies: amounts of premium follow it."""
    return next(
        (
            indicator.id
            for indicator in catalogue.indicators
            if (indicator.numerator, indicator.denominator) == (RENEWED, "due_policies")
        ),
        None,
    )


def unknown_spread(evaluation: Evaluation) -> tuple[Indicator, ...]:
    """The indicators that carry a tenth of the weight or more and whose spread is not known for
    most who have them: then no range of a rank, no band and no probability can be told, since they
    would take a value for certain that nobody knows to be."""
    catalogue, values = evaluation.catalogue, evaluation.measured.agents
    rate = the_rate(catalogue)
    drawn = rate is not None and certainty(evaluation.measured, rate) is not None
    out = []
    for column, indicator in enumerate(catalogue.indicators):
        there = ~np.isnan(values.points[:, column]) & evaluation.agents.rated
        # What is missing leaves its weight to the others, who may then carry much.
        if not there.any() or evaluation.agents.weight[there, column].mean() < HEAVY:
            continue
        name = rate if indicator.spread == "amount" and drawn else indicator.id
        sure = certainty(evaluation.measured, name) if name is not None else None
        told = np.zeros(len(there), dtype=bool) if sure is None else ~np.isnan(sure.sd)
        if (there & ~told).sum() > MOST_UNTOLD * there.sum():
            out.append(indicator)
    return tuple(out)


def of_agents(
    evaluation: Evaluation, rows: np.ndarray, draws: int = DRAWS, seed: int = SEED
) -> Iterator[tuple[int, Floats]]:
    """The points of agents, drawn from the posteriors of `certainty`; the same seed, the same
    draws."""
    random = np.random.default_rng(seed)

    def draw(indicator: str) -> Singles | None:
        sure = certainty(evaluation.measured, indicator)
        return None if sure is None else sure.drawn(rows, draws, random)

    chance = random.standard_normal((draws, len(rows)), dtype=np.float32)

    def premiums(amount: str, moved: Floats | Singles) -> Floats | Singles:
        usual = _kept_ratio(evaluation.measured, amount)
        if usual is None:
            return moved
        centre, spread = (part[rows].astype(np.float32) for part in usual)
        factor: Singles = spread * chance
        factor += centre
        np.maximum(factor, 0.0, out=factor)
        return factor * moved

    return drawn_points(evaluation.catalogue, evaluation.measured.agents, rows, draw, premiums)


_worked_out: WeakKeyDictionary[Values, dict[str, tuple[Floats, Floats] | None]] = (
    WeakKeyDictionary()
)


def _kept_ratio(measured: Measured, amount: str) -> tuple[Floats, Floats] | None:
    """The same for the same figures, since no weight changes it."""
    remembered = _worked_out.setdefault(measured.agents, {})
    if amount not in remembered:
        remembered[amount] = _usual_ratio(measured, amount)
    return remembered[amount]


def _usual_ratio(measured: Measured, amount: str) -> tuple[Floats, Floats] | None:
    """By what the share of premium that an agent keeps differs from the share of policies, against
    what was measured: centre and standard deviation of a factor; None where squares of premiums are
    not known.

    Of policies of different size the lost ones may happen to be the large ones: given the rate θ
    the share of premium varies by θ (1 − θ) (Σ p² ÷ (Σ p)² − 1 ÷ n). What is left of the
    differences is the agent's own.
    """
    people = measured.people
    if not {"due_premium", "due_premium_sq", "due_policies", RENEWED, amount} <= set(people):
        return None
    names = ("due_premium", "due_premium_sq", "due_policies", RENEWED, amount)
    premium, squares, due, renewed, kept = (
        people[name].to_numpy(dtype=float, na_value=np.nan) for name in names
    )
    with np.errstate(all="ignore"):
        rate = np.clip(renewed / due, 0.5 / (due + 1), 1 - 0.5 / (due + 1))
        ratio = kept / premium / (renewed / due)
        error = np.sqrt((1 - rate) / rate * np.maximum(squares / premium**2 - 1 / due, 0.0))
        error *= np.sqrt(likeness(measured).agents)
    there = np.isfinite(ratio) & np.isfinite(error) & (ratio > 0)
    if there.sum() < FEWEST:
        return None
    centre, spread = np.ones(len(people)), np.zeros(len(people))
    posterior = random_effects.posterior(ratio[there], np.maximum(error[there], 1e-6))
    centre[there], spread[there] = (
        posterior.shrunken / ratio[there],
        posterior.spread / ratio[there],
    )
    return centre, spread


def of_groups(
    evaluation: Evaluation, values: Values, rows: np.ndarray, draws: int = DRAWS
) -> Iterator[tuple[int, Floats]]:
    """The points of teams or the company, drawn from their own pooled counts (Jeffreys' priors),
    which are large."""
    random = np.random.default_rng(SEED)
    catalogue = evaluation.catalogue

    def draw(indicator: str) -> Floats | None:
        column = catalogue.position(indicator)
        x, n = values.numerator[rows, column], values.denominator[rows, column]
        pooled = Pooled(catalogue[indicator], x, n, evaluation.measured.totals)
        return drawn_pooled(pooled, draws, random)

    return drawn_points(catalogue, values, rows, draw)
