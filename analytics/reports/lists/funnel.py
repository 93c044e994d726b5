"""The funnel as a list: every rate against what chance alone would make of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.funnel import Funnel, too_few
from analytics.language import say
from analytics.reports.sure import sure_columns
from analytics.reports.tables import Column, Table
from analytics.units import column_look


def funnel_rows(evaluation: Evaluation, funnel: Funnel) -> pd.DataFrame:
    """One row an agent who is shown: what the rate rests on, and beyond which limits it lies."""
    people = evaluation.people.iloc[funnel.rows]
    rows = pd.DataFrame(
        {
            "agent_id": people["agent_id"].to_numpy(),
            "name": people["name"].to_numpy(),
            "team": people["team"].to_numpy(),
            "n": funnel.n,
            "independent": funnel.independent,
            "rate": funnel.rate,
            "outside_95": funnel.outside95,
            "outside_998": funnel.outside998,
            "outside_dispersed": funnel.outside_dispersed,
            "high": funnel.high,
            "too_few": too_few(funnel),
        }
    )
    return rows[evaluation.shown[funnel.rows]]


def funnel_table(
    evaluation: Evaluation, funnel: Funnel, language: str, how_sure: bool = False
) -> Table:
    """The same in words, the farthest out and highest first; `how_sure` adds how far chance reaches
    on each rate."""
    indicator = evaluation.catalogue[funnel.indicator]
    rows = funnel_rows(evaluation, funnel)
    outside, inside = (say(f"funnel.{key}", language) for key in ("outside", "inside"))
    frame = rows.assign(
        state=[_state(row, language) for row in rows.to_dict("records")],
        dispersed=np.where(rows["outside_dispersed"], outside, inside),
        far=np.where(rows["outside_998"], 2, rows["outside_95"] * 1),
    )
    columns = [
        *(Column(name, say(f"column.{name}", language)) for name in ("agent_id", "name", "team")),
        Column("n", say("funnel.axis", language), "count"),
    ]
    if funnel.together:
        columns.append(Column("independent", say("funnel.axis_independent", language), "count"))
    columns += [
        Column("rate", indicator.label[language], column_look(indicator.unit)),
        Column("state", say("funnel.state", language)),
    ]
    if funnel.tau2 > 0:
        columns.append(Column("dispersed", say("funnel.widened", language)))
    if how_sure:
        shown = funnel.rows[evaluation.shown[funnel.rows]]
        cells, more = sure_columns(evaluation.measured, indicator.id, shown, language)
        frame = frame.assign(**cells)
        columns += [
            replace(column, only="file") if column.name.endswith(".z") else column
            for column in more
            if not column.name.endswith(".n")
        ]
    by = frame.sort_values(["far", "rate"], ascending=False, kind="stable")
    return Table(by.reset_index(drop=True), columns)


def _state(row: dict[str, object], language: str) -> str:
    """Outside 99.8 % or 95 %, and on which side; inside, whether cases or differences are too
    few for more."""
    if not row["outside_95"] and not row["outside_998"]:
        return say(f"certainty.open_{'few' if row['too_few'] else 'alike'}", language)
    side = say("funnel.high" if row["high"] else "funnel.low", language)
    far = say("funnel.sure" if row["outside_998"] else "funnel.leans", language)
    return f"{far} · {side}"
