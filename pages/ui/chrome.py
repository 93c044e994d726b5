"""The page language and Streamlit's own words, because Streamlit always says lang="en" and ships no
translations."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_chrome = st.components.v2.component(
    "chrome",
    html="<span hidden></span>",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def chrome(lang: str) -> None:
    """Set <html lang> for screen readers and put Streamlit's own strings into the reader's
    language; call it on every run."""
    _chrome(key="chrome", data={"lang": lang})
