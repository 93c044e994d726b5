"""The state store: what people write, safe with several writers, every change in the audit; never
in DuckDB."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.model import Followed, Settings
from analytics.people import LOCAL, StandardVersion, WeightProposal
from analytics.state import moves, tables
from analytics.state.accounts import Accounts
from analytics.state.database import Database, kept, now, value_from, values_of
from analytics.state.heads import Outside
from analytics.state.journal import Journal
from analytics.state.logins import Logins
from analytics.state.market import Markets
from analytics.state.notes import Notes
from analytics.state.objections import Objections
from analytics.state.past import Pasts
from analytics.state.periods import Periods
from analytics.state.schemes import Schemes
from analytics.state.sheets import Sheets
from analytics.state.talks import Talks


class Store:
    """Everything people write behind one database URL; `head` is the file that remembers the end of
    the audit, `outside` where its proof is kept beyond the home."""

    def __init__(self, url: str, head: Path | None = None, outside: Outside | None = None) -> None:
        self.database = self._database = Database(url, head, outside)
        self.notes = Notes(self.database)
        self.talks = Talks(self.database)
        self.objections = Objections(self.database)
        self.sheets = Sheets(self.database)
        self.accounts = Accounts(self.database)
        self.logins = Logins(self.database)
        self.market = Markets(self.database)
        self.schemes = Schemes(self.database)
        self.periods = Periods(self.database)
        self.past = Pasts(self.database)
        self.journal = Journal(self.database)

    def close(self) -> None:
        self.database.close()

    # -- proposals of weights ----------------------------------------------------------------------

    def propose_weights(
        self, who: str, categories: Mapping[str, float], ticket: str | None = None
    ) -> str:
        """A person's category weights, over those that their ticket stands for; the ticket, with
        which alone they can be changed.

        Who has proposed is kept, and what was proposed, but nothing that leads from one to the
        other: a key in the home would, in the hands of whoever holds it. Of a ticket only the
        digest is kept; a second time without it is refused.
        """
        made = tables.weight_proposal
        with self.database.change("anonymous") as change:
            to = change.connection
            if who == LOCAL:
                ticket = LOCAL  # the one user of a machine, who holds the home
            elif ticket is None:
                self._take_part(to, who)
            given = ticket or secrets.token_hex(8)
            person = hashlib.sha256(given.strip().encode()).hexdigest()
            values = {
                "categories": dict(categories),
                "made_at": now().replace(hour=0, minute=0, second=0, microsecond=0),
            }
            if to.execute(sa.select(made.c.person).where(made.c.person == person)).first():
                to.execute(sa.update(made).where(made.c.person == person).values(**values))
            elif ticket in (None, LOCAL):
                to.execute(sa.insert(made).values(person=person, **values))
            else:
                raise RequestRefused("ticket_unknown")
            change.log("weights.propose", "anonymous")
        return given

    def _take_part(self, to: sa.Connection, who: str) -> None:
        """Put a person among those who have proposed, once; the list is written anew in order, so
        that it tells nothing of when."""
        table = tables.proposer
        names = set(to.execute(sa.select(table.c.email)).scalars())
        if who in names:
            raise RequestRefused("ticket_needed")
        to.execute(sa.delete(table))
        to.execute(sa.insert(table), [{"email": name} for name in sorted({*names, who})])

    def proposals(self) -> list[WeightProposal]:
        table = tables.weight_proposal
        rows = self.database.rows(
            sa.select(table.c.categories, table.c.made_at).order_by(table.c.person)
        )
        return [WeightProposal(row["categories"], row["made_at"]) for row in rows]

    # -- standards ---------------------------------------------------------------------------------

    @kept
    def standards(self) -> list[StandardVersion]:
        """Every version of the catalogue's changes, oldest first."""
        rows = self.database.rows(
            sa.select(tables.standard_version).order_by(tables.standard_version.c.version)
        )
        return [value_from(StandardVersion, row) for row in rows]

    def save_standard(self, version: StandardVersion, expected: int) -> StandardVersion:
        """Save as the next version; refused when somebody saved another since version `expected`
        was read."""
        table = tables.standard_version
        with self.database.change(version.author) as change:
            last = int(
                change.connection.execute(sa.select(sa.func.max(table.c.version))).scalar() or 0
            )
            if last != expected:
                raise RequestRefused("changed_meanwhile", name=f"v{last}")
            saved = replace(version, version=last + 1, made_at=now())
            change.connection.execute(sa.insert(table).values(**values_of(saved)))
            change.log(
                "standard.save",
                f"v{saved.version}",
                None,
                {
                    "indicators": dict(saved.indicators),
                    "grades": dict(saved.grades),
                    "vetoes": dict(saved.vetoes),
                    "order": list(saved.order),
                    "reason": saved.reason,
                    "restores": saved.restores,
                    "from": f"{saved.effective_from:%Y-%m}",
                },
            )
        return saved

    # -- recipes -----------------------------------------------------------------------------------

    def recipe(self, headers_key: str) -> Mapping[str, Any] | None:
        """The recipe that was confirmed for these headers, as plain values."""
        table = tables.recipe
        rows = self.database.rows(
            sa.select(table.c.recipe).where(table.c.headers_key == headers_key)
        )
        return rows[0]["recipe"] if rows else None

    def save_recipe(
        self, headers_key: str, name: str, recipe: Mapping[str, Any], who: str = LOCAL
    ) -> None:
        table = tables.recipe
        with self.database.change(who) as change:
            change.connection.execute(sa.delete(table).where(table.c.headers_key == headers_key))
            change.connection.execute(
                sa.insert(table).values(
                    headers_key=headers_key, name=name[:200], recipe=dict(recipe), saved_at=now()
                )
            )
            change.log("recipe.save", name, None, dict(recipe))

    # -- settings ----------------------------------------------------------------------------------

    @kept
    def settings(self) -> Settings:
        """The rules in force: the defaults, and what was changed."""
        return moves.settings_of(self.database.rows(moves.SETTINGS))

    # -- aliases -----------------------------------------------------------------------------------

    def aliases(self) -> dict[str, str]:
        """Spelling → the agent it stands for; never a spelling that is itself merged into
        another."""
        return moves.aliases_of(self.database.rows(moves.ALIASES))

    # -- what figures follow -----------------------------------------------------------------------

    def followed(self) -> Followed:
        """What figures follow now."""
        return Followed(self.settings(), self.aliases(), self.objections.corrections())

    def foreseen(self, kind: str, plan: Mapping[str, Any], who: str) -> Followed:
        """What figures would follow after a move of `MOVES`, of which nothing is stored; refused as
        the move would be."""
        with self.database.foreseen(who) as change:
            moves.MOVES[kind](change, plan)
            return moves.followed(change)

    # -- what changes no table of ours -------------------------------------------------------------

    def note_down(self, who: str, action: str, object_: str, after: Any = None) -> None:
        """A line in the audit for what happened elsewhere: a load, a withdrawal, an export, a
        denial."""
        with self.database.change(who) as change:
            change.log(action, object_, None, after)
