"""The briefing as files and plain values: Markdown or text, the sheets of a workbook, JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analytics.insight.briefing import Briefing
from analytics.language import say
from analytics.numbers import number
from analytics.reports.briefing import (
    SIGNS,
    amount,
    counted,
    figure_sentence,
    finding,
    heading,
    improver_line,
    leader_line,
    mark_sentence,
    order,
    paragraph,
    prize,
    reach,
    sections,
    task_line,
    what,
    why,
)
from analytics.reports.tables import Column, Table
from analytics.reports.words import change_text


def briefing_text(
    briefing: Briefing, language: str, notes: Sequence[str] = (), *, markdown: bool = True
) -> str:
    """The briefing as Markdown, or as plain text; `notes` stand first (sample, trial)."""
    big, small = ("# ", "## ") if markdown else ("", "")
    lines = [big + heading(briefing, language), "", *notes, *([""] if notes else [])]
    lines += [finding(briefing, language), "", paragraph(briefing, language), ""]
    for title, rows in sections(briefing, language):
        lines += [small + title, "", *(f"- {row}" for row in rows), ""]
    text = "\n".join(lines).rstrip() + "\n"
    return text if not markdown else text.replace("*", "\\*").replace("<", "\\<")


def briefing_tables(briefing: Briefing, language: str) -> dict[str, Table]:
    """The briefing as the sheets of a workbook: figures, and the three lists in their order."""
    made = {
        "people": _people_table(briefing, language),
        "leaders": _leaders_table(briefing, language),
        "improvers": _improvers_table(briefing, language),
    }
    out = {say("briefing.figures", language): _figures_table(briefing, language)}
    return out | {say(f"briefing.{name}", language): made[name] for name in order(briefing)}


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> Table:
    return Table(pd.DataFrame(list(rows), columns=[column.name for column in columns]), columns)


def _column(name: str, language: str, form: str = "text") -> Column:
    return Column(name, say(f"column.{name}", language), form)


def _figures_table(briefing: Briefing, language: str) -> Table:
    columns = [
        _column("indicator", language),
        Column("value", say("briefing.value", language)),
        Column("cases", say("briefing.cases", language), "count"),
        Column("reach", say("briefing.reach", language)),
        Column("change", say("briefing.change", language)),
        Column("told", say("briefing.told", language)),
    ]
    rows = [
        {
            "indicator": figure.indicator.label[language],
            "value": amount(figure.value, figure.indicator, language),
            "cases": figure.n if counted(figure.indicator, figure.n, language) else math.nan,
            "reach": reach(figure, language),
            "change": "—"
            if figure.change is None
            else change_text(figure.change.by, figure.indicator.unit, language),
            "told": figure_sentence(figure, briefing, language),
        }
        for figure in briefing.figures
    ]
    return _table(rows, columns)


def _people_table(briefing: Briefing, language: str) -> Table:
    columns = [
        *(_column(name, language) for name in ("agent_id", "name", "team", "quadrant")),
        Column("mark", say("briefing.mark", language)),
        Column("why", say("briefing.why_column", language)),
        _column("action", language),
        Column("prize", say("briefing.prize", language)),
    ]
    rows = [
        {
            "agent_id": person.agent_id,
            "name": person.name,
            "team": person.team or "—",
            "quadrant": say(f"quadrant.{person.quadrant}", language),
            "mark": f"{SIGNS[person.mark]} {mark_sentence(person.mark, language)}",
            "why": why(person, language),
            "action": what(person, language),
            "prize": prize(person, language) or "—",
        }
        for person in briefing.people
    ]
    return _table(rows, columns)


def _leaders_table(briefing: Briefing, language: str) -> Table:
    columns = [
        *(_column(name, language) for name in ("agent_id", "name", "team")),
        Column("told", say("briefing.why_column", language)),
    ]
    rows = [
        {
            "agent_id": leader.agent_id,
            "name": leader.name,
            "team": leader.team or "—",
            "told": f"{SIGNS[leader.mark]} {leader_line(leader, briefing, language)}",
        }
        for leader in briefing.leaders
    ]
    return _table(rows, columns)


def _improvers_table(briefing: Briefing, language: str) -> Table:
    columns = [
        *(_column(name, language) for name in ("agent_id", "name", "team")),
        Column("told", say("briefing.why_column", language)),
    ]
    rows = [
        {
            "agent_id": improver.agent_id,
            "name": improver.name,
            "team": improver.team or "—",
            "told": improver_line(improver, language),
        }
        for improver in briefing.improvers
    ]
    return _table(rows, columns)


def briefing_view(briefing: Briefing, language: str) -> dict[str, Any]:
    """The briefing as plain values, for JSON."""
    losing = briefing.losing
    return {
        "period": str(briefing.period),
        "compared_with": None if briefing.compared is None else str(briefing.compared),
        "provisional": briefing.provisional,
        "trial": briefing.views.now.scheme.trial,
        "purpose": briefing.purpose,
        "finding": finding(briefing, language),
        "paragraph": paragraph(briefing, language),
        "score": number(briefing.score),
        "figures": [
            {
                "indicator": figure.indicator.id,
                "value": number(figure.value),
                "low": number(figure.low),
                "high": number(figure.high),
                "n": number(figure.n),
                "change": None if figure.change is None else number(figure.change.by),
                "mark": figure.mark,
                "mainly_in": figure.mainly,
            }
            for figure in briefing.figures
        ],
        "losing": None
        if losing is None
        else {
            "team": losing.team,
            "lost": number(losing.lost),
            "company": number(losing.company),
            "mark": losing.mark,
            "indicator": losing.indicator.id,
            "lost_on_it": number(losing.on_it),
            "company_on_it": number(losing.company_on_it),
            "mark_on_it": losing.mark_on_it,
        },
        "people_by": str(briefing.longer),
        "certain": {
            "agents": briefing.agents,
            "period": briefing.sure_now,
            "people_by": briefing.sure_longer,
        },
        "people": [
            {
                "agent_id": person.agent_id,
                "name": person.name,
                "team": person.team,
                "mark": person.mark,
                "why": why(person, language),
                "what": what(person, language),
                "gain": number(person.gain),
                "planned": person.talk,
            }
            for person in briefing.people
        ],
        "leaders": [
            {
                "agent_id": leader.agent_id,
                "name": leader.name,
                "team": leader.team,
                "mark": leader.mark,
                "why": leader_line(leader, briefing, language),
            }
            for leader in briefing.leaders
        ],
        "improvers": [
            {
                "agent_id": improver.agent_id,
                "name": improver.name,
                "team": improver.team,
                "indicator": improver.indicator.id,
                "first": number(improver.first),
                "last": number(improver.last),
            }
            for improver in briefing.improvers
        ],
        "tasks": [
            {"kind": task.kind, "count": task.count, "line": task_line(task, language)}
            for task in briefing.tasks
        ],
    }
