"""Sheets as a reader may see them: live and closed, their notes, talks and confirmations; closing
and opening again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from analytics.desk.answers import Answers
from analytics.errors import NotAllowed, RequestRefused
from analytics.evaluation import Evaluation, evaluate
from analytics.insight.closed_sheets import data_changed, fingerprint
from analytics.insight.own_eyes import for_own_eyes
from analytics.insight.quadrant import place
from analytics.insight.sheet import Around, sheet
from analytics.model import Filters, Period, WeightScheme
from analytics.people import ClosedSheet, Note, Objection, Reading, Talk

HistoryOf = Callable[[Evaluation, str], pd.DataFrame]
MANY = 10  # agents from whom on everybody's months are asked for at once
Written = TypeVar("Written", Note, Talk, Objection)


@dataclass(frozen=True)
class Closing:
    """What closing would do, in numbers: the sheets that are open, those of them that are
    provisional, the objections about this period that nobody has answered yet, and the sheets
    without a comment or advice."""

    sheets: tuple[str, ...]
    provisional: tuple[str, ...]
    objections: int
    without_comment: int


class Sheets(Answers):
    """The evaluation sheets of a reader's scope."""

    # -- reading -----------------------------------------------------------------------------------

    def around(self, filters: Filters) -> Around:
        """What the sheets of one period share, under the scheme in force; the period before has the
        same channel. A sheet of any period is for whoever has the agent today."""
        self.require("see")
        filters = replace(filters, theirs=True)
        evaluation = self.evaluation(filters)
        before = self.compared(filters, evaluation.scheme)
        return Around(evaluation, place(evaluation), before, market=self.home.state.market.all())

    def tried(self, around: Around, scheme: WeightScheme) -> Around:
        """The same under weights that are only tried out."""
        self.require("see")
        evaluation = evaluate(around.evaluation.measured, replace(scheme, trial=True))
        return Around(evaluation, place(evaluation), around.before, around.market)

    def live_sheet(self, around: Around, agent_id: str) -> dict[str, Any]:
        """The sheet as the data have it now."""
        return self._for_reader(self._live(around, agent_id))

    def _live(self, around: Around, agent_id: str) -> dict[str, Any]:
        self.require("see", agent_id)
        self.require_seen(around.evaluation.measured, around.evaluation.scheme)
        return sheet(around, agent_id, self.history_of(around.evaluation, agent_id))

    def _for_reader(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        return (
            for_own_eyes(whole, self.published_periods())
            if self.identity.role == "agent"
            else dict(whole)
        )

    def closed_sheet(self, agent_id: str, period: Period) -> ClosedSheet | None:
        """The sheet as it was closed, if it was."""
        self.require("see", agent_id)
        self.require_published(period)
        return self.home.state.sheets.closed(period.first, period.last).get(
            (agent_id, period.first, period.last)
        )

    def shown_sheet(self, around: Around, agent_id: str) -> dict[str, Any]:
        """The sheet that is in force: the closed one's numbers, else the live ones; with its notes
        and its state.

        A closed sheet is of the whole agent and stays what it was, whatever is filtered, tried out,
        loaded or adopted.
        """
        period = around.evaluation.measured.period
        closed = self.closed_sheet(agent_id, period)
        return self._with_state(closed, around, agent_id)

    def shown_sheets(
        self,
        around: Around,
        agent_ids: Sequence[str],
        step: Callable[[int], object] = lambda _done: None,
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """The sheets in force of several agents, and whom they leave out: those who are not the
        reader's today."""
        self.require("see")
        made, left_out = [], []
        for done, agent_id in enumerate(agent_ids):
            step(done)
            if self.covers(agent_id):
                made.append(self.shown_sheet(around, agent_id))
            else:
                left_out.append(agent_id)
        return made, left_out

    def moved_on(self, filters: Filters) -> list[str]:
        """Whose figures of a period the reader sees, but whose sheets no longer: they belong to
        another team today."""
        self.require("see")
        measured = self._measured(replace(filters, theirs=False))
        had = [str(agent_id) for agent_id in measured.people["agent_id"][measured.shown]]
        now = self.covered(had)
        return [agent_id for agent_id in had if agent_id not in now]

    def _with_state(
        self, closed: ClosedSheet | None, around: Around, agent_id: str
    ) -> dict[str, Any]:
        period = around.evaluation.measured.period
        state = None
        if closed is None:
            chosen = self._live(around, agent_id)
        else:
            chosen = dict(closed.snapshot)
            whole = around
            if around.evaluation.measured.filters.channel is not None:
                whole = self.around(Filters(period))
            try:
                changed = data_changed(closed.snapshot, sheet(whole, agent_id, None))
            except RequestRefused:
                changed = True  # withdrawn: the data know nothing of this agent any more
            state = {
                "by": closed.closed_by,
                "at": f"{closed.closed_at:%Y-%m-%d %H:%M}",
                "changed_since": changed,
            }
        read = self.home.state.periods.readings(period.first, period.last).get(agent_id)
        notes = [
            {
                "kind": note.kind,
                "text": note.text,
                "author": note.author,
                "at": f"{note.written_at:%Y-%m-%d %H:%M}",
            }
            for note in self.notes(agent_id, period)
        ]
        return {
            **self._for_reader(chosen),
            "closed": state,
            "sample": self.has_sample(),
            "read": _read(read, chosen),
            "notes": notes,
        }

    def confirm_read(self, agent_id: str, period: Period) -> Reading:
        """The agent says that the sheet was read; nobody says it for them."""
        self.require("see", agent_id)
        if self.identity.agent_id != agent_id:
            raise RequestRefused("read_by_agent_only")
        self.require_published(period)
        closed = self.closed_sheet(agent_id, period)
        whole = (
            self._live(self.around(Filters(period)), agent_id)
            if closed is None
            else closed.snapshot
        )
        made = Reading(agent_id, period.first, period.last, fingerprint(whole), self.identity.who)
        return self.home.state.periods.confirm(made)

    # -- closing -----------------------------------------------------------------------------------

    def closing(self, period: Period, agent_ids: Sequence[str]) -> Closing:
        """What closing these agents' sheets would freeze, before anybody says yes."""
        self.require("close")
        closed = self.home.state.sheets.closed(period.first, period.last)
        mine = self.covered(agent_ids) - {agent_id for agent_id, *_ in closed}
        chosen = [agent_id for agent_id in agent_ids if agent_id in mine]
        people = self._measured(Filters(period)).people
        still_open = people.get("open_policies", np.nan)
        waiting = set(
            people["agent_id"][(still_open > 0) if hasattr(still_open, "to_numpy") else []]
        )
        commented = {
            note.agent_id
            for note in self.home.state.notes.of(None, period.first, period.last)
            if note.kind in ("comment", "advice")
        }
        waited_for = [each for each in self.home.state.objections.all() if each.state == "open"]
        theirs = [each for each in waited_for if each.agent_id in set(chosen)]
        disputed = [each for each in theirs if period.meets(each.first, each.last)]
        return Closing(
            tuple(chosen),
            tuple(agent_id for agent_id in chosen if agent_id in waiting),
            len(disputed),
            sum(agent_id not in commented for agent_id in chosen),
        )

    def close_sheets(
        self,
        filters: Filters,
        agent_ids: Sequence[str],
        *,
        scheme: WeightScheme | None = None,
        provisional: bool = False,
    ) -> int:
        """Close sheets: the whole agent under scheme and standards in force; how many were open.

        Refused while a channel is chosen or weights are tried out (`scheme`), and for agents with
        open windows unless `provisional` says that this is meant.
        """
        self.require("close")
        for agent_id in agent_ids:
            self.require("close", agent_id)
        if filters.channel is not None:
            raise RequestRefused("close_channel", channel=filters.channel)
        if scheme is not None and scheme.trial:
            raise RequestRefused("close_trial")
        period = filters.period
        waiting = self.closing(period, agent_ids).provisional
        if waiting and not provisional:
            raise RequestRefused("close_provisional", count=len(waiting), period=str(period))
        made = self.frozen(self.around(Filters(period)), agent_ids)
        return self.home.state.sheets.close(made, self.identity.who)

    def frozen(
        self, around: Around, agent_ids: Sequence[str], history_of: HistoryOf | None = None
    ) -> list[ClosedSheet]:
        """The sheets of a period as they would be closed now; nothing is stored."""
        self.require("close")
        now = around.evaluation
        period, scheme = now.measured.period, now.scheme
        if history_of is None:
            many = len(agent_ids) >= MANY
            history_of = self.histories([now]) if many else self.history_of
        made = []
        for agent_id in agent_ids:
            snapshot = sheet(around, agent_id, history_of(now, agent_id))
            made.append(
                ClosedSheet(
                    agent_id,
                    period.first,
                    period.last,
                    snapshot,
                    fingerprint(snapshot),
                    scheme.name,
                    scheme.version,
                    now.catalogue.version,
                )
            )
        return made

    def reopen_sheets(self, agent_ids: Sequence[str], period: Period, why: str) -> None:
        """Open closed sheets again, for one reason; all or none."""
        for agent_id in agent_ids:
            self.require("close", agent_id)
        self.home.state.sheets.reopen(agent_ids, period.first, period.last, self.identity.who, why)

    def closed_agents(self, period: Period) -> set[str]:
        """Whose sheets of a period are closed, of the agents in the reader's scope."""
        self.require("see_others")
        closed = {
            agent_id for agent_id, _, _ in self.home.state.sheets.closed(period.first, period.last)
        }
        return closed if self.identity.scope is None else closed & self.covered()

    # -- notes -------------------------------------------------------------------------------------

    def notes(self, agent_id: str, period: Period) -> list[Note]:
        self.require("see", agent_id)
        self.require_published(period)
        return self.home.state.notes.of(agent_id, period.first, period.last)

    def all_notes(self, agent_id: str | None = None) -> list[Note]:
        """Every note of the scope, or one agent's; an agent reads those of published periods.
        Everybody reads their own, whosever the agent is today."""
        self.require("see")
        every = self.home.state.notes.of(agent_id)
        own = {note.id for note in every if note.author == self.who}
        notes = self._readable(every, own, agent_id)
        if self.identity.role != "agent":
            return notes
        periods = self.published_periods()
        published = {note.id for note in notes if Period(note.first, note.last) in periods}
        readable = own | published
        return [note for note in notes if note.id in readable]

    def write_note(self, note: Note) -> Note:
        """Write or change a note; an agent writes remarks, a supervisor comments and advice (a
        remark only for the agent)."""
        for version in (note, *([] if note.id is None else [self.home.state.notes.one(note.id)])):
            self.require("remark" if version.kind == "remark" else "note", version.agent_id)
            self.require_published(Period(version.first, version.last))
        if note.id is None:
            self.require_known(note.agent_id)
        return self.home.state.notes.write(replace(note, author=self.identity.who))

    # -- coaching ----------------------------------------------------------------------------------

    def talks(self, agent_id: str | None = None) -> list[Talk]:
        """Coaching talks of the scope, and those that the reader wrote down, whosever the agent is
        today; agents see none."""
        self.require("coach")
        every = self.home.state.talks.all(agent_id)
        return self._readable(
            every, {talk.id for talk in every if talk.author == self.who}, agent_id
        )

    def _readable(
        self, every: Sequence[Written], own: Collection[int | None], agent_id: str | None
    ) -> list[Written]:
        """What of this the reader may read: what is about their agents, and what is their own.
        Refused for an agent who is not theirs and of whom nothing is."""
        mine = self.covered({talk.agent_id for talk in every})
        talks = [talk for talk in every if talk.agent_id in mine or talk.id in own]
        if agent_id is not None and not talks:
            self.require("see", agent_id)
        return talks

    def talk(self, talk_id: int) -> Talk:
        """One talk of the scope."""
        planned = next((talk for talk in self.home.state.talks.all() if talk.id == talk_id), None)
        if planned is None:
            raise RequestRefused("talk_unknown", id=talk_id)
        self.require("coach", planned.agent_id)
        return planned

    def save_talk(self, talk: Talk) -> Talk:
        """A new talk, or one of the scope over the version that was read."""
        self.require("coach", talk.agent_id)
        return self.save_talks([talk])[0]

    def save_talks(self, talks: Sequence[Talk]) -> list[Talk]:
        """Several talks in one act, new ones or over the versions that were read: all, or none
        where one agent is not the reader's now; the refusal names every such agent."""
        self.require("coach")
        stored = {talk.id: talk for talk in self.home.state.talks.all()}
        whom = {talk.agent_id for talk in talks}
        for talk in talks:
            if talk.id is not None:
                if talk.id not in stored:
                    raise RequestRefused("talk_unknown", id=talk.id)
                whom.add(stored[talk.id].agent_id)
        if others := sorted(whom - self.covered(whom)):
            self.home.state.note_down(self.who, "denied", f"coach {' '.join(others)}")
            raise NotAllowed("talks_not_yours", agents=others)
        for talk in talks:
            if talk.id is None:
                self.require_known(talk.agent_id)
            if talk.first is not None and talk.last is not None:
                Period(talk.first, talk.last)  # refuses one that runs backwards
        return self.home.state.talks.save_all(talks, self.identity.who)

    def plan(self) -> list[Talk]:
        """What is planned with the agent who reads, and what came of it, latest first: what to do,
        what was agreed, when, with whom, and the state. Why a manager chose it and what they noted
        for themselves stays theirs; what it aims at is told once the period is published."""
        self.require("plan")
        seen = self.published_periods()
        talks = [
            _for_own_eyes(talk, seen)
            for talk in self.home.state.talks.all(self.identity.agent_id)
            if talk.state != "dropped"
        ]
        return talks[::-1]


def _for_own_eyes(talk: Talk, published: Sequence[Period]) -> Talk:
    """A talk as its agent reads it; what it aims at only where its months are published."""
    own = replace(talk, reason="", comment="", author="")
    if talk.first is not None and talk.last is not None:
        for period in published:
            if period.first <= talk.first and talk.last <= period.last:
                return own
    return replace(own, indicators=(), first=None, last=None)


def _read(read: Reading | None, shown: Mapping[str, Any]) -> dict[str, Any] | None:
    """When the agent confirmed, and whether the numbers are still those that were confirmed."""
    if read is None or read.read_at is None:
        return None
    return {
        "at": f"{read.read_at:%Y-%m-%d %H:%M}",
        "changed_since": read.fingerprint != fingerprint(shown),
    }
