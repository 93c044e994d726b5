"""Workbooks (.xlsx, .xlsm, .xls, .ods) → sheets, through calamine; what it does not tell is read from the file itself."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from analytics.errors import FileRefused
from analytics.intake.archive import DAMAGE
from analytics.intake.container import GRID, UNCOMPUTED, Sheet
from analytics.intake.limits import CELL_LIMIT, COLUMN_LIMIT
from analytics.intake.table import Layout, find, is_form

_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\bhidden="(?:1|true)"[^>]*>')
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<', re.S
)
_UNCOMPUTED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>/]*><(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>'
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


@dataclass
class Marks:
    """What a sheet's own XML says beside its values: rows that are hidden, cells that hold an error or no result yet."""

    hidden: set[int] = field(default_factory=set)
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: int = 0


def read(path: Path, layout: Layout) -> tuple[list[Sheet], dict[str, Any]]:
    """Every sheet that holds a table; hidden ones and those without are named."""
    found: list[Sheet] = []
    hidden: list[str] = []
    bare: list[str] = []
    form = None
    try:
        book = CalamineWorkbook.from_path(str(path))
        if layout.sheet is not None and layout.sheet not in book.sheet_names:
            raise FileRefused("sheet_missing", file=path.name, sheet=layout.sheet, sheets=book.sheet_names)
        try:
            marks, since_1904 = _marks(path)
        except DAMAGE as error:
            raise FileRefused("file_damaged", file=path.name) from error
        for meta in book.sheets_metadata:
            if meta.typ != SheetTypeEnum.WorkSheet or layout.sheet not in (None, meta.name):
                continue
            if layout.sheet is None and meta.visible != SheetVisibleEnum.Visible:
                hidden.append(meta.name)
                continue
            grid = book.get_sheet_by_name(meta.name)
            if grid.height * grid.width > CELL_LIMIT or grid.width > COLUMN_LIMIT:
                raise FileRefused("file_too_wide", file=path.name, sheet=meta.name, limit=COLUMN_LIMIT)
            rows = _texts(grid.to_python(skip_empty_area=False) if grid.height else [])
            known = marks.get(meta.name, Marks())
            for (row, column), text in known.cells.items():
                if row < len(rows) and column < len(rows[row]):
                    rows[row][column] = text
            if is_form(rows, layout.known):
                form = meta.name
                continue
            merged = {start: end[1] - start[1] + 1 for start, end in grid.merged_cell_ranges or []}
            sheet = _sheet(meta.name, rows, layout, known, merged)
            if sheet is not None:
                found.append(sheet)
            elif rows:
                bare.append(meta.name)
    except CalamineError as error:
        raise FileRefused("file_damaged", file=path.name) from error
    if not found and form is not None:
        raise FileRefused("file_is_form", file=path.name, sheet=form)
    if not found:
        raise FileRefused("file_no_table" if not hidden else "file_all_hidden", file=path.name, sheets=hidden)
    seen: dict[str, Any] = {"form": "workbook", "hidden": hidden, "bare": [*bare, *([form] if form else [])]}
    if since_1904:
        seen["date_system"] = 1904
    return found, seen


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
        raise FileRefused("file_damaged", file=path.name) from error


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


def _sheet(
    name: str, rows: list[list[str]], layout: Layout, marks: Marks, merged: dict[tuple[int, int], int]
) -> Sheet | None:
    """A sheet from a grid of texts; None when it holds no table."""
    found = find(rows, layout, merged)
    if found is None:
        return None
    below = range(found.header_row, len(rows))
    kept, dropped = [], 0
    for at in below:
        if not any(cell and not cell.isspace() for cell in rows[at]):
            continue
        if at in marks.hidden and layout.hidden == "skip":
            dropped += 1
            continue
        kept.append(at)
    columns = [
        pa.array([(rows[at][place] or None) if place < len(rows[at]) else None for at in kept], pa.string())
        for place in found.columns
    ]
    body = pa.table(columns, names=[f"c{at}" for at in range(len(columns))])
    return Sheet(
        name, found.headers, found.header_row, body, pa.array([at + 1 for at in kept], pa.int64()), (), found.header_rows,
        found.columns, found.beside, dropped, marks.errors, True, tuple(tuple(cell.lstrip(UNCOMPUTED) for cell in row) for row in rows[:GRID]),
    )  # fmt: skip


# -- what the values do not say ------------------------------------------------------------------------------------


def _marks(path: Path) -> tuple[dict[str, Marks], bool]:
    """Sheet name → its marks, and whether its dates count from 1904; nothing for the old binary form."""
    if not zipfile.is_zipfile(path):
        return {}, False
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        try:
            if "content.xml" in names:
                return _marks_of_ods(archive), False
            if "xl/workbook.xml" not in names:
                return {}, False
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            parts = {
                one.get("Id"): one.get("Target", "")
                for one in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
            }
        except (KeyError, ElementTree.ParseError):
            return {}, False
        out = {}
        for one in book.iter():
            target = parts.get(one.get(_RELATION))
            if not one.tag.endswith("}sheet") or not target:
                continue
            inside = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            if inside in names:
                out[one.get("name", "")] = _marks_of_xlsx(archive.read(inside))
        since = any(
            one.tag.endswith("}workbookPr") and one.get("date1904") in ("1", "true", "on") for one in book.iter()
        )
        return out, since


def _marks_of_xlsx(xml: bytes) -> Marks:
    marks = Marks()
    for tag in _ROW.finditer(xml):
        place = _ROW_NUMBER.search(tag[0])
        if place:
            marks.hidden.add(int(place[1]) - 1)
    for column, row, text in _found(_ERROR, xml, b't="e"'):
        marks.cells[row, column] = text
        marks.errors += 1
    for column, row, text in _found(_UNCOMPUTED, xml, b"</f></c>", b"/></c>", b"<v></v>", b"<v/>"):
        marks.cells[row, column] = f"{UNCOMPUTED}={text}"
    return marks


def _found(pattern: re.Pattern[bytes], xml: bytes, *needed: bytes) -> Iterator[tuple[int, int, str]]:
    if not any(mark in xml for mark in needed):
        return
    for one in pattern.finditer(xml):
        place = 0
        for letter in one[1]:
            place = place * 26 + letter - 64
        yield place - 1, int(one[2]) - 1, (one[3] or b"").decode("utf-8", "replace")


def _marks_of_ods(archive: zipfile.ZipFile) -> dict[str, Marks]:
    out: dict[str, Marks] = {}
    marks, at = Marks(), 0
    with archive.open("content.xml") as handle:
        for event, node in ElementTree.iterparse(handle, ("start", "end")):
            if event == "start" and node.tag == f"{_TABLE}table":
                marks, at = Marks(), 0
                out[node.get(f"{_TABLE}name", "")] = marks
            elif event == "end" and node.tag == f"{_TABLE}table-row":
                times = int(node.get(f"{_TABLE}number-rows-repeated", "1"))
                if node.get(f"{_TABLE}visibility") in ("collapse", "filter") and times <= 1_048_576:
                    marks.hidden.update(range(at, at + times))
                at += times
                node.clear()
    return out
