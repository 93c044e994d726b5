"""Accounts: who may log in, as what, and for whom; read anew at every run."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.people import ROLES, Account, address
from analytics.state import tables
from analytics.state.database import Database, kept, value_from, values_of


class Accounts:
    """Accounts by the e-mail address that the login provider vouches for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @kept
    def all(self) -> list[Account]:
        return [
            value_from(Account, row)
            for row in self._database.rows(
                sa.select(tables.account).order_by(tables.account.c.email)
            )
        ]

    @kept
    def of(self, email: str) -> Account | None:
        """The account of an address, as it is now."""
        rows = self._database.rows(
            sa.select(tables.account).where(tables.account.c.email == address(email))
        )
        return value_from(Account, rows[0]) if rows else None

    def save(self, accounts: Sequence[Account], who: str) -> None:
        """Add or change accounts, all or none; the last active admin cannot be taken away."""
        table = tables.account
        with self._database.change(who) as change:
            for given in accounts:
                account = replace(given, email=address(given.email))
                _check(account)
                row = change.row(sa.select(table).where(table.c.email == account.email))
                before = value_from(Account, row) if row else None
                after = replace(account, version=(before.version if before else 0) + 1)
                if before is not None and replace(after, version=before.version) == before:
                    continue
                if before is None:
                    change.connection.execute(sa.insert(table).values(**values_of(after)))
                else:
                    change.connection.execute(
                        sa.update(table)
                        .where(table.c.email == after.email)
                        .values(**values_of(after, "email"))
                    )
                change.log("account.save", after.email, before, after)
            admins = change.connection.execute(
                sa.select(sa.func.count())
                .select_from(table)
                .where(table.c.role == "admin", table.c.active.is_(True))
            ).scalar()
            if not admins:
                raise RequestRefused("last_admin")


def _check(account: Account) -> None:
    local, _, domain = account.email.rpartition("@")
    # What cannot be seen would make two accounts of what reads as one address.
    unseen = any(unicodedata.category(letter)[0] in "CZ" for letter in account.email)
    if not local or not domain or unseen:
        raise RequestRefused("email_unreadable", value=account.email)
    if account.role not in ROLES:
        raise RequestRefused("choice_unknown", value=account.role, known=list(ROLES))
    if account.role == "agent" and not account.agent_id:
        raise RequestRefused("account_without_agent", email=account.email)
    if account.role == "manager" and not account.teams and not account.branches:
        raise RequestRefused("account_without_scope", email=account.email)
