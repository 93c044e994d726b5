"""The matrix on the command line: every command, as everybody, about every row; what it prints and
what it writes to files."""

from __future__ import annotations

import random
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from analytics.__main__ import main
from analytics.commands.shell import Context
from analytics.desk import Desk
from analytics.home import Home
from analytics.people import Account
from tests.assault import oracle, watching
from tests.assault.company import FALLEN, Company, quick_reading
from tests.assault.deeds import Row, rows_for
from tests.assault.oracle import NO, OPEN, YES, Identity
from tests.assault.report import Report

SPAN = ("--from", "{month}", "--to", "{month}")


@dataclass(frozen=True)
class Command:
    """Words of a command with holes for the row, the rule of the oracle that it comes under, and
    the file it writes."""

    words: tuple[str, ...]
    rule: str
    out: str = ""
    option: str = "--out"


def commands() -> list[Command]:
    """Every command that reads or writes people's figures."""
    staff = [
        Command((name, *SPAN), "talks")
        for name in (
            "evaluate",
            "quadrant",
            "weak-spots",
            "funnel",
            "case-mix",
            "robustness",
            "trends",
            "incentives",
            "targets",
        )
    ]
    return [
        *staff,
        Command(("evaluate", *SPAN, "--team", "{team}"), "team"),
        Command(("evaluate", *SPAN, "--format", "csv"), "talks"),
        Command(("weak-spots", *SPAN, "--team", "{team}"), "team"),
        Command(("case-mix", *SPAN, "--agent", "{agent}"), "figure"),
        Command(("targets", *SPAN, "--agent", "{agent}"), "talks"),
        Command(("briefing", *SPAN), "talks"),
        Command(("briefing", *SPAN), "talks", "briefing.md"),
        Command(("briefing", *SPAN), "talks", "briefing.xlsx"),
        Command(("coaching", *SPAN), "talks", "coaching.csv"),
        Command(("coaching", *SPAN), "talks", "coaching.xlsx"),
        Command(("sheet", "{agent}", *SPAN), "live_sheet"),
        Command(("sheet", "{agent}", *SPAN), "live_sheet", "sheet.xlsx"),
        Command(("sheet", "{agent}", *SPAN, "--close"), "close_sheets"),
        Command(("sheet", "{agent}", *SPAN, "--reopen", "why"), "reopen"),
        Command(("sheet", "{agent}", *SPAN, "--read"), "confirm_read"),
        Command(("sheets", *SPAN), "own"),
        Command(("sheets", *SPAN), "own", "sheets.xlsx"),
        Command(("sheets", *SPAN, "--team", "{team}"), "own", "sheets.zip"),
        Command(("records", "--agent", "{agent}", "--indicator", "renewal_rate", *SPAN), "records"),
        Command(
            ("records", "--agent", "{agent}", "--indicator", "renewal_premium", *SPAN),
            "records",
            "records.xlsx",
        ),
        Command(("comments", "--agent", "{agent}"), "all_notes"),
        Command(("comments",), "own"),
        Command(
            ("comments", "--agent", "{agent}", "--from", "{month}", "--add", "by the matrix"),
            "comment",
        ),
        Command(
            (
                "comments",
                "--agent",
                "{agent}",
                "--from",
                "{month}",
                "--add",
                "by the matrix",
                "--kind",
                "remark",
            ),
            "remark",
        ),
        Command(("talks",), "talks"),
        Command(("talks",), "talks", "talks.ics", "--ics"),
        Command(("talks", "--agent", "{agent}"), "talk"),
        Command(("talks", "--agent", "{agent}", "--plan", "2026-10-01"), "talk"),
        Command(("talks", "--change", "{talk}", "--state", "done"), "talk"),
        Command(("plan",), "plan"),
        Command(("objections",), "own"),
        Command(("objections", "--agent", "{agent}"), "objection"),
        Command(
            ("objections", "--agent", "{agent}", "--from", "{month}", "--text", "by the matrix"),
            "make_objection",
        ),
        Command(
            (
                "objections",
                "--agent",
                "{agent}",
                "--from",
                "{month}",
                "--policy",
                "{theirs}",
                "--kind",
                "data_wrong",
                "--should-be",
                "agent_id={agent}",
                "--text",
                "mine",
            ),
            "make_objection",
        ),
        Command(("replay", "{objection}"), "replay"),
        Command(("month", "{month}"), "talks"),
        Command(("month", "{month}", "--publish"), "publish"),
        Command(("month", "{month}", "--take-back", "why"), "publish"),
        Command(("effect", *SPAN, "--since", "2026-03"), "talks"),
        Command(("fairness", *SPAN), "publish"),
        Command(("schemes",), "schemes"),
        Command(("schemes", "--adopt", "service_first", "--reason", "why"), "publish"),
        Command(("standards",), "schemes"),
        Command(("standards", "--restore", "0", "--reason", "why"), "publish"),
        Command(("settings",), "schemes"),
        Command(("settings", "--set", "grace_days=31"), "publish"),
        Command(("market",), "schemes"),
        Command(
            ("market", "--set", "renewal_rate", "--value", "0.8", "--source", "a study"), "publish"
        ),
        Command(("method",), "schemes"),
        Command(("audit",), "publish"),
        Command(("audit", "--verify"), "publish"),
        Command(("accounts",), "publish"),
        Command(("accounts", "--add", "evil@q.cn", "--role", "admin"), "publish"),
        Command(("accounts", "--deactivate", "second@q.cn"), "publish"),
        Command(("loads",), "publish"),
        Command(("withdraw", "{load}"), "publish"),
        Command(("rebuild",), "publish"),
        Command(("load", "{file}"), "publish"),
        Command(("watch", "{folder}", "--once"), "publish"),
        Command(("aliases",), "publish"),
        Command(("aliases", "--merge", "{agent}", "--into", "{other}"), "publish"),
        Command(("unmatched",), "publish"),
        Command(("sample",), "publish"),
    ]


READS_ONLY = {
    "schemes",
    "own",
    "talks",
    "plan",
    "records",
    "live_sheet",
    "all_notes",
    "figure",
    "team",
    "replay",
    "objection",
}


def every(company: Company) -> Iterator[tuple[Identity, Row, Command]]:
    """The whole matrix of the command line."""
    for who in oracle.identities(company):
        for row in rows_for(company, who):
            for command in commands():
                about_row = any("{" in word and word != "{month}" for word in command.words)
                if about_row or row.name == "own":
                    yield who, row, command


def matrix(company: Company, folder: Path, size: int | None, seed: int) -> Report:
    """Every command as everybody; `size` drawn from them, None for all."""
    report = Report("Command line: identity × row × command (with the files that they write)")
    whole = list(every(company))
    chosen = (
        whole if size is None or size >= len(whole) else random.Random(seed).sample(whole, size)
    )
    stage = Stage(company, folder)
    searches = {
        who.name: watching.Search(oracle.forbidden(who, company))
        for who in oracle.identities(company)
    }
    with quick_reading():
        for who, row, command in sorted(chosen, key=lambda deed: deed[0].name):
            _tried(report, stage, searches[who.name], (who, row, command))
    return report


class Stage:
    """A home for commands, laid anew whenever one changed something; and the words that fill their
    holes."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company, self.folder, self.home = company, folder, folder / "cli"
        self.out = folder / "out"
        self.before: dict[str, object] = {}
        self.lay()

    def lay(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.company.folder, self.home)
        home = Home(self.home)
        Desk(home).save_accounts(
            [Account(FALLEN, "manager", "fallen", teams=(self.company.teams["t4"],))]
        )
        home.close()
        self.before = self._kept()

    def _kept(self) -> dict[str, object]:
        kept = {
            name: rows
            for name, rows in watching.tables(self.home).items()
            if name not in watching.QUIET
        }
        notes = sorted(path.name for path in (self.home / "loads").iterdir())
        return {**kept, "loads": notes}

    def changed(self) -> list[str]:
        changes = watching.changed(self.before, self._kept())
        if changes:
            self.lay()
        return changes

    def filled(self, row: Row, command: Command) -> list[str]:
        """The words of a command about a row."""
        company = self.company
        stranger = next(agent for agent in company.members["t4"] if agent != row.agent)
        watched = self.folder / "watched"
        watched.mkdir(exist_ok=True)
        text = f"工号,投诉日期\n{row.agent},2026-04-03\n"
        for path in (self.folder / "more.csv", watched / "more.csv"):
            path.write_text(text, encoding="utf-8")
        holes = {
            "agent": row.agent,
            "month": f"{row.month.first:%Y-%m}",
            "team": company.teams[company.team_of.get((row.agent, row.month), "t1")],
            "talk": company.talks.get(row.agent, 999),
            "objection": company.objections.get(row.agent, 999),
            "load": company.loads[-1],
            "theirs": company.policies[stranger][0][0],
            "other": stranger,
            "file": self.folder / "more.csv",
            "folder": watched,
        }
        return [word.format(**holes) for word in command.words]


def _rule(who: Identity, company: Company, row: Row, command: Command) -> str:
    """What the oracle says of a command; a command also shows the sheet it changes, so that both
    must be allowed."""
    if who.role == "none":
        return NO
    if command.rule == "team":
        return OPEN if who.role != "agent" else NO
    if command.rule == "own":
        return YES if who.role != "agent" or row.month in oracle.PUBLISHED else NO
    if command.rule == "figure":
        return NO if who.role == "agent" else OPEN if who.ever(company, row.agent) else NO
    if command.rule == "confirm_read":
        return YES if who.agent == row.agent and row.month in oracle.PUBLISHED else NO
    if command.rule == "reopen":
        return OPEN if oracle.may_do(who, company, "reopen_sheets", row.agent) != NO else NO
    if command.rule == "all_notes":
        return (
            YES if who.covers(company, row.agent) else OPEN if who.ever(company, row.agent) else NO
        )
    month = row.month if "{month}" in command.words else oracle.PUBLISHED[-1]
    verdict = oracle.may_do(who, company, command.rule, row.agent, month)
    if verdict == NO and command.words[1:] == ("--agent", "{agent}") and who.role == "manager":
        return OPEN if who.ever(company, row.agent) else NO  # what one wrote oneself stays readable
    return verdict


def _tried(
    report: Report, stage: Stage, search: watching.Search, what: tuple[Identity, Row, Command]
) -> None:
    who, row, command = what
    company, line = stage.company, who.name
    words = stage.filled(row, command)
    shutil.rmtree(stage.out, ignore_errors=True)
    stage.out.mkdir()
    if command.out:
        words += [command.option, str(stage.out / command.out)]
    acting = [] if who.name == "local" else ["--as", who.address]
    again = f"python -m analytics {' '.join(words)} {' '.join(acting) or '(local)'}"
    done = CliRunner().invoke(
        main,
        [*words, *acting, "--home", str(stage.home), "--lang", "en"],
        obj=Context(),
        prog_name="analytics",
    )
    by = command.words[0]
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        where = traceback.extract_tb(done.exception.__traceback__)[-1]
        report.failed(
            line,
            f"a traceback: {type(done.exception).__name__}: {done.exception} "
            f"({Path(where.filename).name}:{where.lineno})",
            again,
            by,
        )
        stage.lay()
        return
    if done.exit_code not in (0, 2) or (done.exit_code == 2 and "Usage:" in done.stderr):
        report.failed(line, f"exit code {done.exit_code}: {done.stderr[-200:]}", again, by)
        return
    wrote = stage.changed()
    refused = done.exit_code == 2
    texts = [
        done.stdout,
        done.stderr,
        *(text for path in stage.out.iterdir() for text in watching.said(path.read_bytes())),
    ]
    seen = [
        word
        for word in search.words_in(texts)
        if word not in words and f"agent_id={word}" not in words
    ]
    rule = _rule(who, company, row, command)
    empty = done.stdout.strip() in ("[]", "") and not any(stage.out.iterdir())
    not_allowed = "may not" in done.stderr or "not allowed" in done.stderr.lower()
    if seen:
        report.failed(line, f"shows {seen[:3]} ({len(seen)} words of others)", again, by)
    elif rule == NO and not refused and not empty:
        report.failed(line, "was done though it may not", again, by)
    elif refused and wrote:
        report.failed(line, f"was refused but wrote {wrote}", again, by)
    elif rule == YES and refused and not_allowed:
        report.failed(line, f"was refused though it may: {done.stderr.strip()[:120]}", again, by)
    else:
        report.held(line, "refused" if refused else "done" if wrote else "read", by)
