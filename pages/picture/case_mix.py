"""Ability or circumstances · 能力还是外部因素: renewals against those to be expected of just this
book."""

from typing import Any

import pandas as pd
import streamlit as st

from analytics.charts.chance import calibration_chart, expected_chart, waterfall_chart
from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation
from analytics.insight.case_mix import CaseMix, calibration, none_alike, waterfall
from analytics.insight.mix_change import CELL, MERGED, Change, change
from analytics.numbers import signed
from analytics.reports.case_mix import case_mix_table, chart_title, finding, person_title
from analytics.reports.tables import Column, Table
from pages.ui import choosing, controls, load, panel, person, session, shell
from pages.ui.box import box
from pages.ui.i18n import md, plain, t

LINKS = 8  # of those outside, who are named beside the chart


def listed(words: list[str]) -> str:
    return ("、" if session.language() == "zh" else ", ").join(words)


def points(share: float) -> str:
    """A change in percentage points, with a true minus."""
    return signed(100 * share)


def of_shown(now: Evaluation, mix: CaseMix) -> pd.DataFrame:
    """Everybody shown with the rate expected of their book, the farthest below it first."""
    people = now.people[now.shown].set_index("agent_id")
    table = mix.agents.assign(alone=none_alike(mix))
    table = table[table["agent_id"].isin(people.index)]
    table = table.assign(
        name=people["name"].reindex(table["agent_id"]).to_numpy(),
        team=people["team"].reindex(table["agent_id"]).to_numpy(),
    )
    return table.sort_values("difference", kind="stable").reset_index(drop=True)


def everybody(now: Evaluation, mix: CaseMix, table: pd.DataFrame, period: str) -> list[str]:
    """The chart of all, who stands out of it, and the table; whoever is ticked there."""
    said = chart_title(table, session.language())
    export = case_mix_table(table, session.language())
    left, right = st.columns([0.68, 0.32], gap="medium")
    with left:
        panel.headed(said, "case_mix", plain("case_mix.export", period=period), export)
        choosing.by_mark("expected", lambda chosen: expected_chart(table, plain, chosen), alt=said)
        choosing.offer(now, "expected")
    with right:
        outside = table[table["enough"] & table["outside"]]
        outside = outside.assign(by=100 * (outside["rate"] - outside["expected_rate"]))
        outside = outside.sort_values("by", key=lambda by: -by.abs(), kind="stable")
        st.subheader(t("case_mix.reason" if len(outside) else "case_mix.nobody"), anchor=False)
        st.caption(t("case_mix.blame"))
        for row in outside.head(LINKS).to_dict("records"):
            facts = {"name": row["name"], "agent": row["agent_id"], "by": signed(row["by"])}
            label = t("case_mix.link", **facts)
            person.link(str(row["agent_id"]), label, icon=":material/person:")
        if len(outside) > LINKS:
            st.caption(t("choosing.more", count=len(outside) - LINKS))
        factors = {
            side: listed([plain(f"case_mix.step_{factor}") for factor in names])
            for side, names in (("used", mix.used), ("unused", mix.unused))
        }
        st.caption(t("case_mix.factors", factors=factors["used"]))
        if mix.unused:
            st.caption(t("case_mix.unused", factors=factors["unused"]))
        st.caption(t("case_mix.unmeasured"))
    return panel.pick("case_mix", export, by="agent_id", height=panel.fit(len(table), 420))


def one(mix: CaseMix, row: pd.Series) -> None:
    """From the company's rate to one person's."""
    steps = waterfall(mix, row["agent_id"])
    named = [
        row["name"] if step == "agent" else plain(f"case_mix.step_{step}") for step in steps["step"]
    ]
    columns = [
        Column("step", t("case_mix.step")),
        Column("value", t("column.value"), "percent"),
    ]
    said = person_title(row, session.language())
    st.subheader(md(said), anchor=False)
    panel.chart(
        "waterfall",
        waterfall_chart(steps, plain, row["name"]),
        Table(steps.assign(step=named), columns),
        alt=said,
    )
    if row["alone"]:
        st.caption(t("case_mix.alone"))


def of_team(now: Evaluation, teams: list[str]) -> None:
    """How a team's change since the period before splits into mix and the rest."""
    period, channel = now.measured.period, now.measured.filters.channel
    earlier = load.desk().earlier(period)
    if earlier is None or not teams:
        if earlier is None:
            st.caption(t("overview.no_comparison"))
        return
    head = st.container()
    team = str(box(t("filter.team"), teams, key="change_team", width=220))
    before, after = load.desk().cases(earlier, channel), load.desk().cases(period, channel)
    before, after = before[before["team"] == team], after[after["team"] == team]
    if not len(before) or not len(after):
        head.subheader(t("case_mix.change"), anchor=False)
        return
    split = change(before, after)
    cells = split.cells.sort_values("size_now", ascending=False)
    cells = cells.assign(
        cell=[t("case_mix.other_cells") if cell == MERGED else cell for cell in cells["cell"]]
    )
    columns = [
        Column("cell", t("case_mix.cell")),
        Column("size_before", t("case_mix.n_before"), "count"),
        Column("size_now", t("case_mix.n_now"), "count"),
        Column("mix", t("case_mix.mix"), "percent"),
        Column("performance", t("case_mix.performance"), "percent"),
    ]
    facts: dict[str, Any] = {
        "team": team,
        "before": controls.period_text(earlier),
        "total": points(split.split.total),
        "mix": points(split.split.mix),
        "performance": points(split.split.performance),
    }
    one_kind = len(split.cells) < 2
    stem = plain("case_mix.cells_export", team=team, period=controls.period_text(period))
    with head:
        said = plain("case_mix.split_none" if one_kind else "case_mix.split", **facts)
        panel.headed(said, "cells", stem, Table(cells, columns))
    if not one_kind:
        ranges(split)
    if split.merged:
        st.caption(t("case_mix.merged", count=split.merged, least=CELL))
    panel.show("cells", Table(cells, columns), height=panel.fit(len(cells), 320))


def ranges(split: Change) -> None:
    """How far chance reaches from both parts of a change."""
    limits = {
        f"{part}_{end}": points(limit)
        for part, pair in (("mix", split.mix), ("performance", split.performance))
        for end, limit in zip(("low", "high"), pair, strict=True)
    }
    st.caption(t("case_mix.split_ranges", **limits))
    low, high = split.performance
    if low <= 0.0 <= high:
        st.caption(t("case_mix.split_chance"))


def trust(mix: CaseMix) -> None:
    """Whether what was expected came, in ten parts of the cases."""
    with panel.fold(t("case_mix.calibration"), "calibration.fold") as there:
        if not there:
            return
        tenths = calibration(mix)
        columns = [
            Column("n", t("column.due_policies"), "count"),
            Column("expected", t("case_mix.expected_rate"), "percent"),
            Column("observed", t("case_mix.rate"), "percent"),
            Column("low", t("case_mix.low"), "percent"),
            Column("high", t("case_mix.high"), "percent"),
        ]
        left, right = st.columns(2, gap="medium")
        with left:
            alt = plain("case_mix.calibration")
            panel.draw("calibration", calibration_chart(tenths, plain), alt=alt)
        with right:
            panel.show("calibration.table", Table(tenths, columns))


with shell.page("case_mix") as head:
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    try:
        mix = load.desk().case_mix(now.measured)
    except RequestRefused:
        st.info(t("case_mix.none"))
        st.page_link("pages/data/upload.py", label=t("first.upload"), icon=":material/upload_file:")
        st.stop()
    table = of_shown(now, mix)
    period = controls.period_text(now.measured.period)
    head.says(finding(mix, table, period, session.language()))
    if len(table):
        choosing.by_row("case_mix", everybody(now, mix, table, period))
        mine = table[table["agent_id"].astype(str) == session.chosen_agent()]
        one(mix, (mine if len(mine) else table).iloc[0])
    else:
        st.info(t("common.nothing"))
    of_team(now, sorted({team for team in now.people["team"][now.shown] if team}))
    trust(mix)
    with st.expander(t("common.how")):
        st.markdown(t("case_mix.how", auc=f"{mix.auc:.2f}", slope=f"{mix.slope:.2f}"))
