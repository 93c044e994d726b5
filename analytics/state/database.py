"""One database behind one URL: reads, and changes that are never made without their line in the audit."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from analytics.people import AuditEntry
from analytics.state import tables

ONE_WRITER = 7_204_113  # the advisory lock that orders writers on PostgreSQL, as BEGIN IMMEDIATE does on SQLite
BEGINNING = "0" * 64
FRESH = 1.0  # seconds in which an answer counts as now, although another process may have written
MOST_KEPT = 256
Value = TypeVar("Value")
P = ParamSpec("P")


class Change:
    """A transaction under way: its connection, and the lines it will leave in the audit."""

    def __init__(self, connection: sa.Connection, who: str) -> None:
        self.connection = connection
        self.who = who
        self.lines: list[tuple[str, str, Any, Any]] = []

    def insert(self, table: sa.Table, **values: Any) -> int:
        """Add a row; its id."""
        return int((self.connection.execute(sa.insert(table).values(**values)).inserted_primary_key or (0,))[0])

    def row(self, select: sa.Select[Any]) -> dict[str, Any] | None:
        """The first row of a question."""
        found = self.connection.execute(select).mappings().first()
        return None if found is None else dict(found)

    def log(self, action: str, object_: str, before: Any = None, after: Any = None) -> None:
        """Say what was changed; `before` and `after` are plain values or frozen dataclasses."""
        self.lines.append((action, object_[:300], _plain(before), _plain(after)))


class Database:
    """An engine with its migrations; `head` is a file beside it that remembers the last line of the audit."""

    def __init__(self, url: str, head: Path | None = None) -> None:
        self._engine = sa.create_engine(url)
        self._head = head
        self.version = 0  # grows with every change that this process makes
        self._kept: dict[Hashable, tuple[int, float, Any]] = {}
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _sqlite)
            sa.event.listen(self._engine, "begin", _begin)
        self._writing = self._engine.execution_options(writes=True)
        self._migrate()

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        with self._writing.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def rows(self, select: sa.Select[Any]) -> list[Mapping[str, Any]]:
        """The rows of a question."""
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(select).mappings()]

    def keep(self, key: Hashable, ask: Callable[[], Value]) -> Value:
        """An answer that pages ask for dozens of times a run: kept until this process writes anything, and for a second at most."""
        version, at = self.version, time.monotonic()
        kept = self._kept.get(key)
        if kept is None or kept[0] != version or at - kept[1] > FRESH:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[key] = version, at, ask()
        return copy.copy(kept[2])

    @contextmanager
    def change(self, who: str) -> Iterator[Change]:
        """One transaction, one writer at a time; what is raised inside undoes all of it, its audit lines included."""
        with self._writing.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_WRITER)))
            self._kept.clear()  # what a change is decided by is asked for now
            change = Change(connection, who)
            yield change
            last = self._append(change)
        self.version += 1
        if last is not None and self._head is not None:
            partial = self._head.with_suffix(".part")
            partial.write_text(json.dumps({"seq": last[0], "hash": last[1]}), encoding="utf-8")
            partial.replace(self._head)

    def _append(self, change: Change) -> tuple[int, str] | None:
        table = tables.audit
        found = change.connection.execute(
            sa.select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
        ).first()
        seq, previous = (int(found[0]), str(found[1])) if found else (0, BEGINNING)
        for action, object_, before, after in change.lines:
            seq += 1
            entry = {
                "seq": seq, "at": now(), "who": change.who, "action": action, "object": object_, "before": _text(before), "after": _text(after), "previous": previous,
            }  # fmt: skip
            previous = _hash(entry)
            change.connection.execute(sa.insert(table).values(**entry, hash=previous))
        return (seq, previous) if change.lines else None

    # -- the audit -----------------------------------------------------------------------------------------------

    def audit(self) -> list[AuditEntry]:
        """Every line, the latest first."""
        rows = self.rows(sa.select(tables.audit).order_by(tables.audit.c.seq.desc()))
        return [
            AuditEntry(**{**row, "before": json.loads(row["before"]), "after": json.loads(row["after"])})
            for row in rows
        ]

    def verify(self) -> list[str]:
        """What does not hold of the chain, in keys below audit.* of the locales with the line's number; empty when all does.

        An edited line breaks its own hash, a deleted or moved one the link of the next, a cut-off end the head kept outside.
        """
        wrong: list[str] = []
        previous, hashes = BEGINNING, {}
        for at, row in enumerate(self.rows(sa.select(tables.audit).order_by(tables.audit.c.seq)), 1):
            entry = {key: value for key, value in row.items() if key != "hash"}
            if row["seq"] != at or row["previous"] != previous:
                wrong.append(f"gap:{row['seq']}")
            if _hash(entry) != row["hash"]:
                wrong.append(f"edited:{row['seq']}")
            previous = row["hash"]
            hashes[row["seq"]] = row["hash"]
        if self._head is not None and self._head.exists():
            head = json.loads(self._head.read_text(encoding="utf-8"))
            if hashes.get(head["seq"]) != head["hash"]:
                wrong.append(f"cut:{head['seq']}")
        elif self._head is not None and hashes:
            wrong.append(f"head_missing:{max(hashes)}")
        return wrong


def kept(ask: Callable[Concatenate[Any, P], Value]) -> Callable[Concatenate[Any, P], Value]:
    """A question of a part of the store whose answer is kept (`Database.keep`).

    The caller may change the list or mapping that it gets, not what is in it.
    """

    @wraps(ask)
    def answer(self: Any, /, *words: P.args, **named: P.kwargs) -> Value:
        key = (ask.__qualname__, words, tuple(named.items()))
        database: Database = self._database
        return database.keep(key, lambda: ask(self, *words, **named))

    return answer


def now() -> dt.datetime:
    """The moment that is written down: local, to the second."""
    return dt.datetime.now().replace(microsecond=0)


def values_of(one: Any, *leave_out: str) -> dict[str, Any]:
    """The fields of a frozen value as columns; tuples become lists, mappings plain ones."""
    out = {field.name: getattr(one, field.name) for field in fields(one) if field.name not in leave_out}
    return {
        name: list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
        for name, value in out.items()
    }


def value_from(kind: type[Value], row: Mapping[str, Any]) -> Value:
    """A frozen value from a row; lists become tuples."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in row.items() if name in names}
    )


def _hash(entry: Mapping[str, Any]) -> str:
    text = json.dumps({key: str(value) for key, value in entry.items()}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _text(value: Any) -> str:
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        default=lambda one: f"<{len(one)} bytes>" if isinstance(one, bytes) else str(one),
    )


def _begin(connection: sa.Connection) -> None:
    """Who will write takes the lock at once, so that two writers wait for one another instead of failing half-way."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say begin ourselves: the driver's own would not take the write lock
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma busy_timeout = 10000")
    connection.execute("pragma foreign_keys = on")
