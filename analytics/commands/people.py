"""Commands around the sheet: sheets, comments, talks, objections, audit, accounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pandas as pd

from analytics.commands.shell import (
    Context,
    command,
    day,
    desk_of,
    month,
    one_action,
    period_of,
    period_options,
    plain_of,
    scheme_of,
    show,
    tell,
    trial_name,
    trial_note,
    writable,
    write,
)
from analytics.desk import Desk
from analytics.desk.keeping import AUDITED, make_key, verdict_of_refused
from analytics.errors import FileRefused, HomeBusy, RequestRefused
from analytics.insight.sheet import Around
from analytics.intake.accounts import accounts_from
from analytics.language import explain
from analytics.model import Filters, WeightScheme
from analytics.people import TALK_STATES, Account, Note, Objection, Talk
from analytics.reports.audit import head_from, notes_of, wrong_of
from analytics.reports.deeds import Reader, said

SHEET_COLUMNS = (
    "id",
    "value",
    "numerator",
    "denominator",
    "points",
    "weight",
    "contribution",
    "team_median",
    "before",
)


def _filters(desk: Desk, options: dict[str, Any]) -> Filters:
    return Filters(period_of(desk, options), options["team"], options["branch"], options["channel"])


def _around(desk: Desk, filters: Filters, options: dict[str, Any]) -> tuple[Around, WeightScheme]:
    """What sheets share under the scheme in force, or under weights tried out; and that scheme."""
    scheme = scheme_of(desk, filters.period, options["scheme"], options["weights"])
    around = desk.around(filters)
    return (desk.tried(around, scheme) if scheme.trial else around), scheme


def _view(desk: Desk, around: Around, agent_id: str) -> dict[str, Any]:
    """The sheet in force; under weights tried out the live one, which no closing has seen."""
    if around.evaluation.scheme.trial:
        live, made_up = desk.live_sheet(around, agent_id), desk.has_sample()
        return {**live, "closed": None, "sample": made_up, "read": None, "notes": []}
    return desk.shown_sheet(around, agent_id)


@command()
@click.argument("agent")
@period_options
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the sheet to a .pdf or .xlsx file."
)
@click.option(
    "--close",
    "close_",
    is_flag=True,
    help="Close the sheet: it keeps its numbers, whatever is loaded later.",
)
@click.option(
    "--provisional", is_flag=True, help="With --close: also while renewal windows are open."
)
@click.option("--reopen", metavar="REASON", help="Open a closed sheet again, for a reason.")
@click.option(
    "--read", "read_", is_flag=True, help="Confirm to have read it; only the agent, with --as."
)
def sheet(
    context: Context,
    agent: str,
    out: Path | None,
    close_: bool,
    provisional: bool,
    reopen: str | None,
    read_: bool,
    **options: Any,
) -> None:
    """The evaluation sheet of one agent: as JSON, and with --out as PDF or workbook."""
    from analytics.reports.sheet_files import (
        to_workbook,
    )  # what prints loads for half a second: only who prints waits
    from analytics.reports.sheet_pdf import to_pdf

    if out is not None and out.suffix.lower() not in (".pdf", ".xlsx"):
        raise RequestRefused("export_suffix_of", file=out.name, known=[".pdf", ".xlsx"])
    one_action(reopen=reopen, close=close_, read=read_)
    writable(out)
    with desk_of(context) as desk:
        filters = _filters(desk, options)
        around, scheme = _around(desk, filters, options)
        if reopen is not None:
            desk.reopen_sheets([agent], filters.period, reopen)
        if close_:
            desk.close_sheets(filters, [agent], scheme=scheme, provisional=provisional)
        if read_:
            desk.confirm_read(agent, filters.period)
        view = _view(desk, around, agent)
        if out is not None:
            out = trial_name(out, scheme, context.language)
            make = to_pdf if out.suffix.lower() == ".pdf" else to_workbook
            desk.exported(out.name, period=str(filters.period), persons=1)
            write(out, make([view], context.language))
        note = trial_note(desk, around.evaluation, context.language)
    rows = [{key: row[key] for key in SHEET_COLUMNS} for row in view["indicators"]]
    show(context, view | ({"written": str(out)} if out else {}), rows=rows, first=note)


@command()
@period_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where to write: .pdf (one), .xlsx (one) or .zip (a PDF each).",
)
@click.option("--close", "close_", is_flag=True, help="Close all of them first.")
@click.option(
    "--provisional", is_flag=True, help="With --close: also those whose renewal windows are open."
)
@click.option("--reopen", metavar="REASON", help="Open all that are closed again, for one reason.")
def sheets(
    context: Context,
    out: Path | None,
    close_: bool,
    provisional: bool,
    reopen: str | None,
    **options: Any,
) -> None:
    """The evaluation sheets of everybody chosen (--team, --branch), in one file; what closing them
    would freeze."""
    from analytics.reports.sheet_files import to_workbook, to_zip
    from analytics.reports.sheet_pdf import to_pdf

    makers = {".pdf": to_pdf, ".xlsx": to_workbook, ".zip": to_zip}
    if out is not None and out.suffix.lower() not in makers:
        raise RequestRefused("export_suffix_of", file=out.name, known=list(makers))
    one_action(reopen=reopen, close=close_)
    writable(out)
    with desk_of(context) as desk:
        filters = _filters(desk, options)
        around, scheme = _around(desk, filters, options)
        evaluation = around.evaluation
        agents = [str(agent_id) for agent_id in evaluation.people["agent_id"][evaluation.shown]]
        opened = (
            [agent_id for agent_id in agents if agent_id in desk.closed_agents(filters.period)]
            if reopen is not None
            else []
        )
        if opened:
            desk.reopen_sheets(opened, filters.period, reopen or "")
        ahead = desk.closing(filters.period, agents) if desk.may("close") else None
        closed = (
            desk.close_sheets(filters, agents, scheme=scheme, provisional=provisional)
            if close_
            else 0
        )
        if out is not None:
            out = trial_name(out, scheme, context.language)
            views = [_view(desk, around, agent_id) for agent_id in agents]
            desk.exported(out.name, period=str(filters.period), persons=len(views))
            write(out, makers[out.suffix.lower()](views, context.language))
        note = trial_note(desk, evaluation, context.language)
        moved = desk.moved_on(filters)
    view = {
        "sheets": len(agents),
        "left_out": moved,
        "closed": closed,
        "reopened": len(opened),
    }
    if ahead is not None:
        view["before_closing"] = {
            "open": len(ahead.sheets),
            "provisional": len(ahead.provisional),
            "open_objections": ahead.objections,
            "without_comment": ahead.without_comment,
        }
    show(context, view | ({"written": str(out)} if out else {}), first=note)


@command()
@click.option("--agent", help="One agent only.")
@click.option(
    "--from",
    "first",
    callback=month,
    metavar="YYYY-MM",
    help="First month of the sheet to comment on.",
)
@click.option(
    "--to", "last", callback=month, metavar="YYYY-MM", help="Its last month (default: the first)."
)
@click.option(
    "--add", "text", metavar="TEXT", help="Write a comment on the sheet of --agent and --from."
)
@click.option(
    "--kind",
    default="comment",
    type=click.Choice(["comment", "advice", "remark"]),
    help="What is written (default comment).",
)
def comments(
    context: Context,
    agent: str | None,
    first: dt.date | None,
    last: dt.date | None,
    text: str | None,
    kind: str,
) -> None:
    """Comments, advice and remarks on sheets; with --add a new one."""
    with desk_of(context) as desk:
        if text is not None:
            if agent is None or first is None:
                raise RequestRefused("comment_needs")
            desk.write_note(Note(agent, first, last or first, kind, text))
        notes = desk.all_notes(agent)
    if first is not None:
        notes = [note for note in notes if note.first == first]
    show(context, [plain_of(note) for note in notes])


@command()
@click.option("--ics", type=click.Path(path_type=Path), help="Write the talks ahead as a calendar.")
@click.option("--agent", help="One agent only; needed to plan.")
@click.option(
    "--plan", "on", callback=day, metavar="YYYY-MM-DD", help="Plan a talk with --agent on this day."
)
@click.option(
    "--change",
    "talk_id",
    type=int,
    metavar="ID",
    help="Change a talk: with --state, --on and the like.",
)
@click.option(
    "--state",
    type=click.Choice(TALK_STATES),
    help="With --change: planned, done, followed up or dropped.",
)
@click.option(
    "--on",
    "talk_on",
    callback=day,
    metavar="YYYY-MM-DD",
    help="With --change: the day of the talk.",
)
@click.option(
    "--follow-up",
    "follow_up_on",
    callback=day,
    metavar="YYYY-MM-DD",
    help="The day of the follow-up.",
)
@click.option("--action", help="What is to be done.")
@click.option("--owner", help="Who holds the talk.")
@click.option("--agreed", help="What was agreed.")
@click.option("--note", "comment", help="A comment.")
def talks(
    context: Context,
    ics: Path | None,
    agent: str | None,
    on: dt.date | None,
    talk_id: int | None,
    state: str | None,
    **written: Any,
) -> None:
    """Coaching talks; --plan adds one, --change moves one on, --ics writes a calendar."""
    from analytics.reports.sheet_files import to_calendar

    one_action(plan=on, change=talk_id)
    writable(ics)
    said: dict[str, Any] = {name: value for name, value in written.items() if value is not None}
    with desk_of(context, "coach") as desk:
        if on is not None:
            if agent is None:
                raise RequestRefused("comment_needs")
            desk.save_talk(Talk(agent, **{**said, "talk_on": on}))
        if talk_id is not None:
            if state is not None:
                said["state"] = state
            desk.save_talk(replace(desk.talk(talk_id), **said))
        planned = desk.talks(agent)
        facts = desk.who_is_who({talk.agent_id for talk in planned})
        if ics is not None:
            desk.exported(ics.name, persons=len({talk.agent_id for talk in planned}))
    if ics is not None:
        write(
            ics,
            to_calendar(
                planned, dict(zip(facts["agent_id"], facts["name"], strict=True)), context.language
            ),
        )
    show(context, [plain_of(talk) for talk in planned])


@command()
def plan(context: Context) -> None:
    """With --as an agent: what is planned with them, what was agreed, and its state."""
    with desk_of(context, "plan") as desk:
        talks = [plain_of(talk) for talk in desk.plan()]
    theirs = ("reason", "comment", "author", "version")
    show(context, [{key: talk[key] for key in talk if key not in theirs} for talk in talks])


@command()
@click.option("--agent", help="One agent only; needed to object.")
@click.option(
    "--from",
    "first",
    callback=month,
    metavar="YYYY-MM",
    help="First month of the sheet objected to.",
)
@click.option(
    "--to", "last", callback=month, metavar="YYYY-MM", help="Its last month (default: the first)."
)
@click.option("--text", help="Object to the sheet of --agent and --from, with this text.")
@click.option(
    "--kind", default="other", metavar="KIND", help="unreasonable, too_strict, data_wrong or other."
)
@click.option("--indicator", default="", metavar="ID", help="The indicator objected to.")
@click.option("--policy", default="", metavar="NUMBER", help="The policy objected to.")
@click.option(
    "--should-be",
    metavar="FIELD=VALUE",
    help="What should stand in that policy, outcome=renewed say.",
)
@click.option(
    "--answer",
    "answer_id",
    type=int,
    metavar="ID",
    help="Answer an objection, with --state and --reply.",
)
@click.option(
    "--state", type=click.Choice(["accepted", "partly", "rejected"]), help="How it is answered."
)
@click.option("--reply", default="", help="The answer; every objection gets one.")
@click.option(
    "--undo",
    "undo_id",
    type=int,
    metavar="ID",
    help="Take the correction back that accepting an objection wrote.",
)
def objections(
    context: Context,
    agent: str | None,
    first: dt.date | None,
    last: dt.date | None,
    text: str | None,
    kind: str,
    indicator: str,
    policy: str,
    should_be: str | None,
    answer_id: int | None,
    state: str | None,
    reply: str,
    undo_id: int | None,
) -> None:
    """Objections and their answers; with --text a new one, with --answer the answer to one, with
    --undo its correction taken back."""
    one_action(text=text, answer=answer_id, undo=undo_id)
    with desk_of(context, "object") as desk:
        if text is not None:
            if agent is None or first is None:
                raise RequestRefused("comment_needs")
            about = "indicator" if indicator else "sheet"
            if policy:
                about = "record"
            field, _, value = (should_be or "").partition("=")
            desk.make_objection(
                Objection(
                    agent,
                    first,
                    last or first,
                    about,
                    kind,
                    text,
                    indicator,
                    policy,
                    {field: value} if field else {},
                )
            )
        if answer_id is not None:
            desk.answer(desk.objection(answer_id), state or "", reply)
        if undo_id is not None:
            desk.objection(undo_id)
            standing = [correction for correction in desk.corrections() if not correction.undone]
            written = [correction.id for correction in standing if correction.objection == undo_id]
            if not written:
                raise RequestRefused("nothing_to_correct")
            desk.undo_corrections(
                [correction_id for correction_id in written if correction_id is not None]
            )
        undone = (
            {correction.objection for correction in desk.corrections() if correction.undone}
            if desk.may("answer")
            else set()
        )
        rows = [
            plain_of(objection)
            | {
                "correction_undone": objection.id in undone,
                "closed_sheets": [
                    f"{kept.first:%Y-%m}…{kept.last:%Y-%m}"
                    for kept in desk.closed_around(objection)
                ],
            }
            for objection in desk.objections(agent)
        ]
    show(context, rows)


@command()
@click.argument("objection_id", type=int, metavar="ID")
def replay(context: Context, objection_id: int) -> None:
    """What accepting an objection would change under the scheme in force, tried in a sandbox:
    nothing is stored."""
    with desk_of(context, "answer") as desk:
        answer = desk.replay(desk.objection(objection_id))
    plain = {
        name: [
            {key: None if pd.isna(value) else value for key, value in row.items()}
            for row in frame.to_dict("records")
        ]
        for name, frame in (("own", answer.own), ("moved", answer.moved))
    }
    show(context, plain, rows=plain["own"])


@command()
@click.option(
    "--verify",
    is_flag=True,
    help="Check lines, signatures, heads and rows; exit code 2 when one does not hold.",
)
@click.option(
    "--heads",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Published heads to compare, beside those of RENEWAL_AUDIT_HEADS.",
)
@click.option(
    "--public-key",
    "public",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Public keys of the signatures, beside those of RENEWAL_AUDIT_PUBLIC.",
)
@click.option(
    "--head",
    "written",
    metavar="'SEQ HASH'",
    multiple=True,
    help="A head that somebody wrote down, as the page Method shows it.",
)
@click.option(
    "--new-key",
    "new",
    type=click.Path(path_type=Path),
    help="Make a key pair for RENEWAL_AUDIT_KEY: FILE and FILE.pub; keep them outside the home.",
)
def audit(
    context: Context,
    verify: bool,
    heads: tuple[Path, ...],
    public: tuple[Path, ...],
    written: tuple[str, ...],
    new: Path | None,
) -> None:
    """Every change of state: who, when, what, before and after."""
    verify = verify or bool(heads or public or written)
    one_action(verify=verify, new_key=new)
    if new is not None:
        name, public_half = make_key(new)
        show(context, {"key": name, "private": str(new), "public": str(public_half)})
        return
    heads_of_before = [head_from(text) for text in written]
    try:
        with desk_of(context, "audit") as desk:
            if not verify:
                reader = Reader(context.language)
                lines = [{"said": said(entry, reader), **plain_of(entry)} for entry in desk.audit()]
                show(context, lines)
                return
            verdict = desk.verify_audit(heads, public, heads_of_before)
    except HomeBusy as refused:
        if not verify or context.account is not None or refused.key not in AUDITED:
            raise
        tell(explain(refused, context.language), err=True)
        verdict = verdict_of_refused(context.home, heads, public, heads_of_before)
    if verdict.wrong:
        raise RequestRefused("audit_broken", lines=wrong_of(verdict, context.language))
    notes = notes_of(verdict, context.language)
    show(context, {"verified": True, "lines": verdict.lines, "notes": notes})


@command()
@click.option(
    "--import",
    "file",
    type=click.Path(path_type=Path),
    help="A CSV: email, role, name, agent_id, teams, branches, active.",
)
@click.option("--add", "email", metavar="EMAIL", help="Add or change one account.")
@click.option("--role", default="", metavar="ROLE", help="admin, manager or agent.")
@click.option("--name", default="", help="The person's name.")
@click.option("--agent-id", default="", help="Whose sheet an agent sees.")
@click.option("--team", "teams", multiple=True, help="A manager's team (may be repeated).")
@click.option("--branch", "branches", multiple=True, help="A manager's branch (may be repeated).")
@click.option("--deactivate", metavar="EMAIL", help="Switch an account off.")
@click.option("--log-out", "log_out", metavar="EMAIL", help="End every login of an account.")
@click.option(
    "--unbind",
    metavar="EMAIL",
    help="Free an account for another person with its address, and end its logins.",
)
def accounts(
    context: Context,
    file: Path | None,
    email: str | None,
    role: str,
    name: str,
    agent_id: str,
    teams: tuple[str, ...],
    branches: tuple[str, ...],
    deactivate: str | None,
    log_out: str | None,
    unbind: str | None,
) -> None:
    """Accounts for the login: who may see what, and whom the login provider knows them as."""
    one_action(
        **{
            "import": file,
            "add": email,
            "deactivate": deactivate,
            "log-out": log_out,
            "unbind": unbind,
        }
    )
    with desk_of(context, "account") as desk:
        if file is not None:
            if not file.is_file():
                raise FileRefused("file_missing", file=file.name)
            desk.save_accounts(accounts_from(file.read_bytes(), file.name))
        if email is not None:
            desk.save_accounts([Account(email, role, name, agent_id, teams, branches)])
        if deactivate is not None:
            desk.save_accounts([replace(desk.account(deactivate), active=False)])
        if log_out is not None:
            desk.end_logins(log_out)
        if unbind is not None:
            desk.unbind(unbind)
        everybody, bound = desk.accounts(), desk.bindings()
    show(
        context,
        [
            plain_of(account)
            | {
                "issuer": bound[account.email].issuer if account.email in bound else None,
                "subject": bound[account.email].subject if account.email in bound else None,
            }
            for account in everybody
        ],
    )
