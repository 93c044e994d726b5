"""Whether the rows that cannot be read are like the rest: asked before the others are loaded."""

from __future__ import annotations

from typing import Any

import duckdb

from analytics.intake.questions import Settling

FEW = 2  # rows: of fewer nothing can be said
MOST = 0.5  # of the rows
MOVED = 0.02  # of the renewal rate, by leaving rows out
# Renewed and closed of a row, by what its file is made of.
_OUTCOMES = {
    "policies": (
        "(outcome = 'renewed' or (outcome is null and renewed_on is not null))::int",
        "(outcome in ('renewed', 'lost') or renewed_on is not null)::int",
    ),
    "scoresheet": ("renewed_policies", "case when renewed_policies >= 0 then due_policies end"),
}
_LEFT = """
with row_of as (
  select {renewed} as renewed, {closed} as closed,
    (sheet, row, part) in (select (sheet, row, part) from bad) as bad from typed)
select count(*) filter (bad), count(*),
  coalesce(sum(renewed) filter (bad), 0), coalesce(sum(closed) filter (bad), 0),
  coalesce(sum(renewed) filter (not bad), 0), coalesce(sum(closed) filter (not bad), 0)
from row_of
"""


def left_rows(connection: duckdb.DuckDBPyConnection, kind: str, settling: Settling) -> None:
    """Ask whoever leaves bad rows out where these are most of the file, or would move its rate."""
    columns = {row[0] for row in connection.execute("describe typed").fetchall()}
    needed = {"policies": {"outcome", "renewed_on"}}.get(kind, {"renewed_policies", "due_policies"})
    outcome_told = kind in _OUTCOMES and needed <= columns
    renewed, closed = _OUTCOMES[kind] if outcome_told else ("0", "0")
    sums = connection.execute(_LEFT.format(renewed=renewed, closed=closed)).fetchall()[0]
    count, rows, *outcomes = sums
    if count < FEW or count == rows:  # of nothing but bad rows nothing is loaded
        return
    if count > MOST * rows:
        settling.doubt("left_rows", "left_rows_most", count=count, rows=rows)
        return
    facts = _rates(*map(float, outcomes))
    if facts is not None:
        settling.doubt("left_rows", "left_rows_rate", count=count, rows=rows, **facts)


def _rates(
    left_renewed: float, left_closed: float, kept_renewed: float, kept_closed: float
) -> dict[str, Any] | None:
    """The rates of the rows left out and kept; None where leaving them out hardly moves it."""
    if left_closed <= 0 or kept_closed <= 0:
        return None
    kept = kept_renewed / kept_closed
    whole = (left_renewed + kept_renewed) / (left_closed + kept_closed)
    if abs(kept - whole) < MOVED:
        return None
    return {"left": f"{left_renewed / left_closed:.0%}", "kept": f"{kept:.0%}"}
