"""Commands of the month: the routine, publishing, targets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from analytics.commands.shell import (
    Context,
    command,
    desk_of,
    evaluated,
    one_action,
    period_of,
    period_only,
    period_options,
    rows_of,
    show,
    trial_name,
    trial_note,
    writable,
    write,
)
from analytics.errors import RequestRefused
from analytics.insight.briefing import Briefing
from analytics.language import say
from analytics.model import Period, parse_month
from analytics.reports.briefing import sections
from analytics.reports.briefing_files import briefing_tables, briefing_text, briefing_view
from analytics.reports.routine import routine_lines
from analytics.reports.tables import to_xlsx

BRIEFINGS = (".pdf", ".md", ".txt", ".xlsx")


def _period(text: str) -> Period:
    """2026-05, or 2026-04..2026-06."""
    first, _, last = text.partition("..")
    return Period(parse_month(first), parse_month(last or first))


@command("month")
@click.argument("period", metavar="YYYY-MM[..YYYY-MM]")
@click.option("--publish", is_flag=True, help="Let the agents see their sheets of the period.")
@click.option("--take-back", metavar="REASON", help="No longer let agents see the period.")
def month_(context: Context, period: str, publish: bool, take_back: str | None) -> None:
    """The routine of a month: files, windows, targets, ids, objections, comments, closing,
    publishing; what is done, what is left."""
    one_action(publish=publish, take_back=take_back)
    with desk_of(context, "close") as desk:
        chosen = _period(period)
        if publish:
            desk.publish(chosen)
        if take_back is not None:
            desk.take_back(chosen, take_back)
        steps = desk.routine(chosen)
        published = [str(period) for period in desk.published_periods()]
    rows = [
        {"step": step.id, "state": step.state, "count": step.count, "of": step.of, "line": line}
        for step, line in zip(steps, routine_lines(steps, context.language), strict=True)
    ]
    show(context, {"period": str(chosen), "steps": rows, "published": published}, rows=rows)


@command()
@period_only
@click.option("--agent", help="One agent only.")
@click.option(
    "--missing", is_flag=True, help="Only months in which the target is not the agent's own."
)
def targets(context: Context, agent: str | None, missing: bool, **options: Any) -> None:
    """Targets by agent and month: as given, as they count, and what stands in for them and why."""
    with desk_of(context, "see_others") as desk:
        wanted = desk.targets(period_of(desk, options))
    if agent is not None:
        wanted = wanted[wanted["agent_id"] == agent]
    if missing:
        wanted = wanted[
            ~wanted["count_basis"].isin(["own", "none"])
            | ~wanted["premium_basis"].isin(["own", "none"])
        ]
    rows = [
        {
            **row,
            "month": f"{row['month']:%Y-%m}",
            "basis": say(f"evidence.basis_{row['count_basis']}", context.language),
        }
        for row in rows_of(wanted)
    ]
    show(context, rows)


@command()
@period_options
@click.option(
    "--compare",
    type=click.Choice(["before", "year"]),
    default="before",
    help="Beside the period before, or the same one last year.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write it to a .pdf (one A4 page), .md, .txt or .xlsx file.",
)
def briefing(context: Context, compare: str, out: Path | None, **options: Any) -> None:
    """The month in short: what moved and what of it is sure, whom to talk with first, role models,
    who improves, what is left to do. By default of the last closed month."""
    if out is not None and out.suffix.lower() not in BRIEFINGS:
        raise RequestRefused("export_suffix_of", file=out.name, known=list(BRIEFINGS))
    writable(out)
    language = context.language
    with desk_of(context, "see_others") as desk:
        if options["first"] is None and options["last"] is None:
            closed = desk.latest_closed()
            options |= {"first": closed.first, "last": closed.last}
        evaluation = evaluated(desk, options)
        made = desk.briefing(evaluation.measured.filters, evaluation.scheme, compare)
        note = trial_note(desk, evaluation, language)
        if out is not None:
            out = trial_name(out, evaluation.scheme, language)
            desk.exported(out.name, period=str(made.period), persons=made.persons)
    if out is not None:
        write(out, _file(made, out.suffix.lower(), language, note.lines))
    view = briefing_view(made, language)
    rows = [
        {"part": title, "line": line} for title, lines in sections(made, language) for line in lines
    ]
    first = replace(note, words=[view["finding"], view["paragraph"]])
    show(context, view | ({"written": str(out)} if out else {}), rows=rows, first=first)


def _file(made: Briefing, suffix: str, language: str, notes: list[str]) -> bytes:
    """The briefing as a file of this kind."""
    if suffix == ".pdf":
        from analytics.reports.briefing_pdf import to_pdf  # what prints loads for half a second

        return to_pdf(made, language, notes)
    if suffix == ".xlsx":
        return to_xlsx(briefing_tables(made, language), first=notes)
    return briefing_text(made, language, notes, markdown=suffix == ".md").encode()
