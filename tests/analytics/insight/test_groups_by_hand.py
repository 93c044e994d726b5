"""Groups of agents held beside each other, trends over months, weights beside what they decide: by
hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.insight.definitions import radar
from analytics.insight.effective_weights import category_weights, effective_weights
from analytics.insight.fairness import grouped, groups, standards_check
from analytics.insight.trends import _grids, incentives, trends
from analytics.insight.weightings import always_ahead, exact_ranks, share_ahead
from analytics.statistics.newcombe import newcombe_difference
from tests.present import present
from tests.simulate.figures import evaluated

NAN = np.nan
KNOWN = built_in_catalogue()


def of_rates(rates, **more):
    size = len(rates)
    due = np.full(size, 100.0)
    renewed = np.array(rates) * 100.0
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed}).assign(**more)
    return evaluated(people, {"renewal_rate": (renewed, due)})


# -- groups ----------------------------------------------------------------------------------------


def test_groups_are_compared_by_the_share_of_good_grades_with_newcombes_limits():
    # North: 15 of 20 reach 80 points or more; south 10 of 25; west too few to tell.
    rates = [0.85] * 15 + [0.6] * 5 + [0.85] * 10 + [0.6] * 15 + [0.9] * 19
    judged = of_rates(rates)
    names = ["north"] * 20 + ["south"] * 25 + ["west"] * 19
    of = dict(zip(judged.people["agent_id"], names, strict=True))
    surplus = {f"A{row:05d}": float(row) for row in range(20)}
    table = groups(judged, of, surplus).set_index("group")
    assert table["n"].tolist() == [20, 25, 19]
    assert table["good"].tolist() == [15, 10, 19]
    assert table["rate"].tolist() == pytest.approx([0.75, 0.4, 1.0])
    assert table["ratio"].tolist() == pytest.approx([1.0, 0.4 / 0.75, NAN], nan_ok=True)
    assert table["flagged"].tolist() == [False, True, False]
    assert table["enough"].tolist() == [True, True, False]
    low, high = newcombe_difference(10, 25, 15, 20)
    assert (table.loc["south", "low"], table.loc["south", "high"]) == pytest.approx((low, high))
    assert np.isnan(table.loc["west", "low"])
    # 85 % earn 90 points and 60 % thirty.
    assert table.loc["north", "score"] == pytest.approx((15 * 90 + 5 * 30) / 20)
    assert table["surplus"].tolist() == pytest.approx([9.5, NAN, NAN], nan_ok=True)
    assert groups(judged, dict.fromkeys(of, "one")).empty


def test_years_of_service_are_counted_to_the_end_of_the_period():
    hired = [
        dt.date(2026, 1, 1),
        dt.date(2025, 5, 2),  # a day less than a year at the end of April
        dt.date(2025, 4, 30),
        dt.date(2023, 4, 29),
        dt.date(2021, 4, 28),
        None,
    ]
    judged = of_rates([0.8] * 6, hired_on=hired)
    assert grouped(judged, "seniority") == {
        "A00000": "<1",
        "A00001": "<1",
        "A00002": "1–3",
        "A00003": "3–5",
        "A00004": "5+",
    }
    named = replace(
        judged,
        measured=replace(
            judged.measured, people=judged.people.assign(region=list("NNS") + [""] * 3)
        ),
    )
    assert grouped(named, "region") == {"A00000": "N", "A00001": "N", "A00002": "S"}
    assert grouped(judged, "channel") == {}


def test_floor_and_ceiling_are_the_shares_at_nought_and_at_full_marks():
    judged = of_rates([0.4, 0.5, 0.7, 0.95, 0.9, 0.8, 0.75, 0.85, 0.72, 0.6])
    row = standards_check(judged).set_index("indicator").loc["renewal_rate"]
    assert (row["n"], row["floor"], row["ceiling"], row["flagged"]) == (10, 0.2, 0.2, True)
    nobody = standards_check(judged).set_index("indicator").loc["satisfaction"]
    assert (nobody["n"], nobody["twin"]) == (0, "")


# -- trends ----------------------------------------------------------------------------------------


def monthly(renewed, teams, due=100.0, start="2026-01-01"):
    """Renewals by month of every agent (agent → a number a month) in their teams."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "agent_id": name,
                    "team": teams[name],
                    "month": pd.date_range(start, periods=len(row), freq="MS"),
                    "renewed_policies": np.asarray(row, dtype=float),
                    "due_policies": due,
                }
            )
            for name, row in renewed.items()
        ],
        ignore_index=True,
    )


@pytest.mark.parametrize(("colleagues", "alone"), [(4, False), (3, True)])
def test_who_has_four_colleagues_is_held_against_them_and_who_has_three_against_the_company(
    colleagues, alone
):
    """Colleagues renew 80 of 100, the ten others of the company, each a team, 60 of 100."""
    names = [f"C{nth}" for nth in range(colleagues)]
    rows = {"A": [50.0] * 2, **dict.fromkeys(names, [80.0] * 2)}
    rows |= {f"X{nth}": [60.0] * 2 for nth in range(10)}
    teams = {name: "T" if name in ("A", *names) else name for name in rows}
    frame = monthly(rows, teams).iloc[1:]  # nobody's first month but A's is lacking
    months, agents = sorted(frame["month"].unique()), sorted(rows)
    x, n, reference, behind, few = _grids(frame, KNOWN["renewal_rate"], months, agents)
    row = agents.index("A")
    assert (x[row].tolist(), n[row].tolist()) == ([0, 50], [0, 100])
    assert few[row] == alone
    others = (colleagues * 80 + 10 * 60) / (colleagues + 10) if alone else 80
    assert reference[row, 1] == pytest.approx(others / 100)
    assert behind[row, 1] == 100 * (colleagues + 10 if alone else colleagues)
    # Where A has no figures nothing is held against anything.
    assert (reference[row, 0], behind[row, 0]) == (0.5, 0)


def test_a_trend_tells_the_pooled_ends_the_slope_and_the_way_it_goes():
    rows = {"A": [90, 82, 74, 66, 58, 50], **{f"B{nth}": [70] * 6 for nth in range(10)}}
    told = trends(monthly(rows, dict.fromkeys(rows, "T")), KNOWN["renewal_rate"])
    row = told.agents.set_index("agent_id").loc["A"]
    assert (row["first"], row["last"]) == pytest.approx((246 / 300, 174 / 300))
    assert row["slope"] == pytest.approx(-0.08, abs=0.02)
    assert (row["finding"], row["better"]) == (True, False)
    assert row["q"] >= row["p"]
    assert (told.improving.empty, told.by_chance) == (True, 0)


def test_complaints_that_become_fewer_go_the_good_way():
    base = monthly(
        {"A": [0] * 6, **{f"B{nth}": [0] * 6 for nth in range(8)}},
        dict.fromkeys(["A", *(f"B{nth}" for nth in range(8))], "T"),
    )
    complaint = KNOWN["complaint_rate"]
    base = base.assign(**{complaint.numerator: 6.0, complaint.denominator: 100.0})
    falls = base["agent_id"] == "A"
    base.loc[falls, complaint.numerator] = [12.0, 10.0, 8.0, 6.0, 4.0, 2.0]
    row = trends(base, complaint).agents.set_index("agent_id").loc["A"]
    assert row["slope"] == pytest.approx(-2)
    assert (row["first"], row["last"]) == pytest.approx((10, 4))
    # Of six months in a row one order of 720 and its mirror: p = 2/720; of nine agents one.
    assert row["p"] == pytest.approx(2 / 720)
    assert (row["finding"], row["better"]) == (True, True)


def test_eighteen_months_besides_ask_for_better_months_than_last_years():
    months = [50.0] * 12 + [60.0] * 6
    rows = {"A": months, **{f"B{nth}": [70] * 18 for nth in range(10)}}
    told = trends(
        monthly(rows, dict.fromkeys(rows, "T"), start="2025-01-01"), KNOWN["renewal_rate"]
    )
    assert (told.rule, told.months) == ("seasonal", 18)
    row = told.agents.set_index("agent_id").loc["A"]
    # Of six months that differ all six must be better: one in 64 by chance, one in 32 two-sided.
    assert (row["up"], row["pairs"], row["needed"]) == (6, 6, 6)
    seventeen = {name: months[1:] if name == "A" else [70.0] * 17 for name in rows}
    short = trends(monthly(seventeen, dict.fromkeys(rows, "T")), KNOWN["renewal_rate"])
    assert short.rule == "exact"
    assert short.agents["steady"].isna().all()


def test_many_tests_are_controlled_over_all_indicators_together():
    rows = {"A": [50, 58, 66, 74, 82, 90], **{f"B{nth}": [70] * 6 for nth in range(10)}}
    frame = monthly(rows, dict.fromkeys(rows, "T"))
    frame["first_term_due"], frame["first_term_renewed"] = 100.0, 70.0
    nominal = np.zeros(len(KNOWN.ids))
    nominal[KNOWN.position("renewal_rate")] = 22.0
    alone = incentives(frame, KNOWN, nominal).candidates
    nominal[KNOWN.position("new_conversion")] = 10.0
    together = incentives(frame, KNOWN, nominal).candidates
    assert alone["p"].tolist() == together["p"].tolist()
    # Twice as many questions: what was found has to be rarer.
    assert together["q"].iloc[0] == pytest.approx(2 * alone["q"].iloc[0])
    assert together["nominal"].tolist() == [22.0]


# -- weights ---------------------------------------------------------------------------------------


def test_what_a_weight_decides_is_its_share_of_the_variance():
    # Rates earn 0 to 100 points, answers the same for all but a little: of independent parts the
    # share is weight² × variance.
    rates = [0.5, 0.5, 0.9, 0.9]
    answers = [60.0, 80.0, 60.0, 80.0]
    due = np.full(4, 100.0)
    people = pd.DataFrame({"due_policies": due})
    judged = evaluated(
        people,
        {
            "renewal_rate": (np.array(rates) * due, due),
            "satisfaction": (np.array(answers) * 10, np.full(4, 10.0)),
            "communication": (np.full(4, 70.0), np.ones(4)),
        },
    )
    table = effective_weights(judged).set_index("indicator")
    parts = {"renewal_rate": 22.4, "satisfaction": 13.8, "communication": 3.9}
    whole = sum(parts.values())
    for name, weight in parts.items():
        assert table.loc[name, "nominal"] == pytest.approx(100 * weight / whole)
    # Points 0 and 100; 30 and 76.7.
    rate, answer = 22.4 * 50, 13.8 * (76 + 2 / 3 - 30) / 2
    assert table.loc["renewal_rate", "covariance"] == pytest.approx(
        100 * rate**2 / (rate**2 + answer**2)
    )
    assert table.loc["satisfaction", "shapley"] == pytest.approx(
        100 * answer**2 / (rate**2 + answer**2)
    )
    nominal, decided = present(category_weights(judged))
    assert nominal.tolist() == pytest.approx([64, 23, 13])
    rate, answer = 64 * 50, 23 * (76 + 2 / 3 - 30) / 2
    assert decided.tolist() == pytest.approx(
        [100 * rate**2 / (rate**2 + answer**2), 100 * answer**2 / (rate**2 + answer**2), 0]
    )


def test_equal_scores_are_ahead_of_nobody():
    scores = np.array([[80.0, 70.0, 60.0], [80.0, 70.0, 60.0], [80.0, 70.0, 61.0]])
    assert not always_ahead(scores, 0, 1)
    assert not always_ahead(scores, 1, 0)
    assert always_ahead(scores, 2, 0)
    assert share_ahead(scores, 2, 0) == 1
    assert exact_ranks(scores).tolist() == [[2, 2, 1], [2, 2, 1]]


def test_the_rule_radar_divides_what_each_definition_counts():
    told = radar({"renewed_policies": 60.0, "late_renewals": 4.0, "due_policies": 80.0})
    late = told.set_index("definition").loc["late_included"]
    assert (late["numerator"], late["denominator"], late["rate"]) == (64, 80, 0.8)
    nothing = radar({"renewed_policies": 0.0, "due_policies": 0.0}).set_index("definition")
    assert np.isnan(nothing.loc["count", "rate"])


@pytest.mark.parametrize(("apart", "matched"), [(0.005, 1.0), (0.0052, 0.0)])
def test_a_stated_rate_matches_within_half_a_percent(apart, matched):
    own = pd.DataFrame(
        {"rate": [0.75 + apart] * 5, "renewed_policies": 60.0, "due_policies": 80.0}
    ).assign(
        late_renewals=8.0,
        open_renewed=NAN,
        open_policies=NAN,
        excluded_policies=NAN,
        renewed_premium=NAN,
        retained_premium=NAN,
        due_premium=NAN,
    )
    table = radar({}, own).set_index("definition")
    assert table.loc["count", "matched"] == matched
    assert table.index[table["fits"]].tolist() == ["count"]
