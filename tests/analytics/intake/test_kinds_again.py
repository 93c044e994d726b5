"""The nine kinds of faults in other dresses: no figure wrong in silence, small files made by
hand."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from analytics.errors import RecipeRefused
from analytics.intake import marks
from analytics.intake.formats import brief, shown
from analytics.intake.meanings import names_the_loss
from analytics.reports.sheets import targets_line
from tests.analytics.intake.told import POLICY, Rows, policies, read_file, workbook

SCORE = "工号,月份,应续件数,已续件数"


@pytest.mark.parametrize(
    "header", ["churn_flag", "is_lapsed", "NonRenewal", "not_renewed", "是否断保", "不续保", "战败"]
)
def test_a_header_that_names_the_loss_is_known_in_every_spelling(header):
    assert names_the_loss(header)


@pytest.mark.parametrize("header", ["closest branch", "renewed", "续保结果", "flossing"])
def test_a_header_that_names_no_loss_is_taken_as_it_stands(header):
    assert not names_the_loss(header)


def test_yes_below_a_flag_of_churn_is_asked_also_by_a_recipe(read):
    text = policies(
        "P1,A1,2026-04-01,Y", "P2,A1,2026-04-02,N", headers="保单号,工号,到期日,churn_flag"
    )
    columns = {
        "policy_id": "保单号",
        "agent_id": "工号",
        "due_date": "到期日",
        "outcome": "churn_flag",
    }
    assert read(text, kind="policies", columns=columns).questions["sense.outcome"].suggested is None
    told = read(text, kind="policies", columns=columns, answers={"sense.outcome": "lost"})
    assert told.column("outcome") == ["lost", "renewed"]


def half_turned(path):
    """Days 1 to 28 of April as a program that expects months first leaves them: 1 to 12 turned
    round, the rest text."""
    rows: Rows = [
        [
            f"P{day}",
            "A1",
            dt.date(2026, day, 4) if day <= 12 else f"{day}/04/2026",
            ("已续", "未续")[day % 2],
        ]
        for day in range(1, 29)
    ]
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, style = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate([POLICY.split(","), *rows]):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell, style if isinstance(cell, dt.date) else None)
    return path


def test_dates_of_which_a_spreadsheet_turned_one_part_round_are_asked(tmp_path):
    told = read_file(half_turned(tmp_path / "p.xlsx"), tmp_path)
    question = told.questions["dates_turned.due_date"]
    assert (question.choices, question.suggested) == (("turn", "as_written"), "turn")
    spans = question.facts["spans"]
    assert isinstance(spans, dict)
    assert spans["en"] == "turn day and month round: 1, as they stand: 12"
    told = read_file(tmp_path / "p.xlsx", tmp_path, answers={"dates_turned.due_date": "turn"})
    assert {day.strftime("%Y-%m") for day in told.column("due_date")} == {"2026-04"}
    told = read_file(tmp_path / "p.xlsx", tmp_path, answers={"dates_turned.due_date": "as_written"})
    assert len({day.month for day in told.column("due_date")}) == 12


def test_dates_of_a_sheet_that_were_not_turned_round_cost_no_question(read):
    rows = [
        "P1,A1,13/04/2026,已续",
        "P2,A1,2026-04-05,未续",
        "P3,A1,2026-04-21,已续",
        "P4,A1,14/04/2026,已续",
    ]
    assert read(policies(*rows)).questions == {}


@pytest.mark.parametrize(
    ("header", "cell", "rate"),
    [("投诉率(‰)", "12", 1.2), ("万单投诉率", "120", 1.2), ("每千件投诉", "12", 1.2)],
)
def test_complaints_per_thousand_become_complaints_per_hundred(read, header, cell, rate):
    columns = {
        "agent_id": "工号",
        "period": "月份",
        "due_policies": "应续件数",
        "renewed_policies": "已续件数",
        "complaint_rate": header,
    }
    told = read(
        policies(f"A1,2026-06,50,40,{cell}", headers=f"{SCORE},{header}"),
        kind="scoresheet",
        columns=columns,
    )
    assert told.measure("complaint_rate") or told.measure("complaints")
    value = told.measure("complaint_rate").get("A1", told.measure("complaints").get("A1", 0) * 2)
    assert (value, told.notes["per_more"]["column"]) == (pytest.approx(rate), header)


def test_one_currency_by_three_names_is_one(read):
    headers = f"{POLICY},应续保费,币种"
    rows = [
        "P1,A1,2026-04-01,已续,1000,人民币",
        "P2,A1,2026-04-02,未续,1000,RMB",
        "P3,A1,2026-04-02,未续,1000,CNY",
    ]
    assert read(policies(*rows, headers=headers)).questions == {}
    assert (
        "telling.币种"
        in read(policies(*rows, "P4,A1,2026-04-03,已续,10,USD", headers=headers)).questions
    )


def test_a_row_of_units_below_the_names_loses_no_column(tmp_path):
    rows: Rows = [
        ["工号", "月份", "应续件数", "已续件数", "应续保费"],
        [None, None, "件", "件", "万元"],
        ["A1", "2026-06", 50, 40, 18.6],
        ["B2", "2026-06", 40, 20, 9.8],
    ]
    told = read_file(workbook(tmp_path / "s.xlsx", rows), tmp_path)
    assert told.measure("renewed_policies") == {"A1": 40, "B2": 20}
    assert told.measure("due_premium") == {"A1": 186_000, "B2": 98_000}


@pytest.mark.parametrize("written", [("004518", "000000"), ("A0045", '"A"0000')])
def test_an_id_is_what_the_sheet_shows(tmp_path, written):
    shown, form = written
    number = int(shown.lstrip("A"))
    rows: Rows = [
        POLICY.split(","),
        ["P1", number, "2026-04-01", "已续"],
        ["P2", shown, "2026-04-02", "未续"],
    ]
    told = read_file(workbook(tmp_path / "p.xlsx", rows, formats={1: form}), tmp_path)
    assert set(told.column("agent_id")) == {shown}


def test_what_a_web_page_hides_is_left_out_as_in_every_workbook(tmp_path):
    def line(cells, style=""):
        return f"<tr{style}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"

    rows = [POLICY.split(","), ["P1", "A1", "2026-04-01", "已续"]]
    hidden = line(["P2", "A1", "2026-04-02", "未续"], ' style="DISPLAY: none"')
    path = tmp_path / "p.xls"
    path.write_text(
        f"<html><meta charset='utf-8'><table>{line(rows[0])}{line(rows[1])}{hidden}</table></html>",
        "utf-8",
    )
    told = read_file(path, tmp_path)
    assert (told.column("policy_id"), told.understood.hidden_rows) == (["P1"], 1)


@pytest.mark.parametrize(
    "headers",
    [
        "policy_no,agent_code,due_date,renewal_status",
        "PolicyNo,AgentId,DueDate,RenewalStatus",
        "policy-no,agent-id,due-date,renewal-status",
    ],
)
def test_headers_are_the_same_words_with_bars_hyphens_or_humps(shell, tmp_path, headers):
    path = tmp_path / "p.csv"
    path.write_text(
        policies("P1,K1,2026-04-02,renewed", "P2,K1,2026-04-03,lost", headers=headers), "utf-8"
    )
    assert shell("load", path, "--as-of", "2026-12-31")["loaded"] == 2


def test_a_mark_of_exclusion_is_used_or_asked_and_never_left_aside(read):
    rows = ["P1,A1,2026-04-02,已续,否", "P2,A1,2026-04-03,未续,是", "P3,A1,2026-04-04,未续,否"]
    told = read(policies(*rows, headers=f"{POLICY},剔除标识"))
    assert told.column("exclusion") == [None, "是", None]
    assert "telling.不计考核" in read(policies(*rows, headers=f"{POLICY},不计考核")).questions


def test_a_sheet_of_one_line_of_business_is_asked_whether_it_is_all(read):
    motor = read(policies("A1,2026-04,10,8,车险", headers=f"{SCORE},险种"))
    assert motor.questions["telling.险种.车险"].suggested == "ignore"
    answers = {"telling.险种.车险": "ignore"}
    assert (
        read(policies("A1,2026-04,10,8,车险", headers=f"{SCORE},险种"), answers=answers).questions
        == {}
    )
    assert (
        "telling.险种.非车"
        in read(
            policies("A1,2026-04,10,4,非车", headers=f"{SCORE},险种"), answers=answers
        ).questions
    )


def test_a_question_is_asked_once_however_many_cells_raise_it(read):
    told = read(policies("A1,26-Apr,10,8", "A1,26-May,10,4", headers=SCORE))
    assert list(told.questions) == ["period_short"]


def test_percents_are_shown_without_zeros_that_nobody_wrote(tmp_path):
    rows: Rows = [
        ["工号", "月份", "应续件数", "续保率"],
        ["A1", "2026-06", 7, 6 / 7],
        ["B2", "2026-06", 4, 0.5],
    ]
    told = read_file(workbook(tmp_path / "s.xlsx", rows, formats={3: "0.0%"}), tmp_path)
    assert told.measure("renewed_policies")["A1"] == pytest.approx(6)

    assert (shown("0.857142857142857", "%"), shown("0.5", "%"), shown("1", "%")) == (
        "85.7142857142857%",
        "50%",
        "100%",
    )
    assert Decimal(shown("0.92", "%").rstrip("%")) == 92


def test_a_figure_whose_header_only_resembles_a_known_one_is_asked_and_not_dropped(shell, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        policies("A1,2026-06,50,40,1000", headers="工号,月份,应续件数,已续件数,应续保费额"), "utf-8"
    )
    assert "(due_premium) = 应续保费额" in shell.refused("load", path, "--as-of", "2026-12-31")


def test_rows_left_out_of_several_sheets_are_told_by_sheet_and_in_order(shell, tmp_path):
    path = tmp_path / "2026年.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for month, last in (("2026年1月", 3), ("2026年2月", 2)):
            sheet = book.add_worksheet(month)
            sheet.write_row(0, 0, ["工号", "应续件数", "已续件数"])
            for number in range(1, last + 1):
                sheet.write_row(number, 0, [f"A{number}", 10, 5])
            sheet.write_row(last + 1, 0, ["合计", 10 * last, 5 * last])
    receipt = shell("load", path, "--as-of", "2026-12-31")
    assert "(row 2026年1月: 5; 2026年2月: 4)" in "".join(receipt["notes"])


@pytest.mark.parametrize(
    ("given", "said"), [(True, "fewer than half had a target"), (False, "nobody had a target")]
)
def test_a_sheet_says_that_nobody_has_a_target_where_nobody_has_one(given, said):
    month = {
        "month": "2026-05",
        "count_basis": "median_result",
        "premium_basis": "none",
        "given_targets": given,
    }
    assert said in targets_line({"targets": [month], "indicators": []}, "en")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-31 17:00:00+00", "2026-04-01"),
        ("2026-03-31 17:00:00.5+00", "2026-04-01"),
        ("2026-03-31 17:00:00 UTC", "2026-04-01"),
        ("2026-03-31T17:00Z", "2026-04-01"),
        ("2026-04-01 02:00:00+0900", "2026-04-01"),
        ("2026-04-01 00:30:00+09", "2026-03-31"),
        ("2026-03-31 10:30:00-05:30", "2026-04-01"),
        ("2026-03-31 17:00:00+08", "2026-03-31"),
    ],
)
def test_a_zone_of_whole_hours_as_databases_write_it_is_a_zone(read, written, meant):
    told = read(policies(f"P1,A1,{written},已续"))
    assert str(told.records[0]["due_date"]) == meant
    assert ("time_zone" in told.notes) != written.endswith("+08")


def test_moments_of_a_parquet_file_are_days_of_china(tmp_path):
    day = dt.datetime(2026, 3, 31, 17)
    table = pa.table(
        {
            "policy_id": ["P1"],
            "agent_id": ["A1"],
            "outcome": ["renewed"],
            "due_date": pa.array([day], pa.timestamp("us", tz="UTC")),
        }
    )
    pq.write_table(table, tmp_path / "p.parquet")
    assert [str(day) for day in read_file(tmp_path / "p.parquet", tmp_path).column("due_date")] == [
        "2026-04-01"
    ]


def test_a_workbook_of_the_old_form_that_holds_an_archive_is_still_of_the_old_form(
    tmp_path, monkeypatch
):
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as theme:
        theme.writestr("theme/theme/theme1.xml", "<a/>")
    path = tmp_path / "p.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + inside.getvalue())
    assert zipfile.is_zipfile(path)
    monkeypatch.setattr(marks, "_marks_of_xls", lambda _: {"表": marks.Marks(hidden={3})})
    assert marks.marks_of(path)[0]["表"].hidden == {3}


@pytest.mark.parametrize(
    ("cell", "example"),
    [
        ("85.7142857142857%", "85.7143%"),
        ("0.857142857142857", "0.8571"),
        ("1860.5", "1860.5"),
        ("PDAA1", "PDAA1"),
        ("12.00000", "12"),
    ],
)
def test_an_example_of_a_number_has_no_decimals_of_a_machine(cell, example):
    assert brief(cell) == example


def test_a_list_without_an_outcome_names_the_columns_that_are_left(shell, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        policies(
            "P1,A1,2026-04-02,价格", "P2,A1,2026-04-03,", headers="保单号,工号,到期日,流失原因"
        ),
        "utf-8",
    )
    assert "流失原因" in shell.refused("load", path, "--as-of", "2026-12-31")


@pytest.mark.parametrize(
    "weeks", [("4月第1周", "4月第2周"), ("2026年4月第一周", "2026年4月第二周")]
)
def test_sheets_of_weeks_are_refused_as_weeks(tmp_path, weeks):
    path = tmp_path / "s.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for week in weeks:
            sheet = book.add_worksheet(week)
            sheet.write_row(0, 0, ["工号", "应续件数", "已续件数"])
            sheet.write_row(1, 0, ["A1", 10, len(book.worksheets())])
    with pytest.raises(RecipeRefused, match="scoresheet_weeks"):
        read_file(path, tmp_path)
