"""Funnel · 波动范围图: who lies farther from the company's rate than chance would take them."""

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
        format_func=lambda option: md(indicator(option)),
        label_visibility="collapsed",
    )
    limits = funnel(now, chosen)
    indicator_chosen = now.catalogue[chosen]
    seen = now.shown[limits.rows]
    st.markdown(
        t(
            "funnel.finding",
            outside=int((limits.outside998 & seen).sum()),
            all=int(seen.sum()),
            centre=value_text(limits.centre, indicator_chosen.unit, session.language()),
            expected=f"{max(limits.chance998[seen].sum(), 0.1):.2g}",
            about=plain("funnel.fewer" if limits.chance998[seen].sum() < 0.1 else "funnel.about"),
        )
    )
    table = funnel_table(now, limits, session.language(), session.how_sure())
    left, right = st.columns([0.64, 0.36], gap="medium")
    with left:
        panel.draw(
            "funnel_chart",
            funnel_chart(now, limits, indicator, plain),
            alt=plain("funnel.chart", indicator=indicator(chosen)),
        )
    with right:
        st.caption(
            t(
                "funnel.alarms",
                n=len(limits.rows),
                alarm95=f"{min(100 * limits.alarm95, 99.9):.0f}"
                if limits.alarm95 < 0.995
                else ">99",
                alarm998=f"{100 * limits.alarm998:.0f}" if limits.alarm998 >= 0.005 else "<1",
            )
        )
        st.caption(
            t(
                "funnel.fewest_events" if limits.events else "funnel.fewest",
                fewest95=limits.fewest95,
                fewest998=limits.fewest998,
            )
        )
        st.caption(
            t("funnel.dispersion", times=f"{limits.phi**0.5:.1f}")
            if limits.tau2 > 0
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
