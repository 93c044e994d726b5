"""A frame with column headers → CSV (UTF-8 with BOM) or XLSX; no cell can become a formula or a link."""

from __future__ import annotations

import datetime as dt
import io
import math
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xlsxwriter

FORMULA_STARTS = "=+-@\t\r\0"
FORMATS = {
    "percent": '[<0.9995]0.0%;[<1]"<100%";0.0%',  # a share below 100 % never reads 100 %
    "score": "0.00",
    "count": "#,##0",
    "money": "#,##0.00",
    "date": "yyyy-mm-dd",
    "number": "0.00",
    "amount": "#,##0.##",
    "p": "0.0000",
    "text": "@",
}


@dataclass(frozen=True)
class Column:
    """A column of an export: where it comes from, its header, how its cells look."""

    name: str
    header: str
    format: str = "text"
    width: int | None = None


def inert(value: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe; everything else stays what it is."""
    if (
        isinstance(value, str)
        and value
        and (value[0] in FORMULA_STARTS or unicodedata.normalize("NFKC", value[0]) in FORMULA_STARTS)
    ):
        return f"'{value}"
    return value


def to_csv(frame: pd.DataFrame, columns: Sequence[Column], first: Sequence[str] = ()) -> bytes:
    """CSV with a BOM, so that a double click in Excel shows Chinese; `first` are rows of words above the header."""
    out = pd.DataFrame({column.header: [_plain(value, column) for value in frame[column.name]] for column in columns})
    text: str = out.to_csv(index=False, lineterminator="\r\n")
    above = "".join('"' + str(inert(line)).replace('"', '""') + '"\r\n' for line in first)
    return b"\xef\xbb\xbf" + (above + text).encode()


def to_xlsx(
    sheets: Mapping[str, tuple[pd.DataFrame, Sequence[Column]]], notes: Sequence[str] = (), first: Sequence[str] = ()
) -> bytes:
    """A workbook: frozen header, filter, widths; `notes` (period, rules, how it came about) on a sheet of their own at the end,
    `first` as rows of words above every header."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "bg_color": "#e8eef6",
                "border": 1,
                "border_color": "#c5cdd8",
            }
        )
        looks = {name: book.add_format({"num_format": pattern, "valign": "top"}) for name, pattern in FORMATS.items()}
        looks["text"] = book.add_format({"valign": "top", "text_wrap": True})
        for name, (frame, columns) in sheets.items():
            sheet = book.add_worksheet(_sheet_name(name))
            top = len(first)
            for row, line in enumerate(first):
                sheet.write_string(row, 0, str(inert(line)))
            for index, column in enumerate(columns):
                values = [_cell(value, column) for value in frame[column.name]]
                sheet.write_string(top, index, column.header, head)
                for row, value in enumerate(values, top + 1):
                    _write(sheet, row, index, value, looks[column.format])
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
    """A file name that says what it is and never repeats: names that repeat have served one user's rows to another."""
    safe = "".join(char if char.isalnum() or char in "-_.…" else "_" for char in stem)[:80]
    return f"{safe}_v{version}_{secrets.token_hex(3)}.{suffix}"


def _plain(value: Any, column: Column) -> Any:
    cell = _cell(value, column)
    if isinstance(cell, float):
        return (
            f"{cell:.6f}".rstrip("0").rstrip(".")
            if column.format in ("percent", "number", "amount", "p")
            else f"{cell:.2f}"
            if column.format in ("score", "money")
            else f"{cell:g}"
        )
    return "" if cell is None else cell.isoformat() if isinstance(cell, dt.date) else cell


def _cell(value: Any, column: Column) -> Any:
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
        sheet.write_string(row, column, str(value), look)


def _width(header: str, values: Sequence[Any]) -> float:
    def wide(text: str) -> float:
        return sum(1.9 if ord(char) > 0x2E7F else 1.05 for char in text)

    longest = max([wide(header), *(wide(str(value)) for value in values[:200] if value is not None)])
    return float(min(max(longest + 2, 8), 46))


def _sheet_name(name: str) -> str:
    return "".join("_" if char in "[]:*?/\\'" else char for char in name)[:31] or "Sheet"
