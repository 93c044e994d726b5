"""Whether a ranking would stand: under every permitted weighting, and under the chance in the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.certainty import certainty
from analytics.model import CATEGORIES
from analytics.scoring.ranking import competition_rank
from analytics.scoring.standards import Floats, points
from analytics.scoring.weights import CORNERS
from analytics.statistics import effective_weight, smaa, weight_triangle

LOWER, UPPER = (0.6, 0.2, 0.1), (0.7, 0.3, 0.2)
DRAWS = 200
MOST = 2_000  # agents whose ranks are drawn over data and weights


@dataclass(frozen=True)
class Robustness:
    """ranks: one row a rated agent (agent_id, name, rank, rank_low/high over the permitted weights, data_low/high over chance in 90 %
    of draws, band, first: share of the weights at which it leads); exact: whether the weights' part was computed, not drawn."""

    ranks: pd.DataFrame
    exact: bool
    draws: int
    seed: int


def category_scores(evaluation: Evaluation) -> Floats:
    """Points of each category (agents × 3), the splits inside as the scheme has them; NaN where a category is missing as a whole."""
    known, marks = evaluation.catalogue, evaluation.measured.agents.points
    out = np.full((len(marks), len(CATEGORIES)), np.nan)
    for at, name in enumerate(CATEGORIES):
        inside = np.array([one.category == name for one in known.indicators])
        weight = np.where(inside, evaluation.nominal, 0.0) * ~np.isnan(marks)
        with np.errstate(all="ignore"):
            out[:, at] = (weight * np.nan_to_num(marks)).sum(axis=1) / weight.sum(axis=1)
    return out


def always_ahead(scores: Floats, one: int, other: int) -> bool | None:
    """Whether one agent is ahead of another under every permitted weighting: three comparisons at the corners, exact.

    None where either lacks a whole category, since a score is then no longer linear in the weights.
    """
    gap = scores[one] - scores[other]
    if np.isnan(gap).any():
        return None
    return bool((np.array(CORNERS) @ gap > 1e-9).all())


def share_ahead(scores: Floats, one: int, other: int) -> float | None:
    """The share of the permitted weights under which one agent is ahead of another."""
    gap = scores[one] - scores[other]
    return None if np.isnan(gap).any() else weight_triangle.share_ahead(np.array(CORNERS) @ gap / 100.0)


def robustness(evaluation: Evaluation) -> Robustness:
    """The range of every rated agent's rank over the permitted weights (complete categories), and over the chance in the data."""
    rows = np.flatnonzero(evaluation.agents.rated)[:MOST]
    scores = category_scores(evaluation)[rows]
    linear = ~np.isnan(scores).any(axis=1)
    people, rank = evaluation.people.iloc[rows], evaluation.agents.rank[rows]
    low, high, first = (np.full(len(rows), np.nan) for _ in range(3))
    exact = 0 < linear.sum() <= weight_triangle.EXACT_UP_TO
    if linear.sum() > 1:
        if exact:
            found = weight_triangle.exact_acceptability(scores[linear], LOWER, UPPER).rank
            low[linear] = (found > 1e-12).argmax(axis=1) + 1
            high[linear] = found.shape[1] - (found[:, ::-1] > 1e-12).argmax(axis=1)
            first[linear] = found[:, 0]
        else:
            drawn = smaa.smaa(scores[linear], smaa.draw_weights(LOWER, UPPER, 2_000), buckets=int(linear.sum()))
            low[linear], high[linear], first[linear] = drawn.low, drawn.high, drawn.acceptability[:, 0]
    data_low, data_high = rank_ranges(evaluation, rows)
    table = people[["agent_id", "name", "team"]].assign(
        rank=rank, rank_low=low, rank_high=high, data_low=data_low, data_high=data_high, first=first
    )
    table = table.sort_values(["rank", "agent_id"], kind="stable").reset_index(drop=True)
    return Robustness(
        table.assign(band=bands(table["data_low"].to_numpy(), table["data_high"].to_numpy())), exact, DRAWS, smaa.SEED
    )


def rank_ranges(evaluation: Evaluation, rows: np.ndarray, draws: int = DRAWS) -> tuple[Floats, Floats]:
    """5 % and 95 % of the ranks when every rate and mean is drawn anew from what the data allow; the rest stays as it is."""
    random = np.random.default_rng(smaa.SEED)
    measured, known = evaluation.measured, evaluation.catalogue
    marks = np.repeat(measured.agents.points[rows][None], draws, axis=0).astype("float32")
    for at, one in enumerate(known.indicators):
        sure = certainty(measured, one.id)
        if sure is None or sure.kind == "count":
            continue
        centre = np.where(np.isnan(sure.shrunken), measured.agents.value[:, at], sure.shrunken)[rows]
        own = np.maximum((sure.high - sure.low) / 3.92, 0.0)[rows]
        spread = own * np.sqrt(np.nan_to_num(sure.credibility[rows], nan=1.0))
        drawn = centre + spread * random.standard_normal((draws, len(rows)))
        top = 1.0 if sure.kind == "rate" else 100.0
        marks[:, :, at] = points(np.clip(drawn, 0, top).ravel(), one.standard).reshape(draws, len(rows))
    weight = evaluation.agents.weight[rows].astype("float32")
    totals = np.einsum("dai,ai->da", np.nan_to_num(marks), weight) / 100.0
    ranks = np.array([competition_rank(np.maximum(total.astype(float), 0.0)) for total in totals])
    return np.quantile(ranks, 0.05, axis=0).round(), np.quantile(ranks, 0.95, axis=0).round()


def bands(low: Floats, high: Floats) -> np.ndarray:
    """Agents in the order of their rank, in bands that cannot be told apart: a new band begins where no range reaches back."""
    out, band, reach = np.zeros(len(low), dtype=int), 1, -np.inf
    for at in range(len(low)):
        if at and low[at] > reach:
            band += 1
            reach = -np.inf
        reach = max(reach, high[at])
        out[at] = band
    return out


def effective_weights(evaluation: Evaluation) -> pd.DataFrame:
    """Nominal weight of every indicator beside what it decides: covariance and Shapley share of the score's variance, in percent."""
    marks = evaluation.measured.agents.points[evaluation.agents.rated]
    there = ~np.isnan(marks).all(axis=0) if len(marks) else np.zeros(len(evaluation.catalogue.ids), dtype=bool)
    filled = np.where(np.isnan(marks), np.nanmean(np.where(there, marks, 0.0), axis=0), marks) if len(marks) else marks
    weight = np.where(there, evaluation.nominal, 0.0)
    weight = weight / weight.sum() if weight.sum() > 0 else weight
    if len(filled) < 3:
        shares = [np.full(len(weight), np.nan)] * 2
    else:
        covariance = np.cov(np.nan_to_num(filled), rowvar=False)
        shares = [effective_weight.covariance_share(weight, covariance), np.full(len(weight), np.nan)]
        if len(weight) <= effective_weight.EXACT_UP_TO:
            shares[1] = effective_weight.shapley_share(weight, covariance)
    return pd.DataFrame(
        {
            "indicator": evaluation.catalogue.ids,
            "nominal": 100 * weight,
            "covariance": 100 * shares[0],
            "shapley": 100 * shares[1],
        }
    )
