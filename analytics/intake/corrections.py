"""A copy of the user's own workbook to mend and load again: bad cells coloured, the reason as a
comment on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from analytics.errors import FileRefused
from analytics.intake.container import Sheet
from analytics.intake.sheets import grids
from analytics.intake.table import Layout, plain
from analytics.intake.understood import Problem
from analytics.language import say

ROWS = 300_000
BAD = PatternFill("solid", start_color="FFFFC7CE", end_color="FFFFC7CE")
HEAD = PatternFill("solid", start_color="FFE8EEF6", end_color="FFE8EEF6")


def marked(
    path: Path,
    layout: Layout,
    sheets: Sequence[Sheet],
    problems: Sequence[Problem],
    language: str,
) -> openpyxl.Workbook:
    """The workbook, of problems that name their header each; a form that is no .xlsx becomes one,
    its cells as text."""
    book = _own(path) or _made(path, layout)
    read = {sheet.name: sheet for sheet in sheets}
    for problem in problems:
        sheet = read[problem.sheet]
        target = book[_title(problem.sheet, book)]
        row = problem.row or sheet.header_row
        _mark(
            target.cell(row, _column(problem.header, sheet)),
            say(f"issue.{problem.reason}", language),
        )
    _list(book, problems, language)
    return book


def _own(path: Path) -> openpyxl.Workbook | None:
    """The user's own workbook with its looks; None for what is no .xlsx or .xlsm."""
    with path.open("rb") as handle:
        if not handle.read(4).startswith(b"PK"):
            return None
    try:
        return openpyxl.load_workbook(path)
    except (KeyError, ValueError, OSError, openpyxl.utils.exceptions.InvalidFileException):
        return None


def _made(path: Path, layout: Layout) -> openpyxl.Workbook:
    """A new workbook with the same cells in the same places, all of them text."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, hidden, rows in grids(path, layout):
        if len(rows) > ROWS:
            raise FileRefused("corrections_too_long", file=path.name, limit=f"{ROWS:,}")
        sheet = book.create_sheet(name or "Sheet1")
        sheet.sheet_state = "hidden" if hidden else "visible"
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row, 1):
                if value:
                    _text(sheet.cell(line, place), value)
    return book


def _text(cell: Cell, value: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_767]
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = value.startswith(("=", "+", "-", "@"))


def _title(name: str, book: openpyxl.Workbook) -> str:
    return name if name in book.sheetnames else book.sheetnames[0]


def _column(header: str, sheet: Sheet) -> int:
    places = {
        plain(header): place + 1 for header, place in zip(sheet.headers, sheet.columns, strict=True)
    }
    return places.get(plain(header), sheet.columns[0] + 1)


def _mark(cell: Any, reason: str) -> None:
    if not isinstance(
        cell, Cell
    ):  # the covered part of a merged cell can hold neither colour nor comment
        return
    cell.fill = BAD
    said = cell.comment.text if cell.comment else ""
    if reason not in said.split("\n"):
        cell.comment = Comment(
            f"{said}\n{reason}".strip(), say("app.title", "zh"), width=320, height=90
        )


def _list(book: openpyxl.Workbook, problems: Iterable[Problem], language: str) -> None:
    """A sheet that lists every problem, after the user's own."""
    sheet = book.create_sheet(say("data.corrections_sheet", language))
    for place, (key, width) in enumerate(
        (("sheet", 18), ("row", 8), ("header", 22), ("cell", 28), ("times", 8), ("reason", 60)), 1
    ):
        cell = sheet.cell(1, place, say(f"data.{key}", language))
        cell.font, cell.fill = Font(bold=True), HEAD
        sheet.column_dimensions[cell.column_letter].width = width
    for row, problem in enumerate(problems, 2):
        values = (
            problem.sheet,
            problem.row,
            problem.header,
            problem.value,
            problem.count,
            say(f"issue.{problem.reason}", language),
        )
        for column, value in enumerate(values, 1):
            if isinstance(value, str):
                _text(sheet.cell(row, column), value)
            elif value is not None:
                sheet.cell(row, column, value)
    sheet.freeze_panes = "A2"
