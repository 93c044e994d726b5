"""Objections: made, tried out, answered; the corrections they write and how those are undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analytics.desk.access import plain
from analytics.desk.sheets import Sheets
from analytics.errors import NotAllowed, RequestRefused
from analytics.evaluation import evaluate
from analytics.insight.quadrant import place
from analytics.insight.replay import Replay, replay
from analytics.intake.fields import fields
from analytics.model import Filters, Period
from analytics.people import LOCAL, Attachment, Correction, Objection
from analytics.warehouse.sandbox import sandbox

DEADLINE_DAYS = 14


class Objections(Sheets):
    """Objections of a reader's scope and what follows from them."""

    def objections(self, agent_id: str | None = None) -> list[Objection]:
        """Objections of the scope, and those that the reader made or answered, whosever the agent
        is today."""
        self.require("object")
        every = self.home.state.objections.all(agent_id)
        return self._readable(
            every, {objection.id for objection in every if self._wrote(objection)}, agent_id
        )

    def _wrote(self, objection: Objection) -> bool:
        return self.who in (objection.author, objection.answered_by)

    def answers(self) -> dict[str, int]:
        """How many objections of the whole company were answered in which way; for everybody to
        read."""
        self.require("see")
        states = [objection.state for objection in self.home.state.objections.all()]
        return {state: states.count(state) for state in ("accepted", "partly", "rejected")}

    def objection(self, objection_id: int) -> Objection:
        """One objection that the reader may read."""
        kept = self.home.state.objections.one(objection_id)
        self.require("object", None if self._wrote(kept) else kept.agent_id)
        return kept

    def attachment(self, objection: Objection) -> Attachment | None:
        objection = self.objection(objection.id or 0)
        return (
            None
            if objection.attachment is None
            else self.home.state.objections.attachment(objection.attachment)
        )

    def make_objection(self, objection: Objection, attached: Attachment | None = None) -> Objection:
        self.require("object", objection.agent_id)
        self.require_published(Period(objection.first, objection.last))
        self.require_known(objection.agent_id)
        if objection.about == "record":
            objection = replace(objection, proposal=checked(objection.proposal))
            self._policy(objection, objection.proposal)
        due = dt.date.today() + dt.timedelta(days=DEADLINE_DAYS)
        return self.home.state.objections.make(
            replace(objection, author=self.identity.who, due_on=due), attached
        )

    def correction_of(
        self, objection: Objection, values: Mapping[str, str | None] | None = None
    ) -> Correction:
        """The correction that accepting an objection would write; `values` in place of those
        proposed. Refused to whoever does not cover the agent whose policy it is, and the one who
        would get it: across scopes an admin decides."""
        objection = self._stored(objection, "answer")
        wanted = checked(objection.proposal if values is None else values)
        if objection.about != "record" or not wanted:
            raise RequestRefused("nothing_to_correct")
        policy = self._policy(objection, wanted)
        period = str(Period(objection.first, objection.last))
        if "agent_id" in wanted and self.who_is_who([wanted["agent_id"] or ""]).empty:
            raise RequestRefused("agent_unknown", agent=wanted["agent_id"], period=period)
        self._require_covered(str(policy["agent_id"]), wanted.get("agent_id"))
        old = {name: plain(policy[name]) for name in wanted}
        month = policy["month"].date()
        return Correction(
            objection.policy_id, month, wanted, old, objection.text, self.identity.who, objection.id
        )

    def _stored(self, objection: Objection, action: str) -> Objection:
        """The objection as the store has it, over the version that was read; who may is asked about
        that one."""
        kept = self.home.state.objections.one(objection.id or 0)
        self.require(action, kept.agent_id)
        return replace(kept, version=objection.version)

    def _require_covered(self, *agent_ids: str | None) -> None:
        for agent_id in agent_ids:
            if agent_id is not None and not self.covers(agent_id):
                self.home.state.note_down(self.who, "denied", f"correct {agent_id}")
                raise NotAllowed("across_scopes")

    def _policy(self, objection: Objection, wanted: Mapping[str, str | None]) -> Any:
        """The policy an objection names, of the period it concerns: one of the agent's own, or one
        that is claimed for them."""
        policies = self.home.warehouse.ask("policy", policy_id=objection.policy_id, month=None)
        first, last = pd.Timestamp(objection.first), pd.Timestamp(objection.last)
        inside = policies[(policies["month"] >= first) & (policies["month"] <= last)]
        if inside.empty or objection.agent_id not in (
            inside.iloc[0]["agent_id"],
            wanted.get("agent_id"),
        ):
            period = str(Period(objection.first, objection.last))
            raise RequestRefused("policy_unknown", policy=objection.policy_id, period=period)
        return inside.iloc[0]

    def replay(
        self, objection: Objection, values: Mapping[str, str | None] | None = None
    ) -> Replay:
        """What accepting would change under the scheme in force, tried in a sandbox: nothing is
        stored."""
        correction = self.correction_of(objection, values)
        filters = Filters(Period(objection.first, objection.last))
        scheme = self.scheme(filters.period)
        before = evaluate(self.home.measure(filters), scheme)
        standing = self.home.state.objections.corrections()
        with sandbox(self.home.warehouse, standing, correction, self.home.settings) as trial:
            after = evaluate(self.home.measure(filters, trial), scheme)
        answer = replay(before, place(before), after, place(after), objection.agent_id)
        return replace(answer, moved=self.mine(answer.moved))

    def answer(
        self,
        objection: Objection,
        state: str,
        answer: str,
        values: Mapping[str, str | None] | None = None,
    ) -> Objection:
        """Answer an objection; accepting "data wrong" on a record writes the correction and rolls
        its month up again. Nobody decides on what they objected to themselves."""
        objection = self._stored(objection, "answer")
        if objection.author == self.who != LOCAL:
            raise NotAllowed("own_objection")
        correction = None
        if (
            state in ("accepted", "partly")
            and objection.kind == "data_wrong"
            and objection.about == "record"
        ):
            correction = self.correction_of(objection, values)
        answered = replace(objection, state=state, answer=answer, answered_by=self.identity.who)
        return self.home.answer(answered, correction)

    def closed_around(self, objection: Objection) -> list[Period]:
        """The periods of the agent's closed sheets that an accepted objection does not move: those
        that cover its months. Nothing for whoever has the agent no more, and for the agent those
        alone that were published."""
        objection = self.objection(objection.id or 0)
        if not self.covers(objection.agent_id):
            return []
        every = self.home.state.sheets.closed().values()
        held = [
            Period(sheet.first, sheet.last)
            for sheet in every
            if sheet.agent_id == objection.agent_id
        ]
        periods = [period for period in held if period.meets(objection.first, objection.last)]
        return (
            [period for period in periods if self.published(period)]
            if self.identity.role == "agent"
            else periods
        )

    def corrections(self) -> list[Correction]:
        """Every correction of the scope, undone ones too."""
        self.require("answer")
        about = {objection.id: objection.agent_id for objection in self.home.state.objections.all()}
        every = self.home.state.objections.corrections(in_force=False)
        return [
            correction
            for correction in every
            if all(map(self.covers, _concerned(correction, about.get(correction.objection or 0))))
        ]

    def undo_corrections(self, correction_ids: Sequence[int]) -> None:
        """Take accepted corrections back: the figures are what they were before, the objection and
        its answer stay."""
        self.require("answer")
        mine = {correction.id for correction in self.corrections()}
        for correction_id in correction_ids:
            if correction_id not in mine:
                raise RequestRefused("correction_unknown", id=correction_id)
        self.home.undo_corrections(correction_ids, self.identity.who)


def _concerned(correction: Correction, agent_id: str | None) -> set[str]:
    """Whom a correction concerns: the agent who objected, who had the policy, and who got it."""
    return {
        concerned
        for concerned in (
            agent_id,
            correction.old.get("agent_id"),
            correction.values.get("agent_id"),
        )
        if concerned
    }


def checked(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Corrected values as the warehouse takes them; refuses what it could not read. An empty
    exclusion means "none"."""
    return {
        name: _checked(name, "" if value is None else str(value).strip())
        for name, value in values.items()
    }


def _checked(name: str, text: str) -> str:
    limit = {"premium_renewed": 1e12, "satisfaction": 100.0}.get(name)
    try:
        if name == "outcome" and text not in ("renewed", "lost", "open"):
            raise ValueError
        if name == "renewed_on":
            text = dt.date.fromisoformat(text).isoformat()
        if limit is not None and not 0 <= float(text) <= limit:
            raise ValueError
        if not text and name != "exclusion":
            raise ValueError
    except ValueError as error:
        label = fields()[name].label if name in fields() else name
        raise RequestRefused("proposal_unreadable", field=label, value=text) from error
    return text[:200]
