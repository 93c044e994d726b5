"""Commands of the month: the routine, publishing, targets."""

from __future__ import annotations

from typing import Any

import click

from analytics.commands.shell import (
    Context,
    command,
    desk_of,
    one_action,
    period_of,
    period_only,
    rows_of,
    show,
)
from analytics.language import say
from analytics.model import Period, parse_month
from analytics.reports.routine import routine_lines


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
