"""Commands that keep a home: a backup, the way back from one, and the check of everything."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from analytics.commands.shell import REFUSED, Context, command, desk_of, show
from analytics.desk.keeping import Checked, accept_loss, restored
from analytics.errors import NotAllowed
from analytics.language import say
from analytics.reports.audit import wrong_of


@command()
@click.option(
    "--to",
    "to",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to put it in.",
)
def backup(context: Context, to: Path) -> None:
    """Copy the whole home, also while it is in use, and print the fingerprint to write down."""
    with desk_of(context, "data") as desk:
        made = desk.backup(to)
    show(context, {**asdict(made), "folder": str(to / made.name)})


@command()
@click.argument("source", type=click.Path(path_type=Path, file_okay=False))
def restore(context: Context, source: Path) -> None:
    """Bring a backup back as the home that --home names (empty, or not there yet), and check it."""
    # The accounts are in the backup: whoever holds both folders needs none.
    if context.account is not None:
        raise NotAllowed("not_allowed")
    made, checked = restored(source, context.home)
    _show(context, checked, asdict(made))


@command()
@click.option(
    "--accept",
    metavar="REASON",
    default="",
    help="Go on with a home that lost something; the audit keeps why.",
)
def check(context: Context, accept: str) -> None:
    """Read everything and name what is missing or not as it should be; exit code 2 when something
    is."""
    if accept and context.account is not None:
        raise NotAllowed("not_allowed")
    if accept:
        accept_loss(context.home, accept)
    with desk_of(context, "data") as desk:
        checked = desk.check()
    _show(context, checked, {})


def _show(context: Context, checked: Checked, more: dict[str, object]) -> None:
    told = [
        say(f"finding.{finding.key}", context.language, **finding.facts)
        for finding in checked.findings
    ]
    audit = wrong_of(checked.verdict, context.language)
    counted = {
        "loads": checked.loads,
        "originals": checked.originals,
        "audit_lines": checked.verdict.lines,
    }
    rows = [{"finding": line} for line in [*told, *audit]]
    show(
        context,
        {**more, "whole": checked.whole, **counted, "findings": told, "audit": audit},
        rows or None,
    )
    if not checked.whole:
        sys.exit(REFUSED)
