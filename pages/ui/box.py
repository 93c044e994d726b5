"""A select box that says what it stands for, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.ui import session
from pages.ui.i18n import md

NOTHING = object()


def box(
    label: str,
    options: Sequence[Any],
    index: int = 0,
    *,
    key: str,
    format_func: Callable[[Any], Any] = str,
    **more: Any,
) -> Any:
    """`st.selectbox` whose browser shows what is chosen here, and nothing else.

    The browser keeps the words that it last showed for as long as the key stays the same: after a
    reset, for an option that was taken away or renamed, and in the other language; and it forgets a
    choice when another page is opened, which the server does not. So the value is sent again
    whenever the words have changed, and whenever the page is come to.
    """
    words = {option: str(format_func(option)) for option in options}
    every, said = list(words), [session.visit(), session.language(), *words.values()]
    if every and session.get(key, NOTHING) not in every:
        session.put(key, every[index])
    elif every and session.get(f"said.{key}") != said:
        session.put(key, session.get(key))
    session.put(f"said.{key}", said)
    return st.selectbox(
        md(label), every, key=key, format_func=lambda option: words.get(option, str(option)), **more
    )
