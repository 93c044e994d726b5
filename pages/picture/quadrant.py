"""Quadrant · 象限: two indicators, four kinds of agents, and what to do about each."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import streamlit as st

from analytics.catalogue import actions
from analytics.charts.quadrant import ARMED, Look, arms, drawn_rows, picked_rows, quadrant_chart
from analytics.evaluation import Evaluation
from analytics.insight.certainty import too_few
from analytics.insight.coaching import coaching_list, default_action
from analytics.insight.planning import planned
from analytics.insight.quadrant import Placed, axes, place
from analytics.insight.quadrant_certainty import STANDINGS, quadrant_certainty
from analytics.model import QUADRANTS, UNPLACED
from analytics.people import OPEN_TALKS
from analytics.reports.lists.few import few_column, few_words
from analytics.reports.sure import quadrant_words, sure_columns
from analytics.reports.tables import Column, Table
from analytics.reports.words import scheme_label
from analytics.units import column_look, in_percent
from pages.ui import controls, figure, load, panel, session, shell
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.figure import Picture, persistent_figure, select_in_figure, selected_in_figure
from pages.ui.follow import follow, lead
from pages.ui.i18n import Markdown, indicator, md, plain, t, text

MOST_ROWS = 500
DRAGS: tuple[Literal["pan", "select", "lasso"], ...] = ("pan", "select", "lasso")


def cut_value(now: Evaluation, axis: str, indicator_id: str, kind: str) -> str:
    """The cut line of an axis; typed ones come from a slider in the indicator's own unit, whose
    ends the standard gives: the least and the largest of everybody's values would be single
    persons'."""
    if kind != "typed":
        return kind
    chosen = now.catalogue[indicator_id]
    percent = in_percent(chosen.unit)
    knots = np.array(chosen.standard.values) * (100.0 if percent else 1.0)
    low, high = min(0.0, float(np.floor(knots.min()))), max(1.0, float(np.ceil(1.5 * knots.max())))
    start = round(2.0 * float(np.median(knots))) / 2.0
    key = f"cut_{axis}_{indicator_id}"
    value = st.slider(
        t("quadrant_page.cut_typed", indicator=indicator(indicator_id)),
        low,
        high,
        start,
        step=0.5,
        key=key,
    )
    return str(value / 100.0 if percent else value)


def put_on_list(now: Evaluation, agents: list[str]) -> None:
    """Plan a talk with agents who have none, with the action of their quadrant in the picture and
    what they lose most by."""
    desk = load.desk()
    listed = {talk.agent_id for talk in desk.talks() if talk.state in OPEN_TALKS}
    placed, _, _ = session.get("quadrant_drawn")
    official = desk.evaluation(now.measured.filters)
    chance = quadrant_certainty(now.measured, placed)
    losses = coaching_list(official, placed, []).set_index("agent_id")["weakest"]
    new = [agent_id for agent_id in agents if agent_id not in listed]
    for agent_id in new:
        quadrant = str(placed.quadrant[now.row(agent_id)])
        lines = plain(
            "talk.reason_lines",
            x=indicator(placed.x),
            y=indicator(placed.y),
            kind=t(f"cut.{placed.x_cut.kind}"),
        )
        reason = plain(
            "talk.reason_quadrant",
            quadrant=t(f"quadrant.{quadrant}"),
            period=controls.period_text(now.measured.period),
        )
        talk = planned(agent_id, losses.get(agent_id, ()), now.measured.period, f"{reason}{lines}")
        advised = default_action(quadrant, [], chance.standing(now.row(agent_id)))
        desk.save_talk(replace(talk, action=text(advised)))
    session.put("listed_now", len(new))


def controls_say() -> dict[str, object]:
    """What the controls of the picture and the selection in it say now."""
    keys = ["axis_x", "axis_y", "cut_kind", "colour", "drag", "sized", "quadrant_chart"]
    said = {key: session.get(key) for key in keys}
    if said["cut_kind"] == "typed":
        said |= {
            key: session.get(key) for key in (f"cut_{axis}_{said[f'axis_{axis}']}" for axis in "xy")
        }
    return said


def placed_rows(
    now: Evaluation, x: str, y: str, cut_x: str, cut_y: str
) -> tuple[Placed, np.ndarray, list[Markdown]]:
    """Everybody's quadrant, the rows that the picture shows, and what is said of each quadrant: how
    many, and what to do."""
    placed = place(now, x, y, cut_x, cut_y)
    of_shown = placed.quadrant[now.shown]
    # What to do about a quadrant is said where somebody stands in one for certain: about luck there
    # is nothing to do.
    chance = quadrant_certainty(now.measured, placed)
    certain = bool((chance.certain & now.shown).any())
    said = [
        Markdown(
            f"**{t(f'quadrant.{name}')} {int((of_shown == name).sum())}**"
            + (f" · {md(text(actions()['quadrant'][name]))}" if certain else "")
        )
        for name in QUADRANTS
    ]
    return placed, drawn_rows(placed, now.shown), said


def drawing(
    now: Evaluation, placed: Placed, rows: np.ndarray, look: Look, ringed: np.ndarray
) -> Picture:
    """The chart, with the 95 % ranges of the selected agents."""
    fig = quadrant_chart(now, placed, rows, look, indicator, plain)
    if len(ringed):
        fig["layout"]["shapes"] = [*fig["layout"]["shapes"], *arms(now, placed, ringed)]
    return figure.picture(fig)


@st.fragment
def picture(now: Evaluation) -> None:
    """The chart with its controls, and the table of what is selected; only this part runs again
    when a control moves."""
    ids, usual = now.catalogue.ids, axes(now.catalogue)
    for key in ("axis_x", "axis_y"):
        session.keep_valid(key, ids)
    left, right = st.columns([0.66, 0.34], gap="medium")
    with right:
        x = box(t("quadrant_page.x"), ids, ids.index(usual[0]), key="axis_x", format_func=indicator)
        y = box(t("quadrant_page.y"), ids, ids.index(usual[1]), key="axis_y", format_func=indicator)
        kinds = ["median", "mean", "target", "typed"]
        kind = st.segmented_control(
            t("quadrant_page.cut"),
            kinds,
            default="median",
            key="cut_kind",
            required=True,
            format_func=lambda option: t(f"cut.{option}"),
        )
        cut_x, cut_y = cut_value(now, "x", x, kind), cut_value(now, "y", y, kind)
        colour = st.segmented_control(
            t("quadrant_page.colour"),
            ["quadrant", "team"],
            default="quadrant",
            key="colour",
            required=True,
            format_func=lambda option: t(f"quadrant_page.by_{option}"),
        )
        mode = st.segmented_control(
            t("quadrant_page.mode"),
            DRAGS,
            default="pan",
            key="drag",
            required=True,
            format_func=lambda option: t(f"quadrant_page.{option}"),
        )
        sized = st.toggle(t("quadrant_page.sized"), value=True, key="sized")
    place_at = (x, y, cut_x, cut_y)
    placed, rows, said = load.drawn(
        "quadrant.placed", now, lambda: placed_rows(now, *place_at), *place_at
    )
    with left:
        if not len(rows):
            st.info(t("quadrant_page.nobody"))
            picked = np.array([], dtype=int)
        else:
            look = Look(colour, sized, session.how_sure())
            facts = *place_at, look
            fig = load.drawn(
                "quadrant.chart", now, lambda: drawing(now, placed, rows, look, rows[:0]), *facts
            )
            ringed = picked_rows(now, placed, rows, selected_in_figure("quadrant_chart", fig))
            if session.how_sure() and len(ringed):
                fig = load.drawn(
                    "quadrant.chart",
                    now,
                    lambda: drawing(now, placed, rows, look, ringed),
                    *facts,
                    ringed.tobytes(),
                )
            chosen = persistent_figure(
                fig,
                "quadrant_chart",
                540,
                selectable=True,
                dragmode=mode,
                alt=plain("quadrant_page.alt", x=indicator(x), y=indicator(y)),
                labels=panel.modebar(),
            )
            picked = picked_rows(now, placed, rows, chosen["points"] if chosen else [])
    with right:
        for words in said:
            st.caption(md(words))
        if len(picked):
            if session.how_sure():
                st.caption(t("quadrant_page.arms", most=ARMED))
            st.button(
                t("quadrant_page.clear"),
                key="clear_selection",
                on_click=action(select_in_figure),
                args=("quadrant_chart",),
            )
    session.put("quadrant_drawn", (placed, rows, picked))
    lead("quadrant_chart", controls_say())


@dataclass(frozen=True)
class Listing:
    """The table beside the picture, and what is said above it."""

    rows: panel.Rows
    certain: (
        tuple[int, int] | None
    )  # how many stand in their quadrant for certain, of how many; None where nobody knows
    alike: dict[str, str] | None  # what is said where an axis tells nobody apart
    unplaced: panel.Rows  # of whoever is shown and stands in no quadrant


def listing(now: Evaluation, placed: Placed, shown: np.ndarray) -> Listing:
    """Agents of the picture by quadrant, with their values, how sure these are, and what to do."""
    people, catalogue = now.people, now.catalogue
    order = shown[
        np.lexsort(
            (
                people["agent_id"].to_numpy()[shown].astype(str),
                [(*QUADRANTS, UNPLACED).index(name) for name in placed.quadrant[shown]],
            )
        )
    ][:MOST_ROWS]
    cells: dict[str, Any] = {
        name: people[name].to_numpy()[order] for name in ("agent_id", "name", "team")
    }
    cells["quadrant"] = [t(f"quadrant.{name}") for name in placed.quadrant[order]]
    cells["too_few"] = few_words(now.agents.rated[order], too_few(now)[order], session.language())
    cells["x"], cells["y"] = placed.x_value[order], placed.y_value[order]
    cells["due_policies"] = (
        people["due_policies"].to_numpy(dtype=float, na_value=np.nan)[order]
        if "due_policies" in people
        else np.nan
    )
    certain = alike = None
    chance = quadrant_certainty(now.measured, placed)
    if session.how_sure():
        certain = int((chance.certain & now.shown).sum()), int((chance.known & now.shown).sum())
        if chance.known.any() and not chance.tell_apart:
            alike = {"x": indicator(placed.x), "y": indicator(placed.y)}
        cells["certainty"] = [quadrant_words(chance, row, session.language()) for row in order]
    what_to_do = {
        (name, standing): text(default_action(name, [], standing))
        for name in (*QUADRANTS, UNPLACED)
        for standing in STANDINGS
    }
    cells["action"] = [what_to_do[str(placed.quadrant[row]), chance.standing(row)] for row in order]
    looks = [column_look(catalogue[name].unit) for name in (placed.x, placed.y)]
    columns = [
        Column("agent_id", t("column.agent_id")),
        Column("name", t("column.name")),
        Column("team", t("column.team")),
        Column("quadrant", t("column.quadrant")),
        Column("x", indicator(placed.x), looks[0]),
        Column("y", indicator(placed.y), looks[1]),
        Column("due_policies", t("column.due_policies"), "count"),
        Column("action", t("column.action")),
    ]
    columns[4:4] = few_column(cells["too_few"], session.language())
    if "certainty" in cells:
        columns[4:4] = [Column("certainty", t("certainty.column"))]
    if session.how_sure():
        for stem, name in (("x", placed.x), ("y", placed.y)):
            more, more_columns = sure_columns(now.measured, name, order, session.language(), stem)
            cells |= more
            columns[-1:-1] = more_columns
    without = np.flatnonzero(now.shown & (placed.quadrant == UNPLACED))
    rest = people.iloc[without][["agent_id", "name", "team"]].assign(
        x=placed.x_value[without], y=placed.y_value[without]
    )
    unplaced = panel.Rows.of(Table(rest, [column for column in columns if column.name in rest]))
    return Listing(panel.Rows.of(Table(pd.DataFrame(cells), columns)), certain, alike, unplaced)


@st.fragment
def table(now: Evaluation) -> None:
    """The selected agents, or everybody placed; rows can be ticked, opened, put on the coaching
    list.

    It runs again once the chart is drawn, because a slider would otherwise wait for it.
    """
    follow("quadrant_chart", controls_say())
    placed, rows, picked = session.get("quadrant_drawn")
    shown = picked if len(picked) else rows
    title = "quadrant_page.selected" if len(picked) else "quadrant_page.everybody"
    st.subheader(t(title, count=len(shown)), anchor=False)
    lines = placed.x, placed.y, placed.x_cut, placed.y_cut
    picture = load.drawn(
        "quadrant.table", now, lambda: listing(now, placed, shown), *lines, shown.tobytes()
    )
    frame = picture.rows.table.frame
    if picture.certain is not None:
        key = "certainty.quadrants" if picture.certain[1] else "certainty.quadrants_none"
        st.caption(t(key, certain=picture.certain[0], all=picture.certain[1]))
    if picture.alike is not None:
        st.info(t("certainty.same", **picture.alike))
    ticked = panel.pick(
        "quadrant_table",
        picture.rows,
        by="agent_id",
        most=len(frame),
        height=panel.fit(len(frame), 420),
    )
    wanted = ticked or ([str(agent_id) for agent_id in frame["agent_id"]] if len(picked) else [])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("quadrant_page.put_on_list", count=len(wanted)),
            key="put_on_list",
            type="primary",
            disabled=not wanted,
            on_click=action(put_on_list),
            args=(now, wanted),
        )
        if len(ticked) == 1:
            st.page_link(
                "pages/people/agent.py",
                label=t(
                    "common.open_agent",
                    name=frame.loc[frame["agent_id"] == ticked[0], "name"].iat[0],
                ),
                query_params={"agent": ticked[0]},
                icon=":material/person:",
            )
        else:
            st.caption(t("quadrant_page.tick_one"))
        export = plain("quadrant_page.export", period=controls.period_text(now.measured.period))
        panel.downloads("quadrant", export, picture.rows.table, persons=len(frame))
    if (done := session.get("listed_now")) is not None:
        st.caption(t("quadrant_page.listed", count=done))
        session.forget("listed_now")
    if count := len(picture.unplaced.table.frame):
        with panel.fold(t("quadrant_page.unplaced", count=count), "unplaced.fold") as there:
            if there:
                panel.show("unplaced", picture.unplaced)


def body() -> None:
    """The picture, and the table beside it."""
    now = load.evaluation(controls.filter_bar(least=True))
    shell.line(now.measured, int(now.shown.sum()))
    picture(now)
    table(now)
    with st.expander(t("common.how")):
        st.markdown(t("quadrant_page.how"))
        st.caption(md(scheme_label(now.scheme, session.language())))


with shell.page("quadrant_page"):
    body()
