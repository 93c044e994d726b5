"""A database's rows as a file: asked in batches, written as Parquet, and read like any other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from analytics.errors import FileRefused

BATCH = 50_000


@contextmanager
def rows_of(url: str, query: str) -> Iterator[Path]:
    """The answer to a query as a Parquet file, as long as the block runs; the driver of the URL
    must be installed."""
    with tempfile.TemporaryDirectory(prefix="renewal-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "query.parquet"
        try:
            _write(url, query, path)
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            detail = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise FileRefused("database_unread", detail=detail[:200]) from error
        yield path


def _write(url: str, query: str, path: Path) -> None:
    engine = sa.create_engine(url)
    try:
        with engine.connect().execution_options(
            stream_results=True, max_row_buffer=BATCH
        ) as connection:
            answer = connection.execute(sa.text(query))
            names = answer.keys()  # of a result, which is no mapping
            schema = pa.schema([(name, pa.string()) for name in names])
            with pq.ParquetWriter(path, schema) as writer:
                for rows in answer.partitions(BATCH):
                    columns = [
                        [None if value is None else str(value) for value in column]
                        for column in zip(*rows, strict=True)
                    ]
                    writer.write_table(pa.table(columns, schema=schema))
    finally:
        engine.dispose()
