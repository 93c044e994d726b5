"""Funnel · 波动范围图: who lies farther from the company's rate than chance would take them."""

import numpy as np
import streamlit as st

from analytics.charts.chance import funnel_chart
from analytics.evaluation import Evaluation
from analytics.insight.funnel import Funnel, first_rate, funnel, rates
from analytics.reports.funnel import alarms, chart_title, finding
from analytics.reports.lists.funnel import funnel_table
from analytics.reports.sure import together_text
from analytics.reports.words import value_text
from pages.ui import choosing, controls, load, panel, person, session, shell
from pages.ui.i18n import indicator, md, plain, t

LINKS = 8  # of those outside, who are named beside the chart


def chosen_rate(now: Evaluation) -> str:
    """The rate that the funnel shows."""
    options = rates(now.catalogue)
    session.keep_valid("funnel_indicator", options)
    return str(
        st.segmented_control(
            t("column.indicator"),
            options,
            default=first_rate(now.catalogue),
            key="funnel_indicator",
            required=True,
            format_func=lambda option: md(indicator(option)),
            label_visibility="collapsed",
        )
    )


def picture(now: Evaluation, limits: Funnel) -> None:
    """The chart, and at its side what it allows one to say."""
    said = chart_title(now, limits, session.language())
    table = funnel_table(now, limits, session.language(), session.how_sure())
    stem = plain("funnel.export", period=controls.period_text(now.measured.period))
    left, right = st.columns([0.68, 0.32], gap="medium")
    with left:
        panel.headed(said, "funnel", stem, table)
        choosing.by_mark(
            "funnel_chart",
            lambda chosen: funnel_chart(now, limits, indicator, plain, chosen),
            alt=said,
        )
        choosing.offer(now, "funnel_chart")
    with right:
        outside(now, limits)
        st.caption(md(alarms(limits, session.language())))
        st.caption(
            t(
                "funnel.fewest_events" if limits.events else "funnel.fewest",
                fewest95=limits.fewest95,
                fewest998=limits.fewest998,
            )
        )
        if limits.tau2 > 0:
            st.caption(t("funnel.dispersion", times=f"{limits.phi**0.5:.1f}"))
        else:
            st.caption(t("funnel.no_dispersion"))
    ticked = panel.pick(
        "funnel_table", table, by="agent_id", height=panel.fit(len(table.frame), 420)
    )
    choosing.by_row("funnel_table", ticked)


def outside(now: Evaluation, limits: Funnel) -> None:
    """Who is hard to explain by luck, the farthest out first, with the way to their pages."""
    far = np.flatnonzero(limits.outside998 & now.shown[limits.rows])
    far = far[np.argsort(-np.abs(limits.rate[far] - limits.centre), kind="stable")]
    st.subheader(t("funnel.reason" if len(far) else "funnel.nobody"), anchor=False)
    st.caption(t("funnel.blame"))
    people = now.people.iloc[limits.rows[far[:LINKS]]]
    unit = now.catalogue[limits.indicator].unit
    for agent_id, name, rate in zip(
        people["agent_id"], people["name"], limits.rate[far[:LINKS]], strict=True
    ):
        value = value_text(float(rate), unit, session.language())
        person.link(str(agent_id), f"{name} {agent_id} · {value}", icon=":material/person:")
    if len(far) > LINKS:
        st.caption(t("choosing.more", count=len(far) - LINKS))


with shell.page("funnel") as head:
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    limits = funnel(now, chosen_rate(now))
    period = controls.period_text(now.measured.period)
    head.says(finding(now, limits, period, session.language()))
    picture(now, limits)
    with st.expander(t("common.how")):
        st.markdown(t("funnel.how"))
        st.caption(md(together_text(now.measured, session.language())))
