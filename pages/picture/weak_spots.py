"""Weak spots · 短板: where each team loses points, what to do about it, and the agents behind
it."""

import numpy as np
import pandas as pd
import streamlit as st

from analytics.catalogue import action_for
from analytics.charts.scores import losses_bars
from analytics.charts.theme import loss_style
from analytics.insight.weak_spots import (
    FEWEST_AGENTS,
    FEWEST_POLICIES,
    agents_behind,
    gaps_to_market,
    losses_of,
    team_losses,
)
from analytics.numbers import percent
from analytics.reports.lists.losses import behind_table, losses_table
from analytics.reports.words import scheme_label
from analytics.statistics.quadrant_probability import CERTAIN
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import indicator, md, plain, t, text


def verdict(table: pd.DataFrame) -> str:
    """Which loss is probably the largest; never one name where two are about as likely."""
    if table["biggest"].isna().all():
        return t("weak_spots.few", agents=FEWEST_AGENTS, policies=FEWEST_POLICIES)
    if table["biggest"].max() <= 0:
        return t("weak_spots.nothing_lost")
    first, second = (
        table.nlargest(2, "biggest").itertuples() if len(table) > 1 else (table.iloc[0], None)
    )
    if first.biggest >= CERTAIN or second is None:
        return t(
            "weak_spots.sure",
            indicator=indicator(first.indicator),
            lost=f"{first.team:.1f}",
            share=percent(first.biggest, 0),
        )
    return t(
        "weak_spots.tied",
        first=indicator(first.indicator),
        share=percent(first.biggest, 0),
        second=indicator(second.indicator),
        other=percent(second.biggest, 0),
    )


with shell.page("weak_spots"):
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    losses = team_losses(now)
    there = [name for name in losses.columns if losses[name].notna().any()]
    teams = [team for team in losses.index if isinstance(team, str)]
    if not teams:
        st.info(t("weak_spots.no_teams"))
        st.stop()
    heat = losses[there].rename(columns=indicator)
    heat.insert(
        0,
        t("column.team"),
        [team if isinstance(team, str) else t("column.company") for team in losses.index],
    )
    most = float(np.nanmax(losses[there].to_numpy()))
    st.subheader(t("weak_spots.heat"), anchor=False)
    st.caption(t("weak_spots.heat_note"))
    numbers = list(heat.columns[1:])
    styled = heat.style.map(
        lambda value: (
            loss_style(value, most) if isinstance(value, float) and not np.isnan(value) else ""
        ),
        subset=numbers,
    ).format("{:.1f}", subset=numbers, na_rep="—")
    event = st.dataframe(
        styled,
        hide_index=True,
        # a cell is a row's number: of other rows it is another table
        key=f"heat.{'|'.join(map(str, losses.index))}.{'|'.join(there)}",
        on_select="rerun",
        selection_mode="single-cell",
        width="stretch",
        alt=t("weak_spots.heat"),
        column_config={
            t("column.team"): st.column_config.TextColumn(
                pinned=True, width=panel.name_width(pd.DataFrame({"team": teams}), "team")
            )
        },
    )
    cells = event.selection.cells if event.selection.cells else []
    row, column = cells[0] if cells else (None, None)
    if row is not None and row < len(losses):
        team = losses.index[row] if isinstance(losses.index[row], str) else None
    else:
        worst = losses.loc[teams, there].sum(axis=1).idxmax()
        team = session.remembered("team") if session.remembered("team") in teams else worst
    whose = team or t("weak_spots.whole")
    table = losses_of(now, team)
    chosen = (
        next((name for name in there if indicator(name) == column), None)
        or table["indicator"].iat[0]
    )
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        averages = load.desk().market()
        market = {name: average.value for name, average in averages.items()}
        export = losses_table(
            now, table, gaps_to_market(now, team, market), session.language(), session.how_sure()
        )
        panel.chart(
            "losses",
            losses_bars(table, indicator, plain, whose),
            export,
            alt=plain("weak_spots.chart", team=whose),
        )
    with right:
        st.subheader(t("weak_spots.todo", team=whose), anchor=False)
        if session.how_sure():
            st.markdown(verdict(table))
        worth = table[(table["recoverable"] > 0.05) | table["recoverable"].isna()].head(3)
        if worth.empty:
            st.caption(t("weak_spots.no_gap"))
        for line in worth.itertuples():
            st.markdown(
                t(
                    "weak_spots.todo_line",
                    indicator=indicator(line.indicator),
                    lost=f"{line.team:.1f}",
                    company=f"{line.company:.1f}",
                    recoverable=f"{line.recoverable:.1f}",
                    action=text(action_for(now.catalogue[line.indicator])),
                )
            )
        panel.downloads(
            "losses",
            plain(
                "weak_spots.export", team=whose, period=controls.period_text(now.measured.period)
            ),
            export,
        )
    behind = agents_behind(now, team, chosen)
    st.subheader(t("weak_spots.behind", team=whose, indicator=indicator(chosen)), anchor=False)
    shown = behind_table(now, behind, chosen, session.language(), session.how_sure())
    if behind.empty:
        st.info(t("common.nothing"))
    else:
        picked = panel.pick("behind", shown, by="agent_id", height=panel.fit(len(behind), 420))
        with st.container(horizontal=True):
            if picked:
                person = behind[behind["agent_id"].astype(str) == picked[0]].iloc[0]
                controls.plan_talk(
                    now,
                    str(person["agent_id"]),
                    plain(
                        "talk.reason_weak",
                        indicator=indicator(chosen),
                        lost=f"{person['lost']:.1f}",
                    ),
                    (chosen,),
                    "weak_plan",
                )
                st.page_link(
                    "pages/people/person.py",
                    label=t("common.open_agent", name=person["name"]),
                    query_params={"agent": person["agent_id"]},
                    icon=":material/person:",
                )
            panel.downloads(
                "behind",
                plain("weak_spots.behind_export", team=whose, indicator=indicator(chosen)),
                shown,
            )
    with st.expander(t("common.how")):
        st.markdown(t("weak_spots.how"))
        st.caption(md(scheme_label(now.scheme, session.language())))
