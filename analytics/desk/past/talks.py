"""Talks with whom the coaching lists named: two rounds that were held, and what is on these
days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analytics.catalogue import RATE
from analytics.desk.past.telling import LANGUAGE, Telling, after, moment, workday
from analytics.evaluation import Evaluation
from analytics.insight.coaching import coaching_list
from analytics.insight.quadrant import place
from analytics.model import Period, add_months
from analytics.people import Talk
from analytics.reports.words import change_text, value_text

QUARTER = 3  # months of the lists that talks come from, and of the figures they are followed by
FIRST_ROUND, SECOND_ROUND = 17, 4  # talks
# Days from today: of the talks that are planned, and of the follow-ups of some that were held.
PLANNED, FOLLOW_UPS = (-4, 1, 3, 6), (6, -5, 12)
A_DAY = 3  # talks
LEFT = 6  # agents
HALF_AN_HOUR, MORNING = 30, 9 * 60 + 30
FEW = 30  # cases from which nobody concludes anything


def talks(telling: Telling) -> list[Talk]:
    """Every talk, in the order they were planned; each about the indicator its list named."""
    before, middle = add_months(telling.months[0], -1), telling.months[-2]
    first = _round(telling, before, FIRST_ROUND, ())
    besides = _whom(first) | _next(telling)
    second = _round(telling, middle, SECOND_ROUND, besides)
    third = _round(telling, telling.latest, len(PLANNED), besides | _whom(second))
    return [
        *_followed_up(telling, first, before),
        *_held(telling, second, middle),
        *_planned(telling, third),
    ]


def _whom(named: Sequence[tuple[Talk, str]]) -> set[str]:
    return {talk.agent_id for talk, _ in named}


def _next(telling: Telling) -> set[str]:
    """Whom half a year names first now: talks with them are left to whoever tries the sample."""
    half_year = Period(add_months(telling.latest, 1 - 2 * QUARTER), telling.latest)
    evaluation = telling.evaluation(half_year)
    return set(coaching_list(evaluation, place(evaluation), []).head(LEFT)["agent_id"])


def _round(
    telling: Telling, last: dt.date, most: int, besides: Collection[str]
) -> list[tuple[Talk, str]]:
    """Talks with the first whom the list of a quarter names and nobody has talked with yet, each
    with its indicator."""
    evaluation = telling.evaluation(Period(add_months(last, 1 - QUARTER), last))
    listed = coaching_list(evaluation, place(evaluation), [])
    named = listed[(listed["apart"] == "") & (listed["reason"] != "")]
    named = named[~named["agent_id"].isin(list(besides))].head(most)
    return [
        (_talk(telling, evaluation, row, nth), row["reason"])
        for nth, row in enumerate(named.to_dict("records"))
    ]


def _talk(telling: Telling, evaluation: Evaluation, row: Mapping[str, Any], nth: int) -> Talk:
    words, period, reason = telling.words, evaluation.measured.period, row["reason"]
    why = words["talk"]["reason"].format(**telling.facts(evaluation, row))
    if reason == RATE and row["extra_renewals"] >= 1:
        why += words["talk"]["reason_extra"].format(extra=round(row["extra_renewals"]))
    agreed = words["agreed"].get(reason, words["agreed"]["default"])
    owner = telling.supervisor(row["team"])
    return Talk(
        row["agent_id"],
        reason=why,
        action=row["action"][LANGUAGE],
        owner=owner,
        agreed=agreed[nth % len(agreed)],
        indicators=tuple(row["weakest"]),
        first=period.first,
        last=period.last,
        author=owner,
    )


def _followed_up(telling: Telling, named: Sequence[tuple[Talk, str]], last: dt.date) -> list[Talk]:
    """Held once the list's windows were closed, looked at again once those of a quarter after them
    were; the last one was dropped."""
    quarter = Period(add_months(telling.months[-1], 1 - QUARTER), telling.months[-1])
    out = []
    for nth, (talk, reason) in enumerate(named):
        held = after(last, 4, nth // A_DAY)
        again = after(quarter.last, 4, nth // A_DAY)
        dated = replace(talk, talk_on=held, written_at=moment(held, MORNING - HALF_AN_HOUR))
        if nth == FIRST_ROUND - 1:
            dropped = telling.words["talk"]["dropped"]
            out.append(replace(dated, state="dropped", agreed="", comment=dropped, version=2))
            continue
        said = _said(telling, talk, reason, quarter)
        followed = replace(dated, state="followed_up", follow_up_on=again)
        out.append(replace(followed, comment=said, version=3))
    return out


def _said(telling: Telling, talk: Talk, reason: str, quarter: Period) -> str:
    """What the months after a talk say of what it was about, and no more."""
    assert talk.first is not None
    assert talk.last is not None
    was, now = telling.evaluation(Period(talk.first, talk.last)), telling.evaluation(quarter)
    (before, _), (value, n) = (_value(each, talk.agent_id, reason) for each in (was, now))
    indicator, words = now.catalogue[reason], telling.words["talk"]
    facts = {
        "period": quarter,
        "label": indicator.label[LANGUAGE],
        "value": value_text(value, indicator.unit, LANGUAGE),
        "n": round(n),
        "of": telling.unit_of(reason),
        "before": value_text(before, indicator.unit, LANGUAGE),
        "change": change_text(value - before, indicator.unit, LANGUAGE),
    }
    return str(words["after"].format(**facts) + words["few" if n < FEW else "on"])


def _value(evaluation: Evaluation, agent_id: str, indicator: str) -> tuple[float, float]:
    """An agent's value of an indicator, and the cases behind it."""
    row, column = evaluation.row(agent_id), evaluation.catalogue.position(indicator)
    values = evaluation.measured.agents
    return float(values.value[row, column]), float(values.denominator[row, column])


def _held(telling: Telling, named: Sequence[tuple[Talk, str]], last: dt.date) -> list[Talk]:
    """Held; some wait for their follow-up, and one has waited too long."""
    out = []
    for nth, (talk, _) in enumerate(named):
        held = after(last, 6, nth // A_DAY)
        due = workday(telling.day(FOLLOW_UPS[nth])) if nth < len(FOLLOW_UPS) else None
        at = moment(held, MORNING - HALF_AN_HOUR)
        out.append(
            replace(talk, state="done", talk_on=held, follow_up_on=due, written_at=at, version=2)
        )
    return out


def _planned(telling: Telling, named: Sequence[tuple[Talk, str]]) -> list[Talk]:
    out = []
    for nth, (talk, _) in enumerate(named):
        at = moment(telling.day(-8), 16 * 60 + 5 * nth)
        day = workday(telling.day(PLANNED[nth]))
        out.append(replace(talk, talk_on=day, agreed="", written_at=at, version=1))
    return out
