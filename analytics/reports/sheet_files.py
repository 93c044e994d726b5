"""Evaluation sheets as a workbook or a ZIP; a coaching plan as a calendar."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from icalendar import Calendar, Event

from analytics.charts.theme import PAPER_GREY, PAPER_HEAD, PAPER_LINE
from analytics.language import say
from analytics.people import Talk
from analytics.reports import sheets
from analytics.reports.sheet_pdf import NOTES, to_pdf
from analytics.reports.sheets import Sheet
from analytics.reports.tables import inert
from analytics.text import one_line, seen


def to_workbook(
    all_sheets: Sequence[Sheet], language: str, progress: Callable[[int], None] = lambda done: None
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
        for at, sheet in enumerate(all_sheets):
            _worksheet(book.add_worksheet(_title(sheet, taken)), looks, sheet, language)
            progress(at + 1)
    return buffer.getvalue()


def to_zip(
    all_sheets: Sequence[Sheet], language: str, progress: Callable[[int], None] = lambda done: None
) -> bytes:
    """A ZIP of one PDF an agent."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for at, sheet in enumerate(all_sheets):
            agent, period = sheet["agent"], sheet["period"]
            parts = agent["agent_id"], agent["name"] or "", period["from"], period["to"]
            name = re.sub(r"[^\w\-.]", "_", "_".join(parts))
            archive.writestr(f"{name}.pdf", to_pdf([sheet], language))
            progress(at + 1)
    return buffer.getvalue()


def _title(sheet: Sheet, taken: set[str]) -> str:
    base = (
        re.sub(
            r"[\[\]:*?/\\']", "_", f"{sheet['agent']['name'] or ''} {sheet['agent']['agent_id']}"
        )[:28].strip()
        or "Sheet"
    )
    name, at = base, 1
    while name.lower() in taken:
        at += 1
        name = f"{base[:26]}~{at}"
    taken.add(name.lower())
    return name


def _worksheet(page: Any, looks: dict[str, Any], sheet: Sheet, language: str) -> None:
    page.set_portrait()
    page.set_paper(9)
    page.fit_to_pages(1, 1)
    page.hide_gridlines(2)
    for at, width in enumerate((20, 14, 20, 16, 9, 9, 11, 13, 13, 40)):
        page.set_column(at, at, width)
    page.write_string(0, 0, sheets.title(sheet, language), looks["title"])
    page.write_string(1, 0, str(inert(sheets.state_line(sheet, language))), looks["grey"])
    row = 3
    pairs = [*sheets.basics(sheet, language), *sheets.verdict(sheet, language)]
    for at, (label, value) in enumerate(pairs):
        page.write_string(row + at // 2, 0 if at % 2 == 0 else 3, label, looks["label"])
        page.write_string(
            row + at // 2, 1 if at % 2 == 0 else 4, str(inert(value)), looks["strong"]
        )
    row += (len(pairs) + 1) // 2 + 1
    page.merge_range(row, 0, row, 9, sheets.meaning(sheet, language), looks["text"])
    row += 2
    for at, name in enumerate(sheets.COLUMNS):
        page.write_string(row, at, say(f"sheet.column_{name}", language), looks["head"])
    for item, cells in zip(
        sheet["indicators"], sheets.indicator_rows(sheet, language), strict=True
    ):
        row += 1
        for at, name in enumerate(sheets.COLUMNS):
            number = {"points": item["points"], "contribution": item["contribution"]}.get(name)
            if number is not None:
                page.write_number(row, at, number, looks["score"])
            else:
                page.write_string(row, at, str(inert(cells[name])), looks["text"])
    row += 1
    page.merge_range(row, 0, row, 9, sheets.category_line(sheet, language), looks["strong"])
    for line in [*sheets.small_print(sheet, language), *sheets.certainty_lines(sheet, language)]:
        row += 1
        page.merge_range(row, 0, row, 9, str(inert(line)), looks["grey"])
    row += 2
    for kind in NOTES:
        page.write_string(row, 0, say(f"sheet.note_{kind}", language), looks["strong"])
        notes = [note for note in sheet.get("notes", []) if note["kind"] == kind]
        for note in notes:
            row += 1
            page.merge_range(
                row,
                0,
                row,
                9,
                str(
                    inert(f"{note['text']} — {sheets.who(note['author'], language)}, {note['at']}")
                ),
                looks["text"],
            )
        row += 2
    for at, name in enumerate(("agent", "supervisor", "date")):
        page.write_string(
            row, at * 3, f"{say(f'sheet.sign_{name}', language)}: ____________", looks["label"]
        )
    page.merge_range(row + 2, 0, row + 2, 9, sheets.rules_line(sheet, language), looks["grey"])


def to_calendar(talks: Sequence[Talk], names: dict[str, str], language: str) -> bytes:
    """An .ics of the talks and follow-ups that lie ahead; whole-day events with what is to be
    done."""
    calendar = Calendar()
    calendar.add("prodid", "-//renewal-agent-scorecard//coaching//")
    calendar.add("version", "2.0")
    for talk in talks:
        for kind, day in (
            ("talk", talk.talk_on if talk.state == "planned" else None),
            ("follow_up", talk.follow_up_on if talk.state in ("planned", "done") else None),
        ):
            if day is None:
                continue
            event = Event()
            event.add("uid", f"talk-{talk.id}-{kind}@renewal-agent-scorecard")
            event.add("dtstamp", talk.written_at or dt.datetime(2026, 1, 1))
            event.add("dtstart", day)
            event.add("dtend", day + dt.timedelta(days=1))
            event.add(
                "summary",
                one_line(
                    say(
                        f"talk.event_{kind}", language, name=names.get(talk.agent_id, talk.agent_id)
                    )
                ),
            )
            parts = (seen(part) for part in (talk.reason, talk.action, talk.agreed, talk.comment))
            event.add("description", "\n".join(part for part in parts if part))
            calendar.add_component(event)
    return bytes(calendar.to_ical())
