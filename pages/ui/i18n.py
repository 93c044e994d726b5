"""Sentences in this session's language: `t` for Markdown, where foreign words stay literal, `plain`
for everything else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from analytics.language import fact_in, say
from analytics.model import Indicator, Text
from analytics.text import NAME, one_line, short
from pages.ui import session


class Markdown(str):
    """Words that Streamlit's Markdown may show: a sentence of ours, or foreign words that were made
    literal."""

    __slots__ = ()


# Facts of sentences that are the name of somebody or something: a sentence has no room for an
# endless one.
NAMES = frozenset({"name", "agent", "team", "branch", "channel", "product", "scheme", "member"})


def t(key: str, **facts: object) -> Markdown:
    """One sentence of the locales for Markdown (texts, labels, headings, hints): what is filled in
    stays literal."""
    language = session.language()
    told = {name: fact_in(fact, language) for name, fact in facts.items()}
    shown = {name: _shown(name, fact) for name, fact in told.items()}
    return Markdown(say(key, language, **shown))


def _shown(name: str, fact: object) -> object:
    """A fact as Markdown shows it; of names only as much as a sentence has room for."""
    if isinstance(fact, (int, float)):
        return fact
    return short_name(fact) if name in NAMES else md(fact)


def plain(key: str, **facts: object) -> str:
    """One sentence of the locales as it stands, for what is no Markdown: tables, charts, options of
    boxes, files."""
    return say(key, session.language(), **facts)


def together(*sentences: Markdown, between: str = " ") -> Markdown:
    """Several sentences as one."""
    return Markdown(between.join(sentences))


def text(of: Text) -> str:
    """The reader's half of a text that both languages carry."""
    return of[session.language()]


def indicator(indicator_id: str) -> str:
    """The label of an indicator of the catalogue in force; of one that is gone, its id."""
    catalogue = session.catalogue()
    return text(catalogue[indicator_id].label) if indicator_id in catalogue.ids else indicator_id


def labels(some: Iterable[Indicator]) -> str:
    """The labels of indicators as an enumeration."""
    return ("、" if session.language() == "zh" else ", ").join(
        text(indicator.label) for indicator in some
    )


# An element without content: it stands between two characters that the browser would make a link, a
# face or an arrow of, whether or not they are escaped. It is not seen, and not in what is copied
# from the page.
_APART = ":small[]"
_MARKS = re.compile(
    r"(?P<list>^\d+(?=[.)](?:\s|$)))|(?P<start>^[#=]|^[+-](?=[\s+-]|$))|(?P<link>@|"
    r"(?<=[wW]{3})\.)|(?P<colon>:)|(?P<mark>[-\\`*_\[\]<>$~|&])"
)


def md(value: object) -> Markdown:
    """Foreign words as Streamlit's Markdown may show them: literally, on one line, with no link,
    image, colour, face or formula."""
    return (
        value
        if isinstance(value, Markdown)
        else Markdown(_MARKS.sub(_literal, one_line(str(value))))
    )


def short_name(value: object) -> Markdown:
    """A name as Markdown may show it: literally, and cut where it is longer than any that is loaded
    today."""
    return value if isinstance(value, Markdown) else md(short(str(value), NAME))


def _literal(match: re.Match[str]) -> str:
    mark, words = match[0], match.string
    before, after = words[match.start() - 1 : match.start()], words[match.end() : match.end() + 1]
    if match["list"]:
        return f"{mark}\\"
    if match["link"]:
        return f"{_APART}{mark}"
    if match["colon"]:
        if before.isdigit() and after.isdigit() and not re.search(r":1(00|234):", words):
            return mark  # a time of day
        # A name between two colons is a face, and the second colon may be one of the sentence.
        apart = ("" if char and not _of_face(char) else _APART for char in (before, after))
        return "\\:".join(apart)
    arrow = after in ("-", ">", "=") and mark in "<>~-" and bool(after)
    return (
        f"{mark if mark == '-' and not match['start'] else chr(92) + mark}{_APART if arrow else ''}"
    )


def _of_face(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "_+-")
