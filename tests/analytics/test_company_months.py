"""A company whose months run from the 26th to the 25th: one rule from the file to the sheet, fixed
before anything is loaded."""

import datetime as dt
import json
from contextlib import closing

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as some
from python_calamine import CalamineWorkbook

from analytics import backup as backups
from analytics.desk import Desk
from analytics.errors import NotAllowed, QuestionsOpen, RequestRefused
from analytics.home import Home
from analytics.intake import reading
from analytics.ledger import How
from analytics.model import Filters, Period, days_of, month_of, month_stated
from analytics.people import Talk
from analytics.reports import sheets
from analytics.reports.words import period_text
from analytics.warehouse.connection import MACROS
from tests.conftest import AS_OF, load_text, write

APRIL, MAY, JUNE = (dt.date(2026, month, 1) for month in (4, 5, 6))
HEAD = "保单号,工号,到期日,续保结果"
# In months from the 26th: A1 has one renewed policy in April (25 April), three of four in May (26
# April to 25 May), none of one in June.
POLICIES = f"""{HEAD},团队
P1,A1,2026-04-25,已续,东
P2,A1,2026-04-26,已续,东
P3,A1,2026-04-30,未续,东
P4,A1,2026-05-01,已续,东
P5,A1,2026-05-25,已续,东
P6,A1,2026-05-26,未续,西
"""
LATER = dt.date(2026, 8, 1)


@pytest.fixture
def company(home):
    """An empty home whose months begin on the 26th."""
    home.change_settings({"month_begins": 26})
    return home


def figures(home, *names):
    """Month → an agent's figures, of every agent-month."""
    with home.warehouse.cursor() as cursor:
        rows = cursor.execute(
            f"select month, {', '.join(names)} from agent_month order by agent_id, month"
        ).fetchall()
    return {f"{month:%Y-%m}": row[0] if len(row) == 1 else tuple(row) for month, *row in rows}


# -- the rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ("2026-04-25", "2026-04"),
        ("2026-04-26", "2026-05"),
        ("2026-05-25", "2026-05"),
        ("2026-12-25", "2026-12"),
        ("2026-12-26", "2027-01"),
        ("2026-12-31", "2027-01"),
        ("2027-01-25", "2027-01"),
        ("2028-02-29", "2028-03"),
    ],
)
def test_with_months_from_the_26th_a_day_counts_for_the_month_in_which_its_month_ends(day, month):
    assert f"{month_of(dt.date.fromisoformat(day), 26):%Y-%m}" == month
    assert f"{month_of(dt.date.fromisoformat(day), 1):%Y-%m}" == day[:7]


@pytest.fixture(scope="module")
def sql():
    with closing(duckdb.connect()) as connection:
        connection.execute(MACROS.read_text(encoding="utf-8"))
        yield connection


@given(day=some.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)), begins=some.integers(1, 28))
def test_python_and_sql_agree_on_the_month_of_every_day(sql, day, begins):
    assert sql.execute("select month_of($1::date, $2)", [day, begins]).fetchall()[0][0] == month_of(
        day, begins
    )
    moment = dt.datetime.combine(day, dt.time(23, 59))
    assert sql.execute("select month_of($1::timestamp, $2)", [moment, begins]).fetchall()[0][
        0
    ] == month_of(day, begins)


@given(month=some.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)), begins=some.integers(1, 28))
def test_the_days_of_a_month_are_those_that_count_for_it(month, begins):
    month = month.replace(day=1)
    first, last = days_of(month, month, begins)
    inside = {
        month_of(first + dt.timedelta(step), begins) for step in range((last - first).days + 1)
    }
    before, after = (
        month_of(first - dt.timedelta(1), begins),
        month_of(last + dt.timedelta(1), begins),
    )
    assert inside == {month}
    assert before < month < after


def test_a_month_may_be_stated_by_its_name_or_by_one_of_its_days():
    assert [
        month_stated(text, 26) for text in ("2026-05", "2026-04-26", "2026-05-25", "2026-05-01")
    ] == [MAY] * 4
    with pytest.raises(RequestRefused, match="month_unreadable"):
        month_stated("2026-02-30", 26)


# -- records ---------------------------------------------------------------------------------------


def test_policies_count_in_the_month_of_the_company_in_which_they_fall_due(company, tmp_path):
    receipt = load_text(company, tmp_path, "policies", POLICIES, as_of=LATER)
    assert receipt.months == ("2026-04", "2026-05", "2026-06")
    assert figures(company, "due_policies", "renewed_policies") == {
        "2026-04": (1, 1),
        "2026-05": (4, 3),
        "2026-06": (1, 0),
    }
    assert ("months_begin", {"first": 26, "last": 25}) in receipt.notes


def test_the_same_file_counts_by_calendar_months_where_nothing_is_set(home, tmp_path):
    receipt = load_text(home, tmp_path, "policies", POLICIES, as_of=LATER)
    assert figures(home, "due_policies", "renewed_policies") == {
        "2026-04": (3, 2),
        "2026-05": (3, 2),
    }
    assert "months_begin" not in dict(receipt.notes)


def test_contacts_answers_complaints_and_ratings_count_by_the_same_months(company, tmp_path):
    load_text(company, tmp_path, "policies", POLICIES, as_of=LATER)
    contacts = (
        "工号,联系时间,客户号\nA1,2026-04-25 23:30,K1\nA1,2026-04-26 00:30,K2\n"
        "A1,2026-05-25 23:30,K3\n"
    )
    load_text(company, tmp_path, "contacts", contacts, as_of=LATER)
    load_text(
        company,
        tmp_path,
        "surveys",
        "工号,调查日期,评分\nA1,2026-04-25,80\nA1,2026-04-26,90\n",
        score_max=100,
    )
    load_text(
        company,
        tmp_path,
        "complaints",
        "工号,投诉日期,是否成立\nA1,2026-04-25,是\nA1,2026-05-26,是\n",
    )
    rated = "工号,评定日期,项目,得分\nA1,2026-04-25,沟通能力,60\nA1,2026-04-26,沟通能力,70\n"
    load_text(company, tmp_path, "assessments", rated, score_max=100)
    assert figures(company, "contacts", "survey_points", "complaints") == {
        "2026-04": (1, 80, 1),
        "2026-05": (2, 90, 0),
        "2026-06": (None, None, 1),
    }
    with company.warehouse.cursor() as cursor:
        items = cursor.execute(
            "select month, points from agent_month_item order by month"
        ).fetchall()
    assert items == [(APRIL, 60), (MAY, 70)]


def test_working_days_are_those_between_the_26th_and_the_25th_over_new_year_too(company, tmp_path):
    # 27–30 April, 6–9 May (the 9th is a Saturday that is worked; 1–5 May are not), 11–15, 18–22 and
    # 25 May: 4 + 4 + 5 + 5 + 1. 26 and 29–31 December, 4 January (a Sunday that is worked; 1–3
    # January are not), 5–9, 12–16, 19–23 January: 4 + 1 + 15.
    contacts = "工号,联系时间,客户号\nA1,2026-05-03 10:00,K1\nA1,2025-12-27 10:00,K1\n"
    load_text(company, tmp_path, "contacts", contacts)
    assert figures(company, "working_days") == {"2026-01": 20, "2026-05": 19}


def test_who_was_hired_on_the_28th_or_left_on_the_28th_belongs_to_the_month_after(
    company, tmp_path
):
    roster = (
        "工号,姓名,团队,月份,件数目标,入职日期,离职日期\nA1,安,东,2026-04,5,2026-04-28,\n"
        "B2,波,东,2026-04,5,,2026-04-28\n"
    )
    load_text(company, tmp_path, "agents", roster)
    rows = [
        f"P{policy},{agent},2026-{day},已续"
        for policy, (agent, day) in enumerate(
            (agent, day) for agent in ("A1", "B2") for day in ("04-20", "05-10", "06-10")
        )
    ]
    load_text(company, tmp_path, "policies", "\n".join((HEAD, *rows)) + "\n", as_of=LATER)
    with company.warehouse.cursor() as cursor:
        standings = cursor.execute(
            "select agent_id, month, standing from roster_month order by all"
        ).fetchall()
    assert [(agent, month.month, standing) for agent, month, standing in standings] == [
        ("A1", 4, "before"),
        ("A1", 5, "listed"),
        ("A1", 6, "listed"),
        ("B2", 4, "listed"),
        ("B2", 5, "listed"),
        ("B2", 6, "after"),
    ]


def test_a_roster_without_months_speaks_from_the_month_of_its_as_of_date_on(company, tmp_path):
    rows = "\n".join((HEAD, "P1,A1,2026-04-25,已续", "P2,A1,2026-04-26,已续")) + "\n"
    load_text(company, tmp_path, "policies", rows, as_of=LATER)
    load_text(company, tmp_path, "agents", "工号,团队\nA1,东\n", as_of=dt.date(2026, 4, 1))
    load_text(company, tmp_path, "agents", "工号,团队\nA1,西\n", as_of=dt.date(2026, 4, 26))
    teams = {
        month: company.measure(Filters(Period(month, month))).people["team"].iat[0]
        for month in (APRIL, MAY)
    }
    assert teams == {APRIL: "东", MAY: "西"}


def test_a_complaints_file_speaks_for_the_months_of_its_stated_days(company, tmp_path):
    load_text(company, tmp_path, "policies", POLICIES, as_of=LATER)
    options = {"from": "2026-04-26", "to": "2026-06-25"}
    load_text(
        company, tmp_path, "complaints", "工号,投诉日期,是否成立\nA1,2026-06-01,是\n", **options
    )
    assert figures(company, "complaints") == {"2026-04": None, "2026-05": 0, "2026-06": 1}


def test_a_policy_of_the_running_month_may_change_hands_and_one_of_a_month_that_is_over_is_asked(
    company, tmp_path
):
    load_text(
        company,
        tmp_path,
        "policies",
        f"{HEAD}\nP1,A1,2026-04-26,跟进中\n",
        as_of=dt.date(2026, 5, 1),
    )
    moved = f"{HEAD}\nP1,B2,2026-04-26,跟进中\n"
    assert load_text(company, tmp_path, "policies", moved, as_of=dt.date(2026, 5, 25)).replaced == 1
    with pytest.raises(QuestionsOpen):
        load_text(
            company, tmp_path, "policies", moved.replace("B2", "C3"), as_of=dt.date(2026, 5, 26)
        )


def test_a_talk_held_on_the_26th_counts_for_the_month_after(company, tmp_path):
    load_text(company, tmp_path, "agents", "工号,团队\nA1,东\nB2,东\nC3,东\nD4,东\n")
    desk = Desk(company)
    for agent_id, day in (("A1", "2026-04-26"), ("B2", "2026-05-25")):
        desk.save_talk(Talk(agent_id, "done", talk_on=dt.date.fromisoformat(day)))
    assert desk.rounds(JUNE) == [MAY]
    desk.save_talk(Talk("C3", "done", talk_on=dt.date(2026, 4, 25)))
    desk.save_talk(Talk("D4", "done", talk_on=dt.date(2026, 5, 26)))
    assert desk.rounds(JUNE) == [APRIL, MAY, JUNE]


def test_what_is_adopted_on_a_day_is_in_force_from_the_month_in_which_the_day_lies(company):
    desk = Desk(company)
    sinces = [
        desk.adoption_effect("service_first", None, dt.date(2026, 4, day)).since for day in (25, 26)
    ]
    assert sinces == [APRIL, MAY]
    desk.adopt_scheme("service_first", None, dt.date(2026, 4, 26), "months from the 26th")
    assert [desk.scheme(Period(month, month)).name for month in (APRIL, MAY)] == [
        "balanced",
        "service_first",
    ]


# -- one setting -----------------------------------------------------------------------------------


def test_the_day_on_which_months_begin_cannot_change_once_records_stand_in_months(
    home, tmp_path, shell
):
    first = load_text(home, tmp_path, "policies", POLICIES, as_of=LATER)
    before = figures(home, "due_policies")
    with pytest.raises(RequestRefused, match="months_are_loaded"):
        home.change_settings({"month_begins": 26, "grace_days": 45})
    assert (
        home.settings.month_begins,
        home.settings.grace_days,
        figures(home, "due_policies"),
    ) == (1, 30, before)
    home.change_settings({"month_begins": 1, "grace_days": 45})  # the same again is no change
    home.withdraw(first.load)
    home.change_settings({"month_begins": 26})
    load_text(home, tmp_path, "policies", POLICIES, as_of=LATER)
    assert figures(home, "due_policies") == {"2026-04": 1, "2026-05": 4, "2026-06": 1}
    home.close()
    said = shell.refused("settings", "--set", "month_begins=1")
    assert said == (
        "One load stands in months already (2), so the day on which months begin is "
        "fixed: withdraw it, change the day, and load it again."
    )


def test_a_scoresheet_and_a_roster_of_a_month_fix_it_too_and_a_roster_without_months_does_not(
    home, tmp_path
):
    load_text(home, tmp_path, "agents", "工号,团队\nA1,东\n")
    home.change_settings({"month_begins": 26})
    load_text(home, tmp_path, "scoresheet", "工号,考核期,应续件数,已续件数\nA1,2026-05,10,8\n")
    with pytest.raises(RequestRefused, match="months_are_loaded"):
        home.change_settings({"month_begins": 21})


def test_closed_and_published_months_fix_it_even_when_their_loads_are_gone(home, tmp_path):
    desk = Desk(home)
    load = load_text(home, tmp_path, "policies", f"{HEAD}\nP1,A1,2026-04-25,已续\n", as_of=LATER)
    desk.publish(Period(APRIL, APRIL))
    home.withdraw(load.load)
    with pytest.raises(RequestRefused, match="months_are_closed"):
        desk.change_settings({"month_begins": 26})
    desk.take_back(Period(APRIL, APRIL), "months begin on another day")
    desk.change_settings({"month_begins": 26})


@pytest.mark.parametrize("value", ["0", "29", "-1", "1.5", "many"])
def test_a_day_that_not_every_month_has_is_refused_in_one_sentence(shell, value):
    said = shell.refused("settings", "--set", f"month_begins={value}")
    assert "month_begins" in said
    assert shell("settings")["month_begins"] == 1


def test_who_changes_it_is_the_admin_and_the_audit_has_it(company):
    with pytest.raises(NotAllowed, match="account_unknown"):
        Desk(company, "nobody@q.cn").change_settings({"month_begins": 1})
    lines = [entry for entry in company.state.database.audit() if entry.action == "setting.save"]
    assert [(line.object, line.before, line.after) for line in lines] == [("month_begins", 1, 26)]


def test_a_file_read_by_other_months_than_are_set_when_it_is_stored_is_not_loaded(
    home, tmp_path, monkeypatch
):
    """Somebody changes the rule between the reading and the storing."""
    path = write(tmp_path, "s.csv", "工号,考核期,应续件数,已续件数\nA1,2026-05,10,8\n")
    recipe = home.recipe_for(path)
    real = reading.read

    def read(*words):
        told = real(*words)
        home.change_settings({"month_begins": 26})
        return told

    monkeypatch.setattr(reading, "read", read)
    with pytest.raises(RequestRefused, match="months_changed_meanwhile"):
        home.load_all([(path, recipe)], How(as_of=AS_OF))
    assert home.warehouse.ask("loads").empty


# -- from the command line and back ----------------------------------------------------------------


def test_on_the_command_line_the_setting_the_load_its_explanation_and_the_figures_agree(
    shell, tmp_path
):
    assert shell("settings", "--set", "month_begins=26")["month_begins"] == 26
    path = write(
        tmp_path, "s.csv", "工号,考核期,应续件数,已续件数\nA1,2026-04-26~2026-05-25,10,8\n"
    )
    told = shell("load", path, "--explain")["readings"][0]
    assert told["issues"] == []
    sentence = (
        "Months run from day 26 to day 25 of the next and are named after the one in which "
        "they end."
    )
    assert sentence in told["notes"]
    receipt = shell("load", path)
    assert (receipt["months"], sentence in receipt["notes"]) == (["2026-05"], True)
    period = shell("evaluate")["period"]
    named = {name: period[name] for name in ("from", "to", "first_day", "last_day")}
    assert named == {
        "from": "2026-05",
        "to": "2026-05",
        "first_day": "2026-04-26",
        "last_day": "2026-05-25",
    }


def test_files_that_commands_write_say_the_days_of_their_period(company, tmp_path, shell):
    load_text(company, tmp_path, "policies", POLICIES, as_of=LATER)
    company.close()
    may, said = ("--from", "2026-05", "--to", "2026-05"), "2026-05 (26 Apr–25 May)"
    shell("sheet", "A1", *may, "--out", tmp_path / "a1.xlsx")
    cells = CalamineWorkbook.from_path(str(tmp_path / "a1.xlsx")).get_sheet_by_index(0).to_python()
    assert said in [cell for row in cells for cell in row]
    shell("coaching", *may, "--out", tmp_path / "coaching.csv")
    assert (tmp_path / "coaching.csv").read_text("utf-8-sig").splitlines()[0] == f'"{said}"'


def test_a_sheet_closed_before_the_setting_was_there_is_of_calendar_months(company, tmp_path):
    period = {"from": "2026-05", "to": "2026-05", "provisional": False}
    agent = dict.fromkeys(
        ("agent_id", "name", "team", "branch", "region", "supervisor", "hired_on")
    )
    kept = {"agent": agent, "period": period, "rules": {"grace_days": 30}}
    assert sheets.basics(kept, "en")[-1] == ("Period", "2026-05")
    new = {**kept, "rules": {"month_begins": 26}}
    assert sheets.basics(new, "en")[-1] == ("Period", "2026-05 (26 Apr–25 May)")


def test_a_rebuilt_and_a_restored_home_have_the_same_months_and_figures(company, tmp_path):
    load_text(company, tmp_path, "policies", POLICIES, as_of=LATER)
    load_text(company, tmp_path, "scoresheet", "工号,考核期,应续件数\nB2,2026-04-26~2026-05-25,7\n")
    load_text(company, tmp_path, "contacts", "工号,联系时间,客户号\nA1,2026-04-26 00:30,K2\n")
    before = figures(company, "due_policies", "contacts", "working_days")
    counted = company.warehouse.ask("scoresheets", first_month=APRIL, last_month=JUNE)
    assert company.rebuild() == 3
    assert figures(company, "due_policies", "contacts", "working_days") == before
    assert company.warehouse.ask("scoresheets", first_month=APRIL, last_month=JUNE).equals(counted)
    made = backups.backup(company.ledger, tmp_path / "kept")
    backups.restore(tmp_path / "kept" / made.name, tmp_path / "again")
    with closing(Home(tmp_path / "again")) as again:
        assert (again.findings, again.settings.month_begins) == ((), 26)
        assert figures(again, "due_policies", "contacts", "working_days") == before
        with pytest.raises(RequestRefused, match="months_are_loaded"):
            again.change_settings({"month_begins": 1})


def test_a_home_of_before_the_setting_has_months_from_the_first(tiny, tmp_path):
    """A warehouse in which no macro, no rule and no setting speaks of months yet."""
    folder, before = tiny.folder, figures(tiny, "due_policies", "working_days")
    tiny.close()
    with closing(duckdb.connect(str(folder / "warehouse.duckdb"))) as connection:
        connection.execute("alter table rule drop column month_begins")
        connection.execute(
            "delete from migration where name = '008_months.sql' or starts_with(name, 'macro ')"
        )
        connection.execute("drop macro month_of")
        held = json.loads(connection.execute("select settings from meta").fetchall()[0][0])
        connection.execute("update meta set settings = $1", [json.dumps([*held[:4], held[-1]])])
    with closing(Home(folder)) as again:
        assert again.findings == ()
        assert again.settings.month_begins == 1
        assert figures(again, "due_policies", "working_days") == before


# -- in words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "begins", "zh", "en"),
    [
        (Period(MAY, MAY), 26, "2026-05 (4月26日–5月25日)", "2026-05 (26 Apr–25 May)"),
        (
            Period(APRIL, JUNE),
            26,
            "2026-04…2026-06 (3月26日–6月25日)",
            "2026-04…2026-06 (26 Mar–25 Jun)",
        ),
        (Period(MAY, MAY), 1, "2026-05", "2026-05"),
    ],
)
def test_a_period_says_its_days_where_months_do_not_begin_on_the_first(period, begins, zh, en):
    assert (period_text(period, begins, "zh"), period_text(period, begins, "en")) == (zh, en)
