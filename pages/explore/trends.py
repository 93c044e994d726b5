"""Trends and incentives · 趋势与激励: who keeps improving, what can not be claimed, and what a
bonus would pay by chance."""

import streamlit as st

from analytics.charts.chance import trend_lines
from analytics.insight.placing import few_ids
from analytics.insight.trends import HEAVY, Q, can_trend
from analytics.model import Period, add_months
from analytics.reports.lists.few import few_column, few_words
from analytics.reports.lists.trends import monthly_values
from analytics.reports.tables import Column, Table
from analytics.reports.words import change_text, value_text
from analytics.units import in_percent
from pages.ui import controls, load, panel, session, shell
from pages.ui.box import box
from pages.ui.i18n import indicator, plain, t

SPANS = (6, 12, 18, 24)
LINES = 12


def named(table):
    """The trends of people the page shows, in words beside the numbers."""
    known = now.catalogue
    names = table["indicator"] if "indicator" in table else [chosen] * len(table)
    language = session.language()
    return table.assign(
        name=people["name"].reindex(table["agent_id"]).to_numpy(),
        team=people["team"].reindex(table["agent_id"]).to_numpy(),
        label=[indicator(one) for one in names],
        weight=[now.nominal[known.position(one)] for one in names],
        first=[
            value_text(value, known[one].unit, language)
            for value, one in zip(table["first"], names, strict=True)
        ],
        last=[
            value_text(value, known[one].unit, language)
            for value, one in zip(table["last"], names, strict=True)
        ],
        slope=[
            change_text(slope, known[one].unit, language)
            for slope, one in zip(table["slope"], names, strict=True)
        ],
        luck=["—" if q != q else "<0.1%" if q < 0.001 else f"{100 * q:.1f}%" for q in table["q"]],
        beats=[
            f"{up} / {pairs}" if pairs else "—"
            for up, pairs in zip(table["up"], table["pairs"], strict=True)
        ],
        need=[
            str(need) if pairs else "—"
            for need, pairs in zip(table["needed"], table["pairs"], strict=True)
        ],
    )


def incentive_list() -> None:
    """Who keeps improving on what weighs much, and what a bonus would pay, partly for luck."""
    found = load.desk().incentives(span, now)
    table = found.candidates[found.candidates["agent_id"].isin(people.index)]
    count = int(table["agent_id"].nunique())
    st.subheader(t("trends.incentives"), anchor=False)
    if found.rule == "none":  # of what can show no trend not even a count is claimed
        st.info(t("trends.nobody"))
        return
    if not len(table):
        st.info(t("trends.nobody"))
        return
    tested = ("、" if session.language() == "zh" else ", ").join(
        indicator(one) for one in found.indicators
    ) or "—"
    st.markdown(
        t(
            "trends.finding",
            count=count,
            chance=f"{Q * len(table):.1f}",
            heavy=f"{HEAVY:.0f}",
            indicators=tested,
        )
    )
    shown, few = named(table), table["agent_id"].isin(few_ids(now))
    rated = table["agent_id"].isin(now.people["agent_id"].to_numpy()[now.agents.rated])
    shown = shown.assign(too_few=few_words(rated, few, session.language()))
    listed = [
        columns[0],
        columns[1],
        columns[2],
        *few_column(shown["too_few"], session.language()),
        Column("label", t("column.indicator")),
        Column("weight", t("column.nominal"), "score"),
        *columns[3:],
    ]
    panel.show("incentives", Table(shown, listed), height=panel.fit(len(shown), 320))
    panel.downloads(
        "incentives",
        plain("trends.export", period=controls.period_text(span)),
        Table(shown, listed),
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
            chance=f"{Q * bonus * len(table):,.0f}",
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
            format_func=lambda one: t("trends.months", count=one),
        )
        last = now.measured.period.last
        span = Period(add_months(last, 1 - months), last)
        monthly = load.desk().monthly(span)
        options = [one.id for one in now.catalogue.indicators if can_trend(one, monthly)]
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
    columns = [
        Column("agent_id", t("column.agent_id")),
        Column("name", t("column.name")),
        Column("team", t("column.team")),
        Column("months", t("trends.seen"), "count"),
        Column("first", t("trends.first")),
        Column("last", t("trends.last")),
        Column("slope", t("trends.slope")),
        Column("luck", t("trends.q")),
    ]
    found = load.desk().trends(span, chosen)
    if found.rule == "seasonal":
        columns += [Column("beats", t("trends.beats")), Column("need", t("trends.need"))]
    st.markdown(t(f"trends.rule_{found.rule}", months=found.months))
    incentive_list()
    st.subheader(t("trends.of", indicator=indicator(chosen)), anchor=False)
    everybody = found.agents[found.agents["agent_id"].isin(people.index)].sort_values(
        "p", kind="stable"
    )
    up, down = (
        int((everybody["finding"] & (everybody["better"] == side)).sum()) for side in (True, False)
    )
    if found.rule != "none":
        st.markdown(t("trends.found", up=up, down=down, indicator=indicator(chosen)))
        if up + down:
            st.caption(t("trends.found_chance", chance=f"{Q * (up + down):.1f}"))
    drawn = everybody[everybody["finding"]].head(LINES)
    if len(drawn):
        lines = monthly_values(monthly, now.catalogue[chosen], list(drawn["agent_id"]))
        names = {str(one): str(people["name"].get(one, one)) for one in drawn["agent_id"]}
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
    panel.show("trends", Table(named(everybody), columns), height=panel.fit(len(everybody), 420))
    panel.downloads(
        "trends",
        plain("trends.export_all", indicator=indicator(chosen), period=controls.period_text(span)),
        Table(named(everybody), columns),
    )
    with st.expander(t("common.how")):
        st.markdown(t("trends.how"))
