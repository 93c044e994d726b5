"""What a preview says a file would show, worked out by hand, and the same as what it then shows."""

import datetime as dt
from pathlib import Path

from analytics.home import Home
from analytics.intake.understood import Foretold, MonthRate
from analytics.model import Filters, Period
from tests.conftest import load_text, write
from tests.present import present

SHEET = "工号,姓名,考核期,应续件数,已续件数\n"
POLICIES = "保单号,工号,到期日,续保结果\n"
JULY = dt.date(2026, 7, 31)


def foretold(home: Home, folder: Path, text: str, as_of: dt.date = JULY) -> Foretold:
    path = write(folder, "新.csv", text)
    return present(home.preview(path, home.recipe_for(path), as_of=as_of).foretold)


def test_a_preview_tells_people_month_and_rate_and_the_month_before_that_is_there(home, tmp_path):
    load_text(home, tmp_path, "scoresheet", SHEET + "A1,安,2026-04,40,30\nB2,波,2026-04,60,50\n")
    told = foretold(home, tmp_path, SHEET + "A1,安,2026-05,40,36\nB2,波,2026-05,60,48\n")
    assert told == Foretold(
        2,
        ("2026-05",),
        MonthRate("2026-05", "2026-05", 84 / 100, 100),
        MonthRate("2026-04", "2026-04", 80 / 100, 100),
    )


def test_what_is_foretold_is_what_the_load_then_shows_and_nothing_was_stored_before(home, tmp_path):
    rows = "".join(
        f"P{policy},A{policy % 3},2026-05-{1 + policy:02d},{'未续' if policy < 4 else '已续'}\n"
        for policy in range(16)
    )
    told = foretold(home, tmp_path, POLICIES + rows)
    assert present(told.rate).rate == 12 / 16
    assert home.warehouse.ask("loads").empty
    load_text(home, tmp_path, "policies", POLICIES + rows)
    may = dt.date(2026, 5, 1)
    totals = home.measure(Filters(Period(may, may))).totals
    assert totals["renewed_policies"] / totals["due_policies"] == present(told.rate).rate


def test_no_month_before_is_invented_and_a_running_month_is_compared_with_nothing(home, tmp_path):
    assert foretold(home, tmp_path, SHEET + "A1,安,2026-05,40,36\n").before is None
    april = "P1,A1,2026-04-02,已续\nP2,A1,2026-04-05,未续\n"
    rows = POLICIES + april + "P3,A1,2026-05-02,已续\nP4,A1,2026-05-30,跟进中\n"
    running = foretold(home, tmp_path, rows, dt.date(2026, 6, 10))
    assert (running.still_open, running.before) == (1, None)
    closed = foretold(home, tmp_path, rows, JULY)
    assert closed.before == MonthRate("2026-04", "2026-04", 0.5, 2)
    assert closed.rate == MonthRate("2026-05", "2026-05", 0.5, 2)


def test_files_that_tell_no_rate_and_quarters_are_told_as_what_they_are(home, tmp_path):
    roster = "工号,姓名,团队\nA1,安,东\nA2,波,西\n"
    assert foretold(home, tmp_path, roster) == Foretold(2, ())
    only_rates = "工号,姓名,考核期,续保率\nA1,安,2026-05,90%\n"
    assert foretold(home, tmp_path, only_rates) == Foretold(1, ("2026-05",))
    quarter = foretold(home, tmp_path, SHEET + "A1,安,2026Q1,40,36\n")
    assert quarter.rate == MonthRate("2026-01", "2026-03", 0.9, 40)
    assert quarter.before is None
