"""Evaluations and rules as plain values, for JSON: the same for every reader."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue, action_for, actions, preset_reason, preset_schemes
from analytics.evaluation import Evaluation, Measured, Scored, Values
from analytics.evaluation.weights import lacking, vector
from analytics.insight import placing
from analytics.insight.certainty import too_few
from analytics.insight.quadrant import CutLine, Placed
from analytics.insight.quadrant_certainty import QuadrantCertainty, quadrant_certainty
from analytics.model import QUADRANTS, Indicator, Settings, WeightScheme, days_of
from analytics.numbers import number
from analytics.people import MarketAverage


def evaluation_view(evaluation: Evaluation, placed: Placed) -> dict[str, Any]:
    """The evaluation as the command line prints it: rates are fractions of 1, weights percent,
    coverage a fraction."""
    measured, scored, few = evaluation.measured, evaluation.agents, too_few(evaluation)
    rows = np.flatnonzero(evaluation.shown).tolist()
    seen = set(measured.people["agent_id"].to_numpy()[evaluation.in_scope])
    rated = sorted(
        (row for row in rows if scored.rated[row]),
        key=lambda row: (scored.rank[row], str(measured.people["agent_id"].iat[row])),
    )
    return {
        "period": {
            **_months(measured),
            "provisional": measured.provisional,
            "open_policies": int(measured.totals.get("open_policies", 0)),
            "stale_open": int(measured.totals.get("stale_open", 0)),
        },
        "standard_version": evaluation.catalogue.version,
        "scheme": _scheme(evaluation),
        "agents": [_agent(evaluation, placed, row, bool(few[row])) for row in rated],
        "not_rated": [
            _agent(evaluation, placed, row, False) for row in rows if not scored.rated[row]
        ],
        "teams": _teams(evaluation),
        "company": _scored(evaluation, measured.company, evaluation.company, 0),
        "set_aside": _set_aside(measured.set_aside, seen),
        "targets": _targets(measured.targets, seen),
    }


def evaluation_rows(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The agents of `evaluation_view` as a table tells them: who rests on too few cases after the
    ranked, without a rank and with a mark beside the grade; then who is not rated."""
    few = [
        agent | {"rank": None, "grade": placing.marked(agent["grade"], True)}
        for agent in view["agents"]
        if agent["few_cases"]
    ]
    return [
        *(agent for agent in view["agents"] if not agent["few_cases"]),
        *few,
        *view["not_rated"],
    ]


def _months(measured: Measured) -> dict[str, str]:
    """A period's first and last month; where months do not begin on the first, its first and last
    day."""
    period, begins = measured.period, measured.settings.month_begins
    months = {"from": f"{period.first:%Y-%m}", "to": f"{period.last:%Y-%m}"}
    if begins == 1:
        return months
    first, last = days_of(period.first, period.last, begins)
    return {**months, "first_day": f"{first}", "last_day": f"{last}"}


def _scheme(evaluation: Evaluation) -> dict[str, Any]:
    scheme, catalogue = evaluation.scheme, evaluation.catalogue
    weights = zip(catalogue.ids, evaluation.nominal, strict=True)
    return {
        "name": scheme.name,
        "version": scheme.version,
        "trial": scheme.trial,
        "weights": dict(scheme.categories),
        "lacking": lacking(scheme, catalogue),
        "indicators": {indicator_id: number(weight) for indicator_id, weight in weights},
    }


def _teams(evaluation: Evaluation) -> list[dict[str, Any]]:
    measured = evaluation.measured
    return [
        {
            "team": team,
            "agents": int(measured.teams["agents"].iat[row]),
            **_scored(evaluation, measured.team_values, evaluation.teams, row),
        }
        for row, team in enumerate(measured.teams["team"])
        if evaluation.teams_in_scope[row]
    ]


def _set_aside(aside: pd.DataFrame, seen: Collection[str]) -> list[dict[str, Any]]:
    """Sums that were not counted because of others of the same months."""
    return [
        {
            "agent_id": sums["agent_id"],
            "measure": sums["measure"],
            "from": f"{sums['first_month']:%Y-%m}",
            "to": f"{sums['last_month']:%Y-%m}",
            "why": sums["why"],
        }
        for sums in aside.to_dict("records")
        if sums["agent_id"] in seen
    ]


def _targets(targets: pd.DataFrame, seen: Collection[str]) -> list[dict[str, Any]]:
    """Months in which somebody was measured against something else than an own target."""
    return [
        {
            "agent_id": target["agent_id"],
            "month": f"{target['month']:%Y-%m}",
            "count_basis": target["count_basis"],
            "premium_basis": target["premium_basis"],
        }
        for target in targets.to_dict("records")
        if target["agent_id"] in seen
    ]


def _agent(evaluation: Evaluation, placed: Placed, row: int, few: bool) -> dict[str, Any]:
    person = evaluation.people.iloc[row]
    due = person.get("due_policies")
    return {
        **{
            name: person[name] if pd.notna(person[name]) else None
            for name in ("agent_id", "name", "team", "branch")
        },
        **_scored(evaluation, evaluation.measured.agents, evaluation.agents, row),
        **({"rank": None} if few else {}),
        "few_cases": few,
        "quadrant": str(placed.quadrant[row]),
        "due_policies": None if pd.isna(due) else int(due),
    }


def _scored(evaluation: Evaluation, values: Values, scored: Scored, row: int) -> dict[str, Any]:
    rated = bool(scored.rated[row])
    return {
        "score": number(scored.score[row]) if rated else None,
        "grade": str(scored.grade[row]) if rated else None,
        "capped_by": (str(scored.capped_by[row]) or None) if rated else None,
        "rank": int(scored.rank[row]) if rated else None,
        "coverage": number(scored.coverage[row] / 100.0),
        "indicators": {
            indicator_id: _parts(values, scored, (row, position))
            for position, indicator_id in enumerate(evaluation.catalogue.ids)
        },
    }


def _parts(values: Values, scored: Scored, cell: tuple[int, int]) -> dict[str, float | None]:
    """From value to contribution, of one row and indicator."""
    there = not np.isnan(values.points[cell])
    return {
        "value": number(values.value[cell]),
        "numerator": number(values.numerator[cell]),
        "denominator": number(values.denominator[cell]),
        "points": number(values.points[cell]),
        "weight": number(scored.weight[cell]),
        "contribution": number(scored.contribution[cell]) if there else None,
    }


def quadrant_view(evaluation: Evaluation, placed: Placed) -> dict[str, Any]:
    """Cut lines, counts, and every agent with both values, the quadrant and how certain it is."""
    chance, few = quadrant_certainty(evaluation.measured, placed), too_few(evaluation)
    rows = np.flatnonzero(evaluation.shown).tolist()
    return {
        "period": _months(evaluation.measured),
        "x": placed.x,
        "y": placed.y,
        "cut": {"x": _cut(placed.x_cut), "y": _cut(placed.y_cut)},
        "counts": placed.counts,
        "agents": [
            {
                **_placed(evaluation, placed, row),
                "few_cases": bool(few[row]),
                **_certain(chance, row),
            }
            for row in rows
        ],
        "agents_differ": chance.tell_apart if chance.known.any() else None,
    }


def _placed(evaluation: Evaluation, placed: Placed, row: int) -> dict[str, Any]:
    person = evaluation.people.iloc[row]
    return {
        "agent_id": person["agent_id"],
        "name": person["name"],
        "team": person["team"],
        "x": number(placed.x_value[row]),
        "y": number(placed.y_value[row]),
        "quadrant": str(placed.quadrant[row]),
    }


def _certain(chance: QuadrantCertainty, row: int) -> dict[str, Any]:
    """How probable each quadrant is; nothing where a spread is not known."""
    if not chance.known[row]:
        return {"probability": None, "certain": None}
    shares = map(number, chance.probability[row])
    return {
        "probability": dict(zip(QUADRANTS, shares, strict=True)),
        "certain": bool(chance.certain[row]),
    }


def _cut(line: CutLine) -> dict[str, Any]:
    return {"kind": line.kind, "value": number(line.value)}


def losses_rows(losses: pd.DataFrame) -> list[dict[str, Any]]:
    """Points lost by team and indicator; the company's row names no team."""
    return [
        {
            "team": team if isinstance(team, str) else None,
            "points_lost": {name: number(lost) for name, lost in zip(losses, row, strict=True)},
        }
        for team, row in zip(losses.index, losses.to_numpy(), strict=True)
    ]


def method_view(
    catalogue: Catalogue,
    settings: Settings,
    scheme: WeightScheme,
    market: Mapping[str, MarketAverage] | None = None,
) -> dict[str, Any]:
    """Every indicator, formula, standard, weight, rule and setting in force, and the market
    averages with their sources."""
    nominal = vector(scheme, catalogue)
    return {
        "scheme": {
            "name": scheme.name,
            "version": scheme.version,
            "weights": dict(scheme.categories),
            "reason": reason_of(scheme),
            "author": scheme.author,
            "purpose": scheme.purpose,
            "company_goal": scheme.company_goal,
            "trial": scheme.trial,
            "lacking": lacking(scheme, catalogue),
        },
        "standard_version": catalogue.version,
        "market": [
            {"indicator": average.indicator, "value": average.value, "source": average.source}
            for average in (market or {}).values()
        ],
        "indicators": [
            _definition(indicator, scheme, float(weight))
            for indicator, weight in zip(catalogue.indicators, nominal, strict=True)
        ],
        "categories": [
            {
                "id": category.id,
                "label": dict(category.label),
                "permitted": [category.low, category.high],
            }
            for category in catalogue.categories
        ],
        "grades": dict(catalogue.grades),
        "vetoes": [
            {"indicator": veto.indicator, "beyond": veto.beyond, "cap": veto.cap}
            for veto in catalogue.vetoes
        ],
        "settings": {
            "grace_days": settings.grace_days,
            "grace_by_product": dict(settings.grace_by_product),
            "contact_lead_days": settings.contact_lead_days,
            "missing_limit": settings.missing_limit,
            "calendar": settings.calendar,
            "month_begins": settings.month_begins,
            "missing_rule": "renormalise",
            "window_closed": "due_date + grace_days < as_of",
            "on_the_line": "high",
            "mean_cut": "pooled",
            "not_rated": "not ranked",
        },
        "schemes": [
            {"name": name, "weights": dict(preset.categories)}
            for name, preset in preset_schemes().items()
        ],
        "quadrants": {name: dict(text) for name, text in actions()["quadrant"].items()},
    }


def _definition(indicator: Indicator, scheme: WeightScheme, weight: float) -> dict[str, Any]:
    """An indicator's formula, weight and standard."""
    standard = indicator.standard
    return {
        "id": indicator.id,
        "label": dict(indicator.label),
        "category": indicator.category,
        "group": indicator.group,
        "numerator": indicator.numerator,
        "denominator": indicator.denominator,
        "scale": indicator.scale,
        "fallback": indicator.fallback,
        "direction": indicator.direction,
        "unit": indicator.unit,
        "weight": number(weight),
        "share_of_category": scheme.indicators.get(indicator.id, indicator.weight),
        "target": indicator.target,
        "standard": {
            "mode": standard.mode,
            "knots": [list(knot) for knot in zip(standard.values, standard.points, strict=True)],
        },
        "why": dict(indicator.why),
        "action": dict(action_for(indicator)),
    }


def reason_of(scheme: WeightScheme) -> str | dict[str, str]:
    """Why a scheme weighs as it does: a preset's text in both languages, or what its author
    wrote."""
    return dict(preset_reason(scheme.name)) if scheme.name in preset_schemes() else scheme.reason
