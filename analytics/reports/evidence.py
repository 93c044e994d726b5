"""The records behind a figure as tables: a sheet a kind, every column under the name of its
field."""

from __future__ import annotations

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
    "state": "evidence.state",
    "count_basis": "evidence.basis",
    "premium_basis": "evidence.basis",
    "standing": "evidence.standing",
    "outcome": "data.means",
}


def evidence_tables(found: Evidence, language: str) -> dict[str, Table]:
    """By kind (in the reader's words) the rows and their columns; columns that are empty throughout
    are left out."""
    out = {}
    for kind, table in found.tables.items():
        shown = table.dropna(axis=1, how="all")
        for name, prefix in WORDS.items():
            if name in shown:
                words = [
                    None if pd.isna(word) else say(f"{prefix}_{word}", language)
                    for word in shown[name]
                ]
                shown = shown.assign(**{name: words})
        for name in ("upheld", "effective", "first_term"):
            if name in shown:
                yes = [
                    None
                    if pd.isna(one)
                    else say("evidence.yes" if one else "evidence.no", language)
                    for one in shown[name]
                ]
                shown = shown.assign(**{name: yes})
        if "contacted_at" in shown:
            shown = shown.assign(contacted_at=shown["contacted_at"].dt.strftime("%Y-%m-%d %H:%M"))
        if "measure" in shown:
            known = counted()
            shown = shown.assign(
                measure=[
                    known[one].label[language] if one in known else one for one in shown["measure"]
                ]
            )
        columns = [_column(name, language) for name in shown.columns]
        out[kind_label(kind, language)] = Table(shown, columns)
    return out


def kind_label(kind: str, language: str) -> str:
    """The name of a kind of record."""
    return kinds()[kind].label[language] if kind in kinds() else say(f"evidence.{kind}", language)


def _column(name: str, language: str) -> Column:
    label = (
        fields()[name].label[language] if name in fields() else say(f"evidence.{name}", language)
    )
    return Column(name, label, FORMATS.get(name, "text"))
