"""Columns that nothing is made of, yet say what the figures beside them are: of which currency or unit, new business, not counted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analytics.intake.container import Sheet
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.intake.settle import unit_of
from analytics.intake.table import plain

SHOWN = 4  # values in a question
_HEADERS = {
    "currency": re.compile(r"币种|货币|^ccy$|currency"),
    "unit": re.compile(r"^(金额|计量|货币|保费)?单位$|^units?$"),
    "business": re.compile(r"业务类型|业务性质|新续|新/续|business type|type of business"),
    "counted": re.compile(r"是否计入|计入考核|是否参与|是否考核|是否统计|^(included?|counted|counts)\b"),
}
_NEW = re.compile(r"新保|新单|新业务|新车|转入|\bnew\b|new ?business", re.IGNORECASE)


def telling(found: Sequence[Sheet], recipe: Recipe, settling: Settling) -> None:
    """Ask about such a column that the recipe neither uses nor leaves out, where its values make a difference."""
    if recipe.kind not in ("policies", "scoresheet"):
        return
    new = [sheet.name for sheet in found if _NEW.search(sheet.name)]
    if 0 < len(new) < len(found) and not recipe.sheets:
        others = [sheet.name for sheet in found if sheet.name not in new]
        settling.ask(
            "telling.sheets", "telling_sheets", ("yes",), None,
            sheets=", ".join(new[:SHOWN]), others=", ".join(others[:SHOWN]),
        )  # fmt: skip
    settled = {plain(one) for one in (*recipe.columns.values(), *recipe.only, *recipe.ignore)}
    for header in dict.fromkeys(header for sheet in found for header in sheet.headers):
        sense = next((name for name, pattern in _HEADERS.items() if pattern.search(plain(header))), None)
        if sense is None or plain(header) in settled:
            continue
        values = _values(found, header)
        if _matters(sense, values):
            settling.ask(
                f"telling.{header}", f"telling_{sense}", ("ignore",), None,
                column=header, values=", ".join(values[:SHOWN]),
            )  # fmt: skip


def _values(found: Sequence[Sheet], header: str) -> list[str]:
    given = [
        value
        for sheet in found
        if header in sheet.headers
        for value in sheet.body.column(sheet.headers.index(header)).unique().to_pylist()
    ]
    return sorted({" ".join(value.split()) for value in given if value and value.strip()})


def _matters(sense: str, values: Sequence[str]) -> bool:
    if sense == "unit":
        return any(unit_of(f"({value})") not in (None, 1.0) for value in values)
    if sense == "business":
        return any(_NEW.search(value) for value in values)
    return len(values) > 1
