"""A reading beside what is stored already: whose closed policies it would move, and whether it is only half of last month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analytics.intake.questions import Question
from analytics.intake.reading import Reading
from analytics.intake.recipe import Recipe
from analytics.warehouse.connection import Warehouse, run, statements

FEWER = 0.5  # of the month before
ENOUGH_AGENTS = 10
MOST_MONTHS = 6  # told of one load

Note = tuple[str, Mapping[str, object]]


def questions_beside(warehouse: Warehouse, read: Reading, recipe: Recipe, as_of: dt.date) -> list[Question]:
    """What a load would change of what is there, asked unless its recipe says how."""
    out = []
    if recipe.kind == "policies" and read.records.num_rows:
        with warehouse.cursor() as cursor:
            cursor.register("incoming", read.records)
            count, example = run(cursor, "moved_policies", as_of=as_of)[0]
            agents = run(cursor, "agents_of_months")
            cursor.unregister("incoming")
        if count:
            facts = {"count": count, "example": example}
            out.append(Question("handover", "handover", facts, ("holder", "move"), "holder"))
        month, here, before = agents[0] if agents else (None, 0, 0)
        if month is not None and before >= ENOUGH_AGENTS and here < FEWER * before:
            facts = {"month": f"{month:%Y-%m}", "count": here, "before": before}
            out.append(Question("plausible.agents", "fewer_agents", facts, ("yes",)))
    return [one for one in out if recipe.answers.get(one.id) not in one.choices]


def sums_of(warehouse: Warehouse, kind: str) -> pd.DataFrame:
    """Agents, renewed and due policies and premium due by month, of the records of one kind."""
    if kind not in ("policies", "scoresheet"):
        return pd.DataFrame(columns=["agents", "renewed", "due", "premium"])
    with warehouse.cursor() as cursor:
        return cursor.execute(statements("statements.sql")[f"month_sums_{kind}"]).df().set_index("month")


def told(before: pd.DataFrame, after: pd.DataFrame, months: tuple[str, ...]) -> list[Note]:
    """The figures of a load's latest months, beside what they were before."""
    notes: list[Note] = []
    for name in months[-MOST_MONTHS:]:
        month = pd.Timestamp(f"{name}-01")
        if month not in after.index:
            continue
        facts: dict[str, Any] = {"month": name, **_figures(after.loc[month])}
        if month in before.index:
            earlier = _figures(before.loc[month])
            notes.append(("month_figures", {**facts, "before": earlier["rate"], "before_agents": earlier["agents"]}))
        else:
            notes.append(("month_figures_new", facts))
    return notes


def _figures(row: pd.Series) -> dict[str, Any]:
    rate = f"{row['renewed'] / row['due']:.1%}" if row["due"] else "–"
    premium = f"{row['premium']:,.0f}" if row["premium"] == row["premium"] else "–"
    return {"agents": int(row["agents"]), "rate": rate, "premium": premium}
