"""Values in the reader's words: the only place that formats an indicator's value."""

from __future__ import annotations

import calendar
import datetime as dt
import math

from analytics.language import say
from analytics.model import CATEGORIES, Period, WeightScheme, days_of
from analytics.units import percent


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
    """By how much a value moved, with its sign and unit: "+5.8 percentage points"."""
    return say(
        "unit.change",
        language,
        size=change_number(by, unit),
        unit=say(f"unit.change_{unit}", language),
    )


def change_number(by: float, unit: str) -> str:
    """The same without its unit."""
    size = abs(by) * (100.0 if unit.startswith("percent") else 1.0)
    digits = f"{size:.2f}" if unit == "per_100" else f"{size:.1f}"
    sign = "" if float(digits) == 0.0 else "−" if by < 0 else "+"
    return f"{sign}{digits}"


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
