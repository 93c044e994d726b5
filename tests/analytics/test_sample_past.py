"""The sample company has a past that its own figures tell, and that goes with it."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from analytics.desk import Desk, kept_in
from analytics.insight.closed_sheets import data_changed, fingerprint
from analytics.insight.coaching import coaching_list
from analytics.insight.quadrant import place
from analytics.model import Filters, Period
from analytics.people import Note, Talk
from analytics.reports.words import value_text
from tests.conftest import closed_home, copied

TODAY = dt.date.today()
MAY = Period(dt.date(2026, 5, 1), dt.date(2026, 5, 1))
MONTHS = [Period(dt.date(2026, month, 1), dt.date(2026, month, 1)) for month in (1, 2, 3, 4)]


@pytest.fixture(scope="session")
def past_folder(made_once, sample_folder):
    """The sample company's home folder with its past."""

    def add(home):
        Desk(home).add_sample()

    return made_once("past", lambda folder: closed_home(folder, add, sample_folder)) / "home"


@pytest.fixture(scope="module")
def past(past_folder, tmp_path_factory):
    """To be read."""
    with copied(past_folder, tmp_path_factory.mktemp("past") / "home") as home:
        yield Desk(home, memory=kept_in({}))


@pytest.fixture
def own_past(past_folder, tmp_path):
    """To be changed."""
    with copied(past_folder, tmp_path / "past") as home:
        yield Desk(home, memory=kept_in({}))


@pytest.fixture
def bare(sample_folder, tmp_path):
    with copied(sample_folder, tmp_path / "bare") as home:
        yield Desk(home)


def written(desk: Desk) -> list[int]:
    state = desk.home.state
    return [
        len(rows)
        for rows in (
            state.talks.all(),
            state.notes.of(),
            state.objections.all(),
            state.objections.corrections(in_force=False),
            state.sheets.closed(),
            state.periods.history(),
            state.periods.readings(MONTHS[0].first, MONTHS[0].last),
        )
    ]


def test_four_months_are_closed_and_published_and_the_latest_stays_open_to_close(past):
    assert past.published_periods() == MONTHS
    assert past.latest_closed() == MAY
    for month in MONTHS:
        people = past.evaluation(Filters(month)).people["agent_id"]
        assert past.closed_agents(month) == set(people)
    assert past.closed_agents(MAY) == set()
    steps = {step.id: step for step in past.routine(MONTHS[0])}
    assert steps["closed"].state == steps["published"].state == steps["objections"].state == "done"


def test_closed_sheets_are_those_that_closing_would_make_of_the_same_figures(past):
    corrected = {kept.policy_id for kept in past.corrections()}
    disputed = {each.agent_id for each in past.objections() if each.policy_id in corrected}
    around = past.around(Filters(MONTHS[1]))
    changed = set()
    for agent_id in ("A1001", "A1016", "A1085", *disputed):
        closed = past.closed_sheet(agent_id, MONTHS[1])
        live = past.live_sheet(around, agent_id)
        if data_changed(closed.snapshot, live):
            changed.add(agent_id)
        else:
            assert closed.fingerprint == fingerprint(live)
            assert closed.snapshot["trend"] == live["trend"]
    assert changed == disputed


def test_talks_are_with_whom_the_lists_of_their_quarters_named_and_quote_their_figures(past):
    talks = past.talks()
    assert Counter(talk.state for talk in talks) == {
        "followed_up": 16,
        "done": 4,
        "planned": 4,
        "dropped": 1,
    }
    assert len({talk.agent_id for talk in talks}) == len(talks) == 25
    assert sum(talk.overdue(TODAY) for talk in talks) == 2
    for period in {Period(talk.first, talk.last) for talk in talks}:
        now = past.evaluation(Filters(period))
        listed = coaching_list(now, place(now), []).set_index("agent_id")
        for talk in talks:
            if Period(talk.first, talk.last) == period:
                row = listed.loc[talk.agent_id]
                indicator = now.catalogue[row["reason"]]
                value = value_text(row["value"], indicator.unit, "zh")
                assert talk.reason.startswith(f"{period} {indicator.label['zh']} {value}")
                median = value_text(row["median"], indicator.unit, "zh")
                assert f"团队中位 {median}" in talk.reason
                assert talk.indicators == tuple(row["weakest"])


def test_objections_were_answered_in_every_way_and_two_wait_of_which_one_is_due_soon(past):
    objections = past.objections()
    assert Counter(each.state for each in objections) == {
        "accepted": 2,
        "partly": 2,
        "rejected": 2,
        "open": 2,
    }
    assert {each.kind for each in objections} == {
        "data_wrong",
        "too_strict",
        "unreasonable",
        "other",
    }
    waiting = [(each.due_on - TODAY).days for each in objections if each.state == "open"]
    assert waiting == [3, 10]
    for each in objections:
        assert (each.state == "open") == (each.answer == "")
        assert past.published(Period(each.first, each.last))
        assert "{" not in each.text + each.answer


def test_the_accepted_correction_is_one_more_renewal_of_its_agent_in_its_month(past):
    (correction,) = past.corrections()
    objection = past.objection(correction.objection)
    period = Period(objection.first, objection.last)
    closed = past.closed_sheet(objection.agent_id, period).snapshot
    live = past.live_sheet(past.around(Filters(period)), objection.agent_id)
    (before,), (now,) = (
        [item for item in told["indicators"] if item["id"] == "renewal_rate"]
        for told in (closed, live)
    )
    assert now["numerator"] == before["numerator"] + 1
    assert now["denominator"] == before["denominator"]
    counts = (
        f"由 {before['numerator']:.0f}/{before['denominator']:.0f} 变为 {now['numerator']:.0f}/"
    )
    assert counts in objection.answer


def test_the_proof_of_coaching_compares_the_first_round_and_says_what_it_can(past):
    spring = past.evaluation(Filters(Period(dt.date(2026, 3, 1), dt.date(2026, 5, 1))))
    proof = past.proof(spring)
    assert past.rounds(dt.date(2026, 5, 1)) == [dt.date(2026, 2, 1), dt.date(2026, 5, 1)]
    assert proof.coached >= 10
    assert proof.verdict == "cannot_tell"
    assert proof.reason in ("chance", "placebo", "placebo_unknown", "overlap")


def test_the_audit_names_who_loaded_the_past_and_when_and_holds(past):
    line = past.audit()[0]
    assert (line.action, line.who, line.at.date()) == ("sample.past", "local", TODAY)
    assert line.after["talk"] == 25
    assert not any(entry.action.startswith(("talk.", "sheet.")) for entry in past.audit())
    assert past.verify_audit().wrong == ()


def test_loading_the_sample_again_adds_no_second_past(own_past):
    before = written(own_past)
    own_past.add_sample()
    assert written(own_past) == before


def test_removing_the_sample_removes_its_past_and_nothing_that_others_wrote(own_past):
    waiting = next(
        each for each in own_past.objections() if each.policy_id and each.state == "open"
    )
    own_past.answer(waiting, "accepted", "按系统记录更正。")
    assert len(own_past.corrections()) == 2
    own_past.save_talk(Talk("A1016", reason="自己的"))
    own_past.write_note(Note("A1016", MAY.first, MAY.last, "comment", "自己的"))
    own_past.publish(MAY)
    own_past.remove_sample()
    assert written(own_past) == [1, 1, 0, 0, 0, 1, 0]
    state = own_past.home.state
    assert state.talks.all()[0].reason == state.notes.of()[0].text == "自己的"
    assert own_past.published_periods() == [MAY]
    assert own_past.verify_audit().wrong == ()
    assert own_past.audit()[6].action == "sample.remove"


def test_the_past_goes_with_the_last_load_of_the_sample_however_it_is_withdrawn(own_past):
    *others, last = [int(load_id) for load_id in own_past.loads()["load_id"]]
    own_past.withdraw(*others)
    assert written(own_past)[0] == 25
    own_past.withdraw(last)
    assert written(own_past) == [0] * 7


@pytest.mark.usefixtures("small_sample")
def test_beside_records_of_a_company_the_sample_publishes_nothing(tiny):
    Desk(tiny).add_sample()
    assert written(Desk(tiny)) == [0] * 7


def test_where_months_are_published_already_the_sample_adds_no_past(bare):
    bare.publish(MAY)
    bare.add_sample()
    assert written(bare)[:5] == [0] * 5
    assert bare.published_periods() == [MAY]


@pytest.mark.usefixtures("small_sample")
def test_a_past_that_fails_takes_the_sample_with_it(home, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("analytics.desk.data.past_of", fail)
    with pytest.raises(OSError, match="disk full"):
        Desk(home).add_sample()
    assert not Desk(home).has_sample()
