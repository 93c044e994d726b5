"""The commands that are honest about chance, over the sample company, as a shell has them."""

import shutil

import pytest

from tests.conftest import Shell

YEAR = ("--from", "2025-06", "--to", "2026-05")


@pytest.fixture(scope="module")
def asked(sample_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked") / "home"
    shutil.copytree(sample_folder, folder)
    return Shell(folder)


def test_the_funnel_counts_alarms_and_takes_complaints_as_events(asked):
    rates = asked("funnel", *YEAR)
    assert rates["fewest_95"] < rates["fewest_998"]
    assert all(agent["outside_95"] for agent in rates["agents"] if agent["outside_998"])
    complaints = asked("funnel", "--indicator", "complaint_rate", *YEAR)
    assert 0 < complaints["centre"] < 5
    assert "is not a rate of whole cases" in asked.refused("funnel", "--indicator", "satisfaction")


def test_case_mix_gives_expectations_a_waterfall_and_a_split_with_limits(asked):
    view = asked(
        "case-mix",
        "--agent",
        "A1013",
        "--split",
        "--team",
        "星火",
        "--from",
        "2026-01",
        "--to",
        "2026-03",
    )
    steps = {step["step"]: step["value"] for step in view["waterfall"]}
    assert sum(value for step, value in steps.items() if step != "agent") == pytest.approx(
        steps["agent"]
    )
    change = view["change"]
    assert change["mix"] + change["performance"] == pytest.approx(change["total"])
    assert change["mix_limits"][0] <= change["mix"] <= change["mix_limits"][1]
    assert len(view["calibration"]) == 10
    assert "A0000" in asked.refused("case-mix", "--agent", "A0000", *YEAR)


def test_robustness_says_where_each_leader_leads_and_how_far_ranks_reach(asked):
    view = asked("robustness", *YEAR)
    assert sum(leader["share"] for leader in view["leaders"]) == pytest.approx(1)
    assert view["middle_agents_reach"]["data"] > view["middle_agents_reach"]["weights"]
    best = view["agents"][0]
    assert (best["rank"], best["band"]) == (1, 1)
    assert best["weight_low"] <= 1 <= best["weight_high"]
    assert sum(weight["nominal"] for weight in view["weights"]) == pytest.approx(100)


def test_the_probabilities_of_standing_in_the_best_tenth_add_up_to_a_tenth_of_the_agents(asked):
    ranks = asked("robustness", *YEAR)["agents"]
    # Hardly any draw has two equal scores, so just one agent in ten stands there each time.
    assert sum(agent["top_tenth"] for agent in ranks) == pytest.approx(len(ranks) // 10, abs=0.1)


def test_nobody_is_called_steady_or_unsteady_where_there_is_no_last_year_to_hold_the_months_against(
    asked,
):
    year = asked("trends", *YEAR)
    assert (year["rule"], {agent["steady"] for agent in year["agents"]}) == ("exact", {None})
    assert {agent["needed"] for agent in year["agents"]} == {0}
    longer = asked("trends", "--from", "2025-01", "--to", "2026-06")
    assert (longer["rule"], {agent["steady"] for agent in longer["agents"]}) == (
        "seasonal",
        {True, False},
    )


def test_only_a_finding_goes_a_better_or_a_worse_way(asked):
    agents = asked("trends", "--from", "2025-01", "--to", "2026-06")["agents"]
    findings, chance = (
        {agent["better"] for agent in agents if agent["finding"] == side} for side in (True, False)
    )
    assert True in findings <= {True, False}
    assert chance == {None}
    candidates = asked("incentives", "--from", "2025-01", "--to", "2026-06")["candidates"]
    assert {(candidate["finding"], candidate["better"]) for candidate in candidates} == {
        (True, True)
    }


def test_trends_take_any_indicator_and_incentives_only_heavy_ones(asked):
    assert (
        asked("trends", "--indicator", "satisfaction", "--from", "2026-03", "--to", "2026-05")[
            "rule"
        ]
        == "none"
    )
    assert "counts month by month, which ratings" in asked.refused(
        "trends", "--indicator", "communication"
    )
    view = asked("incentives", "--bonus", "2000", "--from", "2025-01", "--to", "2026-05")
    assert view["indicators"][0] == "renewal_rate"
    assert view["budget"] == 2000 * view["people"]
    assert view["paid_by_chance"] == pytest.approx(2000 * view["by_chance"])


def test_fairness_proposes_a_standard_and_compares_definitions(asked):
    view = asked(
        "fairness", "--by", "seniority", "--propose", "renewal_rate", "--market", "0.7", *YEAR
    )
    assert (view["proposal"]["pass_mark"], view["proposal"]["market"]) == (0.7, True)
    assert [0.7, 60.0] in view["proposal"]["knots"]
    assert {rival["definition"] for rival in view["definitions"]} >= {
        "count",
        "portfolio",
        "premium_capped",
    }
    assert {"surplus", "ratio", "low", "high", "enough"} <= set(view["groups"][0])


def test_what_went_with_coaching_nobody_cannot_be_told(asked):
    view = asked("effect", "--from", "2026-03", "--to", "2026-04")
    assert (view["coached"], view["verdict"], view["reason"], view["difference"]) == (
        0,
        "cannot_tell",
        "nobody",
        None,
    )
    assert view["said"][0].startswith("Cannot tell")


def test_the_coaching_list_carries_its_prize_and_a_weak_spot_its_probability(asked):
    row = asked("coaching", *YEAR)["agents"][0]
    assert {"extra_renewals", "extra_low", "extra_high", "extra_premium", "half_renewals"} <= set(
        row
    )
    losses = asked("weak-spots", "--team", "锐进", *YEAR)["losses"]
    assert sum(loss["biggest"] for loss in losses) == pytest.approx(1)


def test_rates_without_counts_are_not_called_independent_policies_but_of_unknown_spread(
    shell, tmp_path
):
    path = tmp_path / "s.csv"
    rows = "\n".join(
        f"A{number},2026-04,{80 + number}%,{80 + number}%,9{number},6{number}%,90,9{number},90"
        for number in range(1, 9)
    )
    path.write_text(
        f"工号,月份,续保率,保费留存率,客户满意度,新客户转续保比例,保险知识,沟通能力,"
        f"解决问题能力\n{rows}\n",
        encoding="utf-8",
    )
    shell("load", path, "--kind", "scoresheet", "--as-of", "2026-06-30")
    view = shell("robustness", "--from", "2026-04", "--to", "2026-04")
    assert {"renewal_rate", "satisfaction"} <= set(view["unknown_spread"])
    assert "nobody knows how far chance carries them" in view["together"]
    assert "independent" not in view["together"]


def test_where_nobody_is_rated_there_is_no_ranking_to_test_and_that_is_said(shell, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\nP2,B2,2026-04-02,未续\n",
        encoding="utf-8",
    )
    shell("load", path, "--as-of", "2026-06-30")
    assert "Nobody is rated in 2026-04" in shell.refused("robustness")
