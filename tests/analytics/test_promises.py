"""What no figure, list or seal may get wrong, each said outright: planted lies once survived."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.desk import Desk
from analytics.errors import NotAllowed
from analytics.insight.closed_sheets import data_changed, differs, fingerprint
from analytics.insight.coaching import coaching_list
from analytics.insight.placing import grades, ranks
from analytics.insight.quadrant import place
from analytics.model import Filters, Period
from analytics.people import Account, Objection, Talk
from tests.conftest import copied, load_text
from tests.present import present

APRIL = dt.date(2026, 4, 1)
IN_APRIL = Period(APRIL, APRIL)


# -- replay shows what accepting does --------------------------------------------------------------

PROPOSALS = [
    ("A1", "P5", {"outcome": "renewed"}),
    ("A1", "P5", {"outcome": "renewed", "renewed_on": "2026-05-10", "premium_renewed": "130"}),
    ("A1", "P5", {"agent_id": "B2"}),
    ("A1", "P1", {"outcome": "lost"}),
    ("A1", "P1", {"renewed_on": "2026-06-20"}),
    ("A1", "P2", {"premium_renewed": "40", "satisfaction": "100"}),
    ("A1", "P4", {"exclusion": "退保"}),
    ("B2", "P8", {"renewed_on": "2026-04-30"}),
    ("C3", "P10", {"exclusion": ""}),
]


def objection(agent_id, policy_id, proposal):
    wanted = {"policy_id": policy_id, "proposal": proposal}
    return Objection(agent_id, APRIL, APRIL, "record", "data_wrong", "记录有误", **wanted)


def standings(evaluation):
    """What a replay compares of everybody, worked out apart from it."""
    every = np.arange(len(evaluation.people))
    columns = {
        "rank": ranks(evaluation, every).to_numpy(dtype=float, na_value=np.nan),
        "grade": [grade or None for grade in grades(evaluation, every)],
        "quadrant": place(evaluation).quadrant,
    }
    return pd.DataFrame(columns, index=evaluation.people["agent_id"], dtype=object)


def values_of(evaluation, agent_id):
    row = np.flatnonzero(evaluation.people["agent_id"] == agent_id)
    if not len(row):
        return [np.nan] * len(evaluation.catalogue.ids), [np.nan] * len(evaluation.catalogue.ids)
    agents = evaluation.measured.agents
    return agents.value[row[0]].tolist(), agents.points[row[0]].tolist()


def assert_replayed(desk, agent_id, policy_id, proposal):
    """Replay, then accept: what the replay said is what has come."""
    before = desk.evaluation(Filters(IN_APRIL))
    asked = desk.make_objection(objection(agent_id, policy_id, proposal))
    shown = desk.replay(asked)
    desk.answer(asked, "accepted", "核实属实")
    after = desk.evaluation(Filters(IN_APRIL))

    own = shown.own.set_index("what")
    indicators = own.loc[before.catalogue.ids]
    for side, evaluation in (("before", before), ("after", after)):
        values, points = values_of(evaluation, agent_id)
        points_of = "points_before" if side == "before" else "points_after"
        np.testing.assert_array_equal(indicators[side].to_numpy(dtype=float), values)
        np.testing.assert_array_equal(indicators[points_of].to_numpy(dtype=float), points)
        row = np.flatnonzero(evaluation.people["agent_id"] == agent_id)[0]
        score = evaluation.agents.score[row].round(2) if evaluation.agents.rated[row] else np.nan
        np.testing.assert_array_equal(float(own.loc["score", side]), score)
        rank = standings(evaluation).loc[agent_id, "rank"]
        np.testing.assert_array_equal(float(own.loc["rank", side]), float(rank))

    first, second = standings(before).align(standings(after), join="outer")
    same = (first == second) | (first.isna() & second.isna())
    moved = set(same.index[~same.all(axis=1)]) - {agent_id}
    assert set(shown.moved["agent_id"]) == moved
    for told in shown.moved.itertuples():
        for name in ("rank", "grade", "quadrant"):
            for side, stood in (("before", first), ("after", second)):
                said, stands = getattr(told, f"{name}_{side}"), stood.loc[told.agent_id, name]
                assert said == stands or (pd.isna(said) and pd.isna(stands)), (told.agent_id, name)


@pytest.mark.parametrize(("agent_id", "policy_id", "proposal"), PROPOSALS)
def test_a_replay_shows_what_accepting_then_does(settled, agent_id, policy_id, proposal):
    assert_replayed(Desk(settled), agent_id, policy_id, proposal)


@pytest.mark.parametrize(
    ("earlier", "proposal"),
    [
        ({"outcome": "lost"}, {"outcome": "renewed"}),
        ({"outcome": "renewed", "renewed_on": "2026-04-20"}, {"premium_renewed": "120"}),
        ({"renewed_on": "2026-04-20", "exclusion": "退保"}, {"exclusion": ""}),
        ({"premium_renewed": "90", "satisfaction": "20"}, {"satisfaction": "90"}),
    ],
)
def test_a_replay_over_an_earlier_correction_shows_what_accepting_then_does(
    settled, earlier, proposal
):
    desk = Desk(settled)
    # P8 was renewed a day after its grace: late, until it is corrected.
    first = desk.make_objection(objection("B2", "P8", earlier))
    desk.answer(first, "accepted", "核实属实")
    assert_replayed(desk, "B2", "P8", proposal)


# -- the later correction wins ---------------------------------------------------------------------


def corrected(desk, *proposals):
    for proposal in proposals:
        asked = desk.make_objection(objection("A1", "P5", proposal))
        desk.answer(asked, "accepted", "核实属实")


def fifth(desk):
    """P5 as it counts: outcome, renewed premium and satisfaction."""
    policies = desk.policies_of("A1", IN_APRIL).set_index("policy_id")
    return tuple(policies.loc["P5", ["outcome", "premium_renewed", "satisfaction"]])


def test_of_two_corrections_of_a_policy_the_later_wins_field_by_field(settled):
    desk = Desk(settled)
    corrected(desk, {"outcome": "renewed", "premium_renewed": "120", "satisfaction": "40"})
    corrected(desk, {"premium_renewed": "90"}, {"satisfaction": "70"})
    assert fifth(desk) == ("renewed", 90.0, 70.0)
    settled.rebuild()
    assert fifth(desk) == ("renewed", 90.0, 70.0)
    first, second, third = (present(correction.id) for correction in desk.corrections())
    desk.undo_corrections([second])
    assert fifth(desk) == ("renewed", 120.0, 70.0)
    desk.undo_corrections([third])
    assert fifth(desk) == ("renewed", 120.0, 40.0)
    desk.undo_corrections([first])
    assert fifth(desk)[0] == "lost"


def test_a_later_correction_takes_an_earlier_outcome_back(settled):
    desk = Desk(settled)
    corrected(desk, {"outcome": "renewed"}, {"outcome": "lost"})
    assert fifth(desk)[0] == "lost"
    corrected(desk, {"outcome": "renewed"})
    assert fifth(desk)[0] == "renewed"


# -- overlapping scoresheets count once ------------------------------------------------------------

SHEET = "工号,考核期,应续件数,已续件数\n"
TO_MARCH, TO_APRIL = "A1,2026-01~2026-03,90,45\n", "A1,2026-02~2026-04,80,60\n"
LAST_TWO = "A1,2026-03~2026-04,50,10\n"
MONTHS = "A1,2026-01,30,10\nA1,2026-02,30,20\n"
MARCH = "A1,2026-03,40,30\n"


@pytest.mark.parametrize(
    ("sheets", "due", "renewed", "aside"),
    [
        ((TO_MARCH, TO_APRIL), 80, 60, {("2026-01", "overlap")}),
        ((TO_APRIL, TO_MARCH), 90, 45, {("2026-02", "overlap")}),
        ((LAST_TWO, TO_MARCH), 50, 10, {("2026-01", "overlap")}),
        ((TO_MARCH, LAST_TWO), 50, 10, {("2026-01", "overlap")}),
        ((MONTHS, TO_MARCH), 90, 45, {("2026-01", "wider"), ("2026-02", "wider")}),
        ((TO_MARCH, MONTHS), 90, 45, {("2026-01", "wider"), ("2026-02", "wider")}),
        ((MONTHS, TO_MARCH, MARCH), 100, 60, {("2026-01", "overlap")}),
    ],
    ids=[
        "of two as long the later load",
        "whichever it is",
        "else the shorter",
        "in any order",
        "a whole quarter stands before two of its months",
        "whichever came first",
        "all its months stand before it",
    ],
)
def test_scoresheets_that_overlap_count_once(home, tmp_path, sheets, due, renewed, aside):
    for rows in sheets:
        load_text(home, tmp_path, "scoresheet", SHEET + rows)
    measured = Desk(home).measured(Filters(Period(dt.date(2026, 1, 1), APRIL)))
    rate = measured.catalogue.position("renewal_rate")
    for values in (measured.agents, measured.company):
        assert values.numerator[:, rate].tolist() == [renewed]
        assert values.denominator[:, rate].tolist() == [due]
    assert measured.people["due_policies"].tolist() == [due]
    assert measured.totals["renewed_policies"] == renewed
    told = zip(measured.set_aside["first_month"], measured.set_aside["why"], strict=True)
    assert {(f"{month:%Y-%m}", why) for month, why in told} == aside


# -- a fingerprint sees denominators ---------------------------------------------------------------

ITEM: dict[str, Any] = {
    "id": "renewal_rate",
    "value": 0.8,
    "numerator": 4.0,
    "denominator": 5.0,
    "points": 80.0,
    "weight": 22.4,
}
OWN = ("value", "numerator", "denominator")


@pytest.mark.parametrize("name", [*OWN, "points", "weight"])
def test_a_fingerprint_sees_every_number_of_an_indicator(name):
    sheet = {"score": 80.0, "grade": "B", "indicators": [ITEM]}
    other = {**sheet, "indicators": [{**ITEM, name: ITEM[name] * 2}]}
    assert fingerprint(other) != fingerprint(sheet)
    assert fingerprint({**other, "indicators": [dict(ITEM)]}) == fingerprint(sheet)
    # Points and weight come from standards and scheme; the agent's own data are the others.
    assert data_changed(sheet, other) == (name in OWN)


@pytest.mark.parametrize(("name", "other"), [("score", 79.99), ("grade", "C")])
def test_a_fingerprint_sees_score_and_grade(name, other):
    sheet = {"score": 80.0, "grade": "B", "indicators": [ITEM]}
    assert fingerprint({**sheet, name: other}) != fingerprint(sheet)


HEADER = "保单号,工号,到期日,续保结果\n"


def policies(first, count, renewed):
    """Policies of A1 due in April, of which the first are renewed."""
    return "".join(
        f"R{first + number},A1,2026-04-10,{'已续' if number < renewed else '未续'}\n"
        for number in range(count)
    )


def test_twice_the_policies_at_the_same_rate_are_told_on_a_closed_and_a_read_sheet(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + policies(0, 5, 4))
    staff = [Account("boss@x.cn", "admin"), Account("ann@x.cn", "agent", agent_id="A1")]
    home.state.accounts.save(staff, "setup")
    desk, ann = Desk(home), Desk(home, "ann@x.cn")
    desk.publish(IN_APRIL)
    ann.confirm_read("A1", IN_APRIL)
    sheet = lambda: desk.shown_sheet(desk.around(Filters(IN_APRIL)), "A1")  # noqa: E731
    assert not sheet()["read"]["changed_since"]

    load_text(home, tmp_path, "policies", HEADER + policies(5, 5, 4))
    assert sheet()["indicators"][0]["value"] == 0.8
    assert sheet()["read"]["changed_since"]

    ann.confirm_read("A1", IN_APRIL)
    desk.close_sheets(Filters(IN_APRIL), ["A1"])
    assert not sheet()["closed"]["changed_since"]
    load_text(home, tmp_path, "policies", HEADER + policies(10, 5, 4))
    assert sheet()["closed"]["changed_since"]
    assert not sheet()["read"]["changed_since"]  # what was read is what was closed
    live = desk.live_sheet(desk.around(Filters(IN_APRIL)), "A1")
    told = {row["what"]: (row["closed"], row["live"]) for row in differs(sheet(), live)}
    assert told["renewal_rate"] == (0.8, 0.8)  # eight of ten, and now twelve of fifteen


# -- team months carry every measure ---------------------------------------------------------------


def test_the_months_of_a_team_carry_its_complaints(tiny):
    desk = Desk(tiny)
    history = desk.history_of(desk.evaluation(Filters(IN_APRIL)), "B2")
    rates = history[history["indicator"] == "complaint_rate"].set_index("whose")["value"]
    # One complaint over Bo's three policies due, and over these and Cy's open one.
    assert rates.to_dict() == {"agent": pytest.approx(100 / 3), "team": 25.0}


@pytest.fixture
def sampled(sample_folder, tmp_path):
    with copied(sample_folder, tmp_path / "sample") as home:
        yield home


def test_the_months_of_a_team_are_those_of_its_agents_added_up(sampled):
    desk = Desk(sampled)
    last = desk.months()["month"].iloc[-1].date()
    evaluation = desk.evaluation(Filters(Period(last, last)))
    team, agent_id = evaluation.people["team"].iat[0], evaluation.people["agent_id"].iat[0]
    history = desk.history_of(evaluation, agent_id)
    months = sorted(history["month"].unique())
    monthly = desk.monthly(Period(months[0].date(), months[-1].date()))
    every = monthly[monthly["team"] == team].groupby("month").sum(min_count=1, numeric_only=True)
    own = monthly[monthly["agent_id"] == agent_id].set_index("month")
    told = 0
    for indicator in evaluation.catalogue.indicators:
        if indicator.numerator not in monthly or indicator.denominator not in monthly:
            continue
        for whose, sums in (("team", every), ("agent", own)):
            shown = history[(history["indicator"] == indicator.id) & (history["whose"] == whose)]
            shown = shown.set_index("month")["value"]
            ratio = sums[indicator.numerator] * indicator.scale / sums[indicator.denominator]
            expected = ratio[sums[indicator.denominator] > 0].dropna()
            assert shown.index.tolist() == expected.index.tolist(), (indicator.id, whose)
            assert shown.tolist() == pytest.approx(expected.tolist()), (indicator.id, whose)
            told += len(shown)
    assert told > 100


# -- a manager's list holds nobody else's agents ---------------------------------------------------

STAFF = [
    Account("boss@x.cn", "admin"),
    Account("east@x.cn", "manager", teams=("东",)),
    Account("branch@x.cn", "manager", branches=("分部",)),
]
# Renewed of ten policies each; Al (E5) moves from West to East in May.
RENEWED = {"A1": 5, "B2": 5, "C3": 6, "D4": 8, "E5": 3}
TEAMS = (
    "工号,姓名,团队,机构,月份\nA1,安,东,总部,2026-04\nB2,波,西,分部,2026-04\n"
    "C3,陈,西,分部,2026-04\nD4,迪,东,总部,2026-04\nE5,阿,西,分部,2026-04\nE5,阿,东,总部,2026-05\n"
)


@pytest.fixture
def managed(home, tmp_path):
    """Five agents of two teams, one of whom has moved since, and talks planned with all of them."""
    rows = "".join(
        f"{agent}{number},{agent},2026-04-10,{'已续' if number < renewed else '未续'},4\n"
        for agent, renewed in RENEWED.items()
        for number in range(10)
    )
    header = HEADER.replace("\n", ",满意度\n")
    load_text(home, tmp_path, "agents", TEAMS)
    load_text(home, tmp_path, "policies", header + rows, satisfaction_max=5)
    home.state.accounts.save(STAFF, "setup")
    for agent_id in RENEWED:
        Desk(home).save_talk(Talk(agent_id, reason="计划"))
    return home


@pytest.mark.parametrize(
    ("who", "theirs", "had"),
    [
        ("local", set(RENEWED), set(RENEWED)),
        ("east@x.cn", {"A1", "D4", "E5"}, {"A1", "D4"}),
        ("branch@x.cn", {"B2", "C3"}, {"B2", "C3", "E5"}),
    ],
)
def test_a_managers_lists_hold_nobody_elses_agents(managed, who, theirs, had):
    desk = Desk(managed) if who == "local" else Desk(managed, who)
    listed = desk.evaluation(Filters(IN_APRIL, theirs=True))
    assert set(coaching_list(listed, place(listed), desk.talks())["agent_id"]) == theirs
    ranked = desk.evaluation(Filters(IN_APRIL))
    assert set(coaching_list(ranked, place(ranked), desk.talks())["agent_id"]) == had
    assert {talk.agent_id for talk in desk.talks()} == theirs
    assert set(desk.closing(IN_APRIL, list(RENEWED)).sheets) == theirs
    assert set(desk.targets(IN_APRIL)["agent_id"]) == had
    assert set(desk.moved_on(Filters(IN_APRIL))) == had - theirs
    assert set(desk.covered()) == theirs
    sheets, left_out = desk.shown_sheets(desk.around(Filters(IN_APRIL)), list(RENEWED))
    assert {sheet["agent"]["agent_id"] for sheet in sheets} == theirs
    assert set(left_out) == set(RENEWED) - theirs
    # Ranks and cut lines stay those of the whole company.
    assert len(ranked.people) == 5


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ({"team": "西"}, {"B2", "C3", "E5"}),
        ({"branch": "总部"}, {"A1", "D4"}),
        ({"branch": "分部"}, {"B2", "C3", "E5"}),
        ({"team": "西", "branch": "总部"}, set()),
        ({"least_policies": 10}, set(RENEWED)),
        ({"least_policies": 11}, set()),
    ],
)
def test_filters_show_whom_they_name_and_measure_everybody(managed, chosen, shown):
    seen = Desk(managed).evaluation(Filters(IN_APRIL, **chosen))
    assert set(seen.people["agent_id"][seen.shown]) == shown
    assert place(seen).x_cut.value == 0.5  # the median of all five


def test_a_routine_counts_a_managers_own_agents(managed):
    for who, count in (("east@x.cn", 3), ("branch@x.cn", 2)):
        steps = {step.id: step for step in Desk(managed, who).routine(IN_APRIL)}
        assert [steps[name].of for name in ("targets", "comments", "closed", "read")] == [count] * 4


def test_a_replay_names_to_a_manager_nobody_of_another_team_who_moves(managed):
    # With one more of Bo's renewed the median is six of ten, and Ann with five no longer high.
    asked = Desk(managed).make_objection(objection("B2", "B26", {"outcome": "renewed"}))
    assert set(Desk(managed).replay(asked).moved["agent_id"]) == {"A1"}
    assert Desk(managed, "branch@x.cn").replay(asked).moved.empty


# -- what a desk keeps for its reader --------------------------------------------------------------


def test_files_that_are_looked_at_lie_in_the_home_as_long_as_somebody_looks(managed):
    with Desk(managed).own_folder() as name:
        folder = Path(name)
        assert folder.parent == managed.folder / "scratch"
    assert not folder.exists()
    with pytest.raises(NotAllowed):
        Desk(managed, "east@x.cn").own_folder()


def test_a_backup_goes_where_it_was_sent_and_else_beside_the_home(managed, tmp_path):
    desk = Desk(managed)
    sent = desk.backup(tmp_path / "kept")
    assert (tmp_path / "kept" / sent.name).is_dir()
    beside = desk.backup()
    assert (managed.folder.with_name(f"{managed.folder.name}-backups") / beside.name).is_dir()
