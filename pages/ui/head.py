"""The head of a page: its title, and under it the finding, one sentence."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.i18n import Markdown

# Months, and numbers with their units: no line ends inside.
_WHOLE = re.compile(
    r"\d{4}-\d{2}(?:-\d{2})?(?:…\d{4}-\d{2})?|"
    r"\d[\d,]* / \d[\d,]*|"
    r"[−+]?\d[\d.,]*(?:–[\d.,]+)?%?(?: [个分件人]百?分?点?)?"
)


def whole(words: str) -> str:
    """Plain words as HTML, in which months and numbers are never broken."""
    return _WHOLE.sub(r'<span class="whole">\g<0></span>', html.escape(words, quote=False))


def finding(words: str, marks: Sequence[str] = ()) -> str:
    """What a page has found, with marks such as "sample data" before it, as HTML."""
    badges = "".join(f'<span class="badge">{html.escape(mark)}</span>' for mark in marks)
    return f'<p class="finding">{badges}{whole(words)}</p>'


@dataclass(frozen=True)
class Head:
    """The places above a page's controls, filled once it is known what to say."""

    title: DeltaGenerator
    finding: DeltaGenerator

    @classmethod
    def begin(cls, title: Markdown) -> Head:
        head = cls(st.empty(), st.empty())
        head.title.title(title, anchor=False)
        return head

    def says(self, words: str, marks: Sequence[str] = ()) -> None:
        """Say below the title, in plain words, what the page has found."""
        self.finding.html(finding(words, marks))
