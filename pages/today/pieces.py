"""The parts of the briefing that are drawn as plain HTML: the paragraph, the cards and the short
lists."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from pathlib import Path

from analytics.insight.briefing import Briefing, Figure, Month
from analytics.language import say
from analytics.reports.briefing import (
    SIGNS,
    amount,
    change_of,
    counted,
    figure_sentence,
    reach,
    unit_of,
)
from analytics.reports.words import value_text
from pages.ui.head import whole

CSS = f"<style>{Path(__file__).with_name('briefing.css').read_text(encoding='utf-8')}</style>"
ROOM = 8.0  # percent of a spark's height that stays free above and below


def told(words: str) -> str:
    """The paragraph."""
    return f'<p class="told">{whole(words)}</p>'


def cards(briefing: Briefing, language: str, *, how_sure: bool = True) -> str:
    """The headlines: value, unit, change with its unit, past months, range, and what is sure."""
    made = "".join(
        _card(figure, briefing, language, how_sure=how_sure) for figure in briefing.figures
    )
    return f'{CSS}<ul class="cards">{made}</ul>'


def _card(figure: Figure, briefing: Briefing, language: str, *, how_sure: bool) -> str:
    indicator = figure.indicator
    unit, cases = unit_of(indicator, language), counted(indicator, figure.n, language)
    low_high = reach(figure, language) if how_sure else "—"
    value = html.escape(value_text(figure.value, indicator.unit, language))
    lines = [
        f'<div class="of"><span>{html.escape(indicator.label[language])}</span>'
        f'<span class="quiet">{html.escape(cases)}</span></div>',
        f'<div class="value">{value} <small>{html.escape(unit)}</small></div>',
    ]
    if figure.change is not None:
        lines.append(f'<div class="by">{_arrow(figure)}{change_of(figure, language)}</div>')
    said = html.escape(figure_sentence(figure, briefing, language))
    lines.append(f'<div class="quiet">{SIGNS[figure.mark]} {said}</div>')
    if not math.isnan(figure.company):
        company = amount(figure.company, indicator, language)
        said = html.escape(say("briefing.beside_company", language, value=company))
        lines.append(f'<div class="quiet">{said}</div>')
    lines.append(spark(figure.months, how_sure=how_sure))
    if low_high != "—":
        lines.append(f'<div class="quiet">{html.escape(low_high)}</div>')
    return f'<li class="card">{"".join(lines)}</li>'


def _arrow(figure: Figure) -> str:
    """Up or down, where it is more than chance."""
    if not figure.moved or figure.change is None:
        return ""
    return "↑ " if figure.change.by > 0 else "↓ "


def spark(months: Sequence[Month], *, how_sure: bool = True) -> str:
    """The past months as a thin line, and how far chance reaches as a band behind it; an empty
    space of the same height where there are none."""
    if len(months) < 2:
        return '<div class="spark"></div>'
    drawn = [month for month in months if month.has_limits]
    lows = [month.low for month in drawn] if how_sure else []
    highs = [month.high for month in drawn] if how_sure else []
    values = [month.value for month in months]
    least, most = min([*values, *lows]), max([*values, *highs])
    span = (months[-1].month - months[0].month).days or 1

    def x(month: Month) -> str:
        return f"{100 * (month.month - months[0].month).days / span:.1f}%"

    def y(value: float) -> float:
        share = (value - least) / ((most - least) or 1.0)
        return ROOM + (100 - 2 * ROOM) * (1 - share)

    over = [f"{x(month)} calc({y(month.value):.1f}% - 1px)" for month in months]
    under = [f"{x(month)} calc({y(month.value):.1f}% + 1px)" for month in reversed(months)]
    band = ""
    if how_sure and len(drawn) == len(months):
        edge = [f"{x(month)} {y(month.high):.1f}%" for month in drawn]
        edge += [f"{x(month)} {y(month.low):.1f}%" for month in reversed(drawn)]
        band = f'<i class="reach" style="clip-path:polygon({",".join(edge)})"></i>'
    line = f'<i class="line" style="clip-path:polygon({",".join(over + under)})"></i>'
    now = f'<i class="now" style="left:100%;top:{y(values[-1]):.1f}%"></i>'
    return f'<div class="spark" aria-hidden="true">{band}{line}{now}</div>'


def rows(lines: Sequence[str]) -> str:
    """A short list, a line each."""
    made = "".join(f"<li>{whole(line)}</li>" for line in lines)
    return f'<ul class="rows">{made}</ul>'


def person(why: str, what: str) -> str:
    """Why somebody is on the list, and what to do."""
    return f'<p class="person">{whole(why)}<br><span class="quiet">{whole(what)}</span></p>'
