"""Which pages a reader finds, in which section, at which address."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from analytics.desk import Desk
from pages.ui.i18n import t

Listed = tuple[
    str, str, str, str, str
]  # folder and file, address, title, icon, the action that its reader must be allowed


def sections(pages: Sequence[Listed], desk: Desk | None, login: Callable[[], None]) -> dict[str, list[st.Page]]:
    """The pages by section; before the login every address leads to it. Who sees no others begins with their own sheet."""
    first = "overview" if desk is None or desk.may("see_others") else "sheet"
    found: dict[str, list[st.Page]] = {}
    for place, address, title, icon, action in pages:
        if desk is not None and not desk.may(action):
            continue
        page = login if desk is None else f"pages/{place}.py"
        look = {"title": t(title), "icon": f":material/{icon}:"}
        section = found.setdefault(t(f"section.{place.partition('/')[0]}"), [])
        if address != first:
            section.append(st.Page(page, url_path=address, **look))
        else:  # the first page stands at "/"; the address that it has for others leads to it as well
            section.append(st.Page(page, url_path="front", default=True, **look))
            section.append(st.Page(page, url_path=address, visibility="hidden", **look))
    return found
