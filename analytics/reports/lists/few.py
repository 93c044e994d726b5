"""The column of a list of agents that says why somebody in it has no rank."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analytics.evaluation import Evaluation
from analytics.insight.certainty import too_few
from analytics.language import say
from analytics.reports.tables import Column
from analytics.reports.words import rank_text


def few_cells(evaluation: Evaluation, rows: np.ndarray, language: str) -> list[str]:
    """What stands in the column `too_few` of these agents in tables of ranks; nothing for whoever
    is ranked."""
    words = few_words(evaluation.agents.rated[rows], too_few(evaluation)[rows], language)
    for position in np.flatnonzero(too_few(evaluation)[rows]).tolist():
        words[position] = rank_text(evaluation, int(rows[position]), language)
    return words


def few_column(words: Iterable[str], language: str) -> list[Column]:
    """The column `too_few` of a table of agents, where somebody in it is not ranked: its words say
    why."""
    return [Column("too_few", say("certainty.few_column", language))] if any(words) else []


def few_words(rated: Iterable[bool], few: Iterable[bool], language: str) -> list[str]:
    """What stands in the column `too_few` of tables without ranks: too few cases, or not rated at
    all; nothing for the others."""
    unrated, little = (say(f"certainty.{key}", language) for key in ("not_rated", "few_cases"))

    def word(is_rated: bool, is_few: bool) -> str:
        if is_few:
            return little
        return "" if is_rated else unrated

    return [word(is_rated, is_few) for is_rated, is_few in zip(rated, few, strict=True)]
