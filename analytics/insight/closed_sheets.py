"""Whether a closed sheet still says what the data now do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from analytics.insight.placing import marked


def data_changed(closed: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether the agent's own numbers are others than when the sheet was closed; scheme and
    standards do not matter."""
    now = {item["id"]: _numbers(item) for item in live["indicators"]}
    return any(
        now.get(item["id"], _numbers(item)) != _numbers(item) for item in closed["indicators"]
    )


def fingerprint(sheet: Mapping[str, Any]) -> str:
    """A digest of what a sheet says of its agent: score, grade, and of every indicator value,
    counts, points and weight. The same as long as these are, whatever others' numbers do to rank
    and quadrant."""
    said = sorted(
        (item["id"], *_numbers(item), item["points"], item["weight"])
        for item in sheet["indicators"]
    )
    return hashlib.sha256(
        json.dumps([sheet.get("score"), sheet.get("grade"), said]).encode()
    ).hexdigest()


def _told(sheet: Mapping[str, Any], name: str) -> Any:
    """What a sheet says of score, rank, grade or quadrant: no rank on too few cases, and the grade
    with its mark."""
    # Sheets that were closed before few cases were told say nothing of them.
    value, few = sheet.get(name), sheet.get("few_cases", False)
    if name == "rank" and few:
        return None
    return marked(value, few) if name == "grade" and value is not None else value


def _numbers(item: Mapping[str, Any]) -> tuple[Any, ...]:
    return item["value"], item["numerator"], item["denominator"]


def differs(closed: Mapping[str, Any], live: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a closed sheet says otherwise than the data now do: indicator (or score, rank), closed,
    live. An indicator whose counts are others is named even where its value is the same."""
    out = [
        {"what": name, "closed": _told(closed, name), "live": _told(live, name)}
        for name in ("score", "rank", "grade", "quadrant")
        if closed.get(name) != live.get(name)
    ]
    now = {item["id"]: item for item in live["indicators"]}
    for item in closed["indicators"]:
        other = now.get(item["id"])
        if other is None or _numbers(other) != _numbers(item):
            out.append(
                {"what": item["id"], "closed": item["value"], "live": other and other["value"]}
            )
    return out
