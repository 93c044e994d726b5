"""Where the table stands in a grid of texts: its header (one row or two), its columns, and what
stands beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

HEADER_SEARCH = 60
WIDE_ENOUGH = 0.6  # of the widest row, for a header row that nobody knows
FORM_LABELS = 4
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_VALUE = re.compile(
    r"[-+]?[￥¥$€₱]?\s*[\d,]*\.?\d+\s*[%万亿元]?|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ "
    r"T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
)

_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
)
_SEAM = re.compile(
    r"(?<=[A-Za-z])[_-](?=[A-Za-z0-9])|(?<=[A-Za-z0-9])[_-](?=[A-Za-z])"
    r"|(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=I[Dd]\b)"
)  # between the words of a name: of 1-10, a scale, the hyphen says from where to where

_PIVOT = re.compile(r"^(求和项|计数项|平均值项|最大值项)\s*[:：]\s*|^(sum|count|average) of (?=\S)")
_MONTH = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?")
# Above a name: of another time than the period, no figure but an aim, or in a unit that the name
# below lacks.
_ELSE = re.compile(
    r"累计|同期|去年|上年|上月|环比|同比|增长|预计|预测|目标|计划|预算|"
    r"[(（]\s*(?:单位\s*[:：]\s*)?(?:千|万|百万|亿)元?\s*[)）]"
    r"|\b(ytd|cumulative|last year|prior|previous|target|plan|budget|forecast)\b",
    re.IGNORECASE,
)
SORTS = ("件数", "保费")  # of what a group of columns is, and what its columns are then called
LOOKED_AT = 5  # rows below a header that show whether figures stand there
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Layout:
    """What the caller knows: the sheet, the headers it looks for, and what overrides detection."""

    sheet: str | None = None
    wanted: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    header_row: int | None = None
    header_rows: int | None = None
    first_column: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    hidden: str = "skip"


@dataclass(frozen=True)
class Found:
    """A table: its headers, the row and column numbers of its corner (from 1), and where another
    one begins beside it."""

    headers: tuple[str, ...]
    header_row: int
    header_rows: int
    columns: tuple[int, ...]  # places of its columns in the grid, from 0
    beside: int | None = None


def plain(text: str) -> str:
    """A header as it is compared: lower case, single blanks, none between Chinese characters,
    without what a pivot adds."""
    flat = _PIVOT.sub("", " ".join(str(text).replace("\ufeff", "").split()).lower())
    return flat.replace(" ", "") if _CHINESE.search(flat) else flat


def spaced(text: str) -> str:
    """A header as names are compared: policy_no, policy-no and PolicyNo are policy no."""
    return plain(_SEAM.sub(" ", text))


def find(
    rows: Rows, layout: Layout, merged: Mapping[tuple[int, int], int] | None = None
) -> Found | None:
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
    told = [
        at for at, row in enumerate(head) if any(row)
    ]  # an empty row parts no header from its lower half
    if layout.header_row is not None and layout.header_row - 1 not in told:
        return None
    place_of = {at: place for place, at in enumerate(told)}
    head = [[*head[at], *[""] * (width - len(head[at]))] for at in told]
    spanned = {
        (place_of[row], column): count
        for (row, column), count in (merged or {}).items()
        if row in place_of
    }
    if layout.header_row is not None:
        layout = replace(layout, header_row=place_of[layout.header_row - 1] + 1)
    found, pair = _header(head, layout, spanned)
    if found is None:
        return None
    names = (
        _combined(head[found - 1], head[found], _spans(found - 1, head, spanned), layout)
        if pair
        else head[found]
    )
    at = told[found]
    filled = [
        any(place < len(row) and row[place].strip() for row in rows[at + 1 :])
        for place in range(width)
    ]
    columns, beside = _columns(names, filled, layout)
    if not columns:
        return None
    return Found(
        headers([names[place] for place in columns], columns),
        at + 1,
        2 if pair else 1,
        columns,
        beside,
    )


def is_form(rows: Rows, known: frozenset[str]) -> bool:
    """Whether labels stand beside their values, as on one agent's sheet, instead of above columns
    of them."""
    labels: Counter[str] = Counter()
    lines = 0
    for row in rows[:HEADER_SEARCH]:
        cells = [plain(cell).rstrip(":：") for cell in row]
        if any(a in known and b in known for a, b in pairwise(cells)):
            return False
        found = [a for a, b in pairwise(cells) if a in known and b and b not in known]
        labels.update(found)
        lines += bool(found)
    return len(labels) >= FORM_LABELS and lines >= 2 and max(labels.values()) == 1


def headers(names: Iterable[str], places: Iterable[int] | None = None) -> tuple[str, ...]:
    """Header cells as people read them: twins get a number, nameless ones their column's letter."""
    seen: dict[str, int] = {}
    out = []
    cells = [" ".join(str(name).replace("\ufeff", "").split()) for name in names]
    for place, cell in zip(places if places is not None else range(len(cells)), cells, strict=True):
        text = cell or f"({letter(place)})"
        seen[text] = seen.get(text, 0) + 1
        out.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return tuple(out)


def letter(index: int) -> str:
    """A column's letter as spreadsheets name it, from 0."""
    return (letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


# -- the header ------------------------------------------------------------------------------------


def _header(
    head: list[list[str]], layout: Layout, merged: Mapping[tuple[int, int], int]
) -> tuple[int | None, bool]:
    """The place of the (lower) header row and whether the row above belongs to it."""
    if layout.header_row is not None:
        at = layout.header_row - 1
        if not 0 <= at < len(head):
            return None, False
        rows = layout.header_rows or (2 if at and _worth(head, at, layout, merged) else 1)
        return at, rows == 2 and at > 0
    width = max(sum(bool(cell) for cell in row) for row in head)
    named = [(0, 0) if _filters(row, width) else _hits(row, layout) for row in head]
    # A line of figures behind one known word is a header only where nothing else can be one: months
    # are dates too.
    sure = [(0, 0) if _mostly_values(row) else hits for row, hits in zip(head, named, strict=True)]
    single = sure if max(sure) > (0, 0) else named
    double = [(0, 0)] * len(head)
    for at in range(1, len(head)):
        if layout.header_rows != 1 and _paired(head[at - 1], head[at]):
            double[at] = _hits(
                [below or above for above, below in zip(head[at - 1], head[at], strict=True)],
                layout,
            )
    best = max(*single, *double)
    if best > (0, 0):
        if best in single and not (layout.header_rows == 2 and best in double):
            at = single.index(best)
            if layout.header_rows != 1 and _above(head, at, merged):
                return at + 1, True
            return at, layout.header_rows != 1 and at > 0 and _worth(head, at, layout, merged)
        return double.index(best), True
    for at, row in enumerate(head):
        given = [cell for cell in row if cell]
        if len(given) >= max(1, width * WIDE_ENOUGH) and sum(
            _is_value(cell) for cell in given
        ) * 2 <= len(given):
            return at, at > 0 and _worth(head, at, layout, merged)
    return next(
        at
        for at, row in enumerate(head)
        if sum(bool(cell) for cell in row) >= max(1, width * WIDE_ENOUGH)
    ), False


def _hits(row: Sequence[str], layout: Layout) -> tuple[int, int]:
    """How many wanted and how many known names stand in a row; one known word beside a date is a
    value as likely as a name."""
    names = {plain(cell) for cell in row if cell}
    known = sum(
        plain(cell) in layout.known or spaced(cell) in layout.known for cell in set(row) if cell
    )
    wanted = len(names & layout.wanted)
    dated = not wanted and known == 1 and any(_DATE.fullmatch(cell) for cell in row)
    return wanted, 0 if dated else known


def _mostly_values(row: Sequence[str]) -> bool:
    given = [cell for cell in row if cell]
    return sum(_is_value(cell) for cell in given) * 2 > len(given)


def _filters(row: Sequence[str], width: int) -> bool:
    """Whether a row above a wider table names one thing and its value, as a pivot's filter does."""
    given = [cell for cell in row if cell]
    return (
        len(given) == 2 < width
        and not _is_value(given[0])
        and (_is_value(given[1]) or _MONTH.fullmatch(given[1]) is not None)
    )


def _is_value(cell: str) -> bool:
    return _VALUE.fullmatch(cell) is not None


def _paired(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether two rows can be one header: names, not values, and each filling what the other leaves
    empty."""
    if (
        sum(bool(cell) for cell in upper) < 2
        or not any(lower)
        or any(_is_value(cell) for cell in (*upper, *lower) if cell)
    ):
        return False
    under_span = any(not above and below for above, below in zip(upper, lower, strict=True))
    alone = any(above and not below for above, below in zip(upper, lower, strict=True))
    return under_span or alone


def _worth(
    head: list[list[str]], at: int, layout: Layout, merged: Mapping[tuple[int, int], int]
) -> bool:
    """Whether the row above names what this row leaves nameless or names twice."""
    upper, lower = head[at - 1], head[at]
    if not _paired(upper, lower):
        return False
    twice = any(count > 1 for name, count in Counter(map(plain, lower)).items() if name)
    nameless = any(above and not below for above, below in zip(upper, lower, strict=True))
    spans = _spans(at - 1, head, merged)
    grouped = twice and any(
        spans.get(place, place) != place for place, cell in enumerate(lower) if cell
    )
    both = [below or above for above, below in zip(upper, lower, strict=True)]
    return grouped or (nameless and _hits(both, layout) > _hits(lower, layout))


def _above(head: list[list[str]], at: int, merged: Mapping[tuple[int, int], int]) -> bool:
    """Whether the row below divides what this one names: it says something only there, in two or
    more places of a name, or says nothing below the first names and stands above figures only.
    """
    if at + 1 >= len(head) or not _paired(head[at], head[at + 1]):
        return False
    spans = _spans(at, head, merged)
    groups = Counter(spans.values())
    told = [place for place, cell in enumerate(head[at + 1]) if cell]
    if all(place in spans and groups[spans[place]] > 1 for place in told):
        return True
    return all(place in spans for place in told) and _over_figures(head, at, told)


def _over_figures(head: list[list[str]], at: int, told: Sequence[int]) -> bool:
    """Whether the row below a header is empty below its first names, and has rows below it that are
    full there and hold figures."""
    lead = next(place for place, cell in enumerate(head[at]) if cell)
    rows = head[at + 2 : at + 2 + LOOKED_AT]
    full = [row for row in rows if row[lead]]
    return (
        lead not in told
        and bool(full)
        and all(any(_is_value(row[place]) for row in full) for place in told)
    )


def _spans(at: int, head: list[list[str]], merged: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """Column → the column whose upper name spans it: by the merged cells, else by the blanks that
    follow a name."""
    upper, lower = head[at], head[at + 1]
    known = {column: count for (row, column), count in merged.items() if row == at}
    out: dict[int, int] = {}
    source: int | None = None
    for place, cell in enumerate(upper):
        if cell:
            source = place if lower[place] else None
        elif not lower[place]:
            source = None
        if source is not None and (not known or place < source + known.get(source, 1)):
            out[place] = source
    return out


def _combined(
    upper: Sequence[str], lower: Sequence[str], spans: Mapping[int, int], layout: Layout
) -> list[str]:
    """The lower name counts; the upper where there is no lower one, and in front of lower names
    that repeat, or that mean something else or nothing without it (累计, a unit).
    """
    names = [below or above for above, below in zip(upper, lower, strict=True)]
    repeated = {name for name, count in Counter(map(plain, names)).items() if name and count > 1}
    out = []
    for place, name in enumerate(names):
        above = upper[spans[place]] if place in spans and lower[place] else ""
        alone = sum(1 for source in spans.values() if source == spans.get(place)) == 1
        strange = alone and plain(name) not in layout.known
        if above and strange and name[0] in "（([":
            out.append(f"{above}{name}")
        elif above and (
            plain(name) in repeated or strange or _half(above, name, layout) or _ELSE.search(above)
        ):
            out.append(f"{above} {name}")
        else:
            out.append(name)
    return out


def _half(above: str, name: str, layout: Layout) -> bool:
    """Whether a name nobody knows is known together with what the upper one is of: 已续 below
    件数."""
    return plain(name) not in layout.known and any(
        plain(name + sort) in layout.known for sort in SORTS if sort in above
    )


# -- the columns -----------------------------------------------------------------------------------


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
    wanted = layout.wanted or layout.known
    mine = [{plain(names[place]) for place in run if names[place]} for run in runs]
    hits = [len(one & wanted) for one in mine]
    best = hits.index(max(hits))
    if layout.wanted and not layout.wanted <= mine[best] and layout.wanted <= set().union(*mine):
        return tuple(place for run in runs for place in run), None
    kept, beside = list(runs[best]), None
    for at, run in enumerate(runs):
        if at == best:
            continue
        nameless = not mine[at] or sum(
            _is_value(names[place]) for place in run if names[place]
        ) * 2 > len(mine[at])
        if nameless or mine[at] & mine[best]:
            beside = run[0] + 1 if beside is None else beside
        else:
            kept += run
    return tuple(sorted(kept)), beside
