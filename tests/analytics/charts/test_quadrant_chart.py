"""The quadrant's figure: a point an agent, density for crowds, and the way back from points to
agents."""

from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.charts.quadrant import (
    MOST_POINTS,
    OUTLIERS,
    Look,
    drawn_rows,
    picked_rows,
    quadrant_chart,
)
from analytics.evaluation import Evaluation, Measured, Values, evaluate
from analytics.insight.quadrant import place
from analytics.language import say
from analytics.model import Filters, Period, Settings, parse_month


def crowd(agents: int) -> Evaluation:
    """So many agents with random rates and satisfaction; the last one has no satisfaction."""
    random = np.random.default_rng(3)
    value = np.full((agents, len(built_in_catalogue().ids)), np.nan)
    value[:, 0] = random.uniform(0.4, 1, agents)
    value[:, built_in_catalogue().position("satisfaction")] = random.normal(80, 8, agents)
    value[-1, built_in_catalogue().position("satisfaction")] = np.nan
    values = Values(value, value, value, value, np.zeros(value.shape, dtype=bool))
    one = Values(*(getattr(values, name)[:1] for name in values.__dataclass_fields__))
    people = pd.DataFrame(
        {
            "agent_id": [f"A{at}" for at in range(agents)],
            "name": "<b>安</b>",
            "team": None,
            "branch": None,
            "due_policies": 10.0,
        }
    )
    month = parse_month("2026-04")
    none = replace(
        one,
        value=one.value[:0],
        numerator=one.value[:0],
        denominator=one.value[:0],
        points=one.value[:0],
        equal_weight=one.equal_weight[:0],
    )
    measured = Measured(
        Filters(Period(month, month)),
        built_in_catalogue(),
        Settings(),
        people,
        values,
        pd.DataFrame({"team": []}),
        none,
        one,
        {},
        pd.DataFrame(),
        pd.DataFrame(),
    )
    return evaluate(measured, default_scheme())


def drawn(agents: int):
    of = crowd(agents)
    placed = place(of)
    rows = drawn_rows(placed, of.shown)
    return (
        of,
        placed,
        rows,
        go.Figure(  # Plotly refuses a property it does not know
            quadrant_chart(
                of,
                placed,
                rows,
                Look(),
                lambda name: name,
                lambda key, **facts: say(key, "zh", **facts),
            )
        ),
    )


def test_every_placed_agent_is_a_point_and_names_cannot_carry_markup():
    of, placed, rows, fig = drawn(50)
    assert len(fig.data[0].x) == len(rows) == 49
    assert all("<b>安" not in text and "&lt;b>安" in text for text in fig.data[0].text)
    assert picked_rows(of, placed, rows, [[0, 3], [0, 999]]).tolist() == [rows[3]]


def test_a_crowd_is_drawn_as_density_with_its_outliers_as_points():
    of, placed, rows, fig = drawn(MOST_POINTS + 10)
    assert [trace.type for trace in fig.data] == ["heatmap", "scatter"]
    assert len(fig.data[1].x) == OUTLIERS
    picked = picked_rows(of, placed, rows, [[1, 0]])
    assert of.people["agent_id"].iat[picked[0]] == fig.data[1].ids[0]


def test_the_corners_name_the_quadrants_with_their_counts():
    of, placed, rows, fig = drawn(50)
    texts = " ".join(note.text for note in fig.layout.annotations)
    for name in ("role_model", "service_gap", "sales_gap", "focus"):
        assert f"{say(f'quadrant.{name}', 'zh')}</b> {placed.counts[name]}" in texts
    assert sum(count for name, count in placed.counts.items() if name != "unplaced") == len(rows)
    assert of.people["due_policies"].iat[0] == pytest.approx(10)
