"""A4 pages of a PDF: the bundled Chinese font embedded, lines of text in the house's colours."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from analytics.charts import theme
from analytics.charts.theme import rgb
from analytics.language import say
from analytics.text import seen

STATIC = Path(__file__).resolve().parents[2] / "static"
INK, GREY, FAINT, HEAD, ACCENT, WHITE = map(
    rgb,
    (theme.INK, theme.PAPER_GREY, theme.PAPER_FAINT, theme.PAPER_HEAD, theme.ACCENT, theme.WHITE),
)


@cache
def _fonts() -> tuple[Path, Path]:
    """The bundled fonts without their web compression, unpacked once a process."""
    folder = Path(tempfile.mkdtemp(prefix="renewal-fonts-"))
    out = []
    for name in ("Regular", "Bold"):
        font = TTFont(STATIC / f"NotoSansSC-{name}.gb2312.woff2")
        font.flavor = None
        font.save(folder / f"{name}.otf")
        out.append(folder / f"{name}.otf")
    return out[0], out[1]


class Page(FPDF):
    """A4 upright, with lines that begin at the margin."""

    def __init__(self, title: str, language: str) -> None:
        super().__init__(format="A4", unit="mm")
        self.language = language
        self.set_auto_page_break(True, margin=12)
        self.set_margins(10, 10, 10)
        regular, bold = _fonts()
        self.add_font("Noto", "", str(regular))
        self.add_font("Noto", "B", str(bold))
        self.set_title(title)
        self.set_creator(say("app.title", language))

    def line_of(
        self,
        text: str,
        size: float = 9,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        height: float = 5,
    ) -> None:
        self.set_font("Noto", "B" if bold else "", size)
        self.set_text_color(*colour)
        self.multi_cell(0, height, seen(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")


def discard(page: FPDF) -> None:
    """Close the fonts of a page that will not be given out; giving it out closes them, too."""
    for font in page.fonts.values():
        if isinstance(font, TTFFont):
            font.ttfont.close()


# What a line may be broken between: Chinese characters one by one with the punctuation that clings
# to them, everything else by words.
_PARTS = re.compile(r"[“‘（《「]*[⺀-鿿豈-﫿][，。；：、！？）》」”’%]*| +|[^ ⺀-鿿豈-﫿]+")


def lines(page: FPDF, words: str, width: float) -> Iterator[str]:
    """A text as lines that fit into a width, in the font that the page is set to: fpdf breaks
    Chinese at blanks alone, which leaves lines half empty."""
    line = ""
    for part in _PARTS.findall(words):
        if line and page.get_string_width(line + part.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += part if line else part.lstrip()
    if line:
        yield line.rstrip()


def fit(page: FPDF, text: str, width: float) -> str:
    """A text cut to a width, with an ellipsis."""
    while text and page.get_string_width(text) > width:
        text = f"{text.removesuffix('…')[:-1]}…"
    return text
