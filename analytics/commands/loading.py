"""Commands that bring data in, look at what is there, and take it out again."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from analytics import watch
from analytics.catalogue import built_in_catalogue
from analytics.commands.explaining import explained
from analytics.commands.shell import (
    Context,
    command,
    day,
    desk_of,
    one_action,
    show,
    write,
)
from analytics.errors import HomeBusy, RequestRefused
from analytics.intake import limits
from analytics.intake.database import rows_of
from analytics.intake.fields import kinds
from analytics.intake.recipe import read_recipe
from analytics.language import say
from analytics.model import Receipt
from analytics.reports.templates import template

MOST_CHANGES = 20  # of a receipt's changed figures printed unasked
RECIPE = """An import recipe is a TOML file:

\b
kind = "policies"                      # what a row is
[columns]                              # field = "header"
policy_id = "保单号"
[values.outcome]                       # words of outcome and yes/no columns
renewed = ["已续"]
lost = ["未续"]
[only]                                 # rows kept: values, "!value" for others, "low..high"
渠道 = ["!团险"]
[options]                              # date_order, satisfaction_max, from, to, sheets, count_by …
[answers]                              # to the questions that load asks
"date_order.due_date" = "ymd"

--explain writes one for a file as it is understood.
"""


@command(epilog=RECIPE)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--kind", metavar="KIND", help=f"What a row is: {', '.join(kinds())} (default: by the headers)."
)
@click.option(
    "--recipe", "recipe_file", type=click.Path(path_type=Path), help="An import recipe (TOML)."
)
@click.option(
    "--as-of", callback=day, metavar="YYYY-MM-DD", help="The as-of date (default: today)."
)
@click.option(
    "--on-issues",
    type=click.Choice(["refuse", "skip"]),
    default="refuse",
    help="With bad cells: refuse everything, or load the good rows.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Load nothing: print what is understood of each file, and a recipe for it.",
)
@click.option(
    "--changes", is_flag=True, help="Print every figure that is another one now, however many."
)
@click.option(
    "--table",
    metavar="URL",
    help="A database (SQLAlchemy URL) whose rows are loaded instead of a file.",
)
@click.option(
    "--query", metavar="SQL", help="What to ask that database for; its columns are the headers."
)
def load(
    context: Context,
    files: Sequence[Path],
    kind: str | None,
    recipe_file: Path | None,
    as_of: dt.date | None,
    on_issues: str,
    explain: bool,
    changes: bool,
    table: str | None,
    query: str | None,
) -> None:
    """Load files, folders of Parquet or a database's rows, and print a receipt each (a list when
    there are several)."""
    recipe = read_recipe(recipe_file) if recipe_file else None
    if recipe and kind and recipe.kind != kind:
        raise RequestRefused("kind_differs", kind=kind, recipe=recipe.kind)
    if kind is not None and kind not in kinds():
        raise RequestRefused("kind_unknown", kind=kind, kinds=list(kinds()))
    if bool(table) != bool(query) or bool(files) == bool(table):
        raise RequestRefused("load_from_what")
    with desk_of(context, "data") as desk, ExitStack() as stack:
        if table and query:
            files = [stack.enter_context(rows_of(table, query))]
        named = [
            part
            for file in files
            for part in (sorted(file.glob("*.parquet")) if file.is_dir() else [file])
        ]
        members = [member for file in named for member in stack.enter_context(desk.members(file))]
        if explain:
            told = [explained(desk, member, recipe, kind, context.language) for member in members]
            show(context, told[0] if len(told) == 1 else told)
            return
        receipts = desk.load_all(
            [
                (file, chosen)
                for file in members
                for chosen in ([recipe] if recipe else desk.recipes_for(file, kind))
            ],
            as_of=as_of,
            on_issues=on_issues,
        )
    plain = [
        _receipt(receipt, context.language, None if changes else MOST_CHANGES)
        for receipt in receipts
    ]
    show(context, plain[0] if len(plain) == 1 else plain)


def _receipt(receipt: Receipt, language: str, most: int | None = MOST_CHANGES) -> dict[str, Any]:
    """A receipt in plain values, with no more than `most` of the figures that changed."""
    return {
        "load": receipt.load,
        "kind": receipt.kind,
        "file": receipt.file,
        "rows": receipt.rows,
        "loaded": receipt.loaded,
        "rejected": receipt.rejected,
        "skipped": receipt.skipped,
        "replaced": receipt.replaced,
        "agents": receipt.agents,
        "months": list(receipt.months),
        "already": receipt.already,
        "issues": [
            {**issue.plain(), "reason": say(f"issue.{issue.reason}", language)}
            for issue in receipt.issues
        ],
        "notes": [say(f"note.{key}", language, **facts) for key, facts in receipt.notes],
        "changes": [
            {
                "agent_id": change.agent_id,
                "measure": change.measure,
                "before": change.before,
                "after": change.after,
            }
            for change in receipt.changes[:most]
        ],
        "changed": len(receipt.changes),
    }


@command()
def loads(context: Context) -> None:
    """List every load in the warehouse."""
    with desk_of(context, "data") as desk:
        frame = desk.loads()
    show(
        context,
        [
            {
                "load": int(row["load_id"]),
                "kind": row["kind"],
                "file": row["file"],
                "sha256": row["sha256"],
                "as_of": f"{row['as_of']:%Y-%m-%d}",
                "loaded_at": f"{row['loaded_at']:%Y-%m-%d %H:%M:%S}",
                "rows": int(row["row_count"]),
                "loaded": int(row["loaded"]),
                "rejected": int(row["rejected"]),
                "replaced": int(row["replaced"]),
                "sample": bool(row["sample"]),
                "months": list(row["months"]),
            }
            for row in frame.to_dict("records")
        ],
    )


@command()
@click.argument("load_id", type=int)
def withdraw(context: Context, load_id: int) -> None:
    """Take a load out again; what it had replaced stands again."""
    with desk_of(context, "data") as desk:
        desk.withdraw(load_id)
    show(context, {"withdrawn": load_id})


@command()
def rebuild(context: Context) -> None:
    """Make the warehouse again from the originals and their recipes alone."""
    with desk_of(context, "data") as desk:
        count = desk.rebuild()
    show(context, {"rebuilt": count})


@command()
@click.option("--remove", is_flag=True, help="Take the sample data out again.")
def sample(context: Context, remove: bool) -> None:
    """Load the sample company (or remove it)."""
    with desk_of(context, "data") as desk:
        if remove:
            show(context, {"withdrawn": desk.remove_sample()})
        else:
            receipts = desk.add_sample()
            show(context, [_receipt(receipt, context.language) for receipt in receipts])


@command("template")
@click.argument("kind")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Where to write the XLSX."
)
def template_(context: Context, kind: str, out: Path) -> None:
    """Write a workbook to fill in for one kind of record."""
    # No home is opened for it, so that it asks for what is built in.
    write(out, template(kind, context.language, built_in_catalogue()))
    show(context, {"written": str(out), "kind": kind})


@command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", metavar="KIND", help="What a row is (default: by the headers).")
@click.option(
    "--recipe", "recipe_file", type=click.Path(path_type=Path), help="An import recipe (TOML)."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Where to write the XLSX."
)
def corrections(
    context: Context, file: Path, kind: str | None, recipe_file: Path | None, out: Path
) -> None:
    """Write a copy of a file with every cell that cannot be read marked, to mend and load again."""
    with desk_of(context, "data") as desk:
        recipe = read_recipe(recipe_file) if recipe_file else desk.recipes_for(file, kind)[0]
        issues = desk.preview(file, recipe).issues
        write(out, desk.corrected(file, recipe, context.language))
    show(context, {"written": str(out), "issues": len(issues)})


@command()
@click.option(
    "--merge",
    "spellings",
    multiple=True,
    metavar="SPELLING",
    help="A spelling that stands for another agent (may be repeated).",
)
@click.option("--into", metavar="AGENT", help="The agent that the merged spellings stand for.")
@click.option(
    "--undo",
    multiple=True,
    metavar="SPELLING",
    help="Have a merged spelling stand for itself again.",
)
@click.option(
    "--take",
    is_flag=True,
    help="Merge every pair that differs only in writing, where no two names differ.",
)
def aliases(
    context: Context,
    spellings: tuple[str, ...],
    into: str | None,
    undo: tuple[str, ...],
    take: bool,
) -> None:
    """Spellings that stand for one agent: merged ones, and those that may be meant for the same."""
    if bool(spellings) != bool(into):
        raise RequestRefused("merge_needs_both")
    one_action(merge=into, undo=undo, take=take)
    with desk_of(context, "data") as desk:
        if undo:
            desk.split_agents(undo)
        if into:
            desk.merge_agents(spellings, into)
        for pair in desk.alike() if take else ():
            if pair.certain:
                desk.merge_agents([pair.spelling], pair.agent_id)
        merged = [
            {"spelling": spelling, "agent_id": agent_id}
            for spelling, agent_id in desk.merged().items()
        ]
        offered = [asdict(pair) for pair in desk.alike()]
    show(context, {"merged": merged, "offered": offered}, rows=[*merged, *offered])


@command()
def unmatched(context: Context) -> None:
    """Agents without a partner between roster and records, and policies that no file of policies
    names."""
    with desk_of(context, "data") as desk:
        frame = desk.unmatched()
    show(context, frame.to_dict("records"))


@command("watch")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--recipe",
    "recipe_file",
    type=click.Path(path_type=Path),
    help="An import recipe (TOML); without, files that need no question.",
)
@click.option(
    "--as-of",
    callback=day,
    metavar="YYYY-MM-DD",
    help="The as-of date (default: the day of loading).",
)
@click.option(
    "--on-issues",
    type=click.Choice(["refuse", "skip"]),
    default="refuse",
    help="With bad cells: refuse the file, or load its good rows.",
)
@click.option(
    "--every",
    default=5.0,
    show_default=True,
    type=click.FloatRange(0.1),
    metavar="SECONDS",
    help="How often to look.",
)
@click.option("--once", is_flag=True, help="Load what is there and end.")
def watch_(
    context: Context,
    folder: Path,
    recipe_file: Path | None,
    as_of: dt.date | None,
    on_issues: str,
    every: float,
    once: bool,
) -> None:
    """Load what appears in a folder and move it to done/ or refused/, the receipt or the reason
    beside it.

    One JSON line a file on standard output. The home is opened only while there is something to
    load, so that a page may be open in between; while another program owns it, files wait. Killed
    at any moment, the next start goes on: a file that was loaded but not yet moved is recognised.
    """
    recipe = read_recipe(recipe_file) if recipe_file else None
    how = watch.How(recipe, as_of, on_issues, context.language)
    with suppress(HomeBusy), desk_of(context, "data"):
        pass  # who may not load is told now, and not when the first file comes
    outcomes = watch.files(folder, partial(desk_of, context, "data"), how, every=every, once=once)
    for outcome in outcomes:
        plain = {
            "file": outcome.file,
            "moved_to": outcome.moved_to,
            "reason": outcome.reason,
            "receipts": [_receipt(receipt, context.language) for receipt in outcome.receipts],
        }
        click.echo(json.dumps(plain, ensure_ascii=False, default=str))
        sys.stdout.flush()


@command("limits")
def limits_(context: Context) -> None:
    """What a file may hold at most."""
    show(
        context,
        {"limits": limits.plain(), "sentences": limits.sentences(context.language)},
        rows=[limits.plain()],
    )
