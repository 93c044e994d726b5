"""What went with coaching: coached agents against others of whom the figures before let one expect
the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from analytics.evaluation.standards import Floats
from analytics.insight.coaching_study import AFTER, Counted, Counts, Mask, Reason, Study, gather
from analytics.model import Period
from analytics.statistics.calibrated_ancova import Effect, calibrated_ancova
from analytics.statistics.difference_in_differences import Difference, difference_in_differences
from analytics.statistics.expected_rate import ExpectedRates, expected_rates

FEWEST = 10  # on either side
POLICIES = 50  # of every agent who is compared, before and after
TEAMS = 20  # from as many on, errors are robust to what the members of a team share
COVARIATES = 3  # the baseline and the two periods before it
# At 95 % chance alone would be called a difference by up to five comparisons in a hundred, and the
# placebo's silence is no proof: at 97 % two or three were, simulated.
CONFIDENCE, PLACEBO_CONFIDENCE = 0.97, 0.95
EDGE = 0.02  # shares nearer to 0 or 1 are no more certain than this


@dataclass(frozen=True)
class Comparison:
    """reason: why nothing can be told, "" where something can; compared: who took part; difference:
    after, in points; placebo: the same of a time before any talk; expected: of each agent, by the
    counts before."""

    reason: Reason
    compared: Mask
    difference: Effect | None = None
    placebo: Effect | None = None
    expected: Floats | None = None


@dataclass(frozen=True)
class Proof:
    """verdict: "higher" or "lower" than others of the same expectation, else "cannot_tell" and the
    reason; then nothing that estimates anything is given away.

    coached, peers: how many were compared; left_out: agents with a talk who were not. difference
    and placebo in points of the renewal rate. double: the difference in differences from the
    baseline to after, what a spreadsheet would claim, and trend: the same one period earlier, over
    agents' own rates; expected_change: what the coached, picked as they were, would have moved by
    anyway. detectable: the true difference that is found four times in five. periods: both sides'
    pooled rate by period, the earliest first: period, months, side, rate, n.
    """

    verdict: Literal["higher", "lower", "cannot_tell"]
    reason: Reason
    study: Study
    coached: int = 0
    peers: int = 0
    left_out: int = 0
    difference: Effect | None = None
    placebo: Effect | None = None
    double: Difference | None = None
    trend: Difference | None = None
    expected_change: float = float("nan")
    detectable: float = float("nan")
    periods: pd.DataFrame | None = None

    @property
    def told(self) -> bool:
        return self.verdict != "cannot_tell"


def proof(plan: Study, counts: Counts) -> Proof:
    """Compare under a plan; `counts` is asked for its periods, and for those of each later month of
    talks."""
    everybody = len(plan.starts) + len(plan.others)
    if plan.reason or plan.after is None:
        return Proof("cannot_tell", plan.reason, plan, left_out=everybody)
    counted = gather(plan, plan.after, counts)
    comparison = compare(counted)
    mine, theirs = comparison.compared & counted.coached, comparison.compared & ~counted.coached
    periods = _by_period(plan.before, plan.after, counted, comparison.compared)
    told = Proof(
        "cannot_tell",
        comparison.reason,
        plan,
        int(mine.sum()),
        int(theirs.sum()),
        everybody - int(mine.sum()),
        periods=periods,
    )
    difference, expected = comparison.difference, comparison.expected
    if difference is None or expected is None:
        return told
    if comparison.reason:
        # How large a difference would have been found is no estimate: it says how many agents are
        # needed.
        return replace(
            told,
            detectable=difference.detectable if comparison.reason == "chance" else float("nan"),
        )
    double, trend = _double(counted, mine, theirs)
    due = counted.due_before[mine, 0]
    then = counted.renewed_before[mine, 0].sum() / due.sum()
    return replace(
        told,
        verdict="higher" if difference.effect > 0 else "lower",
        difference=difference,
        placebo=comparison.placebo,
        double=double,
        trend=trend,
        expected_change=float(100 * (np.average(expected[mine], weights=due) - then)),
        detectable=difference.detectable,
    )


def compare(counted: Counted) -> Comparison:
    """The coached against peers of the same expectation, and the same in the earliest period.

    The baseline and up to two periods before it give one expectation of each agent
    (`calibrated_ancova` says why one). Whose expectation nobody on the other side shares is left
    out.

    The placebo's outcome is the earliest period, not the baseline: agents are picked by late
    figures, and a figure that picked them is low or high by just that. Where agents were picked by
    the earliest period, the placebo fails and nothing is told. It leaves nobody out: who shares an
    expectation made without the figure that picked the coached may be nobody at all.
    """
    due = counted.due_before
    usable = (due.sum(axis=1) >= POLICIES) & (due[:, 0] > 0) & (counted.due_after >= POLICIES)
    if not _enough(usable, counted.coached):
        return Comparison("few", usable)
    farthest = due.shape[1] - 1
    main, compared, expected = _difference(counted, usable, list(range(farthest + 1))[:COVARIATES])
    if main is None:
        return Comparison("overlap", compared)
    # From the earliest period on, its neighbour stands where the baseline stands above.
    neighbours = list(range(farthest))[::-1][:COVARIATES]
    placebo = _placebo(counted, usable & (due[:, farthest] > 0), neighbours, farthest)
    reason: Reason = ""
    if placebo is None:
        reason = "placebo_unknown"
    elif not placebo.low <= 0 <= placebo.high:
        reason = "placebo"
    elif main.low <= 0 <= main.high:
        reason = "chance"
    return Comparison(reason, compared, main, placebo, expected)


def _placebo(counted: Counted, usable: Mask, covariates: list[int], outcome: int) -> Effect | None:
    if not covariates or not _enough(usable, counted.coached):
        return None
    level = counted.level[:, outcome]
    earlier = replace(
        counted,
        renewed_after=counted.renewed_before[:, outcome],
        due_after=counted.due_before[:, outcome],
        shift=level.mean() - level,
    )
    rates, level = _expected(earlier, usable, covariates)
    return _ancova(earlier, np.flatnonzero(usable), rates, level, PLACEBO_CONFIDENCE)


def _difference(
    counted: Counted, usable: Mask, covariates: list[int]
) -> tuple[Effect | None, Mask, Floats]:
    """The ANCOVA in points, who was compared, and everybody's expectation; no effect where too few
    have somebody like them on the other side."""
    rates, level = _expected(counted, usable, covariates)
    rows = np.flatnonzero(usable)
    inside = _common(rates.mean - level, counted.coached[rows])
    compared = np.zeros(len(usable), dtype=bool)
    compared[rows[inside]] = True
    expected = np.full(len(usable), np.nan)
    expected[rows] = rates.mean
    if not _enough(compared, counted.coached):
        return None, compared, expected
    part = ExpectedRates(rates.rates[:, inside], rates.likely, rates.spread[inside])
    return _ancova(counted, rows[inside], part, level[inside], CONFIDENCE), compared, expected


def _expected(
    counted: Counted, usable: Mask, covariates: list[int]
) -> tuple[ExpectedRates, Floats]:
    """What to expect of the usable agents, and everybody's rate in the months it is expected
    for."""
    renewed, due, level = (
        cells[usable][:, covariates]
        for cells in (counted.renewed_before, counted.due_before, counted.level)
    )
    return expected_rates(renewed, due, level), level[:, 0]


def _ancova(
    counted: Counted, rows: np.ndarray, rates: ExpectedRates, level: Floats, confidence: float
) -> Effect:
    due, share = counted.due_after[rows], np.clip(rates.mean, EDGE, 1 - EDGE)
    teams = counted.teams[rows]
    return calibrated_ancova(
        100 * (counted.renewed_after[rows] / due + counted.shift[rows]),
        counted.coached[rows],
        ExpectedRates(rates.rates - level, rates.likely, rates.spread),
        1 / (share * (1 - share) / due + rates.spread**2),
        teams if len(np.unique(teams)) >= TEAMS else None,
        confidence,
    )


def _common(expected: Floats, coached: Mask) -> Mask:
    """Who lies where both sides have somebody. Source: Dehejia & Wahba 1999, JASA 94:1053–1062."""
    sides = expected[coached], expected[~coached]
    low, high = max(side.min() for side in sides), min(side.max() for side in sides)
    inside: Mask = (expected >= low - 1e-12) & (expected <= high + 1e-12)
    return inside


def _enough(who: Mask, coached: Mask) -> bool:
    return min(int((who & coached).sum()), int((who & ~coached).sum())) >= FEWEST


def _double(
    counted: Counted, mine: Mask, theirs: Mask
) -> tuple[Difference | None, Difference | None]:
    """The sides' changes from the baseline to after, and from the period before to the baseline, in
    points."""
    with np.errstate(invalid="ignore", divide="ignore"):
        before = (
            counted.renewed_before / counted.due_before - counted.level + counted.level.mean(axis=0)
        )
        after = counted.renewed_after / counted.due_after + counted.shift

    def between(first: Floats, second: Floats) -> Difference | None:
        was, now = 100 * first, 100 * second
        try:
            return difference_in_differences(was[mine], now[mine], was[theirs], now[theirs])
        except ValueError:  # nobody's rate changed, or hardly anybody had policies so early
            return None

    return between(before[:, 0], after), between(before[:, 1], before[:, 0])


def _by_period(
    before: tuple[Period, ...], after: Period, counted: Counted, compared: Mask
) -> pd.DataFrame:
    rows = []
    for place in (*range(len(before) - 1, -1, -1), AFTER):
        last = place == AFTER
        renewed = counted.renewed_after if last else counted.renewed_before[:, place]
        due = counted.due_after if last else counted.due_before[:, place]
        period = after if last else before[place]
        for side, who in (
            ("coached", compared & counted.coached),
            ("peers", compared & ~counted.coached),
        ):
            n = float(due[who].sum())
            rate = float(renewed[who].sum()) / n if n > 0 else float("nan")
            rows.append(
                {
                    "period": AFTER if last else "before",
                    "months": str(period),
                    "side": side,
                    "rate": rate,
                    "n": n,
                }
            )
    return pd.DataFrame(rows)
