"""Web pages and XML spreadsheets that call themselves workbooks → grids of texts; many systems
export these as .xls."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from analytics.errors import FileRefused
from analytics.intake.encoding import decode
from analytics.intake.limits import CELL_LIMIT
from analytics.intake.marks import Marks, Merged

SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_SS = f"{{{SPREADSHEET}}}"
HEAD = 4096
MOST_SPANNED = 16_384

Grid = tuple[str, list[list[str]], Marks]  # name, cells, marks


def form_of_text(head: bytes) -> str:
    """web, xml or text: what a file that is no workbook and no Parquet is."""
    start = head[:HEAD].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(b"<?xml") and SPREADSHEET.encode() in start:
        return "xml"
    if start.startswith(b"<") and any(
        mark in start for mark in (b"<html", b"<table", b"<!doctype html", b"<body")
    ):
        return "web"
    if start.startswith(b"mime-version:"):
        return "mail"
    return "text"


def web_grids(path: Path, encoding: str | None) -> list[Grid]:
    """Every table of a web page."""
    text, _ = decode(path.read_bytes(), path, encoding)
    page = _Page()
    page.feed(text)
    page.close()
    page.end_all()
    return [
        (f"table {number}" if len(page.done) > 1 else "", *table)
        for number, table in enumerate(page.done, 1)
    ]


class _Page(HTMLParser):
    """Collects the tables of a page, nested ones on their own."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[tuple[list[list[str]], Marks]] = []
        self._open: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._open.append(_Table())
        elif self._open and tag == "tr":
            self._open[-1].row(_is_hidden(given))
        elif self._open and tag == "col":
            self._open[-1].columns(_span(given.get("span")), _is_hidden(given))
        elif self._open and tag in ("td", "th"):
            self._open[-1].cell(_span(given.get("colspan")), _span(given.get("rowspan")))
        elif self._open and tag == "br":
            self._open[-1].text(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == "table":
            table = self._open.pop()
            if table.rows:
                self.done.append(
                    (table.rows, Marks(table.hidden, table.hidden_columns, merged=table.merged))
                )

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text(data)

    def end_all(self) -> None:
        while self._open:
            self.handle_endtag("table")


class _Table:
    """A grid that cells are put into as a page gives them, beside what spans down from above."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.merged: Merged = {}
        self.hidden: set[int] = set()
        self.hidden_columns: set[int] = set()
        self._told = 0  # columns that the table described before its rows
        self._taken: set[tuple[int, int]] = set()
        self._at: tuple[int, int] | None = None

    def columns(self, span: int, hidden: bool) -> None:
        if hidden:
            self.hidden_columns.update(range(self._told, self._told + span))
        self._told += span

    def row(self, hidden: bool = False) -> None:
        if hidden:
            self.hidden.add(len(self.rows))
        self.rows.append([])
        self._at = None

    def cell(self, across: int, down: int) -> None:
        if not self.rows:
            self.row()
        row, place = len(self.rows) - 1, len(self.rows[-1])
        while (row, place) in self._taken:
            self.rows[-1].append("")
            place += 1
        self.rows[-1] += [""] * across
        if across > 1 or down > 1:
            self.merged[row, place] = (row + down - 1, place + across - 1)
            self._taken |= {(row + y, place + x) for y in range(1, down) for x in range(across)}
        self._at = (row, place)

    def text(self, data: str) -> None:
        if self._at is not None:
            row, place = self._at
            self.rows[row][place] = " ".join(f"{self.rows[row][place]}{data}".split())


def _is_hidden(given: dict[str, str | None]) -> bool:
    style = (given.get("style") or "").replace(" ", "").lower()
    return "hidden" in given or "display:none" in style or "visibility:collapse" in style


def _span(value: str | None) -> int:
    return min(max(int(value), 1), MOST_SPANNED) if value and value.isdigit() else 1


def xml_grids(path: Path) -> list[Grid]:
    """Every sheet of an XML spreadsheet of 2003."""
    try:
        book = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError as error:
        raise FileRefused("file_damaged", file=path.name) from error
    return [
        (sheet.get(f"{_SS}Name", ""), *_xml_sheet(table))
        for sheet in book.iter(f"{_SS}Worksheet")
        if (table := sheet.find(f"{_SS}Table")) is not None
    ]


def _xml_sheet(table: ElementTree.Element) -> tuple[list[list[str]], Marks]:
    rows: list[list[str]] = []
    marks = Marks()
    column = 0
    for element in table.iter(f"{_SS}Column"):
        column = _index(element, column)
        span = 1 + int(element.get(f"{_SS}Span", "0"))
        if element.get(f"{_SS}Hidden") == "1":
            marks.hidden_columns.update(range(column, column + span))
        column += span
    for row in table.iter(f"{_SS}Row"):
        line = _index(row, len(rows))
        if line > CELL_LIMIT:
            break
        rows += [[] for _ in range(line - len(rows) + 1)]
        if row.get(f"{_SS}Hidden") == "1":
            marks.hidden.add(line)
        for cell in row.iter(f"{_SS}Cell"):
            place = _index(cell, len(rows[line]))
            if place >= MOST_SPANNED:
                break
            rows[line] += [""] * (place - len(rows[line]))
            data = cell.find(f"{_SS}Data")
            rows[line].append("" if data is None else _xml_text(data))
            across, down = (
                int(cell.get(f"{_SS}MergeAcross", "0")),
                int(cell.get(f"{_SS}MergeDown", "0")),
            )
            if across or down:
                marks.merged[line, place] = (line + down, place + across)
                rows[line] += [""] * min(across, MOST_SPANNED)
    return rows, marks


def _index(node: ElementTree.Element, following: int) -> int:
    stated = node.get(f"{_SS}Index")
    return max(int(stated) - 1, following) if stated and stated.isdigit() else following


def _xml_text(data: ElementTree.Element) -> str:
    text = "".join(data.itertext())
    kind = data.get(f"{_SS}Type")
    if kind == "DateTime":
        return text.replace("T", " ").removesuffix(".000").removesuffix(" 00:00:00")
    if kind == "Number" and text.endswith(".0"):
        return text[:-2]
    return text
