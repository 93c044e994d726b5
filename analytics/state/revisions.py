"""Which versions of the tables this program knows, which one a database has, and how it gets to
another.

Alembic is imported where tables are brought up and nowhere else: it would take a quarter of the
start of every command.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from analytics.errors import HomeBusy


@cache
def revisions(folder: Path) -> tuple[str | None, frozenset[str]]:
    """The latest version and all there are, as their files say, which stand in one chain."""
    earlier = {}
    for file in sorted((folder / "versions").glob("*.py")):
        said = _constants(file.read_text(encoding="utf-8"))
        earlier[said["revision"]] = said["down_revision"]
    latest = set(earlier) - set(earlier.values())
    if len(latest) > 1:
        raise ValueError(f"versions that follow the same one: {sorted(map(str, latest))}")
    return next(iter(latest), None), frozenset(
        revision for revision in earlier if revision is not None
    )


def _constants(source: str) -> dict[str, Any]:
    """Name → what a module gives it at its top, one by one or several at once; only what is written
    out."""
    out: dict[str, Any] = {}
    for line in ast.parse(source).body:
        if not isinstance(line, ast.Assign):
            continue
        for target in line.targets:
            pairs = [(target, line.value)]
            if isinstance(target, ast.Tuple) and isinstance(line.value, ast.Tuple):
                pairs = list(zip(target.elts, line.value.elts, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                    out[name.id] = value.value
    return out


def current(connection: sa.Connection) -> str | None:
    """The version that a database has; none where it has no tables of ours yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    asked = sa.select(sa.column("version_num", sa.String)).select_from(sa.table("alembic_version"))
    versions = list(connection.execute(asked).scalars())
    if len(versions) > 1:
        raise HomeBusy("home_newer")
    return versions[0] if versions else None


def upgrade(connection: sa.Connection, folder: Path, version: str) -> None:
    """Bring a database up to a version, or to the "head"; refuses one whose version is none of
    ours."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, version)
    except CommandError as error:
        raise HomeBusy("home_newer") from error
