"""Evaluation sheets as PDF: one A4 page each where it fits, the bundled Chinese font embedded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from analytics.charts import theme
from analytics.charts.theme import rgb
from analytics.language import say
from analytics.reports import sheets
from analytics.reports.paper import ACCENT, FAINT, GREY, HEAD, INK, WHITE, Page, fit
from analytics.reports.sheets import Sheet
from analytics.text import seen, short

COLOURS = {name: rgb(colour) for name, colour in theme.QUADRANT.items()}
WIDTHS = (27, 15, 24, 22, 12, 14, 13, 16, 15, 32)
TREND_HEIGHT = 19.0
NOTES = ("comment", "advice", "remark")


def unheard(_: int) -> None:
    """Progress that nobody listens to."""


def to_pdf(
    all_sheets: Sequence[Sheet], language: str, progress: Callable[[int], None] = unheard
) -> bytes:
    """One PDF of sheets, each beginning on a page of its own; `progress` hears how many are
    done."""
    page = Page(say("sheet.title", language), language)
    for done, sheet in enumerate(all_sheets, 1):
        page.add_page()
        _sheet(page, sheet, language)
        progress(done)
    return bytes(page.output())


def _sheet(page: Page, sheet: Sheet, language: str) -> None:
    page.line_of(sheets.title(sheet, language), 15, bold=True, height=8)
    page.line_of(sheets.state_line(sheet, language), 8, colour=GREY, height=4)
    page.ln(1)
    _pairs(page, sheets.basics(sheet, language), 4)
    page.ln(1.5)
    _verdict(page, sheet, language)
    page.line_of(sheets.meaning(sheet, language), 8.5, height=4.4)
    page.ln(1)
    _indicators(page, sheet, language)
    page.line_of(sheets.category_line(sheet, language), 8.5, bold=True, height=5)
    for line in [*sheets.small_print(sheet, language), *sheets.certainty_lines(sheet, language)]:
        page.line_of(line, 7, colour=GREY, height=3.4)
    _trend(page, sheet, language)
    for kind in NOTES:
        _notes(page, sheet, kind, language)
    _signatures(page, language)
    page.line_of(sheets.rules_line(sheet, language), 7, colour=GREY, height=3.6)


def _pairs(page: Page, pairs: Sequence[tuple[str, str]], columns: int) -> None:
    width = page.epw / columns
    for first in range(0, len(pairs), columns):
        top = page.get_y()
        for column, (label, value) in enumerate(pairs[first : first + columns]):
            page.set_xy(page.l_margin + column * width, top)
            page.set_font("Noto", "", 7)
            page.set_text_color(*GREY)
            page.cell(width, 3.4, label, new_x=XPos.LEFT, new_y=YPos.NEXT)
            page.set_font("Noto", "B", 9)
            page.set_text_color(*INK)
            page.cell(width, 4.6, fit(page, short(value, 80), width - 2))
        page.set_xy(page.l_margin, top + 8.6)


def _verdict(page: Page, sheet: Sheet, language: str) -> None:
    rows = sheets.verdict(sheet, language)
    top, width = page.get_y(), page.epw / len(rows)
    page.set_fill_color(*HEAD)
    page.rect(page.l_margin, top, page.epw, 12, style="F")
    for column, (label, value) in enumerate(rows):
        page.set_xy(page.l_margin + column * width + 2, top + 1)
        page.set_font("Noto", "", 7)
        page.set_text_color(*GREY)
        page.cell(width - 2, 3.6, label, new_x=XPos.LEFT, new_y=YPos.NEXT)
        last = column == len(rows) - 1
        long = len(value) > 14
        page.set_font("Noto", "B", 7.5 if long else 12)
        page.set_text_color(*(COLOURS.get(sheet["quadrant"], INK) if last else INK))
        if long:
            page.multi_cell(width - 4, 3.2, value)
        else:
            page.cell(width - 2, 6.4, value)
    page.set_xy(page.l_margin, top + 13.5)


def _indicators(page: Page, sheet: Sheet, language: str) -> None:
    page.set_font("Noto", "", 7)
    page.set_text_color(*INK)
    page.set_draw_color(*FAINT)
    page.set_fill_color(*WHITE)
    head = FontFace(family="Noto", emphasis="BOLD", size_pt=7, color=INK, fill_color=HEAD)
    aligns = ("LEFT", *["RIGHT"] * 8, "LEFT")
    with page.table(
        col_widths=WIDTHS,
        text_align=aligns,
        line_height=3.5,
        headings_style=head,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        padding=0.7,
    ) as table:
        row = table.row()
        for name in sheets.COLUMNS:
            row.cell(say(f"sheet.column_{name}", language))
        for cells in sheets.indicator_rows(sheet, language):
            row = table.row()
            for name in sheets.COLUMNS:
                row.cell(seen(cells[name]))
    page.ln(1)


def _trend(page: Page, sheet: Sheet, language: str) -> None:
    """Small lines of the last twelve months for the two indicators of the quadrant."""
    drawn = []
    for name in (sheet["cut"][axis][0] for axis in ("x", "y")):
        months = [month for month in sheet["trend"] if month["indicator"] == name]
        if sum(month["whose"] == "agent" for month in months) > 1:
            drawn.append((sheets.item_of(sheet, name), months))
    if not drawn:
        return
    top, width = page.get_y() + 1, page.epw / 2 - 3
    for column, (item, months) in enumerate(drawn):
        if item is not None:
            left = page.l_margin + column * (width + 6)
            _lines(page, item, months, _Frame(left, top, width), language)
    page.set_line_width(0.2)
    page.set_draw_color(*FAINT)
    page.set_xy(page.l_margin, top + TREND_HEIGHT + 4.5)


@dataclass(frozen=True)
class _Frame:
    """Where a small picture stands on the page, in millimetres."""

    left: float
    top: float
    width: float


def _lines(
    page: Page,
    item: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    frame: _Frame,
    language: str,
) -> None:
    """An indicator of the agent and of the team, month by month."""
    page.set_xy(frame.left, frame.top)
    page.set_font("Noto", "B", 7.5)
    page.set_text_color(*INK)
    title = say("sheet.trend", language, indicator=short(item["label"][language]))
    page.cell(frame.width, 4, title)
    months = sorted({row["month"] for row in rows})
    values = [row["value"] for row in rows]
    low, high = min(values), max(values)

    def place(row: Mapping[str, Any]) -> tuple[float, float]:
        along = months.index(row["month"]) / max(len(months) - 1, 1)
        below = 1 - (row["value"] - low) / ((high - low) or 1.0)
        return (
            frame.left + 14 + along * (frame.width - 18),
            frame.top + 5 + (TREND_HEIGHT - 5) * below,
        )

    page.set_font("Noto", "", 6)
    page.set_text_color(*GREY)
    for value, y in ((high, frame.top + 3.5), (low, frame.top + TREND_HEIGHT - 1.5)):
        page.set_xy(frame.left, y)
        page.cell(13, 3, sheets.of_item(item, value, language), align="R")
    for whose, colour, thick in (("team", GREY, 0.2), ("agent", ACCENT, 0.45)):
        line = [row for row in rows if row["whose"] == whose]
        corners = [place(row) for row in sorted(line, key=lambda row: row["month"])]
        page.set_draw_color(*colour)
        page.set_line_width(thick)
        if len(corners) > 1:
            page.polyline(corners)
    page.set_xy(frame.left + 14, frame.top + TREND_HEIGHT)
    legend = f"{months[0]} – {months[-1]} · {say('sheet.trend_lines', language)}"
    page.cell(frame.width - 18, 3, legend)


def _notes(page: Page, sheet: Sheet, kind: str, language: str) -> None:
    page.line_of(say(f"sheet.note_{kind}", language), 8.5, bold=True, height=5)
    notes = [note for note in sheet.get("notes", []) if note["kind"] == kind]
    if not notes:
        top = page.get_y()
        page.set_draw_color(*FAINT)
        page.line(page.l_margin, top + 5, page.l_margin + page.epw, top + 5)
        page.set_y(top + 6.5)
    for note in notes:
        page.line_of(
            f"{note['text']}  — {sheets.who(note['author'], language)}, {note['at']}",
            8.5,
            height=4.2,
        )


def _signatures(page: Page, language: str) -> None:
    page.ln(2)
    top, width = page.get_y() + 6, page.epw / 3
    page.set_draw_color(*GREY)
    page.set_font("Noto", "", 7.5)
    page.set_text_color(*GREY)
    for column, name in enumerate(("agent", "supervisor", "date")):
        left = page.l_margin + column * width
        page.line(left, top, left + width - 8, top)
        page.set_xy(left, top + 0.5)
        page.cell(width - 8, 4, say(f"sheet.sign_{name}", language))
    page.set_xy(page.l_margin, top + 6)
