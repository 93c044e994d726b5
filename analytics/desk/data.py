"""Loads, spellings, accounts and the audit: what concerns everybody's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from analytics.desk.rules import Rules
from analytics.intake.recipe import Recipe
from analytics.model import Receipt
from analytics.people import Account, AuditEntry
from analytics.work import Work


class Data(Rules):
    """Everybody's data, for who may touch it."""

    def load_all(
        self, files: Sequence[tuple[Path, Recipe]], *, as_of: dt.date | None, on_issues: str, work: Work | None = None
    ) -> list[Receipt]:
        self.require("data")
        return self.home.load_all(files, as_of=as_of, on_issues=on_issues, work=work, who=self.identity.who)

    def withdraw(self, *load_ids: int) -> None:
        self.require("data")
        self.home.withdraw(*load_ids, who=self.identity.who)

    def merge_agents(self, spellings: Sequence[str], agent_id: str) -> None:
        self.require("data")
        self.home.merge_agents(spellings, agent_id, self.identity.who)

    def split_agents(self, spellings: Sequence[str]) -> None:
        self.require("data")
        self.home.split_agents(spellings, self.identity.who)

    def accounts(self) -> list[Account]:
        self.require("account")
        return self.home.state.accounts.all()

    def save_accounts(self, accounts: Sequence[Account]) -> None:
        self.require("account")
        self.home.state.accounts.save(accounts, self.identity.who)

    def audit(self) -> list[AuditEntry]:
        self.require("audit")
        return self.home.state.database.audit()

    def verify_audit(self) -> list[str]:
        self.require("audit")
        return self.home.state.database.verify()
