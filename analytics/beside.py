"""A reading beside what is stored already: whose closed policies it would move, and whether it is
only half of last month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analytics.intake.questions import Question
from analytics.intake.reading import Reading
from analytics.intake.recipe import Recipe
from analytics.intake.spellings import Alike, alike, named
from analytics.warehouse.connection import Warehouse, run, statements

FEWER = 0.5  # of the month before
ENOUGH_AGENTS = 10
MOST_MONTHS = 6  # told of one load

Note = tuple[str, Mapping[str, object]]


def questions_beside(
    warehouse: Warehouse, read: Reading, recipe: Recipe, as_of: dt.date
) -> list[Question]:
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
    return [question for question in out if recipe.answers.get(question.id) not in question.choices]


def agents_of(read: Reading) -> tuple[dict[str, int], dict[str, str]]:
    """The agents that a file names: how many rows each, and what each is called there."""
    table = read.records if read.facts is None else read.facts
    counted = table.column("agent_id").value_counts()
    rows = dict(
        zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)
    )
    rows.pop(None, None)
    if "name" not in table.column_names:
        return rows, {}
    pairs = table.select(["agent_id", "name"]).group_by(["agent_id"]).aggregate([("name", "max")])
    names = zip(
        pairs.column("agent_id").to_pylist(), pairs.column("name_max").to_pylist(), strict=True
    )
    return rows, {agent_id: name for agent_id, name in names if agent_id and name}


def _concerns(pair: Alike, rows: Mapping[str, int]) -> bool:
    return pair.spelling in rows or pair.agent_id in rows


def look_alike(
    warehouse: Warehouse,
    merged: Mapping[str, str],
    rows: Mapping[str, int] | None = None,
    names: Mapping[str, str] | None = None,
) -> list[Alike]:
    """Spellings that may be one agent and are not merged yet; of a file that is not stored yet
    `rows` and `names`."""
    stored = warehouse.ask("spellings")
    counts = dict(zip(stored["agent_id"], (int(count) for count in stored["rows"]), strict=True))
    recorded = {
        spelling
        for spelling, kinds in zip(stored["agent_id"], stored["kinds"], strict=True)
        if "agents" in kinds
    }
    if rows is not None:
        recorded |= set(counts)  # whoever is there already is merged into, not away
    for spelling, count in (rows or {}).items():
        counts[spelling] = counts.get(spelling, 0) + count
    counts = {spelling: count for spelling, count in counts.items() if spelling not in merged}
    pairs = alike(counts, recorded)
    if rows is not None:
        pairs = [pair for pair in pairs if _concerns(pair, rows)]
    called = {
        str(spelling): name
        for spelling, name in zip(stored["agent_id"], stored["name"], strict=True)
        if isinstance(name, str)
    }
    return named(pairs, {**called, **(names or {})})


def told_alike(warehouse: Warehouse, read: Reading) -> list[Note]:
    """How many agents of a load that was just stored differ from another only in how their number
    is written."""
    rows, _ = agents_of(read)
    with warehouse.cursor() as cursor:
        merged = dict(run(cursor, "aliases"))
    dressed = [pair for pair in look_alike(warehouse, merged) if pair.why == "dress"]
    pairs = [pair for pair in dressed if _concerns(pair, rows)]
    if not pairs:
        return []
    return [
        (
            "agents_alike",
            {"count": len(pairs), "spelling": pairs[0].spelling, "agent": pairs[0].agent_id},
        )
    ]


def sums_of(warehouse: Warehouse, kind: str) -> pd.DataFrame:
    """Agents, renewed and due policies and premium due by month, of the records of one kind."""
    if kind not in ("policies", "scoresheet"):
        return pd.DataFrame(columns=["agents", "renewed", "due", "premium"])
    with warehouse.cursor() as cursor:
        return (
            cursor.execute(statements("statements.sql")[f"month_sums_{kind}"])
            .df()
            .set_index("month")
        )


def told(before: pd.DataFrame, after: pd.DataFrame, months: tuple[str, ...]) -> list[Note]:
    """The figures of a load's latest months, beside what they were before."""
    notes: list[Note] = []
    for name in months[-MOST_MONTHS:]:
        month = pd.Timestamp(f"{name}-01")
        if month not in after.index:
            continue
        facts: dict[str, Any] = {"month": name, **_figures(after.loc[month])}
        key = "month_figures"
        if month in before.index:
            earlier = _figures(before.loc[month])
            facts |= {"before": earlier["rate"], "before_agents": earlier["agents"]}
        else:
            key += "_new"
        if facts["premium"] is None:
            key += "_bare"
        notes.append((key, facts))
    return notes


def _figures(row: pd.Series) -> dict[str, Any]:
    rate = f"{row['renewed'] / row['due']:.1%}" if row["due"] > 0 else "–"
    premium = f"{row['premium']:,.0f}" if row["premium"] == row["premium"] else None
    return {"agents": int(row["agents"]), "rate": rate, "premium": premium}
