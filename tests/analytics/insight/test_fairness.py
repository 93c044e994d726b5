"""Groups of agents in companies of many groups."""

from time import process_time
from types import SimpleNamespace

import numpy as np
import pandas as pd

from analytics.insight.fairness import SENIORITY, grouped, groups

GRADES = [("A", 85.0), ("B", 75.0), ("C", 60.0), ("D", 0.0)]


def company(agents):
    """As much of an evaluation as groups are made of: agent k scores 60 + k % 40, every other one
    has an A."""
    numbers = np.arange(agents)
    return SimpleNamespace(
        agents=SimpleNamespace(
            rated=np.ones(agents, dtype=bool),
            score=60.0 + numbers % 40,
            grade=np.where(numbers % 2, "A", "C"),
        ),
        people=pd.DataFrame({"agent_id": [f"A{number}" for number in numbers]}),
        catalogue=SimpleNamespace(grades=GRADES),
    )


def test_five_hundred_groups_of_ten_thousand_agents_are_compared_in_half_a_second():
    evaluation = company(10_000)
    of = {
        agent_id: f"group {position % 500}"
        for position, agent_id in enumerate(evaluation.people["agent_id"])
    }
    started = process_time()
    table = groups(evaluation, of)
    assert process_time() - started <= 0.5
    assert len(table) == 500
    assert (table["n"] == 20).all()
    assert set(table["rate"]) == {0.0, 1.0}  # a group's agents are all even or all odd


def test_years_of_service_stand_in_their_order_and_other_groups_by_name():
    evaluation = company(8)
    names = ["5+", "<1", "south", "north", "3–5", "<1", "5+", "north"]
    of = dict(zip(evaluation.people["agent_id"], names, strict=True))
    assert list(groups(evaluation, of)["group"]) == ["<1", "3–5", "5+", "north", "south"]
    assert set(SENIORITY) >= {"<1", "3–5", "5+"}


def test_an_agent_belongs_to_the_channel_of_most_policies_and_of_two_level_ones_to_the_first():
    evaluation = company(3)
    cases = pd.DataFrame(
        {
            "agent_id": ["A0"] * 3 + ["A1"] * 2 + ["A2"],
            "channel": ["phone", "web", "web", "web", "phone", None],
            "n": [2, 2, 1, 4, 4, 1],
        }
    )
    assert grouped(evaluation, "channel", cases) == {"A0": "web", "A1": "phone"}


def test_channels_of_many_agents_are_counted_at_once():
    agents = 5_000
    evaluation = company(agents)
    numbers = np.repeat(np.arange(agents), 4)
    cases = pd.DataFrame(
        {
            "agent_id": [f"A{number}" for number in numbers],
            "channel": np.where(numbers % 3, "web", "phone"),
            "n": 1,
        }
    )
    started = process_time()
    assert len(grouped(evaluation, "channel", cases)) == agents
    assert process_time() - started <= 0.5


def test_a_group_is_held_against_the_best_from_twenty_agents_on():
    evaluation = company(59)  # every other one has an A
    names = ["all A" if nth % 2 else "none" for nth in range(40)] + ["few"] * 19
    of = dict(zip(evaluation.people["agent_id"], names, strict=True))
    table = groups(evaluation, of).set_index("group")
    assert table["n"].to_dict() == {"all A": 20, "few": 19, "none": 20}
    assert table["enough"].tolist() == [True, False, True]
    # 20 of 20 are the best, none of 20 is nought of it.
    assert (table.loc["all A", "ratio"], table.loc["none", "ratio"]) == (1, 0)
    assert (table.loc["none", "flagged"], table.loc["all A", "flagged"]) == (True, False)
    assert table.loc["none", "high"] < 0
    assert table.loc["few", ["ratio", "low", "high"]].isna().all()
    # Agents 1, 3 … 39 score 61, 63 … 99.
    assert table.loc["all A", "score"] == 80
    assert table.loc["few", "rate"] == 9 / 19


def test_one_group_is_compared_with_nothing_and_who_has_none_is_left_out():
    evaluation = company(40)
    ids = evaluation.people["agent_id"]
    assert groups(evaluation, dict.fromkeys(ids, "north")).empty
    half = dict(zip(ids, ["north", "south"] * 10, strict=False))
    assert groups(evaluation, half)["n"].sum() == 20


def test_the_surplus_of_a_group_is_the_mean_of_those_who_have_one():
    evaluation = company(4)
    of = dict(zip(evaluation.people["agent_id"], ["north", "south"] * 2, strict=True))
    table = groups(evaluation, of, {"A0": 4.0, "A2": 2.0, "A1": -1.0}).set_index("group")
    assert table["surplus"].to_dict() == {"north": 3, "south": -1}
    assert "surplus" not in groups(evaluation, of)


def test_seniority_is_counted_to_the_periods_last_day():
    evaluation = company(5)
    evaluation.people["hired_on"] = pd.to_datetime(
        ["2025-05-02", "2025-04-30", "2023-04-30", "2021-04-29", None]
    )
    evaluation.measured = SimpleNamespace(
        period=SimpleNamespace(last=pd.Timestamp(2026, 4, 1).date()),
        settings=SimpleNamespace(month_begins=1),
    )
    assert grouped(evaluation, "seniority") == {
        "A0": "<1",
        "A1": "1–3",
        "A2": "3–5",
        "A3": "5+",
    }


def test_a_group_of_a_column_is_its_value_and_the_empty_one_is_nobodys():
    evaluation = company(3)
    evaluation.people["region"] = ["north", "", None]
    assert grouped(evaluation, "region") == {"A0": "north"}
    assert grouped(evaluation, "channel") == {}
    assert grouped(evaluation, "channel", pd.DataFrame()) == {}
