"""Trends and incentives · 趋势与激励: who keeps improving, what can not be claimed, and what a
bonus would pay by chance."""

import streamlit as st

from analytics.charts.chance import trend_lines
from analytics.evaluation import Evaluation
from analytics.insight.certainty.base import HEAVY
from analytics.insight.trends import Q, can_trend
from analytics.model import Period, add_months
from analytics.reports.lists.trends import (
    incentive_table,
    monthly_values,
    of_shown,
    trend_table,
)
from analytics.reports.tables import Column, Table
from analytics.units import in_percent
from pages.ui import controls, load, panel, session, shell
from pages.ui.box import box
from pages.ui.i18n import indicator, plain, t

SPANS = (6, 12, 18, 24)
LINES = 12


def incentive_list(now: Evaluation, span: Period, rule: str) -> None:
    """Who keeps improving on what weighs much, and what a bonus would pay, partly for luck."""
    incentives = load.desk().incentives(span, now)
    table = incentive_table(now, incentives, rule, session.language())
    count = int(table.frame["agent_id"].nunique())
    st.subheader(t("trends.incentives"), anchor=False)
    # of what can show no trend not even a count is claimed
    if incentives.rule == "none" or table.frame.empty:
        st.info(t("trends.nobody"))
        return
    tested = ("、" if session.language() == "zh" else ", ").join(
        indicator(indicator_id) for indicator_id in incentives.indicators
    ) or "—"
    st.markdown(
        t(
            "trends.finding",
            count=count,
            chance=f"{Q * len(table.frame):.1f}",
            heavy=f"{HEAVY:.0f}",
            indicators=tested,
        )
    )
    panel.show("incentives", table, height=panel.fit(len(table.frame), 320))
    panel.downloads(
        "incentives",
        plain("trends.export", period=controls.period_text(span)),
        table,
        [t("trends.how")],
    )
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


with shell.page("trends"):
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    known_months = len(load.desk().months())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        months = st.segmented_control(
            t("trends.span"),
            SPANS,
            default=18 if known_months >= 15 else 12,
            key="trend_months",
            required=True,
            format_func=lambda option: t("trends.months", count=option),
        )
        last = now.measured.period.last
        span = Period(add_months(last, 1 - months), last)
        monthly = load.desk().monthly(span)
        options = [
            definition.id
            for definition in now.catalogue.indicators
            if can_trend(definition, monthly)
        ]
        session.keep_valid("trend_indicator", options)
        if options:
            chosen = box(
                t("column.indicator"),
                options,
                key="trend_indicator",
                format_func=indicator,
                width=240,
            )
    if not options:
        st.info(t("trends.no_records"))
        st.stop()
    people = now.people[now.shown].set_index("agent_id")
    percent = in_percent(now.catalogue[chosen].unit)
    steady = load.desk().trends(span, chosen)
    st.markdown(t(f"trends.rule_{steady.rule}", months=steady.months))
    incentive_list(now, span, steady.rule)
    st.subheader(t("trends.of", indicator=indicator(chosen)), anchor=False)
    everybody = of_shown(now, steady.agents).sort_values("p", kind="stable")
    up, down = (
        int((everybody["finding"] & (everybody["better"] == side)).sum()) for side in (True, False)
    )
    if steady.rule != "none":
        st.markdown(t("trends.found", up=up, down=down, indicator=indicator(chosen)))
        if up + down:
            st.caption(t("trends.found_chance", chance=f"{Q * (up + down):.1f}"))
    drawn = everybody[everybody["finding"]].head(LINES)
    if len(drawn):
        lines = monthly_values(monthly, now.catalogue[chosen], list(drawn["agent_id"]))
        names = {
            str(agent_id): str(people["name"].get(agent_id, agent_id))
            for agent_id in drawn["agent_id"]
        }
        panel.chart(
            "trend_chart",
            trend_lines(lines, names, percent, t("trends.drawn")),
            Table(
                lines.assign(name=lines["agent_id"].map(names)),
                [
                    Column("name", t("column.name")),
                    Column("month", t("filter.period"), "date"),
                    Column("value", indicator(chosen), "percent" if percent else "number"),
                    Column("n", t("column.denominator"), "count"),
                ],
            ),
            alt=plain("trends.of", indicator=indicator(chosen)),
        )
    table = trend_table(now, steady, session.language())
    panel.show("trends", table, height=panel.fit(len(everybody), 420))
    panel.downloads(
        "trends",
        plain("trends.export_all", indicator=indicator(chosen), period=controls.period_text(span)),
        table,
    )
    with st.expander(t("common.how")):
        st.markdown(t("trends.how"))
