"""Files of a company whose months run from the 26th to the 25th: periods by days, weeks that add
up, days that become months."""

import datetime as dt
from types import SimpleNamespace

import pytest
import xlsxwriter

from analytics.errors import RecipeRefused
from tests.analytics.intake.told import POLICY, policies

HEAD = "工号,考核期,应续件数,已续件数"
THIS = dt.date.today().year


def book_of(path, sheets):
    """A workbook with these sheets, each a list of rows."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def months(told):
    return sorted(
        {(str(record["first_month"])[:7], str(record["last_month"])[:7]) for record in told.records}
    )


def weeks(*lines, head=HEAD):
    return "\n".join((head, *lines)) + "\n"


def test_a_period_from_the_26th_to_the_25th_is_the_month_in_which_it_ends(read):
    told = read(weeks("A1,2026-04-26~2026-05-25,10,8", "A1,2025-12-26~2026-01-25,10,4"), begins=26)
    assert (told.issues, told.questions) == ([], {})
    assert months(told) == [("2026-01", "2026-01"), ("2026-05", "2026-05")]


def test_a_quarter_from_the_26th_is_its_three_months(read):
    assert months(read(weeks("A1,2026-03-26~2026-06-25,10,8"), begins=26)) == [
        ("2026-04", "2026-06")
    ]


@pytest.mark.parametrize(
    "period",
    [
        "2026-05-01~2026-05-31",
        "2026-04-20~2026-04-26",
        "2026-04-25~2026-05-24",
        "2026-04-26~2026-06-24",
    ],
)
def test_days_that_are_no_whole_month_of_the_company_and_inside_none_are_refused(read, period):
    told = read(weeks(f"A1,{period},10,8", "A1,2026-07,10,8"), begins=26)
    assert told.issues == [(2, "period", "not_period")]
    assert months(told) == [("2026-07", "2026-07")]


def test_a_month_by_its_name_stays_that_month(read):
    assert months(read(weeks("A1,2026-05,10,8", "A1,2026年6月,10,8"), begins=26)) == [
        ("2026-05", "2026-05"),
        ("2026-06", "2026-06"),
    ]


MAY = (
    "2026-04-26~2026-05-02",
    "2026-05-03~2026-05-09",
    "2026-05-10~2026-05-16",
    "2026-05-17~2026-05-25",
)


def test_weeks_from_26_april_to_25_may_add_up_to_may_and_are_said_to_be_whole(read):
    told = read(
        weeks(*(f"A1,{period},10,{number}" for number, period in enumerate(MAY, 5))), begins=26
    )
    assert (told.issues, told.questions) == ([], {})
    assert (told.measure("due_policies"), told.measure("renewed_policies")) == (
        {"A1": 40},
        {"A1": 5 + 6 + 7 + 8},
    )
    assert months(told) == [("2026-05", "2026-05")]
    assert told.notes["weeks_whole"] | {"column": ""} == {
        "column": "",
        "first": "2026-04-26",
        "last": "2026-05-25",
    }


def test_weeks_that_leave_out_days_add_up_and_are_said_to_be_no_whole_month(read):
    told = read(weeks(*(f"A1,{period},10,5" for period in MAY[:2])), begins=26)
    assert told.measure("due_policies") == {"A1": 20}
    assert told.notes["weeks_added"]["last"] == "2026-05-09"
    assert told.notes["weeks_lacking"]["days"] == "2026-05-10~2026-05-25"
    assert "weeks_whole" not in told.notes


def test_parts_that_share_days_are_refused_in_place_of_counting_them_twice(read):
    with pytest.raises(RecipeRefused, match="weeks_overlap"):
        read(weeks("A1,2026-04-26~2026-05-02,10,8", "A1,2026-05-02~2026-05-09,10,8"), begins=26)
    with pytest.raises(RecipeRefused, match="weeks_overlap"):
        read(weeks("A1,2026-04-06~2026-04-12,10,8", "A1,2026-04,40,30"))


def test_an_agent_twice_in_one_week_is_an_issue_and_not_added_up(read):
    told = read(weeks("A1,2026-04-06~2026-04-12,10,8", "A1,2026-04-06~2026-04-12,10,8"))
    assert told.issues == [(3, "agent_id", "duplicate")]
    assert told.measure("due_policies") == {"A1": 10}


@pytest.mark.parametrize(
    ("begins", "first", "second", "month"),
    [
        (26, "4.26-5.2", "5.3-5.25", 5),
        (26, "4月26日-5月2日", "5月3日-5月25日", 5),
        (26, "0426-0502", "0503-0525", 5),
        (1, "5.1-5.15", "5.16-5.31", 5),
    ],
)
def test_sheets_named_after_days_add_up_to_their_month_once_the_year_is_said(
    read, tmp_path, begins, first, second, month
):
    rows, others = ([["工号", "应续件数", "已续件数"], ["A1", due, 20]] for due in (25, 30))
    path = book_of(tmp_path / "b.xlsx", {first: rows, second: others})
    assert list(read(path, begins=begins).questions) == ["period_year"]
    told = read(path, begins=begins, answers={"period_year": str(THIS - 1)})
    assert (told.questions, told.issues) == ({}, [])
    assert told.measure("due_policies") == {"A1": 55}
    assert months(told) == [(f"{THIS - 1}-{month:02d}",) * 2]
    assert (
        told.notes["weeks_whole"]["first"] == f"{THIS - 1}-{'04-26' if begins == 26 else '05-01'}"
    )


def test_sheets_of_days_over_new_year_are_of_the_year_in_which_their_month_ends(read, tmp_path):
    rows, others = ([["工号", "应续件数", "已续件数"], ["A1", due, 20]] for due in (25, 30))
    path = book_of(tmp_path / "b.xlsx", {"12.26-12.31": rows, "1.1-1.25": others})
    told = read(path, begins=26, answers={"period_year": str(THIS - 1)})
    assert (months(told), told.issues) == ([(f"{THIS - 1}-01",) * 2], [])
    assert told.notes["weeks_whole"]["first"] == f"{THIS - 2}-12-26"


def test_a_sheet_of_a_week_over_two_months_is_refused(read, tmp_path):
    rows, others = ([["工号", "应续件数", "已续件数"], ["A1", due, 20]] for due in (25, 30))
    path = book_of(tmp_path / "b.xlsx", {"2026.4.20-4.26": rows, "2026.4.27-5.3": others})
    assert {issue[2] for issue in read(path, begins=26).issues} == {"not_period"}


def test_the_days_of_a_title_are_proposed_as_their_month(read):
    text = "2026年4月26日至2026年5月25日业绩通报,,\n工号,应续件数,已续件数\n1001,40,30\n"
    assert read(text, begins=26).questions["period"].suggested == "2026-05"


def test_the_days_of_a_title_that_are_no_whole_month_are_refused(read):
    with pytest.raises(RecipeRefused, match="period_not_whole"):
        read(
            "2026年5月1日至2026年5月31日业绩通报,,\n工号,应续件数,已续件数\n1001,40,30\n", begins=26
        )


def test_a_period_that_is_one_day_past_the_25th_is_asked(read):
    told = read(weeks("A1,2026-04-30,10,8"), begins=26)
    assert (told.questions["period_day"].facts["month"], months(told)) == (
        "2026-05",
        [("2026-05", "2026-05")],
    )
    said = read(weeks("A1,2026-04-30,10,8"), begins=26, answers={"period_day": "by_name"})
    assert (said.questions, months(said)) == ({}, [("2026-04", "2026-04")])
    assert read(weeks("A1,2026-05-01,10,8"), begins=26).questions == {}


def test_a_stated_first_and_last_day_are_the_months_in_which_they_lie(read):
    text = "工号,应续件数,已续件数\nA1,10,8\n"
    assert months(read(text, begins=26, options={"from": "2026-04-26", "to": "2026-05-25"})) == [
        ("2026-05", "2026-05")
    ]
    assert months(read(text, begins=26, options={"from": "2026-04", "to": "2026-05"})) == [
        ("2026-04", "2026-05")
    ]


def test_due_months_without_a_day_are_the_first_and_last_day_of_the_companys_month(read):
    text = policies("P1,A1,2026-05,已续")
    last = read(text, begins=26, answers={"date_month.due_date": "last_day"}).column("due_date")
    first = read(text, begins=26, answers={"date_month.due_date": "first_day"}).column("due_date")
    assert (last, first) == ([dt.date(2026, 5, 25)], [dt.date(2026, 4, 26)])


def test_one_policy_on_25_and_26_april_stands_in_two_months_and_on_26_april_and_2_may_twice_in_one(
    read,
):
    apart = policies("P1,A1,2026-04-25,已续", "P1,A1,2026-04-26,已续")
    assert read(apart, begins=26).issues == []
    assert read(apart).issues == [(3, "policy_id", "duplicate")]
    together = policies("P1,A1,2026-04-26,已续", "P1,A1,2026-05-02,已续")
    assert read(together, begins=26).issues == [(3, "policy_id", "duplicate")]
    assert read(together).issues == []


def test_a_car_counts_once_in_the_month_of_the_company(read):
    text = policies(
        "P1,A1,2026-04-26,已续,V1", "P2,A1,2026-05-02,未续,V1", headers=f"{POLICY},车架号"
    )
    assert len(read(text, begins=26, options={"count_by": "object"}).records) == 1
    assert len(read(text, options={"count_by": "object"}).records) == 2


def test_the_running_month_of_the_company_is_none_to_come(read, monkeypatch):
    class Day(dt.date):
        @classmethod
        def today(cls):
            return cls(2026, 4, 27)

    monkeypatch.setattr("analytics.intake.plausible.dt", SimpleNamespace(date=Day))
    asked = [
        name
        for name in read(weeks("A1,2026-05,10,8"), begins=26).questions
        if name.startswith("plausible")
    ]
    assert asked == []
    assert "plausible.future" in read(weeks("A1,2026-06,10,8"), begins=26).questions
