"""`raw` beside `typed` → the cells and rows that cannot be loaded, each named once, whole-column
ones as one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from analytics.intake.container import UNCOMPUTED, Sheet
from analytics.intake.doubts import EARLY_DAYS
from analytics.intake.fields import CUSTOM, NOTHING, Field, kinds
from analytics.intake.rows import Rows, place_of
from analytics.intake.scratch import Scratch
from analytics.intake.understood import Problem
from analytics.sql import blocks
from analytics.text import NAME, SHOWN

HERE = Path(__file__).parent
ISSUE_LIMIT = 5_000
WHOLE_COLUMN = 20
SAME_EVERYWHERE = [
    "not_period",
    "not_month",
]  # reasons whose value stands in every row of a file: told once
GRACE = 30  # days after the due date in which a renewal contradicts that a policy was lost
IMPOSSIBLE_RATE = 1.0
BOUNDED = (
    "renewal_rate",
    "premium_retention",
    "new_conversion",
    "quote_rate",
    "persistency_13",
    "persistency_25",
)
PAIRS = (
    ("renewed_policies", "due_policies"),
    ("first_term_renewed", "first_term_due"),
    ("quoted_policies", "due_policies"),
    ("month_13_renewed", "month_13_due"),
    ("month_25_renewed", "month_25_due"),
)


def problems(
    scratch: Scratch, sheets: Sequence[Sheet], counts: Rows, *, twice: bool
) -> tuple[tuple[Problem, ...], int, int]:
    """Fills `bad` (sheet, row, part); returns the problems, their number, and how many cells said
    in words that they are empty.

    `twice`: an agent may stand twice in a period, and is added up.
    """
    connection, recipe, columns = scratch.connection, scratch.recipe, scratch.columns
    connection.execute(
        "create table problem (row bigint, sheet varchar, part smallint default 0, field "
        "varchar, value varchar, reason varchar)"
    )
    kind = kinds()[recipe.kind]
    required = list(kind.required)
    if recipe.kind == "scoresheet" and "period" in columns and "from" not in recipe.options:
        required.append("period")
    suspects = _suspects(connection, columns, required, counts.marked)
    empty = sum(
        _say_nothing(connection, place_of(name, columns), columns[name], recipe.kind)
        for name in suspects
    )
    _overlong(connection, columns)
    for name in suspects:
        _unread(connection, name, columns, name in required and name != "due_date")
    for name, field in columns.items():
        if field.type in ("rate", "number") and recipe.kind == "scoresheet":
            place = place_of(name, columns)
            connection.execute(
                f"insert into problem by name select row, sheet, part, $name as field, "
                f"raw.{place} as value, "
                f"case when typed.{place} < 0 then 'negative' else 'over_100' end as "
                f"reason from typed join raw using (sheet, row, part) "
                f"where (typed.{place} < 0 and not $signed) or typed.{place} > $ceiling",
                {
                    "name": name,
                    "ceiling": IMPOSSIBLE_RATE if name in BOUNDED else None,
                    "signed": name.startswith(CUSTOM),
                },
            )
    for numerator, denominator in PAIRS:
        if numerator in columns and denominator in columns:
            connection.execute(
                f"insert into problem by name select row, sheet, part, $name as field, "
                f"{numerator}::varchar as value, 'more_than_due' as reason "
                f"from typed where {numerator} > {denominator}",
                {"name": numerator},
            )
    check = _check(recipe.kind)
    if check and not (recipe.kind == "scoresheet" and twice):
        bound = _bound(columns) if recipe.kind == "policies" else {}
        connection.execute(f"insert into problem by name {check}", bound)
    connection.execute("create table bad as select distinct sheet, row, part from problem")
    return (*_listed(connection, sheets, counts.months), empty)


def _bound(columns: Mapping[str, Field]) -> dict[str, Any]:
    """What the check of policies takes: dates are held against each other and today."""
    return {
        "has_renewed_on": "renewed_on" in columns,
        "grace": GRACE,
        "early": EARLY_DAYS,
        "today": dt.date.today(),
    }


def _unread(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Field], needed: bool
) -> None:
    """The cells of a column that could not be typed, and the empty ones of a column that must be
    full."""
    place, field = place_of(name, columns), columns[name]
    result = _result(name, place)
    scored = {field.type: "score_range"} if field.scale_option else {}
    reasons = {"outcome": "word_unknown", "yes": "word_unknown", "score": "score_range", **scored}
    reason = reasons.get(field.type, f"not_{field.type}")
    connection.execute(
        f"insert into problem by name select raw.row, raw.sheet, raw.part, $name as "
        f"field, ltrim(raw.{place}, $uncomputed) as value, "
        f"case when starts_with(raw.{place}, $uncomputed) then 'formula' else $reason end "
        f"as reason from raw "
        f"join typed using (sheet, row, part) where raw.{place} is not null and "
        f"typed.{result} is null and clean_text(raw.{place}) is not null",
        {"name": name, "reason": reason, "uncomputed": UNCOMPUTED},
    )
    if needed:
        connection.execute(
            f"insert into problem by name select row, sheet, part, $name as field, null "
            f"as value, 'missing' as reason from raw where clean_text({place}) is null",
            {"name": name},
        )


def _overlong(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Field]) -> None:
    """Numbers and names longer than any page or chart could show; a column of whole texts was taken
    for one of names."""
    places = {
        name: place_of(name, columns)
        for name, field in columns.items()
        if field.type in ("id", "text")
    }
    long = {
        name: f"strlen({place}) > $most and length({place}) > $most"
        for name, place in places.items()
    }
    for name in _held(connection, "typed", long, {"most": NAME}):
        connection.execute(
            f"insert into problem by name select row, sheet, part, $name as field, "
            f"{places[name]}[1:$shown] || '…' as value, "
            f"'too_long' as reason from typed where {long[name]}",
            {"name": name, "most": NAME, "shown": SHOWN},
        )


def _held(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    conditions: Mapping[str, str],
    bound: Mapping[str, Any],
) -> list[str]:
    """The names whose condition holds for some row; all are asked at once, since planning a
    question takes longer than most files."""
    if not conditions:
        return []
    counts = ", ".join(f"count(*) filter ({condition})" for condition in conditions.values())
    counts_told = connection.execute(f"select {counts} from {table}", dict(bound)).fetchall()[0]
    return [name for name, count in zip(conditions, counts_told, strict=True) if count]


def _say_nothing(connection: duckdb.DuckDBPyConnection, place: str, field: Field, kind: str) -> int:
    """Unread cells that say "nothing" in words (N/A, -, 无) become empty ones; how many they
    were."""
    if field.type in ("id", "text"):
        return 0
    cleared: int = connection.execute(
        f"update raw set {place} = null where list_contains($nothing, lower(trim({place}))) "
        f"and (sheet, row, part) in (select (sheet, row, part) from typed where "
        f"{_result(field.id, place)} is null)",
        {"nothing": NOTHING},
    ).fetchall()[0][0]
    if cleared and kind == "policies" and place in ("outcome", "due_date", "renewed_on"):
        connection.execute(
            f"update typed set raw_{place} = null where raw_{place} is not null and "
            f"list_contains($nothing, lower(trim(raw_{place})))",
            {"nothing": NOTHING},
        )
    return cleared


def _listed(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[Sheet], months: Mapping[int, str]
) -> tuple[tuple[Problem, ...], int]:
    """The problems as a reader wants them: a whole column or a repeated word once, with how often;
    the rest cell by cell."""
    rows = connection.execute("select count(*) from raw").fetchall()[0][0]
    total = connection.execute("select count(*) from problem").fetchall()[0][0]
    listed: list[Problem] = []
    connection.execute("create table told (field varchar, reason varchar, value varchar)")
    for name, reason, count, example in connection.execute(
        "select field, reason, count(*), min(value) from problem group by field, reason "
        "having count(*) > $least",
        {"least": WHOLE_COLUMN},
    ).fetchall():
        if count >= 0.8 * rows:
            listed.append(Problem(None, sheets[0].name, name, example, reason, count))
            connection.execute("insert into told select $1, $2, null", [name, reason])
    for name, reason, value, sheet, row, count in connection.execute(
        "select field, reason, value, min(sheet), min(row), count(*) from problem anti "
        "join told using (field, reason) where value is not null "
        "group by field, reason, value having count(*) > case when "
        "list_contains($at_once, reason) then 1 else $least end "
        "order by count(*) desc limit $most",
        {"at_once": SAME_EVERYWHERE, "least": WHOLE_COLUMN, "most": ISSUE_LIMIT},
    ).fetchall():
        listed.append(Problem(row, sheet, name, value, reason, count))
        connection.execute("insert into told select $1, $2, $3", [name, reason, value])
    for row, sheet, part, name, value, reason in connection.execute(
        "select row, sheet, part, field, value, reason from problem p where not exists "
        "(select 1 from told t where t.field = p.field "
        "and t.reason = p.reason and (t.value is null or t.value = p.value)) order by "
        "sheet, row, field limit $most",
        {"most": ISSUE_LIMIT},
    ).fetchall():
        listed.append(Problem(row, sheet, name, value, reason, header=months.get(part, "")))
    listed += [
        Problem(row, ragged.name, "", str(cells), "ragged")
        for ragged in sheets
        for row, cells in ragged.ragged
    ]
    return tuple(listed), total


def _result(name: str, place: str) -> str:
    """The typed column that shows whether a field could be read."""
    return "first_month" if name == "period" else place


def _suspects(
    connection: duckdb.DuckDBPyConnection,
    columns: Mapping[str, Field],
    required: Sequence[str],
    marked: bool,
) -> list[str]:
    """The fields with an unreadable cell or a required one that is empty; two passes that spare
    most files the closer look."""
    places = [place_of(name, columns) for name in columns]
    given = connection.execute(
        f"select count(*), {', '.join(f'count({place})' for place in places)} from raw"
    ).fetchall()[0]
    formulas = _formulas(connection, columns) if marked else set()
    results = [_result(name, place) for name, place in zip(columns, places, strict=True)]
    read = connection.execute(
        f"select {', '.join(f'count({result})' for result in results)} from typed"
    ).fetchall()[0]
    rows, filled = given[0], dict(zip(columns, given[1:], strict=True))
    unread = {name for name, count in zip(columns, read, strict=True) if count != filled[name]}
    empty = {name for name in columns if filled[name] < rows} & set(required)
    suspects = unread | empty | formulas
    return [name for name in columns if name in suspects]


def _formulas(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Field]) -> set[str]:
    """The columns in which a formula's result was never stored; its text is no id and no name."""
    marked = {name: f"starts_with({place_of(name, columns)}, $mark)" for name in columns}
    held = _held(connection, "raw", marked, {"mark": UNCOMPUTED})
    for name in held:
        if columns[name].type in ("id", "text"):
            connection.execute(
                f"update typed set {place_of(name, columns)} = null where {marked[name]}",
                {"mark": UNCOMPUTED},
            )
    return set(held)


def _check(kind: str) -> str | None:
    return blocks(HERE / "checks.sql").get(kind)
