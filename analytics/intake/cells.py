"""Sheets of text → typed records and issues, by the macros of cleaning.sql; column names come only
from fields.toml."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from analytics.catalogue import known_indicators
from analytics.errors import RecipeRefused
from analytics.intake.container import Sheet
from analytics.intake.doubts import doubts
from analytics.intake.fields import Field, field_of, fields, kinds
from analytics.intake.leaving import left_rows
from analytics.intake.money import title_unit
from analytics.intake.periods import is_days, months_of, put_months, stated_period, stated_year
from analytics.intake.problems import problems
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.intake.rows import DATING, EXAMPLES, place_of, raw, wide_fields
from analytics.intake.scratch import Scratch
from analytics.intake.settle import NUMBERS, Settler
from analytics.intake.telling import sheets, telling
from analytics.intake.understood import Left, Seen, Understood
from analytics.model import month_stated

HERE = Path(__file__).parent
MONTH_OF = HERE.parent / "month_of.sql"
WEEK = re.compile(
    r"(?:\d{4}\s*年)?\s*(?:\d{1,2}\s*月)?\s*第?\s*[\d一二三四五六]{1,2}\s*周|(week|wk|w)\s*\d{1,2}",
    re.IGNORECASE,
)
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
        found, recipe = sheets(opened.sheets, recipe, settling)
        settling.year = stated_year(found, opened.name)
        columns = _columns(recipe, found)
        counts = raw(connection, found, recipe, columns, settling)
        file = Scratch(connection, recipe, columns, settling)
        seen = opened.seen
        parameters = Settler(file, seen.date_system, seen.delimiter, title_unit(found)).parameters()
        telling(found, recipe, settling)
        _typed(connection, recipe, columns, parameters, settling)
        twice = recipe.options.get("duplicates") == "add"
        adding = twice
        if recipe.kind == "scoresheet":
            stated = _stated(recipe, found, columns, opened.name, settling)
            adding |= _periods(connection, recipe, found, stated, settling)
            _only_adding(recipe, columns, adding)
        doubts(file)
        listed, count, empty = problems(connection, recipe, columns, found, counts, twice)
        left_rows(connection, recipe.kind, settling)
        loaded = _write(connection, recipe, columns, out, adding)
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
            weighted=tuple(name for name, _ in _weighted(columns)),
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


def _columns(recipe: Recipe, found: Sequence[Sheet]) -> dict[str, Field]:
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
    known = {name: field_of(recipe.kind, name) for name in recipe.columns if name not in DATING}
    across = [name for sheet in found for name in wide_fields(sheet.headers, recipe)]
    known |= {name: field_of(recipe.kind, name) for name in across}
    dated = bool(across) or "year" in recipe.columns or recipe.options.get("sheet_is") == "period"
    if dated:
        known["period"] = fields()["period"]
    if recipe.options.get("sheet_is") in ("team", "branch"):
        named = str(recipe.options["sheet_is"])
        known[named] = fields()[named]
    if recipe.kind == "scoresheet" and not set(known) - set(kind.fields):
        raise RecipeRefused(
            "scoresheet_empty", headers=list(found[0].headers)[:HEADERS] if found else []
        )
    return {name: field for name, field in known.items() if field is not None}


def _staged(place: str, field: Field, index: int) -> str | None:
    """What is computed of a cell once, before the macros that take it several times."""
    if field.type in ("date", "moment"):
        return f"slow_date({place}) as slow{index}"
    return f"clean_number({place}) as v{index}" if field.type in NUMBERS else None


def _expression(
    place: str, field: Field, index: int, columns: Mapping[str, Field], given: Mapping[str, Any]
) -> str:
    """The macro call that types one column; every value it needs is bound."""
    percent = f"is_share({place})"
    match field.type:
        case "date" | "moment":
            return f"clean_{field.type}({place}, slow{index}, $order{index}, $epoch{index}::date)"
        case "outcome":
            return f"clean_outcome({place}, $renewed{index}, $lost{index}, $open{index})"
        case "yes":
            return f"clean_yes({place}, $yes{index}, $no{index})"
        case "score" | "number" if given.get("nps"):
            return f"nps_of(v{index}, $nps{index}, $scale{index})"
        case "score":
            stated = f"v{list(columns).index('scale_max')}" if "scale_max" in columns else "null"
            return f"score_of({place}, v{index}, coalesce({stated}, $scale{index}))"
        case "rate":
            return f"v{index} / case when {percent} then 1 else $divisor{index} end"
        case "number" if field.scale_option:
            return f"score_of({place}, v{index}, $scale{index})"
        case "number" if "percent" in given:
            return f"v{index} * case when $percent{index} or {percent} then 100 else 1 end"
        case "money" | "number" if "unit" in given:
            factor = f"case when regexp_matches({place}, '[千万亿Kk]') then 1 else $unit{index} end"
            amount = f"round(v{index} * {factor}, 2)"
            return f"cast({amount} as decimal(18, 2))" if field.type == "money" else amount
        case "number":
            return f"v{index}"
        case "money" | "count":
            return f"{field.type}_of({place}, v{index})"
        case "month" | "period":
            return f"clean_text({place})"
        case other:
            return f"clean_{other}({place})"


def _typed(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    columns: Mapping[str, Field],
    parameters: Mapping[str, Mapping[str, Any]],
    settling: Settling,
) -> None:
    """`typed`: sheet, row, every field typed, and raw_… beside those fields that the checks
    compare."""
    parts: list[str] = []
    staged = ["*"]
    bound: dict[str, Any] = {}
    for index, (name, field) in enumerate(columns.items()):
        place = place_of(name, columns)
        parts.append(
            f"{_expression(place, field, index, columns, parameters.get(name, {}))} as {place}"
        )
        staged += [one] if (one := _staged(place, field, index)) else []
        bound |= {f"{key}{index}": value for key, value in parameters.get(name, {}).items()}
    kind = kinds()[recipe.kind]
    for name in kind.fields:
        if name not in columns and name not in DATING:
            parts.append(f"null::{_sql_type(fields()[name])} as {name}")
    compared = {
        "policies": ("outcome", "due_date", "renewed_on"),
        "contacts": ("policy_id", "customer_id"),
    }
    parts += [f"{name} as raw_{name}" for name in compared.get(recipe.kind, ())]
    if recipe.kind == "scoresheet":
        parts.append("period as raw_period")
    source = f"(select {', '.join(staged)} from raw)"
    connection.execute(
        f"create table typed as select sheet, row, part, {', '.join(parts)} from {source}", bound
    )
    if recipe.kind == "agents":
        _month(connection, recipe, settling)


def _sql_type(field: Field) -> str:
    return {
        "date": "date",
        "moment": "timestamp",
        "month": "varchar",
        "money": "decimal(18, 2)",
        "count": "integer",
        "number": "double",
        "yes": "boolean",
        "score": "decimal(9, 6)",
    }.get(field.type, "varchar")


def _month(connection: duckdb.DuckDBPyConnection, recipe: Recipe, settling: Settling) -> None:
    """Replace the text of a roster's month by the first day of that month."""
    texts = _distinct(connection, "month")
    spans, parts = months_of(texts, recipe, settling, recipe.columns.get("month", ""))
    put_months(connection, {} if parts else spans)
    connection.execute(
        "create or replace table typed as select typed.* replace (spans.first_month as month) "
        "from typed left join spans on spans.text = typed.month"
    )


def _periods(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    found: Sequence[Sheet],
    stated: tuple[dt.date, dt.date] | None,
    settling: Settling,
) -> bool:
    """first_month and last_month of every row, from its period cell or what is stated; whether
    parts of a month add up."""
    texts = _distinct(connection, "period")
    column = recipe.columns.get("period") or ", ".join(sheet.name for sheet in found[:EXAMPLES])
    spans, parts = months_of(texts, recipe, settling, column)
    put_months(connection, spans, parts)
    first, last = stated or (None, None)
    connection.execute(
        "create or replace table typed as select typed.*, coalesce(spans.first_month, "
        "case when typed.period is null then $first end) as first_month, "
        "coalesce(spans.last_month, "
        "case when typed.period is null then $last end) as last_month "
        "from typed left join spans on spans.text = typed.period",
        {"first": first, "last": last},
    )
    return bool(parts)


def _distinct(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    found = connection.execute(
        f"select distinct {name} from typed where {name} is not null order by 1"
    ).fetchall()
    return [text for (text,) in found]


def _stated(
    recipe: Recipe,
    found: Sequence[Sheet],
    columns: Mapping[str, Field],
    file: str,
    settling: Settling,
) -> tuple[dt.date, dt.date] | None:
    """The period of rows that name none: the recipe's from and to, else what the sheet or the
    file's name says."""
    if "from" in recipe.options:
        first = month_stated(recipe.options["from"], settling.begins)
        return first, month_stated(
            recipe.options["to"], settling.begins
        ) if "to" in recipe.options else first
    if "period" in columns:
        return None
    stated = stated_period(found, file, settling)
    weeks = [
        sheet.name for sheet in found if WEEK.fullmatch(sheet.name.strip()) or is_days(sheet.name)
    ]
    if weeks and (
        stated is None or any("月" in name for name in weeks)
    ):  # the month of a week's name is no whole month
        raise RecipeRefused("scoresheet_weeks", sheets=weeks[:HEADERS])
    if stated is None:
        raise RecipeRefused("scoresheet_no_period")
    return stated


def _only_adding(recipe: Recipe, columns: Mapping[str, Field], adding: bool) -> None:
    """Refuse to add up rates that stand without what they are rates of."""
    rates = [name for name in columns if _is_bare_rate(name, columns)]
    if adding and rates:
        raise RecipeRefused(
            "rates_do_not_add", columns=[recipe.columns.get(name, name) for name in rates]
        )


def _is_bare_rate(name: str, columns: Mapping[str, Field | None]) -> bool:
    """Whether a column gives an indicator without what it is a rate of."""
    return any(
        one.id == name and not (one.denominator in columns and one.numerator not in columns)
        for one in known_indicators()
    )


def _weighted(columns: Mapping[str, Field]) -> list[tuple[str, tuple[str, str, float]]]:
    """Indicators given as a rate beside what it is a rate of: indicator → its numerator,
    denominator and scale."""
    return [
        (one.id, (one.numerator, one.denominator, one.scale))
        for one in known_indicators()
        if one.id in columns and one.denominator in columns and one.numerator not in columns
    ]


def _write(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    columns: Mapping[str, Field],
    out: Path,
    adding: bool,
) -> int:
    """Good rows as Arrow; returns how many rows of the file they are."""
    good = "from typed where (sheet, row, part) not in (select (sheet, row, part) from bad)"
    if not connection.execute("select count(*) from bad").fetchall()[0][0]:
        good = "from typed where true"
    kind = kinds()[recipe.kind]
    if recipe.kind != "scoresheet":
        names = ", ".join(kind.fields)
        table = connection.sql(f"select row, {names} {good}").to_arrow_table()
        _save(table, out / "records.arrow")
        return int(table.num_rows)
    counted = [name for name in columns if name not in kind.fields]
    weighted = dict(_weighted(columns))
    parts: list[str] = []
    bound: dict[str, Any] = {}

    def add(measure: str, value: str, condition: str) -> None:
        bound[f"measure{len(parts)}"] = measure
        parts.append(
            f"select row, agent_id, first_month, last_month, $measure{len(parts)} as "
            f"measure, {value} as value {good} and {condition}"
        )

    for name in counted:
        place = place_of(name, columns)
        if name not in weighted:
            add(name, f"{place}::double", f"{place} is not null")
            continue
        numerator, denominator, scale = weighted[name]
        bound[f"scale{len(parts)}"] = scale
        value = f"{place}::double * {denominator}::double / $scale{len(parts)}"
        add(numerator, value, f"{place} is not null and {denominator} is not null")
        add(name, f"{place}::double", f"{place} is not null and {denominator} is null")
    everything = " union all ".join(parts)
    if adding:
        everything = (
            "select min(row) as row, agent_id, first_month, last_month, measure, "
            "sum(value) as value "
            f"from ({everything}) group by agent_id, first_month, last_month, measure"
        )
    # In the file's order, since sums of doubles depend on it.
    everything = f"from ({everything}) order by row, measure, first_month"
    _save(connection.sql(everything, params=bound).to_arrow_table(), out / "records.arrow")
    facts = connection.sql(
        f"select agent_id, last_month as month, name, team, branch, region, row {good}"
    ).to_arrow_table()
    _save(facts, out / "facts.arrow")
    return int(connection.execute(f"select count(distinct (sheet, row)) {good}").fetchall()[0][0])


def _save(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
