"""Figures as a reader may see them: a period measured, evaluated, compared, and the records behind
it."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.desk.access import Access
from analytics.evaluation import (
    Evaluation,
    Measured,
    earlier_period,
    evaluate,
    known_months,
    latest_closed,
    months_of,
    months_of_many,
    whole_period,
)
from analytics.insight.agent import histories, history
from analytics.insight.evidence import Evidence, evidence, kinds_behind
from analytics.insight.own_eyes import without_few
from analytics.model import Filters, Period, WeightScheme, add_months, month_of

SMALL = 2_000  # agents whose scores are kept: those of more take up more memory than they save time


class Figures(Access):
    """What one reader may ask of the figures."""

    # -- in force ----------------------------------------------------------------------------------

    def scheme(self, period: Period | None = None) -> WeightScheme:
        """The weight scheme in force in a period: the one adopted for its last month. Without a
        period, today's."""
        return self.home.scheme(period.last if period else None)

    def catalogue(self, period: Period | None = None) -> Catalogue:
        """The indicators and standards in force in a period, or today."""
        return self.home.catalogue(period.last if period else None)

    @property
    def this_month(self) -> dt.date:
        """The month that today counts for."""
        return self.home.this_month

    def _month_of(self, day: dt.date) -> dt.date:
        """The month that a day counts for."""
        return month_of(day, self.home.settings.month_begins)

    def months(self) -> pd.DataFrame:
        """Every month that has figures: month, due_policies, open_policies, agents."""
        return known_months(self.home.warehouse)

    def month_days(self) -> tuple[dt.date, ...]:
        """The first days of all months that have figures."""
        months: tuple[dt.date, ...] = self._memory(
            "month_days",
            self._data(),
            lambda: tuple(stamp.date() for stamp in self.months()["month"]),
        )
        return months

    def whole_period(self) -> Period:
        """From the first to the last month that has figures; refused when there is none."""
        return whole_period(self.home.warehouse)

    def latest_closed(self) -> Period:
        """The last month whose renewal windows are all closed, else the last month."""
        warehouse = self.home.warehouse
        period: Period = self._memory(
            "latest_closed", self._data(), lambda: latest_closed(warehouse)
        )
        return period

    def looking_back(self, period: Period, months: int) -> Period | None:
        """The last months up to the end of a period, `months` of them or as many as have figures
        without a gap; None where these are no more than the period's own."""
        listed, first = set(self.month_days()), period.last
        while period.last in listed and Period(first, period.last).length < months:
            earlier = add_months(first, -1)
            if earlier not in listed:
                break
            first = earlier
        back = Period(first, period.last)
        return back if back.length > period.length else None

    def channels(self) -> list[str]:
        """The channels that policies came through."""
        warehouse = self.home.warehouse
        listed: list[str] = self._memory(
            "channels",
            self._data(),
            lambda: [str(channel) for channel in warehouse.ask("channels")["channel"]],
        )
        return list(listed)

    def data_version(self) -> int:
        """Which state of the data is shown; it stands in the names of exports."""
        return self.home.warehouse.data_version

    def _data(self) -> tuple[object, ...]:
        """What answers hang on that no rule changes."""
        home = self.home
        return str(home.folder), home.warehouse.data_version

    def _state(self) -> tuple[object, ...]:
        """What every figure hangs on: the data, and the rules."""
        home = self.home
        return str(home.folder), home.warehouse.data_version, home.settings

    # -- a period ----------------------------------------------------------------------------------

    def measured(self, filters: Filters) -> Measured:
        """A period as this reader may see it.

        Only the period, the channel and the cut change the numbers, so only these are kept: they
        are the same for every reader, and whom they may see is laid over them at each call.
        """
        self.require("see")
        self.require_published(filters.period)
        return self._measured(filters)

    def _measured(self, filters: Filters) -> Measured:
        numbers = Filters(filters.period, channel=filters.channel, cut=filters.cut)
        catalogue = self.catalogue(filters.period)
        home = self.home
        key = *self._state(), catalogue.version, numbers
        measured: Measured = self._memory("measured", key, lambda: home.measure(numbers))
        wanted = self.scoped(filters)
        return measured if numbers == wanted else replace(measured, filters=wanted)

    def evaluation(self, filters: Filters, scheme: WeightScheme | None = None) -> Evaluation:
        """A period under a scheme tried out, else under the one in force."""
        return self.scored(self.measured(filters), scheme or self.scheme(filters.period))

    def scored(self, measured: Measured, scheme: WeightScheme) -> Evaluation:
        """A period, as `measured` gives it, under some weights: a step asks twice for it, and other
        readers ask again."""
        state = self._state()
        if len(measured.people) > SMALL:
            return evaluate(measured, scheme)
        key = *state, measured.catalogue.version, measured.filters, scheme
        evaluation: Evaluation = self._memory("scored", key, lambda: evaluate(measured, scheme))
        return evaluation

    def compared(
        self, filters: Filters, scheme: WeightScheme, with_: str = "before"
    ) -> Evaluation | None:
        """The period before ("before") or the same one last year ("year") under the same scheme.

        None where any of its months has no figures. A provisional period is held against the
        earlier one as that was known on the same day (`filters.cut` of the answer says which); None
        where the data do not tell that.
        """
        earlier = earlier_period(self.months(), filters.period, with_)
        if earlier is None:
            return None
        cut = None
        if self._measured(filters).provisional:
            cut = self._same_day(filters.period, earlier)
            if cut is None:
                return None
        then = self._measured(replace(filters, period=earlier, cut=cut))
        if (then.provisional and cut is None) or then.people.empty:
            return None
        return evaluate(then, scheme)

    def _same_day(self, period: Period, earlier: Period) -> dt.date | None:
        """The day of the earlier period that its figures have to be cut to; None where the as-of
        dates do not tell one."""
        now, then = (
            self.home.warehouse.ask(
                "as_of_range", first_month=span.first, last_month=span.last
            ).iloc[0]
            for span in (period, earlier)
        )
        if (
            pd.isna(now["open_first"])
            or now["open_first"] != now["open_last"]
            or pd.isna(then["first"])
        ):
            return None
        as_of = now["open_first"].date()
        month = add_months(
            as_of.replace(day=1),
            (earlier.last.year - period.last.year) * 12 + earlier.last.month - period.last.month,
        )
        cut = month.replace(day=min(as_of.day, calendar.monthrange(month.year, month.month)[1]))
        return cut if then["first"].date() >= cut else None

    def earlier(self, period: Period) -> Period | None:
        """The period before, where all its months have figures."""
        return earlier_period(self.months(), period, "before")

    # -- what stands behind a figure ---------------------------------------------------------------

    def history_of(self, evaluation: Evaluation, agent_id: str) -> pd.DataFrame:
        """An agent's last twelve months beside the team's."""
        self.require_figures(agent_id, evaluation.measured.filters)
        team = evaluation.people["team"].iat[evaluation.row(agent_id)]
        last = evaluation.measured.period.last
        span, home, catalogue = Period(add_months(last, -11), last), self.home, evaluation.catalogue
        lines: pd.DataFrame = self._memory(
            "history",
            (*self._state(), catalogue.version, agent_id, team, span),
            lambda: history(catalogue, *months_of(home.warehouse, agent_id, team, span)),
        )
        return lines.copy(deep=False)

    def histories(
        self, evaluations: Sequence[Evaluation]
    ) -> Callable[[Evaluation, str], pd.DataFrame]:
        """The same of many agents and of one or several of these periods, for whoever may see them:
        their months are asked for once."""
        self.require("see")
        ends = [evaluation.measured.period.last for evaluation in evaluations]
        span = Period(add_months(min(ends), -11), max(ends))
        every, of_team = months_of_many(self.home.warehouse, span)
        by_standards = {
            evaluation.catalogue.version: histories(evaluation.catalogue, every, of_team)
            for evaluation in evaluations
        }
        kept: dict[Hashable, pd.DataFrame] = {}

        def history_of(evaluation: Evaluation, agent_id: str) -> pd.DataFrame:
            self.require_figures(agent_id, evaluation.measured.filters)
            team = evaluation.people["team"].iat[evaluation.row(agent_id)]
            key = evaluation.catalogue.version, agent_id, team
            if key not in kept:
                kept[key] = by_standards[evaluation.catalogue.version](agent_id, team)
            last = evaluation.measured.period.last
            month = kept[key]["month"].to_numpy()
            within = np.datetime64(add_months(last, -11)) <= month
            return kept[key][within & (month <= np.datetime64(last))]

        return history_of

    def require_figures(self, agent_id: str, filters: Filters) -> None:
        """The figures of a month are seen by whoever had the agent in that month as well: what is
        asked for must end there."""
        if not self.may("see", agent_id) and agent_id not in self._had(filters.period):
            self.require("see", agent_id)

    def _had(self, period: Period) -> frozenset[str]:
        """The agents who were the reader's in the last of a period's months that has them."""
        scope = self.identity.scope
        people = self.home.warehouse.ask("people", first_month=period.first, last_month=period.last)
        return frozenset(
            people["agent_id"] if scope is None else people["agent_id"][scope.covers(people)]
        )

    def policies_of(self, agent_id: str, period: Period) -> pd.DataFrame:
        """An agent's policies of a period as they count now."""
        self.require("see", agent_id)
        self.require_published(period)
        span = {"first_month": period.first, "last_month": period.last}
        return self.home.warehouse.ask("policies_of", agent_id=agent_id, **span)

    def records(self, agent_id: str, indicator: str, filters: Filters) -> Evidence:
        """The policies, surveys, complaints, contacts and ratings behind one agent's indicator in a
        period."""
        self.require_figures(agent_id, filters)
        self.require_published(filters.period)
        if self.identity.role == "agent":
            self.require_seen(self._measured(filters))
        wanted = self.catalogue(filters.period)[indicator]
        tables = self.home.records_of(agent_id, kinds_behind(wanted), filters)
        if self.identity.role == "agent" and "targets" in tables:
            tables["targets"] = self._targets_told(agent_id, filters, tables["targets"])
        if not len(tables.get("scoresheet", ())):
            return evidence(wanted, tables)
        # Only beside a scoresheet is anything set aside; without one, nobody waits for the figures
        # of the whole company.
        aside = self._measured(filters).set_aside
        return evidence(wanted, tables, aside[aside["agent_id"] == agent_id])

    def _targets_told(self, agent_id: str, filters: Filters, targets: pd.DataFrame) -> pd.DataFrame:
        """An agent's own targets without what stands in for them where too few others' values stand
        behind that."""
        every = self._measured(filters).targets
        others = every.loc[
            every["agent_id"] == agent_id, ["month", "count_others", "premium_others"]
        ]
        return without_few(targets.merge(others, on="month", how="left"), "target_")[
            list(targets.columns)
        ]

    def own_rates(self, period: Period) -> pd.DataFrame:
        """Renewal rates that files state themselves, beside the counts known for the same agent and
        months; see `monthly`."""
        self.require("see_others")
        return self.home.warehouse.ask(
            "own_rates", first_month=period.first, last_month=period.last
        )

    def targets(self, period: Period) -> pd.DataFrame:
        """Every target of the scope by agent and month: as given, as it counts, and what stands in
        for it."""
        self.require("see_others")
        scope = self.identity.scope
        every = self.home.warehouse.ask(
            "every_target", first_month=period.first, last_month=period.last
        )
        seen = every if scope is None else every[scope.covers(every)].reset_index(drop=True)
        return seen.drop(columns="branch")
