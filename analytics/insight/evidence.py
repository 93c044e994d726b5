"""What stands behind a figure: the kinds of records that an indicator is counted from, and an agent's rows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analytics.catalogue import toml
from analytics.model import Indicator

ITEM_PARTS = ("_points", "_count")  # of assessments: measures named after the item


@dataclass(frozen=True)
class Evidence:
    """An indicator, the kinds of records behind it, and the tables of one agent's rows by kind."""

    indicator: Indicator
    kinds: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(len(table) for table in self.tables.values())


def kinds_behind(indicator: Indicator) -> tuple[str, ...]:
    """The kinds of records of an indicator, numerator first; scoresheets last, which may stand for any of them."""
    measures = toml("fields.toml")["measures"]
    kinds: list[str] = []
    for measure in (indicator.numerator, indicator.denominator):
        if measure in measures:
            kinds += measures[measure]["records"]
        elif measure.endswith(ITEM_PARTS):
            kinds.append("assessments")
    return (*dict.fromkeys(kinds), "scoresheet")


def evidence(indicator: Indicator, tables: Mapping[str, pd.DataFrame]) -> Evidence:
    """The rows that concern the indicator: of ratings those of its item, of scoresheets those of its own measures."""
    kept = dict(tables)
    if "assessments" in kept:
        item = indicator.numerator.removesuffix(ITEM_PARTS[0])
        kept["assessments"] = kept["assessments"][kept["assessments"]["item"] == item].reset_index(drop=True)
    if "scoresheet" in kept:
        concerned = {indicator.id, indicator.numerator, indicator.denominator}
        if indicator.denominator == "held_policies":
            concerned |= {"due_policies", "open_policies"}
        kept["scoresheet"] = kept["scoresheet"][kept["scoresheet"]["measure"].isin(concerned)].reset_index(drop=True)
    return Evidence(indicator, tuple(kept), {kind: table for kind, table in kept.items() if len(table)})
