"""Commands about what is in force: weight schemes, SWOT, standards, settings, market averages."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from analytics.catalogue import definition_of, offered, preset_schemes
from analytics.commands.shell import (
    Context,
    command,
    desk_of,
    month,
    named,
    one_action,
    plain_of,
    rows_of,
    scheme_of,
    show,
)
from analytics.desk import AdoptionEffect, Desk
from analytics.errors import FileRefused, RequestRefused
from analytics.evaluation.swot import propose
from analytics.evaluation.weights import parse, vector
from analytics.insight.rehearsal import grade_changes, rehearse
from analytics.model import Period, WeightScheme
from analytics.numbers import number
from analytics.people import PURPOSES, StandardVersion, SwotEntry, in_force
from analytics.reports.words import changed_by


def _toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise FileRefused("file_missing", file=path.name)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileRefused("toml_unreadable", file=path.name, why=str(error)) from error


@command()
@click.option(
    "--save",
    "save_",
    metavar="NAME",
    help="Save --weights (and the split of the scheme in force) under a name.",
)
@click.option(
    "--weights",
    metavar="results=…,service=…,competence=…",
    help="With --save: the category weights.",
)
@click.option(
    "--swot",
    type=click.Path(path_type=Path),
    help="With --save: start from a SWOT worksheet (TOML, see the swot command).",
)
@click.option("--author", default="", help="With --save: who made it.")
@click.option("--reason", default="", help="Why; needed to save and to adopt.")
@click.option(
    "--purpose", type=click.Choice(PURPOSES), help="With --save: reward the best, or lift the team."
)
@click.option("--goal", default="", help="With --save: the company goal behind it.")
@click.option(
    "--adopt",
    metavar="NAME[@VERSION]",
    help="Put a scheme in force for the company, from --from on.",
)
@click.option(
    "--delete", metavar="NAME[@VERSION]", help="Delete a saved scheme that never was in force."
)
@click.option(
    "--from",
    "since",
    callback=month,
    metavar="YYYY-MM",
    help="With --adopt: from this month on (default: this month).",
)
@click.option(
    "--preview", is_flag=True, help="With --adopt: only say which months it would change."
)
def schemes(
    context: Context,
    save_: str | None,
    weights: str | None,
    swot: Path | None,
    author: str,
    reason: str,
    purpose: str | None,
    goal: str,
    adopt: str | None,
    delete: str | None,
    since: dt.date | None,
    preview: bool,
) -> None:
    """The weight schemes and which one is in force since when; --save, --adopt and --delete change
    them."""
    one_action(save=save_, adopt=adopt, delete=delete)
    with desk_of(context, "see") as desk:
        answer: dict[str, Any] = {}
        if save_ is not None:
            made = _made(desk, save_, weights, swot)
            made = replace(
                made, author=author, reason=reason, purpose=purpose or "", company_goal=goal
            )
            answer["saved"] = _scheme(desk.save_scheme(made))
        if adopt is not None:
            name, version = named(adopt)
            start = since or desk.this_month
            effect = (
                desk.adoption_effect(name, version, start)
                if preview
                else desk.adopt_scheme(name, version, start, reason)
            )
            answer["preview" if preview else "adopted"] = _effect(effect)
        if delete is not None:
            answer["deleted"] = desk.delete_scheme(*named(delete))
        now, adoptions = desk.scheme(), desk.adoptions()
        rows = [
            {
                **_scheme(scheme),
                "in_force": (scheme.name, scheme.version) == (now.name, now.version),
                "adopted": [
                    plain_of(adoption) for adoption in adoptions if adoption.name == scheme.name
                ],
            }
            for scheme in desk.schemes().values()
        ]
    show(context, answer or rows)


def _made(desk: Desk, name: str, weights: str | None, swot: Path | None) -> WeightScheme:
    base = desk.scheme()
    if swot is not None:
        return replace(propose(base, _entries(swot), desk.catalogue()), name=name)
    if weights is None:
        raise RequestRefused("scheme_weights_needed")
    return WeightScheme(name, parse(weights), base.indicators)


def _scheme(scheme: WeightScheme) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "preset": scheme.name in preset_schemes(),
        "version": scheme.version,
        "weights": dict(scheme.categories),
        "indicators": dict(scheme.indicators),
        "author": scheme.author,
        "reason": scheme.reason,
        "purpose": scheme.purpose,
        "company_goal": scheme.company_goal,
        "date": scheme.date,
    }


def _effect(effect: AdoptionEffect) -> dict[str, Any]:
    return {
        "scheme": f"{effect.scheme.name} v{effect.scheme.version}",
        "from": f"{effect.since:%Y-%m}",
        "months_changed": dict(effect.months),
        "closed_sheets_kept": effect.closed,
    }


@command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--scheme", metavar="NAME[@VERSION]", help="Start from another scheme than the one in force."
)
def swot(context: Context, file: Path, scheme: str | None) -> None:
    """What a SWOT worksheet makes of the weights: a TOML file of [[entry]] with part, text and
    changes (indicator → points)."""
    with desk_of(context, "see_others") as desk:
        today = Period(desk.this_month, desk.this_month)
        base, catalogue = scheme_of(desk, today, scheme, None), desk.catalogue()
        made = propose(base, _entries(file), catalogue)
    before, after = vector(base, catalogue), vector(made, catalogue)
    rows = [
        {"indicator": name, "before": number(before[position]), "after": number(after[position])}
        for position, name in enumerate(catalogue.ids)
    ]
    view = {
        "base": f"{base.name} v{base.version}",
        "weights": dict(made.categories),
        "indicators": rows,
        "trace": [
            {"part": step.part, "text": step.text, "changes": dict(step.changes)}
            for step in made.trace
        ],
    }
    show(context, view, rows=rows)


def _entries(file: Path) -> list[SwotEntry]:
    entries = _toml(file).get("entry", [])
    if not entries:
        raise FileRefused("swot_empty", file=file.name)
    try:
        return [
            SwotEntry(
                str(entry["part"]),
                str(entry["text"]),
                {str(k): float(v) for k, v in entry["changes"].items()},
            )
            for entry in entries
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileRefused("swot_unreadable", file=file.name) from error


@command()
@click.option(
    "--rehearse",
    "rehearse_",
    type=click.Path(path_type=Path),
    help="Try a draft (TOML) over the last months; nothing is stored.",
)
@click.option(
    "--adopt",
    type=click.Path(path_type=Path),
    help="Adopt a draft (TOML), once every month evaluates under it.",
)
@click.option(
    "--restore",
    type=int,
    metavar="VERSION",
    help="Adopt an earlier version again (0: the built-in standards).",
)
@click.option(
    "--undo",
    is_flag=True,
    help="Adopt the version before the latest one again, from the same month.",
)
@click.option(
    "--from",
    "since",
    callback=month,
    metavar="YYYY-MM",
    help="In force from this month on (default: this month).",
)
@click.option("--reason", default="", help="Why; needed to adopt.")
@click.option(
    "--month",
    "month_",
    callback=month,
    metavar="YYYY-MM",
    help="Show the standards in force in this month.",
)
def standards(
    context: Context,
    rehearse_: Path | None,
    adopt: Path | None,
    restore: int | None,
    undo: bool,
    since: dt.date | None,
    reason: str,
    month_: dt.date | None,
) -> None:
    """The standards in force and every version; --rehearse tries a draft, --adopt, --restore and
    --undo change them.

    A draft is a TOML file like data/indicators.toml: a table an indicator that it adds or changes,
    `remove = true` in the table of one that it takes out, `add = true` in that of one that is off
    until then, `order = [ids]`, and [grades] and [veto.INDICATOR] where those change.
    """
    with desk_of(context, "see") as desk:
        start = since or desk.this_month
        every = desk.standards()
        last = every[-1].version if every else 0
        answer: dict[str, Any] = {}
        if rehearse_ is not None:
            period = desk.months()["month"].iloc[-1].date()
            pairs = desk.rehearse(_draft(desk, rehearse_, start, reason), Period(period, period))
            answer["rehearsal"] = rows_of(rehearse(pairs)) if pairs else []
            answer["grade_changes"] = rows_of(grade_changes(*pairs[-1])) if pairs else []
        if adopt is not None:
            answer["adopted"] = _version(
                desk.adopt_standard(_draft(desk, adopt, start, reason), last), context.language
            )
        if restore is not None:
            made = desk.restored_standard(restore, start, reason)
            answer["adopted"] = _version(desk.adopt_standard(made, last), context.language)
        if undo:
            answer["adopted"] = _version(desk.undo_standard(reason), context.language)
        period = Period(month_ or desk.this_month, month_ or desk.this_month)
        catalogue, now = desk.catalogue(period), in_force(desk.standards(), period.last)
        versions = [_version(version, context.language) for version in desk.standards()]
        view = {
            "version": now.version if now else 0,
            "in_force_from": f"{now.effective_from:%Y-%m}" if now else None,
            "indicators": {
                indicator.id: definition_of(indicator) for indicator in catalogue.indicators
            },
            "grades": dict(catalogue.grades),
            "vetoes": [
                {"indicator": veto.indicator, "beyond": veto.beyond, "cap": veto.cap}
                for veto in catalogue.vetoes
            ],
            "versions": versions,
        }
    show(context, answer or view, rows=None if answer else versions)


def _draft(desk: Desk, file: Path, since: dt.date, reason: str) -> StandardVersion:
    """The latest version with the changes that a file makes to it."""
    tables = _toml(file)
    grades, vetoes, order = (tables.pop(name, None) for name in ("grades", "veto", "order"))
    every = desk.standards()
    last = every[-1] if every else StandardVersion({}, {}, {}, "", "", since)
    if wrong := [
        name
        for name, table in {**tables, "veto": vetoes or {}, "grades": grades or {}}.items()
        if not isinstance(table, dict)
    ]:
        raise FileRefused("toml_unreadable", file=file.name, why=", ".join(wrong))
    changed = {name: _changed(name, table) for name, table in tables.items()}
    try:
        return StandardVersion(
            {**last.indicators, **changed},
            dict(last.grades) if grades is None else grades,
            dict(last.vetoes) if vetoes is None else vetoes,
            desk.identity.who,
            reason,
            since,
            order=last.order if order is None else tuple(order),
        )
    except (TypeError, AttributeError) as error:
        raise FileRefused("toml_unreadable", file=file.name, why=str(error)) from error


def _changed(name: str, table: dict[str, Any]) -> dict[str, Any]:
    """What a draft's table says of an indicator: {} takes it out, `add` takes one in that is off,
    with what else the table has."""
    if table.get("remove"):
        return {}
    if not table.get("add"):
        return table
    if name not in offered():
        raise RequestRefused("indicator_unknown", name=name, known=list(offered()))
    return {**offered()[name], **{part: value for part, value in table.items() if part != "add"}}


def _version(version: StandardVersion, language: str) -> dict[str, Any]:
    return {
        "version": version.version,
        "from": f"{version.effective_from:%Y-%m}",
        "author": version.author,
        "reason": version.reason,
        "restores": version.restores,
        "changed": changed_by(version, language),
    }


@command("settings")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a rule (may be repeated), e.g. grace_days=45.",
)
@click.option(
    "--grace",
    multiple=True,
    metavar="PRODUCT=DAYS",
    help="Grace of one product; 0 days takes it out (may be repeated).",
)
def settings_(context: Context, changes: tuple[str, ...], grace: tuple[str, ...]) -> None:
    """The rules that decide who is right in a quarrel; --set and --grace change them, and every
    figure with them."""
    with desk_of(context, "see") as desk:
        wanted: dict[str, Any] = {}
        for change in changes:
            name, mark, text = change.partition("=")
            if not mark:
                raise RequestRefused("setting_unreadable", value=change)
            wanted[name.strip()] = _setting(name.strip(), text.strip())
        if grace:
            products = dict(desk.settings.grace_by_product)
            for change in grace:
                product, _, days = change.rpartition("=")
                if not product or not re.fullmatch(r"[0-9]{1,9}", days):
                    raise RequestRefused("setting_unreadable", value=change)
                products[product] = int(days)
            wanted["grace_by_product"] = {name: days for name, days in products.items() if days}
        if wanted:
            desk.change_settings(wanted)
        settings = desk.settings
    show(context, plain_of(settings))


def _setting(name: str, text: str) -> Any:
    try:
        if name in ("grace_days", "contact_lead_days", "month_begins", "rank_few"):
            return int(text)
        if name == "grace_by_product":
            return json.loads(text)
        return float(text) if name == "missing_limit" else text
    except ValueError as error:
        raise RequestRefused("setting_unreadable", value=f"{name}={text}") from error


@command()
@click.option(
    "--set",
    "indicator",
    metavar="ID",
    help="Enter the market average of an indicator, with --value and --source.",
)
@click.option("--value", type=float, help="In the indicator's unit; rates as fractions of 1.")
@click.option("--source", default="", help="Where that is known from.")
@click.option("--remove", metavar="ID", help="Take a market average out.")
def market(
    context: Context, indicator: str | None, value: float | None, source: str, remove: str | None
) -> None:
    """Market averages by indicator, each with its source."""
    with desk_of(context, "see") as desk:
        if indicator is not None:
            if value is None:
                raise RequestRefused("market_needs_source")
            desk.save_market(indicator, value, source)
        if remove is not None:
            desk.save_market(remove, None, "")
        averages = desk.market()
    show(context, [plain_of(entry) for entry in averages.values()])
