"""Who may: roles, actions, scopes, and the one place where each is asked for and refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from analytics import sample
from analytics.errors import NotAllowed, RequestRefused
from analytics.evaluation import Measured
from analytics.home import Home
from analytics.model import Filters, Period, Scope, WeightScheme
from analytics.people import LOCAL, Account

# Who may do what; managers and agents besides only inside their scope.
ACTIONS: Mapping[str, frozenset[str]] = {
    "see": frozenset({"admin", "manager", "agent"}),
    "see_others": frozenset({"admin", "manager"}),
    "note": frozenset({"admin", "manager"}),
    "remark": frozenset({"admin", "manager", "agent"}),
    "coach": frozenset({"admin", "manager"}),
    "plan": frozenset({"agent"}),
    "object": frozenset({"admin", "manager", "agent"}),
    "answer": frozenset({"admin", "manager"}),
    "close": frozenset({"admin", "manager"}),
    "publish": frozenset({"admin"}),
    "propose": frozenset({"admin", "manager", "agent"}),
    "scheme": frozenset({"admin"}),
    "standard": frozenset({"admin"}),
    "setting": frozenset({"admin"}),
    "data": frozenset({"admin"}),
    "audit": frozenset({"admin"}),
    "account": frozenset({"admin"}),
}
# What the desk works out for many readers, and asks its memory for before it does.
Question = Literal[
    "measured",
    "scored",
    "history",
    "coaching",
    "cases",
    "case_mix",
    "monthly",
    "trends",
    "incentives",
    "rank_ranges",
    "robustness",
    "leaders",
    "ranking",
    "briefing",
    "month_days",
    "latest_closed",
    "channels",
    "has_sample",
]
# Gives the answer to a question under a key, and makes it where it has none.
Memory = Callable[[Question, tuple[Hashable, ...], Callable[[], Any]], Any]


def kept_in(answers: dict[Hashable, Any]) -> Memory:
    """A memory that keeps every answer as long as the dict lives."""

    def kept(question: Question, key: tuple[Hashable, ...], make: Callable[[], Any]) -> Any:
        whole = question, *key
        if whole not in answers:
            answers[whole] = make()
        return answers[whole]

    return kept


@dataclass(frozen=True)
class Identity:
    """Who reads: an address or LOCAL, a role, and whom that role covers (None: everybody)."""

    who: str = LOCAL
    role: str = "admin"
    name: str = ""
    scope: Scope | None = None

    @property
    def agent_id(self) -> str | None:
        return self.scope.agent_id if self.scope else None


def identity_of(account: Account | None) -> Identity:
    """The identity that an account gives; refused for nobody, and for one that was switched off."""
    if account is None or not account.active:
        raise NotAllowed("account_unknown")
    scope = {
        "admin": None,
        "manager": Scope(teams=account.teams, branches=account.branches),
        "agent": Scope(agent_id=account.agent_id),
    }[account.role]
    return Identity(account.email, account.role, account.name or account.email, scope)


class Access:
    """One reader before one home, by address (LOCAL: the one user of a machine without login). What
    the address may do is read from the accounts whenever it is asked: nobody keeps a role or a
    scope that was taken from them while a page stood open.

    `memory` keeps what many readers ask for (a page's cache); without one nothing is kept.
    """

    def __init__(self, home: Home, who: str = LOCAL, memory: Memory | None = None) -> None:
        self._home = home
        self.who = who
        self._memory: Memory = memory or (lambda _question, _key, make: make())

    @property
    def identity(self) -> Identity:
        """Who this is now; refused, and noted down, once the account is gone or switched off."""
        if self.who == LOCAL:
            return Identity()
        try:
            return identity_of(self._home.state.accounts.of(self.who))
        except NotAllowed:
            self._home.state.note_down(self.who, "denied", "account")
            raise

    @property
    def home(self) -> Home:
        """The home: nothing is asked of it, and nothing changed in it, for whoever has no account
        now."""
        self.identity  # noqa: B018 - refuses
        return self._home

    def may(self, action: str, agent_id: str | None = None) -> bool:
        """Whether the role allows an action, and the scope covers the agent it concerns."""
        return self.identity.role in ACTIONS[action] and (agent_id is None or self.covers(agent_id))

    def require(self, action: str, agent_id: str | None = None) -> None:
        """Refuse what may not be, and note it down."""
        if not self.may(action, agent_id):
            self.home.state.note_down(self.who, "denied", f"{action} {agent_id or ''}".strip())
            raise NotAllowed("not_allowed")

    def covers(self, agent_id: str) -> bool:
        """Whether an agent is the reader's today: by the roster of this month, whoever they
        belonged to before."""
        return agent_id in self.covered({agent_id})

    def covered(self, agent_ids: Collection[str] | None = None) -> frozenset[str]:
        """Which of these agents are the reader's today; without any named, all who are known and
        are."""
        scope = self.identity.scope
        if scope is None and agent_ids is not None:
            return frozenset(agent_ids)
        if scope is not None and scope.agent_id is not None:
            own = frozenset({scope.agent_id})
            return own if agent_ids is None else own & frozenset(agent_ids)
        facts = self.who_is_who(agent_ids)
        return frozenset(
            facts["agent_id"] if scope is None else facts["agent_id"][scope.covers(facts)]
        )

    def who_is_who(self, agent_ids: Collection[str] | None = None) -> pd.DataFrame:
        """Who these agents are today, or everybody; whom the files do not know has no row."""
        facts = self.home.warehouse.ask("facts_of", day=dt.date.today())
        return (
            facts
            if agent_ids is None
            else facts[facts["agent_id"].isin(agent_ids)].reset_index(drop=True)
        )

    def require_known(self, agent_id: str) -> None:
        """Refuse to write about somebody whom no file names, or only by a spelling that stands for
        another."""
        spellings = self.home.warehouse.ask("spellings")["agent_id"]
        if agent_id in self.home.state.aliases() or agent_id not in set(spellings):
            raise RequestRefused("agent_nowhere", agent=agent_id)

    def scoped(self, filters: Filters) -> Filters:
        """Filters that show nobody outside the scope."""
        scope = self.identity.scope
        if filters.theirs and scope is not None and scope.agent_id is None:
            scope = replace(scope, agents=self.covered())
        return replace(filters, scope=scope)

    def mine(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table (with agent_id) about agents who are the reader's today."""
        if self.identity.scope is None:
            return table
        return table[table["agent_id"].isin(self.covered())].reset_index(drop=True)

    def published(self, period: Period) -> bool:
        """Whether agents may see a period."""
        return any(
            (publication.first, publication.last) == (period.first, period.last)
            for publication in self.home.state.periods.published()
        )

    def require_published(self, period: Period) -> None:
        """An agent sees the sheets of published periods, and nothing of any other."""
        if self.identity.role == "agent" and not self.published(period):
            raise NotAllowed("not_published", period=str(period))

    def require_seen(self, measured: Measured, scheme: WeightScheme | None = None) -> None:
        """An agent sees live figures of a published period under the scheme in force, once its
        windows are closed."""
        if self.identity.role != "agent":
            return
        self.require_published(measured.period)
        if scheme is not None and scheme.trial:
            raise NotAllowed("not_allowed")
        if measured.provisional:
            raise RequestRefused("provisional_unseen", period=str(measured.period))

    def published_periods(self) -> list[Period]:
        """The periods that agents may see, latest last."""
        return sorted(
            Period(publication.first, publication.last)
            for publication in self.home.state.periods.published()
        )

    def require_as(self, before: Identity) -> None:
        """Refuse what was prepared for another role or scope than the reader has now."""
        now = self.identity
        if (now.role, now.scope) != (before.role, before.scope):
            raise NotAllowed("rights_changed")

    def has_sample(self) -> bool:
        """Whether figures of the sample company are among those shown."""
        home = self.home
        key = str(home.folder), home.warehouse.data_version
        answer: bool = self._memory("has_sample", key, lambda: bool(sample.loads(home)))
        return answer

    def exported(self, what: str, *, period: str = "", persons: int | None = None) -> None:
        """Note down that what is known of persons leaves the house: under which name, of which
        period, of how many (None: nobody counted them). Asked before anything leaves: without the
        line nothing does."""
        self.require("see")
        self.home.state.note_down(self.who, "export", what, {"period": period, "persons": persons})


def plain(value: Any) -> str | None:
    """A stored value as text, without the midnight of dates; None stays None."""
    return None if pd.isna(value) else str(value)[:19].removesuffix(" 00:00:00")
