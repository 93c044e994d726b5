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
    at = np.arange(agents)
    return SimpleNamespace(
        agents=SimpleNamespace(
            rated=np.ones(agents, dtype=bool),
            score=60.0 + at % 40,
            grade=np.where(at % 2, "A", "C"),
        ),
        people=pd.DataFrame({"agent_id": [f"A{one}" for one in at]}),
        catalogue=SimpleNamespace(grades=GRADES),
    )


def test_five_hundred_groups_of_ten_thousand_agents_are_compared_in_half_a_second():
    evaluation = company(10_000)
    of = {one: f"group {at % 500}" for at, one in enumerate(evaluation.people["agent_id"])}
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
    at = np.repeat(np.arange(agents), 4)
    cases = pd.DataFrame(
        {"agent_id": [f"A{one}" for one in at], "channel": np.where(at % 3, "web", "phone"), "n": 1}
    )
    started = process_time()
    assert len(grouped(evaluation, "channel", cases)) == agents
    assert process_time() - started <= 0.5
