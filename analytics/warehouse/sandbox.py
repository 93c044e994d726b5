"""What would be: the figures with corrections that nobody has accepted yet, seen by one cursor
alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pandas as pd

from analytics.model import Settings
from analytics.people import Correction
from analytics.warehouse.connection import Warehouse, answer, question, run
from analytics.warehouse.records import propose_corrections, rollup_bound


class Sandbox(Warehouse):
    """Answers questions like the warehouse it stands before, with temporary tables in front of the
    stored ones."""

    def __init__(self, warehouse: Warehouse, cursor: duckdb.DuckDBPyConnection) -> None:
        self.path = warehouse.path
        self._own = cursor

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        yield self._own

    def ask(self, name: str, **bound: Any) -> pd.DataFrame:
        return answer(self._own, name, bound)


@contextmanager
def sandbox(
    warehouse: Warehouse, standing: Sequence[Correction], correction: Correction, settings: Settings
) -> Iterator[Sandbox]:
    """The warehouse as it would be with one more correction after those that stand; nothing of it
    is stored."""
    month = correction.month
    span: Mapping[str, Any] = {"first_month": month, "last_month": month}
    with warehouse.cursor() as cursor:
        propose_corrections(cursor, [*standing, correction])
        run(cursor, "sandbox_corrections")
        run(cursor, "sandbox_others", **span)
        cursor.execute(
            f"insert into agent_month by name {question('rollup')}",
            rollup_bound(settings, month, month),
        )
        run(cursor, "shadow_roster", **span)
        cursor.execute(question("roster"), span)
        yield Sandbox(warehouse, cursor)
