"""What objections say together: by kind, indicator and team, how they ended, how long they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analytics.people import Objection

MANY = 3  # accepted objections against one indicator that put it on the list for review


def summary(objections: Sequence[Objection], teams: Mapping[str, str | None]) -> pd.DataFrame:
    """by (kind, indicator, team), value, open, accepted, partly, rejected, days (median from made
    to answered)."""
    rows = []
    for by in ("kind", "indicator", "team"):
        groups: dict[str, list[Objection]] = {}
        for one in objections:
            value = {
                "kind": one.kind,
                "indicator": one.indicator,
                "team": teams.get(one.agent_id) or "",
            }[by]
            if by != "indicator" or value:
                groups.setdefault(value, []).append(one)
        for value, group in groups.items():
            days = [
                (one.answered_at - one.made_at).total_seconds() / 86_400
                for one in group
                if one.answered_at and one.made_at
            ]
            counts = {
                state: sum(one.state == state for one in group)
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


def review_list(objections: Sequence[Objection]) -> list[str]:
    """Indicators against which many objections were accepted, most first: their definition or
    standard wants another look."""
    counts: dict[str, int] = {}
    for one in objections:
        if one.indicator and one.state in ("accepted", "partly"):
            counts[one.indicator] = counts.get(one.indicator, 0) + 1
    return [
        name for name, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count >= MANY
    ]
