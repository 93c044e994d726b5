"""How firmly agents stand in their quadrants, and what is drawn of their true values."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.insight.certainty import certainty
from analytics.insight.draws import of_agents, the_rate, unknown_spread
from analytics.insight.quadrant import place
from analytics.insight.quadrant_certainty import quadrant_certainty
from tests.present import present
from tests.simulate.figures import evaluated

SIZE = 60


def company(rate, mean, due=400.0, surveys=100.0, deviation=10.0, **more):
    """Sixty agents with these renewal rates and mean answers, whose single answers lie so far from
    their means."""
    rate, mean, due, surveys = (
        np.broadcast_to(np.asarray(part, dtype=float), SIZE).copy()
        for part in (rate, mean, due, surveys)
    )
    renewed, answers = np.round(rate * due), surveys * mean
    people = pd.DataFrame(
        {
            "due_policies": due,
            "renewed_policies": renewed,
            "surveys": surveys,
            "survey_points": answers,
            "survey_points_sq": surveys * (mean**2 + deviation**2),
            **more,
        }
    )
    return evaluated(people, {"renewal_rate": (renewed, due), "satisfaction": (answers, surveys)})


HALF = np.arange(SIZE) < SIZE // 2
APART = np.where(HALF, 0.9, 0.5), np.where(np.arange(SIZE) % 2 == 0, 90.0, 60.0)


def standings(evaluation, **cut):
    sure = quadrant_certainty(evaluation.measured, place(evaluation, **cut))
    return sure, [sure.standing(row) for row in range(SIZE)]


def test_agents_far_from_both_lines_stand_where_they_are_for_certain():
    evaluation = company(*APART)
    sure, told = standings(evaluation, cut="0.7", cut_y="75")
    assert told == ["certain"] * SIZE
    placed = place(evaluation, cut="0.7", cut_y="75").quadrant
    assert placed[:2].tolist() == ["role_model", "service_gap"]
    assert placed[-2:].tolist() == ["sales_gap", "focus"]
    # The likeliest quadrant is the one that the values lie in; the four add up.
    assert sure.likeliest[:2, 0].tolist() == [0, 1]
    assert sure.likeliest[-2:, 0].tolist() == [2, 3]
    assert sure.probability.sum(axis=1) == pytest.approx(np.ones(SIZE))


def test_on_a_line_nobody_is_certain_and_the_two_likeliest_are_named():
    evaluation = company(*APART)
    # The line of the rates lies on what the better half truly reach.
    line = float(present(certainty(evaluation.measured, "renewal_rate")).shrunken[0])
    sure, told = standings(evaluation, cut=str(line), cut_y="75")
    assert set(told[: SIZE // 2]) == {"not_yet"}
    assert sure.probability[0, 0] == pytest.approx(0.5, abs=0.02)
    assert sure.likeliest[0].tolist() in ([0, 2], [2, 0])


def test_too_few_cases_of_ones_own_say_little_whatever_the_others_reach():
    due, surveys = np.full(SIZE, 400.0), np.full(SIZE, 100.0)
    due[0], surveys[2] = 2, 19
    sure, told = standings(company(*APART, due=due, surveys=surveys), cut="0.7", cut_y="75")
    assert (told[0], told[1], told[2]) == ("little", "certain", "little")
    assert not sure.enough[0]
    due[0] = np.nan
    assert standings(company(*APART, due=due), cut="0.7", cut_y="75")[1][0] == "unknown"


def test_equal_agents_are_alike_and_stand_nowhere_for_certain():
    told = standings(company(0.7, 80.0), cut="0.5", cut_y="50")[1]
    assert set(told) <= {"alike", "little"}
    sure = standings(company(0.7, 80.0), cut="0.5", cut_y="50")[0]
    assert (sure.tell_apart, sure.certain.any()) == (False, False)


def test_where_nobody_knows_how_far_answers_lie_apart_nothing_is_known_of_a_quadrant():
    evaluation = company(*APART)
    people = evaluation.people.drop(columns="survey_points_sq")
    bare = replace(evaluation.measured, people=people, agents=replace(evaluation.measured.agents))
    sure = quadrant_certainty(bare, place(evaluation))
    assert {sure.standing(row) for row in range(SIZE)} == {"unknown"}
    assert not sure.known.any()
    assert np.isnan(sure.probability).all()


def test_a_median_line_cuts_true_values_in_their_middle():
    rate = np.linspace(0.5, 0.9, SIZE)
    evaluation = company(rate, APART[1], due=100.0)
    sure = quadrant_certainty(evaluation.measured, place(evaluation))
    high = sure.probability[:, 0] + sure.probability[:, 1]
    assert high.mean() == pytest.approx(0.5, abs=0.01)
    assert (high[-1], high[0]) == (pytest.approx(1, abs=0.01), pytest.approx(0, abs=0.01))


# -- what is drawn ---------------------------------------------------------------------------------


def test_drawn_values_stay_within_what_there_can_be():
    mean = np.where(HALF, 99.0, 1.0)
    evaluation = company(np.where(HALF, 0.99, 0.01), mean, due=10.0, surveys=6.0, deviation=30.0)
    rows, random = np.arange(SIZE), np.random.default_rng(1)
    for name, top in (("satisfaction", 100.0), ("renewal_rate", 1.0)):
        drawn = present(certainty(evaluation.measured, name)).drawn(rows, 400, random)
        assert drawn.min() >= 0
        assert drawn.max() <= top
    # Cut off at the ends, where the law would reach beyond them.
    answers = present(certainty(evaluation.measured, "satisfaction")).drawn(rows, 400, random)
    assert ((answers == 100.0).any(), (answers == 0.0).any()) == (True, True)


def test_the_points_drawn_are_those_of_values_about_what_each_agent_probably_reaches():
    evaluation = company(*APART)
    rows = np.arange(SIZE)
    drawn = dict(of_agents(evaluation, rows, 400))
    catalogue = built_in_catalogue()
    assert set(drawn) == {catalogue.position("renewal_rate"), catalogue.position("satisfaction")}
    rates = drawn[catalogue.position("renewal_rate")]
    assert rates.shape == (400, SIZE)
    # 90 % is full marks, which chance can only take from; 50 % none, to which it can only add.
    assert rates.max() == 100
    assert 90 < rates[:, 0].mean() < 100
    assert 0 < rates[:, -1].mean() < 10
    again = dict(of_agents(evaluation, rows, 400))
    assert all(np.array_equal(drawn[column], again[column]) for column in drawn)


def test_an_indicator_of_weight_whose_spread_nobody_knows_is_named():
    evaluation = company(*APART)
    assert unknown_spread(evaluation) == ()
    ones = np.ones(SIZE)
    people = pd.DataFrame({"due_policies": ones, "renewed_policies": ones})
    days = evaluated(people, {"daily_contacts": (20.0 * ones, ones)})
    assert [indicator.id for indicator in unknown_spread(days)] == ["daily_contacts"]


def test_the_rate_that_premiums_follow_is_that_of_policies():
    catalogue = built_in_catalogue()
    assert the_rate(catalogue) == "renewal_rate"
    others = tuple(
        indicator for indicator in catalogue.indicators if indicator.id != "renewal_rate"
    )
    assert the_rate(replace(catalogue, indicators=others)) is None
