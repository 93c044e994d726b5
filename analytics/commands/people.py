"""Commands around the sheet: sheets, comments, talks, objections, audit, accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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
    evaluated,
    month,
    period_options,
    plain_of,
    scheme_of,
    show,
    write,
)
from analytics.desk import Desk
from analytics.errors import FileRefused, RequestRefused
from analytics.evaluation import Evaluation
from analytics.intake.accounts import accounts_from
from analytics.language import say
from analytics.people import Account, Note, Objection, Talk


def _sheet_views(desk: Desk, evaluation: Evaluation, agent_ids: Sequence[str]) -> list[dict[str, Any]]:
    about = desk.about(evaluation)
    return [desk.shown_sheet(about, agent_id) for agent_id in agent_ids]


@command()
@click.argument("agent")
@period_options
@click.option("--out", type=click.Path(path_type=Path), help="Write the sheet to a .pdf or .xlsx file.")
@click.option(
    "--close", "close_", is_flag=True, help="Close the sheet: it keeps its numbers, whatever is loaded later."
)
@click.option("--reopen", metavar="REASON", help="Open a closed sheet again, for a reason.")
def sheet(context: Context, agent: str, out: Path | None, close_: bool, reopen: str | None, **options: Any) -> None:
    """The evaluation sheet of one agent: as JSON, and with --out as PDF or workbook."""
    from analytics.reports.sheet_files import to_workbook  # what prints loads for half a second: only who prints waits
    from analytics.reports.sheet_pdf import to_pdf

    if out is not None and out.suffix.lower() not in (".pdf", ".xlsx"):
        raise RequestRefused("export_suffix_of", file=out.name, known=[".pdf", ".xlsx"])
    with desk_of(context) as desk:
        evaluation = evaluated(desk, options)
        if reopen is not None:
            desk.reopen_sheet(agent, evaluation.measured.period, reopen)
        if close_:
            desk.close_sheets(evaluation, [agent])
        view = _sheet_views(desk, evaluation, [agent])[0]
        if out is not None:
            make = to_pdf if out.suffix.lower() == ".pdf" else to_workbook
            write(out, make([view], evaluation.catalogue, context.language))
            desk.exported(out.name)
    show(
        context,
        view | ({"written": str(out)} if out else {}),
        rows=[
            {
                key: one[key]
                for key in (
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
            }
            for one in view["indicators"]
        ],
    )


@command()
@period_options
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Where to write: .pdf (one), .xlsx (one) or .zip (a PDF each).",
)
@click.option("--close", "close_", is_flag=True, help="Close all of them first.")
def sheets(context: Context, out: Path, close_: bool, **options: Any) -> None:
    """The evaluation sheets of everybody chosen (--team, --branch), in one file."""
    from analytics.reports.sheet_files import to_workbook, to_zip
    from analytics.reports.sheet_pdf import to_pdf

    makers = {".pdf": to_pdf, ".xlsx": to_workbook, ".zip": to_zip}
    if out.suffix.lower() not in makers:
        raise RequestRefused("export_suffix_of", file=out.name, known=list(makers))
    with desk_of(context) as desk:
        evaluation = evaluated(desk, options)
        agents = [str(one) for one in evaluation.people["agent_id"][evaluation.shown]]
        closed = desk.close_sheets(evaluation, agents) if close_ else 0
        found = _sheet_views(desk, evaluation, agents)
        write(out, makers[out.suffix.lower()](found, evaluation.catalogue, context.language))
        desk.exported(out.name)
    show(context, {"written": str(out), "sheets": len(found), "closed": closed})


@command()
@click.option("--agent", help="One agent only.")
@click.option("--from", "first", callback=month, metavar="YYYY-MM", help="First month of the sheet to comment on.")
@click.option("--to", "last", callback=month, metavar="YYYY-MM", help="Its last month (default: the first).")
@click.option("--add", "text", metavar="TEXT", help="Write a comment on the sheet of --agent and --from.")
@click.option(
    "--kind",
    default="comment",
    type=click.Choice(["comment", "advice", "remark"]),
    help="What is written (default comment).",
)
def comments(
    context: Context, agent: str | None, first: dt.date | None, last: dt.date | None, text: str | None, kind: str
) -> None:
    """Comments, advice and remarks on sheets; with --add a new one."""
    with desk_of(context) as desk:
        if text is not None:
            if agent is None or first is None:
                raise RequestRefused("comment_needs")
            desk.write_note(Note(agent, first, last or first, kind, text))
        found = desk.all_notes(agent)
    show(context, [plain_of(one) for one in found if first is None or one.first == first])


@command()
@click.option("--ics", type=click.Path(path_type=Path), help="Write the talks ahead as a calendar.")
@click.option("--agent", help="One agent only; needed to plan.")
@click.option("--plan", "on", callback=day, metavar="YYYY-MM-DD", help="Plan a talk with --agent on this day.")
@click.option("--action", default="", help="What is to be done.")
@click.option("--owner", default="", help="Who holds the talk.")
def talks(context: Context, ics: Path | None, agent: str | None, on: dt.date | None, action: str, owner: str) -> None:
    """Coaching talks; --plan adds one, --ics writes a calendar."""
    from analytics.reports.sheet_files import to_calendar

    with desk_of(context, "coach") as desk:
        if on is not None:
            if agent is None:
                raise RequestRefused("comment_needs")
            desk.save_talk(Talk(agent, talk_on=on, action=action, owner=owner))
        found = desk.talks(agent)
        facts = desk.home.warehouse.ask("facts_of")
    if ics is not None:
        write(ics, to_calendar(found, dict(zip(facts["agent_id"], facts["name"], strict=True)), context.language))
    show(context, [plain_of(one) for one in found])


@command()
@click.option("--agent", help="One agent only; needed to object.")
@click.option("--from", "first", callback=month, metavar="YYYY-MM", help="First month of the sheet objected to.")
@click.option("--to", "last", callback=month, metavar="YYYY-MM", help="Its last month (default: the first).")
@click.option("--text", help="Object to the sheet of --agent and --from, with this text.")
@click.option("--kind", default="other", metavar="KIND", help="unreasonable, too_strict, data_wrong or other.")
@click.option("--indicator", default="", metavar="ID", help="The indicator objected to.")
@click.option("--policy", default="", metavar="NUMBER", help="The policy objected to.")
@click.option("--should-be", metavar="FIELD=VALUE", help="What should stand in that policy, outcome=renewed say.")
@click.option("--answer", "answer_id", type=int, metavar="ID", help="Answer an objection, with --state and --reply.")
@click.option("--state", type=click.Choice(["accepted", "partly", "rejected"]), help="How it is answered.")
@click.option("--reply", default="", help="The answer; every objection gets one.")
def objections(
    context: Context, agent: str | None, first: dt.date | None, last: dt.date | None, text: str | None, kind: str, indicator: str, policy: str, should_be: str | None,
    answer_id: int | None, state: str | None, reply: str,
) -> None:  # fmt: skip
    """Objections and their answers; with --text a new one, with --answer the answer to one."""
    with desk_of(context, "object") as desk:
        if text is not None:
            if agent is None or first is None:
                raise RequestRefused("comment_needs")
            about = "record" if policy else "indicator" if indicator else "sheet"
            field, _, value = (should_be or "").partition("=")
            desk.make_objection(
                Objection(
                    agent, first, last or first, about, kind, text, indicator, policy, {field: value} if field else {}
                )
            )
        if answer_id is not None:
            desk.answer(desk.objection(answer_id), state or "", reply)
        found = desk.objections(agent)
    show(context, [plain_of(one) for one in found])


@command()
@click.argument("objection_id", type=int, metavar="ID")
@click.option("--scheme", metavar="NAME", help="A weight scheme (default: balanced).")
def replay(context: Context, objection_id: int, scheme: str | None) -> None:
    """What accepting an objection would change, tried in a sandbox: nothing is stored."""
    with desk_of(context, "answer") as desk:
        found = desk.replay(desk.objection(objection_id), scheme_of(desk.home, scheme, None))
    plain = {
        name: [
            {key: None if pd.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")
        ]
        for name, frame in (("own", found.own), ("moved", found.moved))
    }
    show(context, plain, rows=plain["own"])


@command()
@click.option(
    "--verify", is_flag=True, help="Check that no line was edited, deleted, moved or cut off; exit code 2 when one was."
)
def audit(context: Context, verify: bool) -> None:
    """Every change of state: who, when, what, before and after."""
    with desk_of(context, "audit") as desk:
        found = desk.audit()
        wrong = desk.verify_audit() if verify else []
    if wrong:
        lines = [
            say(f"audit.wrong_{one.partition(':')[0]}", context.language, seq=one.partition(":")[2]) for one in wrong
        ]
        raise RequestRefused("audit_broken", lines=lines)
    show(context, {"verified": True, "lines": len(found)} if verify else [plain_of(one) for one in found])


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
) -> None:
    """Accounts for the login: who may see what."""
    with desk_of(context, "account") as desk:
        if file is not None:
            if not file.is_file():
                raise FileRefused("file_missing", file=file.name)
            desk.save_accounts(accounts_from(file.read_bytes(), file.name))
        if email is not None:
            desk.save_accounts([Account(email, role, name, agent_id, teams, branches)])
        if deactivate is not None:
            known = desk.home.state.accounts.of(deactivate)
            if known is None:
                raise RequestRefused("account_unknown")
            desk.save_accounts([replace(known, active=False)])
        found = desk.accounts()
    show(context, [plain_of(one) for one in found])
