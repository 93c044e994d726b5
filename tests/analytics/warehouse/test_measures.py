"""The list of measures: whatever is counted stands in it, and every question sums all of it."""

import datetime as dt

import pandas as pd
import pytest

from analytics.catalogue import catalogue_from, definition_of, definitions, known_measures
from analytics.warehouse import measures
from analytics.warehouse.connection import Warehouse, answer

APRIL = {"first_month": dt.date(2026, 4, 1), "last_month": dt.date(2026, 4, 1)}
WHO = {"agent_id", "month"}


@pytest.fixture
def empty():
    warehouse = Warehouse(None)
    yield warehouse
    warehouse.close()


def columns_of(warehouse, table):
    with warehouse.cursor() as cursor:
        return set(cursor.execute(f"select * from {table} limit 0").df().columns)


def test_every_column_of_the_rollup_is_a_measure_of_the_list_and_the_targets_are_the_rest(empty):
    rolled = columns_of(empty, "agent_month") - WHO
    targets = {
        name for name, measure in known_measures().items() if measure.records == ("targets",)
    }
    assert rolled == set(known_measures()) - targets
    assert targets <= columns_of(empty, "agent_figures")


@pytest.mark.parametrize("question", ["measures", "by_month", "team_by_month", "monthly"])
def test_every_question_about_sums_gives_every_measure(empty, question):
    asked: dict[str, dict[str, str | None]] = {
        "by_month": {"agent_id": "A1"},
        "team_by_month": {"team": None},
    }
    with empty.cursor() as cursor:
        given = answer(cursor, question, {**APRIL, **asked.get(question, {})})
    assert set(known_measures()) <= set(given.columns)


def test_figures_tell_every_measure_that_is_missing_from_every_one_that_is_there(empty):
    with empty.cursor() as cursor:
        text = cursor.execute("select sql from duckdb_views() where view_name = 'agent_figures'")
        view = text.fetchall()[0][0]
    assert view.lower().count("is not null") == len(known_measures())


@pytest.mark.parametrize(
    ("changed", "spread"),
    [
        ({}, "rate"),
        ({"numerator": "complaints", "scale": 100.0}, "count"),
        ({"numerator": "survey_points", "denominator": "surveys"}, "mean"),
        ({"denominator": "target_count"}, "share"),
        ({"numerator": "renewed_premium", "denominator": "target_premium"}, "amount"),
        ({"numerator": "contacts", "denominator": "working_days"}, "unknown"),
    ],
)
def test_the_spread_of_an_indicator_follows_from_what_it_divides(changed, spread):
    rate = definitions()["renewal_rate"]
    made = catalogue_from({"own": {**rate, **changed}}, {}, {"own": {"beyond": 0.1, "cap": "C"}})
    assert made["own"].spread == spread
    assert "spread" not in definition_of(made["own"])


@pytest.mark.parametrize(
    ("statistic", "freedom", "told"), [(120.0, 60.0, 2.0), (30.0, 60.0, 0.5), (120.0, 59.0, None)]
)
def test_how_far_months_differ_is_told_from_sixty_degrees_of_freedom_on(statistic, freedom, told):
    answered = pd.DataFrame({"statistic": [statistic], "freedom": [freedom]})
    assert measures._dispersion(answered) == told


def test_the_spread_of_results_without_counts_needs_three_months_and_thirty_degrees_of_freedom():
    answered = pd.DataFrame(
        {
            "measure": ["told", "short", "few", "still", "binary"],
            "months": [3, 2, 3, 3, 3],
            "freedom": [30.0, 30.0, 29.0, 30.0, 30.0],
            "squares": [120.0, 120.0, 120.0, 0.0, 1e-30],
        }
    )
    # √(120 ÷ 30); what never varied tells nothing of how it does.
    assert measures._spread(answered) == {"told": measures.MonthSpread(2.0, 30.0)}
