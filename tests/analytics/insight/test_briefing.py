"""The month in short says what moved, where, and who is behind; never more than the data carry."""

import datetime as dt
import math
import re
from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from analytics.catalogue import preset_schemes
from analytics.desk import Desk
from analytics.errors import NotAllowed
from analytics.home import Home
from analytics.insight.briefing import mark_of_chance, mark_of_change, past, window
from analytics.insight.change import Change
from analytics.language import say
from analytics.model import Filters, Period, parse_month
from analytics.people import Account, Objection, Talk
from analytics.reports.briefing import finding, order, paragraph, person_line, tidy
from analytics.reports.briefing_files import briefing_text
from analytics.reports.briefing_pdf import to_pdf
from tests.conftest import Shell, load_text
from tests.present import present

MARCH, APRIL = Period(*[parse_month("2026-03")] * 2), Period(*[parse_month("2026-04")] * 2)
HEAD = "保单号,工号,到期日,续保结果,应续保费,续保保费,客户号\n"
TODAY = dt.date.today()


def policies(home: Home, tmp_path, kept: dict[str, dict[str, int]], each: int = 20) -> None:
    """Policies of single customers: month → agent → how many of `each` were renewed."""
    lines = [
        f"P{month}{agent}{nth},{agent},2026-{month}-10,{'已续' if nth < renewed else '未续'},100,"
        f"{100 if nth < renewed else ''},K{month}{agent}{nth}"
        for month, agents in kept.items()
        for agent, renewed in agents.items()
        for nth in range(each)
    ]
    load_text(home, tmp_path, "policies", HEAD + "\n".join(lines) + "\n")


def roster(home: Home, tmp_path, size: int = 10, name: str = "员{nth}") -> None:
    """Agents A0 … of whom the first half is in team 东, the other in 西; the surveys of all are the
    same, so that everybody is rated."""
    lines = [
        f"A{nth},{name.format(nth=nth)},{'东' if nth < size // 2 else '西'}" for nth in range(size)
    ]
    load_text(home, tmp_path, "agents", "工号,姓名,团队\n" + "\n".join(lines) + "\n")

    answers = [
        f"A{nth},2026-{month:02}-11,{score}"
        for nth in range(size)
        for month in range(1, 5)
        for score in (70, 80, 90)
    ]
    head = "工号,调查日期,评分\n"
    load_text(home, tmp_path, "surveys", head + "\n".join(answers) + "\n", score_max=100)


def everybody(renewed: int, size: int = 10) -> dict[str, int]:
    return {f"A{nth}": renewed for nth in range(size)}


@pytest.fixture
def fallen(home, tmp_path):
    """A company of 200 policies a month, of which team 东 renewed 90 of 100 and then 60, team 西 80
    both times."""
    roster(home, tmp_path)
    east, west = (f"A{nth}" for nth in range(5)), [f"A{nth}" for nth in range(5, 10)]
    april = {**dict.fromkeys(east, 12), **dict.fromkeys(west, 16)}
    march = {**dict.fromkeys((f"A{nth}" for nth in range(5)), 18), **dict.fromkeys(west, 16)}
    policies(home, tmp_path, {"03": march, "04": april})
    return Desk(home)


def test_a_fall_beyond_chance_is_the_finding_and_names_the_team_in_which_it_happened(fallen):
    told = fallen.briefing(Filters(APRIL))
    rate = told.figures[0]
    assert (rate.indicator.id, rate.value, rate.n) == ("renewal_rate", 0.70, 200)
    assert present(rate.change).by == pytest.approx(-0.15)  # 170 of 200, then 140
    assert (rate.mark, rate.mainly, rate.worse) == ("sure", "东", True)
    assert finding(told, "zh") == "续保率比上月下降了 15.0 个百分点，不像是偶然，主要在东"
    assert finding(told, "en") == (
        "Renewal rate is 15.0 percentage points lower than the month before, "
        "unlikely to be chance, mostly in 东"
    )


def test_of_a_chosen_team_the_briefing_says_its_own_figures_and_the_companys_beside_them(fallen):
    told = fallen.briefing(Filters(APRIL, team="东"))
    rate = told.figures[0]
    assert (rate.value, rate.n, rate.company) == (0.60, 100, 0.70)
    assert present(rate.change).by == pytest.approx(-0.30)  # 90 of 100, then 60
    assert (rate.mark, rate.mainly) == ("sure", None)
    assert [round(month.value, 2) for month in rate.months] == [0.90, 0.60]
    assert finding(told, "zh") == "东：续保率比上月下降了 30.0 个百分点，不像是偶然"
    assert (told.team, present(told.losing).team) == ("东", "东")
    said = briefing_text(told, "zh")
    assert "东 60.0%" not in said
    assert "续保率 60.0%" in said
    other = fallen.briefing(Filters(APRIL, team="西"))
    assert (other.figures[0].value, present(other.losing).team) == (0.80, "西")
    assert "没有一项比全公司多丢" in briefing_text(other, "zh")


def test_the_team_with_the_lowest_score_is_named_with_what_it_loses_beyond_the_company(fallen):
    losing = present(fallen.briefing(Filters(APRIL)).losing)
    # 60 of 100 against 80: chance hardly turns them round.
    assert (losing.team, losing.agents, losing.mark) == ("东", 5, "sure")
    assert losing.lost > losing.company


def test_a_change_that_chance_explains_is_within_normal_variation(home, tmp_path):
    roster(home, tmp_path)
    policies(home, tmp_path, {"03": everybody(16), "04": everybody(17)})
    told = Desk(home).briefing(Filters(APRIL))
    rate = told.figures[0]
    assert present(rate.change).by == pytest.approx(0.05)
    assert rate.mark in ("leans", "open")
    assert rate.mainly is None
    assert told.finding is None
    assert "比上月的变化在正常波动内" in paragraph(told, "zh")
    assert "by no more than normal variation" in paragraph(told, "en")
    assert "不像是偶然" not in paragraph(told, "zh")


def test_equal_teams_leave_it_open_which_loses_most(home, tmp_path):
    roster(home, tmp_path)
    policies(home, tmp_path, {"04": {**everybody(16), "A0": 15}})
    told = Desk(home).briefing(Filters(APRIL))
    assert present(told.losing).mark != "sure"
    assert "说不准" in paragraph(told, "zh") or "多半" in paragraph(told, "zh")


def test_a_month_without_an_earlier_one_says_levels_only(home, tmp_path):
    roster(home, tmp_path)
    policies(home, tmp_path, {"04": everybody(16)})
    told = Desk(home).briefing(Filters(APRIL))
    assert (told.compared, told.figures[0].change) == (None, None)
    assert finding(told, "zh") == "这一期没有可比的上一期，先看水平"


def test_a_provisional_period_is_told_as_one_and_nothing_of_it_is_sure(tiny):
    told = Desk(tiny).briefing(Filters(APRIL))
    assert (told.provisional, told.open_policies) == (True, 1)
    assert {figure.mark for figure in told.figures} == {"open"}
    assert finding(told, "en").startswith("Provisional: 1 policies")
    assert [task.kind for task in told.tasks][:1] == ["windows"]


def test_whoever_is_far_behind_the_team_over_the_months_comes_first_and_why_is_counted(
    home, tmp_path
):
    roster(home, tmp_path)
    months = {month: {**everybody(16), "A1": 6, "A7": 15} for month in ("01", "02", "03", "04")}
    policies(home, tmp_path, months)
    told = Desk(home).briefing(Filters(APRIL))
    assert (told.longer.length, told.longer.last) == (4, APRIL.last)
    first = told.people[0]
    assert (first.agent_id, first.mark) == ("A1", "sure")
    reason = present(first.reason)
    # 24 of 80 against the 64 of 80 of the others
    assert (reason.indicator.id, reason.value, reason.median, reason.n) == (
        "renewal_rate",
        0.3,
        0.8,
        80,
    )
    assert person_line(first, "zh").startswith(
        "● 员1（东）：续保率 30.0%（应续 80 件），团队中间水平 80.0%。"
    )
    # The gap is 40 renewals in four months; of the shrunken rate somewhat less.
    assert 7 < first.renewals < 10


def test_two_who_bear_one_name_are_told_apart_by_their_ids(home, tmp_path):
    roster(home, tmp_path, name="王静")
    policies(home, tmp_path, {"03": {**everybody(16), "A1": 6}, "04": everybody(16)})
    told = Desk(home).briefing(Filters(APRIL))
    assert (told.people[0].name, told.people[0].shared) == ("王静", True)
    assert "王静（A1）" in paragraph(told, "zh")


def test_nobody_is_surely_behind_where_all_differ_no_more_than_chance_makes(home, tmp_path):
    roster(home, tmp_path)
    kept = {f"A{nth}": 15 + nth % 3 for nth in range(10)}
    policies(home, tmp_path, {"03": kept, "04": kept})
    told = Desk(home).briefing(Filters(APRIL))
    assert told.people
    assert {person.mark for person in told.people} == {"open"}
    assert "还不能确定" in paragraph(told, "zh")
    assert (told.leaders, told.sure_longer) == ((), 0)


def test_a_mark_follows_from_the_chance_and_a_change_from_its_limits():
    assert [mark_of_chance(share) for share in (0.8, 0.79, 0.5, 0.49)] == [
        "sure",
        "leans",
        "leans",
        "open",
    ]
    told, leaning, open_ = Change(2, 1, 3), Change(1, -1, 3), Change(0.1, -2, 2.2)
    unknown = Change(2, math.nan, math.nan)
    marks = [mark_of_change(change, False) for change in (told, leaning, open_, unknown, None)]
    assert marks == ["sure", "leans", "open", "open", "open"]
    assert mark_of_change(told, True) == "open"  # a provisional period


def test_people_are_judged_by_up_to_six_closed_months_in_a_row():
    months = {parse_month(f"2026-{month:02}") for month in range(1, 9)} - {parse_month("2026-02")}
    august, closed = parse_month("2026-08"), parse_month("2026-07")
    assert window(Period(august, august), months, august) == Period(parse_month("2026-03"), august)
    # August is open still: the months end with July, and do not reach over the gap in February.
    assert window(Period(august, august), months, closed) == Period(parse_month("2026-03"), closed)
    half = Period(parse_month("2026-03"), august)
    assert window(half, months, august) == half
    alone = Period(parse_month("2026-01"), parse_month("2026-01"))
    assert window(alone, months, august) == alone


def test_the_past_of_a_figure_is_pooled_by_month(home, tmp_path):
    roster(home, tmp_path)
    policies(home, tmp_path, {"03": everybody(15), "04": {**everybody(16), "A0": 6}})
    desk = Desk(home)
    rate = desk.briefing(Filters(APRIL)).figures[0]
    # 150 of 200 policies; 150 of 200 again, ten less of one agent and one more of nine others
    assert [(month.month, month.value) for month in rate.months] == [
        (MARCH.first, 0.75),
        (APRIL.first, 0.75),
    ]
    assert rate.months[1].low < 0.75 < rate.months[1].high
    assert past(None, rate.indicator, desk.evaluation(Filters(APRIL))) == ()


def test_what_is_left_to_do_is_counted(settled):
    desk = Desk(settled)
    yesterday = TODAY - dt.timedelta(1)
    desk.save_talk(Talk("A1", talk_on=yesterday))
    desk.save_talk(Talk("B2", talk_on=TODAY + dt.timedelta(1)))
    desk.make_objection(Objection("A1", APRIL.first, APRIL.last, "sheet", "other", "不同意"))
    tasks = {task.kind: task.count for task in desk.briefing(Filters(APRIL)).tasks}
    assert tasks == {"objections": 1, "talks": 1, "sheets": 3}


def test_the_purpose_decides_which_list_comes_first(home, tmp_path):
    roster(home, tmp_path)
    months = {month: {**everybody(16), "A1": 6, "A7": 20} for month in ("02", "03", "04")}
    policies(home, tmp_path, months)
    desk = Desk(home)
    told = desk.briefing(Filters(APRIL))
    assert told.purpose == "lift"
    assert order(told) == ("people", "leaders", "improvers")
    rewarding = replace(preset_schemes()["balanced"], name="奖", author="我", reason="试")
    desk.save_scheme(replace(rewarding, purpose="reward"))
    desk.adopt_scheme("奖", None, APRIL.first, "奖励")
    told = desk.briefing(Filters(APRIL))
    assert told.purpose == "reward"
    assert order(told) == ("leaders", "improvers", "people")


def test_filled_sentences_have_no_gaps_and_english_begins_large():
    assert tidy("满意度从 65.8 分 到 75.9 分 ，主要在 锐进 。", "zh") == (
        "满意度从 65.8 分到 75.9 分，主要在锐进。"
    )
    assert tidy("renewal rate", "en") == "Renewal rate"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_is_one_page_however_long_the_names_are(home, tmp_path, language):
    roster(home, tmp_path, name="一个特别特别长的名字" * 11 + "{nth}")
    months = {
        month: {**everybody(16), **{f"A{nth}": 5 + nth for nth in range(5)}}
        for month in ("01", "02", "03", "04")
    }
    policies(home, tmp_path, months)
    told = Desk(home).briefing(Filters(APRIL))
    assert len(told.people) == 5
    data = to_pdf(told, language, [say("app.sample_badge", language)] * 9)
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) == 1


def test_the_command_prints_the_briefing_and_writes_it_as_files(fallen, tmp_path):
    folder = fallen.home.folder
    fallen.home.close()
    shell = Shell(folder)
    told = shell("briefing")
    assert told["period"] == "2026-04"
    assert told["figures"][0] | {"low": 0, "high": 0, "change": 0} == {
        "indicator": "renewal_rate",
        "value": 0.7,
        "low": 0,
        "high": 0,
        "n": 200.0,
        "change": 0,
        "mark": "sure",
        "mainly_in": "东",
    }
    for name in ("b.pdf", "b.md", "b.txt", "b.xlsx"):
        assert shell("briefing", "--out", tmp_path / name)["written"] == str(tmp_path / name)
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "b.pdf").read_bytes())) == 1
    assert (tmp_path / "b.md").read_text("utf-8").startswith("# Briefing 2026-04\n")
    assert "#" not in (tmp_path / "b.txt").read_text("utf-8")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames[:2] == ["Figures", "Whom to talk with first"]
    assert "b.doc" in shell.refused("briefing", "--out", tmp_path / "b.doc")
    table = shell.run("briefing", "--format", "table").stdout
    assert table.startswith("Renewal rate is 15.0 percentage points lower")


def test_what_is_made_on_trial_says_so(fallen, tmp_path):
    folder = fallen.home.folder
    fallen.home.close()
    shell = Shell(folder)
    weights = ["--weights", "results=60,service=30,competence=10"]
    written = shell("briefing", *weights, "--out", tmp_path / "b.md")["written"]
    assert written.endswith("b-Trial.md")
    assert "60/30/10" in (tmp_path / "b-Trial.md").read_text("utf-8")


def test_whoever_is_surely_behind_comes_first_also_where_few_cases_carry_a_rank(
    home, tmp_path, monkeypatch
):
    roster(home, tmp_path)
    policies(home, tmp_path, {month: {**everybody(16), "A1": 6} for month in ("02", "03", "04")})
    everyone = "analytics.insight.coaching.too_few"
    monkeypatch.setattr(everyone, lambda evaluation: np.ones(len(evaluation.people), dtype=bool))
    told = Desk(home).briefing(Filters(APRIL))
    assert [(person.agent_id, person.mark) for person in told.people] == [("A1", "sure")]


def test_a_manager_reads_of_no_other_team(fallen):
    home = fallen.home
    west = Account("west@x.cn", "manager", teams=("西",))
    home.state.accounts.save([Account("boss@x.cn", "admin"), west], "setup")
    told = Desk(home, "west@x.cn").briefing(Filters(APRIL))
    rate = told.figures[0]
    # Of 西 it says what is theirs, 80 of 100 as the month before, and the company's beside it.
    assert (rate.value, rate.company, rate.mark, rate.mainly) == (0.8, 0.7, "open", None)
    assert present(told.losing).team == "西"
    assert {person.team for person in told.people} <= {"西"}
    assert "东" not in briefing_text(told, "zh")
    told = Desk(home).briefing(Filters(APRIL))
    assert (told.figures[0].mainly, present(told.losing).team) == ("东", "东")


def test_an_agent_has_no_briefing(fallen):
    home = fallen.home
    agent = Account("a0@x.cn", "agent", agent_id="A0")
    home.state.accounts.save([Account("boss@x.cn", "admin"), agent], "setup")
    with pytest.raises(NotAllowed):
        Desk(home, "a0@x.cn").briefing(Filters(APRIL))
