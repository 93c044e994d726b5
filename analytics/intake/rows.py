"""Sheets → `raw`: one row of text per row of the file (per month of a wide one), and what was left
out and why.

`raw` has sheet, row (its number in the file), part (the month column of a wide row, else 0) and a
column for every field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from analytics.errors import RecipeRefused
from analytics.intake.container import Sheet
from analytics.intake.fields import CUSTOM, FIGURES, Field, counted, kinds
from analytics.intake.leftout import blank_of, left_out
from analytics.intake.months import header_month
from analytics.intake.recipe import Recipe
from analytics.intake.scratch import Scratch
from analytics.intake.table import plain

EXAMPLES = 5
DATING = ("year", "quarter")  # columns that only together make a period
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
ERRORS = [
    "#N/A",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
]
EACH_MONTH = "*"  # wide_field: every month column says itself which figure it holds


@dataclass
class Rows:
    """What was done with the rows of all sheets."""

    read: int = 0  # rows that hold a record, good or bad
    kept: int = 0  # of these, those the filter kept
    ragged: int = 0
    left: dict[str, list[tuple[str, int]]] = field(
        default_factory=dict
    )  # total, note, header → sheet and row
    months: dict[int, str] = field(default_factory=dict)  # part → header of a wide month column
    errors: int = 0
    marked: bool = False  # some cell may begin with # or =

    @property
    def skipped(self) -> int:
        return self.read - self.kept - self.ragged


def place_of(name: str, columns: Mapping[str, Field]) -> str:
    """The column that holds a field in our tables: its own name, or a number for a custom
    measure."""
    return name if not name.startswith(CUSTOM) else f"custom_{list(columns).index(name)}"


def raw(scratch: Scratch, sheets: Sequence[Sheet]) -> Rows:
    """Fill `raw` from every sheet."""
    connection, columns = scratch.connection, scratch.columns
    places = [place_of(name, columns) for name in columns]
    every = list(dict.fromkeys([*places, *kinds()[scratch.recipe.kind].fields]))
    connection.execute(
        f"create table raw (sheet varchar, row bigint, part smallint, "
        f"{', '.join(f'{name} varchar' for name in every)})"
    )
    out = Rows()
    for sheet in sheets:
        _sheet(scratch, sheet, out)
    counted = "count(distinct (sheet, row))" if out.months else "count(*)"
    (out.kept,) = scratch.row(f"select {counted} from raw")
    out.marked = any(sheet.marked for sheet in sheets)
    if out.marked:
        out.errors = _clear_errors(connection, places)
    return out


def _sheet(scratch: Scratch, sheet: Sheet, out: Rows) -> None:
    connection, recipe, columns = scratch.connection, scratch.recipe, scratch.columns
    places = {plain(header): f"c{index}" for index, header in enumerate(sheet.headers)}
    mapped = {name: places[plain(header)] for name, header in recipe.columns.items()}
    _refuse_merged(sheet, recipe, columns)
    connection.register("body", sheet.body.append_column("row", sheet.numbers))
    lines, left = left_out(connection, sheet, recipe, mapped, scratch.settling)
    for reason, numbers in left.items():
        out.left.setdefault(reason, []).extend((sheet.name, number) for number in sorted(numbers))
    gone = sorted(number for numbers in left.values() for number in numbers)
    out.read += lines - len(gone) + len(sheet.ragged)
    out.ragged += len(sheet.ragged)
    connection.register("gone", pa.table({"row": pa.array(gone, pa.int64())}))
    keep, bound = _kept(sheet, recipe, places, gone)

    def cell(place: str) -> str:
        if "missing" not in bound:
            return place
        absent = f"list_contains($missing, lower(trim({place})))"
        return f"case when {absent} then null else {place} end"

    fixed = {
        place_of(name, columns): cell(place) for name, place in mapped.items() if name not in DATING
    }
    fixed |= _dated(mapped, cell)
    if recipe.options.get("sheet_is"):
        fixed[str(recipe.options["sheet_is"])] = "$sheet"
    wide = _wide(sheet, recipe)
    if not wide:
        _insert(connection, "0", fixed, keep, bound)
    for part, (month, figures) in enumerate(wide.items(), 1):
        out.months[part] = next(iter(figures.values()))
        held = {name: cell(places[plain(header)]) for name, header in figures.items()}
        some = " or ".join(f"{places[plain(header)]} is not null" for header in figures.values())
        _insert(
            connection,
            str(part),
            {**fixed, "period": "$period", **held},
            [*keep, f"({some})"],
            {**bound, "period": month},
        )
    connection.unregister("gone")
    connection.unregister("body")


def _refuse_merged(sheet: Sheet, recipe: Recipe, columns: Mapping[str, Field]) -> None:
    """Refuse figures in merged cells, which would count once for every row."""
    for name, header in recipe.columns.items():
        if header in sheet.merged and name in columns and columns[name].type in FIGURES:
            raise RecipeRefused("merged_numbers", column=header)


def _kept(
    sheet: Sheet, recipe: Recipe, places: Mapping[str, str], gone: Sequence[int]
) -> tuple[list[str], dict[str, Any]]:
    """The conditions that rows of `body` count by, and what they and the cells take."""
    bound: dict[str, Any] = {"sheet": sheet.name}
    keep = [f"not ({blank_of(sheet)})"]
    if gone:
        keep.append("row not in (select row from gone)")
    for index, (header, values) in enumerate(recipe.only.items()):
        condition, given = _only(places[plain(header)], values, index)
        keep.append(condition)
        bound |= given
    missing = [str(word).strip().lower() for word in recipe.options.get("missing", [])]
    if missing:
        bound["missing"] = missing
    return keep, bound


def _only(place: str, values: Sequence[str], index: int) -> tuple[str, dict[str, Any]]:
    """Rows that count: by these values, by all but these (!x), or inside ranges of numbers or dates
    (a..b, either end open)."""
    text = f"coalesce(lower(trim({place})), '')"
    bound: dict[str, Any] = {}
    parts = []
    ranges = [value for value in values if ".." in value]
    for number, value in enumerate(ranges):
        low, _, high = (part.strip() for part in value.partition(".."))
        name = f"only{index}_{number}"
        dated = any(_ISO.fullmatch(end) for end in (low, high))
        cell = (
            f"clean_date({place}, slow_date({place}), 'ymd', date '1899-12-30')"
            if dated
            else f"clean_number({place})"
        )
        cast = "date" if dated else "double"
        ends = [(">=", low, "low"), ("<=", high, "high")]
        inside = [f"{cell} {sign} ${name}{end}::{cast}" for sign, limit, end in ends if limit]
        bound |= {f"{name}{end}": limit for _, limit, end in ends if limit}
        parts.append(f"({' and '.join(inside) or 'true'})")
    words = [value for value in values if ".." not in value]
    kept = [word.strip().lower() for word in words if not word.startswith("!")]
    left = [word[1:].strip().lower() for word in words if word.startswith("!")]
    if kept:
        parts.append(f"list_contains($only{index}, {text})")
        bound[f"only{index}"] = kept
    condition = f"({' or '.join(parts)})" if parts else "true"
    if left:
        condition += f" and not list_contains($not{index}, {text})"
        bound[f"not{index}"] = left
    return condition, bound


def _insert(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    fields: Mapping[str, str],
    keep: Sequence[str],
    bound: Mapping[str, Any],
) -> None:
    select = ", ".join(f"{expression} as {name}" for name, expression in fields.items())
    connection.execute(
        f"insert into raw by name select $sheet as sheet, row, {part}::smallint as part, "
        f"{select} from body where {' and '.join(keep)}",
        bound,
    )


def _dated(mapped: Mapping[str, str], cell: Callable[[str], str]) -> dict[str, str]:
    """The period of a row whose year stands in a column of its own, beside a quarter, a month or
    nothing."""
    if "year" not in mapped:
        return {}
    year = f"nullif(regexp_extract({cell(mapped['year'])}, '\\d{{4}}'), '')"
    if "quarter" in mapped:
        digit = (
            f"nullif(regexp_extract(translate({cell(mapped['quarter'])}, '一二三四１２３４', "
            f"'12341234'), '[1-4]'), '')"
        )
        return {"period": f"{year} || 'Q' || {digit}"}
    if "period" in mapped:
        return {"period": f"{year} || '年' || {cell(mapped['period'])}"}
    return {"period": year}


def _wide(sheet: Sheet, recipe: Recipe) -> dict[str, dict[str, str]]:
    """Month → field → header, of a sheet that holds a month in each column; empty for any other
    recipe."""
    chosen = recipe.options.get("wide_field")
    if not chosen:
        return {}
    year = recipe.options.get("year")
    taken = {plain(header) for header in recipe.columns.values()}
    labels = {
        plain(word): name
        for name, figure in counted().items()
        for word in (*figure.synonyms, *figure.label.values())
    }
    out: dict[str, dict[str, str]] = {}
    for header in sheet.headers:
        named = header_month(header)
        if named is None or plain(header) in taken:
            continue
        if named[0] is None and year is None:
            raise RecipeRefused("wide_year_missing", column=header)
        if chosen == EACH_MONTH:
            name = labels.get(plain(named[2]))
        else:
            name = None if named[2] else str(chosen)
        if name is not None:
            out.setdefault(f"{named[0] or year}-{named[1]:02d}", {})[name] = header
    return out


def month_headers(sheet: Sheet, recipe: Recipe) -> list[str]:
    """The columns of a wide sheet that are months."""
    return [header for figures in _wide(sheet, recipe).values() for header in figures.values()]


def wide_fields(headers: Sequence[str], recipe: Recipe) -> dict[str, str]:
    """The figures that a wide recipe brings: field → one of the headers that hold it."""
    if not recipe.options.get("wide_field"):
        return {}
    sheet = Sheet("", tuple(headers), 1, pa.table({}), pa.array([], pa.int64()))
    return {
        name: header
        for figures in _wide(sheet, recipe).values()
        for name, header in figures.items()
    }


# -- cells that hold no value ----------------------------------------------------------------------


def _beginning(place: str, code: int) -> str:
    return f"count(*) filter (starts_with({place}, chr({code})))"


def _clear_errors(connection: duckdb.DuckDBPyConnection, places: Sequence[str]) -> int:
    """Spreadsheet errors (#N/A …) become empty cells and are counted; ="007", the CSV way to keep
    zeros, becomes 007."""
    beginnings = [_beginning(place, code) for place in places for code in (35, 61)]
    counts = connection.execute(f"select {', '.join(beginnings)} from raw").fetchall()[0]
    cleared = 0
    for place, marks, formulas in zip(places, counts[0::2], counts[1::2], strict=True):
        if marks:
            cleared += connection.execute(
                f"update raw set {place} = null where list_contains($errors, upper(trim({place})))",
                {"errors": ERRORS},
            ).fetchall()[0][0]
        if formulas:
            connection.execute(
                f"update raw set {place} = nullif(regexp_extract({place}, '^=\"(.*)\"$', "
                f"1), '') where regexp_full_match({place}, '=\".*\"')"
            )
    return cleared
