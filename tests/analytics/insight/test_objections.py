"""What objections say together, counted by hand."""

import datetime as dt

from analytics.insight.objections import review_list, summary
from analytics.people import Objection

APRIL = dt.date(2026, 4, 1)
MADE = dt.datetime(2026, 5, 1, 9, 0)


def objections(indicator, *states, agent_id="A1", days=2.0):
    return [
        Objection(
            agent_id,
            APRIL,
            APRIL,
            "indicator",
            "unreasonable",
            "…",
            indicator,
            state=state,
            made_at=MADE,
            answered_at=None if state == "open" else MADE + dt.timedelta(days),
        )
        for state in states
    ]


def test_indicators_stand_for_review_from_three_accepted_objections_on_and_the_most_first():
    three, two = ["accepted"] * 3, ["accepted"] * 2
    every = [
        *objections("satisfaction", *three),
        *objections("renewal_rate", *three, *two),
        *objections("renewal_cycle", *two, "rejected", "open"),
        *objections("", *three),
    ]
    assert review_list(every) == ["renewal_rate", "satisfaction"]


def test_objections_are_counted_by_kind_indicator_and_team_with_the_median_of_days():
    every = [
        *objections("satisfaction", "accepted", "rejected", days=2.0),
        *objections("satisfaction", "partly", "open", agent_id="B2", days=7.0),
        *objections("", "open", agent_id="X9"),
    ]
    table = summary(every, {"A1": "东", "B2": "西"}).set_index(["by", "value"])
    states = ["open", "accepted", "partly", "rejected"]
    assert table.loc[("kind", "unreasonable"), states].tolist() == [2, 1, 1, 1]
    assert table.loc[("kind", "unreasonable"), "days"] == 2.0  # of two, two and seven
    assert table.loc[("indicator", "satisfaction"), states].tolist() == [1, 1, 1, 1]
    assert table.loc[("team", "东"), states].tolist() == [0, 1, 0, 1]
    assert table.loc[("team", "西"), "days"] == 7.0
    assert ("indicator", "") not in table.index
    assert ("team", "") in table.index
