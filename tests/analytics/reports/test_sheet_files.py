"""Sheets as files: a page each, inert cells, fonts embedded, a calendar that others can read."""

import datetime as dt
import io
import re
import zipfile

import icalendar
import openpyxl
import pytest

from analytics.desk import Desk
from analytics.model import Filters, Period
from analytics.people import Note, Talk
from analytics.reports import sheets
from analytics.reports.sheet_files import to_calendar, to_workbook, to_zip
from analytics.reports.sheet_pdf import to_pdf
from tests.conftest import load_text

APRIL = dt.date(2026, 4, 1)


@pytest.fixture
def three(tiny):
    """The three sheets of the tiny company, one with a comment that a spreadsheet would run, and
    one evil name."""
    load_text(tiny, tiny.folder, "agents", '工号,姓名\nC3,"=HYPERLINK(""http://x"")"\n')
    desk = Desk(tiny)
    desk.write_note(Note("A1", APRIL, APRIL, "comment", "=1+1 稳定"))
    around = desk.around(Filters(Period(APRIL, APRIL)))
    return [desk.shown_sheet(around, agent_id) for agent_id in ("A1", "B2", "C3")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pdf_has_a_page_for_each_sheet_and_its_own_fonts(three, language):
    shown = three
    heard: list[int] = []
    data = to_pdf(shown, language, heard.append)
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) == 3
    assert data.count(b"/FontFile") >= 1
    assert heard == [1, 2, 3]


def test_a_workbook_has_a_worksheet_for_each_agent_and_runs_nothing(three):
    shown = three
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(shown, "zh")))
    assert len(book.worksheets) == 3
    texts = [
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert not any(
        cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row
    )
    assert any(text.startswith("'=1+1 稳定") for text in texts)
    points = [
        cell.value
        for row in book.worksheets[0].iter_rows()
        for cell in row
        if isinstance(cell.value, float | int)
    ]
    assert 80 in points  # the points of a renewal rate of 80 %


def test_a_zip_holds_a_pdf_for_each_agent_under_harmless_names(three):
    shown = three
    archive = zipfile.ZipFile(io.BytesIO(to_zip(shown, "zh")))
    assert len(archive.namelist()) == 3
    assert all(re.fullmatch(r"[\w\-.]+\.pdf", name) for name in archive.namelist())
    assert archive.read(archive.namelist()[0]).startswith(b"%PDF")


def test_the_words_of_a_sheet_are_those_of_its_reader(three):
    shown = three
    zh, en = sheets.indicator_rows(shown[1], "zh")[0], sheets.indicator_rows(shown[1], "en")[0]
    assert (zh["indicator"], zh["step"]) == ("续保率", "再续 2 件 → 100.0%")
    assert (en["indicator"], en["step"]) == ("Renewal rate", "2 more renewals → 100.0%")
    assert zh["fraction"] == "1 / 3"
    assert (zh["band"], en["band"]) == (
        "未到 50.0%",
        "short of 50.0%",
    )  # 33.3 % has not reached the first knot
    assert "不予评定" in dict(sheets.verdict(shown[2], "zh"))["综合得分"]


def test_a_calendar_holds_the_talks_ahead_and_no_others():
    talks = [
        Talk(
            "A1", talk_on=dt.date(2026, 5, 4), follow_up_on=dt.date(2026, 6, 1), action="话术", id=1
        ),
        Talk("B2", state="dropped", talk_on=dt.date(2026, 5, 4), id=2),
        Talk(
            "C3", state="done", talk_on=dt.date(2026, 4, 4), follow_up_on=dt.date(2026, 5, 9), id=3
        ),
    ]
    calendar = icalendar.Calendar.from_ical(to_calendar(talks, {"A1": "安"}, "zh"))
    events = {str(event["summary"]): event.decoded("dtstart") for event in calendar.walk("VEVENT")}
    assert events == {
        "辅导面谈：安": dt.date(2026, 5, 4),
        "辅导跟进：安": dt.date(2026, 6, 1),
        "辅导跟进：C3": dt.date(2026, 5, 9),
    }
