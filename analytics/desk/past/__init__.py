"""The past of the sample company, told from its own figures: months closed and published, talks
with whom the coaching list named, what was said of sheets, and objections with their answers."""

from __future__ import annotations

import datetime as dt

from analytics.desk.objections import Objections
from analytics.desk.past.disputes import disputes
from analytics.desk.past.months import closed, notes, publication, readings
from analytics.desk.past.talks import talks
from analytics.desk.past.telling import Telling
from analytics.model import add_months
from analytics.state.past import Past

CLOSED = 4  # months closed and published; the one after them, whose windows are closed, is open
BEFORE = 3  # months with figures before these: the first talks come from them


def past_of(desk: Objections, today: dt.date) -> Past | None:
    """What the sample's people have written up to today; None where too few months are closed."""
    latest, known = desk.latest_closed().last, set(desk.month_days())
    months = [add_months(latest, back - CLOSED) for back in range(CLOSED)]
    if not known >= {add_months(latest, -back) for back in range(CLOSED + BEFORE + 1)}:
        return None
    telling = Telling(desk, today, tuple(months), latest)
    sheets, held = closed(telling), talks(telling)
    return Past(
        talks=held,
        notes=[note for month in sheets for note in notes(telling, month)],
        objections=disputes(telling, sheets, {talk.agent_id for talk in held}),
        sheets=[sheet.closed for month in sheets for sheet in month.values()],
        publications=[publication(telling, month) for month in months],
        readings=[reading for month in sheets for reading in readings(telling, month)],
    )
