"""Tabs of which only the open one is made, and which the address names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.text import short
from pages.ui import session
from pages.ui.i18n import md, t


def opened(key: str, names: Mapping[str, str]) -> tuple[str, Any]:
    """The open one of some tabs (by id, as the address says it) and its place: as the address asks,
    else as it was left."""
    # Streamlit knows a tab by its words, which are others in the other language.
    widget = f"{key}.{session.language()}"
    asked, left = session.parameter("tab"), session.remembered(key)
    if asked is not None and asked in names and session.asked_first(key, asked):
        session.put(widget, names[asked])
    elif asked not in (None, left, *names) and session.asked_first(key, str(asked)):
        st.warning(t("filter.address_unknown", filter=t("filter.tab"), asked=short(str(asked))))
    if session.get(widget) not in names.values():
        session.put(widget, names.get(left, next(iter(names.values()))))
    places = st.tabs([md(name) for name in names.values()], key=widget, on_change="rerun")
    name, place = next(
        (each for each in zip(names, places, strict=True) if each[1].open),
        (next(iter(names)), places[0]),
    )
    session.remember(key, name)
    session.address(tab=name)
    session.say_in_address(key, name)
    return name, place
