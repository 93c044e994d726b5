"""A click on a mark of a chart or a row of a table chooses the person whom every page shows, and
leads to their page."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from analytics.charts.theme import Drawing
from analytics.evaluation import Evaluation
from pages.ui import panel, person, session
from pages.ui.act import action
from pages.ui.figure import picture, select_in_figure, selected_in_figure
from pages.ui.i18n import t


def by_mark(key: str, draw: Callable[[str | None], Drawing], *, alt: str) -> None:
    """A chart whose marks carry whose they are as `ids`; `draw` makes it with somebody ringed."""
    drawing = draw(session.chosen_agent())
    shown = picture(drawing)
    clicked = _whose(drawing, selected_in_figure(key, shown))
    if clicked != session.get(f"clicked.{key}"):
        session.put(f"clicked.{key}", clicked)
        if clicked is not None:  # of a chart that changed the browser forgets what was clicked
            session.choose_agent(clicked)
            shown = picture(draw(clicked))
    panel.draw(key, shown, alt=alt, selectable=True)


def _whose(drawing: Drawing, points: list[list[int]]) -> str | None:
    """Whose mark was clicked last."""
    for curve, point in reversed(points):
        ids = drawing.data[curve].get("ids")
        if ids is not None:
            return str(ids[point])
    return None


def by_row(key: str, ticked: list[str]) -> None:
    """Whoever was just ticked in a table is the person whom every page shows, in the charts above
    it, too."""
    clicked = ticked[0] if ticked else None
    if clicked == session.get(f"clicked.{key}"):
        return
    session.put(f"clicked.{key}", clicked)
    if clicked is not None and clicked != session.chosen_agent():
        session.choose_agent(clicked)
        st.rerun()


def offer(now: Evaluation, chart: str) -> None:
    """The way to the page of the person who is chosen, and back to nobody; before, how to choose
    somebody."""
    chosen = session.chosen_agent()
    people = now.people[now.in_scope]
    rows = np.flatnonzero((people["agent_id"].astype(str) == (chosen or "")).to_numpy())
    if not len(rows):
        st.caption(t("choosing.how"))
        return
    name = people["name"].iat[int(rows[0])]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        person.link(
            str(chosen),
            t("common.open_agent", name=name),
            icon=":material/person:",
            width="content",
        )
        st.button(
            t("choosing.nobody"),
            key=f"{chart}.nobody",
            type="tertiary",
            on_click=action(_nobody),
            args=(chart,),
        )


def _nobody(chart: str) -> None:
    session.choose_agent(None)
    session.forget(f"clicked.{chart}")
    select_in_figure(chart)
