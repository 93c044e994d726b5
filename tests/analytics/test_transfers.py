"""An agent who changes teams: whose the figures are, whose the sheets, talks, notes and
objections."""

import datetime as dt
import shutil

import pytest

from analytics.desk import Desk
from analytics.errors import NotAllowed, RequestRefused
from analytics.home import Home
from analytics.model import Filters, Period
from analytics.people import Account, Note, Objection, Talk
from tests.conftest import Shell, closed_home, load_text

APRIL, MAY = dt.date(2026, 4, 1), dt.date(2026, 5, 1)
IN_APRIL, IN_MAY = Period(APRIL, APRIL), Period(MAY, MAY)
STAFF = [
    Account("boss@x.cn", "admin"),
    Account("east@x.cn", "manager", teams=("东",)),
    Account("west@x.cn", "manager", teams=("西",)),
]
# Mo is in East in April and in West from May on; Bo stays in East, Cy in West. One policy each and
# month, renewed.
ROWS = ["M1,莫,东,2026-04", "M1,莫,西,2026-05", "B2,波,东,2026-04", "C3,陈,西,2026-04"]
POLICIES = "保单号,工号,到期日,续保结果,续保日期\n" + "".join(
    f"P{agent}{month},{agent},2026-0{month}-10,已续,2026-0{month}-09\n"
    for agent in ("M1", "B2", "C3")
    for month in (4, 5)
)


def roster(home, folder, rows):
    load_text(home, folder, "agents", "工号,姓名,团队,月份\n" + "\n".join(rows) + "\n")


def before_and_after(home, folder, rows):
    """What the old manager wrote of Mo was written before the transfer was known."""
    load_text(home, folder, "policies", POLICIES)
    roster(home, folder, ["M1,莫,东,2026-04", "B2,波,东,2026-04", "C3,陈,西,2026-04"])
    home.state.accounts.save(STAFF, "setup")
    east = Desk(home, "east@x.cn")
    east.write_note(Note("M1", APRIL, APRIL, "comment", "written in April"))
    east.save_talk(Talk("M1", reason="planned in April"))
    east.make_objection(Objection("M1", APRIL, APRIL, "sheet", "other", "objected in April"))
    roster(home, folder, rows)


@pytest.fixture(params=["old team first", "new team first"])
def moved(made_once, tmp_path, request):
    """Three agents and their managers, after the transfer."""
    rows = ROWS if request.param == "old team first" else ROWS[::-1]
    made = made_once(
        f"moved, {request.param}",
        lambda folder: closed_home(folder, lambda home: before_and_after(home, folder, rows)),
    )
    shutil.copytree(made / "home", tmp_path / "home")
    home = Home(tmp_path / "home")
    yield home
    home.close()


def desks(home):
    return [Desk(home, address) for address in ("east@x.cn", "west@x.cn")]


def test_the_figures_of_a_month_are_those_of_the_team_of_that_month(moved):
    for desk, april, may in zip(
        desks(moved), ({"M1", "B2"}, {"C3"}), ({"B2"}, {"M1", "C3"}), strict=True
    ):
        for period, names in ((IN_APRIL, april), (IN_MAY, may)):
            measured = desk.measured(Filters(period))
            assert set(measured.people["agent_id"][measured.in_scope]) == names


def test_sheets_talks_notes_and_objections_are_the_new_managers(moved):
    _, west = desks(moved)
    for period in (IN_APRIL, IN_MAY):
        assert west.shown_sheet(west.around(Filters(period)), "M1")["agent"]["name"] == "莫"
        west.write_note(Note("M1", period.first, period.last, "comment", "mine now"))
        west.close_sheets(Filters(period), ["M1"])
    (objection,), (talk,) = west.objections("M1"), west.talks("M1")
    assert west.answer(objection, "rejected", "no").state == "rejected"
    assert west.save_talk(talk).id == talk.id


def test_the_old_manager_reads_what_they_wrote_and_writes_nothing(moved):
    east, west = desks(moved)
    west.write_note(Note("M1", APRIL, APRIL, "comment", "by the new one"))
    west.save_talk(Talk("M1", reason="by the new one"))
    west.make_objection(Objection("M1", MAY, MAY, "sheet", "other", "by the new one"))
    assert [note.text for note in east.all_notes("M1")] == ["written in April"]
    assert [talk.reason for talk in east.talks("M1")] == ["planned in April"]
    assert [objection.text for objection in east.objections("M1")] == ["objected in April"]
    (note,), (talk,), (objection,) = east.all_notes("M1"), east.talks("M1"), east.objections("M1")
    for attempt in (
        lambda: east.write_note(note),
        lambda: east.save_talk(talk),
        lambda: east.answer(objection, "rejected", "no"),
        lambda: east.make_objection(Objection("M1", APRIL, APRIL, "sheet", "other", "again")),
        lambda: east.closed_sheet("M1", IN_APRIL),
        lambda: east.shown_sheet(east.around(Filters(IN_APRIL)), "M1"),
        lambda: east.close_sheets(Filters(IN_APRIL), ["M1"]),
        lambda: east.reopen_sheets(["M1"], IN_APRIL, "why"),
        lambda: east.notes("M1", IN_APRIL),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_which_sheets_are_closed_is_told_to_nobody_past_their_scope(moved):
    east, west = desks(moved)
    moved.state.accounts.save([Account("mo@x.cn", "agent", agent_id="M1")], "boss@x.cn")
    moved.state.periods.publish(APRIL, APRIL, "boss@x.cn")
    (objection,) = east.objections("M1")
    for period in (IN_APRIL, Period(APRIL, MAY)):
        west.close_sheets(Filters(period), ["M1"])
    mo = Desk(moved, "mo@x.cn")
    assert set(west.closed_around(objection)) == {IN_APRIL, Period(APRIL, MAY)}
    assert (
        east.closed_around(objection) == []
    )  # theirs to read, but the agent is not theirs any more
    assert mo.closed_around(objection) == [IN_APRIL]  # the other one was not published


def test_the_old_manager_opens_the_records_behind_the_figures_of_their_month_and_of_no_later_one(
    moved,
):
    east, west = desks(moved)
    assert east.records("M1", "renewal_rate", Filters(IN_APRIL)).rows == 1
    for period in (IN_MAY, Period(APRIL, MAY)):
        with pytest.raises(NotAllowed):
            east.records("M1", "renewal_rate", Filters(period))
        assert west.records("M1", "renewal_rate", Filters(period)).rows
    history = east.history_of(east.evaluation(Filters(IN_APRIL)), "M1")
    assert set(history["month"].dt.date) == {APRIL}


def test_a_teams_pack_leaves_out_whom_the_reader_may_not_see_and_names_them(moved):
    east, west = desks(moved)
    made, left_out = east.shown_sheets(east.around(Filters(IN_APRIL)), ["M1", "B2"])
    assert ([sheet["agent"]["agent_id"] for sheet in made], left_out) == (["B2"], ["M1"])
    assert (
        east.moved_on(Filters(IN_APRIL)),
        west.moved_on(Filters(IN_APRIL)),
        east.moved_on(Filters(IN_MAY)),
    ) == (
        ["M1"],
        [],
        [],
    )


def test_the_command_for_a_teams_pack_does_so_too(moved, tmp_path):
    moved.close()
    shell, file = Shell(moved.folder), tmp_path / "pack.zip"
    april = ("--from", "2026-04", "--to", "2026-04", "--out", file)
    done = shell("sheets", *april, "--as", "east@x.cn")
    assert (done["sheets"], done["left_out"], file.exists()) == (1, ["M1"], True)
    assert (
        shell("sheets", *april, "--as", "west@x.cn")["sheets"] == 2
    )  # Cy's, and Mo's, which are theirs now
    listed = shell("coaching", *april[:4], "--as", "east@x.cn")["agents"]
    assert "M1" not in {row["agent_id"] for row in listed}


def test_a_transfer_that_begins_next_month_changes_nothing_today(moved, tmp_path):
    soon = (dt.date.today().replace(day=28) + dt.timedelta(days=7)).strftime("%Y-%m")
    roster(moved, tmp_path, [f"M1,莫,东,{soon}"])
    east, west = desks(moved)
    assert (east.covers("M1"), west.covers("M1")) == (False, True)


def test_of_two_rosters_of_one_month_the_later_load_counts(moved, tmp_path):
    roster(moved, tmp_path, ["M1,莫,东,2026-05"])
    east, west = desks(moved)
    assert (east.covers("M1"), west.covers("M1")) == (True, False)
    roster(
        moved, tmp_path, ["M1,莫,西,2026-04"]
    )  # loaded later, of an earlier month: what is known of May stays
    assert (east.covers("M1"), west.covers("M1")) == (True, False)


def test_today_is_read_from_the_rosters_as_a_month_is(moved):
    facts = Desk(moved).who_is_who().set_index("agent_id")["team"]
    people = moved.warehouse.ask("people", first_month=MAY, last_month=MAY).set_index("agent_id")[
        "team"
    ]
    assert facts.to_dict() == people.to_dict() == {"M1": "西", "B2": "东", "C3": "西"}


def test_a_correction_between_two_teams_is_an_admins_to_decide(moved):
    """Bo claims Cy's policy: their manager may hand that in and reject it, but not accept it; an
    admin may."""
    east, _ = desks(moved)
    claim = Objection(
        "B2",
        APRIL,
        APRIL,
        "record",
        "data_wrong",
        "mine",
        policy_id="PC34",
        proposal={"agent_id": "B2"},
    )
    made = Desk(moved, "boss@x.cn").make_objection(claim)
    with pytest.raises(NotAllowed, match="across_scopes"):
        east.answer(made, "accepted", "yes")
    moved.state.accounts.save([Account("second@x.cn", "admin")], "setup")
    assert Desk(moved, "second@x.cn").answer(made, "accepted", "yes").state == "accepted"
    measured = Desk(moved).measured(Filters(IN_APRIL))
    due = dict(zip(measured.people["agent_id"], measured.people["due_policies"], strict=True))
    assert due.get("C3") is None or due["C3"] != due["C3"] or due["C3"] == 0
    assert due["B2"] == 2


@pytest.mark.parametrize("who", ["east@x.cn", "west@x.cn"])
def test_nobody_but_an_admin_merges_agents(moved, who):
    desk = Desk(moved, who)
    for attempt in (
        lambda: desk.merge_agents(["B2"], "C3"),
        lambda: desk.split_agents(["B2"]),
        desk.alike,
        desk.merged,
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_an_agent_whom_nobody_knows_is_nobodys_but_an_admins(moved):
    east, _ = desks(moved)
    for agent_id in ("X9", "", "M1' or '1'='1", "B2\n", "莫" * 10_000):
        assert not east.covers(agent_id)
        with pytest.raises(RequestRefused):
            east.live_sheet(east.around(Filters(IN_APRIL)), agent_id)
