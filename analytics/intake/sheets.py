"""Opens a file by its content: the one place that knows every form."""

from __future__ import annotations

from pathlib import Path

from analytics.errors import FileRefused
from analytics.intake import archive, delimited, markup, parquet, workbook
from analytics.intake.container import Sheet, form_of
from analytics.intake.table import Layout, plain
from analytics.intake.understood import Seen


def sheets(path: Path, layout: Layout) -> tuple[list[Sheet], Seen]:
    """Every readable sheet and what was seen on the way (form, encoding, hidden sheets)."""
    form = _form(path)
    if form == "parquet":
        return [parquet.read(path)], Seen("parquet")
    if form == "zip" and archive.check(path):
        raise FileRefused("archive_whole", file=path.name)
    if form in ("zip", "workbook"):
        return workbook.read(path, layout)
    if form in ("web", "xml"):
        return _markup(path, form, layout), Seen(form)
    sheet, encoding, delimiter = delimited.read(path, layout)
    return [sheet], Seen("text", encoding, delimiter)


def grids(path: Path, layout: Layout) -> list[tuple[str, bool, list[list[str]]]]:
    """Every sheet as it stands in the file: its name, whether it is hidden, its cells as texts."""
    form = _form(path)
    if form == "parquet":
        sheet = parquet.read(path)
        rows = [[cell or "" for cell in row.values()] for row in sheet.body.to_pylist()]
        return [("", False, [list(sheet.headers), *rows])]
    if form in ("web", "xml"):
        return [(name, False, rows) for name, rows, _ in _grids(path, form, layout)]
    return (
        workbook.grids(path)
        if form in ("zip", "workbook")
        else [("", False, delimited.grid(path, layout))]
    )


def members(path: Path, out: Path) -> list[Path]:
    """The files that an archive holds, unpacked below `out`; the file itself when it is none."""
    return archive.unpack(path, out) if _form(path) == "zip" and archive.check(path) else [path]


def _markup(path: Path, form: str, layout: Layout) -> list[Sheet]:
    """The sheets of a web page or XML spreadsheet."""
    read = (
        workbook.sheet_of(name, rows, layout, marks)
        for name, rows, marks in _grids(path, form, layout)
        if layout.sheet in (None, name)
    )
    tables = [sheet for sheet in read if sheet is not None]
    recognised = [
        sheet
        for sheet in tables
        if any(plain(header) in layout.recognised for header in sheet.headers)
    ]
    if not tables:
        raise FileRefused("file_no_table", file=path.name)
    return recognised or tables


def _grids(path: Path, form: str, layout: Layout) -> list[markup.Grid]:
    return markup.web_grids(path, layout.encoding) if form == "web" else markup.xml_grids(path)


def _form(path: Path) -> str:
    with path.open("rb") as handle:
        head = handle.read(markup.HEAD)
    form = form_of(head[:8], path)
    form = markup.form_of_text(head) if form == "text" else form
    if form == "mail":
        raise FileRefused("file_is_mail", file=path.name)
    return form
