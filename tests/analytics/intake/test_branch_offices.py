"""Workbooks as branch offices keep them, on the command line: the right figures, a question, or a
refusal in words."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from tests.analytics.intake.told import POLICY, Rows, policies, workbook

RENEWED, LOST = ["P1", "1001", "2026-04-02", "已续"], ["P2", "1001", "2026-04-03", "未续"]
HEADERS = POLICY.split(",")
DAY = ("--as-of", "2026-12-31")


def indicators(shell):
    told = shell("evaluate")
    return {
        agent["agent_id"]: {name: value["value"] for name, value in agent["indicators"].items()}
        for agent in (*told["agents"], *told["not_rated"])
    }


def xml_2003(rows):
    written = [
        [f'<Cell><Data ss:Type="String">{escape(cell)}</Data></Cell>' for cell in row]
        for row in rows
    ]
    cells = "".join(f"<Row>{''.join(row)}</Row>" for row in written)
    return (
        '<?xml version="1.0" encoding="utf-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="表"><Table>{cells}</Table></Worksheet></Workbook>'
    )


@pytest.mark.parametrize("form", ["et", "xml", "html"])
def test_what_other_programs_call_a_workbook_is_loaded_as_the_table_it_holds(shell, tmp_path, form):
    path = tmp_path / ("保单.et" if form == "et" else "保单.xls")
    rows = [HEADERS, RENEWED, LOST]
    if form == "et":
        workbook(path, rows)
    elif form == "xml":
        path.write_text(xml_2003(rows), "utf-8")
    else:
        lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        path.write_text(f"<html><meta charset='utf-8'><table>{lines}</table></html>", "utf-8")
    assert shell("load", path, *DAY)["loaded"] == 2
    assert indicators(shell)["1001"]["renewal_rate"] == 0.5


def test_without_renewed_premiums_there_is_no_retention(shell, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        policies(
            "P1,1001,2026-04-02,已续,1000",
            "P2,1001,2026-04-03,未续,1000",
            headers=f"{POLICY},应续保费",
        ),
        "utf-8",
    )
    shell("load", path, *DAY)
    assert indicators(shell)["1001"]["premium_retention"] is None


def test_an_apostrophe_before_an_id_is_no_part_of_it(shell, tmp_path):
    shell(
        "load", workbook(tmp_path / "p.xlsx", [HEADERS, RENEWED, ["P2", "'1001", *LOST[2:]]]), *DAY
    )
    assert indicators(shell) == {"1001": indicators(shell)["1001"]}


@pytest.mark.parametrize("headers", [("继续率", "0.8"), ("同比增长", "-0.05")])
def test_a_figure_below_a_header_that_nobody_knows_is_named_and_can_be_ignored_by_a_recipe(
    shell, tmp_path, headers
):
    path = tmp_path / "s.csv"
    path.write_text(
        policies(
            f"1001,张伟,2026-04,40,30,{headers[1]}",
            headers=f"工号,姓名,月份,应续件数,已续件数,{headers[0]}",
        ),
        "utf-8",
    )
    assert headers[0] in shell.refused("load", path, *DAY)
    columns = (
        'agent_id = "工号"\nperiod = "月份"\ndue_policies = "应续件数"\n'
        'renewed_policies = "已续件数"'
    )
    (tmp_path / "r.toml").write_text(
        f'kind = "scoresheet"\nignore = ["{headers[0]}"]\n[columns]\n{columns}\n', "utf-8"
    )
    shell("load", path, "--recipe", tmp_path / "r.toml", *DAY)
    assert indicators(shell)["1001"]["renewal_rate"] == 0.75


def test_months_as_columns_are_never_a_roster(shell, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(policies("1001,张伟,80%,90%", headers="工号,姓名,1月,2月"), "utf-8")
    assert "1月" in shell.refused("load", path, *DAY)


def test_a_month_without_its_rate_counts_for_neither_side_and_is_named(shell, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        policies(
            "1001,张伟,2026-04,100,80%",
            "1001,张伟,2026-05,100,-",
            headers="工号,姓名,月份,应续件数,续保率",
        ),
        "utf-8",
    )
    assert "1001 2026-05" in "".join(shell("load", path, *DAY)["notes"])
    assert indicators(shell)["1001"]["renewal_rate"] == pytest.approx(0.8)


# -- the kinds of faults, one small workbook each --------------------------------------------------

SCORE = ["工号", "姓名", "月份", "应续件数", "已续件数"]
ANN, BEN, CAI, DAN = (
    ["1001", "张伟", "2026-04", 40, 30],
    ["1002", "王芳", "2026-04", 50, 40],
    ["1003", "李娜", "2026-04", 30, 18],
    ["1004", "赵磊", "2026-04", 60, 27],
)
BOTH = [ANN, BEN]  # 70 of 90: 77.8 %
PREMIUM = [
    ["1001", "张伟", "2026-04", 1.86, 1.2],
    ["1002", "王芳", "2026-04", 2.5, 2],
]  # 万元: 43,600 due


@dataclass(frozen=True)
class Kept:
    """A workbook as somebody keeps it, and what its receipt says, what is asked, or what its
    refusal names."""

    rows: list
    says: tuple[str, ...] = ()
    asks: str = ""
    merged: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


def added(*columns):
    """Ann and Ben with more columns: (header, Ann's, Ben's) each."""
    return [
        [*SCORE, *(column[0] for column in columns)],
        [*ANN, *(column[1] for column in columns)],
        [*BEN, *(column[2] for column in columns)],
    ]


def of_dates(*days):
    """A policy for each due date, every second one renewed."""
    return [
        HEADERS,
        *(
            [f"P{number}", "1001", day, ("已续", "未续")[number % 2]]
            for number, day in enumerate(days)
        ),
    ]


KINDS = {
    "a month's rate is missing": Kept(
        [
            ["工号", "姓名", "月份", "应续件数", "续保率"],
            ["1001", "张伟", "2026-04", 100, "80%"],
            ["1001", "张伟", "2026-05", 100, None],
        ],
        (
            "2026-04: 1 agents, renewal rate 80.0%",
            "2026-05: 1 agents, renewal rate –",
            "(1001 2026-05)",
        ),
    ),
    "years of two digits": Kept(
        of_dates("26/03/15", "26/03/28"),
        ("2026-03: 1 agents, renewal rate 50.0%", "were read as year-month-day"),
    ),
    "months in letters": Kept(
        of_dates("09-May-26", "21-May-26"), ("2026-05: 1 agents, renewal rate 50.0%",)
    ),
    "days without a year": Kept(of_dates("01-Apr", "02-Apr"), asks="date_year.due_date"),
    "a unit in the title": Kept(
        [["单位：万元"], [*SCORE[:3], "应续保费", "已续保费"], *PREMIUM],
        ("premium due 43,600", "“单位：万元”, stated on the sheet"),
    ),
    "a unit without brackets": Kept(
        [[*SCORE[:3], "应续保费万元", "已续保费-万元"], *PREMIUM], ("premium due 43,600",)
    ),
    "a sheet for each team": Kept([SCORE, *BOTH], asks="sheets.names", sheets=("星火", "朝阳")),
    "normal as an exclusion": Kept(
        [
            [*HEADERS, "剔除原因"],
            *(
                [f"P{number}", "1001", "2026-04-02", "已续", ("正常", "退保")[number % 2]]
                for number in range(6)
            ),
        ],
        asks="exclusion.正常",
    ),
    "a month that is empty": Kept(
        [SCORE, ANN, ["1002", "王芳", None, 50, 40]], asks="row 3, “月份” is required and empty"
    ),
    "yes below a loss": Kept(
        [[*HEADERS[:3], "是否脱保"], [*RENEWED[:3], "否"], [*LOST[:3], "是"]], asks="是否脱保"
    ),
    "a mean and an aim": Kept(
        [SCORE, *BOTH, ["平均", None, None, 45, 35], ["目标值", None, None, 60, 50]],
        (
            "2 agents, renewal rate 77.8%",
            "averages were left out (rows 4)",
            "targets were left out (rows 5)",
        ),
    ),
    "teams among people": Kept(
        [
            ["2026年4月"],
            ["行标签", "求和项:应续件数", "求和项:已续件数"],
            ["星火", 90, 70],
            ["张伟", 40, 30],
            ["王芳", 50, 40],
            ["朝阳", 90, 45],
            ["李娜", 30, 18],
            ["赵磊", 60, 27],
            ["总计", 180, 115],
        ],
        asks="(agent_id) = 行标签",
    ),
    "teams merged down": Kept(
        [[*SCORE, "团队"], [*ANN, "星火"], BEN],
        ("into every row they cover: 团队",),
        merged=("F2:F3",),
    ),
    "agents merged down": Kept(
        [
            ["工号", "保单号", "到期日", "续保结果"],
            ["1001", "P1", "2026-04-02", "已续"],
            [None, "P2", "2026-04-03", "未续"],
        ],
        ("2026-04: 1 agents, renewal rate 50.0%",),
        merged=("A2:A3",),
    ),
    "months merged down": Kept(
        [
            ["月份", "工号", "应续件数", "已续件数"],
            ["2026-04", "1001", 40, 30],
            [None, "1002", 50, 40],
        ],
        ("2 agents, renewal rate 77.8%",),
        merged=("A2:A3",),
    ),
    "leading zeros": Kept(
        [HEADERS, RENEWED, ["P2", "001001", *LOST[2:]]],
        ("1 pair of agent ids differs only", "“1001” and “001001”"),
    ),
    "the number 2026.1": Kept([SCORE, [*ANN[:2], "2026.1", 40, 30]], asks="month_point"),
    "a footer of several cells": Kept(
        [SCORE, *BOTH, ["制表人：陈晓", None, "审核：李强"]],
        ("2 agents, renewal rate 77.8%", "(row 4)"),
    ),
    "ids cut to 15 digits": Kept(
        [HEADERS, *(["6.22588001234567e+18", *RENEWED[1:]] for _ in range(3))],
        asks="Excel has cut the numbers of column “保单号”",
    ),
    "a figure of one's own": Kept(added(("同比增长", "-0.05", "0.02")), asks="同比增长"),
    "rates as so many of so many": Kept(
        [["工号", "姓名", "月份", "续保率"], ["1001", "张伟", "2026-04", "45/50"]],
        ("how many of how many (45/50",),
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_workbook_as_somebody_keeps_it_is_read_right_or_asked_about(shell, tmp_path, name):
    kept = KINDS[name]
    path = tmp_path / "表.xlsx"
    if kept.sheets:
        with xlsxwriter.Workbook(str(path)) as book:
            for sheet, row in zip(kept.sheets, kept.rows[1:], strict=True):
                page = book.add_worksheet(sheet)
                page.write_row(0, 0, kept.rows[0])
                page.write_row(1, 0, row)
    else:
        workbook(path, kept.rows, kept.merged)
    if kept.asks:
        assert kept.asks in shell.refused("load", path, *DAY)
        return
    told = "".join(shell("load", path, *DAY)["notes"])
    assert [sentence for sentence in kept.says if sentence not in told] == [], told


@pytest.mark.parametrize(
    ("header", "cells", "indicator", "right"),
    [
        ("客户投诉率", ("4.00%", "2.00%"), "complaint_rate", 4.0),
        ("客户满意度", ("92%", "80%"), "satisfaction", 92.0),
        ("满意度（5分制）", (4.6, 4), "satisfaction", 92.0),
        ("满意度", ("92分", "80分"), "satisfaction", 92.0),
    ],
)
def test_a_percent_or_a_scale_is_what_cell_or_header_say(
    shell, tmp_path, header, cells, indicator, right
):
    shell("load", workbook(tmp_path / "s.xlsx", added((header, *cells))), *DAY)
    assert indicators(shell)["1001"][indicator] == pytest.approx(right)


def test_premiums_in_ten_thousands_are_multiplied_before_they_are_rounded(shell, tmp_path):
    rows: Rows = [
        [*HEADERS, "应续保费（万元）", "续保保费（元）"],
        [*RENEWED, 0.18605, 1860.5],
        [*LOST, 0.18605, None],
    ]
    shell("load", workbook(tmp_path / "p.xlsx", rows), *DAY)
    assert indicators(shell)["1001"]["premium_retention"] == pytest.approx(
        0.5
    )  # 1,860.50 of 3,721.00


def test_semicolons_and_commas_are_those_of_another_country(shell, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "保单号;工号;到期日;续保结果;应续保费\nP1;1001;2026-04-02;已续;1860,50\n", "utf-8"
    )
    told = "".join(shell("load", path, *DAY)["notes"])
    assert "read as a decimal mark" in told
    path.write_text(
        path.read_text("utf-8")
        .replace("应续保费", "应续保费;续保保费")
        .replace("1860,50", "1860,50;930,25"),
        "utf-8",
    )
    assert "premium due 1,860" in "".join(shell("load", path, *DAY)["notes"])


def test_what_is_open_long_after_its_window_is_due_and_not_renewed(shell, tmp_path):
    rows = [HEADERS, RENEWED, [*LOST[:3], "跟进中"]]
    assert "1 polic" in "".join(shell("load", workbook(tmp_path / "p.xlsx", rows), *DAY)["notes"])
    assert indicators(shell)["1001"]["renewal_rate"] == 0.5
