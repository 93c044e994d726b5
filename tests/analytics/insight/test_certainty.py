"""How sure a value is, kind of spread by kind, with numbers that can be checked by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f_oneway

from analytics.catalogue import built_in_catalogue
from analytics.insight.certainty import certainty, interval, rates
from analytics.insight.fairness import standards_check
from analytics.insight.funnel import funnel
from analytics.insight.proposal import propose
from tests.present import present
from tests.simulate.figures import evaluated, measured

NAN = np.nan


def test_few_agents_are_as_sure_as_jeffreys_prior_makes_each_of_them_alone():
    sure = rates.of_counts(
        "renewal_rate", np.array([3.0, 0.0, 5.0]), np.array([4.0, 0.0, 4.0]), np.ones(3)
    )
    # (3 + ½) ÷ (4 + 1), and √(0.7 · 0.3 ÷ 6); nothing of nothing, and of more renewed than due.
    assert sure.alone == pytest.approx([0.7, NAN, NAN], nan_ok=True)
    assert sure.sd == pytest.approx([0.1870829, NAN, NAN], nan_ok=True)
    assert sure.value == pytest.approx([0.75, NAN, NAN], nan_ok=True)
    assert sure.n.tolist() == [4.0, 0.0, 0.0]
    assert not sure.enough.any()


def test_the_range_of_a_count_is_garwoods_and_unknown_without_cases():
    complaints = built_in_catalogue()["complaint_rate"]
    low, high = interval(
        complaints, np.array([0.0, 10.0, 3.0, NAN]), np.array([50.0, 100.0, 0.0, 9.0])
    )
    # Of none at most 3.689 in truth, of ten from 4.795 to 18.39; per hundred policies.
    assert low == pytest.approx([0.0, 4.795, NAN, NAN], abs=1e-3, nan_ok=True)
    assert high == pytest.approx([7.378, 18.390, NAN, NAN], abs=1e-3, nan_ok=True)


def test_a_mean_of_answers_is_as_sure_as_all_answers_together_say():
    answers = [[60.0, 80.0], [80.0, 100.0], [100.0]]
    people = pd.DataFrame(
        {
            "surveys": [float(len(own)) for own in answers],
            "survey_points": [sum(own) for own in answers],
            "survey_points_sq": [sum(each * each for each in own) for own in answers],
        }
    )
    given = people["survey_points"].to_numpy(), people["surveys"].to_numpy()
    sure = present(certainty(measured(people, {"satisfaction": given}), "satisfaction"))
    # Four hundred within, of two degrees of freedom: √(200 ÷ n), and Student's 4.3027 times that.
    assert sure.sd == pytest.approx([10.0, 10.0, 14.142136])
    assert sure.low == pytest.approx([26.97347, 46.97347, 39.15133])
    assert sure.high == pytest.approx([100.0, 100.0, 100.0])
    assert sure.p_equal == pytest.approx(f_oneway(*answers).pvalue)
    assert not sure.enough.any()


@pytest.fixture(scope="module")
def company():
    """Sixty agents of 100 policies, half of whom renew sixty and half eighty; their targets are 80;
    complaints by the same halves, two and eight of 400."""
    better = np.arange(60) % 2 == 1
    renewed, due = np.where(better, 80.0, 60.0), np.full(60, 100.0)
    complaints = np.where(better, 2.0, 8.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    return measured(
        people,
        {
            "renewal_rate": (renewed, due),
            "renewal_count": (renewed, np.full(60, 80.0)),
            "complaint_rate": (complaints, np.full(60, 400.0)),
        },
    )


def test_a_share_of_the_target_is_as_sure_as_the_rate_behind_it(company):
    rate, share = (present(certainty(company, name)) for name in ("renewal_rate", "renewal_count"))
    # A hundred policies due and a target of eighty: every rate counts for five quarters of it.
    for name in ("value", "low", "high", "shrunken", "sd"):
        assert getattr(share, name) == pytest.approx(getattr(rate, name) * 1.25), name
    assert share.credibility.tolist() == rate.credibility.tolist()
    probability_above = present(share.probability_above)
    likely = probability_above(0.875)  # a rate of 0.7, half way between
    assert (likely[0::2] < 0.05).all()
    assert (likely[1::2] > 0.95).all()
    assert probability_above(-0.1) == pytest.approx(np.ones(60))
    assert probability_above(1.3) == pytest.approx(np.zeros(60))


def test_the_better_quarter_of_true_values_lies_among_the_better_half(company):
    truths = {"renewal_rate": 0.8, "renewal_count": 1.0, "complaint_rate": 2.0}
    for name, truth in truths.items():
        law = present(present(certainty(company, name)).law)
        quarter = present(law(0.75))
        # Towards the middle where two groups do not fit so much better that they are told.
        assert 0.75 * truth < quarter.value < 1.03 * truth, name
        assert quarter.low < quarter.value < quarter.high, name


def test_how_reliable_differences_are_is_the_harmonic_mean_of_how_far_each_value_counts():
    due = np.where(np.arange(60) % 3 == 0, 40.0, 160.0)
    renewed = due * np.where(np.arange(60) % 2 == 0, 0.6, 0.8)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    judged = evaluated(people, {"renewal_rate": (renewed, due)})
    few, many = present(certainty(judged.measured, "renewal_rate")).credibility[:2]
    assert 0.4 < few < many < 1
    checked = standards_check(judged).set_index("indicator")
    # A third of the agents have few policies.
    expected = 1 / ((1 / few + 2 / many) / 3)
    assert checked.loc["renewal_rate", "reliability"] == pytest.approx(expected)


def test_the_chance_of_any_alarm_is_that_not_everybody_keeps_inside_by_chance():
    due, renewed = np.full(60, 100.0), np.full(60, 70.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    drawn = funnel(evaluated(people, {"renewal_rate": (renewed, due)}), "renewal_rate")
    assert drawn.alarm998 == pytest.approx(1 - np.prod(1 - drawn.chance998))
    # Sixty honest agents: hardly ever all within limits that one in twenty leaves.
    assert 0.05 < drawn.alarm998 < 0.2 < 0.8 < drawn.alarm95 < 1
    assert not drawn.outside95.any()


def test_an_indicator_repeats_another_only_where_both_move_together():
    due = np.full(60, 100.0)
    renewed = np.where(np.arange(60) % 2 == 0, 60.0, 80.0)
    apart = np.where(np.arange(60) % 4 < 2, 60.0, 80.0)  # as often with the one as with the other
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    values = {"renewal_rate": (renewed, due), "premium_retention": (apart, due)}
    twins = standards_check(evaluated(people, values)).set_index("indicator")["twin"]
    assert twins["renewal_rate"] == twins["premium_retention"] == ""
    values["premium_retention"] = (renewed - 5.0, due)
    twins = standards_check(evaluated(people, values)).set_index("indicator")["twin"]
    assert twins["renewal_rate"] == "premium_retention"


@pytest.mark.parametrize(("agents", "proposed"), [(29, False), (30, True)])
def test_a_standard_is_proposed_from_thirty_agents_on(agents, proposed):
    due = np.full(agents, 100.0)
    renewed = np.where(np.arange(agents) % 2 == 0, 60.0, 80.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    found = propose(measured(people, {"renewal_rate": (renewed, due)}), "renewal_rate")
    assert (found is not None) == proposed
