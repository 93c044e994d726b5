"""The one DuckDB connection of a process: locked down, a cursor per call, one writer at a time."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

HERE = Path(__file__).parent
# Questions that every page asks, or every step of a slider: their answers are kept for a version of the data.
KEPT = frozenset({"months", "channels", "loads", "facts_of", "as_of_range"})
MOST_KEPT = 64
VIEWS = ("policy_state", "agent_figures")

# Nothing the SQL could be made to do may reach a file, an extension or the network.
LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": os.environ.get("RENEWAL_MEMORY")
    or "640MB",  # what is more goes to disk; an office PC has other work
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}


@cache
def statements(file: str) -> Mapping[str, str]:
    """The named statements of one .sql file: a block begins with `-- name: …`."""
    text = (HERE / file).read_text(encoding="utf-8")
    blocks = (block.partition("\n") for block in text.split("-- name: ")[1:])
    return {name.strip(): sql.strip() for name, _, sql in blocks}


@cache
def question(name: str) -> str:
    """The text of a question that has a file of its own."""
    return (HERE / "questions" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def view(name: str) -> str:
    """The text of a view."""
    return (HERE / "views" / f"{name}.sql").read_text(encoding="utf-8")


class Warehouse:
    """A DuckDB file, opened and migrated; `:memory:` for what need not last."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._writing = threading.RLock()
        self._root = duckdb.connect(str(path) if path else ":memory:", config=dict(LOCKED))
        self._root.execute("set enable_external_access = false")
        self._root.execute("set lock_configuration = true")
        self._migrate()
        with self.cursor() as cursor:
            self._version = _version(cursor)
        self._kept: dict[tuple[Any, ...], pd.DataFrame] = {}

    def close(self) -> None:
        self._root.close()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of the caller's own: sharing one between threads returns other callers' rows."""
        cursor = self._root.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def ask(self, name: str, **bound: Any) -> pd.DataFrame:
        """The answer to a question of questions.sql, the caller's own."""
        key = (name, self._version, *bound.items())
        if name in KEPT and (kept := self._kept.get(key)) is not None:
            return kept.copy(deep=False)
        with self.cursor() as cursor:
            found = cursor.execute(statements("questions/questions.sql")[name], bound).df()
        if name in KEPT:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
            return found.copy(deep=False)
        return found

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction, one writer at a time; whatever is raised inside undoes all of it."""
        with self._writing, self.cursor() as cursor:
            cursor.execute("begin")
            try:
                yield cursor
                cursor.execute(statements("statements.sql")["next_version"])
                version = _version(cursor)
            except BaseException:
                cursor.execute("rollback")
                raise
            cursor.execute("commit")
            self._version = version
            self._kept.clear()

    @property
    def data_version(self) -> int:
        """Grows with every change: the key under which answers may be cached. No other process can write to the file."""
        return self._version

    def _migrate(self) -> None:
        """Bring the tables to the newest form, then the views, which are derived and may change with any version."""
        with self.cursor() as cursor:
            cursor.execute("create table if not exists migration (name varchar primary key)")
            done = {row[0] for row in cursor.execute("select name from migration").fetchall()}
        for file in sorted((HERE / "migrations").glob("*.sql")):
            if file.name in done:
                continue
            with self.cursor() as cursor:
                cursor.execute("begin")
                cursor.execute(file.read_text(encoding="utf-8"))
                cursor.execute("insert into migration values ($1)", [file.name])
                cursor.execute("commit")
        for name in VIEWS:
            text = view(name)
            mark = f"view {name} {hashlib.sha256(text.encode()).hexdigest()}"
            if mark in done:
                continue
            with self.cursor() as cursor:
                cursor.execute("begin")
                cursor.execute(f"create or replace view {name} as {text}")
                cursor.execute("delete from migration where starts_with(name, $1)", [f"view {name} "])
                cursor.execute("insert into migration values ($1)", [mark])
                cursor.execute("commit")


def _version(cursor: duckdb.DuckDBPyConnection) -> int:
    return int(cursor.execute("select data_version from meta").fetchall()[0][0])


def run(cursor: duckdb.DuckDBPyConnection, name: str, **bound: Any) -> list[tuple[Any, ...]]:
    """A statement of statements.sql, with only the values that it names bound."""
    sql = statements("statements.sql")[name]
    return cursor.execute(sql, {key: value for key, value in bound.items() if f"${key}" in sql}).fetchall()
