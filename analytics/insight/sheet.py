"""The evaluation sheet of one agent and period as plain values: what the page shows, the files print and a closing keeps."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.certainty import certainty
from analytics.insight.coaching import step_to_next_band
from analytics.insight.quadrant import Placed
from analytics.insight.quadrant_certainty import QuadrantCertainty, quadrant_certainty
from analytics.insight.weak_spots import points_lost
from analytics.model import QUADRANTS, Indicator, Settings
from analytics.scoring.standards import Floats
from analytics.scoring.weights import largest_remainder

DIGITS = 10
FEWEST = 5  # agents a median must be taken of before an agent may see it: fewer would show a colleague's figure


@dataclass(frozen=True)
class Around:
    """What a sheet needs beside its evaluation, computed once for many sheets."""

    evaluation: Evaluation
    placed: Placed
    before: Evaluation | None
    medians: dict[object, tuple[int, Floats]] = field(default_factory=dict)  # filled as teams are asked for

    @cached_property
    def chance(self) -> QuadrantCertainty:
        """How sure every agent's quadrant is."""
        return quadrant_certainty(self.evaluation.measured, self.placed)

    def team(self, team: object) -> tuple[int, Floats]:
        """How many agents a team has, and their median value of every indicator."""
        if team not in self.medians:
            values = self.evaluation.measured.agents.value
            rows = values[(self.evaluation.people["team"] == team).to_numpy(dtype=bool, na_value=False)]
            self.medians[team] = len(rows), np.array([_median(rows[:, at]) for at in range(values.shape[1])])
        return self.medians[team]


def sheet(about: Around, agent_id: str, history: pd.DataFrame, *, own_eyes: bool = False) -> dict[str, Any]:
    """Everything on one sheet, as plain JSON values; rates as fractions of 1, weights in percent, missing as None.

    `history` are the agent's and the team's values by month (insight.agent.history). With `own_eyes` the agent reads it:
    a team's figures are left out where too few colleagues stand behind them.
    """
    now, row = about.evaluation, about.evaluation.row(agent_id)
    person = now.people.iloc[row]
    scored, known = now.agents, now.catalogue
    rated = bool(scored.rated[row])
    team = person["team"]
    hide = own_eyes and about.team(team)[0] < FEWEST
    indicators = _indicators(about, row, agent_id, hide)
    _round(indicators, float(scored.score[row]))
    trend = history[history["whose"] == "agent"] if hide else history
    period = now.measured.period
    return {
        "agent": {name: _text(person[name]) for name in ("agent_id", "name", "team", "branch", "region", "supervisor", "hired_on")},
        "period": {
            "from": f"{period.first:%Y-%m}", "to": f"{period.last:%Y-%m}", "provisional": now.measured.provisional,
            "open_policies": _count(person.get("open_policies")), "excluded_policies": _count(person.get("excluded_policies")),
            "late_renewals": _count(person.get("late_renewals")),
        },
        "scheme": {"name": now.scheme.name, "version": now.scheme.version, "weights": dict(now.scheme.categories), "author": now.scheme.author},
        "standard_version": known.version,
        "score": _number(scored.score[row]) if rated else None,
        "grade": str(scored.grade[row]) if rated else None,
        "rank": int(scored.rank[row]) if rated else None,
        "rated": int(scored.rated.sum()),
        "coverage": _number(scored.coverage[row] / 100.0),
        "quadrant": str(about.placed.quadrant[row]),
        "quadrant_probability": _probability(about, row),
        "cut": {"x": [about.placed.x, _number(about.placed.x_cut.value)], "y": [about.placed.y, _number(about.placed.y_cut.value)], "kind": about.placed.x_cut.kind},
        "indicators": indicators,
        "categories": _categories(now, row, indicators),
        "trend": [
            {"month": f"{one.month:%Y-%m}", "indicator": one.indicator, "whose": one.whose, "value": _number(one.value), "n": _number(one.n), "low": _number(one.low), "high": _number(one.high)}
            for one in trend.itertuples()
        ],
        "rules": rules(now.measured.settings),
    }  # fmt: skip


def rules(settings: Settings) -> dict[str, Any]:
    """The rules in force, as a sheet prints them."""
    return {
        "grace_days": settings.grace_days, "grace_by_product": dict(settings.grace_by_product), "contact_lead_days": settings.contact_lead_days,
        "missing_limit": settings.missing_limit, "calendar": settings.calendar,
    }  # fmt: skip


def fingerprint(one: Mapping[str, Any]) -> str:
    """A digest of the numbers a sheet rests on: the same as long as the agent's own data are."""
    numbers = [[item["id"], item["value"], item["numerator"], item["denominator"]] for item in one["indicators"]]
    return hashlib.sha256(json.dumps(numbers).encode()).hexdigest()


def differs(closed: Mapping[str, Any], live: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a closed sheet says otherwise than the data now do: indicator (or score, rank), closed, live."""
    out = []
    for name in ("score", "rank", "grade", "quadrant"):
        if closed.get(name) != live.get(name):
            out.append({"what": name, "closed": closed.get(name), "live": live.get(name)})
    now = {item["id"]: item for item in live["indicators"]}
    for item in closed["indicators"]:
        other = now.get(item["id"])
        if other is None or other["value"] != item["value"]:
            out.append({"what": item["id"], "closed": item["value"], "live": other and other["value"]})
    return out


def _indicators(about: Around, row: int, agent_id: str, hide: bool) -> list[dict[str, Any]]:
    now = about.evaluation
    values, scored = now.measured.agents, now.agents
    lost = points_lost(values, scored)[row]
    median = about.team(now.people["team"].iat[row])[1]
    earlier = _earlier(about.before, agent_id)
    out = []
    for at, one in enumerate(now.catalogue.indicators):
        value, numerator, denominator = (
            float(part[row, at]) for part in (values.value, values.numerator, values.denominator)
        )
        step = step_to_next_band(one, value, numerator, denominator)
        out.append(
            {
                "id": one.id, "category": one.category, "label": dict(one.label), "unit": one.unit, "value": _number(value), "numerator": _number(numerator), "denominator": _number(denominator),
                "band": band(one, float(values.points[row, at])), "points": _number(values.points[row, at]), "nominal": _number(now.nominal[at]),
                "weight": _number(scored.weight[row, at]), "contribution": None if np.isnan(values.points[row, at]) else _number(scored.contribution[row, at]),
                "lost": _number(lost[at]), "team_median": None if hide else _number(median[at]), "before": _number(earlier[at]),
                "sure": _sure(now, one.id, row),
                "step": None if step is None else {"measure": step.measure, "amount": step.amount, "reaches": step.reaches},
            }
        )  # fmt: skip
    return out


def _probability(about: Around, row: int) -> dict[str, Any] | None:
    """The probability of each quadrant, and whether the agent's own data are enough; None where the data do not tell."""
    if not about.chance.known[row]:
        return None
    chances = {name: _number(about.chance.probability[row, at]) for at, name in enumerate(QUADRANTS)}
    return chances | {"enough": bool(about.chance.enough[row])}


def _sure(now: Evaluation, indicator: str, row: int) -> dict[str, Any] | None:
    """How far chance reaches on a value: kind, low, high, n, z, enough; None where its spread is not known."""
    sure = certainty(now.measured, indicator)
    if sure is None or np.isnan(sure.low[row]):
        return None
    return {
        "kind": sure.kind, "low": _number(sure.low[row]), "high": _number(sure.high[row]), "n": _number(sure.n[row]), "z": _number(sure.credibility[row]), "enough": bool(sure.enough[row]), "differ": sure.differ,
    }  # fmt: skip


def band(one: Indicator, points: float) -> list[float] | None:
    """The knot that was reached, as [value, points]: the best one whose points are not above those earned.

    None where there are no bands: points missing, or a standard of two knots that only rescales.
    """
    if math.isnan(points) or (len(one.standard.values) == 2 and one.standard.mode == "linear"):
        return None
    reached = [
        (mark, value)
        for value, mark in zip(one.standard.values, one.standard.points, strict=True)
        if mark <= points + 1e-9
    ]
    mark, value = max(reached) if reached else (0.0, one.standard.values[0])
    return [value, mark]


def _round(indicators: list[dict[str, Any]], score: float) -> None:
    """`shown`: contributions at one decimal that add up to the score at one decimal."""
    there = [item for item in indicators if item["contribution"] is not None]
    if not there:
        return
    for item, shown in zip(there, largest_remainder([item["contribution"] for item in there], score, 1), strict=True):
        item["shown"] = shown


def _categories(now: Evaluation, row: int, indicators: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = []
    for category in now.catalogue.categories:
        inside = [item for item in indicators if item["category"] == category.id]
        out.append(
            {
                "id": category.id, "label": dict(category.label), "weight": _number(sum(item["weight"] or 0.0 for item in inside if item["points"] is not None)),
                "contribution": _number(sum(item["contribution"] or 0.0 for item in inside)), "shown": round(sum(item.get("shown", 0.0) for item in inside), 1),
            }
        )  # fmt: skip
    return out


def _earlier(before: Evaluation | None, agent_id: str) -> Floats:
    if before is None:
        return np.full(10_000, np.nan)
    at = np.flatnonzero((before.people["agent_id"] == agent_id).to_numpy(dtype=bool))
    width = before.measured.agents.value.shape[1]
    return before.measured.agents.value[at[0]] if len(at) else np.full(width, np.nan)


def _median(values: Floats) -> float:
    there = values[~np.isnan(values)]
    return float(np.median(there)) if len(there) else math.nan


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) or not math.isfinite(value) else round(float(value), DIGITS)


def _count(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _text(value: Any) -> str | None:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else str(value)
