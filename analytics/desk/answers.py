"""Answers that take a while: kept by the state of the data, the rules and the period, the same for
every reader."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analytics.catalogue import RATE, built_in_catalogue
from analytics.desk.figures import Figures
from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation, Measured, counted_months
from analytics.insight.clusters import by_agent
from analytics.insight.quadrant import place
from analytics.model import Filters, Period, days_of
from analytics.reports.lists.ranking import ranking_table
from analytics.reports.tables import Table

if TYPE_CHECKING:
    from analytics.insight.case_mix import CaseMix
    from analytics.insight.effect import Proof
    from analytics.insight.rank_ranges import RankRanges
    from analytics.insight.robustness import Robustness
    from analytics.insight.trends import Incentives, Trends

LAST_OF_ALL = 28  # the last day that every month has


class Answers(Figures):
    """What models and tests say of the figures. Each imports its method when it is asked: scikit-
    learn and scipy take a second, for which nobody waits who asks for none of them."""

    def cases(self, period: Period, channel: str | None = None) -> pd.DataFrame:
        """The closed policies of a period (and channel), counted by what could explain their
        outcome, of the whole company: a model needs everybody's.

        What leaves the desk about single agents is cut to the scope by whoever asks (`mine`).
        """
        self.require("see_others")
        span = {"first_month": period.first, "last_month": period.last}
        warehouse = self.home.warehouse
        listed: pd.DataFrame = self._memory(
            "cases", (*self._state(), period), lambda: warehouse.ask("cases", **span)
        )
        return listed if channel is None else listed[listed["channel"] == channel]

    def monthly(self, period: Period) -> pd.DataFrame:
        """The sums by agent and month, of the whole company; see `cases`."""
        self.require("see_others")
        span = {"first_month": period.first, "last_month": period.last}
        warehouse = self.home.warehouse
        listed: pd.DataFrame = self._memory(
            "monthly", (*self._state(), period), lambda: warehouse.ask("monthly", **span)
        )
        return listed

    def case_mix(self, measured: Measured) -> CaseMix:
        """The case-mix model of the period and channel of these figures."""
        from analytics.insight.case_mix import case_mix

        self.require("see_others")
        period, channel = measured.period, measured.filters.channel
        mix: CaseMix = self._memory(
            "case_mix",
            (*self._state(), period, channel),
            lambda: case_mix(self.cases(period, channel), by_agent(measured)),
        )
        return mix

    def surplus(self, measured: Measured) -> dict[str, float]:
        """Renewals beyond those expected, per 100 policies, of every agent; empty where nothing
        could be expected."""
        self.require("see_others")  # a refusal of the reader is no answer
        try:
            agents = self.case_mix(measured).agents
        except RequestRefused:
            return {}
        return dict(zip(agents["agent_id"], 100 * agents["difference"] / agents["n"], strict=True))

    def trends(self, period: Period, indicator: str) -> Trends:
        """Whose value rises or falls over a run of months."""
        from analytics.insight.trends import trends

        self.require("see_others")
        catalogue = self.catalogue(period)
        answer: Trends = self._memory(
            "trends",
            (*self._state(), catalogue.version, period, indicator),
            lambda: trends(self.monthly(period), catalogue[indicator]),
        )
        return answer

    def incentives(self, period: Period, evaluation: Evaluation) -> Incentives:
        """Who keeps improving on heavily weighted indicators over a run of months, under the
        weights of an evaluation."""
        from analytics.insight.trends import incentives

        self.require("see_others")
        catalogue, nominal = evaluation.catalogue, evaluation.nominal
        answer: Incentives = self._memory(
            "incentives",
            (*self.scored_by(evaluation), period),
            lambda: incentives(self.monthly(period), catalogue, nominal),
        )
        return answer

    def rank_ranges(self, evaluation: Evaluation) -> RankRanges | None:
        """How far chance reaches on every rank; the same for every reader."""
        from analytics.insight.rank_ranges import rank_ranges

        ranges: RankRanges | None = self._memory(
            "rank_ranges", self.scored_by(evaluation), lambda: rank_ranges(evaluation)
        )
        return ranges

    def robustness(self, evaluation: Evaluation) -> Robustness:
        """Whether the ranking would stand."""
        from analytics.insight.robustness import robustness

        answer: Robustness = self._memory(
            "robustness", self.scored_by(evaluation), lambda: robustness(evaluation)
        )
        return answer

    def leaders(self, evaluation: Evaluation) -> pd.DataFrame:
        """Who leads under which permitted weights: of everybody, whatever the categories weigh just
        now."""
        from analytics.insight.weightings import category_scores, leaders

        measured_by = self._measured_by(evaluation)
        # The splits inside of categories that weigh something else are the same but for their last
        # digits.
        scores = np.round(category_scores(evaluation), 9) + 0.0
        key = *measured_by, scores.tobytes(), evaluation.agents.rated.tobytes()
        listed: pd.DataFrame = self._memory("leaders", key, lambda: leaders(evaluation))
        return listed

    def ranking(self, evaluation: Evaluation, language: str, how_sure: bool) -> Table:
        """Everybody whom the reader is shown, as table and export, with how far chance reaches
        where that is wanted."""

        def made() -> Table:
            sure = (self.rank_ranges(evaluation) or True) if how_sure else False
            return ranking_table(evaluation, place(evaluation), language, sure)

        key = *self.scored_by(evaluation), evaluation.shown.tobytes(), language, how_sure
        table: Table = self._memory("ranking", key, made)
        return table

    def scored_by(self, evaluation: Evaluation) -> tuple[object, ...]:
        """What the scores and ranks of an evaluation hang on: its figures and its weights."""
        return (*self._measured_by(evaluation), evaluation.nominal.tobytes())

    def _measured_by(self, evaluation: Evaluation) -> tuple[object, ...]:
        """What its values and points hang on: not whom the reader may see."""
        state, filters = self._state(), evaluation.measured.filters
        return (
            *state,
            evaluation.catalogue.version,
            filters.period,
            filters.channel,
            filters.cut,
        )

    # -- the proof of coaching ---------------------------------------------------------------------

    def _coached(self) -> dict[str, dt.date | None]:
        """Every agent with whom a talk was held, and the day of the first, as if months began on
        the first; None where nobody wrote down a day."""
        first: dict[str, dt.date | None] = {}
        # Of everybody: a coached agent of another team is no uncoached peer.
        for talk in self.home.state.talks.all():
            if talk.state in ("done", "followed_up"):
                held = None if talk.talk_on is None else self._in_its_month(talk.talk_on)
                days = [day for day in (held, first.get(talk.agent_id)) if day is not None]
                first[talk.agent_id] = min(days, default=None)
        return first

    def _in_its_month(self, day: dt.date) -> dt.date:
        """The day with the same place in its month, had that begun on the first; the last days of a
        month are one."""
        month = self._month_of(day)
        first, _ = days_of(month, month, self.home.settings.month_begins)
        return month.replace(day=min((day - first).days + 1, LAST_OF_ALL))

    def rounds(self, last: dt.date) -> list[dt.date]:
        """The months up to `last` in which agents had their first talk."""
        from analytics.insight.coaching_study import rounds

        self.require("coach")
        return rounds(self._coached(), last)

    def proof(self, after: Evaluation, since: dt.date | None = None) -> Proof:
        """What went with the talks held up to the end of a period, or with those from the month
        `since` on."""
        from analytics.insight.coaching_study import study
        from analytics.insight.effect import proof

        self.require("coach")
        plan = study(after.measured.period, self._coached(), counted_months(self.months()), since)
        # One definition of the rate for every period; standards that know no renewal rate leave it
        # to the built-in one.
        standards = after.catalogue if RATE in after.catalogue.ids else built_in_catalogue()
        channel = after.measured.filters.channel

        def counted(period: Period) -> pd.DataFrame:
            measured = self.home.measure_with(Filters(period, channel=channel), standards)
            position, people = standards.position(RATE), measured.people
            frame = pd.DataFrame(
                {
                    "renewed": measured.agents.numerator[:, position],
                    "due": measured.agents.denominator[:, position],
                    "team": people["team"].to_numpy(),
                },
                index=people["agent_id"].astype(str),
            )
            return frame[frame["due"] > 0]

        key = *self._state(), standards.version

        def counts(period: Period) -> pd.DataFrame:
            # Talks change from step to step, what was counted does not: the months of one
            # comparison take seconds.
            listed: pd.DataFrame = self._memory(
                "coaching", (*key, period, channel), lambda: counted(period)
            )
            return listed

        return proof(plan, counts)
