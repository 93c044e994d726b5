"""The briefing of a period, and what is left to do in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from analytics.desk.month import OPEN, Month, Step
from analytics.evaluation import Evaluation, counted_months
from analytics.insight.briefing import MONTHS, Briefing, Task, Views, briefing, window
from analytics.model import Filters, Period, WeightScheme, add_months

TREND = 12  # months over which somebody may be seen to improve


class Briefings(Month):
    """The month as a manager reads it."""

    def briefing(
        self, filters: Filters, scheme: WeightScheme | None = None, with_: str = "before"
    ) -> Briefing:
        """A period in short, under a scheme tried out or the one in force, beside the period before
        or the same one last year (`with_`, see `compared`). What it says of single people rests on
        the months that tell of them, and on those who are the reader's today."""
        self.require("see_others")
        now = self.evaluation(filters, scheme)
        before = self.compared(filters, now.scheme, with_)
        views = self._views(now, before)
        period = filters.period
        today = dt.date.today()
        # Talks change from minute to minute; what was worked out of the figures does not.
        key = (
            *self.scored_by(now),
            now.scheme.purpose,
            None if before is None else (before.measured.period, before.measured.filters.cut),
            self.scoped(replace(filters, theirs=True)),
            tuple((talk.id, talk.version) for talk in views.talks),
            self.may("coach"),
        )
        made: Briefing = self._memory(
            "briefing", key, lambda: briefing(views, self._purpose(period))
        )
        return replace(made, tasks=tuple(self._tasks(period, today)))

    def _purpose(self, period: Period) -> str:
        return self.scheme(period).purpose

    def _views(self, now: Evaluation, before: Evaluation | None) -> Views:
        filters = now.measured.filters
        span = window(filters.period, counted_months(self.months()), self.latest_closed().last)
        longer = self._scored(now, span)
        earlier = span.shifted(-1)
        there = set(earlier.months) <= counted_months(self.months())
        monthly = None
        if filters.channel is None:
            last = filters.period.last
            monthly = self.monthly(Period(add_months(last, 1 - MONTHS), last))
        return Views(
            now,
            before,
            longer,
            self._scored(now, earlier) if there else None,
            monthly,
            self.incentives(Period(add_months(span.last, 1 - TREND), span.last), longer),
            self.talks() if self.may("coach") else (),
        )

    def _scored(self, now: Evaluation, span: Period) -> Evaluation:
        """Another run of months under the same weights, of those who are the reader's today."""
        filters = replace(now.measured.filters, period=span, theirs=True, cut=None)
        return self.scored(self.measured(filters), now.scheme)

    def _waiting(self, agents: set[str], today: dt.date) -> Task:
        """Objections that wait for an answer, of whichever month."""
        every = self.home.state.objections.all()
        waiting = [case for case in every if case.state == "open" and case.agent_id in agents]
        late = sum(case.due_on is not None and case.due_on < today for case in waiting)
        return Task("objections", len(waiting), {"late": late})

    def _tasks(self, period: Period, today: dt.date) -> list[Task]:
        """What is left to do, the most pressing first; of what the reader may do."""
        measured = self._measured(Filters(period, theirs=True))
        agents = [str(agent_id) for agent_id in measured.people["agent_id"][measured.in_scope]]
        out = []
        if self.may("answer"):
            out.append(self._waiting(set(agents), today))
        if self.may("coach"):
            out.append(Task("talks", sum(talk.overdue(today) for talk in self.talks())))
        windows = self._windows(period)
        if windows.state == OPEN:
            out.append(Task("windows", windows.count, windows.facts))
        elif self.may("close"):
            out.append(Task("sheets", len(self.closing(period, agents).sheets)))
        if self.may("data"):
            merged = tuple(sorted(self.home.state.aliases().items()))
            step: Step = self._memory("briefing", ("ids", *self._data(), merged), self._identities)
            out.append(Task("ids", step.count, step.facts))
        return [task for task in out if task.count]
