"""Loads into and out of the warehouse, and the rollup of the months they touch; each in one
transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from analytics.model import Followed, Settings, add_months, days_of, month_stated
from analytics.people import Correction
from analytics.warehouse.connection import Warehouse, question, run, statements, view

TOLD = (  # the measures of which a receipt says whose figures a load changed
    "due_policies",
    "renewed_policies",
    "due_premium",
    "renewed_premium",
    "surveys",
    "survey_points",
    "complaints",
    "contacts",
)
RECORD_TABLES = ("policies", "contacts", "surveys", "complaints", "assessments", "scoresheet")


@dataclass(frozen=True)
class Load:
    """What is to be stored: clean records of one kind, where they came from, and as of when they
    speak."""

    kind: str
    file: str
    sha256: str
    recipe: Mapping[str, Any]
    as_of: dt.date
    records: pa.Table
    facts: pa.Table | None
    row_count: int
    loaded: int
    rejected: int
    loaded_at: dt.datetime
    sample: bool = False
    load_id: int = 0


@dataclass(frozen=True)
class Stored:
    """What a load did: its id, how many earlier rows it replaced, its undated open policies, and
    whose figures changed."""

    load_id: int
    replaced: int
    undated: int
    stale: int  # its policies that still say open though their window has closed
    changes: (
        pd.DataFrame
    )  # agent_id, measure, before, after: of agents who had figures in its months already


def store(
    cursor: duckdb.DuckDBPyConnection, load: Load, settings: Settings, words: Mapping[str, Any]
) -> Stored:
    """Store a load and roll up its months, inside the transaction of this cursor."""
    load_id = load.load_id
    mode = str(load.recipe.get("options", {}).get("months", "add"))
    bound: dict[str, Any] = {
        "load_id": load_id,
        "kind": load.kind,
        "file": load.file,
        "sha256": load.sha256,
        "as_of": load.as_of,
        "recipe": json.dumps(load.recipe, ensure_ascii=False, default=str),
        "loaded_at": load.loaded_at,
        "months_mode": mode,
        "sample": load.sample,
        "row_count": load.row_count,
        "loaded": load.loaded,
        "rejected": load.rejected,
        "replaces": mode == "replace",
        **words,
    }
    options = load.recipe.get("options", {})
    for name, option in (("first", "from"), ("last", "to")):
        bound[name] = (
            month_stated(options[option], settings.month_begins) if option in options else None
        )
    before = int(run(cursor, "not_current", load_id=load_id)[0][0])
    cursor.register("incoming", load.records)
    if load.kind == "policies" and load.recipe.get("answers", {}).get("handover") == "holder":
        kept = cursor.sql(
            statements("statements.sql")["keep_holders"], params={"as_of": load.as_of}
        ).to_arrow_table()
        cursor.register("incoming", kept)
    run(cursor, f"insert_{load.kind}", **bound)
    if load.kind == "policies":
        run(cursor, "insert_policies_facts", **bound)
    if load.facts is not None:
        cursor.register("incoming_facts", load.facts)
        run(cursor, "insert_scoresheet_facts", **bound)
        cursor.unregister("incoming_facts")
    cursor.unregister("incoming")
    run(cursor, "insert_load", **bound)
    run(cursor, f"months_{load.kind}", **bound)
    _renew(cursor, load.kind, load_id)
    replaced = int(run(cursor, "not_current", load_id=load_id)[0][0]) - before
    run(cursor, "set_replaced", replaced=replaced, load_id=load_id)
    months = _touched(cursor, load_id, everything=load.kind == "agents")
    held = _held(cursor, months)
    _roll_up(cursor, months, settings)
    changes = _changes(held, _held(cursor, months) if len(held) else held)
    _roster(cursor, load_id)
    undated = int(run(cursor, "undated", load_id=load_id)[0][0])
    stale = int(run(cursor, "stale", load_id=load_id)[0][0])
    return Stored(load_id, replaced, undated, stale, changes)


def _held(cursor: duckdb.DuckDBPyConnection, months: list[dt.date]) -> pd.DataFrame:
    sql = statements("statements.sql")["held"]
    return (
        cursor.execute(sql, {"months": months, "told": list(TOLD)})
        .df()
        .set_index("agent_id")
        .astype(float)
    )


def _changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Measure by measure, of the agents who were there before: what differs now."""
    long = pd.DataFrame({"before": before.stack(), "after": after.reindex(before.index).stack()})
    long.index.names = ["agent_id", "measure"]
    same = (long["before"] == long["after"]) | (long["before"].isna() & long["after"].isna())
    return long[~same].reset_index()


def follow(cursor: duckdb.DuckDBPyConnection, wanted: Followed) -> None:
    """Bring the figures under rules, merges and corrections, inside the transaction of this cursor;
    rolls up what they move."""
    _apply_settings(cursor, wanted.settings)
    _apply_aliases(cursor, wanted.aliases, wanted.settings)
    _apply_corrections(cursor, wanted.corrections, wanted.settings)


def follows(cursor: duckdb.DuckDBPyConnection, wanted: Followed) -> bool:
    """Whether the figures stand under these rules, merges and corrections already."""
    return (
        _rules_now(cursor) == _rules_of(wanted.settings)
        and dict(run(cursor, "aliases")) == dict(wanted.aliases)
        and not _corrections_moved(cursor, _corrected(wanted.corrections))
    )


def _apply_aliases(
    cursor: duckdb.DuckDBPyConnection, aliases: Mapping[str, str], settings: Settings
) -> None:
    """Have the views give these spellings (spelling → agent) their agents, and roll up the months
    of whoever is concerned."""
    now = dict(run(cursor, "aliases"))
    changed = {
        spelling for spelling in {*now, *aliases} if now.get(spelling) != aliases.get(spelling)
    }
    if not changed:
        return
    run(cursor, "clear_aliases")
    for spelling, agent_id in aliases.items():
        run(cursor, "add_alias", alias=spelling, agent_id=agent_id)
    _roll_up(
        cursor,
        [row[0] for row in run(cursor, "months_of_agents", agents=sorted(changed))],
        settings,
    )
    _roster_of_all(cursor)


def withdraw(
    cursor: duckdb.DuckDBPyConnection, load_ids: Iterable[int], settings: Settings
) -> None:
    """Take loads out again, inside the transaction of this cursor; what they had replaced stands
    again."""
    for load_id in load_ids:
        kinds = [row[0] for row in run(cursor, "kind_of_load", load_id=load_id)]
        months = _touched(cursor, load_id, everything="agents" in kinds)
        run(cursor, "stop_replacing", load_id=load_id)
        has_facts = run(cursor, "has_facts", load_id=load_id)[0][0]
        for table in (*RECORD_TABLES, "agent_facts", "loads"):
            run(cursor, f"forget_{table}", load_id=load_id)
        for kind in kinds:
            _renew(cursor, kind, load_id)
        run(cursor, "forget_load_months", load_id=load_id)
        _roll_up(cursor, months, settings)
        if has_facts:
            _roster_of_all(cursor)


def _apply_corrections(
    cursor: duckdb.DuckDBPyConnection, corrections: Sequence[Correction], settings: Settings
) -> None:
    """Have the views give corrected policies, and roll up the months of those that changed."""
    wanted = _corrected(corrections)
    changed = _corrections_moved(cursor, wanted)
    if not changed:
        return
    run(cursor, "clear_corrections")
    for values in wanted:
        run(cursor, "add_correction", **values)
    _roll_up(cursor, sorted({month for _, month in changed}), settings)


def _corrected(corrections: Sequence[Correction]) -> list[dict[str, Any]]:
    """The columns of every policy that is corrected; of two corrections of one, the later counts
    field by field."""
    wanted: dict[tuple[str, dt.date], dict[str, Any]] = {}
    for correction in corrections:
        values = wanted.setdefault(
            (correction.policy_id, correction.month),
            correction_values(replace(correction, values={})),
        )
        values |= {
            name: value
            for name, value in correction_values(correction).items()
            if value is not None
        }
    return list(wanted.values())


def _corrections_moved(
    cursor: duckdb.DuckDBPyConnection, wanted: Sequence[Mapping[str, Any]]
) -> set[tuple[str, dt.date]]:
    """The policies (and months) of which the views do not give this yet."""
    _propose(cursor, wanted)
    after = {(row[0], row[1]): row for row in cursor.execute("select * from proposed").fetchall()}
    now = {(row[0], row[1]): row for row in run(cursor, "corrections")}
    return {key for key in {*now, *after} if now.get(key) != after.get(key)}


def propose_corrections(
    cursor: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]
) -> None:
    """The table `proposed`, for this cursor alone: every policy as these corrections, in their
    order, would have it."""
    _propose(cursor, _corrected(corrections))


def _propose(cursor: duckdb.DuckDBPyConnection, wanted: Sequence[Mapping[str, Any]]) -> None:
    run(cursor, "sandbox_proposed")  # typed as the stored ones are
    for values in wanted:
        run(cursor, "sandbox_propose", **values)


def correction_values(correction: Correction) -> dict[str, Any]:
    """A correction's columns; what it does not name is None."""
    names = ("outcome", "renewed_on", "premium_renewed", "agent_id", "exclusion", "satisfaction")
    return {
        "policy_id": correction.policy_id,
        "month": correction.month,
        **{name: correction.values.get(name) for name in names},
    }


def _apply_settings(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Roll everything up again when a rule changed since the last time."""
    wanted = _rules_of(settings)
    if _rules_now(cursor) == wanted:
        return
    run(cursor, "set_settings", settings=wanted)
    run(
        cursor,
        "set_rule",
        grace_days=settings.grace_days,
        lead_days=settings.contact_lead_days,
        month_begins=settings.month_begins,
    )
    run(cursor, "clear_product_grace")
    for product, days in settings.grace_by_product.items():
        run(cursor, "add_product_grace", product=product, grace_days=days)
    cursor.execute("delete from calendar")
    _roll_up(cursor, [row[0] for row in run(cursor, "all_months")], settings)


def _rules_now(cursor: duckdb.DuckDBPyConnection) -> str | None:
    rules: str | None = cursor.execute("select settings from meta").fetchall()[0][0]
    return rules


def _rules_of(settings: Settings) -> str:
    """The rules that the rollup follows, and how it does, in words that can be compared."""
    texts = (
        *(question(name) for name in ("rollup", "rollup_items", "roster")),
        *(view(name) for name in ("policy_state", "current_policies")),
    )
    definition = hashlib.sha256("".join(texts).encode())
    return json.dumps(
        [
            settings.grace_days,
            dict(settings.grace_by_product),
            settings.contact_lead_days,
            settings.calendar,
            settings.month_begins,
            # a version of the program that counts otherwise counts everything again
            definition.hexdigest(),
        ]
    )


def differing(warehouse: Warehouse, settings: Settings) -> int:
    """How many agent-months are not what the records roll up to now; 0 in a warehouse that is
    whole."""
    with warehouse.cursor() as cursor:
        run(cursor, "again")
        for first, last in _runs([row[0] for row in run(cursor, "all_months")]):
            bound = rollup_bound(settings, first, last)
            cursor.execute(f"insert into again by name {question('rollup')}", bound)
        return int(run(cursor, "again_differs")[0][0])


def rollup_bound(
    settings: Settings, first: dt.date, last: dt.date, channel: str | None = None
) -> dict[str, Any]:
    """The values that rollup.sql binds."""
    return {
        "first_month": first,
        "last_month": last,
        "contact_from": days_of(first, last, settings.month_begins)[0]
        - dt.timedelta(days=settings.contact_lead_days + 31),
        "channel": channel,
    }


def _renew(cursor: duckdb.DuckDBPyConnection, kind: str, load_id: int) -> None:
    if kind == "agents":
        return
    if kind == "scoresheet" or run(cursor, "shares_months", load_id=load_id)[0][0]:
        run(cursor, f"renew_current_{kind}", load_id=load_id)


def _touched(cursor: duckdb.DuckDBPyConnection, load_id: int, *, everything: bool) -> list[dt.date]:
    return [row[0] for row in run(cursor, "touched_months", load_id=load_id, everything=everything)]


def _roll_up(cursor: duckdb.DuckDBPyConnection, months: list[dt.date], settings: Settings) -> None:
    """Make the agent-months of these months anew, a run of neighbouring months at a time."""
    if not months:
        return
    begun = {days_of(month, month, settings.month_begins)[0].year for month in months}
    _calendar(cursor, {month.year for month in months} | begun, settings.calendar)
    for first, last in _runs(months):
        span = {"first_month": first, "last_month": last}
        for table in ("agent_month", "agent_month_item", "roster_month"):
            run(cursor, f"clear_{table}", **span)
        cursor.execute(
            f"insert into agent_month by name {question('rollup')}",
            rollup_bound(settings, first, last),
        )
        cursor.execute(f"insert into agent_month_item by name {question('rollup_items')}", span)
        cursor.execute(question("roster"), span)


def _roster(cursor: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """New facts may say who somebody was in months that this load does not touch."""
    if run(cursor, "has_facts", load_id=load_id)[0][0]:
        _roster_of_all(cursor)


def _roster_of_all(cursor: duckdb.DuckDBPyConnection) -> None:
    span = {"first_month": dt.date(1900, 1, 1), "last_month": dt.date(2200, 1, 1)}
    run(cursor, "clear_roster_month", **span)
    cursor.execute(question("roster"), span)


def _runs(months: list[dt.date]) -> list[tuple[dt.date, dt.date]]:
    out: list[tuple[dt.date, dt.date]] = []
    for month in sorted(set(months)):
        if out and add_months(out[-1][1], 1) == month:
            out[-1] = (out[-1][0], month)
        else:
            out.append((month, month))
    return out


def _calendar(cursor: duckdb.DuckDBPyConnection, years: set[int], country: str) -> None:
    """Working days of these years, holidays and make-up days included; one year more, for late
    windows."""
    import holidays  # slow to import

    there = {row[0] for row in run(cursor, "calendar_years")}
    wanted = sorted({year + more for year in years for more in (0, 1)} - there)
    if not wanted:
        return
    table = holidays.country_holidays(country, years=wanted)
    days = [dt.date(year, 1, 1) + dt.timedelta(days=step) for year in wanted for step in range(366)]
    days = [day for day in days if day.year in wanted]
    days = sorted(set(days))
    working = [int(table.is_working_day(day)) for day in days]
    cursor.register(
        "new_days",
        pa.table({"day": pa.array(days, pa.date32()), "working": pa.array(working, pa.int32())}),
    )
    run(cursor, "add_calendar")
    cursor.unregister("new_days")
