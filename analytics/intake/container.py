"""A file's bytes → its sheets as columns of text, by content and never by name; runs in the
throw-away process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from analytics.errors import FileRefused

UNCOMPUTED = "\ue000"  # stands before the text of a formula whose result the file does not hold
GRID = 30  # rows shown of a file as they stand in it


@dataclass(frozen=True)
class Sheet:
    """One sheet: `body` holds every row below the header as text columns c0…cN, `numbers` their row
    numbers."""

    name: str
    headers: tuple[str, ...]
    header_row: int
    body: pa.Table
    numbers: pa.Array
    ragged: tuple[tuple[int, int], ...] = ()  # (row, cells) of rows with more cells than headers
    header_rows: int = 1
    columns: tuple[int, ...] = ()  # places of the table's columns in the file, from 0
    beside: int | None = None  # the column, from 1, where another table begins
    hidden_rows: int = 0
    errors: int = 0  # cells that hold an error (#N/A …) instead of a value
    marked: bool = True  # some cell may begin with # or =
    grid: tuple[tuple[str, ...], ...] = ()  # the first rows as they stand in the file
    merged: Mapping[str, int] = field(
        default_factory=dict
    )  # header → cells that a merged one was written into
    hidden_columns: tuple[str, ...] = ()  # letters of the columns that were left out


def form_of(head: bytes, path: Path) -> str:
    """zip, workbook (the old kind), parquet or text, by the first bytes."""
    if not head:
        raise FileRefused("file_empty", file=path.name)
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"PK\x05\x06"):
        raise FileRefused("archive_empty", file=path.name)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "workbook"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(
        (
            b"%PDF",
            b"\x89PNG",
            b"\xff\xd8\xff",
            b"GIF8",
            b"MZ",
            b"\x7fELF",
            b"\x1f\x8b",
            b"7z\xbc\xaf",
            b"Rar!",
            b"BZh",
            b"{\\rtf",
        )
    ):
        raise FileRefused("file_not_a_table", file=path.name)
    return "text"
