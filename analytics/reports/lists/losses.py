"""Points lost: by indicator, and the agents behind one of them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analytics.catalogue import action_for
from analytics.evaluation import Evaluation
from analytics.language import say
from analytics.reports.sure import sure_columns
from analytics.reports.tables import Column, Table
from analytics.units import column_look


def losses_table(
    evaluation: Evaluation,
    losses: pd.DataFrame,
    gaps: pd.Series,
    language: str,
    how_sure: bool = False,
) -> Table:
    """What a team loses by indicator, beside the company, the best team and (`gaps`) the market,
    and what to do; `how_sure` adds how probably each loss is the largest."""
    indicators = [evaluation.catalogue[indicator_id] for indicator_id in losses["indicator"]]
    frame = losses.assign(
        indicator=[indicator.label[language] for indicator in indicators],
        action=[action_for(indicator)[language] for indicator in indicators],
        market=gaps.reindex(losses["indicator"]).to_numpy(),
    )
    columns = [
        Column("indicator", say("column.indicator", language)),
        Column("team", say("column.lost", language), "score"),
        Column("company", say("column.company", language), "score"),
        Column("best", say("weak_spots.best", language), "score"),
        Column("recoverable", say("weak_spots.recoverable", language), "score"),
    ]
    if how_sure:
        columns.append(Column("biggest", say("weak_spots.biggest", language), "percent"))
    columns.append(Column("per_weight", say("weak_spots.per_weight", language), "percent"))
    if frame["market"].notna().any():
        columns.append(Column("market", say("weak_spots.market", language), "score"))
    columns.append(Column("action", say("column.action", language)))
    return Table(frame, columns)


def behind_table(
    evaluation: Evaluation,
    behind: pd.DataFrame,
    indicator_id: str,
    language: str,
    how_sure: bool = False,
) -> Table:
    """The agents behind a loss: value, points and points lost; `how_sure` adds how far chance
    reaches on each value."""
    look = column_look(evaluation.catalogue[indicator_id].unit)
    columns = [
        Column("agent_id", say("column.agent_id", language)),
        Column("name", say("column.name", language)),
        Column("value", say("column.value", language), look),
        Column("points", say("column.points", language), "score"),
        Column("lost", say("column.lost", language), "score"),
        Column("due_policies", say("column.due_policies", language), "count"),
    ]
    if not how_sure:
        return Table(behind, columns)
    rows = pd.Index(evaluation.people["agent_id"]).get_indexer(behind["agent_id"])
    cells, more = sure_columns(evaluation.measured, indicator_id, rows, language)
    # How far one's own data carry is for the file: the page says in words where they are too few.
    columns[3:3] = [
        replace(column, only="file") if column.name.endswith(".z") else column for column in more
    ]
    return Table(behind.assign(**cells), columns)
