"""Where the table stands in a grid of texts: its header, its columns, and what stands beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from analytics.intake.header import combined, header, spans_of
from analytics.intake.table import Layout, headers, is_value, plain

HEADER_SEARCH = 60
FORM_LABELS = 4
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Table:
    """A table: its headers, the row and column numbers of its corner (from 1), and where another
    one begins beside it."""

    headers: tuple[str, ...]
    header_row: int
    header_rows: int
    columns: tuple[int, ...]  # places of its columns in the grid, from 0
    beside: int | None = None


def find(
    rows: Rows, layout: Layout, merged: Mapping[tuple[int, int], int] | None = None
) -> Table | None:
    """The table that names most of what is wanted or known; without any, the first row as wide as a
    table.

    `rows` is the grid or its beginning; `merged` says how many columns a merged cell at (row,
    column) spans, where known.
    """
    head = [
        [" ".join(str(cell).replace("\ufeff", "").split()) for cell in row]
        for row in rows[:HEADER_SEARCH]
    ]
    if layout.header_row is not None and layout.header_row > len(head):
        head = [[" ".join(str(cell).split()) for cell in row] for row in rows[: layout.header_row]]
    width = max((len(row) for row in head), default=0)
    if not any(cell for row in head for cell in row):
        return None
    # An empty row parts no header from its lower half.
    told = [place for place, row in enumerate(head) if any(row)]
    if layout.header_row is not None and layout.header_row - 1 not in told:
        return None
    place_of = {row: place for place, row in enumerate(told)}
    head = [[*head[row], *[""] * (width - len(head[row]))] for row in told]
    spanned = {
        (place_of[row], column): count
        for (row, column), count in (merged or {}).items()
        if row in place_of
    }
    if layout.header_row is not None:
        layout = replace(layout, header_row=place_of[layout.header_row - 1] + 1)
    place, pair = header(head, layout, spanned)
    if place is None:
        return None
    names = head[place]
    if pair:
        names = combined(head[place - 1], names, spans_of(place - 1, head, spanned), layout)
    lowest = told[place]
    filled = [
        any(column < len(row) and row[column].strip() for row in rows[lowest + 1 :])
        for column in range(width)
    ]
    columns, beside = _columns(names, filled, layout)
    if not columns:
        return None
    return Table(
        headers([names[column] for column in columns], columns),
        lowest + 1,
        2 if pair else 1,
        columns,
        beside,
    )


def is_form(rows: Rows, words: frozenset[str]) -> bool:
    """Whether labels stand beside their values, as on one agent's sheet, instead of above columns
    of them."""
    labels: Counter[str] = Counter()
    lines = 0
    for row in rows[:HEADER_SEARCH]:
        cells = [plain(cell).rstrip(":：") for cell in row]
        labelled = [(label, value) for label, value in pairwise(cells) if label in words]
        if any(value in words for _, value in labelled):
            return False
        beside = [label for label, value in labelled if value]
        labels.update(beside)
        lines += bool(beside)
    return len(labels) >= FORM_LABELS and lines >= 2 and max(labels.values()) == 1


def _columns(
    names: Sequence[str], filled: Sequence[bool], layout: Layout
) -> tuple[tuple[int, ...], int | None]:
    """The places of the table's columns, and where another table begins beside it."""
    runs: list[list[int]] = []
    for place, (name, used) in enumerate(zip(names, filled, strict=True)):
        if not name and not used:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    if layout.first_column is not None:
        start = layout.first_column - 1
        runs = [[place for place in run if place >= start] for run in runs if run[-1] >= start]
        return (tuple(runs[0]), None) if runs else ((), None)
    if len(runs) < 2:
        return (tuple(runs[0]) if runs else ()), None
    wanted = layout.wanted or layout.recognised
    mine = [{plain(names[place]) for place in run if names[place]} for run in runs]
    hits = [len(names_of_run & wanted) for names_of_run in mine]
    best = hits.index(max(hits))
    if layout.wanted and not layout.wanted <= mine[best] and layout.wanted <= set().union(*mine):
        return tuple(place for run in runs for place in run), None
    kept, beside = list(runs[best]), None
    for run, own in zip(runs, mine, strict=True):
        if run is runs[best]:
            continue
        values = sum(is_value(names[place]) for place in run if names[place])
        nameless = not own or values * 2 > len(own)
        if nameless or own & mine[best]:
            beside = run[0] + 1 if beside is None else beside
        else:
            kept += run
    return tuple(sorted(kept)), beside
