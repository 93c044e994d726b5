"""The knot that a value has reached, and the one that it has not."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.evaluation.standards import points
from analytics.insight.bands import band, missed
from analytics.model import Standard

KNOWN = built_in_catalogue()
NAN = float("nan")


def reached(indicator, value):
    """The band of a value, with the points that it earns."""
    return band(indicator, value, float(points(np.array([value]), indicator.standard)[0]))


@pytest.mark.parametrize(
    ("value", "knot", "short_of"),
    [
        (0.49, None, 0.5),
        (0.5, [0.5, 0], None),
        (0.69, [0.5, 0], None),
        (0.7, [0.7, 60], None),
        (0.85, [0.8, 80], None),
        (0.9, [0.9, 100], None),
        (1.2, [0.9, 100], None),
        (NAN, None, None),
    ],
)
def test_a_rate_stands_in_the_band_whose_edge_it_has_reached(value, knot, short_of):
    rate = KNOWN["renewal_rate"]
    assert (reached(rate, value), missed(rate, value)) == (knot, short_of)


@pytest.mark.parametrize(
    ("value", "knot", "short_of"),
    [
        (46, None, 45),
        (45, [45, 0], None),
        (25, [30, 60], None),
        (20, [20, 85], None),
        (2, [10, 100], None),
    ],
)
def test_where_less_is_better_the_band_is_the_one_above(value, knot, short_of):
    cycle = KNOWN["renewal_cycle"]
    assert (reached(cycle, value), missed(cycle, value)) == (knot, short_of)


def test_what_is_only_rescaled_has_no_bands_and_in_steps_it_has():
    rating = KNOWN["communication"]
    assert (reached(rating, 70.0), missed(rating, -1.0)) == (None, None)
    steps = replace(rating, standard=Standard((50, 80), (0, 100), "steps"))
    assert (reached(steps, 70.0), missed(steps, 49.0)) == ([50, 0], 50)


def test_what_lies_on_the_edge_has_reached_it_whatever_binary_fractions_make_of_it():
    rate = KNOWN["renewal_rate"]
    assert missed(rate, 0.5 - 1e-13) is None
    assert missed(rate, 0.5 - 1e-9) == 0.5
