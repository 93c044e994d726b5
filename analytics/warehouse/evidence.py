"""The records behind one agent's figures, quick for any of a million agents."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from analytics.model import Filters
from analytics.warehouse.connection import Warehouse, run, statements

NARROWED = ("policies", "surveys", "complaints", "contacts", "assessments")


def records_of(
    warehouse: Warehouse, agent_id: str, kinds: Collection[str], filters: Filters
) -> dict[str, pd.DataFrame]:
    """By kind of record, the rows that count for an agent in a period (and channel, for policies),
    as they count now.

    The tables are first cut to the agent's own rows (of every spelling, and policies that a
    correction gave to them): temporary tables stand before the stored ones, so that the views above
    them have little to join.
    """
    bound = {
        "agent_id": agent_id,
        "first_month": filters.period.first,
        "last_month": filters.period.last,
    }
    out = {}
    with warehouse.cursor() as cursor:
        for kind in kinds:
            if kind in NARROWED:
                run(cursor, f"narrow_{kind}", **bound)
            text = statements("questions/questions.sql")[f"records_{kind}"]
            named = {**bound, "channel": filters.channel}
            out[kind] = cursor.execute(
                text, {key: value for key, value in named.items() if f"${key}" in text}
            ).df()
    return out
