"""Somebody's talks, and the indicators they aimed at before and now; no claim that one made the
other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation
from analytics.model import Period
from analytics.people import Talk
from analytics.reports.tables import Column, Table
from analytics.reports.words import value_text
from pages.ui import controls, load, session
from pages.ui.i18n import indicator, plain, t


def table_of(now: Evaluation, talks: Sequence[Talk]) -> Table:
    """A row a talk and indicator that it aims at."""
    rows = []
    for talk in talks:
        for name in [name for name in talk.indicators if name in now.catalogue.ids] or [""]:
            before, after = before_after(now, talk, name)
            rows.append(
                {
                    "talk_on": talk.talk_on,
                    "state": t(f"talk.state_{talk.state}"),
                    "agreed": talk.agreed or talk.action,
                    "indicator": indicator(name) if name else "—",
                    "before": before,
                    "after": after,
                }
            )
    after = plain("talk.after", period=controls.period_text(now.measured.period))
    columns = [
        Column("talk_on", t("talk.talk_on"), "date"),
        Column("state", t("talk.state")),
        Column("indicator", t("talk.aims")),
        Column("before", t("talk.before")),
        Column("after", after),
        Column("agreed", t("talk.agreed")),
    ]
    return Table(pd.DataFrame(rows), columns)


def before_after(now: Evaluation, talk: Talk, name: str) -> tuple[str, str]:
    """An indicator in the period that the talk was planned from, and in the one chosen above."""
    if not name or talk.first is None or talk.last is None:
        return "—", "—"
    then = load.evaluation(replace(now.measured.filters, period=Period(talk.first, talk.last)))
    return value_of(then, talk.agent_id, name), value_of(now, talk.agent_id, name)


def value_of(evaluation: Evaluation, agent_id: str, name: str) -> str:
    """An indicator of an agent in words; a dash where the period knows one of them not."""
    values, catalogue = evaluation.measured.agents.value, evaluation.catalogue
    try:
        value = values[evaluation.row(agent_id), catalogue.position(name)]
    except RequestRefused:
        return "—"
    return value_text(value, catalogue[name].unit, session.language())
