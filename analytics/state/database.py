"""One database behind one URL: reads, and changes that are never made without their line in the
audit."""

from __future__ import annotations

import copy
import datetime as dt
import json
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from analytics.errors import RequestRefused, StoreFailed
from analytics.people import AuditEntry, Finding, Standing, Verdict
from analytics.settings import environment
from analytics.state import audit, digests, tables
from analytics.state.faults import Remembered, telling
from analytics.state.heads import Head, Heads, Outside, outside_from, published_in, within
from analytics.state.revisions import current, revisions, upgrade

SCRIPTS = Path(__file__).parent  # where Alembic finds env.py and versions/
# the advisory lock that orders writers on PostgreSQL, as BEGIN IMMEDIATE does on SQLite
ONE_WRITER = 7_204_113
FRESH = 1.0  # seconds in which an answer counts as now, although another process may have written
MOST_KEPT = 256
Value = TypeVar("Value")
P = ParamSpec("P")


class Change:
    """A transaction under way: its connection, and the lines it will leave in the audit.

    Rows are written through the tables of `tables`, never by text: the audit keeps a digest of each
    row touched.
    """

    def __init__(self, connection: sa.Connection, who: str) -> None:
        self.connection = connection
        self.who = who
        self.lines: list[tuple[str, str, Any, Any]] = []
        self.touched = digests.Touched(connection)

    def insert(self, table: sa.Table, **values: Any) -> int:
        """Add a row; its id."""
        return int(
            (
                self.connection.execute(sa.insert(table).values(**values)).inserted_primary_key
                or (0,)
            )[0]
        )

    def row(self, select: sa.Select[Any]) -> dict[str, Any] | None:
        """The first row of a question."""
        row = self.connection.execute(select).mappings().first()
        return None if row is None else dict(row)

    def rows(self, select: sa.Select[Any]) -> list[dict[str, Any]]:
        """The rows of a question, as this change has left them so far."""
        return [dict(row) for row in self.connection.execute(select).mappings()]

    def log(self, action: str, object_: str, before: Any = None, after: Any = None) -> None:
        """Say what was changed; `before` and `after` are plain values or frozen dataclasses."""
        self.lines.append((action, object_[:300], _plain(before), _plain(after)))


class Database:
    """An engine with its migrations; `head` is a file beside it that remembers the last line of the
    audit, `outside` where its proof is kept beyond the home (by default what the environment
    names)."""

    def __init__(self, url: str, head: Path | None = None, outside: Outside | None = None) -> None:
        self._home = head.parent if head is not None else None
        self._outside = outside or outside_from(environment(), self._home)
        self._signer = None
        if self._outside.key is not None:
            from analytics.state.signing import signer_from

            self._signer = signer_from(self._outside.key)
        self._heads = Heads(head, self._outside.heads)
        self._engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        self._remembered = Remembered(self._engine)
        self._last = Head(0, audit.BEGINNING)  # the last line that this process knows of
        self.version = 0  # grows with every change that this process makes
        self._kept: dict[Hashable, tuple[int, float, Any]] = {}
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _sqlite)
            sa.event.listen(self._engine, "begin", _begin)
        self._writing = self._engine.execution_options(writes=True)
        with telling():
            if (baseline := self._migrate()) is not None:
                self._heads.write(baseline)
            self._check()
            self._begin_audit()

    def close(self) -> None:
        self._engine.dispose()

    # -- coming up ---------------------------------------------------------------------------------

    def _migrate(self) -> Head | None:
        """Bring the tables up to this version; the new head, where that changed rows. They stand in
        the audit as they are afterwards, but for those that were not what it said before: those
        stay what it said, so that a migration hides nothing."""
        with self._writing.begin() as connection:
            self._one_writer(connection)
            before = current(connection)
            if before == revisions(SCRIPTS)[0]:
                return None
            suspect = self._suspect(connection) if before else set()
            upgrade(connection, SCRIPTS, "head")
            told, _ = audit.expected(connection)
            rows = digests.differing(told, digests.present(connection))
            rows = {key: value for key, value in rows.items() if key not in suspect}
            line = (audit.BASELINE, before or "", None, {"rows": len(rows)})
            return self._append(connection, audit.PROGRAM, [line], rows) if rows else None

    def _suspect(self, connection: sa.Connection) -> set[digests.Key]:
        """Rows that are not as the audit says, by the tables as they are before a migration."""
        there = sa.MetaData()
        there.reflect(connection)
        if "audit" not in there.tables or "rows" not in there.tables["audit"].columns:
            return set()
        told, _ = audit.expected(connection)
        watched = {name: there.tables[name] for name in digests.watched() if name in there.tables}
        watched |= {table: there.tables[table] for table, _ in told if table in there.tables}
        return set(digests.differing(told, digests.present(connection, watched)))

    def _begin_audit(self) -> None:
        with telling(), self._engine.connect() as connection:
            last = audit.last_of(connection)
            empty = last.seq == 0
        if empty and self._heads.kept() == "missing":
            self._heads.write(last, published=False)
        if self._signer is not None and last.signer != self._signer.name:
            with self.change(audit.PROGRAM) as change:
                change.log(audit.KEY, self._signer.name)
        with telling(), self._engine.connect() as connection:
            self._last = audit.last_of(connection)
        self._heads.catch_up(self._last)

    def _check(self) -> None:
        """Refuse a file whose pages do not hold together; a server sees to its own."""
        if self._engine.dialect.name == "sqlite":
            with telling(), self._engine.connect() as connection:
                if connection.exec_driver_sql("pragma quick_check(1)").scalar() != "ok":
                    raise StoreFailed("state_damaged")

    # -- reads and changes -------------------------------------------------------------------------

    def rows(self, select: sa.Select[Any]) -> list[Mapping[str, Any]]:
        """The rows of a question; figures can be read on while a server does not answer."""
        if self._engine.dialect.name == "sqlite":
            return self._rows(select)
        return self._remembered.rows(select, lambda: self._rows(select))

    def _rows(self, select: sa.Select[Any]) -> list[Mapping[str, Any]]:
        with telling(), self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(select).mappings()]

    def keep(self, key: Hashable, ask: Callable[[], Value]) -> Value:
        """An answer that pages ask for dozens of times a run: kept until this process writes
        anything, and for a second at most."""
        version, moment = self.version, time.monotonic()
        kept = self._kept.get(key)
        if kept is None or kept[0] != version or moment - kept[1] > FRESH:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[key] = version, moment, ask()
        return copy.copy(kept[2])

    @contextmanager
    def change(self, who: str) -> Iterator[Change]:
        """One transaction, one writer at a time; what is raised inside undoes all of it, its audit
        lines included."""
        with telling(), self._writing.begin() as connection:
            self._one_writer(connection)
            self._kept.clear()  # what a change is decided by is asked for now
            change = Change(connection, who)
            yield change
            head = self._append(connection, who, change.lines, change.touched.digests())
        self.version += 1
        if head is not None:
            self._last = max(self._last, head, key=lambda signed: signed.seq)
            self._heads.write(head)

    @contextmanager
    def foreseen(self, who: str) -> Iterator[Change]:
        """A change that is tried and taken back: what it would leave can be asked of it inside."""
        with telling(), self._writing.connect() as connection, connection.begin() as trial:
            self._one_writer(connection)
            self._kept.clear()
            yield Change(connection, who)
            trial.rollback()

    def _one_writer(self, connection: sa.Connection) -> None:
        if self._engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_WRITER)))

    # -- whole copies ------------------------------------------------------------------------------

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    def copy_pages(self, target: sqlite3.Connection) -> None:
        """Every page of this SQLite file, as of one moment, into another."""
        raw = self._engine.raw_connection()
        try:
            source = raw.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(target)
        finally:
            raw.close()

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment, however many questions it is asked."""
        level = "REPEATABLE READ" if self.dialect == "postgresql" else "SERIALIZABLE"
        with (
            telling(),
            self._engine.connect() as connection,
            connection.execution_options(isolation_level=level).begin(),
        ):
            yield connection

    @contextmanager
    def raw_writing(self) -> Iterator[sa.Connection]:
        """A transaction that leaves no line: only for rows whose lines come with them."""
        with telling(), self._writing.begin() as connection:
            self._one_writer(connection)
            yield connection
        self.version += 1

    # -- the audit ---------------------------------------------------------------------------------

    def _append(
        self,
        connection: sa.Connection,
        who: str,
        lines: Sequence[tuple[str, str, Any, Any]],
        rows: digests.Digests,
    ) -> Head | None:
        """Add the lines of a change, the last with the digests of the rows it touched; the new
        head."""
        if not lines and not rows:
            return None
        last = audit.last_of(connection)
        if last.signer and self._signer is None:
            raise RequestRefused("audit_key_needed", signer=last.signer)
        told = [
            (*line, who)
            for line in lines
            or [(audit.ROWS, ", ".join(sorted({table for table, _ in rows})), None, None)]
        ]
        if lost := self._lost(connection, last):
            told.insert(0, (audit.BREAK, str(lost["seq"]), None, lost, audit.PROGRAM))
        signer = self._signer.name if self._signer is not None else ""
        made = []
        for number, (action, object_, before, after, author) in enumerate(told, 1):
            entry = {
                "seq": last.seq + 1,
                "at": now(),
                "who": author,
                "action": action,
                "object": object_,
                "before": _text(before),
                "after": _text(after),
                "previous": last.hash,
                "rows": digests.text_of(rows if number == len(told) else {}),
                "signer": signer,
            }
            hash_ = audit.hash_of(entry)
            signature = "" if self._signer is None else self._signer.sign(hash_)
            made.append({**entry, "hash": hash_, "signature": signature})
            last = Head(last.seq + 1, hash_, f"{entry['at']}", signer, signature)
        connection.execute(sa.insert(tables.audit), made)
        return last

    def _lost(self, connection: sa.Connection, last: Head) -> dict[str, Any] | None:
        """What is known from outside the chain and is not in it: the next line says so, before the
        head is written over."""
        if not audit.fits(connection, self._last, last):
            return {"seq": self._last.seq, "hash": self._last.hash}
        kept = self._heads.kept() if self._heads.beside is not None else self._last
        if isinstance(kept, Head):
            return (
                None if audit.fits(connection, kept, last) else {"seq": kept.seq, "hash": kept.hash}
            )
        if kept == "missing" and last.seq == 0:
            return None
        return {"seq": last.seq, "head": kept}

    def audit(self) -> list[AuditEntry]:
        """Every line, the latest first."""
        with telling(), self._engine.connect() as connection:
            return audit.entries(connection)

    def head(self) -> Head:
        """The last line of the audit; number 0 where there is none."""
        with telling(), self._engine.connect() as connection:
            return audit.last_of(connection)

    def standing(self) -> Standing:
        """How far the audit is evidence against whoever holds the home."""
        outside = self._outside
        signed = self._signer is not None and outside.key is not None
        return Standing(
            key=self._signer.name if self._signer is not None else "",
            key_inside=signed and within(outside.key or Path(), self._home),
            heads=outside.heads is not None,
            heads_inside=outside.heads is not None and within(outside.heads, self._home),
            late=self._heads.late is not None,
        )

    def verify(
        self, heads: Sequence[Path] = (), public: Sequence[Path] = (), written: Sequence[Head] = ()
    ) -> Verdict:
        """Whether every line, head and row is what the audit says; `heads` and `public` are files
        beside those of the environment.

        An edited line breaks its own hash, a deleted or moved one the link of the next, a cut-off
        end the heads kept outside; a chain rewritten as a whole lacks the signature; an edited row
        has another digest.
        """
        given = dict.fromkeys(
            [*([self._outside.heads] if self._outside.heads is not None else []), *heads]
        )
        published: dict[str, tuple[Sequence[Head], Sequence[int]] | None] = {}
        for path in given:
            try:
                published[path.name] = published_in(path)
            except OSError as error:
                if path in heads:
                    raise RequestRefused("file_missing", file=path.name) from error
                published[path.name] = None
        beside = audit.Beside(
            kept=self._heads.kept() if self._heads.beside is not None else None,
            published=published,
            written=written,
            public=self._public(public),
        )
        with telling(), self._engine.connect() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            verdict = audit.check(connection, beside)
        return Verdict(verdict.wrong, (*verdict.notes, *self._limits()), verdict.lines)

    def _public(self, given: Sequence[Path]) -> dict[str, Any]:
        paths = [*self._outside.public, *given]
        keys = {} if self._signer is None else {self._signer.name: self._signer.public}
        if paths:
            from analytics.state.signing import public_keys

            keys |= public_keys(paths)
        return keys

    def _limits(self) -> list[Finding]:
        standing = self.standing()
        said = {
            "key_inside": standing.key_inside,
            "heads_inside": standing.heads_inside,
            "head_late": standing.late,
        }
        return [Finding(name) for name, true in said.items() if true]


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


def values_of(record: Any, *leave_out: str) -> dict[str, Any]:
    """The fields of a frozen value as columns; tuples become lists, mappings plain ones."""
    out = {
        field.name: getattr(record, field.name)
        for field in fields(record)
        if field.name not in leave_out
    }
    return {name: _column(value) for name, value in out.items()}


def _column(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def value_from(kind: type[Value], row: Mapping[str, Any]) -> Value:
    """A frozen value from a row; lists become tuples."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in row.items()
            if name in names
        }
    )


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _text(value: Any) -> str:
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        default=lambda part: f"<{len(part)} bytes>" if isinstance(part, bytes) else str(part),
    )


def _begin(connection: sa.Connection) -> None:
    """Who will write takes the lock at once, so that two writers wait for one another instead of
    failing half-way."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = (
        None  # we say begin ourselves: the driver's own would not take the write lock
    )
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma busy_timeout = 10000")
    connection.execute("pragma foreign_keys = on")
