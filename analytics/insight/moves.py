"""Who changes places between two schemes, and why: of which category or indicator that weighs more
or less now, and what the agent reaches there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.evaluation.weights import membership
from analytics.insight import placing
from analytics.insight.certainty import too_few
from analytics.model import CATEGORIES

SAME = 0.05  # percent of the whole by which a weight differs at least to be a reason
COUNTED = ("rate", "count", "mean")  # kinds of spread whose denominator is a number of cases
FIRST = 5  # of those who move most, of whom it is said why


@dataclass(frozen=True)
class Why:
    """One who moved by `places` (up is positive), and what made it: the category whose weight went
    from `before` to `after` (percent of the whole), or where only weights inside categories moved
    the indicator's own; its value of the agent (n, of the company). category is None where the
    others moved and not the agent."""

    row: int
    places: int
    category: str | None = None
    indicator: str | None = None
    inside: bool = False
    before: float = 0.0
    after: float = 0.0
    value: float = np.nan
    n: float = np.nan
    company: float = np.nan


def moved(now: Evaluation, before: Evaluation) -> pd.DataFrame:
    """Everybody shown who is rated under both schemes of the same figures: row, places gained (up
    is positive; missing for whoever rests on too few cases), ordered by how far they move, then by
    rank; who has no rank stands last."""
    rows = np.flatnonzero(now.shown & now.agents.rated & before.agents.rated)
    places = placing.ranks(before, rows) - placing.ranks(now, rows)
    few = (too_few(now) | too_few(before))[rows]
    far = -np.abs(places.to_numpy(dtype=float, na_value=0.0))
    order = np.lexsort((now.agents.rank[rows], far, few))
    return pd.DataFrame({"row": rows[order], "places": places[order]})


def reasons(now: Evaluation, before: Evaluation, first: int = FIRST) -> list[Why]:
    """Why those who move most do; nobody who stays where they were."""
    listed = moved(now, before)
    listed = listed[listed["places"].fillna(0) != 0].head(first)
    return [
        why(now, before, int(row), int(places))
        for row, places in zip(listed["row"], listed["places"], strict=True)
    ]


def why(now: Evaluation, before: Evaluation, row: int, places: int) -> Why:
    """What moved one agent: where weights changed, and the agent earns more or fewer points than
    the rated do in the mean, which is what moves a rank."""
    gained = _gained(now, before, row) * np.sign(places)
    belongs = membership(now.catalogue)
    by_category = gained @ belongs
    place = int(by_category.argmax())
    if by_category[place] <= 0:
        return Why(row, places)
    column = int(np.where(belongs[:, place] > 0, gained, -np.inf).argmax())
    categories = [evaluation.nominal @ belongs[:, place] for evaluation in (before, now)]
    inside = bool(abs(categories[1] - categories[0]) < SAME)
    weights = [before.nominal[column], now.nominal[column]] if inside else categories
    values, indicator = now.measured.agents, now.catalogue.indicators[column]
    counted = values.denominator[row, column]
    if indicator.spread not in COUNTED:  # a target or a premium is no number of cases
        counted = now.people["due_policies"].to_numpy(dtype=float, na_value=np.nan)[row]
    return Why(
        row,
        places,
        CATEGORIES[place],
        indicator.id,
        inside,
        float(weights[0]),
        float(weights[1]),
        float(values.value[row, column]),
        float(counted),
        float(now.measured.company.value[0, column]),
    )


def _gained(now: Evaluation, before: Evaluation, row: int) -> Floats:
    """By how many hundredths of a point each indicator's change of weight moves an agent against
    the mean of the rated; 0 where the agent lacks it."""
    points = now.measured.agents.points
    rated = points[now.agents.rated]
    there = ~np.isnan(rated)
    mean = np.where(there, rated, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    gained: Floats = (now.nominal - before.nominal) * np.nan_to_num(points[row] - mean)
    return gained


def regraded(now: Evaluation, before: Evaluation) -> np.ndarray:
    """The rows of everybody shown who has a rank under both and whose grade is another."""
    ranked = now.agents.rated & before.agents.rated & ~too_few(now) & ~too_few(before)
    rows = np.flatnonzero(now.shown & ranked)
    changed: np.ndarray = rows[now.agents.grade[rows] != before.agents.grade[rows]]
    return changed
