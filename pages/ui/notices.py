"""What came of an action: told once, beside what it was asked with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from analytics.errors import RequestRefused
from analytics.language import explain
from pages.ui import session
from pages.ui.i18n import md


@contextmanager
def refusals(place: str) -> Iterator[None]:
    """A refusal inside is told at its place; what follows it in the block is not done."""
    try:
        yield
    except RequestRefused as error:
        session.put(f"{place}_refused", explain(error, session.language()))


def done(place: str, sentence: str) -> None:
    """Have the place say what was done."""
    session.put(f"{place}_done", sentence)


def waits(place: str) -> bool:
    """Whether the place has something to say of what was done."""
    return session.get(f"{place}_done") is not None


def show_refusal(place: str) -> bool:
    """Why what was asked for here was not done, once; whether there was anything. Its place is
    there before it is: what it pushed down would be drawn anew, folded and without what was
    typed."""
    room, said = st.empty(), session.get(f"{place}_refused")
    if said:
        room.error(md(said))
        session.forget(f"{place}_refused")
    return bool(said)


def show_done(place: str, *, quiet: bool = False) -> bool:
    """What was done here, once, and whether there was anything: it takes the place of what it was
    asked with; `quiet` where the page shows it anyway."""
    said = session.get(f"{place}_done")
    if said:
        (st.caption if quiet else st.success)(md(said))
        session.forget(f"{place}_done")
    return bool(said)
