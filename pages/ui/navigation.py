"""Which pages a reader finds, in which place, at which address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st

from analytics.desk import Desk
from pages.ui.i18n import t


@dataclass(frozen=True)
class Entry:
    """A line of the registry: folder and file, address, title, the action of the desk that a reader
    must be allowed, the title of the group it stands in, and whether the bar leads there."""

    file: str
    address: str
    title: str
    action: str
    group: str = ""
    listed: bool = True

    @property
    def place(self) -> str:
        return self.file.partition("/")[0]


@dataclass(frozen=True)
class Listing:
    """A page that this reader may open: the place and the address where it stands."""

    place: str
    address: str
    title: str
    group: str
    listed: bool
    page: st.Page
    again: st.Page | None = None  # the first page, at the address that it has for others

    @property
    def pages(self) -> list[st.Page]:
        return [self.page, *([] if self.again is None else [self.again])]

    def leads_to(self, page: st.Page) -> bool:
        """Whether this is the page that Streamlit found for an address."""
        return page in self.pages


def listings(
    entries: Sequence[Entry], desk: Desk | None, login: Callable[[], None]
) -> list[Listing]:
    """The pages in their order; before the login every address leads to it. Who sees no others
    begins with their own page."""
    first = "overview" if desk is None or desk.may("see_others") else "person"
    out = []
    for entry in entries:
        if desk is not None and not desk.may(entry.action):
            continue
        page = login if desk is None else f"pages/{entry.file}.py"
        own = entry.address == first == "person"
        title = t(key := "person.mine" if own else entry.title)
        facts = entry.place, entry.address, key, entry.group, entry.listed
        if entry.address != first:
            out.append(Listing(*facts, _listed(page, entry.address, title)))
            continue
        # the first page stands at "/"; the address that it has for others leads to it as well
        front = _listed(page, "front", title, default=True)
        out.append(Listing(*facts, front, _listed(page, entry.address, title)))
    return out


def _listed(page: str | Callable[[], None], address: str, title: str, **more: Any) -> st.Page:
    """A page of its own for this run, which notes in it whether the reader may open it; what it is
    made of is looked up once."""
    return copy(
        _made(page, address, title, **more)
        if isinstance(page, str)
        else _new(page, address, title, **more)
    )


def _new(page: str | Callable[[], None], address: str, title: str, **more: Any) -> st.Page:
    return st.Page(page, url_path=address, title=title, **more)


_made = lru_cache(maxsize=256)(_new)
