"""The briefing on one A4 page, for the wall and for whoever signs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf.enums import XPos, YPos

from analytics.insight.briefing import Briefing, Figure, Mark, Person
from analytics.language import say
from analytics.reports.briefing import (
    change_of,
    counted,
    figure_sentence,
    finding,
    heading,
    mark_sentence,
    name_of,
    order,
    paragraph,
    sections,
    to_do,
    unit_of,
    why,
)
from analytics.reports.paper import ACCENT, FAINT, GREY, HEAD, INK, Page, discard, fit, lines
from analytics.reports.words import value_text
from analytics.text import seen, short

# Sizes that are tried until everything stands on one page.
SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.62, 0.55)
CARD = 30.0  # height of a figure's card in millimetres
GAP = 4.0
LONGEST = 220  # width of what is told of one person, in Latin letters


def to_pdf(briefing: Briefing, language: str, notes: Sequence[str] = ()) -> bytes:
    """Exactly one page; `notes` stand under the heading (sample, trial)."""
    page = _drawn(briefing, language, notes, SCALES[0])
    for scale in SCALES[1:]:
        if page.pages_count == 1:
            break
        discard(page)
        page = _drawn(briefing, language, notes, scale)
    return bytes(page.output())


def _drawn(briefing: Briefing, language: str, notes: Sequence[str], scale: float) -> Page:
    page = Page(heading(briefing, language), language)
    page.set_margins(12, 12, 12)
    page.add_page()
    _Sheet(page, briefing, language, scale).fill(notes)
    return page


@dataclass(frozen=True)
class _Sheet:
    """The page while it is filled from top to bottom; sizes are points times `scale`."""

    page: Page
    briefing: Briefing
    language: str
    scale: float

    def fill(self, notes: Sequence[str]) -> None:
        scale, language = self.scale, self.language
        self._text(heading(self.briefing, language), 16, bold=True)
        for note in notes:
            self._text(note, 8, colour=GREY)
        self.page.ln(1.5 * scale)
        self._text(finding(self.briefing, language), 12, bold=True)
        self.page.ln(1 * scale)
        self._text(paragraph(self.briefing, language), 9.5, leading=1.5)
        self.page.ln(3 * scale)
        self._figures()
        others = dict(sections(self.briefing, language))
        people = say("briefing.people", language)
        for name in order(self.briefing):
            title = say(f"briefing.{name}", language)
            if title == people:
                self._people(title)
            else:
                self._list(title, others.get(title, []))
        self._list(say("briefing.tasks", language), self._tasks(others))
        self._legend()

    def _tasks(self, others: dict[str, list[str]]) -> list[str]:
        none = say("briefing.no_tasks", self.language)
        return others.get(say("briefing.tasks", self.language), [none])

    def _text(
        self,
        words: str,
        size: float,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        leading: float = 1.35,
    ) -> None:
        page, points = self.page, size * self.scale
        page.set_font("Noto", "B" if bold else "", points)
        page.set_text_color(*colour)
        for line in lines(page, seen(words), page.epw):
            page.cell(0, points * 0.353 * leading, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _title(self, words: str) -> None:
        self.page.ln(2.5 * self.scale)
        self._text(words, 10.5, bold=True)
        self.page.ln(0.6 * self.scale)

    def _list(self, title: str, rows: Sequence[str]) -> None:
        if not rows:
            return
        self._title(title)
        for row in rows:
            # Marks are drawn where they matter; the font has no half circle.
            self._text(f"· {short(row, 2 * LONGEST)}", 8.5)

    def _people(self, title: str) -> None:
        if not self.briefing.people:
            return
        self._title(title)
        for person in self.briefing.people:
            self._person(person)

    def _person(self, person: Person) -> None:
        page, language, scale = self.page, self.language, self.scale
        top = page.get_y()
        _mark(page, person.mark, page.l_margin + 1.6, top + 2.4 * scale, 1.3 * scale)
        page.set_left_margin(page.l_margin + 5)
        page.set_xy(page.l_margin, top)
        team = f" · {short(person.team)}" if person.team else ""
        self._text(f"{name_of(person, language)}{team}  {short(why(person, language), LONGEST)}", 9)
        self._text(short(to_do(person, language), 2 * LONGEST), 8, colour=GREY)
        page.set_left_margin(page.l_margin - 5)
        page.set_xy(page.l_margin, page.get_y() + 0.8 * scale)

    def _figures(self) -> None:
        page, figures = self.page, self.briefing.figures
        if not figures:
            return
        top, height = page.get_y(), CARD * self.scale
        width = (page.epw - GAP * (len(figures) - 1)) / len(figures)
        for place, figure in enumerate(figures):
            self._card(figure, page.l_margin + place * (width + GAP), top, width)
        page.set_xy(page.l_margin, top + height + 0.5)

    def _card(self, figure: Figure, left: float, top: float, width: float) -> None:
        page, language, scale = self.page, self.language, self.scale
        page.set_draw_color(*FAINT)
        page.set_line_width(0.2)
        page.rect(left, top, width, CARD * scale)
        inner = width - 4
        cases = counted(figure.indicator, figure.n, language)
        change = "" if figure.change is None else change_of(figure, language)
        lines_of_it = (
            (figure.indicator.label[language], 7, False, GREY, 4.0),
            (value_text(figure.value, figure.indicator.unit, language), 14, True, INK, 6.4),
            (change, 8, False, INK, 4.2),
            (cases, 7, False, GREY, 3.6),
        )
        page.set_y(top + 1.2 * scale)
        for words, size, bold, colour, height in lines_of_it:
            page.set_font("Noto", "B" if bold else "", size * scale)
            page.set_text_color(*colour)
            page.set_x(left + 2)
            shown = fit(page, seen(words), inner)
            page.cell(page.get_string_width(shown) + 1, height * scale, shown)
            if bold:
                page.set_font("Noto", "", 7 * scale)
                unit = unit_of(figure.indicator, language)
                page.cell(0, (height + 1.4) * scale, fit(page, unit, left + inner - page.get_x()))
            page.ln(height * scale)
        below = page.get_y() + 1.4 * scale
        _mark(page, figure.mark, left + 3.0, below + 0.7 * scale, 0.9 * scale)
        page.set_font("Noto", "", 6 * scale)
        page.set_text_color(*GREY)
        page.set_xy(left + 5.2, below - 1.0 * scale)
        said = figure_sentence(figure, self.briefing, language)
        page.cell(inner - 3.2, 3.4 * scale, fit(page, said, inner - 3.2))
        self._spark(figure, left + 2, below + 3.2 * scale, inner)

    def _spark(self, figure: Figure, left: float, top: float, width: float) -> None:
        """The last months as a thin line."""
        months = figure.months
        bottom = top + max(2.0, (CARD - 25) * self.scale)
        values = [month.value for month in months]
        if len(values) < 2:
            return
        low, high = min(values), max(values)
        last = (months[-1].month - months[0].month).days or 1
        self.page.set_draw_color(*ACCENT)
        self.page.set_line_width(0.35)
        self.page.polyline(
            [
                (
                    left + width * (month.month - months[0].month).days / last,
                    bottom - (bottom - top) * (month.value - low) / ((high - low) or 1.0),
                )
                for month in months
            ]
        )

    def _legend(self) -> None:
        """What the marks say."""
        page, language, scale = self.page, self.language, self.scale
        page.ln(2.5 * scale)
        page.set_draw_color(*HEAD)
        page.line(page.l_margin, page.get_y(), page.l_margin + page.epw, page.get_y())
        top = page.get_y() + 1.2 * scale
        page.set_font("Noto", "", 7 * scale)
        page.set_text_color(*GREY)
        left = page.l_margin
        marks: tuple[Mark, ...] = ("sure", "leans", "open")
        for mark in marks:
            words = mark_sentence(mark, language)
            _mark(page, mark, left + 1.2, top + 1.6 * scale, 1.0 * scale)
            page.set_xy(left + 3.2, top)
            page.cell(page.get_string_width(words) + 2, 3.4 * scale, words)
            left = page.get_x() + 5
        page.set_xy(page.l_margin, top + 3.4 * scale)


def _mark(page: Page, mark: Mark, x: float, y: float, radius: float) -> None:
    """● ◐ ○ as drawings: the bundled font lacks the half circle."""
    page.set_draw_color(*INK)
    page.set_fill_color(*INK)
    page.set_line_width(0.25)
    around = (x - radius, y - radius, 2 * radius, 2 * radius)
    page.ellipse(*around, style="FD" if mark == "sure" else "D")
    if mark == "leans":
        page.solid_arc(x - radius, y - radius, 2 * radius, 90, 270, style="F")
