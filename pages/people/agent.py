"""Agent · 续保员: one agent's indicators from value to contribution, against the team, over the
months."""

import numpy as np
import pandas as pd
import streamlit as st

from analytics.charts.scores import breakdown_bars, history_lines
from analytics.evaluation.weights import largest_remainder
from analytics.insight.agent import breakdown
from analytics.insight.certainty import too_few
from analytics.insight.placing import grades
from analytics.insight.quadrant import place
from analytics.insight.quadrant_certainty import quadrant_certainty
from analytics.model import UNPLACED
from analytics.numbers import percent
from analytics.reports.sure import quadrant_words, sure_text
from analytics.reports.tables import Column, Table
from analytics.reports.words import rank_text, step_sentence, value_text
from analytics.units import in_percent
from pages.people import evidence
from pages.ui import controls, load, panel, session, shell
from pages.ui.box import box
from pages.ui.i18n import indicator, md, plain, t, text

with shell.page("agent"):
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    agent_id, _, names = controls.choose_agent(now, "agent")
    row = now.row(agent_id)
    scored, rated = now.agents, bool(now.agents.rated[now.row(agent_id)])
    quadrant = str(place(now).quadrant[row])
    with st.container(horizontal=True, gap="small"):
        st.metric(
            t("column.score"),
            f"{scored.score[row]:.1f}" if rated else t("agent.not_rated"),
            help=t("agent.score_help"),
            border=True,
        )
        few = bool(too_few(now)[row])
        st.metric(t("column.grade"), md(grades(now, np.array([row]))[0]) or "—", border=True)
        ranges = load.desk().rank_ranges(now) if session.how_sure() else None
        reach = ranges.cells(len(now.people), np.array([row]))[0][0] if ranges else "—"
        st.metric(
            t("column.rank"),
            "—" if few or not rated else f"{scored.rank[row]:d} / {int(scored.rated.sum())}",
            help=t("agent.rank_help")
            if reach == "—"
            else f"{t('certainty.rank_reach', range=reach)} {t('agent.rank_help')}",
            border=True,
        )
        st.metric(
            t("column.quadrant"),
            t(f"quadrant.{quadrant}"),
            help=t("agent.quadrant_help"),
            border=True,
        )
    if session.how_sure() and quadrant != UNPLACED:
        chance = quadrant_certainty(now.measured, place(now))
        words = quadrant_words(chance, row, session.language())
        st.caption(t("certainty.verdict", quadrant=words, range=reach))
    if few:
        st.caption(md(rank_text(now, row, session.language())))
    if not rated:
        st.caption(
            t(
                "agent.not_rated_why",
                coverage=f"{scored.coverage[row]:.0f}",
                limit=f"{now.measured.settings.missing_limit:.0f}",
            )
        )
    table = breakdown(now, agent_id)
    language = session.language()
    units = {definition.id: definition for definition in now.catalogue.indicators}
    export = table.assign(
        category=[
            next(text(c.label) for c in now.catalogue.categories if c.id == name)
            for name in table["category"]
        ],
        indicator=[indicator(name) for name in table["indicator"]],
        value=[
            value_text(value, units[name].unit, language)
            for name, value in zip(table["indicator"], table["value"], strict=True)
        ],
        team=[
            value_text(value, units[name].unit, language)
            for name, value in zip(table["indicator"], table["team"], strict=True)
        ],
        company=[
            value_text(value, units[name].unit, language)
            for name, value in zip(table["indicator"], table["company"], strict=True)
        ],
        sure=[
            sure_text(now.measured, name, row, language) if pd.notna(value) else "—"
            for name, value in zip(table["indicator"], table["value"], strict=True)
        ],
        step=[step_sentence(step, now.catalogue, language) for step in table["step"]],
    )
    there = table["contribution"].notna().to_numpy()
    if there.any():
        rounded = largest_remainder(
            table["contribution"][there].tolist(), float(scored.score[row]), 1
        )
        export.loc[there, "contribution"] = rounded
    columns = [
        Column("indicator", t("column.indicator")),
        Column("category", t("agent.category")),
        Column("value", t("column.value")),
        Column("numerator", t("column.numerator"), "amount"),
        Column("denominator", t("column.denominator"), "amount"),
        Column("team", t("column.team_value")),
        Column("company", t("column.company")),
        Column("points", t("column.points"), "score"),
        Column("weight", t("column.weight"), "score"),
        Column("contribution", t("column.contribution"), "score"),
        Column("lost", t("column.lost"), "score"),
        Column("step", t("column.step")),
    ]
    if session.how_sure():
        columns.insert(3, Column("sure", t("certainty.agent_column")))
    left, right = st.columns([0.56, 0.44], gap="medium")
    with left:
        panel.draw("breakdown", breakdown_bars(table, indicator, plain), alt=t("agent.chart"))
    with right:
        history = load.desk().history_of(now, agent_id)
        options = list(dict.fromkeys(history["indicator"]))
        if options:
            session.keep_valid("history_indicator", options)
            chosen = box(
                t("agent.history_of"), options, key="history_indicator", format_func=indicator
            )
            lines = history[history["indicator"] == chosen]
            lines = lines if session.how_sure() else lines.drop(columns=["low", "high"])
            unit = units[chosen]
            as_percent = in_percent(unit.unit)
            fig = history_lines(
                lines,
                plain,
                plain("agent.history", indicator=indicator(chosen)),
                as_percent,
                t(f"unit.{unit.unit}"),
                names[agent_id],
            )
            twin = lines.assign(
                month=lines["month"].dt.date,
                whose=[
                    t("column.team") if w == "team" else names[agent_id] for w in lines["whose"]
                ],
            )
            panel.chart(
                "history",
                fig,
                Table(
                    twin,
                    [
                        Column("month", t("filter.period"), "date"),
                        Column("whose", t("column.name")),
                        Column("value", t("column.value"), "percent" if as_percent else "number"),
                        Column("n", t("column.denominator"), "count"),
                    ],
                ),
                alt=plain("agent.history", indicator=indicator(chosen)),
            )
        else:
            st.info(t("agent.no_history"))
    st.subheader(t("agent.table"), anchor=False)
    st.caption(t("sheet.open_records"))
    event = panel.show(
        "agent_table",
        Table(export, columns),
        height=panel.fit(len(export), 700),
        on_select="rerun",
        selection_mode="single-row",
    )
    if event.selection.rows and event.selection.rows[0] < len(export):
        line = event.selection.rows[0]
        evidence.behind(
            agent_id,
            names[agent_id],
            table["indicator"].iat[line],
            export["value"].iat[line],
            now.measured.filters,
            "agent",
        )
    if scored.capped_by[row]:
        st.warning(t("veto.by", indicator=indicator(scored.capped_by[row])))
    extra = now.people.iloc[row]
    facts = [
        (name, extra[name])
        for name in (
            "late_renewals",
            "open_policies",
            "stale_open",
            "excluded_policies",
            "upheld_complaints",
        )
        if name in extra and pd.notna(extra[name])
    ]
    if facts:
        st.caption(" · ".join(f"{t(f'agent.{name}')} {int(value)}" for name, value in facts))
    if (
        "due_premium" in extra
        and pd.notna(extra["due_premium"])
        and pd.notna(extra["renewed_premium"])
        and extra["due_premium"] > 0
    ):
        st.caption(
            t(
                "agent.premium" if pd.notna(extra["retained_premium"]) else "agent.premium_alone",
                rate=percent(extra["renewed_premium"] / extra["due_premium"]),
                kept=percent(extra["retained_premium"] / extra["due_premium"]),
            )
        )
    if load.desk().covers(agent_id):
        st.page_link(
            "pages/people/sheet.py",
            label=t("agent.to_sheet"),
            query_params={"agent": agent_id},
            icon=":material/description:",
        )
    else:
        st.caption(t("sheet.moved_on", agents=f"{names[agent_id]} {agent_id}"))
    panel.downloads(
        "agent",
        plain("agent.export", agent=agent_id, period=controls.period_text(now.measured.period)),
        Table(export, columns),
        persons=1,
    )
    with st.expander(t("common.how")):
        st.markdown(t("agent.how"))
