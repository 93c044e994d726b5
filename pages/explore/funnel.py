"""Funnel · 漏斗图: who lies farther from the company's rate than chance alone would take them."""

import numpy as np
import pandas as pd
import streamlit as st

from analytics.charts.chance import funnel_chart
from analytics.insight.funnel import Funnel, first_rate, funnel, rates
from analytics.reports.sure import sure_columns, together_text
from analytics.reports.tables import Column, Table
from analytics.reports.words import value_text
from analytics.units import column_look
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import indicator, md, plain, t


def where(found: Funnel) -> list[str]:
    """Inside, outside 95 % or outside 99.8 %, and on which side."""
    side = [t("funnel.high") if high else t("funnel.low") for high in found.high]
    return [
        f"{t('funnel.outside')} · {which}"
        if far
        else f"{t('funnel.beyond95')} · {which}"
        if near
        else t("funnel.inside")
        for far, near, which in zip(found.outside998, found.outside95, side, strict=True)
    ]


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
    people = now.people.iloc[found.rows].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "agent_id": people["agent_id"],
            "name": people["name"],
            "team": people["team"],
            "n": found.n,
            "independent": found.independent,
            "rate": found.rate,
            "state": where(found),
            "dispersed": [
                t("funnel.outside") if far else t("funnel.inside")
                for far in found.outside_dispersed
            ],
            "far": np.where(found.outside998, 2, found.outside95 * 1),
        }
    )
    together = (
        [Column("independent", t("funnel.axis_independent"), "count")] if found.together else []
    )
    columns = [
        Column("agent_id", t("column.agent_id")),
        Column("name", t("column.name")),
        Column("team", t("column.team")),
        Column("n", t("funnel.axis"), "count"),
        *together,
        Column("rate", indicator(chosen), column_look(one.unit)),
        Column("state", t("funnel.state")),
        *([Column("dispersed", t("funnel.limit_dispersed"))] if found.tau2 > 0 else []),
    ]
    if session.how_sure():
        cells, more = sure_columns(now.measured, chosen, found.rows, session.language())
        table = table.assign(**cells)
        columns += [column for column in more if not column.name.endswith(".n")]
    table = (
        table[seen]
        .sort_values(["far", "rate"], ascending=[False, False], kind="stable")
        .reset_index(drop=True)
    )
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
    panel.show("funnel_table", Table(table, columns), height=panel.fit(len(table), 420))
    panel.downloads(
        "funnel",
        plain("funnel.export", period=controls.period_text(now.measured.period)),
        Table(table, columns),
    )
    with st.expander(t("common.how")):
        st.markdown(t("funnel.how"))
