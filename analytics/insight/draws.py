"""Points drawn anew from what the data allow: the same draw of the renewals moves everything that hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from analytics.catalogue import Catalogue
from analytics.evaluation import Evaluation, Values
from analytics.insight.certainty import RENEWED, certainty, counts_cases
from analytics.scoring.standards import Floats, points

DRAWS = 200
SEED = 20260101
FOLLOW = ("renewed_premium", "retained_premium")  # amounts that rise and fall with the renewals behind them
Drawn = Callable[[str], Floats | None]


def drawn_points(known: Catalogue, values: Values, rows: np.ndarray, draw: Drawn) -> Iterator[tuple[int, Floats]]:
    """Per indicator that anybody has: its position, and points (draws × rows, or 1 × rows where no spread is known).

    Amounts of premium follow the drawn renewals (policies of one agent taken for equally large), so that one lucky month
    does not count as three. What has no known spread stays as it is. `draw` gives an indicator's true values, draws × rows.
    """
    renewed = next((one.id for one in known.indicators if (one.numerator, one.denominator) == (RENEWED, "due_policies")), None)  # fmt: skip
    rates = draw(renewed) if renewed is not None else None
    moved = None
    if renewed is not None and rates is not None:
        with np.errstate(all="ignore"):
            moved = rates / values.value[rows, known.position(renewed)]
        moved = np.where(np.isfinite(moved), moved, 1.0)
    for at, one in enumerate(known.indicators):
        as_it_is = values.points[rows, at]
        if np.isnan(as_it_is).all():
            continue
        if one.id == renewed:
            found = rates
        elif one.numerator in (*FOLLOW, RENEWED):
            found = None if moved is None else values.value[rows, at] * moved
        else:
            found = draw(one.id)
        if found is None:
            yield at, as_it_is[None]
        else:
            marks = points(found.ravel(), one.standard).reshape(found.shape)
            yield at, np.where(np.isnan(marks), as_it_is, marks)


def of_agents(evaluation: Evaluation, rows: np.ndarray, draws: int = DRAWS) -> Iterator[tuple[int, Floats]]:
    """The points of agents, drawn from the posteriors of `certainty`; the same seed, the same draws."""
    random = np.random.default_rng(SEED)

    def draw(indicator: str) -> Floats | None:
        sure = certainty(evaluation.measured, indicator)
        return None if sure is None else sure.drawn(rows, draws, random)

    return drawn_points(evaluation.catalogue, evaluation.measured.agents, rows, draw)


def of_groups(
    evaluation: Evaluation, values: Values, rows: np.ndarray, draws: int = DRAWS
) -> Iterator[tuple[int, Floats]]:
    """The points of teams or the company, drawn from their own pooled counts (Jeffreys' priors), which are large."""
    random = np.random.default_rng(SEED)
    known = evaluation.catalogue

    def draw(indicator: str) -> Floats | None:
        one, at = known[indicator], known.position(indicator)
        x, n = values.numerator[rows, at], values.denominator[rows, at]
        shape = (draws, len(rows))
        with np.errstate(all="ignore"):
            totals = evaluation.measured.totals
            if one.numerator == "survey_points" and "survey_points_sq" in totals:
                # One answer's spread is the company's: a team of one survey, or of five alike, knows nothing of its own.
                every = totals["survey_points"] / totals["surveys"]
                error = np.sqrt(max(totals["survey_points_sq"] / totals["surveys"] - every**2, 0.0) / n)
                mean: Floats = np.clip(x / n + error * random.standard_normal(shape), 0.0, 100.0)
                return mean
            if not counts_cases(known, indicator):
                return None
            there = (x >= 0) & (n > 0)
            x, n = np.where(there, x, 0.0), np.where(there, n, 1.0)
            if one.scale != 1.0:
                found = one.scale * random.gamma(x + 0.5, 1.0, shape) / n
            else:
                found = random.beta(x + 0.5, np.maximum(n - x, 0.0) + 0.5, shape)
        return np.where(there, found, np.nan)

    return drawn_points(known, values, rows, draw)
