"""What objections say together: by kind, indicator and team, how they ended, how long they took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analytics.people import Objection

MANY = 3  # accepted objections against one indicator that put it on the list for review


def summary(objections: Sequence[Objection], teams: Mapping[str, str | None]) -> pd.DataFrame:
    """by (kind, indicator, team), value, open, accepted, partly, rejected, days (median from made
    to answered)."""
    rows = []
    for by in ("kind", "indicator", "team"):
        groups: dict[str, list[Objection]] = {}
        for objection in objections:
            value = {
                "kind": objection.kind,
                "indicator": objection.indicator,
                "team": teams.get(objection.agent_id) or "",
            }[by]
            if by != "indicator" or value:
                groups.setdefault(value, []).append(objection)
        for value, group in groups.items():
            days = answer_days(group)
            counts = {
                state: sum(objection.state == state for objection in group)
                for state in ("open", "accepted", "partly", "rejected")
            }
            rows.append(
                {
                    "by": by,
                    "value": value,
                    **counts,
                    "days": float(pd.Series(days).median()) if days else None,
                }
            )
    return pd.DataFrame(rows)


def answer_days(objections: Iterable[Objection]) -> list[float]:
    """How many days each answer took, of the objections that have one."""
    return [days for objection in objections if (days := objection.days_to_answer) is not None]


def review_list(objections: Sequence[Objection]) -> list[str]:
    """Indicators against which many objections were accepted, most first: their definition or
    standard wants another look."""
    counts: dict[str, int] = {}
    for objection in objections:
        if objection.indicator and objection.state in ("accepted", "partly"):
            counts[objection.indicator] = counts.get(objection.indicator, 0) + 1
    return [
        name for name, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count >= MANY
    ]
