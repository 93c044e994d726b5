"""What a load does to the records, and what the figures follow besides: on the tiny company, and by
hand."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from analytics.model import Settings
from analytics.people import Correction
from analytics.warehouse import records
from analytics.warehouse.sandbox import sandbox
from tests.conftest import load_text

APRIL = dt.date(2026, 4, 1)
HEADER = "保单号,工号,到期日,续保结果\n"
NAN = float("nan")


def month(number, year=2026):
    return dt.date(year, number, 1)


def of_april(home):
    """The figures of April by agent."""
    asked = home.warehouse.ask("measures", first_month=APRIL, last_month=APRIL)
    return asked.set_index("agent_id")


def corrected(values, policy="P5"):
    return Correction(policy, APRIL, values, {}, "why", "boss")


# -- loads -----------------------------------------------------------------------------------------


def test_months_run_together_where_neighbours_touch_also_over_a_new_year():
    months = [month(3), month(12, 2025), month(1), month(3), month(5)]
    assert records._runs(months) == [
        (month(12, 2025), month(1)),
        (month(3), month(3)),
        (month(5), month(5)),
    ]
    assert records._runs([]) == []


def test_a_load_tells_whose_figures_it_changed_and_of_nobody_new():
    before = pd.DataFrame(
        {"due_policies": [5.0, 3.0, 2.0], "surveys": [NAN, 1.0, 4.0]}, index=["A", "B", "C"]
    )
    after = pd.DataFrame(
        {"due_policies": [6.0, 3.0, 2.0, 9.0], "surveys": [2.0, NAN, 4.0, 1.0]},
        index=["A", "B", "C", "D"],
    )
    before.index.name = after.index.name = "agent_id"
    told = records._changes(before, after).set_index(["agent_id", "measure"])
    assert set(told.index) == {("A", "due_policies"), ("A", "surveys"), ("B", "surveys")}
    assert told.loc[("A", "due_policies")].tolist() == [5, 6]
    assert told.loc[("A", "surveys")].tolist() == pytest.approx([NAN, 2], nan_ok=True)
    assert told.loc[("B", "surveys")].tolist() == pytest.approx([1, NAN], nan_ok=True)


def test_contacts_count_from_a_month_before_the_lead_days_of_the_first_day():
    settings = Settings(contact_lead_days=90)
    bound = records.rollup_bound(settings, month(4), month(6), "直销")
    assert bound["contact_from"] == dt.date(2026, 4, 1) - dt.timedelta(days=121)
    assert (bound["first_month"], bound["last_month"], bound["channel"]) == (
        month(4),
        month(6),
        "直销",
    )
    late = records.rollup_bound(replace(settings, month_begins=26), month(4), month(4))
    assert late["contact_from"] == dt.date(2026, 3, 26) - dt.timedelta(days=121)


def test_a_receipt_says_what_was_replaced_what_has_no_date_and_what_still_reads_open(
    home, tmp_path
):
    load_text(home, tmp_path, "policies", HEADER + "P1,A1,2026-04-02,未续\nP2,A1,2026-04-02,未续\n")
    receipt = load_text(
        home,
        tmp_path,
        "policies",
        HEADER + "P1,A1,2026-04-02,已续\nP3,A1,2026-04-02,跟进中\nP4,A1,2026-06-20,跟进中\n",
    )
    # The window of P3 has closed on 2026-06-30, that of P4 has not.
    notes = dict(receipt.notes)
    assert (receipt.replaced, notes["stale_open"]) == (1, {"count": 1})
    assert "undated_open" not in notes
    april = of_april(home)
    assert april.loc["A1", ["due_policies", "renewed_policies"]].tolist() == [3, 1]


def test_working_days_know_holidays_and_the_days_that_make_up_for_them(tiny):
    with tiny.warehouse.cursor() as cursor:
        days = dict(
            cursor.execute("select day, working from calendar where year(day) = 2026").fetchall()
        )
    assert len(days) == 365
    assert days[dt.date(2026, 10, 1)] == 0  # the national holiday, a Thursday
    assert days[dt.date(2026, 4, 7)] == 1  # an ordinary Tuesday
    assert days[dt.date(2026, 4, 11)] == 0  # a Saturday
    assert days[dt.date(2026, 2, 28)] == 1  # a Saturday that makes up for the Spring Festival


# -- corrections and merges ------------------------------------------------------------------------


def test_of_two_corrections_of_one_policy_the_later_counts_field_by_field():
    first = corrected({"outcome": "renewed", "premium_renewed": "90"})
    second = corrected({"premium_renewed": "95", "agent_id": "B2"})
    other = corrected({"outcome": "lost"}, policy="P1")
    joined, alone = records._corrected([first, other, second])
    assert (joined["policy_id"], joined["month"]) == ("P5", APRIL)
    assert (joined["outcome"], joined["premium_renewed"], joined["agent_id"]) == (
        "renewed",
        "95",
        "B2",
    )
    assert joined["exclusion"] is joined["renewed_on"] is joined["satisfaction"] is None
    assert (alone["policy_id"], alone["outcome"], alone["premium_renewed"]) == ("P1", "lost", None)


def test_corrections_move_what_is_not_yet_so_and_what_is_no_longer_wanted(tiny):
    lost, renewed = corrected({"outcome": "lost"}, "P1"), corrected({"outcome": "renewed"})
    wanted = replace(tiny.state.followed(), corrections=[lost, renewed])

    def moved(cursor, corrections):
        return records._corrections_moved(cursor, records._corrected(corrections))

    with tiny.warehouse.write() as cursor:
        assert moved(cursor, []) == set()
        assert moved(cursor, [lost, renewed]) == {("P1", APRIL), ("P5", APRIL)}
        records.follow(cursor, wanted)
    with tiny.warehouse.cursor() as cursor:
        assert moved(cursor, [lost, renewed]) == set()
    with tiny.warehouse.cursor() as cursor:
        assert moved(cursor, [lost]) == {("P5", APRIL)}
    with tiny.warehouse.cursor() as cursor:
        assert moved(cursor, [lost, corrected({"outcome": "lost"})]) == {("P5", APRIL)}
    # Four of five as before: P1 is lost, P5 renewed.
    assert of_april(tiny).loc["A1", ["due_policies", "renewed_policies"]].tolist() == [5, 4]


def test_what_one_more_correction_would_do_is_seen_beside_those_that_stand_and_nothing_is_stored(
    tiny,
):
    before = of_april(tiny)
    standing, more = corrected({"outcome": "lost"}, "P1"), corrected({"agent_id": "B2"})
    with sandbox(tiny.warehouse, [standing], more, tiny.settings) as would:
        figures = would.ask("measures", first_month=APRIL, last_month=APRIL).set_index("agent_id")
        # P1 is lost and P5 no longer Ann's: three of four; Bo has one of four.
        assert figures.loc["A1", ["due_policies", "renewed_policies"]].tolist() == [4, 3]
        assert figures.loc["B2", ["due_policies", "renewed_policies"]].tolist() == [4, 1]
    pd.testing.assert_frame_equal(of_april(tiny), before)


def test_figures_follow_only_when_rules_merges_and_corrections_all_stand(tiny):
    wanted = tiny.state.followed()
    with tiny.warehouse.cursor() as cursor:
        assert records.follows(cursor, wanted)
    for other in (
        {"settings": replace(tiny.settings, grace_days=29)},
        {"aliases": {"B2": "A1"}},
        {"corrections": [corrected({"outcome": "renewed"})]},
    ):
        with tiny.warehouse.cursor() as cursor:
            assert not records.follows(cursor, replace(wanted, **other))


def test_a_merge_gives_an_agent_the_records_of_every_spelling_and_takes_them_back(tiny):
    wanted, before = tiny.state.followed(), of_april(tiny)
    with tiny.warehouse.write() as cursor:
        records.follow(cursor, replace(wanted, aliases={"B2": "A1"}))
    merged = of_april(tiny)
    assert "B2" not in merged.index
    assert merged.loc["A1", ["due_policies", "renewed_policies"]].tolist() == [8, 5]
    with tiny.warehouse.write() as cursor:
        records.follow(cursor, wanted)
    pd.testing.assert_frame_equal(of_april(tiny), before)


def test_agent_months_that_differ_from_their_records_are_counted(tiny):
    assert records.differing(tiny.warehouse, tiny.settings) == 0
    with tiny.warehouse.write() as cursor:
        cursor.execute(
            "update agent_month set due_policies = 99 where agent_id < 'C' and month = $1",
            [APRIL],
        )
    # Each of the two as it is and as it should be.
    assert records.differing(tiny.warehouse, tiny.settings) == 4
