"""Weak spots · 短板: where each team loses points, what to do about it, and the agents behind it."""

import numpy as np
import streamlit as st

from analytics.catalogue import action_for
from analytics.charts.scores import losses_bars
from analytics.charts.theme import loss_style
from analytics.insight.weak_spots import agents_behind, losses_of, team_losses
from analytics.reports import views
from analytics.reports.tables import Column
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import indicator, t, text

with shell.page("weak_spots"):
    now = load.evaluation(controls.filter_bar(), session.scheme())
    shell.line(now.measured, int(now.shown.sum()))
    losses = team_losses(now)
    there = [name for name in losses.columns if losses[name].notna().any()]
    teams = [team for team in losses.index if isinstance(team, str)]
    if not teams:
        st.info(t("weak_spots.no_teams"))
        st.stop()
    heat = losses[there].rename(columns=indicator)
    heat.insert(0, t("column.team"), [team if isinstance(team, str) else t("column.company") for team in losses.index])
    most = float(np.nanmax(losses[there].to_numpy()))
    st.subheader(t("weak_spots.heat"), anchor=False)
    st.caption(t("weak_spots.heat_note"))
    numbers = list(heat.columns[1:])
    styled = heat.style.map(
        lambda value: loss_style(value, most) if isinstance(value, float) and not np.isnan(value) else "",
        subset=numbers,
    ).format("{:.1f}", subset=numbers, na_rep="—")
    event = st.dataframe(
        styled,
        hide_index=True,
        key="heat",
        on_select="rerun",
        selection_mode="single-cell",
        width="stretch",
        alt=t("weak_spots.heat"),
        column_config={t("column.team"): st.column_config.TextColumn(pinned=True)},
    )
    cells = event.selection.cells if event.selection.cells else []
    row, column = cells[0] if cells else (0, None)
    team = losses.index[row] if isinstance(losses.index[row], str) else session.remembered("team") or teams[0]
    if not cells:
        worst = losses.loc[teams, there].sum(axis=1).idxmax()
        team = session.remembered("team") if session.remembered("team") in teams else worst
    table = losses_of(now, team)
    chosen = next((name for name in there if indicator(name) == column), None) or table["indicator"].iat[0]
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        export = table.assign(
            indicator=[indicator(name) for name in table["indicator"]],
            action=[text(action_for(now.catalogue[name])) for name in table["indicator"]],
        )
        columns = [
            Column("indicator", t("column.indicator")),
            Column("team", t("column.lost"), "score"),
            Column("company", t("column.company"), "score"),
            Column("best", t("weak_spots.best"), "score"),
            Column("action", t("column.action")),
        ]
        panel.chart(
            "losses", losses_bars(table, indicator, t, team), export, columns, alt=t("weak_spots.chart", team=team)
        )
    with right:
        st.subheader(t("weak_spots.todo", team=team), anchor=False)
        for line in table.head(3).itertuples():
            st.markdown(
                t(
                    "weak_spots.todo_line",
                    indicator=indicator(line.indicator),
                    lost=f"{line.team:.1f}",
                    company=f"{line.company:.1f}",
                    action=text(action_for(now.catalogue[line.indicator])),
                )
            )
        panel.downloads("losses", t("weak_spots.export", team=team, period=str(now.measured.period)), export, columns)
    behind = agents_behind(now, team, chosen)
    st.subheader(t("weak_spots.behind", team=team, indicator=indicator(chosen)), anchor=False)
    look = "percent" if now.catalogue[chosen].unit.startswith("percent") else "number"
    shown = [
        Column("agent_id", t("column.agent_id")),
        Column("name", t("column.name")),
        Column("value", t("column.value"), look),
        Column("points", t("column.points"), "score"),
        Column("lost", t("column.lost"), "score"),
        Column("due_policies", t("column.due_policies"), "count"),
    ]
    if behind.empty:
        st.info(t("common.nothing"))
    else:
        picked = panel.show(
            "behind",
            behind,
            shown,
            on_select="rerun",
            selection_mode="single-row",
            height=panel.fit(len(behind), 420),
        )
        with st.container(horizontal=True):
            if picked.selection.rows and picked.selection.rows[0] < len(behind):
                one = behind.iloc[picked.selection.rows[0]]
                controls.plan_talk(
                    now,
                    str(one["agent_id"]),
                    t("talk.reason_weak", indicator=indicator(chosen), lost=f"{one['lost']:.1f}"),
                    (chosen,),
                    "weak_plan",
                )
                st.page_link(
                    "pages/people/agent.py",
                    label=t("common.open_agent", name=one["name"]),
                    query_params={"agent": one["agent_id"]},
                    icon=":material/person:",
                )
            panel.downloads(
                "behind", t("weak_spots.behind_export", team=team, indicator=indicator(chosen)), behind, shown
            )
    with st.expander(t("common.how")):
        st.markdown(t("weak_spots.how"))
        st.caption(views.scheme_label(now.scheme, session.language()))
