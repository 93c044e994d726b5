"""What stands beside figures and changes what they are: formats of cells, sums among people,
headers above headers, sheets, missing years."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from analytics.errors import RecipeRefused
from analytics.intake import worker
from analytics.intake.recognise import known_headers
from analytics.intake.table import Layout
from tests.analytics.intake.told import POLICY, Rows, policies, workbook

PREMIUM = [*POLICY.split(","), "应续保费"]
SCORES = "工号,姓名,月份,应续件数,已续件数"
A1, A2 = "A1,王敏,2026-04,100,90", "A2,李强,2026-04,80,60"
A3, A4 = "A3,赵云,2026-04,60,48", "A4,孙丽,2026-04,40,30"


def scores(*rows: str, headers: str = SCORES) -> str:
    return policies(*rows, headers=headers)


def book_of(path: Any, sheets: dict[str, Rows]) -> Any:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


# -- what only the format of a cell shows ----------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "value", "premium"),
    [
        ('0.00"万元"', 0.12, "1200.00"),
        ('0.00"万"', 0.12, "1200.00"),
        ('#,##0.0"千元"', 1.2, "1200.00"),
        ('0!.0,"万"', 1200, "1200.00"),
        ('0.0,"千元"', 1200, "1200.00"),
        ('#,##0"元"', 1200, "1200.00"),
        ("0.00万", 0.12, "1200.00"),
        ('[=0]"-";0.00"万元"', 0.12, "1200.00"),
        ("[$¥-804]#,##0.00", 1200, "1200.00"),
        ('_ "¥"* #,##0.00_ ', 1200, "1200.00"),
        ("[$-804]0.00", 1200, "1200.00"),
    ],
)
def test_a_unit_that_only_the_format_shows_counts_unless_the_format_scales_what_it_shows(
    read, tmp_path, shown, value, premium
):
    path = workbook(
        tmp_path / "b.xlsx",
        [PREMIUM, ["P1", "A1", "2026-04-02", "已续", value]],
        formats={4: shown},
    )
    assert read(path).column("premium_due") == [Decimal(premium)]


@pytest.mark.parametrize("shown", ["0%", '"AGT"0', "0000", '0"号"'])
def test_an_id_stays_its_number_whatever_its_format_shows(read, tmp_path, shown):
    path = workbook(
        tmp_path / "b.xlsx", [PREMIUM, ["P1", 1001, "2026-04-02", "已续", 5]], formats={1: shown}
    )
    assert read(path).column("agent_id") == ["1001"]


def test_two_currencies_that_only_the_formats_show_are_not_added_up(read, tmp_path):
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, formats = book.add_worksheet(), {"¥": "[$¥-804]#,##0.00", "$": "[$$-409]#,##0.00"}
        sheet.write_row(0, 0, PREMIUM)
        for number, sign in enumerate("¥$"):
            sheet.write_row(number + 1, 0, [f"P{number}", "A1", "2026-04-02", "已续"])
            sheet.write_number(number + 1, 4, 100, book.add_format({"num_format": formats[sign]}))
    with pytest.raises(RecipeRefused, match="currencies_mixed"):
        read(path)
    told = read(path, options={"currency_rates": {"USD": 7.2}})
    assert told.column("premium_due") == [Decimal("100.00"), Decimal("720.00")]


def test_a_percent_written_into_the_format_multiplies_nothing(read, tmp_path):
    rows: Rows = [
        ["工号", "姓名", "月份", "续保率"],
        ["A1", "王敏", "2026-04", 0.9],
        ["A2", "李强", "2026-04", 85],
    ]
    told = read(workbook(tmp_path / "b.xlsx", rows, formats={3: '0.0"%"'}))
    assert told.measure("renewal_rate") == pytest.approx({"A1": 0.009, "A2": 0.85})


def test_a_foreign_currency_is_said_and_two_columns_of_two_currencies_are_refused(read):
    headers = POLICY + ",应续保费,续保保费"
    told = read(policies("P1,A1,2026-04-02,已续,US$100,US$90", headers=headers))
    assert told.notes["currency_kept"]["currency"] == "USD"
    with pytest.raises(RecipeRefused, match="currencies_differ"):
        read(policies("P1,A1,2026-04-02,已续,HK$100,¥90", headers=headers))


def test_a_percent_that_only_the_format_shows_is_read_cell_by_cell(read, tmp_path):
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, percent = book.add_worksheet(), book.add_format({"num_format": "0%"})
        sheet.write_row(0, 0, ["工号", "姓名", "月份", "续保率"])
        for number, (value, form) in enumerate(
            [(0.85, percent), (85, None), (1, percent), (90, None)]
        ):
            sheet.write_row(number + 1, 0, [f"A{number}", f"人{number}", "2026-04"])
            sheet.write_number(number + 1, 3, value, form)
    told = read(path)
    assert told.questions == {}
    assert told.measure("renewal_rate") == {"A0": 0.85, "A1": 0.85, "A2": 1.0, "A3": 0.9}


def test_complaints_of_a_thousand_are_read_per_hundred(read):
    told = read(
        scores("A1,王敏,2026-04,40‰", "A2,李强,2026-04,25‰", headers="工号,姓名,月份,客户投诉率")
    )
    assert told.measure("complaint_rate") == pytest.approx({"A1": 4.0, "A2": 2.5})


def test_a_percent_header_above_numbers_up_to_one_is_asked(read):
    rows = ("A1,王敏,2026-04,0.85", "A2,李强,2026-04,0.9")
    told = read(scores(*rows, headers="工号,姓名,月份,续保率(%)"))
    assert told.questions["rate_scale.renewal_rate"].key == "rate_scale_small"
    told = read(
        scores(*rows, headers="工号,姓名,月份,续保率(%)"),
        answers={"rate_scale.renewal_rate": "percent"},
    )
    assert told.measure("renewal_rate") == pytest.approx({"A1": 0.0085, "A2": 0.009})


@pytest.mark.parametrize(
    "header",
    [
        "Premium Due (RMB '000)",
        "Premium Due (RMB’000)",
        "Premium Due (in RMB thousands)",
        "Premium Due (k)",
    ],
)
def test_an_english_header_with_its_unit_is_the_premium_in_that_unit(read, header):
    told = read(
        policies("P1,A1,2026-04-02,Y,1.2", headers=f"Policy No,Agent ID,Due Date,Renewed,{header}")
    )
    assert told.column("premium_due") == [Decimal("1200.00")]


# -- sums and means among people -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "gone"),
    [
        ((A1, A2, "T01,一组小计,2026-04,180,150", A3, A4), ["T01"]),
        (
            (A1, A2, "T01,一组小计,2026-04,180,150", A3, A4, "T02,二组小计,2026-04,100,78"),
            ["T01", "T02"],
        ),
        ((A1, A2, "T01,一组,2026-04,180,150", A3, A4, "T02,二组,2026-04,100,78"), ["T01", "T02"]),
        ((A1, A2, A3, A4, "T01,一组,2026-04,180,150", "T02,二组,2026-04,100,78"), ["T01", "T02"]),
        (
            (A1, A2, "X1,华东区合计,2026-04,180,150", A3, A4, "X9,全公司,2026-04,280,228"),
            ["X1", "X9"],
        ),
        ((A1, A2, A3, A4, "0000,人均,2026-04,70,57", "9999,目标,2026-04,100,90"), ["0000", "9999"]),
        ((A1, A2, A3, "T1,团队平均,2026-04,80,66"), ["T1"]),
        (
            (
                A1,
                A2,
                "T01,星火,2026-04,180,150",
                A3,
                A4,
                "T02,远航,2026-04,100,78",
                "C01,沪分,2026-04,280,228",
            ),
            ["T01", "T02", "C01"],
        ),
    ],
)
def test_a_row_with_an_id_that_sums_up_others_is_asked_and_left_out(read, rows, gone):
    told = read(scores(*rows))
    assert told.questions["rows.sums"].facts["names"] == ", ".join(gone)
    told = read(scores(*rows), answers={"rows.sums": "leave"})
    assert sorted(told.measure("due_policies")) == [
        agent_id
        for agent_id in ("A1", "A2", "A3", "A4")
        if any(row.startswith(agent_id) for row in rows)
    ]


RATES, COUNTS = "工号,姓名,月份,应续件数,续保率", "工号,姓名,月份,应续件数"


@pytest.mark.parametrize(
    ("headers", "rows", "gone", "said"),
    [
        # one figure and the rate that goes with it
        (
            RATES,
            ("A1,王敏,2026-04,100,90%", "A2,李强,2026-04,80,75%", "T01,华东,2026-04,180,83.3%"),
            "T01",
            "= 第 2–3 行之和",
        ),
        (
            COUNTS,
            (
                "A1,王敏,2026-04,100",
                "A2,李强,2026-04,80",
                "A3,赵云,2026-04,60",
                "T1,华东,2026-04,240",
            ),
            "T1",
            "= 第 2–4 行之和",
        ),
        # a team of one, and teams that stand among each other
        (
            SCORES,
            (A1, A2, "T01,华东,2026-04,180,150", A3, "T02,华南,2026-04,60,48"),
            "T01, T02",
            "= 第 5 行之和",
        ),
        (
            f"{SCORES},团队",
            (
                f"{A1},东",
                f"{A3},西",
                "T1,周,2026-04,180,150,东",
                f"{A2},东",
                f"{A4},西",
                "T2,吴,2026-04,100,78,西",
            ),
            "T1, T2",
            "= 第 2, 5 行之和",
        ),
        # several months
        (
            SCORES,
            (A1, A2, "A1,王敏,2026-05,70,60", "A2,李强,2026-05,50,40", "T01,华东,2026-05,300,250"),
            "T01",
            "= 第 2–5 行之和",
        ),
        # rates only: by what a row is called, and a mean
        (
            "工号,姓名,月份,续保率",
            ("A1,王敏,2026-04,90%", "A2,李强,2026-04,75%", "T01,一组小计,2026-04,82%"),
            "T01",
            "按名称",
        ),
        (
            "工号,姓名,月份,续保率",
            ("A1,王敏,2026-04,90%", "A2,李强,2026-04,75%", "T01,电销一部,2026-04,83%"),
            "T01",
            "按名称",
        ),
        (
            "工号,姓名,月份,续保率",
            (
                "1001,王敏,2026-04,90%",
                "1002,李强,2026-04,81%",
                "1003,赵云,2026-04,72%",
                "D1,华东,2026-04,81%",
            ),
            "D1",
            "= 第 2–4 行的平均",
        ),
    ],
)
def test_a_sum_among_people_is_asked_with_the_rows_that_it_sums_up(read, headers, rows, gone, said):
    facts = read(scores(*rows, headers=headers)).questions["rows.sums"].facts
    assert facts["names"] == gone
    assert said in facts["evidence"]["zh"]


@pytest.mark.parametrize(
    ("headers", "rows"),
    [
        (
            COUNTS,
            (
                "A1,王敏,2026-04,20",
                "A2,李强,2026-04,12",
                "A3,赵云,2026-04,32",
                "A4,孙丽,2026-04,30",
            ),
        ),  # by chance
        (
            SCORES,
            (A1, "A1,王敏,2026-05,80,70", "A1,王敏,2026Q2,180,160", A2),
        ),  # a quarter of one's own
        (
            SCORES,
            ("A1,一组,2026-04,9,7", "A2,二组,2026-04,8,6", "A3,三组,2026-04,7,3"),
        ),  # teams are who is rated
        (SCORES, tuple(f"A{number},人{number},2026-04,100,90" for number in range(6))),  # all alike
        (SCORES, (A1, "B7,李强,2026-04,81,60", A3, A4)),  # somebody numbered in another way
        (
            SCORES,
            (
                "A1,王敏,2026-04,9,7",
                "A2,李强,2026-04,9,7",
                "A3,赵云,2026-04,5,4",
                "A4,孙丽,2026-04,5,4",
                "A5,钱,2026-04,3,2",
            ),
        ),
    ],
)
def test_people_are_not_taken_for_sums(read, headers, rows):
    assert "rows.sums" not in read(scores(*rows, headers=headers)).questions


@pytest.mark.parametrize(
    "name", ["团队平均", "Branch average", "Dept. Avg", "North subtotal", "华东区合计", "一组人均"]
)
def test_a_mean_or_sum_in_the_place_of_an_id_is_no_agent(read, name):
    told = read(scores(A1, A2, f"{name},,2026-04,90,75", A3))
    assert sorted(told.measure("due_policies")) == ["A1", "A2", "A3"]
    assert list(told.left.values()) == [[4]]


def test_people_whose_small_figures_add_up_by_chance_are_not_asked_about(read):
    told = read(
        scores(
            "A1,王敏,2026-04,2,1",
            "A2,李强,2026-04,3,2",
            "A3,赵云,2026-04,5,3",
            "A4,孙丽,2026-04,4,1",
        )
    )
    assert told.questions == {}


# -- headers above headers -------------------------------------------------------------------------

ABOVE = ["工号", "姓名", "月份", "续保件数", "", "", "续保保费", "", ""]
BELOW = ["", "", "", "应续", "已续", "率", "应续", "已续", "率"]
ROW = ["A1", "王敏", "2026-04", 100, 90, 0.9, 100_000, 81_000, 0.81]


@pytest.mark.parametrize(
    "merged", [(), ("D1:F1", "G1:I1"), ("A1:A2", "B1:B2", "C1:C2", "D1:F1", "G1:I1")]
)
def test_names_above_names_are_one_header_and_each_figure_is_what_both_say(read, tmp_path, merged):
    rows: Rows = [
        [cell or None for cell in ABOVE],
        [cell or None for cell in BELOW],
        ROW,
        ["A2", "李强", *ROW[2:]],
    ]
    told = read(workbook(tmp_path / "b.xlsx", rows, merged))
    assert told.questions == {}
    assert told.issues == []
    for measure, value in (
        ("due_policies", 100),
        ("renewed_policies", 90),
        ("due_premium", 1e5),
        ("renewed_premium", 81e3),
    ):
        assert told.measure(measure) == {"A1": value, "A2": value}


def test_a_unit_in_the_upper_of_two_headers_counts_for_what_stands_below(read, tmp_path):
    above = ["工号", "姓名", "月份", "件数", None, "保费（万元）", None]
    rows: Rows = [
        above,
        [None, None, None, "应续", "已续", "应续", "已续"],
        ["A1", "王敏", "2026-04", 100, 90, 10, 9],
    ]
    told = read(workbook(tmp_path / "b.xlsx", rows))
    assert (told.measure("due_premium"), told.measure("renewed_premium")) == (
        {"A1": 100_000},
        {"A1": 90_000},
    )


# -- sheets ----------------------------------------------------------------------------------------

HEAD: list[Any] = SCORES.split(",")
ANN, BEN = ["A1", "王敏", "2026-04", 100, 90], ["A3", "赵云", "2026-04", 60, 48]


@pytest.mark.parametrize(
    "names", [("一组", "二组"), ("Team North", "Team South"), ("浦东营业部", "浦西营业部")]
)
def test_sheets_named_after_teams_are_asked_about_and_their_names_can_be_the_teams(
    read, tmp_path, names
):
    path = book_of(tmp_path / "b.xlsx", {names[0]: [HEAD, ANN], names[1]: [HEAD, BEN]})
    assert read(path).questions["sheets.names"].suggested == "team"
    told = read(path, answers={"sheets.names": "team"})
    assert told.questions == {}
    assert told.facts("team") == {"A1": names[0], "A3": names[1]}
    assert read(path, answers={"sheets.names": "nothing"}).facts("team") == {"A1": None, "A3": None}


@pytest.mark.parametrize("names", [("Sheet1", "Sheet2"), ("2026-04", "2026-05"), ("表1", "表2")])
def test_sheets_with_other_names_ask_nothing(read, tmp_path, names):
    path = book_of(tmp_path / "b.xlsx", {names[0]: [HEAD, ANN], names[1]: [HEAD, BEN]})
    assert read(path).questions == {}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("累计", "telling_cumulative"),
        ("YTD", "telling_cumulative"),
        ("NewBusiness", "telling_sheets"),
    ],
)
def test_a_sheet_of_sums_or_new_business_is_left_out_when_the_answer_says_so(
    read, tmp_path, name, key
):
    path = book_of(tmp_path / "b.xlsx", {"4月": [HEAD, ANN], name: [HEAD, [*ANN[:3], 400, 360]]})
    assert read(path).questions["telling.sheets"].key == key
    told = read(path, answers={"telling.sheets": "leave"})
    assert told.measure("due_policies") == {"A1": 100.0}
    assert told.questions == {}
    assert told.issues == []
    assert told.notes["sheets_left"]["sheets"] == name


def test_sheets_named_after_months_are_their_own_periods(read, tmp_path):
    rows = [HEAD[:2] + HEAD[3:], ["A1", "王敏", 100, 90]]
    told = read(book_of(tmp_path / "b.xlsx", {"2026年4月": rows, "2026年5月": rows}))
    assert (told.questions, told.issues, told.notes["sheets_are_periods"]) == (
        {},
        [],
        {"sheets": "2026年4月, 2026年5月"},
    )
    assert {str(record["first_month"]) for record in told.records} == {"2026-04-01", "2026-05-01"}


def test_a_sheet_of_all_lapsed_policies_is_not_taken_for_sums(read, tmp_path):
    path = book_of(
        tmp_path / "b.xlsx",
        {
            "Renewals": [PREMIUM[:4], ["P1", "A1", "2026-04-02", "已续"]],
            "All Lapsed": [PREMIUM[:4], ["P2", "A1", "2026-04-03", "未续"]],
        },
    )
    assert read(path).questions == {}


def test_sheets_of_weeks_say_how_they_become_a_month(read, tmp_path):
    rows = [HEAD[:2] + HEAD[3:], ["A1", "王敏", 25, 20]]
    path = book_of(tmp_path / "b.xlsx", {"第14周": rows, "第15周": rows})
    with pytest.raises(RecipeRefused, match="scoresheet_weeks"):
        read(path)
    told = read(path, options={"from": "2026-04", "to": "2026-04", "duplicates": "add"})
    assert (told.measure("due_policies"), told.measure("renewed_policies")) == (
        {"A1": 50},
        {"A1": 40},
    )


# -- dates and periods that leave something out ----------------------------------------------------

THIS = dt.date.today().year


def due(told):
    return [str(day) for day in told.column("due_date")]


def test_six_digits_are_a_date_by_the_order_of_the_whole_column(read):
    told = read(policies("P1,A1,260415,已续", "P2,A1,260428,未续"))
    assert due(told) == ["2026-04-15", "2026-04-28"]
    assert told.notes["date_order"]["value"] == "260415"  # as the file has it


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("01-Apr", "30-Apr"),
        ("Apr 1", "April 30th"),
        ("4月1日", "4月30号"),
        ("04/01", "04/30"),
        ("1/4", "30/4"),
    ],
)
def test_days_without_a_year_are_proposed_to_be_of_the_year_that_the_file_states(
    read, tmp_path, first, last
):
    path = tmp_path / "续保清单2025年4月.csv"
    path.write_text(policies(f"P1,A1,{first},已续", f"P2,A1,{last},未续"), "utf-8")
    question = read(path).questions["date_year.due_date"]
    assert (question.suggested, question.choices[0], question.facts["count"]) == (
        "2025",
        "2025",
        2,
    )
    assert due(read(path, answers={"date_year.due_date": "2025"})) == ["2025-04-01", "2025-04-30"]


def test_two_numbers_that_are_a_day_of_a_month_either_way_are_asked_which_is_the_month(read):
    told = read(policies("P1,A1,04/05,已续", "P2,A1,05/04,未续"))
    assert told.questions["date_order.due_date"].choices == ("mdy", "dmy")
    answers = {"date_order.due_date": "dmy", "date_year.due_date": "2026"}
    assert due(read(policies("P1,A1,04/05,已续", "P2,A1,05/04,未续"), answers=answers)) == [
        "2026-05-04",
        "2026-04-05",
    ]


def test_two_numbers_of_which_one_may_be_the_year_are_no_day(read):
    told = read(policies("P1,A1,26-04,已续", "P2,A1,26-05,未续"))
    assert (told.questions, [reason for *_, reason in told.issues]) == (
        {},
        ["not_date", "not_date"],
    )


def test_months_without_a_year_are_proposed_to_be_of_the_year_of_the_title(read):
    told = read("2024年续保考核,,,\n工号,月份,应续件数,已续件数\nA1,3月,10,9\nA2,4月,20,10\n")
    assert told.questions["period_year"].suggested == "2024"


def test_a_chinese_date_with_two_digits_of_its_year_is_read(read):
    told = read(policies("P1,A1,26年4月1日,已续"))
    assert (due(told), told.questions) == (["2026-04-01"], {})


def test_dates_without_a_year_are_asked_and_read_with_the_answer(read):
    rows = ("P1,A1,4月1日,已续", "P2,A1,04月30日,未续")
    question = read(policies(*rows)).questions["date_year.due_date"]
    assert (question.facts["count"], question.choices[0], question.suggested) == (
        2,
        str(THIS),
        None,
    )
    assert due(read(policies(*rows), answers={"date_year.due_date": str(THIS - 1)})) == [
        f"{THIS - 1}-04-01",
        f"{THIS - 1}-04-30",
    ]


@pytest.mark.parametrize("written", ["202604", "2026-04", "2026年4月", "2026/4"])
def test_a_month_in_place_of_a_due_date_is_asked_which_day_it_means(read, written):
    text = policies(f"P1,A1,{written},已续", headers="保单号,工号,到期月份,续保结果")
    assert read(text).questions["date_month.due_date"].suggested == "last_day"
    assert due(read(text, answers={"date_month.due_date": "last_day"})) == ["2026-04-30"]
    assert due(read(text, answers={"date_month.due_date": "first_day"})) == ["2026-04-01"]


def test_dates_of_nothing_but_zeros_are_empty(read):
    text = policies(
        "P1,A1,2026-04-01,2026-04-03",
        "P2,A1,2026-04-02,0000-00-00",
        headers="保单号,工号,到期日,续保日期",
    )
    assert [str(day) for day in read(text).column("renewed_on")] == ["2026-04-03", "None"]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("Apr-26", "2026-04", "2026-04"),
        ("26Q2", "2026-04", "2026-06"),
        ("26年4月", "2026-04", "2026-04"),
        ("26年上半年", "2026-01", "2026-06"),
        ("26H1", "2026-01", "2026-06"),
        ("26年第二季度", "2026-04", "2026-06"),
    ],
)
def test_a_period_whose_year_has_two_digits_is_asked(read, written, first, last):
    text = scores(f"A1,王敏,{written},100,90")
    assert read(text).questions["period_short"].facts["year"] == 2026
    record = read(text, answers={"period_short": "yes"}).records[0]
    assert (f"{record['first_month']:%Y-%m}", f"{record['last_month']:%Y-%m}") == (first, last)
    assert {reason for _, _, reason in read(text, answers={"period_short": "no"}).issues} == {
        "not_period"
    }


@pytest.mark.parametrize(
    ("written", "first", "last"), [("4月", 4, 4), ("Q2", 4, 6), ("上半年", 1, 6), ("十月", 10, 10)]
)
def test_a_period_without_a_year_is_asked_for_it(read, written, first, last):
    text = scores(f"A1,王敏,{written},100,90")
    assert str(THIS) in read(text).questions["period_year"].choices
    record = read(text, answers={"period_year": str(THIS - 1)}).records[0]
    assert (record["first_month"], record["last_month"].month) == (
        dt.date(THIS - 1, first, 1),
        last,
    )


def test_a_day_in_the_period_column_is_its_month(read):
    record = read(scores("A1,王敏,20260430,100,90")).records[0]
    assert (str(record["first_month"]), str(record["last_month"])) == ("2026-04-01", "2026-04-01")


def test_months_over_a_new_year_are_not_given_one_year(read):
    with pytest.raises(RecipeRefused, match="years_differ"):
        read(policies("P1,A1,12月28日,已续", "P2,A1,1月5日,未续"))
    with pytest.raises(RecipeRefused, match="years_differ"):
        read(scores("A1,王敏,12月,100,90", "A1,王敏,1月,80,60"))
    whole = read(scores(*(f"A1,王敏,{month}月,100,90" for month in range(1, 13))))
    assert "period_year" in whole.questions  # a whole year is of one year


def test_six_digits_of_early_days_of_a_month_are_dates_too(read):
    assert due(read(policies("P1,A1,240412,已续", "P2,A1,240428,未续"))) == [
        "2024-04-12",
        "2024-04-28",
    ]


# -- headers and words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["Renewed (Y/N)", "Renewed (Yes/No)", "是否续保（是/否）", "是否续保(1/0)"]
)
def test_a_header_that_lists_its_words_is_the_outcome(read, header):
    told = read(
        policies("P1,A1,2026-04-02,Y", "P2,A1,2026-04-03,N", headers=f"保单号,工号,到期日,{header}")
    )
    assert told.column("outcome") == ["renewed", "lost"]


def test_english_counts_are_known_by_their_own_labels(read):
    told = read(
        scores(
            "A1,Ann,2026-04,100,90",
            headers="Agent ID,Agent Name,Month,Due Policies,Renewed Policies",
        )
    )
    assert (told.measure("due_policies"), told.measure("renewed_policies")) == (
        {"A1": 100},
        {"A1": 90},
    )


def test_a_score_above_its_scale_is_called_one(read):
    told = read(
        scores(
            "A1,王敏,2026-04,4.5", "A2,李强,2026-04,48", headers="工号,姓名,月份,满意度（5分制）"
        )
    )
    assert told.issues == [(3, "satisfaction", "score_range")]


def test_words_for_not_yet_and_not_any_more_are_told_apart(read):
    told = read(
        policies("P1,A1,2026-04-02,不续保", "P2,A1,2026-04-03,待续保", "P3,A1,2026-04-03,已续保")
    )
    assert told.column("outcome") == ["lost", "open", "renewed"]


def test_what_was_only_guessed_is_listed_with_some_of_its_values(shell, tmp_path):
    (tmp_path / "p.csv").write_text(
        policies("P1,A1,2026-04-02,1", "P2,A1,2026-04-03,0", headers="保单号,工号,到期日,Lapsed"),
        "utf-8",
    )
    assert "(outcome) = Lapsed (1, 0)" in shell.refused(
        "load", tmp_path / "p.csv", "--as-of", "2026-06-30"
    )


def test_a_scoresheet_without_a_known_figure_names_its_columns(shell, tmp_path):
    (tmp_path / "s.csv").write_text(
        scores("A1,王敏,2026-04,好,高", headers="工号,姓名,月份,表现,态度"), "utf-8"
    )
    (tmp_path / "r.toml").write_text(
        'kind = "scoresheet"\n[columns]\nagent_id = "工号"\nperiod = "月份"\n', "utf-8"
    )
    said = shell.refused("load", tmp_path / "s.csv", "--recipe", tmp_path / "r.toml")
    assert "表现, 态度" in said


def test_policies_without_a_known_outcome_are_told_so_and_not_taken_for_something_else(
    shell, tmp_path
):
    text = policies("P1,A1,2026-04-02,签了,东", headers="保单号,工号,到期日,客户意向,团队")
    (tmp_path / "p.csv").write_text(text, "utf-8")
    said = shell.refused("load", tmp_path / "p.csv", "--as-of", "2026-06-30")
    assert "looks like policies due" in said
    assert "the columns left: 客户意向" in said


# -- units of amounts ------------------------------------------------------------------------------


def premiums(*cells: object, header: str = "应续保费") -> str:
    return policies(
        *(f"P{number},A1,2026-04-02,已续,{cell}" for number, cell in enumerate(cells)),
        headers=f"{POLICY},{header}",
    )


@pytest.mark.parametrize(
    "shown", ['#,##0.0"K"', "0.0\\k;[Red]-0.0\\k", '[>=1]0.0"千";[<1]0.000"千"']
)
def test_thousands_that_only_the_format_shows_count(read, tmp_path, shown):
    path = workbook(
        tmp_path / "b.xlsx", [PREMIUM, ["P1", "A1", "2026-04-02", "已续", 12.5]], formats={4: shown}
    )
    assert read(path).column("premium_due") == [Decimal("12500.00")]


def test_thousands_in_letters_are_read(read):
    assert read(premiums("12.5K", "8000", "0.9k")).column("premium_due") == [
        Decimal("12500.00"),
        Decimal("8000.00"),
        Decimal("900.00"),
    ]


def test_a_format_of_parts_in_different_units_is_read_by_the_part_that_shows_the_value(
    read, tmp_path
):
    rows: Rows = [
        PREMIUM,
        *(
            [f"P{number}", "A1", "2026-04-02", "已续", value]
            for number, value in enumerate((0.4, 1.2, 0.5))
        ),
    ]
    told = read(workbook(tmp_path / "b.xlsx", rows, formats={4: '[<1]0.00;0.00"万元"'}))
    assert told.column("premium_due") == [Decimal("0.40"), Decimal("12000.00"), Decimal("0.50")]
    assert told.questions["plausible.units.premium_due"].facts["named"] == "12,000.00"
    scaled = workbook(tmp_path / "c.xlsx", rows, formats={4: '[>=10000]0!.0,"万";0.00'})
    assert "plausible.units.premium_due" not in read(scaled).questions


def test_one_amount_a_thousand_times_the_others_is_asked_with_its_row(read):
    question = read(premiums(1.2, 1.5, 12000, 0.9, header="应续保费（万元）")).questions[
        "plausible.amounts.premium_due"
    ]
    assert (question.facts["row"], question.facts["value"]) == (4, "120,000,000.00")
    assert read(premiums(12000, "1.2万", 9000, "0.9万")).questions == {}


def test_premiums_of_a_few_yuan_a_policy_are_asked(read):
    assert "plausible.premium" in read(premiums(0.12, 0.33, 1.05)).questions
    told = read(
        scores(
            "A1,王敏,2026-04,100,90,12.5", "A2,李强,2026-04,80,60,9.1", headers=f"{SCORES},应续保费"
        )
    )
    assert told.questions["plausible.premium"].facts["each"] == "0.12"


@pytest.mark.parametrize(
    "rows",
    [
        [ABOVE, [], BELOW, ROW],  # an empty row between
        [["4月业绩"], [], ABOVE, [], BELOW, ROW],
    ],
)
def test_an_empty_row_parts_no_header_from_its_lower_half(read, tmp_path, rows):
    told = read(workbook(tmp_path / "b.xlsx", [[cell or None for cell in row] for row in rows]))
    assert (told.questions, told.issues) == ({}, [])
    assert (told.measure("due_policies"), told.measure("renewed_premium")) == (
        {"A1": 100},
        {"A1": 81_000},
    )


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (["件数", None, "保费", None], ["应续", "已续", "应续", "已续"]),
        (["件数", None, "应续保费", "已续保费"], ["应续", "已续", None, None]),
        (["应续", "已续", "应续保费", "保费"], ["件数", "件数", None, "已续保费"]),
    ],
)
def test_a_name_below_a_single_name_is_half_of_a_header(read, tmp_path, above, below):
    rows = [
        ["工号", "姓名", "月份", *above],
        [None, None, None, *below],
        ["A1", "王敏", "2026-04", 100, 90, 9e4, 8e4],
    ]
    told = read(workbook(tmp_path / "b.xlsx", rows))
    assert (told.questions, told.issues) == ({}, [])
    assert [
        told.measure(measure)["A1"]
        for measure in ("due_policies", "renewed_policies", "due_premium", "renewed_premium")
    ] == [
        100,
        90,
        9e4,
        8e4,
    ]


def test_a_scale_or_unit_that_is_only_half_of_a_header_counts(read, tmp_path):
    above, below = [*HEAD, "客户满意度", "保费（万元）"], [*[None] * 5, "（5分制）", "应续保费"]
    told = read(workbook(tmp_path / "b.xlsx", [above, below, [*ANN, 4.5, 10]]))
    assert (told.questions, told.issues) == ({}, [])
    assert (told.measure("satisfaction"), told.measure("due_premium")) == (
        {"A1": 90},
        {"A1": 100_000},
    )


@pytest.mark.parametrize("above", ["本年累计", "去年同期", "YTD", "目标"])
def test_a_figure_below_a_name_of_another_time_is_not_the_months(tmp_path, above):
    rows = [
        ["工号", "姓名", "月份", "本月", None, above],
        [None, None, None, "应续件数", "已续件数", "续保率"],
    ]
    path = workbook(tmp_path / "b.xlsx", [*rows, ["A1", "王敏", "2026-04", 100, 90, 0.8]])
    guess = worker.look(path, Layout(recognised=known_headers())).sheets[0].guesses[0]
    assert (guess.sure, guess.figures) == (False, (f"{above} 续保率",))


def test_figures_with_a_word_among_them_are_no_roster(tmp_path):
    rows = [["工号", "姓名", "月份", "件", "额"], ["A1", "王敏", "2026-04", "其中", "其中"]]
    path = workbook(
        tmp_path / "b.xlsx",
        [*rows, ["A2", "李强", "2026-04", 80, 6], ["A3", "赵云", "2026-04", 60, 5]],
    )
    guess = worker.look(path, Layout(recognised=known_headers())).sheets[0].guesses[0]
    assert (guess.kind, guess.sure, guess.figures) == ("agents", False, ("件", "额"))


def test_names_of_teams_beside_names_of_branches_are_asked_about_and_others_are_told(
    read, tmp_path
):
    path = book_of(tmp_path / "b.xlsx", {"一组": [HEAD, ANN], "北京分公司": [HEAD, BEN]})
    assert read(path).questions["sheets.names"].choices == ("team", "branch", "nothing")
    assert read(path, answers={"sheets.names": "branch"}).facts("branch") == {
        "A1": "一组",
        "A3": "北京分公司",
    }
    path = book_of(tmp_path / "c.xlsx", {"一组": [HEAD, ANN], "Sheet1": [HEAD, BEN]})
    told = read(path)
    assert (told.questions, told.notes["sheet_names_unused"]) == ({}, {"sheets": "一组, Sheet1"})


def test_a_sheet_without_a_month_beside_sheets_of_months_is_asked_about(read, tmp_path):
    rows = {
        name: [HEAD[:2] + HEAD[3:], ["A1", "王敏", count, 30]]
        for name, count in (("4月", 100), ("5月", 80), ("Sheet1", 180))
    }
    path = book_of(
        tmp_path / "b.xlsx",
        {f"2026年{name}" if "月" in name else name: table for name, table in rows.items()},
    )
    assert read(path).questions["telling.sheets"].key == "telling_nameless"
    told = read(path, answers={"telling.sheets": "leave"})
    assert (told.questions, told.issues, told.notes["sheets_left"]) == (
        {},
        [],
        {"sheets": "Sheet1"},
    )
    assert [
        (str(record["first_month"])[:7], record["value"])
        for record in told.records
        if record["measure"] == "due_policies"
    ] == [
        ("2026-04", 100),
        ("2026-05", 80),
    ]


def test_a_copy_of_a_sheet_is_read_once_and_said(read, tmp_path):
    rows = [POLICY.split(","), ["P1", "A1", "2026-04-02", "已续"]]
    for name in ("明细 (2)", "明细备份", "明细 - 副本"):
        told = read(book_of(tmp_path / "b.xlsx", {"明细": rows, name: rows}))
        assert (len(told.records), told.issues) == (1, [])
        assert told.notes["sheet_same"] == {"sheet": name, "other": "明细"}


def test_two_months_of_the_same_figures_are_asked_about(read, tmp_path):
    rows = [HEAD[:2] + HEAD[3:], ["A1", "王敏", 100, 90], ["A2", "李强", 80, 60]]
    path = book_of(tmp_path / "b.xlsx", {"2026年4月": rows, "2026年5月": rows})
    assert read(path).questions["plausible.sheets.2026年5月"].facts["other"] == "2026年4月"


@pytest.mark.parametrize("written", ["4/2026", "04/2026", "4-2026"])
def test_a_month_before_its_year_is_a_period(read, written):
    told = read(scores(f"A1,王敏,{written},100,90"))
    assert (told.questions, str(told.records[0]["first_month"])) == ({}, "2026-04-01")


@pytest.mark.parametrize("written", ["26-Apr", "260401", "Apr-26", "26年4月"])
def test_two_digits_of_a_year_are_asked_only_where_the_column_never_names_it_in_full(read, written):
    assert "period_short" in read(scores(f"A1,王敏,{written},100,90")).questions
    told = read(scores(f"A1,王敏,{written},100,90", "A2,李强,2026-05,80,60"))
    assert (told.questions, str(told.records[0]["first_month"])) == ({}, "2026-04-01")


@pytest.mark.parametrize("header", ["续保与否（是/否）", "续保与否", "续保"])
def test_headers_that_ask_whether_it_was_renewed_are_the_outcome(tmp_path, header):
    path = tmp_path / "p.csv"
    path.write_text(
        policies(
            "P1,A1,2026-04-02,是", "P2,A1,2026-04-03,否", headers=f"保单号,工号,到期日,{header}"
        ),
        "utf-8",
    )
    guess = worker.look(path, Layout(recognised=known_headers())).sheets[0].guesses[0]
    assert (guess.kind, guess.sure, guess.matches["outcome"]) == (
        "policies",
        True,
        (header, 100),
    )


def test_scores_that_say_what_they_are_of_are_read_so_and_said(read):
    told = read(
        scores("A1,王敏,2026-04,9/10", "A2,李强,2026-04,4/5", headers="工号,姓名,月份,满意度")
    )
    assert told.measure("satisfaction") == {"A1": 90, "A2": 80}
    assert told.notes["scores_of"]["count"] == 2


def test_counts_written_as_renewed_of_due_are_figures_and_no_roster(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        scores(
            "A1,王敏,2026-04,45/50", "A2,李强,2026-04,30/40", headers="工号,姓名,月份,续保数/应续数"
        ),
        "utf-8",
    )
    guess = worker.look(path, Layout(recognised=known_headers())).sheets[0].guesses[0]
    assert (guess.sure, guess.figures) == (False, ("续保数/应续数",))


def test_a_rate_that_cannot_be_is_told_as_the_file_has_it(read):
    told = read(
        scores("A1,王敏,2026-04,9500%", "A2,李强,2026-04,80%", headers="工号,姓名,月份,续保率")
    )
    assert [(problem.value, problem.reason) for problem in told.understood.problems] == [
        ("9500%", "over_100")
    ]


def test_names_of_agents_beside_their_ids_are_their_names(read):
    headers = "Policy No,Agent ID,Agent,Due Date,Outcome"
    told = read(
        policies("P1,A1,Ann,2026-04-02,Renewed", "P2,A2,Bob,2026-04-03,Lost", headers=headers)
    )
    assert told.column("name") == ["Ann", "Bob"]


@pytest.mark.parametrize("sheets", [("星火", "朝阳"), ("Sparks", "Sunrise")])
def test_sheets_with_names_of_their_own_are_asked_whether_these_are_teams(read, tmp_path, sheets):
    path = book_of(tmp_path / "b.xlsx", dict(zip(sheets, ([HEAD, ANN], [HEAD, BEN]), strict=True)))
    question = read(path).questions["sheets.names"]
    assert (question.choices, question.suggested) == (("team", "nothing"), "team")
    told = read(path, answers={"sheets.names": "team"})
    assert (told.issues, told.facts("team")) == ([], {"A1": sheets[0], "A3": sheets[1]})
    assert read(path, answers={"sheets.names": "nothing"}).facts("team") == {"A1": None, "A3": None}


@pytest.mark.parametrize(
    "sheets", [("Sheet1", "Sheet2"), ("清单", "清单 (2)"), ("明细", "续保数据"), ("1月", "2月")]
)
def test_sheets_called_after_tables_or_months_are_not_asked_about(read, tmp_path, sheets):
    path = book_of(tmp_path / "b.xlsx", dict(zip(sheets, ([HEAD, ANN], [HEAD, BEN]), strict=True)))
    assert "sheets.names" not in read(path).questions


def test_a_rate_written_as_so_many_of_so_many_is_that_share_and_said(read):
    told = read("工号,月份,续保率\nA1,2026-04,45/50\nA2,2026-04,30 / 40\nA3,2026-04,80%\n")
    assert (told.issues, told.measure("renewal_rate")) == ([], {"A1": 0.9, "A2": 0.75, "A3": 0.8})
    assert told.notes["rates_of"] == {"column": "续保率", "value": "30 / 40", "count": 2}


def test_a_period_that_cannot_be_read_is_told_once_for_all_its_rows(read):
    told = read("工号,月份,应续件数,已续件数\nA1,FY26,10,9\nA2,FY26,20,10\nA3,2026-04,30,20\n")
    assert [
        (problem.value, problem.reason, problem.count) for problem in told.understood.problems
    ] == [("FY26", "not_period", 2)]


FIVE_RATES = (
    "1001,甲,80%,85",
    "1002,乙,92%,95",
    "1003,丙,71%,75",
    "1004,丁,60%,61",
    "1005,戊,64%,73",
)


def of_rates(*rows, teams=""):
    """Rates and scores of five agents of two teams (the last two of the second), then these
    rows."""
    lines = [row.split(",") for row in (*FIVE_RATES, *rows)]
    places = teams.split(",") if teams else ["星火"] * 3 + ["朝阳"] * 2 + [""] * len(rows)
    body = [
        f"{row[0]},{row[1]},{team},2026-04,{row[2]},{row[3]}"
        for row, team in zip(lines, places, strict=True)
    ]
    return "\n".join(("工号,姓名,团队,月份,续保率,客户满意度", *body)) + "\n"


def test_the_mean_of_all_rates_is_asked_about_though_it_is_numbered_as_people_are(read):
    # (80 + 92 + 71 + 60 + 64) / 5 = 73.4, (85 + 95 + 75 + 61 + 73) / 5 = 77.8
    told = read(of_rates("1006,己,73.4%,77.8"))
    assert told.questions["rows.sums"].facts["names"] == "1006"
    assert "1006" not in told.measure("renewal_rate")
    assert "rows.sums" not in read(of_rates("1006,己,74.4%,77.8")).questions


def test_the_mean_of_each_team_is_asked_about_though_it_is_numbered_as_people_are(read):
    # 星火 (80 + 92 + 71) / 3 = 81, (85 + 95 + 75) / 3 = 85; 朝阳 62 and 67
    told = read(
        of_rates("1006,己,81%,85", "1007,庚,62%,67", teams="星火,星火,星火,朝阳,朝阳,星火,朝阳")
    )
    assert told.questions["rows.sums"].facts["names"] == "1006, 1007"


def test_a_row_of_rates_called_after_a_team_of_the_sheet_is_asked_about(read):
    told = read(of_rates("1006,星火,83%,88", teams="星火,星火,星火,朝阳,朝阳,星火"))
    assert told.questions["rows.sums"].facts["names"] == "1006"
    assert set(told.measure("renewal_rate")) == {"1001", "1002", "1003", "1004", "1005"}
