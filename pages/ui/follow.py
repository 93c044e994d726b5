"""A fragment that runs again after a chart was redrawn, so that the chart does not wait for its
table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import session
from pages.ui.act import action, nothing

_follow = st.components.v2.component(
    "follow",
    html="<span hidden></span>",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def lead(chart: str, state: Any) -> None:
    """At the end of the fragment that draws the figure: with what its widgets said."""
    session.put(f"led.{chart}", state)


def follow(chart: str, state: Any) -> None:
    """Run the surrounding fragment again whenever the persistent figure with this key has come to
    rest.

    The browser sends what changes at the same moment as one request, for one fragment: a step of a
    slider that comes with ours, or gives a run of its fragment up, would be stored and never drawn.
    Then the whole page runs again.
    """
    _follow(key=f"follow.{chart}", data={"chart": chart}, on_drawn_change=action(nothing))
    if session.get(f"led.{chart}") != state:
        st.rerun()
