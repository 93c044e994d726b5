"""The month's routine: what is done and what is left between the files and the agents;
publishing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from analytics.desk.keeping import Keeping
from analytics.errors import RequestRefused
from analytics.model import Filters, Period
from analytics.people import Publication

DONE, OPEN = "done", "open"


@dataclass(frozen=True)
class Step:
    """One line of the routine: its id, whether it is done, how many of how many, and the facts that
    its sentence names."""

    id: str
    state: str
    count: int
    of: int | None = None
    facts: dict[str, object] = field(default_factory=dict)


class Month(Keeping):
    """The routine of a month, inside the reader's scope."""

    def publish(self, period: Period) -> Publication:
        """Let the agents see their sheets of a period; refused while its windows are open."""
        self.require("publish")
        measured = self._measured(Filters(period))
        if measured.people.empty:
            raise RequestRefused("period_without_figures", period=str(period))
        if measured.provisional:
            raise RequestRefused(
                "publish_provisional",
                period=str(period),
                count=int(measured.totals["open_policies"]),
            )
        return self.home.state.periods.publish(period.first, period.last, self.identity.who)

    def take_back(self, period: Period, why: str) -> None:
        """No longer let agents see a period, for a reason."""
        self.require("publish")
        self.home.state.periods.take_back(period.first, period.last, self.identity.who, why)

    def routine(self, period: Period) -> list[Step]:
        """Every line of the routine of a period, in the order of the work."""
        self.require("close")
        measured = self._measured(Filters(period, theirs=True))
        agents = [str(agent_id) for agent_id in measured.people["agent_id"][measured.in_scope]]
        steps = [
            self._files(period),
            self._windows(period),
            self._targets(period, agents),
            self._identities(),
        ]
        steps.append(self._objections(period, agents))
        closing = self.closing(period, agents)
        closed = len(agents) - len(closing.sheets)
        commented = {
            note.agent_id
            for note in self.home.state.notes.of(None, period.first, period.last)
            if note.kind != "remark"
        }
        written = sum(agent_id in commented for agent_id in agents)
        steps.append(Step("comments", _state(written == len(agents)), written, len(agents)))
        steps.append(
            Step("closed", _state(bool(agents) and not closing.sheets), closed, len(agents))
        )
        published = self.published(period)
        read = set(self.home.state.periods.readings(period.first, period.last)) & set(agents)
        steps.append(Step("published", _state(published), int(published), None))
        steps.append(
            Step("read", _state(bool(agents) and len(read) == len(agents)), len(read), len(agents))
        )
        return steps

    def files_of(self, period: Period) -> Step:
        """Which kinds of files a period has, and which it lacks that the one before it had."""
        self.require("data")
        return self._files(period)

    def _files(self, period: Period) -> Step:
        here, before = (self._kinds(span) for span in (period, period.before))
        missing = sorted(before - here)
        there = bool(here & {"policies", "scoresheet"})
        return Step(
            "files",
            _state(there and not missing),
            len(here),
            None,
            {"here": sorted(here), "missing": missing},
        )

    def _kinds(self, period: Period) -> set[str]:
        span = {"first_month": period.first, "last_month": period.last}
        return set(self.home.warehouse.ask("kinds_of_months", **span)["kind"])

    def _windows(self, period: Period) -> Step:
        span = {"first_month": period.first, "last_month": period.last}
        row = self.home.warehouse.ask("windows", **span).iloc[0]
        still_open, stale = (
            0 if pd.isna(row[name]) else int(row[name]) for name in ("open_policies", "stale_open")
        )
        until = None if pd.isna(row["closes_on"]) else row["closes_on"].date()
        facts: dict[str, object] = {
            "stale": stale,
            "until": "—" if until is None else f"{until:%Y-%m-%d}",
        }
        return Step("windows", _state(still_open == 0), still_open, None, facts)

    def _targets(self, period: Period, agents: list[str]) -> Step:
        targets = self._measured(Filters(period)).targets
        lacking = targets[targets["count_basis"].isin(["median_target", "median_result"])][
            "agent_id"
        ]
        without = len(set(lacking) & set(agents))
        return Step("targets", _state(not without), len(agents) - without, len(agents))

    def _identities(self) -> Step:
        spellings = len(self.home.alike())
        unmatched = self.home.warehouse.ask("unmatched")
        ids = int(unmatched["id"].nunique()) if len(unmatched) else 0
        return Step(
            "identities",
            _state(not spellings and not ids),
            spellings + ids,
            None,
            {"spellings": spellings, "ids": ids},
        )

    def _objections(self, period: Period, agents: list[str]) -> Step:
        some = set(agents)
        theirs = [each for each in self.home.state.objections.all() if each.agent_id in some]
        about = [each for each in theirs if period.meets(each.first, each.last)]
        answered = sum(objection.state != "open" for objection in about)
        late = sum(
            objection.state == "open"
            and objection.due_on is not None
            and objection.due_on < dt.date.today()
            for objection in about
        )
        others = sum(each.state == "open" for each in theirs) - (len(about) - answered)
        return Step(
            "objections",
            _state(answered == len(about)),
            answered,
            len(about),
            {"late": late, "others": others},
        )


def _state(done: bool) -> str:
    return DONE if done else OPEN
