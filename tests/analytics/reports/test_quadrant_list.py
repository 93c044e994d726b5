"""The quadrant as a list, and its finding: the same for page, file and command, and never more
certain than its figures."""

import numpy as np
import pytest

from analytics.evaluation import Evaluation
from analytics.insight.quadrant import place, stood
from analytics.insight.quadrant_certainty import QuadrantCertainty
from analytics.reports.lists.quadrant import certain_of, finding, quadrant_table, unplaced_table


@pytest.fixture
def rows(company: Evaluation) -> np.ndarray:
    return np.flatnonzero(company.shown)


def test_the_list_names_values_quadrant_and_what_to_do_in_the_order_of_the_quadrants(
    company,
    rows,
):
    listed = quadrant_table(company, place(company), rows, "en")
    assert [column.name for column in listed.columns if column.name != "too_few"] == [
        "agent_id",
        "name",
        "team",
        "quadrant",
        "x",
        "y",
        "due_policies",
        "action",
    ]
    order = ["Role model", "Service gap", "Sales gap", "Focus", "No data yet"]
    places = [order.index(name) for name in listed.frame["quadrant"]]
    assert places == sorted(places)
    sure = quadrant_table(company, place(company), rows, "en", how_sure=True)
    assert {"certainty", "x.range", "y.n"} <= {column.name for column in sure.columns}
    assert sure.columns[-1].name == "action"


def test_a_mark_says_before_the_words_how_sure_a_quadrant_is(company, rows):
    listed = quadrant_table(company, place(company), rows, "en", how_sure=True)
    words = listed.frame.set_index("agent_id")["certainty"]
    assert words["A0"].startswith("● Service gap (")
    assert words["F"].startswith("○ too few data")
    assert set(words.str[0]) <= {"●", "◐", "○"}


def test_the_finding_counts_the_certain_and_names_their_quadrants(company):
    placed = place(company)
    said = finding(company, placed, "en")
    listed = quadrant_table(company, placed, np.flatnonzero(company.shown), "en", how_sure=True)
    sure = listed.frame[listed.frame["certainty"].str.startswith("●")]
    assert f", {len(sure)} stand in a quadrant for certain: " in said
    for name, count in sure["quadrant"].value_counts().items():
        assert f"{name} {count}" in said


def test_where_nobody_is_certain_the_finding_says_that_and_names_no_quadrant(
    company,
    monkeypatch,
):
    monkeypatch.setattr(QuadrantCertainty, "certain", np.zeros(len(company.people), dtype=bool))
    said = finding(company, place(company), "zh")
    assert "还没有一个人的象限能确定" in said
    assert "标杆" not in said


def test_where_the_axes_tell_nobody_apart_the_finding_says_that_first(
    company,
    monkeypatch,
):
    monkeypatch.setattr(QuadrantCertainty, "tell_apart", False)
    assert finding(company, place(company), "en") == (
        "These data do not tell agents apart on Renewal rate and Customer satisfaction."
    )


def test_without_counts_the_finding_says_how_many_are_drawn_and_no_more(
    company,
    monkeypatch,
):
    monkeypatch.setattr(QuadrantCertainty, "known", np.zeros(len(company.people), dtype=bool))
    said = finding(company, place(company), "zh")
    assert said == "图上 12 人；没有件数或份数，谁的象限都定不下来。"


def test_whoever_lacks_a_value_is_listed_apart_with_the_one_that_is_there(company):
    missing = unplaced_table(company, place(company, y="insurance_knowledge"), "en")
    assert len(missing.frame) == int(company.shown.sum())
    assert missing.frame["x"].notna().all()
    assert missing.frame["y"].isna().all()
    assert unplaced_table(company, place(company), "en").frame.empty


def test_who_stood_where_a_period_before_is_told_by_id_and_nobody_unseen(company):
    placed = place(company)
    x, y = stood(company, company, placed)
    assert x == pytest.approx(placed.x_value, nan_ok=True)
    assert y == pytest.approx(placed.y_value, nan_ok=True)
    assert np.isnan(stood(company, None, placed)[0]).all()


def test_the_certain_are_counted_among_those_who_are_shown(company):
    from analytics.insight.quadrant_certainty import quadrant_certainty

    chance = quadrant_certainty(company.measured, place(company))
    certain, judged = certain_of(company, chance)
    assert certain == int(chance.certain.sum())
    assert judged == int(chance.known.sum())
