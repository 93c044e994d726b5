"""A proposed standard tried over past periods before it is adopted: full marks, zero marks, who
changes grade."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.placing import grades
from analytics.model import Standard


def rehearse(pairs: Sequence[tuple[Evaluation, Evaluation]]) -> pd.DataFrame:
    """One row a period and indicator that either side knows: share at full and at zero marks, mean
    points, before and after.

    `pairs` are the same period under the standard in force and under the proposed one.
    """
    rows = []
    for now, then in pairs:
        ids = list(dict.fromkeys([*now.catalogue.ids, *then.catalogue.ids]))
        for name in ids:
            sides = [_shares(evaluation, name) for evaluation in (now, then)]
            rows.append(
                {
                    "period": str(now.measured.period),
                    "indicator": name,
                    **{f"{key}_before": value for key, value in sides[0].items()},
                    **{f"{key}_after": value for key, value in sides[1].items()},
                }
            )
    return pd.DataFrame(rows)


def grade_changes(now: Evaluation, then: Evaluation) -> pd.DataFrame:
    """Who would have another grade: agent_id, name, team, score and grade (marked where it rests on
    too few cases) before and after."""
    seen = (
        now.in_scope
        & now.agents.rated
        & then.agents.rated
        & (now.agents.grade != then.agents.grade)
    )
    rows = np.flatnonzero(seen)
    people = now.people.iloc[rows][["agent_id", "name", "team"]].reset_index(drop=True)
    return people.assign(
        score_before=now.agents.score[rows],
        score_after=then.agents.score[rows],
        grade_before=grades(now, rows),
        grade_after=grades(then, rows),
    )


def jumps(old: Standard, new: Standard, scale: float) -> float:
    """How far the knots moved at most at the same points, in the indicator's unit over `scale`
    (0.01 for a percent)."""
    every = sorted({*old.points, *new.points})
    return max(abs(_value_at(old, points) - _value_at(new, points)) for points in every) / scale


def _value_at(standard: Standard, wanted: float) -> float:
    points, values = np.asarray(standard.points), np.asarray(standard.values)
    order = np.argsort(points, kind="stable")
    return float(np.interp(wanted, points[order], values[order]))


def _shares(evaluation: Evaluation, name: str) -> dict[str, float]:
    if name not in evaluation.catalogue.ids:
        return {"full": np.nan, "zero": np.nan, "mean": np.nan, "n": 0}
    points = evaluation.measured.agents.points[:, evaluation.catalogue.position(name)]
    points = points[~np.isnan(points)]
    if not len(points):
        return {"full": np.nan, "zero": np.nan, "mean": np.nan, "n": 0}
    return {
        "full": float((points >= 100 - 1e-9).mean()),
        "zero": float((points <= 1e-9).mean()),
        "mean": float(points.mean()),
        "n": len(points),
    }
