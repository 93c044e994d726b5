"""Trends and incentives · 趋势与激励: who keeps improving, what can not be claimed, and what a bonus would pay by chance."""

import streamlit as st

from analytics.model import Period, add_months
from analytics.reports.tables import Column
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import t

with shell.page("trends"):
    now = load.evaluation(controls.filter_bar(), session.scheme())
    shell.line(now.measured, int(now.shown.sum()))
    months = st.segmented_control(
        t("trends.span"),
        [6, 12, 18, 24],
        default=12,
        key="trend_months",
        required=True,
        format_func=lambda one: t("trends.months", count=one),
    )
    last = now.measured.period.last
    found = load.trends(Period(add_months(last, 1 - months), last))
    people = now.people[now.shown].set_index("agent_id")
    st.markdown(t(f"trends.rule_{found.rule}", months=found.months))
    improving = found.improving[found.improving["agent_id"].isin(people.index)]
    st.markdown(t("trends.finding", count=len(improving), chance=f"{0.1 * len(improving):.1f}"))

    def named(table):
        return table.assign(
            name=people["name"].reindex(table["agent_id"]).to_numpy(),
            team=people["team"].reindex(table["agent_id"]).to_numpy(),
            slope=table["slope"] * 100,
            beats=[f"{up} / {pairs}" if pairs else "—" for up, pairs in zip(table["up"], table["pairs"], strict=True)],
        )

    columns = [
        Column("agent_id", t("column.agent_id")), Column("name", t("column.name")), Column("team", t("column.team")), Column("months", t("trends.seen"), "count"), Column("first_rate", t("trends.first"), "percent"),
        Column("last_rate", t("trends.last"), "percent"), Column("slope", t("trends.slope"), "number"), Column("p", "p", "amount"), Column("q", t("trends.q"), "amount"), Column("beats", t("trends.beats")),
    ]  # fmt: skip
    st.subheader(t("trends.incentives"), anchor=False)
    if len(improving):
        panel.show("incentives", named(improving), columns, height=panel.fit(len(improving), 320))
        panel.downloads("incentives", t("trends.export", period=str(now.measured.period)), named(improving), columns)
        bonus = st.number_input(t("trends.bonus"), 0, 1_000_000, 2_000, step=500, key="bonus", width=200)
        st.markdown(
            t(
                "trends.budget",
                total=f"{bonus * len(improving):,}",
                count=len(improving),
                chance=f"{0.1 * bonus * len(improving):,.0f}",
            )
        )
    else:
        st.info(t("trends.nobody"))
    with st.expander(t("trends.everybody")):
        everybody = found.agents[found.agents["agent_id"].isin(people.index)].sort_values("p", kind="stable")
        panel.show("trends", named(everybody), columns, height=panel.fit(len(everybody), 420))
    with st.expander(t("common.how")):
        st.markdown(t("trends.how"))
