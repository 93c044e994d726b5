"""What stands behind a figure: the kinds of records that an indicator is counted from, and an
agent's rows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analytics.catalogue import known_measures
from analytics.model import Indicator

ITEM_PARTS = ("_points", "_count")  # of assessments: measures named after the item


@dataclass(frozen=True)
class Evidence:
    """An indicator, the kinds of records behind it, and the tables of one agent's rows by kind."""

    indicator: Indicator
    kinds: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    aside: tuple[
        tuple[str, str], ...
    ] = ()  # months (2026-01, or 2026-01…2026-03) of which one source does not count, and why

    @property
    def rows(self) -> int:
        return sum(len(table) for table in self.tables.values())


def kinds_behind(indicator: Indicator) -> tuple[str, ...]:
    """The kinds of records of an indicator, numerator first; scoresheets last, which may stand for
    any of them."""
    measures = known_measures()
    kinds: list[str] = []
    for measure in (indicator.numerator, indicator.denominator):
        if measure in measures:
            kinds += measures[measure].records
        elif measure.endswith(ITEM_PARTS):
            kinds.append("assessments")
    return (*dict.fromkeys(kinds), "scoresheet")


def evidence(
    indicator: Indicator, tables: Mapping[str, pd.DataFrame], set_aside: pd.DataFrame | None = None
) -> Evidence:
    """The rows that concern the indicator: of ratings those of its item, of scoresheets those of
    its own measures; and what of them was set aside for another source (of one agent: first_month,
    last_month, measure, why)."""
    kept = dict(tables)
    if "assessments" in kept:
        item = indicator.numerator.removesuffix(ITEM_PARTS[0])
        kept["assessments"] = kept["assessments"][kept["assessments"]["item"] == item].reset_index(
            drop=True
        )
    if "scoresheet" in kept:
        concerned = {indicator.id, indicator.numerator, indicator.denominator}
        if indicator.denominator == "held_policies":
            concerned |= {"due_policies", "open_policies"}
        kept["scoresheet"] = kept["scoresheet"][
            kept["scoresheet"]["measure"].isin(concerned)
        ].reset_index(drop=True)
    records = {kind: table for kind, table in kept.items() if len(table)}
    if set_aside is None:
        return Evidence(indicator, tuple(kept), records)
    own = set_aside[
        set_aside["measure"].isin((indicator.id, indicator.numerator, indicator.denominator))
    ]
    months = {
        (
            f"{entry.first_month:%Y-%m}"
            + ("" if entry.first_month == entry.last_month else f"…{entry.last_month:%Y-%m}"),
            str(entry.why),
        )
        for entry in own.itertuples()
    }
    return Evidence(indicator, tuple(kept), records, tuple(sorted(months)))
