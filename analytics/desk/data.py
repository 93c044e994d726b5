"""Loads, spellings, accounts and the audit: what concerns everybody's data."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics import files, sample
from analytics.desk.access import kept_in
from analytics.desk.past import past_of
from analytics.desk.rules import Rules
from analytics.errors import RenewalError, RequestRefused
from analytics.evaluation import evaluate
from analytics.intake.readiness import Readiness
from analytics.intake.recipe import Recipe
from analytics.intake.spellings import Alike
from analytics.intake.understood import Look, Preview
from analytics.ledger import How
from analytics.model import Filters, Period, Receipt
from analytics.people import Account, AuditEntry, Binding, Finding, Standing, Verdict
from analytics.state.heads import Head
from analytics.work import Work

LOADED = 0.7  # of the time that the sample takes, until its records are there
MOST_TOLD = 20_000  # agents of a load up to whom it waits for the figures that say who is not rated


class Data(Rules):
    """Everybody's data, for who may touch it."""

    def load_all(
        self,
        files: Sequence[tuple[Path, Recipe]],
        *,
        as_of: dt.date | None,
        on_issues: str,
        work: Work | None = None,
    ) -> list[Receipt]:
        """Load several files or, when one of them is refused, none; the last receipt says who
        is not rated in the last month that came in."""
        receipts = self.store(files, as_of=as_of, on_issues=on_issues, work=work)
        try:
            unrated = self._unrated(receipts)
        except RenewalError:  # what is stored is stored, whatever could not be reckoned of it
            unrated = None
        return (
            receipts
            if unrated is None
            else [*receipts[:-1], replace(receipts[-1], notes=(*receipts[-1].notes, unrated))]
        )

    def store(
        self,
        files: Sequence[tuple[Path, Recipe]],
        *,
        as_of: dt.date | None,
        on_issues: str,
        work: Work | None = None,
    ) -> list[Receipt]:
        """The same, without a look at the figures that come of it: nobody waits for the answer."""
        self.require("data")
        return self.home.load_all(files, How(as_of, on_issues), work, self.identity.who)

    def _unrated(self, receipts: Sequence[Receipt]) -> tuple[str, Mapping[str, object]] | None:
        """A note on the last month that was loaded, where some of its agents lack too much to be
        rated: nobody should learn that from a ranking they are missing in."""
        months = sorted(
            {month for receipt in receipts if not receipt.already for month in receipt.months}
        )
        if not months or max(receipt.agents for receipt in receipts) > MOST_TOLD:
            return None
        last = dt.date.fromisoformat(f"{months[-1]}-01")
        now = evaluate(self._measured(Filters(Period(last, last))), self.scheme(Period(last, last)))
        there = ~np.isnan(now.measured.agents.value).all(axis=1)
        out = np.flatnonzero(there & ~now.agents.rated)
        if not len(out) or not there.any():
            return None
        facts = {
            "month": months[-1],
            "count": len(out),
            "all": int(there.sum()),
            "least": f"{100 - now.measured.settings.missing_limit:.0f}",
            "agent": str(now.people["agent_id"].iat[out[0]]),
            "coverage": f"{now.agents.coverage[out[0]]:.0f}",
        }
        return "not_rated", facts

    def members(self, path: Path) -> AbstractContextManager[list[Path]]:
        """The files inside an archive, as long as the block runs."""
        self.require("data")
        return self.home.members(path)

    def look(
        self, path: Path, layout: Mapping[str, Any] | None = None, work: Work | None = None
    ) -> Look:
        self.require("data")
        return self.home.look(path, layout, work)

    def recipes_for(self, path: Path, kind: str | None = None) -> list[Recipe]:
        """The recipes that a file needs nobody to confirm, one for every group of alike sheets."""
        self.require("data")
        return self.home.recipes_for(path, kind)

    def readiness(self, path: Path, look: Look) -> Readiness:
        """How a file that was looked at stands before it is loaded."""
        self.require("data")
        rows, kind = sum(sheet.rows for sheet in look.sheets), None
        try:
            recipes = self.recipes_for(path)
            kind = recipes[0].kind
            asked = [
                question for recipe in recipes for question in self.preview(path, recipe).questions
            ]
        except RenewalError as error:
            return Readiness(rows, kind, refusal=error)
        needed = [question for question in asked if not question.optional]
        if needed:
            return Readiness(rows, kind, question=needed[0])
        return Readiness(rows, kind, tuple(recipes))

    def save_recipe(self, headers_key: str, name: str, recipe: Recipe) -> None:
        self.require("data")
        self.home.state.save_recipe(headers_key, name, recipe.plain(), self.identity.who)

    def preview(
        self,
        path: Path,
        recipe: Recipe,
        work: Work | None = None,
        as_of: dt.date | None = None,
    ) -> Preview:
        """What a load would find and ask; as of a day also what there would be to see."""
        self.require("data")
        return self.home.preview(path, recipe, work, as_of)

    def corrected(self, path: Path, recipe: Recipe, language: str) -> bytes:
        """A copy of the user's file in which every cell that cannot be read is marked."""
        self.require("data")
        return self.home.corrections(path, recipe, language)

    def add_sample(
        self, progress: Callable[[float, str], object] = lambda _share, _kind: None
    ) -> list[Receipt]:
        """Load the sample company with its past, all of it or nothing, saying how far it is."""
        self.require("data")
        who, has = self.identity.who, self.has_sample()
        receipts = sample.load(self.home, lambda share, kind: progress(share * LOADED, kind), who)
        progress(LOADED, "past")
        try:
            self._add_past()
        except BaseException:
            if not has:
                sample.remove(self.home, who)
            raise
        progress(1.0, "")
        return receipts

    def _add_past(self) -> None:
        """What the sample's people have written, where nothing but the sample is there: a month is
        published for everybody, and a company's own agents would see it."""
        state = self.home.state
        own = not self.home.warehouse.ask("loads")["sample"].all()
        if own or state.past.there() or state.periods.published() or state.sheets.closed():
            return
        past = past_of(type(self)(self.home, self.who, kept_in({})), dt.date.today())
        if past is not None:
            self.home.add_past(past, self.identity.who)

    def remove_sample(self) -> list[int]:
        """Take the sample company out; which loads it was."""
        self.require("data")
        return sample.remove(self.home, self.identity.who)

    def loads(self) -> pd.DataFrame:
        self.require("data")
        return self.home.warehouse.ask("loads")

    def receipts(self) -> list[Receipt]:
        """What every load did, also of those whose reader had left before they were done."""
        self.require("data")
        return self.home.receipts()

    def own_folder(self) -> tempfile.TemporaryDirectory[str]:
        """A folder for files that are looked at and not yet loaded; it goes with the value, and at
        the latest at the next start."""
        self.require("data")
        with files.telling():
            return tempfile.TemporaryDirectory(
                dir=self.home.folder / "scratch", prefix="upload-", ignore_cleanup_errors=True
            )

    def findings(self) -> tuple[Finding, ...]:
        """What the start of the home found not to be as it should; nothing for who does not look
        after the data."""
        return self.home.findings if self.may("data") else ()

    def unmatched(self) -> pd.DataFrame:
        """Agents and policies that one file names and its partner does not."""
        self.require("data")
        return self.home.warehouse.ask("unmatched")

    def alike(self) -> list[Alike]:
        """Spellings that may be one agent and are not merged yet."""
        self.require("data")
        return self.home.alike()

    def merged(self) -> Mapping[str, str]:
        """Spellings that stand for another agent."""
        self.require("data")
        return self.home.state.aliases()

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

    def bindings(self) -> dict[str, Binding]:
        """Which accounts are bound to a person of the login provider, by address."""
        self.require("account")
        return self.home.state.logins.bindings()

    def unbind(self, email: str) -> None:
        """Free an account for another person with its address, and log everybody out of it."""
        self.require("account")
        self.home.state.logins.unbind(self.account(email).email, self.identity.who)

    def end_logins(self, email: str) -> None:
        """Log an account out everywhere."""
        self.require("account")
        self.home.state.logins.end_all(self.account(email).email, self.identity.who)

    def account(self, email: str) -> Account:
        """The account of an address; refused where there is none."""
        self.require("account")
        account = self.home.state.accounts.of(email)
        if account is None:
            raise RequestRefused("account_unknown")
        return account

    def audit(self) -> list[AuditEntry]:
        self.require("audit")
        return self.home.state.database.audit()

    def verify_audit(
        self, heads: Sequence[Path] = (), public: Sequence[Path] = (), written: Sequence[Head] = ()
    ) -> Verdict:
        """Whether the audit holds; files of published heads, public keys and heads written down
        beside those configured."""
        self.require("audit")
        return self.home.state.database.verify(heads, public, written)

    def audit_standing(self) -> Standing:
        """How far the audit is evidence."""
        self.require("audit")
        return self.home.state.database.standing()

    def audit_head(self) -> Head:
        """The last line of the audit, for whoever wants to write it down."""
        self.require("see")
        return self.home.state.database.head()
