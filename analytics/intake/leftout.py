"""Rows that hold no record: totals, means, notes, repeated headers; found by their words, or by being sums of others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import cache
from itertools import groupby
from typing import Any

import duckdb
import numpy as np

from analytics.catalogue import known_indicators
from analytics.intake.container import Sheet
from analytics.intake.fields import CUSTOM, TOTALS, counted, kinds
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.intake.table import plain
from analytics.language import LANGUAGES, say

CLOSE_LOOK = 200_000  # rows of a file that may lack what is required before they count as rows like any other
NAMING = ("agent_id", "policy_id", "name", "team", "branch", "region")
AVERAGES = ("平均", "均值", "平均值", "人均", "平均数", "average", "mean", "avg", "avg.")
TARGETS = (
    "目标",
    "目标值",
    "目标数",
    "计划",
    "计划数",
    "标准",
    "标准值",
    "考核目标",
    "target",
    "goal",
    "plan",
    "standard",
)
SUMMED = 3_000  # rows of a scoresheet that are compared with the sums of their neighbours
LEAST_SUMMED = 2  # rows behind a sum, and figures that must agree
SLACK = 0.006  # of a sum or mean that was rounded in the file
EXACT = 1e-9
_LABELS = (
    "制表|制作|编制|审核|复核|审批|填表|统计|打印|导出|数据来源|来源|单位|日期|以上"
    "|source|prepared|generated|printed|reviewed|approved|exported|data|as of"
)
_SIGNED = rf"^[（(\[【*※\s]*(?:{_LABELS})[^:：]{{0,12}}[:：]"

_TOTAL = re.compile(r"(合计|总计|小计|汇总|\b(sub[- ]?|grand )?totals?)$")
_AVERAGE = re.compile(r"(平均|均值|平均值|平均数|人均|\b(average|mean|avg\.?))$")
_LABELLED = re.compile(f"{_TOTAL.pattern}|{_AVERAGE.pattern}|^({'|'.join(map(re.escape, TARGETS))})$")
_NOTE = re.compile(
    r"[（(\[【*※\s]*(注|备注|附注|说明|(notes?|remarks?)\b|"
    rf"({_LABELS})[^:：]{{0,12}}[:：])",
    re.IGNORECASE,
)


@cache
def example_marks() -> list[str]:
    """What stands first in the example row of a template, in every language."""
    return [say("template.example_mark", language) for language in LANGUAGES]


def blank_of(sheet: Sheet) -> str:
    """The condition that a row of `body` is empty."""
    return " and ".join(f"c{index} is null" for index in range(len(sheet.headers)))


def left_out(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, recipe: Recipe, mapped: Mapping[str, str], settling: Settling
) -> tuple[int, dict[str, list[int]]]:
    """How many rows are not blank; and of these the total rows, notes and repeated headers, by their row numbers.

    Only rows that lack something required, repeat a header or name a total are looked at closely.
    """
    blank = blank_of(sheet)
    required = [mapped[name] for name in kinds()[recipe.kind].required if name in mapped]
    others = [place for place in dict.fromkeys(mapped.values()) if place not in required]
    width = len(sheet.headers)
    first = required[0] if required else "c0"
    header = sheet.headers[int(first[1:])]
    lacking = " or ".join(f"{place} is null" for place in required) or "false"
    odd = [f"{lacking}", f"{first} = $header", "list_contains($examples, c0)"]
    if len(required) < 2:
        named = list(dict.fromkeys(["c0", *(mapped[name] for name in NAMING if name in mapped)]))
        odd += [f"regexp_matches(lower(replace({place}, ' ', '')), $total)" for place in named]
        odd.append(" and ".join(f"{place} is null" for place in others) or "false")
        odd.append(f"regexp_matches(lower({first}), $signed)")
    bound: dict[str, Any] = {"header": header, "examples": example_marks()}
    if len(required) < 2:
        bound["total"] = (
            f"({'|'.join(TOTALS)})|({'|'.join(map(re.escape, AVERAGES))})$|^({'|'.join(map(re.escape, TARGETS))})$"
        )
        bound["signed"] = _SIGNED
    where = f"({') or ('.join(odd)})"
    lines, count, last = connection.execute(
        f"select count(*) filter (not ({blank})), count(*) filter (({where}) and not ({blank})), "
        f"max(row) filter (not coalesce({where}, false)) from body",
        bound,
    ).fetchall()[0]
    sums = _sums(connection, sheet, recipe, mapped, settling) if recipe.kind == "scoresheet" else []
    if not count or count > CLOSE_LOOK:
        return lines, {"sum": sums} if sums else {}
    names = {mapped[name] for name in NAMING if name in mapped} | {"c0"}
    out: dict[str, list[int]] = {}
    for row in connection.execute(
        f"select row, {', '.join(f'c{index}' for index in range(width))} from body where ({where}) and not ({blank}) order by row",
        bound,
    ).fetchall():
        cells = {f"c{index}": " ".join(cell.split()) for index, cell in enumerate(row[1:]) if cell and cell.strip()}
        reason = _reason(cells, sheet.headers, names, required, last is None or row[0] > last)
        if reason:
            out.setdefault(reason, []).append(row[0])
    sums = [number for number in sums if not any(number in rows for rows in out.values())]
    return lines, {**out, "sum": sums} if sums else out


def _reason(
    cells: Mapping[str, str], headers: Sequence[str], names: set[str], required: Sequence[str], trailing: bool
) -> str | None:
    """Why a row holds no record, or None when it does."""
    if len(cells) > 1 and all(plain(cell) == plain(headers[int(place[1:])]) for place, cell in cells.items()):
        return "header"
    if cells.get("c0") in example_marks():
        return "example"
    lacking = any(place not in cells for place in required)
    for place in names & set(cells):
        text = plain(cells[place]).rstrip(":：")
        if text in TOTALS or (_TOTAL.search(text) and (lacking or place in required)):
            return "total"
        if text in AVERAGES or (_AVERAGE.search(text) and (lacking or place in required)):
            return "average"
        if text in TARGETS:
            return "target"
    first = next(iter(cells.values()), "")
    if re.search(_SIGNED, first.lower()) and (lacking or len(required) < 2):
        return "note"
    alone = len(cells) == 1 and len(headers) > 2
    if lacking and _NOTE.match(first):
        return "note"
    if alone and (trailing or len(first) > 20) and (lacking or len(first) > 20 or _NOTE.match(first)):
        return "note"
    return None


# -- rows that repeat what others say ------------------------------------------------------------------------------


def _sums(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, recipe: Recipe, mapped: Mapping[str, str], settling: Settling
) -> list[int]:
    """The rows of a scoresheet that are the sum or the mean of rows beside them in every figure; asked, as they may be people."""
    figures = [place for name, place in mapped.items() if name.startswith(CUSTOM) or _adds_up(name)]
    if len(figures) < LEAST_SUMMED or sheet.body.num_rows > SUMMED or "agent_id" not in mapped:
        return []
    period, names = mapped.get("period"), [mapped[name] for name in NAMING[2:] if name in mapped]
    rows = connection.execute(
        f"select row, {mapped['agent_id']}, {period or 'null'}, [{', '.join(names)}], "
        f"{', '.join(f'clean_number({place})' for place in figures) or 'null'} from body order by row"
    ).fetchall()
    found: list[tuple[int, str]] = []
    for month in dict.fromkeys(row[2] for row in rows):
        some = [
            row
            for row in rows
            if row[2] == month and (len(figures) < LEAST_SUMMED or any(value is not None for value in row[4:]))
        ]
        values = np.array([[np.nan if value is None else value for value in row[4:]] for row in some], dtype=float)
        named = [plain(str(row[1] or "")) for row in some]
        labelled = {
            at for at, row in enumerate(some) if any(_LABELLED.search(plain(name or "")) for name in (row[1], *row[3]))
        }
        found += [
            (some[at][0], str(some[at][1])) for at in (_sums_among(values, named, labelled) if len(figures) >= LEAST_SUMMED else sorted(labelled))
            if named[at] not in (*TOTALS, *AVERAGES, *TARGETS) and not _LABELLED.search(named[at])
        ]  # fmt: skip
    if not found:
        return []
    answer = settling.ask(
        "rows.sums", "sum_rows", ("leave", "keep"), "leave",
        count=len(found), names=", ".join(dict.fromkeys(name for _, name in found[:8])),
    )  # fmt: skip
    return [number for number, _ in found] if answer == "leave" else []


def _adds_up(name: str) -> bool:
    """Whether a figure is a count or an amount, whose sum over people means something."""
    return name in counted() and counted()[name].type == "number" and name not in {one.id for one in known_indicators()}


def _sums_among(values: Any, named: Sequence[str], labelled: Set[int]) -> list[int]:
    """The places of rows that sum up others: by what their names say, as parts of the whole table, or by every figure."""
    found = set(labelled)
    while True:
        left = [at for at in range(len(named)) if at not in found]
        some, names = values[left], [named[at] for at in left]
        new = _parts(some) or _repeating(some, names, LEAST_SUMMED + 1)
        if not new:
            return sorted(found)
        found |= {left[at] for at in new}  # what sums up everybody shows only once the sums of teams are set aside


def _parts(values: Any) -> list[int]:
    """Two or more rows that together sum up all the others: each the rows above it or below it, or all of them at one end."""
    filled = np.nan_to_num(values)
    count = len(filled)
    used = (filled != 0).any(axis=0)
    if count < 2 * (LEAST_SUMMED + 1) or used.sum() < LEAST_SUMMED:
        return []
    for back in (False, True):
        rows = filled[::-1] if back else filled
        found = _subtotals(rows) or _last_sums(rows)
        if found:
            return sorted(count - 1 - at for at in found) if back else found
    return []


def _subtotals(rows: Any) -> list[int]:
    """Rows that each are the sum of two or more since the last of them, where that explains the whole table."""
    out, since = [], 0
    for at in range(len(rows)):
        if at - since >= LEAST_SUMMED and _same(rows[since:at].sum(axis=0), rows[at]):
            out.append(at)
            since = at + 1
    people = rows[:since].sum(axis=0) - rows[out].sum(axis=0)
    rest = list(range(since, len(rows)))  # what sums up everybody may follow the last of them
    return [*out, *rest] if len(out) > 1 and all(_same(people, rows[at]) for at in rest) else []


def _last_sums(rows: Any) -> list[int]:
    """The last rows, two or more, that together are the sum of two or more rows each."""
    total = rows.sum(axis=0)
    for count in range(2, len(rows) // (LEAST_SUMMED + 1) + 1):
        if _same(2 * rows[-count:].sum(axis=0), total):
            return list(range(len(rows) - count, len(rows)))
    return []


def _same(one: Any, other: Any) -> bool:
    return bool(np.any(other != 0) and np.all(np.abs(one - other) <= EXACT * np.maximum(np.abs(other), 1)))


def _repeating(values: Any, named: Sequence[str], least_alike: int) -> list[int]:
    """The places whose every figure is the sum of rows directly above or below, or the mean of all others.

    Where the id looks like everybody's it takes more rows (`least_alike`) and no rounding: small figures add up by chance.
    """
    count = len(values)
    if count <= LEAST_SUMMED:
        return []
    shapes = [_shape(name) for name in named]
    common = Counter(shapes).most_common(1)[0][0] if shapes else ""
    filled = np.nan_to_num(values)
    sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(filled, axis=0)])
    out = []
    for at in range(count):
        given = ~np.isnan(values[at]) & (values[at] != 0)
        if given.sum() < LEAST_SUMMED or not named[at]:
            continue
        odd = shapes[at] != common
        least = LEAST_SUMMED if odd else least_alike
        near = np.maximum(np.abs(values[at]), 1) * (SLACK if odd else EXACT)
        blocks = [sums[at] - sums[: max(at - least + 1, 0)], sums[at + 1 + least :] - sums[at + 1]]
        if odd and count > LEAST_SUMMED:
            blocks.append(((sums[-1] - filled[at]) / (count - 1))[None, :])
        if any((np.abs(block - values[at]) <= near)[:, given].all(axis=1).any() for block in blocks if len(block)):
            out.append(at)
    if out and least_alike > LEAST_SUMMED:
        return _repeating(values, named, LEAST_SUMMED)  # one sum shows how the table is made
    return out


def _shape(name: str) -> str:
    """What kind of characters an id is made of, runs as one."""
    kinds_of = ("0" if char.isdigit() else "a" if char.isascii() else "中" for char in name)
    return "".join(kind for kind, _ in groupby(kinds_of))
