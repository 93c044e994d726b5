"""The ranking: everybody shown, with values, points and contributions of every indicator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight import placing
from analytics.insight.certainty import too_few
from analytics.insight.quadrant import Placed
from analytics.insight.quadrant_certainty import quadrant_certainty
from analytics.insight.rank_ranges import RankRanges
from analytics.language import say
from analytics.reports.lists.few import few_cells, few_column
from analytics.reports.sure import quadrant_words, sure_columns
from analytics.reports.tables import Column, Table
from analytics.units import column_look

Cells = tuple[Column, Any]


def ranking_table(
    evaluation: Evaluation, placed: Placed, language: str, how_sure: RankRanges | bool = False
) -> Table:
    """Everybody shown: rank, score, grade, quadrant, then value, points and contribution of every
    indicator.

    `how_sure` adds how far chance reaches: range, n and Z of every indicator whose spread is known,
    and with rank ranges the range and band of each rank.
    """
    rows = _in_order(evaluation)
    cells = [
        (Column("rank", say("column.rank", language), "count"), placing.ranks(evaluation, rows)),
        *_reach(evaluation, rows, language, how_sure),
        *_people(evaluation, rows, language),
        *_judgement(evaluation, rows, language),
        *_quadrant(evaluation, placed, rows, language, bool(how_sure)),
        *_basis(evaluation, rows, language),
        *_indicators(evaluation, rows, language, bool(how_sure)),
    ]
    frame = pd.DataFrame({column.name: values for column, values in cells})
    return Table(frame, [column for column, _ in cells])


def _in_order(evaluation: Evaluation) -> np.ndarray:
    """Rows of everybody shown: by rank, then who rests on too few cases, then who is not rated."""
    rows = np.flatnonzero(evaluation.shown)
    rated, rank = evaluation.agents.rated[rows], evaluation.agents.rank[rows]
    rank = np.where(rated, rank, np.iinfo(np.int64).max)
    few = too_few(evaluation)[rows]
    order: np.ndarray = rows[np.lexsort((np.arange(len(rows)), rank, few, ~rated))]
    return order


def _reach(
    evaluation: Evaluation, rows: np.ndarray, language: str, how_sure: RankRanges | bool
) -> Iterator[Cells]:
    """Range and band of each rank, where they are known."""
    if not isinstance(how_sure, RankRanges):
        return
    ranges, band = how_sure.cells(len(evaluation.people), rows)
    yield Column("rank_range", say("certainty.rank_column", language)), ranges
    yield (
        Column("band", say("certainty.band", language), "count"),
        pd.array(band, dtype="Int64"),
    )


def _people(evaluation: Evaluation, rows: np.ndarray, language: str) -> Iterator[Cells]:
    people = evaluation.people.iloc[rows].reset_index(drop=True)
    for name in ("agent_id", "name", "team", "branch"):
        yield Column(name, say(f"column.{name}", language)), people[name]


def _judgement(evaluation: Evaluation, rows: np.ndarray, language: str) -> Iterator[Cells]:
    """Score and grade, and where somebody has them why there is no rank and who capped a grade."""
    scored = evaluation.agents
    rated = scored.rated[rows]
    score = np.where(rated, scored.score[rows], np.nan)
    yield Column("score", say("column.score", language), "score"), score
    yield Column("grade", say("column.grade", language)), placing.grades(evaluation, rows)
    few = few_cells(evaluation, rows, language)
    for column in few_column(few, language):
        yield column, few
    vetoed = [_veto(evaluation, name, language) for name in scored.capped_by[rows]]
    if any(vetoed):
        yield Column("veto", say("veto.column", language)), np.where(rated, vetoed, "")


def _veto(evaluation: Evaluation, indicator_id: str, language: str) -> str:
    if not indicator_id:
        return ""
    label = evaluation.catalogue[indicator_id].label[language]
    return say("veto.by", language, indicator=label)


def _quadrant(
    evaluation: Evaluation, placed: Placed, rows: np.ndarray, language: str, how_sure: bool
) -> Iterator[Cells]:
    quadrants = [say(f"quadrant.{name}", language) for name in placed.quadrant[rows]]
    yield Column("quadrant", say("column.quadrant", language)), quadrants
    if how_sure and rows.size:
        chance = quadrant_certainty(evaluation.measured, placed)
        words = [quadrant_words(chance, row, language) for row in rows.tolist()]
        yield Column("certainty", say("certainty.column", language)), words


def _basis(evaluation: Evaluation, rows: np.ndarray, language: str) -> Iterator[Cells]:
    """How many policies, and how much of the weights, an agent's score rests on."""
    people = evaluation.people
    due = np.full(len(rows), np.nan)
    if "due_policies" in people:
        due = people["due_policies"].to_numpy(dtype=float, na_value=np.nan)[rows]
    yield Column("due_policies", say("column.due_policies", language), "count"), due
    coverage = evaluation.agents.coverage[rows] / 100.0
    yield Column("coverage", say("column.coverage", language), "percent"), coverage


def _indicators(
    evaluation: Evaluation, rows: np.ndarray, language: str, how_sure: bool
) -> Iterator[Cells]:
    """From value to contribution, of every indicator that anybody has."""
    scored, values = evaluation.agents, evaluation.measured.agents
    contribution = np.where(np.isnan(values.points), np.nan, scored.contribution)
    for position, indicator in enumerate(evaluation.catalogue.indicators):
        if np.isnan(values.value[:, position]).all():
            continue
        for part, array, look in (
            ("value", values.value, column_look(indicator.unit)),
            ("numerator", values.numerator, "amount"),
            ("denominator", values.denominator, "amount"),
            ("points", values.points, "score"),
            ("weight", scored.weight, "score"),
            ("contribution", contribution, "score"),
        ):
            header = f"{indicator.label[language]} · {say(f'column.{part}', language)}"
            yield Column(f"{indicator.id}.{part}", header, look), array[rows, position]
            if part == "value" and how_sure:
                cells, columns = sure_columns(evaluation.measured, indicator.id, rows, language)
                for column in columns:
                    yield column, cells[column.name]
