"""Funnel · 漏斗图: who lies farther from the company's rate than chance alone would take them."""

import streamlit as st

from analytics.charts.chance import funnel_chart
from analytics.insight.funnel import first_rate, funnel, rates
from analytics.reports.lists.funnel import funnel_table
from analytics.reports.sure import together_text
from analytics.reports.words import value_text
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import indicator, md, plain, t

with shell.page("funnel"):
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    options = rates(now.catalogue)
    session.keep_valid("funnel_indicator", options)
    chosen = st.segmented_control(
        t("column.indicator"),
        options,
        default=first_rate(now.catalogue),
        key="funnel_indicator",
        required=True,
        format_func=lambda one: md(indicator(one)),
        label_visibility="collapsed",
    )
    found = funnel(now, chosen)
    one = now.catalogue[chosen]
    seen = now.shown[found.rows]
    st.markdown(
        t(
            "funnel.finding",
            outside=int((found.outside998 & seen).sum()),
            all=int(seen.sum()),
            centre=value_text(found.centre, one.unit, session.language()),
            expected=f"{max(found.chance998[seen].sum(), 0.1):.2g}",
            about=plain("funnel.fewer" if found.chance998[seen].sum() < 0.1 else "funnel.about"),
        )
    )
    table = funnel_table(now, found, session.language(), session.how_sure())
    left, right = st.columns([0.64, 0.36], gap="medium")
    with left:
        panel.draw(
            "funnel_chart",
            funnel_chart(now, found, indicator, plain),
            alt=plain("funnel.chart", indicator=indicator(chosen)),
        )
    with right:
        st.caption(
            t(
                "funnel.alarms",
                n=len(found.rows),
                alarm95=f"{min(100 * found.alarm95, 99.9):.0f}" if found.alarm95 < 0.995 else ">99",
                alarm998=f"{100 * found.alarm998:.0f}" if found.alarm998 >= 0.005 else "<1",
            )
        )
        st.caption(
            t(
                "funnel.fewest_events" if found.events else "funnel.fewest",
                fewest95=found.fewest95,
                fewest998=found.fewest998,
            )
        )
        st.caption(
            t("funnel.dispersion", times=f"{found.phi**0.5:.1f}")
            if found.tau2 > 0
            else t("funnel.no_dispersion")
        )
        st.caption(md(together_text(now.measured, session.language())))
        st.caption(t("funnel.blame"))
    panel.show("funnel_table", table, height=panel.fit(len(table.frame), 420))
    panel.downloads(
        "funnel",
        plain("funnel.export", period=controls.period_text(now.measured.period)),
        table,
    )
    with st.expander(t("common.how")):
        st.markdown(t("funnel.how"))
