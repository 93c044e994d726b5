"""Comments, advice and remarks on sheets: several a sheet, each with its author, never written over
unseen."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.people import LONGEST_TEXT, NOTE_KINDS, Note
from analytics.state import tables
from analytics.state.database import Database, now, value_from, values_of


class Notes:
    """Notes by agent and period."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(
        self, agent_id: str | None = None, first: dt.date | None = None, last: dt.date | None = None
    ) -> list[Note]:
        """Notes, oldest first; of one agent, of one period, or all."""
        table = tables.note
        select = sa.select(table).order_by(table.c.id)
        if agent_id is not None:
            select = select.where(table.c.agent_id == agent_id)
        if first is not None:
            select = select.where(table.c.first == first, table.c.last == last)
        return [value_from(Note, row) for row in self._database.rows(select)]

    def one(self, note_id: int) -> Note:
        rows = self._database.rows(sa.select(tables.note).where(tables.note.c.id == note_id))
        if not rows:
            raise RequestRefused("note_unknown", id=note_id)
        return value_from(Note, rows[0])

    def write(self, note: Note) -> Note:
        """Write a new note (id None), or change one over the version that was read; refused when
        another was saved since."""
        if note.kind not in NOTE_KINDS:
            raise RequestRefused("choice_unknown", value=note.kind, known=list(NOTE_KINDS))
        if not note.text.strip():
            raise RequestRefused("text_missing")
        text = note.text.strip()[:LONGEST_TEXT]
        table = tables.note
        with self._database.change(note.author) as change:
            if note.id is None:
                made = replace(note, text=text, written_at=now(), version=1)
                made = replace(made, id=change.insert(table, **values_of(made, "id")))
                change.log(
                    "note.write",
                    f"{note.agent_id} {note.first:%Y-%m}…{note.last:%Y-%m}",
                    None,
                    made,
                )
                return made
            row = change.row(sa.select(table).where(table.c.id == note.id))
            if row is None:
                raise RequestRefused("note_unknown", id=note.id)
            before = value_from(Note, row)
            if before.version != note.version:
                raise RequestRefused("changed_meanwhile", name=before.author)
            if before.author != note.author:
                raise RequestRefused("not_yours", author=before.author)
            after = replace(before, text=text, changed_at=now(), version=note.version + 1)
            change.connection.execute(
                sa.update(table)
                .where(table.c.id == note.id)
                .values(text=after.text, changed_at=after.changed_at, version=after.version)
            )
            change.log(
                "note.change",
                f"{note.agent_id} {note.first:%Y-%m}…{note.last:%Y-%m}",
                before,
                after,
            )
            return after
