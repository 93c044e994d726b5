"""The desk: one reader before one home. Everything personal is asked for and changed here, after one check of who may."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analytics.errors import NotAllowed, RequestRefused
from analytics.evaluation import Evaluation, Measured, earlier_period, evaluate, known_months, months_of
from analytics.home import Home
from analytics.insight.agent import history
from analytics.insight.quadrant import place
from analytics.insight.replay import Replay, replay
from analytics.insight.sheet import Around, fingerprint, sheet
from analytics.intake.fields import fields
from analytics.intake.recipe import Recipe
from analytics.model import Filters, Period, Receipt, Scope, WeightScheme, add_months
from analytics.people import (
    LOCAL,
    Account,
    Attachment,
    AuditEntry,
    ClosedSheet,
    Correction,
    MarketAverage,
    Note,
    Objection,
    StandardVersion,
    Talk,
)
from analytics.warehouse.sandbox import sandbox
from analytics.work import Work

if TYPE_CHECKING:
    from analytics.insight.effect import Proof

# Who may do what; managers and agents besides only inside their scope.
ACTIONS: Mapping[str, frozenset[str]] = {
    "see": frozenset({"admin", "manager", "agent"}),
    "see_others": frozenset({"admin", "manager"}),
    "note": frozenset({"admin", "manager"}),
    "remark": frozenset({"admin", "manager", "agent"}),
    "coach": frozenset({"admin", "manager"}),
    "object": frozenset({"admin", "manager", "agent"}),
    "answer": frozenset({"admin", "manager"}),
    "close": frozenset({"admin", "manager"}),
    "propose": frozenset({"admin", "manager", "agent"}),
    "scheme": frozenset({"admin"}),
    "standard": frozenset({"admin"}),
    "setting": frozenset({"admin"}),
    "data": frozenset({"admin"}),
    "audit": frozenset({"admin"}),
    "account": frozenset({"admin"}),
}
DEADLINE_DAYS = 14


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


class Desk:
    """What one reader may ask and do; refuses the rest, and leaves a line in the audit about it."""

    def __init__(self, home: Home, identity: Identity) -> None:
        self.home = home
        self.identity = identity

    # -- who may ---------------------------------------------------------------------------------------------------

    def may(self, action: str, agent_id: str | None = None) -> bool:
        """Whether the role allows an action, and the scope covers the agent it concerns."""
        return self.identity.role in ACTIONS[action] and (agent_id is None or self.covers(agent_id))

    def require(self, action: str, agent_id: str | None = None) -> None:
        """Refuse what may not be, and note it down."""
        if not self.may(action, agent_id):
            self.home.state.note_down(self.identity.who, "denied", f"{action} {agent_id or ''}".strip())
            raise NotAllowed("not_allowed")

    def covers(self, agent_id: str) -> bool:
        """Whether an agent lies in the reader's scope, by the latest that is known of them."""
        scope = self.identity.scope
        return scope is None or agent_id in self._covered()

    def _covered(self) -> set[str]:
        scope = self.identity.scope
        assert scope is not None
        if scope.agent_id is not None:
            return {scope.agent_id}
        facts = self.home.warehouse.ask("facts_of")
        return set(facts["agent_id"][scope.covers(facts)])

    def scoped(self, filters: Filters) -> Filters:
        """Filters that show nobody outside the scope."""
        return replace(filters, scope=self.identity.scope)

    # -- figures ---------------------------------------------------------------------------------------------------

    def measured(self, filters: Filters) -> Measured:
        """A period as this reader may see it."""
        self.require("see")
        return self.home.measure(self.scoped(filters))

    def evaluation(self, filters: Filters, scheme: WeightScheme) -> Evaluation:
        return evaluate(self.measured(filters), scheme)

    def history_of(self, evaluation: Evaluation, agent_id: str) -> pd.DataFrame:
        """An agent's last twelve months beside the team's."""
        team = evaluation.people["team"].iat[evaluation.row(agent_id)]
        last = evaluation.measured.period.last
        span = Period(add_months(last, -11), last)
        return history(evaluation.catalogue, *months_of(self.home.warehouse, agent_id, team, span))

    def policies_of(self, agent_id: str, period: Period) -> pd.DataFrame:
        """An agent's policies of a period as they count now."""
        self.require("see", agent_id)
        return self.home.warehouse.ask(
            "policies_of", agent_id=agent_id, first_month=period.first, last_month=period.last
        )

    def cases(self, period: Period) -> pd.DataFrame:
        """Every closed policy of a period with what could explain its outcome, of the whole company: a model needs everybody's.

        What leaves the desk about single agents is cut to the scope by whoever asks (`mine`).
        """
        self.require("see_others")
        return self.home.warehouse.ask("cases", first_month=period.first, last_month=period.last)

    def monthly(self, period: Period) -> pd.DataFrame:
        """The sums by agent and month, of the whole company; see `cases`."""
        self.require("see_others")
        return self.home.warehouse.ask("monthly", first_month=period.first, last_month=period.last)

    def own_rates(self, period: Period) -> pd.DataFrame:
        """Renewal rates that files state themselves, beside the counts known for the same agent and months; see `cases`."""
        self.require("see_others")
        return self.home.warehouse.ask("own_rates", first_month=period.first, last_month=period.last)

    def mine(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table (with agent_id) that the reader may see."""
        if self.identity.scope is None:
            return table
        return table[table["agent_id"].isin(self._covered())].reset_index(drop=True)

    def earlier(self, period: Period) -> Period | None:
        """The period before, where all its months have figures."""
        return earlier_period(known_months(self.home.warehouse), period, "before")

    def coached(self, first: dt.date, last: dt.date) -> set[str]:
        """Whose talk was held from the first day of one month to before the last month of the other."""
        return {
            talk.agent_id
            for talk in self.home.state.talks.all()  # of everybody: a coached agent of another team is no uncoached peer
            if talk.state in ("done", "followed_up") and talk.talk_on is not None and first <= talk.talk_on < last
        }

    def proof(self, after: Evaluation, before: Period) -> Proof:
        """What the talks held between the two periods did; the period before `before` is the placebo, where it has figures."""
        from analytics.insight.effect import proof  # statsmodels is a second's import

        self.require("coach")
        if before.last >= after.measured.period.first:
            raise RequestRefused("effect_periods", before=str(before), after=str(after.measured.period))

        def judged(period: Period) -> Evaluation:
            return evaluate(self.home.measure(Filters(period)), after.scheme)

        earlier = self.earlier(before)
        held = self.coached(before.first, after.measured.period.last)
        return proof(judged(before), after, held, judged(earlier) if earlier else None)

    # -- sheets ----------------------------------------------------------------------------------------------------

    def about(self, evaluation: Evaluation) -> Around:
        """What the sheets of one period share."""
        earlier = earlier_period(known_months(self.home.warehouse), evaluation.measured.period, "before")
        before = None
        if earlier is not None:
            before = evaluate(self.home.measure(Filters(earlier)), evaluation.scheme)
        return Around(evaluation, place(evaluation), before)

    def live_sheet(self, about: Around, agent_id: str) -> dict[str, Any]:
        """The sheet as the data have it now."""
        self.require("see", agent_id)
        return sheet(
            about, agent_id, self.history_of(about.evaluation, agent_id), own_eyes=self.identity.role == "agent"
        )

    def closed_sheet(self, agent_id: str, period: Period) -> ClosedSheet | None:
        """The sheet as it was closed, if it was."""
        self.require("see", agent_id)
        return self.home.state.sheets.closed(period.first, period.last).get((agent_id, period.first, period.last))

    def shown_sheet(self, about: Around, agent_id: str) -> dict[str, Any]:
        """The sheet that is in force: the closed one's numbers, else the live ones; with its notes and its state."""
        period = about.evaluation.measured.period
        closed = self.closed_sheet(agent_id, period)
        live = self.live_sheet(about, agent_id)
        chosen = dict(closed.snapshot) if closed else live
        if closed and self.identity.role == "agent":
            chosen["indicators"] = [
                {**item, "team_median": other["team_median"]}
                for item, other in zip(chosen["indicators"], live["indicators"], strict=False)
            ]
            chosen["trend"] = live["trend"]
        return {
            **chosen,
            "closed": None if closed is None else {"by": closed.closed_by, "at": f"{closed.closed_at:%Y-%m-%d %H:%M}", "changed_since": closed.fingerprint != fingerprint(live)},
            "notes": [
                {"kind": note.kind, "text": note.text, "author": note.author, "at": f"{note.written_at:%Y-%m-%d %H:%M}"} for note in self.notes(agent_id, period)
            ],
        }  # fmt: skip

    def close_sheets(self, evaluation: Evaluation, agent_ids: Sequence[str]) -> int:
        """Close sheets: they keep their numbers, whatever is loaded later; how many were open."""
        about = self.about(evaluation)
        period, scheme = evaluation.measured.period, evaluation.scheme
        made = []
        for agent_id in agent_ids:
            self.require("close", agent_id)
            snapshot = sheet(about, agent_id, self.history_of(evaluation, agent_id))
            made.append(
                ClosedSheet(
                    agent_id,
                    period.first,
                    period.last,
                    snapshot,
                    fingerprint(snapshot),
                    scheme.name,
                    scheme.version,
                    evaluation.catalogue.version,
                )
            )
        return self.home.state.sheets.close(made, self.identity.who)

    def reopen_sheet(self, agent_id: str, period: Period, why: str) -> None:
        """Open a closed sheet again, for a reason."""
        self.require("close", agent_id)
        self.home.state.sheets.reopen(agent_id, period.first, period.last, self.identity.who, why)

    # -- notes -----------------------------------------------------------------------------------------------------

    def notes(self, agent_id: str, period: Period) -> list[Note]:
        self.require("see", agent_id)
        return self.home.state.notes.of(agent_id, period.first, period.last)

    def all_notes(self, agent_id: str | None = None) -> list[Note]:
        """Every note of the scope, or one agent's."""
        self.require("see", agent_id)
        return [note for note in self.home.state.notes.of(agent_id) if self.covers(note.agent_id)]

    def write_note(self, note: Note) -> Note:
        """Write or change a note; an agent writes remarks, a supervisor comments and advice (a remark only for the agent)."""
        self.require("remark" if note.kind == "remark" else "note", note.agent_id)
        return self.home.state.notes.write(replace(note, author=self.identity.who))

    # -- coaching --------------------------------------------------------------------------------------------------

    def talks(self, agent_id: str | None = None) -> list[Talk]:
        """Coaching talks of the scope; agents see none."""
        self.require("coach", agent_id)
        return [talk for talk in self.home.state.talks.all(agent_id) if self.covers(talk.agent_id)]

    def save_talk(self, talk: Talk) -> Talk:
        self.require("coach", talk.agent_id)
        return self.home.state.talks.save(talk, self.identity.who)

    # -- objections ------------------------------------------------------------------------------------------------

    def objections(self, agent_id: str | None = None) -> list[Objection]:
        self.require("object", agent_id)
        return [one for one in self.home.state.objections.all(agent_id) if self.covers(one.agent_id)]

    def objection(self, objection_id: int) -> Objection:
        found = self.home.state.objections.one(objection_id)
        self.require("object", found.agent_id)
        return found

    def attachment(self, objection: Objection) -> Attachment | None:
        self.require("object", objection.agent_id)
        return None if objection.attachment is None else self.home.state.objections.attachment(objection.attachment)

    def make_objection(self, objection: Objection, attached: Attachment | None = None) -> Objection:
        self.require("object", objection.agent_id)
        if objection.about == "record":
            self._policy(objection)
            objection = replace(objection, proposal=checked(objection.proposal))
        due = dt.date.today() + dt.timedelta(days=DEADLINE_DAYS)
        return self.home.state.objections.make(replace(objection, author=self.identity.who, due_on=due), attached)

    def correction_of(self, objection: Objection, values: Mapping[str, str | None] | None = None) -> Correction:
        """The correction that accepting an objection would write; `values` in place of those proposed."""
        self.require("answer", objection.agent_id)
        wanted = checked(objection.proposal if values is None else values)
        if objection.about != "record" or not wanted:
            raise RequestRefused("nothing_to_correct")
        policy = self._policy(objection)
        if "agent_id" in wanted and wanted["agent_id"] not in set(self.home.warehouse.ask("facts_of")["agent_id"]):
            raise RequestRefused(
                "agent_unknown", agent=wanted["agent_id"], period=str(Period(objection.first, objection.last))
            )
        old = {
            name: None if pd.isna(policy[name]) else str(policy[name])[:19].removesuffix(" 00:00:00") for name in wanted
        }
        return Correction(
            objection.policy_id, policy["month"].date(), wanted, old, objection.text, self.identity.who, objection.id
        )

    def _policy(self, objection: Objection) -> Any:
        """The policy an objection names, of the period it concerns; only one of the agent's own, or of nobody else's known."""
        found = self.home.warehouse.ask("policy", policy_id=objection.policy_id, month=None)
        inside = found[
            (found["month"] >= pd.Timestamp(objection.first)) & (found["month"] <= pd.Timestamp(objection.last))
        ]
        if inside.empty:
            raise RequestRefused(
                "policy_unknown", policy=objection.policy_id, period=str(Period(objection.first, objection.last))
            )
        if (
            self.identity.role == "agent"
            and inside.iloc[0]["agent_id"] != objection.agent_id
            and "agent_id" not in objection.proposal
        ):
            raise RequestRefused(
                "policy_unknown", policy=objection.policy_id, period=str(Period(objection.first, objection.last))
            )
        return inside.iloc[0]

    def replay(
        self, objection: Objection, scheme: WeightScheme, values: Mapping[str, str | None] | None = None
    ) -> Replay:
        """What accepting would change, tried in a sandbox: nothing is stored."""
        correction = self.correction_of(objection, values)
        filters = Filters(Period(objection.first, objection.last))
        before = evaluate(self.home.measure(filters), scheme)
        with sandbox(self.home.warehouse, [correction], self.home.settings) as trial:
            after = evaluate(self.home.measure(filters, trial), scheme)
        found = replay(before, place(before), after, place(after), objection.agent_id)
        scope = self.identity.scope
        if scope is not None:
            found = replace(
                found, moved=found.moved[found.moved["agent_id"].isin(self._covered())].reset_index(drop=True)
            )
        return found

    def answer(
        self, objection: Objection, state: str, answer: str, values: Mapping[str, str | None] | None = None
    ) -> Objection:
        """Answer an objection; accepting "data wrong" on a record writes the correction and rolls its month up again."""
        self.require("answer", objection.agent_id)
        correction = None
        if state in ("accepted", "partly") and objection.kind == "data_wrong" and objection.about == "record":
            correction = self.correction_of(objection, values)
        done = self.home.state.objections.answer(
            replace(objection, state=state, answer=answer, answered_by=self.identity.who), correction
        )
        if correction is not None:
            self.home.apply_corrections()
        return done

    def corrections(self) -> list[Correction]:
        self.require("answer")
        known = {one.id: one.agent_id for one in self.home.state.objections.all()}
        return [
            one
            for one in self.home.state.objections.corrections(in_force=False)
            if self.covers(known.get(one.objection, ""))
        ]

    def undo_corrections(self, correction_ids: Sequence[int]) -> None:
        self.require("data")
        self.home.state.objections.undo(correction_ids, self.identity.who)
        self.home.apply_corrections()

    # -- weights, standards, rules -----------------------------------------------------------------------------------

    def propose_weights(self, categories: Mapping[str, float]) -> None:
        """Say, unnamed, how one would weigh the categories; a second time takes the place of the first."""
        self.require("propose")
        salt = self.home.secret()
        person = hashlib.sha256(f"{salt}{self.identity.who}".encode()).hexdigest()
        self.home.state.propose_weights(person, categories)

    def save_scheme(self, scheme: WeightScheme) -> WeightScheme:
        self.require("scheme")
        return self.home.state.save_scheme(scheme, self.identity.who)

    def save_standard(self, version: StandardVersion, expected: int) -> StandardVersion:
        self.require("standard")
        return self.home.state.save_standard(replace(version, author=version.author or self.identity.who), expected)

    def market(self) -> dict[str, MarketAverage]:
        """What the trade reaches, as somebody entered it, by indicator."""
        return self.home.state.market.all()

    def save_market(self, indicator: str, value: float | None, source: str) -> None:
        """Enter what the trade reaches on an indicator and where that is known from; None takes it out."""
        self.require("standard")
        if value is None:
            self.home.state.market.remove(indicator, self.identity.who)
        else:
            self.home.state.market.save(MarketAverage(indicator, value, source), self.identity.who)

    def change_setting(self, name: str, value: Any) -> None:
        self.require("setting")
        self.home.change_setting(name, value, self.identity.who)

    # -- data --------------------------------------------------------------------------------------------------------

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

    # -- accounts and audit -----------------------------------------------------------------------------------------

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

    def exported(self, what: str) -> None:
        """Note down that figures left the house."""
        self.home.state.note_down(self.identity.who, "export", what)


def checked(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Corrected values as the warehouse takes them; refuses what it could not read. An empty exclusion means "none"."""
    out: dict[str, str | None] = {}
    for name, value in values.items():
        text = "" if value is None else str(value).strip()
        try:
            if name == "outcome" and text not in ("renewed", "lost", "open"):
                raise ValueError
            if name == "renewed_on":
                text = dt.date.fromisoformat(text).isoformat()
            if name in ("premium_renewed", "satisfaction") and not 0 <= float(text) <= (
                100 if name == "satisfaction" else 1e12
            ):
                raise ValueError
            if not text and name != "exclusion":
                raise ValueError
        except ValueError as error:
            raise RequestRefused(
                "proposal_unreadable", field=fields()[name].label if name in fields() else name, value=text
            ) from error
        out[name] = text[:200]
    return out
