"""One file in many dresses gives the same figures: containers, encodings, headers, dates, words and
layouts."""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.evaluation import evaluate, measure, whole_period
from analytics.home import Home
from analytics.insight.quadrant import place
from analytics.intake import reading
from analytics.intake.recipe import recipe_from
from analytics.intake.recognise import recognise
from analytics.model import Filters
from tests.conftest import read_here, write

AS_OF = dt.date(2021, 6, 30)
# agent → (answered calls, resolved, sum of ratings): medians of the eight are 0.8 and 3.5, none of
# them on a line
BOOK = {
    "Ada": (20, 18, 80),
    "Ben": (20, 17, 76),
    "Cleo": (20, 18, 60),
    "Dov": (20, 17, 64),
    "Eva": (20, 12, 78),
    "Finn": (20, 14, 74),
    "Gus": (20, 11, 58),
    "Hal": (20, 13, 62),
}
QUADRANTS = {
    "Ada": "role_model",
    "Ben": "role_model",
    "Cleo": "service_gap",
    "Dov": "service_gap",
    "Eva": "sales_gap",
    "Finn": "sales_gap",
    "Gus": "focus",
    "Hal": "focus",
}


def calls():
    """One row a call: id, agent, date, answered, resolved, rating; a fifth of the calls went
    unanswered."""
    rows: list[tuple[str, str, dt.date, str, str, str]] = []
    for agent, (count, resolved, total) in BOOK.items():
        ratings = [total // count + (number < total % count) for number in range(count)]
        for number in range(count + 5):
            day = dt.date(2021, 1, 1) + dt.timedelta(days=(number * 7 + len(rows)) % 90)
            answered = number < count
            rows.append(
                (
                    f"C{len(rows):04d}",
                    agent,
                    day,
                    "Y" if answered else "N",
                    "Y" if number < resolved else "N",
                    str(ratings[number]) if answered else "",
                )
            )
    return rows


ENGLISH = ("Call Id", "Agent", "Date", "Answered (Y/N)", "Resolved", "Satisfaction rating")
CHINESE = ("通话编号", "坐席", "通话日期", "是否接通", "是否解决", "满意度")


def recipe(headers, **options):
    fields = ("policy_id", "agent_id", "due_date", None, "outcome", "satisfaction")
    return recipe_from(
        {
            "kind": "policies",
            "columns": {
                field: header for field, header in zip(fields, headers, strict=True) if field
            },
            "values": {"outcome": {"renewed": ["Y", "是"], "lost": ["N", "否"], "open": []}},
            "only": {headers[3]: ["Y", "是"]},
            "options": {"satisfaction_max": 5, **options},
        }
    )


def placed(home):
    measured = measure(
        home.warehouse,
        home.settings,
        Filters(whole_period(home.warehouse)),
        built_in_catalogue(),
    )
    evaluation = evaluate(measured, default_scheme())
    return dict(
        zip(evaluation.people["agent_id"], place(evaluation).quadrant.tolist(), strict=True)
    )


def lines(headers, rows, delimiter):
    return "".join(delimiter.join(map(str, row)) + "\n" for row in (headers, *rows))


def in_chinese(path):
    words = {"Y": "是", "N": "否"}
    rows = [
        (call_id, agent, f"{day:%Y年%m月%d日}", words[a], words[r], rating)
        for call_id, agent, day, a, r, rating in calls()
    ]
    path.write_bytes(lines(CHINESE, rows, ",").encode("gb18030"))
    return recipe(CHINESE)


def tabbed(path):
    path.write_bytes(lines(ENGLISH, calls(), "\t").encode("utf-8-sig"))
    return recipe(ENGLISH)


def csv_called_xls(path):
    path.write_bytes(lines(ENGLISH, calls(), ",").encode())
    return recipe(ENGLISH)


def parquet(path):
    frame = pd.DataFrame(calls(), columns=list(ENGLISH))
    frame["Date"] = pd.to_datetime(frame["Date"])
    frame["Satisfaction rating"] = pd.to_numeric(frame["Satisfaction rating"])
    frame.to_parquet(path)
    return recipe(ENGLISH)


def workbook(path):
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("calls")
        day = made.add_format({"num_format": "d.m.yyyy"})
        sheet.write_row(0, 0, ENGLISH)
        for number, (call_id, agent, when, answered, resolved, rating) in enumerate(calls(), 1):
            sheet.write_row(number, 0, (call_id, agent))
            sheet.write_datetime(number, 2, dt.datetime.combine(when, dt.time(9, 30)), day)
            sheet.write_row(number, 3, (answered, resolved))
            if rating:
                sheet.write_number(number, 5, int(rating))
    return recipe(ENGLISH)


def scoresheet(path):
    """Title, merged two-row header, percent text, full-width digits, a total row, a note, a hidden
    sheet of old data."""
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    with xlsxwriter.Workbook(str(path)) as made:
        old = made.add_worksheet("去年")
        sheet = made.add_worksheet("一季度")
        sheet.activate()
        sheet.set_first_sheet()
        old.hide()
        for page in (old, sheet):
            page.merge_range("A1:E1", "坐席绩效评估表")
            page.merge_range("A2:A3", "坐席")
            page.merge_range("B2:D2", "业绩指标")
            page.write_row("B3", ("应续件数", "续保率", "问卷数"))
            page.write("E2", "客户服务")
            page.write("E3", "客户满意度")
        old.write_row("A4", ("Ada", 20, "5%", 20, 1))
        for number, (agent, (count, resolved, total)) in enumerate(BOOK.items(), 3):
            sheet.write_row(
                number,
                0,
                (agent, str(count).translate(wide), f"{100 * resolved / count:g}%", count),
            )
            sheet.write(number, 4, f"{total / count:g}分".translate(wide))
        end = 3 + len(BOOK)
        sheet.write_row(end, 0, ("合计", 160, "75%", 160, 3.45))
        sheet.write(end + 1, 0, "注：满意度满分5分，未接通的不计。")
    columns = {
        "agent_id": "坐席",
        "due_policies": "应续件数",
        "renewal_rate": "续保率",
        "surveys": "问卷数",
        "satisfaction": "客户满意度",
    }
    return recipe_from(
        {
            "kind": "scoresheet",
            "columns": columns,
            "options": {"from": "2021-01", "to": "2021-03", "satisfaction_max": 5},
        }
    )


@pytest.mark.parametrize(
    ("name", "dress"),
    [
        ("calls.csv", in_chinese),
        ("calls.txt", tabbed),
        ("calls.xls", csv_called_xls),
        ("calls.parquet", parquet),
        ("calls.xlsx", workbook),
        ("sheet.xlsx", scoresheet),
    ],
)
def test_the_call_file_gives_the_same_eight_quadrants_in_every_dress(home, tmp_path, name, dress):
    path = tmp_path / name
    receipt = home.load(path, dress(path), as_of=AS_OF)
    assert placed(home) == QUADRANTS
    if dress is scoresheet:
        assert {key for key, _ in receipt.notes} >= {
            "sheets_hidden",
            "left_total",
            "left_note",
            "rates_weighted",
        }


# -- random records in random dress ----------------------------------------------------------------

SYNONYMS = {
    "policy_id": ("保单号", "保单编号", "policy no", "Policy ID"),
    "agent_id": ("工号", "员工编号", "Agent ID", "employee id"),
    "due_date": ("到期日", "保险止期", "Due Date", "expiry date"),
    "outcome": ("续保结果", "是否续保", "Outcome"),
    "premium_due": ("应续保费", "到期保费（元）", "Premium due"),
    "premium_renewed": ("续保保费", "实收保费(元)", "premium renewed"),
    "satisfaction": ("满意度（满分10）", "满意度评分(1-10)", "Satisfaction (0-10)"),
}
WORDS = {
    "renewed": ("已续", "已续保", "是", "Y", "√", "ＹＥＳ", " 已续 "),
    "lost": ("未续", "流失", "否", "n", "×"),
    "open": ("跟进中", "待续", "pending"),
}
DATES = (
    "{d:%Y-%m-%d}",
    "{d:%Y/%m/%d}",
    "{d.year}年{d.month}月{d.day}日",
    "{d.year}.{d.month}.{d.day}",
    "{d:%Y%m%d}",
    "{d:%Y-%m-%d} 08:30:00",
    "{d:%d-%b-%Y}",
)
AMOUNTS = ("{a:.2f}", "￥{a:,.2f}", "{a:,.2f}元", "RMB {a:.2f}", "{a:.2f} ", "\u00a0{a:.2f}")
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")

records = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "B3"]),
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
        st.sampled_from(["renewed", "lost", "open"]),
        st.integers(1, 9_999_999),
        st.integers(0, 9_999_999),
        st.one_of(st.none(), st.integers(0, 10)),
    ),
    min_size=1,
    max_size=25,
)


def expected(rows):
    """agent → what the warehouse should hold, added up by hand."""
    out: defaultdict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0.0, 0, 0.0])
    for agent, _, outcome, due, _renewed, rating in rows:
        sums = out[agent]
        sums[0] += 1
        sums[1] += outcome == "renewed"
        sums[2] += (
            outcome == "open"
        )  # still open nine months later: due, not renewed, and counted apart
        sums[3] += due / 100
        if rating is not None:
            sums[4] += 1
            sums[5] += rating * 10
    return {agent: [round(value, 2) for value in values] for agent, values in out.items()}


def dressed(rows, path, draw):
    """Write the records as somebody might: any container, words, dates, amounts, blanks, titles and
    totals."""
    headers = [draw.choice(SYNONYMS[name]) for name in SYNONYMS]
    date, amount, wide = draw.choice(DATES), draw.choice(AMOUNTS), draw.random() < 0.3
    table = []
    for number, (agent, day, outcome, due, renewed, rating) in enumerate(rows):
        money = [
            amount.format(a=due / 100),
            amount.format(a=renewed / 100) if outcome == "renewed" else "",
        ]
        if wide:
            money = [figure.translate(FULL_WIDTH) for figure in money]
        score = "" if rating is None else draw.choice(["{}", "{}分", "{}.0", " {}"]).format(rating)
        spelled = (
            agent
            if draw.random() < 0.7
            else draw.choice(
                [
                    f" {agent} ",
                    agent + "\u200b",
                    agent.translate(str.maketrans("AB123", "ＡＢ１２３")),
                ]
            )
        )
        table.append(
            [f"P{number}", spelled, date.format(d=day), draw.choice(WORDS[outcome]), *money, score]
        )
    order = list(range(len(headers)))
    draw.shuffle(order)
    headers, table = (
        [headers[position] for position in order],
        [[row[position] for position in order] for row in table],
    )
    above = [["2026年一季度应续保单"], []] if draw.random() < 0.4 else []
    if draw.random() < 0.4:
        table.insert(draw.randrange(len(table) + 1), [""] * len(headers))
    form = draw.choice(["csv", "tsv", "gb", "utf16", "xlsx", "parquet"])
    if form == "parquet":
        pd.DataFrame(table, columns=headers).to_parquet(path)
    elif form == "xlsx":
        with xlsxwriter.Workbook(str(path)) as made:
            sheet = made.add_worksheet(draw.choice(["Sheet1", "保单"]))
            left = draw.choice([0, 2])
            for number, row in enumerate([*above, headers, *table]):
                for column, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, left + column, cell)
    else:
        mark = "\t" if form == "tsv" else draw.choice([",", ";", "|"])
        text = "".join(
            mark.join(f'"{cell}"' if mark in cell else cell for cell in row) + "\r\n"
            for row in [*above, headers, *table]
        )
        encoding = {"gb": "gb18030", "utf16": "utf-16"}.get(
            form, draw.choice(["utf-8", "utf-8-sig"])
        )
        path.write_bytes(text.encode(encoding))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(rows=records, seed=st.integers(0, 2**32))
def test_random_records_in_random_dress_are_read_back_as_the_same_measures(
    tmp_path_factory, rows, seed, monkeypatch
):
    monkeypatch.setattr(reading, "_run", read_here)
    folder = tmp_path_factory.mktemp("dress")
    path = folder / "保单.dat"
    dressed(rows, path, random.Random(seed))
    home = Home(folder / "home")
    try:
        recipe = home.recipe_for(path, "policies")
        # Premiums of a cent, and beside them of a hundred thousand, are asked about, and meant.
        meant = (
            "plausible.premium",
            "plausible.amounts.premium_due",
            "plausible.amounts.premium_renewed",
        )
        recipe = replace(recipe, answers={**recipe.answers, **dict.fromkeys(meant, "yes")})
        home.load(path, recipe, as_of=dt.date(2026, 12, 31))
        sums = home.warehouse.ask(
            "measures", first_month=dt.date(2026, 1, 1), last_month=dt.date(2026, 3, 1)
        )
        names = [
            "due_policies",
            "renewed_policies",
            "stale_open",
            "due_premium",
            "surveys",
            "survey_points",
        ]
        sums = sums.groupby("agent_id")[names].sum()
        stored = {
            agent: [round(float(value), 2) for value in row] for agent, *row in sums.itertuples()
        }
        assert stored == expected(rows)
    finally:
        home.close()


def test_a_filled_template_loads_without_a_question_and_its_example_is_left_out(home, tmp_path):
    import openpyxl

    from analytics.reports.templates import template

    rows: dict[str, list[Any]] = {
        "policies": [
            "P1",
            "A1",
            dt.date(2026, 4, 2),
            "已续",
            None,
            100,
            90,
            "是",
            "车险",
            "直销",
            "K1",
            None,
            None,
            80,
        ],
        "surveys": ["A1", dt.date(2026, 4, 3), 4, 5],
        "agents": ["A1", "2026-04", "安", "东"],
        "contacts": ["A1", "2026-03-20 09:00", "P1", "K1", "是"],
        "complaints": ["A1", dt.date(2026, 4, 9), "否", "P1"],
        "assessments": ["A1", dt.date(2026, 4, 9), "沟通能力", 90, "王", 100],
    }
    for kind, row in rows.items():
        path = tmp_path / f"{kind}.xlsx"
        path.write_bytes(template(kind, "zh", built_in_catalogue()))
        book = openpyxl.load_workbook(path)
        assert str(book.worksheets[0].cell(2, 1).value).startswith("示例")
        for column, value in enumerate(row, 1):
            if value is not None:
                book.worksheets[0].cell(3, column).value = value
        book.save(path)
        receipt = home.load(path, home.recipe_for(path), as_of=dt.date(2026, 6, 30))
        assert (receipt.loaded, receipt.rejected) == (1, 0), kind
        assert ("left_example", {"count": 1, "rows": "2"}) in receipt.notes
    sums = home.warehouse.ask(
        "measures", first_month=dt.date(2026, 4, 1), last_month=dt.date(2026, 4, 1)
    )
    assert sums["survey_points"].tolist() == [
        80.0
    ]  # four of five; surveys of their own speak before those of the policies


def test_a_header_that_says_its_highest_score_needs_no_option(home, tmp_path):
    text = "保单号,工号,到期日,续保结果,满意度(满分5)\nP1,A1,2026-04-02,已续,4\n"
    path = write(tmp_path, "a.csv", text)
    home.load(path, home.recipe_for(path), as_of=dt.date(2026, 6, 30))
    sums = home.warehouse.ask(
        "measures", first_month=dt.date(2026, 4, 1), last_month=dt.date(2026, 4, 1)
    )
    assert sums["survey_points"].tolist() == [80.0]


@pytest.mark.parametrize("word", ["ＹＥＳ", "Ｙ", "Renewed", "已续"])
def test_an_outcome_in_full_width_is_as_sure_as_any(word):
    headers = ["Policy No", "Agent ID", "Due date", "Outcome"]
    guess = recognise(headers, "policies", {"Outcome": [word], "Due date": ["２０２６-０１-０５"]})[
        0
    ]
    assert guess.sure
