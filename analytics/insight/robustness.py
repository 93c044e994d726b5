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
from analytics.insight.draws import DRAWS, SEED, of_agents, unknown_spread
from analytics.insight.placing import ranks
from analytics.model import CATEGORIES, Indicator
from analytics.statistics import effective_weight, smaa, weight_triangle
from analytics.statistics.arrays import Singles

LOWER, UPPER = (0.6, 0.2, 0.1), (0.7, 0.3, 0.2)
MOST = 20_000  # agents whose ranks are drawn over data and weights
WEIGHTS = (
    2_000  # drawn beside the three corners where ranks over the weights are not computed exactly
)
MOST_DRAWS, CELLS = (
    10_000,
    6_000_000,
)  # draws, and draws × agents, of which a range of ranks is made at most
AHEAD = 0.95  # probability from which on one agent is told apart from another
TAIL = 0.05  # of the drawn ranks is left out on either side
LEADERS = 12  # agents whose confidence factor is worked out
BLOCK = 1_000_000  # draws × agents worked on at a time: what fits into the processor's own memory


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


def category_scores(evaluation: Evaluation) -> Floats:
    """Points of each category (agents × 3), the splits inside as the scheme has them; NaN where a
    category is missing as a whole."""
    known, marks = evaluation.catalogue, evaluation.measured.agents.points
    out = np.full((len(marks), len(CATEGORIES)), np.nan)
    for at, name in enumerate(CATEGORIES):
        inside = np.array([one.category == name for one in known.indicators])
        weight = np.where(inside, evaluation.nominal, 0.0) * ~np.isnan(marks)
        with np.errstate(all="ignore"):
            out[:, at] = (weight * np.nan_to_num(marks)).sum(axis=1) / weight.sum(axis=1)
    return out


def always_ahead(scores: Floats, one: int, other: int) -> bool:
    """Whether one agent is ahead of another under every permitted weighting: three comparisons at
    the corners, exact where both lack the same categories; else at the corners of small pieces of
    the triangle."""
    mine, others = weight_triangle.totals(scores[[one, other]], _corners(scores, one, other)).T
    return bool((mine > others + 1e-9).all())


def share_ahead(scores: Floats, one: int, other: int) -> float:
    """The share of the permitted weights under which one agent is ahead of another."""
    if compared_exactly(scores, one, other):
        mine, others = weight_triangle.totals(scores[[one, other]], np.array(CORNERS) / 100.0).T
        return weight_triangle.share_ahead(mine - others)
    mine, others = weight_triangle.totals(scores[[one, other]], _corners(scores, one, other)).T
    return float(
        np.mean([weight_triangle.share_ahead(gaps) for gaps in (mine - others).reshape(-1, 3)])
    )


def compared_exactly(scores: Floats, one: int, other: int) -> bool:
    """Whether two agents lack the same categories: then who is ahead is linear in the weights."""
    return bool((np.isnan(scores[one]) == np.isnan(scores[other])).all())


def _corners(scores: Floats, one: int, other: int) -> Floats:
    corners = np.array(CORNERS) / 100.0
    return (
        corners
        if compared_exactly(scores, one, other)
        else weight_triangle.pieces(corners).reshape(-1, 3)
    )


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
    ranges, drawn = _drawn_ranges(evaluation)
    weights, there = (
        smaa.draw_weights(LOWER, UPPER, DRAWS, SEED)[: drawn.shape[1]],
        ~np.isnan(scores),
    )
    many = smaa.draw_weights(LOWER, UPPER, WEIGHTS if size <= 2_000 else WEIGHTS // 4, SEED)
    all_over = np.vstack([np.array(CORNERS) / 100.0, many])
    over = {
        "weight": _exact_ranks(scores)
        if exact and size > 1
        else competition_ranks(
            weight_triangle.totals(scores, all_over if size > 1 else all_over[:0])
        ),
        "both": competition_ranks(_totals(drawn, there, weights)),
    }
    for part, found in over.items():
        table[f"{part}_low"], table[f"{part}_high"] = _reach(
            found, 0.0 if part == "weight" else TAIL
        )
    nothing = np.full(size, np.nan)
    table["data_low"], table["data_high"] = (
        (nothing, nothing) if ranges is None else (ranges.low, ranges.high)
    )
    leads = over["both"] == 1
    first = leaders(evaluation)
    table["first_weights"] = (
        table["agent_id"].map(_shares(first, table["agent_id"], scores)).fillna(0.0)
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


def _shares(first: pd.DataFrame, ids: pd.Series, scores: Floats) -> dict[str, float]:
    """agent_id → the share of the permitted weights at which the agent leads, alone or with others
    of the same scores."""
    row = {one: at for at, one in enumerate(ids)}
    return {
        ids.iloc[int(other)]: share
        for one, share in zip(first["agent_id"], first["share"], strict=True)
        for other in np.flatnonzero(_alike(scores, row[one]))
    }


def _alike(scores: Floats, one: int) -> np.ndarray:
    """Who scores the same as `one` in every category (and lacks the same)."""
    gap = np.where(np.isnan(scores) & np.isnan(scores[one]), 0.0, np.abs(scores - scores[one]))
    found: np.ndarray = np.nan_to_num(gap, nan=np.inf).max(axis=1) < 1e-9
    return found


def leaders(evaluation: Evaluation) -> pd.DataFrame:
    """Who leads under which permitted weights: agent_id, name, team, few_cases (too few to be
    ranked), tied (how many others score the same in every category), share of the weights,
    central_* (their mean), outlines (lists of corners as weights of the categories, fractions of
    1), exact (whether the borders were computed; False where rated agents lack different
    categories: then they are approached on small pieces)."""
    scores = category_scores(evaluation)
    rows = np.flatnonzero(evaluation.agents.rated & ~np.isnan(scores).all(axis=1))
    names = ["agent_id", "name", "team"]
    found = (
        weight_triangle.leading_regions(scores[rows], LOWER, UPPER)
        if len(rows)
        else weight_triangle.Leading((), True)
    )
    table = (
        evaluation.people.iloc[rows[[one.who for one in found.regions]]][names].reset_index(
            drop=True
        )
        if found.regions
        else pd.DataFrame(columns=names)
    )
    central = {
        f"central_{name}": [one.central[at] for one in found.regions]
        for at, name in enumerate(CATEGORIES)
    }
    return table.assign(
        few_cases=too_few(evaluation)[rows[[one.who for one in found.regions]]]
        if found.regions
        else [],
        tied=[int(_alike(scores[rows], one.who).sum()) - 1 for one in found.regions],
        share=[one.share for one in found.regions],
        **central,
        outlines=[one.outlines for one in found.regions],
        exact=found.exact,
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


def rank_ranges(evaluation: Evaluation) -> RankRanges | None:
    """The ranks that the chance in the data allows, the weights as they are; None for nobody, one
    agent, too many of them, or an indicator of weight whose spread is not known.

    Drawn until every agent's ends move by one place at most between two halves of the draws, or as
    often as CELLS allows: then an end still moves from seed to seed by 2 % of the range's width in
    the mean (500 draws, 10,000 agents of 30 policies). Bands: an agent belongs to the band of its
    first while the first is ahead in less than 95 % of the draws.
    """
    return _drawn_ranges(evaluation)[0]


def _drawn_ranges(evaluation: Evaluation) -> tuple[RankRanges | None, Singles]:
    """The ranges, and the first of the drawn category scores behind them (3 × DRAWS × agents; no
    draw where there are none)."""
    rows = np.flatnonzero(evaluation.agents.rated)
    first: Singles = np.zeros((len(CATEGORIES), DRAWS, len(rows)), dtype=np.float32)
    if not 1 < len(rows) <= MOST or unknown_spread(evaluation):
        return None, first[:, :0]
    most = min(MOST_DRAWS, CELLS // len(rows)) // DRAWS * DRAWS or DRAWS
    there, weights = ~np.isnan(category_scores(evaluation)[rows]), _current(evaluation)
    block = max(1, BLOCK // len(rows))
    totals, ranks = first[0, :0], np.zeros((0, len(rows)), dtype=np.int32)
    while len(ranks) < most and not _settled(ranks):
        done, until = len(ranks), min(2 * len(ranks) or DRAWS, most)
        found = []
        for start in range(done, until, block):
            drawn = drawn_scores(evaluation, rows, min(block, until - start), SEED + start)
            found.append(_totals(drawn, there, weights))
            if start < DRAWS:
                first[:, start : start + block] = drawn
        totals = np.concatenate([totals, *found])
        ranks = np.concatenate([ranks, *map(competition_ranks, found)])
    low, high = _reach(ranks, TAIL)
    band = bands(totals, np.argsort(evaluation.agents.rank[rows], kind="stable"))
    return RankRanges(rows, low, high, band, len(ranks)), first


def _totals(drawn: Singles, there: np.ndarray, weights: Floats) -> Singles:
    """Totals (draws × agents) of drawn category scores under weights, the same for all draws or a
    row each; a missing category's weight goes to the others (`there`: agents × 3)."""
    each = np.broadcast_to(weights, (drawn.shape[1], len(CATEGORIES))).astype(np.float32)
    out: Singles = each[:, :1] * drawn[0]
    for at in range(1, len(CATEGORIES)):
        out += each[:, at : at + 1] * drawn[at]
    return out if there.all() else out / (each @ there.T.astype(np.float32))


def _settled(ranks: np.ndarray) -> bool:
    """Whether two halves of the draws agree on every end of a range to one place."""
    if not len(ranks):
        return False
    halves = [np.array(_reach(ranks[at::2], TAIL)) for at in (0, 1)]
    return bool(np.abs(halves[0] - halves[1]).max(initial=0.0) <= 1)


def drawn_scores(
    evaluation: Evaluation, rows: np.ndarray, draws: int = DRAWS, seed: int = SEED
) -> Singles:
    """Points of each category (3 × draws × rows) with every indicator drawn anew from what the data
    allow; 0 where a category is missing as a whole. Seven digits do: a rank counts hundredths of a
    point."""
    out: Singles = np.zeros((len(CATEGORIES), draws, len(rows)), dtype=np.float32)
    weights = np.zeros((len(CATEGORIES), len(rows)))
    for at, marks in of_agents(evaluation, rows, draws, seed):
        weight = evaluation.nominal[at] * ~np.isnan(evaluation.measured.agents.points[rows, at])
        category = CATEGORIES.index(evaluation.catalogue.indicators[at].category)
        marks[:, weight == 0] = 0.0
        marks *= weight
        out[category] += marks
        weights[category] += weight
    out /= np.where(weights > 0, weights, 1.0)[:, None, :].astype(np.float32)
    return out


def _current(evaluation: Evaluation) -> Floats:
    """The categories' weights in force, as shares of 1."""
    whole = np.array(
        [evaluation.scheme.categories.get(name, 0.0) for name in CATEGORIES], dtype=float
    )
    shares: Floats = whole / whole.sum()
    return shares


def _exact_ranks(scores: Floats) -> np.ndarray:
    """Best and worst rank (two rows) of each agent over the permitted weights, exactly."""
    found = weight_triangle.exact_acceptability(scores, LOWER, UPPER).rank > 1e-12
    return np.array([found.argmax(axis=1) + 1, found.shape[1] - found[:, ::-1].argmax(axis=1)])


def _reach(ranks: np.ndarray, tail: float) -> tuple[Floats, Floats]:
    """The ranks (draws × agents) that `tail` of the draws fall short of, and go beyond; NaN without
    draws."""
    draws, size = ranks.shape
    if not draws:
        return np.full(size, np.nan), np.full(size, np.nan)
    # Sorted along memory: several times faster than quantiles across it.
    ordered = np.sort(np.ascontiguousarray(ranks.T), axis=1)
    at = tail * (draws - 1)
    below, above = int(at), min(int(at) + 1, draws - 1)
    low, high = (
        (1 - (at - below)) * part[:, below] + (at - below) * part[:, above]
        for part in (ordered, ordered[:, ::-1])
    )
    return low.round(), high.round()


def _central(
    drawn: Singles, there: np.ndarray, weights: Floats, leads: np.ndarray
) -> tuple[Floats, Floats]:
    """Mean weights at which each agent leads, and the probability of leading at these; NaN for
    whoever never does, and beyond the LEADERS who lead most."""
    size = drawn.shape[2]
    centre, confidence = np.full((size, len(CATEGORIES)), np.nan), np.full(size, np.nan)
    most = np.argsort(-leads.sum(axis=0), kind="stable")[:LEADERS]
    most = most[leads[:, most].any(axis=0)]
    for at in most:
        centre[at] = weights[leads[:, at]].mean(axis=0)
    middle = centre[most].astype(np.float32)
    whole = middle @ there.T.astype(np.float32)
    ahead = np.zeros((len(leads), len(most)), dtype=bool)
    for draw in range(len(leads)):
        totals = middle @ drawn[:, draw] / whole
        own = totals[np.arange(len(most)), most]
        ahead[draw] = hundredths(own) == hundredths(totals.max(axis=1))
    confidence[most] = ahead.mean(axis=0) if len(ahead) else np.nan
    return centre, confidence


def bands(totals: np.ndarray, order: np.ndarray) -> np.ndarray:
    """The band of every agent (column of the drawn totals, draws × agents), counted from 1 along
    `order` (best first): a new one begins with the first agent whom the band's first is ahead of in
    95 % of the draws or more; equal totals count half."""
    out, first, band = np.zeros(totals.shape[1], dtype=int), -1, 0
    ahead = np.zeros(0)
    for one in order.tolist():
        if first < 0 or ahead[one] >= AHEAD:
            first, band = one, band + 1
            mine = totals[:, first][:, None]
            ahead = (mine > totals).mean(axis=0) + 0.5 * (mine == totals).mean(axis=0)
        out[one] = band
    return out


def category_weights(evaluation: Evaluation) -> tuple[Floats, Floats] | None:
    """Nominal weight of each category beside its Shapley share of the score's variance, in percent;
    None for fewer than three rated agents with every category. Cheap enough for a slider."""
    scores = category_scores(evaluation)[evaluation.agents.rated]
    scores = scores[~np.isnan(scores).any(axis=1)]
    if len(scores) < 3:
        return None
    weight = _current(evaluation)
    return 100 * weight, 100 * effective_weight.shapley_share(weight, np.cov(scores, rowvar=False))


def effective_weights(evaluation: Evaluation) -> pd.DataFrame:
    """Nominal weight of every indicator beside what it decides: covariance and Shapley share of the
    score's variance, in percent."""
    marks = evaluation.measured.agents.points[evaluation.agents.rated]
    there = (
        ~np.isnan(marks).all(axis=0)
        if len(marks)
        else np.zeros(len(evaluation.catalogue.ids), dtype=bool)
    )
    filled = (
        np.where(np.isnan(marks), np.nanmean(np.where(there, marks, 0.0), axis=0), marks)
        if len(marks)
        else marks
    )
    weight = np.where(there, evaluation.nominal, 0.0)
    weight = weight / weight.sum() if weight.sum() > 0 else weight
    if len(filled) < 3:
        shares = [np.full(len(weight), np.nan)] * 2
    else:
        covariance = np.cov(np.nan_to_num(filled), rowvar=False)
        shares = [
            effective_weight.covariance_share(weight, covariance),
            np.full(len(weight), np.nan),
        ]
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
