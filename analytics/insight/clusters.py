"""Policies that are decided together: how much less than their number the renewals of an agent, a
team or the company tell."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from analytics.evaluation import Measured, Values
from analytics.evaluation.standards import Floats
from analytics.model import Indicator
from analytics.statistics.design_effect import design_effect, intraclass

CUSTOMERS, SINGLE, MONTHS, ASSUMED, UNKNOWN = "customers", "single", "months", "assumed", "unknown"
TOGETHER = (
    "renewed_policies",
    "first_term_renewed",
)  # what customers decide on for all their policies
SUMS = (
    "renewed_policies",
    "due_policies",
    "customer_due_sq",
    "customer_renewed_sq",
    "customer_cross",
)


@dataclass(frozen=True)
class Likeness:
    """By what factor the variance of renewals exceeds that of independent policies (never below 1):
    of every agent, of every team, of the company. way: from the policies of one customer
    (`correlation`, estimated over the company), single where hardly any customer has several, from
    how months of one agent differ, assumed to be 1, since neither is known, or unknown, where no
    policies were counted at all."""

    way: str
    correlation: float
    agents: Floats
    teams: Floats
    company: float


_worked_out: WeakKeyDictionary[Values, Likeness] = WeakKeyDictionary()


def likeness(measured: Measured) -> Likeness:
    """How alike policies are that somebody decides on together; worked out once for the same
    figures."""
    remembered = _worked_out.get(measured.agents)
    if remembered is None:
        remembered = _worked_out[measured.agents] = _likeness(measured)
    return remembered


def excess(measured: Measured, indicator: Indicator) -> Floats:
    """The factor of every agent for an indicator: 1 for what no customer decides on for several
    policies at once."""
    return (
        likeness(measured).agents
        if indicator.numerator in TOGETHER
        else np.ones(len(measured.people))
    )


def by_agent(measured: Measured) -> dict[str, float]:
    """agent_id → the factor of that agent's renewals."""
    return dict(
        zip(
            measured.people["agent_id"].astype(str), likeness(measured).agents.tolist(), strict=True
        )
    )


def _likeness(measured: Measured) -> Likeness:
    people = measured.people
    if set(SUMS) <= set(people):
        renewed, due, squares, renewed_squares, cross = (_numbers(people, name) for name in SUMS)
        # Where some months of an agent name no customers, the squares leave these months out and
        # say nothing of the others.
        whole = squares >= due
        correlation = intraclass(
            renewed, due, np.where(whole, squares, np.nan), renewed_squares, cross
        )
        if correlation is not None:
            of_all = float(np.nansum(squares[whole])), float(np.nansum(due[whole]))
            teams = measured.teams
            of_teams = (
                design_effect(
                    correlation, _numbers(teams, "due_policies"), _numbers(teams, "customer_due_sq")
                )
                if set(SUMS) <= set(teams)
                else np.ones(len(teams))
            )
            return Likeness(
                CUSTOMERS,
                correlation,
                _stepwise(design_effect(correlation, due, squares)),
                of_teams,
                float(design_effect(correlation, of_all[1], of_all[0])),
            )
        if whole.any():
            return Likeness(
                SINGLE, float("nan"), np.ones(len(people)), np.ones(len(measured.teams)), 1.0
            )
    phi = measured.month_dispersion
    way, factor = (ASSUMED, 1.0) if phi is None else (MONTHS, max(1.0, phi))
    if "due_policies" not in people or np.isnan(_numbers(people, "due_policies")).all():
        way, factor = UNKNOWN, 1.0
    return Likeness(
        way,
        float("nan"),
        np.full(len(people), factor),
        np.full(len(measured.teams), factor),
        factor,
    )


def _stepwise(effect: Floats) -> Floats:
    """To twentieths: agents of the same counts are then worked out once, also where there are very
    many."""
    return np.asarray(np.round(effect * 20) / 20)


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    return np.asarray(frame[name].to_numpy(dtype=float, na_value=np.nan), dtype=float)
