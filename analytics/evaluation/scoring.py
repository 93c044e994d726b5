"""Values + scheme → scores, grades and ranks: what every step of a slider works out anew."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.errors import RequestRefused
from analytics.evaluation.ranking import competition_rank, grade
from analytics.evaluation.standards import Floats
from analytics.evaluation.values import Measured, Values
from analytics.evaluation.weights import effective, membership, totals, vector
from analytics.model import WeightScheme

TOLERANCE = 1e-9  # percent of the weight: binary fractions leave nobody unrated


@dataclass(frozen=True)
class Scored:
    """Scores of the rows of a `Values`; the weights and contributions behind them are worked out
    when asked for."""

    values: Values
    nominal: Floats
    catalogue: Catalogue
    score: Floats
    coverage: Floats
    rated: np.ndarray
    rank: np.ndarray

    @cached_property
    def weight(self) -> Floats:
        """Effective weight per row and indicator, in percent; the rows of whoever has anything sum
        to 100."""
        return effective(self.nominal, self.values.present, self.catalogue)

    @cached_property
    def contribution(self) -> Floats:
        """weight × points / 100; a row sums to its score."""
        return self.weight * self.values.filled / 100.0

    @cached_property
    def earned(self) -> np.ndarray:
        """The grade that each score reaches by itself."""
        reached: np.ndarray = grade(self.score, self.catalogue.grades)
        return reached

    @cached_property
    def grade(self) -> np.ndarray:
        """The grade of each row, capped where a veto says so."""
        return self._capped[0]

    @cached_property
    def capped_by(self) -> np.ndarray:
        """The indicator whose veto capped each row's grade; "" where none did."""
        return self._capped[1]

    @cached_property
    def _capped(self) -> tuple[np.ndarray, np.ndarray]:
        order = [name for name, _ in self.catalogue.grades]
        names, capped_by = self.earned.astype(object), np.full(len(self.score), "", dtype=object)
        for veto in self.catalogue.vetoes:
            value = self.values.value[:, self.catalogue.position(veto.indicator)]
            worse = (
                value > veto.beyond
                if self.catalogue[veto.indicator].direction == "lower"
                else value < veto.beyond
            )
            # A veto only ever takes away: whoever stands below the cap already stays there.
            better = np.array(
                [order.index(name) < order.index(veto.cap) for name in names], dtype=bool
            )
            names[worse & better], capped_by[worse & better] = veto.cap, veto.indicator
        return names.astype(str), capped_by


@dataclass(frozen=True)
class Evaluation:
    """A period under a weight scheme, with every number on the way from value to rank."""

    measured: Measured
    scheme: WeightScheme
    nominal: Floats
    agents: Scored
    teams: Scored
    company: Scored

    @property
    def catalogue(self) -> Catalogue:
        return self.measured.catalogue

    @property
    def people(self) -> pd.DataFrame:
        return self.measured.people

    @property
    def shown(self) -> np.ndarray:
        """Which agents the filters show; scores and ranks are always those of the whole company."""
        return self.measured.shown

    @property
    def in_scope(self) -> np.ndarray:
        """Whom the reader may see by name at all."""
        return self.measured.in_scope.copy()

    @property
    def teams_in_scope(self) -> np.ndarray:
        """Which rows of `measured.teams` the reader may see."""
        scope, teams = self.measured.filters.scope, self.measured.teams["team"]
        if scope is None:
            return np.ones(len(teams), dtype=bool)
        visible = (
            set(self.people["team"].to_numpy()[self.in_scope])
            if scope.branches
            else set(scope.teams)
        )
        return np.array([team in visible for team in teams], dtype=bool)

    def row(self, agent_id: str) -> int:
        """Where an agent stands; refused when the period, or the reader's scope, does not know
        them."""
        row = self.measured.rows.get(agent_id)
        if row is None or not self.measured.in_scope[row]:
            raise RequestRefused("agent_unknown", agent=agent_id, period=str(self.measured.period))
        return row


def evaluate(measured: Measured, scheme: WeightScheme) -> Evaluation:
    """Score, grade and rank under a scheme; only matrix products, so a slider may call it at every
    step."""
    nominal = vector(scheme, measured.catalogue)
    limit = measured.settings.missing_limit
    return Evaluation(
        measured,
        scheme,
        nominal,
        agents=score(measured.agents, nominal, measured.catalogue, limit),
        teams=score(measured.team_values, nominal, measured.catalogue, limit),
        company=score(measured.company, nominal, measured.catalogue, limit),
    )


def score(values: Values, nominal: Floats, catalogue: Catalogue, missing_limit: float) -> Scored:
    """Scores and ranks of some rows; a row with too much weight missing is not rated and has no
    rank."""
    total = values.filled @ (nominal / 100.0)
    coverage = np.full(len(total), 100.0)
    if not values.complete:
        rows, filled, kept = values.gaps
        total[rows], coverage[rows] = totals(filled, kept, nominal, membership(catalogue))
    rated = coverage >= 100.0 - missing_limit - TOLERANCE
    if rated.all():
        return Scored(values, nominal, catalogue, total, coverage, rated, competition_rank(total))
    # Whoever is not rated stands below everybody, where they move nobody's rank, and has none.
    rank = competition_rank(np.where(rated, total, 0.0)) * rated
    return Scored(values, nominal, catalogue, total, coverage, rated, rank)
