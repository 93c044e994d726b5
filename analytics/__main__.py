"""The command line: everything the pages compute, as JSON (or CSV, or a table) on standard output."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from analytics import sample as sample_data
from analytics import watch
from analytics.catalogue import catalogue, default_scheme, preset_schemes
from analytics.desk import Desk, Identity, identity_of
from analytics.errors import FileRefused, IssuesFound, RenewalError, RequestRefused
from analytics.evaluation import Evaluation, evaluate, whole_period
from analytics.home import Home, default_home
from analytics.insight.coaching import coaching_list
from analytics.insight.quadrant import Placed, place
from analytics.insight.weak_spots import losses_of, team_losses
from analytics.intake import limits
from analytics.intake.accounts import accounts_from
from analytics.intake.fields import kinds
from analytics.intake.recipe import read_recipe
from analytics.language import explain, say
from analytics.model import QUADRANTS, Filters, Period, Receipt, WeightScheme, add_months, parse_month
from analytics.people import LOCAL, Account, Note, Objection, Talk
from analytics.reports import views
from analytics.reports.tables import to_csv, to_xlsx
from analytics.reports.templates import template
from analytics.scoring.weights import parse

REFUSED = 2


class Context:
    """What every command knows: where the home is, how to print, in which language to speak."""

    def __init__(self) -> None:
        self.home = default_home()
        self.format = "json"
        self.account: str | None = None
        self.language = "zh" if os.environ.get("LANG", "").startswith("zh") else "en"


class Group(click.Group):
    """Turns a refusal into one sentence on standard error and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except IssuesFound as error:
            context = ctx.ensure_object(Context)
            for issue in error.facts["issues"][:20]:  # type: ignore[index]
                click.echo(views.issue_line(issue, context.language), err=True)
            click.echo(explain(error, context.language), err=True)
            sys.exit(REFUSED)
        except RenewalError as error:
            click.echo(explain(error, ctx.ensure_object(Context).language), err=True)
            sys.exit(REFUSED)


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """--home, --format, --lang and --as, taken before or after the command's name."""

    def store(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        if value is not None:
            setattr(
                ctx.ensure_object(Context),
                {"home": "home", "format_": "format", "lang": "language", "account": "account"}[param.name or ""],
                value,
            )
        return value

    for decorate in (
        click.option("--home", type=click.Path(path_type=Path), callback=store, expose_value=False, help="The home folder (default: RENEWAL_HOME, else ./home)."),
        click.option("--format", "format_", type=click.Choice(["json", "csv", "table"]), callback=store, expose_value=False, help="How to print (default json)."),
        click.option("--lang", type=click.Choice(["zh", "en"]), callback=store, expose_value=False, help="The language of sentences and exports."),
        click.option("--as", "account", metavar="EMAIL", callback=store, expose_value=False, help="Act as an account, inside its role and scope (default: everything)."),
    ):  # fmt: skip
        command = decorate(command)
    return command


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@_common
def main() -> None:
    """Rate renewal agents: load a month's files, evaluate, and take the lists out.

    A refused request prints one sentence on standard error, exits with 2 and stores nothing.
    """


def _command(name: str | None = None) -> Callable[[Callable[..., Any]], click.Command]:
    def decorate(function: Callable[..., Any]) -> click.Command:
        return main.command(name)(_common(click.pass_obj(function)))

    return decorate


@contextmanager
def _desk(context: Context, action: str = "see") -> Iterator[Desk]:
    """The desk of whoever is acting, once the command's action is allowed to them."""
    home = Home(context.home)
    try:
        identity = identity_of(home.state.accounts.of(context.account)) if context.account else Identity()
        desk = Desk(home, identity)
        desk.require(action)
        yield desk
    finally:
        home.close()


@contextmanager
def _home(context: Context, action: str = "data") -> Iterator[Home]:
    """The home itself, for commands that concern everybody's data."""
    with _desk(context, action) as desk:
        yield desk.home


def _month(_: click.Context, __: click.Parameter, value: str | None) -> dt.date | None:
    return parse_month(value) if value else None


def _day(_: click.Context, __: click.Parameter, value: str | None) -> dt.date | None:
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise RequestRefused("date_unreadable", value=value) from error


def _period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for decorate in (
        click.option(
            "--to", "last", callback=_month, metavar="YYYY-MM", help="Last month (default: the last that has figures)."
        ),
        click.option(
            "--from",
            "first",
            callback=_month,
            metavar="YYYY-MM",
            help="First month (default: the first that has figures).",
        ),
        click.option("--scheme", metavar="NAME", help="A weight scheme: a preset or a saved one (default: balanced)."),
        click.option(
            "--weights", metavar="results=70,service=20,competence=10", help="Category weights; scaled to 100."
        ),
        click.option("--team", help="Show one team only; scores and ranks stay those of the whole company."),
        click.option("--branch", help="Show one branch only."),
        click.option("--channel", help="Count the policies of one channel only."),
    ):
        command = decorate(command)
    return command


def _cut_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for decorate in (
        click.option(
            "--cut",
            default="median",
            metavar="median|mean|target|X,Y",
            help="Where high begins; X,Y in the indicators' units.",
        ),
        click.option("--y", "y", default="satisfaction", metavar="ID", help="The indicator of the vertical axis."),
        click.option("--x", "x", default="renewal_rate", metavar="ID", help="The indicator of the horizontal axis."),
    ):
        command = decorate(command)
    return command


def _scheme(home: Home, name: str | None, weights: str | None) -> WeightScheme:
    saved = {scheme.name: scheme for scheme in home.state.schemes()}
    known = {**preset_schemes(), **saved}
    if name is not None and name not in known:
        raise RequestRefused("scheme_unknown", name=name, known=list(known))
    scheme = known[name] if name else default_scheme()
    if weights is None:
        return scheme
    return WeightScheme("typed", parse(weights), scheme.indicators)


def _evaluated(desk: Desk, options: dict[str, Any]) -> Evaluation:
    home = desk.home
    first, last = options["first"], options["last"]
    whole = whole_period(home.warehouse)
    period = Period(first or min(whole.first, last or whole.first), last or max(whole.last, first or whole.last))
    filters = Filters(period, options["team"], options["branch"], options["channel"])
    measured = desk.measured(filters)
    if measured.people.empty:
        raise RequestRefused(
            "period_empty", period=str(period), first=f"{whole.first:%Y-%m}", last=f"{whole.last:%Y-%m}"
        )
    teams = {team for team in measured.people["team"][measured.in_scope] if team}
    if filters.team is not None and filters.team not in teams:
        raise RequestRefused("team_unknown", team=filters.team, known=sorted(teams))
    return evaluate(measured, _scheme(home, options["scheme"], options["weights"]))


def _placed(evaluation: Evaluation, x: str = "renewal_rate", y: str = "satisfaction", cut: str = "median") -> Placed:
    first, mark, second = cut.partition(",")
    return place(evaluation, x, y, first.strip(), second.strip() if mark else None)


# -- loading -------------------------------------------------------------------------------------------------------


@_command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--kind", metavar="KIND", help=f"What a row is: {', '.join(kinds())} (default: by the headers).")
@click.option("--recipe", "recipe_file", type=click.Path(path_type=Path), help="An import recipe (TOML).")
@click.option("--as-of", callback=_day, metavar="YYYY-MM-DD", help="The as-of date (default: today).")
@click.option(
    "--on-issues",
    type=click.Choice(["refuse", "skip"]),
    default="refuse",
    help="With bad cells: refuse everything, or load the good rows.",
)
def load(
    context: Context,
    files: Sequence[Path],
    kind: str | None,
    recipe_file: Path | None,
    as_of: dt.date | None,
    on_issues: str,
) -> None:
    """Load files and print a receipt each (a list when there are several)."""
    recipe = read_recipe(recipe_file) if recipe_file else None
    if recipe and kind and recipe.kind != kind:
        raise RequestRefused("kind_differs", kind=kind, recipe=recipe.kind)
    if kind is not None and kind not in kinds():
        raise RequestRefused("kind_unknown", kind=kind, kinds=list(kinds()))
    with _desk(context, "data") as desk, ExitStack() as stack:
        home = desk.home
        members = [member for file in files for member in stack.enter_context(home.members(file))]
        receipts = desk.load_all(
            [(file, recipe or home.recipe_for(file, kind)) for file in members], as_of=as_of, on_issues=on_issues
        )
    plain = [_receipt(receipt, context.language) for receipt in receipts]
    _print(context, plain[0] if len(plain) == 1 else plain)


def _receipt(receipt: Receipt, language: str) -> dict[str, Any]:
    return {
        "load": receipt.load, "kind": receipt.kind, "file": receipt.file, "rows": receipt.rows, "loaded": receipt.loaded,
        "rejected": receipt.rejected, "skipped": receipt.skipped, "replaced": receipt.replaced, "agents": receipt.agents,
        "months": list(receipt.months), "already": receipt.already,
        "issues": [{**issue.plain(), "reason": say(f"issue.{issue.reason}", language)} for issue in receipt.issues],
        "notes": [say(f"note.{key}", language, **facts) for key, facts in receipt.notes],
        "changes": [{"agent_id": one.agent_id, "measure": one.measure, "before": one.before, "after": one.after} for one in receipt.changes],
    }  # fmt: skip


@_command()
def loads(context: Context) -> None:
    """List every load in the warehouse."""
    with _home(context) as home:
        frame = home.warehouse.ask("loads")
    _print(
        context,
        [
            {
                "load": int(row["load_id"]), "kind": row["kind"], "file": row["file"], "sha256": row["sha256"], "as_of": f"{row['as_of']:%Y-%m-%d}",
                "loaded_at": f"{row['loaded_at']:%Y-%m-%d %H:%M:%S}", "rows": int(row["row_count"]), "loaded": int(row["loaded"]),
                "rejected": int(row["rejected"]), "replaced": int(row["replaced"]), "sample": bool(row["sample"]),
                "months": list(row["months"]),
            }
            for row in frame.to_dict("records")
        ],
    )  # fmt: skip


@_command()
@click.argument("load_id", type=int)
def withdraw(context: Context, load_id: int) -> None:
    """Take a load out again; what it had replaced stands again."""
    with _desk(context, "data") as desk:
        desk.withdraw(load_id)
    _print(context, {"withdrawn": load_id})


@_command()
def rebuild(context: Context) -> None:
    """Make the warehouse again from the originals and their recipes alone."""
    with _home(context) as home:
        count = home.rebuild()
    _print(context, {"rebuilt": count})


@_command()
@click.option("--remove", is_flag=True, help="Take the sample data out again.")
def sample(context: Context, remove: bool) -> None:
    """Load the sample company (or remove it)."""
    with _home(context) as home:
        if remove:
            _print(context, {"withdrawn": sample_data.remove(home)})
        else:
            receipts = sample_data.load(home)
            _print(context, [_receipt(receipt, context.language) for receipt in receipts])


@_command("template")
@click.argument("kind")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where to write the XLSX.")
def template_(context: Context, kind: str, out: Path) -> None:
    """Write a workbook to fill in for one kind of record."""
    _write(out, template(kind, context.language))
    _print(context, {"written": str(out), "kind": kind})


@_command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", metavar="KIND", help="What a row is (default: by the headers).")
@click.option("--recipe", "recipe_file", type=click.Path(path_type=Path), help="An import recipe (TOML).")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where to write the XLSX.")
def corrections(context: Context, file: Path, kind: str | None, recipe_file: Path | None, out: Path) -> None:
    """Write a copy of a file with every cell that cannot be read marked, to mend and load again."""
    with _home(context) as home:
        recipe = read_recipe(recipe_file) if recipe_file else home.recipe_for(file, kind)
        issues = home.preview(file, recipe)[1]
        _write(out, home.corrections(file, recipe, context.language))
    _print(context, {"written": str(out), "issues": len(issues)})


@_command()
@click.option(
    "--merge",
    "spellings",
    multiple=True,
    metavar="SPELLING",
    help="A spelling that stands for another agent (may be repeated).",
)
@click.option("--into", metavar="AGENT", help="The agent that the merged spellings stand for.")
@click.option("--undo", multiple=True, metavar="SPELLING", help="Have a merged spelling stand for itself again.")
def aliases(context: Context, spellings: tuple[str, ...], into: str | None, undo: tuple[str, ...]) -> None:
    """Spellings that stand for one agent: merged ones, and those that may be meant for the same."""
    if bool(spellings) != bool(into):
        raise RequestRefused("merge_needs_both")
    with _home(context) as home:
        if undo:
            home.split_agents(undo, context.account or LOCAL)
        if into:
            home.merge_agents(spellings, into, context.account or LOCAL)
        merged = [{"spelling": one, "agent_id": agent_id} for one, agent_id in home.state.aliases().items()]
        offered = [asdict(one) for one in home.alike()]
    _print(context, {"merged": merged, "offered": offered}, rows=[*merged, *offered])


@_command()
def unmatched(context: Context) -> None:
    """Agents without a partner between roster and records, and policies that no file of policies names."""
    with _home(context) as home:
        frame = home.warehouse.ask("unmatched")
    _print(context, frame.to_dict("records"))


@_command("watch")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--recipe",
    "recipe_file",
    type=click.Path(path_type=Path),
    help="An import recipe (TOML); without, files that need no question.",
)
@click.option("--as-of", callback=_day, metavar="YYYY-MM-DD", help="The as-of date (default: the day of loading).")
@click.option(
    "--on-issues",
    type=click.Choice(["refuse", "skip"]),
    default="refuse",
    help="With bad cells: refuse the file, or load its good rows.",
)
@click.option(
    "--every", default=5.0, show_default=True, type=click.FloatRange(0.1), metavar="SECONDS", help="How often to look."
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
    """Load what appears in a folder and move it to done/ or refused/, the receipt or the reason beside it.

    One JSON line a file on standard output. The home is opened only while there is something to load, so that a page may
    be open in between; while another program owns it, files wait. Killed at any moment, the next start goes on: a file
    that was loaded but not yet moved is recognised.
    """
    recipe = read_recipe(recipe_file) if recipe_file else None
    how = watch.How(recipe, as_of, on_issues, context.language)
    for outcome in watch.files(folder, lambda: Home(context.home), how, every=every, once=once):
        plain = {
            "file": outcome.file,
            "moved_to": outcome.moved_to,
            "reason": outcome.reason,
            "receipts": [_receipt(one, context.language) for one in outcome.receipts],
        }
        click.echo(json.dumps(plain, ensure_ascii=False, default=str))
        sys.stdout.flush()


@_command("limits")
def limits_(context: Context) -> None:
    """What a file may hold at most."""
    _print(context, {"limits": limits.plain(), "sentences": limits.sentences(context.language)}, rows=[limits.plain()])


# -- judging -------------------------------------------------------------------------------------------------------


@_command("evaluate")
@_period_options
def evaluate_(context: Context, **options: Any) -> None:
    """Values, points, contributions, scores, grades, ranks and quadrants of a period."""
    with _desk(context, "see_others") as desk:
        evaluation = _evaluated(desk, options)
    view = views.evaluation_view(evaluation, _placed(evaluation))
    _print(context, view, rows=[_flat(agent) for agent in (*view["agents"], *view["not_rated"])])


@_command()
@_cut_options
@_period_options
def quadrant(context: Context, x: str, y: str, cut: str, **options: Any) -> None:
    """Where agents stand on two indicators."""
    with _desk(context, "see_others") as desk:
        evaluation = _evaluated(desk, options)
    from analytics.insight.certainty import quadrant_certainty

    placed = _placed(evaluation, x, y, cut)
    view = views.quadrant_view(evaluation, placed)
    chance = quadrant_certainty(evaluation.measured, placed)
    view["agents_differ"] = chance.tell_apart if chance.known.any() else None
    for one, row in zip(view["agents"], np.flatnonzero(evaluation.shown), strict=True):
        known = bool(chance.known[row])
        one["probability"] = (
            {name: views.number(chance.probability[row, at]) for at, name in enumerate(QUADRANTS)} if known else None
        )
        one["certain"] = bool(chance.certain[row]) if known else None
    _print(context, view, rows=view["agents"])


@_command("weak-spots")
@_period_options
def weak_spots(context: Context, **options: Any) -> None:
    """Points lost by team and indicator; with --team, that team's beside the company's and the best team's."""
    with _desk(context, "see_others") as desk:
        evaluation = _evaluated(desk, options)
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
    _print(context, view, rows=[{"team": row["team"] or "", **row["points_lost"]} for row in rows])


@_command()
@_cut_options
@_period_options
@click.option("--out", type=click.Path(path_type=Path), help="Write the list to a .csv or .xlsx file.")
def coaching(context: Context, out: Path | None, x: str, y: str, cut: str, **options: Any) -> None:
    """Who to coach, on what, and what it would bring."""
    if out is not None and out.suffix.lower() not in (".csv", ".xlsx"):
        raise RequestRefused("export_suffix", file=out.name)
    with _desk(context, "coach") as desk:
        evaluation = _evaluated(desk, options)
        frame = coaching_list(evaluation, _placed(evaluation, x, y, cut), desk.talks())
        if out is not None:
            desk.exported(out.name)
    if out is not None:
        table, columns = views.coaching_table(frame, catalogue(), context.language)
        _write(
            out,
            to_csv(table, columns)
            if out.suffix.lower() == ".csv"
            else to_xlsx({say("coaching.title", context.language): (table, columns)}),
        )
    rows = [
        {
            **{name: row[name] for name in ("agent_id", "name", "team", "quadrant", "weakest", "comment")},
            **{name: views.number(row[name]) for name in ("score", "due_policies", "expected_gain", "extra_renewals")},
            "lost": [views.number(value) for value in row["lost"]],
            "action": row["action"] if isinstance(row["action"], str) else row["action"][context.language],
            "step": views.step_sentence(row["step"], catalogue(), context.language),
            "last_date": str(row["last_date"]) if row["last_date"] else None,
            "next_date": str(row["next_date"]) if row["next_date"] else None,
        }
        for row in frame.to_dict("records")
    ]
    _print(
        context,
        {"period": str(evaluation.measured.period), "agents": rows, **({"written": str(out)} if out else {})},
        rows=rows,
    )


@_command()
@click.option("--scheme", metavar="NAME", help="A weight scheme: a preset or a saved one (default: balanced).")
def method(context: Context, scheme: str | None) -> None:
    """Every indicator, formula, standard, weight, rule and setting in force."""
    with _home(context, "see") as home:
        view = views.method_view(home.catalogue(), home.settings, _scheme(home, scheme, None))
    _print(
        context,
        view,
        rows=[
            {key: one[key] for key in ("id", "category", "numerator", "denominator", "direction", "unit", "weight")}
            for one in view["indicators"]
        ],
    )


@_command()
def schemes(context: Context) -> None:
    """The weight schemes: presets and saved ones."""
    with _home(context, "see") as home:
        known = [*preset_schemes().values(), *home.state.schemes()]
    rows = [
        {
            "name": one.name, "preset": one.name in preset_schemes() and one.version == 1 and not one.author, "version": one.version,
            "weights": dict(one.categories), "indicators": dict(one.indicators), "author": one.author, "reason": one.reason, "date": one.date,
        }
        for one in known
    ]  # fmt: skip
    _print(context, rows)


# -- honest about chance -------------------------------------------------------------------------------------------


@_command("funnel")
@click.option("--indicator", default="renewal_rate", metavar="ID", help="A rate of whole cases (default renewal_rate).")
@_period_options
def funnel_(context: Context, indicator: str, **options: Any) -> None:
    """Every agent's rate against what chance alone would make of it: 95 % and 99.8 % limits, with and without over-dispersion."""
    from analytics.insight import funnel as plots

    with _desk(context, "see_others") as desk:
        evaluation = _evaluated(desk, options)
    found = plots.funnel(evaluation, indicator)
    seen = evaluation.shown[found.rows]
    people = evaluation.people.iloc[found.rows]
    rows = [
        {"agent_id": people["agent_id"].iat[at], "name": people["name"].iat[at], "n": views.number(found.n[at]), "rate": views.number(found.rate[at]), "outside_95": bool(found.outside95[at]),
         "outside_998": bool(found.outside998[at]), "outside_dispersed": bool(found.outside_dispersed[at])}
        for at in np.flatnonzero(seen)
    ]  # fmt: skip
    view = {
        "indicator": indicator, "centre": views.number(found.centre), "phi": views.number(found.phi), "tau2": views.number(found.tau2), "fewest_95": found.fewest95, "fewest_998": found.fewest998,
        "false_alarm_95": views.number(found.alarm95), "false_alarm_998": views.number(found.alarm998), "agents": rows,
    }  # fmt: skip
    _print(context, view, rows=rows)


@_command("case-mix")
@_period_options
@click.option("--agent", help="Add the waterfall of one agent.")
def case_mix_(context: Context, agent: str | None, **options: Any) -> None:
    """Renewals against those expected of just this book (product, channel, region, premium, first term); not explained by the factors listed, never "ability"."""
    from analytics.insight import case_mix as mix

    with _desk(context, "see_others") as desk:
        period = _evaluated(desk, options).measured.period
        found = mix.case_mix(desk.cases(period))
        table = desk.mine(found.agents)
        if agent is not None and agent not in set(table["agent_id"]):
            raise RequestRefused("agent_unknown", agent=agent, period=str(period))
    rows = _rows(table)
    view = {
        "period": str(period),
        "auc": views.number(found.auc),
        "calibration_slope": views.number(found.slope),
        "factors": list(found.used),
        "not_adjusted_for": list(found.unused),
        "agents": rows,
    }
    if agent is not None:
        view["waterfall"] = _rows(mix.waterfall(found, agent))
    _print(context, view, rows=rows)


@_command("robustness")
@_period_options
def robustness_(context: Context, **options: Any) -> None:
    """Whether the ranking would stand: rank ranges under every permitted weighting and under chance, and what each weight really decides."""
    from analytics.insight import robustness as stand

    with _desk(context, "see_others") as desk:
        evaluation = _evaluated(desk, options)
        found = stand.robustness(evaluation)
        table = desk.mine(found.ranks)
    rows = _rows(table)
    view = {
        "exact": found.exact,
        "draws": found.draws,
        "seed": found.seed,
        "agents": rows,
        "weights": _rows(stand.effective_weights(evaluation)),
    }
    _print(context, view, rows=rows)


@_command("trends")
@_period_options
def trends_(context: Context, **options: Any) -> None:
    """Whose renewal rate rises or falls beyond the team's, many tests controlled (false discovery rate 10 %)."""
    from analytics.insight import trends as steady

    with _desk(context, "see_others") as desk:
        found = steady.trends(desk.monthly(_evaluated(desk, options).measured.period))
        table = desk.mine(found.agents)
    _print(context, {"rule": found.rule, "months": found.months, "agents": _rows(table)}, rows=_rows(table))


@_command("incentives")
@_period_options
@click.option("--bonus", default=0.0, help="Bonus for each candidate, for the budget.")
def incentives(context: Context, bonus: float, **options: Any) -> None:
    """Agents who keep improving, with the evidence, and how many of them are expected to be there by chance alone."""
    from analytics.insight import trends as steady

    with _desk(context, "see_others") as desk:
        found = steady.trends(desk.monthly(_evaluated(desk, options).measured.period))
        table = desk.mine(found.improving)
    view = {
        "rule": found.rule,
        "candidates": _rows(table),
        "by_chance": views.number(found.by_chance),
        "budget": bonus * len(table),
        "paid_by_chance": views.number(bonus * found.by_chance),
    }
    _print(context, view, rows=_rows(table))


@_command("fairness")
@_period_options
@click.option(
    "--by",
    default="branch",
    type=click.Choice(["team", "branch", "region", "supervisor"]),
    help="Compare groups of agents by this.",
)
def fairness_(context: Context, by: str, **options: Any) -> None:
    """Ceilings, discrimination and redundancy of every indicator, gaps between groups, and the renewal rate under rival definitions."""
    from analytics.insight import fairness as fair

    with _desk(context, "see_others") as desk:
        desk.require("standard")
        evaluation = _evaluated(desk, options)
    of = {
        str(one): str(group)
        for one, group in zip(evaluation.people["agent_id"], evaluation.people[by], strict=True)
        if group
    }
    view = {
        "standards": _rows(fair.standards_check(evaluation)),
        "groups": _rows(fair.groups(evaluation, of)),
        "definitions": _rows(fair.radar(evaluation.measured.totals)),
    }
    _print(context, view, rows=view["standards"])


@_command("effect")
@_period_options
@click.option(
    "--before",
    "start",
    required=True,
    callback=_month,
    metavar="YYYY-MM",
    help="First month of the period before the coaching; as long as --from to --to.",
)
def effect_(context: Context, start: dt.date, **options: Any) -> None:
    """What coaching did between two periods: coached agents against uncoached ones who started alike."""
    from analytics.insight import effect as proofs

    with _desk(context, "see_others") as desk:
        desk.require("coach")
        after = _evaluated(desk, options)
        period = Period(start, add_months(start, after.measured.period.length - 1))
        before = evaluate(desk.home.measure(Filters(period)), after.scheme)
        held = {
            talk.agent_id
            for talk in desk.home.state.talks.all()
            if talk.state in ("done", "followed_up")
            and talk.talk_on
            and period.first <= talk.talk_on < after.measured.period.last
        }
    found = proofs.proof(before, after, held)
    plain = None if found.effect is None else {key: views.number(value) for key, value in asdict(found.effect).items()}
    _print(
        context,
        {
            "before": str(period),
            "after": str(after.measured.period),
            "coached": found.coached,
            "peers": found.peers,
            "can_tell": found.told,
            "plain_change": views.number(found.plain_change),
            "effect": plain,
        },
    )


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame as plain JSON rows: missing is null, numbers are plain ones."""
    return [
        {
            key: None
            if value is None or (isinstance(value, float) and not np.isfinite(value))
            else value.item()
            if hasattr(value, "item")
            else value
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]


# -- sheets and the people around them -------------------------------------------------------------------------------


def _sheet_views(desk: Desk, evaluation: Evaluation, agent_ids: Sequence[str]) -> list[dict[str, Any]]:
    about = desk.about(evaluation)
    return [desk.shown_sheet(about, agent_id) for agent_id in agent_ids]


@_command()
@click.argument("agent")
@_period_options
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
    with _desk(context) as desk:
        evaluation = _evaluated(desk, options)
        if reopen is not None:
            desk.reopen_sheet(agent, evaluation.measured.period, reopen)
        if close_:
            desk.close_sheets(evaluation, [agent])
        view = _sheet_views(desk, evaluation, [agent])[0]
        if out is not None:
            make = to_pdf if out.suffix.lower() == ".pdf" else to_workbook
            _write(out, make([view], evaluation.catalogue, context.language))
            desk.exported(out.name)
    _print(
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


@_command()
@_period_options
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
    with _desk(context) as desk:
        evaluation = _evaluated(desk, options)
        agents = [str(one) for one in evaluation.people["agent_id"][evaluation.shown]]
        closed = desk.close_sheets(evaluation, agents) if close_ else 0
        found = _sheet_views(desk, evaluation, agents)
        _write(out, makers[out.suffix.lower()](found, evaluation.catalogue, context.language))
        desk.exported(out.name)
    _print(context, {"written": str(out), "sheets": len(found), "closed": closed})


@_command()
@click.option("--agent", help="One agent only.")
@click.option("--from", "first", callback=_month, metavar="YYYY-MM", help="First month of the sheet to comment on.")
@click.option("--to", "last", callback=_month, metavar="YYYY-MM", help="Its last month (default: the first).")
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
    with _desk(context) as desk:
        if text is not None:
            if agent is None or first is None:
                raise RequestRefused("comment_needs")
            desk.write_note(Note(agent, first, last or first, kind, text))
        found = desk.all_notes(agent)
    _print(context, [_plain(one) for one in found if first is None or one.first == first])


@_command()
@click.option("--ics", type=click.Path(path_type=Path), help="Write the talks ahead as a calendar.")
@click.option("--agent", help="One agent only; needed to plan.")
@click.option("--plan", "on", callback=_day, metavar="YYYY-MM-DD", help="Plan a talk with --agent on this day.")
@click.option("--action", default="", help="What is to be done.")
@click.option("--owner", default="", help="Who holds the talk.")
def talks(context: Context, ics: Path | None, agent: str | None, on: dt.date | None, action: str, owner: str) -> None:
    """Coaching talks; --plan adds one, --ics writes a calendar."""
    from analytics.reports.sheet_files import to_calendar

    with _desk(context, "coach") as desk:
        if on is not None:
            if agent is None:
                raise RequestRefused("comment_needs")
            desk.save_talk(Talk(agent, talk_on=on, action=action, owner=owner))
        found = desk.talks(agent)
        facts = desk.home.warehouse.ask("facts_of")
    if ics is not None:
        _write(ics, to_calendar(found, dict(zip(facts["agent_id"], facts["name"], strict=True)), context.language))
    _print(context, [_plain(one) for one in found])


@_command()
@click.option("--agent", help="One agent only; needed to object.")
@click.option("--from", "first", callback=_month, metavar="YYYY-MM", help="First month of the sheet objected to.")
@click.option("--to", "last", callback=_month, metavar="YYYY-MM", help="Its last month (default: the first).")
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
    with _desk(context, "object") as desk:
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
    _print(context, [_plain(one) for one in found])


@_command()
@click.argument("objection_id", type=int, metavar="ID")
@click.option("--scheme", metavar="NAME", help="A weight scheme (default: balanced).")
def replay(context: Context, objection_id: int, scheme: str | None) -> None:
    """What accepting an objection would change, tried in a sandbox: nothing is stored."""
    with _desk(context, "answer") as desk:
        found = desk.replay(desk.objection(objection_id), _scheme(desk.home, scheme, None))
    plain = {
        name: [
            {key: None if pd.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")
        ]
        for name, frame in (("own", found.own), ("moved", found.moved))
    }
    _print(context, plain, rows=plain["own"])


@_command()
@click.option(
    "--verify", is_flag=True, help="Check that no line was edited, deleted, moved or cut off; exit code 2 when one was."
)
def audit(context: Context, verify: bool) -> None:
    """Every change of state: who, when, what, before and after."""
    with _desk(context, "audit") as desk:
        found = desk.audit()
        wrong = desk.verify_audit() if verify else []
    if wrong:
        lines = [
            say(f"audit.wrong_{one.partition(':')[0]}", context.language, seq=one.partition(":")[2]) for one in wrong
        ]
        raise RequestRefused("audit_broken", lines=lines)
    _print(context, {"verified": True, "lines": len(found)} if verify else [_plain(one) for one in found])


@_command()
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
    with _desk(context, "account") as desk:
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
    _print(context, [_plain(one) for one in found])


def _plain(one: Any) -> dict[str, Any]:
    return {
        key: str(value) if isinstance(value, (dt.date, dt.datetime)) else value for key, value in asdict(one).items()
    }


# -- printing ------------------------------------------------------------------------------------------------------


def _flat(agent: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in agent.items() if key != "indicators"}
    return plain | {
        f"{name}.{part}": parts[part]
        for name, parts in agent["indicators"].items()
        for part in ("value", "points", "contribution")
    }


def _print(context: Context, value: Any, rows: list[dict[str, Any]] | None = None) -> None:
    if context.format == "json":
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str, allow_nan=False))
        return
    table = rows if rows is not None else value if isinstance(value, list) else [value]
    frame = pd.DataFrame(table)
    if context.format == "csv":
        buffer = io.StringIO()
        frame.to_csv(buffer, index=False)
        click.echo(buffer.getvalue(), nl=False)
    else:
        click.echo(frame.to_string(index=False, na_rep="—"))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise RequestRefused("file_unwritable", file=path.name) from error


if __name__ == "__main__":
    main(obj=Context(), prog_name="python -m analytics")
