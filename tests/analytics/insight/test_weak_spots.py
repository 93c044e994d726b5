"""Where the tiny company loses points, every window closed; by hand."""

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.errors import RequestRefused
from analytics.evaluation import evaluate, measure
from analytics.insight.weak_spots import (
    agents_behind,
    best_of_teams,
    better_quarter,
    biggest,
    gaps_to_market,
    losses_of,
    recoverable,
    team_losses,
)
from analytics.model import Filters, Period, Scope
from tests.simulate.figures import APRIL, evaluated, measured

RATE = "renewal_rate"


def judged(home, **filters):
    figures = measure(
        home.warehouse, home.settings, Filters(APRIL, **filters), built_in_catalogue()
    )
    return evaluate(figures, default_scheme())


def test_every_team_and_the_company_lose_by_their_own_pooled_figures(settled):
    losses = team_losses(judged(settled))
    assert losses.index.tolist()[:2] == ["东", "西"]
    assert pd.isna(losses.index[2])
    # 4 of 5 earn 80; 1 of 4 nothing; 5 of 9 (0.5556 − 0.5) ÷ 0.2 · 60. No rating: 87 of 100 weigh.
    weight = {"东": judged(settled).teams.weight[0, 0], "西": judged(settled).teams.weight[1, 0]}
    assert losses.loc["东", RATE] == pytest.approx(weight["东"] * 0.2)
    assert losses.loc["西", RATE] == pytest.approx(weight["西"])
    whole = judged(settled).company.weight[0, 0]
    points = (5 / 9 - 0.5) / 0.2 * 60
    assert losses.iloc[2][RATE] == pytest.approx(whole * (1 - points / 100))


def test_a_loss_stands_beside_the_companys_the_best_teams_and_its_own_weight(settled):
    evaluation = judged(settled)
    of_west = losses_of(evaluation, "西").set_index("indicator").loc[RATE]
    every = team_losses(evaluation)[RATE]
    assert of_west["team"] == every.iloc[1]
    assert of_west["company"] == every.iloc[2]
    assert of_west["best"] == every.iloc[0]
    assert of_west["per_weight"] == pytest.approx(1)  # all of its weight is lost
    assert np.isnan(of_west["biggest"])  # two agents are too few to say
    of_company = losses_of(evaluation, None).set_index("indicator").loc[RATE]
    assert of_company["team"] == of_company["company"] == every.iloc[2]


def test_losses_are_listed_from_the_largest_and_without_what_nobody_has(settled):
    listed = losses_of(judged(settled), "西")
    assert listed["team"].is_monotonic_decreasing
    assert not {"new_conversion", "communication"} & set(listed["indicator"])
    assert set(listed["indicator"]) >= {RATE, "complaint_rate", "renewal_cycle"}


def test_the_best_team_loses_least_whoever_may_see_which(settled):
    whole = best_of_teams(judged(settled))
    mine = best_of_teams(judged(settled, scope=Scope(teams=("西",))))
    assert np.array_equal(whole, mine, equal_nan=True)
    assert np.isnan(whole[built_in_catalogue().position("communication")])


def test_a_team_outside_the_scope_is_unknown_and_only_ones_own_are_named(settled):
    evaluation = judged(settled, scope=Scope(teams=("西",)))
    with pytest.raises(RequestRefused, match="team_unknown") as refused:
        losses_of(evaluation, "东")
    assert refused.value.facts["known"] == ["西"]
    with pytest.raises(RequestRefused, match="team_unknown"):
        losses_of(evaluation, "南")
    assert team_losses(evaluation).index.dropna().tolist() == ["西"]


def test_a_gap_to_the_market_is_the_weight_of_the_points_between_both(settled):
    evaluation = judged(settled)
    catalogue = built_in_catalogue()
    # The market's 80 % earn 80 points, 西 nothing and 东 as many; 90 % earn 100.
    gaps = gaps_to_market(evaluation, "西", {RATE: 0.8, "charm": 1.0})
    weight = evaluation.teams.weight[:, catalogue.position(RATE)]
    assert gaps[RATE] == pytest.approx(weight[1] * 0.8)
    assert gaps.notna().sum() == 1
    assert gaps_to_market(evaluation, "东", {RATE: 0.8})[RATE] == pytest.approx(0)
    assert gaps_to_market(evaluation, "东", {RATE: 0.7})[RATE] == pytest.approx(-weight[0] * 0.2)
    whole = gaps_to_market(evaluation, None, {RATE: 0.9})[RATE]
    points = (5 / 9 - 0.5) / 0.2 * 60
    company = evaluation.company.weight[0, catalogue.position(RATE)]
    assert whole == pytest.approx(company * (100 - points) / 100)


def test_the_agents_behind_a_loss_are_those_of_the_team_and_of_the_scope(settled):
    evaluation = judged(settled)
    everybody = agents_behind(evaluation, None, RATE)
    # Cy and Bo lose all, Cy more of it: his score rests on fewer indicators.
    assert everybody["agent_id"].tolist() == ["C3", "B2", "A1"]
    assert everybody["lost"].is_monotonic_decreasing
    assert everybody["points"].tolist() == [0, 0, 80]
    assert everybody["due_policies"].tolist() == [1, 3, 5]
    assert agents_behind(evaluation, "东", RATE)["agent_id"].tolist() == ["A1"]
    # Nobody surveyed Cy.
    assert agents_behind(evaluation, "西", "satisfaction")["agent_id"].tolist() == ["B2"]
    mine = judged(settled, scope=Scope(agent_id="B2"))
    assert agents_behind(mine, None, RATE)["agent_id"].tolist() == ["B2"]


def test_the_better_quarter_of_values_without_a_known_spread_is_their_quantile():
    catalogue = built_in_catalogue()
    values, ones = np.arange(1.0, 41.0), np.ones(40)
    people = pd.DataFrame({"due_policies": ones})
    of = measured(people, {"daily_contacts": (values, ones), "renewal_cycle": (values, ones)})
    assert better_quarter(of, catalogue["daily_contacts"]) == 30.25
    assert better_quarter(of, catalogue["renewal_cycle"]) == 10.75
    assert np.isnan(better_quarter(of, catalogue["communication"]))


def test_what_is_recoverable_is_never_negative_and_unknown_without_values(settled):
    evaluation, catalogue = judged(settled), built_in_catalogue()
    west, east = recoverable(evaluation, "西"), recoverable(evaluation, "东")
    cycle, weight = catalogue.position("renewal_cycle"), evaluation.teams.weight
    # Cycles of 15 and 2 days: the better quarter, from below, is 5.25, full marks as the team's 2.
    assert west[cycle] == 0
    assert np.isnan(west[catalogue.position("communication")])
    assert (np.nan_to_num(east) >= 0).all()
    assert (np.nan_to_num(east) <= np.nan_to_num(weight[0])).all()


def test_a_period_without_figures_has_no_teams_and_loses_nothing(settled):
    nothing = Period(APRIL.first.replace(year=2025), APRIL.first.replace(year=2025))
    figures = measure(settled.warehouse, settled.settings, Filters(nothing), built_in_catalogue())
    losses = team_losses(evaluate(figures, default_scheme()))
    assert losses.index.isna().tolist() == [True]
    assert losses.isna().all().all()


@pytest.mark.parametrize(
    ("agents", "policies", "renewed", "chance"),
    [
        # Full marks from 90 % on, which a thousand of a thousand never fall short of.
        (5, 1000, 1000, 0),
        (5, 1000, 500, 1),
        (5, 20, 10, 1),
        (5, 19, 10, None),  # 95 policies
        (4, 1000, 500, None),
    ],
)
def test_the_largest_loss_has_a_chance_from_five_agents_and_a_hundred_policies_on(
    agents, policies, renewed, chance
):
    due, kept = np.full(agents, float(policies)), np.full(agents, float(renewed))
    people = pd.DataFrame({"due_policies": due, "renewed_policies": kept})
    told = biggest(evaluated(people, {RATE: (kept, due)}), None)
    column = built_in_catalogue().position(RATE)
    assert np.isnan(np.delete(told, column)).all()
    assert np.isnan(told[column]) if chance is None else told[column] == chance


def test_two_losses_that_are_always_the_same_share_the_place():
    ones = np.ones(5)
    people = pd.DataFrame({"due_policies": 1000 * ones, "renewed_policies": 0 * ones})
    counts = (0 * ones, 1000 * ones)
    # Neither earns a point: what weighs more loses more, 35 of 100 and 10 of 100 in its category.
    told = biggest(evaluated(people, {RATE: counts, "new_conversion": counts}), None)
    catalogue = built_in_catalogue()
    assert (told[catalogue.position(RATE)], told[catalogue.position("new_conversion")]) == (1, 0)
    alike = biggest(
        evaluated(people, {"premium_retention": counts, "new_conversion": counts}), None
    )
    names = ("premium_retention", "new_conversion")
    assert [alike[catalogue.position(name)] for name in names] == [0.5, 0.5]
