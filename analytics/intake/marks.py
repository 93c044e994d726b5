"""What a workbook's own file says beside its values: what is hidden, an error or merged, and how
its numbers are shown."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from analytics.intake.container import UNCOMPUTED
from analytics.intake.formats import telling, word_of

_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\bhidden="(?:1|true)"[^>]*>')
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(min|max|hidden)="([^"]*)"')
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>'
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<",
    re.S,
)
_UNCOMPUTED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>/]*><(?:\w+:)?f\b[^>]*?'
    rb"(?:/>|>([^<]*)</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_STYLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*?\bs="(\d+)"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_ZEROS = re.compile(r"0\d+")  # a number shown with zeros in front
PERCENT_FORMATS = {9: "0%", 10: "0.00%"}  # of every workbook

Merged = dict[
    tuple[int, int], tuple[int, int]
]  # (row, column) of the corner → (row, column) of the last cell


@dataclass
class Marks:
    """One sheet's marks, by row and column from 0."""

    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: int = 0
    words: dict[tuple[int, str], list[int]] = field(
        default_factory=dict
    )  # column, what its formats write beside numbers → rows
    merged: Merged = field(default_factory=dict)


def marks_of(path: Path) -> tuple[dict[str, Marks], bool]:
    """Sheet name → its marks, and whether its dates count from 1904."""
    if not _begins_as_archive(path):
        return _marks_of_xls(path), False
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        try:
            if "content.xml" in names:
                return _marks_of_ods(archive), False
            if "xl/workbook.xml" not in names:
                return {}, False
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            parts = {
                relation.get("Id"): relation.get("Target", "")
                for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
            }
            words = _styles(archive) if "xl/styles.xml" in names else {}
        except (KeyError, ElementTree.ParseError):
            return {}, False
        out = {}
        for element in book.iter():
            target = parts.get(element.get(_RELATION))
            if not element.tag.endswith("}sheet") or not target:
                continue
            inside = (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            )
            if inside in names:
                out[element.get("name", "")] = _marks_of_xlsx(archive.read(inside), words)
        since = any(
            element.tag.endswith("}workbookPr") and element.get("date1904") in ("1", "true", "on")
            for element in book.iter()
        )
        return out, since


def _begins_as_archive(path: Path) -> bool:
    """By the first bytes: a workbook of the old form may hold an archive near its end (its theme),
    which zipfile would find."""
    with path.open("rb") as handle:
        return handle.read(2) == b"PK"


def is_locked(path: Path) -> bool:
    """Whether a compound file is a workbook locked with a password: its content is encrypted as a
    whole."""
    with path.open("rb") as handle:
        return "EncryptedPackage".encode("utf-16-le") in handle.read(4 * 1024**2)


def _styles(archive: zipfile.ZipFile) -> dict[int, str]:
    """The places in the list of cell formats that write something beside the number: a percent
    sign, a currency, a unit."""
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    own = PERCENT_FORMATS | {
        int(element.get("numFmtId", "0")): element.get("formatCode", "")
        for element in styles.iter()
        if element.tag.endswith("}numFmt")
    }
    formats = next((element for element in styles if element.tag.endswith("}cellXfs")), ())
    return telling(
        {
            style: word_of(own.get(int(element.get("numFmtId", "0")), ""))
            for style, element in enumerate(formats)
        }
    )


def _marks_of_xlsx(xml: bytes, words: dict[int, str]) -> Marks:
    marks = Marks()
    for tag in _ROW.finditer(xml):
        place = _ROW_NUMBER.search(tag[0])
        if place:
            marks.hidden.add(int(place[1]) - 1)
    for tag in _COLUMN.finditer(xml[: xml.find(b"<sheetData")]):
        given = dict(_ATTRIBUTE.findall(tag[0]))
        if given.get(b"hidden") in (b"1", b"true"):
            first, last = int(given.get(b"min", b"1")), int(given.get(b"max", b"1"))
            marks.hidden_columns.update(range(first - 1, min(last, 16_384)))
    for column, row, text in _found(_ERROR, xml, b't="e"'):
        marks.cells[row, column] = text
        marks.errors += 1
    for column, row, text in _found(_UNCOMPUTED, xml, b"</f></c>", b"/></c>", b"<v></v>", b"<v/>"):
        marks.cells[row, column] = f"{UNCOMPUTED}={text}"
    for cell in _STYLED.finditer(xml) if words else ():
        if word := words.get(int(cell[3])):
            marks.words.setdefault((_column(cell[1]), word), []).append(int(cell[2]) - 1)
    return marks


def _found(
    pattern: re.Pattern[bytes], xml: bytes, *needed: bytes
) -> Iterator[tuple[int, int, str]]:
    if not any(mark in xml for mark in needed):
        return
    for cell in pattern.finditer(xml):
        yield _column(cell[1]), int(cell[2]) - 1, (cell[3] or b"").decode("utf-8", "replace")


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def _marks_of_ods(archive: zipfile.ZipFile) -> dict[str, Marks]:
    out: dict[str, Marks] = {}
    marks, line, column = Marks(), 0, 0
    with archive.open("content.xml") as handle:
        for event, node in ElementTree.iterparse(handle, ("start", "end")):
            if event == "start" and node.tag == f"{_TABLE}table":
                marks, line, column = Marks(), 0, 0
                out[node.get(f"{_TABLE}name", "")] = marks
            elif event == "start" and node.tag == f"{_TABLE}table-column":
                times = min(int(node.get(f"{_TABLE}number-columns-repeated", "1")), 16_384)
                if node.get(f"{_TABLE}visibility") in ("collapse", "filter"):
                    marks.hidden_columns.update(range(column, column + times))
                column += times
            elif event == "end" and node.tag == f"{_TABLE}table-row":
                times = int(node.get(f"{_TABLE}number-rows-repeated", "1"))
                if node.get(f"{_TABLE}visibility") in ("collapse", "filter") and times <= 1_048_576:
                    marks.hidden.update(range(line, line + times))
                _cells_of_ods(node, marks, line)
                line += times
                node.clear()
    return out


def _cells_of_ods(row: Any, marks: Marks, line: int) -> None:
    """Spans, percents and currencies of one row."""
    place = 0
    for cell in row:
        times = min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), 16_384)
        down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        right = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
        if down > 1 or right > 1:
            marks.merged[line, place] = (line + down - 1, place + right - 1)
        word = (
            "%"
            if cell.get(f"{_OFFICE}value-type") == "percentage"
            else cell.get(f"{_OFFICE}currency")
        )
        if word is None and cell.get(f"{_OFFICE}value-type") == "float":
            text = "".join(cell.itertext())
            word = "0" * len(text) if _ZEROS.fullmatch(text) else None
        if word:
            for column in range(place, place + times):
                marks.words.setdefault((column, word), []).append(line)
        place += times


def _marks_of_xls(path: Path) -> dict[str, Marks]:
    """The old binary form, through xlrd: calamine tells neither what is hidden in it nor its
    formats."""
    import xlrd  # only the old form needs it

    try:
        book = xlrd.open_workbook(str(path), formatting_info=True)
    except Exception:  # noqa: BLE001 - what xlrd cannot read is read without its marks
        return {}
    words = telling(
        {
            style: word_of(book.format_map[style_record.format_key].format_str)
            for style, style_record in enumerate(book.xf_list)
            if style_record.format_key in book.format_map
        }
    )
    out = {}
    for sheet in book.sheets():
        marks = Marks(
            hidden={row for row, info in sheet.rowinfo_map.items() if info.hidden},
            hidden_columns={column for column, info in sheet.colinfo_map.items() if info.hidden},
            merged={
                (top, left): (bottom - 1, right - 1)
                for top, bottom, left, right in sheet.merged_cells
            },
        )
        for column in range(sheet.ncols):
            for row in range(sheet.nrows if words else 0):
                if word := words.get(sheet.cell_xf_index(row, column)):
                    marks.words.setdefault((column, word), []).append(row)
        out[sheet.name] = marks
    return out
