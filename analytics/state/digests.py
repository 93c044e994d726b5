"""Digests of the rows that people write: which rows a change touched, and whether those that are
there are as it left them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from analytics.state import tables

Key = tuple[str, str]  # the table's name, and the row's primary key as JSON
Digests = Mapping[Key, str | None]  # None: the row is not there
AT_ONCE = 200  # rows asked for by their keys in one question
UNREADABLE = "unreadable"
NOT_READ = (ValueError, TypeError, sa.exc.StatementError)
WRITES = ("insert", "update", "delete", "replace", "merge", "truncate")
Readable = tuple[Key, Mapping[str, Any] | None]


def watched() -> dict[str, sa.Table]:
    """The tables whose rows the audit vouches for, by name."""
    return {
        name: table
        for name, table in tables.metadata.tables.items()
        if name not in tables.UNWATCHED
    }


class Touched:
    """The rows that the statements of one connection insert, change and delete, without a table
    ever being searched for them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._keys: dict[str, set[tuple[Any, ...]]] = {}
        self._kept: dict[str, set[tuple[Any, ...]]] = {}  # those that only updates reached
        sa.event.listen(connection, "before_execute", self._before)
        sa.event.listen(connection, "after_execute", self._after)
        sa.event.listen(connection, "before_cursor_execute", self._raw)

    def _before(self, connection: sa.Connection, statement: Any, *_: Any) -> None:
        table = _watched(statement, sa.Update | sa.Delete)
        if table is not None:
            select = sa.select(*table.primary_key.columns)
            if statement.whereclause is not None:
                select = select.where(statement.whereclause)
            keys = {tuple(row) for row in connection.execute(select)}
            name = table.name
            self._keys.setdefault(name, set()).update(keys)
            if isinstance(statement, sa.Update):
                self._kept.setdefault(name, set()).update(keys)
            else:
                self._kept.pop(name, None)

    def _after(
        self, _: sa.Connection, statement: Any, many: Any, __: Any, ___: Any, result: Any
    ) -> None:
        table = _watched(statement, sa.Insert)
        if table is None:
            return
        columns = list(table.primary_key.columns)
        if many:
            keys = [tuple(row.get(column.name) for column in columns) for row in many]
        else:
            keys = [tuple(result.inserted_primary_key)]
        if any(None in key for key in keys):
            raise RuntimeError(f"rows of {table.name} inserted at once need their keys given")
        self._keys.setdefault(table.name, set()).update(keys)

    def _raw(
        self, _: sa.Connection, __: Any, statement: str, ___: Any, context: Any, ____: bool
    ) -> None:
        written = context.isinsert or context.isupdate or context.isdelete
        if not written and statement.lstrip().partition(" ")[0].lower() in WRITES:
            raise RuntimeError(
                "a change is written through its tables: of text nobody knows which rows it touches"
            )

    def digests(self) -> dict[Key, str | None]:
        """What became of every row that was touched."""
        out: dict[Key, str | None] = {}
        for name, keys in self._keys.items():
            table, ordered = tables.metadata.tables[name], sorted(keys, key=repr)
            out |= {(name, key_text(key)): None for key in ordered}
            for start in range(0, len(ordered), AT_ONCE):
                out |= dict(
                    _digested(
                        table, _by_key(self._connection, table, ordered[start : start + AT_ONCE])
                    )
                )
            if any(out[name, key_text(key)] is None for key in self._kept.get(name, ())):
                raise RuntimeError(f"an update may not give a row of {name} another key")
        return out


def _watched(statement: Any, kind: Any) -> sa.Table | None:
    """The table that a statement of this kind writes to, where the audit vouches for its rows."""
    table = (
        tables.metadata.tables.get(statement.table.name) if isinstance(statement, kind) else None
    )
    return None if table is None or table.name in tables.UNWATCHED else table


def _by_key(
    connection: sa.Connection, table: sa.Table, keys: Sequence[tuple[Any, ...]]
) -> Iterator[Readable]:
    names = [column.name for column in table.primary_key.columns]
    wanted = [key[0] for key in keys] if len(names) == 1 else list(keys)
    for row in connection.execute(_asking(table.name), {"keys": wanted}).mappings():
        yield (table.name, key_text([row[name] for name in names])), dict(row)


@cache
def _asking(name: str) -> sa.Select[Any]:
    """The question for the rows with some keys: made once, since every change asks it."""
    table = tables.metadata.tables[name]
    columns = list(table.primary_key.columns)
    keys: sa.BindParameter[Any] = sa.bindparam("keys", expanding=True)
    return sa.select(table).where(
        columns[0].in_(keys) if len(columns) == 1 else sa.tuple_(*columns).in_(keys)
    )


def readable(connection: sa.Connection, table: sa.Table) -> Iterator[Readable]:
    """Every row of a table in the order of its key; None in the place of one that cannot be read as
    what its columns hold."""
    columns = list(table.primary_key.columns)
    try:
        rows = connection.execute(sa.select(table).order_by(*columns)).mappings().all()
    except NOT_READ:
        for key in connection.execute(sa.select(*columns).order_by(*columns)).all():
            select = sa.select(table).where(
                *(column == value for column, value in zip(columns, key, strict=True))
            )
            try:
                row = connection.execute(select).mappings().first()
            except NOT_READ:
                row = None
            yield (table.name, key_text(key)), None if row is None else dict(row)
        return
    for row in rows:
        yield (table.name, key_text([row[column.name] for column in columns])), dict(row)


def _digested(table: sa.Table, rows: Iterator[Readable]) -> Iterator[tuple[Key, str]]:
    for key, row in rows:
        yield key, UNREADABLE if row is None else digest(table.name, row)


def present(
    connection: sa.Connection, among: Mapping[str, sa.Table] | None = None
) -> dict[Key, str | None]:
    """The digests of all rows that are there, of the watched tables or of `among`."""
    out: dict[Key, str | None] = {}
    for table in (watched() if among is None else among).values():
        out |= dict(_digested(table, readable(connection, table)))
    return out


def differing(expected: Digests, there: Digests) -> dict[Key, str | None]:
    """The rows that are not as expected, as they are there."""
    return {
        key: there.get(key) for key in {**expected, **there} if expected.get(key) != there.get(key)
    }


def digest(table: str, row: Mapping[str, Any]) -> str:
    """The digest of one row: of the names and values of its columns, the same on every database."""
    text = json.dumps([table, dict(row)], ensure_ascii=False, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def key_text(key: Sequence[Any]) -> str:
    return json.dumps(list(key), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return f"sha256:{hashlib.sha256(value).hexdigest()}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def text_of(digests: Digests) -> str:
    """Digests as the audit keeps them: {table: {key: digest}}."""
    by_table: dict[str, dict[str, str | None]] = {}
    for (table, key), value in sorted(digests.items()):
        by_table.setdefault(table, {})[key] = value
    return json.dumps(by_table, ensure_ascii=False, sort_keys=True)


def digests_from(text: str) -> dict[Key, str | None]:
    """The digests that a line of the audit keeps; none where the line cannot be read (its hash says
    so)."""
    try:
        kept = json.loads(text)
        return {(table, key): value for table, rows in kept.items() for key, value in rows.items()}
    except (ValueError, AttributeError):
        return {}
