"""What a correction would change: the agent's own sheet, and everybody else whose rank or quadrant
moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.placing import grades, ranks
from analytics.insight.quadrant import Placed


@dataclass(frozen=True)
class Replay:
    """own: one row an indicator (and the score) with before and after; moved: others whose rank,
    grade or quadrant changes."""

    own: pd.DataFrame
    moved: pd.DataFrame


def replay(
    before: Evaluation,
    placed_before: Placed,
    after: Evaluation,
    placed_after: Placed,
    agent_id: str,
) -> Replay:
    """Compare the same period with and without a correction; agents are matched by id, since one
    may come or go."""
    first, second = _table(before, placed_before), _table(after, placed_after)
    both = first.join(second, how="outer", suffixes=("_before", "_after"))
    changed = np.zeros(len(both), dtype=bool)
    for name in ("rank", "grade", "quadrant"):
        earlier, other = both[f"{name}_before"], both[f"{name}_after"]
        changed |= ((earlier != other) & ~(earlier.isna() & other.isna())).to_numpy(dtype=bool)
    moved = both[changed & (both.index != agent_id)].reset_index(names="agent_id")
    names = dict(zip(before.people["agent_id"], before.people["name"], strict=True)) | dict(
        zip(after.people["agent_id"], after.people["name"], strict=True)
    )
    moved.insert(1, "name", [names[agent_id] for agent_id in moved["agent_id"]])
    return Replay(_own(before, after, agent_id, both), moved)


def _table(evaluation: Evaluation, placed: Placed) -> pd.DataFrame:
    scored, every = evaluation.agents, np.arange(len(evaluation.people))
    return pd.DataFrame(
        {
            "score": np.where(scored.rated, scored.score.round(2), np.nan),
            "rank": ranks(evaluation, every).to_numpy(dtype=float, na_value=np.nan),
            "grade": np.array([grade or None for grade in grades(evaluation, every)], dtype=object),
            "quadrant": placed.quadrant.astype(object),
        },
        index=evaluation.people["agent_id"].astype(str),
    )


def _own(before: Evaluation, after: Evaluation, agent_id: str, both: pd.DataFrame) -> pd.DataFrame:
    rows = []
    parts = [
        (
            evaluation,
            np.flatnonzero((evaluation.people["agent_id"] == agent_id).to_numpy(dtype=bool)),
        )
        for evaluation in (before, after)
    ]
    for column, indicator in enumerate(before.catalogue.indicators):
        told = [
            (
                float(part.measured.agents.value[where[0], column]),
                float(part.measured.agents.points[where[0], column]),
            )
            if len(where)
            else (np.nan, np.nan)
            for part, where in parts
        ]
        rows.append(
            {
                "what": indicator.id,
                "before": told[0][0],
                "after": told[1][0],
                "points_before": told[0][1],
                "points_after": told[1][1],
            }
        )
    if agent_id in both.index:
        mine = both.loc[agent_id]
        rows.append({"what": "score", "before": mine["score_before"], "after": mine["score_after"]})
        rows.append({"what": "rank", "before": mine["rank_before"], "after": mine["rank_after"]})
    return pd.DataFrame(rows)
