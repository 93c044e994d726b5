"""Sheets of text → typed records and issues, by the macros of cleaning.sql; column names come only from fields.toml."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from analytics.errors import RecipeRefused, RequestRefused
from analytics.intake.container import Sheet
from analytics.intake.fields import CUSTOM, TOTALS, Field, field_of, fields, kinds, words
from analytics.intake.recipe import Recipe
from analytics.model import add_months, parse_month

HERE = Path(__file__).parent
ISSUE_LIMIT = 5_000
WHOLE_COLUMN = 20
IMPOSSIBLE_RATE = 1.0
SAME_SCALE = 10.0  # scores all at or below this could be out of 5, 10 or 100: the scale must be said


def read(found: Sequence[Sheet], recipe: Recipe, out: Path) -> dict[str, Any]:
    """Type every sheet by the recipe; writes records.arrow, returns counts and issues as plain values."""
    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": True})
    connection.execute((HERE / "cleaning.sql").read_text(encoding="utf-8"))
    columns = _columns(recipe)
    counts = _raw(connection, found, recipe, columns)
    parameters = _parameters(connection, recipe, columns)
    _typed(connection, recipe, columns, parameters)
    issues = _issues(connection, recipe, columns, found, parameters)
    loaded = _write(connection, recipe, columns, out)
    rejected = counts["kept"] - loaded + counts["ragged"]
    return {**counts, "loaded": loaded, "rejected": rejected, **issues}


def _columns(recipe: Recipe) -> dict[str, Field]:
    """Field → its definition, for what the recipe maps; refuses a recipe that lacks what its kind needs."""
    kind = kinds()[recipe.kind]
    for name in kind.required:
        if name not in recipe.columns:
            raise RecipeRefused("field_missing", field=fields()[name].label, kind=kind.label)
    if kind.any_of and not any(name in recipe.columns for name in kind.any_of):
        key = "no_outcome" if recipe.kind == "policies" else "any_field_missing"
        raise RecipeRefused(key, kind=kind.label, fields=[fields()[name].label for name in kind.any_of])
    known = {name: field_of(recipe.kind, name) for name in recipe.columns}
    if recipe.kind == "scoresheet" and not set(known) - set(kind.fields):
        raise RecipeRefused("scoresheet_empty")
    if recipe.kind == "scoresheet" and "period" not in known and "from" not in recipe.options:
        raise RecipeRefused("scoresheet_no_period")
    return {name: field for name, field in known.items() if field is not None}


def _id(name: str, columns: Mapping[str, Field]) -> str:
    """The column that holds a field in our tables: its own name, or a number for a custom measure."""
    return name if not name.startswith(CUSTOM) else f"custom_{list(columns).index(name)}"


def _raw(
    connection: duckdb.DuckDBPyConnection, found: Sequence[Sheet], recipe: Recipe, columns: Mapping[str, Field]
) -> dict[str, int]:
    names = [_id(name, columns) for name in columns]
    every = list(dict.fromkeys([*names, *(kinds()[recipe.kind].fields)]))
    connection.execute(
        f"create table raw (sheet varchar, row bigint, {', '.join(f'{name} varchar' for name in every)})"
    )
    missing = [str(word).strip().lower() for word in recipe.options.get("missing", [])]
    rows = ragged = totals = 0
    for sheet in found:
        places = {" ".join(header.split()).lower(): f"c{index}" for index, header in enumerate(sheet.headers)}
        connection.register("body", sheet.body.append_column("row", sheet.numbers))
        mapped = [places[" ".join(header.split()).lower()] for header in recipe.columns.values()]
        plain = "{0}" if not missing else "case when list_contains($missing, lower(trim({0}))) then null else {0} end"
        select = ", ".join(f"{plain.format(place)} as {name}" for place, name in zip(mapped, names, strict=True))
        blank = " and ".join(f"c{index} is null" for index in range(len(sheet.headers)))
        ids = [place for place, name in zip(mapped, names, strict=True) if name in ("agent_id", "policy_id", "name")]
        total = " or ".join(
            f"list_contains($totals, lower(replace(replace({place}, ' ', ''), '　', '')))" for place in ids
        )
        lines, total_lines = connection.execute(
            f"select count(*) filter (not ({blank})), count(*) filter ({total}) from body", {"totals": list(TOTALS)}
        ).fetchall()[0]
        totals += total_lines
        rows += lines - total_lines + len(sheet.ragged)
        ragged += len(sheet.ragged)
        bound: dict[str, Any] = {"sheet": sheet.name, "totals": list(TOTALS)}
        if missing:
            bound["missing"] = missing
        keep = [f"not ({blank})", f"not coalesce({total}, false)"]
        for index, (header, values) in enumerate(recipe.only.items()):
            place = places[" ".join(header.split()).lower()]
            keep.append(f"list_contains($only{index}, coalesce(lower(trim({place})), ''))")
            bound[f"only{index}"] = [value.strip().lower() for value in values]
        connection.execute(
            f"insert into raw by name select $sheet as sheet, row, {select} from body where {' and '.join(keep)}", bound
        )
        connection.unregister("body")
    kept = connection.execute("select count(*) from raw").fetchall()[0][0]
    return {"rows": rows, "kept": kept, "skipped": rows - kept - ragged, "totals": totals, "ragged": ragged}


def _parameters(
    connection: duckdb.DuckDBPyConnection, recipe: Recipe, columns: Mapping[str, Field]
) -> dict[str, dict[str, Any]]:
    """What each column's macro needs beside the cell: its date order, its words, its scale."""
    out: dict[str, dict[str, Any]] = {}
    epoch = dt.date(1904, 1, 1) if recipe.options.get("date_system") == 1904 else dt.date(1899, 12, 30)
    for name, field in columns.items():
        place = _id(name, columns)
        if field.type in ("date", "moment"):
            out[name] = {"order": _day_order(connection, place, recipe, name), "epoch": epoch}
        elif field.type in ("outcome", "yes"):
            meaning = recipe.values.get(name, words(field.type))
            needed = ("renewed", "lost", "open") if field.type == "outcome" else ("yes", "no")
            out[name] = _spellings(connection, place, {key: meaning.get(key, []) for key in needed})
        elif field.type == "score" or field.scale_option:
            out[name] = {"scale": _scale(connection, place, recipe, field, columns)}
        elif field.type == "rate":
            out[name] = {"divisor": _divisor(connection, place, recipe)}
    return out


def _spellings(
    connection: duckdb.DuckDBPyConnection, place: str, meaning: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Meaning → every spelling in the column (case, width, blanks) of the words that mean it."""
    found = connection.execute(
        f"select v, word(v) from (select distinct {place} as v from raw where {place} is not null)"
    ).fetchall()
    wanted = {key: {" ".join(word.split()).lower() for word in known} for key, known in meaning.items()}
    return {key: [spelling for spelling, plain in found if plain in known] for key, known in wanted.items()}


def _day_order(connection: duckdb.DuckDBPyConnection, place: str, recipe: Recipe, name: str) -> str:
    if "date_order" in recipe.options:
        return str(recipe.options["date_order"])
    first, second, neither, example = connection.execute(
        "with p as (select regexp_extract(trim(half_width(t)), '^(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4}|\\d{2})(\\D.*)?$',"
        f" ['a', 'b', 'y', 'rest']) as d, t from (select {place} as t from raw where {place} not like '____-%')),"
        " n as (select try_cast(d.a as int) as a, try_cast(d.b as int) as b, t from p where d.y <> '')"
        " select count(*) filter (a > 12), count(*) filter (b > 12), count(*), min(t) from n"
    ).fetchall()[0]
    if neither and not first and not second:
        raise RecipeRefused("date_order_unknown", column=recipe.columns[name], value=example)
    return "dmy" if first > second else "mdy" if second else "ymd"


def _scale(
    connection: duckdb.DuckDBPyConnection, place: str, recipe: Recipe, field: Field, columns: Mapping[str, Field]
) -> float:
    option = field.scale_option or "score_max"
    for key in (option, "score_max", "satisfaction_max"):
        if key in recipe.options:
            return float(recipe.options[key])
    highest = connection.execute(f"select max(clean_number({place})) from raw").fetchall()[0][0]
    if "scale_max" in columns or highest is None:
        return 100.0
    if highest <= SAME_SCALE:
        raise RecipeRefused("scale_unknown", column=recipe.columns[field.id], highest=highest, option=option)
    return 100.0


def _divisor(connection: duckdb.DuckDBPyConnection, place: str, recipe: Recipe) -> float:
    """100 where rates stand as plain percents (92), 1 where they stand as 92 % or 0.92."""
    stated = recipe.options.get("rate_scale")
    if stated in ("percent", "fraction"):
        return 100.0 if stated == "percent" else 1.0
    highest = connection.execute(
        f"select max(clean_number({place})) filter (not contains(half_width({place}), '%')) from raw"
    ).fetchall()[0][0]
    return 100.0 if highest is not None and highest > 2.5 else 1.0


def _expression(place: str, field: Field, index: int, columns: Mapping[str, Field]) -> str:
    """The macro call that types one column; every value it needs is bound."""
    match field.type:
        case "date" | "moment":
            return f"clean_{field.type}({place}, $order{index}, $epoch{index}::date)"
        case "outcome":
            return f"clean_outcome({place}, $renewed{index}, $lost{index}, $open{index})"
        case "yes":
            return f"clean_yes({place}, $yes{index}, $no{index})"
        case "score":
            scale = f"coalesce(clean_number(scale_max), $scale{index})" if "scale_max" in columns else f"$scale{index}"
            return f"clean_score({place}, {scale})"
        case "rate":
            return (
                f"clean_number({place}) / case when contains(half_width({place}), '%') then 1 else $divisor{index} end"
            )
        case "number" if field.scale_option:
            return f"clean_score({place}, $scale{index})"
        case "month" | "period":
            return f"clean_text({place})"
        case other:
            return f"clean_{other}({place})"


def _typed(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    columns: Mapping[str, Field],
    parameters: Mapping[str, Mapping[str, Any]],
) -> None:
    """`typed`: sheet, row, every field typed, and raw_… beside those fields that the checks compare."""
    parts: list[str] = []
    bound: dict[str, Any] = {}
    for index, (name, field) in enumerate(columns.items()):
        place = _id(name, columns)
        parts.append(f"{_expression(place, field, index, columns)} as {place}")
        bound |= {f"{key}{index}": value for key, value in parameters.get(name, {}).items()}
    kind = kinds()[recipe.kind]
    for name in kind.fields:
        if name not in columns:
            parts.append(f"null::{_sql_type(fields()[name])} as {name}")
    compared = {"policies": ("outcome", "due_date", "renewed_on"), "contacts": ("policy_id", "customer_id")}
    parts += [f"{name} as raw_{name}" for name in compared.get(recipe.kind, ())]
    if recipe.kind == "scoresheet":
        parts.append("period as raw_period")
    connection.execute(f"create table typed as select sheet, row, {', '.join(parts)} from raw", bound)
    if recipe.kind == "agents":
        _months(connection, "month")
    if recipe.kind == "scoresheet":
        _periods(connection, recipe)


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


def _months(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Replace the text of a month column by the first day of that month."""
    texts = [
        row[0] for row in connection.execute(f"select distinct {name} from typed where {name} is not null").fetchall()
    ]
    spans = [(text, *_span(text)) for text in texts]
    connection.execute("create table spans (text varchar, first_month date, last_month date)")
    if spans:
        connection.executemany("insert into spans values ($1, $2, $3)", spans)
    connection.execute(
        f"create or replace table typed as select typed.* replace (spans.first_month as {name}) "
        f"from typed left join spans on spans.text = typed.{name}"
    )


def _periods(connection: duckdb.DuckDBPyConnection, recipe: Recipe) -> None:
    """first_month and last_month of every row, from its period cell or the recipe's from and to."""
    texts = [
        row[0] for row in connection.execute("select distinct period from typed where period is not null").fetchall()
    ]
    spans = [(text, *_span(text)) for text in texts]
    connection.execute("create table spans (text varchar, first_month date, last_month date)")
    if spans:
        connection.executemany("insert into spans values ($1, $2, $3)", spans)
    first = parse_month(str(recipe.options["from"])[:7]) if "from" in recipe.options else None
    last = parse_month(str(recipe.options["to"])[:7]) if "to" in recipe.options else first
    connection.execute(
        "create or replace table typed as select typed.*, coalesce(spans.first_month, "
        "case when typed.period is null then $first end) as first_month, coalesce(spans.last_month, "
        "case when typed.period is null then $last end) as last_month "
        "from typed left join spans on spans.text = typed.period",
        {"first": first, "last": last},
    )


def _span(text: str) -> tuple[dt.date | None, dt.date | None]:
    """'2021-03', '2021年3月', '2021Q1', '2021年第一季度', '2021上半年', '2021', '2021-01~2021-03' → first and last month."""
    plain = re.sub(r"[T ]\d{1,2}:.*$", "", text.strip())
    digits = str.maketrans("一二三四", "1234")
    ends = re.split(r"\s*(?:~|～|至|到|…|—|–| to | - )\s*", plain)
    try:
        if len(ends) == 2:
            first, last = _span(ends[0])[0], _span(ends[1])[1]
            return (first, last) if first and last and first <= last else (None, None)
        if re.fullmatch(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}", plain):
            plain = re.sub(r"[-/.]\d{1,2}$", "", plain)
        if found := re.fullmatch(
            r"(\d{4})\s*年?\s*[-/]?\s*(?:Q|第)?\s*([1-4一二三四])\s*(?:季度|季)|(\d{4})\s*[-/年]?\s*Q([1-4])",
            plain,
            re.I,
        ):
            year, quarter = found[1] or found[3], (found[2] or found[4]).translate(digits)
            first = dt.date(int(year), int(quarter) * 3 - 2, 1)
            return first, add_months(first, 2)
        if found := re.fullmatch(r"(\d{4})\s*年?\s*([上下])半年|(\d{4})\s*H([12])", plain, re.I):
            first = dt.date(int(found[1] or found[3]), 1 if (found[2] or found[4]) in "上1" else 7, 1)
            return first, add_months(first, 5)
        if found := re.fullmatch(r"((?:19|20)\d{2})\s*年?度?", plain):
            return dt.date(int(found[1]), 1, 1), dt.date(int(found[1]), 12, 1)
        month = parse_month(plain)
    except RequestRefused:
        return None, None
    return month, month


def _issues(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    columns: Mapping[str, Field],
    found: Sequence[Sheet],
    parameters: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """`bad` (sheet, row) of rows that cannot be loaded; the list of issues, whole-column problems as one."""
    connection.execute("create table problem (row bigint, sheet varchar, field varchar, value varchar, reason varchar)")
    whole: list[dict[str, Any]] = []
    kind = kinds()[recipe.kind]
    suspects = _suspects(connection, columns, kind.required)
    for name, field in columns.items():
        place = _id(name, columns)
        result = _result(name, place)
        if name in suspects:
            reason = {"outcome": "word_unknown", "yes": "word_unknown", "score": "score_range"}.get(
                field.type, f"not_{field.type}"
            )
            connection.execute(
                f"insert into problem select raw.row, raw.sheet, $name, raw.{place}, $reason from raw "
                f"join typed using (sheet, row) where raw.{place} is not null and typed.{result} is null and clean_text(raw.{place}) is not null and typed.{result} is null",
                {"name": name, "reason": reason},
            )
            needed = name in kind.required and name != "due_date"
            if needed:
                connection.execute(
                    f"insert into problem select row, sheet, $name, null, 'missing' from raw where clean_text({place}) is null",
                    {"name": name},
                )
        if field.type in ("rate", "number") and recipe.kind == "scoresheet":
            ceiling = IMPOSSIBLE_RATE if name in ("renewal_rate", "premium_retention", "new_conversion") else None
            connection.execute(
                f"insert into problem select row, sheet, $name, {place}::varchar, case when {place} < 0 then 'negative' "
                f"else 'over_100' end from typed where {place} < 0 or {place} > $ceiling",
                {"name": name, "ceiling": ceiling},
            )
    for numerator, denominator in (("renewed_policies", "due_policies"), ("first_term_renewed", "first_term_due")):
        if numerator in columns and denominator in columns:
            connection.execute(
                f"insert into problem select row, sheet, $name, {numerator}::varchar, 'more_than_due' from typed "
                f"where {numerator} > {denominator}",
                {"name": numerator},
            )
    check = _check(recipe.kind)
    if check:
        bound = {"has_renewed_on": "renewed_on" in columns} if recipe.kind == "policies" else {}
        connection.execute(f"insert into problem {check}", bound)
    connection.execute("create table bad as select distinct sheet, row from problem")
    issues = []
    total = connection.execute("select count(*) from problem").fetchall()[0][0]
    rows = connection.execute("select count(*) from raw").fetchall()[0][0]
    for name, reason, count, example in connection.execute(
        "select field, reason, count(*), min(value) from problem group by field, reason having count(*) > $least",
        {"least": WHOLE_COLUMN},
    ).fetchall():
        if count >= 0.8 * rows:
            whole.append(
                {"row": None, "sheet": found[0].name, "field": name, "value": example, "reason": reason, "count": count}
            )
    covered = {(one["field"], one["reason"]) for one in whole}
    for row, sheet, name, value, reason in connection.execute(
        "select row, sheet, field, value, reason from problem order by sheet, row, field limit $most",
        {"most": ISSUE_LIMIT},
    ).fetchall():
        if (name, reason) not in covered:
            issues.append({"row": row, "sheet": sheet, "field": name, "value": value, "reason": reason})
    for sheet_of in found:
        issues += [
            {"row": row, "sheet": sheet_of.name, "field": "", "value": str(cells), "reason": "ragged"}
            for row, cells in sheet_of.ragged
        ]
    scales = {name: value["scale"] for name, value in parameters.items() if "scale" in value}
    divisors = [name for name, value in parameters.items() if value.get("divisor") == 100.0]
    return {"issues": [*whole, *issues], "issue_count": total, "scales": scales, "percents": divisors}


def _result(name: str, place: str) -> str:
    """The typed column that shows whether a field could be read."""
    return "first_month" if name == "period" else place


def _suspects(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Field], required: Sequence[str]) -> set[str]:
    """The fields with an unreadable cell or a required one that is empty; two passes that spare most files the closer look."""
    places = [_id(name, columns) for name in columns]
    given = connection.execute(
        f"select count(*), {', '.join(f'count({place})' for place in places)} from raw"
    ).fetchall()[0]
    results = [_result(name, place) for name, place in zip(columns, places, strict=True)]
    read = connection.execute(f"select {', '.join(f'count({result})' for result in results)} from typed").fetchall()[0]
    return {
        name
        for name, before, after in zip(columns, given[1:], read, strict=True)
        if before != after or (name in required and before < given[0])
    }


def _check(kind: str) -> str | None:
    for block in (HERE / "checks.sql").read_text(encoding="utf-8").split("-- name: ")[1:]:
        name, _, sql = block.partition("\n")
        if name.strip() == kind:
            return sql
    return None


def _write(connection: duckdb.DuckDBPyConnection, recipe: Recipe, columns: Mapping[str, Field], out: Path) -> int:
    """Good rows as Arrow; returns how many rows of the file they are."""
    good = "from typed where (sheet, row) not in (select (sheet, row) from bad)"
    if not connection.execute("select count(*) from bad").fetchall()[0][0]:
        good = "from typed"
    kind = kinds()[recipe.kind]
    if recipe.kind != "scoresheet":
        names = ", ".join(kind.fields)
        table = connection.sql(f"select row, {names} {good}").to_arrow_table()
        _save(table, out / "records.arrow")
        return int(table.num_rows)
    counted = [name for name in columns if name not in kind.fields]
    parts, bound = [], {}
    for index, name in enumerate(counted):
        bound[f"measure{index}"] = name
        place = _id(name, columns)
        parts.append(
            f"select row, agent_id, first_month, last_month, $measure{index} as measure, {place}::double as value "
            f"{good} {'and' if 'where' in good else 'where'} {place} is not null"
        )
    _save(connection.sql(" union all ".join(parts), params=bound).to_arrow_table(), out / "records.arrow")
    facts = connection.sql(
        f"select agent_id, last_month as month, name, team, branch, region, row {good}"
    ).to_arrow_table()
    _save(facts, out / "facts.arrow")
    return int(facts.num_rows)


def _save(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
