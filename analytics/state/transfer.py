"""The state store as one SQLite file, whichever database it lives in: for a backup, and back from
one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from analytics import files
from analytics.errors import RequestRefused
from analytics.state import tables
from analytics.state.database import SCRIPTS, Database
from analytics.state.faults import telling
from analytics.state.heads import Head, Outside
from analytics.state.revisions import current, revisions, upgrade

AT_ONCE = 500  # rows copied by one statement


def copy_to(database: Database, path: Path) -> Head:
    """Put the state as of one moment into a new file; the end of its audit. Others read and write
    meanwhile."""
    if database.dialect == "sqlite":
        with telling(), closing(sqlite3.connect(path)) as target:
            database.copy_pages(target)
            target.execute("pragma journal_mode = delete")
    else:
        with _opened(path) as copy, database.snapshot() as source:
            _rows(source, copy)
    path.chmod(files.FILE)
    files.sync_file(path)
    with _opened(path) as copy:
        return copy.head()


def copy_from(path: Path, url: str) -> None:
    """Bring a backup's state into an empty database of another kind, or into one that has just this
    state already: whoever was stopped between the rows and the files begins again."""
    target = Database(url, None, Outside())
    try:
        with _opened(path) as copy, copy.snapshot() as source:
            head = target.head()
            if not head.seq:
                _rows(source, target)
            elif head.hash != copy.head().hash:
                raise RequestRefused("state_not_empty")
    finally:
        target.close()


def keep_before_migrating(path: Path, folder: Path) -> str:
    """Put a copy of a state file of an earlier version aside, before it is brought up to this one;
    that version, else nothing."""
    with telling(), closing(sqlite3.connect(path)) as source:
        try:
            row = source.execute("select version_num from alembic_version").fetchone()
        except sqlite3.DatabaseError:  # no state store, or a damaged one: whoever opens it says so
            return ""
        if row is None or not _earlier(row[0]):
            return ""
        with _kept(folder, row[0]) as partial, closing(sqlite3.connect(partial)) as target:
            source.backup(target)
    return str(row[0])


def keep_server_before_migrating(url: str, folder: Path) -> str:
    """The same of a server's state: its rows in a state file of the earlier version."""
    engine = sa.create_engine(url)
    try:
        with telling(), engine.connect() as connection:
            level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else "SERIALIZABLE"
            source = connection.execution_options(isolation_level=level)
            version = current(source)
            if version is None or not _earlier(version):
                return ""
            with _kept(folder, version) as partial:
                _rows_of_version(source, partial, version)
    finally:
        engine.dispose()
    return version


def _rows_of_version(source: sa.Connection, path: Path, version: str) -> None:
    """Every row of tables as they were at a version, in a new file with the tables of that
    version."""
    engine = sa.create_engine(f"sqlite:///{path.as_posix()}")
    try:
        with engine.begin() as target:
            upgrade(target, SCRIPTS, version)
            there, here = sa.MetaData(), sa.MetaData()
            there.reflect(source)
            here.reflect(target)
            for table in here.sorted_tables:
                rows = [
                    dict(row)
                    for row in source.execute(sa.select(there.tables[table.name])).mappings()
                ]
                target.execute(sa.delete(table))
                for start in range(0, len(rows), AT_ONCE):
                    target.execute(sa.insert(table), rows[start : start + AT_ONCE])
    finally:
        engine.dispose()


@contextmanager
def _kept(folder: Path, version: str) -> Iterator[Path]:
    """Where a copy of a version is written by the block, and durably kept after it."""
    files.make_folder(folder)
    kept = folder / f"state-{version}.sqlite"
    partial = kept.with_name(f"{kept.name}{files.UNFINISHED}")
    partial.unlink(missing_ok=True)
    yield partial
    partial.chmod(files.FILE)
    files.sync_file(partial)
    files.move_durably(partial, kept)


def _earlier(version: str) -> bool:
    """Whether a version is one of ours, and not the latest."""
    latest, earlier = revisions(SCRIPTS)
    return version != latest and version in earlier


class _opened:
    """A state file opened as it is: no key signs in it, and no head beside it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Database:
        self._database = Database(f"sqlite:///{self._path.as_posix()}", None, Outside())
        return self._database

    def __exit__(self, *_: object) -> None:
        self._database.close()


def _rows(source: sa.Connection, target: Database) -> None:
    with target.raw_writing() as connection:
        for table in tables.metadata.sorted_tables:
            rows = [dict(row) for row in source.execute(sa.select(table)).mappings()]
            for start in range(0, len(rows), AT_ONCE):
                connection.execute(sa.insert(table), rows[start : start + AT_ONCE])
            key = list(table.primary_key.columns)
            if (
                rows
                and target.dialect == "postgresql"
                and len(key) == 1
                and isinstance(key[0].type, sa.Integer)
            ):
                sequence = sa.func.pg_get_serial_sequence(table.name, key[0].name)
                last = max(row[key[0].name] for row in rows)
                connection.execute(
                    sa.select(sa.func.setval(sequence, last)).where(sequence.is_not(None))
                )
