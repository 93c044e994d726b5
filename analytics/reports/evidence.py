"""The records behind a figure as tables: a sheet a kind, every column under the name of its
field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from analytics.insight.evidence import Evidence
from analytics.intake.fields import counted, fields, kinds
from analytics.language import say
from analytics.reports.tables import Column, Table

FORMATS = {
    "due_date": "date",
    "renewed_on": "date",
    "quoted_on": "date",
    "started_on": "date",
    "as_of": "date",
    "surveyed_on": "date",
    "received_on": "date",
    "assessed_on": "date",
    "first_month": "date",
    "last_month": "date",
    "month": "date",
    "premium_due": "money",
    "premium_renewed": "money",
    "row": "count",
    "points": "number",
    "satisfaction": "number",
    "value": "amount",
    "goal_count": "amount",
    "target_count": "amount",
    "target_count_filled": "amount",
    "goal_premium": "amount",
    "target_premium": "amount",
    "target_premium_filled": "amount",
}
WORDS = {
    "state": "evidence.state_{}",
    "count_basis": "evidence.basis_{}",
    "premium_basis": "evidence.basis_{}",
    "standing": "evidence.standing_{}",
    "outcome": "data.means_{}",
}
YES = frozenset({"upheld", "effective", "first_term"})


def evidence_tables(evidence: Evidence, language: str) -> dict[str, Table]:
    """By kind (in the reader's words) the rows and their columns; columns that are empty throughout
    are left out."""
    return {
        kind_label(kind, language): _table(rows.dropna(axis=1, how="all"), language)
        for kind, rows in evidence.tables.items()
    }


def _table(rows: pd.DataFrame, language: str) -> Table:
    words = {name: _words(rows[name], name, language) for name in rows}
    shown = rows.assign(**{name: cells for name, cells in words.items() if cells is not None})
    return Table(shown, [_column(name, language) for name in shown.columns])


def _words(cells: pd.Series, name: str, language: str) -> list[str | None] | pd.Series | None:
    """The cells of a column in the reader's words; None where they stand as they are."""
    if name in WORDS:
        return _said(cells, WORDS[name].format, language)
    if name in YES:
        return _said(cells, lambda true: "evidence.yes" if true else "evidence.no", language)
    if name == "contacted_at":
        return cells.dt.strftime("%Y-%m-%d %H:%M")
    if name == "measure":
        labels = {measure: field.label[language] for measure, field in counted().items()}
        return [labels.get(measure, measure) for measure in cells]
    return None


def _said(cells: pd.Series, key: Callable[[Any], str], language: str) -> list[str | None]:
    return [None if pd.isna(cell) else say(key(cell), language) for cell in cells]


def kind_label(kind: str, language: str) -> str:
    """The name of a kind of record."""
    return kinds()[kind].label[language] if kind in kinds() else say(f"evidence.{kind}", language)


def _column(name: str, language: str) -> Column:
    label = (
        fields()[name].label[language] if name in fields() else say(f"evidence.{name}", language)
    )
    return Column(name, label, FORMATS.get(name, "text"))
