"""A file's bytes → its sheets as columns of text, by content and never by name; runs in the throw-away process."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from analytics.errors import FileRefused

UNPACKED_LIMIT = 300 * 1024 * 1024
ROW_LIMIT = 20_000_000
COLUMN_LIMIT = 2_000
CELL_LIMIT = 60_000_000
LINE_LIMIT = 1024 * 1024
DELIMITERS = (",", "\t", ";", "|")
HEADER_SEARCH = 60


@dataclass(frozen=True)
class Sheet:
    """One sheet: `body` holds every row below the header row as text columns c0…cN, `numbers` their row numbers."""

    name: str
    headers: tuple[str, ...]
    header_row: int
    body: pa.Table
    numbers: pa.Array
    ragged: tuple[tuple[int, int], ...] = ()  # (row, cells) of rows with more cells than headers


@dataclass(frozen=True)
class Layout:
    """What the caller knows: the sheet, the headers it looks for, and what overrides detection."""

    sheet: str | None = None
    wanted: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None


def form_of(head: bytes, path: Path) -> str:
    """workbook, parquet or text, by the first bytes."""
    if not head:
        raise FileRefused("file_empty", file=path.name)
    if head.startswith(b"PK\x03\x04"):
        return "workbook"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "workbook"
    if head.startswith(b"PAR1"):
        return "parquet"
    return "text"


def sheets(path: Path, layout: Layout) -> tuple[list[Sheet], dict[str, Any]]:
    """Every readable sheet and what was seen on the way (form, encoding, hidden sheets)."""
    with path.open("rb") as handle:
        form = form_of(handle.read(8), path)
    if form == "parquet":
        return [_parquet(path)], {"form": "parquet"}
    if form == "workbook":
        return _workbook(path, layout)
    sheet, encoding, delimiter = _text(path, layout)
    return [sheet], {"form": "text", "encoding": encoding, "delimiter": delimiter}


# -- workbooks -----------------------------------------------------------------------------------------------------


def _workbook(path: Path, layout: Layout) -> tuple[list[Sheet], dict[str, Any]]:
    with path.open("rb") as handle:
        zipped = handle.read(4) == b"PK\x03\x04"
    if zipped:
        _check_archive(path)

    try:
        book = CalamineWorkbook.from_path(str(path))
        found, hidden = [], []
        for meta in book.sheets_metadata:
            if meta.typ != SheetTypeEnum.WorkSheet:
                continue
            if layout.sheet is not None and meta.name != layout.sheet:
                continue
            if layout.sheet is None and meta.visible != SheetVisibleEnum.Visible:
                hidden.append(meta.name)
                continue
            grid = book.get_sheet_by_name(meta.name)
            if grid.height * grid.width > CELL_LIMIT or grid.width > COLUMN_LIMIT:
                raise FileRefused("file_too_wide", file=path.name, sheet=meta.name, limit=COLUMN_LIMIT)
            rows = grid.to_python(skip_empty_area=False) if grid.height else []
            sheet = _from_rows(meta.name, [[_cell(value) for value in row] for row in rows], layout)
            if sheet is not None:
                found.append(sheet)
    except CalamineError as error:
        raise FileRefused("file_damaged", file=path.name) from error
    if layout.sheet is not None and layout.sheet not in book.sheet_names:
        raise FileRefused("sheet_missing", file=path.name, sheet=layout.sheet, sheets=book.sheet_names)
    if not found:
        raise FileRefused("file_no_table", file=path.name)
    return found, {"form": "workbook", "hidden": hidden}


def _check_archive(path: Path) -> None:
    """Refuse, before anything is unpacked, a zip that is no workbook or would unpack to too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise FileRefused("file_damaged", file=path.name) from error
    if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise FileRefused("file_too_large_unpacked", file=path.name, limit=UNPACKED_LIMIT // 1024**2)
    if not any(entry.filename.startswith(("xl/", "content.xml")) for entry in entries):
        raise FileRefused("file_not_a_table", file=path.name)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def _from_rows(name: str, rows: list[list[str]], layout: Layout) -> Sheet | None:
    """A sheet from a grid of texts; None when it holds no table."""
    at = _header_row(rows, layout)
    if at is None:
        return None
    headers = _headers(rows[at])
    kept = [(number, row) for number, row in enumerate(rows[at + 1 :], at + 2) if any(cell.strip() for cell in row)]
    columns = [pa.array([_at(row, index) for _, row in kept], pa.string()) for index in range(len(headers))]
    body = pa.table(columns, names=[f"c{index}" for index in range(len(headers))])
    return Sheet(name, headers, at + 1, body, pa.array([number for number, _ in kept], pa.int64()))


def _at(row: Sequence[str], index: int) -> str | None:
    return (row[index] or None) if index < len(row) else None


def _headers(row: Iterable[str]) -> tuple[str, ...]:
    """Header cells as people read them: trimmed, line breaks as blanks; twins get a number, nameless ones a letter."""
    seen: dict[str, int] = {}
    out = []
    for index, cell in enumerate(row):
        text = " ".join(str(cell).replace("\ufeff", "").split()) or f"({_letter(index)})"
        seen[text] = seen.get(text, 0) + 1
        out.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return tuple(out)


def _letter(index: int) -> str:
    return (_letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _header_row(rows: Sequence[Sequence[str]], layout: Layout) -> int | None:
    """The first row that names most of what is wanted or known; without any, the first that is as wide as the table."""
    if layout.header_row is not None:
        return layout.header_row - 1 if 0 < layout.header_row <= len(rows) else None
    head = [[" ".join(str(cell).split()) for cell in row] for row in rows[:HEADER_SEARCH]]
    width = max((sum(bool(cell) for cell in row) for row in head), default=0)
    if width == 0:
        return None
    for names in (layout.wanted, layout.known):
        hits = [len({cell.lower() for cell in row if cell} & names) for row in head]
        if hits and max(hits) > 0:
            return hits.index(max(hits))
    return next(index for index, row in enumerate(head) if sum(bool(cell) for cell in row) >= max(1, width * 0.6))


# -- text ----------------------------------------------------------------------------------------------------------


def _text(path: Path, layout: Layout) -> tuple[Sheet, str, str]:
    raw = path.read_bytes()
    text, encoding = _decode(raw, path, layout.encoding)
    del raw
    if not text or text.isspace():
        raise FileRefused("file_empty", file=path.name)
    if text.count('"') % 2:
        raise FileRefused("quote_open", file=path.name)
    head = text[: 64 * 1024]
    delimiter = layout.delimiter or max(DELIMITERS, key=lambda mark: _regularity(head, mark))
    try:
        rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))[:HEADER_SEARCH]
    except csv.Error as error:
        raise FileRefused("file_damaged", file=path.name) from error
    at = _header_row(rows, layout)
    if at is None:
        raise FileRefused("file_no_table", file=path.name)
    headers = _headers(rows[at])
    if len(headers) > COLUMN_LIMIT:
        raise FileRefused("file_too_wide", file=path.name, sheet="", limit=COLUMN_LIMIT)
    start = _offset_after(head, at + 1, delimiter)
    body, numbers, ragged = _rows_below(text[start:], len(headers), delimiter, at + 2, path)
    return Sheet("", headers, at + 1, body, numbers, ragged), encoding, delimiter


def _decode(raw: bytes, path: Path, encoding: str | None) -> tuple[str, str]:
    if encoding is not None:
        try:
            return raw.decode(encoding).removeprefix("\ufeff"), encoding
        except (UnicodeDecodeError, LookupError) as error:
            raise FileRefused("encoding_wrong", file=path.name, encoding=encoding) from error
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries = ["utf-16"]
    elif b"\x00" in raw[:4096]:
        raise FileRefused("file_not_a_table", file=path.name)
    else:
        tries = ["utf-8-sig", "gb18030"]
    for name in tries:
        try:
            return raw.decode(name), name
        except UnicodeDecodeError:
            continue
    raise FileRefused("encoding_unknown", file=path.name)


def _regularity(head: str, mark: str) -> int:
    lines = [line for line in head.splitlines()[:40] if line.strip()]
    return max((line.count(mark) for line in lines), default=0)


def _offset_after(text: str, records: int, delimiter: str) -> int:
    """Where the record after the first `records` begins."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(iter(lines.readline, ""), delimiter=delimiter)
    for _ in range(records):
        next(reader)
    return lines.tell()


def _rows_below(
    text: str, width: int, delimiter: str, first_number: int, path: Path
) -> tuple[pa.Table, pa.Array, tuple[tuple[int, int], ...]]:
    names = [f"c{index}" for index in range(width)]
    odd: list[pacsv.InvalidRow] = []

    def keep(row: pacsv.InvalidRow) -> str:
        odd.append(row)
        return "skip"

    if not text or text.isspace():
        return pa.table({name: pa.array([], pa.string()) for name in names}), pa.array([], pa.int64()), ()
    data = text.encode()
    options = {
        "parse_options": pacsv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values='"' in text,
            invalid_row_handler=keep,
            ignore_empty_lines=False,
        ),
        "convert_options": pacsv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=True, null_values=[""]
        ),
    }
    # Rows of another width carry no number when several threads read: a file that has any is read again by one.
    table = _read(data, pacsv.ReadOptions(column_names=names, block_size=8 * LINE_LIMIT), options, path)
    if odd:
        odd.clear()
        read = pacsv.ReadOptions(column_names=names, block_size=8 * LINE_LIMIT, use_threads=False)
        table = _read(data, read, options, path)
    if table.num_rows > ROW_LIMIT:
        raise FileRefused("file_too_long", file=path.name, limit=ROW_LIMIT)
    ragged, short = [], []
    for row in odd:
        cells = next(csv.reader([row.text], delimiter=delimiter), [])
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
        extra = [pa.array([_at(cells, index) for _, cells in short], pa.string()) for index in range(width)]
        table = pa.concat_tables([table, pa.table(extra, names=names)])
        kept = pa.concat_arrays([kept, pa.array([number for number, _ in short], pa.int64())])
    return table, kept, tuple(ragged)


def _read(data: bytes, read: pacsv.ReadOptions, options: dict[str, Any], path: Path) -> pa.Table:
    try:
        return pacsv.read_csv(pa.BufferReader(data), read_options=read, **options)
    except pa.ArrowInvalid as error:
        if "straddling" in str(error) or "too large" in str(error):
            raise FileRefused("line_too_long", file=path.name, limit=8) from error
        raise FileRefused("file_damaged", file=path.name) from error


# -- parquet -------------------------------------------------------------------------------------------------------


def _parquet(path: Path) -> Sheet:
    connection = duckdb.connect()
    try:
        relation = connection.sql("from read_parquet($path)", params={"path": str(path)})
        headers = _headers(relation.columns)
        if len(headers) > COLUMN_LIMIT:
            raise FileRefused("file_too_wide", file=path.name, sheet="", limit=COLUMN_LIMIT)
        found = connection.execute("select count(*) from read_parquet($path)", {"path": str(path)}).fetchall()[0][0]
        if found > ROW_LIMIT:
            raise FileRefused("file_too_long", file=path.name, limit=ROW_LIMIT)
        body = connection.sql(
            "select columns(*)::varchar from read_parquet($path)", params={"path": str(path)}
        ).to_arrow_table()
    except duckdb.Error as error:
        raise FileRefused("file_damaged", file=path.name) from error
    body = body.rename_columns([f"c{index}" for index in range(len(headers))])
    return Sheet("", headers, 1, body, pa.array(np.arange(2, body.num_rows + 2)))
