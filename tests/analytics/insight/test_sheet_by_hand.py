"""What stands behind the medians that stand in for targets on a sheet: by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.insight.sheet import StandIns, _behind, _team
from tests.simulate.figures import evaluated

NAN = np.nan


@pytest.fixture(scope="module")
def judged():
    """Four agents, of whom one has no renewals on record."""
    renewed, target = np.array([8.0, 6.0, 9.0, NAN]), np.full(4, 10.0)
    made = evaluated(pd.DataFrame({"due_policies": target}), {"renewal_count": (renewed, target)})
    months = [pd.Timestamp(2026, month, 1) for month in (1, 2, 1, 1)]
    targets = pd.DataFrame(
        {
            "agent_id": ["A00001", "A00001", "A00002", "A00003"],
            "month": months,
            "count_basis": ["median_target", "median_target", "own", "not_here"],
            "count_others": [7, 4, 9, 2],
            "premium_basis": ["own", "median_result", "own", "own"],
            "premium_others": [1, 6, 1, 1],
        }
    )
    return replace(made, measured=replace(made.measured, targets=targets))


def test_the_fewest_values_of_any_month_stand_behind_what_stands_in_for_a_target(judged):
    stand_ins = StandIns(judged)
    assert _behind(stand_ins, "A00001") == {"renewal_count": 4, "renewal_premium": 6}
    assert _behind(stand_ins, "A00002") == _behind(stand_ins, "A00003") == {}
    assert _behind(stand_ins, "A00000") == {}
    assert stand_ins.rows["A00001"].tolist() == [0, 1]


def test_of_one_channel_all_others_who_have_a_result_stand_behind_the_median(judged):
    filters = replace(judged.measured.filters, channel="web")
    narrowed = replace(judged, measured=replace(judged.measured, filters=filters))
    assert _behind(StandIns(narrowed), "A00001") == {"renewal_count": 2, "renewal_premium": 0}
    assert _behind(StandIns(narrowed), "A00003")["renewal_count"] == 3


def test_a_team_has_the_median_of_the_values_that_are_there():
    team = _team(np.array([[1.0, NAN], [2.0, NAN], [5.0, NAN], [NAN, NAN]]))
    assert team.size == 4
    assert team.median.tolist() == pytest.approx([2, NAN], nan_ok=True)
    assert team.values.tolist() == [3, 0]
