"""What is told of coaching: nothing where the data cannot tell, and no number with it."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.insight.coaching_study import gather, study
from analytics.insight.effect import compare, proof
from analytics.language import LANGUAGES
from analytics.model import Period, add_months
from analytics.reports.coaching_effect import sentences
from tests.present import present
from tests.simulate.coaching import (
    LEAST_FOUND,
    MOST_FALSE,
    MOST_OFF,
    SELECTIONS,
    company,
    comparisons,
    estimates,
    told,
)

RUNS = 80
JANUARY = dt.date(2025, 1, 1)
MONTHS = [add_months(JANUARY, step) for step in range(15)]
SPRING = Period(dt.date(2026, 1, 1), dt.date(2026, 3, 1))
QUARTERS = tuple(
    Period(add_months(SPRING.first, -3 * quarter), add_months(SPRING.last, -3 * quarter))
    for quarter in range(1, 5)
)


@pytest.mark.parametrize("picked", SELECTIONS)
def test_useless_coaching_is_told_of_in_hardly_any_company_however_agents_were_picked(picked):
    compared = comparisons(picked, 0.0, RUNS, 3)
    assert abs(estimates(compared).mean()) <= MOST_OFF
    assert sum(told(compared)) <= MOST_FALSE + 2 * np.sqrt(
        MOST_FALSE * (1 - MOST_FALSE) / RUNS
    )  # and the chance of so few runs


@pytest.mark.parametrize("picked", SELECTIONS)
def test_coaching_worth_four_points_is_found_in_most_companies_however_agents_were_picked(picked):
    higher, lower = told(comparisons(picked, 4.0, RUNS // 2, 3))
    assert higher >= LEAST_FOUND
    assert lower == 0


def test_agents_who_differed_before_any_talk_are_no_evidence():
    """Coached ones renewed eight points more in the earliest quarter than later figures would let
    one expect."""
    counted = company(np.random.default_rng(1), "at random", 4.0)
    before = counted.renewed_before.copy()
    before[counted.coached, 2] = np.minimum(before[counted.coached, 2] + 8, 100)
    assert compare(counted).reason == ""
    assert compare(replace(counted, renewed_before=before)).reason == "placebo"


def test_without_an_earlier_period_nothing_says_that_the_sides_were_alike_and_nothing_is_told():
    counted = company(np.random.default_rng(1), "at random", 4.0)
    alone = replace(
        counted,
        renewed_before=counted.renewed_before[:, :1],
        due_before=counted.due_before[:, :1],
        level=counted.level[:, :1],
    )
    comparison = compare(alone)
    assert (comparison.reason, comparison.placebo) == ("placebo_unknown", None)


def test_a_difference_that_chance_may_have_made_is_none():
    counted = company(np.random.default_rng(1), "at random", 4.0)
    comparison = compare(counted)
    told, placebo = present(comparison.difference), present(comparison.placebo)
    assert (told.low > 0, placebo.low <= 0 <= placebo.high) == (True, True)
    # Those who were coached as much worse as they were better.
    back = np.where(counted.coached, np.round(told.effect), 0.0)
    level = compare(replace(counted, renewed_after=counted.renewed_after - back))
    assert level.reason == "chance"
    assert abs(present(level.difference).effect - (told.effect - round(told.effect))) < 0.2


def test_nine_coached_agents_or_nine_peers_are_too_few_and_ten_are_not():
    counted = company(np.random.default_rng(2), "at random", 0.0)
    for few in (9, 10):
        coached = np.arange(len(counted.coached)) < few
        for side in (coached, ~coached):
            assert (compare(replace(counted, coached=side)).reason == "few") == (few == 9)


def test_forty_nine_policies_are_too_few_and_fifty_are_not():
    counted = company(np.random.default_rng(2), "at random", 0.0)
    for due in (49, 50):
        few = replace(
            counted,
            due_after=np.full(120, float(due)),
            renewed_after=np.minimum(counted.renewed_after, 40),
        )
        assert (compare(few).reason == "few") == (due == 49)


def test_coached_agents_below_everybody_else_have_no_peers():
    random = np.random.default_rng(3)
    counted = company(random, "at random", 0.0)
    rate = np.where(counted.coached, 0.55, 0.9)
    apart = random.binomial(100, rate[:, None], (120, 3)).astype(float)
    assert compare(replace(counted, renewed_before=apart)).reason == "overlap"


# -- months ----------------------------------------------------------------------------------------


def test_the_baseline_is_the_last_whole_months_before_the_first_talk_whatever_period_is_chosen():
    talks = {"A": dt.date(2025, 11, 20), "B": dt.date(2025, 12, 3)}
    plan = study(SPRING, talks, MONTHS)
    assert str(plan.before[0]) == "2025-08…2025-10"
    assert [str(period) for period in plan.before[1:]] == ["2025-05…2025-07", "2025-02…2025-04"]
    assert plan.after == SPRING


def test_a_month_counts_as_after_from_the_talk_on_when_most_of_it_is():
    talks = {
        "early": dt.date(2026, 1, 15),
        "late": dt.date(2026, 1, 16),
        "last": dt.date(2026, 3, 20),
    }
    plan = study(SPRING, talks, MONTHS)
    assert plan.after == SPRING
    assert {agent: start.month for agent, (_, start) in plan.starts.items()} == {
        "early": 1,
        "late": 2,
        "last": 4,
    }
    assert study(SPRING, {"late": dt.date(2026, 1, 16)}, MONTHS).after == Period(
        dt.date(2026, 2, 1), SPRING.last
    )


def test_who_is_coached_after_the_period_is_still_a_peer_and_who_was_before_the_round_is_neither():
    talks = {
        "old": dt.date(2025, 8, 5),
        "new": dt.date(2025, 12, 5),
        "next": dt.date(2026, 4, 2),
        "undated": None,
    }
    plan = study(SPRING, talks, MONTHS, since=dt.date(2025, 12, 1))
    assert set(plan.starts) == {"new"}
    assert plan.others == {"old", "undated"}


def test_without_a_choice_talks_count_from_the_first_month_with_half_a_year_before_it():
    talks = {"A": dt.date(2025, 3, 5), "B": dt.date(2025, 8, 5)}
    assert study(SPRING, talks, MONTHS).since == dt.date(2025, 8, 1)


@pytest.mark.parametrize(
    ("talks", "months", "reason"),
    [
        ({}, MONTHS, "nobody"),
        ({"A": None}, MONTHS, "nobody"),
        ({"A": dt.date(2026, 3, 20)}, MONTHS, "no_after"),
        ({"A": dt.date(2025, 2, 5)}, MONTHS, "no_history"),
        (
            {"A": dt.date(2025, 12, 5)},
            [month for month in MONTHS if month.month != 11],
            "no_history",
        ),
    ],
)
def test_months_that_allow_no_comparison_say_why(talks, months, reason):
    plan = study(SPRING, talks, months)
    assert plan.reason == reason
    assert proof(plan, lambda period: pd.DataFrame()).reason == reason


# -- from counts by month to sentences -------------------------------------------------------------


def books(random, effect=0.0, lift=0.0, agents=120):
    """Counts by agent and month, 34 policies each; the first forty coached on a day of their own,
    and what to ask for a period."""
    true = random.beta(0.82 * 60, 0.18 * 60, agents)
    names = pd.Index([f"A{number:03}" for number in range(agents)])
    talks = {
        names[position]: (dt.date(2026, 1, 5), dt.date(2026, 2, 3))[position % 2]
        for position in range(40)
    }
    counts = {}
    for month in MONTHS:
        since = [name in talks and month >= talks[name].replace(day=1) for name in names]
        rate = np.clip(
            true + effect / 100 * np.array(since) + lift / 100 * (month >= SPRING.first), 0, 1
        )
        counts[month] = random.binomial(34, rate)

    def asked(period):
        renewed = sum(counts[month] for month in period.months)
        return pd.DataFrame(
            {"renewed": renewed, "due": 34.0 * period.length, "team": "甲"}, index=names
        )

    return talks, asked


def test_what_went_with_talks_on_different_days_is_found_and_a_rise_of_everybody_is_not():
    useful, useless = [], []
    random = np.random.default_rng(8)
    for _ in range(6):
        talks, counts = books(random, effect=6.0, lift=-5.0)
        useful.append(proof(study(SPRING, talks, MONTHS), counts).verdict)
        talks, counts = books(random, lift=-8.0)
        useless.append(proof(study(SPRING, talks, MONTHS), counts).verdict)
    assert useful.count("higher") >= 5
    assert useless.count("cannot_tell") >= 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_is_said_with_its_limits_and_checks_and_claims_no_cause(language):
    talks, counts = books(np.random.default_rng(9), effect=8.0)
    outcome = proof(study(SPRING, talks, MONTHS), counts)
    words = sentences(outcome, language)
    assert outcome.told
    difference = present(outcome.difference)
    assert f"{difference.low:+.1f}" in words[1]
    assert f"{difference.high:+.1f}" in words[1]
    assert not [
        word
        for word in ("credited", "effect of", "caused", "归功", "效果", "起作用")
        if word in " ".join(words)
    ]
    assert (outcome.coached, outcome.peers) == (
        int(difference.treated),
        int(difference.control),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_told_is_said_without_any_estimate(language):
    talks, counts = books(np.random.default_rng(10))
    outcome = proof(study(SPRING, talks, MONTHS), counts)
    assert (outcome.verdict, outcome.reason) == ("cannot_tell", "chance")
    assert (outcome.difference, outcome.placebo) == (None, None)
    assert (outcome.double, outcome.trend) == (None, None)
    assert np.isnan(outcome.expected_change)
    words = sentences(outcome, language)
    assert not any(character.isdigit() for character in words[0])
    assert "+" not in " ".join(words)
    assert "−" not in " ".join(words)


def test_difference_in_differences_stands_beside_as_the_mean_change_of_agents():
    talks, counts = books(np.random.default_rng(11), effect=8.0)
    plan = study(SPRING, {agent: dt.date(2026, 1, 5) for agent in talks}, MONTHS)
    outcome = proof(plan, counts)
    rate = {
        period: counts(period)["renewed"] / counts(period)["due"]
        for period in (plan.after, plan.before[0])
    }
    change = 100 * (rate[plan.after] - rate[plan.before[0]])
    counted = gather(plan, present(plan.after), counts)
    change = change[counted.agents[compare(counted).compared]]
    coached, peers = change[change.index.isin(list(talks))], change[~change.index.isin(list(talks))]
    assert present(outcome.double).difference == pytest.approx(coached.mean() - peers.mean())
    comparison = compare(counted)
    mine = comparison.compared & counted.coached
    # What the coached were to be expected at, against what they had renewed of the last quarter.
    then = counted.renewed_before[mine, 0].sum() / counted.due_before[mine, 0].sum()
    weights = counted.due_before[mine, 0]
    expected = np.average(present(comparison.expected)[mine], weights=weights)
    assert outcome.expected_change == pytest.approx(100 * (expected - then))
    assert outcome.detectable == present(outcome.difference).detectable
    assert (outcome.coached, outcome.left_out) == (mine.sum(), len(talks) - mine.sum())
    earlier = 100 * counted.renewed_before / counted.due_before
    moved = earlier[:, 0] - earlier[:, 1]
    theirs = comparison.compared & ~counted.coached
    trend = present(outcome.trend).difference
    assert trend == pytest.approx(moved[mine].mean() - moved[theirs].mean())
