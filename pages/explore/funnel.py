"""Funnel · 漏斗图: who lies farther from the company's rate than chance alone would take them."""

import pandas as pd
import streamlit as st

from analytics.charts.chance import funnel_chart
from analytics.insight.funnel import RATES, funnel
from analytics.reports.tables import Column
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import indicator, t

with shell.page("funnel"):
    now = load.evaluation(controls.filter_bar(), session.scheme())
    shell.line(now.measured, int(now.shown.sum()))
    options = [one for one in RATES if one in now.catalogue.ids]
    chosen = st.segmented_control(
        t("column.indicator"),
        options,
        default=options[0],
        key="funnel_indicator",
        required=True,
        format_func=indicator,
        label_visibility="collapsed",
    )
    found = funnel(now, chosen)
    seen = now.shown[found.rows]
    outside = int((found.outside998 & seen).sum())
    st.markdown(
        t(
            "funnel.finding",
            outside=outside,
            all=int(seen.sum()),
            centre=f"{100 * found.centre:.1f}",
            expected=f"{0.002 * int(seen.sum()):.1f}",
        )
    )
    people = now.people.iloc[found.rows].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "agent_id": people["agent_id"], "name": people["name"], "team": people["team"], "n": found.n, "rate": found.rate,
            "state": [t("funnel.outside") if far else t("funnel.beyond95") if near else t("funnel.inside") for far, near in zip(found.outside998, found.outside95, strict=True)],
            "dispersed": [t("funnel.outside") if far else t("funnel.inside") for far in found.outside_dispersed],
        }
    )[seen].sort_values("rate", ascending=False).reset_index(drop=True)  # fmt: skip
    columns = [
        Column("agent_id", t("column.agent_id")), Column("name", t("column.name")), Column("team", t("column.team")), Column("n", t("funnel.axis"), "count"), Column("rate", indicator(chosen), "percent"),
        Column("state", t("funnel.state")), *([Column("dispersed", t("funnel.limit_dispersed"))] if found.tau2 > 0 else []),
    ]  # fmt: skip
    left, right = st.columns([0.64, 0.36], gap="medium")
    with left:
        panel.draw(
            "funnel_chart", funnel_chart(now, found, indicator, t), alt=t("funnel.chart", indicator=indicator(chosen))
        )
    with right:
        st.caption(
            t(
                "funnel.alarms",
                n=len(found.rows),
                alarm95=f"{100 * found.alarm95:.0f}",
                alarm998=f"{100 * found.alarm998:.0f}",
            )
        )
        st.caption(t("funnel.fewest", fewest95=found.fewest95, fewest998=found.fewest998))
        st.caption(t("funnel.dispersion", phi=f"{found.phi:.1f}") if found.tau2 > 0 else t("funnel.no_dispersion"))
        st.caption(t("funnel.blame"))
    panel.show("funnel_table", table, columns, height=panel.fit(len(table), 420))
    panel.downloads("funnel", t("funnel.export", period=str(now.measured.period)), table, columns)
    with st.expander(t("common.how")):
        st.markdown(t("funnel.how"))
