"""Who changes places between two schemes, and why, by hand.

Three agents without any competence rated. A0 renews 90 % (100 points) at a satisfaction of 69 (57),
A1 80 % (80) at 95 (100), A2 70 % (60) at 70 (60). Results and service share 87 % under 64/23/13: A0
(64 · 100 + 23 · 57) / 87 = 88.6, A1 85.3; under 60/30/10 they share 90: A0 85.7, A1 86.7.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import default_scheme, preset_schemes
from analytics.charts.slopes import rank_slopes
from analytics.evaluation import evaluate
from analytics.insight.moves import moved, reasons, regraded, why
from analytics.insight.quadrant import place
from analytics.language import say
from analytics.model import WeightScheme
from analytics.reports.lists.moves import moves_table, moves_view, why_sentence
from tests.simulate.figures import measured


@pytest.fixture(scope="module")
def figures():
    return measured(
        pd.DataFrame({"due_policies": [1000.0] * 3}),
        {
            "renewal_rate": (np.array([900.0, 800, 700]), np.full(3, 1000.0)),
            "satisfaction": (np.array([6900.0, 9500, 7000]), np.full(3, 100.0)),
        },
    )


@pytest.fixture(scope="module")
def before(figures):
    return evaluate(figures, default_scheme())


@pytest.fixture(scope="module")
def after(figures):
    return evaluate(figures, preset_schemes()["service_first"])


def test_the_scores_are_those_of_the_hand(before, after):
    assert before.agents.score[:2].round(1).tolist() == [88.6, 85.3]
    assert after.agents.score[:2].round(1).tolist() == [85.7, 86.7]


def test_who_overtakes_gains_a_place_and_who_stays_is_no_mover(before, after):
    listed = moved(after, before).set_index("row")["places"]
    assert listed.to_dict() == {1: 1, 0: -1, 2: 0}
    assert {reason.row for reason in reasons(after, before)} == {0, 1}
    assert reasons(before, before) == []


def test_the_reason_is_the_weight_that_moved_and_what_the_agent_reaches_there(before, after):
    reason = why(after, before, 1, 1)
    assert (reason.category, reason.indicator, reason.inside) == ("service", "satisfaction", False)
    assert (reason.before, reason.after) == pytest.approx((23.0, 30.0))
    assert (reason.value, reason.n, reason.company) == pytest.approx((95.0, 100.0, 78.0))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh", "A00001 +1：客户服务的权重从 23% 升到 30%，客户满意度 95.0（n = 100，全公司 78.0）"),
        (
            "en",
            "A00001 +1: Service weighs 30% instead of 23%, and Customer satisfaction is 95.0 "
            "(n = 100, company 78.0)",
        ),
    ],
)
def test_the_sentence_names_places_weights_value_n_and_the_company(
    before, after, language, sentence
):
    assert why_sentence(why(after, before, 1, 1), after, language) == sentence


def test_a_loser_of_the_way_back_is_told_that_the_weight_fell(before, after):
    said = why_sentence(why(before, after, 1, -1), before, "zh")
    assert said.startswith("A00001 −1：客户服务的权重从 30% 降到 23%，客户满意度 95.0")


def test_where_weights_move_inside_a_category_the_indicators_own_weight_is_told(figures, before):
    """Of service satisfaction is 60 of 100, then 90 of 130: 13.8 and 15.9 of the whole."""
    scheme = WeightScheme("x", default_scheme().categories, {"satisfaction": 90.0})
    reason = why(evaluate(figures, scheme), before, 1, 1)
    assert reason.inside
    assert (reason.before, reason.after) == pytest.approx((23 * 0.6, 23 * 90 / 130))


def test_whoever_falls_is_told_what_they_lack_most_where_it_weighs_more(before, after):
    """Results weigh 4 less and A0 reaches 20 above the mean of 80 there; service weighs 7 more and
    A0 reaches 15 below the mean of 72.3: of a point 0.8 and 1.07 are lost."""
    reason = why(after, before, 0, -1)
    assert (reason.category, reason.indicator) == ("service", "satisfaction")


def test_the_five_who_move_most_are_told_why_and_the_farthest_comes_first():
    """Seven agents of one and the same renewal rate, from 60 to 66 points of satisfaction, whom an
    eighth and a ninth overtake by nothing but results."""
    rates = np.array([700.0] * 8 + [900.0] * 8)
    answers = np.array([*np.arange(9900.0, 9892.0, -1), *np.arange(5000.0, 4992.0, -1)])
    of = measured(
        pd.DataFrame({"due_policies": np.full(16, 1000.0)}),
        {
            "renewal_rate": (rates, np.full(16, 1000.0)),
            "satisfaction": (answers, np.full(16, 100.0)),
        },
    )
    service = WeightScheme("s", {"results": 0.0, "service": 100.0, "competence": 0.0})
    results = WeightScheme("r", {"results": 100.0, "service": 0.0, "competence": 0.0})
    told = reasons(evaluate(of, results), evaluate(of, service))
    assert len(told) == 5
    # Full marks from 95 on: eight shared the first place; now eight of a rate of 90 % do.
    places = moved(evaluate(of, results), evaluate(of, service)).set_index("row")["places"]
    assert [reason.places for reason in told] == [places[reason.row] for reason in told]
    assert [abs(reason.places) for reason in told] == sorted(abs(places), reverse=True)[:5]


def test_whom_no_weight_favours_is_moved_by_the_others(before):
    reason = why(before, before, 0, 1)
    assert (reason.category, reason.indicator, reason.inside) == (None, None, False)
    assert (reason.before, reason.after) == (0, 0)
    assert "前后的人动了" in why_sentence(why(before, before, 0, 1), before, "zh")


def test_a_premium_is_no_number_of_cases(figures, before):
    """Of an amount the policies due are told, not the money of its denominator."""
    amounts = figures.agents
    column = figures.catalogue.position("renewal_premium")
    value, below = amounts.value.copy(), amounts.denominator.copy()
    points = amounts.points.copy()
    value[:, column], below[:, column], points[:, column] = [1.2, 1.0, 0.8], 5e6, [100, 85, 60]
    richer = replace(
        figures, agents=replace(amounts, value=value, denominator=below, points=points)
    )
    results = WeightScheme("r", {"results": 70.0, "service": 20.0, "competence": 10.0})
    now = evaluate(richer, results)
    then = evaluate(richer, default_scheme())
    reason = why(now, then, 0, 1)
    assert reason.category == "results"
    assert reason.n == 1000.0


def test_a_grade_on_too_few_cases_is_no_grade_that_changes(before, after, monkeypatch):
    """By service alone A1 reaches A (100 points), and A0 falls to D (57)."""
    alone = evaluate(
        before.measured, WeightScheme("s", {"results": 0.0, "service": 100.0, "competence": 0.0})
    )
    assert regraded(alone, before).tolist() == [0, 1]
    few = np.array([True, False, False])
    monkeypatch.setattr("analytics.insight.moves.too_few", lambda evaluation: few)
    assert regraded(alone, before).tolist() == [1]


@pytest.mark.parametrize("few_now", [True, False])
def test_who_rests_on_too_few_cases_under_either_has_no_places_and_stands_last(
    before, after, monkeypatch, few_now
):
    few = np.array([False, True, False])

    def too_few(evaluation):
        return few if (evaluation is after) == few_now else ~few & few

    for module in ("moves", "placing"):
        monkeypatch.setattr(f"analytics.insight.{module}.too_few", too_few)
    listed = moved(after, before)
    assert listed["row"].tolist() == [0, 2, 1]
    assert listed["places"].isna().tolist() == [False, False, True]


def test_the_list_and_the_command_tell_the_same_places(before, after):
    table = moves_table(after, before, place(after), "en").frame
    view = moves_view(after, before, "en")
    assert table["moved"].tolist() == [row["places"] for row in view["agents"]]
    assert (view["from"], view["to"]) == ("64/23/13", "60/30/10")
    assert len(view["why"]) == 2
    assert view["regraded"] == len(regraded(after, before)) == 0


def test_the_lines_of_ranks_end_where_the_ranks_are_and_name_who_moves(before, after):
    rows = moved(after, before)["row"].to_numpy()
    fig = rank_slopes(after, before, rows, ["a", "b"], lambda key, **facts: say(key, "en", **facts))
    left, right = fig.data[-2:]
    assert left["y"].tolist() == [2, 1, 3]
    assert right["y"].tolist() == [1, 2, 3]
    assert {note["text"] for note in fig.layout["annotations"]} >= {"A00001  2", "1  A00001"}
