"""The journal: what is about to be done to warehouse and folder, written down first; and the loads
that the audit knows of."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from analytics.state import tables
from analytics.state.database import Change, Database, now
from analytics.state.heads import Head

Line = tuple[str, str, Any]  # action, object, what it left


@dataclass(frozen=True)
class Operation:
    """Something done to several places at once; `plan` says all that is needed to finish it or to
    take it back."""

    id: int
    kind: str
    plan: Mapping[str, Any]
    who: str


@dataclass(frozen=True)
class Audited:
    """The loads that the audit has: those that stand, by number, and the numbers of those withdrawn
    or given up."""

    standing: Mapping[int, Mapping[str, Any]] = field(
        default_factory=dict
    )  # file, sha256, kind; note since 0.6
    gone: frozenset[int] = frozenset()


def _nothing(_: Change) -> None:
    """An operation that writes nothing but its lines."""


class Journal:
    """Operations, each settled by one change that its lines in the audit belong to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, kind: str, plan: Mapping[str, Any], who: str) -> Operation:
        """Write down what is about to be done."""
        with self._database.change(who) as change:
            number = change.insert(
                tables.operation, kind=kind, plan=plan, who=who, begun_at=now(), state="begun"
            )
        return Operation(number, kind, plan, who)

    def finish(
        self,
        operation: Operation,
        lines: Sequence[Line],
        outcome: Any = None,
        act: Callable[[Change], None] = _nothing,
    ) -> None:
        """An operation is done everywhere: what it writes into the store itself (`act`), its lines
        in the audit, and what it left to be read later."""
        with self._database.change(operation.who) as change:
            act(change)
            self._end(change.connection, operation, "done", outcome)
            for action, object_, after in lines:
                change.log(action, object_, None, after)

    def undo(self, operation: Operation) -> None:
        """Nothing of an operation is left anywhere."""
        with self._database.change(operation.who) as change:
            self._end(change.connection, operation, "undone", None)

    def open(self) -> list[Operation]:
        """Operations that a crash left, oldest first."""
        table = tables.operation
        rows = self._database.rows(
            sa.select(table).where(table.c.state == "begun").order_by(table.c.id)
        )
        return [Operation(row["id"], row["kind"], row["plan"], row["who"]) for row in rows]

    def last(self, besides: Collection[str] = ()) -> int:
        """The number of the latest operation that was done, but for some kinds; 0 before the
        first."""
        table = tables.operation
        chosen = sa.select(sa.func.max(table.c.id).label("last")).where(table.c.state == "done")
        rows = self._database.rows(chosen.where(table.c.kind.not_in(sorted(besides))))
        return int(rows[0]["last"] or 0)

    def outcomes(self, kind: str) -> list[Any]:
        """What operations of a kind left, oldest first."""
        table = tables.operation
        chosen = (
            sa.select(table.c.outcome)
            .where(table.c.kind == kind, table.c.state == "done")
            .order_by(table.c.id)
        )
        return [row["outcome"] for row in self._database.rows(chosen) if row["outcome"] is not None]

    def missing(self, head: Head) -> int:
        """How many lines of the audit were there when this head was written down and are not any
        more; 0 where all are."""
        seq, digest = head.seq, head.hash
        if not seq:
            return 0
        table = tables.audit
        last = int(
            self._database.rows(sa.select(sa.func.max(table.c.seq).label("last")))[0]["last"] or 0
        )
        if last < seq:
            return seq - last
        rows = self._database.rows(sa.select(table.c.hash).where(table.c.seq == seq))
        return 0 if rows and rows[0]["hash"] == digest else 1

    def audited(self) -> Audited:
        """The loads by their lines in the audit."""
        table = tables.audit
        chosen = sa.select(table.c.action, table.c.object, table.c.after).order_by(table.c.seq)
        standing: dict[int, Mapping[str, Any]] = {}
        gone: set[int] = set()
        for row in self._database.rows(
            chosen.where(table.c.action.in_(("load", "load.withdraw", "load.lost")))
        ):
            number, _, file = row["object"].partition(" ")
            if row["action"] == "load":
                standing[int(number)] = {"file": file, **json.loads(row["after"])}
                continue
            standing.pop(int(number), None)
            gone.add(int(number))
        return Audited(standing, frozenset(gone))

    @staticmethod
    def _end(connection: sa.Connection, operation: Operation, state: str, outcome: Any) -> None:
        table = tables.operation
        connection.execute(
            sa.update(table)
            .where(table.c.id == operation.id)
            .values(state=state, ended_at=now(), outcome=outcome)
        )
