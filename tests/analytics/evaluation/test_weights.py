"""Weights as an address spells them, as a worksheet moves them, and where something is missing: by
hand."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.errors import RequestRefused
from analytics.evaluation import Values, score
from analytics.evaluation.ranking import competition_rank, grade, hundredths
from analytics.evaluation.standards import next_band
from analytics.evaluation.swot import propose
from analytics.evaluation.weights import (
    as_spelt,
    inside_triangle,
    lacking,
    largest_remainder,
    move,
    parse,
    spelt,
    vector,
)
from analytics.model import CATEGORIES, Standard, WeightScheme
from analytics.people import SwotEntry

CATALOGUE = built_in_catalogue()
SIZE = len(CATALOGUE.ids)


def of_points(**points):
    """One agent with these points."""
    row = np.full((1, SIZE), np.nan)
    for name, value in points.items():
        row[0, CATALOGUE.position(name)] = value
    return Values(row, row, row, row, np.zeros(row.shape, dtype=bool))


def scored(values, limit=40.0, **categories):
    scheme = WeightScheme("x", categories) if categories else default_scheme()
    return score(values, vector(scheme, CATALOGUE), CATALOGUE, limit)


# -- a worksheet -----------------------------------------------------------------------------------


def test_a_worksheet_adds_its_points_to_the_weights_and_scales_all_back_to_a_hundred():
    entries = [
        SwotEntry("strength", "x", {"renewal_rate": 4.0, "communication": 1.0}),
        SwotEntry("threat", "y", {"renewal_rate": 2.0}),
    ]
    made = propose(default_scheme(), entries, CATALOGUE)
    # 64 + 6 of results, 23 of service and 13 + 1 of competence are 107.
    assert dict(made.categories) == pytest.approx(
        {"results": 70 / 1.07, "service": 23 / 1.07, "competence": 14 / 1.07}, abs=1e-6
    )
    # 0.35 · 64 + 6 of these 70; communication 0.3 · 13 + 1 of the 14; the rest in proportion.
    assert made.indicators["renewal_rate"] == pytest.approx(100 * 28.4 / 70, abs=1e-4)
    assert made.indicators["communication"] == pytest.approx(100 * 4.9 / 14, abs=1e-4)
    assert made.indicators["satisfaction"] == pytest.approx(60, abs=1e-4)
    assert made.trace == tuple(entries)
    assert made.label is None
    weights = vector(made, CATALOGUE)
    assert weights[CATALOGUE.position("renewal_rate")] == pytest.approx(28.4 / 1.07, abs=1e-5)


def test_a_weight_that_a_worksheet_takes_more_of_than_there_is_becomes_nothing():
    weak = SwotEntry("weakness", "x", {"communication": -50.0})
    made = propose(default_scheme(), [weak], CATALOGUE)
    # 3.9 points go; of competence 9.1 are left, of the whole 96.1.
    assert made.indicators["communication"] == 0
    assert made.categories["competence"] == pytest.approx(100 * 9.1 / 96.1, abs=1e-6)
    assert made.indicators["insurance_knowledge"] == pytest.approx(100 * 5.2 / 9.1, abs=1e-4)


# -- an address ------------------------------------------------------------------------------------


def test_an_address_spells_weights_and_is_read_as_what_it_spells():
    scheme = WeightScheme("x", {"results": 62.5, "service": 20.0}, {"renewal_rate": 40.0})
    assert spelt(scheme) == "62.5-20-0~renewal_rate:40"
    read = as_spelt("62.5-20-0~renewal_rate:40", default_scheme())
    assert read.categories == {"results": 62.5, "service": 20, "competence": 0}
    assert read.indicators == {"renewal_rate": 40}
    assert read.name == default_scheme().name
    for told in ("60-30", "60-30-10-5", "60-30-x", "60-30-10~renewal_rate:x", ""):
        with pytest.raises(RequestRefused, match="weights_spelt"):
            as_spelt(told, default_scheme())
    with pytest.raises(RequestRefused, match="weight_negative"):
        as_spelt("60--30-10~x:-1".replace("--", "-"), default_scheme())


def test_words_of_a_command_name_all_three_categories():
    assert parse("results=70, service = 20,competence=10") == {
        "results": 70,
        "service": 20,
        "competence": 10,
    }
    with pytest.raises(RequestRefused, match="weights_missing"):
        parse("results=70,service=30")


def test_what_a_scheme_weighs_and_the_standards_lack_is_named_unless_it_weighs_nothing():
    scheme = WeightScheme("x", {"results": 60.0}, {"gone": 5.0, "idle": 0.0, "renewal_rate": 3.0})
    assert lacking(scheme, CATALOGUE) == ["gone"]


# -- the triangle and its slider -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "inside"),
    [
        ((70, 20, 10), True),
        ((70.1, 19.9, 10), False),
        ((59.9, 30, 10.1), False),
        ((60, 30.1, 9.9), False),
        ((60, 20, 20), True),
        ((59.9, 20, 20.1), False),
        ((140, 40, 20), True),  # as good as 70/20/10
        ((35, 10, 5), True),
        ((0, 0, 0), False),
    ],
)
def test_weights_are_permitted_in_proportion(weights, inside):
    assert inside_triangle(dict(zip(CATEGORIES, weights, strict=True)), CATALOGUE) == inside


@pytest.mark.parametrize(
    ("start", "changed", "value", "end"),
    [
        ((100, 0, 0), "results", 60, (60, 20, 20)),  # the others alike, where none weighs anything
        ((64, 23, 13), "results", 100, (100, 0, 0)),
        ((64, 23, 13), "results", 130, (100, 0, 0)),
        ((64, 23, 13), "service", -5, (83, 0, 17)),
        ((60, 30, 10), "competence", 10, (60, 30, 10)),
        ((60.5, 29.5, 10), "competence", 20, (53.8, 26.2, 20)),
        ((64, 23, 13), "competence", 99, (1, 0, 99)),
    ],
)
def test_a_moved_weight_stays_between_nought_and_a_hundred_and_the_others_share_the_rest(
    start, changed, value, end
):
    moved = move(dict(zip(CATEGORIES, start, strict=True)), changed, value)
    assert tuple(moved.values()) == pytest.approx(end)
    assert list(moved) == list(CATEGORIES)


# -- ranks, grades, bands --------------------------------------------------------------------------


def test_half_a_hundredth_counts_up_whatever_binary_fractions_make_of_it():
    # 0.285 and 1.005 are a little less in binary fractions.
    assert hundredths(np.array([0.285, 1.005, 1.0049, 100.0, 0.0])).tolist() == [
        29,
        101,
        100,
        10_000,
        0,
    ]
    assert competition_rank(np.zeros(0)).tolist() == []


def test_a_grade_begins_where_the_score_at_two_decimals_reaches_it():
    grades = (("A", 92.5), ("B", 60.25), ("C", 0.0))
    scores = np.array([92.495, 92.494, 60.245, 60.244, 0.0])
    assert grade(scores, grades).tolist() == ["A", "B", "B", "C", "C"]
    assert grade(np.array([5.0]), (("only", 50.0),)).tolist() == ["only"]


def test_the_next_band_of_whoever_stands_on_a_knot_is_the_one_after_it():
    rate = Standard((0.5, 0.7, 0.8, 0.9), (0, 60, 80, 100))
    assert [next_band(value, rate) for value in (0.4, 0.7, 0.8, 0.9, np.nan)] == [
        0.7,
        0.8,
        0.9,
        None,
        None,
    ]
    cycle = Standard((10, 20, 30, 45), (100, 85, 60, 0))
    assert [next_band(value, cycle) for value in (50, 30, 10)] == [30, 20, None]


@pytest.mark.parametrize(
    ("parts", "total", "decimals", "rounded"),
    [
        ([33.333, 33.333, 33.334], 100.0, 1, [33.3, 33.3, 33.4]),
        ([0.05, 0.05, 0.9], 1.0, 1, [0.1, 0.0, 0.9]),  # of equal remainders the first
        ([1.26, 2.28, 3.29], 6.83, 1, [1.2, 2.3, 3.3]),
        ([0.3, 0.3, 0.4], 1.0, 1, [0.3, 0.3, 0.4]),  # also where 0.3 is a little less
        ([2.0, 3.0], 4.0, 0, [2.0, 3.0]),
    ],
)
def test_what_is_left_by_rounding_goes_to_the_largest_remainders(parts, total, decimals, rounded):
    assert largest_remainder(parts, total, decimals) == pytest.approx(rounded)


# -- where something is missing --------------------------------------------------------------------


def test_contributions_say_what_each_indicator_adds_and_what_is_missing_adds_nothing():
    told = scored(of_points(renewal_rate=80.0, premium_retention=50.0, satisfaction=90.0), 70.0)
    weight, contribution = (
        dict(zip(CATALOGUE.ids, part[0], strict=True)) for part in (told.weight, told.contribution)
    )
    # Results and service share 87; of results 35 and 10 of 45 are there, of service all is one's.
    assert weight["renewal_rate"] == pytest.approx(100 * 64 / 87 * 35 / 45)
    assert weight["premium_retention"] == pytest.approx(100 * 64 / 87 * 10 / 45)
    assert weight["satisfaction"] == pytest.approx(100 * 23 / 87)
    assert weight["communication"] == contribution["communication"] == 0
    assert contribution["renewal_rate"] == pytest.approx(64 / 87 * 35 / 45 * 80)
    assert told.score[0] == pytest.approx(64 / 87 * (35 * 80 + 10 * 50) / 45 + 23 / 87 * 90)
    # 64 · 0.45 and 23 · 0.6 of the nominal weight are there.
    assert told.coverage[0] == pytest.approx(64 * 0.45 + 23 * 0.6)


def test_who_lacks_up_to_two_fifths_of_the_weight_is_rated():
    whole = {
        indicator.id: 80.0 for indicator in CATALOGUE.indicators if indicator.category == "results"
    }
    for results, rated in ((60.0, True), (59.9, False)):
        told = scored(
            of_points(**whole), results=results, service=100.0 - results - 10.0, competence=10.0
        )
        assert told.rated.tolist() == [rated]
        assert told.rank.tolist() == [1 if rated else 0]
        assert told.score[0] == pytest.approx(80)


def test_who_has_nothing_scores_nothing_and_has_no_rank():
    nobody = of_points()
    told = scored(nobody)
    assert (told.score.tolist(), told.coverage.tolist()) == ([0.0], [0.0])
    assert (told.rated.tolist(), told.rank.tolist()) == ([False], [0])
    both = replace(nobody, points=np.vstack([nobody.points, np.full((1, SIZE), 50.0)]))
    told = scored(both)
    assert (told.rank.tolist(), told.score.tolist()) == ([0, 1], pytest.approx([0.0, 50.0]))
