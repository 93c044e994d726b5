"""Sheets of text → typed records and issues, by the macros of cleaning.sql; column names come only
from fields.toml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from analytics.errors import RecipeRefused
from analytics.intake.container import Sheet
from analytics.intake.dating import put_periods, put_roster_month
from analytics.intake.doubts import doubts
from analytics.intake.fields import Field, field_of, fields, kinds
from analytics.intake.leaving import left_rows
from analytics.intake.money import title_unit
from analytics.intake.periods import stated_year
from analytics.intake.problems import problems
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.intake.rows import DATING, EXAMPLES, raw, wide_fields
from analytics.intake.scratch import Scratch
from analytics.intake.settle import Settler
from analytics.intake.telling import sheets, telling
from analytics.intake.typed import type_cells
from analytics.intake.understood import Left, Seen, Understood
from analytics.intake.written import refuse_bare_rates, weighted, write

HERE = Path(__file__).parent
MONTH_OF = HERE.parent / "month_of.sql"
HEADERS = 12  # named where none of them is a figure


@dataclass(frozen=True)
class Opened:
    """A file's name without its ending, its sheets, and what was seen on the way to them."""

    name: str
    sheets: Sequence[Sheet]
    seen: Seen


def read(
    opened: Opened,
    recipe: Recipe,
    out: Path,
    begins: int,
) -> Understood:
    """Type every sheet by the recipe; writes records.arrow, returns counts, problems and questions.

    `begins` is the day on which the company's months begin.
    """
    with scratch() as connection:
        connection.execute("set variable month_begins = $1", [begins])
        settling = Settling(recipe.answers, begins)
        kept, recipe = sheets(opened.sheets, recipe, settling)
        settling.year = stated_year(kept, opened.name)
        columns = _columns(recipe, kept)
        file = Scratch(connection, recipe, columns, settling)
        counts = raw(file, kept)
        seen = opened.seen
        parameters = Settler(file, seen.date_system, seen.delimiter, title_unit(kept)).parameters()
        telling(kept, recipe, settling)
        type_cells(file, parameters)
        twice = recipe.options.get("duplicates") == "add"
        adding = twice
        if recipe.kind == "agents":
            put_roster_month(file)
        if recipe.kind == "scoresheet":
            adding |= put_periods(file, kept, opened.name)
            if adding:
                refuse_bare_rates(file)
        doubts(file)
        listed, count, empty = problems(file, kept, counts, twice=twice)
        left_rows(connection, recipe.kind, settling)
        loaded = write(file, out, adding=adding)
        return Understood(
            month_begins=begins,
            rows=counts.read,
            skipped=counts.skipped,
            ragged=counts.ragged,
            loaded=loaded,
            rejected=counts.kept - loaded + counts.ragged,
            left={
                reason: Left(len(rows), tuple(rows[:EXAMPLES]))
                for reason, rows in counts.left.items()
            },
            errors=counts.errors,
            percents=tuple(
                name for name, given in parameters.items() if given.get("divisor") == 100.0
            ),
            units=tuple(
                name for name, given in parameters.items() if given.get("unit", 1.0) != 1.0
            ),
            weighted=tuple(name for name, _ in weighted(columns)),
            problems=listed,
            problem_count=count,
            empty_words=empty,
            questions=tuple(settling.questions),
            said=tuple(settling.said),
            seen=opened.seen,
        )


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory that knows the macros of cleaning.sql."""
    # Every row carries its number, so their order in a table may be given up for two threads that
    # fill it at once.
    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    try:
        macros = (
            MONTH_OF.read_text(encoding="utf-8"),
            (HERE / "cleaning.sql").read_text(encoding="utf-8"),
        )
        connection.execute(f"begin; {' '.join(macros)} commit;")
        yield connection
    finally:
        connection.close()


def _columns(recipe: Recipe, sheets: Sequence[Sheet]) -> dict[str, Field]:
    """Field → its definition, for what the recipe maps; refuses a recipe that lacks what its kind
    needs."""
    kind = kinds()[recipe.kind]
    for name in kind.required:
        if name not in recipe.columns:
            raise RecipeRefused("field_missing", field=fields()[name].label, kind=kind.label)
    if kind.any_of and not any(name in recipe.columns for name in kind.any_of):
        key = "no_outcome" if recipe.kind == "policies" else "any_field_missing"
        raise RecipeRefused(
            key, kind=kind.label, fields=[fields()[name].label for name in kind.any_of]
        )
    columns = {name: field_of(recipe.kind, name) for name in recipe.columns if name not in DATING}
    across = [name for sheet in sheets for name in wide_fields(sheet.headers, recipe)]
    columns |= {name: field_of(recipe.kind, name) for name in across}
    dated = bool(across) or "year" in recipe.columns or recipe.options.get("sheet_is") == "period"
    if dated:
        columns["period"] = fields()["period"]
    if recipe.options.get("sheet_is") in ("team", "branch"):
        named = str(recipe.options["sheet_is"])
        columns[named] = fields()[named]
    if recipe.kind == "scoresheet" and not set(columns) - set(kind.fields):
        raise RecipeRefused(
            "scoresheet_empty", headers=list(sheets[0].headers)[:HEADERS] if sheets else []
        )
    return {name: field for name, field in columns.items() if field is not None}
