"""Ranks and grades as they may be told: whoever rests on too few cases has no rank, and a mark
beside the grade."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.certainty import too_few

UNSURE = "○"  # stands beside what rests on too little to be believed


def ranks(evaluation: Evaluation, rows: np.ndarray) -> Any:
    """The ranks of agents, as pandas' whole numbers; missing for whoever is not rated or rests on
    too few cases."""
    told = evaluation.agents.rated[rows] & ~too_few(evaluation)[rows]
    return pd.arrays.IntegerArray(evaluation.agents.rank[rows].astype(np.int64), ~told)


def grades(evaluation: Evaluation, rows: np.ndarray) -> np.ndarray:
    """The grades of agents (words), marked where they rest on too few cases; empty for whoever is
    not rated."""
    out: np.ndarray = evaluation.agents.grade[rows].astype(object)
    out[~evaluation.agents.rated[rows]] = ""
    few = too_few(evaluation)[rows]
    out[few] = [marked(grade, True) for grade in out[few]]
    return out


def few_ids(evaluation: Evaluation) -> frozenset[str]:
    """The agents who are rated on too few cases to be ranked."""
    return frozenset(evaluation.people["agent_id"].astype(str).to_numpy()[too_few(evaluation)])


def marked(word: str, few: bool) -> str:
    """A grade, or a name that stands in the first place, with the mark of too few cases where there
    are."""
    return f"{word} {UNSURE}" if few else word
