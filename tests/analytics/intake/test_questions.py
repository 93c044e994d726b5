"""What a file leaves open is asked, what was assumed is said, and no figure is wrong in silence;
small files made by hand."""

from __future__ import annotations

import os
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from analytics.errors import FileRefused, RecipeRefused
from analytics.intake import worker
from analytics.intake.guessing import recipes_of
from analytics.intake.meanings import meanings_of
from analytics.intake.recognise import known_headers
from analytics.intake.table import Layout
from analytics.intake.understood import Outline
from tests.analytics.intake.told import POLICY, Rows, policies, workbook

# -- dates -----------------------------------------------------------------------------------------


def test_two_digit_years_are_settled_by_the_whole_column_and_said(read):
    told = read(policies("P1,A1,26/03/15,已续", "P2,A1,26/04/28,未续"))
    assert [str(day) for day in told.column("due_date")] == ["2026-03-15", "2026-04-28"]
    assert told.notes["date_order"]["order"] == {"zh": "年-月-日", "en": "year-month-day"}


def test_one_date_that_can_be_read_in_two_ways_is_asked(read):
    told = read(policies("P1,A1,03/04/26,已续"))
    assert set(told.questions["date_order.due_date"].choices) == {"ymd", "dmy", "mdy"}
    told = read(policies("P1,A1,03/04/26,已续"), answers={"date_order.due_date": "mdy"})
    assert (told.questions, str(told.records[0]["due_date"])) == ({}, "2026-03-04")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("01-Apr-2026", "2026-04-01"),
        ("Apr 1 2026", "2026-04-01"),
        ("1st April 2026", "2026-04-01"),
        ("2026-04-01 星期三", "2026-04-01"),
        ("Wed 2026-04-01", "2026-04-01"),
        ("2026-03-31T16:00:00Z", "2026-04-01"),
        ("2026-03-31T16:00:00+08:00", "2026-03-31"),
        ("2026-03-31 23:59:17", "2026-04-01"),
        ("2026年4月1日", "2026-04-01"),
    ],
)
def test_dates_as_people_and_programs_write_them(read, written, meant):
    assert str(read(policies(f"P1,A1,{written},已续")).records[0]["due_date"]) == meant


def test_moments_of_another_zone_and_the_midnight_of_web_exports_are_said(read):
    assert read(policies("P1,A1,2026-03-31T16:00:00Z,已续")).notes["time_zone"]["count"] == 1
    assert read(policies("P1,A1,2026-03-31 23:59:17,已续")).notes["web_midnight"]["count"] == 1


def test_dates_that_contradict_each_other_or_today_are_issues(read):
    headers = f"{POLICY},续保日期"
    rows = (
        "P1,A1,2026-04-10,未续,2026-04-20",
        "P2,A1,2026-04-11,已续,2025-05-01",
        "P3,A1,2026-04-12,已续,2062-04-12",
        "P4,A1,2062-04-13,未续,",
        "P5,A1,2026-04-14,已续,2026-04-14",
        "P6,A1,2026-04-15,已续,2026-04-14",
    )
    assert set(read(policies(*rows, headers=headers)).issues) == {
        (2, "outcome", "contradiction"),
        (3, "renewed_on", "renewed_early"),
        (4, "renewed_on", "renewed_future"),
        (5, "due_date", "far_future"),
    }


def test_the_signing_date_of_the_expiring_policy_is_no_renewal(read):
    headers = "保单号,工号,签单日期,终保日期"
    with pytest.raises(RecipeRefused, match="renewals_early"):
        read(
            policies("P1,A1,2025-04-09,2026-04-10", "P2,A1,2025-04-10,2026-04-11", headers=headers)
        )
    told = read(policies("P1,A1,2025-04-09,2026-04-10,未续", headers=f"{headers},续保结果"))
    assert told.questions["renewals_early"].suggested == "ignore"


# -- numbers, scales and units ---------------------------------------------------------------------


def test_a_decimal_comma_is_read_by_the_whole_column(read):
    told = read(
        "保单号;工号;到期日;续保结果;应续保费\nP1;A1;2026-04-01;已续;1860,50\n"
        "P2;A1;2026-04-02;未续;1.200,00\n"
    )
    assert [float(value) for value in told.column("premium_due")] == [1860.5, 1200.0]
    assert told.notes["decimal_comma"]["column"] == "应续保费"


def test_a_comma_that_could_be_either_is_asked_where_semicolons_part_the_columns(read):
    text = "保单号;工号;到期日;续保结果;应续保费\nP1;A1;2026-04-01;已续;1,860\n"
    assert "decimal.premium_due" in read(text).questions
    assert (
        float(read(text, answers={"decimal.premium_due": "comma"}).records[0]["premium_due"])
        == 1.86
    )


@pytest.mark.parametrize(
    ("header", "cell", "amount"),
    [
        ("应续保费（万元）", "0.18605", 1860.5),
        ("应续保费万元", "0.18605", 1860.5),
        ("应续保费-千元", "1.8605", 1860.5),
        ("应续保费（元）", "1860.5", 1860.5),
    ],
)
def test_units_in_a_header_are_applied_before_rounding(read, header, cell, amount):
    told = read(policies(f"P1,A1,2026-04-01,已续,{cell}", headers=f"{POLICY},{header}"))
    assert float(told.records[0]["premium_due"]) == amount


def test_a_unit_above_the_table_is_applied_and_said_but_for_columns_that_name_their_own(read):
    text = (
        "4月保费完成情况表,,,单位：万元\n工号,月份,应续保费,已续保费（元）\n"
        "A1,2026-04,3.9739,36682\n"
    )
    told = read(text)
    assert told.measure("due_premium") == {"A1": 39739.0}
    assert told.measure("renewed_premium") == {"A1": 36682.0}
    assert told.notes["unit_title"] == {"column": "应续保费", "text": "单位：万元"}


def test_amounts_of_several_currencies_are_not_added_up(read):
    headers = f"{POLICY},应续保费"
    with pytest.raises(RecipeRefused, match="currencies_mixed"):
        read(
            policies(
                "P1,A1,2026-04-01,已续,CNY 7000", "P2,A1,2026-04-02,未续,USD 1000", headers=headers
            )
        )


@pytest.mark.parametrize(
    ("header", "cell", "points"),
    [
        ("满意度（5分制）", "4.6", 92),
        ("满意度（满分10）", "9.2", 92),
        ("客户满意度", "92%", 92),
        ("满意度", "92分", 92),
        ("满意度", "★★★★☆", 80),
        ("NPS满意度", "-20", 40),
    ],
)
def test_satisfaction_is_of_the_scale_that_it_states(read, header, cell, points):
    told = read(
        f"工号,月份,应续件数,已续件数,{header}\nA1,2026-04,40,30,{cell}\n",
        columns={
            "agent_id": "工号",
            "period": "月份",
            "due_policies": "应续件数",
            "renewed_policies": "已续件数",
            "satisfaction": header,
        },
    )
    assert told.measure("satisfaction") == {"A1": points}


def test_a_satisfaction_of_nobody_above_twenty_is_asked(read):
    told = read("工号,月份,满意度\nA1,2026-04,16\nB2,2026-04,18\n")
    assert told.questions["scale.satisfaction"].choices == ("20", "100")


@pytest.mark.parametrize(
    ("headers", "rows", "told"),
    [
        ("工号,月份,续保率", "A1,2026-04,9%|B2,2026-04,12%|C3,2026-04,10%|D4,2026-04,9%", "10.0%"),
        (
            "工号,月份,续保率",
            "A1,2026-04,100%|B2,2026-04,100%|C3,2026-04,100%|D4,2026-04,100%",
            "100.0%",
        ),
        (
            "工号,月份,应续件数,续保率",
            "A1,2026-04,90,10%|B2,2026-04,10,90%|C3,2026-04,100,10%|D4,2026-04,0,80%",
            "14.0%",
        ),
    ],
)
def test_rates_that_hardly_anybody_has_are_asked_however_they_are_told(read, headers, rows, told):
    question = read("\n".join([headers, *rows.split("|")]) + "\n").questions["plausible.rate"]
    assert (question.facts["rate"], question.facts["agents"]) == (told, 4)


def test_a_rate_of_nearly_nobody_is_asked_of_policies_and_of_counts(read):
    rows = [
        f"P{policy},A1,2026-04-{policy % 28 + 1:02d},{'已续' if policy < 6 else '未续'}"
        for policy in range(60)
    ]
    assert read(policies(*rows)).questions["plausible.rate"].facts["rate"] == "10%"
    counts = "工号,月份,应续件数,已续件数\nA1,2026-04,40,40\nB2,2026-04,30,30\n"
    assert read(counts).questions["plausible.rate"].facts["rate"] == "100%"


def test_complaints_in_percent_are_per_hundred(read):
    assert read("工号,月份,客户投诉率\nA1,2026-04,4.00%\n").measure("complaint_rate") == {"A1": 4.0}
    assert "rate_scale.complaint_rate" in read("工号,月份,客户投诉率\nA1,2026-04,0.04\n").questions


def test_a_custom_measure_may_be_negative(read):
    told = read(
        "工号,月份,同比\nA1,2026-04,-0.05\n",
        columns={"agent_id": "工号", "period": "月份", "custom.同比": "同比"},
        kind="scoresheet",
    )
    assert (told.issues, told.measure("custom.同比")) == ([], {"A1": -0.05})


# -- words -----------------------------------------------------------------------------------------


def test_yes_below_a_header_that_names_the_loss_is_asked(read):
    text = policies(
        "P1,A1,2026-04-01,否", "P2,A1,2026-04-02,是", headers="保单号,工号,到期日,是否流失"
    )
    assert read(text).questions["sense.outcome"].suggested is None
    assert read(text, answers={"sense.outcome": "lost"}).column("outcome") == ["renewed", "lost"]
    assert read(text, answers={"sense.outcome": "renewed"}).column("outcome") == ["lost", "renewed"]


def test_a_word_that_hardly_excludes_is_asked_and_the_others_are_told(read):
    headers = f"{POLICY},剔除原因"
    text = policies(
        "P1,A1,2026-04-01,已续,正常",
        "P2,A1,2026-04-02,未续,正常",
        "P3,A1,2026-04-03,未续,报废",
        headers=headers,
    )
    told = read(text)
    assert told.questions["exclusion.正常"].suggested == "counted"
    assert told.notes["excluded_words"]["words"] == "报废 1"
    assert read(text, answers={"exclusion.正常": "counted"}).column("exclusion") == [
        None,
        None,
        "报废",
    ]


def test_empty_outcomes_where_nobody_is_lost_are_asked_and_can_be_given_a_meaning(read):
    text = policies(
        "P1,A1,2026-04-10,是",
        "P2,A1,2026-04-11,",
        "P3,A1,2026-04-12,",
        headers="保单号,工号,到期日,是否续保",
    )
    assert read(text).questions["blank.outcome"].facts == {
        "column": "是否续保",
        "blank": 2,
        "count": 3,
    }
    assert read(text, answers={"blank.outcome": "lost"}).column("outcome") == [
        "renewed",
        "lost",
        "lost",
    ]
    assert [issue[2] for issue in read(text, answers={"blank.outcome": "issue"}).issues] == [
        "missing",
        "missing",
    ]


# -- rows ------------------------------------------------------------------------------------------


def test_rows_of_means_targets_and_signatures_are_left_out_and_named(read):
    text = (
        "工号,月份,应续件数,已续件数\n1001,2026-04,40,30\n1002,2026-04,50,41\n"
        "平均,2026-04,45,35.5\n目标值,2026-04,60,50\n制表人：陈晓,审核：李强,,\n"
    )
    told = read(text)
    assert told.left == {"average": [4], "target": [5], "note": [6]}
    assert told.measure("due_policies") == {"1001": 40, "1002": 50}


def test_a_row_that_is_the_sum_of_those_below_it_is_asked(read):
    text = (
        "工号,月份,应续件数,已续件数\n星火组,2026-04,90,71\n1001,2026-04,40,30\n"
        "1002,2026-04,50,41\n1003,2026-04,21,10\n1004,2026-04,22,19\n"
    )
    told = read(text)
    facts = told.questions["rows.sums"].facts
    assert facts["evidence"]["zh"] == "第 2 行“星火组”= 第 3–4 行之和（应续件数, 已续件数）"
    assert (facts["count"], facts["names"]) == (1, "星火组")
    assert read(text, answers={"rows.sums": "keep"}).measure("due_policies")["星火组"] == 90
    assert "星火组" not in read(text, answers={"rows.sums": "leave"}).measure("due_policies")


def test_agents_whose_figures_happen_to_add_up_are_left_alone(read):
    text = (
        "工号,月份,应续件数,已续件数\n1001,2026-04,4,3\n1002,2026-04,5,4\n1003,2026-04,9,7\n"
        "1004,2026-04,8,2\n"
    )
    assert read(text).questions == {}


def test_an_empty_period_is_an_issue_of_its_row(read):
    told = read("工号,月份,应续件数,已续件数\n1001,2026-04,40,30\n1002,,50,41\n")
    assert told.issues == [(3, "period", "missing")]


def test_merged_cells_are_written_into_every_row_they_cover(read, tmp_path):
    rows: Rows = [
        ["团队", "工号", "月份", "应续件数", "已续件数"],
        ["星火", "1001", "2026-04", 40, 30],
        [None, "1002", "2026-04", 50, 41],
    ]
    told = read(workbook(tmp_path / "a.xlsx", rows, ("A2:A3",)))
    assert told.understood.merged == ("团队",)
    assert told.understood.loaded == 2


def test_a_number_in_a_merged_cell_is_nobodys(read, tmp_path):
    rows: Rows = [
        ["工号", "月份", "应续件数", "已续件数"],
        ["1001", "2026-04", 40, 30],
        ["1002", "2026-04", None, 41],
    ]
    with pytest.raises(RecipeRefused, match="merged_numbers"):
        read(workbook(tmp_path / "a.xlsx", rows, ("C2:C3",)))


def test_a_number_that_is_january_or_october_is_asked(read):
    text = "工号,月份,应续件数,已续件数\n1001,2026.1,40,30\n"
    assert read(text).questions["month_point"].choices == ("january", "october")
    months = {
        record["first_month"].month
        for record in read(text, answers={"month_point": "october"}).records
    }
    assert months == {10}


@pytest.mark.parametrize(
    ("title", "period"),
    [("2026年4月续保员业绩通报", "2026-04"), ("2026年第二季度评估表", "2026-04~2026-06")],
)
def test_the_period_of_a_title_is_proposed(read, title, period):
    told = read(f"{title},,\n工号,应续件数,已续件数\n1001,40,30\n")
    assert told.questions["period"].suggested == period


def test_weeks_of_a_month_add_up_and_months_from_the_26th_are_those_in_which_they_end(read):
    weeks = (
        "工号,考核期,应续件数,已续件数\nA1,2026-04-06~2026-04-12,10,8\n"
        "A1,2026-04-13~2026-04-19,10,4\n"
    )
    told = read(weeks)
    assert (told.measure("due_policies"), told.measure("renewed_policies")) == (
        {"A1": 20},
        {"A1": 12},
    )
    assert "weeks_added" in told.notes
    months = (
        "工号,考核期,应续件数,已续件数\nA1,2026-02-26~2026-03-25,10,8\n"
        "A1,2026-03-26~2026-04-25,10,4\n"
    )
    first_months = {record["first_month"].month for record in read(months).records}
    assert first_months == {3, 4}


def test_a_week_across_two_months_is_refused(read):
    told = read("工号,考核期,应续件数,已续件数\nA1,2026-03-30~2026-04-05,10,8\n")
    assert [issue[2] for issue in told.issues] == ["not_period"]


# -- policies that are several, or others' ---------------------------------------------------------


def test_a_policy_number_of_several_customers_counts_for_each_when_the_reader_says_so(read):
    headers = f"{POLICY},客户号"
    text = policies("P1,A1,2026-04-01,已续,K1", "P1,A1,2026-04-01,未续,K2", headers=headers)
    told = read(text)
    assert told.questions["policy_twice"].facts["customers"] == 1
    assert told.issues == [(3, "policy_id", "duplicate")]
    assert sorted(read(text, answers={"policy_twice": "both"}).column("policy_id")) == [
        "P1/K1",
        "P1/K2",
    ]
    assert read(text, answers={"policy_twice": "later"}).column("customer_id") == ["K2"]


def test_negative_premiums_are_netted_per_policy_or_refused(read):
    headers = f"{POLICY},应续保费"
    text = policies(
        "P1,A1,2026-04-01,已续,1000",
        "P1,A1,2026-04-01,已续,-200",
        "P2,A1,2026-04-02,未续,500",
        headers=headers,
    )
    assert "negatives" in read(text).questions
    told = read(text, answers={"negatives": "net"})
    assert {record["policy_id"]: float(record["premium_due"]) for record in told.records} == {
        "P1": 800.0,
        "P2": 500.0,
    }
    assert told.issues == []


def test_a_car_of_two_covers_counts_once_and_is_renewed_when_all_or_any_are(read):
    headers = f"{POLICY},车架号"
    text = policies(
        "P1,A1,2026-04-01,已续,V1",
        "P2,A1,2026-04-02,未续,V1",
        "P3,A1,2026-04-03,已续,V2",
        headers=headers,
    )
    assert read(text, options={"count_by": "object"}).column("outcome") == ["lost", "renewed"]
    assert read(text, options={"count_by": "object", "object_rule": "any"}).column("outcome") == [
        "renewed",
        "renewed",
    ]


def test_a_renewal_under_a_new_number_is_a_renewal(read):
    headers = "保单号,工号,到期日,续保单号"
    assert read(policies("P1,A1,2026-04-01,N1", "P2,A1,2026-04-02,", headers=headers)).column(
        "outcome"
    ) == [
        "renewed",
        "lost",
    ]


def test_an_agent_of_two_teams_in_a_month_counts_in_the_last_and_it_is_said(read):
    headers = f"{POLICY},团队"
    told = read(
        policies("P1,A1,2026-04-10,已续,长风", "P2,A1,2026-04-19,未续,星火", headers=headers)
    )
    assert told.column("team") == ["星火", "星火"]
    assert told.notes["places_several"]["count"] == 1


def test_several_names_below_one_agent_are_customers(read):
    headers = f"{POLICY},姓名"
    text = policies("P1,A1,2026-04-01,已续,张三", "P2,A1,2026-04-02,未续,李四", headers=headers)
    assert read(text).questions["names"].suggested == "customers"


def test_numbers_cut_to_fifteen_digits_are_recognised_as_destroyed(read):
    with pytest.raises(RecipeRefused, match="ids_destroyed"):
        read(policies("6.22588E+18,A1,2026-04-01,已续"))
    rows = [f"62258800123456{policy}0000,A1,2026-04-01,已续" for policy in range(1, 4)]
    with pytest.raises(RecipeRefused, match="ids_destroyed"):
        read(policies(*rows))
    assert read(policies("6225880012345678901,A1,2026-04-01,已续")).column("policy_id") == [
        "6225880012345678901"
    ]


# -- headers ---------------------------------------------------------------------------------------


def look(path: Path) -> tuple[Outline, ...]:
    return worker.look(path, Layout(recognised=known_headers())).sheets


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            policies("P1,A1,2026-04-01,已续,是", headers=f"{POLICY},是否续保"),
            "recipe_needed",
        ),  # two columns for one outcome
        (
            "工号,姓名,月份,继续率\n1001,甲,2026-04,0.8\n",
            "figures_unknown",
        ),  # a figure nobody knows makes no roster
        (policies("P1,A1,好,已续"), "recipe_needed"),  # a date column that holds none
        (policies("P1,A1,2026-04-01,否", headers="保单号,工号,到期日,是否脱保"), "recipe_needed"),
    ],
)
def test_no_header_is_sure_by_itself(tmp_path, text, why):
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeRefused, match=why):
        recipes_of(look(path), path.name)


def test_alike_sheets_are_read_together_and_another_kind_by_itself(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, agent in (("星火", "1001"), ("朝阳", "1002")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ("工号", "月份", "应续件数", "已续件数"))
            sheet.write_row(1, 0, (agent, "2026-04", 40, 30))
        roster = book.add_worksheet("名册")
        roster.write_row(0, 0, ("工号", "姓名", "团队"))
        roster.write_row(1, 0, ("1001", "甲", "星火"))
    recipes = recipes_of(look(path), path.name)
    assert [(recipe.kind, recipe.options["sheets"]) for recipe in recipes] == [
        ("scoresheet", ["星火", "朝阳"]),
        ("agents", ["名册"]),
    ]


def test_columns_that_nothing_was_made_of_are_named_with_their_values(read):
    told = read(
        policies("P1,A1,2026-04-01,已续,甲", "P2,A1,2026-04-02,未续,乙", headers=f"{POLICY},经办")
    )
    assert told.understood.unused == {"经办": ("甲", "乙")}


# -- which rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("only", "kept"),
    [
        ({"产品": ["!车险"]}, ["P3"]),
        ({"应续保费": ["100..200"]}, ["P1", "P2"]),
        ({"到期日": ["2026-04-02.."]}, ["P2", "P3"]),
        ({"产品": ["车险"]}, ["P1", "P2"]),
    ],
)
def test_rows_are_kept_by_value_by_exclusion_and_by_range(read, only, kept):
    headers = f"{POLICY},产品,应续保费"
    rows = (
        "P1,A1,2026-04-01,已续,车险,100",
        "P2,A1,2026-04-02,未续,车险,200",
        "P3,A1,2026-04-03,未续,寿险,300",
    )
    assert read(policies(*rows, headers=headers), only=only).column("policy_id") == kept


# -- files that are not what they are called -------------------------------------------------------


def test_a_web_page_called_xls_is_read_as_the_table_it_shows(read, tmp_path):
    page = tmp_path / "export.xls"
    rows = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split(','))}</tr>"
        for row in (POLICY, "P1,A1,2026-04-10,已续")
    )
    page.write_bytes(f"<html><body><table>{rows}</table></body></html>".encode("gb18030"))
    assert read(page).column("outcome") == ["renewed"]


def test_a_workbook_locked_with_a_password_is_said_to_be_locked(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 600
    )
    with pytest.raises(FileRefused, match="file_locked"):
        worker.look(path, Layout())


# -- the command line ------------------------------------------------------------------------------


def test_explain_prints_columns_questions_and_a_recipe_that_loads_and_stores_nothing(
    shell, tmp_path
):
    path = tmp_path / "p.csv"
    path.write_text(
        policies("P1,A1,03/04/26,已续,甲", "P2,A1,05/04/26,未续,乙", headers=f"{POLICY},经办"),
        encoding="utf-8",
    )
    told = shell("load", path, "--explain")["readings"][0]
    assert [question["id"] for question in told["questions"]] == ["date_order.due_date"]
    assert told["unused"] == {"经办": ["甲", "乙"]}
    assert "date_order.due_date" in shell.refused("load", path)
    recipe = tmp_path / "r.toml"
    recipe.write_text(
        told["recipe"] + '\n[answers]\n"date_order.due_date" = "dmy"\n', encoding="utf-8"
    )
    assert shell("load", path, "--recipe", recipe)["months"] == ["2026-04"]


def test_the_rows_of_a_database_and_a_folder_of_parquet_are_loaded_like_files(shell, tmp_path):
    import sqlite3

    import pandas as pd

    rows = [("P1", "A1", "2026-04-01", "已续"), ("P2", "A1", "2026-04-02", "未续")]
    with sqlite3.connect(tmp_path / "core.db") as core:
        core.execute("create table due (policy_id, agent_id, due_date, outcome)")
        core.executemany("insert into due values (?, ?, ?, ?)", rows)
    core.close()
    query = "select policy_id, agent_id, due_date, outcome from due"
    assert (
        shell("load", "--table", f"sqlite:///{tmp_path / 'core.db'}", "--query", query)["loaded"]
        == 2
    )
    folder = tmp_path / "months"
    folder.mkdir()
    for month in ("05", "06"):
        frame = pd.DataFrame(
            [(f"Q{month}", "A1", f"2026-{month}-01", "已续")], columns=POLICY.split(",")
        )
        frame.to_parquet(folder / f"{month}.parquet")
    assert [receipt["months"] for receipt in shell("load", folder)] == [["2026-05"], ["2026-06"]]
    assert "Traceback" not in shell.refused("load", "--table", "nosuch://x", "--query", "select 1")


def test_a_policy_of_a_month_that_is_over_stays_with_its_agent_unless_the_recipe_moves_it(
    shell, tmp_path
):
    first, later, recipe = tmp_path / "april.csv", tmp_path / "june.csv", tmp_path / "r.toml"
    first.write_text(policies("P1,A1,2026-03-10,已续", "P2,A1,2026-03-11,未续"), encoding="utf-8")
    later.write_text(policies("P1,A2,2026-03-10,已续", "P2,A2,2026-03-11,未续"), encoding="utf-8")
    shell("load", first, "--as-of", "2026-04-15")
    assert "handover" in shell.refused("load", later, "--as-of", "2026-06-15")
    explained = shell("load", later, "--explain", "--as-of", "2026-06-15")["readings"][0]["recipe"]
    recipe.write_text(explained + '\n[answers]\nhandover = "holder"\n', encoding="utf-8")
    shell("load", later, "--as-of", "2026-06-15", "--recipe", recipe)
    told = shell("evaluate")
    assert [agent["agent_id"] for agent in (*told["agents"], *told["not_rated"])] == ["A1"]


def test_the_filter_above_a_pivot_is_no_header_and_its_labels_are_agents(read):
    told = read(
        "月份,2026-04,\n,,\n行标签,求和项:应续件数,求和项:已续件数\n星火,85,69\n"
        "张伟,26,24\n王芳,25,19\n李娜,34,26\n朝阳,62,40\n赵磊,20,15\n周杰,42,25\n",
        kind="scoresheet",
        answers={"rows.sums": "leave", "period": "2026-04"},
    )
    assert told.measure("due_policies") == {
        "张伟": 26,
        "王芳": 25,
        "李娜": 34,
        "赵磊": 20,
        "周杰": 42,
    }


def test_ids_that_differ_only_in_writing_are_told_by_the_receipt_and_merged_at_once(
    shell, tmp_path
):
    rows = [
        "001001,张伟,P1,2026-04-01,已续",
        "1001,张伟,P2,2026-04-02,未续",
        "1002,王芳,P3,2026-04-02,已续",
        "01002,李娜,P4,2026-04-02,未续",
    ]
    (tmp_path / "p.csv").write_text(
        "工号,姓名,保单号,到期日,续保结果\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    told = shell("load", tmp_path / "p.csv", "--as-of", "2026-06-30")
    assert "2 pairs of agent ids differ only in" in "".join(told["notes"])
    merged = shell("aliases", "--take")
    assert [(alias["spelling"], alias["agent_id"]) for alias in merged["merged"]] == [
        ("1001", "001001")
    ]  # 王芳 is not 李娜
    assert [alias["why"] for alias in merged["offered"]] == ["dress"]
    told = shell("evaluate")
    due = {
        agent["agent_id"]: agent["indicators"]["renewal_rate"]["denominator"]
        for agent in (*told["agents"], *told["not_rated"])
    }
    assert due == {"001001": 2, "1002": 1, "01002": 1}


def test_a_receipt_counts_half_a_rate_no_more_than_the_rate_does(shell, tmp_path):
    text = "工号,考核期,应续件数,已续件数\nA1,2026-05,100,\nA2,2026-05,100,90\n"
    (tmp_path / "s.csv").write_text(text, encoding="utf-8")
    told = shell("load", tmp_path / "s.csv", "--as-of", "2026-06-30")
    assert any("2026-05: 2 agents, renewal rate 90.0%" in note for note in told["notes"])


def test_an_empty_cell_that_must_be_full_is_named_by_its_header(shell, tmp_path):
    text = "工号,考核期,应续件数,已续件数\nA1,2026-05,100,80\nA2,,100,90\n"
    (tmp_path / "s.csv").write_text(text, encoding="utf-8")
    assert "s.csv, row 3, “考核期” is required and empty" in shell.refused(
        "load", tmp_path / "s.csv"
    )


def test_amounts_of_several_currencies_are_converted_at_the_rates_that_a_recipe_gives(read):
    text = policies(
        "P1,A1,2026-04-02,已续,¥100",
        "P2,A1,2026-04-03,未续,USD 20.50",
        headers=POLICY + ",应续保费",
    )
    told = read(text, options={"currency_rates": {"USD": 7.0}})
    assert told.column("premium_due") == [Decimal("100.00"), Decimal("143.50")]
    assert told.notes["currency_converted"]["rate"] == "7"
    with pytest.raises(RecipeRefused, match="currencies_mixed"):
        read(text, options={"currency_rates": {"EUR": 7.8}})


def test_a_document_of_another_spreadsheet_program_is_named_and_a_half_download_is_left_alone(
    shell, tmp_path
):
    folder = tmp_path / "in"
    folder.mkdir()
    with zipfile.ZipFile(folder / "book.numbers", "w") as book:
        book.writestr("Index/Document.iwa", b"x")
    (folder / "book.xlsx.crdownload").write_bytes(b"PK\x03\x04")
    old = time.time() - 60
    for path in folder.iterdir():
        os.utime(path, (old, old))
    told = shell("watch", folder, "--once")
    assert "Apple Numbers" in told["reason"]
    assert (folder / "book.xlsx.crdownload").exists()
    assert told["file"] == "book.numbers"


def test_yes_and_no_mean_nothing_by_themselves_below_a_header_that_names_the_loss_or_is_a_guess():
    assert meanings_of("outcome", "是否续保", ["是", "否", "跟进中"], None, sure=True) == [
        "renewed",
        "lost",
        "open",
    ]
    assert meanings_of("outcome", "是否流失", ["是", "否", "跟进中"], None, sure=True) == [
        None,
        None,
        "open",
    ]
    assert meanings_of("outcome", "处理", ["1", "0"], None, sure=False) == [None, None]
    assert meanings_of("outcome", "是否流失", ["是"], {"lost": ["是"]}, sure=False) == ["lost"]


@pytest.mark.parametrize("none", ["", "无", "/", "0", "N/A", "未续保", "待定"])
def test_what_stands_below_new_numbers_and_is_none_renews_nothing(read, none):
    text = "保单号,工号,到期日,续保单号\n" + f"P1,A1,2026-04-02,NP1\nP2,A1,2026-04-03,{none}\n"
    told = read(text, answers={"renumbered.words": "lost"})
    assert told.column("outcome") == ["renewed", "lost"]
    assert ("renumbered.words" in read(text).questions) == (none == "待定")


def test_a_new_number_that_is_the_old_one_is_asked(read):
    text = "保单号,工号,到期日,续保单号\nP1,A1,2026-04-02,P1\nP2,A1,2026-04-03,NP2\n"
    assert read(text).questions["renumbered.same"].facts["count"] == 1
    assert read(text, answers={"renumbered.same": "renewed"}).column("outcome") == [
        "renewed",
        "renewed",
    ]
    assert read(text, answers={"renumbered.same": "lost"}).column("outcome") == ["lost", "renewed"]


@pytest.mark.parametrize(
    ("header", "values", "key"),
    [
        ("币种", ("CNY", "USD"), "telling_currency"),
        ("单位", ("万元", "万元"), "telling_unit"),
        ("业务类型", ("续保", "新保"), "telling_business"),
        ("是否计入考核", ("计入", "不计入"), "telling_counted"),
    ],
)
def test_a_column_that_says_what_its_rows_are_is_not_passed_over(read, header, values, key):
    rows = [
        f"P{number},A1,2026-04-0{number + 2},已续,100,{value}"
        for number, value in enumerate(values)
    ]
    text = policies(*rows, headers=f"{POLICY},应续保费,{header}")
    assert read(text).questions[f"telling.{header}"].key == key
    assert read(text, ignore=[header]).questions == {}
    assert read(text, only={header: [values[0]]}).questions == {}
    alike = policies(
        *(row.rpartition(",")[0] + ",元" for row in rows), headers=f"{POLICY},应续保费,{header}"
    )
    assert read(alike).questions == {}  # the same everywhere, and nothing new


def test_leaving_out_bad_rows_is_no_way_round_what_an_empty_outcome_means(shell, tmp_path):
    (tmp_path / "p.csv").write_text(
        policies(
            *(f"P{policy},A1,2026-04-02,{'已续' if policy < 3 else ''}" for policy in range(6))
        ),
        encoding="utf-8",
    )
    assert "blank.outcome" in shell.refused(
        "load", tmp_path / "p.csv", "--as-of", "2026-06-30", "--on-issues", "skip"
    )


def test_leaving_out_rows_that_are_not_like_the_rest_is_asked_first(read, shell, tmp_path):
    # Numbers of agents stand only in each agent's first row: what would be left out is all lost.
    rows = (
        "P1,A1,2026-04-02,已续",
        "P2,,2026-04-05,未续",
        "P3,B2,2026-04-09,已续",
        "P4,,2026-04-12,未续",
        "P5,C3,2026-04-20,已续",
    )
    facts = {"count": 2, "rows": 5, "left": "0%", "kept": "100%"}
    doubt = read(policies(*rows)).questions["left_rows"]
    assert (doubt.facts, doubt.suggested) == (facts, None)
    (tmp_path / "p.csv").write_text(policies(*rows), encoding="utf-8")
    asked = ("load", tmp_path / "p.csv", "--as-of", "2026-06-30", "--on-issues", "skip")
    assert "left_rows" in shell.refused(*asked)
    (tmp_path / "r.toml").write_text(
        'kind = "policies"\n[columns]\npolicy_id = "保单号"\nagent_id = "工号"\n'
        'due_date = "到期日"\noutcome = "续保结果"\n[answers]\nleft_rows = "yes"\n',
        encoding="utf-8",
    )
    assert shell(*asked, "--recipe", tmp_path / "r.toml")["loaded"] == 3


def test_most_of_a_file_is_not_left_out_unasked_and_a_bad_row_like_the_rest_is(read):
    told = read(policies("P1,A1,2026-04-02,已续", "P2,,2026-04-05,已续", "P3,,2026-04-09,已续"))
    assert told.questions["left_rows"].key == "left_rows_most"
    rows = [
        f"P{policy},A1,2026-04-02,{'未续' if policy % 5 == 0 else '已续'}" for policy in range(100)
    ]
    alike = read(policies(*rows, "P101,,2026-04-02,未续", "P102,,2026-04-02,已续"))
    assert "left_rows" not in alike.questions
    rows = ["A1,2026-04,40,36", ",2026-04,40,12", ",2026-04,40,12", "B2,2026-04,40,38"]
    sheet = "\n".join(["工号,月份,应续件数,已续件数", *rows]) + "\n"
    assert read(sheet).questions["left_rows"].facts["left"] == "30%"


@pytest.mark.parametrize(
    ("above", "below", "factor"),
    [
        ("（金额：万元）四月清单,,,,\n", "", 10_000),
        ("Amounts in thousands,,,,\n", "", 1_000),
        ("Renewals (RMB '000),,,,\n", "", 1_000),
        ("", "注：金额单位为万元,,,,\n", 10_000),
        ("四月清单（单位：元）,,,,\n", "", 1),
    ],
)
def test_a_unit_is_applied_wherever_around_the_table_it_is_named(read, above, below, factor):
    told = read(
        above + policies("P1,A1,2026-04-02,已续,0.12", headers=POLICY + ",应续保费") + below
    )
    assert told.column("premium_due") == [Decimal(f"{0.12 * factor:.2f}")]
    assert ("unit_title" in told.notes) == (factor != 1)


def test_a_unit_in_the_name_of_a_sheet_is_applied(read, tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("4月续保(万元)")
        for number, row in enumerate(
            [[*POLICY.split(","), "应续保费"], ["P1", "A1", "2026-04-02", "已续", 0.12]]
        ):
            sheet.write_row(number, 0, row)
    assert read(path).column("premium_due") == [Decimal("1200.00")]


def test_sheets_of_new_business_are_not_counted_with_renewals_unasked(read, tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, policy in (("NewBusiness", "N1"), ("Renewals", "P1")):
            sheet = book.add_worksheet(name)
            for number, row in enumerate([POLICY.split(","), [policy, "A1", "2026-04-02", "已续"]]):
                sheet.write_row(number, 0, row)
    assert read(path).questions["telling.sheets"].facts["sheets"] == "NewBusiness"
    assert read(path, options={"sheets": ["Renewals"]}).column("policy_id") == ["P1"]
    assert read(path, answers={"telling.sheets": "keep"}).column("policy_id") == ["N1", "P1"]
