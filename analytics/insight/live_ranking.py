"""The ranking as a moving weight changes it: what of every agent no category weight touches, and
the scores, ranks and doubts that follow from it under any weights. The browser computes the same
while a hand drags; what it shows then must be what the evaluation says afterwards."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analytics.catalogue import Catalogue
from analytics.evaluation import Evaluation, Values
from analytics.evaluation.ranking import competition_rank, hundredths
from analytics.evaluation.scoring import TOLERANCE
from analytics.evaluation.standards import Floats
from analytics.evaluation.weights import inside_triangle, membership, vector
from analytics.insight.certainty import certainty
from analytics.insight.certainty.base import CLASSIFY, HEAVY
from analytics.model import CATEGORIES, WeightScheme

ALL_UP_TO = 300  # rows that are all drawn; of more the first, the last and the chosen
ENDS = 100  # rows of either end


@dataclass(frozen=True)
class Parts:
    """Agents × categories, whatever the categories weigh.

    earned: points of a category times the share of its weight that is there, missing ones as 0;
    kept: that share (0–1); doubt: the heaviest share, of what is there, of an indicator that rests
    on too few cases; usable: the categories that any indicator weighs in.
    """

    earned: Floats
    kept: Floats
    doubt: Floats
    usable: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Preview:
    """Everybody under some category weights: score, whether rated, whether on too few cases to be
    ranked, and the rank among the rated (0 for the others)."""

    score: Floats
    rated: npt.NDArray[np.bool_]
    few: npt.NDArray[np.bool_]
    rank: npt.NDArray[np.int64]


def parts(evaluation: Evaluation) -> Parts:
    """What the scores of an evaluation's agents consist of, the splits inside categories as its
    scheme has them."""
    return parts_of(
        evaluation.measured.agents, evaluation.scheme, evaluation.catalogue, _doubtful(evaluation)
    )


def parts_of(
    values: Values, scheme: WeightScheme, catalogue: Catalogue, doubtful: npt.NDArray[np.bool_]
) -> Parts:
    """The same of any values; `doubtful`: which of them rest on too few cases."""
    belongs = membership(catalogue)
    alike = replace(scheme, categories=dict.fromkeys(CATEGORIES, 1.0))
    inside = vector(alike, catalogue)
    whole = inside @ belongs
    split = inside / np.maximum(belongs @ whole, TOLERANCE)
    there = values.present * split
    kept = there @ belongs
    in_doubt = there * doubtful
    heaviest = np.stack([(in_doubt * mine).max(axis=1) for mine in belongs.T], axis=1)
    return Parts(
        (values.filled * split) @ belongs,
        kept,
        np.divide(heaviest, kept, out=np.zeros_like(kept), where=kept > 0),
        whole > 0,
    )


def _doubtful(evaluation: Evaluation) -> npt.NDArray[np.bool_]:
    """Which values rest on so little that the others' tell more of them, on indicators on which
    agents differ."""
    measured = evaluation.measured
    out = np.zeros(measured.agents.points.shape, dtype=bool)
    for column, indicator in enumerate(evaluation.catalogue.indicators):
        sure = certainty(measured, indicator.id)
        if sure is not None and sure.differ:
            with np.errstate(invalid="ignore"):
                out[:, column] = sure.credibility < CLASSIFY
    out &= ~np.isnan(measured.agents.value)
    return out


def preview(of: Parts, weights: Floats, missing_limit: float) -> Preview:
    """Everybody under category weights in percent: a category that an agent lacks gives its weight
    to the others in proportion."""
    shares = weights * of.usable
    shares = shares / max(float(shares.sum()), TOLERANCE)
    there = shares * (of.kept > 0)
    whole = there.sum(axis=1)
    points = np.divide(of.earned, of.kept, out=np.zeros_like(of.earned), where=of.kept > 0)
    score = np.divide(
        (there * points).sum(axis=1), whole, out=np.zeros(len(whole)), where=whole > 0
    )
    coverage = 100.0 * (of.kept @ shares)
    rated = coverage >= 100.0 - missing_limit - TOLERANCE
    weight = 100.0 * there / np.maximum(whole, TOLERANCE)[:, None]
    few = rated & (weight * of.doubt >= HEAVY - TOLERANCE).any(axis=1)
    return Preview(score, rated, few, competition_rank(np.where(rated, score, 0.0)) * rated)


def stops(catalogue: Catalogue) -> Floats:
    """Every permitted weighting in whole percents (stops × categories)."""
    ranges = {
        category.id: range(math.ceil(category.low), math.floor(category.high) + 1)
        for category in catalogue.categories
    }
    results, service, competence = (ranges[name] for name in CATEGORIES)
    out = [
        (first, second, 100 - first - second)
        for first in results
        for second in service
        if 100 - first - second in competence
    ]
    return np.array(out, dtype=float)


def ahead(of: Parts, rows: np.ndarray, weighting: Floats, missing_limit: float) -> np.ndarray:
    """How many of the rated who are not among `rows` stand above each of them, at each of some
    weights (weights × rows).

    So a browser knows the ranks of those it draws without a figure of anybody else.
    """
    others = np.ones(len(of.kept), dtype=bool)
    others[rows] = False
    out = np.zeros((len(weighting), len(rows)), dtype=np.int64)
    if not others.any():
        return out
    for place, weights in enumerate(weighting):
        seen = preview(of, weights, missing_limit)
        cents = hundredths(np.where(seen.rated, seen.score, 0.0))
        above = np.sort(cents[others & seen.rated])
        out[place] = len(above) - np.searchsorted(above, cents[rows], side="right")
    return out


@dataclass(frozen=True)
class Drawn:
    """Whom a browser draws (rows of the people), the permitted weights that it knows ranks at, and
    how many others stand above each there (None where it draws everybody)."""

    parts: Parts
    rows: npt.NDArray[np.intp]
    stops: Floats
    above: np.ndarray | None


def drawn(now: Evaluation, official: WeightScheme, chosen: str | None = None) -> Drawn:
    """Everybody shown; of more than ALL_UP_TO the first and the last ENDS under the weights in
    force, at the corners of the permitted ones and, where they lie outside, under those of now;
    and the chosen person. As long as only permitted weights move it stays the same."""
    of, every = parts(now), stops(now.catalogue)
    limit = now.measured.settings.missing_limit
    rows = np.flatnonzero(now.shown)
    if len(rows) > ALL_UP_TO:
        rows = _ends(now, of, _told_at(now, official, every), chosen)
    whole = len(rows) == len(now.people)
    return Drawn(of, rows, every, None if whole else ahead(of, rows, every, limit))


def _told_at(now: Evaluation, official: WeightScheme, every: Floats) -> list[Floats]:
    """The weights whose first and last are drawn."""
    corners = [every[every[:, place].argmax()] for place in range(len(CATEGORIES))]
    low = [every[every[:, place].argmin()] for place in range(len(CATEGORIES))]
    told = (
        [official]
        if inside_triangle(now.scheme.categories, now.catalogue)
        else [official, now.scheme]
    )
    own = [np.array([scheme.categories.get(name, 0.0) for name in CATEGORIES]) for scheme in told]
    return [*own, *corners, *low]


def _ends(
    now: Evaluation, of: Parts, told_at: list[Floats], chosen: str | None
) -> npt.NDArray[np.intp]:
    limit, shown = now.measured.settings.missing_limit, np.flatnonzero(now.shown)
    kept = np.zeros(len(now.people), dtype=bool)
    for weights in told_at:
        seen = preview(of, weights, limit)
        rated = shown[seen.rated[shown]]
        order = rated[np.lexsort((seen.rank[rated], seen.few[rated]))]
        last = int((~seen.few[rated]).sum())  # with a rank; behind them who has too few cases
        first = ENDS if last >= 2 * ENDS else 2 * ENDS
        kept[order[:first]] = True
        kept[order[first:last][-ENDS:]] = True
    if chosen is not None:
        kept |= (now.people["agent_id"] == chosen).to_numpy(dtype=bool) & now.shown
    return np.flatnonzero(kept)
