"""Commands that evaluate a period: scores, quadrant, weak spots, coaching list, method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from analytics.catalogue import catalogue, preset_schemes
from analytics.commands.shell import (
    Context,
    command,
    cut_options,
    desk_of,
    evaluated,
    flat,
    home_of,
    period_options,
    placed_by,
    scheme_of,
    show,
    write,
)
from analytics.errors import RequestRefused
from analytics.insight.coaching import PRIZE, coaching_list
from analytics.insight.weak_spots import losses_of, team_losses
from analytics.language import say
from analytics.model import QUADRANTS
from analytics.reports import views
from analytics.reports.tables import to_csv, to_xlsx


@command("evaluate")
@period_options
def evaluate_(context: Context, **options: Any) -> None:
    """Values, points, contributions, scores, grades, ranks and quadrants of a period."""
    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
    view = views.evaluation_view(evaluation, placed_by(evaluation))
    show(context, view, rows=[flat(agent) for agent in (*view["agents"], *view["not_rated"])])


@command()
@cut_options
@period_options
def quadrant(context: Context, x: str, y: str, cut: str, **options: Any) -> None:
    """Where agents stand on two indicators."""
    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
    from analytics.insight.quadrant_certainty import quadrant_certainty

    placed = placed_by(evaluation, x, y, cut)
    view = views.quadrant_view(evaluation, placed)
    chance = quadrant_certainty(evaluation.measured, placed)
    view["agents_differ"] = chance.tell_apart if chance.known.any() else None
    for one, row in zip(view["agents"], np.flatnonzero(evaluation.shown), strict=True):
        known = bool(chance.known[row])
        one["probability"] = (
            {name: views.number(chance.probability[row, at]) for at, name in enumerate(QUADRANTS)} if known else None
        )
        one["certain"] = bool(chance.certain[row]) if known else None
    show(context, view, rows=view["agents"])


@command("weak-spots")
@period_options
def weak_spots(context: Context, **options: Any) -> None:
    """Points lost by team and indicator; with --team, that team's beside the company's and the best team's."""
    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
    rows = views.losses_rows(evaluation, team_losses(evaluation))
    view: dict[str, Any] = {
        "period": str(evaluation.measured.period),
        "teams": [row for row in rows if row["team"]],
        "company": rows[-1]["points_lost"],
    }
    if options["team"]:
        losses = losses_of(evaluation, options["team"])
        view["team"] = options["team"]
        view["losses"] = [
            {key: views.number(value) if key != "indicator" else value for key, value in row.items()}
            for row in losses.to_dict("records")
        ]
    show(context, view, rows=[{"team": row["team"] or "", **row["points_lost"]} for row in rows])


@command()
@cut_options
@period_options
@click.option("--out", type=click.Path(path_type=Path), help="Write the list to a .csv or .xlsx file.")
def coaching(context: Context, out: Path | None, x: str, y: str, cut: str, **options: Any) -> None:
    """Who to coach, on what, and what it would bring."""
    if out is not None and out.suffix.lower() not in (".csv", ".xlsx"):
        raise RequestRefused("export_suffix", file=out.name)
    with desk_of(context, "coach") as desk:
        evaluation = evaluated(desk, options)
        frame = coaching_list(evaluation, placed_by(evaluation, x, y, cut), desk.talks())
        if out is not None:
            desk.exported(out.name)
    if out is not None:
        table, columns = views.coaching_table(frame, catalogue(), context.language)
        write(
            out,
            to_csv(table, columns)
            if out.suffix.lower() == ".csv"
            else to_xlsx({say("coaching.title", context.language): (table, columns)}),
        )
    rows = [
        {
            **{name: row[name] for name in ("agent_id", "name", "team", "quadrant", "weakest", "comment")},
            **{name: views.number(row[name]) for name in ("score", "due_policies", "expected_gain", *PRIZE)},
            "lost": [views.number(value) for value in row["lost"]],
            "action": row["action"] if isinstance(row["action"], str) else row["action"][context.language],
            "step": views.step_sentence(row["step"], catalogue(), context.language),
            "last_date": str(row["last_date"]) if row["last_date"] else None,
            "next_date": str(row["next_date"]) if row["next_date"] else None,
        }
        for row in frame.to_dict("records")
    ]
    show(
        context,
        {"period": str(evaluation.measured.period), "agents": rows, **({"written": str(out)} if out else {})},
        rows=rows,
    )


@command()
@click.option("--scheme", metavar="NAME", help="A weight scheme: a preset or a saved one (default: balanced).")
def method(context: Context, scheme: str | None) -> None:
    """Every indicator, formula, standard, weight, rule and setting in force."""
    with home_of(context, "see") as home:
        view = views.method_view(home.catalogue(), home.settings, scheme_of(home, scheme, None))
    show(
        context,
        view,
        rows=[
            {key: one[key] for key in ("id", "category", "numerator", "denominator", "direction", "unit", "weight")}
            for one in view["indicators"]
        ],
    )


@command()
def schemes(context: Context) -> None:
    """The weight schemes: presets and saved ones."""
    with home_of(context, "see") as home:
        known = [*preset_schemes().values(), *home.state.schemes()]
    rows = [
        {
            "name": one.name, "preset": one.name in preset_schemes() and one.version == 1 and not one.author, "version": one.version,
            "weights": dict(one.categories), "indicators": dict(one.indicators), "author": one.author, "reason": one.reason, "date": one.date,
        }
        for one in known
    ]  # fmt: skip
    show(context, rows)
