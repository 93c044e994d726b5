"""Months that were closed and published, who has read, and what was said of the sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from analytics.catalogue import RATE
from analytics.desk.past.telling import LANGUAGE, Sheet, Telling, after, moment
from analytics.desk.sheets import HistoryOf
from analytics.insight.coaching import coaching_list
from analytics.insight.quadrant import place
from analytics.insight.sheet import Around
from analytics.model import Filters, Period
from analytics.people import Note, Publication, Reading

COMMENTED, PRAISED = 5, 2  # sheets of a month
READ, LATER = 0.97, 0.05  # the share that has read, and how much smaller it is a month later
DAYS_UNREAD = 2.0  # in the mean
COMMENT, CLOSE, PUBLISH, REMARK = 7, 8, 9, 12  # days of the second month after


def closed(telling: Telling) -> list[dict[str, Sheet]]:
    """The sheets of every month by agent, closed after its last window."""
    desk = telling.desk
    every = [desk.around(Filters(Period(month, month))) for month in telling.months]
    history_of = desk.histories([around.evaluation for around in every])
    return [_closed(telling, around, history_of) for around in every]


def _closed(telling: Telling, around: Around, history_of: HistoryOf) -> dict[str, Sheet]:
    agent_ids = [str(agent_id) for agent_id in around.evaluation.people["agent_id"]]
    out = {}
    for nth, frozen in enumerate(telling.desk.frozen(around, agent_ids, history_of)):
        by = telling.supervisor(frozen.snapshot["agent"]["team"])
        at = moment(after(frozen.first, CLOSE), 15 * 60 + nth // 4)
        indicators = {item["id"]: item for item in frozen.snapshot["indicators"]}
        made = replace(frozen, closed_by=by, closed_at=at)
        out[frozen.agent_id] = Sheet(made, indicators)
    return out


def publication(telling: Telling, month: date) -> Publication:
    at = moment(after(month, PUBLISH), 9 * 60)
    return Publication(month, month, telling.words["people"]["publisher"], at)


def readings(telling: Telling, month: Mapping[str, Sheet]) -> list[Reading]:
    """Who confirmed to have read: most, and the later the month the fewer."""
    out = []
    for sheet in month.values():
        minutes = int(telling.random.exponential(DAYS_UNREAD) * 24 * 60)
        share = READ - LATER * telling.months.index(sheet.month)
        if telling.random.random() < share:
            frozen, at = sheet.closed, moment(after(sheet.month, PUBLISH), 9 * 60 + 20 + minutes)
            made = Reading(frozen.agent_id, frozen.first, frozen.last, frozen.fingerprint)
            out.append(replace(made, who=sheet.agent["name"], read_at=at))
    return out


def notes(telling: Telling, month: Mapping[str, Sheet]) -> list[Note]:
    """Comments and advice on those whom the month's list names first, praise for those ahead, and
    what some agents remarked."""
    words, first = telling.words["note"], next(iter(month.values())).month
    evaluation = telling.evaluation(Period(first, first))
    named = coaching_list(evaluation, place(evaluation), [])
    named = named[named["reason"] != ""].head(COMMENTED)
    out: list[Note] = []

    def write(sheet: Sheet, kind: str, text: str, day: int) -> None:
        supervisor = telling.supervisor(sheet.agent["team"])
        who = sheet.agent["name"] if kind == "remark" else supervisor
        at = moment(after(sheet.month, day), 10 * 60 + 7 * len(out))
        made = Note(sheet.closed.agent_id, sheet.month, sheet.month, kind, text, who, at)
        out.append(replace(made, version=1))

    for nth, row in enumerate(named.to_dict("records")):
        sheet, facts = month[row["agent_id"]], telling.facts(evaluation, row)
        write(sheet, "comment", words["comment"].format(**facts), COMMENT)
        write(sheet, "advice", words["advice"].format(action=row["action"][LANGUAGE]), COMMENT)
        if nth < len(words["remark"]):
            write(sheet, "remark", words["remark"][nth].format(**facts), REMARK)
    for sheet in _ahead(month.values()):
        said = {
            "period": f"{sheet.month:%Y-%m}",
            "rate": sheet.shown(RATE),
            "n": sheet.count(RATE),
            "satisfaction": sheet.shown("satisfaction"),
        }
        write(sheet, "comment", words["praise"].format(**said), COMMENT)
    return out


def _ahead(sheets: Iterable[Sheet]) -> list[Sheet]:
    """Role models with enough cases, the highest score first."""
    models = [sheet for sheet in sheets if sheet.closed.snapshot["quadrant"] == "role_model"]
    ahead = [sheet for sheet in models if not sheet.closed.snapshot["few_cases"]]
    return sorted(ahead, key=lambda sheet: -(sheet.closed.snapshot["score"] or 0.0))[:PRAISED]
