"""The bar on top of every page: the mark, the five places, and search, language, theme and account;
below it the pages of the place that the reader is in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.charts.theme import TOKENS
from analytics.desk import Desk
from pages.ui import session
from pages.ui.i18n import md, plain, t
from pages.ui.navigation import Listing
from pages.ui.search import search

# The quadrant itself: four fields, one of them full.
MARK = '<span class="mark"><i></i><i></i><i></i><i></i></span>'
LANGUAGES = {"zh": "中文", "en": "English"}

_theme = st.components.v2.component(
    "theme",
    html='<button type="button" class="theme-switch">◐</button>',
    js=Path(__file__).with_name("theme.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Bar:
    """The parts that are filled once it is known who reads and which page."""

    places: DeltaGenerator
    search: DeltaGenerator
    account: DeltaGenerator
    pages: DeltaGenerator


def begin() -> Bar:
    """The bar with what everybody finds in it, before it is known who reads."""
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<span class="brand">{MARK}<b>{plain("app.name")}</b></span>', width="content")
        places = st.container(key="places", horizontal=True, gap="small", width="content")
        with st.container(
            key="bar_end",
            horizontal=True,
            vertical_alignment="center",
            horizontal_alignment="right",
            gap="small",
        ):
            search = st.container(key="search_place", width="content")
            language_switch()
            _theme(
                key="theme",
                data={
                    "words": {
                        choice: plain(f"app.theme_{choice}")
                        for choice in ("System", "Light", "Dark")
                    },
                    "tokens": TOKENS,
                },
            )
            account = st.container(key="account", width="content")
    pages = st.container(key="pages_of_place", horizontal=True, gap="small")
    return Bar(places, search, account, pages)


def language_switch() -> None:
    """The language, bound to the address, so that a link keeps it."""
    st.segmented_control(
        "语言 / Language",
        list(LANGUAGES),
        default=session.browser_language(),
        key="lang",
        required=True,
        bind="query-params",
        format_func=lambda option: md(LANGUAGES[option]),
        label_visibility="collapsed",
        width="content",
    )


def settle_language() -> None:
    """The language that the address asks for by its name; the binding writes that name, and forgets
    it on the way to any page but the first."""
    asked = {name: language for language, name in LANGUAGES.items()}.get(
        session.parameter("lang") or "", session.parameter("lang")
    )
    if asked in LANGUAGES and session.get("lang_asked") != asked:
        session.put("lang_asked", asked)
        session.put("lang", asked)
    session.settle_language()


def fill(
    bar: Bar,
    listings: Sequence[Listing],
    chosen: st.Page,
    desk: Desk,
    whoami: Callable[[Desk], None],
) -> None:
    """The places that this reader may open, the account, and the pages beside the one shown."""
    here = next((listing for listing in listings if listing.leads_to(chosen)), None)
    shown = [listing for listing in listings if listing.listed]
    open_place = here.place if here else None
    with bar.places:
        for place in dict.fromkeys(listing.place for listing in shown):
            first = next(listing for listing in shown if listing.place == place)
            on = place == open_place
            with st.container(key=f"place_{place}_{'on' if on else 'off'}", width="content"):
                st.page_link(first.page, label=t(f"section.{place}"))
    with bar.search:
        search(chosen.url_path)
    with bar.account:
        whoami(desk)
    beside = [listing for listing in shown if listing.place == open_place]
    if len(beside) < 2:
        return
    with bar.pages:
        group = ""
        for listing in beside:
            if listing.group != group and listing.group:
                st.html(f'<span class="group">{plain(listing.group)}</span>', width="content")
            group = listing.group
            on = listing is here or (here is not None and listing.address == here.address)
            name = listing.address.replace("-", "_")
            with st.container(key=f"page_{name}_{'on' if on else 'off'}", width="content"):
                st.page_link(listing.page, label=t(listing.title))
