"""Rows that hold no record: totals, means, notes, repeated headers; found by their words, or by
being sums of others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import numpy as np

from analytics.catalogue import known_indicators
from analytics.intake.container import Sheet
from analytics.intake.fields import CUSTOM, TOTALS, counted, given_as_rates, kinds
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.intake.sums import (
    COMMON,
    EXACT,
    LEAST,
    SLACK,
    Figures,
    Summing,
    across,
    means,
    summing,
)
from analytics.intake.table import plain, single_spaced
from analytics.intake.words import BRANCH, TEAM
from analytics.language import LANGUAGES, say
from analytics.model import Text

# rows of a file that may lack what is required before they count as rows like any other
CLOSE_LOOK = 200_000
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
SHOWN, EVIDENCE = 8, 4  # names, and sums explained, in a question
GROUPS = ("team", "branch", "region")
_LABELS = (
    "制表|制作|编制|审核|复核|审批|填表|统计|打印|导出|数据来源|来源|单位|日期|以上"
    "|source|prepared|generated|printed|reviewed|approved|exported|data|as of"
)
_SIGNED = rf"^[（(\[【*※\s]*(?:{_LABELS})[^:：]{{0,12}}[:：]"

_TOTAL = re.compile(r"(合计|总计|小计|汇总|\b(sub[- ]?|grand )?totals?)$")
_AVERAGE = re.compile(r"(平均|均值|平均值|平均数|人均|\b(average|mean|avg\.?))$")
_LABELLED = re.compile(
    f"{_TOTAL.pattern}|{_AVERAGE.pattern}|^({'|'.join(map(re.escape, TARGETS))})$"
)
_EVERYBODY = re.compile(
    r"^(全公司|全体|全部|公司|本部|all|company|everybody|overall)$", re.IGNORECASE
)
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
    connection: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    recipe: Recipe,
    mapped: Mapping[str, str],
    settling: Settling,
) -> tuple[int, dict[str, list[int]]]:
    """How many rows are not blank; and of these the total rows, notes and repeated headers, by
    their row numbers.

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
            f"({'|'.join(TOTALS)})|({'|'.join(map(re.escape, AVERAGES))})$|"
            f"^({'|'.join(map(re.escape, TARGETS))})$"
        )
        bound["signed"] = _SIGNED
    where = f"({') or ('.join(odd)})"
    lines, count, last = connection.execute(
        f"select count(*) filter (not ({blank})), count(*) filter (({where}) and not ({blank})), "
        f"max(row) filter (not coalesce({where}, false)) from body",
        bound,
    ).fetchall()[0]
    sums = _sums(connection, sheet, mapped, settling) if recipe.kind == "scoresheet" else []
    if not count or count > CLOSE_LOOK:
        return lines, {"sum": sums} if sums else {}
    names = {mapped[name] for name in NAMING if name in mapped} | {"c0"}
    out: dict[str, list[int]] = {}
    for row in connection.execute(
        f"select row, {', '.join(f'c{index}' for index in range(width))} from body where "
        f"({where}) and not ({blank}) order by row",
        bound,
    ).fetchall():
        cells = {
            f"c{index}": cell for index, cell in enumerate(map(single_spaced, row[1:])) if cell
        }
        reason = _reason(cells, sheet.headers, names, required, last is None or row[0] > last)
        if reason:
            out.setdefault(reason, []).append(row[0])
    sums = [number for number in sums if not any(number in rows for rows in out.values())]
    return lines, {**out, "sum": sums} if sums else out


def _reason(
    cells: Mapping[str, str],
    headers: Sequence[str],
    names: set[str],
    required: Sequence[str],
    trailing: bool,
) -> str | None:
    """Why a row holds no record, or None when it does."""
    if len(cells) > 1 and all(
        plain(cell) == plain(headers[int(place[1:])]) for place, cell in cells.items()
    ):
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
    if (
        alone
        and (trailing or len(first) > 20)
        and (lacking or len(first) > 20 or _NOTE.match(first))
    ):
        return "note"
    return None


# -- rows that repeat what others say --------------------------------------------------------------


def _sums(
    connection: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    mapped: Mapping[str, str],
    settling: Settling,
) -> list[int]:
    """The rows of a scoresheet that are the sum or the mean of others, or are called so; asked, as
    they may be people."""
    table = _Table(connection, sheet, mapped)
    if not 0 < sheet.body.num_rows <= SUMMED or "agent_id" not in mapped:
        return []
    sums: dict[int, Summing] = {}
    told = [place for place in range(len(table.rows)) if table.told[place]]
    months = list(dict.fromkeys(table.months))
    for month in months:
        sums |= table.among([place for place in told if table.months[place] == month])
    if len(months) > 1:
        sums |= table.over([place for place in told if place not in sums])
    numbered = [place for place in sorted(sums) if table.ids[place]]
    kept = [sums[place] for place in numbered if not table.called[place]]
    if not kept:
        return []
    answer = settling.ask(
        "rows.sums",
        "sum_rows",
        ("leave", "keep"),
        "leave",
        count=len(kept),
        names=", ".join(dict.fromkeys(table.written[total.position] for total in kept[:SHOWN])),
        evidence=table.evidence(kept[:EVIDENCE]),
    )
    return [table.rows[total.position] for total in kept] if answer == "leave" else []


class _Table:
    """The rows of a scoresheet as they are compared with each other, by place."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, sheet: Sheet, mapped: Mapping[str, str]
    ) -> None:
        figures = {name: place for name, place in mapped.items() if _is_figure(name)}
        adding = {name: place for name, place in figures.items() if _adds_up(name)}
        own = {name: place for name, place in figures.items() if name.startswith(CUSTOM)}
        adding = adding if len(adding) >= LEAST else adding | own
        shares = {} if len(adding) >= LEAST else _shares(mapped)
        columns = [f"clean_number({place})" for place in adding.values()]
        columns += [
            f"clean_number({rate}) * clean_number({whole})" for rate, whole in shares.values()
        ]
        others = [f"clean_number({place})" for place in figures.values()]
        groups = [mapped[name] for name in GROUPS if name in mapped]
        naming = [mapped[name] for name in NAMING[2:] if name in mapped]
        called = [place for place in naming if place != mapped.get("agent_id")]
        got = connection.execute(
            f"select row, {mapped.get('agent_id', 'null')}, "
            f"{mapped.get('period', 'null')}, [{', '.join(called)}], "
            f"[{', '.join(groups)}], "
            f"[{', '.join(columns)}]::double[], [{', '.join(others)}]::double[] from body "
            f"order by row"
        ).fetchall()
        self.rows = [row[0] for row in got]
        self.ids = [plain(row[1] or "") for row in got]
        self.written = [single_spaced(row[1]) for row in got]
        self.months = [row[2] for row in got]
        self.names = [[plain(name or "") for name in row[3]] for row in got]
        self.groups = tuple(
            tuple(row[4][place] or "" for row in got) for place in range(len(groups))
        )
        self.values = _floats([row[5] for row in got], len(columns))
        self.all = _floats([row[6] for row in got], len(others))
        self.told = (~np.isnan(self.all)).any(axis=1)
        self.persons = "name" in mapped and mapped["name"] != mapped.get("agent_id")
        self.called = [
            bool(_LABELLED.search(spelling)) for spelling in self.ids
        ]  # left out without a question
        self.slack = (*(EXACT for _ in adding), *(SLACK for _ in shares))
        self.headers = [sheet.headers[int(place[1:])] for place in (adding or figures).values()]

    def figures(self, places: Sequence[int], values: Any, slack: tuple[float, ...] = ()) -> Figures:
        return Figures(values, tuple(self.ids), self.groups, slack).of(places)

    def among(self, places: list[int]) -> dict[int, Summing]:
        """The rows of one month that sum up others."""
        named = {position for position, place in enumerate(places) if self._says_sum(place)}
        grouped = [position for position, place in enumerate(places) if self._says_group(place)]
        if 0 < len(grouped) < COMMON * len(places):
            named |= set(grouped)
        figures = self.figures(places, self.values, self.slack)
        sums = summing(figures, named)
        if named:  # of what its name gives away the figures may still tell what it is the sum of
            told = {summed.position: summed for summed in summing(figures, frozenset())}
            sums = [told.get(summed.position, summed) for summed in sums]
        if not sums and not self.values.shape[1]:
            sums = means(self.figures(places, self.all))
        return {
            places[summed.position]: Summing(
                places[summed.position],
                tuple(places[position] for position in summed.of),
                summed.mean,
            )
            for summed in sums
        }

    def over(self, places: list[int]) -> dict[int, Summing]:
        """The rows that sum up several months of others."""
        sums = across(self.figures(places, self.values, self.slack)) if self.values.shape[1] else []
        return {
            places[summed.position]: Summing(
                places[summed.position],
                tuple(places[position] for position in summed.of),
                summed.mean,
            )
            for summed in sums
        }

    def _says_sum(self, position: int) -> bool:
        return any(_LABELLED.search(name) for name in (self.ids[position], *self.names[position]))

    def _says_group(self, position: int) -> bool:
        """Whether a row is called after a team or branch in the place of a person."""
        name = self.names[position][0] if self.persons else self.ids[position]
        if name and any(name == plain(column[position]) for column in self.groups):
            return True
        return bool(TEAM.search(name) or BRANCH.search(name) or _EVERYBODY.search(name))

    def evidence(self, sums: Sequence[Summing]) -> Text:
        """What each row is the sum of, in every language."""
        return {
            language: "; ".join(self._said(summed, language) for summed in sums)
            for language in LANGUAGES
        }

    def _said(self, summed: Summing, language: str) -> str:
        name = next((name for name in self.names[summed.position] if name), "")
        key = "summing.mean" if summed.mean else "summing.sum"
        if not summed.of:
            key = "summing.name"
        return say(
            key,
            language,
            row=self.rows[summed.position],
            name=" ".join((self.written[summed.position], name)).strip(),
            rows=_spans([self.rows[position] for position in summed.of]),
            columns=", ".join(self.headers[:SHOWN]),
        )


def _floats(rows: Sequence[Sequence[float | None]], width: int) -> Any:
    return np.array(rows, dtype=float).reshape(len(rows), width)


def _spans(rows: Sequence[int]) -> str:
    """Row numbers as people write them: 3–13, 15."""
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    told = [f"{first}–{last}" if last > first else f"{first}" for first, last in runs]
    return ", ".join(told[:SHOWN]) + (" …" if len(told) > SHOWN else "")


def _is_figure(name: str) -> bool:
    """Whether a column is a measure or an indicator, the file's own ones too."""
    return name.startswith(CUSTOM) or name in counted()


def _adds_up(name: str) -> bool:
    """Whether a figure is a count or an amount, whose sum over people means something."""
    return (
        name in counted()
        and counted()[name].type == "number"
        and name not in {indicator.id for indicator in known_indicators()}
    )


def _shares(mapped: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Rates beside what they are rates of: their product adds up where they do not."""
    return {
        indicator.id: (mapped[indicator.id], mapped[indicator.denominator])
        for indicator in given_as_rates(mapped)
    }
