"""`raw` → `typed`: every column by the macro of its type (cleaning.sql); what a macro needs beside
the cell is bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.intake.fields import FIGURES, Field, fields, kinds
from analytics.intake.rows import DATING, place_of
from analytics.intake.scratch import Scratch

# Fields whose text the checks compare with what was made of it.
COMPARED = {
    "policies": ("outcome", "due_date", "renewed_on"),
    "contacts": ("policy_id", "customer_id"),
    "scoresheet": ("period",),
}
SQL_TYPES = {
    "date": "date",
    "moment": "timestamp",
    "money": "decimal(18, 2)",
    "count": "integer",
    "number": "double",
    "yes": "boolean",
    "score": "decimal(9, 6)",
}


def type_cells(scratch: Scratch, parameters: Mapping[str, Mapping[str, Any]]) -> None:
    """`typed`: sheet, row, every field typed, and raw_… beside those fields that the checks
    compare; `parameters` are what the macros need, by field."""
    columns = scratch.columns
    staged, parts = ["*"], ["sheet", "row", "part"]
    bound: dict[str, Any] = {}
    for index, (name, field) in enumerate(columns.items()):
        place, given = place_of(name, columns), parameters.get(name, {})
        parts.append(f"{_expression(place, field, index, columns, given)} as {place}")
        staged += _staged(place, field, index)
        bound |= {f"{key}{index}": value for key, value in given.items()}
    kind = kinds()[scratch.recipe.kind]
    expected = [name for name in kind.fields if name not in DATING]
    lacking = [name for name in expected if name not in columns]
    parts += [
        f"null::{SQL_TYPES.get(fields()[name].type, 'varchar')} as {name}" for name in lacking
    ]
    parts += [f"{name} as raw_{name}" for name in COMPARED.get(kind.id, ())]
    source = f"(select {', '.join(staged)} from raw)"
    scratch.connection.execute(
        f"create table typed as select {', '.join(parts)} from {source}", bound
    )


def _staged(place: str, field: Field, index: int) -> list[str]:
    """What is computed of a cell once, before the macros that take it several times."""
    if field.type in ("date", "moment"):
        return [f"slow_date({place}) as slow{index}"]
    return [f"clean_number({place}) as v{index}"] if field.type in FIGURES else []


def _expression(
    place: str, field: Field, index: int, columns: Mapping[str, Field], given: Mapping[str, Any]
) -> str:
    """The macro call that types one column."""
    match field.type:
        case "date" | "moment":
            return f"clean_{field.type}({place}, slow{index}, $order{index}, $epoch{index}::date)"
        case "outcome":
            return f"clean_outcome({place}, $renewed{index}, $lost{index}, $open{index})"
        case "yes":
            return f"clean_yes({place}, $yes{index}, $no{index})"
        case "month" | "period":
            return f"clean_text({place})"
        case figure if figure in FIGURES:
            return _figure(place, field, index, columns, given)
        case other:
            return f"clean_{other}({place})"


def _figure(
    place: str, field: Field, index: int, columns: Mapping[str, Field], given: Mapping[str, Any]
) -> str:
    value, percent = f"v{index}", f"is_share({place})"
    if field.type == "score" or (field.type == "number" and field.scale_option):
        return _score(place, index, columns, given)
    if field.type == "rate":
        return f"{value} / case when {percent} then 1 else $divisor{index} end"
    if "percent" in given:
        return f"{value} * case when $percent{index} or {percent} then 100 else 1 end"
    if "unit" in given:
        # A cell that names a unit of its own is in that one.
        factor = f"case when regexp_matches({place}, '[千万亿Kk]') then 1 else $unit{index} end"
        value = f"round({value} * {factor}, 2)"
        return f"cast({value} as decimal(18, 2))" if field.type == "money" else value
    return value if field.type == "number" else f"{field.type}_of({place}, {value})"


def _score(place: str, index: int, columns: Mapping[str, Field], given: Mapping[str, Any]) -> str:
    """A score as points of 100; the row's own scale counts before the column's."""
    if given.get("nps"):
        return f"nps_of(v{index}, $nps{index}, $scale{index})"
    own = f"v{list(columns).index('scale_max')}" if "scale_max" in columns else "null"
    return f"score_of({place}, v{index}, coalesce({own}, $scale{index}))"
