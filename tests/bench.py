"""`make bench`: how fast the designs are, as ratios against a bare peer measured in the same run;
nothing is asserted."""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.desk import Desk
from analytics.evaluation import Evaluation, Values, score
from analytics.evaluation.weights import vector
from analytics.home import Home
from analytics.intake.recipe import recipe_from
from analytics.model import Filters, Period, Settings
from analytics.sample.company import POLICY_HEADERS
from analytics.warehouse import records
from analytics.warehouse.connection import Warehouse
from tests import crowd
from tests.browser.conftest import FLAGS, serving

STOCK = "import streamlit as st\nst.text(str(st.slider('x', 0, 100, 50, key='x')))\n"


def alternating(
    first: Callable[[], object], second: Callable[[], object], times: int
) -> tuple[float, float]:
    """Medians of two things run in turn, so that both meet the same machine."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for make, kept in ((first, spent[0]), (second, spent[1])):
            begin = time.perf_counter()
            make()
            kept.append(time.perf_counter() - begin)
    return statistics.median(spent[0]), statistics.median(spent[1])


def say(name: str, ours: float, peer: float, target: float, note: str = "") -> None:
    print(
        f"{name:<58} {ours * 1e3:9.2f} ms / {peer * 1e3:9.2f} ms = {ours / peer:5.2f}x  "
        f"{f'(bar {target}x)' if target else ''} {note}",
        flush=True,
    )


def rescoring() -> None:
    random = np.random.default_rng(1)
    nominal = vector(default_scheme(), built_in_catalogue())
    for missing in (0.0, 0.02):
        marks = random.uniform(0, 100, (10_000, len(nominal)))
        marks[random.random(marks.shape) < missing] = np.nan
        values = Values(marks, marks, marks, marks, np.zeros(marks.shape, dtype=bool))
        bare = np.ascontiguousarray(np.nan_to_num(marks))
        score(values, nominal, built_in_catalogue(), 40)
        rescore = partial(score, values, nominal, built_in_catalogue(), 40)
        ours, peer = alternating(rescore, partial(np.matmul, bare, nominal), 200)
        say(f"rescore + rank 10,000 agents, {missing:.0%} missing / matrix·vector", ours, peer, 6)


def _ten_million(warehouse: Warehouse, agents: int = 10_000) -> None:
    with warehouse.write() as cursor:
        cursor.execute(
            f"""insert into policies select 1, i, 'P' || i, 'A' || (hash(i) % {agents}), due,
              date_trunc('month', due)::date,
              case when hash(i + 1) % 100 < 80 then 'renewed' else 'lost' end,
              case when hash(i + 1) % 100 < 80 then due - (hash(i + 2) % 20)::int end,
              (hash(i + 3) % 500000 / 100)::decimal(18, 2),
              case when hash(i + 1) % 100 < 80
                then (hash(i + 4) % 500000 / 100)::decimal(18, 2) end,
              hash(i + 5) % 4 = 0, 'motor', 'direct', null,
              null, null, null, null, null, date '2026-06-30', true, null, false, null
            from (select i, date '2024-01-01' + (i * 730 // 10000000)::int as due
              from range(10000000) t(i))"""
        )


def rollup(folder: str) -> None:
    """Each half in a process of its own, so that the peak memory is the rollup's."""
    made = (Path(folder) / "ten.duckdb").exists()
    warehouse = Warehouse(Path(folder) / "ten.duckdb")
    if not made:
        _ten_million(warehouse)
        warehouse.close()
        return
    months = [dt.date(2024 + month // 12, month % 12 + 1, 1) for month in range(24)]

    def ours() -> None:
        with warehouse.cursor() as cursor:
            records._roll_up(cursor, months, Settings())

    def scan() -> None:
        with warehouse.cursor() as cursor:
            cursor.execute(
                "select max(agent_id), max(month), max(due_date), max(renewed_on), "
                "max(outcome), sum(premium_due), sum(premium_renewed), "
                "max(first_term), max(exclusion), max(product), max(as_of) from current_policies"
            ).fetchall()

    ours()
    first, second = alternating(ours, scan, 3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(
        "rollup of 10M policies / bare scan of its columns",
        first,
        second,
        9,
        f"peak {peak:,.0f} MB (bar 1,024)",
    )
    warehouse.close()


def drill_down(folder: Path) -> None:
    """The records behind one figure of one of a million agents, 10M policies in 24 months; the bar
    is a second."""
    home = Home(folder / "behind")
    _ten_million(home.warehouse, 1_000_000)
    with home.warehouse.write() as cursor:
        records._roll_up(
            cursor,
            [dt.date(2024 + month // 12, month % 12 + 1, 1) for month in range(24)],
            Settings(),
        )
    desk = Desk(home)
    filters = Filters(Period(dt.date(2025, 1, 1), dt.date(2025, 12, 1)))
    agents = iter(range(0, 1_000_000, 40_009))

    def ours() -> None:
        desk.records(f"A{next(agents)}", "renewal_rate", filters)

    def bare() -> None:
        with home.warehouse.cursor() as cursor:
            cursor.execute(
                "select * from policies where agent_id = ?", [f"A{next(agents)}"]
            ).fetchall()

    ours()
    first, second = alternating(ours, bare, 8)
    say("records behind a figure, 1M agents / bare scan for one", first, second, 0, "(bar 1 s)")
    home.close()


def intake(folder: Path) -> None:
    path = folder / "million.csv"
    duckdb.sql(
        f"""copy (select 'P' || i as 保单号,
        'A' || (i % 10000) as 工号,
        (date '2025-01-01' + (i % 365)::int)::varchar as 到期日,
        case when i % 5 = 0 then '未续' else '已续' end as 续保结果,
        case when i % 5 = 0 then null
          else (date '2025-01-01' + (i % 365)::int)::varchar end as 续保日期,
        (i % 5000) || '.50' as 应续保费,
        case when i % 5 = 0 then null else (i % 4900) || '.25' end as 续保保费,
        case when i % 4 = 0 then '是' else '否' end as 首年客户,
        '车险' as 产品,
        '直销' as 渠道,
        'K' || i as 客户号,
        null as 剔除原因,
        '价格' as 未续原因 from range(1000000) t(i)) to '{path}' (header)"""
    )
    fields = [
        "policy_id",
        "agent_id",
        "due_date",
        "outcome",
        "renewed_on",
        "premium_due",
        "premium_renewed",
        "first_term",
        "product",
        "channel",
        "customer_id",
        "exclusion",
        "lost_reason",
    ]
    recipe = recipe_from(
        {"kind": "policies", "columns": dict(zip(fields, POLICY_HEADERS, strict=True))}
    )
    # Opened before the clock runs.
    homes = iter([Home(folder / f"home{number}") for number in range(3)])
    reader = Home(folder / "reader")

    def ours() -> None:
        assert next(homes).load(path, recipe).loaded == 1_000_000

    def typed() -> None:
        with reader.reading(path, recipe) as read:
            assert read.records.num_rows == 1_000_000

    def peer() -> None:
        duckdb.connect().execute(
            f"create table t as select * from read_csv('{path}', all_varchar = true)"
        )

    first, second = alternating(typed, peer, 3)
    say("1M policies, CSV → clean typed records / bare read_csv", first, second, 4)
    first, second = alternating(ours, peer, 3)
    say("  the same stored, rolled up, original kept", first, second, 4)


def sheets(folder: Path) -> None:
    """A sheet each of the sample company's 120 agents, as PDF and as workbook; the peer is the bare
    file of the same pages."""
    from fpdf import FPDF

    from analytics import sample
    from analytics.reports.sheet_files import to_workbook
    from analytics.reports.sheet_pdf import to_pdf

    home = Home(folder / "sheets")
    sample.load(home)
    desk = Desk(home)
    evaluation = desk.evaluation(
        Filters(Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))), default_scheme()
    )
    begin = time.perf_counter()
    around = desk.around(evaluation.measured.filters)
    shown = [desk.shown_sheet(around, str(agent_id)) for agent_id in evaluation.people["agent_id"]]
    spent = {"computed": time.perf_counter() - begin}

    def bare() -> None:
        page = FPDF()
        page.set_font("helvetica", size=9)
        for sheet in shown:
            page.add_page()
            for item in sheet["indicators"]:
                page.cell(0, 5, item["id"], new_x="LMARGIN", new_y="NEXT")
        page.output()

    for name, make in (("PDF", to_pdf), ("XLSX", to_workbook)):
        first, second = alternating(partial(make, shown, "zh"), bare, 1)
        spent[name] = first
        say(f"{len(shown)} sheets as {name} / the same lines bare", first, second, 0)
    print(
        "  sheets a second: "
        + ", ".join(f"{name} {len(shown) / seconds:.0f}" for name, seconds in spent.items()),
        flush=True,
    )
    home.close()


def company(folder: Path, agents: int) -> Path:
    """A home whose agents differ: 20 to 100 policies each over six months, surveys, complaints,
    assessments, up to 400 teams."""
    if (folder / f"home-{agents}").exists():
        return folder / f"home-{agents}"
    random = np.random.default_rng(5)
    who = np.repeat(np.arange(agents), random.integers(20, 100, agents))
    size = len(who)
    renewed = random.random(size) < random.beta(48, 12, agents)[who]
    due = [
        f"2026-0{month}-{day:02d}"
        for month, day in zip(
            random.integers(1, 7, size), random.integers(1, 28, size), strict=True
        )
    ]
    satisfaction = np.clip(
        np.round(
            4.2 + 0.25 * random.standard_normal(agents)[who] + 0.8 * random.standard_normal(size)
        ),
        1,
        5,
    )
    premium = random.integers(500, 6000, size)
    policies = pd.DataFrame(
        {
            "保单号": [f"P{policy}" for policy in range(size)],
            "工号": [f"A{agent:05d}" for agent in who],
            "到期日": due,
            "续保结果": np.where(renewed, "已续", "未续"),
            "续保日期": np.where(renewed, due, ""),
            "应续保费": premium,
            "续保保费": np.where(renewed, premium, 0),
            "产品": random.choice(["车险", "家财险", "健康险"], size),
            "渠道": random.choice(["直销", "电销", "网销"], size),
            "首年客户": random.choice(["是", "否"], size),
            "满意度": np.where(random.random(size) < 0.4, satisfaction.astype(int).astype(str), ""),
            "投诉": (random.random(size) < 0.006).astype(int),
        }
    )
    roster = pd.DataFrame(
        {
            "工号": [f"A{agent:05d}" for agent in range(agents)],
            "团队": [f"团队{agent % 400}" for agent in range(agents)],
            "机构": [f"机构{agent % 20}" for agent in range(agents)],
        }
    )
    items = ("insurance_knowledge", "communication", "problem_solving")
    ratings = pd.DataFrame(
        {
            "工号": np.repeat(roster["工号"].to_numpy(), 3),
            "日期": "2026-05-10",
            "项目": np.tile(items, agents),
            "得分": np.clip(random.normal(78, 9, 3 * agents), 0, 100).round(1),
        }
    )
    home = Home(folder / f"home-{agents}")
    for kind, frame, columns, options in (
        (
            "policies",
            policies,
            {
                "policy_id": "保单号",
                "agent_id": "工号",
                "due_date": "到期日",
                "outcome": "续保结果",
                "renewed_on": "续保日期",
                "premium_due": "应续保费",
                "premium_renewed": "续保保费",
                "product": "产品",
                "channel": "渠道",
                "first_term": "首年客户",
                "satisfaction": "满意度",
                "complaints": "投诉",
            },
            {"satisfaction_max": 5},
        ),
        ("agents", roster, {"agent_id": "工号", "team": "团队", "branch": "机构"}, {}),
        (
            "assessments",
            ratings,
            {"agent_id": "工号", "assessed_on": "日期", "item": "项目", "score": "得分"},
            {"score_max": 100},
        ),
    ):
        path = folder / f"{agents}-{kind}.csv"
        frame.to_csv(path, index=False)
        home.load(
            path,
            recipe_from({"kind": kind, "columns": columns, "options": options}),
            as_of=dt.date(2026, 9, 30),
        )
    home.close()
    return folder / f"home-{agents}"


def chance(folder: Path) -> None:
    """What each page of chance works out for 10,000 agents once the measures are there; the bar is
    two seconds a page."""
    from analytics.insight import (
        case_mix,
        coaching,
        effective_weights,
        fairness,
        funnel,
        proposal,
        quadrant,
        quadrant_certainty,
        rank_ranges,
        robustness,
        trends,
        weak_spots,
        weightings,
    )
    from analytics.reports.lists.ranking import ranking_table

    home = Home(company(folder, 10_000))
    desk = Desk(home)
    period = Period(dt.date(2026, 1, 1), dt.date(2026, 6, 1))

    def fresh() -> Evaluation:
        """Measures that nothing was worked out about yet."""
        return desk.evaluation(Filters(period), default_scheme())

    def overview(now: Evaluation) -> None:
        ranking_table(now, quadrant.place(now), "zh", rank_ranges.rank_ranges(now) or True)

    def weights(now: Evaluation) -> None:
        (
            weightings.leaders(now),
            effective_weights.category_weights(now),
            robustness.robustness(now),
            effective_weights.effective_weights(now),
        )

    def fair(now: Evaluation) -> None:
        (
            fairness.standards_check(now),
            proposal.propose(now.measured, "renewal_rate"),
            fairness.groups(now, fairness.grouped(now, "branch")),
        )

    def steady(now: Evaluation) -> None:
        monthly = desk.monthly(period)
        (
            trends.trends(monthly, now.catalogue["renewal_rate"]),
            trends.incentives(monthly, now.catalogue, now.nominal),
        )

    parts: dict[str, Callable[[Evaluation], object]] = {
        "overview: rank ranges, bands, table": overview,
        "quadrant: probabilities": lambda now: quadrant_certainty.quadrant_certainty(
            now.measured, quadrant.place(now)
        ),
        "funnel": lambda now: funnel.curves(funnel.funnel(now, "renewal_rate")),
        "weak spots: probability, recoverable": lambda now: weak_spots.losses_of(now, "团队1"),
        "coaching list with its prize": lambda now: coaching.coaching_list(
            now, quadrant.place(now), []
        ),
        "weights: triangle, ranking tried, effective": weights,
        "fairness: standards, proposal, groups": fair,
        "trends and incentives": steady,
        "case mix of 600,000 policies": lambda now: case_mix.calibration(
            case_mix.case_mix(desk.cases(period))
        ),
    }
    for name, work in parts.items():
        now = fresh()
        begin = time.perf_counter()
        work(now)
        print(
            f"{name:<58} {time.perf_counter() - begin:9.2f} s for 10,000 agents (bar 2 s)",
            flush=True,
        )
    now = fresh()
    rank_ranges.rank_ranges(now)  # what is worked out once for the same measures
    bare = np.random.default_rng(1)
    for name, question in (
        ("rank ranges", rank_ranges.rank_ranges),
        ("ranking tried", robustness.robustness),
    ):
        ours, peer = alternating(
            partial(question, now),
            lambda: bare.standard_normal((500, len(now.people))).argsort(axis=1),
            3,
        )
        say(f"{name} of 10,000 agents / 500 bare draws, sorted", ours, peer, 0, "(bar 2 s)")
    home.close()


def slider(page: Page, step: int, drawn: str) -> float:
    """Seconds from a key press on the slider to a change of `drawn` (a JavaScript expression)."""
    page.locator("input[type=range]").first.focus()
    page.evaluate(
        f"""() => {{ const before = {drawn}; window.spent = null;
            window.addEventListener('keydown', () => {{ const begin = performance.now();
              const look = () => {{
                if ({drawn} !== before) window.spent = (performance.now() - begin) / 1000;
                else setTimeout(look, 1); }};
              look(); }}, {{once: true, capture: true}}); }}"""
    )
    page.keyboard.press("ArrowRight" if step % 2 else "ArrowLeft")
    page.wait_for_function("window.spent !== null", timeout=15_000)
    return float(page.evaluate("window.spent"))


def redraw(folder: Path) -> None:
    (folder / "stock").mkdir()
    (folder / "stock" / "stock.py").write_text(STOCK, encoding="utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for agents in (120, 10_000):
            with (
                serving(company(folder, agents)) as ours,
                serving(folder / "none", "stock.py", folder / "stock") as stock,
            ):
                first = chromium.new_context(
                    viewport={"width": 1360, "height": 900}, locale="en-GB"
                ).new_page()
                second = chromium.new_page()
                second.goto(stock)
                second.wait_for_selector("input[type=range]")
                for path, what in (
                    ("quadrant", "slider → quadrant redrawn"),
                    ("weights", "weight slider → ranks redrawn"),
                ):
                    first.goto(f"{ours}/{path}")
                    first.wait_for_selector("[data-draws]")
                    if path == "quadrant":
                        first.get_by_text("Typed", exact=True).click()
                    first.wait_for_selector("input[type=range]")
                    first.wait_for_timeout(2_000)
                    spent: tuple[list[float], list[float]] = ([], [])
                    for number in range(24):
                        first.wait_for_timeout(400)
                        own_seconds = slider(
                            first, number, "document.querySelector('[data-draws]').dataset.draws"
                        )
                        second.wait_for_timeout(250)
                        stock_seconds = slider(
                            second,
                            number,
                            "document.querySelector('[data-testid=stText]').innerText",
                        )
                        if number >= 4:
                            spent[0].append(own_seconds)
                            spent[1].append(stock_seconds)
                    ours_median, peer = (statistics.median(part) for part in spent)
                    say(
                        f"{what}, {agents:,} agents / stock page",
                        ours_median,
                        peer,
                        1.3 if path == "quadrant" else 0,
                    )
        chromium.close()


def main() -> None:
    if len(sys.argv) == 3 and sys.argv[1] == "rollup":
        rollup(sys.argv[2])
        return
    chosen = sys.argv[1:] or [
        "rescoring",
        "rollup",
        "drill_down",
        "intake",
        "sheets",
        "chance",
        "redraw",
        "crowd",
    ]
    with tempfile.TemporaryDirectory(prefix="renewal-bench-", ignore_cleanup_errors=True) as name:
        if "rescoring" in chosen:
            rescoring()
        if "rollup" in chosen:
            for _ in range(2):  # the first makes the policies, the second measures
                subprocess.run([sys.executable, "-m", "tests.bench", "rollup", name], check=True)
        if "drill_down" in chosen:
            drill_down(Path(name))
        if "intake" in chosen:
            intake(Path(name))
        if "sheets" in chosen:
            sheets(Path(name))
        if "chance" in chosen:
            chance(Path(name))
        if "redraw" in chosen:
            redraw(Path(name))
        if "crowd" in chosen:
            crowd.load(Path(name))


if __name__ == "__main__":
    main()
