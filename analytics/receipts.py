"""Receipts: what a load did, in numbers a user can check against the file, and kept until somebody
reads them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

import pandas as pd

from analytics import beside
from analytics.intake.reading import Reading
from analytics.intake.recipe import Recipe
from analytics.intake.understood import Understood
from analytics.model import Change, Issue, Receipt
from analytics.warehouse.connection import Warehouse
from analytics.warehouse.records import Stored

MOST_NAMED = 10  # ids or loads in a sentence; all of them are in a list
# changed figures, and issues, of a receipt that waits; the load itself tells of all of them
MOST_KEPT = 2_000

Note = tuple[str, Mapping[str, object]]


class Told(Protocol):
    """A file that was read, as a receipt tells of it."""

    @property
    def recipe(self) -> Recipe: ...
    @property
    def read(self) -> Reading: ...
    @property
    def issues(self) -> tuple[Issue, ...]: ...


def receipt_of(warehouse: Warehouse, stored: Stored, told: Told, before: pd.DataFrame) -> Receipt:
    """The receipt of a load that was just stored; `before` are the sums by month of its kind before
    it."""
    read, recipe, issues = told.read, told.recipe, told.issues
    row = _load(warehouse, stored.load_id)
    counted = (("undated_open", stored.undated), ("stale_open", stored.stale))
    notes = [
        *((key, {"count": count}) for key, count in counted if count),
        *reading_notes(read.understood, recipe),
    ]
    changes = tuple(
        Change(
            str(agent_id),
            str(measure),
            *(None if math.isnan(value) else float(value) for value in (before, after)),
        )
        for agent_id, measure, before, after in stored.changes.itertuples(index=False)
    )
    plain = _plain(warehouse, row)
    figures = beside.told(before, beside.sums_of(warehouse, recipe.kind), plain.months)
    return replace(
        plain,
        issues=issues,
        notes=(
            *figures,
            *notes,
            *beside.told_alike(warehouse, read),
            *_unmatched(warehouse, recipe.kind),
        ),
        skipped=read.understood.skipped,
        changes=changes,
    )


def receipt_again(warehouse: Warehouse, load_id: int) -> Receipt:
    """The receipt of a load that was there already."""
    row = _load(warehouse, load_id)
    told = {"load": load_id, "date": f"{row['loaded_at']:%Y-%m-%d %H:%M}"}
    return replace(_plain(warehouse, row), already=True, notes=(("already_loaded", told),))


def kept(receipts: Sequence[Receipt]) -> list[Any]:
    """Receipts as plain values to be stored."""
    cut = [
        replace(receipt, issues=receipt.issues[:MOST_KEPT], changes=receipt.changes[:MOST_KEPT])
        for receipt in receipts
    ]
    plain: list[Any] = json.loads(
        json.dumps([asdict(receipt) for receipt in cut], ensure_ascii=False, default=str)
    )
    return plain


def receipt_from(plain: Mapping[str, Any]) -> Receipt:
    """A receipt that was kept."""
    parts = {
        "months": tuple(plain["months"]),
        "issues": tuple(Issue(**issue) for issue in plain["issues"]),
        "notes": tuple((key, facts) for key, facts in plain["notes"]),
        "changes": tuple(Change(**change) for change in plain["changes"]),
    }
    return Receipt(**{**plain, **parts})


def _load(warehouse: Warehouse, load_id: int) -> pd.Series:
    loads = warehouse.ask("loads")
    return loads[loads["load_id"] == load_id].iloc[0]


def _plain(warehouse: Warehouse, row: pd.Series) -> Receipt:
    load_id = int(row["load_id"])
    shape = warehouse.ask("load_shape", load_id=load_id)
    return Receipt(
        load=load_id,
        kind=str(row["kind"]),
        file=str(row["file"]),
        rows=int(row["row_count"]),
        loaded=int(row["loaded"]),
        rejected=int(row["rejected"]),
        replaced=int(row["replaced"]),
        agents=int(shape["agents"].iloc[0]),
        months=tuple(warehouse.ask("months_of_load", load_id=load_id)["month"]),
    )


def _unmatched(warehouse: Warehouse, kind: str) -> list[Note]:
    """Who is without a partner on the other side of a join that this kind of record takes part
    in."""
    frame = warehouse.ask("unmatched")
    of_kind = frame["kind"] == kind if kind != "agents" else frame["side"] == "records_only"
    concerned = frame[
        of_kind
        | ((frame["side"] == "roster_only") & (kind in ("agents", "policies", "scoresheet")))
    ]
    notes: list[Note] = []
    for side, group in concerned.groupby("side", sort=False):
        ids = sorted(set(group["id"]))
        more = "…" if len(ids) > MOST_NAMED else ""
        notes.append(
            (f"unmatched_{side}", {"count": len(ids), "ids": ", ".join(ids[:MOST_NAMED]) + more})
        )
    return notes


def _rows_named(rows: Sequence[tuple[str, int]], several: bool) -> str:
    """Row numbers as a sentence lists them, with the sheets that they are of where these are
    several."""
    numbers: dict[str, list[int]] = {}
    for sheet, row in rows:
        numbers.setdefault(sheet, []).append(row)
    listed = {sheet: ", ".join(map(str, some)) for sheet, some in numbers.items()}
    return "; ".join(
        f"{sheet}: {some}" if several and sheet else some for sheet, some in listed.items()
    )


def reading_notes(understood: Understood, recipe: Recipe) -> list[Note]:
    """What was done with a file beside reading its cells: what was left out, what a number was
    taken for."""
    seen = understood.seen
    several = len({sheet for left in understood.left.values() for sheet, _ in left.rows}) > 1
    notes: list[Note] = [
        (
            f"left_{reason}",
            {
                "count": left.count,
                "rows": _rows_named(left.rows, several)
                + ("…" if left.count > len(left.rows) else ""),
            },
        )
        for reason, left in understood.left.items()
    ]
    counted = {
        "rows_hidden": understood.hidden_rows,
        "errors_empty": understood.errors,
        "words_empty": understood.empty_words,
    }
    notes += [(key, {"count": count}) for key, count in counted.items() if count]
    named = {
        "sheets_hidden": ("sheets", list(seen.hidden)),
        "sheets_unread": ("sheets", list(understood.unread)),
    }
    for key, fields in (
        ("rates_as_percent", understood.percents),
        ("units_scaled", understood.units),
        ("rates_weighted", understood.weighted),
    ):
        named[key] = ("columns", [recipe.columns.get(name, name) for name in fields])
    notes += [(key, {fact: ", ".join(names)}) for key, (fact, names) in named.items() if names]
    for sheet, column in understood.beside.items():
        notes.append(("table_beside", {"sheet": f" [{sheet}]" if sheet else "", "column": column}))
    if understood.month_begins != 1:
        notes.append(
            (
                "months_begin",
                {"first": understood.month_begins, "last": understood.month_begins - 1},
            )
        )
    if seen.date_system is not None and "date_system" not in recipe.options:
        notes.append(("dates_1904", {}))
    notes += understood.said
    if understood.merged:
        notes.append(("merged_filled", {"columns": ", ".join(understood.merged)}))
    if understood.hidden_columns:
        notes.append(("columns_hidden", {"columns": ", ".join(understood.hidden_columns)}))
    if understood.unused:
        unused = [f"{header} ({', '.join(values)})" for header, values in understood.unused.items()]
        notes.append(("columns_unused", {"columns": "; ".join(unused)}))
    return notes
