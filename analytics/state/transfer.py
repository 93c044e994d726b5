"""The state store as one SQLite file, whichever database it lives in: for a backup, and back from one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from analytics import files
from analytics.errors import RequestRefused
from analytics.state import tables
from analytics.state.database import Database
from analytics.state.faults import telling
from analytics.state.heads import Head, Outside

AT_ONCE = 500  # rows copied by one statement


def copy_to(database: Database, path: Path) -> Head:
    """Put the state as of one moment into a new file; the end of its audit. Others read and write meanwhile."""
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
    """Bring a backup's state into an empty database of another kind."""
    target = Database(url, None, Outside())
    try:
        if target.head().seq:
            raise RequestRefused("state_not_empty")
        with _opened(path) as copy, copy.snapshot() as source:
            _rows(source, target)
    finally:
        target.close()


def keep_before_migrating(path: Path, folder: Path) -> str:
    """Put a copy of a state file of an earlier version aside, before it is brought up to this one; that version, else nothing."""
    with telling(), closing(sqlite3.connect(path)) as source:
        try:
            row = source.execute("select version_num from alembic_version").fetchone()
        except sqlite3.DatabaseError:  # no state store, or a damaged one: whoever opens it says so
            return ""
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        scripts = ScriptDirectory.from_config(config)
        known = {script.revision for script in scripts.walk_revisions()}
        if row is None or row[0] == scripts.get_current_head() or row[0] not in known:
            return ""
        files.make_folder(folder)
        kept = folder / f"state-{row[0]}.sqlite"
        partial = kept.with_name(f"{kept.name}{files.UNFINISHED}")
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(partial)) as target:
            source.backup(target)
    partial.chmod(files.FILE)
    files.sync_file(partial)
    files.move_durably(partial, kept)
    return str(row[0])


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
            for at in range(0, len(rows), AT_ONCE):
                connection.execute(sa.insert(table), rows[at : at + AT_ONCE])
            key = list(table.primary_key.columns)
            if rows and target.dialect == "postgresql" and len(key) == 1 and isinstance(key[0].type, sa.Integer):
                sequence = sa.func.pg_get_serial_sequence(table.name, key[0].name)
                last = max(row[key[0].name] for row in rows)
                connection.execute(sa.select(sa.func.setval(sequence, last)).where(sequence.is_not(None)))
