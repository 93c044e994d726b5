"""In which unit and currency the amounts of a column are: by its header, a title, a note, the cells
themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from analytics.errors import RecipeRefused
from analytics.intake.container import Sheet
from analytics.intake.scratch import Column, Scratch

UNITS = {"千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8, "元": 1.0, "": 1.0}
# "应续保费（万元）", "应续保费万元", "保费-万元", "premium (in thousands)"
_UNIT = re.compile(
    r"[(（\[]\s*(?:单位\s*[:：]\s*)?(千|百万|万|亿|)\s*元?\s*[)）\]]\s*$|(千|百万|万|亿)元\s*$"
)
_ENGLISH_UNIT = re.compile(
    r"\b(thousands?|millions?|k|m|'000|000s?)\b\s*[)）\]]?\s*$", re.IGNORECASE
)
_ENGLISH_UNITS = {"t": 1e3, "k": 1e3, "'": 1e3, "0": 1e3, "m": 1e6}
_TITLE_UNIT = re.compile(r"(?:单位|金额|保费)\s*(?:[:：]|为|是)\s*(?:人民币)?\s*(千|百万|万|亿)?元")
_ENGLISH_TITLE_UNIT = re.compile(
    r"\bin (t)housands?\b|\bin (m)illions?\b|\b(?:RMB|CNY)\s*(['’0])0?00\b", re.IGNORECASE
)
FOOTER = 5  # rows at the end of a sheet in which a note may name the unit
CURRENCIES = {
    "CNY": r"CNY|RMB|人民币|[￥¥]|元",
    "USD": r"USD|US\$|\$|美元",
    "EUR": r"EUR|€|欧元",
    "HKD": r"HKD|HK\$|港[币元]",
    "GBP": r"GBP|£|英镑",
    "JPY": r"JPY|日元",
    "PHP": r"PHP|₱",
}
HOME_CURRENCY = "CNY"  # what figures are kept in
UNITS_APART = (
    100  # times: cells with a unit and cells without one that differ more are hardly of one column
)


def unit(
    scratch: Scratch, column: Column, title: tuple[str, float] | None
) -> dict[str, Any] | None:
    given = _stated_unit(scratch, column, title)
    _mixed_units(scratch, column, 1.0 if given is None else float(given["unit"]))
    return given


def _stated_unit(
    scratch: Scratch, column: Column, title: tuple[str, float] | None
) -> dict[str, Any] | None:
    own = unit_of(column.header)
    if own is None:  # the upper of two names may say it for all below
        own = unit_of(column.header.rpartition(" ")[0])
    if own is not None:
        return None if own == 1.0 else {"unit": own}
    if title is None:
        return None
    text, factor = title
    scratch.settling.say("unit_title", column=column.header, text=text)
    return {"unit": factor}


def _mixed_units(scratch: Scratch, column: Column, factor: float) -> None:
    """Ask where some cells name a unit (1.2万) that makes them far larger or smaller than those
    that name none."""
    place = column.place
    named, bare, example = scratch.row(
        f"select median(abs(clean_number({place}))) filter (regexp_matches({place}, $unit)), "
        f"median(abs(clean_number({place}))) filter (not regexp_matches({place}, "
        f"$unit)) * $factor, "
        f"min({place}) filter (regexp_matches({place}, $unit)) from raw where "
        f"clean_number({place}) <> 0",
        {"unit": r"[千万亿Kk]\s*元?\s*$", "factor": factor},
    )
    if named and bare and not 1 / UNITS_APART < named / bare < UNITS_APART:
        scratch.settling.ask(
            f"plausible.units.{column.name}",
            "units_mixed",
            ("yes",),
            None,
            column=column.header,
            value=example,
            named=f"{named:,.2f}",
            bare=f"{bare:,.2f}",
        )


def currency(scratch: Scratch, column: Column) -> str | None:
    """The only currency that the cells of a column name, None where they name none; several, whose
    sum would be of none, are refused unless the recipe gives their rates."""
    rates = scratch.recipe.options.get("currency_rates", {})
    patterns = {
        code: rf"(?i)^\s*(?:{pattern})\s*[-+]?\d|\d\s*(?:{pattern})\s*$"
        for code, pattern in CURRENCIES.items()
    }
    counts = ", ".join(
        f"count(*) filter (regexp_matches({column.place}, ${code}))" for code in patterns
    )
    named = [
        code
        for code, count in zip(
            patterns, scratch.row(f"select {counts} from raw", patterns), strict=True
        )
        if count
    ]
    foreign = [code for code in named if code != HOME_CURRENCY]
    if len(named) > 1 and any(code not in rates for code in foreign):
        raise RecipeRefused("currencies_mixed", column=column.header, currencies=named)
    for code in (code for code in foreign if code in rates):
        scratch.connection.execute(
            f"update raw set {column.place} = (clean_number({column.place}) * "
            f"$rate)::decimal(18, 4)::varchar "
            f"where regexp_matches({column.place}, $pattern)",
            {"rate": float(rates[code]), "pattern": patterns[code]},
        )
        scratch.settling.say(
            "currency_converted", column=column.header, currency=code, rate=f"{rates[code]:g}"
        )
    if not named:
        return None
    kept = named[0] if foreign and foreign[0] not in rates else HOME_CURRENCY
    if kept != HOME_CURRENCY:
        scratch.settling.say("currency_kept", column=column.header, currency=kept)
    return kept


def unit_of(header: str) -> float | None:
    """The factor that a header's own unit of money stands for; None where it names none."""
    stated = _UNIT.search(header)
    if stated and (stated[0].strip("()（）[] ") or "元" in stated[0]):
        return UNITS[stated[1] or stated[2] or ""]
    english = _ENGLISH_UNIT.search(header)
    return _ENGLISH_UNITS[english[1][0].lower()] if english else None


def title_unit(sheets: Sequence[Sheet]) -> tuple[str, float] | None:
    """The unit of money that a title, a cell beside the table, a note below it or the sheet's name
    states for all its columns."""
    for sheet in sheets:
        named = _UNIT.search(sheet.name)
        if named and "元" in named[0] and UNITS[named[1] or named[2] or ""] != 1.0:
            return sheet.name, UNITS[named[1] or named[2]]
        above = [cell for row in sheet.grid[: max(sheet.header_row - 1, 1)] for cell in row]
        last = sheet.body.slice(max(sheet.body.num_rows - FOOTER, 0))
        for cell in (
            *above,
            *(cell for column in last.columns for cell in column.to_pylist() if cell),
        ):
            stated = _TITLE_UNIT.search(cell)
            if stated and stated[1]:
                return " ".join(stated[0].split()), UNITS[stated[1]]
            english = _ENGLISH_TITLE_UNIT.search(cell)
            if english:
                mark = next(mark_group for mark_group in english.groups() if mark_group).lower()
                return " ".join(english[0].split()), _ENGLISH_UNITS["'" if mark == "’" else mark]
    return None
