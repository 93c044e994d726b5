"""Which versions of the tables this program knows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory


def config_of(folder: Path) -> Config:
    """How Alembic finds its scripts."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


@cache
def revisions(folder: Path) -> tuple[str | None, frozenset[str]]:
    """The latest version and all there are; reading them means compiling a file for each, which one process does once."""
    scripts = ScriptDirectory.from_config(config_of(folder))
    return scripts.get_current_head(), frozenset(one.revision for one in scripts.walk_revisions())
