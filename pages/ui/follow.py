"""A fragment that runs again after a chart was redrawn, so that the chart does not wait for its table."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_follow = st.components.v2.component(
    "follow", html="<span hidden></span>", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"), isolate_styles=False
)  # fmt: skip


def follow(chart: str) -> None:
    """Run the surrounding fragment again whenever the persistent figure with this key has come to rest."""
    _follow(key=f"follow.{chart}", data={"chart": chart}, on_drawn_change=lambda: None)
