"""Who is ahead, who leads and which grade is reached under the permitted weights."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.evaluation.weights import CORNERS
from analytics.insight.certainty import too_few
from analytics.model import CATEGORIES
from analytics.statistics import weight_triangle

LOWER, UPPER = (0.6, 0.2, 0.1), (0.7, 0.3, 0.2)


def category_scores(evaluation: Evaluation) -> Floats:
    """Points of each category (agents × 3), the splits inside as the scheme has them; NaN where a
    category is missing as a whole."""
    catalogue, points = evaluation.catalogue, evaluation.measured.agents.points
    out = np.full((len(points), len(CATEGORIES)), np.nan)
    for place, name in enumerate(CATEGORIES):
        inside = np.array([indicator.category == name for indicator in catalogue.indicators])
        weight = np.where(inside, evaluation.nominal, 0.0) * ~np.isnan(points)
        with np.errstate(all="ignore"):
            out[:, place] = (weight * np.nan_to_num(points)).sum(axis=1) / weight.sum(axis=1)
    return out


def always_ahead(scores: Floats, agent: int, other: int) -> bool:
    """Whether one agent is ahead of another under every permitted weighting: three comparisons at
    the corners, exact where both lack the same categories; else at the corners of small pieces of
    the triangle."""
    mine, others = weight_triangle.totals(scores[[agent, other]], _corners(scores, agent, other)).T
    return bool((mine > others + 1e-9).all())


def share_ahead(scores: Floats, agent: int, other: int) -> float:
    """The share of the permitted weights under which one agent is ahead of another."""
    if compared_exactly(scores, agent, other):
        mine, others = weight_triangle.totals(scores[[agent, other]], np.array(CORNERS) / 100.0).T
        return weight_triangle.share_ahead(mine - others)
    mine, others = weight_triangle.totals(scores[[agent, other]], _corners(scores, agent, other)).T
    return float(
        np.mean([weight_triangle.share_ahead(gaps) for gaps in (mine - others).reshape(-1, 3)])
    )


def compared_exactly(scores: Floats, agent: int, other: int) -> bool:
    """Whether two agents lack the same categories: then who is ahead is linear in the weights."""
    return bool((np.isnan(scores[agent]) == np.isnan(scores[other])).all())


def _corners(scores: Floats, agent: int, other: int) -> Floats:
    corners = np.array(CORNERS) / 100.0
    return (
        corners
        if compared_exactly(scores, agent, other)
        else weight_triangle.pieces(corners).reshape(-1, 3)
    )


def shares_of_lead(first: pd.DataFrame, ids: pd.Series, scores: Floats) -> dict[str, float]:
    """agent_id → the share of the permitted weights at which the agent leads, alone or with others
    of the same scores."""
    row = {agent: place for place, agent in enumerate(ids)}
    return {
        ids.iloc[int(other)]: share
        for agent, share in zip(first["agent_id"], first["share"], strict=True)
        for other in np.flatnonzero(_alike(scores, row[agent]))
    }


def _alike(scores: Floats, agent: int) -> np.ndarray:
    """Who scores the same as `one` in every category (and lacks the same)."""
    gap = np.where(np.isnan(scores) & np.isnan(scores[agent]), 0.0, np.abs(scores - scores[agent]))
    alike: np.ndarray = np.nan_to_num(gap, nan=np.inf).max(axis=1) < 1e-9
    return alike


def leaders(evaluation: Evaluation) -> pd.DataFrame:
    """Who leads under which permitted weights: agent_id, name, team, few_cases (too few to be
    ranked), tied (how many others score the same in every category), share of the weights,
    central_* (their mean), outlines (lists of corners as weights of the categories, fractions of
    1), exact (whether the borders were computed; False where rated agents lack different
    categories: then they are approached on small pieces)."""
    scores = category_scores(evaluation)
    rows = np.flatnonzero(evaluation.agents.rated & ~np.isnan(scores).all(axis=1))
    names = ["agent_id", "name", "team"]
    leading = (
        weight_triangle.leading_regions(scores[rows], LOWER, UPPER)
        if len(rows)
        else weight_triangle.Leading((), True)
    )
    table = (
        evaluation.people.iloc[rows[[region.who for region in leading.regions]]][names].reset_index(
            drop=True
        )
        if leading.regions
        else pd.DataFrame(columns=names)
    )
    central = {
        f"central_{name}": [region.central[place] for region in leading.regions]
        for place, name in enumerate(CATEGORIES)
    }
    return table.assign(
        few_cases=too_few(evaluation)[rows[[region.who for region in leading.regions]]]
        if leading.regions
        else [],
        tied=[int(_alike(scores[rows], region.who).sum()) - 1 for region in leading.regions],
        share=[region.share for region in leading.regions],
        **central,
        outlines=[region.outlines for region in leading.regions],
        exact=leading.exact,
    )


def grade_regions(evaluation: Evaluation, row: int) -> list[tuple[str, float, Floats]]:
    """The grades one agent reaches over the permitted weights (best first): grade, share of the
    weights, corners of its region; none for whoever is not rated. Vetoes are not looked at."""
    scores = category_scores(evaluation)[row]
    if not evaluation.agents.rated[row] or np.isnan(scores).all():
        return []
    out: list[tuple[str, float, Floats]] = []
    below = np.inf
    for name, least in evaluation.catalogue.grades:
        # A score counts at two decimals, halves up.
        polygon = weight_triangle.reaching(scores, least - 0.005, below, LOWER, UPPER)
        below = least - 0.005
        if len(polygon):
            out.append((name, weight_triangle.share_of(polygon, LOWER, UPPER), polygon))
    return out


def weights_in_force(evaluation: Evaluation) -> Floats:
    """The categories' weights in force, as shares of 1."""
    whole = np.array(
        [evaluation.scheme.categories.get(name, 0.0) for name in CATEGORIES], dtype=float
    )
    shares: Floats = whole / whole.sum()
    return shares


def exact_ranks(scores: Floats) -> np.ndarray:
    """Best and worst rank (two rows) of each agent over the permitted weights, exactly."""
    reached = weight_triangle.exact_acceptability(scores, LOWER, UPPER).rank > 1e-12
    return np.array(
        [reached.argmax(axis=1) + 1, reached.shape[1] - reached[:, ::-1].argmax(axis=1)]
    )
