"""Everything that leaves the app is read back: no cell is a formula, no line of a calendar comes
from a name, a terminal is not steered."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import icalendar
import openpyxl
import pandas as pd
import pytest

from analytics.desk import Desk
from analytics.home import Home
from analytics.people import Talk
from analytics.reports.sheet_files import to_calendar
from analytics.reports.tables import Column, Table, inert, to_csv, to_xlsx
from tests.conftest import Shell, load_text, load_tiny

SIGNS = tuple("=+-@＝＋－＠﹦﹢﹣﹫")
HOSTILE = [f"{sign}cmd|' /C calc'!A0" for sign in SIGNS] + [
    " =1+1",
    "\u200b=1+1",
    "\t1",
    "\r1",
    "\n1",
    "\0=1",
    "|calc",
]


def runs(cell: str) -> bool:
    """Whether a spreadsheet would take the text of a cell for more than text."""
    seen = cell.lstrip(" \t\r\n\0\u200b\ufeff")
    return seen.startswith((*SIGNS, "|")) or cell.startswith(("\t", "\r", "\n", "\0"))


@pytest.mark.parametrize("words", HOSTILE)
def test_text_that_could_run_is_led_by_an_apostrophe(words):
    assert inert(words) == f"'{words}"


@pytest.mark.parametrize(
    "value", ["安", "a=b", "1-2", "—", "−5.0", "12.5%", "'=1", "", -5, -0.5, None, True]
)
def test_everything_else_stays_what_it_is(value):
    assert inert(value) is value or inert(value) == value


def test_tables_read_back_hold_no_formula_and_negative_numbers_are_numbers():
    frame = pd.DataFrame(
        {"name": HOSTILE, "change": [-1.5] * len(HOSTILE), "count": [-2] * len(HOSTILE)}
    )
    columns = [
        Column("name", "=姓名"),
        Column("change", "+变化", "number"),
        Column("count", "次", "count"),
    ]
    rows = list(
        csv.reader(
            io.StringIO(to_csv(Table(frame, columns), ["=trial"]).decode("utf-8-sig"), newline="")
        )
    )
    assert rows[0] == ["'=trial"]
    assert not any(runs(cell) for row in rows for cell in row if cell not in ("-1.5", "-2"))
    assert {row[1] for row in rows[2:]} == {"-1.5"}
    book = openpyxl.load_workbook(
        io.BytesIO(to_xlsx(dict.fromkeys(("=a", "History"), Table(frame, columns)), ["@n"], ["=t"]))
    )
    cells = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
    assert not any(runs(cell.value) for cell in cells if isinstance(cell.value, str))
    assert book.worksheets[0]["B3"].value == -1.5


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Shell:
    """The tiny company, whose people, teams and branches are named by what a spreadsheet or a
    terminal obeys."""
    folder = tmp_path_factory.mktemp("hostile")
    home = Home(folder / "home")
    load_tiny(home, folder)
    load_text(
        home,
        folder,
        "agents",
        "工号,姓名,团队,机构\nA1,=1+1,＋东,@总部\nB2,-2,＋东,@总部\nC3,@SUM(A1),＋东,@总部\n",
    )
    desk = Desk(home)
    desk.save_talk(
        Talk("A1", reason="=r", action="+a\x1b[2J", owner="@o", talk_on=dt.date(2030, 1, 1))
    )
    home.close()
    return Shell(folder / "home")


@pytest.mark.parametrize(
    "command", ["evaluate", "coaching", "weak-spots", "quadrant", "talks", "audit"]
)
def test_the_command_lines_csv_holds_no_formula(hostile, command):
    done = hostile.run(command, "--format", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(done.stdout, newline="")))
    assert len(rows) > 1
    assert not any(runs(cell) for row in rows for cell in row if not _is_number(cell))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_a_terminal_is_not_steered_by_what_somebody_typed(hostile):
    for look in ("json", "csv", "table"):
        done = hostile.run("talks", "--format", look)
        assert done.returncode == 0, done.stderr
        assert not set(done.stdout) & set("\x1b\x9b\x07\x08\u202e")
    assert hostile("talks")[0]["action"] == "+a\x1b[2J"
    refused = hostile.run("sheet", "\x1b]0;owned\x07\u202e")
    assert refused.returncode == 2
    assert not set(refused.stderr) & set("\x1b\x07\u202e")


def test_a_calendar_has_no_line_that_a_name_or_a_reason_wrote():
    evil = "安\r\nATTENDEE:mailto:evil@x.cn\rORGANIZER:x\nEND:VEVENT"
    talk = Talk("A1", reason=evil, talk_on=dt.date(2030, 1, 1), id=1)
    data = to_calendar([talk], {"A1": evil}, "zh")
    assert not any(
        line.startswith((b"ATTENDEE", b"ORGANIZER"))
        for part in data.split(b"\r\n")
        for line in part.split(b"\r")
    )
    events = list(icalendar.Calendar.from_ical(data).walk("VEVENT"))
    assert len(events) == 1
    assert set(events[0]) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION"}


def test_json_for_a_terminal_says_the_same_as_the_store(hostile):
    assert json.loads(hostile.run("talks").stdout)[0]["owner"] == "@o"
