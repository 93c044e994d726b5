"""What the spread of sums hangs on is counted with them: squares of premiums, and policies that one
customer decides on together."""

import datetime as dt

import pytest

from analytics.model import Filters, Period
from tests.conftest import load_text

APRIL = Filters(Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1)))
POLICIES = """保单号,工号,到期日,续保结果,应续保费,续保保费,客户号
P1,A1,2026-04-01,已续,100,110,K1
P2,A1,2026-04-02,已续,200,190,K1
P3,A1,2026-04-03,未续,300,,K1
P4,A1,2026-04-04,已续,400,400,
P5,A2,2026-04-05,未续,500,,K2
"""


@pytest.fixture
def people(home, tmp_path):
    load_text(home, tmp_path, "policies", POLICIES)
    return home.measure(APRIL).people.set_index("agent_id")


def test_squares_of_premiums_due_and_renewed_are_added_up(people):
    assert people.loc["A1", "due_premium_sq"] == 100**2 + 200**2 + 300**2 + 400**2
    assert people.loc["A1", "renewed_premium_sq"] == 110**2 + 190**2 + 400**2
    assert people.loc["A2", "due_premium_sq"] == 500**2


def test_policies_of_one_customer_are_squared_together_and_those_of_nobody_alone(people):
    # K1 has three policies due of which two were renewed; the fourth is of nobody known.
    assert people.loc["A1", "customer_due_sq"] == 3**2 + 1
    assert people.loc["A1", "customer_renewed_sq"] == 2**2 + 1
    assert people.loc["A1", "customer_cross"] == 3 * 2 + 1
    assert people.loc[
        "A2", ["customer_due_sq", "customer_renewed_sq", "customer_cross"]
    ].tolist() == [1, 0, 0]


def test_without_customers_nothing_is_known_of_what_they_decide_together(home, tmp_path):
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果\nP1,A1,2026-04-01,已续\n")
    measured = home.measure(APRIL).people
    assert measured["customer_due_sq"].isna().all()
    assert measured["due_premium_sq"].isna().all()
