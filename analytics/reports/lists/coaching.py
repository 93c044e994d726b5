"""The coaching list: who to talk with, on what, and what it would bring."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analytics.catalogue import Catalogue
from analytics.language import say
from analytics.model import Text
from analytics.reports.lists.few import few_column, few_words
from analytics.reports.tables import Column, Table
from analytics.reports.words import step_sentence

FORMATS = {
    "agent_id": "text",
    "name": "text",
    "team": "text",
    "quadrant": "text",
    "score": "score",
    "due_policies": "count",
    "weakest": "text",
    "action": "text",
    "step": "text",
    "expected_gain": "score",
    "extra_renewals": "number",
    "extra_range": "text",
    "half_renewals": "number",
    "extra_premium": "count",
    "last_date": "date",
    "next_date": "date",
    "comment": "text",
}


def coaching_table(listed: pd.DataFrame, catalogue: Catalogue, language: str) -> Table:
    """The coaching list in the reader's language."""
    columns = [Column(name, say(f"column.{name}", language), FORMATS[name]) for name in FORMATS]
    words = listed.assign(
        quadrant=[say(f"quadrant.{name}", language) for name in listed["quadrant"]],
        weakest=[_weakest(row, catalogue, language) for row in listed.to_dict("records")],
        action=[action_text(action, language) for action in listed["action"]],
        step=[step_sentence(step, catalogue, language) for step in listed["step"]],
        team=[team or "—" for team in listed["team"]],
        too_few=few_words(listed["rated"], listed["few_cases"], language),
        extra_premium=listed["extra_premium"].round(),
        extra_range=[
            _range(low, high)
            for low, high in zip(listed["extra_low"], listed["extra_high"], strict=True)
        ],
    )
    columns[4:4] = few_column(words["too_few"], language)
    return Table(words[[column.name for column in columns]], columns)


def action_text(action: str | Text, language: str) -> str:
    """What to do: as somebody wrote it, or the built-in advice in the reader's language."""
    return action if isinstance(action, str) else action[language]


def _weakest(row: dict[str, Any], catalogue: Catalogue, language: str) -> str:
    """The indicators that cost most, a line each, with the points lost."""
    return "\n".join(
        f"{catalogue[indicator_id].label[language]} −{lost:.2f}"
        for indicator_id, lost in zip(row["weakest"], row["lost"], strict=True)
    )


def _range(low: float, high: float) -> str:
    return "—" if math.isnan(low) or math.isnan(high) else f"{low:.1f}–{high:.1f}"
