"""The one DuckDB connection of a process: locked down, a cursor per call, one writer at a time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from analytics import files
from analytics.catalogue import known_measures
from analytics.errors import HomeBusy, StoreFailed
from analytics.settings import environment
from analytics.sql import blocks

HERE = Path(__file__).parent
# Questions that every page asks, or every step of a slider: their answers are kept for a version of
# the data.
KEPT = frozenset(
    {"months", "channels", "loads", "facts_of", "as_of_range", "by_month", "team_by_month"}
)
MOST_KEPT = 256
VIEWS = ("current_policies", "policy_state", "agent_figures")  # each after those it reads
MACROS = HERE.parent / "month_of.sql"  # what every statement here may call

# Nothing the SQL could be made to do may reach a file, an extension or the network.
LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": environment().memory,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}


def statements(file: str) -> Mapping[str, str]:
    """The named statements of one .sql file of this folder."""
    return blocks(HERE / file)


@cache
def question(name: str) -> str:
    """The text of a question that has a file of its own."""
    return (HERE / "questions" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def view(name: str) -> str:
    """The text of a view; `{there}` in it is a number with a bit for every measure that is not
    missing."""
    text = (HERE / "views" / f"{name}.sql").read_text(encoding="utf-8")
    bits = (
        f"(({measure} is not null)::bigint << {bit})"
        for bit, measure in enumerate(known_measures())
    )
    return text.replace("{there}", " + ".join(bits))


def answer(cursor: duckdb.DuckDBPyConnection, name: str, bound: Mapping[str, Any]) -> pd.DataFrame:
    """The answer to a question of questions.sql; `$measures` in it are all that data/measures.toml
    names."""
    text = statements("questions/questions.sql")[name]
    lists = {"measures": list(known_measures())} if "$measures" in text else {}
    return cursor.execute(text, {**bound, **lists}).df()


class Warehouse:
    """A DuckDB file, opened and migrated; `:memory:` for what need not last. `copies` is the one
    folder that SQL may write to.

    `failed` says that the file should be opened anew before it is asked again: "damaged", "stopped"
    or nothing.
    """

    def __init__(self, path: Path | None, copies: Path | None = None) -> None:
        self.path = path
        self.failed = ""
        self._copies = copies
        self._writing = threading.RLock()
        self._gate = Gate()
        self._kept: dict[tuple[Any, ...], pd.DataFrame] = {}
        self._root, self._version = self._opened()

    @classmethod
    def made(cls, path: Path) -> Warehouse:
        """A new one; what the disk does to that is said in words."""
        try:
            return cls(path)
        except duckdb.Error as error:
            told = told_of(error)
            if told is None:
                raise
            raise StoreFailed(told) from error

    def _opened(self) -> tuple[duckdb.DuckDBPyConnection, int]:
        """The file, locked down and of the newest form, and its version; never a file that a newer
        version of the program made."""
        root = duckdb.connect(str(self.path) if self.path else ":memory:", config=dict(LOCKED))
        try:
            if self._copies is not None:
                root.execute("set allowed_directories = $1", [[str(self._copies)]])
            root.execute("set enable_external_access = false")
            root.execute("set lock_configuration = true")
            _migrate(root)
            with root.cursor() as cursor:
                version = _version(cursor)
        except BaseException:
            root.close()
            raise
        return root, version

    def close(self) -> None:
        self._root.close()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of the caller's own: sharing one between threads returns other callers' rows."""
        with self._gate.inside(), self._telling():
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
            frame = answer(cursor, name, bound)
        if name in KEPT:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = frame
            return frame.copy(deep=False)
        return frame

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Nobody else writes: what is looked up inside still holds when it is written."""
        with self._writing:
            yield

    @contextmanager
    def write(self, operation: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction, one writer at a time; whatever is raised inside undoes all of it. It may
        be one of the journal's."""
        with self._writing, self.cursor() as cursor:
            cursor.execute("begin")
            try:
                yield cursor
                run(cursor, "next_version")
                if operation is not None:
                    run(cursor, "set_operation", operation=operation)
                version = _version(cursor)
            except BaseException:
                with suppress(duckdb.Error):  # a full disk has rolled back already
                    cursor.execute("rollback")
                raise
            cursor.execute("commit")
            self._version = version
            self._kept.clear()

    @property
    def operation(self) -> int:
        """The latest operation of the journal that this file holds."""
        with self.cursor() as cursor:
            return int(cursor.execute("select operation from meta").fetchall()[0][0])

    def stamp(self, version: int, operation: int) -> None:
        """Say which state of the data this file is, and put all of it into the file itself."""
        with self.write(operation) as cursor:
            run(cursor, "set_version", version=version - 1)
        with self.cursor() as cursor:
            cursor.execute("checkpoint")

    def read_all(self) -> dict[str, int]:
        """Read every block of every table, which shows damages that opening does not; rows by
        table."""
        with self.cursor() as cursor:
            tables = [row[0] for row in run(cursor, "tables")]
            rows = {}
            for table in tables:  # names of our own migrations
                rows[table] = int(
                    cursor.execute(
                        f'select count(*), bit_xor(hash(t)) from "{table}" t'
                    ).fetchall()[0][0]
                )
        return rows

    def replace(self, source: Path) -> None:
        """Have another warehouse's closed file in this one's place; readers wait, and find the new
        one."""
        assert self.path is not None
        with self._writing, self._gate.alone():
            with self._telling():
                self._root.execute("checkpoint")
                if _log(self.path).exists():
                    # Of a change that a kill cut off nothing is checkpointed and the log stays; the
                    # next change begins it anew, and what changes nothing is none.
                    run(self._root, "next_version")
                    run(self._root, "set_version", version=self._version)
                    self._root.execute("checkpoint")
            self._root.close()
            try:
                if _log(self.path).exists():  # it holds commits that the file itself does not
                    raise StoreFailed("warehouse_failed")
                files.sync_file(source)
                files.move_durably(source, self.path)
            finally:
                self._root, self._version = self._opened()
                self._kept.clear()

    def copy(self, target: Path) -> None:
        """A copy of everything, as of one moment, in a new file inside `copies`; others read and
        write meanwhile."""
        with self._writing, self.cursor() as cursor:
            cursor.execute("attach $1 as copied", [str(target)])
            try:
                cursor.execute("copy from database warehouse to copied")
            finally:
                cursor.execute("detach copied")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turns what a disk or a file does to DuckDB into words; a mistake in a statement stays
        what it is."""
        try:
            yield
        except duckdb.Error as error:
            told = told_of(error)
            if told is None:
                raise
            if told in ("warehouse_damaged", "warehouse_failed") or isinstance(
                error, duckdb.FatalException
            ):
                self.failed = "damaged" if told == "warehouse_damaged" else self.failed or "stopped"
            raise StoreFailed(told) from error

    @property
    def data_version(self) -> int:
        """Grows with every change: the key under which answers may be cached. No other process can
        write to the file."""
        return self._version


class Gate:
    """Many inside at once, or one alone; who is inside already may enter again."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: dict[int, int] = {}  # how often each thread is
        self._closed = False

    @contextmanager
    def inside(self) -> Iterator[None]:
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: not self._closed or me in self._inside)
            self._inside[me] = self._inside.get(me, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[me] -= 1
                if not self._inside[me]:
                    del self._inside[me]
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._inside)
        try:
            yield
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()


def told_of(error: BaseException) -> str | None:
    """The key below error.* for what a disk or a file did to DuckDB; None for a mistake in a
    statement."""
    text = str(error)
    if any(words in text for words in ("No space left", "disk is full", "max_temp_directory_size")):
        return "disk_full"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "memory_short"
    if any(
        words in text
        for words in ("Corrupt", "checksum", "WAL", "not a valid DuckDB", "Failed to deserialize")
    ):
        return "warehouse_damaged"
    if isinstance(error, duckdb.SerializationException):
        return "warehouse_damaged"
    stopped = (
        duckdb.FatalException,
        duckdb.IOException,
        duckdb.InternalException,
        duckdb.ConnectionException,
    )
    return "warehouse_failed" if isinstance(error, stopped) else None


def _log(path: Path) -> Path:
    """The file in which DuckDB keeps commits that are not yet in the file itself."""
    return path.with_name(f"{path.name}.wal")


def _migrate(root: duckdb.DuckDBPyConnection) -> None:
    """Bring the tables to the newest form, then macros and views, which are derived and may change
    with any version."""
    migrations = {file.name: file for file in sorted((HERE / "migrations").glob("*.sql"))}
    with root.cursor() as cursor:
        cursor.execute("create table if not exists migration (name varchar primary key)")
        done = {row[0] for row in cursor.execute("select name from migration").fetchall()}
    if {name for name in done if name.endswith(".sql")} - set(migrations):
        raise HomeBusy("home_newer")
    for name, file in migrations.items():
        if name in done:
            continue
        with root.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute(file.read_text(encoding="utf-8"))
            cursor.execute("insert into migration values ($1)", [name])
            cursor.execute("commit")
    derived = {f"view {name}": f"create or replace view {name} as {view(name)}" for name in VIEWS}
    for name, text in {"macro month_of": MACROS.read_text(encoding="utf-8"), **derived}.items():
        mark = f"{name} {hashlib.sha256(text.encode()).hexdigest()}"
        if mark in done:
            continue
        with root.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute(text)
            cursor.execute("delete from migration where starts_with(name, $1)", [f"{name} "])
            cursor.execute("insert into migration values ($1)", [mark])
            cursor.execute("commit")


def _version(cursor: duckdb.DuckDBPyConnection) -> int:
    return int(cursor.execute("select data_version from meta").fetchall()[0][0])


def run(cursor: duckdb.DuckDBPyConnection, name: str, **bound: Any) -> list[tuple[Any, ...]]:
    """A statement of statements.sql, with only the values that it names bound."""
    sql = statements("statements.sql")[name]
    return cursor.execute(
        sql, {key: value for key, value in bound.items() if f"${key}" in sql}
    ).fetchall()
