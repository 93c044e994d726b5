"""What no figure is made of, yet says what the figures are: names of sheets, columns of a currency
or unit, of new business."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from analytics.intake.container import Sheet
from analytics.intake.money import CURRENCIES, unit_of
from analytics.intake.months import span
from analytics.intake.periods import is_days
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.intake.table import plain, single_spaced
from analytics.intake.words import BRANCH, TEAM

ANY_YEAR = 2000  # only to see that a name is a month
DATED = ("period", "year", "from", "sheet_is", "wide_field")
SEVERAL = 2  # rows that are hardly the same by chance
SHOWN = 4  # values in a question
_HEADERS = {
    "currency": re.compile(r"币种|货币|^ccy$|currency"),
    "unit": re.compile(r"^(金额|计量|货币|保费)?单位$|^units?$"),
    "business": re.compile(r"业务类型|业务性质|新续|新/续|business type|type of business"),
    "counted": re.compile(
        r"是否计入|计入考核|剔除|排除|免考|不计|^exclu|^exempt|是否参与|是否考核|是否统计|"
        r"^(included?|counted|counts)\b"
    ),
    "part": re.compile(
        r"^(险种|险类|产品|产品线|业务线|渠道|保险公司|product|product line|line of "
        r"business|lob|channel)$"
    ),
}
_NEW = re.compile(r"新保|新单|新业务|新车|转入|\bnew\b|new ?business", re.IGNORECASE)
_DEFAULT = re.compile(r"(sheet|工作表|表|table)\s*\d*", re.IGNORECASE)
_TABLE = re.compile(
    r"\d|表|单|册|清单|明细|数据|续保|业绩|考核|\b(data|list|renewals?|policies|agents|scores?)\b",
    re.IGNORECASE,
)
_COPY = re.compile(r"\(\d+\)|[-_（(]?\s*(备份|副本|复制|copy|backup)\s*\d*\s*[)）]?", re.IGNORECASE)
_CUMULATIVE = re.compile(
    r"累计|汇总|合计|总表|\b(ytd|cumulative|totals?|summary)\b|^all$", re.IGNORECASE
)


def sheets(
    tables: Sequence[Sheet], recipe: Recipe, settling: Settling
) -> tuple[list[Sheet], Recipe]:
    """The sheets that count, and what their names are: new business, sums of the others and names
    of teams are asked about."""
    kept = _once(tables, settling)
    if recipe.kind not in ("policies", "scoresheet", "agents") or len(tables) < 2:
        return kept, recipe
    for key, pattern in (("telling_sheets", _NEW), ("telling_cumulative", _CUMULATIVE)):
        odd = [sheet.name for sheet in kept if pattern.search(sheet.name)]
        if 0 < len(odd) < len(kept) and not recipe.sheets:
            kept = _without(kept, odd, key, settling)
    undated = recipe.kind == "scoresheet" and set(DATED).isdisjoint(
        {*recipe.columns, *recipe.options}
    )
    if undated:
        nameless = [sheet.name for sheet in kept if _DEFAULT.fullmatch(sheet.name.strip())]
        if 0 < len(nameless) < len(kept) and all(
            _month(sheet.name) for sheet in kept if sheet.name not in nameless
        ):
            kept = _without(kept, nameless, "telling_nameless", settling)
    return kept, _named(kept, recipe, undated, settling)


def _once(sheets: Sequence[Sheet], settling: Settling) -> list[Sheet]:
    """Every sheet but the copies of others; the same figures below names of their own are asked
    about."""
    kept: list[Sheet] = []
    for sheet in sheets:
        alike = (earlier for earlier in kept if earlier.headers == sheet.headers)
        twin = next((earlier for earlier in alike if earlier.body.equals(sheet.body)), None)
        if twin is None or not sheet.body.num_rows:
            kept.append(sheet)
        elif not _copied(sheet.name, twin.name):
            kept.append(sheet)
            if sheet.body.num_rows >= SEVERAL:
                settling.ask(
                    f"plausible.sheets.{sheet.name}",
                    "sheets_alike",
                    ("yes",),
                    None,
                    sheet=sheet.name,
                    other=twin.name,
                )
        else:
            settling.say("sheet_same", sheet=sheet.name, other=twin.name)
    return kept


def _copied(name: str, other: str) -> bool:
    """Whether the names of two sheets say that one is the copy of the other."""
    shorter, longer = sorted((name.strip(), other.strip()), key=len)
    return bool(
        _DEFAULT.fullmatch(shorter) or _COPY.fullmatch(longer.removeprefix(shorter).strip())
    )


def _without(
    sheets: Sequence[Sheet], odd: Sequence[str], key: str, settling: Settling
) -> list[Sheet]:
    """The sheets without the odd ones, if the answer leaves those out."""
    others = [sheet.name for sheet in sheets if sheet.name not in odd]
    answer = settling.ask(
        "telling.sheets",
        key,
        ("leave", "keep"),
        "leave",
        sheets=", ".join(odd[:SHOWN]),
        others=", ".join(others[:SHOWN]),
    )
    if answer != "leave":
        return list(sheets)
    settling.say("sheets_left", sheets=", ".join(odd))
    return [sheet for sheet in sheets if sheet.name not in odd]


def _month(name: str) -> dt.date | str | None:
    """The month that a sheet is named after, or its days as they are written."""
    return name.strip() if is_days(name) else span(name.strip(), ANY_YEAR)[0]


def _level(name: str) -> str | None:
    """Of what kind of place a name is one."""
    if BRANCH.search(name):
        return "branch"
    return "team" if TEAM.search(name) else None


def _named(sheets: Sequence[Sheet], recipe: Recipe, undated: bool, settling: Settling) -> Recipe:
    names = [sheet.name for sheet in sheets]
    months = {_month(name) for name in names}
    if (
        undated and None not in months and len(months) == len(names) > 1
    ):  # no one of them is the period of all
        settling.say("sheets_are_periods", sheets=", ".join(names[:SHOWN]))
        return replace(recipe, options={**recipe.options, "sheet_is": "period"})
    places = [_level(name.strip()) for name in names]
    free = [level for level in ("team", "branch") if level not in recipe.columns]
    if len(names) < 2 or "sheet_is" in recipe.options or not free:
        return recipe
    if "team" in free and not any(places) and all(_is_name(name) for name in names):
        places = ["team" for _ in names]
    if not any(places):
        return recipe
    meant = {place for place in places if place in free}
    if None not in places and meant:
        first = "branch" if meant == {"branch"} else next(iter(sorted(meant, reverse=True)))
        others = [level for level in free if level != first] if len(set(places)) > 1 else []
        answer = settling.ask(
            "sheets.names",
            "sheet_names",
            (first, *others, "nothing"),
            first,
            sheets=", ".join(names[:SHOWN]),
        )
        return (
            replace(recipe, options={**recipe.options, "sheet_is": answer})
            if answer in free
            else recipe
        )
    if None in places and set(free) == {"team", "branch"}:
        settling.say("sheet_names_unused", sheets=", ".join(names[:SHOWN]))
    return recipe


def _is_name(name: str) -> bool:
    """Whether a sheet is called after something of its own, as teams are, and not after a table,
    its copies or its months."""
    plain_name = name.strip()
    others = (_DEFAULT, _COPY, _CUMULATIVE, _NEW, _TABLE)
    return not any(pattern.search(plain_name) for pattern in others) and _month(plain_name) is None


def telling(sheets: Sequence[Sheet], recipe: Recipe, settling: Settling) -> None:
    """Ask about such a column that the recipe neither uses nor leaves out, where its values make a
    difference."""
    if recipe.kind not in ("policies", "scoresheet"):
        return
    settled = {plain(header) for header in (*recipe.columns.values(), *recipe.only, *recipe.ignore)}
    for header in dict.fromkeys(header for sheet in sheets for header in sheet.headers):
        sense = next(
            (name for name, pattern in _HEADERS.items() if pattern.search(plain(header))), None
        )
        if sense is None or plain(header) in settled:
            continue
        values = _values(sheets, header)
        if sense == "part":
            if recipe.kind == "scoresheet" and len(values) == 1:
                settling.ask(
                    f"telling.{header}.{values[0]}",
                    "telling_part",
                    ("ignore",),
                    "ignore",
                    column=header,
                    value=values[0],
                )
            continue
        if _matters(sense, values):
            settling.ask(
                f"telling.{header}",
                f"telling_{sense}",
                ("ignore",),
                None,
                column=header,
                values=", ".join(values[:SHOWN]),
            )


def _values(sheets: Sequence[Sheet], header: str) -> list[str]:
    given = [
        value
        for sheet in sheets
        if header in sheet.headers
        for value in sheet.body.column(sheet.headers.index(header)).unique().to_pylist()
    ]
    return sorted({single_spaced(value) for value in given} - {""})


def _matters(sense: str, values: Sequence[str]) -> bool:
    if sense == "unit":
        return any(unit_of(f"({value})") not in (None, 1.0) for value in values)
    if sense == "currency":
        codes = {
            next(
                (
                    code
                    for code, pattern in CURRENCIES.items()
                    if re.fullmatch(pattern, value, re.IGNORECASE)
                ),
                value,
            )
            for value in values
        }
        return len(codes) > 1
    if sense == "business":
        return any(_NEW.search(value) for value in values)
    return len(values) > 1
