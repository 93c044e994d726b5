"""Evaluation sheets as a workbook or a ZIP; a coaching plan as a calendar."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from icalendar import Calendar, Event

from analytics.charts.theme import PAPER_GREY, PAPER_HEAD, PAPER_LINE
from analytics.language import say
from analytics.people import Talk
from analytics.reports import sheets
from analytics.reports.sheet_pdf import NOTES, to_pdf, unheard
from analytics.reports.sheets import Sheet
from analytics.reports.tables import inert
from analytics.text import one_line, seen

WIDTHS = (20, 14, 20, 16, 9, 9, 11, 13, 13, 40)
LAST_COLUMN = len(WIDTHS) - 1


def to_workbook(
    all_sheets: Sequence[Sheet], language: str, progress: Callable[[int], None] = unheard
) -> bytes:
    """One workbook, one worksheet an agent; numbers stay numbers where they are one."""
    import xlsxwriter  # slow to import

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        looks = {
            "title": book.add_format({"bold": True, "font_size": 15}),
            "head": book.add_format(
                {
                    "bold": True,
                    "bg_color": PAPER_HEAD,
                    "text_wrap": True,
                    "border": 1,
                    "border_color": PAPER_LINE,
                    "valign": "top",
                }
            ),
            "label": book.add_format({"font_color": PAPER_GREY}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "strong": book.add_format({"bold": True}),
            "score": book.add_format({"num_format": "0.0", "valign": "top"}),
            "grey": book.add_format({"font_color": PAPER_GREY, "text_wrap": True}),
        }
        taken: set[str] = set()
        for done, sheet in enumerate(all_sheets, 1):
            _Worksheet(book.add_worksheet(_title(sheet, taken)), looks, sheet, language).fill()
            progress(done)
    return buffer.getvalue()


def to_zip(
    all_sheets: Sequence[Sheet], language: str, progress: Callable[[int], None] = unheard
) -> bytes:
    """A ZIP of one PDF an agent."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, sheet in enumerate(all_sheets, 1):
            agent, period = sheet["agent"], sheet["period"]
            parts = agent["agent_id"], agent["name"] or "", period["from"], period["to"]
            marks = [say("app.sample_mark", language)] if sheet.get("sample") else []
            name = re.sub(r"[^\w\-.]", "_", "_".join([*marks, *parts]))
            archive.writestr(f"{name}.pdf", to_pdf([sheet], language))
            progress(done)
    return buffer.getvalue()


def _title(sheet: Sheet, taken: set[str]) -> str:
    """The name of a worksheet: short, without what a workbook refuses, and not given twice."""
    agent = sheet["agent"]
    named = re.sub(r"[\[\]:*?/\\']", "_", f"{agent['name'] or ''} {agent['agent_id']}")
    base = named[:28].strip() or "Sheet"
    name, copies = base, 1
    while name.lower() in taken:
        copies += 1
        name = f"{base[:26]}~{copies}"
    taken.add(name.lower())
    return name


class _Worksheet:
    """One agent's sheet, written from top to bottom; `row` is where the next part begins."""

    def __init__(self, page: Any, looks: Mapping[str, Any], sheet: Sheet, language: str) -> None:
        self.page, self.looks, self.sheet, self.language = page, looks, sheet, language
        self.row = 0

    def fill(self) -> None:
        sheet, language = self.sheet, self.language
        self._paper()
        self._cell(0, sheets.title(sheet, language), "title")
        self.row += 1
        self._cell(0, str(inert(sheets.state_line(sheet, language))), "grey")
        self.row += 2
        self._facts()
        self._line(sheets.meaning(sheet, language), "text")
        self.row += 2
        self._indicators()
        self._line(sheets.category_line(sheet, language), "strong")
        for line in (
            *sheets.small_print(sheet, language),
            *sheets.certainty_lines(sheet, language),
        ):
            self.row += 1
            self._line(str(inert(line)), "grey")
        self.row += 2
        self._notes()
        for place, name in enumerate(("agent", "supervisor", "date")):
            self._cell(place * 3, f"{say(f'sheet.sign_{name}', language)}: ____________", "label")
        self.row += 2
        self._line(sheets.rules_line(sheet, language), "grey")

    def _paper(self) -> None:
        self.page.set_portrait()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 1)
        self.page.hide_gridlines(2)
        for column, width in enumerate(WIDTHS):
            self.page.set_column(column, column, width)

    def _cell(self, column: int, words: str, look: str) -> None:
        self.page.write_string(self.row, column, words, self.looks[look])

    def _line(self, words: str, look: str) -> None:
        """A row over the whole width."""
        self.page.merge_range(self.row, 0, self.row, LAST_COLUMN, words, self.looks[look])

    def _facts(self) -> None:
        """Who it is and how they stand, two labels with their values a row."""
        sheet, language = self.sheet, self.language
        pairs = [*sheets.basics(sheet, language), *sheets.verdict(sheet, language)]
        for left in range(0, len(pairs), 2):
            for column, (label, value) in zip((0, 3), pairs[left : left + 2], strict=False):
                self._cell(column, label, "label")
                self._cell(column + 1, str(inert(value)), "strong")
            self.row += 1
        self.row += 1

    def _indicators(self) -> None:
        for column, name in enumerate(sheets.COLUMNS):
            self._cell(column, say(f"sheet.column_{name}", self.language), "head")
        rows = sheets.indicator_rows(self.sheet, self.language)
        for item, cells in zip(self.sheet["indicators"], rows, strict=True):
            self.row += 1
            for column, name in enumerate(sheets.COLUMNS):
                points = item[name] if name in ("points", "contribution") else None
                if points is None:
                    self._cell(column, str(inert(cells[name])), "text")
                else:
                    self.page.write_number(self.row, column, points, self.looks["score"])
        self.row += 1

    def _notes(self) -> None:
        for kind in NOTES:
            self._cell(0, say(f"sheet.note_{kind}", self.language), "strong")
            for note in self.sheet.get("notes", []):
                if note["kind"] == kind:
                    self.row += 1
                    self._line(str(inert(sheets.note_line(note, self.language))), "text")
            self.row += 2


def to_calendar(talks: Sequence[Talk], names: dict[str, str], language: str) -> bytes:
    """An .ics of the talks and follow-ups that lie ahead; whole-day events with what is to be
    done."""
    calendar = Calendar()
    calendar.add("prodid", "-//renewal-agent-scorecard//coaching//")
    calendar.add("version", "2.0")
    for talk in talks:
        name = names.get(talk.agent_id, talk.agent_id)
        for kind, day in _days(talk).items():
            event = Event()
            event.add("uid", f"talk-{talk.id}-{kind}@renewal-agent-scorecard")
            event.add("dtstamp", talk.written_at or dt.datetime(2026, 1, 1))
            event.add("dtstart", day)
            event.add("dtend", day + dt.timedelta(days=1))
            event.add("summary", one_line(say(f"talk.event_{kind}", language, name=name)))
            parts = (seen(part) for part in (talk.reason, talk.action, talk.agreed, talk.comment))
            event.add("description", "\n".join(part for part in parts if part))
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _days(talk: Talk) -> dict[str, dt.date]:
    """The days of a talk that lie ahead."""
    days = {
        "talk": talk.talk_on if talk.state == "planned" else None,
        "follow_up": talk.follow_up_on if talk.state in ("planned", "done") else None,
    }
    return {kind: day for kind, day in days.items() if day is not None}
