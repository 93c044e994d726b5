"""Workbooks (.xlsx, .xlsm, .xls, .ods) → sheets, through calamine; what it does not tell is read
from the file itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from analytics.errors import FileRefused
from analytics.intake.archive import DAMAGE
from analytics.intake.container import GRID, UNCOMPUTED, Sheet
from analytics.intake.finding import find, is_form
from analytics.intake.formats import shown
from analytics.intake.limits import CELL_LIMIT, COLUMN_LIMIT
from analytics.intake.marks import Marks, is_locked, marks_of
from analytics.intake.table import Layout, letter
from analytics.intake.understood import Seen

_NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?")


def read(path: Path, layout: Layout) -> tuple[list[Sheet], Seen]:
    """Every sheet that holds a table; hidden ones and those without are named."""
    sheets: list[Sheet] = []
    bare: list[str] = []
    form = None
    try:
        book = CalamineWorkbook.from_path(str(path))
        if layout.sheet is not None and layout.sheet not in book.sheet_names:
            raise FileRefused(
                "sheet_missing", file=path.name, sheet=layout.sheet, sheets=book.sheet_names
            )
        marks, since_1904 = _marks(path)
        names, hidden = _worksheets(book, layout)
        for name in names:
            rows = _rows(book, name, marks.setdefault(name, Marks()), path)
            if is_form(rows, layout.recognised):
                form = name
                continue
            sheet = sheet_of(name, rows, layout, marks[name])
            if sheet is not None:
                sheets.append(sheet)
            elif rows:
                bare.append(name)
    except CalamineError as error:
        raise _refusal(error, path) from error
    if form is not None:
        bare.append(form)
    if not sheets:
        raise _without_table(path, form, hidden)
    seen = Seen(
        "workbook",
        hidden=tuple(hidden),
        bare=tuple(bare),
        date_system=1904 if since_1904 else None,
    )
    return sheets, seen


def _worksheets(book: CalamineWorkbook, layout: Layout) -> tuple[list[str], list[str]]:
    """The names of the sheets to read, and of those that are hidden and not asked for."""
    visible, hidden = [], []
    for meta in book.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet or layout.sheet not in (None, meta.name):
            continue
        if layout.sheet is None and meta.visible != SheetVisibleEnum.Visible:
            hidden.append(meta.name)
        else:
            visible.append(meta.name)
    return visible, hidden


def _marks(path: Path) -> tuple[dict[str, Marks], bool]:
    try:
        return marks_of(path)
    except DAMAGE as error:
        raise FileRefused("file_damaged", file=path.name) from error


def _rows(book: CalamineWorkbook, name: str, marks: Marks, path: Path) -> list[list[str]]:
    """The cells of a sheet as texts, with what its marks say of them."""
    grid = book.get_sheet_by_name(name)
    if grid.height * grid.width > CELL_LIMIT or grid.width > COLUMN_LIMIT:
        raise FileRefused("file_too_wide", file=path.name, sheet=name, limit=COLUMN_LIMIT)
    rows = _texts(grid.to_python(skip_empty_area=False) if grid.height else [])
    marks.merged = marks.merged or dict(grid.merged_cell_ranges or [])
    for (row, column), text in marks.cells.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    _show(rows, marks)
    return rows


def _without_table(path: Path, form: str | None, hidden: list[str]) -> FileRefused:
    if form is not None:
        return FileRefused("file_is_form", file=path.name, sheet=form)
    key = "file_all_hidden" if hidden else "file_no_table"
    return FileRefused(key, file=path.name, sheets=hidden)


def grids(path: Path) -> list[tuple[str, bool, list[list[str]]]]:
    """Every sheet's name, whether it is hidden, and its cells as texts."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        return [
            (
                meta.name,
                meta.visible != SheetVisibleEnum.Visible,
                _texts(book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)),
            )
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except CalamineError as error:
        raise _refusal(error, path) from error


def _show(rows: list[list[str]], marks: Marks) -> None:
    """Write beside a number what only its format shows: a percent sign, 万, a currency."""
    for (column, word), places in marks.words.items():
        for row in places:
            if row < len(rows) and column < len(rows[row]) and _NUMBER.fullmatch(rows[row][column]):
                rows[row][column] = shown(rows[row][column], word)


def _refusal(error: CalamineError, path: Path) -> FileRefused:
    locked = "password" in str(error).lower() or is_locked(path)
    return FileRefused("file_locked" if locked else "file_damaged", file=path.name)


def _texts(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    return [[value if type(value) is str else _text(value) for value in row] for row in rows]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def sheet_of(name: str, rows: list[list[str]], layout: Layout, marks: Marks) -> Sheet | None:
    """A sheet from a grid of texts; None when it holds no table."""
    skip = layout.hidden == "skip"
    if skip and marks.hidden_columns:
        rows = [
            ["" if place in marks.hidden_columns else cell for place, cell in enumerate(row)]
            for row in rows
        ]
    spans = {start: end[1] - start[1] + 1 for start, end in marks.merged.items()}
    table = find(rows, layout, spans)
    if table is None:
        return None
    filled = _fill(rows, table.header_row, marks)
    kept, dropped = [], 0
    for place in range(table.header_row, len(rows)):
        if not any(cell and not cell.isspace() for cell in rows[place]):
            continue
        if place in marks.hidden and skip:
            dropped += 1
            continue
        kept.append(place)
    columns = [
        pa.array(
            [(rows[row][column] or None) if column < len(rows[row]) else None for row in kept],
            pa.string(),
        )
        for column in table.columns
    ]
    body = pa.table(columns, names=[f"c{index}" for index in range(len(columns))])
    return Sheet(
        name,
        table.headers,
        table.header_row,
        body,
        pa.array([row + 1 for row in kept], pa.int64()),
        (),
        table.header_rows,
        table.columns,
        table.beside,
        dropped,
        marks.errors,
        True,
        tuple(tuple(cell.lstrip(UNCOMPUTED) for cell in row) for row in rows[:GRID]),
        merged={
            header: filled[place]
            for header, place in zip(table.headers, table.columns, strict=True)
            if place in filled
        },
        hidden_columns=tuple(letter(place) for place in sorted(marks.hidden_columns))
        if skip
        else (),
    )


def _fill(rows: list[list[str]], start: int, marks: Marks) -> dict[int, int]:
    """Write a merged cell's text into every row it spans below the header; column → how many cells
    were filled."""
    filled: dict[int, int] = {}
    for (top, left), (bottom, right) in marks.merged.items():
        if (
            top < start
            or bottom == top
            or top >= len(rows)
            or left >= len(rows[top])
            or not rows[top][left]
        ):
            continue
        for row in rows[top : bottom + 1]:
            row.extend([""] * (right + 1 - len(row)))
            for place in range(left, right + 1):
                if not row[place]:
                    row[place] = rows[top][left]
                    filled[place] = filled.get(place, 0) + 1
    return filled
