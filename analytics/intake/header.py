"""Which row of a grid is the header, whether two rows are one, and what their names are then."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from analytics.intake.table import Layout, is_value, plain, spaced

WIDE_ENOUGH = 0.6  # of the widest row, for a header row that nobody knows
_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
)
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


def header(
    head: list[list[str]], layout: Layout, merged: Mapping[tuple[int, int], int]
) -> tuple[int | None, bool]:
    """The place of the (lower) header row and whether the row above belongs to it."""
    if layout.header_row is not None:
        place = layout.header_row - 1
        if not 0 <= place < len(head):
            return None, False
        rows = layout.header_rows or (2 if place and _worth(head, place, layout, merged) else 1)
        return place, rows == 2 and place > 0
    width = max(sum(bool(cell) for cell in row) for row in head)
    named = [(0, 0) if _filters(row, width) else _hits(row, layout) for row in head]
    # A line of figures behind one known word is a header only where nothing else can be one: months
    # are dates too.
    sure = [(0, 0) if _mostly_values(row) else hits for row, hits in zip(head, named, strict=True)]
    single = sure if max(sure) > (0, 0) else named
    double = [(0, 0)] * len(head)
    for place in range(1, len(head)):
        if layout.header_rows != 1 and _paired(head[place - 1], head[place]):
            double[place] = _hits(
                [below or above for above, below in zip(head[place - 1], head[place], strict=True)],
                layout,
            )
    best = max(*single, *double)
    if best > (0, 0):
        if best in single and not (layout.header_rows == 2 and best in double):
            place = single.index(best)
            if layout.header_rows != 1 and _above(head, place, merged):
                return place + 1, True
            return place, layout.header_rows != 1 and place > 0 and _worth(
                head, place, layout, merged
            )
        return double.index(best), True
    for place, row in enumerate(head):
        given = [cell for cell in row if cell]
        if len(given) >= max(1, width * WIDE_ENOUGH) and sum(
            is_value(cell) for cell in given
        ) * 2 <= len(given):
            return place, place > 0 and _worth(head, place, layout, merged)
    return next(
        place
        for place, row in enumerate(head)
        if sum(bool(cell) for cell in row) >= max(1, width * WIDE_ENOUGH)
    ), False


def _hits(row: Sequence[str], layout: Layout) -> tuple[int, int]:
    """How many wanted and how many known names stand in a row; one known word beside a date is a
    value as likely as a name."""
    names = {plain(cell) for cell in row if cell}
    recognised = sum(
        plain(cell) in layout.recognised or spaced(cell) in layout.recognised
        for cell in set(row)
        if cell
    )
    wanted = len(names & layout.wanted)
    dated = not wanted and recognised == 1 and any(_DATE.fullmatch(cell) for cell in row)
    return wanted, 0 if dated else recognised


def _mostly_values(row: Sequence[str]) -> bool:
    given = [cell for cell in row if cell]
    return sum(is_value(cell) for cell in given) * 2 > len(given)


def _filters(row: Sequence[str], width: int) -> bool:
    """Whether a row above a wider table names one thing and its value, as a pivot's filter does."""
    given = [cell for cell in row if cell]
    return (
        len(given) == 2 < width
        and not is_value(given[0])
        and (is_value(given[1]) or _MONTH.fullmatch(given[1]) is not None)
    )


def _paired(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether two rows can be one header: names, not values, and each filling what the other leaves
    empty."""
    if (
        sum(bool(cell) for cell in upper) < 2
        or not any(lower)
        or any(is_value(cell) for cell in (*upper, *lower) if cell)
    ):
        return False
    under_span = any(not above and below for above, below in zip(upper, lower, strict=True))
    alone = any(above and not below for above, below in zip(upper, lower, strict=True))
    return under_span or alone


def _worth(
    head: list[list[str]], line: int, layout: Layout, merged: Mapping[tuple[int, int], int]
) -> bool:
    """Whether the row above names what this row leaves nameless or names twice."""
    upper, lower = head[line - 1], head[line]
    if not _paired(upper, lower):
        return False
    twice = any(count > 1 for name, count in Counter(map(plain, lower)).items() if name)
    nameless = any(above and not below for above, below in zip(upper, lower, strict=True))
    spans = spans_of(line - 1, head, merged)
    grouped = twice and any(
        spans.get(place, place) != place for place, cell in enumerate(lower) if cell
    )
    both = [below or above for above, below in zip(upper, lower, strict=True)]
    return grouped or (nameless and _hits(both, layout) > _hits(lower, layout))


def _above(head: list[list[str]], line: int, merged: Mapping[tuple[int, int], int]) -> bool:
    """Whether the row below divides what this one names: it says something only there, in two or
    more places of a name, or says nothing below the first names and stands above figures only.
    """
    if line + 1 >= len(head) or not _paired(head[line], head[line + 1]):
        return False
    spans = spans_of(line, head, merged)
    groups = Counter(spans.values())
    told = [place for place, cell in enumerate(head[line + 1]) if cell]
    if all(place in spans and groups[spans[place]] > 1 for place in told):
        return True
    return all(place in spans for place in told) and _over_figures(head, line, told)


def _over_figures(head: list[list[str]], line: int, told: Sequence[int]) -> bool:
    """Whether the row below a header is empty below its first names, and has rows below it that are
    full there and hold figures."""
    lead = next(place for place, cell in enumerate(head[line]) if cell)
    rows = head[line + 2 : line + 2 + LOOKED_AT]
    full = [row for row in rows if row[lead]]
    return (
        lead not in told
        and bool(full)
        and all(any(is_value(row[place]) for row in full) for place in told)
    )


def spans_of(
    line: int, head: list[list[str]], merged: Mapping[tuple[int, int], int]
) -> dict[int, int]:
    """Column → the column whose upper name spans it: by the merged cells, else by the blanks that
    follow a name."""
    upper, lower = head[line], head[line + 1]
    spans = {column: count for (row, column), count in merged.items() if row == line}
    out: dict[int, int] = {}
    source: int | None = None
    for place, cell in enumerate(upper):
        if cell:
            source = place if lower[place] else None
        elif not lower[place]:
            source = None
        if source is not None and (not spans or place < source + spans.get(source, 1)):
            out[place] = source
    return out


def combined(
    upper: Sequence[str], lower: Sequence[str], spans: Mapping[int, int], layout: Layout
) -> list[str]:
    """The lower name counts; the upper where there is no lower one, and in front of lower names
    that repeat, or that mean something else or nothing without it (累计, a unit).
    """
    names = [below or above for above, below in zip(upper, lower, strict=True)]
    counts = Counter(plain(name) for name in names)
    repeated = {name for name, count in counts.items() if count > 1} - {""}
    out = []
    for place, name in enumerate(names):
        above = upper[spans[place]] if place in spans and lower[place] else ""
        alone = sum(1 for source in spans.values() if source == spans.get(place)) == 1
        strange = alone and plain(name) not in layout.recognised
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
    return plain(name) not in layout.recognised and any(
        plain(name + sort) in layout.recognised for sort in SORTS if sort in above
    )
