"""What a book was expected to renew, where the expectation can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.errors import RequestRefused
from analytics.insight.case_mix import (
    _standardised,
    _with_peers,
    calibration,
    case_mix,
    none_alike,
    waterfall,
)
from analytics.insight.mix_change import MERGED, change
from analytics.insight.trends import can_trend


def book(agents, renewed, product="车险"):
    """A hundred policies of a product for each of some agents; `renewed` of them renewed."""
    return pd.DataFrame(
        {
            "agent_id": agents,
            "product": product,
            "channel": "直销",
            "n": 100,
            "renewed": renewed,
            "token": [f"{agent}{product}{row}" for row, agent in enumerate(agents)],
        }
    )


AGENTS = [f"A{number:02d}" for number in range(30)]


@pytest.fixture(scope="module")
def two_products():
    """Thirty agents: those of even numbers sell 寿险, of which 40 % renew, the others 车险, of
    which 80 %; the first renews 60 of the hard hundred, the second 60 of the easy one."""
    hard, easy = book(AGENTS[::2], 40, "寿险"), book(AGENTS[1::2], 80, "车险")
    hard.loc[0, "renewed"], easy.loc[0, "renewed"] = 60, 60
    return case_mix(pd.concat([hard, easy], ignore_index=True))


def test_equal_rates_are_good_work_on_a_hard_book_and_weak_work_on_an_easy_one(two_products):
    agents = two_products.agents.set_index("agent_id")
    hard, easy = agents.loc["A00"], agents.loc["A01"]
    assert (hard["rate"], easy["rate"]) == (0.6, 0.6)
    assert hard["expected_rate"] == pytest.approx(0.4, abs=0.03)
    assert easy["expected_rate"] == pytest.approx(0.8, abs=0.03)
    assert hard["difference"] == pytest.approx(60 - hard["expected"])
    assert (hard["outside"], easy["outside"], agents.loc["A02", "outside"]) == (True, True, False)
    assert hard["z"] > 3
    assert easy["z"] < -3
    assert agents["enough"].all()
    assert (two_products.used, two_products.unused[:1]) == (("product",), ("channel",))


def test_who_sells_what_others_sell_too_has_peers(two_products):
    assert not none_alike(two_products).any()
    alone = pd.concat([book(AGENTS[1:], 80), book(AGENTS[:1], 80, "寿险")], ignore_index=True)
    mix = case_mix(alone.assign(renewed=np.where(alone["agent_id"] == "A05", 70, 80)))
    told = mix.agents.set_index("agent_id")
    assert told.index[none_alike(mix)].tolist() == ["A00"]
    assert (told.loc["A00", "without_peers"], told.loc["A01", "without_peers"]) == (1, 0)
    assert not told.loc["A00", "enough"]


def test_policies_that_are_decided_together_widen_the_limits(two_products):
    cases = two_products.cases[["agent_id", "product", "channel", "n", "renewed", "token"]]
    wide = case_mix(cases, {"A00": 4.0}).agents.set_index("agent_id")
    plain = two_products.agents.set_index("agent_id")
    assert abs(wide.loc["A00", "z"]) < abs(plain.loc["A00", "z"]) / 1.5
    assert wide.loc["A02", "z"] == pytest.approx(plain.loc["A02", "z"])


@pytest.mark.parametrize(
    "cases",
    [
        book(AGENTS, 80),  # no factor differs
        pd.concat([book(["A"], 40, "寿险"), book(["A"], 80)]),  # one agent
        pd.concat([book(["A", "B"], 100, "寿险"), book(["A", "B"], 100)]),  # nothing lost
        pd.concat([book(["A", "B"], 0, "寿险"), book(["A", "B"], 0)]),  # nothing renewed
    ],
)
def test_where_nothing_can_be_expected_that_is_said(cases):
    with pytest.raises(RequestRefused, match="no_case_mix"):
        case_mix(cases)


def test_the_way_from_the_companys_rate_to_the_agents_adds_up(two_products):
    steps = waterfall(two_products, "A00").set_index("step")["value"]
    # 15 · 40 + 20 and 15 · 80 − 20 of 3,000.
    assert steps["company"] == pytest.approx(0.6)
    assert steps["product"] == pytest.approx((600 + 20) / 1500 - 0.6)
    assert steps.drop("agent").sum() == pytest.approx(steps["agent"])
    assert steps["agent"] == 0.6
    assert steps["unexplained"] == pytest.approx(0.2, abs=0.03)


def test_expectations_stand_beside_what_came_of_them_in_equal_parts(two_products):
    parts = calibration(two_products, 2)
    assert parts["n"].tolist() == [1500, 1500]
    assert parts["observed"].tolist() == pytest.approx([620 / 1500, 1180 / 1500])
    assert parts["expected"].tolist() == pytest.approx([0.41, 0.79], abs=0.02)
    assert (parts["low"] < parts["observed"]).all()
    assert (parts["observed"] < parts["high"]).all()


def test_a_rate_at_the_companys_mix_needs_half_of_it_in_the_agents_own_book(two_products):
    # Either product is half of the company's policies, and so all that an agent covers.
    table = two_products.agents.set_index("agent_id")
    assert table["covered"].tolist() == pytest.approx([0.5] * 30)
    assert table.loc["A00", "standardised"] == pytest.approx(0.6)
    more = pd.concat([two_products.cases, book(["Z"], 50, "意外险")], ignore_index=True)
    again = case_mix(more[["agent_id", "product", "channel", "n", "renewed", "token"]])
    assert again.agents["standardised"].isna().all()


def kinds(*rows):
    """Rows of one product each: agent, product, policies, renewed."""
    return pd.DataFrame(rows, columns=["agent_id", "product", "n", "renewed"])


@pytest.mark.parametrize(
    ("sizes", "peers"),
    [
        # Thirty cases of three others are enough, twenty-nine are not.
        ([10, 10, 10, 10], [True] * 4),
        ([10, 10, 10, 9], [False, False, False, True]),
        ([9, 15, 15], [False] * 3),  # of two others, however many
    ],
)
def test_a_case_has_peers_where_three_others_have_thirty_of_its_kind(sizes, peers):
    rows = [(f"A{nth}", "x", size, 0) for nth, size in enumerate(sizes)]
    # Another kind of the same agents lends them nothing, and one's own rows are no peers.
    rows += [(f"A{nth}", "y", 100, 0) for nth in range(2)]
    rows += [("Z", "z", 40, 0), ("Z", "z", 40, 0)]
    told = _with_peers(kinds(*rows), ["product"])
    assert told.tolist() == [*peers, *[False] * 4]


@pytest.mark.parametrize(("agents", "enough"), [(19, False), (20, True)])
def test_nobody_is_judged_among_fewer_than_twenty_agents(agents, enough):
    hard, easy = book(AGENTS[:agents:2], 40, "寿险"), book(AGENTS[1:agents:2], 80, "车险")
    told = case_mix(pd.concat([hard, easy], ignore_index=True)).agents
    assert told["enough"].tolist() == [enough] * agents


def test_nothing_is_said_below_five_expected_renewals_or_losses_as_many_as_they_count_for():
    hard, easy = book(AGENTS[::2], 40, "寿险"), book(AGENTS[1::2], 80, "车险")
    # Forty of a hundred: of ten policies four are expected, of fifteen six; of those of the easy
    # book at 80 % twenty lose four, thirty six.
    hard.loc[[0, 1], "n"], hard.loc[[0, 1], "renewed"] = [10, 15], [4, 6]
    easy.loc[[0, 1], "n"], easy.loc[[0, 1], "renewed"] = [20, 30], [16, 24]
    cases = pd.concat([hard, easy], ignore_index=True)
    told = case_mix(cases).agents.set_index("agent_id")["enough"]
    assert told[["A00", "A01", "A02", "A03", "A04"]].tolist() == [False, False, True, True, True]
    # Where they are decided on twenty together, a hundred of them count for five.
    few = case_mix(cases, {"A04": 20.0}).agents.set_index("agent_id")["enough"]
    assert few[["A02", "A04", "A06"]].tolist() == [True, False, True]


def test_a_standardised_rate_weighs_kinds_of_five_cases_by_the_companys_book():
    cases = kinds(
        ("A", "x", 10, 8),
        ("A", "y", 5, 1),
        ("B", "x", 50, 25),
        ("B", "y", 4, 4),
        ("B", "z", 31, 31),
    )
    told = _standardised(cases)
    # x is 60 of a hundred cases, y 9, z 31.
    assert told.loc["A", "covered"] == pytest.approx(0.69)
    assert told.loc["A", "standardised"] == pytest.approx((0.6 * 0.8 + 0.09 * 0.2) / 0.69)
    assert told.loc["B", "covered"] == pytest.approx(0.91)
    assert told.loc["B", "standardised"] == pytest.approx((0.6 * 0.5 + 0.31) / 0.91)
    half = _standardised(kinds(("A", "x", 50, 40), ("B", "y", 50, 20), ("C", "z", 1, 1)))
    assert half["standardised"].isna().all()  # 50 of 101


def test_a_model_explains_little_below_fifty_five_and_a_fifth_without_peers_stands_alone(
    two_products,
):
    assert replace(two_products, auc=0.549).explains_little
    assert not replace(two_products, auc=0.55).explains_little
    agents = two_products.agents.assign(without_peers=0.2)
    agents.loc[0, "without_peers"] = 0.21
    assert none_alike(replace(two_products, agents=agents)).tolist() == [True] + [False] * 29


# -- how a change splits ---------------------------------------------------------------------------


def sides(*cells):
    """Both periods: product, renewed and number of policies before, and now."""
    rows = [
        pd.DataFrame(
            {
                "product": [cell[0] for cell in cells],
                "renewed": [cell[1 + 2 * side] for cell in cells],
                "n": [cell[2 + 2 * side] for cell in cells],
            }
        )
        for side in (0, 1)
    ]
    return [frame[frame["n"] > 0] for frame in rows]


def test_more_hard_business_is_mix_and_better_rates_are_performance():
    # 车险 80 of 100, now 45 of 50; 寿险 40 of 100, now 75 of 150: 60 % stay 60 %.
    difference = change(*sides(("车险", 80, 100, 45, 50), ("寿险", 40, 100, 75, 150)))
    # (0.25 − 0.5) · (0.8 + 0.9) ÷ 2 and (0.75 − 0.5) · (0.4 + 0.5) ÷ 2; both rates up by ten.
    assert difference.split.mix == pytest.approx(-0.1)
    assert difference.split.performance == pytest.approx(0.1)
    assert difference.split.mix + difference.split.performance == pytest.approx(0, abs=1e-12)
    assert difference.mix[0] < -0.1 < difference.mix[1]
    assert difference.performance[0] < 0.1 < difference.performance[1]
    assert difference.merged == 0
    cells = difference.cells.set_index("cell")
    assert cells.loc["寿险", "performance"] == pytest.approx(0.1 * 0.625)


def test_cells_of_fewer_than_twenty_policies_are_one_and_a_single_small_cell_stays():
    small = ("意外险", 10, 19, 15, 100), ("健康险", 10, 100, 15, 19)
    difference = change(*sides(("车险", 80, 100, 45, 50), *small))
    assert difference.merged == 2
    assert difference.cells["cell"].tolist() == ["车险", MERGED]
    assert difference.cells.set_index("cell").loc[MERGED, "size_before"] == 119
    alone = change(*sides(("车险", 80, 100, 45, 50), small[0]))
    assert (alone.merged, sorted(alone.cells["cell"])) == (0, ["意外险", "车险"])
    # Twenty are enough, and what one side lacks altogether is mix.
    kept = change(
        *sides(("车险", 80, 100, 45, 50), ("意外险", 10, 20, 0, 0), ("健康险", 0, 0, 9, 20))
    )
    assert kept.merged == 0


def test_without_any_factor_all_is_performance():
    before, now = sides(("车险", 80, 100, 45, 50), ("寿险", 40, 100, 75, 150))
    difference = change(before, now, by=("region",))
    assert difference.cells["cell"].tolist() == ["—"]
    assert difference.split.mix == pytest.approx(0)
    assert difference.split.performance == pytest.approx(0)


def test_an_indicator_has_a_trend_where_the_months_hold_what_it_is_made_of():
    rate = built_in_catalogue()["renewal_rate"]
    months = pd.DataFrame({"renewed_policies": [np.nan, 1.0], "due_policies": [2.0, 2.0]})
    assert can_trend(rate, months)
    assert not can_trend(rate, months.iloc[:1])
    assert not can_trend(rate, months[["due_policies"]])
    assert not can_trend(rate, months[["renewed_policies"]])
