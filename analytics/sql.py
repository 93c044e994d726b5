"""Files of SQL: named blocks, each begun by `-- name: …`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def blocks(path: Path) -> Mapping[str, str]:
    """The blocks of one file, by name."""
    parts = (
        part.partition("\n") for part in path.read_text(encoding="utf-8").split("-- name: ")[1:]
    )
    return {name.strip(): text.strip() for name, _, text in parts}
