"""What can be chosen as a period, by months that a reader can count on their fingers."""

import datetime as dt

import pytest

from analytics.errors import RequestRefused
from analytics.evaluation.spans import run_of, span_id, spans
from analytics.model import Period


def months(first: str, count: int) -> tuple[dt.date, ...]:
    year, month = map(int, first.split("-"))
    return tuple(
        dt.date(year + (month - 1 + step) // 12, (month - 1 + step) % 12 + 1, 1)
        for step in range(count)
    )


def chosen(first: str, count: int, latest: str) -> dict[str, tuple[str, str]]:
    """Id → kind and the months, as 2026-03~2026-05."""
    year, month = map(int, latest.split("-"))
    return {
        span.id: (span.kind, span_id(span.period))
        for span in spans(months(first, count), dt.date(year, month, 1))
    }


def test_a_year_and_a_half_has_months_quarters_halves_a_year_and_the_last_months():
    of = chosen("2025-01", 18, "2026-05")  # January 2025 to June 2026, of which June is open
    assert of["2026-03~2026-05"] == ("last", "2026-03~2026-05")
    assert of["2025-12~2026-05"] == ("last", "2025-12~2026-05")
    assert of["2025-06~2026-05"] == ("last", "2025-06~2026-05")
    assert of["2026-01~2026-05"] == ("to_date", "2026-01~2026-05")
    assert of["2025H2"] == ("half", "2025-07~2025-12")
    assert of["2026H1"] == ("half", "2026-01~2026-06")
    assert of["2026Q2"] == ("quarter", "2026-04~2026-06")
    assert of["2025"] == ("year", "2025-01~2025-12")
    assert of["all"] == ("all", "2025-01~2026-06")
    assert [kind for kind, _ in of.values()].count("month") == 18
    assert [kind for kind, _ in of.values()].count("quarter") == 6


def test_what_ends_with_the_latest_month_stands_first_and_months_come_newest_first():
    ids = list(chosen("2025-01", 18, "2026-05"))
    assert ids[:5] == [
        "2026-03~2026-05",
        "2025-12~2026-05",
        "2025-06~2026-05",
        "2026-01~2026-05",
        "2026-06",
    ]


def test_a_span_that_needs_a_month_without_figures_is_not_offered():
    gap = tuple(month for month in months("2026-01", 5) if month.month != 4)
    ids = [span.id for span in spans(gap, dt.date(2026, 5, 1))]
    assert ids == ["2026-05", "2026-03", "2026-02", "2026-01", "2026Q1", "all"]


def test_one_period_is_offered_once():
    of = chosen("2026-01", 3, "2026-03")  # the last three months are the year so far, and a quarter
    assert list(of) == ["2026-01~2026-03", "2026-03", "2026-02", "2026-01"]


def test_january_alone_is_no_year_so_far():
    assert list(chosen("2026-01", 1, "2026-01")) == ["2026-01"]


def test_a_run_of_months_is_read_from_its_id_and_stays_inside_what_is_on_record():
    on_record = months("2026-01", 5)
    run = run_of(on_record, "2026-02~2026-04")
    assert run is not None
    assert run.period == Period(dt.date(2026, 2, 1), dt.date(2026, 4, 1))
    assert run_of(on_record, "2025-12~2026-02") is None
    quarter = run_of(on_record, "2026Q1")
    assert quarter is not None
    assert span_id(quarter.period) == "2026-01~2026-03"
    assert run_of(on_record, "2026H1") is None  # June has no figures
    assert run_of(on_record, "2026") is None
    assert run_of(on_record, "2026-04~2026-02") is None
    with pytest.raises(RequestRefused):
        run_of(on_record, "soon~later")
