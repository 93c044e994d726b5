"""Objections and their answers, and the corrections that accepted ones write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.people import (
    CORRECTABLE,
    LONGEST_TEXT,
    OBJECTION_ABOUT,
    OBJECTION_KINDS,
    OBJECTION_STATES,
    Attachment,
    Correction,
    Objection,
)
from analytics.state import tables
from analytics.state.attachments import accepted
from analytics.state.database import Change, Database, now, value_from, values_of

EVERY_CORRECTION = sa.select(tables.correction).order_by(tables.correction.c.id)


class Objections:
    """Objections by agent; corrections by policy."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, agent_id: str | None = None) -> list[Objection]:
        """Every objection, or one agent's, oldest first."""
        select = sa.select(tables.objection).order_by(tables.objection.c.id)
        if agent_id is not None:
            select = select.where(tables.objection.c.agent_id == agent_id)
        return [value_from(Objection, row) for row in self._database.rows(select)]

    def one(self, objection_id: int) -> Objection:
        rows = self._database.rows(
            sa.select(tables.objection).where(tables.objection.c.id == objection_id)
        )
        if not rows:
            raise RequestRefused("objection_unknown", id=objection_id)
        return value_from(Objection, rows[0])

    def attachment(self, attachment_id: int) -> Attachment:
        rows = self._database.rows(
            sa.select(tables.attachment).where(tables.attachment.c.id == attachment_id)
        )
        if not rows:
            raise RequestRefused("attachment_unknown", id=attachment_id)
        return value_from(Attachment, rows[0])

    def make(self, objection: Objection, attached: Attachment | None = None) -> Objection:
        """Hand in an objection; text is needed, and a proposal only names fields that can be
        corrected."""
        if objection.about not in OBJECTION_ABOUT or objection.kind not in OBJECTION_KINDS:
            raise RequestRefused(
                "choice_unknown",
                value=f"{objection.about}/{objection.kind}",
                known=[*OBJECTION_ABOUT, *OBJECTION_KINDS],
            )
        if not objection.text.strip():
            raise RequestRefused("text_missing")
        if set(objection.proposal) - set(CORRECTABLE):
            raise RequestRefused(
                "choice_unknown", value=", ".join(objection.proposal), known=list(CORRECTABLE)
            )
        attached = None if attached is None else accepted(attached)
        with self._database.change(objection.author) as change:
            made = replace(
                objection,
                text=objection.text.strip()[:LONGEST_TEXT],
                made_at=now(),
                state="open",
                version=1,
                answer="",
                answered_by="",
                answered_at=None,
                attachment=None,
            )
            if attached is not None:
                made = replace(
                    made,
                    attachment=change.insert(
                        tables.attachment, name=attached.name, data=attached.data
                    ),
                )
            made = replace(made, id=change.insert(tables.objection, **values_of(made, "id")))
            change.log("objection.make", f"{made.id} {made.agent_id}", None, made)
        return made

    def answer(self, objection: Objection, correction: Correction | None = None) -> Objection:
        """Accept, partly accept or reject (state, answer and answered_by set) over the version that
        was read.

        A correction is written in the same transaction, so that an accepted objection never stands
        without its effect.
        """
        self.check_answer(objection)
        with self._database.change(objection.answered_by) as change:
            return answer(change, objection, correction)

    @staticmethod
    def check_answer(objection: Objection) -> None:
        """Refuse an answer that is none: another state, or without words."""
        if objection.state not in OBJECTION_STATES[1:]:
            raise RequestRefused(
                "choice_unknown", value=objection.state, known=list(OBJECTION_STATES[1:])
            )
        if not objection.answer.strip():
            raise RequestRefused("answer_missing")

    # -- corrections -------------------------------------------------------------------------------

    def corrections(self, *, in_force: bool = True) -> list[Correction]:
        """Corrections in the order they were made; those undone only when asked for."""
        corrections = [value_from(Correction, row) for row in self._database.rows(EVERY_CORRECTION)]
        return standing(corrections) if in_force else corrections

    def correct(self, correction: Correction) -> Correction:
        """Write a correction that no objection asked for."""
        with self._database.change(correction.who) as change:
            return _write(change, correction)

    def undo(self, correction_ids: Sequence[int], who: str) -> None:
        """Take corrections back; they stay in the list as undone."""
        with self._database.change(who) as change:
            undo(change, correction_ids)


def standing(corrections: Sequence[Correction]) -> list[Correction]:
    """Those of these corrections that were not undone."""
    return [correction for correction in corrections if not correction.undone]


# -- inside a change -------------------------------------------------------------------------------


def answer(change: Change, objection: Objection, correction: Correction | None = None) -> Objection:
    """Answer an objection over the version that was read; see `Objections.answer`."""
    table = tables.objection
    row = change.row(sa.select(table).where(table.c.id == objection.id))
    if row is None:
        raise RequestRefused("objection_unknown", id=objection.id)
    before = value_from(Objection, row)
    if before.version != objection.version or before.state != "open":
        raise RequestRefused("changed_meanwhile", name=f"#{before.id}")
    after = replace(
        before,
        state=objection.state,
        answer=objection.answer.strip()[:LONGEST_TEXT],
        answered_by=objection.answered_by,
        answered_at=now(),
        version=before.version + 1,
    )
    change.connection.execute(
        sa.update(table).where(table.c.id == objection.id).values(**values_of(after, "id"))
    )
    change.log(f"objection.{after.state}", f"{after.id} {after.agent_id}", before, after)
    if correction is not None:
        _write(change, replace(correction, objection=after.id))
    return after


def undo(change: Change, correction_ids: Sequence[int]) -> None:
    """Take corrections back; they stay in the list as undone."""
    table = tables.correction
    for correction_id in correction_ids:
        done = change.connection.execute(
            sa.update(table).where(table.c.id == correction_id).values(undone=True)
        )
        if not done.rowcount:
            raise RequestRefused("correction_unknown", id=correction_id)
        change.log("correction.undo", str(correction_id))


def plain_of(correction: Correction) -> dict[str, Any]:
    """A correction that is about to be written, in plain values."""
    return {
        **values_of(correction, "id", "made_at", "undone"),
        "month": correction.month.isoformat(),
    }


def correction_from(plain: Mapping[str, Any]) -> Correction:
    """The correction that plain values stand for."""
    return Correction(**{**plain, "month": dt.date.fromisoformat(plain["month"])})


def _write(change: Change, correction: Correction) -> Correction:
    if set(correction.values) - set(CORRECTABLE):
        raise RequestRefused(
            "choice_unknown", value=", ".join(correction.values), known=list(CORRECTABLE)
        )
    made = replace(correction, made_at=now())
    made = replace(made, id=change.insert(tables.correction, **values_of(made, "id")))
    change.log("correction.write", f"{made.policy_id} {made.month:%Y-%m}", dict(made.old), made)
    return made
