"""The throw-away process that opens a user's file: looks at it, or reads it into clean records and
issues.

Started as `python -m analytics.intake.worker`, a JSON request on stdin, answers in files of the
folder it is given. Whatever a hostile file does to the parser, it does it here, under limits, and
not in the app.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics.errors import FileRefused, RenewalError
from analytics.intake import cells
from analytics.intake.container import Sheet
from analytics.intake.formats import EXAMPLES, brief
from analytics.intake.months import header_month
from analytics.intake.periods import stated_day
from analytics.intake.recipe import LAYOUT, Recipe, recipe_from
from analytics.intake.recognise import known_headers, recognise
from analytics.intake.rows import month_headers
from analytics.intake.sheets import members, sheets
from analytics.intake.table import Layout, letter, plain, single_spaced
from analytics.intake.understood import (
    Done,
    Look,
    Members,
    MonthColumns,
    Outline,
    Refused,
    Understood,
    encode,
)

DISTINCT = 12
SHOWN = 40  # characters of an example


class _WithoutPandas(MetaPathFinder):
    """pyarrow imports pandas where it finds it, which takes longer than reading most files; nothing
    here needs it."""

    def find_spec(self, fullname: str, *_: object, **__: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


def limit(memory: int, seconds: int) -> None:
    """Bound this process; where the system has no such limits (Windows) the parent's clock alone
    holds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def look(path: Path, layout: Layout) -> Look:
    """What a file holds, for the user to confirm: sheets, headers, first rows, the few distinct
    values, the guesses."""
    opened, seen = sheets(path, layout)
    return Look(seen, tuple(_outline(sheet, path.stem) for sheet in opened))


def _outline(sheet: Sheet, file: str) -> Outline:
    distinct = {}
    for index, header in enumerate(sheet.headers):
        column = sheet.body.column(index)
        values = column.slice(0, 200_000).unique().to_pylist()
        distinct[header] = tuple(value for value in values if value is not None)[: DISTINCT + 1]
    return Outline(
        name=sheet.name,
        headers=sheet.headers,
        header_row=sheet.header_row,
        header_rows=sheet.header_rows,
        first_column=sheet.columns[0] + 1,
        last_column=sheet.columns[-1] + 1,
        beside=sheet.beside,
        rows=sheet.body.num_rows,
        hidden_rows=sheet.hidden_rows,
        grid=sheet.grid,
        distinct=distinct,
        wide=_months(sheet.headers),
        guesses=tuple(recognise(sheet.headers, values=distinct)),
        as_of=stated_day(sheet, file, dt.date.today()),
    )


def _months(headers: Sequence[str]) -> MonthColumns | None:
    """The columns that are named after months, where there are several: a wide layout, to be asked
    about."""
    labels = known_headers()
    named = {header: month for header in headers if (month := header_month(header)) is not None}
    fitting = {
        header: month
        for header, month in named.items()
        if not month[2] or plain(month[2]) in labels
    }
    if len(fitting) < 2:
        return None
    return MonthColumns(
        tuple(fitting),
        year_known=all(month[0] for month in fitting.values()),
        each=any(month[2] for month in fitting.values()),
    )


def read(path: Path, recipe: Recipe, out: Path, begins: int = 1) -> Understood:
    """Clean records into `out/records.arrow` (a scoresheet's facts into `out/facts.arrow`), issues
    in the answer; the company's months begin on day `begins`."""
    return _read(path, recipe, out, begins)[0]


def correct(path: Path, recipe: Recipe, out: Path, begins: int, language: str) -> Done:
    """The user's file as `out/corrections.xlsx`, what cannot be read marked in it."""
    # a second's import that no reading of a file should wait for
    from analytics.intake.corrections import marked

    understood, fitting, layout = _read(path, recipe, out, begins)
    problems = [
        replace(problem, header=problem.header or recipe.columns.get(problem.field, ""))
        for problem in understood.problems
    ]
    marked(path, layout, fitting, problems, language).save(out / "corrections.xlsx")
    return Done()


def _read(
    path: Path, recipe: Recipe, out: Path, begins: int
) -> tuple[Understood, list[Sheet], Layout]:
    mapped = (*recipe.columns.values(), *recipe.only)
    wanted = frozenset(plain(header) for header in mapped)
    options = {name: recipe.options[name] for name in LAYOUT if name in recipe.options}
    layout = Layout(sheet=recipe.sheet, wanted=wanted, recognised=known_headers(), **options)
    opened, seen = sheets(path, layout)
    named = recipe.options.get("sheets")
    left = [sheet.name for sheet in opened if sheet.name not in named] if named else []
    opened = [sheet for sheet in opened if sheet.name not in left]
    if not opened:
        raise FileRefused("sheet_missing", file=path.name, sheet=named, sheets=left)
    lacking = {sheet.name: wanted - {plain(header) for header in sheet.headers} for sheet in opened}
    fitting = [sheet for sheet in opened if not lacking[sheet.name]]
    if not fitting:
        nearest = min(opened, key=lambda sheet: len(lacking[sheet.name]))
        missing = next(header for header in mapped if plain(header) in lacking[nearest.name])
        raise FileRefused(
            "column_missing", file=path.name, column=missing, headers=list(nearest.headers)[:20]
        )
    understood = cells.read(cells.Opened(path.stem, fitting, seen), recipe, out, begins)
    merged = {header for sheet in fitting for header in sheet.merged}
    understood = replace(
        understood,
        unread=(*left, *(name for name in lacking if lacking[name]), *seen.bare),
        unused=_unused(fitting, recipe),
        hidden_columns=tuple(
            sorted({column for sheet in fitting for column in sheet.hidden_columns})
        ),
        merged=tuple(sorted(merged & set(recipe.columns.values()))),
        hidden_rows=sum(sheet.hidden_rows for sheet in fitting),
        beside={sheet.name: letter(sheet.beside - 1) for sheet in fitting if sheet.beside},
    )
    return understood, fitting, layout


def _unused(sheets: Sequence[Sheet], recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """The columns that nothing was made of, each with some of its values."""
    taken = {plain(header) for header in (*recipe.columns.values(), *recipe.only)}
    months = {header for sheet in sheets for header in month_headers(sheet, recipe)}
    out: dict[str, tuple[str, ...]] = {}
    for sheet in sheets:
        for index, header in enumerate(sheet.headers):
            if plain(header) in taken or header in months or header in out:
                continue
            values = sheet.body.column(index).slice(0, 1000).unique().to_pylist()
            given = [brief(cell)[:SHOWN] for cell in map(single_spaced, values) if cell]
            if given:
                out[header] = tuple(given[:EXAMPLES])
    return out


def unpack(path: Path, out: Path) -> Members:
    """The files of an archive (or the file itself), in folders below `out`."""
    return Members(tuple(str(member) for member in members(path, out)))


def answer(request: Mapping[str, Any]) -> None:
    """Do what is asked; the answer, or the refusal, is written into the folder that the request
    names. "together" are several requests one after the other."""
    if request["action"] == "together":
        for single in request["requests"]:
            answer(single)
        return
    out, path = Path(request["out"]), Path(request["path"])
    said: Look | Members | Done | Understood | Refused
    try:
        match request["action"]:
            case "look":
                said = look(path, Layout(recognised=known_headers(), **request["layout"]))
            case "unpack":
                said = unpack(path, out)
            case "correct":
                recipe = recipe_from(request["recipe"])
                said = correct(path, recipe, out, request["month_begins"], request["language"])
            case _:
                recipe = recipe_from(request["recipe"])
                said = read(path, recipe, out, request["month_begins"])
    except RenewalError as error:
        said = Refused(type(error).__name__, error.key, error.facts)
    except (MemoryError, pa.ArrowMemoryError):
        said = Refused("FileRefused", "file_too_heavy", {"file": path.name})
    (out / "answer.json").write_text(encode(said), encoding="utf-8")


def main() -> None:
    sys.meta_path.insert(0, _WithoutPandas())
    request: Mapping[str, Any] = json.load(sys.stdin)
    limit(request["memory"], request["seconds"])
    answer(request)


if __name__ == "__main__":
    main()
