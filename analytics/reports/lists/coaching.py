"""The coaching list: who to talk with, on what, and what it would bring."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd

from analytics.catalogue import Catalogue
from analytics.language import say
from analytics.model import Text
from analytics.reports.lists.few import few_column, few_words
from analytics.reports.tables import Column, Table
from analytics.reports.words import money_text, step_sentence, value_text

FORMATS = {
    "agent_id": "text",
    "name": "text",
    "team": "text",
    "quadrant": "text",
    "score": "score",
    "due_policies": "count",
    "why": "text",
    "sure": "text",
    "gain": "percent",
    "sure_gain": "score",
    "expected_gain": "score",
    "extra_renewals": "score",
    "extra_range": "text",
    "extra_low": "score",
    "extra_high": "score",
    "half_renewals": "score",
    "extra_premium": "money",
    "weakest": "text",
    "action": "text",
    "step": "text",
    "last_date": "date",
    "next_date": "date",
    "owner": "text",
    "comment": "text",
}
# a range in words is for the page, its ends are for files
ONLY: Mapping[str, Literal["page", "file"]] = {
    "extra_range": "page",
    "extra_low": "file",
    "extra_high": "file",
}
READ = ("who", "why", "action", "when", "comment")  # what one reads first, in this order
# The sentence on how sure a reason is, by how firmly somebody stands on its worse side.
MARKS = {"certain": "●", "not_yet": "◐"}
OPEN_MARK = "○"
COUNTED = {"due_policies": "due", "first_term_due": "due", "surveys": "surveys"}
WORTH = 0.5  # extra renewals from which they are said


def coaching_table(listed: pd.DataFrame, catalogue: Catalogue, language: str) -> Table:
    """The coaching list in the reader's language: every column for a file, few for the page."""
    rows = listed.to_dict("records")
    columns = [
        Column(name, say(f"column.{name}", language), FORMATS[name], only=ONLY.get(name))
        for name in FORMATS
    ]
    words = listed.assign(
        quadrant=[say(f"quadrant.{name}", language) for name in listed["quadrant"]],
        who=[who_text(row) for row in rows],
        why=[why_text(row, catalogue, language) for row in rows],
        sure=[sure_words(row, language) for row in rows],
        when=[when_text(row, language) for row in rows],
        weakest=[_weakest(row, catalogue, language) for row in rows],
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
    columns += [
        Column(name, say(f"column.{name}", language), only="page") for name in ("who", "when")
    ]
    return Table(words[[column.name for column in columns]], columns)


def reading_table(whole: Table) -> Table:
    """Who, why, what to do, when and the note."""
    by_name = {column.name: column for column in whole.columns}
    frame = whole.frame.assign(action=[first_action(words) for words in whole.frame["action"]])
    return Table(frame, [by_name[name] for name in READ])


def first_action(words: str) -> str:
    """Of what is to be done the first thing, which a column has room for."""
    return re.split(r"[；;]", words, maxsplit=1)[0].strip()


def action_text(action: str | Text, language: str) -> str:
    """What to do: as somebody wrote it, or the built-in advice in the reader's language."""
    return action if isinstance(action, str) else action[language]


def who_text(row: Mapping[str, Any]) -> str:
    """Somebody and their team."""
    return f"{row['name']} · {row['team']}" if row["team"] else str(row["name"])


def mark_of(row: Mapping[str, Any]) -> str:
    """How sure the reason is: ● sure, ◐ leans, ○ open."""
    return MARKS.get(str(row["standing"]), OPEN_MARK)


def why_text(row: Mapping[str, Any], catalogue: Catalogue, language: str) -> str:
    """Mark, indicator, value with what it rests on, the team's median, and what reaching it would
    bring: "● Renewal rate 63.6% (165 policies), team median 78.7%; about 18.5 more renewals"."""
    said = reason_text(row, catalogue, language)
    if not said:
        return say("coaching.why_none", language)
    brings = ""
    if row["extra_renewals"] >= WORTH:
        brings = say("coaching.brings_renewals", language, renewals=f"{row['extra_renewals']:.1f}")
    elif row["sure_gain"] >= WORTH:
        brings = say("coaching.brings_points", language, points=f"{row['sure_gain']:.1f}")
    return f"{mark_of(row)} {said}{brings}"


def reason_text(row: Mapping[str, Any], catalogue: Catalogue, language: str) -> str:
    """The indicator that would bring most, its value with n, and the team's median; nothing where
    there is none."""
    if row["reason"] not in catalogue.ids:
        return ""
    indicator = catalogue[row["reason"]]
    counted = ""
    if row["n"] > 0:
        what = COUNTED.get(indicator.denominator, "")
        what = "due" if indicator.spread in ("share", "count") else what
        key = f"coaching.n_{what}" if what else "coaching.n"
        counted = say(key, language, n=f"{row['n']:,.0f}", count=round(row["n"]))
    return say(
        "coaching.why" if math.isfinite(row["median"]) else "coaching.why_alone",
        language,
        indicator=indicator.label[language],
        value=value_text(row["value"], indicator.unit, language),
        n=counted,
        **(
            {"median": value_text(row["median"], indicator.unit, language)}
            if math.isfinite(row["median"])
            else {}
        ),
    )


def sure_words(row: Mapping[str, Any], language: str) -> str:
    """The mark with its sentence."""
    return f"{mark_of(row)} {say('coaching.sure_' + str(row['standing']), language)}"


def apart_words(row: Mapping[str, Any], language: str) -> str:
    """Why somebody stands apart from the list."""
    return say(f"coaching.apart_{row['apart']}", language)


def when_text(row: Mapping[str, Any], language: str) -> str:
    """The next day of an open talk, and whether it has passed; that there is none yet."""
    if not row["listed"]:
        return say("coaching.not_planned", language)
    day = row["next_date"]
    if day is None or pd.isna(day):
        return say("coaching.no_day", language)
    late = f" {say('talk.late', language)}" if day < dt.date.today() else ""
    return f"{day:%Y-%m-%d}{late}"


def prize(listed: pd.DataFrame, language: str) -> dict[str, Any]:
    """What those listed would bring together, and how many of them are sure: the facts of the
    finding."""
    return {
        "count": len(listed),
        "renewals": f"{listed['extra_renewals'].sum():,.0f}",
        "premium": money_text(float(listed["extra_premium"].sum()), language),
        "share": f"{100 * listed['gain'].sum():.0f}",
        "sure": int((listed["standing"] == "certain").sum()),
    }


def _weakest(row: dict[str, Any], catalogue: Catalogue, language: str) -> str:
    """The indicators that cost most, a line each, with the points lost."""
    return "\n".join(
        f"{catalogue[indicator_id].label[language]} −{lost:.1f}"
        for indicator_id, lost in zip(row["weakest"], row["lost"], strict=True)
    )


def _range(low: float, high: float) -> str:
    return "—" if math.isnan(low) or math.isnan(high) else f"{low:.1f}–{high:.1f}"
