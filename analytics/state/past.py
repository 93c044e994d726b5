"""The past of the sample company: what its people wrote, put down in one change and taken out
again with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from analytics.people import (
    ClosedSheet,
    Correction,
    Note,
    Objection,
    Publication,
    Reading,
    Talk,
)
from analytics.state import tables
from analytics.state.database import Change, Database, values_of

AT_ONCE = 500  # rows taken out by one statement
PARTS = ("talk", "note", "objection", "correction", "closed_sheet", "publication", "sheet_read")


@dataclass(frozen=True)
class Past:
    """What stands written about some months: each value with its author and its moment, as if it
    had been written then; a correction beside the objection that it answers."""

    talks: Sequence[Talk] = ()
    notes: Sequence[Note] = ()
    objections: Sequence[tuple[Objection, Correction | None]] = ()
    sheets: Sequence[ClosedSheet] = ()
    publications: Sequence[Publication] = ()
    readings: Sequence[Reading] = ()


class Pasts:
    """The one past that a store may have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def there(self) -> bool:
        return bool(self._database.rows(sa.select(tables.sample_past.c.name).limit(1)))

    def write(self, past: Past, who: str) -> None:
        """Put a past down, all of it or nothing, where none is there. The audit says who had it
        written, now, and how much it is: no line pretends that anything was done earlier."""
        with self._database.change(who) as change:
            if change.rows(sa.select(tables.sample_past)):
                return
            ids = _written(change, past)
            for name, numbers in ids.items():
                row = {"name": name, "ids": numbers}
                change.connection.execute(sa.insert(tables.sample_past).values(**row))
            change.log("sample.past", "", None, {name: len(ids[name]) for name in ids})


def _written(change: Change, past: Past) -> dict[str, list[int]]:
    ids: dict[str, list[int]] = {name: [] for name in PARTS}

    def insert(name: str, value: Any) -> int:
        number = change.insert(tables.metadata.tables[name], **values_of(value, "id"))
        ids[name].append(number)
        return number

    of_a_kind: Mapping[str, Sequence[Any]] = {
        "talk": past.talks,
        "note": past.notes,
        "closed_sheet": past.sheets,
        "publication": past.publications,
        "sheet_read": past.readings,
    }
    for name, values in of_a_kind.items():
        for value in values:
            insert(name, value)
    for objection, correction in past.objections:
        number = insert("objection", objection)
        if correction is not None:
            insert("correction", replace(correction, objection=number))
    return ids


def remove(change: Change) -> None:
    """Take the past out, with the corrections that came of its objections since."""
    rows = change.rows(sa.select(tables.sample_past))
    if not rows:
        return
    ids = {row["name"]: list(row["ids"]) for row in rows}
    corrections = tables.correction
    for some in _portions(ids["objection"]):
        change.connection.execute(sa.delete(corrections).where(corrections.c.objection.in_(some)))
    for name, numbers in ids.items():
        table = tables.metadata.tables[name]
        for some in _portions(numbers):
            change.connection.execute(sa.delete(table).where(table.c.id.in_(some)))
    change.connection.execute(sa.delete(tables.sample_past))
    change.log("sample.remove", "", {name: len(numbers) for name, numbers in ids.items()})


def _portions(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]
