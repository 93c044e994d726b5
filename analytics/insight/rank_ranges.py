"""The ranks that the chance in the data allows, and the bands of agents whom it does not tell
apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.evaluation import Evaluation
from analytics.evaluation.ranking import competition_ranks
from analytics.evaluation.standards import Floats
from analytics.insight.draws import DRAWS, of_agents, unknown_spread
from analytics.insight.weightings import category_scores, weights_in_force
from analytics.model import CATEGORIES
from analytics.statistics.arrays import SEED, Singles

MOST = 20_000  # agents whose ranks are drawn over data and weights
# draws, and draws × agents, of which a range of ranks is made at most
MOST_DRAWS, CELLS = 10_000, 6_000_000
AHEAD = 0.95  # probability from which on one agent is told apart from another
TAIL = 0.05  # of the drawn ranks is left out on either side
BLOCK = 1_000_000  # draws × agents worked on at a time: what fits into the processor's own memory


@dataclass(frozen=True)
class RankRanges:
    """5 % and 95 % of the ranks that the data allow each of `rows`, and in which band of agents
    they stand; from how many draws."""

    rows: np.ndarray
    low: Floats
    high: Floats
    band: np.ndarray
    draws: int

    def of(self, size: int) -> tuple[Floats, Floats, np.ndarray]:
        """Low, high and band for all of so many agents; NaN and 0 for those without."""
        low, high, band = np.full(size, np.nan), np.full(size, np.nan), np.zeros(size, dtype=int)
        low[self.rows], high[self.rows], band[self.rows] = self.low, self.high, self.band
        return low, high, band

    def cells(self, size: int, rows: np.ndarray) -> tuple[list[str], list[int | None]]:
        """Range as "3–41" and band of some of so many agents; a dash and None for whoever has no
        rank."""
        low, high, band = self.of(size)
        words = ["—" if np.isnan(low[row]) else f"{low[row]:.0f}–{high[row]:.0f}" for row in rows]
        return words, [int(band[row]) if band[row] else None for row in rows]


def rank_ranges(evaluation: Evaluation) -> RankRanges | None:
    """The ranks that the chance in the data allows, the weights as they are; None for nobody, one
    agent, too many of them, or an indicator of weight whose spread is not known.

    Drawn until every agent's ends move by one place at most between two halves of the draws, or as
    often as CELLS allows: then an end still moves from seed to seed by 2 % of the range's width in
    the mean (500 draws, 10,000 agents of 30 policies). Bands: an agent belongs to the band of its
    first while the first is ahead in less than 95 % of the draws.
    """
    return drawn_ranges(evaluation)[0]


def drawn_ranges(evaluation: Evaluation) -> tuple[RankRanges | None, Singles]:
    """The ranges, and the first of the drawn category scores behind them (3 × DRAWS × agents; no
    draw where there are none)."""
    rows = np.flatnonzero(evaluation.agents.rated)
    first: Singles = np.zeros((len(CATEGORIES), DRAWS, len(rows)), dtype=np.float32)
    if not 1 < len(rows) <= MOST or unknown_spread(evaluation):
        return None, first[:, :0]
    most = min(MOST_DRAWS, CELLS // len(rows)) // DRAWS * DRAWS or DRAWS
    there, weights = ~np.isnan(category_scores(evaluation)[rows]), weights_in_force(evaluation)
    block = max(1, BLOCK // len(rows))
    totals, ranks = first[0, :0], np.zeros((0, len(rows)), dtype=np.int32)
    while len(ranks) < most and not _settled(ranks):
        done, until = len(ranks), min(2 * len(ranks) or DRAWS, most)
        blocks = []
        for start in range(done, until, block):
            drawn = drawn_scores(evaluation, rows, min(block, until - start), SEED + start)
            blocks.append(weighted_totals(drawn, there, weights))
            if start < DRAWS:
                first[:, start : start + block] = drawn
        totals = np.concatenate([totals, *blocks])
        ranks = np.concatenate([ranks, *map(competition_ranks, blocks)])
    low, high = reach(ranks, TAIL)
    band = bands(totals, np.argsort(evaluation.agents.rank[rows], kind="stable"))
    return RankRanges(rows, low, high, band, len(ranks)), first


def weighted_totals(drawn: Singles, there: np.ndarray, weights: Floats) -> Singles:
    """Totals (draws × agents) of drawn category scores under weights, the same for all draws or a
    row each; a missing category's weight goes to the others (`there`: agents × 3)."""
    each = np.broadcast_to(weights, (drawn.shape[1], len(CATEGORIES))).astype(np.float32)
    out: Singles = each[:, :1] * drawn[0]
    for category in range(1, len(CATEGORIES)):
        out += each[:, category : category + 1] * drawn[category]
    return out if there.all() else out / (each @ there.T.astype(np.float32))


def _settled(ranks: np.ndarray) -> bool:
    """Whether two halves of the draws agree on every end of a range to one place."""
    if not len(ranks):
        return False
    halves = [np.array(reach(ranks[half::2], TAIL)) for half in (0, 1)]
    return bool(np.abs(halves[0] - halves[1]).max(initial=0.0) <= 1)


def drawn_scores(
    evaluation: Evaluation, rows: np.ndarray, draws: int = DRAWS, seed: int = SEED
) -> Singles:
    """Points of each category (3 × draws × rows) with every indicator drawn anew from what the data
    allow; 0 where a category is missing as a whole. Seven digits do: a rank counts hundredths of a
    point."""
    out: Singles = np.zeros((len(CATEGORIES), draws, len(rows)), dtype=np.float32)
    weights = np.zeros((len(CATEGORIES), len(rows)))
    for column, points in of_agents(evaluation, rows, draws, seed):
        weight = evaluation.nominal[column] * ~np.isnan(
            evaluation.measured.agents.points[rows, column]
        )
        category = CATEGORIES.index(evaluation.catalogue.indicators[column].category)
        points[:, weight == 0] = 0.0
        out[category] += np.multiply(points, weight, out=points)
        weights[category] += weight
    out /= np.where(weights > 0, weights, 1.0)[:, None, :].astype(np.float32)
    return out


def reach(ranks: np.ndarray, tail: float) -> tuple[Floats, Floats]:
    """The ranks (draws × agents) that `tail` of the draws fall short of, and go beyond; NaN without
    draws."""
    draws, size = ranks.shape
    if not draws:
        return np.full(size, np.nan), np.full(size, np.nan)
    # Sorted along memory: several times faster than quantiles across it.
    ordered = np.sort(np.ascontiguousarray(ranks.T), axis=1)
    position = tail * (draws - 1)
    below, above = int(position), min(int(position) + 1, draws - 1)
    low, high = (
        (1 - (position - below)) * part[:, below] + (position - below) * part[:, above]
        for part in (ordered, ordered[:, ::-1])
    )
    return low.round(), high.round()


def bands(totals: np.ndarray, order: np.ndarray) -> np.ndarray:
    """The band of every agent (column of the drawn totals, draws × agents), counted from 1 along
    `order` (best first): a new one begins with the first agent whom the band's first is ahead of in
    95 % of the draws or more; equal totals count half."""
    out, first, band = np.zeros(totals.shape[1], dtype=int), -1, 0
    ahead = np.zeros(0)
    for agent in order.tolist():
        if first < 0 or ahead[agent] >= AHEAD:
            first, band = agent, band + 1
            mine = totals[:, first][:, None]
            ahead = (mine > totals).mean(axis=0) + 0.5 * (mine == totals).mean(axis=0)
        out[agent] = band
    return out
