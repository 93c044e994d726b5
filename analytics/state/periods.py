"""Periods that were published to the agents, and the sheets that agents confirmed to have read."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.people import Publication, Reading
from analytics.state import tables
from analytics.state.database import Database, kept, now, value_from, values_of


class Periods:
    """Publications by period, readings by agent and period."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def published(self) -> list[Publication]:
        """The periods that agents may see now, in the order they were published."""
        return [publication for publication in self.history() if publication.undone_at is None]

    @kept
    def history(self) -> list[Publication]:
        """Every publication, taken back or not, oldest first."""
        table = tables.publication
        return [
            value_from(Publication, row)
            for row in self._database.rows(sa.select(table).order_by(table.c.id))
        ]

    def publish(self, first: dt.date, last: dt.date, who: str) -> Publication:
        """Let agents see a period; refused where it is published already."""
        table = tables.publication
        with self._database.change(who) as change:
            if change.row(_standing(first, last)) is not None:
                raise RequestRefused("published_already", period=_name(first, last))
            made = Publication(first, last, who, now())
            made = replace(made, id=change.insert(table, **values_of(made, "id")))
            change.log("period.publish", _name(first, last))
        return made

    def take_back(self, first: dt.date, last: dt.date, who: str, why: str) -> None:
        """No longer let agents see a period, for a reason."""
        if not why.strip():
            raise RequestRefused("reason_missing")
        table = tables.publication
        with self._database.change(who) as change:
            row = change.row(_standing(first, last))
            if row is None:
                raise RequestRefused("not_published", period=_name(first, last))
            undone = {"undone_by": who, "undone_at": now(), "undone_why": why.strip()[:2000]}
            change.connection.execute(
                sa.update(table).where(table.c.id == row["id"]).values(**undone)
            )
            change.log("period.take_back", _name(first, last), None, why.strip()[:2000])

    def readings(self, first: dt.date, last: dt.date) -> dict[str, Reading]:
        """Agent → the latest confirmation that their sheet of this period was read."""
        table = tables.sheet_read
        select = (
            sa.select(table)
            .where(table.c.first == first, table.c.last == last)
            .order_by(table.c.id)
        )
        return {row["agent_id"]: value_from(Reading, row) for row in self._database.rows(select)}

    def confirm(self, reading: Reading) -> Reading:
        """Note down that an agent has read a sheet; once, until its numbers are others."""
        table = tables.sheet_read
        with self._database.change(reading.who) as change:
            latest = change.row(
                sa.select(table)
                .where(
                    table.c.agent_id == reading.agent_id,
                    table.c.first == reading.first,
                    table.c.last == reading.last,
                )
                .order_by(table.c.id.desc())
                .limit(1)
            )
            if latest is not None and latest["fingerprint"] == reading.fingerprint:
                return value_from(Reading, latest)
            made = replace(reading, read_at=now())
            made = replace(made, id=change.insert(table, **values_of(made, "id")))
            change.log(
                "sheet.read",
                f"{made.agent_id} {_name(made.first, made.last)}",
                None,
                made.fingerprint,
            )
        return made


def _standing(first: dt.date, last: dt.date) -> sa.Select[tuple[object, ...]]:
    table = tables.publication
    return sa.select(table).where(
        table.c.first == first, table.c.last == last, table.c.undone_at.is_(None)
    )


def _name(first: dt.date, last: dt.date) -> str:
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m}…{last:%Y-%m}"
