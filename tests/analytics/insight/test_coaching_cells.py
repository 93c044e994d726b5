"""The cells of a coaching study, counted by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analytics.insight.coaching_study import Counted, gather, rounds, study
from analytics.insight.effect import FEWEST, POLICIES, compare, proof
from analytics.model import Period, add_months

JANUARY = dt.date(2025, 1, 1)
MONTHS = [add_months(JANUARY, step) for step in range(15)]
SPRING = Period(dt.date(2026, 1, 1), dt.date(2026, 3, 1))


def counts_of(rates, due=100.0):
    """Every period alike: by agent so many of a hundred due were renewed, all of one team."""
    frame = pd.DataFrame(
        {
            "renewed": [rate * due for rate in rates.values()],
            "due": due,
            "team": "T",
        },
        index=list(rates),
    )
    return lambda period: frame


def test_agents_are_gathered_who_held_policies_in_the_baseline_and_after_and_no_others():
    talks: dict[str, dt.date | None] = {
        "A": dt.date(2025, 12, 3),
        "gone": dt.date(2025, 12, 4),
        "when": None,
    }
    plan = study(SPRING, talks, MONTHS)
    whole = counts_of({"A": 0.8, "B": 0.6, "gone": 0.5, "when": 0.9, "new": 0.7})(SPRING)

    def counts(period):
        return whole.drop(index="gone" if period == SPRING else "new")

    cells = gather(plan, SPRING, counts)
    assert cells.agents.tolist() == ["A", "B"]
    assert cells.coached.tolist() == [True, False]
    assert cells.renewed_after.tolist() == [80, 60]
    assert cells.renewed_before.shape == (2, len(plan.before))
    assert plan.others == {"when"}


def test_rounds_are_months_of_first_talks_up_to_the_chosen_end():
    talks: dict[str, dt.date | None] = {
        "A": dt.date(2025, 12, 3),
        "B": dt.date(2025, 12, 30),
        "C": dt.date(2026, 4, 1),
        "D": None,
    }
    assert rounds(talks, SPRING.last) == [dt.date(2025, 12, 1)]
    assert rounds(talks, dt.date(2026, 4, 1)) == [dt.date(2025, 12, 1), dt.date(2026, 4, 1)]


def test_the_sides_of_every_period_are_pooled_and_named_from_the_earliest_on():
    coached = {f"A{nth:02d}": 0.8 for nth in range(12)}
    peers = {f"B{nth:02d}": 0.6 for nth in range(13)}
    plan = study(SPRING, dict.fromkeys(coached, dt.date(2025, 12, 3)), MONTHS)
    told = proof(plan, counts_of({**coached, **peers}))
    # Nobody on either side is like anybody on the other.
    assert (told.verdict, told.reason, told.left_out) == ("cannot_tell", "overlap", 12)
    nobody = proof(plan, counts_of({**dict.fromkeys(coached, 0.7), **dict.fromkeys(peers, 0.7)}))
    periods = nobody.periods
    assert periods is not None
    assert periods["period"].tolist()[-2:] == ["after", "after"]
    assert periods["months"].iloc[0] == str(plan.before[-1])
    assert periods["side"].tolist()[:2] == ["coached", "peers"]
    assert periods["rate"].tolist() == pytest.approx([0.7] * len(periods))
    assert periods["n"].tolist()[:2] == [1200, 1300]
    assert (nobody.coached, nobody.peers) == (12, 13)


@pytest.mark.parametrize(("coached", "reason"), [(FEWEST - 1, "few"), (FEWEST, "overlap")])
def test_ten_on_either_side_with_fifty_policies_each_are_compared(coached, reason):
    size = coached + FEWEST
    talked_to = np.arange(size) < coached
    rate = np.where(talked_to, 0.9, 0.3)
    before = np.full((size, 3), float(POLICIES) / 3)
    counted = Counted(
        pd.Index([f"A{nth}" for nth in range(size)]),
        rate[:, None] * before,
        before,
        rate * POLICIES,
        np.full(size, float(POLICIES)),
        talked_to,
        np.zeros(size, dtype=np.intp),
        np.zeros((size, 3)),
        np.zeros(size),
    )
    assert compare(counted).reason == reason
