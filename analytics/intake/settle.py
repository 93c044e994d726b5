"""What a column's cells mean where a cell alone does not tell, by its whole column and its header:
what was assumed is said, what could be otherwise is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from analytics.catalogue import known_indicators
from analytics.errors import RecipeRefused
from analytics.intake.dates import complete, day_order
from analytics.intake.fields import FIGURES
from analytics.intake.meanings import exclusions, meaning
from analytics.intake.money import currency, unit
from analytics.intake.rows import place_of
from analytics.intake.scales import decimals, divisor, per_hundred, per_more, scale
from analytics.intake.scratch import Column, Scratch
from analytics.units import PER_HUNDRED

LONG_IDS = 3


@dataclass
class Settler:
    """Settles the columns of one file; `raw` is filled, nothing is typed yet."""

    scratch: Scratch
    date_system: int | None = None
    delimiter: str | None = None
    title_unit: tuple[str, float] | None = None
    currencies: dict[str, str] = field(default_factory=dict)  # header → the only one its cells name

    def parameters(self) -> dict[str, dict[str, Any]]:
        """Field → what its macro needs beside the cell."""
        parameters = {}
        for name, definition in self.scratch.columns.items():
            place = place_of(name, self.scratch.columns)
            header = self.scratch.recipe.columns.get(name, "")
            needed = self._of(Column(name, definition, place, header))
            if needed:
                parameters[name] = needed
        return parameters

    def _of(self, column: Column) -> dict[str, Any] | None:
        kind = column.field.type
        if kind in FIGURES:
            decimals(self.scratch, column, self.delimiter)
        if kind == "id":
            _destroyed(self.scratch, column)
        if column.name == "exclusion":
            exclusions(self.scratch, column)
        if kind in ("date", "moment"):
            return self._dates(column)
        if kind in ("outcome", "yes"):
            return meaning(self.scratch, column)
        return self._figures(column) if kind in FIGURES or column.field.scale_option else None

    def _dates(self, column: Column) -> dict[str, Any]:
        connection, recipe = self.scratch.connection, self.scratch.recipe
        settling = self.scratch.settling
        complete(connection, column, recipe, settling)
        _clock(self.scratch, column)
        order = day_order(connection, column.place, recipe, column.name, settling)
        since_1904 = recipe.options.get("date_system", self.date_system) == 1904
        return {
            "order": order,
            "epoch": dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 30),
        }

    def _figures(self, column: Column) -> dict[str, Any] | None:
        kind = column.field.type
        if kind == "score" or column.field.scale_option:
            return scale(self.scratch, column)
        if kind == "rate":
            return {"divisor": divisor(self.scratch, column)}
        if kind == "money" or column.name.endswith("_premium"):
            self._currency(column)
            return unit(self.scratch, column, self.title_unit)
        if kind == "number" and _per_hundred(column.name):
            per_more(self.scratch, column)
            return {"percent": per_hundred(self.scratch, column)}
        return None

    def _currency(self, column: Column) -> None:
        """Refuse columns of amounts whose currencies differ."""
        named = currency(self.scratch, column)
        if named is not None:
            self.currencies[column.header] = named
        if len(set(self.currencies.values())) > 1:
            columns = [f"{header} {code}" for header, code in self.currencies.items()]
            raise RecipeRefused("currencies_differ", columns=columns)


def _clock(scratch: Scratch, column: Column) -> None:
    """Say when moments were told in another zone, and when midnight is written as web exporters
    write it."""
    zoned, midnight = scratch.row(
        f"select count(*) filter (with_offset(trim({column.place})) and not "
        f"regexp_matches({column.place}, '[+]08(:?00)?$')), "
        f"count(*) filter (contains({column.place}, '23:59:17')) from raw where "
        f"length({column.place}) > 15"
    )
    if zoned:
        scratch.settling.say("time_zone", column=column.header, count=zoned)
    if midnight and column.field.type == "date":
        scratch.settling.say("web_midnight", column=column.header, count=midnight)


def _destroyed(scratch: Scratch, column: Column) -> None:
    """Refuse ids that a spreadsheet turned into numbers of 15 digits: nobody can tell them
    apart any more."""
    floats, long, zeros, example = scratch.row(
        f"select count(*) filter (regexp_full_match({column.place}, "
        f"'\\d(\\.\\d+)?[eE]\\+?\\d+')), "
        f"count(*) filter (length({column.place}) > 15), "
        f"count(*) filter (regexp_full_match({column.place}, '[1-9]\\d{{14}}0+')), "
        f"min({column.place}) from raw "
        f"where regexp_full_match({column.place}, '\\d(\\.\\d+)?[eE]\\+?\\d+|\\d{{16,}}')"
    )
    if floats or (long >= LONG_IDS and zeros == long):
        raise RecipeRefused("ids_destroyed", column=column.header, value=example)


def _per_hundred(name: str) -> bool:
    return name in {
        indicator.id for indicator in known_indicators() if indicator.unit == PER_HUNDRED
    }
