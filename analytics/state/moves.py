"""What moves figures without a load: rules, merges and corrections, each kind of move done inside a
change from plain values.

Plain values, because the journal keeps them: what a crash interrupted is finished from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.model import Followed, Settings
from analytics.people import Correction, Objection
from analytics.state import objections, tables
from analytics.state.database import Change, now, value_from

SETTINGS = sa.select(tables.setting)
ALIASES = sa.select(tables.agent_alias).order_by(tables.agent_alias.c.alias)
LIMITS = {
    "grace_days": (0, 366),
    "contact_lead_days": (0, 366),
    "missing_limit": (0, 100),
    "month_begins": (1, 28),
    "rank_few": (0, 1),
}


def check_settings(changes: Mapping[str, Any]) -> None:
    """Refuse changes of the rules of which one is none, or could not be followed."""
    import holidays  # slow to import

    for name, value in changes.items():
        if name not in {field.name for field in fields(Settings)}:
            raise RequestRefused("setting_unknown", name=name)
        days = (
            value.values() if name == "grace_by_product" and isinstance(value, Mapping) else [value]
        )
        if name == "calendar":
            if value not in holidays.list_supported_countries():
                raise RequestRefused("calendar_unknown", value=value)
            continue
        low, high = LIMITS.get(name, LIMITS["grace_days"])
        for number in days:
            whole = isinstance(number, int) and not isinstance(number, bool)
            if (
                not (whole or (name == "missing_limit" and isinstance(number, float)))
                or not low <= number <= high
            ):
                raise RequestRefused("setting_outside", name=name, value=number, low=low, high=high)


def settings_of(rows: Sequence[Mapping[str, Any]]) -> Settings:
    """The rules in force: the defaults, and what was changed."""
    names = {field.name for field in fields(Settings)}
    return Settings(**{row["name"]: row["value"] for row in rows if row["name"] in names})


def aliases_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Spelling → the agent it stands for."""
    return {row["alias"]: row["agent_id"] for row in rows}


def followed(change: Change) -> Followed:
    """What figures have to follow, as a change leaves it."""
    every = [value_from(Correction, row) for row in change.rows(objections.EVERY_CORRECTION)]
    standing = objections.standing(every)
    return Followed(settings_of(change.rows(SETTINGS)), aliases_of(change.rows(ALIASES)), standing)


def save_settings(change: Change, changes: Mapping[str, Any]) -> None:
    """Change rules."""
    settings = settings_of(change.rows(SETTINGS))
    for name, value in changes.items():
        before = getattr(settings, name)
        if before == value:
            continue
        change.connection.execute(sa.delete(tables.setting).where(tables.setting.c.name == name))
        change.connection.execute(
            sa.insert(tables.setting).values(name=name, value=value, saved_at=now())
        )
        change.log("setting.save", name, before, value)


def _settings(change: Change, plan: Mapping[str, Any]) -> None:
    check_settings(plan)
    save_settings(change, plan)


def _merge(change: Change, plan: Mapping[str, Any]) -> None:
    """Have spellings stand for an agent; what they stood for before is followed, so that no chain
    is left."""
    table, to = tables.agent_alias, change.connection
    into = plan["agent_id"]
    kept = to.execute(sa.select(table.c.agent_id).where(table.c.alias == into)).scalar() or into
    moved = [spelling for spelling in plan["spellings"] if spelling != kept]
    to.execute(sa.delete(table).where(table.c.alias.in_(moved)))
    to.execute(sa.update(table).where(table.c.agent_id.in_(moved)).values(agent_id=kept))
    for spelling in moved:
        to.execute(sa.insert(table).values(alias=spelling, agent_id=kept, saved_at=now()))
        change.log("agent.merge", spelling, spelling, kept)


def _split(change: Change, plan: Mapping[str, Any]) -> None:
    """Have spellings stand for themselves again; refused for one that stands for nobody else."""
    merged = aliases_of(change.rows(ALIASES))
    for spelling in plan["spellings"]:
        if spelling not in merged:
            raise RequestRefused("spelling_not_merged", name=spelling)
        change.log("agent.split", spelling, None, spelling)
    change.connection.execute(
        sa.delete(tables.agent_alias).where(tables.agent_alias.c.alias.in_(plan["spellings"]))
    )


def answer_plan(objection: Objection, correction: Correction) -> dict[str, Any]:
    """An answer that writes a correction, in plain values."""
    said = {
        "id": objection.id,
        "version": objection.version,
        "state": objection.state,
        "answer": objection.answer,
    }
    return {
        **said,
        "answered_by": objection.answered_by,
        "correction": objections.plain_of(correction),
    }


def _answer(change: Change, plan: Mapping[str, Any]) -> None:
    """Answer an objection with a correction."""
    stored = change.row(sa.select(tables.objection).where(tables.objection.c.id == plan["id"]))
    if stored is None:
        raise RequestRefused("objection_unknown", id=plan["id"])
    said = {name: value for name, value in plan.items() if name != "correction"}
    objections.answer(
        change,
        value_from(Objection, {**stored, **said}),
        objections.correction_from(plan["correction"]),
    )


def _undo(change: Change, plan: Mapping[str, Any]) -> None:
    """Take corrections back."""
    objections.undo(change, plan["corrections"])


MOVES: Mapping[str, Callable[[Change, Mapping[str, Any]], None]] = {
    "settings": _settings,
    "merge": _merge,
    "split": _split,
    "answer": _answer,
    "undo": _undo,
}
