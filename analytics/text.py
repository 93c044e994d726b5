"""Words that somebody typed, made fit to stand in a line: nothing unseen, nothing that turns the
direction of reading, no overlong names."""

from __future__ import annotations

import re
import unicodedata

NAME = 120  # characters that a name may have
SHOWN = 40  # width of what a chart shows of one, in Latin letters

# Controls, soft hyphens, zero-width and direction marks, interlinear marks, tags: what a reader
# cannot see and a display obeys.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_BREAKS = re.compile(r"[\s\u0085\u2028\u2029]+")
# More marks than a letter of any script carries, piled up to run over the lines above and below.
_PILE = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def seen(words: str) -> str:
    """The words without what cannot be seen; line breaks stay."""
    return (
        words
        if words.isascii() and words.isprintable()
        else _PILE.sub(r"\1", _UNSEEN.sub("", words))
    )


def one_line(words: str) -> str:
    """The words as one line of what can be seen: every run of blanks and line breaks is one
    blank."""
    return seen(_BREAKS.sub(" ", words)).strip()


def short(words: str, most: int = SHOWN) -> str:
    """One line at most as wide as `most` Latin letters (a Chinese character is as wide as two);
    what is longer ends in an ellipsis."""
    # Marks and blanks that go may be many, but a whole book is not read for a name.
    line = one_line(words[: 40 * most])
    if 2 * len(line) <= most:
        return line
    width = 0
    for position, char in enumerate(line):
        width += _width(char)
        if width > most:
            return f"{line[: position - 1].rstrip()}…"
    return line


def _width(char: str) -> int:
    """In Latin letters."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
