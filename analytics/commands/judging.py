"""Commands that evaluate a period: scores, quadrant, weak spots, coaching list, method."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
import numpy as np

from analytics.commands.shell import (
    Context,
    command,
    cut_options,
    desk_of,
    evaluated,
    flat,
    list_file,
    month,
    period_of,
    period_only,
    period_options,
    placed_by,
    rows_of,
    sample_note,
    scheme_of,
    show,
    trial_name,
    trial_note,
    write,
    write_list,
)
from analytics.errors import RequestRefused
from analytics.insight.coaching import PRIZE, coaching_list
from analytics.insight.weak_spots import losses_of, team_losses
from analytics.language import say
from analytics.model import Filters, Period
from analytics.numbers import number
from analytics.reports.evidence import evidence_tables
from analytics.reports.lists.coaching import coaching_table
from analytics.reports.lists.moves import moves_view
from analytics.reports.lists.quadrant import quadrant_table
from analytics.reports.plain import (
    evaluation_rows,
    evaluation_view,
    losses_rows,
    method_view,
    quadrant_view,
)
from analytics.reports.tables import to_xlsx
from analytics.reports.words import step_sentence


@command("evaluate")
@period_options
@click.option(
    "--compare",
    metavar="NAME[@VERSION]",
    help="Who changes places under another weight scheme, and why.",
)
def evaluate_(context: Context, compare: str | None, **options: Any) -> None:
    """Values, points, contributions, scores, grades, ranks and quadrants of a period."""
    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
        if compare is not None:
            other = scheme_of(desk, evaluation.measured.period, compare, None)
            then = desk.scored(evaluation.measured, other)
            note = trial_note(desk, then, context.language)
            view = moves_view(then, evaluation, context.language)
            show(context, view, rows=view["agents"], first=note)
            return
        note = trial_note(desk, evaluation, context.language)
    view = evaluation_view(evaluation, placed_by(evaluation))
    show(context, view, rows=[flat(agent) for agent in evaluation_rows(view)], first=note)


@command()
@cut_options
@period_options
@list_file
def quadrant(
    context: Context, out: Path | None, x: str | None, y: str | None, cut: str, **options: Any
) -> None:
    """Where agents stand on two indicators."""
    language = context.language
    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
        placed = placed_by(evaluation, x, y, cut)
        note = trial_note(desk, evaluation, language)
        rows = np.flatnonzero(evaluation.shown)
        if out is not None:
            desk.exported(out.name, period=str(evaluation.measured.period), persons=len(rows))
    view = quadrant_view(evaluation, placed)
    written = {}
    if out is not None:
        out = trial_name(out, evaluation.scheme, language)
        listed = quadrant_table(evaluation, placed, rows, language, how_sure=True)
        write_list(out, say("quadrant_page.title", language), listed, note)
        written = {"written": str(out)}
    show(context, view | written, rows=view["agents"], first=note)


@command("weak-spots")
@period_options
def weak_spots(context: Context, **options: Any) -> None:
    """Points lost by team and indicator; with --team, that team's beside the company's and the best
    team's."""
    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
        note = trial_note(desk, evaluation, context.language)
    rows = losses_rows(team_losses(evaluation))
    view: dict[str, Any] = {
        "period": str(evaluation.measured.period),
        "teams": [row for row in rows if row["team"]],
        "company": rows[-1]["points_lost"],
    }
    if options["team"]:
        losses = losses_of(evaluation, options["team"])
        view["team"] = options["team"]
        view["losses"] = [
            {key: number(value) if key != "indicator" else value for key, value in row.items()}
            for row in losses.to_dict("records")
        ]
    show(
        context,
        view,
        rows=[{"team": row["team"] or "", **row["points_lost"]} for row in rows],
        first=note,
    )


@command()
@cut_options
@period_options
@list_file
def coaching(
    context: Context, out: Path | None, x: str | None, y: str | None, cut: str, **options: Any
) -> None:
    """Who to coach, on what, and what it would bring."""
    language = context.language
    with desk_of(context, "coach") as desk:
        evaluation = evaluated(desk, options, theirs=True)
        frame = coaching_list(evaluation, placed_by(evaluation, x, y, cut), desk.talks())
        note = trial_note(desk, evaluation, language)
        if out is not None:
            desk.exported(out.name, period=str(evaluation.measured.period), persons=len(frame))
    if out is not None:
        out = trial_name(out, evaluation.scheme, language)
        table = coaching_table(frame, evaluation.catalogue, language)
        write_list(out, say("coaching.title", language), table, note)
    rows = [
        {
            **{
                name: row[name]
                for name in (
                    "agent_id",
                    "name",
                    "team",
                    "quadrant",
                    "apart",
                    "few_cases",
                    "reason",
                    "standing",
                    "weakest",
                    "owner",
                    "comment",
                )
            },
            **{
                name: number(row[name])
                for name in (
                    "score",
                    "due_policies",
                    "gain",
                    "sure_gain",
                    "value",
                    "n",
                    "median",
                    "expected_gain",
                    *PRIZE,
                )
            },
            "lost": [number(value) for value in row["lost"]],
            "action": row["action"] if isinstance(row["action"], str) else row["action"][language],
            "step": step_sentence(row["step"], evaluation.catalogue, language),
            "last_date": str(row["last_date"]) if row["last_date"] else None,
            "next_date": str(row["next_date"]) if row["next_date"] else None,
        }
        for row in frame.to_dict("records")
    ]
    view = {
        "period": str(evaluation.measured.period),
        "trial": evaluation.scheme.trial,
        "agents": rows,
    }
    show(context, view | ({"written": str(out)} if out else {}), rows=rows, first=note)


@command()
@click.option(
    "--month",
    "month_",
    callback=month,
    metavar="YYYY-MM",
    help="In force in this month (default: today).",
)
@click.option("--scheme", metavar="NAME[@VERSION]", help="Under another weight scheme, as a trial.")
def method(context: Context, month_: dt.date | None, scheme: str | None) -> None:
    """Every indicator, formula, standard, weight, rule and setting in force, market averages with
    their sources."""
    with desk_of(context, "see") as desk:
        period = Period(month_ or desk.this_month, month_ or desk.this_month)
        chosen = scheme_of(desk, period, scheme, None)
        view = method_view(desk.catalogue(period), desk.settings, chosen, desk.market())
    keys = ("id", "category", "numerator", "denominator", "direction", "unit", "weight")
    show(context, view, rows=[{key: row[key] for key in keys} for row in view["indicators"]])


@command()
@click.option("--agent", required=True, help="Whose records.")
@click.option("--indicator", required=True, metavar="ID", help="Behind which indicator.")
@period_only
@click.option("--channel", help="Policies of one channel only.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write them to an .xlsx file, a sheet a kind of record.",
)
def records(
    context: Context,
    agent: str,
    indicator: str,
    channel: str | None,
    out: Path | None,
    **options: Any,
) -> None:
    """The policies, surveys, complaints, contacts, ratings and scoresheets behind one figure of an
    agent."""
    if out is not None and out.suffix.lower() != ".xlsx":
        raise RequestRefused("export_suffix_of", file=out.name, known=[".xlsx"])
    with desk_of(context) as desk:
        filters = Filters(period_of(desk, options), channel=channel)
        evidence = desk.records(agent, indicator, filters)
        if out is not None:
            desk.exported(out.name, period=str(filters.period), persons=1)
        made_up = sample_note(desk, context.language)
    if out is not None:
        write(out, to_xlsx(evidence_tables(evidence, context.language), first=made_up))
    view = {
        "agent_id": agent,
        "indicator": indicator,
        "period": str(filters.period),
        "records": {kind: rows_of(table) for kind, table in evidence.tables.items()},
        "set_aside": [
            {"months": months, "why": why, "says": say(f"set_aside.{why}", context.language)}
            for months, why in evidence.aside
        ],
    }
    rows = [
        {"kind": kind, **row} for kind, table in evidence.tables.items() for row in rows_of(table)
    ]
    show(context, view | ({"written": str(out)} if out else {}), rows=rows)
