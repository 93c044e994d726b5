"""A coaching talk as the cells of a table change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analytics.model import Period
from analytics.people import LONGEST_PLAN, Talk

# What may be changed in a row of the coaching list, and in one of the table of talks.
OF_THE_LIST = ("action", "owner", "next_date", "comment", "listed")
OF_A_TALK = ("state", "reason", "action", "owner", "talk_on", "follow_up_on", "agreed", "comment")
DAYS = ("talk_on", "follow_up_on")


def planned(agent_id: str, indicators: Sequence[str], period: Period, reason: str = "") -> Talk:
    """A talk that nobody wrote down yet: with whom, about what, after the figures of which
    period."""
    return Talk(
        agent_id,
        reason=reason,
        indicators=tuple(indicators),
        first=period.first,
        last=period.last,
    )


def changed_in_list(talk: Talk, cells: Mapping[str, Any], version: int) -> Talk:
    """A talk with the cells that were changed in its agent's row of the list, over the version
    that the row showed: the next date is that of the follow-up once the talk was held, and an agent
    who is taken off the list needs no talk."""
    wanted = {name: cells[name] for name in OF_THE_LIST if name in cells}
    if "next_date" in wanted:
        day = wanted.pop("next_date")
        wanted["follow_up_on" if talk.state == "done" else "talk_on"] = day
    if "listed" in wanted and not wanted.pop("listed") and talk.id is not None:
        wanted["state"] = "dropped"
    return replace(talk, version=version, **_read(wanted))


def changed(talk: Talk, cells: Mapping[str, Any]) -> Talk:
    """A talk with the cells that were changed in its own row."""
    return replace(talk, **_read({name: cells[name] for name in OF_A_TALK if name in cells}))


def _read(cells: Mapping[str, Any]) -> dict[str, Any]:
    """What a table sends, as a talk holds it: days of text, and texts that are not without end."""
    return {name: _cell(name, value) for name, value in cells.items()}


def _cell(name: str, value: Any) -> Any:
    if name in DAYS:
        return dt.date.fromisoformat(str(value)[:10]) if value else None
    return value if name == "state" else str(value or "")[:LONGEST_PLAN]
