"""Identity × row × channel: everything is asked by everybody about everybody, and held against the
rules written in the oracle."""

from __future__ import annotations

import random
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from analytics.desk import Desk
from analytics.errors import NotAllowed, RenewalError
from analytics.home import Home
from analytics.people import Account
from tests.assault import oracle, watching
from tests.assault.company import APRIL, FALLEN, Company, quick_reading
from tests.assault.deeds import DOORS, WHOLE, Asking, Deed, Row, begun, methods, rows_for
from tests.assault.oracle import NO, OPEN, YES, Identity, may_do
from tests.assault.report import Report


class Bench:
    """A home to try things in, made anew from the company's whenever something was done to it."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company, self.folder = company, folder
        self.home: Home | None = None
        self.before: dict[str, Any] = {}

    def fresh(self) -> Home:
        """The home as it was founded, with the fallen admin demoted."""
        if self.home is None:
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.copytree(self.company.folder, self.folder)
            self.home = Home(self.folder)
            demoted = Account(FALLEN, "manager", "fallen", teams=(self.company.teams["t4"],))
            Desk(self.home).save_accounts([demoted])
            self.before = watching.kept(self.home)
        return self.home

    def changed(self) -> list[str]:
        """What is not as it was; the next try begins anew then."""
        assert self.home is not None
        changes = watching.changed(self.before, watching.kept(self.home))
        if changes:
            self.close()
        return changes

    def close(self) -> None:
        if self.home is not None:
            self.home.close()
            self.home = None


def every_deed(company: Company, scratch: Path) -> Iterator[tuple[Identity, Row, Deed]]:
    """The whole matrix of the desk."""
    for who in oracle.identities(company):
        for row in rows_for(company, who):
            for deed in Asking(company, who, row, scratch).deeds():
                yield who, row, deed


def allowed(who: Identity, company: Company, row: Row, deed: Deed) -> str:
    """What the oracle says, for the rules that need more than a role and an agent."""
    if who.role == "none":
        return NO
    if deed.rule in ("claim", "claim own"):
        return (
            OPEN if who.name == "local" else NO
        )  # nobody decides on what they objected to themselves
    if deed.rule == "confirm_read":
        return NO if who.agent != row.agent or row.month not in oracle.PUBLISHED else YES
    if deed.rule == "figures":
        return NO if who.role == "agent" and row.month not in oracle.PUBLISHED else YES
    if deed.rule in ("closed_agents", "sheets"):
        return OPEN
    if deed.rule == "all_notes of":
        return (
            YES if who.covers(company, row.agent) else OPEN if who.ever(company, row.agent) else NO
        )
    if deed.rule == "answer" and deed.writes:
        return _answers(who, company, row, deed)
    verdict = may_do(who, company, deed.rule, row.agent, deed.month)
    if deed.rule in ("talk", "objection") and deed.how == "of the row" and who.role == "manager":
        return (
            OPEN if verdict == NO and who.ever(company, row.agent) else verdict
        )  # what one wrote oneself stays readable
    return verdict


def _answers(who: Identity, company: Company, row: Row, deed: Deed) -> str:
    """Nobody decides on what they objected to themselves."""
    verdict = may_do(who, company, "answer", row.agent, row.month)
    team = company.team_of.get((row.agent, APRIL), "")
    authors = {
        company.managers.get(team),
        company.managers["t3"] if row.agent == company.mover else None,
    }
    return NO if who.address in authors else verdict


def desk_matrix(company: Company, folder: Path, size: int | None, seed: int) -> Report:
    """Every public method of the desk, by everybody, about every row; `size` deeds drawn from them,
    None for all."""
    report = Report("Desk: identity × row × method")
    scratch = folder / "complaints.csv"
    scratch.write_text("工号,投诉日期\nAGNEW,2026-04-03\n", encoding="utf-8")
    whole = list(every_deed(company, scratch))
    chosen = (
        whole if size is None or size >= len(whole) else random.Random(seed).sample(whole, size)
    )
    chosen.sort(key=lambda deed: deed[0].name)
    bench = Bench(company, folder / "bench")
    searches = {
        who.name: watching.Search(oracle.forbidden(who, company))
        for who in oracle.identities(company)
    }
    with quick_reading():
        try:
            for who, row, deed in chosen:
                _tried(report, bench, searches[who.name], (who, row, deed))
        finally:
            bench.close()
    return report


def _tried(
    report: Report, bench: Bench, search: watching.Search, what: tuple[Identity, Row, Deed]
) -> None:
    who, row, deed = what
    company, home = bench.company, bench.fresh()
    line, by = who.name, row.name
    again = (
        f"Desk(home, {who.address!r}).{deed.method}(…) {deed.how} about {row.agent} in {row.month}"
    )
    try:
        rule = allowed(who, company, row, deed)
    except KeyError:
        report.failed(
            line,
            f"nobody has said who may ask {deed.method!r} (tests/assault/oracle.py)",
            again,
            by,
        )
        return
    answer: Any = None
    refused: Exception | None = None
    denied = len([entry for entry in watching.lines(home.folder) if entry[1] == "denied"])
    try:
        answer = begun(deed.call(Desk(home, who.address)))
    except RenewalError as error:
        refused = error
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        report.failed(
            line,
            f"{deed.method} broke: {type(error).__name__}: {error} "
            f"({Path(where.filename).name}:{where.lineno})",
            again,
            by,
        )
        bench.close()
        return
    after = watching.lines(home.folder)
    claimed = deed.rule in ("claim", "claim own")
    wrote = [
        table for table in bench.changed() if not (claimed and table in ("objection", "attachment"))
    ]
    if rule == NO and wrote:
        report.failed(line, f"{deed.method} wrote {wrote} though it may not", again, by)
    elif rule == NO and refused is None and deed.method not in WHOLE and not _empty(answer):
        report.failed(line, f"{deed.method} answered though it may not", again, by)
    elif rule == YES and isinstance(refused, NotAllowed):
        report.failed(line, f"{deed.method} was refused though it may: {refused}", again, by)
    elif refused is not None and wrote:
        report.failed(line, f"{deed.method} was refused ({refused}) but wrote {wrote}", again, by)
    elif deed.method not in WHOLE and (seen := search.words_in(watching.said(answer))):
        report.failed(
            line, f"{deed.method} showed {seen[:3]} ({len(seen)} words of others)", again, by
        )
    elif (
        isinstance(refused, NotAllowed)
        and deed.writes
        and refused.key == "not_allowed"
        and len([entry for entry in after if entry[1] == "denied"]) == denied
    ):
        report.failed(line, f"{deed.method} was refused without a line in the audit", again, by)
    else:
        report.held(line, "refused" if refused is not None else "done" if wrote else "read", by)


def _empty(answer: Any) -> bool:
    """An answer that tells nothing."""
    if is_dataclass(answer) and not isinstance(answer, type):
        return not any(vars(answer).values())
    return answer is None or (hasattr(answer, "__len__") and len(answer) == 0)


def unlisted() -> list[str]:
    """Methods of the desk about which the oracle says nothing."""
    judged = {
        *oracle.BY_ROLE,
        *oracle.ABOUT_NOW,
        *oracle.ABOUT_THEN,
        *DOORS,
        *WHOLE,
        "write_note",
        "confirm_read",
        "closed_agents",
        "shown_sheets",
    }
    return [name for name in methods() if name not in judged]
