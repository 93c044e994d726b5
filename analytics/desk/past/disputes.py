"""Objections of several kinds, accepted, partly accepted and declined, one of them with a
correction; and two that wait for an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analytics.catalogue import RATE
from analytics.desk.access import plain
from analytics.desk.objections import DEADLINE_DAYS, checked
from analytics.desk.past.telling import Sheet, Telling, after, moment, workday
from analytics.model import Period
from analytics.people import Correction, Objection
from analytics.sample.company import CHANNELS, GIVEN_HARD, agent_id_at

HARD = min(CHANNELS, key=lambda name: CHANNELS[name][1])
OPEN_UNTIL = (3, 10)  # days from today
PAID = 6  # days after its due date that a policy was paid on, says the agent
ENOUGH, FEWEST = 12, 5  # policies of a month of who objects to one of them, and to the whole
GOOD = 85.0  # points
Month = Mapping[str, Sheet]
Disputed = tuple[Objection, Correction | None]


def disputes(telling: Telling, months: Sequence[Month], coached: set[str]) -> list[Disputed]:
    """Objections from the earliest month to those of these days. What talks say of the coached is
    left as it is: the correction is somebody else's."""
    first, second, third, last = months
    record = _record(telling, second, coached)
    taken = {record[0].agent_id}
    answered = [
        (_newcomer(telling, first), None),
        record,
        (_complaint(telling, second, taken), None),
        (_channel(telling, third), None),
        (_few(telling, third, taken), None),
        (_satisfaction(telling, last), None),
    ]
    waiting = [_open_record(telling, last, taken), _open_strict(telling, last, taken)]
    return [
        *answered,
        *(
            (_since(telling, objection, due), None)
            for due, objection in zip(OPEN_UNTIL, waiting, strict=True)
        ),
    ]


def _since(telling: Telling, objection: Objection, due: int) -> Objection:
    made = moment(telling.day(due - DEADLINE_DAYS), 10 * 60 + due)
    return replace(objection, made_at=made, due_on=telling.day(due), version=1)


def _objection(
    telling: Telling, sheet: Sheet, about: tuple[str, str, str], **facts: Any
) -> Objection:
    """An objection in the words of its name; `about`: that name, the kind, and the indicator or
    "" for the whole sheet."""
    name, kind, indicator = about
    text = telling.words["objection"][name]["text"]
    return Objection(
        sheet.closed.agent_id,
        sheet.month,
        sheet.month,
        "indicator" if indicator else "sheet",
        kind,
        text.format(month=f"{sheet.month:%Y-%m}", **facts),
        indicator=indicator,
        author=sheet.agent["name"],
    )


def _answered(
    telling: Telling, sheet: Sheet, objection: Objection, answer: tuple[str, str], **facts: Any
) -> Objection:
    """The same with its answer (the name of its words, and the state), some days later."""
    name, state = answer
    made = after(sheet.month, 11, int(telling.random.integers(0, 4)))
    text = telling.words["objection"][name]["answer"]
    answered = workday(made, int(telling.random.integers(1, 7)))
    return replace(
        objection,
        made_at=moment(made, 10 * 60 + int(telling.random.integers(360))),
        due_on=made + dt.timedelta(days=DEADLINE_DAYS),
        state=state,
        answer=text.format(month=f"{sheet.month:%Y-%m}", **facts).strip(),
        answered_by=telling.supervisor(sheet.agent["team"]),
        answered_at=moment(answered, 16 * 60 + 40),
        version=2,
    )


def _newcomer(telling: Telling, month: Month) -> Objection:
    """Of whoever was hired last, about the whole sheet: circumstances."""
    there = [sheet for sheet in month.values() if str(sheet.agent["hired_on"]) <= f"{sheet.month}"]
    new = [sheet for sheet in there if sheet.count(RATE) >= FEWEST]
    sheet = max(new, key=lambda each: str(each.agent["hired_on"]))
    hired = str(sheet.agent["hired_on"])[:10]
    objection = _objection(telling, sheet, ("newcomer", "other", ""), hired=hired)
    return _answered(telling, sheet, objection, ("newcomer", "rejected"))


def _record(telling: Telling, month: Month, besides: set[str]) -> tuple[Objection, Correction]:
    """A renewal that was not recorded: accepted, and corrected."""
    sheet, policy = _lost(telling, month, besides)
    objection, day = _about_record(telling, sheet, policy, "record")
    due, before = sheet.count(RATE), sheet.count(RATE, "numerator")
    facts = {"day": day, "before": before, "after": before + 1, "due": due}
    objection = _answered(telling, sheet, objection, ("record", "accepted"), **facts)
    correction = Correction(
        objection.policy_id,
        sheet.month,
        objection.proposal,
        {name: plain(policy[name]) for name in objection.proposal},
        objection.text,
        objection.answered_by,
        made_at=objection.answered_at,
    )
    return objection, correction


def _about_record(
    telling: Telling, sheet: Sheet, policy: Mapping[Any, Any], name: str
) -> tuple[Objection, str]:
    day = f"{policy['due_date'] + pd.Timedelta(days=PAID):%Y-%m-%d}"
    facts = {"policy": policy["policy_id"], "day": day}
    objection = _objection(telling, sheet, (name, "data_wrong", ""), **facts)
    wanted = {
        "outcome": "renewed",
        "renewed_on": day,
        "premium_renewed": f"{policy['premium_due']:.2f}",
    }
    policy_id = str(policy["policy_id"])
    about = replace(objection, about="record", policy_id=policy_id, proposal=checked(wanted))
    return about, day


def _lost(telling: Telling, month: Month, besides: set[str]) -> tuple[Sheet, Mapping[Any, Any]]:
    """A policy that counts as lost, of somebody with enough of them."""
    others = [sheet for agent_id, sheet in month.items() if agent_id not in besides]
    having = [sheet for sheet in others if sheet.count(RATE) >= ENOUGH]
    sheet = having[int(telling.random.integers(len(having)))]
    period = Period(sheet.month, sheet.month)
    policies = telling.desk.policies_of(sheet.closed.agent_id, period)
    lost = policies[(policies["outcome"] == "lost") & policies["exclusion"].isna()]
    lost = lost[lost["renewed_on"].isna()]
    if lost.empty:
        return _lost(telling, month, besides | {sheet.closed.agent_id})
    return sheet, lost.iloc[0].to_dict()


def _most(month: Month, besides: set[str], of: Callable[[Sheet], float]) -> Sheet:
    """The sheet of which something is most, but of those who have objected to something else."""
    chosen = max((sheet for agent_id, sheet in month.items() if agent_id not in besides), key=of)
    besides.add(chosen.closed.agent_id)
    return chosen


def _complaint(telling: Telling, month: Month, taken: set[str]) -> Objection:
    """Of whoever has most complaints: the count stays, what follows from it does not."""
    sheet = _most(month, taken, lambda each: each.count("complaint_rate", "numerator"))
    count = sheet.count("complaint_rate", "numerator")
    about = ("complaint", "data_wrong", "complaint_rate")
    objection = _objection(telling, sheet, about, count=count)
    return _answered(telling, sheet, objection, ("complaint", "partly"))


def _channel(telling: Telling, month: Month) -> Objection:
    """Of somebody who was given the channel that is hardest to renew."""
    sheet = month[agent_id_at(GIVEN_HARD[0])]
    period = Period(sheet.month, sheet.month)
    policies = telling.desk.policies_of(sheet.closed.agent_id, period)
    facts = {"n": len(policies), "hard": int((policies["channel"] == HARD).sum())}
    objection = _objection(telling, sheet, ("channel", "too_strict", RATE), **facts)
    return _answered(telling, sheet, objection, ("channel", "partly"))


def _few(telling: Telling, month: Month, taken: set[str]) -> Objection:
    """Of whoever lost most points by the fewest new customers."""
    name = "new_conversion"
    sheet = _most(
        month,
        taken,
        lambda each: (each.indicators[name]["lost"] or 0.0) / max(each.count(name), 1),
    )
    facts = {"n": sheet.count(name), "count": sheet.count(name, "numerator")}
    about = ("few", "unreasonable", name)
    objection = _objection(telling, sheet, about, value=sheet.shown(name), **facts)
    return _answered(telling, sheet, objection, ("few", "accepted"))


def _satisfaction(telling: Telling, month: Month) -> Objection:
    """Of whoever lost most points by satisfaction: others reach what is asked."""
    name = "satisfaction"
    sheet = max(month.values(), key=lambda each: each.indicators[name]["lost"] or 0.0)
    points = [each.indicators[name]["points"] for each in month.values()]
    reached = sum(value is not None and value >= GOOD for value in points)
    facts = {"value": sheet.shown(name), "points": f"{sheet.indicators[name]['points']:.0f}"}
    objection = _objection(telling, sheet, ("satisfaction", "too_strict", name), **facts)
    return _answered(telling, sheet, objection, ("satisfaction", "rejected"), count=reached)


def _open_record(telling: Telling, month: Month, taken: set[str]) -> Objection:
    sheet, policy = _lost(telling, month, taken)
    taken.add(sheet.closed.agent_id)
    return _about_record(telling, sheet, policy, "open_record")[0]


def _open_strict(telling: Telling, month: Month, taken: set[str]) -> Objection:
    name = "daily_contacts"
    sheet = _most(month, taken, lambda each: each.indicators[name]["lost"] or 0.0)
    facts = {"value": sheet.shown(name)}
    return _objection(telling, sheet, ("open_strict", "too_strict", name), **facts)
