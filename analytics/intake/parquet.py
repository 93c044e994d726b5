"""A Parquet file → a sheet."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from analytics.errors import FileRefused
from analytics.intake.container import GRID, Sheet
from analytics.intake.limits import COLUMN_LIMIT, ROW_LIMIT, UNPACKED_LIMIT
from analytics.intake.table import headers

UNFOLDED = 16  # how much longer than its file the text of a large file may be


def read(path: Path) -> Sheet:
    """The one sheet of a Parquet file; its header counts as row 1."""
    connection = duckdb.connect(config={"threads": 2})
    bound = {"path": str(path)}
    try:
        names = headers(connection.sql("from read_parquet($path)", params=bound).columns)
        if len(names) > COLUMN_LIMIT:
            raise FileRefused("file_too_wide", file=path.name, sheet="", limit=COLUMN_LIMIT)
        rows = connection.execute("select count(*) from read_parquet($path)", bound).fetchall()[0][
            0
        ]
        if rows > ROW_LIMIT:
            raise FileRefused("file_too_long", file=path.name, limit=ROW_LIMIT)
        # A dictionary says in a few bytes what unfolds to any length: it is measured before it is
        # unfolded.
        lengths = connection.execute(
            "select sum(strlen(columns(*)::varchar)) from read_parquet($path)", bound
        ).fetchall()
        if (
            sum(length or 0 for length in lengths[0])
            > UNPACKED_LIMIT + UNFOLDED * path.stat().st_size
        ):
            raise FileRefused("file_too_heavy", file=path.name)
        body = connection.sql(
            "select nullif(columns(*)::varchar, '') from read_parquet($path)", params=bound
        ).to_arrow_table()
    except duckdb.Error as error:
        raise FileRefused("file_damaged", file=path.name) from error
    body = body.rename_columns([f"c{index}" for index in range(len(names))])
    first = [
        tuple(cell or "" for cell in row.values()) for row in body.slice(0, GRID - 1).to_pylist()
    ]
    numbers = pa.array(np.arange(2, body.num_rows + 2))
    return Sheet(
        "", names, 1, body, numbers, columns=tuple(range(len(names))), grid=(names, *first)
    )
