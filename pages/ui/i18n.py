"""Sentences in this session's language."""

from __future__ import annotations

from analytics.language import say
from analytics.model import Text
from pages.ui import session


def t(key: str, **facts: object) -> str:
    """One sentence of the locales."""
    return say(key, session.language(), **facts)


def text(of: Text) -> str:
    """The reader's half of a text that both languages carry."""
    return of[session.language()]


def indicator(indicator_id: str) -> str:
    """The label of an indicator of the catalogue in force; of one that is gone, its id."""
    known = session.catalogue()
    return text(known[indicator_id].label) if indicator_id in known.ids else indicator_id


def md(value: object) -> str:
    """A name as Streamlit's Markdown may show it: literally, with no link, image, colour or formula."""
    out = str(value)
    for mark in "\\`*_{}[]()#+-.!|<>$:~^":
        out = out.replace(mark, f"\\{mark}")
    return out
