"""What every command shares: the home, the acting account, common options, printing."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from analytics.desk import Desk, kept_in, opened
from analytics.errors import RenewalError, RequestRefused
from analytics.evaluation import Evaluation
from analytics.evaluation.weights import parse
from analytics.files import keep_private
from analytics.insight.quadrant import Placed, place
from analytics.language import say
from analytics.model import Filters, Period, WeightScheme, parse_month
from analytics.people import LOCAL
from analytics.reports.refusals import refusal_lines
from analytics.reports.tables import Table, inert, inert_table, to_csv, to_xlsx
from analytics.reports.words import period_text, trial_sentence
from analytics.settings import environment
from analytics.text import one_line

REFUSED = 2
MOST_ISSUES = 20  # told of one refusal


class Context:
    """What every command knows: where the home is, how to print, in which language to speak."""

    def __init__(self) -> None:
        told = environment()
        self.home = told.home
        self.format = "json"
        self.account: str | None = None
        self.language = told.language

    @property
    def who(self) -> str:
        """Who acts; the empty address of a script's unset variable is nobody's, and not the one
        user of this machine."""
        return LOCAL if self.account is None else self.account


class Group(click.Group):
    """Turns a refusal into one sentence on standard error and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        context = ctx.ensure_object(Context)  # the installed command is called without one
        try:
            return super().invoke(ctx)
        except RenewalError as error:
            for line in refusal_lines(error, context.language, MOST_ISSUES):
                tell(line, err=True)
            sys.exit(REFUSED)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """--home, --format, --lang and --as, taken before or after the command's name."""

    def store(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        if value is not None:
            setattr(
                ctx.ensure_object(Context),
                {"home": "home", "format_": "format", "lang": "language", "account": "account"}[
                    param.name or ""
                ],
                value,
            )
        return value

    for decorate in (
        click.option(
            "--home",
            type=click.Path(path_type=Path),
            callback=store,
            expose_value=False,
            help="The home folder (default: RENEWAL_HOME, else ./home).",
        ),
        click.option(
            "--format",
            "format_",
            type=click.Choice(["json", "csv", "table"]),
            callback=store,
            expose_value=False,
            help="How to print (default json).",
        ),
        click.option(
            "--lang",
            type=click.Choice(["zh", "en"]),
            callback=store,
            expose_value=False,
            help="The language of sentences and exports.",
        ),
        click.option(
            "--as",
            "account",
            metavar="EMAIL",
            callback=store,
            expose_value=False,
            help="Act as an account, inside its role and scope (default: everything).",
        ),
    ):
        command = decorate(command)
    return command


@click.group(
    cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@common
def main() -> None:
    """Rate renewal agents: load a month's files, evaluate, and take the lists out.

    A refused request prints one sentence on standard error, exits with 2 and stores nothing.
    """
    keep_private()


def command(
    name: str | None = None, epilog: str | None = None
) -> Callable[[Callable[..., Any]], click.Command]:
    def decorate(function: Callable[..., Any]) -> click.Command:
        return main.command(name, epilog=epilog)(common(click.pass_obj(function)))

    return decorate


@contextmanager
def desk_of(context: Context, action: str = "see") -> Iterator[Desk]:
    """The desk of whoever is acting, once the command's action is allowed to them; what it works
    out is kept until the command ends."""
    home = opened(context.home)
    try:
        desk = Desk(home, context.who, kept_in({}))
        desk.require(action)
        yield desk
    finally:
        home.close()


def month(_: click.Context, __: click.Parameter, value: str | None) -> dt.date | None:
    return parse_month(value) if value else None


def day(_: click.Context, __: click.Parameter, value: str | None) -> dt.date | None:
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise RequestRefused("date_unreadable", value=value) from error


def period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--from and --to, weights to try out, and whom to show."""
    for decorate in (
        period_only,
        click.option(
            "--scheme",
            metavar="NAME[@VERSION]",
            help="Try another weight scheme out (default: the one in force).",
        ),
        click.option(
            "--weights",
            metavar="results=70,service=20,competence=10",
            help="Try category weights out; scaled to 100.",
        ),
        click.option(
            "--team", help="Show one team only; scores and ranks stay those of the whole company."
        ),
        click.option("--branch", help="Show one branch only."),
        click.option("--channel", help="Count the policies of one channel only."),
    ):
        command = decorate(command)
    return command


def period_only(command: Callable[..., Any]) -> Callable[..., Any]:
    """--from and --to."""
    for decorate in (
        click.option(
            "--to",
            "last",
            callback=month,
            metavar="YYYY-MM",
            help="Last month (default: the last with figures).",
        ),
        click.option(
            "--from",
            "first",
            callback=month,
            metavar="YYYY-MM",
            help="First month (default: the first with figures).",
        ),
    ):
        command = decorate(command)
    return command


def cut_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for decorate in (
        click.option(
            "--cut",
            default="median",
            metavar="median|mean|target|X,Y",
            help="Where high begins; X,Y in the indicators' units.",
        ),
        click.option(
            "--y",
            "y",
            metavar="ID",
            help="The indicator of the vertical axis (default satisfaction).",
        ),
        click.option(
            "--x",
            "x",
            metavar="ID",
            help="The indicator of the horizontal axis (default renewal_rate).",
        ),
    ):
        command = decorate(command)
    return command


def named(text: str) -> tuple[str, int | None]:
    """NAME or NAME@VERSION."""
    match = re.fullmatch(r"(.*)@([0-9]{1,9})", text, re.DOTALL)
    return (match[1], int(match[2])) if match else (text, None)


def scheme_of(desk: Desk, period: Period, name: str | None, weights: str | None) -> WeightScheme:
    """The scheme in force in a period; another one by its name (NAME or NAME@VERSION), or typed
    weights, is a trial."""
    official = desk.scheme(period)
    chosen = official
    if name is not None:
        chosen = desk.scheme_named(*named(name))
    if weights is not None:
        return WeightScheme("typed", parse(weights), chosen.indicators, trial=True)
    same = (chosen.name, chosen.version) == (official.name, official.version)
    return official if same else replace(chosen, trial=True)


def period_of(desk: Desk, options: dict[str, Any]) -> Period:
    """--from and --to, each by default the first or last month that has figures."""
    first, last = options["first"], options["last"]
    whole = desk.whole_period()
    return Period(
        first or min(whole.first, last or whole.first), last or max(whole.last, first or whole.last)
    )


def evaluated(desk: Desk, options: dict[str, Any], *, theirs: bool = False) -> Evaluation:
    """A period by the options, of those whose figures it were, or (`theirs`) of those who are the
    account's today."""
    period = period_of(desk, options)
    filters = Filters(period, options["team"], options["branch"], options["channel"], theirs=theirs)
    measured = desk.measured(filters)
    if measured.people.empty:
        whole = desk.whole_period()
        raise RequestRefused(
            "period_empty",
            period=str(period),
            first=f"{whole.first:%Y-%m}",
            last=f"{whole.last:%Y-%m}",
        )
    teams = {team for team in measured.people["team"][measured.in_scope] if team}
    if filters.team is not None and filters.team not in teams:
        raise RequestRefused("team_unknown", team=filters.team, known=sorted(teams))
    return desk.scored(measured, scheme_of(desk, period, options["scheme"], options["weights"]))


def trial_name(path: Path, scheme: WeightScheme, language: str) -> Path:
    """Where to write: a file made on trial says so in its name."""
    return (
        path.with_name(f"{path.stem}-{say('trial.mark', language)}{path.suffix}")
        if scheme.trial
        else path
    )


@dataclass(frozen=True)
class Above:
    """What stands above whatever is given out: that the figures are made up, the weights of a trial
    and those in force, the days of a period whose months do not begin on the first."""

    sample: Sequence[str] = ()
    trial: Sequence[str] = ()
    days: Sequence[str] = ()
    words: Sequence[str] = ()  # what a table says of itself, which JSON has as keys of its own

    @property
    def marks(self) -> list[str]:
        return [*self.sample, *self.trial, *self.days]

    @property
    def lines(self) -> list[str]:
        return [*self.marks, *self.words]

    def told(self) -> dict[str, Any]:
        """The same as keys of a JSON object; nothing where there is nothing to say."""
        kinds = {"sample": self.sample, "trial": self.trial}
        said: dict[str, Any] = {name: True for name, words in kinds.items() if words}
        return said | ({"note": " ".join(self.marks)} if self.marks else {})


def sample_note(desk: Desk, language: str) -> list[str]:
    """That the figures are made up, where those of the sample are among them."""
    return [say("app.sample_export", language)] if desk.has_sample() else []


def trial_note(desk: Desk, evaluation: Evaluation, language: str) -> Above:
    """The first rows of what is given out."""
    period, begins = evaluation.measured.period, evaluation.measured.settings.month_begins
    return Above(
        sample=sample_note(desk, language),
        trial=[trial_sentence(evaluation.scheme, desk.scheme(period), language)]
        if evaluation.scheme.trial
        else [],
        days=[] if begins == 1 else [period_text(period, begins, language)],
    )


def placed_by(
    evaluation: Evaluation, x: str | None = None, y: str | None = None, cut: str = "median"
) -> Placed:
    first, mark, second = cut.partition(",")
    return place(evaluation, x, y, first.strip(), second.strip() if mark else None)


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame as plain JSON rows: missing is null, numbers are plain ones."""
    return [
        {key: _plain_value(value) for key, value in row.items()} for row in table.to_dict("records")
    ]


def _plain_value(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def plain_of(record: Any) -> dict[str, Any]:
    return {
        key: str(value) if isinstance(value, (dt.date, dt.datetime)) else value
        for key, value in asdict(record).items()
    }


# -- printing --------------------------------------------------------------------------------------


def flat(agent: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in agent.items() if key != "indicators"}
    return plain | {
        f"{name}.{part}": parts[part]
        for name, parts in agent["indicators"].items()
        for part in ("value", "points", "contribution")
    }


def show(
    context: Context,
    value: Any,
    rows: list[dict[str, Any]] | None = None,
    first: Above = Above(),
) -> None:
    """Print a value as JSON, or its rows as a table; `first` stands above a table (sample and trial
    say that they are one)."""
    if context.format == "json":
        if isinstance(value, Mapping):
            value = {**value, **first.told()}
        words = json.dumps(
            _known(value), ensure_ascii=False, indent=2, default=_plain, allow_nan=False
        )
        click.echo(_UNSEEN_IN_JSON.sub(_spelt, words))
        return
    if rows is None:
        rows = value if isinstance(value, list) else [value]
    frame = pd.DataFrame(rows)
    if context.format == "csv":
        above = "".join('"' + str(inert(line)).replace('"', '""') + '"\n' for line in first.lines)
        click.echo(
            above + inert_table(frame.map(_printable)).to_csv(index=False, lineterminator="\n"),
            nl=False,
        )
        return
    for line in first.lines:
        tell(line)
    click.echo(frame.map(_printable).rename(columns=_printable).to_string(index=False, na_rep="—"))


def tell(words: str, *, err: bool = False) -> None:
    """One sentence to the terminal, without the controls that a name in it may hold: they would
    steer the reader's screen."""
    click.echo(one_line(words), err=err)


def _printable(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


_UNSEEN_IN_JSON = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


def _spelt(match: re.Match[str]) -> str:
    """A character that steers a terminal or turns the direction of reading, as JSON may spell it:
    the value stays the same."""
    return f"\\u{ord(match[0]):04x}"


def _known(value: Any) -> Any:
    """The value with None for what is not a number: JSON has no word for it."""
    if isinstance(value, Mapping):
        return {name: _known(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_known(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    """What JSON has no word for: numbers and truths of numpy are plain ones, dates and paths
    text."""
    return value.item() if isinstance(value, np.generic) else str(value)


def one_action(**given: object) -> None:
    """Refuse several changes in one command: were the second refused, the first would be done all
    the same."""
    names = [
        f"--{name.replace('_', '-')}"
        for name, value in given.items()
        if value not in (None, False, ())
    ]
    if len(names) > 1:
        raise RequestRefused("one_action", names=names)


def writable(path: Path | None) -> None:
    """Refuse a file that cannot be written before anything is changed for it."""
    if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK)):
        raise RequestRefused("file_unwritable", file=path.name)


def list_file(function: Callable[..., None]) -> Callable[..., None]:
    """The option that has a list written to a file, of a kind that lists are written in."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        callback=_of_a_list,
        help="Write the list to a .csv or .xlsx file.",
    )(function)


def _of_a_list(_: click.Context, __: click.Parameter, out: Path | None) -> Path | None:
    if out is not None and out.suffix.lower() not in (".csv", ".xlsx"):
        raise RequestRefused("export_suffix", file=out.name)
    return out


def write_list(out: Path, title: str, table: Table, first: Above) -> None:
    """Write a list as its file's name wants it; `first` stands in rows of words above it."""
    csv, above = out.suffix.lower() == ".csv", first.lines
    write(out, to_csv(table, above) if csv else to_xlsx({title: table}, first=above))


def write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise RequestRefused("file_unwritable", file=path.name) from error
