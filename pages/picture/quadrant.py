"""Quadrant · 象限: two indicators, four kinds of agents, and what to do about each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.catalogue import actions
from analytics.charts.quadrant import drawn_rows, picked_rows, quadrant_chart
from analytics.charts.quadrant_points import Before, Look, Marked
from analytics.charts.theme import NAMES
from analytics.evaluation import Evaluation
from analytics.insight.coaching import coaching_list, default_action
from analytics.insight.planning import planned
from analytics.insight.quadrant import Placed, axes, place, stood
from analytics.insight.quadrant_certainty import quadrant_certainty
from analytics.model import QUADRANTS
from analytics.reports.lists.quadrant import certain_of, finding, quadrant_table, unplaced_table
from analytics.reports.sure import quadrant_mark, quadrant_words
from analytics.reports.tables import Table
from analytics.reports.words import scheme_label
from analytics.units import in_percent
from pages.ui import controls, figure, load, panel, session, shell
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.figure import Picture, persistent_figure, select_in_figure, selected_in_figure
from pages.ui.follow import follow, lead
from pages.ui.i18n import Markdown, indicator, md, plain, t, text

MOST_ROWS = 500
MARKED = 12  # of the chosen, who are named
LONGER = 6  # months that the page offers to look at instead
FEW_SURE = 0.2  # share of certain quadrants below which it does
CUTS = ("median", "mean", "target", "typed")
COLOURS = ("quadrant", "team")
DRAGS: tuple[Literal["pan", "select", "lasso"], ...] = ("pan", "select", "lasso")


def cut_value(now: Evaluation, axis: str, indicator_id: str, kind: str) -> str:
    """The cut line of an axis; typed ones come from a slider in the indicator's own unit, whose
    ends the standard gives: the least and the largest of everybody's values would be single
    persons'."""
    named = f"cut_{axis}"
    if kind != "typed":
        session.remember(named, None)
        return kind
    chosen = now.catalogue[indicator_id]
    percent = in_percent(chosen.unit)
    knots = np.array(chosen.standard.values) * (100.0 if percent else 1.0)
    low, high = min(0.0, float(np.floor(knots.min()))), max(1.0, float(np.ceil(1.5 * knots.max())))
    start = round(2.0 * float(np.median(knots))) / 2.0
    key = f"cut_{axis}_{indicator_id}"
    kept = session.remembered(key)
    label = t("quadrant_page.cut_typed", indicator=indicator(indicator_id))
    if asked := session.newly_asked(named):
        if (typed := between(asked, low, high)) is None:
            controls.unknown(label, asked)
        else:
            session.put(key, typed)
    session.default(key, start if kept is None else min(max(kept, low), high))
    value = st.slider(
        label,
        low,
        high,
        step=0.5,
        key=key,
    )
    session.remember(key, value)
    session.remember(named, value)
    return str(value / 100.0 if percent else value)


def between(words: str, low: float, high: float) -> float | None:
    """The number that words of an address say, where it is one that the slider can stand on."""
    try:
        value = float(words)
    except ValueError:
        return None
    return round(2.0 * value) / 2.0 if low <= value <= high else None


def put_on_list(now: Evaluation, agents: list[str]) -> None:
    """Plan a talk with agents who have none, with the action of their quadrant in the picture and
    what they lose most by."""
    desk = load.desk()
    listed = {talk.agent_id for talk in desk.talks() if talk.is_open}
    placed = session.get("quadrant_drawn")[0].placed
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


CONTROLS = ("axis_x", "axis_y", "cut_kind", "colour", "drag", "sized")


def controls_say() -> dict[str, object]:
    """What the controls of the picture and the selection in it say now."""
    said = {key: session.get(key) for key in (*CONTROLS, "quadrant_chart")}
    if said["cut_kind"] == "typed":
        said |= {
            key: session.get(key) for key in (f"cut_{axis}_{said[f'axis_{axis}']}" for axis in "xy")
        }
    return said


def choice(label: Markdown, key: str, options: Sequence[str], word: str) -> str:
    """One of a few, as it was chosen on an earlier visit, else the first; `word` begins the keys of
    their names."""
    controls.keep(label, key, options, options[0])
    chosen = st.segmented_control(
        label,
        options,
        key=key,
        required=True,
        format_func=lambda option: t(f"{word}{option}"),
    )
    controls.kept(key, chosen, options[0])
    return str(chosen)


@dataclass(frozen=True)
class Wanted:
    """What the controls ask for."""

    axes: tuple[str, str, str, str]  # both indicators, and where they are cut
    look: Look
    drag: Literal["pan", "select", "lasso"]


def wanted(now: Evaluation) -> Wanted:
    """The controls beside the picture; what is chosen stays from visit to visit."""
    ids, usual = now.catalogue.ids, axes(now.catalogue)
    chosen = []
    for key, name, indicator_id in zip(("axis_x", "axis_y"), "xy", usual, strict=True):
        label = t(f"quadrant_page.{name}")
        controls.keep(label, key, ids, indicator_id)
        chosen.append(box(label, ids, ids.index(indicator_id), key=key, format_func=indicator))
        controls.kept(key, chosen[-1], indicator_id)
    kind = choice(t("quadrant_page.cut"), "cut_kind", CUTS, "cut.")
    cuts = [cut_value(now, axis, name, kind) for axis, name in zip("xy", chosen, strict=True)]
    colour = choice(t("quadrant_page.colour"), "colour", COLOURS, "quadrant_page.by_")
    drag = choice(t("quadrant_page.mode"), "drag", DRAGS, "quadrant_page.")
    controls.keep(t("quadrant_page.sized"), "sized", (True, False), True)
    sized = st.toggle(t("quadrant_page.sized"), key="sized")
    controls.kept("sized", sized, True)
    session.write_address()
    look = Look(colour, sized, session.how_sure())
    return Wanted((*chosen, *cuts), look, next(mode for mode in DRAGS if mode == drag))


@dataclass(frozen=True)
class Scene:
    """Everybody's quadrant, the rows that the picture shows, what it comes to, and what is said of
    each quadrant."""

    placed: Placed
    rows: np.ndarray
    finding: str
    certain: tuple[int, int]  # how many stand in their quadrant for certain, of how many
    alike: bool  # whether the axes tell nobody apart
    corners: list[Markdown]


def scene(now: Evaluation, axes_: tuple[str, str, str, str]) -> Scene:
    """The picture's figures, without its looks."""
    placed = place(now, *axes_)
    of_shown = placed.quadrant[now.shown]
    # What to do about a quadrant is said where somebody stands in one for certain: about luck there
    # is nothing to do.
    chance = quadrant_certainty(now.measured, placed)
    certain = certain_of(now, chance)
    corners = [
        Markdown(
            f"**{t(f'quadrant.{name}')} {int((of_shown == name).sum())}**"
            f" · {md(text(actions()['quadrant'][name]))}"
        )
        for name in QUADRANTS
        if certain[0]
    ]
    said = finding(now, placed, session.language())
    alike = bool(chance.known.any()) and not chance.tell_apart
    return Scene(placed, drawn_rows(placed, now.shown), said, certain, alike, corners)


def marks(now: Evaluation, picked: np.ndarray) -> tuple[tuple[int, ...], int | None]:
    """Whom the reader singled out, here or in the table, and the person whom every page shows, as
    rows."""
    ids = pd.Index(now.people["agent_id"])
    ticked = ids.get_indexer(session.get("quadrant_ticked", []))
    rows = dict.fromkeys([*picked.tolist(), *ticked[ticked >= 0].tolist()])
    (ringed,) = ids.get_indexer([session.chosen_agent() or ""])
    seen = ringed >= 0 and now.in_scope[ringed]
    return tuple(rows)[:MARKED], int(ringed) if seen else None


def drawing(
    now: Evaluation, scene: Scene, look: Look, marked: tuple[tuple[int, ...], int | None]
) -> Picture:
    """The chart, with the names of who was singled out, and where all stood the period before."""
    placed, rows = scene.placed, scene.rows
    then = load.compared(now.measured.filters, "before") if len(rows) <= NAMES else None
    before, sure = None, []
    if then is not None:
        before = Before(controls.period_text(then.measured.period), *stood(now, then, placed))
    if look.how_sure and len(rows) <= NAMES:
        chance = quadrant_certainty(now.measured, placed)
        sure = [
            f"{quadrant_mark(chance, row)} {quadrant_words(chance, row, session.language())}"
            for row in rows.tolist()
        ]
    told = Marked(*marked, before, sure)
    return figure.picture(quadrant_chart(now, placed, rows, look, indicator, plain, told))


@st.fragment
def picture(now: Evaluation, title: DeltaGenerator) -> None:
    """The chart with its controls, and below the page's `title` what it says; only this part runs
    again when a control moves."""
    left, right = st.columns([0.7, 0.3], gap="medium")
    with right:
        longer = st.container()
        asked = wanted(now)
    here = load.drawn("quadrant.scene", now, lambda: scene(now, asked.axes), *asked.axes)
    if here.finding:
        title.header(md(here.finding), anchor=False)
    else:
        title.empty()
    with longer:
        look_longer(now, here, asked.axes)
    picked = np.array([], dtype=int)
    with left:
        if len(here.rows):
            picked = chart(now, here, asked)
        else:
            st.info(t("quadrant_page.nobody"))
        ringed_elsewhere(now, here)
    with right:
        for words in here.corners:
            st.caption(md(words))
        ringed = marks(now, picked)[1]
        if len(picked) or (ringed is not None and ringed in here.rows):
            st.button(t("quadrant_page.clear"), key="clear_selection", on_click=action(clear))
    session.put("quadrant_drawn", (here, picked))
    lead("quadrant_chart", controls_say())


def clear() -> None:
    """Single nobody out any more."""
    select_in_figure("quadrant_chart")
    session.choose_agent(None)


def chart(now: Evaluation, here: Scene, asked: Wanted) -> np.ndarray:
    """Draw the chart; the rows of who is selected in it. Whoever is selected alone is the person
    whom every page shows."""

    def drawn(marked: tuple[tuple[int, ...], int | None]) -> Picture:
        facts = *asked.axes, asked.look, marked
        make = partial(drawing, now, here, asked.look, marked)
        return load.drawn("quadrant.chart", now, make, *facts)

    fig = drawn(marks(now, picked_before(now, here)))
    picked = picked_rows(now, here.placed, here.rows, selected_in_figure("quadrant_chart", fig))
    ids = [str(agent_id) for agent_id in now.people["agent_id"].to_numpy()[picked]]
    if ids != session.get("quadrant_picked", []):
        session.put("quadrant_picked", ids)
        if len(ids) == 1:
            session.choose_agent(ids[0])
        fig = drawn(marks(now, picked))
    x, y = (indicator(name) for name in asked.axes[:2])
    stem = plain("quadrant_page.export", period=controls.period_text(now.measured.period))
    persistent_figure(
        fig,
        "quadrant_chart",
        fig.height,
        selectable=True,
        dragmode=asked.drag,
        alt=plain("quadrant_page.alt", x=x, y=y, finding=here.finding),
        labels=panel.modebar(),
        about=panel.saved(here.finding, stem),
    )
    return picked


def picked_before(now: Evaluation, here: Scene) -> np.ndarray:
    """The rows of who was selected when the chart was drawn last, as far as it shows them."""
    ids = pd.Index(now.people["agent_id"])
    rows = ids.get_indexer(session.get("quadrant_picked", []))
    kept: np.ndarray = rows[np.isin(rows, here.rows)]
    return kept


def look_longer(now: Evaluation, here: Scene, axes_: tuple[str, str, str, str]) -> None:
    """Where the period is sure of few, the way to one that is sure of more."""
    certain, judged = here.certain
    period = load.desk().looking_back(now.measured.period, LONGER)
    if not judged or certain >= FEW_SURE * judged or period is None:
        return

    def then() -> int:
        longer = load.evaluation(replace(now.measured.filters, period=period))
        chance = quadrant_certainty(longer.measured, place(longer, *axes_))
        return certain_of(longer, chance)[0]

    more = load.drawn("quadrant.longer", now, then, period, *axes_)
    if more <= certain:
        return
    offer = t("quadrant_page.longer", months=period.length, now=certain, then=more)
    months = f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"
    if st.button(
        offer,
        key="look_longer",
        icon=":material/date_range:",
        help=t("quadrant_page.longer_why"),
        on_click=action(controls.show_period),
        args=(months,),
    ):
        st.rerun()


def ringed_elsewhere(now: Evaluation, here: Scene) -> None:
    """Says why the person whom every page shows is not in the picture."""
    row = marks(now, here.rows[:0])[1]
    if row is None or row in here.rows:
        return
    key = "ringed_unplaced" if now.shown[row] else "ringed_elsewhere"
    st.caption(t(f"quadrant_page.{key}", name=now.people["name"].iat[row]))


@st.fragment
def table(now: Evaluation) -> None:
    """The selected agents, or everybody placed; rows can be ticked, opened, put on the coaching
    list.

    It runs again once the chart is drawn, because a slider would otherwise wait for it.
    """
    follow("quadrant_chart", controls_say())
    here, picked = session.get("quadrant_drawn")
    placed, shown = here.placed, picked if len(picked) else here.rows
    title = "quadrant_page.selected" if len(picked) else "quadrant_page.everybody"
    st.header(t(title, count=len(shown)), anchor=False)
    listed = partial(quadrant_table, now, placed, shown, session.language(), session.how_sure())
    lines = placed.x, placed.y, placed.x_cut, placed.y_cut
    rows = load.drawn("quadrant.table", now, lambda: some(listed()), *lines, shown.tobytes())
    frame = rows.table.frame
    if session.how_sure():
        certain, judged = here.certain
        key = "certainty.quadrants" if judged else "certainty.quadrants_none"
        st.caption(t(key, certain=certain, all=judged))
        if here.alike:
            st.info(t("certainty.same", x=indicator(placed.x), y=indicator(placed.y)))
    ticked = panel.pick(
        "quadrant_table",
        rows,
        by="agent_id",
        most=len(frame),
        height=panel.fit(len(frame), 420),
    )
    single_out(ticked)
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
                "pages/people/person.py",
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
        whole = rows.table if len(frame) == len(shown) else listed
        panel.downloads("quadrant", export, whole, persons=len(shown))
    if (done := session.get("listed_now")) is not None:
        st.caption(t("quadrant_page.listed", count=done))
        session.forget("listed_now")
    unplaced = load.drawn(
        "quadrant.unplaced",
        now,
        lambda: panel.Rows.of(unplaced_table(now, placed, session.language())),
        *lines,
    )
    if count := len(unplaced.table.frame):
        with panel.fold(t("quadrant_page.unplaced", count=count), "unplaced.fold") as there:
            if there:
                panel.show("unplaced", unplaced)


def some(listed: Table) -> panel.Rows:
    """The first rows of a list, as many as a page shows."""
    return panel.Rows.of(listed.holding(listed.frame.head(MOST_ROWS)))


def single_out(ticked: list[str]) -> None:
    """Whoever is ticked in the table is named in the picture; alone, they are the person whom every
    page shows."""
    if ticked == session.get("quadrant_ticked", []):
        return
    session.put("quadrant_ticked", ticked)
    if len(ticked) == 1:
        session.choose_agent(ticked[0])
    st.rerun()


def body() -> None:
    """The picture, and the table beside it."""
    title = st.empty()
    now = load.evaluation(controls.filter_bar(least=True))
    shell.line(now.measured, int(now.shown.sum()))
    picture(now, title)
    table(now)
    with st.expander(t("common.how")):
        st.markdown(t("quadrant_page.how"))
        st.caption(md(scheme_label(now.scheme, session.language())))


with shell.page("quadrant_page"):
    body()
