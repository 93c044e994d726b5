"""The evaluation sheet of one agent and period as plain values: what the page shows, the files
print and a closing keeps."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.evaluation.weights import lacking, largest_remainder
from analytics.insight.bands import band, missed
from analytics.insight.certainty import certainty, too_few
from analytics.insight.coaching import step_to_next_band
from analytics.insight.quadrant import Placed
from analytics.insight.quadrant_certainty import QuadrantCertainty, quadrant_certainty
from analytics.insight.weak_spots import points_lost
from analytics.model import QUADRANTS, STAND_INS, Settings
from analytics.numbers import number
from analytics.people import MarketAverage

WHO = ("agent_id", "name", "team", "branch", "region", "supervisor", "hired_on")
COUNTED = ("open_policies", "excluded_policies", "late_renewals", "stale_open")  # policies


@dataclass(frozen=True)
class Team:
    """A team's median value of every indicator, how many values stand behind each, and how many
    agents it has."""

    size: int
    median: Floats
    values: npt.NDArray[np.intp]


@dataclass(frozen=True)
class StandIns:
    """What stands in for targets in a period, by agent."""

    evaluation: Evaluation

    @cached_property
    def rows(self) -> Mapping[object, npt.NDArray[np.intp]]:
        """The rows of `targets` that are an agent's."""
        targets = self.evaluation.measured.targets
        rows: Mapping[object, npt.NDArray[np.intp]] = targets.groupby("agent_id").indices
        return rows

    @cached_property
    def fewest(self) -> Mapping[str, Mapping[object, float]]:
        """By kind of target, the fewest others' values behind a median that stands in for an
        agent's in some month."""
        targets = self.evaluation.measured.targets
        return {
            kind: targets[targets[f"{kind}_basis"].isin(STAND_INS)]
            .groupby("agent_id", sort=False)[f"{kind}_others"]
            .min()
            .to_dict()
            for kind in ("count", "premium")
        }


@dataclass(frozen=True)
class Around:
    """What a sheet needs beside its evaluation, computed once for many sheets."""

    evaluation: Evaluation
    placed: Placed
    before: Evaluation | None
    market: Mapping[str, MarketAverage] = field(default_factory=dict)

    @cached_property
    def chance(self) -> QuadrantCertainty:
        """How sure every agent's quadrant is."""
        return quadrant_certainty(self.evaluation.measured, self.placed)

    @cached_property
    def lost(self) -> Floats:
        """Points that everybody loses, by indicator."""
        return points_lost(self.evaluation.measured.agents, self.evaluation.agents)

    @cached_property
    def few_cases(self) -> np.ndarray:
        """Who is rated on too few cases."""
        return too_few(self.evaluation)

    @cached_property
    def stand_ins(self) -> StandIns:
        """What stands in for targets."""
        return StandIns(self.evaluation)

    @cached_property
    def stand_ins_before(self) -> StandIns | None:
        """The same of the period before."""
        return None if self.before is None else StandIns(self.before)

    @cached_property
    def teams(self) -> Mapping[object, Team]:
        """Every team with its medians."""
        values = self.evaluation.measured.agents.value
        people = self.evaluation.people.reset_index(drop=True)
        rows = people.groupby("team", dropna=True).indices
        return {team: _team(values[members]) for team, members in rows.items()}

    def team(self, team: object) -> Team:
        """One team; nobody's has no values."""
        nothing = np.zeros((0, self.evaluation.measured.agents.value.shape[1]))
        return self.teams.get(team) or _team(nothing)


def sheet(about: Around, agent_id: str, history: pd.DataFrame | None) -> dict[str, Any]:
    """Everything on one sheet, as plain JSON values; rates as fractions of 1, weights in percent,
    missing as None.

    `history` are the agent's and the team's values by month (insight.agent.history).
    """
    now, row = about.evaluation, about.evaluation.row(agent_id)
    person = {name: now.people[name].iat[row] for name in (*WHO, *COUNTED) if name in now.people}
    scored, catalogue = now.agents, now.catalogue
    rated = bool(scored.rated[row])
    indicators = _indicators(about, row, agent_id)
    _round(indicators, float(scored.score[row]))
    period, scheme = now.measured.period, now.scheme
    before = about.before.measured if about.before is not None else None
    return {
        "agent": {name: _text(person[name]) for name in WHO},
        "period": {
            "from": f"{period.first:%Y-%m}",
            "to": f"{period.last:%Y-%m}",
            "provisional": now.measured.provisional,
            **{name: _count(person.get(name)) for name in COUNTED},
        },
        "before": None
        if before is None
        else {"period": str(before.period), "cut": _text(before.filters.cut)},
        "channel": now.measured.filters.channel,
        "scheme": {
            "name": scheme.name,
            "version": scheme.version,
            "weights": dict(scheme.categories),
            "author": scheme.author,
            "reason": scheme.reason,
            "purpose": scheme.purpose,
            "company_goal": scheme.company_goal,
            "trial": scheme.trial,
            "lacking": lacking(scheme, catalogue),
        },
        "standard_version": catalogue.version,
        "score": number(scored.score[row]) if rated else None,
        "grade": str(scored.grade[row]) if rated else None,
        "veto": _veto(now, row) if rated else None,
        "rank": int(scored.rank[row]) if rated else None,
        "few_cases": bool(about.few_cases[row]),
        "rated": int(scored.rated.sum()),
        "coverage": number(scored.coverage[row] / 100.0),
        "quadrant": str(about.placed.quadrant[row]),
        "quadrant_probability": _probability(about, row),
        "quadrant_standing": about.chance.standing(row),
        "cut": {
            "x": [about.placed.x, number(about.placed.x_cut.value)],
            "y": [about.placed.y, number(about.placed.y_cut.value)],
            "kind": about.placed.x_cut.kind,
            "others": {
                axis: int((~np.isnan(values)).sum() - (not np.isnan(values[row])))
                for axis, values in (("x", about.placed.x_value), ("y", about.placed.y_value))
            },
        },
        "team_others": max(about.team(person["team"]).size - 1, 0),
        "indicators": indicators,
        "categories": _categories(now, indicators),
        "trend": [] if history is None else _trend(history),
        "targets": _targets(about.stand_ins, agent_id),
        "rules": rules(now.measured.settings),
    }


def _trend(history: pd.DataFrame) -> list[dict[str, Any]]:
    names = ("indicator", "whose", "value", "n", "low", "high", "others")
    months = np.datetime_as_string(history["month"].to_numpy(), unit="M").tolist()
    columns = (history[name].tolist() for name in names)
    return [
        {
            "month": month,
            "indicator": indicator,
            "whose": whose,
            "value": number(value),
            "n": number(n),
            "low": number(low),
            "high": number(high),
            **({} if whose == "agent" else {"others": others}),
        }
        for month, indicator, whose, value, n, low, high, others in zip(
            months, *columns, strict=True
        )
    ]


def rules(settings: Settings) -> dict[str, Any]:
    """The rules in force, as a sheet prints them."""
    return {
        "grace_days": settings.grace_days,
        "grace_by_product": dict(settings.grace_by_product),
        "contact_lead_days": settings.contact_lead_days,
        "missing_limit": settings.missing_limit,
        "calendar": settings.calendar,
        "month_begins": settings.month_begins,
    }


def _indicators(about: Around, row: int, agent_id: str) -> list[dict[str, Any]]:
    now = about.evaluation
    values, scored = now.measured.agents, now.agents
    lost = about.lost[row]
    team = about.team(now.people["team"].iat[row])
    earlier = _earlier(about.before, agent_id)
    behind, behind_before = (
        {} if stand_ins is None else _behind(stand_ins, agent_id)
        for stand_ins in (about.stand_ins, about.stand_ins_before)
    )
    out = []
    for column, indicator in enumerate(now.catalogue.indicators):
        value, numerator, denominator = (
            float(part[row, column])
            for part in (values.value, values.numerator, values.denominator)
        )
        step = step_to_next_band(indicator, value, numerator, denominator)
        market = about.market.get(indicator.id)
        out.append(
            {
                "id": indicator.id,
                "category": indicator.category,
                "label": dict(indicator.label),
                "unit": indicator.unit,
                "value": number(value),
                "numerator": number(numerator),
                "denominator": number(denominator),
                "band": band(indicator, value, float(values.points[row, column])),
                "missed": missed(indicator, value),
                "points": number(values.points[row, column]),
                "nominal": number(now.nominal[column]),
                "weight": number(scored.weight[row, column]),
                "contribution": None
                if np.isnan(values.points[row, column])
                else number(scored.contribution[row, column]),
                "lost": number(lost[column]),
                "team_median": number(team.median[column]),
                "team_others": int(team.values[column] - (not np.isnan(value))),
                "market": None
                if market is None
                else {"value": market.value, "source": market.source},
                "before": number(earlier.get(indicator.id)),
                "stand_in": behind.get(indicator.id),
                "stand_in_before": behind_before.get(indicator.id),
                "sure": _sure(now, indicator.id, row),
                "step": None
                if step is None
                else {
                    "measure": step.measure,
                    "amount": step.amount,
                    "reaches": step.reaches,
                    "gives": number(step.gives),
                    "ahead": step.ahead,
                },
            }
        )
    return out


def _team(values: Floats) -> Team:
    counts = (~np.isnan(values)).sum(axis=0)
    return Team(
        len(values),
        np.array([_median(values[:, column]) for column in range(values.shape[1])]),
        counts,
    )


def _veto(now: Evaluation, row: int) -> dict[str, Any] | None:
    """The veto that capped the grade: its indicator, the value from which it speaks, and the grade
    that was earned."""
    indicator = str(now.agents.capped_by[row])
    if not indicator:
        return None
    veto = next(candidate for candidate in now.catalogue.vetoes if candidate.indicator == indicator)
    return {
        "indicator": indicator,
        "label": dict(now.catalogue[indicator].label),
        "unit": now.catalogue[indicator].unit,
        "beyond": veto.beyond,
        "earned": str(now.agents.earned[row]),
    }


def _targets(stand_ins: StandIns, agent_id: str) -> list[dict[str, Any]]:
    """The months in which the agent's target is not their own, and what stands in for it."""
    rows = stand_ins.rows.get(agent_id)
    if rows is None:
        return []
    mine = stand_ins.evaluation.measured.targets.iloc[rows]
    return [
        {
            "month": f"{row.month:%Y-%m}",
            "count": number(row.count_filled),
            "count_basis": row.count_basis,
            "premium": number(row.premium_filled),
            "premium_basis": row.premium_basis,
            "count_others": _count(row.count_others),
            "premium_others": _count(row.premium_others),
            "given_targets": bool(row.given_targets),
        }
        for row in mine.itertuples(index=False)
    ]


def _behind(stand_ins: StandIns, agent_id: str) -> Mapping[str, int]:
    """By indicator, the fewest others' values behind a median that stands in for the agent's target
    in some month; no entry where the targets are the agent's own."""
    out, evaluation = {}, stand_ins.evaluation
    for column, indicator in enumerate(evaluation.catalogue.indicators):
        if not indicator.fallback:
            continue
        kind = "count" if indicator.denominator == "target_count" else "premium"
        if (
            evaluation.measured.filters.channel is not None
        ):  # the median agent of the channel, whatever the targets are
            others = (evaluation.people["agent_id"] != agent_id).to_numpy(dtype=bool)
            out[indicator.id] = int(
                (~np.isnan(evaluation.measured.agents.numerator[others, column])).sum()
            )
        elif agent_id in stand_ins.fewest[kind]:
            out[indicator.id] = int(stand_ins.fewest[kind][agent_id])
    return out


def _probability(about: Around, row: int) -> dict[str, Any] | None:
    """The probability of each quadrant, and whether the agent's own data are enough; None where the
    data do not tell."""
    if not about.chance.known[row]:
        return None
    chances = {
        name: number(about.chance.probability[row, place]) for place, name in enumerate(QUADRANTS)
    }
    return chances | {"enough": bool(about.chance.enough[row])}


def _sure(now: Evaluation, indicator: str, row: int) -> dict[str, Any] | None:
    """How far chance reaches on a value: kind, low, high, n, z, enough; None where its spread is
    not known."""
    sure = certainty(now.measured, indicator)
    if sure is None or np.isnan(sure.low[row]):
        return None
    return {
        "kind": sure.kind,
        "low": number(sure.low[row]),
        "high": number(sure.high[row]),
        "n": number(sure.n[row]),
        "z": number(sure.credibility[row]),
        "enough": bool(sure.enough[row]),
        "differ": sure.differ,
    }


def _round(indicators: list[dict[str, Any]], score: float) -> None:
    """`shown`: contributions at one decimal that add up to the score at one decimal."""
    there = [item for item in indicators if item["contribution"] is not None]
    if not there:
        return
    for item, shown in zip(
        there, largest_remainder([item["contribution"] for item in there], score, 1), strict=True
    ):
        item["shown"] = shown


def _categories(now: Evaluation, indicators: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for category in now.catalogue.categories:
        inside = [item for item in indicators if item["category"] == category.id]
        out.append(
            {
                "id": category.id,
                "label": dict(category.label),
                "weight": number(
                    sum(item["weight"] or 0.0 for item in inside if item["points"] is not None)
                ),
                "contribution": number(sum(item["contribution"] or 0.0 for item in inside)),
            }
        )
    for part in out:
        part["shown"] = round(
            (part["contribution"] or 0.0) + 1e-9, 1
        )  # of itself: 10.309 is 10.3, whatever its parts are shown as
    return out


def _earlier(before: Evaluation | None, agent_id: str) -> Mapping[str, float]:
    """The agent's values in the period before, by indicator: versions of the standards may know
    others, in another order."""
    if before is None:
        return {}
    row = before.measured.rows.get(agent_id)
    if row is None:
        return {}
    return dict(zip(before.catalogue.ids, before.measured.agents.value[row].tolist(), strict=True))


def _median(values: Floats) -> float:
    there = values[~np.isnan(values)]
    return float(np.median(there)) if len(there) else math.nan


def _count(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _text(value: Any) -> str | None:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else str(value)
