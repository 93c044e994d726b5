"""Lists are made once: words for the page, numbers for whoever computes with the file."""

import csv
import io

import numpy as np
import openpyxl
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.evaluation import evaluate, measure
from analytics.insight.trends import COLUMNS, Trends
from analytics.model import Filters, Period, parse_month
from analytics.reports.lists.trends import trend_table
from analytics.reports.tables import to_csv, to_xlsx

APRIL = Period(parse_month("2026-04"), parse_month("2026-04"))


@pytest.fixture
def table(tiny):
    """Ann gains 1.25 points a month, hardly by luck; of Bo too few months are known."""
    judged = evaluate(
        measure(tiny.warehouse, tiny.settings, Filters(APRIL), built_in_catalogue()),
        default_scheme(),
    )
    ann = ["A1", 12, 0.8, 0.95, 0.0125, 1e-9, 2e-9, True, True, 0, 0, 0, None]
    bo = ["B2", 2, 0.5, 0.5, np.nan, np.nan, np.nan, False, None, 0, 0, 0, None]
    agents = pd.DataFrame([ann, bo], columns=COLUMNS)
    return trend_table(judged, Trends("renewal_rate", agents, "exact", 12), "en")


def test_a_page_tells_trends_in_words(table):
    names = [column.name for column in table.shown]
    assert {"slope", "p", "q"}.isdisjoint(names)
    shown = table.frame.set_index("agent_id")
    assert shown.loc["A1", ["change", "luck"]].tolist() == ["+1.2 percentage points", "<0.1%"]
    assert shown.loc["B2", ["change", "luck"]].tolist() == ["—", "—"]


def test_the_file_of_trends_has_slope_and_chance_as_numbers_under_plain_words(table):
    header, *rows = csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig")))
    ann, bo = (dict(zip(header, row, strict=True)) for row in rows)
    named = ["Change a month", "Unit", "Chance of luck alone doing this", "Luck at most"]
    assert [ann[name] for name in named] == ["1.25", "percentage points", "1e-09", "2e-09"]
    assert [bo[name] for name in named] == ["", "percentage points", "", ""]
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx({"trends": table}))).worksheets[0]
    cells = dict(zip(*list(sheet.values)[:2], strict=True))
    assert [cells[name] for name in named] == [1.25, "percentage points", 1e-9, 2e-9]
