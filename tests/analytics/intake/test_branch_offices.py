"""Workbooks as branch offices keep them, on the command line: the right figures, a question, or a refusal in words."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from tests.analytics.intake.told import POLICY, policies, workbook

RENEWED, LOST = ["P1", "1001", "2026-04-02", "已续"], ["P2", "1001", "2026-04-03", "未续"]
HEADERS = POLICY.split(",")
DAY = ("--as-of", "2026-12-31")


def indicators(shell):
    told = shell("evaluate")
    return {
        one["agent_id"]: {name: value["value"] for name, value in one["indicators"].items()}
        for one in (*told["agents"], *told["not_rated"])
    }


def xml_2003(rows):
    written = [[f'<Cell><Data ss:Type="String">{escape(cell)}</Data></Cell>' for cell in row] for row in rows]
    cells = "".join(f"<Row>{''.join(row)}</Row>" for row in written)
    return (
        '<?xml version="1.0" encoding="utf-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
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
        policies("P1,1001,2026-04-02,已续,1000", "P2,1001,2026-04-03,未续,1000", headers=f"{POLICY},应续保费"), "utf-8"
    )
    shell("load", path, *DAY)
    assert indicators(shell)["1001"]["premium_retention"] is None


def test_an_apostrophe_before_an_id_is_no_part_of_it(shell, tmp_path):
    shell("load", workbook(tmp_path / "p.xlsx", [HEADERS, RENEWED, ["P2", "'1001", *LOST[2:]]]), *DAY)
    assert indicators(shell) == {"1001": indicators(shell)["1001"]}


@pytest.mark.parametrize("headers", [("继续率", "0.8"), ("同比增长", "-0.05")])
def test_a_figure_below_a_header_that_nobody_knows_is_named_and_can_be_ignored_by_a_recipe(shell, tmp_path, headers):
    path = tmp_path / "s.csv"
    path.write_text(
        policies(f"1001,张伟,2026-04,40,30,{headers[1]}", headers=f"工号,姓名,月份,应续件数,已续件数,{headers[0]}"),
        "utf-8",
    )
    assert headers[0] in shell.refused("load", path, *DAY)
    columns = 'agent_id = "工号"\nperiod = "月份"\ndue_policies = "应续件数"\nrenewed_policies = "已续件数"'
    (tmp_path / "r.toml").write_text(f'kind = "scoresheet"\nignore = ["{headers[0]}"]\n[columns]\n{columns}\n', "utf-8")
    shell("load", path, "--recipe", tmp_path / "r.toml", *DAY)
    assert indicators(shell)["1001"]["renewal_rate"] == 0.75


def test_months_as_columns_are_never_a_roster(shell, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(policies("1001,张伟,80%,90%", headers="工号,姓名,1月,2月"), "utf-8")
    assert "1月" in shell.refused("load", path, *DAY)


def test_a_month_without_its_rate_counts_for_neither_side_and_is_named(shell, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        policies("1001,张伟,2026-04,100,80%", "1001,张伟,2026-05,100,-", headers="工号,姓名,月份,应续件数,续保率"),
        "utf-8",
    )
    assert "1001 2026-05" in "".join(shell("load", path, *DAY)["notes"])
    assert indicators(shell)["1001"]["renewal_rate"] == pytest.approx(0.8)
