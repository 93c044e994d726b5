"""Which records stand behind an indicator, and which of an agent's rows concern it."""

import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue
from analytics.insight.evidence import evidence, kinds_behind

KNOWN = built_in_catalogue()


@pytest.mark.parametrize(
    ("indicator", "kinds"),
    [
        ("renewal_rate", ("policies", "scoresheet")),
        ("complaint_rate", ("complaints", "policies", "scoresheet")),
        ("communication", ("assessments", "scoresheet")),
    ],
)
def test_an_indicator_names_the_kinds_of_records_behind_it_and_scoresheets_last(indicator, kinds):
    assert kinds_behind(KNOWN[indicator]) == kinds


def test_of_ratings_those_of_the_item_count():
    ratings = pd.DataFrame(
        {"item": ["communication", "problem_solving", "communication"], "score": [80, 60, 70]}
    )
    records = evidence(KNOWN["communication"], {"assessments": ratings})
    assert records.tables["assessments"]["score"].tolist() == [80, 70]
    assert records.rows == 2


def test_of_scoresheets_the_rows_of_the_indicators_own_measures_count():
    measures = ["renewal_rate", "due_policies", "renewed_policies", "surveys", "open_policies"]
    sheets = pd.DataFrame({"measure": measures})

    def kept(indicator):
        tables = evidence(KNOWN[indicator], {"scoresheet": sheets}).tables
        return tables["scoresheet"]["measure"].tolist() if tables else []

    assert kept("renewal_rate") == ["renewal_rate", "due_policies", "renewed_policies"]
    # Complaints are held against policies closed and open.
    assert kept("complaint_rate") == ["due_policies", "open_policies"]
    assert kept("satisfaction") == ["surveys"]
    assert kept("communication") == []


def test_what_was_set_aside_for_another_source_is_named_by_its_months():
    months = [pd.Timestamp(2026, month, 1) for month in (1, 3)]
    aside = pd.DataFrame(
        {
            "first_month": [months[0], months[0], months[1]],
            "last_month": [months[0], months[1], months[1]],
            "measure": ["due_policies", "renewal_rate", "surveys"],
            "why": ["records", "wider", "period"],
        }
    )
    records = evidence(KNOWN["renewal_rate"], {"policies": pd.DataFrame({"policy_id": []})}, aside)
    assert records.aside == (("2026-01", "records"), ("2026-01…2026-03", "wider"))
    assert (records.kinds, dict(records.tables), records.rows) == (("policies",), {}, 0)
