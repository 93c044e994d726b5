"""Who may see and do what, asked at the one place where it is decided; sheets, replays and
standards behind it."""

import datetime as dt
import itertools
import json
import shutil
from dataclasses import replace

import pytest

from analytics.catalogue import definition_of, preset_schemes, with_version
from analytics.desk import ACTIONS, Desk, Identity, identity_of
from analytics.errors import NotAllowed, RequestRefused
from analytics.evaluation import evaluate
from analytics.evaluation.swot import propose
from analytics.evaluation.weights import vector
from analytics.home import Home
from analytics.insight.closed_sheets import differs, fingerprint
from analytics.insight.quadrant import place
from analytics.insight.rehearsal import grade_changes, jumps, rehearse
from analytics.insight.weak_spots import agents_behind, losses_of, team_losses
from analytics.intake.recipe import recipe_from
from analytics.intake.recognise import recognise
from analytics.language import say
from analytics.model import Filters, Period, Standard
from analytics.people import (
    LOCAL,
    Account,
    Attachment,
    Note,
    Objection,
    StandardVersion,
    SwotEntry,
    Talk,
)
from analytics.reports.lists.ranking import ranking_table
from analytics.reports.plain import evaluation_view, quadrant_view
from tests.conftest import AS_OF, POLICIES, closed_home, load_text, write

APRIL = dt.date(2026, 4, 1)
PERIOD = Period(APRIL, APRIL)
BALANCED = preset_schemes()["balanced"]
ADMIN = Identity()
STAFF = [
    Account("boss@x.cn", "admin"),
    Account("east@x.cn", "manager", teams=("东",)),
    Account("ann@x.cn", "agent", agent_id="A1"),
    Account("bo@x.cn", "agent", agent_id="B2"),
]
_, EAST, ANN, BO = map(identity_of, STAFF)


def desk(home, identity=ADMIN):
    """The desk of somebody, whose account the home has."""
    if identity.who != LOCAL and home.state.accounts.of(identity.who) is None:
        home.state.accounts.save(STAFF, "setup")
    return Desk(home, identity.who)


@pytest.fixture
def out(made_once, settled_folder, tmp_path):
    """The tiny company with every window closed, and April published to its agents."""
    made = made_once(
        "out",
        lambda folder: closed_home(folder, lambda home: Desk(home).publish(PERIOD), settled_folder),
    )
    shutil.copytree(made / "home", tmp_path / "tiny")
    home = Home(tmp_path / "tiny")
    yield home
    home.close()


def judged(home, identity=ADMIN):
    return desk(home, identity).evaluation(Filters(PERIOD), BALANCED)


def objection(**more):
    given = {
        "about": "record",
        "kind": "data_wrong",
        "text": "其实续了",
        "policy_id": "P5",
        "proposal": {
            "outcome": "renewed",
        },
    }
    return Objection("A1", APRIL, APRIL, **{**given, **more})


# -- scope -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "seen"), [(ADMIN, {"A1", "B2", "C3"}), (EAST, {"A1"}), (ANN, {"A1"}), (BO, {"B2"})]
)
def test_every_view_shows_nobody_outside_the_scope(out, identity, seen):
    evaluation = judged(out, identity)
    others = {"A1", "B2", "C3"} - seen
    names = {"A1": "安", "B2": "波", "C3": "陈"}
    view = json.dumps(evaluation_view(evaluation, place(evaluation)), ensure_ascii=False)
    view += json.dumps(quadrant_view(evaluation, place(evaluation)), ensure_ascii=False)
    view += ranking_table(evaluation, place(evaluation), "zh").frame.to_csv()
    for agent_id in others:
        assert f'"{agent_id}"' not in view
        assert names[agent_id] not in view
        with pytest.raises(RequestRefused, match="agent_unknown"):
            evaluation.row(agent_id)
    assert set(evaluation.people["agent_id"][evaluation.shown]) == seen


def test_a_rank_is_that_of_the_whole_company_whoever_reads(out):
    whole, mine = judged(out), judged(out, ANN)
    assert mine.agents.rank[mine.row("A1")] == whole.agents.rank[whole.row("A1")]
    assert place(mine).x_cut == place(whole).x_cut


def test_whose_sheets_are_closed_is_told_inside_the_scope_and_to_no_agent(out):
    desk(out).close_sheets(Filters(PERIOD), ["A1", "B2"])
    assert desk(out).closed_agents(PERIOD) == {"A1", "B2"}
    assert desk(out, EAST).closed_agents(PERIOD) == {"A1"}
    with pytest.raises(NotAllowed):
        desk(out, ANN).closed_agents(PERIOD)


def test_a_manager_sees_the_weak_spots_of_their_teams_only(tiny):
    evaluation = judged(tiny, EAST)
    assert [team for team in team_losses(evaluation).index if isinstance(team, str)] == ["东"]
    assert agents_behind(evaluation, "西", "renewal_rate").empty
    with pytest.raises(RequestRefused, match="team_unknown"):
        losses_of(evaluation, "西")


PERSONAL = {
    "notes": ("see", lambda d, a: d.notes(a, PERIOD)),
    "write_comment": ("note", lambda d, a: d.write_note(Note(a, APRIL, APRIL, "comment", "x"))),
    "write_remark": ("remark", lambda d, a: d.write_note(Note(a, APRIL, APRIL, "remark", "x"))),
    "sheet": ("see", lambda d, a: d.shown_sheet(d.around(Filters(PERIOD)), a)),
    "closed": ("see", lambda d, a: d.closed_sheet(a, PERIOD)),
    "close": ("close", lambda d, a: d.close_sheets(Filters(PERIOD), [a])),
    "reopen": ("close", lambda d, a: d.reopen_sheets([a], PERIOD, "x")),
    "records": ("see", lambda d, a: d.records(a, "renewal_rate", Filters(PERIOD))),
    "policies": ("see", lambda d, a: d.policies_of(a, PERIOD)),
    "talks": ("coach", lambda d, a: d.talks(a)),
    "plan": ("coach", lambda d, a: d.save_talk(Talk(a))),
    "objections": ("object", lambda d, a: d.objections(a)),
    "object": (
        "object",
        lambda d, a: d.make_objection(Objection(a, APRIL, APRIL, "sheet", "other", "x")),
    ),
}


@pytest.mark.parametrize(
    ("identity", "mine"), [(ADMIN, {"A1", "B2"}), (EAST, {"A1"}), (ANN, {"A1"}), (BO, {"B2"})]
)
@pytest.mark.parametrize("name", PERSONAL)
def test_every_personal_question_is_asked_inside_role_and_scope_or_refused_and_noted(
    out, identity, mine, name
):
    tiny = out
    action, ask = PERSONAL[name]
    for agent_id in ("A1", "B2"):
        allowed = identity.role in ACTIONS[action] and agent_id in mine
        if allowed:
            try:
                ask(desk(tiny, identity), agent_id)
            except RequestRefused as error:
                assert error.key == "sheet_not_closed"  # noqa: PT017
        else:
            with pytest.raises(RequestRefused):
                ask(desk(tiny, identity), agent_id)
            denied = [
                entry
                for entry in tiny.state.database.audit()
                if entry.action == "denied" and entry.who == identity.who
            ]
            assert denied or action == "close"


COMMANDS = {
    "load": lambda d: d.load_all([], as_of=None, on_issues="refuse"),
    "withdraw": lambda d: d.withdraw(1),
    "setting": lambda d: d.change_settings({"grace_days": 30}),
    "scheme": lambda d: d.save_scheme(BALANCED),
    "adopt": lambda d: d.adopt_scheme("balanced", None, APRIL, "r"),
    "delete": lambda d: d.delete_scheme("x"),
    "standard": lambda d: d.adopt_standard(StandardVersion({}, {}, {}, "", "r", APRIL), 0),
    "publish": lambda d: d.publish(PERIOD),
    "take_back": lambda d: d.take_back(PERIOD, "r"),
    "accounts": lambda d: d.accounts(),
    "save_accounts": lambda d: d.save_accounts([Account("x@x.cn", "admin")]),
    "audit": lambda d: d.audit(),
    "verify": lambda d: d.verify_audit(),
    "merge": lambda d: d.merge_agents(["A1"], "A1"),
    "split": lambda d: d.split_agents([]),
}


@pytest.mark.parametrize(("identity", "name"), list(itertools.product((EAST, ANN), COMMANDS)))
def test_what_concerns_everybody_is_for_admins(tiny, identity, name):
    with pytest.raises(NotAllowed):
        COMMANDS[name](desk(tiny, identity))
    assert tiny.state.database.audit()[0].action == "denied"


def test_an_account_that_is_switched_off_or_unknown_gives_no_identity():
    for account in (None, Account("x@x.cn", "admin", active=False)):
        with pytest.raises(NotAllowed):
            identity_of(account)


# -- talks -----------------------------------------------------------------------------------------


def test_several_talks_are_planned_in_one_act_or_none_and_the_refusal_names_who_cannot(out):
    east = desk(out, EAST)
    with pytest.raises(NotAllowed) as refused:
        east.save_talks([Talk("A1"), Talk("B2"), Talk("C3")])
    assert refused.value.facts["agents"] == ["B2", "C3"]
    assert "B2、C3" in say("error.talks_not_yours", "zh", **refused.value.facts)
    assert out.state.talks.all() == []
    (denied,) = [line for line in out.state.database.audit() if line.action == "denied"]
    assert (denied.who, denied.object) == ("east@x.cn", "coach B2 C3")
    with pytest.raises(NotAllowed):
        desk(out, ANN).save_talks([Talk("A1")])


def test_every_agent_of_an_act_has_a_line_of_their_own_in_the_audit(out):
    boss = desk(out)
    first = boss.save_talks([Talk("A1", owner="王"), Talk("B2", owner="王")])
    boss.save_talks([replace(talk, state="dropped") for talk in first])
    lines = [line for line in out.state.database.audit() if line.action.startswith("talk.")]
    assert sorted((line.action, line.object) for line in lines) == [
        ("talk.dropped", "A1"),
        ("talk.dropped", "B2"),
        ("talk.plan", "A1"),
        ("talk.plan", "B2"),
    ]


def test_an_act_over_a_talk_that_somebody_changed_meanwhile_changes_none(out):
    boss = desk(out)
    ann, bo = boss.save_talks([Talk("A1"), Talk("B2")])
    boss.save_talk(replace(bo, owner="another"))
    with pytest.raises(RequestRefused, match="changed_meanwhile"):
        boss.save_talks([replace(ann, owner="x"), replace(bo, owner="x")])
    assert [talk.owner for talk in boss.talks()] == ["", "another"]


def test_a_talk_is_not_taken_by_naming_another_agent_in_its_place(out):
    bos = desk(out).save_talk(Talk("B2"))
    with pytest.raises(NotAllowed):
        desk(out, EAST).save_talks([replace(bos, agent_id="A1", owner="east")])


def test_an_agent_reads_their_own_plan_and_outcome_but_not_why_they_were_chosen(out):
    boss, ann = desk(out), desk(out, ANN)
    whole = Talk(
        "A1",
        reason="象限",
        action="练话术",
        owner="王",
        agreed="每周两次",
        comment="态度",
        indicators=("renewal_rate",),
        first=APRIL,
        last=APRIL,
    )
    boss.save_talks([whole, Talk("B2", action="别人"), Talk("A1", state="dropped", action="取消")])
    (shown,) = ann.plan()
    assert shown.indicators == ("renewal_rate",)
    assert (shown.action, shown.owner, shown.agreed) == ("练话术", "王", "每周两次")
    assert (shown.reason, shown.comment, shown.author) == ("", "", "")
    march = dt.date(2026, 3, 1)
    boss.save_talk(replace(whole, first=march, last=march))
    assert (ann.plan()[0].indicators, ann.plan()[0].first) == ((), None)  # March is not published
    for nobody in (boss, desk(out, EAST)):
        with pytest.raises(NotAllowed):
            nobody.plan()


# -- sheets ----------------------------------------------------------------------------------------


def shown(home, agent_id="A1", identity=ADMIN):
    reader = desk(home, identity)
    return reader.shown_sheet(reader.around(Filters(PERIOD)), agent_id)


def test_a_sheet_keeps_every_number_on_the_way_and_its_contributions_add_up(tiny):
    sheet = shown(tiny, "B2")
    rate = next(item for item in sheet["indicators"] if item["id"] == "renewal_rate")
    assert (rate["numerator"], rate["denominator"], round(rate["value"], 4), rate["band"]) == (
        1,
        3,
        0.3333,
        None,
    )
    # Not even 50 % is reached; two more renewals make three of three.
    step = {
        "measure": "renewed_policies",
        "amount": 2,
        "reaches": 0.7,
        "gives": 1.0,
        "ahead": False,
    }
    assert (rate["missed"], rate["step"]) == (0.5, step)
    assert round(sum(item.get("shown", 0) for item in sheet["indicators"]), 1) == round(
        sheet["score"], 1
    )
    assert sum(category["contribution"] for category in sheet["categories"]) == pytest.approx(
        sheet["score"]
    )


def test_an_agent_sees_no_team_median_behind_which_fewer_than_five_stand(out):
    tiny = out
    assert any(item["team_median"] is not None for item in shown(tiny)["indicators"])
    assert all(item["team_median"] is None for item in shown(tiny, identity=ANN)["indicators"])
    assert {point["whose"] for point in shown(tiny, identity=ANN)["trend"]} == {"agent"}


def test_a_closed_sheet_keeps_its_numbers_whatever_is_loaded_later(tiny, tmp_path):
    assert desk(tiny).close_sheets(Filters(PERIOD), ["A1", "B2"]) == 2
    before = shown(tiny)
    lines = POLICIES.splitlines()
    load_text(
        tiny,
        tmp_path,
        "policies",
        f"{lines[0]}\nP5,A1,2026-04-30,已续,2026-04-30,100,80,是,健康险,门店,K5,,\n",
        satisfaction_max=5,
        as_of=dt.date(2026, 7, 1),
    )
    after = shown(tiny)
    assert after["score"] == before["score"]
    assert after["closed"]["changed_since"]
    assert not shown(tiny, "B2")["closed"]["changed_since"]
    admin = desk(tiny)
    live = admin.live_sheet(admin.around(Filters(PERIOD)), "A1")
    assert {row["what"] for row in differs(after, live)} >= {"renewal_rate", "score"}
    assert fingerprint(live) != fingerprint(after)
    admin.reopen_sheets(["A1"], PERIOD, "补录了续保")
    assert shown(tiny)["closed"] is None
    assert shown(tiny)["score"] != before["score"]


# -- objections ------------------------------------------------------------------------------------


def test_a_replay_shows_the_sheet_before_and_after_and_stores_nothing(out):
    tiny = out
    made = desk(tiny, ANN).make_objection(objection(), Attachment("a.txt", b"x"))
    version = tiny.warehouse.data_version
    replayed = desk(tiny).replay(made)
    own = replayed.own.set_index("what")
    assert (own.loc["renewal_rate", "before"], own.loc["renewal_rate", "after"]) == (0.8, 1.0)
    assert own.loc["score", "after"] > own.loc["score", "before"]
    assert tiny.warehouse.data_version == version
    assert judged(tiny).measured.agents.value[judged(tiny).row("A1"), 0] == 0.8


def test_accepting_writes_a_correction_that_the_rollup_honours_and_a_rebuild_keeps(out):
    tiny = out
    made = desk(tiny, ANN).make_objection(objection())
    desk(tiny).answer(made, "accepted", "核实属实")
    rate = lambda: judged(tiny).measured.agents.value[judged(tiny).row("A1"), 0]  # noqa: E731
    assert rate() == 1.0
    assert tiny.warehouse.ask("policy", policy_id="P5", month=None)["outcome"].tolist() == [
        "renewed"
    ]
    with tiny.warehouse.cursor() as cursor:  # the record itself stays as it came
        assert cursor.execute("select outcome from policies where policy_id = 'P5'").fetchall() == [
            ("lost",)
        ]
    tiny.rebuild()
    assert rate() == 1.0
    correction = desk(tiny).corrections()[0]
    assert (correction.old, correction.values, correction.objection) == (
        {"outcome": "lost"},
        {"outcome": "renewed"},
        made.id,
    )
    desk(tiny).undo_corrections([correction.id])
    assert rate() == 0.8


def test_a_correction_can_give_a_policy_to_another_agent_and_everybody_moved_is_named(out):
    tiny = out
    made = desk(tiny, ANN).make_objection(objection(proposal={"agent_id": "B2"}))
    replayed = desk(tiny).replay(made)
    assert replayed.own.set_index("what").loc["renewal_rate", "after"] == 1.0
    desk(tiny).answer(made, "partly", "转给波")
    assert judged(tiny).measured.agents.denominator[judged(tiny).row("B2"), 0] == 4


@pytest.mark.parametrize(
    "proposal",
    [
        {"outcome": "maybe"},
        {"renewed_on": "soon"},
        {"premium_renewed": "-5"},
        {"satisfaction": "101"},
        {"agent_id": ""},
    ],
)
def test_a_proposal_that_cannot_stand_there_is_refused(out, proposal):
    tiny = out
    with pytest.raises(RequestRefused, match="proposal_unreadable"):
        desk(tiny, ANN).make_objection(objection(proposal=proposal))


def test_an_agent_cannot_object_to_somebody_elses_policy(out):
    tiny = out
    with pytest.raises(RequestRefused, match="policy_unknown"):
        desk(tiny, ANN).make_objection(objection(policy_id="P6"))


def test_what_a_manager_of_one_team_replays_names_nobody_of_another(out):
    tiny = out
    made = desk(tiny, ANN).make_objection(objection())
    assert set(desk(tiny, EAST).replay(made).moved["agent_id"]) <= {"A1"}


def test_nobody_decides_on_what_they_objected_to_themselves(out):
    made = desk(out, EAST).make_objection(objection())
    for state in ("accepted", "rejected"):
        with pytest.raises(NotAllowed, match="own_objection"):
            desk(out, EAST).answer(made, state, "属实")
    assert desk(out, EAST).objection(made.id).state == "open"
    assert desk(out, identity_of(STAFF[0])).answer(made, "rejected", "未续").state == "rejected"


def test_only_an_objection_to_a_record_has_something_to_correct(out):
    made = desk(out, ANN).make_objection(Objection("A1", APRIL, APRIL, "sheet", "other", "太严"))
    with pytest.raises(RequestRefused, match="nothing_to_correct"):
        desk(out).correction_of(made)
    record = desk(out, ANN).make_objection(objection())
    with pytest.raises(RequestRefused, match="nothing_to_correct"):
        desk(out).correction_of(record, {})


def test_a_policy_is_given_to_nobody_whom_no_file_knows(out):
    made = desk(out, ANN).make_objection(objection(proposal={"agent_id": "Z9"}))
    with pytest.raises(RequestRefused, match="agent_unknown"):
        desk(out).answer(made, "accepted", "转走")
    assert (desk(out).objection(made.id).state, desk(out).corrections()) == ("open", [])


def test_a_correction_that_nobody_made_cannot_be_undone_nor_one_of_another_team(out):
    made = desk(out, BO).make_objection(
        Objection(
            "B2",
            APRIL,
            APRIL,
            "record",
            "data_wrong",
            "续了",
            policy_id="P7",
            proposal={"outcome": "renewed"},
        )
    )
    desk(out).answer(made, "accepted", "属实")
    of_bo = desk(out).corrections()[0].id
    for whose, which in ((ADMIN, of_bo + 1), (EAST, of_bo)):
        with pytest.raises(RequestRefused, match="correction_unknown"):
            desk(out, whose).undo_corrections([which])
    assert [correction.id for correction in desk(out).corrections()] == [of_bo]
    assert desk(out, EAST).corrections() == []


# -- standards, weights ----------------------------------------------------------------------------


def stricter(**more):
    table = definition_of(with_version(StandardVersion({}, {}, {}, "", "", APRIL))["renewal_rate"])
    return {
        "renewal_rate": {
            **table,
            "standard": {"mode": "linear", "knots": [[0.6, 0], [0.8, 60], [0.95, 100]]},
            **more,
        }
    }


def test_a_standard_counts_from_its_month_on_and_older_periods_keep_theirs(tiny):
    before = judged(tiny)
    assert before.measured.agents.points[before.row("A1"), 0] == 80
    desk(tiny).adopt_standard(
        StandardVersion(stricter(), {}, {}, "", "市场平均上升", dt.date(2026, 5, 1)), 0
    )
    assert judged(tiny).measured.agents.points[judged(tiny).row("A1"), 0] == 80
    desk(tiny).adopt_standard(StandardVersion(stricter(), {}, {}, "", "提前", APRIL), 1)
    assert judged(tiny).measured.agents.points[judged(tiny).row("A1"), 0] == 60
    assert judged(tiny).catalogue.version == 2


def test_an_indicator_is_added_from_measures_without_code(tiny):
    table = {
        "category": "results",
        "group": "outcome",
        "numerator": "late_renewals",
        "denominator": "due_policies",
        "direction": "lower",
        "unit": "percent",
        "weight": 10.0,
        "label": {"zh": "超期率", "en": "Late rate"},
        "why": {"zh": "", "en": ""},
        "standard": {"mode": "linear", "knots": [[0.0, 100], [0.5, 0]]},
    }
    desk(tiny).adopt_standard(StandardVersion({"late_rate": table}, {}, {}, "", "新口径", APRIL), 0)
    now = judged(tiny)
    assert now.measured.agents.value[
        now.row("B2"), now.catalogue.position("late_rate")
    ] == pytest.approx(1 / 3)
    assert now.nominal.sum() == pytest.approx(100)


@pytest.mark.parametrize(
    "knots",
    [
        [[0.5, 0]],
        [[0.5, 0], [0.5, 60]],
        [[0.5, 60], [0.7, 20]],
        [[0.5, -1], [0.7, 60]],
        [[0.5, 0], [0.7, 101]],
    ],
)
def test_a_standard_that_cannot_give_points_is_refused(tiny, knots):
    table = stricter()["renewal_rate"] | {"standard": {"mode": "linear", "knots": knots}}
    with pytest.raises(RequestRefused, match="standard_unusable"):
        with_version(StandardVersion({"renewal_rate": table}, {}, {}, "", "", APRIL))


def test_a_rehearsal_counts_full_and_zero_marks_and_who_changes_grade(tiny):
    proposed = with_version(
        StandardVersion(
            stricter(), {"A": 20.0, "B": 10.0, "C": 5.0, "D": 0.0}, {}, "", "", APRIL, version=9
        )
    )
    now = judged(tiny)
    then = evaluate(tiny.measure_with(Filters(PERIOD), proposed), BALANCED)
    row = rehearse([(now, then)]).set_index("indicator").loc["renewal_rate"]
    # A1 0.8 and B2 0.333: under the knots in force 80 and 0 points, under the proposed ones 60 and
    # 0
    assert (
        row["zero_before"],
        row["zero_after"],
        row["mean_before"],
        row["mean_after"],
        row["n_after"],
    ) == (
        0.5,
        0.5,
        40,
        30,
        2,
    )
    assert len(grade_changes(now, then)) > 0
    assert jumps(
        Standard((0.5, 0.9), (0.0, 100.0)), Standard((0.5, 0.97), (0.0, 100.0)), 0.01
    ) == pytest.approx(7.0)


def test_a_swot_entry_moves_the_weights_it_names_and_the_rest_gives_way(tiny):
    catalogue = tiny.catalogue()
    made = propose(
        BALANCED, [SwotEntry("threat", "对手续保率高", {"renewal_rate": 10.0})], catalogue
    )
    before, after = vector(BALANCED, catalogue), vector(made, catalogue)
    position = catalogue.position("renewal_rate")
    assert after[position] == pytest.approx((before[position] + 10) / 110 * 100)
    assert after.sum() == pytest.approx(100)
    other = catalogue.position("satisfaction")
    assert after[other] == pytest.approx(before[other] / 1.1)
    saved = desk(tiny).save_scheme(
        replace(made, name="应对对手", author="李", reason="对手续保率高")
    )
    assert tiny.state.schemes.all()[0].trace == saved.trace == made.trace


def test_proposals_are_counted_once_a_person_and_never_named(tiny):
    first = desk(tiny, ANN).propose_weights({"results": 60, "service": 30, "competence": 10})
    with pytest.raises(RequestRefused, match="ticket_needed"):
        desk(tiny, ANN).propose_weights({"results": 65, "service": 25, "competence": 10})
    with pytest.raises(RequestRefused, match="ticket_unknown"):
        desk(tiny, ANN).propose_weights({"results": 65, "service": 25, "competence": 10}, "guessed")
    desk(tiny, ANN).propose_weights({"results": 64, "service": 26, "competence": 10}, first)
    desk(tiny, BO).propose_weights({"results": 70, "service": 20, "competence": 10})
    assert sorted(proposal.categories["results"] for proposal in tiny.state.proposals()) == [64, 70]
    assert not any(
        "ann" in str(entry)
        for entry in tiny.state.database.audit()
        if entry.action != "account.save"
    )


def test_everything_a_home_holds_of_people_is_there_after_a_restart(tiny):
    desk(tiny).write_note(Note("A1", APRIL, APRIL, "advice", "多听"))
    folder = tiny.folder
    tiny.close()
    again = Home(folder)
    assert [note.text for note in again.state.notes.of("A1")] == ["多听"]
    assert again.state.database.verify().wrong == ()
    again.close()


@pytest.mark.parametrize(
    "write",
    [
        lambda desk, agent: desk.write_note(Note(agent, APRIL, APRIL, "comment", "well done")),
        lambda desk, agent: desk.save_talk(Talk(agent)),
        lambda desk, agent: desk.make_objection(
            Objection(agent, APRIL, APRIL, "sheet", "too_strict", "why")
        ),
    ],
)
def test_nothing_is_written_about_somebody_whom_no_file_names(tiny, write):
    desk = Desk(tiny)
    with pytest.raises(RequestRefused, match="agent_nowhere"):
        write(desk, "Z9")
    write(desk, "B2")
    tiny.merge_agents(["B2"], "C3")
    with pytest.raises(RequestRefused, match="agent_nowhere"):  # nobody would ever find it again
        write(desk, "B2")


def test_the_months_of_a_note_and_of_a_talk_do_not_run_backwards(tiny):
    may = dt.date(2026, 5, 1)
    with pytest.raises(RequestRefused, match="period_backwards"):
        Desk(tiny).write_note(Note("A1", may, APRIL, "comment", "well done"))
    with pytest.raises(RequestRefused, match="period_backwards"):
        Desk(tiny).save_talk(Talk("A1", first=may, last=APRIL))


@pytest.mark.parametrize(
    "cuts", [(80.0, 60.0, 40.0, -5.0), (80.0, 60.0, 60.0, 0.0), (float("nan"), 60.0, 40.0, 0.0)]
)
def test_grades_that_do_not_fall_to_zero_are_refused(cuts):
    with pytest.raises(RequestRefused, match="grades_unusable"):
        with_version(StandardVersion({}, dict(zip("ABCD", cuts, strict=True)), {}, "", "", APRIL))


def test_a_market_average_below_what_the_indicator_can_be_is_refused(tiny):
    with pytest.raises(RequestRefused, match="market_below"):
        Desk(tiny).save_market("renewal_rate", -0.1, "a study")
    Desk(tiny).save_market("renewal_rate", 0.0, "a study")


def test_a_load_says_how_many_of_its_last_month_lack_too_much_to_be_rated(home, tmp_path):
    text = (
        "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\nP2,B2,2026-04-02,未续\n"
        "P3,B2,2026-04-09,已续\n"
    )
    path = write(tmp_path, "renewals.csv", text)
    columns = recognise(text.splitlines()[0].split(","), "policies")[0].columns
    recipe = recipe_from(
        {"kind": "policies", "columns": columns, "answers": {"plausible.rate": "yes"}}
    )
    told = Desk(home).load_all([(path, recipe)], as_of=AS_OF, on_issues="refuse")[0]
    facts = dict(told.notes)["not_rated"]
    # Renewal rate and, against the median agent's, the number of renewals: less than three fifths
    # of the weight.
    assert (facts["month"], facts["count"], facts["all"], facts["least"]) == ("2026-04", 2, 2, "60")
    assert "2 人中有 2 人" in say("note.not_rated", "zh", **facts)


def test_a_load_that_is_stored_is_told_even_where_its_figures_cannot_be_reckoned(
    home, tmp_path, monkeypatch
):
    def refuse(*_):
        raise RequestRefused("no_data")

    text = "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\nP2,B2,2026-04-02,未续\n"
    path = write(tmp_path, "renewals.csv", text)
    recipe = recipe_from(
        {
            "kind": "policies",
            "columns": recognise(text.splitlines()[0].split(","), "policies")[0].columns,
        }
    )
    monkeypatch.setattr("analytics.desk.data.evaluate", refuse)
    told = Desk(home).load_all([(path, recipe)], as_of=AS_OF, on_issues="refuse")[0]
    assert told.loaded == 2
    assert "not_rated" not in dict(told.notes)


# -- rules -----------------------------------------------------------------------------------------


def test_a_scheme_keeps_no_presets_name_and_no_purpose_that_is_none(tiny):
    own = replace(BALANCED, author="李", reason="试", label=None)
    with pytest.raises(RequestRefused, match="scheme_is_preset"):
        desk(tiny).save_scheme(own)
    with pytest.raises(RequestRefused, match="choice_unknown"):
        desk(tiny).save_scheme(replace(own, name="夏季", purpose="punish"))
    with pytest.raises(RequestRefused, match="scheme_unknown") as refused:
        desk(tiny).scheme_named("夏季", 2)
    assert refused.value.facts["name"] == "夏季 v2"
    assert desk(tiny).scheme_versions() == []


def test_standards_that_were_never_adopted_are_neither_restored_nor_undone(tiny):
    with pytest.raises(RequestRefused, match="standard_unknown"):
        desk(tiny).restored_standard(1, APRIL, "回到")
    with pytest.raises(RequestRefused, match="nothing_to_undo"):
        desk(tiny).undo_standard("撤销")
    with pytest.raises(RequestRefused, match="reason_missing"):
        desk(tiny).adopt_standard(StandardVersion({}, {}, {}, "", " ", APRIL), 0)


def test_a_market_average_stands_until_it_is_taken_out_and_the_audit_keeps_both(tiny):
    desk(tiny).save_market("renewal_rate", 0.75, "协会年报")
    assert desk(tiny).market()["renewal_rate"].value == 0.75
    with pytest.raises(RequestRefused, match="indicator_unknown"):
        desk(tiny).save_market("charm", 0.75, "协会年报")
    desk(tiny).save_market("renewal_rate", None, "")
    desk(tiny).save_market("renewal_rate", None, "")  # nothing stands there any more: no line
    assert desk(tiny).market() == {}
    lines = [(line.action, line.object) for line in desk(tiny).audit()][:2]
    assert lines == [("market.remove", "renewal_rate"), ("market.save", "renewal_rate")]


def test_a_month_without_figures_is_not_published(tiny):
    january = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 1))
    with pytest.raises(RequestRefused, match="period_without_figures"):
        desk(tiny).publish(january)
