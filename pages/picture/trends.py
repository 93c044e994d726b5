"""Trends and incentives · 趋势与激励: who keeps improving, what can not be claimed, and what a
bonus would pay by chance."""

from typing import Any

import pandas as pd
import streamlit as st

from analytics.charts.chance import trend_lines
from analytics.evaluation import Evaluation
from analytics.insight.certainty.base import HEAVY
from analytics.insight.trends import Q, Trends, can_trend
from analytics.model import Period, add_months
from analytics.reports.lists.trends import (
    incentive_table,
    monthly_values,
    of_shown,
    trend_table,
)
from analytics.reports.tables import Column, Table
from analytics.reports.trends import chart_title, finding
from analytics.units import column_look, times
from pages.ui import choosing, controls, load, panel, person, session, shell
from pages.ui.box import box
from pages.ui.i18n import indicator, plain, t

SPANS = (6, 12, 18, 24)
LINES = 12


def span_of(now: Evaluation) -> Period:
    """The months to look at, up to the last one of the period."""
    months = st.segmented_control(
        t("trends.span"),
        SPANS,
        default=18 if len(load.desk().months()) >= 15 else 12,
        key="trend_months",
        required=True,
        format_func=lambda option: t("trends.months", count=option),
    )
    last = now.measured.period.last
    return Period(add_months(last, 1 - months), last)


def picture(now: Evaluation, span: Period, steady: Trends, monthly: pd.DataFrame) -> None:
    """The months of those who keep improving or falling, and of the chosen person."""
    rows = of_shown(now, steady.agents).sort_values("p", kind="stable")
    found = rows[rows["finding"]].head(LINES)
    definition = now.catalogue[steady.indicator]

    def draw(chosen: str | None) -> Any:
        mine = rows[(rows["agent_id"].astype(str) == chosen) & ~rows["finding"]]
        drawn = pd.concat([found, mine]) if len(mine) else found
        lines = monthly_values(monthly, definition, list(drawn["agent_id"]))
        better = dict(zip(drawn["agent_id"].astype(str), drawn["better"], strict=True))
        axes = (
            plain("trends.axis_month"),
            f"{indicator(steady.indicator)} ({plain(f'unit.{definition.unit}')})",
        )
        scaled = lines.assign(value=lines["value"] * times(definition.unit))
        chart = trend_lines(scaled, names_of(now, drawn), better, axes, chosen)
        return chart, lines, drawn

    _, lines, drawn = draw(session.chosen_agent())
    if lines.empty:
        st.caption(t(f"trends.rule_{steady.rule}", months=steady.months))
        return
    said = chart_title(now, steady, found if len(found) else drawn, session.language())
    table = Table(
        lines.assign(name=lines["agent_id"].astype(str).map(names_of(now, drawn))),
        [
            Column("name", t("column.name")),
            Column("month", t("trends.axis_month"), "date"),
            Column("value", indicator(steady.indicator), column_look(definition.unit)),
            Column("n", t("column.denominator"), "count"),
        ],
    )
    stem = plain(
        "trends.export_months",
        indicator=indicator(steady.indicator),
        period=controls.period_text(span),
    )
    panel.headed(said, "trend_chart", stem, table, persons=len(drawn))
    choosing.by_mark("trend_chart", lambda chosen: draw(chosen)[0], alt=said)
    with st.container(horizontal=True, gap="small"):
        for agent_id, name in names_of(now, found).items():
            person.link(agent_id, f"{name} {agent_id}", icon=":material/person:", width="content")
    st.caption(t(f"trends.rule_{steady.rule}", months=steady.months))


def names_of(now: Evaluation, rows: pd.DataFrame) -> dict[str, str]:
    """Id → name."""
    people = now.people.set_index("agent_id")["name"]
    return {str(agent_id): str(people.get(agent_id, agent_id)) for agent_id in rows["agent_id"]}


def everybody(now: Evaluation, span: Period, steady: Trends) -> None:
    """All of whom something can be said or not; a row chooses the person."""
    table = trend_table(now, steady, session.language())
    label = indicator(steady.indicator)
    stem = plain("trends.export_all", indicator=label, period=controls.period_text(span))
    said = plain("trends.everybody", indicator=label, count=len(table.frame))
    panel.headed(said, "trends", stem, table)
    ticked = panel.pick("trends", table, by="agent_id", height=panel.fit(len(table.frame), 420))
    choosing.by_row("trends", ticked)
    choosing.offer(now, "trend_chart")


def incentive_list(now: Evaluation, span: Period, rule: str) -> None:
    """Who keeps improving on what weighs much, and what a bonus would pay, partly for luck."""
    incentives = load.desk().incentives(span, now)
    table = incentive_table(now, incentives, rule, session.language())
    count = int(table.frame["agent_id"].nunique())
    # of what can show no trend not even a count is claimed
    if incentives.rule == "none" or table.frame.empty:
        st.subheader(t("trends.incentives"), anchor=False)
        st.info(t("trends.nobody"))
        return
    panel.headed(
        plain("trends.incentives_count", count=count),
        "incentives",
        plain("trends.export", period=controls.period_text(span)),
        table,
        [t("trends.how")],
    )
    tested = ("、" if session.language() == "zh" else ", ").join(
        indicator(indicator_id) for indicator_id in incentives.indicators
    ) or "—"
    chance = f"{Q * len(table.frame):.1f}"
    st.markdown(t("trends.finding", chance=chance, heavy=f"{HEAVY:.0f}", indicators=tested))
    ticked = panel.pick("incentives", table, by="agent_id", height=panel.fit(len(table.frame), 320))
    choosing.by_row("incentives", ticked)
    bonus = st.number_input(
        t("trends.bonus"), 0, 1_000_000, 2_000, step=500, key="bonus", width=200
    )
    st.markdown(
        t(
            "trends.budget",
            total=f"{bonus * count:,}",
            count=count,
            chance=f"{Q * bonus * len(table.frame):,.0f}",
        )
    )


with shell.page("trends") as head:
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.container(width=240)
        span = span_of(now)
        monthly = load.desk().monthly(span)
        options = [
            definition.id
            for definition in now.catalogue.indicators
            if can_trend(definition, monthly)
        ]
        session.keep_valid("trend_indicator", options)
        if options:
            with place:
                chosen = box(
                    t("column.indicator"), options, key="trend_indicator", format_func=indicator
                )
    if not options:
        st.info(t("trends.no_records"))
        st.stop()
    steady = load.desk().trends(span, chosen)
    rows = of_shown(now, steady.agents)
    period = controls.period_text(span)
    head.says(finding(now, steady, rows, period, session.language()))
    picture(now, span, steady, monthly)
    everybody(now, span, steady)
    incentive_list(now, span, steady.rule)
    with st.expander(t("common.how")):
        st.markdown(t("trends.how"))
