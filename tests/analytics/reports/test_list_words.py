"""Words of lists: funnel, trends over years, records, refusals, what went with coaching."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.errors import FileRefused
from analytics.insight.coaching_study import study
from analytics.insight.effect import Proof
from analytics.insight.evidence import Evidence
from analytics.insight.funnel import funnel
from analytics.insight.trends import COLUMNS, Trends
from analytics.language import say
from analytics.model import Issue, Period, add_months
from analytics.reports.coaching_effect import compared, grounds
from analytics.reports.evidence import evidence_tables
from analytics.reports.lists.funnel import funnel_table
from analytics.reports.lists.trends import luck_text, monthly_values, trend_table
from analytics.reports.refusals import issue_line, refusal_lines
from analytics.statistics.calibrated_ancova import Effect
from tests.simulate.figures import evaluated

KNOWN = built_in_catalogue()
SIZE = 60


def company(renewed):
    due = np.full(SIZE, 100.0)
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    return evaluated(people, {"renewal_rate": (renewed, due)})


def test_a_funnel_is_told_from_the_farthest_out_with_its_side():
    renewed = np.full(SIZE, 70.0)
    # Of a hundred at 70 %, 80 and 60 lie outside 95 %, 90 and 50 outside 99.8 %.
    renewed[:4] = [80, 60, 90, 50]
    judged = company(renewed)
    table = funnel_table(judged, funnel(judged, "renewal_rate"), "en")
    first = table.frame.iloc[:5]
    assert first["agent_id"].tolist()[:4] == ["A00002", "A00003", "A00000", "A00001"]
    outside, beyond, high, low = (
        say(f"funnel.{key}", "en") for key in ("sure", "leans", "high", "low")
    )
    assert first["state"].tolist() == [
        f"{outside} · {high}",
        f"{outside} · {low}",
        f"{beyond} · {high}",
        f"{beyond} · {low}",
        say("certainty.open_alike", "en"),
    ]
    names = [column.name for column in table.columns]
    assert "independent" not in names  # every policy is decided on by itself
    assert ("dispersed" in names) == (funnel(judged, "renewal_rate").tau2 > 0)


def test_inside_the_funnel_too_few_cases_and_too_little_difference_are_told_apart():
    renewed, due = np.full(SIZE, 70.0), np.full(SIZE, 100.0)
    # At 70 %, of two policies even both or none lie inside 95 %: 0.3² = 9 %, 0.7² = 49 %.
    renewed[:2], due[:2] = [2, 0], 2
    people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
    judged = evaluated(people, {"renewal_rate": (renewed, due)})
    table = funnel_table(judged, funnel(judged, "renewal_rate"), "zh").frame
    states = dict(zip(table["agent_id"], table["state"], strict=True))
    assert states["A00000"] == states["A00001"] == "○ 数据太少"
    assert states["A00002"] == "○ 差别太小"


def test_a_funnel_says_how_far_chance_reaches_where_that_is_asked_for():
    judged = company(np.where(np.arange(SIZE) % 2 == 0, 60.0, 80.0))
    drawn = funnel(judged, "renewal_rate")
    plain, sure = (
        [column.name for column in funnel_table(judged, drawn, "en", how_sure=how).columns]
        for how in (False, True)
    )
    assert set(plain) < set(sure)
    # Half at 60 and half at 80 differ beyond chance: the wider limits stand beside the exact ones.
    assert drawn.tau2 > 0
    assert "dispersed" in plain


def test_over_more_than_a_year_a_trend_says_how_often_last_year_was_beaten():
    ann = ["A00000", 18, 0.6, 0.8, 0.01, 1e-9, 2e-9, True, True, 6, 6, 6, True]
    bo = ["A00001", 18, 0.6, 0.6, 0.0, 1.0, 1.0, False, None, 0, 0, 1, False]
    agents = pd.DataFrame([ann, bo], columns=COLUMNS)
    judged = company(np.full(SIZE, 70.0))
    table = trend_table(judged, Trends("renewal_rate", agents, "seasonal", 18), "en")
    frame = table.frame.set_index("agent_id")
    assert frame.loc["A00000", ["beats", "need"]].tolist() == ["6 / 6", "6"]
    assert frame.loc["A00001", ["beats", "need"]].tolist() == ["—", "—"]
    short = trend_table(judged, Trends("renewal_rate", agents, "exact", 12), "en")
    assert "beats" not in short.frame


@pytest.mark.parametrize(
    ("share", "words"),
    [(float("nan"), "—"), (0.0, "<0.1%"), (0.0009, "<0.1%"), (0.001, "0.1%"), (0.25, "25.0%")],
)
def test_luck_is_never_nought(share, words):
    assert luck_text(share) == words


def test_monthly_values_are_pooled_by_agent_and_month_in_the_order_that_was_asked_for():
    monthly = pd.DataFrame(
        {
            "agent_id": ["A", "B", "A", "A", "C"],
            "month": ["2026-02-01", "2026-01-01", "2026-01-01", "2026-01-01", "2026-01-01"],
            "renewed_policies": [1.0, 3.0, 1.0, 2.0, 1.0],
            "due_policies": [0.0, 4.0, 2.0, 4.0, 1.0],
        }
    )
    values = monthly_values(monthly, KNOWN["renewal_rate"], ["B", "A"])
    assert values["agent_id"].tolist() == ["B", "A"]
    assert values["value"].tolist() == [0.75, 0.5]  # (1 + 2) ÷ (2 + 4); nothing was due in February
    assert values["n"].tolist() == [4, 6]


def test_records_are_told_in_words_and_empty_columns_are_left_out():
    contacts = pd.DataFrame(
        {
            "contacted_at": [pd.Timestamp(2026, 4, 16, 9, 5)],
            "effective": [True],
            "policy_id": [None],
        }
    )
    sheets = pd.DataFrame(
        {"measure": ["due_policies", "renewal_rate", "charm"], "value": [10.0, 0.9, 1.0]}
    )
    evidence = Evidence(
        KNOWN["renewal_rate"],
        ("contacts", "scoresheet"),
        {"contacts": contacts, "scoresheet": sheets},
    )
    of_contacts, of_sheets = evidence_tables(evidence, "en").values()
    assert of_contacts.frame.loc[0].to_dict() == {
        "contacted_at": "2026-04-16 09:05",
        "effective": say("evidence.yes", "en"),
    }
    labels = of_sheets.frame["measure"].tolist()
    assert labels[2] == "charm"  # a measure of the house
    assert labels[0] != "due_policies"


@pytest.mark.parametrize(
    ("issue", "parts"),
    [
        (Issue("a.csv", "", 3, "due_date", "soon", "date_range"), ("a.csv", "3", "soon")),
        (Issue("a.csv", "S", 3, "due_date", "soon", "date_range", count=5), ("[S]", "5", "soon")),
        (Issue("a.csv", "", 0, "due_date", "soon", "date_range"), ("a.csv", "due_date")),
        (Issue("a.csv", "", 3, "due_date", "", "date_range"), ("a.csv", "3")),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_issue_says_where_it_stands_and_what_stands_there(issue, parts, language):
    line = issue_line(issue, language)
    assert all(part in line for part in parts)
    assert "{" not in line


def test_a_refusal_ends_with_its_sentence_after_its_first_issues():
    issues = [Issue("a.csv", "", row, "due_date", "x", "date_range") for row in range(1, 4)]
    error = FileRefused("file_missing", file="a.csv", issues=issues)
    lines = refusal_lines(error, "en", most=2)
    assert len(lines) == 3
    assert "a.csv" in lines[-1]


# -- what went with coaching -----------------------------------------------------------------------


SPRING = Period(dt.date(2026, 1, 1), dt.date(2026, 3, 1))
MONTHS = [add_months(dt.date(2025, 1, 1), step) for step in range(15)]
PLAN = study(SPRING, {"A": dt.date(2025, 12, 3)}, MONTHS)
EFFECT = Effect(4.0, 1.0, 7.0, 0.01, 3.0, 40, 40)


def proof(**more):
    return Proof("higher", "", PLAN, 40, 40, difference=EFFECT, **more)


def test_only_the_checks_that_were_made_are_told():
    bare = grounds(proof(), "en")
    assert len(bare) == 1
    assert "+4.0" in bare[0]
    assert len(grounds(proof(placebo=EFFECT), "en")) == 2
    assert len(grounds(Proof("cannot_tell", "few", PLAN), "en")) == 1


def test_who_was_left_out_is_told_where_anybody_was():
    assert len(compared(proof(), "en")) == 1
    whole = compared(proof(left_out=3), "en")
    assert len(whole) == 2
    assert "3" in whole[1]
    assert compared(Proof("cannot_tell", "few", PLAN), "en") == []
