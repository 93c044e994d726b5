"""Are the standards sound, and are groups treated alike: ceilings, discrimination, redundancy, gaps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.certainty import certainty
from analytics.statistics import floor_ceiling, four_fifths, item_analysis, newcombe

REDUNDANT = 0.85
GOOD = ("A", "B")


def standards_check(evaluation: Evaluation) -> pd.DataFrame:
    """One row an indicator: n, share at zero and at full marks (flagged above 15 %), item-rest correlation, the indicator it repeats
    (|r| > 0.85), reliability, and a proposed full mark (75th percentile of shrunken values) and pass mark (pooled value)."""
    marks = evaluation.measured.agents.points
    known = evaluation.catalogue
    complete = marks[~np.isnan(marks).any(axis=1)]
    rest = item_analysis.item_analysis(complete).item_rest if len(complete) >= 3 else np.full(len(known.ids), np.nan)
    rows = []
    for at, one in enumerate(known.indicators):
        floor, ceiling, flagged = floor_ceiling.floor_ceiling(marks[:, at])
        twin = _twin(marks, at)
        sure = certainty(evaluation.measured, one.id)
        values = evaluation.measured.agents.value[:, at]
        steady = values if sure is None or np.isnan(sure.shrunken).all() else sure.shrunken
        there = steady[~np.isnan(steady)]
        best = 25 if one.direction == "lower" else 75
        rows.append(
            {
                "indicator": one.id, "n": int((~np.isnan(values)).sum()), "floor": floor, "ceiling": ceiling, "flagged": flagged, "item_rest": float(rest[at]),
                "twin": known.ids[twin] if twin is not None else "", "reliability": float(np.nanmean(sure.credibility)) if sure is not None and not np.isnan(sure.credibility).all() else np.nan,
                "full_mark": float(np.percentile(there, best)) if len(there) >= 5 else np.nan, "pass_mark": float(evaluation.measured.company.value[0, at]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _twin(marks: np.ndarray, at: int) -> int | None:
    for other in range(marks.shape[1]):
        if other == at:
            continue
        both = ~np.isnan(marks[:, at]) & ~np.isnan(marks[:, other])
        a, b = marks[both, at], marks[both, other]
        if both.sum() >= 10 and a.std() > 0 and b.std() > 0 and abs(np.corrcoef(a, b)[0, 1]) > REDUNDANT:
            return other
    return None


def groups(evaluation: Evaluation, of: Mapping[str, str], surplus: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Groups of agents (agent_id → group): n, mean score, share graded A or B, its ratio to the best group's, the interval of that
    difference, the mean renewal surplus per 100 policies after case mix, and whether anything can be told (20 agents a group)."""
    scored = evaluation.agents
    rows = np.flatnonzero(scored.rated)
    frame = pd.DataFrame(
        {
            "group": [of.get(str(one)) for one in evaluation.people["agent_id"].iloc[rows]],
            "agent_id": evaluation.people["agent_id"].iloc[rows].to_numpy(),
            "score": scored.score[rows],
            "good": np.isin(scored.grade[rows], GOOD),
        }
    ).dropna(subset=["group"])
    if frame["group"].nunique() < 2:
        return pd.DataFrame()
    table = frame.groupby("group").agg(n=("score", "size"), score=("score", "mean"), good=("good", "sum")).reset_index()
    rate = table["good"] / table["n"]
    ratio, flagged = four_fifths.four_fifths(rate)
    best = int(rate.argmax())
    low, high = newcombe.newcombe_difference(table["good"], table["n"], table["good"].iloc[best], table["n"].iloc[best])
    if surplus is not None:
        frame = frame.assign(surplus=[surplus.get(str(one), np.nan) for one in frame["agent_id"]])
        table["surplus"] = frame.groupby("group")["surplus"].mean().to_numpy()
    return table.assign(
        rate=rate, ratio=ratio, flagged=flagged, low=low, high=high, enough=table["n"] >= four_fifths.FEWEST
    )


def radar(totals: Mapping[str, float]) -> pd.DataFrame:
    """The renewal rate under the usual rival definitions, from the same sums: definition, numerator, denominator, rate."""

    def of(*names: str) -> float:
        return float(sum(totals.get(name, np.nan) for name in names))

    pairs = {
        "count": (of("renewed_policies"), of("due_policies")), "late_included": (of("renewed_policies", "late_renewals"), of("due_policies")),
        "open_included": (of("renewed_policies"), of("due_policies", "open_policies")), "premium": (of("renewed_premium"), of("due_premium")),
        "premium_capped": (of("retained_premium"), of("due_premium")),
    }  # fmt: skip
    return pd.DataFrame(
        [
            {"definition": name, "numerator": a, "denominator": b, "rate": a / b if b > 0 else np.nan}
            for name, (a, b) in pairs.items()
        ]
    )
