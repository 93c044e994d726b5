"""Closed sheets: the numbers they had, and whether they were opened again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.people import ClosedSheet
from analytics.state import tables
from analytics.state.database import Database, now, value_from, values_of


class Sheets:
    """Closed sheets by agent and period; of each at most one is in force."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def closed(
        self, first: dt.date | None = None, last: dt.date | None = None
    ) -> dict[tuple[str, dt.date, dt.date], ClosedSheet]:
        """The closed sheets in force, of a period or of all."""
        table = tables.closed_sheet
        select = sa.select(table).where(table.c.reopened_at.is_(None)).order_by(table.c.id)
        if first is not None:
            select = select.where(table.c.first == first, table.c.last == last)
        sheets = [value_from(ClosedSheet, row) for row in self._database.rows(select)]
        return {(sheet.agent_id, sheet.first, sheet.last): sheet for sheet in sheets}

    def history(self, agent_id: str) -> list[ClosedSheet]:
        """Every closing of one agent's sheets, opened again or not, oldest first."""
        table = tables.closed_sheet
        return [
            value_from(ClosedSheet, row)
            for row in self._database.rows(
                sa.select(table).where(table.c.agent_id == agent_id).order_by(table.c.id)
            )
        ]

    def close(self, sheets: Sequence[ClosedSheet], who: str) -> int:
        """Close sheets that are open, in one transaction; how many they were (those closed already
        stay as they are)."""
        table = tables.closed_sheet
        done = 0
        with self._database.change(who) as change:
            for sheet in sheets:
                there = change.connection.execute(
                    sa.select(table.c.id).where(
                        table.c.agent_id == sheet.agent_id,
                        table.c.first == sheet.first,
                        table.c.last == sheet.last,
                        table.c.reopened_at.is_(None),
                    )
                ).first()
                if there is not None:
                    continue
                made = replace(
                    sheet,
                    closed_by=who,
                    closed_at=now(),
                    reopened_by="",
                    reopened_at=None,
                    reopened_why="",
                )
                change.connection.execute(sa.insert(table).values(**values_of(made, "id")))
                change.log(
                    "sheet.close",
                    _name(made),
                    None,
                    {"score": made.snapshot.get("score"), "fingerprint": made.fingerprint},
                )
                done += 1
        return done

    def reopen(
        self, agent_ids: Sequence[str], first: dt.date, last: dt.date, who: str, why: str
    ) -> None:
        """Open closed sheets again, for one reason; all or none."""
        if not why.strip():
            raise RequestRefused("reason_missing")
        table, said = tables.closed_sheet, why.strip()[:2000]
        with self._database.change(who) as change:
            for agent_id in agent_ids:
                row = change.row(
                    sa.select(table).where(
                        table.c.agent_id == agent_id,
                        table.c.first == first,
                        table.c.last == last,
                        table.c.reopened_at.is_(None),
                    )
                )
                if row is None:
                    raise RequestRefused("sheet_not_closed", agent=agent_id)
                undone = {"reopened_by": who, "reopened_at": now(), "reopened_why": said}
                change.connection.execute(
                    sa.update(table).where(table.c.id == row["id"]).values(**undone)
                )
                change.log("sheet.reopen", _name(value_from(ClosedSheet, row)), None, said)


def _name(sheet: ClosedSheet) -> str:
    return f"{sheet.agent_id} {sheet.first:%Y-%m}…{sheet.last:%Y-%m}"
