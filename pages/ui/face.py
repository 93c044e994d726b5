"""Which face quotes, dashes and dots are set in: the same characters are wide between Chinese
characters and narrow between Latin letters, and a theme knows no language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit

# Quotes, dash and ellipsis, which both faces have; and marks, which are small in the Latin one.
SHARED = "U+2014, U+2018-2019, U+201C-201D, U+2026"
MARKS = "U+25A0-25FF"
CHINESE = {"400": "NotoSansSC-Regular.gb2312.woff2", "700": "NotoSansSC-Bold.gb2312.woff2"}


@cache
def quotes(language: str) -> str:
    """The face called Quotes in the theme, as a style sheet for readers of this language."""
    chinese = {weight: f"app/static/{name}" for weight, name in CHINESE.items()}
    own = chinese if language == "zh" else {"100 900": _latin()}
    faces = "".join(
        f"@font-face {{font-family: Quotes; font-weight: {weight}; "
        f"src: url({address}) format('woff2'); unicode-range: {characters};}}"
        for characters, files in ((SHARED, own), (MARKS, chinese))
        for weight, address in files.items()
    )
    return f"<style>{faces}</style>"


def _latin() -> str:
    """The address of the Latin face, which bears a mark of its version in its name."""
    folder = Path(streamlit.__file__).parent / "static"
    (face,) = folder.glob("static/media/SourceSansVF-Upright*.woff2")
    return face.relative_to(folder).as_posix()
