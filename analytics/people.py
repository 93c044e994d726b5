"""Frozen values of what people write and who they are: notes, talks, objections, corrections,
closed sheets, accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

NOTE_KINDS = ("comment", "advice", "remark")
TALK_STATES = ("planned", "done", "followed_up", "dropped")
OPEN_TALKS = ("planned", "done")
OBJECTION_KINDS = ("unreasonable", "too_strict", "data_wrong", "other")
OBJECTION_ABOUT = ("sheet", "indicator", "record")
OBJECTION_STATES = ("open", "accepted", "partly", "rejected")
ROLES = ("admin", "manager", "agent")
PURPOSES = ("reward", "lift")
SWOT = ("strength", "weakness", "opportunity", "threat")
CORRECTABLE = ("outcome", "renewed_on", "premium_renewed", "agent_id", "exclusion", "satisfaction")
LONGEST_TEXT = 4_000  # characters of a note, an objection or an answer
LONGEST_PLAN = 2_000  # characters of what is planned with somebody
LOCAL = "local"  # who writes where nobody logs in


@dataclass(frozen=True)
class Note:
    """A comment or advice of the supervisor, or a remark of the agent, on the sheet of one agent
    and period."""

    agent_id: str
    first: dt.date
    last: dt.date
    kind: str
    text: str
    author: str = ""
    written_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    version: int = 0
    id: int | None = None


@dataclass(frozen=True)
class Talk:
    """A coaching talk: why, what about, who holds it, when, and what was agreed; `version` is the
    one that was read."""

    agent_id: str
    state: str = "planned"
    reason: str = ""
    action: str = ""
    owner: str = ""
    talk_on: dt.date | None = None
    follow_up_on: dt.date | None = None
    agreed: str = ""
    comment: str = ""
    indicators: tuple[str, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    author: str = ""
    written_at: dt.datetime | None = None
    version: int = 0
    id: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether something of it is still to come."""
        return self.state in OPEN_TALKS

    def overdue(self, today: dt.date) -> bool:
        """Whether its next date has passed without the state saying so."""
        due = {"planned": self.talk_on, "done": self.follow_up_on}.get(self.state)
        return due is not None and due < today


@dataclass(frozen=True)
class Attachment:
    """A file handed in with an objection."""

    name: str
    data: bytes
    id: int | None = None


@dataclass(frozen=True)
class Objection:
    """An agent's objection to a sheet, an indicator or a record, and the manager's answer."""

    agent_id: str
    first: dt.date
    last: dt.date
    about: str
    kind: str
    text: str
    indicator: str = ""
    policy_id: str = ""
    proposal: Mapping[str, str | None] = field(default_factory=dict)
    attachment: int | None = None
    author: str = ""
    made_at: dt.datetime | None = None
    due_on: dt.date | None = None
    state: str = "open"
    answer: str = ""
    answered_by: str = ""
    answered_at: dt.datetime | None = None
    version: int = 0
    id: int | None = None

    @property
    def days_to_answer(self) -> float | None:
        """From the day it was made to its answer; None where either is missing."""
        if self.made_at is None or self.answered_at is None:
            return None
        return (self.answered_at - self.made_at).total_seconds() / 86_400


@dataclass(frozen=True)
class Correction:
    """Fields of one policy as they should have been; the rollup honours it, the record itself stays
    as it came."""

    policy_id: str
    month: dt.date
    values: Mapping[str, str | None]
    old: Mapping[str, str | None] = field(default_factory=dict)
    why: str = ""
    who: str = ""
    objection: int | None = None
    made_at: dt.datetime | None = None
    undone: bool = False
    id: int | None = None


@dataclass(frozen=True)
class ClosedSheet:
    """The numbers of a sheet as they were when it was closed, and the data, scheme and standard
    they came from."""

    agent_id: str
    first: dt.date
    last: dt.date
    snapshot: Mapping[str, Any]
    fingerprint: str
    scheme: str
    scheme_version: int
    standard_version: int
    closed_by: str = ""
    closed_at: dt.datetime | None = None
    reopened_by: str = ""
    reopened_at: dt.datetime | None = None
    reopened_why: str = ""
    id: int | None = None


@dataclass(frozen=True)
class SwotEntry:
    """One line of the SWOT worksheet: what was seen, and which indicators' weights it moves by how
    many points."""

    part: str
    text: str
    changes: Mapping[str, float]


@dataclass(frozen=True)
class WeightProposal:
    """Category weights as one unnamed agent would set them."""

    categories: Mapping[str, float]
    made_at: dt.datetime | None = None


@dataclass(frozen=True)
class MarketAverage:
    """What the trade reaches on an indicator (in the indicator's unit), and where that is known
    from."""

    indicator: str
    value: float
    source: str
    author: str = ""
    saved_at: dt.datetime | None = None


@dataclass(frozen=True)
class StandardVersion:
    """A change of the catalogue: the definitions it replaces or adds, the grades and vetoes, why,
    and from which month on."""

    indicators: Mapping[str, Mapping[str, Any]]
    grades: Mapping[str, float]
    vetoes: Mapping[str, Mapping[str, Any]]
    author: str
    reason: str
    effective_from: dt.date
    made_at: dt.datetime | None = None
    version: int = 0
    order: tuple[str, ...] = ()  # indicator ids as they are shown; what is not named follows
    restores: int | None = (
        None  # the version that this one brings back; 0 are the built-in standards
    )


@dataclass(frozen=True)
class Adoption:
    """A version of a weight scheme put in force for the company from a month on."""

    name: str
    version: int
    effective_from: dt.date
    reason: str = ""
    who: str = ""
    adopted_at: dt.datetime | None = None
    id: int | None = None


class Decision(Protocol):
    """Something that was decided from a month on."""

    @property
    def effective_from(self) -> dt.date: ...


Decided = TypeVar("Decided", bound=Decision)


def in_force(decisions: Sequence[Decided], month: dt.date) -> Decided | None:
    """What holds in a month: the latest decision, in the order they were made, that speaks from
    that month or an earlier one."""
    reaching = [decision for decision in decisions if decision.effective_from <= month]
    return reaching[-1] if reaching else None


@dataclass(frozen=True)
class Publication:
    """A period whose sheets the agents may see, and whether that was taken back."""

    first: dt.date
    last: dt.date
    who: str = ""
    published_at: dt.datetime | None = None
    undone_by: str = ""
    undone_at: dt.datetime | None = None
    undone_why: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Reading:
    """An agent's confirmation to have read the sheet of a period, with a digest of the numbers that
    stood on it."""

    agent_id: str
    first: dt.date
    last: dt.date
    fingerprint: str
    who: str = ""
    read_at: dt.datetime | None = None
    id: int | None = None


@dataclass(frozen=True)
class Account:
    """Who may see what: a role, and for managers their teams and branches, for agents
    themselves."""

    email: str
    role: str
    name: str = ""
    agent_id: str = ""
    teams: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    active: bool = True
    version: int = 0


def address(text: str) -> str:
    """An e-mail address as accounts are kept and compared: the domain in lower case, everything
    before the @ as it came.

    What stands before the @ may be case-sensitive where it is delivered, so that two spellings may
    be two people.
    """
    local, mark, domain = text.rpartition("@")
    return (
        local + mark + "".join(letter.lower() if letter.isascii() else letter for letter in domain)
    )


@dataclass(frozen=True)
class Login:
    """What the login provider said of a person, and when that was: `began` in seconds since 1970 by
    this server's clock, `digest` the same for all tabs of one login and for no other login.
    `verified` is what was said of the address: yes, no, or nothing."""

    issuer: str
    subject: str
    email: str
    verified: bool | None
    began: float
    digest: str


@dataclass(frozen=True)
class Binding:
    """Whose account an address is: the person whom the provider knows by this subject."""

    email: str
    issuer: str
    subject: str
    bound_at: dt.datetime | None = None


@dataclass(frozen=True)
class AuditEntry:
    """One change of state: who, when, what, before and after, chained to the one before by its
    hash; `signer` names the key that signed the hash, and is empty where none did."""

    seq: int
    at: dt.datetime
    who: str
    action: str
    object: str
    before: Any
    after: Any
    previous: str
    hash: str
    signer: str = ""
    signature: str = ""


@dataclass(frozen=True)
class Finding:
    """What a check found: a key of the locales (of the audit below audit.wrong_* or audit.note_*,
    of a home below finding.*), and the facts of its sentence."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What a check of the audit found: what does not hold (nothing, when all does), and on what the
    rest rests."""

    wrong: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    lines: int


@dataclass(frozen=True)
class Standing:
    """How far the audit is evidence against whoever holds the home: the name of the key that signs,
    whether heads are published, and whether either lies in the home; `late` where the last head
    could not be written."""

    key: str = ""
    key_inside: bool = False
    heads: bool = False
    heads_inside: bool = False
    late: bool = False
