"""Delimited text → a sheet: the delimiter by how regular the lines become, rows by Arrow, none lost
on the way."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from analytics.errors import FileRefused
from analytics.intake.container import GRID, Sheet
from analytics.intake.encoding import decode, utf8
from analytics.intake.finding import HEADER_SEARCH, find, is_form
from analytics.intake.limits import COLUMN_LIMIT, LINE_LIMIT, ROW_LIMIT
from analytics.intake.table import Layout

DELIMITERS = (",", "\t", ";", "|")
HEAD = 64 * 1024
PIECE = 1024**2


def read(path: Path, layout: Layout) -> tuple[Sheet, str, str]:
    """The one sheet of a text file, its encoding and its delimiter."""
    _require_lines(path)
    data, encoding = utf8(path.read_bytes(), path, layout.encoding)
    if not data or data.isspace():
        raise FileRefused("file_empty", file=path.name)
    if data.count(b'"') % 2:
        raise FileRefused("quote_open", file=path.name)
    if len(data) > HEAD and data.find(b"\n", 0, HEAD) < 0 and data.find(b"\r", 0, HEAD) < 0:
        raise FileRefused("header_too_long", file=path.name, limit=HEAD // 1024)
    head = data[:HEAD].decode(errors="ignore")
    if len(data) > HEAD:
        head = head[: head.rfind("\n") + 1] or head
    delimiter = layout.delimiter or max(DELIMITERS, key=lambda mark: _regularity(head, mark))
    rows = _rows(head, delimiter, path)
    if max(map(len, rows), default=0) > COLUMN_LIMIT:
        raise FileRefused("file_too_wide", file=path.name, sheet="", limit=COLUMN_LIMIT)
    if is_form(rows, layout.recognised):
        raise FileRefused("file_is_form", file=path.name, sheet="")
    layout_read = find(rows, layout)
    if layout_read is None:
        raise FileRefused("file_no_table", file=path.name)
    width = len(rows[layout_read.header_row - 1])
    start = len(head[: _offset_after(head, layout_read.header_row, delimiter)].encode())
    marked = b"#" in data or b'="' in data
    body, numbers, ragged = _rows_below(
        data[start:], width, delimiter, layout_read.header_row + 1, path
    )
    if layout_read.columns != tuple(range(width)):
        kept = [place for place in layout_read.columns if place < width]
        body = body.select(kept).rename_columns([f"c{place}" for place in range(len(kept))])
    sheet = Sheet(
        "",
        layout_read.headers[: body.num_columns],
        layout_read.header_row,
        body,
        numbers,
        ragged,
        layout_read.header_rows,
        layout_read.columns,
        layout_read.beside,
        marked=marked,
        grid=tuple(tuple(row) for row in rows[:GRID]),
    )
    return sheet, encoding, delimiter


def _require_lines(path: Path) -> None:
    """Refuse a file with an endless line before any of it is kept in memory."""
    run = 0  # bytes since the last line ended
    with path.open("rb") as handle:
        while chunk := handle.read(PIECE):
            first = min(
                (end for end in (chunk.find(b"\n"), chunk.find(b"\r")) if end >= 0),
                default=len(chunk),
            )
            if run + first > LINE_LIMIT:
                raise FileRefused("line_too_long", file=path.name, limit=LINE_LIMIT // 1024**2)
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            run = run + len(chunk) if last < 0 else len(chunk) - last - 1


def grid(path: Path, layout: Layout) -> list[list[str]]:
    """All rows as they stand in the file."""
    text, _ = decode(path.read_bytes(), path, layout.encoding)
    delimiter = layout.delimiter or max(DELIMITERS, key=lambda mark: _regularity(text[:HEAD], mark))
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _rows(head: str, delimiter: str, path: Path) -> list[list[str]]:
    out = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            out.append(row)
            if len(out) >= 2 * HEADER_SEARCH:
                break
    except csv.Error as error:
        raise FileRefused("file_damaged", file=path.name) from error
    return out


def _regularity(head: str, mark: str) -> tuple[int, int]:
    """How many of the first lines have the commonest number of cells above one, and that number."""
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=mark)][
            :40
        ]
    except csv.Error:
        return 0, 0
    common = Counter(width for width in widths if width > 1).most_common(1)
    return (common[0][1], common[0][0]) if common else (0, 0)


def _offset_after(text: str, records: int, delimiter: str) -> int:
    """Where the record after the first `records` begins."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(iter(lines.readline, ""), delimiter=delimiter)
    for _ in range(records):
        next(reader)
    return lines.tell()


def _rows_below(
    data: bytes, width: int, delimiter: str, first_number: int, path: Path
) -> tuple[pa.Table, pa.Array, tuple[tuple[int, int], ...]]:
    names = [f"c{index}" for index in range(width)]
    odd: list[pacsv.InvalidRow] = []

    def keep(row: pacsv.InvalidRow) -> str:
        odd.append(row)
        return "skip"

    if not data or data.isspace():
        return (
            pa.table({name: pa.array([], pa.string()) for name in names}),
            pa.array([], pa.int64()),
            (),
        )
    options = {
        "parse_options": pacsv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=b'"' in data,
            invalid_row_handler=keep,
            ignore_empty_lines=False,
        ),
        "convert_options": pacsv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            strings_can_be_null=True,
            null_values=[""],
        ),
    }
    # Rows of another width carry no number when several threads read: a file that has any is read
    # again by one.
    table = _read(data, pacsv.ReadOptions(column_names=names, block_size=LINE_LIMIT), options, path)
    if odd:
        odd.clear()
        read = pacsv.ReadOptions(column_names=names, block_size=LINE_LIMIT, use_threads=False)
        table = _read(data, read, options, path)
    if table.num_rows > ROW_LIMIT:
        raise FileRefused("file_too_long", file=path.name, limit=ROW_LIMIT)
    ragged, short = [], []
    for row in odd:
        try:
            cells = next(csv.reader([row.text], delimiter=delimiter), [])
        except csv.Error as error:  # a cell longer than any that is read
            raise FileRefused("file_damaged", file=path.name) from error
        if any(cell.strip() for cell in cells[width:]):
            ragged.append((row.number + first_number - 1, len(cells)))
        elif any(cell.strip() for cell in cells):
            short.append((row.number + first_number - 1, cells))
    taken = {row.number + first_number - 1 for row in odd}
    numbers = range(first_number, first_number + table.num_rows + len(odd))
    kept = (
        pa.array((number for number in numbers if number not in taken), pa.int64())
        if taken
        else pa.array(np.arange(numbers.start, numbers.stop))
    )
    if short:
        extra = [
            pa.array(
                [(cells[place] or None) if place < len(cells) else None for _, cells in short],
                pa.string(),
            )
            for place in range(width)
        ]
        table = pa.concat_tables([table, pa.table(extra, names=names)])
        kept = pa.concat_arrays([kept, pa.array([number for number, _ in short], pa.int64())])
    return table, kept, tuple(ragged)


def _read(data: bytes, read: pacsv.ReadOptions, options: dict[str, Any], path: Path) -> pa.Table:
    try:
        return pacsv.read_csv(pa.BufferReader(data), read_options=read, **options)
    except pa.ArrowInvalid as error:
        if "straddling" in str(error) or "too large" in str(error):
            raise FileRefused(
                "line_too_long", file=path.name, limit=LINE_LIMIT // 1024**2
            ) from error
        raise FileRefused("file_damaged", file=path.name) from error
