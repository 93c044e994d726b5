"""What agents read of a sheet that was closed before the program counted who stands behind a
figure."""

import datetime as dt

import pandas as pd
import pytest

from analytics.insight.own_eyes import FEWEST, for_own_eyes, without_few
from analytics.model import Period

APRIL = dt.date(2026, 4, 1)
PUBLISHED = [Period(APRIL, APRIL)]


def item(name, unit="percent", **more):
    return {
        "id": name,
        "unit": unit,
        "value": 0.8,
        "denominator": 5.0,
        "band": [0.8, 80],
        "missed": None,
        "sure": {"low": 0.4},
        "step": {"amount": 1},
        "team_median": 0.7,
        "team_others": FEWEST,
        "before": 0.6,
        **more,
    }


def sheet(*items, **more):
    return {
        "rank": 1,
        "rated": 9,
        "before": {"period": "2026-03", "cut": None},
        "period": {"from": "2026-04", "to": "2026-04"},
        "cut": {
            "x": ["renewal_rate", 0.7],
            "y": ["satisfaction", 80.0],
            "others": {"x": 9, "y": 4},
        },
        "indicators": list(items),
        "targets": [],
        "trend": [],
        **more,
    }


def target(**more):
    return {
        "month": "2026-04",
        "count": 4.0,
        "count_basis": "median_target",
        "count_others": FEWEST,
        "premium": 800.0,
        "premium_basis": "own",
        "premium_others": 0,
        **more,
    }


def told(*items, **more):
    return for_own_eyes(sheet(*items, **more), PUBLISHED)["indicators"][0]


@pytest.mark.parametrize(("others", "median"), [(FEWEST, 0.7), (FEWEST - 1, None), (None, None)])
def test_a_teams_median_is_told_where_five_others_stand_behind_it(others, median):
    assert told(item("renewal_rate", team_others=others))["team_median"] == median


def test_nothing_of_a_month_before_is_told_until_that_is_published():
    march = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 1))
    whole = sheet(item("renewal_rate"))
    unseen, seen = (
        for_own_eyes(whole, published) for published in (PUBLISHED, [*PUBLISHED, march])
    )
    assert (unseen["before"], unseen["indicators"][0]["before"]) == (None, None)
    assert seen["before"]["period"] == "2026-03"
    assert seen["indicators"][0]["before"] == 0.6


def test_a_cut_line_is_told_axis_by_axis():
    cut = for_own_eyes(sheet(item("renewal_rate")), PUBLISHED)["cut"]
    assert (cut["x"], cut["y"]) == (["renewal_rate", 0.7], ["satisfaction", None])


@pytest.mark.parametrize(
    ("stand_in", "value"), [(None, 0.8), (FEWEST, 0.8), (FEWEST - 1, None), (0, None)]
)
def test_a_value_that_is_held_against_a_median_is_told_where_five_others_made_it(stand_in, value):
    shown = told(item("renewal_count", "percent_of_target", stand_in=stand_in))
    assert shown["value"] == value
    hidden = ("denominator", "band", "sure", "step")
    assert all((shown[name] is None) == (value is None) for name in hidden)
    assert shown.get("few", False) == (value is None)


@pytest.mark.parametrize(
    ("name", "basis", "value"),
    [
        # Closed before medians were counted: what a median stands in for is told to nobody.
        ("renewal_count", "median_target", None),
        ("renewal_count", "own", 0.8),
        # The premium's target is the agent's own, whatever the count's is.
        ("renewal_premium", "median_target", 0.8),
        # Of an indicator of the house nobody can say what its target was.
        ("own_share", "own", None),
    ],
)
def test_on_an_old_sheet_what_may_be_held_against_a_median_is_not_told(name, basis, value):
    targets = [target(count_basis=basis)]
    assert told(item(name, "percent_of_target"), targets=targets)["value"] == value
    assert told(item("renewal_rate"), targets=targets)["value"] == 0.8


@pytest.mark.parametrize(
    ("others", "shown"),
    [(FEWEST, (4.0, 800.0)), (FEWEST - 1, (None, 800.0)), (None, (None, 800.0))],
)
def test_a_median_that_stands_in_for_a_target_is_told_where_five_others_made_it(others, shown):
    entry = for_own_eyes(sheet(targets=[target(count_others=others)]), PUBLISHED)["targets"][0]
    assert (entry["count"], entry["premium"]) == shown


def test_targets_of_a_table_lose_the_medians_of_too_few_alone():
    table = pd.DataFrame(
        {
            "count_filled": [4.0, 4.0, 5.0],
            "count_basis": ["median_target", "median_target", "own"],
            "count_others": [FEWEST, FEWEST - 1, 0],
            "premium_filled": [800.0, 800.0, 500.0],
            "premium_basis": ["own", "median_result", "own"],
            "premium_others": [0, FEWEST - 1, 0],
        }
    )
    shown = without_few(table)
    assert shown["count_filled"].tolist()[::2] == [4, 5]
    assert shown["premium_filled"].tolist()[::2] == [800, 500]
    assert shown.loc[1, ["count_filled", "premium_filled"]].isna().all()


def test_the_trend_shows_published_months_and_a_team_of_five_others():
    def point(month, whose, **more):
        return {"month": month, "whose": whose, "value": 0.8, **more}

    trend = [
        point("2026-03", "agent"),
        point("2026-04", "agent"),
        point("2026-04", "team", others=FEWEST),
        point("2026-04", "team", others=FEWEST - 1),
        point("2026-04", "team"),
        point("2026-03", "team", others=FEWEST),
    ]
    assert for_own_eyes(sheet(trend=trend), PUBLISHED)["trend"] == trend[1:3]
