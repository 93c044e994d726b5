"""Logins: whose account an address is, and which logins were ended before their time."""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa

from analytics.errors import NotAllowed
from analytics.people import Binding, Login
from analytics.state import tables
from analytics.state.database import Change, Database, kept, now, value_from, values_of

LASTING = 12 * 3600  # seconds after which a login is over


@dataclass(frozen=True)
class Facts:
    """What is known of a login: the address that its person is bound to, and whether it was
    ended."""

    email: str | None
    ended: bool


class Logins:
    """Bindings of (issuer, subject) to accounts, and ends: of one login by its digest, of all of an
    account by its address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, login: Login) -> Facts:
        """What is known of a login now."""
        email, ended, all_ended = self._row(login.issuer, login.subject, login.digest)
        return Facts(email, ended or (all_ended is not None and login.began <= all_ended))

    @kept
    def _row(self, issuer: str, subject: str, digest: str) -> tuple[str | None, bool, float | None]:
        """The address that a person is bound to, whether the login of this digest was ended, and
        when all of the account were."""
        bound, ends = tables.login_binding, tables.login_end
        of_person = (bound.c.issuer == issuer) & (bound.c.subject == subject)
        address = sa.select(bound.c.email).where(of_person).scalar_subquery()
        select = sa.select(
            address.label("email"),
            sa.exists().where(ends.c.key == digest).label("ended"),
            sa.select(ends.c.at).where(ends.c.key == address).scalar_subquery().label("all_ended"),
        )
        row = self._database.rows(select)[0]
        return row["email"], bool(row["ended"]), row["all_ended"]

    def bindings(self) -> dict[str, Binding]:
        """Whom each account is bound to, by its address; accounts that nobody has logged in to yet
        are missing."""
        rows = self._database.rows(sa.select(tables.login_binding))
        return {row["email"]: value_from(Binding, row) for row in rows}

    def bind(self, login: Login, email: str) -> None:
        """Bind a person to an account at their first login; refused where the account is somebody
        else's already, and for a login that began before all logins of the account were ended."""
        table, ends = tables.login_binding, tables.login_end
        with self._database.change(email) as change:
            row = change.row(sa.select(table).where(table.c.email == email))
            if row is not None and (row["issuer"], row["subject"]) != (login.issuer, login.subject):
                raise NotAllowed("login_of_another", email=email)
            ended = change.row(sa.select(ends.c.at).where(ends.c.key == email))
            if ended is not None and login.began <= ended["at"]:
                raise NotAllowed("login_ended")
            if row is None:
                bound = Binding(email, login.issuer, login.subject, now())
                change.connection.execute(sa.insert(table).values(**values_of(bound)))
                change.log(
                    "login.bind", email, None, {"issuer": login.issuer, "subject": login.subject}
                )

    def unbind(self, email: str, who: str) -> None:
        """Free an account for the next person who logs in with its address, and end every login of
        the one it was bound to."""
        table = tables.login_binding
        with self._database.change(who) as change:
            row = change.row(sa.select(table).where(table.c.email == email))
            change.connection.execute(sa.delete(table).where(table.c.email == email))
            _end(change, email, email)
            before = None if row is None else {"issuer": row["issuer"], "subject": row["subject"]}
            change.log("login.unbind", email, before, None)

    def end(self, login: Login, email: str) -> None:
        """End one login, in all tabs that share it: a copy of its cookie opens nothing any more."""
        with self._database.change(email) as change:
            if (
                change.row(
                    sa.select(tables.login_end.c.at).where(tables.login_end.c.key == login.digest)
                )
                is None
            ):
                _end(change, login.digest, email)
                change.log("login.end", email)

    def end_all(self, email: str, who: str) -> None:
        """End every login of an account that began before now."""
        with self._database.change(who) as change:
            _end(change, email, email)
            change.log("login.end_all", email)


def _end(change: Change, key: str, email: str) -> None:
    """Keep an end as long as a login could last that it concerns."""
    ends, moment = tables.login_end, time.time()
    change.connection.execute(
        sa.delete(ends).where((ends.c.key == key) | (ends.c.at < moment - 2 * LASTING))
    )
    change.connection.execute(sa.insert(ends).values(key=key, email=email, at=moment))
