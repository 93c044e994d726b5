"""The quadrant as a list, and what it comes to in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.certainty import too_few
from analytics.insight.coaching import default_action
from analytics.insight.quadrant import Placed
from analytics.insight.quadrant_certainty import STANDINGS, QuadrantCertainty, quadrant_certainty
from analytics.language import say
from analytics.model import QUADRANTS, UNPLACED
from analytics.reports.lists.few import few_column, few_words
from analytics.reports.sure import quadrant_mark, quadrant_words, sure_columns
from analytics.reports.tables import Column, Table
from analytics.units import column_look

PERSON = ("agent_id", "name", "team")


def quadrant_table(
    evaluation: Evaluation, placed: Placed, rows: np.ndarray, language: str, how_sure: bool = False
) -> Table:
    """The agents of `rows` by quadrant, with both values and what to do; `how_sure` adds how far
    chance reaches, and how sure each quadrant is."""
    people = evaluation.people
    ids = people["agent_id"].to_numpy()[rows].astype(str)
    places = [(*QUADRANTS, UNPLACED).index(name) for name in placed.quadrant[rows]]
    order = rows[np.lexsort((ids, places))]
    chance = quadrant_certainty(evaluation.measured, placed)
    cells: dict[str, Any] = {name: people[name].to_numpy()[order] for name in PERSON}
    cells["quadrant"] = [say(f"quadrant.{name}", language) for name in placed.quadrant[order]]
    cells["too_few"] = few_words(
        evaluation.agents.rated[order], too_few(evaluation)[order], language
    )
    cells["x"], cells["y"] = placed.x_value[order], placed.y_value[order]
    cells["due_policies"] = (
        people["due_policies"].to_numpy(dtype=float, na_value=np.nan)[order]
        if "due_policies" in people
        else np.nan
    )
    cells["action"] = _actions(placed, chance, order, language)
    columns = [
        *(Column(name, say(f"column.{name}", language)) for name in (*PERSON, "quadrant")),
        *few_column(cells["too_few"], language),
    ]
    if how_sure:
        cells["certainty"] = [
            f"{quadrant_mark(chance, row)} {quadrant_words(chance, row, language)}"
            for row in order.tolist()
        ]
        columns.append(Column("certainty", say("certainty.column", language)))
    columns += [*_values(evaluation, placed, language)]
    columns.append(Column("due_policies", say("column.due_policies", language), "count"))
    if how_sure:
        for stem, name in (("x", placed.x), ("y", placed.y)):
            more, more_columns = sure_columns(evaluation.measured, name, order, language, stem)
            cells |= more
            columns += more_columns
    columns.append(Column("action", say("column.action", language)))
    return Table(pd.DataFrame(cells), columns)


def unplaced_table(evaluation: Evaluation, placed: Placed, language: str) -> Table:
    """Whoever is shown and stands in no quadrant, with the value that is there."""
    rows = np.flatnonzero(evaluation.shown & (placed.quadrant == UNPLACED))
    frame = evaluation.people.iloc[rows][list(PERSON)].assign(
        x=placed.x_value[rows], y=placed.y_value[rows]
    )
    columns = [Column(name, say(f"column.{name}", language)) for name in PERSON]
    return Table(frame, [*columns, *_values(evaluation, placed, language)])


def _values(evaluation: Evaluation, placed: Placed, language: str) -> list[Column]:
    indicators = [(axis, evaluation.catalogue[getattr(placed, axis)]) for axis in ("x", "y")]
    return [
        Column(axis, indicator.label[language], column_look(indicator.unit))
        for axis, indicator in indicators
    ]


def _actions(
    placed: Placed, chance: QuadrantCertainty, rows: np.ndarray, language: str
) -> list[str]:
    """What to do about each: about a quadrant that is not certain, nothing but to look on."""
    words = {
        (name, standing): default_action(name, [], standing)[language]
        for name in (*QUADRANTS, UNPLACED)
        for standing in STANDINGS
    }
    return [words[str(placed.quadrant[row]), chance.standing(row)] for row in rows.tolist()]


def finding(evaluation: Evaluation, placed: Placed, language: str) -> str:
    """What the picture says, never more firmly than its figures do: whose quadrants are certain, or
    that nobody's is, and why."""
    chance = quadrant_certainty(evaluation.measured, placed)
    certain, judged = certain_of(evaluation, chance)
    count = int((evaluation.shown & np.isin(placed.quadrant, QUADRANTS)).sum())
    if not count:
        return ""
    if not judged:
        return say("quadrant_page.found_unknown", language, count=count)
    if not chance.tell_apart:
        x, y = (evaluation.catalogue[name].label for name in (placed.x, placed.y))
        return say("quadrant_page.found_alike", language, x=x, y=y)
    if not certain:
        return say("quadrant_page.found_open", language, count=judged)
    rows = np.flatnonzero(chance.certain & evaluation.shown)
    likely = [QUADRANTS[place] for place in chance.likeliest[rows, 0]]
    parts = [
        say(
            "quadrant_page.found_part",
            language,
            quadrant=say(f"quadrant.{name}", language),
            number=likely.count(name),
        )
        for name in QUADRANTS
        if name in likely
    ]
    return say("quadrant_page.found_sure", language, count=certain, all=judged, parts=parts)


def certain_of(evaluation: Evaluation, chance: QuadrantCertainty) -> tuple[int, int]:
    """How many of those who are shown stand in their quadrant for certain, and of how many that can
    be said at all."""
    shown = evaluation.shown
    return int((chance.certain & shown).sum()), int((chance.known & shown).sum())
