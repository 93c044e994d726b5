"""Equal agents stay equal where their customers hold several policies: what is decided together
counts once and a bit."""

import datetime as dt

import numpy as np
import pytest

from analytics.catalogue import default_scheme
from analytics.evaluation import evaluate
from analytics.insight.certainty import certainty
from analytics.insight.clusters import ASSUMED, CUSTOMERS, MONTHS, UNKNOWN, likeness
from analytics.insight.funnel import funnel
from analytics.model import Filters, Period
from analytics.reports.sure import together_text
from tests.conftest import load_text
from tests.present import present
from tests.simulate.equals import MOST_FLAGGED, flagged, with_a_trend

APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))
HEADER = "保单号,工号,到期日,续保结果"


def in_pairs(random, people, pairs, customers=True):
    """Everybody renews four of five; two policies of a customer are always renewed or lost
    together."""
    rows = [HEADER + (",客户号" if customers else "")]
    for agent in range(people):
        for pair, renewed in enumerate(random.random(pairs) < 0.8):
            for part in "ab":
                customer = f",K{agent}-{pair}" if customers else ""
                rows.append(
                    f"P{agent}-{pair}{part},B{agent:03d},2026-04-{1 + pair % 28:02d},"
                    f"{'已续' if renewed else '未续'}{customer}"
                )
    return "\n".join(rows) + "\n"


@pytest.fixture
def paired(home, tmp_path):
    load_text(home, tmp_path, "policies", in_pairs(np.random.default_rng(5), 60, 20))
    return evaluate(home.measure(Filters(APRIL)), default_scheme())


def test_pairs_that_are_one_decision_count_half(paired):
    alike = likeness(paired.measured)
    assert alike.way == CUSTOMERS
    assert alike.correlation == pytest.approx(1, abs=0.05)
    assert alike.agents == pytest.approx(2, abs=0.05)
    sure = present(certainty(paired.measured, "renewal_rate"))
    assert (sure.n == 40).all()  # what is shown is what there is
    # Wilson for 16 of 20, not for 32 of 40: 58.4–91.9 %.
    row = int(np.flatnonzero(paired.measured.agents.value[:, 0] == 0.8)[0])
    assert (sure.low[row], sure.high[row]) == (
        pytest.approx(0.584, abs=0.01),
        pytest.approx(0.919, abs=0.01),
    )
    assert funnel(paired, "renewal_rate").independent == pytest.approx(20, abs=1)


def test_without_customers_or_months_independence_is_assumed(home, tmp_path):
    load_text(
        home, tmp_path, "policies", in_pairs(np.random.default_rng(5), 20, 20, customers=False)
    )
    assert likeness(home.measure(Filters(APRIL))).way == ASSUMED


def test_where_no_policies_are_counted_nothing_is_said_of_their_independence(home, tmp_path):
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,续保率\nA1,80%\nA2,90%\n",
        **{"from": "2026-04", "to": "2026-04"},
    )
    measured = home.measure(Filters(APRIL))
    assert likeness(measured).way == UNKNOWN
    for language, sentence in (("en", "nobody knows how far chance"), ("zh", "无从得知")):
        assert sentence in together_text(measured, language)


def test_without_customers_the_months_tell_how_alike_policies_are(home, tmp_path):
    random = np.random.default_rng(6)
    rows = [HEADER]
    for agent in range(25):
        for month in range(1, 7):
            for pair, renewed in enumerate(random.random(10) < 0.8):
                rows += [
                    f"P{agent}-{month}-{pair}{part},B{agent:03d},2026-{month:02d}-{1 + pair},"
                    f"{'已续' if renewed else '未续'}"
                    for part in "ab"
                ]
    load_text(home, tmp_path, "policies", "\n".join(rows) + "\n", as_of=dt.date(2026, 8, 15))
    alike = likeness(home.measure(Filters(Period(dt.date(2026, 6, 1), dt.date(2026, 6, 1)))))
    assert alike.way == MONTHS
    assert alike.company == pytest.approx(2, abs=0.5)  # 25 · 5 − 5 degrees of freedom: 2 ± 0.26


def test_of_equal_agents_in_pairs_hardly_one_lies_outside_the_funnel():
    """400 companies of 40 agents with 40 policies in pairs: 99.8 % limits may flag 0.3 % of them;
    as independent ones they flag more."""
    assert flagged(400, 7) <= MOST_FLAGGED
    assert flagged(400, 7, together=False) > 0.01


@pytest.mark.parametrize(("size", "wander"), [(4, 0.0), (4, 0.01), (2, 0.01)])
def test_equal_agents_in_pairs_and_wandering_small_teams_hardly_ever_show_a_trend(size, wander):
    assert (
        with_a_trend(60, 8, size, wander) <= 0.2
    )  # 12 % of 60 are 7.2, two standard errors more 12.2
