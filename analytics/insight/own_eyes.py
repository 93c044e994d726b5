"""What agents may read of their own sheets: no month before it is published, nothing
that shows a colleague's figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analytics.model import STAND_INS, Period, parse_month

# what tells that median, or is it
OF_STAND_IN = ("value", "denominator", "band", "missed", "sure", "step")
FEWEST = (
    5  # others' values behind a figure before an agent may see it: fewer would show a colleague's
)


def for_own_eyes(sheet: Mapping[str, Any], published: Sequence[Period]) -> dict[str, Any]:
    """The sheet as its agent reads it: nothing of months that are not published, neither in the
    trend nor as the period before; and a team's or the company's figure only where enough others'
    values of that very indicator and month stand behind it. The same holds of a median that stands
    in for a target, of a value that is held against it, and of the rank: who shares one knows the
    other's score."""

    def seen(first: dt.date, last: dt.date) -> bool:
        return any(period.first <= first and last <= period.last for period in published)

    def enough(behind: Any) -> bool:
        return (behind or 0) >= FEWEST  # sheets closed before this was counted do not say

    def told(item: Mapping[str, Any]) -> dict[str, Any]:
        few = (
            {}
            if _of_enough(item, "stand_in", sheet)
            else dict.fromkeys(OF_STAND_IN) | {"few": True}
        )
        before = (
            item.get("before") if compared and _of_enough(item, "stand_in_before", sheet) else None
        )
        return {
            **item,
            **few,
            "before": before,
            "team_median": item["team_median"] if enough(item.get("team_others")) else None,
        }

    def shown(point: Mapping[str, Any]) -> bool:
        month = parse_month(point["month"])
        mine = point["whose"] == "agent" or enough(point.get("others"))
        return mine and seen(month, month)

    cut = sheet["cut"]
    period = Period(parse_month(sheet["period"]["from"]), parse_month(sheet["period"]["to"]))
    before = period.shifted(-period.length)
    compared = seen(before.first, before.last)
    return {
        **sheet,
        "rank": sheet["rank"] if enough(sheet["rated"] - 1) else None,
        "before": sheet.get("before") if compared else None,
        "cut": {
            **cut,
            **{
                axis: [
                    cut[axis][0],
                    cut[axis][1] if enough(cut.get("others", {}).get(axis)) else None,
                ]
                for axis in ("x", "y")
            },
        },
        "indicators": [told(item) for item in sheet["indicators"]],
        "targets": [
            {
                **entry,
                **{
                    kind: entry[kind] if _stand_in_told(entry, kind) else None
                    for kind in ("count", "premium")
                },
            }
            for entry in sheet.get("targets", [])
        ],
        "trend": [point for point in sheet["trend"] if shown(point)],
    }


def without_few(targets: pd.DataFrame, prefix: str = "", suffix: str = "_filled") -> pd.DataFrame:
    """Targets of agent-months without the medians behind which too few others' values stand."""
    shown = {
        f"{prefix}{kind}{suffix}": targets[f"{prefix}{kind}{suffix}"].where(
            ~targets[f"{kind}_basis"].isin(STAND_INS) | (targets[f"{kind}_others"] >= FEWEST)
        )
        for kind in ("count", "premium")
    }
    return targets.assign(**shown)


def _stand_in_told(entry: Mapping[str, Any], kind: str) -> bool:
    return entry[f"{kind}_basis"] not in STAND_INS or (entry.get(f"{kind}_others") or 0) >= FEWEST


def _of_enough(item: Mapping[str, Any], name: str, sheet: Mapping[str, Any]) -> bool:
    """Whether enough others' values stand behind what stands in for the target of an indicator; of
    sheets closed before this was counted, whether nothing may stand in."""
    if name in item:
        return item[name] is None or bool(item[name] >= FEWEST)
    kind = {"renewal_count": "count", "renewal_premium": "premium"}.get(str(item["id"]))
    return item["unit"] != "percent_of_target" or (
        kind is not None
        and not any(entry[f"{kind}_basis"] in STAND_INS for entry in sheet.get("targets", []))
    )
