"""The commands around the sheet, as a stranger uses them, and inside an account's scope."""

import json
import shutil
import zipfile

import pytest

from tests.conftest import Shell, write


@pytest.fixture(scope="module")
def furnished(tiny_folder, tmp_path_factory):
    """The tiny company's home with accounts, made once."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(tiny_folder, folder / "home")
    shell = Shell(folder / "home")
    shell("accounts", "--add", "boss@x.cn", "--role", "admin")
    shell(
        "accounts",
        "--import",
        write(folder, "a.csv", "邮箱,角色,工号,团队\nann@x.cn,续保员,A1,\neast@x.cn,主管,,东\n"),
    )
    return folder / "home"


@pytest.fixture
def office(furnished, tmp_path):
    """The command line over a copy of it."""
    shutil.copytree(furnished, tmp_path / "office")
    return Shell(tmp_path / "office")


def test_sheets_are_written_closed_and_opened_again(office, tmp_path):
    assert office("sheet", "A1", "--out", tmp_path / "a.pdf")["score"] is not None
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert "1 agents still have open windows" in office.refused("sheets", "--close")
    done = office("sheets", "--close", "--provisional", "--out", tmp_path / "all.zip")
    assert (done["sheets"], done["closed"]) == (3, 3)
    assert done["before_closing"] == {
        "open": 3,
        "provisional": 1,
        "open_objections": 0,
        "without_comment": 3,
    }
    assert len(zipfile.ZipFile(tmp_path / "all.zip").namelist()) == 3
    assert office("sheet", "A1")["closed"]["by"] == "local"
    assert office("sheet", "A1", "--reopen", "补录")["closed"] is None
    assert "must end in" in office.refused("sheet", "A1", "--out", tmp_path / "a.doc")


def test_an_objection_is_made_replayed_answered_and_audited(office):
    asked = (
        "objections",
        "--agent",
        "A1",
        "--from",
        "2026-04",
        "--text",
        "续了",
        "--as",
        "ann@x.cn",
    )
    assert "not been published" in office.refused(*asked)
    assert "provisional" in office.refused("month", "2026-04", "--publish")
    office("settings", "--grace", "寿险=0")  # with the usual grace no window is open any more
    office("month", "2026-04", "--publish")
    made = office(
        "objections",
        "--agent",
        "A1",
        "--from",
        "2026-04",
        "--kind",
        "data_wrong",
        "--policy",
        "P5",
        "--should-be",
        "outcome=renewed",
        "--text",
        "续了",
        "--as",
        "ann@x.cn",
    )
    assert made[0]["state"] == "open"
    replayed = office("replay", 1)
    assert {row["what"]: (row["before"], row["after"]) for row in replayed["own"]}[
        "renewal_rate"
    ] == (
        0.8,
        1.0,
    )
    assert "answer" in office.refused("objections", "--answer", 1, "--state", "accepted")
    assert (
        office("objections", "--answer", 1, "--state", "accepted", "--reply", "属实")[0]["state"]
        == "accepted"
    )
    agents = {row["agent_id"]: row for row in office("evaluate")["agents"]}
    assert agents["A1"]["indicators"]["renewal_rate"]["value"] == 1.0
    assert office("audit", "--verify")["verified"] is True
    assert [line["action"] for line in office("audit")][:3] == [
        "correction.write",
        "objection.accepted",
        "objection.make",
    ]
    assert office("objections", "--undo", 1)[0]["correction_undone"] is True
    agents = {row["agent_id"]: row for row in office("evaluate")["agents"]}
    assert agents["A1"]["indicators"]["renewal_rate"]["value"] == 0.8
    assert office("audit")[0]["action"] == "correction.undo"


def test_comments_and_talks_are_written_and_listed(office, tmp_path):
    office("comments", "--agent", "A1", "--from", "2026-04", "--add", "多听", "--kind", "advice")
    assert [(note["text"], note["author"]) for note in office("comments")] == [("多听", "local")]
    office(
        "talks",
        "--agent",
        "B2",
        "--plan",
        "2026-12-01",
        "--action",
        "复盘",
        "--ics",
        tmp_path / "t.ics",
    )
    assert b"BEGIN:VEVENT" in (tmp_path / "t.ics").read_bytes()
    assert "--agent" in office.refused("comments", "--add", "x")


@pytest.mark.parametrize(
    "words",
    [
        ("load", "x.csv"),
        ("withdraw", 1),
        ("rebuild",),
        ("loads",),
        ("aliases",),
        ("unmatched",),
        ("sample",),
        ("audit",),
        ("accounts",),
        ("evaluate",),
        ("quadrant",),
        ("weak-spots",),
        ("coaching",),
        ("talks",),
        ("replay", 1),
        ("sheet", "B2"),
        ("comments", "--agent", "B2"),
        ("objections", "--agent", "B2"),
    ],
)
def test_an_agents_account_gets_nothing_of_others_from_any_command(office, words):
    said = office.refused(*words, "--as", "ann@x.cn")
    assert "波" not in said


def test_an_account_is_switched_off_logged_out_and_freed_by_an_admin_and_by_nobody_else(office):
    listed = {
        account["email"]: account for account in office("accounts", "--deactivate", "ann@x.cn")
    }
    assert (listed["ann@x.cn"]["active"], listed["east@x.cn"]["active"]) == (False, True)
    assert "no such account" in office.refused("sheet", "A1", "--as", "ann@x.cn")
    office("accounts", "--log-out", "east@x.cn")
    office("accounts", "--unbind", "east@x.cn")
    assert [line["action"] for line in office("audit")][:2] == ["login.unbind", "login.end_all"]
    for way in ("--deactivate", "--log-out", "--unbind"):
        assert "no such account" in office.refused("accounts", way, "nobody@x.cn")
        assert office.refused("accounts", way, "boss@x.cn", "--as", "east@x.cn")
    office("accounts", "--log-out", "boss@x.cn", "--as", "boss@x.cn")
    assert "admin" in office.refused("accounts", "--deactivate", "boss@x.cn")
    assert "no.csv" in office.refused("accounts", "--import", "no.csv")


def test_a_month_is_published_and_taken_back_for_a_reason(office):
    office("settings", "--grace", "寿险=0")
    april = ("sheet", "A1", "--from", "2026-04", "--to", "2026-04")
    assert office("month", "2026-04", "--publish")["published"] == ["2026-04"]
    office(*april, "--read", "--as", "ann@x.cn")
    assert office(*april)["read"]["changed_since"] is False
    assert office("month", "2026-04", "--take-back", "还要核对")["published"] == []
    assert "not been published" in office.refused(*april, "--as", "ann@x.cn")
    assert office.refused("month", "2026-04", "--take-back", "再来")


def test_targets_are_listed_by_agent_and_those_that_are_nobodys_own_apart(office):
    assert [row["agent_id"] for row in office("targets", "--from", "2026-04")] == ["A1", "B2", "C3"]
    assert [row["agent_id"] for row in office("targets", "--from", "2026-04", "--agent", "B2")] == [
        "B2"
    ]
    assert office("targets", "--from", "2026-04", "--missing") == []


def test_a_market_average_is_entered_with_its_source_and_taken_out(office):
    words = ("market", "--set", "renewal_rate", "--value", "0.75")
    assert office.refused(*words)
    assert office.refused("market", "--set", "renewal_rate", "--source", "协会")
    entered = office(*words, "--source", "协会")
    assert [(average["indicator"], average["value"]) for average in entered] == [
        ("renewal_rate", 0.75)
    ]
    assert office("market", "--remove", "renewal_rate") == []


def test_standards_are_adopted_from_a_file_and_an_earlier_version_restored(office, tmp_path):
    draft = write(tmp_path, "d.toml", "[renewal_count]\nremove = true\n")
    words = ("--from", "2026-04", "--reason", "试")
    assert office("standards", "--adopt", draft, *words)["adopted"]["version"] == 1
    assert "renewal_count" not in office("standards", "--month", "2026-04")["indicators"]
    assert office("standards", "--restore", 0, *words)["adopted"]["version"] == 2
    assert "renewal_count" in office("standards", "--month", "2026-04")["indicators"]
    assert office.refused("standards", "--restore", 7, *words)
    assert "no.toml" in office.refused("standards", "--adopt", "no.toml", *words)


@pytest.mark.parametrize(
    "text",
    [
        "[renewal_rate",
        "renewal_rate = 1",
        "veto = 1",
        "grades = [1]",
        "order = 7",
        "[grades]\nA = 'much'",
        "[charm]\nweight = 10",
    ],
)
def test_a_draft_that_is_none_is_refused_in_words_and_nothing_is_adopted(office, tmp_path, text):
    draft = write(tmp_path, "d.toml", text)
    assert office.refused("standards", "--adopt", draft, "--reason", "试")
    assert office("standards")["versions"] == []


def test_a_managers_account_evaluates_its_own_team_only(office):
    view = office("evaluate", "--as", "east@x.cn")
    assert [row["agent_id"] for row in (*view["agents"], *view["not_rated"])] == ["A1"]
    assert [row["team"] for row in view["teams"]] == ["东"]
    assert [row["agent_id"] for row in office("quadrant", "--as", "east@x.cn")["agents"]] == ["A1"]
    assert "波" not in json.dumps(office("coaching", "--as", "east@x.cn"), ensure_ascii=False)
    assert "no such account" in office.refused("evaluate", "--as", "nobody@x.cn")


def test_a_tampered_audit_is_told_with_exit_code_two(office):
    import sqlite3

    database = sqlite3.connect(office.home / "state.sqlite")
    database.execute("update audit set who = 'x' where seq = 1")
    database.commit()
    database.close()
    assert "line 1 was edited" in office.refused("audit", "--verify")
