"""Tables (a frame and its columns), and the files they become: CSV (UTF-8 with BOM) or XLSX; no
cell can become a formula or a link."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import secrets
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from analytics.charts.theme import PAPER_HEAD, PAPER_LINE
from analytics.text import one_line

# The last begins a call of another program in old spreadsheets.
FORMULA_STARTS = frozenset("=+-@\t\r\n\0|")
LONGEST = 32_767  # characters that a cell of a workbook may have
FORMATS = {
    "percent": '[<0.9995]0.0%;[<1]"<100%";0.0%',  # a share below 100 % never reads 100 %
    "score": "0.00",
    "count": "#,##0",
    "money": "#,##0",
    "date": "yyyy-mm-dd",
    "number": "0.00",
    "amount": "#,##0.00",  # of whole ones as a count: #,##0.## would leave a point behind them
    "p": "General",  # the smallest chance is never nought
    "text": "@",
    "figure": "@",  # a figure in words, with its sign and unit
}


@dataclass(frozen=True)
class Column:
    """A column of a table: where it comes from, its header, how its cells look, and whether only
    the page shows it (words) or only the file has it (numbers for machines)."""

    name: str
    header: str
    format: str = "text"
    width: int | None = None
    only: Literal["page", "file"] | None = None


@dataclass(frozen=True)
class Table:
    """A list, made once for page, export and command: a frame, and its columns for readers."""

    frame: pd.DataFrame
    columns: Sequence[Column]

    @property
    def shown(self) -> list[Column]:
        """The columns that a page shows."""
        return [column for column in self.columns if column.only != "file"]

    @property
    def exported(self) -> list[Column]:
        """The columns that a file has."""
        return [column for column in self.columns if column.only != "page"]

    def holding(self, frame: pd.DataFrame) -> Table:
        """The same columns of another frame."""
        return Table(frame, self.columns)

    def narrowed(self, names: Collection[str]) -> Table:
        """The same frame with some of its columns."""
        return Table(self.frame, [column for column in self.columns if column.name in names])


def inert(value: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe, also where blanks or unseen characters
    stand before the sign, or it is a wide one; everything else, numbers above all, stays what it
    is."""
    if not isinstance(value, str) or not value:
        return value
    first = unicodedata.normalize("NFKC", one_line(value[:64])[:1])
    return f"'{value}" if value[0] in FORMULA_STARTS or first in FORMULA_STARTS else value


def inert_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every cell of text, and every header, inert."""
    out = frame.copy()
    for name in out.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in out.dtypes]]:
        out[name] = [inert(value) for value in out[name]]
    return out.rename(columns=inert)


def to_csv(table: Table, first: Sequence[str] = ()) -> bytes:
    """CSV with a BOM, so that a double click in Excel shows Chinese; `first` are rows of words
    above the header."""
    columns = table.exported
    cells = [[_plain(value, column) for value in table.frame[column.name]] for column in columns]
    out = pd.DataFrame(dict(enumerate(cells)))
    headers = [str(inert(column.header)) for column in columns]
    text: str = out.to_csv(index=False, header=headers, lineterminator="\r\n")
    above = "".join('"' + str(inert(line)).replace('"', '""') + '"\r\n' for line in first)
    return b"\xef\xbb\xbf" + (above + text).encode()


def to_xlsx(
    sheets: Mapping[str, Table],
    notes: Sequence[str] = (),
    first: Sequence[str] = (),
) -> bytes:
    """A workbook: frozen header, filter, widths; `notes` (period, rules, how it came about) on a
    sheet of their own at the end, `first` as rows of words above every header."""
    import xlsxwriter  # slow to import

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "bg_color": PAPER_HEAD,
                "border": 1,
                "border_color": PAPER_LINE,
            }
        )
        looks = {
            name: book.add_format({"num_format": pattern, "valign": "top"})
            for name, pattern in FORMATS.items()
        }
        looks["text"] = book.add_format({"valign": "top", "text_wrap": True})
        for name, table in sheets.items():
            frame, columns = table.frame, table.exported
            sheet = book.add_worksheet(_sheet_name(name))
            top = len(first)
            for row, line in enumerate(first):
                sheet.write_string(row, 0, str(inert(line)))
            for index, column in enumerate(columns):
                values = [_cell(value) for value in frame[column.name]]
                sheet.write_string(top, index, str(inert(column.header)), head)
                for row, value in enumerate(values, top + 1):
                    _write(sheet, row, index, value, looks[_look(value, column.format)])
                sheet.set_column(index, index, column.width or _width(column.header, values))
            sheet.freeze_panes(top + 1, 1)
            if columns:
                sheet.autofilter(top, 0, top + max(len(frame), 1), len(columns) - 1)
        if notes:
            sheet = book.add_worksheet(_sheet_name("说明 Notes"))
            sheet.set_column(0, 0, 110)
            for row, note in enumerate(notes):
                sheet.write_string(row, 0, str(inert(note)), looks["text"])
    return buffer.getvalue()


def export_name(stem: str, version: int, suffix: str) -> str:
    """A file name that says what it is and never repeats: names that repeat have served one user's
    rows to another."""
    safe = "".join(char if char.isalnum() or char in "-_.…" else "_" for char in one_line(stem))[
        :80
    ].lstrip(".")
    kind = re.sub("[^0-9A-Za-z]", "", suffix)[:8]
    return f"{safe}_v{version}_{secrets.token_hex(3)}.{kind or 'bin'}"


def _plain(value: Any, column: Column) -> Any:
    cell = _cell(value)
    if isinstance(cell, float):
        match column.format:
            case "percent":
                return _short(_below_whole(cell), 4)
            case "number" | "amount":
                return _short(cell, 6)
            case "money":
                return f"{cell:.2f}".removesuffix(".00")
            case "score":
                return f"{cell:.2f}"
        return f"{cell:.6g}"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return "" if cell is None else cell


def _short(value: float, decimals: int) -> str:
    """So many decimals at most, and no noughts behind."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".")


def _below_whole(share: float) -> float:
    """A share below 1 that rounding would make whole, cut instead."""
    return 0.9999 if 0.9999 < share < 1.0 else share


def _look(value: Any, form: str) -> str:
    """How a cell of a column looks: of amounts whole ones as counts."""
    whole = isinstance(value, (int, float)) and float(value).is_integer()
    return "count" if form == "amount" and whole else form


def _cell(value: Any) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        return value.date()
    if isinstance(value, (list, tuple)):
        value = "、".join(str(part) for part in value)
    if hasattr(value, "item"):
        value = value.item()
    return inert(value) if isinstance(value, str) else value


def _write(sheet: Any, row: int, column: int, value: Any, look: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, look)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, look)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), look)
    else:
        sheet.write_string(row, column, str(value)[:LONGEST], look)


def _width(header: str, values: Sequence[Any]) -> float:
    def wide(text: str) -> float:
        return sum(1.9 if ord(char) > 0x2E7F else 1.05 for char in text)

    longest = max(
        [wide(header), *(wide(str(value)) for value in values[:200] if value is not None)]
    )
    return float(min(max(longest + 2, 8), 46))


def _sheet_name(name: str) -> str:
    safe = "".join("_" if char in "[]:*?/\\'" else char for char in one_line(name))[:31]
    if safe.lower() == "history":  # a spreadsheet keeps that name for itself
        return f"{safe}_"
    return safe or "Sheet"
