"""Coaching talks: planned, done, followed up or dropped; each agent's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.people import TALK_STATES, Talk
from analytics.state import tables
from analytics.state.database import Change, Database, kept, now, value_from, values_of


class Talks:
    """Talks by agent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @kept
    def all(self, agent_id: str | None = None) -> list[Talk]:
        """Every talk, or one agent's, oldest first."""
        select = sa.select(tables.talk).order_by(tables.talk.c.id)
        if agent_id is not None:
            select = select.where(tables.talk.c.agent_id == agent_id)
        return [value_from(Talk, row) for row in self._database.rows(select)]

    def open(self) -> dict[str, Talk]:
        """Each agent's latest talk that is planned or waits for its follow-up."""
        return {talk.agent_id: talk for talk in self.all() if talk.is_open}

    def save(self, talk: Talk, who: str) -> Talk:
        """A new talk (id None), or one over the version that was read; refused when somebody saved
        another in between."""
        return self.save_all([talk], who)[0]

    def save_all(self, talks: Sequence[Talk], who: str) -> list[Talk]:
        """Several of them, each with its line in the audit: all, or none where one is refused."""
        for talk in talks:
            if talk.state not in TALK_STATES:
                raise RequestRefused("choice_unknown", value=talk.state, known=list(TALK_STATES))
        with self._database.change(who) as change:
            return [_saved(change, talk, who) for talk in talks]


def _saved(change: Change, talk: Talk, who: str) -> Talk:
    table = tables.talk
    if talk.id is None:
        made = replace(talk, author=who, written_at=now(), version=1)
        made = replace(made, id=change.insert(table, **values_of(made, "id")))
        change.log("talk.plan", talk.agent_id, None, made)
        return made
    row = change.row(sa.select(table).where(table.c.id == talk.id))
    if row is None:
        raise RequestRefused("talk_unknown", id=talk.id)
    before = value_from(Talk, row)
    if before.version != talk.version:
        raise RequestRefused("changed_meanwhile", name=talk.agent_id)
    after = replace(
        talk,
        agent_id=before.agent_id,
        author=before.author,
        written_at=before.written_at,
        version=before.version + 1,
    )
    change.connection.execute(
        sa.update(table).where(table.c.id == talk.id).values(**values_of(after, "id"))
    )
    change.log(
        f"talk.{after.state}" if after.state != before.state else "talk.change",
        talk.agent_id,
        before,
        after,
    )
    return after
