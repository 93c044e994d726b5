"""The cells of a coaching study, counted by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analytics.insight.coaching_study import (
    Counted,
    _counts_from,
    _first_round,
    _history,
    _periods_before,
    gather,
    rounds,
    study,
)
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


@pytest.mark.parametrize(
    ("wanted", "available", "length", "count"),
    [
        (1, 9, 3, 3),
        (1, 12, 3, 4),
        (1, 40, 3, 4),  # four at most
        (1, 8, 3, 2),
        (1, 6, 3, 2),
        (1, 5, 2, 2),
        (1, 2, 1, 2),
        (1, 1, 0, 0),
        (6, 18, 6, 3),
        (6, 17, 5, 3),
        (6, 10, 3, 3),
    ],
)
def test_periods_before_are_quarters_or_as_long_as_the_one_after_or_as_figures_allow(
    wanted, available, length, count
):
    periods = _periods_before(dt.date(2026, 1, 1), wanted, available)
    assert [period.length for period in periods] == [length] * count
    ends = [dt.date(2025, 12, 1), *(add_months(period.first, -1) for period in periods)]
    assert [period.last for period in periods] == ends[:count]


def test_a_talk_up_to_the_fifteenth_leaves_most_of_its_month_after_it():
    assert _counts_from(dt.date(2025, 12, 15)) == dt.date(2025, 12, 1)
    assert _counts_from(dt.date(2025, 12, 16)) == dt.date(2026, 1, 1)


def test_history_ends_at_a_gap_and_the_first_round_has_half_a_year_of_it():
    assert _history(MONTHS[6], MONTHS) == 6
    assert _history(MONTHS[6], [month for month in MONTHS if month != MONTHS[3]]) == 2
    assert _history(MONTHS[0], MONTHS) == 0
    assert _first_round([MONTHS[1], MONTHS[5], MONTHS[6], MONTHS[9]], MONTHS) == MONTHS[6]
    assert _first_round([MONTHS[1], MONTHS[2], MONTHS[5]], MONTHS) == MONTHS[2]
    assert _first_round([MONTHS[0], MONTHS[1]], MONTHS) == MONTHS[0]
    assert _first_round([], MONTHS) is None


def test_who_is_coached_later_is_counted_in_months_of_their_own_and_shifted_by_the_peers():
    """Coached in December and in January; peers renew one more of a hundred every month."""
    talks: dict[str, dt.date | None] = {"A": dt.date(2025, 12, 3), "B": dt.date(2026, 1, 20)}
    plan = study(SPRING, talks, MONTHS)
    assert plan.starts == {
        "A": (dt.date(2025, 12, 1), SPRING.first),
        "B": (dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
    }

    def counts(period):
        step = (period.last.year - 2025) * 12 + period.last.month
        # What is counted of other months than the spring's is one more of everybody.
        more = 0.0 if period.length == SPRING.length else 1.0
        return pd.DataFrame(
            {
                "renewed": [80.0 + more, 70.0 + more, 50.0 + step + more],
                "due": 100.0,
                "team": ["T", "T", "U"],
            },
            index=["A", "B", "P"],
        )

    cells = gather(plan, SPRING, counts)
    assert cells.agents.tolist() == ["A", "B", "P"]
    assert cells.coached.tolist() == [True, True, False]
    # B's months after are February and March: one more of everybody's hundred.
    assert cells.renewed_after.tolist() == [80, 71, 65]
    assert cells.shift.tolist() == pytest.approx([0, 0.65 - 0.66, 0])
    # A month later than A's: the peers renew one more of a hundred there.
    pooled = (80 + 70 + 50 + 11) / 300
    assert cells.level[:, 0].tolist() == pytest.approx([pooled, pooled + 0.01, pooled])
    assert len(set(cells.teams.tolist())) == 2
    assert cells.teams[0] == cells.teams[1]
