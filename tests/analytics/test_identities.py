"""Who is who: spellings of one agent, people without a partner in the other files, and what a load
changed."""

import datetime as dt

import pytest

from analytics.errors import RequestRefused
from analytics.home import Home
from analytics.intake.spellings import alike
from tests.conftest import AS_OF, POLICIES, ROSTER, load_text

HEADER = "保单号,工号,到期日,续保结果\n"
NAMES = HEADER + (
    "P1,Stewart,2026-04-02,已续\nP2,Stewart,2026-04-05,未续\n"
    "P3,ＳＴＥＷＡＲＴ,2026-04-05,已续\nP4,Stweart,2026-04-05,已续\n"
    "P5,Becky,2026-04-05,已续\n"
)
APRIL = {"first_month": dt.date(2026, 4, 1), "last_month": dt.date(2026, 4, 1)}


def rates(home):
    sums = home.warehouse.ask("measures", **APRIL)
    return {
        row["agent_id"]: (row["renewed_policies"], row["due_policies"])
        for row in sums.to_dict("records")
    }


def test_spellings_of_one_agent_are_offered_with_the_rows_behind_each():
    offers = alike({"Stewart": 2, "ＳＴＥＷＡＲＴ": 1, "Stweart": 1, "Becky": 1})
    assert {
        (offer.spelling, offer.agent_id, offer.rows, offer.agent_rows, offer.why)
        for offer in offers
    } == {
        ("ＳＴＥＷＡＲＴ", "Stewart", 1, 2, "dress"),
        ("Stweart", "Stewart", 1, 2, "letters"),
    }


def test_numbers_that_differ_in_a_digit_are_two_people_and_in_their_dress_one():
    assert alike({"A1001": 5, "A1002": 5, "A1003": 1}) == []
    assert [(offer.spelling, offer.agent_id) for offer in alike({"A1001": 5, "ａ1001 ": 1})] == [
        ("ａ1001 ", "A1001")
    ]


def test_a_number_without_its_zeros_is_merged_into_the_one_with_them_however_few_rows_name_it():
    assert [(offer.spelling, offer.agent_id) for offer in alike({"4518": 8, "004518": 7})] == [
        ("4518", "004518")
    ]
    assert [
        (offer.spelling, offer.agent_id) for offer in alike({"4518": 8, "004518": 7}, {"4518"})
    ] == [("004518", "4518")]


def test_somebody_of_the_roster_is_merged_into_and_never_away():
    assert [
        (offer.spelling, offer.agent_id)
        for offer in alike({"Stweart": 9, "Stewart": 1}, {"Stewart"})
    ] == [("Stweart", "Stewart")]
    assert alike({"Stweart": 9, "Stewart": 1}, {"Stewart", "Stweart"}) == []


def test_merged_spellings_count_as_one_agent_and_come_apart_again(home, tmp_path):
    load_text(home, tmp_path, "policies", NAMES)
    assert rates(home) == {"Becky": (1, 1), "Stewart": (1, 2), "Stweart": (1, 1), "STEWART": (1, 1)}
    home.merge_agents(["STEWART", "Stweart"], "Stewart")
    assert rates(home) == {"Becky": (1, 1), "Stewart": (3, 4)}
    assert home.alike() == []
    home.rebuild()
    assert rates(home) == {"Becky": (1, 1), "Stewart": (3, 4)}
    home.split_agents(["Stweart"])
    assert rates(home) == {"Becky": (1, 1), "Stewart": (2, 3), "Stweart": (1, 1)}
    with pytest.raises(RequestRefused, match="spelling_unknown"):
        home.merge_agents(["nobody"], "Stewart")


def test_merging_and_undoing_do_not_stand_in_one_command(shell, tmp_path):
    home = Home(shell.home)
    load_text(home, tmp_path, "policies", NAMES)
    home.merge_agents(["Stweart"], "Stewart")
    home.close()
    words = (
        "aliases",
        "--undo",
        "Stweart",
        "--merge",
        "STEWART",
        "--into",
        "Nobody",
    )  # the second would be refused
    assert (
        shell.refused(*words)
        == "One command does one thing: --merge, --undo cannot stand together."
    )
    assert [alias["spelling"] for alias in shell("aliases")["merged"]] == ["Stweart"]


def test_a_merge_holds_for_what_is_loaded_later_and_leaves_no_chain(home, tmp_path):
    load_text(home, tmp_path, "policies", NAMES)
    home.merge_agents(["Stweart"], "Stewart")
    home.merge_agents(["Stewart"], "STEWART")
    assert home.state.aliases() == {"Stewart": "STEWART", "Stweart": "STEWART"}
    load_text(home, tmp_path, "policies", HEADER + "P6,Stweart,2026-04-09,已续\n")
    assert rates(home)["STEWART"] == (4, 5)


def test_a_preview_offers_spellings_against_what_is_there_already(home, tmp_path):
    from analytics.intake.recipe import recipe_from
    from tests.conftest import write

    load_text(home, tmp_path, "policies", NAMES)
    path = write(tmp_path, "new.csv", HEADER + "P9,becky,2026-05-02,已续\n")
    columns = {
        "policy_id": "保单号",
        "agent_id": "工号",
        "due_date": "到期日",
        "outcome": "续保结果",
    }
    preview = home.preview(path, recipe_from({"kind": "policies", "columns": columns}))
    assert [(offer.spelling, offer.agent_id) for offer in preview.alike] == [("becky", "Becky")]


def test_people_without_a_partner_are_counted_and_listed_on_either_side(home, tmp_path):
    load_text(home, tmp_path, "agents", ROSTER + "D4,丁,东,总部,5,500\n")
    receipt = load_text(
        home,
        tmp_path,
        "policies",
        POLICIES + "P11,X9,2026-04-09,已续,2026-04-09,1,1,否,车险,直销,K11,,\n",
        satisfaction_max=5,
    )
    assert ("unmatched_roster_only", {"count": 1, "ids": "D4"}) in receipt.notes
    assert ("unmatched_records_only", {"count": 1, "ids": "X9"}) in receipt.notes
    receipt = load_text(
        home,
        tmp_path,
        "surveys",
        "工号,调查日期,评分\nY8,2026-04-02,5\nA1,2026-04-02,4\n",
        score_max=5,
    )
    assert ("unmatched_records_only", {"count": 1, "ids": "Y8"}) in receipt.notes
    receipt = load_text(
        home, tmp_path, "complaints", "工号,投诉日期,保单号\nA1,2026-04-02,P1\nA1,2026-04-03,P99\n"
    )
    assert ("unmatched_policy_unknown", {"count": 1, "ids": "P99"}) in receipt.notes
    listed = home.warehouse.ask("unmatched")
    assert set(zip(listed["side"], listed["id"], strict=True)) == {
        ("roster_only", "D4"),
        ("records_only", "X9"),
        ("records_only", "Y8"),
        ("policy_unknown", "P99"),
    }


def test_the_receipt_says_whose_figures_of_the_same_months_are_others_now(tiny, tmp_path):
    lines = POLICIES.splitlines()
    changed = (
        "\n".join([lines[0], "P5,A1,2026-04-30,已续,2026-04-30,100,80,是,健康险,门店,K5,,"]) + "\n"
    )
    receipt = load_text(
        tiny, tmp_path, "policies", changed, satisfaction_max=5, as_of=AS_OF + dt.timedelta(days=1)
    )
    assert {
        (change.agent_id, change.measure, change.before, change.after) for change in receipt.changes
    } == {
        ("A1", "renewed_policies", 4, 5),
        ("A1", "renewed_premium", 400, 480),
    }


def test_a_first_load_of_a_month_changes_nobodys_figures(home, tmp_path):
    assert load_text(home, tmp_path, "policies", POLICIES, satisfaction_max=5).changes == ()
