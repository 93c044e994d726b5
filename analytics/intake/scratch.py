"""One file in its scratch database, as the steps of reading it share it: `raw`, then `typed`, its
recipe, its columns, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from analytics.intake.fields import Field
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe

# what makes rows doubtful, asked of `typed`
DOUBTS = Path(__file__).with_name("doubts.sql")


@dataclass(frozen=True)
class Column:
    """A mapped column: its field, the name in our tables, the header people wrote."""

    name: str
    field: Field
    place: str
    header: str


@dataclass(frozen=True)
class Scratch:
    """What every step works on."""

    connection: duckdb.DuckDBPyConnection
    recipe: Recipe
    columns: Mapping[str, Field]
    settling: Settling

    def header(self, name: str) -> str:
        """What people call a field in this file."""
        return self.recipe.columns.get(name, name)

    def row(self, sql: str, bound: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
        """The one row of a select."""
        return tuple(self.connection.execute(sql, dict(bound or {})).fetchall()[0])
