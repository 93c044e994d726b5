"""Weak spots · 短板: where each team loses points, what to do about it, and the agents behind
it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from analytics.catalogue import action_for
from analytics.charts.scores import losses_bars
from analytics.charts.theme import loss_style
from analytics.evaluation import Evaluation
from analytics.insight.weak_spots import agents_behind, gaps_to_market, losses_of, team_losses
from analytics.reports.lists.losses import behind_table, losses_table
from analytics.reports.weak_spots import finding, heat_title, losses_title, verdict
from analytics.reports.words import scheme_label
from analytics.text import short
from pages.ui import choosing, controls, load, panel, session, shell
from pages.ui.i18n import indicator, md, plain, t, text

WORTH = 0.05  # points that could be won back, below which there is nothing to do
TODO = 3  # indicators of which it is said what to do


def heat(now: Evaluation, losses: pd.DataFrame, there: Sequence[str]) -> tuple[str | None, str]:
    """The table of teams and indicators, the team that loses most first; the team and the
    indicator of the cell that was clicked, else the first ones."""
    teams = [team for team in losses.index if isinstance(team, str)]
    st.subheader(md(heat_title(now, losses.loc[teams, there], session.language())), anchor=False)
    st.caption(t("weak_spots.heat_note"))
    total = losses[there].sum(axis=1)
    order = [*total[teams].sort_values(ascending=False, kind="stable").index, None]
    rows = losses.set_axis([str(team) if team in teams else None for team in losses.index])
    rows = rows[there].loc[order]
    shown = rows.rename(columns=indicator)
    shown.insert(0, t("weak_spots.total"), total.to_numpy()[losses.index.get_indexer(order)])
    shown.insert(0, t("column.team"), [team or t("column.company") for team in order])
    numbers = list(shown.columns[1:])
    most = float(np.nanmax(rows.to_numpy()))
    styled = shown.style.map(
        lambda value: "" if np.isnan(value) else loss_style(value, most), subset=numbers[1:]
    ).format("{:.1f}", subset=numbers, na_rep="—")
    event = st.dataframe(
        styled,
        hide_index=True,
        # a cell is a row's number: of other rows it is another table
        key=f"heat.{'|'.join(map(str, order))}.{'|'.join(there)}",
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
    if row is not None and row < len(order):
        team = order[row]
    else:
        team = session.remembered("team") if session.remembered("team") in teams else order[0]
    clicked = next((name for name in there if indicator(name) == column), None)
    return team, clicked or str(losses_of(now, team)["indicator"].iat[0])


def lost(now: Evaluation, team: str | None, whose: str) -> None:
    """What the team loses by, and what to do about the most of it."""
    table = losses_of(now, team)
    market = {name: average.value for name, average in load.desk().market().items()}
    gaps = gaps_to_market(now, team, market)
    export = losses_table(now, table, gaps, session.language(), session.how_sure())
    stem = plain("weak_spots.export", team=whose, period=controls.period_text(now.measured.period))
    said = losses_title(now, table, whose, session.language())
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        panel.headed(said, "losses", stem, export)
        panel.chart("losses", losses_bars(table, indicator, plain), export, alt=said)
    with right:
        st.subheader(t("weak_spots.todo", team=whose), anchor=False)
        if session.how_sure():
            st.caption(md(verdict(now, table, session.language())))
        worth = table[(table["recoverable"] > WORTH) | table["recoverable"].isna()].head(TODO)
        if worth.empty:
            st.caption(t("weak_spots.no_gap"))
        for line in worth.itertuples():
            told = pd.notna(line.recoverable)
            st.markdown(
                t(
                    "weak_spots.todo_line" if told else "weak_spots.todo_unknown",
                    indicator=indicator(line.indicator),
                    lost=f"{line.team:.1f}",
                    recoverable=f"{line.recoverable:.1f}",
                    action=text(action_for(now.catalogue[line.indicator])),
                )
            )


def whose_points(now: Evaluation, team: str | None, whose: str, chosen: str) -> None:
    """The agents behind one loss; a row chooses the person and can be talked about."""
    behind = agents_behind(now, team, chosen)
    shown = behind_table(now, behind, chosen, session.language(), session.how_sure())
    panel.headed(
        plain("weak_spots.behind", team=whose, indicator=indicator(chosen), count=len(behind)),
        "behind",
        plain("weak_spots.behind_export", team=whose, indicator=indicator(chosen)),
        shown,
    )
    if behind.empty:
        st.info(t("common.nothing"))
        return
    ticked = panel.pick("behind", shown, by="agent_id", height=panel.fit(len(behind), 420))
    choosing.by_row("behind", ticked)
    choosing.offer(now, "behind")
    rows = behind[behind["agent_id"].astype(str) == session.chosen_agent()]
    for person in rows.to_dict("records"):
        controls.plan_talk(
            now,
            str(person["agent_id"]),
            plain("talk.reason_weak", indicator=indicator(chosen), lost=f"{person['lost']:.1f}"),
            (chosen,),
            "weak_plan",
        )


with shell.page("weak_spots") as head:
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    asked = session.remembered("team")
    period = controls.period_text(now.measured.period)
    head.says(finding(now, asked, period, session.language(), session.how_sure()))
    losses = team_losses(now)
    there = [name for name in losses.columns if losses[name].notna().any()]
    if not [team for team in losses.index if isinstance(team, str)]:
        st.info(t("weak_spots.no_teams"))
        st.stop()
    team, chosen = heat(now, losses, there)
    whose = short(team) if team else t("weak_spots.whole")
    lost(now, team, whose)
    whose_points(now, team, whose, chosen)
    with st.expander(t("common.how")):
        st.markdown(t("weak_spots.how"))
        st.caption(md(scheme_label(now.scheme, session.language())))
