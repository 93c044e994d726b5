"""Which pages a reader finds, in which section, at which address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

import streamlit as st

from analytics.desk import Desk
from pages.ui.i18n import t

Listed = tuple[
    str, str, str, str, str
]  # folder and file, address, title, icon, the action that its reader must be allowed


def sections(
    pages: Sequence[Listed], desk: Desk | None, login: Callable[[], None]
) -> dict[str, list[st.Page]]:
    """The pages by section; before the login every address leads to it. Who sees no others begins
    with their own sheet."""
    first = "overview" if desk is None or desk.may("see_others") else "sheet"
    grouped: dict[str, list[st.Page]] = {}
    for place, address, title, icon, action in pages:
        if desk is not None and not desk.may(action):
            continue
        page = login if desk is None else f"pages/{place}.py"
        look = (t(title), f":material/{icon}:")
        section = grouped.setdefault(t(f"section.{place.partition('/')[0]}"), [])
        if address != first:
            section.append(_listed(page, address, look))
        # the first page stands at "/"; the address that it has for others leads to it as well
        else:
            section.append(_listed(page, "front", look, default=True))
            section.append(_listed(page, address, look, visibility="hidden"))
    return grouped


def _listed(
    page: str | Callable[[], None], address: str, look: tuple[str, str], **more: Any
) -> st.Page:
    """A page of its own for this run, which notes in it whether the reader may open it; what it is
    made of is looked up once."""
    return copy(
        _made(page, address, look, **more)
        if isinstance(page, str)
        else _new(page, address, look, **more)
    )


def _new(
    page: str | Callable[[], None], address: str, look: tuple[str, str], **more: Any
) -> st.Page:
    return st.Page(page, url_path=address, title=look[0], icon=look[1], **more)


_made = lru_cache(maxsize=256)(_new)
