"""Who may see and do what, written down a second time from the rules of the house; of the app it
takes which pages there are, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.model import Period
from dashboard import PAGES
from tests.assault.company import APRIL, BOSS, FALLEN, GONE, MARCH, MAY, NOBODY, Canary, Company

Role = Literal["none", "agent", "manager", "admin"]
PUBLISHED = (MARCH, APRIL)
EVERYBODYS = {"sheet", "method", "objections"}
ADMINS = {"standards", "fairness", "upload", "history", "accounts", "audit"}
AGENTS = {"plan"}
YES, NO, OPEN = "yes", "no", "open"  # OPEN: the rules leave it to the app


@dataclass(frozen=True)
class Identity:
    """One kind of visitor: the address they come with, what it gives them now, and whom that
    covers."""

    name: str
    address: str
    role: Role
    teams: tuple[str, ...] = ()  # by our names
    agent: str = ""

    def covers(self, company: Company, agent: str, month: Period = MAY) -> bool:
        """Whether an agent is theirs in a month (by default: now)."""
        if self.role == "admin":
            return True
        if self.role == "agent":
            return agent == self.agent
        return self.role == "manager" and company.team_of.get((agent, month)) in self.teams

    def ever(self, company: Company, agent: str) -> bool:
        return any(self.covers(company, agent, month) for month in (MARCH, APRIL, MAY))


def identities(company: Company) -> list[Identity]:
    """Everybody whom the matrix sends in; `local` is the one user of a machine without a login."""
    first, mover = company.members["t1"][0], company.mover
    return [
        Identity("anonymous", "", "none"),
        Identity("roleless", NOBODY, "none"),
        Identity("switched off", GONE, "none"),
        Identity("agent", company.agents[first], "agent", agent=first),
        Identity("transferred agent", company.agents[mover], "agent", agent=mover),
        Identity("old manager", "m1@q.cn", "manager", ("t1",)),
        Identity("new manager", "m3@q.cn", "manager", ("t3",)),
        Identity("two-team manager", "m24@q.cn", "manager", ("t2", "t4")),
        Identity("branch manager", "mb@q.cn", "manager", ("t3", "t4")),
        Identity("admin", BOSS, "admin"),
        Identity("demoted", FALLEN, "manager", ("t4",)),
        Identity("local", "local", "admin"),
    ]


def may_read(who: Identity, company: Company, canary: Canary) -> str:
    """Whether somebody may read a word.

    Figures of a month belong to the team of that month. What was written about an agent belongs to
    whoever has them now, and stays readable for the one who wrote it. Agents see what is their own,
    of published periods, and of their talks what is planned and agreed, not why.
    """
    if who.role == "none":
        return NO
    if who.role == "admin":
        return YES
    if canary.author and canary.author == who.address:
        return YES
    mine = who.covers(company, canary.agent)
    if who.role == "agent":
        if canary.kind in ("talk", "answer") or not mine:
            return OPEN if mine and canary.kind == "answer" else NO
        if canary.month is None or canary.month in PUBLISHED:
            return YES
        return (
            OPEN if canary.kind == "policy" else NO
        )  # the number of one's own policy is no figure
    if canary.kind in ("agent", "name"):
        return YES if mine else OPEN if who.ever(company, canary.agent) else NO
    if canary.month is not None:
        return YES if who.covers(company, canary.agent, canary.month) else OPEN if mine else NO
    return YES if mine else NO


def forbidden(who: Identity, company: Company) -> dict[str, Canary]:
    """The words whose appearance anywhere before somebody is a leak."""
    return {
        canary.word: canary for canary in company.canaries if may_read(who, company, canary) == NO
    }


def sees_pages(who: Identity) -> dict[str, bool]:
    """Which pages somebody is let into, by their address."""
    pages = {address for _, address, *_ in PAGES}
    mine = {
        "none": set(),
        "agent": EVERYBODYS | AGENTS,
        "manager": pages - ADMINS - AGENTS,
        "admin": pages - AGENTS,
    }[who.role]
    return {page: page in mine for page in sorted(pages)}


# -- what may be done ------------------------------------------------------------------------------

ADMIN = {"admin"}
STAFF = {"admin", "manager"}
ALL = {"admin", "manager", "agent"}


def _each(names: str, who: set[str]) -> dict[str, set[str]]:
    return dict.fromkeys(names.split(), who)


# Everything that can be asked of the desk, and of whom: by role alone, …
BY_ROLE: dict[str, set[str]] = {
    **_each(
        "load_all store members look recipes_for save_recipe preview corrected loads unmatched",
        ADMIN,
    ),
    **_each("alike add_sample remove_sample account readiness files_of", ADMIN),
    **_each(
        "merged withdraw merge_agents split_agents rebuild receipts own_folder accounts "
        "save_accounts"
        " backup check bindings end_logins unbind",
        ADMIN,
    ),
    **_each(
        "audit verify_audit audit_standing save_scheme delete_scheme adopt_scheme rehearse", ADMIN
    ),
    **_each("try_standard adopt_standard undo_standard save_market change_settings", ADMIN),
    **_each("custom_measures publish take_back", ADMIN),
    **_each(
        "cases monthly own_rates targets proof rounds talks corrections proposals routine case_mix "
        "surplus trends incentives",
        STAFF,
    ),
    "plan": {"agent"},
    **_each("scheme catalogue months earlier schemes scheme_versions scheme_named adoptions", ALL),
    **_each(
        "adoption_effect standards standard_in_force restored_standard market settings this_month",
        ALL,
    ),
    **_each(
        "propose_weights answers objections all_notes published published_periods exported", ALL
    ),
    **_each("audit_head findings moved_on who_is_who identity mine scoped may", ALL),
    **_each("month_days whole_period latest_closed channels data_version has_sample", ALL),
    **_each("looking_back histories", ALL),
    "briefing": STAFF,
}

# … by the agent whom it concerns, who must be the reader's now, …
ABOUT_NOW: dict[str, set[str]] = {
    **_each("save_talk save_talks talk close_sheets reopen_sheets frozen", STAFF),
    **_each("comment answer replay correction_of undo_corrections", STAFF),
    **_each("make_objection objection attachment closed_around remark", ALL),
    **_each("live_sheet closed_sheet shown_sheet", ALL),
}

# … or by the agent and the month of the figures: whose they were then has seen them, whose they are
# now may ask.
ABOUT_THEN: dict[str, set[str]] = {
    **_each("history_of policies_of records notes", ALL),
    **_each("closing", STAFF),
}


def may_do(
    who: Identity, company: Company, deed: str, agent: str = "", month: Period = APRIL
) -> str:
    """Whether somebody may ask this of the desk, about an agent and a month where it concerns
    any."""
    if who.role == "none":
        return NO
    if deed in BY_ROLE:
        return YES if who.role in BY_ROLE[deed] else NO
    roles = ABOUT_NOW.get(deed) or ABOUT_THEN[deed]
    if who.role not in roles:
        return NO
    if deed == "remark" and who.role != "agent":
        return OPEN if who.covers(company, agent) else NO  # a remark is the agent's own
    if who.role == "agent" and month not in PUBLISHED:
        return NO
    if deed in ABOUT_THEN and who.role == "manager":
        then, now = who.covers(company, agent, month), who.covers(company, agent)
        return YES if then and now else OPEN if then or now else NO
    return YES if who.covers(company, agent) else NO
