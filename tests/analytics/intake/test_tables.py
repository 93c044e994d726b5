"""Tables as people build them: where they stand in a sheet, what surrounds them, and what is said
of what was left out."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from analytics.errors import FileRefused, IssuesFound, QuestionsOpen, RecipeRefused
from analytics.intake.recipe import recipe_from
from analytics.intake.understood import MonthColumns
from tests.analytics.intake.told import issues_of, questions_of
from tests.conftest import AS_OF, write

COLUMNS = {"policy_id": "保单号", "agent_id": "工号", "due_date": "到期日", "outcome": "续保结果"}
RECIPE = {"kind": "policies", "columns": COLUMNS}
OPTIONS = {"from": "2026-03"}
SHEET = {
    "kind": "scoresheet",
    "columns": {"agent_id": "工号", "renewal_rate": "续保率"},
    "options": OPTIONS,
}


def book(path, *sheets, **options):
    """A workbook of sheets given as (name, rows, change); `change` gets the worksheet and the
    book."""
    with xlsxwriter.Workbook(str(path), options) as made:
        for name, rows, change in sheets:
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(number, column, cell)
            if change:
                change(sheet, made)
    return path


def values(home):
    """(agent, month, measure) → value of every scoresheet row."""
    with home.warehouse.cursor() as cursor:
        rows = cursor.execute(
            "select agent_id, first_month, measure, value from scoresheet"
        ).fetchall()
    return {
        (agent, f"{month:%Y-%m}", measure): round(value, 6) for agent, month, measure, value in rows
    }


def policies(home):
    with home.warehouse.cursor() as cursor:
        return cursor.execute(
            "select policy_id, agent_id from policies order by policy_id"
        ).fetchall()


def note(receipt, key):
    return next((facts for name, facts in receipt.notes if name == key), None)


# -- headers of two rows ---------------------------------------------------------------------------


def two_rows(sheet, made):
    middle = made.add_format({"align": "center"})
    sheet.merge_range("A1:F1", "三月绩效", middle)
    sheet.merge_range("A2:A3", "工号", middle)
    sheet.merge_range("B2:B3", "姓名", middle)
    sheet.merge_range("C2:D2", "业绩指标", middle)
    sheet.merge_range("E2:F2", "客户服务", middle)


TWO = [
    [],
    [],
    [None, None, "续保率", "应续件数", "满意度", "投诉次数"],
    ["A1", "安", "92.5%", 40, 88, 1],
    ["B2", "波", "80%", 20, 75, 0],
]


def test_the_lower_name_of_a_merged_header_counts_and_the_upper_where_there_is_no_lower(
    home, tmp_path
):
    path = book(tmp_path / "a.xlsx", ("三月", TWO, two_rows))
    sheet = home.look(path).sheets[0]
    assert sheet.headers == ("工号", "姓名", "续保率", "应续件数", "满意度", "投诉次数")
    assert (sheet.header_row, sheet.header_rows) == (3, 2)
    columns = {
        "agent_id": "工号",
        "due_policies": "应续件数",
        "renewal_rate": "续保率",
        "satisfaction": "满意度",
    }
    home.load(path, recipe_from({**SHEET, "columns": columns}), as_of=AS_OF)
    assert values(home)["A1", "2026-03", "renewed_policies"] == 37  # 92.5 % of 40
    assert values(home)["B2", "2026-03", "satisfaction"] == 75


def test_the_upper_name_stands_in_front_where_lower_names_repeat(home, tmp_path):
    text = "工号,一月,,二月,\n,续保率,应续件数,续保率,应续件数\nA1,90%,10,80%,20\n"
    headers = home.look(write(tmp_path, "a.csv", text)).sheets[0].headers
    assert headers == ("工号", "一月 续保率", "一月 应续件数", "二月 续保率", "二月 应续件数")


def test_one_header_row_below_a_title_stays_one(home, tmp_path):
    text = "三月评估表,,\n工号,姓名,续保率\nA1,安,90%\n"
    sheet = home.look(write(tmp_path, "a.csv", text)).sheets[0]
    assert (sheet.header_row, sheet.header_rows, sheet.headers) == (
        2,
        1,
        ("工号", "姓名", "续保率"),
    )


# -- what is no record -----------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["合计", "总 计", "东区小计", "Total", "Grand total:", "汇总"])
def test_total_rows_are_left_out_wherever_they_stand_and_named(home, tmp_path, word):
    text = f"工号,姓名,续保率\nA1,安,90%\n{word},,85%\nB2,波,80%\n"
    receipt = home.load(write(tmp_path, "a.csv", text), recipe_from(SHEET), as_of=AS_OF)
    assert set(values(home)) == {
        ("A1", "2026-03", "renewal_rate"),
        ("B2", "2026-03", "renewal_rate"),
    }
    assert note(receipt, "left_total") == {"count": 1, "rows": "3"}


def test_a_total_word_in_the_team_column_makes_a_total_row_but_a_team_called_so_keeps_its_agents(
    home, tmp_path
):
    text = "团队,工号,续保率\n东,A1,90%\n东小计,,90%\n汇总组,B2,80%\n"
    columns = {"agent_id": "工号", "team": "团队", "renewal_rate": "续保率"}
    home.load(
        write(tmp_path, "a.csv", text), recipe_from({**SHEET, "columns": columns}), as_of=AS_OF
    )
    assert {agent for agent, _, _ in values(home)} == {"A1", "B2"}


def test_notes_below_and_repeated_headers_are_left_out_and_said(home, tmp_path):
    head = ",".join(COLUMNS.values())
    text = (
        f"{head}\nP1,A1,2026-04-02,已续\n{head}\nP2,A1,2026-04-03,未续\n\n注：不含退保,,,\n"
        f"制表人：张三,,审核：李四,\n"
    )
    receipt = home.load(write(tmp_path, "a.csv", text), recipe_from(RECIPE), as_of=AS_OF)
    assert policies(home) == [("P1", "A1"), ("P2", "A1")]
    assert note(receipt, "left_note") == {"count": 2, "rows": "6, 7"}
    assert note(receipt, "left_header") == {"count": 1, "rows": "3"}
    assert (receipt.rows, receipt.loaded, receipt.rejected) == (2, 2, 0)


def test_a_row_that_only_lacks_something_is_an_issue_and_no_note(home, tmp_path):
    text = (
        f"{','.join(COLUMNS.values())}\nP1,A1,2026-04-02,已续\nP2,,,已续\nP3,A1,2026-04-02,已续\n"
    )
    with pytest.raises(IssuesFound) as refused:
        home.load(write(tmp_path, "a.csv", text), recipe_from(RECIPE), as_of=AS_OF)
    assert {(issue.row, issue.column) for issue in issues_of(refused.value)} == {
        (3, "工号"),
        (3, "到期日"),
    }


def test_hidden_rows_are_left_out_and_said_unless_the_recipe_reads_them(home, tmp_path):
    rows = [["工号", "续保率"], ["A1", 0.9], ["OLD", 0.1], ["B2", 0.8]]
    path = book(
        tmp_path / "a.xlsx",
        ("三月", rows, lambda sheet, _: sheet.set_row(2, None, None, {"hidden": True})),
    )
    receipt = home.load(path, recipe_from(SHEET), as_of=AS_OF)
    assert {agent for agent, _, _ in values(home)} == {"A1", "B2"}
    assert note(receipt, "rows_hidden") == {"count": 1}
    reading = recipe_from({**SHEET, "options": {**OPTIONS, "hidden": "read"}})
    assert home.preview(path, reading).understood.loaded == 3


# -- where the table stands ------------------------------------------------------------------------


def test_blank_rows_and_columns_around_and_inside_a_table_do_not_matter(home, tmp_path):
    rows = [
        [],
        [],
        [None, "工号", None, "姓名", "续保率"],
        [],
        [None, "A1", None, "安", 0.9],
        [],
        [None, "B2", None, "波", 0.8],
    ]
    path = book(tmp_path / "a.xlsx", ("三月", rows, None))
    assert home.look(path).sheets[0].headers == ("工号", "姓名", "续保率")
    home.load(path, recipe_from(SHEET), as_of=AS_OF)
    assert len(values(home)) == 2


def test_of_tables_side_by_side_the_one_that_fits_is_read_and_the_other_is_named(home, tmp_path):
    rows = [
        ["工号", "续保率", None, "工号", "续保率"],
        ["A1", 0.9, None, "C3", 0.7],
        ["B2", 0.8, None, "D4", 0.6],
    ]
    path = book(tmp_path / "a.xlsx", ("三月", rows, None))
    receipt = home.load(path, recipe_from(SHEET), as_of=AS_OF)
    assert {agent for agent, _, _ in values(home)} == {"A1", "B2"}
    assert note(receipt, "table_beside") == {"sheet": " [三月]", "column": "D"}
    right = recipe_from({**SHEET, "options": {**OPTIONS, "first_column": 4}})
    home.load(
        write(tmp_path, "b.csv", "工号,续保率,,工号,续保率\nA1,90%,,C3,70%\n"), right, as_of=AS_OF
    )
    assert ("C3", "2026-03", "renewal_rate") in values(home)


def test_a_crosstab_above_does_not_hide_the_table_below(home, tmp_path):
    text = "结果,已续,,\n,一季度,二季度,合计\n件数,10,20,30\n,,,\n工号,续保率,,\nA1,90%,,\n"
    home.load(write(tmp_path, "a.csv", text), recipe_from(SHEET), as_of=AS_OF)
    assert values(home) == {("A1", "2026-03", "renewal_rate"): 0.9}


def test_shares_behind_a_known_word_are_no_header(home, tmp_path):
    path = tmp_path / "report.csv"
    path.write_text(
        "阶段,四月,三月,合计\n未续,39.75%,38.59%,36.85%\n已续,60.25%,61.41%,63.15%\n,,,\n"
        "坐席,四月,合计\n王芳,16,16\n李强,21,21\n周杰,18,18\n",
        encoding="utf-8",
    )
    (sheet,) = home.look(path).sheets
    assert sheet.header_row == 5
    assert sheet.headers == ("坐席", "四月", "合计")


def test_the_corner_can_be_moved(home, tmp_path):
    text = "工号,续保率\nX,1%\n工号,续保率\nA1,90%\n"
    moved = recipe_from({**SHEET, "options": {**OPTIONS, "header_row": 3}})
    home.load(write(tmp_path, "a.csv", text), moved, as_of=AS_OF)
    assert values(home) == {("A1", "2026-03", "renewal_rate"): 0.9}


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_form_is_refused_in_words(home, tmp_path, form):
    rows = [
        ["续保员评估表"],
        ["姓名", "安", "工号", "A1"],
        ["团队", "东", "机构", "总部"],
        ["续保率", "92%", "满意度", "88"],
    ]
    if form == "xlsx":
        path = book(tmp_path / "a.xlsx", ("表", rows, None))
    else:
        path = write(tmp_path, "a.csv", "\n".join(",".join(row) for row in rows))
    with pytest.raises(FileRefused, match="file_is_form"):
        home.recipe_for(path)


def test_a_sheet_for_each_month_takes_its_period_from_the_sheets_name(home, tmp_path):
    rows = [["工号", "续保率"], ["A1", 0.9]]
    path = book(
        tmp_path / "a.xlsx",
        ("2026年1月", rows, None),
        ("2月", [["工号", "续保率"], ["A1", 0.8]], None),
    )
    recipe = recipe_from({**SHEET, "options": {"sheet_is": "period", "year": 2026}})
    home.load(path, recipe, as_of=AS_OF)
    assert values(home) == {
        ("A1", "2026-01", "renewal_rate"): 0.9,
        ("A1", "2026-02", "renewal_rate"): 0.8,
    }


def test_a_sheet_for_each_team_gives_its_agents_the_team(home, tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        *(
            (name, [["工号", "续保率"], [agent, 0.9]], None)
            for name, agent in (("东", "A1"), ("西", "B2"))
        ),
    )
    home.load(
        path,
        recipe_from({**SHEET, "options": {"from": "2026-03", "sheet_is": "team"}}),
        as_of=AS_OF,
    )
    with home.warehouse.cursor() as cursor:
        assert cursor.execute(
            "select agent_id, team from agent_facts order by agent_id"
        ).fetchall() == [
            ("A1", "东"),
            ("B2", "西"),
        ]


# -- months across ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "year"),
    [
        ("1月", "2月", 2026),
        ("2026年1月", "2026年2月", None),
        ("2026-01", "2026-02", None),
        ("Jan", "Feb", 2026),
    ],
)
def test_months_as_columns_are_turned_into_rows_when_the_recipe_says_what_they_hold(
    home, tmp_path, first, second, year
):
    path = write(tmp_path, "a.csv", f"工号,{first},{second}\nA1,90%,80%\nB2,,70%\n")
    options = {"wide_field": "renewal_rate", **({"year": year} if year else {})}
    assert home.look(path).sheets[0].wide == MonthColumns(
        (first, second), year_known=year is None, each=False
    )
    receipt = home.load(
        path,
        recipe_from({"kind": "scoresheet", "columns": {"agent_id": "工号"}, "options": options}),
        as_of=AS_OF,
    )
    assert values(home) == {
        ("A1", "2026-01", "renewal_rate"): 0.9,
        ("A1", "2026-02", "renewal_rate"): 0.8,
        ("B2", "2026-02", "renewal_rate"): 0.7,
    }
    assert (receipt.rows, receipt.loaded, receipt.rejected) == (2, 2, 0)


def test_month_columns_without_a_year_are_asked_about(home, tmp_path):
    path = write(tmp_path, "a.csv", "工号,1月,2月\nA1,90%,80%\n")
    with pytest.raises(RecipeRefused, match="wide_year_missing"):
        home.load(
            path,
            recipe_from(
                {
                    "kind": "scoresheet",
                    "columns": {"agent_id": "工号"},
                    "options": {"wide_field": "renewal_rate"},
                }
            ),
        )


def test_months_over_several_figures_give_each_figure_its_month(home, tmp_path):
    text = "工号,1月,,2月,\n,应续件数,已续件数,应续件数,已续件数\nA1,10,9,20,10\n"
    options = {"wide_field": "*", "year": 2026}
    home.load(
        write(tmp_path, "a.csv", text),
        recipe_from({"kind": "scoresheet", "columns": {"agent_id": "工号"}, "options": options}),
        as_of=AS_OF,
    )
    assert values(home) == {
        ("A1", "2026-01", "due_policies"): 10,
        ("A1", "2026-01", "renewed_policies"): 9,
        ("A1", "2026-02", "due_policies"): 20,
        ("A1", "2026-02", "renewed_policies"): 10,
    }


def test_a_bad_month_cell_is_named_by_its_own_column_and_costs_only_itself(home, tmp_path):
    path = write(tmp_path, "a.csv", "工号,1月,2月\nA1,90%,oops\n")
    recipe = recipe_from(
        {
            "kind": "scoresheet",
            "columns": {"agent_id": "工号"},
            "options": {"wide_field": "renewal_rate", "year": 2026},
        }
    )
    receipt = home.load(path, recipe, as_of=AS_OF, on_issues="skip")
    assert [(issue.row, issue.column, issue.value) for issue in receipt.issues] == [
        (2, "2月", "oops")
    ]
    assert values(home) == {("A1", "2026-01", "renewal_rate"): 0.9}


def test_year_and_quarter_in_columns_of_their_own_make_the_period(home, tmp_path):
    columns = {"agent_id": "员工ID", "year": "年度", "quarter": "季度", "satisfaction": "绩效评分"}
    recipe = recipe_from(
        {"kind": "scoresheet", "columns": columns, "options": {"satisfaction_max": 5}}
    )
    home.load(
        write(
            tmp_path,
            "a.csv",
            "员工ID,年度,季度,绩效评分\n1001,2024,1,4\n1001,2024,Q2,3\n1001,2024,第三季度,5\n",
        ),
        recipe,
    )
    with home.warehouse.cursor() as cursor:
        rows = cursor.execute(
            "select month(first_month), month(last_month), value from scoresheet order by 1"
        ).fetchall()
    assert rows == [(1, 3, 80.0), (4, 6, 60.0), (7, 9, 100.0)]


# -- numbers that need a second look ---------------------------------------------------------------


def test_a_rate_beside_its_count_is_weighted_and_one_without_is_not(home, tmp_path):
    columns = {"agent_id": "工号", "due_policies": "应续件数", "renewal_rate": "续保率"}
    text = "工号,应续件数,续保率\nA1,90,10%\nB2,10,100%\nC3,,50%\n"
    receipt = home.load(
        write(tmp_path, "a.csv", text), recipe_from({**SHEET, "columns": columns}), as_of=AS_OF
    )
    figures = values(home)
    assert (
        figures["A1", "2026-03", "renewed_policies"] + figures["B2", "2026-03", "renewed_policies"]
        == 19
    )  # 9 + 10, of 100
    assert figures["C3", "2026-03", "renewal_rate"] == 0.5
    assert note(receipt, "rates_weighted") == {"columns": "续保率"}


def test_the_month_of_a_sheet_without_premiums_is_told_without_one(home, tmp_path):
    columns = {"agent_id": "工号", "due_policies": "应续件数", "renewed_policies": "已续件数"}
    recipe = recipe_from({**SHEET, "columns": columns})
    receipt = home.load(
        write(tmp_path, "a.csv", "工号,应续件数,已续件数\nA1,10,8\n"), recipe, as_of=AS_OF
    )
    assert note(receipt, "month_figures_new_bare") == {
        "month": "2026-03",
        "agents": 1,
        "rate": "80.0%",
        "premium": None,
    }
    receipt = home.load(
        write(tmp_path, "b.csv", "工号,应续件数,已续件数\nA1,10,9\n"), recipe, as_of=AS_OF
    )
    assert note(receipt, "month_figures_bare")["before"] == "80.0%"


def test_rates_of_two_scales_in_one_column_are_asked_about(home, tmp_path):
    path = write(tmp_path, "a.csv", "工号,续保率\nA1,92\nB2,0.8\n")
    with pytest.raises(QuestionsOpen) as asked:
        home.load(path, recipe_from(SHEET))
    assert [(question.id, question.choices) for question in questions_of(asked.value)] == [
        ("rate_scale.renewal_rate", ("percent", "fraction"))
    ]
    home.load(
        path, recipe_from({**SHEET, "answers": {"rate_scale.renewal_rate": "percent"}}), as_of=AS_OF
    )
    assert values(home)["B2", "2026-03", "renewal_rate"] == 0.008


def test_a_unit_in_the_header_is_applied_and_said(home, tmp_path):
    columns = {"agent_id": "工号", "due_premium": "应续保费（万元）"}
    path = write(tmp_path, "a.csv", "工号,应续保费（万元）\nA1,1.5\n")
    receipt = home.load(path, recipe_from({**SHEET, "columns": columns}), as_of=AS_OF)
    assert values(home) == {("A1", "2026-03", "due_premium"): 15000}
    assert note(receipt, "units_scaled") == {"columns": "应续保费（万元）"}


def test_rows_of_one_agent_are_refused_or_added_up_as_the_recipe_says(home, tmp_path):
    columns = {"agent_id": "工号", "due_policies": "应续件数", "renewed_policies": "已续件数"}
    path = write(tmp_path, "a.csv", "工号,险种,应续件数,已续件数\nA1,车险,10,9\nA1,健康险,5,1\n")
    with pytest.raises(IssuesFound):
        home.load(path, recipe_from({**SHEET, "columns": columns}), as_of=AS_OF)
    adding = {**OPTIONS, "duplicates": "add"}
    home.load(path, recipe_from({**SHEET, "columns": columns, "options": adding}), as_of=AS_OF)
    assert values(home) == {
        ("A1", "2026-03", "due_policies"): 15,
        ("A1", "2026-03", "renewed_policies"): 10,
    }
    rates = write(tmp_path, "b.csv", "工号,续保率\nA1,90%\nA1,80%\n")
    with pytest.raises(RecipeRefused, match="rates_do_not_add"):
        home.load(rates, recipe_from({**SHEET, "options": adding}), as_of=AS_OF)


def test_errors_and_words_for_nothing_are_empty_cells_and_are_counted(home, tmp_path):
    rows = [
        ["工号", "续保率", "满意度", "投诉次数"],
        ["A1", 0.9, None, "N/A"],
        ["B2", 0.8, 70, "—"],
        ["C3", 0.7, 60, 2],
    ]
    path = book(
        tmp_path / "a.xlsx",
        ("三月", rows, lambda sheet, _: sheet.write_formula("C2", "=1/0", None, "#DIV/0!")),
    )
    columns = {
        "agent_id": "工号",
        "renewal_rate": "续保率",
        "satisfaction": "满意度",
        "complaints": "投诉次数",
    }
    receipt = home.load(path, recipe_from({**SHEET, "columns": columns}), as_of=AS_OF)
    assert ("A1", "2026-03", "satisfaction") not in values(home)
    assert {agent for agent, _, measure in values(home) if measure == "complaints"} == {"C3"}
    assert note(receipt, "errors_empty") == {"count": 1}
    assert note(receipt, "words_empty") == {"count": 2}


def test_a_formula_without_a_stored_result_is_an_issue_and_no_zero(home, tmp_path):
    rows = [["工号", "续保率"], ["A1", 0.9], ["B2", None]]
    path = book(
        tmp_path / "a.xlsx",
        ("三月", rows, lambda sheet, _: sheet.write_formula("B3", "=9/10", None, "")),
    )
    with pytest.raises(IssuesFound) as refused:
        home.load(path, recipe_from(SHEET), as_of=AS_OF)
    assert [
        (issue.row, issue.column, issue.value, issue.reason) for issue in issues_of(refused.value)
    ] == [(3, "续保率", "=9/10", "formula")]


def test_dates_of_a_workbook_that_counts_from_1904_are_right_as_dates_and_as_bare_numbers(
    home, tmp_path
):
    rows = [list(COLUMNS.values()), ["P1", "A1", None, "已续"], ["P2", "A1", 44652, "已续"]]

    def dated(sheet, made):
        sheet.write_datetime(
            "C2", dt.datetime(2026, 4, 2), made.add_format({"num_format": "yyyy-mm-dd"})
        )

    path = book(tmp_path / "a.xlsx", ("四月", rows, dated), date_1904=True)
    home.load(path, recipe_from(RECIPE), as_of=AS_OF)
    with home.warehouse.cursor() as cursor:
        due_dates = cursor.execute("select due_date from policies order by policy_id").fetchall()
    assert due_dates == [(dt.date(2026, 4, 2),), (dt.date(1904, 1, 1) + dt.timedelta(days=44652),)]


def test_a_word_nobody_knows_is_one_issue_however_often_it_stands_there(home, tmp_path):
    rows = [f"P{policy},A1,2026-04-02,{'已续' if policy % 2 else '待定'}" for policy in range(60)]
    with pytest.raises(IssuesFound) as refused:
        home.load(
            write(tmp_path, "a.csv", f"{','.join(COLUMNS.values())}\n" + "\n".join(rows)),
            recipe_from(RECIPE),
        )
    assert [(issue.value, issue.row, issue.count) for issue in issues_of(refused.value)] == [
        ("待定", 2, 30)
    ]


# -- encodings and archives ------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "utf-16-be", "utf-8", "gb18030"])
def test_traditional_chinese_is_read_in_every_encoding_it_comes_in(home, tmp_path, encoding):
    text = "工號,團隊,續保率\nA1,東區,90%\nB2,西區,80%\n"
    columns = {"agent_id": "工號", "team": "團隊", "renewal_rate": "續保率"}
    home.load(
        write(tmp_path, "a.csv", text, encoding),
        recipe_from({**SHEET, "columns": columns}),
        as_of=AS_OF,
    )
    with home.warehouse.cursor() as cursor:
        assert cursor.execute("select distinct team from agent_facts order by 1").fetchall() == [
            ("東區",),
            ("西區",),
        ]


def test_few_chinese_characters_among_many_latin_ones_are_enough_to_find_the_encoding(
    home, tmp_path
):
    rows = "".join(
        f"P{policy},A{policy % 7},2026-04-02,renewed,Comprehensive motor\n" for policy in range(300)
    )
    text = f"policy_id,agent_id,due_date,outcome,产品\n{rows}P999,A1,2026-04-02,lost,健康险\n"
    assert home.look(write(tmp_path, "a.csv", text, "gb18030")).seen.encoding == "gb18030"


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


def test_an_archive_is_loaded_as_the_files_inside_it(shell, tmp_path):
    head = ",".join(COLUMNS.values())
    members = {
        "四月.csv": f"{head}\nP1,A1,2026-04-02,已续\n".encode("gb18030"),
        "sub/五月.csv": f"{head}\nP2,A1,2026-05-02,未续\n",
        "__MACOSX/._四月.csv": b"\0\1\2",
    }
    receipts = shell("load", archive(tmp_path / "a.zip", members), "--as-of", "2026-12-31")
    assert sorted((receipt["file"], receipt["loaded"]) for receipt in receipts) == [
        ("五月.csv", 1),
        ("四月.csv", 1),
    ]


def test_the_names_inside_an_archive_packed_in_gbk_are_read(home, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        info = zipfile.ZipInfo("x.csv")
        info.filename = "四月.csv".encode("gbk").decode("cp437")
        made.writestr(info, "工号,续保率\nA1,90%\n")
    raw = path.read_bytes()
    utf8 = "四月.csv".encode("gbk").decode("cp437").encode()
    path.write_bytes(raw.replace(utf8, "四月.csv".encode("gbk").ljust(len(utf8), b" ")))
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = raw.index(mark) + offset
        raw[position : position + 2] = b"\0\0"
    path.write_bytes(bytes(raw))
    with home.members(path) as members:
        assert [member.name.strip() for member in members] == ["四月.csv"]


def test_archives_that_nest_or_are_empty_are_refused_and_a_workbook_is_no_archive(home, tmp_path):
    inner = archive(tmp_path / "inner.zip", {"a.csv": "x"}).read_bytes()
    with (
        pytest.raises(FileRefused, match="archive_nested"),
        home.members(archive(tmp_path / "n.zip", {"i.zip": inner})),
    ):
        pass
    with (
        pytest.raises(FileRefused, match="archive_empty"),
        home.members(archive(tmp_path / "e.zip", {})),
    ):
        pass
    with (
        pytest.raises(FileRefused, match="file_not_a_table"),
        home.members(archive(tmp_path / "w.docx", {"[Content_Types].xml": "x", "word/a.xml": "y"})),
    ):
        pass
    path = book(tmp_path / "b.xlsx", ("三月", [["工号", "续保率"], ["A1", 0.9]], None))
    with home.members(path) as members:
        assert members == [path]
    mixed = archive(
        tmp_path / "m.zip", {"三月.xlsx": path.read_bytes(), "四月.csv": "工号,续保率\nA1,80%\n"}
    )
    with home.members(mixed) as members:
        assert [member.name for member in members] == ["三月.xlsx", "四月.csv"]


def test_an_archive_that_would_grow_too_large_is_refused_before_it_is_unpacked(home, tmp_path):
    path = archive(
        tmp_path / "bomb.zip", {f"{number}.csv": b"0" * (40 * 1024 * 1024) for number in range(8)}
    )
    with pytest.raises(FileRefused, match="file_too_large_unpacked"), home.members(path):
        pass


def test_an_open_document_sheet_is_read_and_its_hidden_rows_are_left_out(home, tmp_path):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(
        f"<table:table-row{hidden}>{''.join(map(cell.format, row))}</table:table-row>"
        for hidden, row in (
            ("", ("工号", "续保率")),
            ("", ("A1", "90%")),
            (' table:visibility="collapse"', ("OLD", "10%")),
            ("", ("B2", "80%")),
        )
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="三月">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        made.writestr("content.xml", content)
    path = tmp_path / "a.ods"
    path.write_bytes(buffer.getvalue())
    receipt = home.load(path, recipe_from(SHEET), as_of=AS_OF)
    assert {agent for agent, _, _ in values(home)} == {"A1", "B2"}
    assert note(receipt, "rows_hidden") == {"count": 1}


# -- what a column holds ---------------------------------------------------------------------------


def test_columns_without_a_known_name_are_guessed_by_what_they_hold_and_never_taken_for_certain(
    home, tmp_path
):
    text = "保单号,工号,止,情况\nP1,A1,2026-04-02,已续\nP2,B2,2026-04-03,未续\n"
    best = home.look(write(tmp_path, "a.csv", text)).sheets[0].guesses[0]
    assert (best.kind, best.complete, best.sure) == ("policies", True, False)
    assert best.matches["due_date"][0] == "止"
    assert best.matches["due_date"][1] < 100
    assert best.matches["outcome"][0] == "情况"


def test_names_stand_for_agents_only_after_asking(home, tmp_path):
    path = write(tmp_path, "a.csv", "姓名,考核期,续保率\n安,2026-03,90%\n")
    best = next(guess for guess in home.look(path).sheets[0].guesses if guess.kind == "scoresheet")
    assert best.matches["agent_id"] == ("姓名", 70)
    with pytest.raises(RecipeRefused, match="recipe_needed"):
        home.recipe_for(path)


@pytest.mark.parametrize("header", ["续保率（%）", "续保率%", "续 保 率", "续保率 "])
def test_units_and_blanks_in_a_header_do_not_make_it_a_stranger(home, tmp_path, header):
    path = write(tmp_path, "a.csv", f"工号,考核期,{header}\nA1,2026-03,92\n")
    home.load(path, home.recipe_for(path), as_of=AS_OF)
    assert values(home) == {("A1", "2026-03", "renewal_rate"): 0.92}
