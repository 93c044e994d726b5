"""Known figures in random dress: the right figures, a question, or a refusal in words; never other
figures.

What people do to a table is drawn by seed: kind, container, layout, dates, numbers, words, units,
footers, merged cells.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import xlsxwriter

from analytics.errors import RenewalError
from analytics.intake import worker
from analytics.intake.guessing import recipes_of
from analytics.intake.recognise import known_headers
from analytics.intake.table import Layout

SEEDS = int(os.environ.get("RENEWAL_DRESSES", "400"))
BATCH = 40
DAY_FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y年%m月%d日",
    "%Y.%m.%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%y/%m/%d",
    "%d-%b-%y",
    "%b %d %Y",
    "%Y%m%d",
    "%Y-%m-%dT00:00:00+08:00",
    "%Y-%m-%d 星期三",
    "%d.%m.%Y",
    "%Y-%m-%d 23:59:59",
)
MONTH_FORMS = (
    "{y}-{m:02d}",
    "{y}年{m}月",
    "{y}/{m:02d}",
    "{y}{m:02d}",
    "{y}-{m:02d}-01",
    "{y}.{m}",
)
TITLES = ("", "续保业绩表", "2026年4月续保员业绩通报", "某某中心支公司续保部")
FOOTERS = (
    (),
    ("合计",),
    ("平均",),
    ("制表人：陈晓", "审核：李强"),
    ("注：以系统数据为准。",),
    ("目标值",),
)


class Drawn:
    """One dress: the file, and the sums that a right reading gives."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.draw = random.Random(seed)
        self.path = folder / f"{seed}.dat"
        self.merged: list[tuple[int, int, int]] = []  # first row, last row, column
        self.percents: set[int] = set()
        self.truth: dict[str, dict[str, float]] = {}
        self.kind = self.draw.choice(("policies", "policies", "scoresheet"))
        headers, rows = self._policies() if self.kind == "policies" else self._scoresheet()
        self._write(headers, rows)

    # -- what is true ------------------------------------------------------------------------------

    def _agents(self) -> list[tuple[str, str, str]]:
        form = self.draw.choice(("{at}", "A{at}", "00{at}", "'{at}"))
        return [
            (
                form.format(at=1001 + number),
                "甲乙丙丁戊己庚辛"[number],
                self.draw.choice(("星火", "朝阳")),
            )
            for number in range(self.draw.randint(4, 8))
        ]

    def _money(self, header: str) -> tuple[str, Any]:
        """A header with its unit, and how an amount is written below it."""
        dress = self.draw.choice(("plain", "comma", "currency", "wan", "wan_bare", "german"))
        if dress in ("wan", "wan_bare"):
            return (
                f"{header}（万元）" if dress == "wan" else f"{header}万元",
                lambda cents: f"{cents / 1e6:.6f}".rstrip("0"),
            )
        if dress == "german":
            self.german = True
            return header, lambda cents: f"{cents / 100:.2f}".replace(".", ",")
        forms = {"plain": "{:.2f}", "comma": "{:,.2f}", "currency": "￥{:,.2f}"}
        return header, lambda cents: forms[dress].format(cents / 100)

    def _policies(self) -> tuple[list[str], list[list[str]]]:
        draw = self.draw
        form = draw.choice(DAY_FORMS)
        renewed, lost = draw.choice(
            (("已续", "未续"), ("是", "否"), ("1", "0"), ("已续保", "流失"), ("Y", "N"))
        )
        outcome = draw.choice(("续保结果", "是否续保", "续保状态", "是否流失"))
        if outcome == "是否流失" and renewed in ("是", "1", "Y"):
            renewed, lost = lost, renewed
        money, write = self._money("应续保费")
        headers = ["工号", "姓名", "团队", "保单号", "到期日", outcome, money]
        spare = draw.choice((None, "剔除原因", "备用", "客户号"))
        headers += [spare] if spare else []
        rows = []
        for agent, name, team in self._agents():
            sums = self.truth.setdefault(agent.lstrip("'"), defaultdict(float))
            for number in range(draw.randint(3, 9)):
                kept = draw.random() < 0.7
                cents = draw.randint(10_000, 900_000)
                month, day = draw.choice((3, 4, 5)), draw.randint(1, 28)
                sums["due"] += 1
                sums["renewed"] += kept
                sums["premium"] += cents / 100
                when = f"2026-{month:02d}-{day:02d}"
                written = dt.date.fromisoformat(when).strftime(form)
                row = [
                    agent,
                    name,
                    team,
                    f"P{agent.lstrip(chr(39))}{number:03d}",
                    written,
                    renewed if kept else lost,
                    write(cents),
                ]
                rows.append(
                    row
                    + (
                        [{"剔除原因": "正常", "备用": "x", "客户号": f"K{number}"}[spare]]
                        if spare
                        else []
                    )
                )
        return headers, rows

    def _scoresheet(self) -> tuple[list[str], list[list[str]]]:
        draw = self.draw
        month_form = draw.choice(MONTH_FORMS)
        style = draw.choice(("counts", "rate", "percent", "cell_percent", "header_percent"))
        scale = draw.choice(
            (
                ("客户满意度", 1.0, ""),
                ("满意度（5分制）", 20.0, ""),
                ("客户满意度", 1.0, "%"),
                ("满意度(满分10)", 10.0, ""),
                ("满意度", 20.0, ""),
            )
        )
        shares = {"counts": "已续件数", "header_percent": "续保率(%)"}
        headers = [
            "团队",
            "工号",
            "姓名",
            "月份",
            "应续件数",
            shares.get(style, "续保率"),
            scale[0],
        ]
        if style == "cell_percent":
            self.percents.add(5)
        rows = []
        for month in (4,) if draw.random() < 0.6 else (4, 5):
            for agent, name, team in self._fixed_agents():
                due = draw.randint(20, 60)
                kept = draw.randint(8, due)
                points = draw.randint(45, 98)
                sums = self.truth.setdefault(agent.lstrip("'"), defaultdict(float))
                sums["due"] += due
                sums["renewed"] += kept
                sums["points"] += points
                rate = kept / due
                shown = {
                    "counts": str(kept),
                    "rate": repr(rate),
                    "percent": f"{100 * rate!r}%",
                    "cell_percent": repr(rate),
                    "header_percent": repr(100 * rate),
                }[style]
                score = f"{points / scale[1]:g}{scale[2]}"
                rows.append(
                    [team, agent, name, month_form.format(y=2026, m=month), str(due), shown, score]
                )
        return headers, rows

    def _fixed_agents(self) -> list[tuple[str, str, str]]:
        if not hasattr(self, "_kept"):
            self._kept = sorted(self._agents(), key=lambda agent: agent[2])
        return self._kept

    # -- how it is written -------------------------------------------------------------------------

    def _write(self, headers: list[str], rows: list[list[str]]) -> None:
        draw = self.draw
        above = [[title]] if (title := draw.choice(TITLES)) else []
        footer = [list(draw.choice(FOOTERS))] if self.kind == "scoresheet" else []
        footer = [[*row, *[""] * (len(headers) - len(row))] for row in footer if row]
        form = draw.choice(("csv", "csv", "xlsx", "xlsx", "html"))
        if getattr(self, "german", False):
            form = "csv"
        grid = [*above, headers, *rows, *footer]
        if form == "csv":
            mark = ";" if getattr(self, "german", False) else draw.choice((",", ";", "\t"))
            lines = [
                mark.join(f'"{cell}"' if mark in cell else cell for cell in row) for row in grid
            ]
            self.path.write_bytes("\r\n".join(lines).encode(draw.choice(("utf-8-sig", "gb18030"))))
        elif form == "html":
            cells = "".join(
                f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in grid
            )
            self.path.write_text(
                f"<html><meta charset='utf-8'><table>{cells}</table></html>", encoding="utf-8"
            )
        else:
            self._workbook(grid, len(above) + 1, len(rows), headers)

    def _workbook(self, grid: list[list[str]], start: int, count: int, headers: list[str]) -> None:
        merge = headers.index("团队") if self.draw.random() < 0.4 else None
        with xlsxwriter.Workbook(str(self.path)) as book:
            sheet = book.add_worksheet("Sheet1")
            percent = book.add_format({"num_format": "0.0%"})
            for line, row in enumerate(grid):
                for place, cell in enumerate(row):
                    number = (
                        _number(cell)
                        if line >= start and place not in (headers.index("工号"),)
                        else None
                    )
                    if number is not None and headers[place] not in ("到期日", "月份", "保单号"):
                        sheet.write_number(
                            line, place, number, percent if place in self.percents else None
                        )
                    elif cell:
                        sheet.write_string(line, place, cell)
            if merge is not None:
                self._merge(sheet, grid, start, count, merge)

    def _merge(self, sheet: Any, grid: list[list[str]], start: int, count: int, place: int) -> None:
        first = start
        for line in range(start + 1, start + count + 1):
            if line == start + count or grid[line][place] != grid[first][place]:
                if line - first > 1:
                    sheet.merge_range(first, place, line - 1, place, grid[first][place])
                first = line


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def reading(path: Path, out: Path) -> tuple[str, dict[str, dict[str, float]]]:
    """What came of a file read as its headers say: figures, or in one word why there are none."""
    try:
        sheets = worker.look(path, Layout(recognised=known_headers())).sheets
        recipe = recipes_of(sheets, path.name)[0]
        understood = worker.read(path, recipe, out)
    except RenewalError as error:
        return f"refused {error.key}", {}
    if understood.problems:
        return "issues", {}
    asked = [question for question in understood.questions if not question.optional]
    if asked:
        return f"asked {asked[0].key}", {}
    with pa.memory_map(str(out / "records.arrow")) as source:
        records = pa.ipc.open_file(source).read_all().to_pylist()
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for record in records:
        figures = sums[record["agent_id"]]
        if recipe.kind == "policies":
            counts = record["exclusion"] is None
            figures["due"] += counts
            figures["renewed"] += counts and record["outcome"] == "renewed"
            figures["premium"] += counts and float(record["premium_due"] or 0)
        else:
            name = {
                "due_policies": "due",
                "renewed_policies": "renewed",
                "satisfaction": "points",
            }.get(record["measure"])
            if name:
                figures[name] += record["value"]
    return f"read {recipe.kind}", {agent: dict(of_agent) for agent, of_agent in sums.items()}


@pytest.mark.parametrize("batch", range(0, SEEDS, BATCH))
def test_random_dress_gives_the_right_figures_a_question_or_a_refusal(batch, tmp_path):
    told: dict[str, int] = defaultdict(int)
    for seed in range(batch, min(batch + BATCH, SEEDS)):
        drawn = Drawn(seed, tmp_path)
        outcome, figures = reading(drawn.path, tmp_path)
        told[outcome.split(" ")[0]] += 1
        if not outcome.startswith("read"):
            continue
        assert set(figures) == set(drawn.truth), f"seed {seed}: other people"
        for agent, sums in drawn.truth.items():
            for name, value in sums.items():
                assert figures[agent].get(name) == pytest.approx(value, abs=1e-4), (
                    f"seed {seed}: {name} of {agent}"
                )
    assert told["read"] >= BATCH * 0.3, dict(told)  # not everything is refused
