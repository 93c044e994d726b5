"""What an agent's own sheet tells of others: nothing behind which fewer than five others' values
stand."""

import datetime as dt
import shutil

import pandas as pd
import pytest

from analytics.desk import Desk
from analytics.home import Home
from analytics.insight.own_eyes import for_own_eyes
from analytics.model import Filters, Period
from analytics.people import Account
from analytics.reports import sheets
from tests.conftest import Shell, closed_home, load_text

APRIL, MAY = dt.date(2026, 4, 1), dt.date(2026, 5, 1)
IN_MAY = Period(MAY, MAY)
EVERYBODY = [f"A{number}" for number in range(7)]
# Seven of one team hold a policy each in April, and in May; in April only A0, A1 and A2 have
# first-year customers; surveys in May are about A0 and five others, assessments about A1 alone.
ROWS = "".join(
    f"P{agent}{month},{agent},2026-0{month}-10,{'已续' if number % 2 else '未续'},"
    f"{'是' if month == 5 or number < 3 else ''}\n"
    for number, agent in enumerate(EVERYBODY)
    for month in (4, 5)
)


def load_team(home, folder):
    load_text(home, folder, "policies", f"保单号,工号,到期日,续保结果,首年客户\n{ROWS}")
    load_text(
        home,
        folder,
        "agents",
        "工号,姓名,团队\n" + "".join(f"{person},名{person},东\n" for person in EVERYBODY),
    )
    load_text(
        home,
        folder,
        "surveys",
        "工号,调查日期,评分\n"
        + "".join(
            f"{person},2026-05-09,8{number}\n" for number, person in enumerate(EVERYBODY[:6])
        ),
        score_max=100,
    )
    load_text(
        home,
        folder,
        "assessments",
        "工号,评定日期,项目,分数\nA1,2026-05-20,保险知识,77\n",
        score_max=100,
    )
    home.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("a0@x.cn", "agent", agent_id="A0")], "setup"
    )
    for month in (APRIL, MAY):
        home.state.periods.publish(month, month, "boss@x.cn")


@pytest.fixture
def team(made_once, tmp_path):
    made = made_once(
        "team", lambda folder: closed_home(folder, lambda home: load_team(home, folder))
    )
    shutil.copytree(made / "home", tmp_path / "home")
    home = Home(tmp_path / "home")
    yield home
    home.close()


def seen(home):
    desk = Desk(home, "a0@x.cn")
    return desk.shown_sheet(desk.around(Filters(IN_MAY)), "A0")


def test_a_teams_median_of_five_others_is_told_and_one_colleagues_mark_is_not(team):
    medians = {indicator["id"]: indicator["team_median"] for indicator in seen(team)["indicators"]}
    assert medians["renewal_rate"] == 0.0  # four of seven lost theirs
    assert medians["satisfaction"] == 82.5  # 80 … 85, five of them others'
    assert medians["insurance_knowledge"] is None
    whole = Desk(team, "boss@x.cn")
    told = whole.shown_sheet(whole.around(Filters(IN_MAY)), "A0")["indicators"]
    medians = {indicator["id"]: indicator["team_median"] for indicator in told}
    assert medians["insurance_knowledge"] == 77


def test_a_teams_month_is_told_only_where_five_others_have_a_value_of_the_very_indicator(team):
    shown = {
        (point["month"], point["indicator"])
        for point in seen(team)["trend"]
        if point["whose"] == "team"
    }
    assert {
        ("2026-04", "renewal_rate"),
        ("2026-05", "renewal_rate"),
        ("2026-05", "new_conversion"),
    } <= shown
    assert ("2026-04", "new_conversion") not in shown  # of two others


def test_the_companys_line_is_told_only_where_five_others_stand_behind_it(team, tmp_path):
    cut = seen(team)["cut"]
    assert (cut["x"][1], cut["y"][1]) == (0.0, 82.5)
    load = int(Desk(team).loads()["load_id"].iloc[2])
    Desk(team).withdraw(load)
    load_text(
        team,
        tmp_path,
        "surveys",
        "工号,调查日期,评分\nA0,2026-05-09,80\nA1,2026-05-09,90\n",
        score_max=100,
    )
    sheet = seen(team)
    assert sheet["cut"]["y"][1] is None
    assert "85" not in sheets.meaning(
        sheet, "en"
    )  # the median of the two, from which the other's 90 would follow


def test_a_closed_sheet_hides_as_much_and_so_does_the_command(team):
    Desk(team, "boss@x.cn").close_sheets(Filters(IN_MAY), ["A0"])
    closed = seen(team)
    assert closed["closed"] is not None
    assert not [
        point
        for point in closed["trend"]
        if point["whose"] == "team" and (point["others"] or 0) < 5
    ]
    team.close()
    told = Shell(team.folder)(
        "sheet", "A0", "--from", "2026-05", "--to", "2026-05", "--as", "a0@x.cn"
    )
    assert (told["cut"], told["trend"]) == (closed["cut"], closed["trend"])


# Six without a target: what stands in for one is the median of their premiums, 0, 10, 20, 30, 40
# and 50.
def without_targets(home, tmp_path, count):
    lines = "".join(
        f"P{number},A{number},2026-05-10,已续,2026-05-01,100,{10 * number}\n"
        for number in range(count)
    )
    load_text(
        home,
        tmp_path,
        "policies",
        f"保单号,工号,到期日,续保结果,续保日期,应续保费,续保保费\n{lines}",
    )
    home.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("a1@x.cn", "agent", agent_id="A1")], "setup"
    )
    home.state.periods.publish(MAY, MAY, "boss@x.cn")


def premium_of(desk):
    """What the sheet says of A1's renewal premium, of what it was held against, and what the
    records behind it say of that."""
    shown = desk.shown_sheet(desk.around(Filters(IN_MAY)), "A1")
    item = next(
        indicator for indicator in shown["indicators"] if indicator["id"] == "renewal_premium"
    )
    behind = desk.records("A1", "renewal_premium", Filters(IN_MAY)).tables["targets"]
    return (
        item,
        shown,
        [None if pd.isna(target) else float(target) for target in behind["target_premium_filled"]],
    )


def test_what_stands_in_for_a_target_is_told_where_five_others_stand_behind_it(home, tmp_path):
    without_targets(home, tmp_path, 6)
    item, shown, behind = premium_of(Desk(home, "a1@x.cn"))
    assert (item["value"], item["denominator"], shown["targets"][0]["premium"], behind) == (
        0.4,
        25.0,
        25.0,
        [25.0],
    )


def test_what_stands_in_for_a_target_is_told_to_nobody_who_could_count_a_colleagues_value_from_it(
    home, tmp_path
):
    without_targets(home, tmp_path, 2)  # the median of the two is 5: the other's 0 would follow
    item, shown, behind = premium_of(Desk(home, "a1@x.cn"))
    assert (item["numerator"], item["value"], item["denominator"], behind) == (
        10.0,
        None,
        None,
        [None],
    )
    assert shown["targets"][0]["premium"] is None
    assert "Fewer than five others" in sheets.targets_line(shown, "en")
    assert item["points"] is not None  # the mark is their own
    boss = premium_of(Desk(home, "boss@x.cn"))
    assert (boss[0]["denominator"], boss[1]["targets"][0]["premium"], boss[2]) == (5.0, 5.0, [5.0])
    assert "Fewer than five others" not in sheets.targets_line(boss[1], "en")


def test_a_sheet_is_still_the_one_that_was_read_for_its_agent_and_for_the_manager_who_sees_more(
    home, tmp_path
):
    without_targets(home, tmp_path, 2)
    Desk(home, "a1@x.cn").confirm_read("A1", IN_MAY)
    for who in ("a1@x.cn", "boss@x.cn"):
        assert premium_of(Desk(home, who))[1]["read"]["changed_since"] is False


def test_one_channels_median_is_told_no_sooner_than_the_companys(home, tmp_path):
    lines = "".join(
        f"P{number},A{number},2026-05-10,已续,2026-05-01,100,{10 * number},"
        f"{'直销' if number < 2 else '门店'}\n"
        for number in range(6)
    )
    load_text(
        home,
        tmp_path,
        "policies",
        f"保单号,工号,到期日,续保结果,续保日期,应续保费,续保保费,渠道\n{lines}",
    )
    home.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("a1@x.cn", "agent", agent_id="A1")], "setup"
    )
    home.state.periods.publish(MAY, MAY, "boss@x.cn")
    desk = Desk(home, "a1@x.cn")
    shown = desk.shown_sheet(desk.around(Filters(IN_MAY, channel="直销")), "A1")
    item = next(
        indicator for indicator in shown["indicators"] if indicator["id"] == "renewal_premium"
    )
    assert (item["value"], item["denominator"]) == (None, None)


def test_a_sheet_closed_before_others_were_counted_tells_nothing_of_them(team):
    from analytics.insight.own_eyes import for_own_eyes

    desk = Desk(team, "boss@x.cn")
    kept = desk.shown_sheet(desk.around(Filters(IN_MAY)), "A0")
    kept["cut"].pop("others")
    for point in kept["trend"]:
        point.pop("others", None)
    own = for_own_eyes(kept, [IN_MAY, Period(APRIL, APRIL)])
    assert (own["cut"]["x"][1], own["cut"]["y"][1]) == (None, None)
    assert {point["whose"] for point in own["trend"]} == {"agent"}


def test_a_rank_is_told_among_five_others_who_are_rated_and_not_among_four(team):
    whole = Desk(team, "boss@x.cn")
    sheet = {
        **whole.live_sheet(whole.around(Filters(IN_MAY)), "A0"),
        "score": 80.0,
        "grade": "B",
        "rank": 2,
    }
    assert for_own_eyes({**sheet, "rated": 6}, [IN_MAY])["rank"] == 2
    told = for_own_eyes({**sheet, "rated": 5}, [IN_MAY])
    assert told["rank"] is None
    assert dict(sheets.verdict(told, "en"))["Rank"] == "told only where at least 5 others are rated"
