"""What the cells of a table make of a coaching talk, without a browser."""

import datetime as dt

from analytics.insight.planning import changed, changed_in_list, planned
from analytics.model import Period
from analytics.people import Talk

APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))


def test_a_planned_talk_names_the_period_and_the_indicators_that_led_to_it():
    talk = planned("A1", ["renewal_rate"], APRIL, "rate")
    assert (talk.agent_id, talk.indicators, talk.reason) == ("A1", ("renewal_rate",), "rate")
    assert (talk.first, talk.last, talk.id) == (APRIL.first, APRIL.last, None)


def test_the_next_date_is_that_of_the_talk_and_once_it_was_held_that_of_the_follow_up():
    cells = {"next_date": "2026-05-04T00:00:00.000"}
    day = dt.date(2026, 5, 4)
    assert changed_in_list(Talk("A1"), cells, 0).talk_on == day
    held = changed_in_list(Talk("A1", state="done", id=3), cells, 2)
    assert (held.follow_up_on, held.talk_on, held.version) == (day, None, 2)
    assert changed_in_list(Talk("A1", talk_on=day), {"next_date": None}, 0).talk_on is None


def test_who_is_taken_off_the_list_has_the_talk_dropped_and_who_was_never_on_it_has_none():
    assert changed_in_list(Talk("A1", id=3), {"listed": False}, 1).state == "dropped"
    assert changed_in_list(Talk("A1"), {"listed": False}, 0).state == "planned"
    assert changed_in_list(Talk("A1", id=3), {"listed": True}, 1).state == "planned"


def test_texts_end_after_two_thousand_characters_and_other_cells_are_not_a_talks():
    talk = changed(Talk("A1"), {"agreed": "x" * 3000, "owner": None, "agent_id": "B2"})
    assert (len(talk.agreed), talk.owner, talk.agent_id) == (2000, "", "A1")
    assert changed(Talk("A1"), {"state": "done"}).state == "done"
