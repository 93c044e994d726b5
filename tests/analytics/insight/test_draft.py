"""A draft of the standards is a value: made, moved and judged without a browser."""

import datetime as dt

import pytest

from analytics.catalogue import built_in_catalogue, definition_of, with_version
from analytics.errors import RenewalError
from analytics.insight.draft import (
    Draft,
    changes_nothing,
    fate,
    tried,
    version_of,
    with_definition,
    with_place,
)
from analytics.people import StandardVersion

LATEST = StandardVersion({}, {}, {}, "x", "why", dt.date(2026, 1, 1), version=3)
RATE = definition_of(built_in_catalogue()["renewal_rate"])


def test_an_empty_draft_changes_nothing_and_one_definition_does():
    assert changes_nothing(Draft(), LATEST)
    assert not changes_nothing(with_definition(Draft(), "renewal_rate", RATE), LATEST)


def test_what_a_draft_takes_out_is_gone_and_the_rest_is_the_latest_versions():
    draft = with_definition(Draft(), "renewal_cycle", {})
    before, after = with_version(LATEST), with_version(version_of(draft, LATEST))
    assert set(before.ids) - set(after.ids) == {"renewal_cycle"}
    assert fate("renewal_cycle", before, after) == "removed"
    assert fate("renewal_rate", before, after) == "changed"
    assert fate("quote_rate", before, after) == "added"


def test_a_draft_builds_on_the_latest_version_and_restores_none():
    version = version_of(Draft(grades={}, vetoes={}), LATEST, "because", dt.date(2026, 5, 1))
    assert (version.reason, version.effective_from) == ("because", dt.date(2026, 5, 1))
    assert (version.version, version.restores, version.grades) == (-1, None, {})


def test_an_indicator_moves_one_place_and_back():
    ids = ["a", "b", "c"]
    moved = with_place(Draft(), ids, "b", -1)
    assert moved.order == ("b", "a", "c")
    assert with_place(moved, moved.order, "b", 1).order == ("a", "b", "c")
    assert not changes_nothing(
        with_place(Draft(), built_in_catalogue().ids, "satisfaction", -1), LATEST
    )


def test_a_definition_is_tried_beside_the_others_and_refused_without_points():
    knots = {"mode": "linear", "knots": [[0.5, 0], [0.9, 100]]}
    made = tried(built_in_catalogue(), "renewal_rate", {**RATE, "standard": knots})
    assert made.standard.values == (0.5, 0.9)
    with pytest.raises(RenewalError):
        tried(built_in_catalogue(), "renewal_rate", {**RATE, "standard": {"mode": "linear"}})
