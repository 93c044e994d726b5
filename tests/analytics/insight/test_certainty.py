"""How sure a value is, kind of spread by kind, with numbers that can be checked by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, f_oneway

from analytics.catalogue import built_in_catalogue
from analytics.insight.certainty import certainty, counts, interval, means, rates
from analytics.insight.certainty.base import Pooled, Posterior
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
    proposal = propose(measured(people, {"renewal_rate": (renewed, due)}), "renewal_rate")
    assert (proposal is not None) == proposed


# -- few agents, groups, and whether all are equal -------------------------------------------------


def complaints(events, cases):
    """Agents with so many complaints over so many policies."""
    people = pd.DataFrame({"due_policies": np.array(cases)})
    return measured(people, {"complaint_rate": (np.array(events), np.array(cases))})


def test_few_agents_counts_are_as_sure_as_jeffreys_prior_makes_each_of_them_alone():
    sure = present(certainty(complaints([0.0, 2.0, NAN], [50.0, 100.0, NAN]), "complaint_rate"))
    assert sure.value == pytest.approx([0.0, 2.0, NAN], nan_ok=True)
    # (0 + ½) ÷ 50 and (2 + ½) ÷ 100 per hundred; √(0 + ½) and √(2 + ½) likewise.
    assert sure.shrunken == pytest.approx([1.0, 2.5, NAN], nan_ok=True)
    assert sure.sd == pytest.approx([1.41421, 1.58114, NAN], abs=1e-4, nan_ok=True)
    assert sure.n.tolist() == [50, 100, 0]
    assert np.isnan(sure.credibility).all()
    # Above three per hundred: a Gamma of ½ beyond 1.5, one of 2½ beyond 3.
    expected = [chi2.sf(3.0, 1), chi2.sf(6.0, 5), NAN]
    assert sure.above(3.0) == pytest.approx(expected, nan_ok=True)


def test_a_count_places_nobody_below_five_events_that_were_expected():
    # One complaint in a hundred everywhere: 499 policies expect 4.99 of them, 500 five.
    sure = present(certainty(complaints([4.99, 5.0], [499.0, 500.0]), "complaint_rate"))
    assert sure.enough.tolist() == [False, True]


def test_many_agents_counts_are_drawn_towards_everybodys_the_fewer_cases_they_rest_on():
    cases = np.where(np.arange(60) < 30, 400.0, 100.0)
    events = np.where(np.arange(60) % 2 == 0, 0.02, 0.08) * cases
    sure = present(certainty(complaints(events, cases), "complaint_rate"))
    assert sure.differ
    assert 0 < sure.credibility[-1] < sure.credibility[0] < 1
    common = 100 * events.sum() / cases.sum()
    assert common == pytest.approx(5)
    # Z of the way from the common frequency to one's own.
    own = np.where(np.arange(60) % 2 == 0, 2.0, 8.0)
    assert sure.shrunken == pytest.approx(common + sure.credibility * (own - common), rel=0.02)
    assert sure.above(5.0)[0] < 0.05
    assert sure.above(5.0)[1] > 0.95


@pytest.mark.parametrize(
    ("observed", "expected", "p"),
    [
        # (10 − 20)² ÷ 20 twice are 10, of one degree of freedom.
        ([10.0, 30.0], [20.0, 20.0], chi2.sf(10.0, 1)),
        ([20.0, 20.0], [20.0, 20.0], 1.0),
        ([0.0, 0.0], [0.0, 0.0], 1.0),
        ([3.0], [3.0], 1.0),
    ],
)
def test_equal_counts_are_told_from_unequal_ones_by_their_distance(observed, expected, p):
    assert counts.equal(np.array(observed), np.array(expected)) == pytest.approx(p)


def test_rare_events_are_drawn_anew_where_the_distance_would_mislead():
    # All four on one of four alike: by chance one of 4³ times.
    p = counts.equal(np.array([4.0, 0.0, 0.0, 0.0]), np.ones(4))
    assert p == pytest.approx(4 / 4**4, abs=0.02)
    assert p >= 1 / 400
    assert counts.equal(np.ones(4), np.ones(4)) == 1


@pytest.mark.parametrize(
    ("kind", "indicator", "x", "n", "mean"),
    [
        # (1 + ½) ÷ (4 + 1); (3 + ½) per 70 of a hundred.
        (rates, "renewal_rate", [1.0, NAN], [4.0, NAN], 0.3),
        (counts, "complaint_rate", [3.0, 3.0], [70.0, 0.0], 5.0),
    ],
)
def test_groups_are_drawn_from_their_own_counts_and_half_a_case_to_each_side(
    kind, indicator, x, n, mean
):
    pooled = Pooled(built_in_catalogue()[indicator], np.array(x), np.array(n), {})
    drawn = kind.drawn_pooled(pooled, 20_000, np.random.default_rng(1))
    assert drawn.shape == (20_000, 2)
    assert drawn[:, 0].mean() == pytest.approx(mean, rel=0.02)
    assert np.isnan(drawn[:, 1]).all()


def test_a_groups_mean_answer_is_drawn_with_the_companys_spread_and_stays_within_a_hundred():
    # Answers of 60 and 100 as often: twenty on either side of 80.
    totals = {"surveys": 10.0, "survey_points": 800.0, "survey_points_sq": 68_000.0}
    satisfaction = built_in_catalogue()["satisfaction"]
    pooled = Pooled(satisfaction, np.array([320.0, 100.0]), np.array([4.0, 1.0]), totals)
    drawn = present(means.drawn_pooled(pooled, 20_000, np.random.default_rng(1)))
    assert drawn[:, 0].mean() == pytest.approx(80, abs=0.3)
    assert drawn[:, 0].std() == pytest.approx(20 / 2, rel=0.05)
    assert drawn[:, 1].max() == 100
    assert (
        means.drawn_pooled(
            Pooled(satisfaction, pooled.numerator, pooled.denominator, {}),
            2,
            np.random.default_rng(1),
        )
        is None
    )


def test_the_range_of_a_mean_is_students_from_five_answers_that_differ_on():
    satisfaction = built_in_catalogue()["satisfaction"]
    n = np.array([5.0, 4.0, 5.0])
    # Five answers of 60, 70, 80, 90 and 100; four of them; five times 80.
    total = np.array([400.0, 300.0, 400.0])
    squares = np.array([33_000.0, 23_000.0, 32_000.0])
    low, high = interval(satisfaction, total, n, squares)
    # √(200 ÷ 4) = 7.07, Student's 2.7764 times that on either side of 80.
    assert low == pytest.approx([60.3677, NAN, NAN], abs=1e-3, nan_ok=True)
    assert high == pytest.approx([99.6323, NAN, NAN], abs=1e-3, nan_ok=True)
    assert np.isnan(interval(satisfaction, total, n)).all()
    # Three of 79.5 and three of 80.5: √(0.25 ÷ 5), Student's 2.5706 times that.
    close = interval(satisfaction, np.array([480.0]), np.array([6.0]), np.array([38_401.5]))
    assert np.ravel(close) == pytest.approx([79.4252, 80.5748], abs=1e-3)
    alike = np.array([30.0]), np.array([30 * 87.3]), np.array([30 * 87.3**2 + 1e-9])
    assert np.isnan(interval(satisfaction, alike[1], alike[0], alike[2])).all()


def test_renewals_that_are_decided_together_have_the_range_of_fewer():
    rate = built_in_catalogue()["renewal_rate"]
    half = interval(rate, np.array([40.0]), np.array([50.0]), together=2.0)
    alone = interval(rate, np.array([20.0]), np.array([25.0]))
    assert np.array(half).ravel() == pytest.approx(np.array(alone).ravel())
    # More renewed than due, nobody knows how many, and of none.
    assert np.isnan(interval(rate, np.array([6.0, NAN, 1.0]), np.array([5.0, 5.0, 0.0]))).all()


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([[80.0, 80.0], [80.0]], False),  # all the same
        ([[87.3] * 30, [87.3] * 11], False),  # also where binary fractions say otherwise
        ([[87.3] * 30, [60.0] * 11], False),
        ([[80.0], [60.0]], False),  # nobody twice
        ([[80.0, 60.0]], False),  # one agent
        ([[80.0, 60.0], []], False),
        ([[80.0, 60.0], [70.0]], True),
    ],
)
def test_how_far_answers_lie_apart_is_known_of_two_agents_who_differ_within(answers, told):
    people = pd.DataFrame(
        {
            "surveys": [float(len(own)) for own in answers],
            "survey_points": [sum(own) for own in answers],
            "survey_points_sq": [sum(each * each for each in own) for own in answers],
        }
    )
    given = people["survey_points"].to_numpy(), people["surveys"].replace(0.0, NAN).to_numpy()
    sure = certainty(measured(people, {"satisfaction": given}), "satisfaction")
    assert (sure is not None) == told


def test_a_law_that_is_surer_than_sure_draws_what_was_measured():
    def drawn(centre, sd):
        posterior = Posterior(np.array(centre), np.array(sd), 1.0)
        return rates.drawn(posterior, 500, np.random.default_rng(1))

    sure = drawn([0.3, 0.8, NAN], [1e-9, 1e-9, 0.1])
    assert np.abs(sure[:, :2] - [0.3, 0.8]).max() < 1e-3
    assert np.isnan(sure[:, 2]).all()
    # A spread that no share can have still gives shares.
    wild = drawn([0.5], [5.0])
    assert ((wild >= 0) & (wild <= 1)).all()
    ends = drawn([0.0, 1.0], [0.1, 0.1])
    assert ends[:, 0].max() < 0.01
    assert ends[:, 1].min() > 0.99
