"""Typed rows without the bad ones → records.arrow, and a scoresheet's facts → facts.arrow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics.catalogue import known_indicators
from analytics.errors import RecipeRefused
from analytics.intake.fields import Field, given_as_rates, kinds
from analytics.intake.rows import place_of
from analytics.intake.scratch import Scratch

_ADDED = """
select min(row) as row, agent_id, first_month, last_month, measure, sum(value) as value
from ({figures}) group by agent_id, first_month, last_month, measure
"""


def write(scratch: Scratch, out: Path, *, adding: bool) -> int:
    """Good rows as Arrow; returns how many rows of the file they are. `adding`: rows of one agent
    and period are added up."""
    connection, kind = scratch.connection, kinds()[scratch.recipe.kind]
    good = "from typed where (sheet, row, part) not in (select (sheet, row, part) from bad)"
    if scratch.row("select count(*) from bad") == (0,):
        good = "from typed where true"
    if kind.id != "scoresheet":
        names = ", ".join(kind.fields)
        table = connection.sql(f"select row, {names} {good}").to_arrow_table()
        _save(table, out / "records.arrow")
        return int(table.num_rows)
    sql, bound = _figures(scratch.columns, good)
    if adding:
        sql = _ADDED.format(figures=sql)
    # In the file's order, since sums of doubles depend on it.
    figures = connection.sql(f"from ({sql}) order by row, measure, first_month", params=bound)
    _save(figures.to_arrow_table(), out / "records.arrow")
    facts = connection.sql(
        f"select agent_id, last_month as month, name, team, branch, region, row {good}"
    )
    _save(facts.to_arrow_table(), out / "facts.arrow")
    (rows,) = scratch.row(f"select count(distinct (sheet, row)) {good}")
    return int(rows)


def _figures(columns: Mapping[str, Field], good: str) -> tuple[str, dict[str, Any]]:
    """The select of a scoresheet's figures, one row each, and what it binds; a rate beside what it
    is a rate of becomes its numerator."""
    shares = dict(weighted(columns))
    parts: list[str] = []
    bound: dict[str, Any] = {}

    def add(measure: str, value: str, condition: str) -> None:
        bound[f"measure{len(parts)}"] = measure
        parts.append(
            f"select row, agent_id, first_month, last_month, $measure{len(parts)} as "
            f"measure, {value} as value {good} and {condition}"
        )

    for name in columns:
        place = place_of(name, columns)
        if name in kinds()["scoresheet"].fields:
            continue
        if name not in shares:
            add(name, f"{place}::double", f"{place} is not null")
            continue
        numerator, denominator, scale = shares[name]
        bound[f"scale{len(parts)}"] = scale
        value = f"{place}::double * {denominator}::double / $scale{len(parts)}"
        add(numerator, value, f"{place} is not null and {denominator} is not null")
        add(name, f"{place}::double", f"{place} is not null and {denominator} is null")
    return " union all ".join(parts), bound


def weighted(columns: Mapping[str, Field]) -> list[tuple[str, tuple[str, str, float]]]:
    """Indicators given as a rate beside what it is a rate of: indicator → its numerator,
    denominator and scale."""
    return [
        (indicator.id, (indicator.numerator, indicator.denominator, indicator.scale))
        for indicator in given_as_rates(columns)
    ]


def refuse_bare_rates(scratch: Scratch) -> None:
    """Refuse to add up rates that stand without what they are rates of."""
    shares = dict(weighted(scratch.columns))
    indicators = {indicator.id for indicator in known_indicators()}
    rates = [scratch.header(name) for name in scratch.columns if name in indicators - set(shares)]
    if rates:
        raise RecipeRefused("rates_do_not_add", columns=rates)


def _save(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
