"""Everything that can be asked of a desk, about a row: generated for every public method, by hand
where records are written."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.desk import Desk
from analytics.intake.recipe import Recipe
from analytics.intake.understood import Look, Seen
from analytics.model import Filters, Period, WeightScheme
from analytics.people import Account, Attachment, Note, Objection, StandardVersion, Talk
from tests.assault.company import APRIL, MARCH, MAY, Company
from tests.assault.oracle import Identity

# What a desk hands out whole because ranks, medians and models need everybody; whoever shows it
# cuts it to the scope, which the screens, exports and commands of the matrix are searched for.
WHOLE = {
    "measured",
    "evaluation",
    "around",
    "tried",
    "compared",
    "cases",
    "monthly",
    "own_rates",
    "proof",
    "rounds",
    "rehearse",
    "catalogue",
    "who_is_who",
    "try_standard",
    "scored",
    "scored_by",
    "case_mix",
    "surplus",
    "trends",
    "incentives",
    "rank_ranges",
    "robustness",
    "leaders",
    "ranking",
}
DOORS = {
    "require",
    "require_as",
    "require_figures",
    "require_known",
    "require_published",
    "require_seen",
    "may",
    "covers",
    "covered",
    "home",
    "mine",
    "scoped",
    "members",
    "exported",
}  # ask, and do nothing
UNKNOWN = "AGNOBODY"


@dataclass(frozen=True)
class Row:
    """A row of the matrix: what it is to the reader, and the agent (and month) that stand in it."""

    name: str
    agent: str
    month: Period = APRIL


@dataclass(frozen=True)
class Deed:
    """Something asked of a desk: the rule it comes under, whom it concerns, and the call."""

    method: str
    rule: str
    agent: str
    month: Period
    call: Callable[[Desk], Any]
    how: str = ""
    writes: bool = False


def rows_for(company: Company, who: Identity) -> list[Row]:
    """Own, own team's, another team's, the transferred one's (before and after), nobody's."""
    team = next(iter(who.teams), "t1")
    own = who.agent or company.members[team][0]
    other = "t3" if team != "t3" else "t2"
    return [
        Row("own", own),
        Row("own, unpublished", own, MAY),
        Row("own team", company.members[team][1]),
        Row("foreign team", company.members[other][0]),
        Row("foreign team, closed", company.members[other][1], MARCH),
        Row("small team", company.members["t2"][1]),
        Row("transferred, before", company.mover, APRIL),
        Row("transferred, after", company.mover, MAY),
        Row("unknown", UNKNOWN),
    ]


def methods() -> list[str]:
    """Every public name of a desk."""
    return sorted(name for name, _ in inspect.getmembers(Desk) if not name.startswith("_"))


class Asking:
    """Makes the deeds of one company and row."""

    def __init__(self, company: Company, who: Identity, row: Row, scratch: Path) -> None:
        self.company, self.who, self.row, self.scratch = company, who, row, scratch
        self.filters = Filters(row.month)

    def deeds(self) -> Iterator[Deed]:
        """Every method once with plain arguments, and the written ones in every dress."""
        made = list(self._written())
        yield from made
        by_hand = {deed.method for deed in made}
        for name in methods():
            if name not in by_hand and name not in DOORS:
                yield self._plain(name)

    def _plain(self, name: str) -> Deed:
        member = inspect.getattr_static(Desk, name)
        if isinstance(member, property):
            return self._deed(name, name, lambda desk: getattr(desk, name))
        words = inspect.signature(getattr(Desk, name)).parameters.values()
        asked = [
            word
            for word in words
            if word.name != "self" and (word.default is word.empty or word.name == "agent_id")
        ]

        def call(desk: Desk) -> Any:
            plain = [
                self.argument(word.name, desk)
                for word in asked
                if word.kind is word.POSITIONAL_OR_KEYWORD
            ]
            more = [
                self.argument(word.name, desk) for word in asked if word.kind is word.VAR_POSITIONAL
            ]
            named = {
                word.name: self.argument(word.name, desk)
                for word in asked
                if word.kind is word.KEYWORD_ONLY
            }
            return getattr(desk, name)(*plain, *more, **named)

        return self._deed(
            name, name, call, month=APRIL if name == "objection" else self.row.month
        )  # it tells no figure

    def _deed(
        self, method: str, rule: str, call: Callable[[Desk], Any], how: str = "", **more: Any
    ) -> Deed:
        return Deed(
            method, rule, self.row.agent, more.pop("month", self.row.month), call, how, **more
        )

    def argument(self, name: str, desk: Desk) -> Any:
        """A value for a parameter of this name, about the row."""
        row, company = self.row, self.company
        plain = {
            "agent_id": row.agent,
            "email": "second@q.cn",
            "agent_ids": [row.agent],
            "period": row.month,
            "filters": self.filters,
            "indicator": "renewal_rate",
            "first": dt.date(2026, 1, 1),
            "last": dt.date(2026, 12, 1),
            "since": dt.date(2026, 6, 1),
            "name": "service_first",
            "scheme": WeightScheme("typed", {"results": 70.0, "service": 20.0, "competence": 10.0}),
            "reason": "why",
            "why": "why",
            "what": "x",
            "objection_id": company.objections.get(row.agent, 999),
            "talk_id": company.talks.get(row.agent, 999),
            "load_ids": company.loads[-1],
            "path": self.scratch,
            "recipe": self._recipe(),
            "language": "en",
            "headers_key": "k",
            "layout": None,
            "spellings": [company.everybody[-1]],
            "categories": {"results": 60.0, "service": 25.0, "competence": 15.0},
            "accounts": [Account("evil@q.cn", "admin")],
            "changes": {"grace_days": 31},
            "value": 0.5,
            "source": "a study",
            "expected": 0,
            "months": 6,
            "files": [(self.scratch, self._recipe())],
            "as_of": dt.date(2026, 8, 31),
            "on_issues": "refuse",
            "before": MARCH,
            "with_": "before",
            "correction_ids": [company.corrections.get(row.agent, 999)],
            "action": "see",
            "table": pd.DataFrame({"agent_id": company.everybody}),
        }
        if name in plain:
            return plain[name]
        if name in ("evaluation", "after"):
            return desk.evaluation(self.filters)
        if name == "evaluations":
            return [desk.evaluation(self.filters)]
        if name == "measured":
            return desk.measured(self.filters)
        if name == "around":
            return desk.around(self.filters)
        if name == "objection":
            return self._stored()
        if name == "version":
            return self._standard()
        if name == "look":
            return Look(Seen("csv"), ())
        raise LookupError(name)

    def _recipe(self) -> Recipe:
        return Recipe(kind="complaints", columns={"agent_id": "工号", "received_on": "投诉日期"})

    def _standard(self) -> StandardVersion:
        return StandardVersion(
            {}, {"A": 91.0, "B": 80.0, "C": 70.0}, {}, "x", "why", dt.date(2026, 9, 1)
        )

    def _stored(self) -> Objection:
        row = self.row
        return Objection(
            row.agent,
            row.month.first,
            row.month.last,
            "record",
            "data_wrong",
            "x",
            id=self.company.objections.get(row.agent, 999),
            version=1,
        )

    def _disguises(self) -> list[tuple[str, str]]:
        """The agent a stored thing is said to be about: the true one, and one of the reader's
        own."""
        own = self.who.agent or self.company.members[next(iter(self.who.teams), "t1")][0]
        return [
            ("", self.row.agent),
            *([("said to be one's own", own)] if own != self.row.agent else []),
        ]

    def _written(self) -> Iterator[Deed]:
        row, company = self.row, self.company
        first, last = row.month.first, row.month.last
        for kind in ("comment", "advice", "remark"):
            note = Note(row.agent, first, last, kind, "written by the matrix")
            rule = "remark" if kind == "remark" else "comment"
            yield self._deed(
                "write_note",
                rule,
                methodcaller("write_note", note),
                f"a new {kind}",
                writes=True,
            )
        for how, about in self._disguises():
            if row.agent in company.notes:
                kept = Note(
                    about,
                    first,
                    last,
                    "comment",
                    "overwritten",
                    id=company.notes[row.agent],
                    version=1,
                )
                yield self._deed(
                    "write_note",
                    "comment",
                    methodcaller("write_note", kept),
                    f"over a kept one {how}",
                    writes=True,
                )
            if row.agent in company.talks:
                talk = Talk(about, reason="overwritten", id=company.talks[row.agent], version=1)
                yield self._deed(
                    "save_talk",
                    "save_talk",
                    methodcaller("save_talk", talk),
                    f"over a kept one {how}",
                    writes=True,
                )
            if row.agent in company.objections:
                yield from self._about_objection(replace(self._stored(), agent_id=about), how)
        talk = Talk(row.agent, reason="planned by the matrix", talk_on=dt.date(2026, 10, 1))
        yield self._deed(
            "save_talk", "save_talk", lambda desk: desk.save_talk(talk), "a new one", writes=True
        )
        yield self._deed(
            "save_talks",
            "save_talks",
            lambda desk: desk.save_talks([talk]),
            "several in one act",
            writes=True,
        )
        plain = Objection(row.agent, first, last, "sheet", "too_strict", "by the matrix")
        attached = Attachment("a.txt", b"x")
        yield self._deed(
            "make_objection",
            "make_objection",
            lambda desk: desk.make_objection(plain, attached),
            "to a sheet",
            writes=True,
        )
        for how, policy, proposal in self._claims():
            claim = replace(
                plain, about="record", kind="data_wrong", policy_id=policy, proposal=proposal
            )

            def claimed(desk: Desk, claim: Objection = claim) -> Any:
                return desk.answer(desk.make_objection(claim), "accepted", "by the matrix")

            rule = "claim own" if how == "an own policy" else "claim"
            yield self._deed("answer", rule, claimed, f"made and accepted: {how}", writes=True)
        yield self._deed(
            "close_sheets",
            "close_sheets",
            lambda desk: desk.close_sheets(self.filters, [row.agent]),
            writes=True,
        )
        yield self._deed(
            "close_sheets",
            "close_sheets",
            lambda desk: desk.close_sheets(Filters(row.month, team=None, scope=None), [row.agent]),
            "without a scope",
            writes=True,
        )
        yield self._deed(
            "reopen_sheets",
            "reopen_sheets",
            lambda desk: desk.reopen_sheets([row.agent], MARCH, "why"),
            month=MARCH,
            writes=True,
        )
        yield self._deed(
            "confirm_read",
            "confirm_read",
            lambda desk: desk.confirm_read(row.agent, row.month),
            writes=True,
        )
        yield self._deed("measured", "figures", lambda desk: desk.measured(self.filters))
        for name in ("evaluation", "around"):
            yield self._deed(name, "figures", methodcaller(name, self.filters))
        # The evaluations that a briefing rests on are whole, as above; what it tells is searched.
        yield self._deed(
            "briefing", "figures", lambda desk: vars(desk.briefing(self.filters)) | {"views": None}
        )
        yield self._deed(
            "compared", "figures", lambda desk: desk.compared(self.filters, desk.scheme(row.month))
        )
        for name in ("scored_by", "rank_ranges", "robustness", "leaders"):
            yield self._deed(
                name,
                "figures",
                partial(of_evaluation, name, self.filters),
            )
        yield self._deed(
            "scored",
            "figures",
            lambda desk: desk.scored(desk.measured(self.filters), desk.scheme(row.month)),
        )
        yield self._deed(
            "ranking",
            "figures",
            lambda desk: desk.ranking(desk.evaluation(self.filters), "en", how_sure=True),
        )
        yield self._deed(
            "tried",
            "figures",
            lambda desk: desk.tried(desk.around(self.filters), desk.scheme(row.month)),
        )
        yield self._deed(
            "closed_agents", "closed_agents", lambda desk: desk.closed_agents(MARCH), month=MARCH
        )
        yield self._deed(
            "shown_sheets",
            "sheets",
            lambda desk: desk.shown_sheets(desk.around(self.filters), [row.agent])[0],
        )
        yield self._deed("all_notes", "all_notes", lambda desk: desk.all_notes())
        yield self._deed(
            "all_notes", "all_notes of", lambda desk: desk.all_notes(row.agent), "of the row"
        )
        yield self._deed("talks", "talks", lambda desk: desk.talks())
        yield self._deed("talks", "talk", lambda desk: desk.talks(row.agent), "of the row")
        yield self._deed("plan", "plan", lambda desk: desk.plan())
        yield self._deed("objections", "objections", lambda desk: desk.objections())
        yield self._deed(
            "objections",
            "objection",
            lambda desk: desk.objections(row.agent),
            "of the row",
            month=APRIL,
        )
        yield self._deed(
            "restored_standard",
            "restored_standard",
            lambda desk: desk.restored_standard(0, dt.date(2026, 9, 1), "why"),
        )
        yield self._deed(
            "delete_scheme", "delete_scheme", lambda desk: desk.delete_scheme("none of this name")
        )
        yield self._deed(
            "save_market",
            "save_market",
            lambda desk: desk.save_market("renewal_rate", 0.9, "a study"),
            writes=True,
        )
        yield self._deed("split_agents", "split_agents", lambda desk: desk.split_agents(["none"]))
        yield self._deed(
            "merge_agents",
            "merge_agents",
            lambda desk: desk.merge_agents([company.everybody[-1]], company.everybody[-2]),
            writes=True,
        )
        yield self._deed(
            "undo_corrections",
            "undo_corrections",
            lambda desk: desk.undo_corrections([company.corrections.get(row.agent, 999)]),
            writes=True,
        )

    def _about_objection(self, stored: Objection, how: str) -> Iterator[Deed]:
        filed = (
            MAY if self.row.agent == self.company.mover else APRIL
        )  # the stored one's month, whatever is said of it
        yield self._deed(
            "attachment", "attachment", lambda desk: desk.attachment(stored), how, month=APRIL
        )  # no figure
        for name in ("closed_around", "correction_of", "replay"):
            yield self._deed(name, name, methodcaller(name, stored), how, month=filed)
        for state in ("rejected", "accepted"):
            yield self._deed(
                "answer",
                "answer",
                methodcaller("answer", stored, state, "by the matrix"),
                f"{state} {how}",
                writes=True,
            )

    def _claims(self) -> Iterator[tuple[str, str, dict[str, str | None]]]:
        """A policy of the agent's own; one of somebody else's; and one of one's own given away."""
        row, company = self.row, self.company
        of = [policy for policy, month in company.policies.get(row.agent, ()) if month == row.month]
        stranger = next(agent for agent in company.members["t4"] if agent != row.agent)
        theirs = next(policy for policy, month in company.policies[stranger] if month == row.month)
        if of:
            yield "an own policy", of[0], {"exclusion": "x"}
            yield f"given to {stranger}", of[1], {"agent_id": stranger}
        yield "another's policy", theirs, {"outcome": "lost"}
        yield "another's policy taken", theirs, {"agent_id": row.agent}


def of_evaluation(name: str, filters: Filters, desk: Desk) -> Any:
    """What a method of this name makes of the evaluation that the desk gives first."""
    return getattr(desk, name)(desk.evaluation(filters))


def begun(answer: Any) -> Any:
    """A block or a generator is begun, so that it does what it does."""
    if isinstance(answer, AbstractContextManager):
        with answer as inside:
            return inside
    return list(answer) if inspect.isgenerator(answer) else answer
