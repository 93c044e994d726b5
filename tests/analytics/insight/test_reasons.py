"""Why somebody stands on the coaching list can be read off the figures beside it."""

import shutil

import pytest

from analytics.desk import Desk
from analytics.home import Home
from analytics.insight.coaching import coaching_list
from analytics.insight.quadrant import place
from analytics.model import Filters


@pytest.fixture(scope="module")
def listed(sample_folder, tmp_path_factory):
    """The list of a month in which shrunken and measured values lie on both sides of medians."""
    folder = tmp_path_factory.mktemp("reasons") / "home"
    shutil.copytree(sample_folder, folder)
    home = Home(folder)
    evaluation = Desk(home).evaluation(Filters(Desk(home).latest_closed()))
    yield evaluation, coaching_list(evaluation, place(evaluation), [])
    home.close()


def test_whoever_has_a_reason_is_behind_the_median_that_stands_beside_it(listed):
    evaluation, frame = listed
    with_data = frame[(frame["apart"] == "") & frame["median"].notna()]
    assert len(with_data) > 50
    ahead = 0
    for row in with_data.to_dict("records"):
        lower = evaluation.catalogue[row["reason"]].direction == "lower"
        behind = row["value"] > row["median"] if lower else row["value"] < row["median"]
        ahead += not behind
    assert ahead == 0
