"""Whether a ranking would stand: under every permitted weighting, and under the chance in the
data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.ranking import competition_ranks, hundredths
from analytics.evaluation.standards import Floats
from analytics.evaluation.weights import CORNERS
from analytics.insight.certainty import too_few
from analytics.insight.draws import DRAWS, unknown_spread
from analytics.insight.placing import ranks
from analytics.insight.rank_ranges import MOST, TAIL, drawn_ranges, reach, weighted_totals
from analytics.insight.weightings import (
    LOWER,
    UPPER,
    category_scores,
    exact_ranks,
    leaders,
    shares_of_lead,
)
from analytics.model import CATEGORIES, Indicator
from analytics.statistics import smaa, weight_triangle
from analytics.statistics.arrays import SEED, Singles

# drawn beside the three corners where ranks over the weights are not computed exactly
WEIGHTS = 2_000
LEADERS = 12  # agents whose confidence factor is worked out


@dataclass(frozen=True)
class Robustness:
    """Whether a ranking would stand. `ranks`: one row a rated agent, best first: agent_id, name,
    team, rank, few_cases (too few to be ranked: no rank, and after the others); weight_low/high:
    ranks over all permitted weights, first_weights: the share of them at which the agent leads;
    data_low/high: ranks over the chance in the data (90 % of draws); both_low/high, first, top3,
    top_tenth: ranks, and probabilities of being first, among three and in the best tenth, over
    both; central_*: the mean weights at which the agent leads, confidence: the probability of
    leading at just these; band: agents that the data cannot tell from the band's first.
    leaders: who leads where (see `leaders`). unknown: indicators whose spread nobody knows, for
    which nothing is said of chance. exact: whether the ranks over the weights were computed, not
    drawn; width_weights, width_data: how far the middle agent's rank reaches.
    """

    ranks: pd.DataFrame
    leaders: pd.DataFrame
    exact: bool
    draws: int
    seed: int
    unknown: tuple[Indicator, ...] = ()

    @property
    def width_weights(self) -> float:
        return _width(self.ranks, "weight")

    @property
    def width_data(self) -> float:
        return _width(self.ranks, "data")


def _width(ranks: pd.DataFrame, part: str) -> float:
    wide = (ranks[f"{part}_high"] - ranks[f"{part}_low"]).dropna()
    return float(wide.median()) if len(wide) else float("nan")


def robustness(evaluation: Evaluation) -> Robustness:
    """Every rated agent's ranks over the permitted weights, over the chance in the data, and over
    both (SMAA-2)."""
    rows = np.flatnonzero(evaluation.agents.rated)[:MOST]
    scores = category_scores(evaluation)[rows]
    exact = 0 < len(scores) <= weight_triangle.EXACT_UP_TO and not np.isnan(scores).any()
    size = len(rows)
    table = evaluation.people.iloc[rows][["agent_id", "name", "team"]].assign(
        rank=ranks(evaluation, rows), few_cases=too_few(evaluation)[rows]
    )
    ranges, drawn = drawn_ranges(evaluation)
    weights, there = (
        smaa.draw_weights(LOWER, UPPER, DRAWS, SEED)[: drawn.shape[1]],
        ~np.isnan(scores),
    )
    many = smaa.draw_weights(LOWER, UPPER, WEIGHTS if size <= 2_000 else WEIGHTS // 4, SEED)
    all_over = np.vstack([np.array(CORNERS) / 100.0, many])
    if size <= 1:
        all_over = all_over[:0]
    over = {
        "weight": exact_ranks(scores)
        if exact and size > 1
        else competition_ranks(weight_triangle.totals(scores, all_over)),
        "both": competition_ranks(weighted_totals(drawn, there, weights)),
    }
    for part, reached in over.items():
        table[f"{part}_low"], table[f"{part}_high"] = reach(
            reached, 0.0 if part == "weight" else TAIL
        )
    nothing = np.full(size, np.nan)
    table["data_low"], table["data_high"] = (
        (nothing, nothing) if ranges is None else (ranges.low, ranges.high)
    )
    leads = over["both"] == 1
    first = leaders(evaluation)
    table["first_weights"] = (
        table["agent_id"].map(shares_of_lead(first, table["agent_id"], scores)).fillna(0.0)
    )
    for name, most in (("first", 1), ("top3", 3), ("top_tenth", max(1, size // 10))):
        table[name] = (over["both"] <= most).mean(axis=0) if len(leads) else np.nan
    table[[f"central_{name}" for name in CATEGORIES]], table["confidence"] = _central(
        drawn, there, weights, leads
    )
    table["band"] = pd.array(
        np.zeros(size, dtype=int) if ranges is None else ranges.band, dtype="Int64"
    )
    table["band"] = table["band"].mask(table["band"] == 0)
    by_score = table.assign(place=evaluation.agents.rank[rows])
    table = table.loc[
        by_score.sort_values(["few_cases", "place", "agent_id"], kind="stable").index
    ].reset_index(drop=True)
    return Robustness(
        table, first, exact, 0 if ranges is None else ranges.draws, SEED, unknown_spread(evaluation)
    )


def _central(
    drawn: Singles, there: np.ndarray, weights: Floats, leads: np.ndarray
) -> tuple[Floats, Floats]:
    """Mean weights at which each agent leads, and the probability of leading at these; NaN for
    whoever never does, and beyond the LEADERS who lead most."""
    size = drawn.shape[2]
    centre, confidence = np.full((size, len(CATEGORIES)), np.nan), np.full(size, np.nan)
    most = np.argsort(-leads.sum(axis=0), kind="stable")[:LEADERS]
    most = most[leads[:, most].any(axis=0)]
    for agent in most:
        centre[agent] = weights[leads[:, agent]].mean(axis=0)
    middle = centre[most].astype(np.float32)
    whole = middle @ there.T.astype(np.float32)
    ahead = np.zeros((len(leads), len(most)), dtype=bool)
    for draw in range(len(leads)):
        totals = middle @ drawn[:, draw] / whole
        own = totals[np.arange(len(most)), most]
        ahead[draw] = hundredths(own) == hundredths(totals.max(axis=1))
    confidence[most] = ahead.mean(axis=0) if len(ahead) else np.nan
    return centre, confidence
