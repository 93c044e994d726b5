"""Containers, cells, words and dates: what people bring, and what is said when it cannot be
read."""

import datetime as dt
import io
import zipfile

import pandas as pd
import pytest
import xlsxwriter

from analytics.desk import Desk
from analytics.errors import FileRefused, IssuesFound, QuestionsOpen, RecipeRefused, RequestRefused
from analytics.intake.readiness import Readiness
from analytics.intake.recipe import recipe_from
from tests.analytics.intake.told import issues_of, questions_of
from tests.conftest import AS_OF, POLICIES, load_text, write

COLUMNS = {"policy_id": "保单号", "agent_id": "工号", "due_date": "到期日", "outcome": "续保结果"}
RECIPE = {"kind": "policies", "columns": COLUMNS}
ROWS = [
    ("P1", "A1", "2026-04-02", "已续"),
    ("P2", "A1", "2026-04-05", "未续"),
    ("P3", "B2", "2026-04-05", "已续"),
]


def totals(home):
    sums = home.warehouse.ask(
        "measures", first_month=dt.date(2026, 1, 1), last_month=dt.date(2026, 12, 1)
    )
    return int(sums["renewed_policies"].sum()), int(sums["due_policies"].sum())


def csv_of(rows, header=("保单号", "工号", "到期日", "续保结果"), delimiter=","):
    return "\n".join(delimiter.join(row) for row in (header, *rows)) + "\n"


def workbook(rows, path, hidden=None):
    with xlsxwriter.Workbook(str(path)) as book:
        if hidden:
            old = book.add_worksheet("旧")
            old.write_row(0, 0, COLUMNS.values())
            old.write_row(1, 0, hidden)
        sheet = book.add_worksheet("四月")
        sheet.activate()
        sheet.set_first_sheet()
        if hidden:
            old.hide()
        sheet.write_row(0, 0, COLUMNS.values())
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, (policy, agent, due, outcome) in enumerate(rows, 1):
            sheet.write_row(number, 0, (policy, agent))
            sheet.write_datetime(number, 2, dt.datetime.fromisoformat(due), day)
            sheet.write(number, 3, outcome)
    return path


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("a.csv", "utf-8"),
        ("a.csv", "utf-8-sig"),
        ("a.csv", "gb18030"),
        ("a.xls", "gb18030"),
        ("a.txt", "utf-16"),
    ],
)
def test_text_is_read_by_its_content_whatever_its_name_and_encoding(home, tmp_path, name, encoding):
    home.load(write(tmp_path, name, csv_of(ROWS), encoding), recipe_from(RECIPE), as_of=AS_OF)
    assert totals(home) == (2, 3)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(home, tmp_path, delimiter):
    home.load(
        write(tmp_path, "a.csv", csv_of(ROWS, delimiter=delimiter)),
        recipe_from(RECIPE),
        as_of=AS_OF,
    )
    assert totals(home) == (2, 3)


def test_workbooks_are_read_and_hidden_sheets_are_skipped_and_said(home, tmp_path):
    path = workbook(ROWS, tmp_path / "a.xlsx", hidden=("P9", "A1", "2026-04-02", "已续"))
    receipt = home.load(path, recipe_from(RECIPE), as_of=AS_OF)
    assert totals(home) == (2, 3)
    assert ("sheets_hidden", {"sheets": "旧"}) in receipt.notes


def test_parquet_is_read(home, tmp_path):
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame(ROWS, columns=list(COLUMNS.values()))
    frame["到期日"] = pd.to_datetime(frame["到期日"])
    frame.to_parquet(path)
    home.load(path, recipe_from(RECIPE), as_of=AS_OF)
    assert totals(home) == (2, 3)


@pytest.mark.parametrize(
    "due",
    [
        "2026年4月2日",
        "2026.4.2",
        "2026/4/2",
        "20260402",
        "46114",
        "２０２６-04-02",
        "2026-04-02 00:30:00",
        "2-Apr-2026",
    ],
)
def test_dates_are_read_as_people_write_them(home, tmp_path, due):
    home.load(
        write(tmp_path, "a.csv", csv_of([("P1", "A1", due, "已续")])),
        recipe_from(RECIPE),
        as_of=AS_OF,
    )
    with home.warehouse.cursor() as cursor:
        assert cursor.execute("select due_date from policies").fetchall() == [
            (dt.date(2026, 4, 2),)
        ]


def test_a_slash_date_is_settled_by_the_whole_column(home, tmp_path):
    rows = [("P1", "A1", "02/04/2026", "已续"), ("P2", "A1", "28/04/2026", "已续")]
    home.load(write(tmp_path, "a.csv", csv_of(rows)), recipe_from(RECIPE), as_of=AS_OF)
    with home.warehouse.cursor() as cursor:
        assert cursor.execute("select min(due_date) from policies").fetchall() == [
            (dt.date(2026, 4, 2),)
        ]


def test_a_slash_date_that_nothing_settles_is_asked_for(home, tmp_path):
    path = write(tmp_path, "a.csv", csv_of([("P1", "A1", "02/04/2026", "已续")]))
    with pytest.raises(QuestionsOpen) as asked:
        home.load(path, recipe_from(RECIPE))
    assert [(question.id, set(question.choices)) for question in questions_of(asked.value)] == [
        ("date_order.due_date", {"dmy", "mdy"})
    ]
    home.load(path, recipe_from({**RECIPE, "options": {"date_order": "dmy"}}), as_of=AS_OF)
    assert totals(home) == (1, 1)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("￥1,234.50", 1234.5),
        ("1.2万", 12000),
        ("１２３４", 1234),
        ("(50)", None),
        ("1234元", 1234),
    ],
)
def test_money_is_read_as_people_write_it(home, tmp_path, text, amount):
    header = (*COLUMNS.values(), "应续保费")
    path = write(
        tmp_path, "a.csv", csv_of([("P1", "A1", "2026-04-02", "已续", f'"{text}"')], header)
    )
    recipe = recipe_from({"kind": "policies", "columns": {**COLUMNS, "premium_due": "应续保费"}})
    if amount is None:  # a negative premium is an issue, not an amount
        with pytest.raises(IssuesFound):
            home.load(path, recipe)
        return
    home.load(path, recipe, as_of=AS_OF)
    with home.warehouse.cursor() as cursor:
        assert float(cursor.execute("select premium_due from policies").fetchall()[0][0]) == amount


def test_every_bad_cell_is_named_and_nothing_is_stored(home, tmp_path):
    rows = [
        *ROWS,
        ("P4", "", "2026-04-05", "已续"),
        ("P5", "A1", "soon", "已续"),
        ("P6", "A1", "2026-02-30", "maybe"),
        ("P1", "A1", "2026-04-02", "已续"),
    ]
    path = write(tmp_path, "四月.csv", csv_of(rows))
    with pytest.raises(IssuesFound) as refused:
        home.load(path, recipe_from(RECIPE), as_of=AS_OF)
    issues = {
        (issue.file, issue.row, issue.column, issue.value, issue.reason)
        for issue in issues_of(refused.value)
    }
    assert issues == {
        ("四月.csv", 5, "工号", "", "missing"),
        ("四月.csv", 6, "到期日", "soon", "not_date"),
        ("四月.csv", 7, "到期日", "2026-02-30", "not_date"),
        ("四月.csv", 7, "续保结果", "maybe", "word_unknown"),
        ("四月.csv", 8, "保单号", "P1", "duplicate"),
    }
    assert home.warehouse.ask("loads").empty
    assert not list((home.folder / "originals").iterdir())


def test_the_good_rows_load_when_that_is_chosen_and_the_counts_reconcile(home, tmp_path):
    path = write(tmp_path, "a.csv", csv_of([*ROWS, ("P4", "A1", "soon", "已续")]))
    receipt = home.load(path, recipe_from(RECIPE), as_of=AS_OF, on_issues="skip")
    assert (receipt.rows, receipt.loaded, receipt.rejected, receipt.skipped) == (4, 3, 1, 0)
    assert totals(home) == (2, 3)


def test_rows_keep_their_numbers_past_blank_and_ragged_lines(home, tmp_path):
    text = (
        "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\n\nP2,A1,2026-04-02\n"
        'P3,A1,2026-04-02,已续,x\n"P\n4",A1,bad,已续\n'
    )
    with pytest.raises(IssuesFound) as refused:
        home.load(write(tmp_path, "a.csv", text), recipe_from(RECIPE))
    assert sorted((issue.row, issue.reason) for issue in issues_of(refused.value)) == [
        (4, "missing"),
        (5, "ragged"),
        (6, "not_date"),
    ]


def test_a_column_that_is_wrong_as_a_whole_is_one_issue(home, tmp_path):
    rows = [(f"P{policy}", "A1", "someday", "已续") for policy in range(60)]
    with pytest.raises(IssuesFound) as refused:
        home.load(write(tmp_path, "a.csv", csv_of(rows)), recipe_from(RECIPE))
    assert [(issue.row, issue.column) for issue in issues_of(refused.value)] == [(None, "到期日")]


def test_total_rows_are_skipped_and_said(home, tmp_path):
    path = write(tmp_path, "a.csv", csv_of([*ROWS, ("合计", "", "", "3")]))
    receipt = home.load(path, recipe_from(RECIPE), as_of=AS_OF)
    assert (receipt.rows, receipt.loaded) == (3, 3)
    assert ("left_total", {"count": 1, "rows": "5"}) in receipt.notes


def test_title_rows_above_the_header_are_passed_over(home, tmp_path):
    path = write(tmp_path, "a.csv", "四月应续保单,,,\n,,,\n" + csv_of(ROWS))
    home.load(path, recipe_from(RECIPE), as_of=AS_OF)
    assert totals(home) == (2, 3)


def test_only_the_rows_asked_for_count_and_the_sentinels_named_are_missing(home, tmp_path):
    header = (*COLUMNS.values(), "接通", "满意度")
    rows = [(*ROWS[0], "Y", "4"), (*ROWS[1], "N", ""), (*ROWS[2], "Y", "99999")]
    recipe = recipe_from(
        {
            "kind": "policies",
            "columns": {**COLUMNS, "satisfaction": "满意度"},
            "only": {"接通": ["Y"]},
            "options": {"satisfaction_max": 5, "missing": ["99999"]},
        }
    )
    receipt = home.load(write(tmp_path, "a.csv", csv_of(rows, header)), recipe, as_of=AS_OF)
    assert (receipt.rows, receipt.loaded, receipt.skipped) == (3, 2, 1)
    sums = home.warehouse.ask(
        "measures", first_month=dt.date(2026, 4, 1), last_month=dt.date(2026, 4, 1)
    )
    assert (sums["survey_points"].sum(), sums["surveys"].sum()) == (80, 1)


def test_a_satisfaction_whose_scale_nobody_says_is_asked_for(home, tmp_path):
    path = write(tmp_path, "a.csv", POLICIES)
    with pytest.raises(QuestionsOpen) as asked:
        home.load(path, home.recipe_for(path))
    assert [(question.id, question.suggested) for question in questions_of(asked.value)] == [
        ("scale.satisfaction", "5")
    ]


def test_without_an_outcome_a_file_of_policies_is_refused(home, tmp_path):
    path = write(tmp_path, "a.csv", "保单号,工号,到期日\nP1,A1,2026-04-02\n")
    columns = {key: COLUMNS[key] for key in ("policy_id", "agent_id", "due_date")}
    with pytest.raises(RecipeRefused, match="no_outcome"):
        home.load(path, recipe_from({"kind": "policies", "columns": columns}))


def test_a_column_the_recipe_names_and_the_file_lacks_is_named(home, tmp_path):
    path = write(tmp_path, "a.csv", "a,b\n1,2\n")
    with pytest.raises(FileRefused, match="column_missing") as refused:
        home.load(path, recipe_from(RECIPE))
    assert refused.value.facts["column"] in COLUMNS.values()


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (400 * 1024 * 1024))


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("empty.csv", b"", "file_empty"),
        ("blank.csv", b"\n\n \n", "file_empty"),
        ("broken.xlsx", b"PK\x03\x04 not a zip", "file_damaged"),
        ("broken.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "file_damaged"),
        ("broken.parquet", b"PAR1 nothing here PAR1", "file_damaged"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0", "file_not_a_table"),
        ("latin.csv", "gr\xf6\xdfe,\xe9t\xe9 \n".encode("latin-1") * 3, "encoding_unknown"),
        (
            "quote.csv",
            '保单号,工号,到期日,续保结果\n"P1,A1,2026-04-02,已续\n'.encode(),
            "quote_open",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_words_and_leaves_the_store_alone(
    home, tmp_path, name, data, key
):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FileRefused) as refused:
        home.load(path, recipe_from(RECIPE))
    assert refused.value.key == key
    assert home.warehouse.data_version <= 1


def test_a_zip_bomb_is_refused_before_it_is_unpacked(home, tmp_path):
    bomb(tmp_path / "bomb.xlsx")
    with pytest.raises(FileRefused, match="file_too_large_unpacked"):
        home.load(tmp_path / "bomb.xlsx", recipe_from(RECIPE))


@pytest.mark.usefixtures("throw_away")
def test_a_workbook_with_one_cell_in_the_last_corner_does_not_take_the_app_down(home, tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "保单号")
        sheet.write(1048575, 16383, "x")
    path = tmp_path / "corner.xlsx"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(FileRefused):
        home.load(path, recipe_from(RECIPE))
    assert home.warehouse.ask("loads").empty


def test_the_same_file_again_is_recognised(home, tmp_path):
    path = write(tmp_path, "a.csv", csv_of(ROWS))
    first = home.load(path, recipe_from(RECIPE), as_of=AS_OF)
    again = home.load(path, recipe_from(RECIPE), as_of=AS_OF)
    assert (again.already, again.load) == (True, first.load)
    assert totals(home) == (2, 3)
    with pytest.raises(RequestRefused, match="loaded_differently"):
        home.load(path, recipe_from({**RECIPE, "options": {"missing": ["x"]}}), as_of=AS_OF)


def test_certain_headers_need_no_recipe_and_guessed_ones_do(home, tmp_path):
    assert home.recipe_for(write(tmp_path, "a.csv", POLICIES)).kind == "policies"
    unsure = write(tmp_path, "b.csv", "保单号,续保员,到期日,续保结果\nP1,张三,2026-04-02,已续\n")
    with pytest.raises(RecipeRefused, match="recipe_needed"):
        home.recipe_for(unsure)
    with pytest.raises(RecipeRefused, match="kind_unclear"):
        home.recipe_for(write(tmp_path, "c.csv", "x,y\n1,2\n"))


def test_a_file_is_ready_or_says_what_has_to_be_answered_or_why_it_is_refused(home, tmp_path):
    desk = Desk(home)

    def standing(name, content):
        path = write(tmp_path, name, content)
        return desk.readiness(path, desk.look(path))

    ready = standing("a.csv", "保单号,工号,到期日,续保结果\nP1,A1,2026-04-13,已续\n")
    assert (ready.state, ready.kind, len(ready.recipes)) == ("ready", "policies", 1)
    unclear = standing("c.csv", "x,y\n1,2\n")
    assert (unclear.state, unclear.rows, unclear.refusal.key) == ("ask", 1, "kind_unclear")
    asked = standing("d.csv", "保单号,工号,到期日,续保结果\nP1,A1,03/04/2026,已续\n")
    assert (asked.state, asked.recipes, asked.question.key) == ("ask", (), "date_order")
    assert Readiness(None, refusal=unclear.refusal).state == "refused"


def test_a_confirmed_recipe_is_offered_again_for_the_same_headers_in_any_order(home, tmp_path):
    from analytics.intake.recipe import headers_key

    first = home.look(write(tmp_path, "a.csv", csv_of(ROWS))).sheets[0]
    home.state.save_recipe(headers_key(first.headers), "a.csv", RECIPE)
    turned = "续保结果,到期日,工号,保单号\n已续,2026-04-02,A1,P1\n"
    assert home.recipe_for(write(tmp_path, "b.csv", turned)).columns == COLUMNS


@pytest.mark.parametrize(
    "text",
    ["2026-03", "2026年3月", "202603", "2026/3", "2026-03-01 00:00:00"],
)
def test_months_of_a_scoresheet_are_read_as_people_write_them(home, tmp_path, text):
    load_text(home, tmp_path, "scoresheet", f"工号,考核期,续保率\nA1,{text},0.92\n")
    with home.warehouse.cursor() as cursor:
        assert cursor.execute(
            "select first_month, last_month, value from scoresheet"
        ).fetchall() == [(dt.date(2026, 3, 1), dt.date(2026, 3, 1), 0.92)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026Q1", 1, 3),
        ("2026年第二季度", 4, 6),
        ("2026上半年", 1, 6),
        ("2026", 1, 12),
        ("2026-02~2026-05", 2, 5),
    ],
)
def test_longer_periods_of_a_scoresheet_are_kept_whole(home, tmp_path, text, first, last):
    load_text(home, tmp_path, "scoresheet", f"工号,考核期,续保率\nA1,{text},92\n")
    with home.warehouse.cursor() as cursor:
        row = cursor.execute(
            "select month(first_month), month(last_month), value from scoresheet"
        ).fetchall()[0]
    assert row == (first, last, 0.92)


def test_more_renewed_than_due_is_refused_with_its_row(home, tmp_path):
    with pytest.raises(IssuesFound) as refused:
        load_text(
            home,
            tmp_path,
            "scoresheet",
            "工号,考核期,应续件数,已续件数\nA1,2026-03,10,9\nB2,2026-03,10,11\n",
        )
    assert [(issue.row, issue.reason) for issue in issues_of(refused.value)] == [
        (3, "more_than_due")
    ]


def test_a_custom_number_of_a_scoresheet_is_kept_as_a_measure(home, tmp_path):
    path = write(tmp_path, "a.csv", "工号,考核期,新产品续保数\nA1,2026-03,7\n")
    home.load(
        path,
        recipe_from(
            {
                "kind": "scoresheet",
                "columns": {
                    "agent_id": "工号",
                    "period": "考核期",
                    "custom.new_product": "新产品续保数",
                },
            }
        ),
    )
    with home.warehouse.cursor() as cursor:
        assert cursor.execute("select measure, value from scoresheet").fetchall() == [
            ("custom.new_product", 7.0)
        ]


@pytest.mark.parametrize(
    "kind", ["policies", "agents", "contacts", "surveys", "complaints", "assessments", "scoresheet"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_template_is_recognised_without_a_question(home, tmp_path, kind, language):
    from analytics.catalogue import built_in_catalogue
    from analytics.reports.templates import template

    path = tmp_path / f"{kind}.xlsx"
    path.write_bytes(template(kind, language, built_in_catalogue()))
    assert home.recipe_for(path).kind == kind
