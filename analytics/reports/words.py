"""Values, ranks, steps, periods, weights and rules in the reader's words: the only formatter."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterable, Sequence

from analytics.catalogue import Catalogue, definitions
from analytics.evaluation import Evaluation
from analytics.insight.coaching import Step
from analytics.language import say
from analytics.model import CATEGORIES, Indicator, Period, WeightScheme, days_of
from analytics.numbers import percent
from analytics.people import MarketAverage, StandardVersion
from analytics.units import digits, times


def value_text(value: float | None, unit: str, language: str) -> str:
    """A value in its unit as the reader sees it; missing is a dash."""
    if value is None or not math.isfinite(value):
        return "—"
    minus, size = ("−" if value < 0 else ""), abs(value)
    match unit:
        case "percent" | "percent_of_target":
            return f"{minus}{percent(size)}%"
        case "points" | "per_day":
            return f"{minus}{size:.1f}"
        case "days":
            return f"{minus}{size:.1f} {say('unit.days', language)}"
        case _:
            return f"{minus}{size:.2f}"


def change_text(by: float, unit: str, language: str) -> str:
    """By how much a value moved, with its sign and unit: "+5.8 percentage points"; a dash where
    nobody knows."""
    if not math.isfinite(by):
        return "—"
    size, named = change_number(by, unit), say(f"unit.change_{unit}", language)
    return say("unit.change", language, size=size, unit=named)


def change_number(by: float, unit: str) -> str:
    """The same without its unit."""
    size = abs(by) * times(unit)
    shown = f"{size:.{digits(unit)}f}"
    if float(shown) == 0.0:
        return shown
    return f"−{shown}" if by < 0 else f"+{shown}"


def money_text(amount: float, language: str) -> str:
    """An amount of money without its unit: separators, and in Chinese 万 from ten thousand on; a
    dash where nobody knows."""
    if not math.isfinite(amount):
        return "—"
    if language == "zh" and abs(amount) >= 10_000:
        return f"{amount / 10_000:,.1f} 万".replace("-", "−")
    return f"{amount:,.0f}".replace("-", "−")


def period_text(period: Period, begins: int, language: str) -> str:
    """A period by its months; where these do not begin on the first, with its days: 2026-05
    (4月26日–5月25日)."""
    if begins == 1:
        return str(period)
    first, last = (_day_text(day, language) for day in days_of(period.first, period.last, begins))
    return say("period.days", language, period=period, first=first, last=last)


def _day_text(day: dt.date, language: str) -> str:
    month = {"zh": day.month, "en": calendar.month_abbr[day.month]}
    return say("period.day", language, month=month, day=day.day)


def weights_text(scheme: WeightScheme) -> str:
    """Category weights in short, decimals kept: 64/23/13, 62.5/24/13.5."""
    total = sum(scheme.categories.values()) or 1.0
    return "/".join(
        f"{round(100.0 * scheme.categories.get(name, 0.0) / total, 2):g}" for name in CATEGORIES
    )


def trial_sentence(trial: WeightScheme, official: WeightScheme, language: str) -> str:
    """What stands first in whatever was made on trial."""
    return say(
        "trial.export", language, weights=weights_text(trial), official=weights_text(official)
    )


def step_sentence(step: Step | None, catalogue: Catalogue, language: str) -> str:
    """'3 more renewals: renewal rate 84.2%', what the next period may bring, or a dash."""
    if step is None:
        return "—"
    indicator = catalogue[step.indicator]
    kind = "ahead" if step.ahead else "more"
    return say(
        f"step.{step.measure}_{kind}",
        language,
        count=step.amount,
        indicator=indicator.label[language],
        value=value_text(step.gives, indicator.unit, language),
    )


def rank_text(evaluation: Evaluation, row: int, language: str) -> str:
    """What stands in the place of a rank where there are too few cases: that, and the rank it would
    be where the rules show it."""
    if not evaluation.measured.settings.rank_few:
        return say("certainty.few_cases", language)
    return say("certainty.few_cases_rank", language, rank=int(evaluation.agents.rank[row]))


def market_text(average: MarketAverage, indicator: Indicator, language: str) -> str:
    """A market average with its source."""
    value = value_text(average.value, indicator.unit, language)
    return f"{value}（{average.source}）" if language == "zh" else f"{value} ({average.source})"


def months_text(months: Sequence[object]) -> str:
    """The months of a load, from the first to the last."""
    if not len(months):
        return "—"
    return str(months[0]) if len(months) == 1 else f"{months[0]}…{months[-1]}"


def before_words(name: str, language: str) -> str:
    """A name that words of a sentence follow at once: in Chinese, Latin letters stand a blank away
    from them."""
    return f"{name} " if language == "zh" and name[-1:].isascii() else name


def scheme_label(scheme: WeightScheme, language: str) -> str:
    """A preset's translated name, or the name its author gave."""
    return scheme.label[language] if scheme.label else scheme.name


def changed_by(version: StandardVersion, language: str) -> list[str]:
    """What a version of the standards does to the built-in ones, in words."""
    built_in = definitions()
    said = []
    for indicator_id, table in version.indicators.items():
        label = (table or built_in.get(indicator_id, {})).get("label", {})
        key = "changed" if indicator_id in built_in else "added"
        said.append(
            say(
                f"standards.{key if table else 'removed'}_line",
                language,
                name=label.get(language, indicator_id),
                knots=knots_text(table["standard"]["knots"]) if table else "",
            )
        )
    if version.grades:
        grades = " · ".join(f"{name} ≥ {least:g}" for name, least in version.grades.items())
        said.append(say("standards.grades_line", language, grades=grades))
    for indicator_id, veto in version.vetoes.items():
        said.append(say("standards.veto_line", language, name=indicator_id, cap=veto["cap"]))
    return said


def knots_text(knots: Iterable[Iterable[float]]) -> str:
    """A standard's knots as they are kept: 0.6 → 0 · 0.9 → 100."""
    return " · ".join(f"{value:g} → {points:g}" for value, points in knots)
