"""The quadrant's figure: a point an agent, density for crowds, and the way back from points to
agents."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.charts.quadrant import NOBODY_MARKED, drawn_rows, picked_rows, quadrant_chart
from analytics.charts.quadrant_plan import HEIGHT, MARGIN, ROOM, axis_range
from analytics.charts.quadrant_points import MOST_POINTS, OUTLIERS, Before, Look, Marked
from analytics.charts.theme import IN_THE_DARK
from analytics.evaluation import Evaluation, Measured, Values, evaluate
from analytics.insight.quadrant import place
from analytics.language import say
from analytics.model import QUADRANTS, Filters, Period, Settings, parse_month
from tests.analytics.charts.test_theme import contrast


def crowd(agents: int) -> Evaluation:
    """So many agents with random rates and satisfaction; the last one has no satisfaction."""
    random = np.random.default_rng(3)
    value = np.full((agents, len(built_in_catalogue().ids)), np.nan)
    value[:, 0] = random.uniform(0.4, 1, agents)
    value[:, built_in_catalogue().position("satisfaction")] = random.normal(80, 8, agents)
    value[-1, built_in_catalogue().position("satisfaction")] = np.nan
    values = Values(value, value, value, value, np.zeros(value.shape, dtype=bool))
    whole = Values(*(getattr(values, name)[:1] for name in values.__dataclass_fields__))
    people = pd.DataFrame(
        {
            "agent_id": [f"A{agent}" for agent in range(agents)],
            "name": "<b>安</b>",
            "team": None,
            "branch": None,
            "due_policies": 10.0,
        }
    )
    month = parse_month("2026-04")
    none = replace(
        whole,
        value=whole.value[:0],
        numerator=whole.value[:0],
        denominator=whole.value[:0],
        points=whole.value[:0],
        equal_weight=whole.equal_weight[:0],
    )
    measured = Measured(
        Filters(Period(month, month)),
        built_in_catalogue(),
        Settings(),
        people,
        values,
        pd.DataFrame({"team": []}),
        none,
        whole,
        {},
        pd.DataFrame(),
        pd.DataFrame(),
    )
    return evaluate(measured, default_scheme())


PLAIN = Look()


def words(key: str, **facts: object) -> str:
    return say(key, "zh", **facts)


def drawn(agents: int, marked: Marked = NOBODY_MARKED, look: Look = PLAIN):
    of = crowd(agents)
    placed = place(of)
    rows = drawn_rows(placed, of.shown)
    figure = quadrant_chart(of, placed, rows, look, lambda name: name, words, marked)
    for fit in figure["layout"]["meta"]["fits"]:
        # Plotly refuses a property it does not know.
        go.Figure(layout={"annotations": fit["notes"], **fit.get("layout", {})})
    return of, placed, rows, go.Figure(figure)


def notes_of(fig: go.Figure, width: int) -> list[dict[str, Any]]:
    """What stands in a figure so wide besides what stands in all."""
    fits = fig.layout.meta["fits"]
    return list([fit["notes"] for fit in fits if fit["from"] <= width][-1])


def names_in(fig: go.Figure, width: int = 1200) -> list[str]:
    return [note["text"] for note in notes_of(fig, width) if note.get("name") == "name"]


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
    texts = " ".join(note["text"] for note in notes_of(fig, 800))
    for name in ("role_model", "service_gap", "sales_gap", "focus"):
        assert f"{say(f'quadrant.{name}', 'zh')}</b> {placed.counts[name]}" in texts
    assert sum(count for name, count in placed.counts.items() if name != "unplaced") == len(rows)
    assert of.people["due_policies"].iat[0] == pytest.approx(10)


def test_points_are_drawn_between_the_plates_of_the_corners_only_however_somebody_zooms():
    _, _, _, fig = drawn(50)
    low, high = fig.layout.yaxis.domain
    plates = [shape for shape in fig.layout.shapes if shape.type == "rect"]
    assert [(plate.y0, plate.y1) for plate in plates] == [(0, low), (high, 1)]
    assert {plate.yref for plate in plates} == {"paper"}
    corners = [note for note in notes_of(fig, 800) if note.get("yref") == "paper"]
    assert len(corners) == 4
    assert all(not low < note["y"] < high for note in corners)
    cuts = fig.layout.annotations
    assert all("paper" in (cut.xref, cut.yref) and 1 in (cut.x, cut.y) for cut in cuts)


def test_the_words_of_the_corners_are_readable_on_their_plates_by_day_and_in_the_dark():
    _, _, _, fig = drawn(50)
    plate = next(shape.fillcolor for shape in fig.layout.shapes if shape.type == "rect")
    corners = [note for note in notes_of(fig, 800) if note.get("yref") == "paper"]
    for note in corners:
        word = note["font"]["color"]
        assert contrast(word, plate) >= 4.5
        assert contrast(IN_THE_DARK[word], IN_THE_DARK[plate]) >= 4.5


def test_every_point_lies_inside_its_axes_with_room_for_its_edge():
    _, _, _, fig = drawn(50)
    left, right = fig.layout.xaxis.range
    assert left < min(fig.data[0].x) <= max(fig.data[0].x) < right
    low, high = fig.layout.yaxis.range
    pixels = (np.array(fig.data[0].y) - low) / (high - low) * ROOM
    assert pixels.min() > 11
    assert pixels.max() < ROOM - 11


def test_up_to_thirty_people_are_all_named_and_of_more_the_farthest_in_every_quadrant():
    of, _, rows, fig = drawn(26)
    assert len(rows) == 25
    assert len(names_in(fig)) == 25
    of, placed, rows, fig = drawn(200)
    named = [name.split(" ")[-1] for name in names_in(fig)]
    assert len(named) == len(set(named)) == 8
    quadrants = [placed.quadrant[of.row(agent_id)] for agent_id in named]
    assert sorted(quadrants) == sorted(2 * list(QUADRANTS))
    best = max(
        (row for row in rows if placed.quadrant[row] == "role_model"),
        key=lambda row: (
            (placed.x_value[row] - placed.x_cut.value) / np.ptp(placed.x_value[rows])
            + (placed.y_value[row] - placed.y_cut.value) / np.ptp(placed.y_value[rows])
        ),
    )
    assert str(of.people["agent_id"].iat[best]) in named


def test_the_chosen_are_named_and_drawn_with_the_way_from_where_they_stood():
    values = np.linspace(0.5, 0.9, 200), np.linspace(70, 90, 200)
    marked = Marked((7, 8), 9, Before("2026-03", *values))
    _, placed, _, fig = drawn(200, marked)
    assert [name.split(" ")[-1] for name in names_in(fig)][:3] == ["A9", "A7", "A8"]
    trails = [shape for shape in fig.layout.shapes if shape.name == "trail"]
    ends = [(trail.x0, trail.y0, trail.x1, trail.y1) for trail in trails]
    expected = [
        (100 * values[0][row], values[1][row], 100 * placed.x_value[row], placed.y_value[row])
        for row in (9, 7, 8)
    ]
    assert np.array(ends) == pytest.approx(np.array(expected))
    (ring,) = [shape for shape in fig.layout.shapes if shape.name == "ring"]
    assert (ring.xanchor, ring.yanchor) == (trails[0].x1, trails[0].y1)


def test_under_the_pointer_stands_where_the_person_stood_and_whoever_was_not_there_has_no_way():
    then = np.full(50, 0.75), np.full(50, 85.0)
    then[0][4] = np.nan
    _, _, _, fig = drawn(50, Marked(before=Before("2026-03", *then)))
    reach = fig.data[0].meta["reach"]
    assert reach["x_before"][3] == pytest.approx(75)
    assert np.isnan(reach["x_before"][4])
    assert "2026-03：renewal_rate 75.0%，satisfaction 85.0" in fig.data[0].text[3]
    assert "2026-03" not in fig.data[0].text[4]


def test_teams_have_a_legend_with_room_for_its_lines_at_every_width():
    _, _, _, fig = drawn(50, look=Look(colour="team"))
    for fit in fig.layout.meta["fits"]:
        more = fit["layout"]["height"] - HEIGHT
        assert more >= 22
        assert fit["layout"]["margin"]["b"] - MARGIN["b"] == more


def test_an_axis_shows_its_cut_line_unless_that_lies_far_beyond_everybody():
    values = np.array([60.0, 80.0])
    assert axis_range(values, 84.0, 0.1, False) == pytest.approx((57.0, 87.0))
    assert axis_range(values, 100.0, 0.1, False) == pytest.approx((57.5, 82.5))
    assert axis_range(values, 70.0, 0.1, True) == pytest.approx((82.5, 57.5))
    low, high = axis_range(np.array([3.0]), 3.0, 0.1, False)
    assert low < 3.0 < high


def test_a_cut_line_beyond_the_axis_is_not_drawn_and_not_told():
    of = crowd(50)
    placed = place(of, cut="9")
    rows = drawn_rows(placed, of.shown)
    layout = quadrant_chart(of, placed, rows, Look(), lambda name: name, words)["layout"]
    assert len(layout["annotations"]) == 0
