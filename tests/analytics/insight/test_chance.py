"""The pages that know of chance: the sample's planted facts are found, equal agents are left in peace."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analytics import sample
from analytics.catalogue import default_scheme
from analytics.desk import Desk, Identity
from analytics.errors import RequestRefused
from analytics.evaluation import evaluate
from analytics.home import Home
from analytics.insight.case_mix import case_mix, change, waterfall
from analytics.insight.certainty import certainty, quadrant_certainty
from analytics.insight.effect import proof
from analytics.insight.fairness import groups, radar, standards_check
from analytics.insight.funnel import funnel
from analytics.insight.quadrant import place
from analytics.insight.robustness import (
    always_ahead,
    bands,
    category_scores,
    effective_weights,
    robustness,
    share_ahead,
)
from analytics.insight.trends import trends
from analytics.insight.weak_spots import team_losses
from analytics.model import Filters, Period
from analytics.sample.company import GIVEN_HARD, IMPROVING
from tests.conftest import load_text

CLOSED = Period(dt.date(2025, 1, 1), dt.date(2026, 5, 1))
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))


def agent(index):
    return f"A{1001 + index}"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("company") / "home")
    sample.load(home)
    yield Desk(home, Identity())
    home.close()


@pytest.fixture(scope="module")
def judged(company):
    return company.evaluation(Filters(CLOSED), default_scheme())


@pytest.fixture
def equals(home, tmp_path):
    """Forty agents who are all the same: eighty percent, four of five points."""
    random = np.random.default_rng(2)
    rows = ["保单号,工号,到期日,续保结果,满意度"]
    for one in range(40):
        for at in range(30):
            rows.append(
                f"P{one}-{at},B{one:02d},2026-04-{1 + at % 28:02d},{'已续' if random.random() < 0.8 else '未续'},{random.choice([3, 4, 5])}"
            )
    load_text(home, tmp_path, "policies", "\n".join(rows) + "\n", satisfaction_max=5)
    return Desk(home, Identity()).evaluation(Filters(APRIL), default_scheme())


def test_equal_agents_are_not_told_apart_and_hardly_one_is_placed(equals):
    chance = quadrant_certainty(equals.measured, place(equals))
    assert not chance.tell_apart
    assert chance.certain.mean() < 0.15
    assert chance.probability.sum(axis=1) == pytest.approx(1)
    assert funnel(equals, "renewal_rate").outside998.sum() <= 1


def test_the_samples_agents_differ_and_those_certain_are_stated_at_eighty_percent_or_more(judged):
    chance = quadrant_certainty(judged.measured, place(judged))
    assert chance.tell_apart
    assert 20 < chance.certain.sum() < 120
    assert chance.probability[chance.certain].max(axis=1).min() >= 0.8


def test_the_team_strong_in_results_and_weak_in_service_is_found(judged):
    losses = team_losses(judged)
    teams = losses[losses.index.notna()]
    assert teams["satisfaction"].idxmax() == "锐进"
    assert teams["renewal_rate"].idxmin() == "锐进"


def test_the_hard_channel_explains_the_case_mix_victims(company):
    found = case_mix(company.cases(CLOSED))
    table = found.agents.set_index("agent_id")
    victims = table.loc[[agent(at) for at in GIVEN_HARD]]
    assert (victims["expected_rate"] < table["expected_rate"].quantile(0.05)).all()
    assert (victims["rate"] < table["rate"].quantile(0.35)).all()
    assert (victims["difference"] > -victims["n"] * 0.03).all()  # weak figures, but not weak for these books
    assert found.agents["expected"].sum() == pytest.approx(found.agents["observed"].sum(), rel=1e-3)
    steps = waterfall(found, agent(GIVEN_HARD[0])).set_index("step")["value"]
    assert steps["channel"] == steps.drop(["company", "agent"]).min()
    assert steps.drop("agent").sum() == pytest.approx(steps["agent"])


def test_an_improving_agent_is_found_and_nobody_who_was_not_planted(company):
    found = trends(company.monthly(CLOSED))
    improving = set(found.improving["agent_id"])
    assert improving
    assert improving <= {agent(at) for at in IMPROVING}


def test_three_months_show_no_trend(company):
    found = trends(company.monthly(Period(dt.date(2026, 3, 1), dt.date(2026, 5, 1))))
    assert found.rule == "none"
    assert not found.agents["finding"].any()


def test_a_change_splits_into_mix_and_performance(company):
    cases = company.cases(CLOSED)
    first, second = cases[cases["channel"] == "直销"], cases[cases["channel"] == "电销转介"]
    found = change(first, second, by=("channel",)).split
    assert found.performance == pytest.approx(0)
    assert found.total == pytest.approx(found.mix)
    assert found.unmatched == 2


def test_the_cases_of_the_model_are_the_closed_policies_of_the_rollup(company, judged):
    cases = company.cases(CLOSED)
    assert len(cases) == judged.measured.totals["due_policies"]
    assert cases["renewed"].sum() == judged.measured.totals["renewed_policies"]


def test_a_range_of_ranks_holds_the_rank_and_bands_begin_where_no_range_reaches_back(judged):
    found = robustness(judged).ranks
    assert (found["rank_low"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_high"]).all()
    assert bands(np.array([1, 1, 3, 6]), np.array([2, 4, 5, 7])).tolist() == [1, 1, 1, 2]


def test_ahead_under_every_weighting_is_three_comparisons(judged):
    scores = np.array([[90, 80, 70], [80, 70, 60], [95, 60, 60], [90, 80, np.nan]])
    assert always_ahead(scores, 0, 1) is True
    assert always_ahead(scores, 0, 2) is True
    assert always_ahead(np.array([[99, 60, 60], [90, 80, 70]]), 0, 1) is False
    assert always_ahead(scores, 0, 3) is None
    assert share_ahead(scores, 0, 1) == 1
    assert category_scores(judged).shape == (len(judged.people), 3)


def test_effective_weights_add_up_and_so_do_nominal_ones(judged):
    found = effective_weights(judged)
    assert found["nominal"].sum() == pytest.approx(100)
    assert found["shapley"].sum() == pytest.approx(100)
    assert (found["shapley"] >= -1e-9).all()


def test_a_ceiling_is_flagged_and_a_small_group_cannot_tell(judged):
    table = standards_check(judged).set_index("indicator")
    assert table.loc["complaint_rate", "n"] == len(judged.people)
    of = {str(one): "few" if at < 5 else "many" for at, one in enumerate(judged.people["agent_id"])}
    found = groups(judged, of).set_index("group")
    assert (bool(found.loc["few", "enough"]), bool(found.loc["many", "enough"])) == (False, True)


def test_rival_definitions_come_from_the_same_sums():
    found = radar(
        {
            "renewed_policies": 8,
            "due_policies": 10,
            "late_renewals": 1,
            "open_policies": 6,
            "renewed_premium": 90,
            "retained_premium": 80,
            "due_premium": 100,
        }
    ).set_index("definition")["rate"]
    assert found.to_dict() == {
        "count": 0.8,
        "late_included": 0.9,
        "open_included": 0.5,
        "premium": 0.9,
        "premium_capped": 0.8,
    }


def test_few_coached_agents_prove_nothing_and_that_is_said(company):
    before = company.evaluation(Filters(Period(dt.date(2025, 7, 1), dt.date(2025, 12, 1))), default_scheme())
    after = company.evaluation(Filters(Period(dt.date(2026, 1, 1), dt.date(2026, 5, 1))), default_scheme())
    some = proof(before, after, [agent(at) for at in (1, 2, 3, 4)])
    assert not some.told
    nobody = proof(before, after, [])
    assert (nobody.effect, nobody.coached) == (None, 0)
    many = proof(before, after, [agent(at) for at in range(0, 120, 3)])
    assert many.told
    assert many.effect.low <= 0 <= many.effect.high  # nobody was coached in the sample
    assert many.effect.detectable > 0


def test_what_has_no_spread_has_no_certainty_and_a_funnel_needs_whole_cases(judged):
    assert certainty(judged.measured, "renewal_premium") is None
    with pytest.raises(RequestRefused, match="not_a_rate"):
        funnel(judged, "satisfaction")
    with pytest.raises(RequestRefused, match="no_case_mix"):
        case_mix(pd.DataFrame({"agent_id": ["a", "b"], "renewed": [1, 1], "product": ["x", "y"]}))


def test_one_agent_alone_crashes_nothing(home, tmp_path):
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\n")
    only = evaluate(home.measure(Filters(APRIL)), default_scheme())
    assert certainty(only.measured, "renewal_rate").p_equal == 1
    assert not quadrant_certainty(only.measured, place(only)).known.any()
    assert funnel(only, "renewal_rate").n.tolist() == [1]
    assert robustness(only).ranks.empty
