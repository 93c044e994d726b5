"""What is said of an agent's quadrant is the same on the sheet, in the table of the quadrant and in
the coaching list."""

import pytest

from analytics.insight.coaching import coaching_list
from analytics.insight.quadrant import place
from analytics.insight.quadrant_certainty import QuadrantCertainty, quadrant_certainty
from analytics.insight.sheet import Around, sheet
from analytics.reports import sheets
from analytics.reports.sure import quadrant_words
from tests.analytics.reports.conftest import FEW, GIVEN, POOR


def said(company, agent_id, language="en"):
    """Of one agent: how firmly placed, the sheet's sentence, the quadrant's words, and what the
    coaching list would have done."""
    placed = place(company)
    chance, row = quadrant_certainty(company.measured, placed), company.row(agent_id)
    listed = coaching_list(company, placed, []).set_index("agent_id")
    sentence = sheets.meaning(sheet(Around(company, placed, None), agent_id, None), language)
    return (
        chance.standing(row),
        sentence,
        quadrant_words(chance, row, language),
        listed["action"][agent_id][language],
    )


def test_training_is_named_where_the_quadrant_is_certain(company):
    standing, sentence, words, action = said(company, POOR)
    assert standing == "certain"
    assert sentence.startswith("Service gap: ")
    assert sentence.endswith("What follows: service training.")
    assert words.startswith("Service gap (")
    assert action.startswith("Service training")


@pytest.mark.parametrize(
    ("agent_id", "standing", "sentence", "words"),
    [
        (FEW, "little", "but too few cases", "too few data for a verdict"),
        (
            GIVEN,
            "unknown",
            "Without the counts behind them",
            "not known how far chance carries it (no counts)",
        ),
    ],
)
def test_no_page_names_training_where_another_says_that_the_data_do_not_carry_it(
    company, agent_id, standing, sentence, words
):
    label, told, column, action = said(company, agent_id)
    assert label == standing
    assert told.startswith("Service gap by these values")
    assert sentence in told
    assert told.endswith("look at more months before deciding.")
    assert column.startswith(words)
    assert action.startswith("Look at more months before deciding")
    assert "training" not in action.partition(";")[0]
    for chinese in (said(company, agent_id, "zh")[1], said(company, agent_id, "zh")[3]):
        assert "先看更多月份的数据再定" in chinese


def test_where_the_data_tell_nobody_apart_no_quadrant_is_certain(company, monkeypatch):
    monkeypatch.setattr(QuadrantCertainty, "tell_apart", False)
    standing, sentence, words, action = said(company, POOR)
    assert standing == "alike"
    assert "cannot tell the agents apart" in sentence
    assert words == "these data cannot tell the agents apart"
    assert action.startswith("Look at more months before deciding")


def test_a_sheet_closed_before_the_standing_was_kept_tells_it_by_its_probabilities(company):
    kept = sheet(Around(company, place(company), None), POOR, None)
    standing = kept.pop("quadrant_standing")
    assert standing == "certain"
    assert sheets.meaning(kept, "en").endswith("What follows: service training.")
    few = {**kept, "quadrant_probability": {**kept["quadrant_probability"], "enough": False}}
    assert "too few cases" in sheets.meaning(few, "en")
    assert "Without the counts" in sheets.meaning({**kept, "quadrant_probability": None}, "en")
