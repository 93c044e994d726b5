"""What the funnel has found, in words: how many lie outside what chance explains."""

from __future__ import annotations

import math

from analytics.evaluation import Evaluation
from analytics.insight.funnel import Funnel
from analytics.language import say
from analytics.reports.words import value_text


def finding(evaluation: Evaluation, funnel: Funnel, period: str, language: str) -> str:
    """How many of those shown lie outside 99.8 %, on which side, and how many would by chance."""
    seen = evaluation.shown[funnel.rows]
    outside = funnel.outside998 & seen
    high = int((outside & funnel.high).sum())
    count = int(outside.sum())
    said = say(
        "funnel.finding" if count else "funnel.finding_none",
        language,
        period=period,
        indicator=evaluation.catalogue[funnel.indicator].label[language],
        outside=count,
        high=high,
        low=count - high,
        all=int(seen.sum()),
        n=f"{float(funnel.n[seen].sum()):,.0f}",
        by_chance=chance_text(float(funnel.chance998[seen].sum()), language),
    )
    if count or funnel.tau2 == 0:
        return said
    # Luck explains each of them, yet not how far they lie apart.
    return say("common.joined", language, first=said, second=say("funnel.spread", language))


def chance_text(expected: float, language: str) -> str:
    """How many honest agents are to be expected outside: "about 0.3", "fewer than 0.1"."""
    key = "fewer" if expected < 0.1 else "about"
    return say(f"funnel.by_chance_{key}", language, count=f"{max(expected, 0.1):.1f}")


def chart_title(evaluation: Evaluation, funnel: Funnel, language: str) -> str:
    """Around which rate they lie, and how many beyond the wider line."""
    indicator = evaluation.catalogue[funnel.indicator]
    seen = evaluation.shown[funnel.rows]
    return say(
        "funnel.chart",
        language,
        indicator=indicator.label[language],
        centre=value_text(funnel.centre, indicator.unit, language),
        beyond=int((funnel.outside95 & seen).sum()),
        outside=int((funnel.outside998 & seen).sum()),
        all=int(seen.sum()),
    )


def alarms(funnel: Funnel, language: str) -> str:
    """How often at least one of so many honest agents lies outside all the same."""

    def share(chance: float) -> str:
        shown = math.floor(100 * chance + 0.5)
        return "<1" if shown < 1 else ">99" if shown > 99 else str(shown)

    return say(
        "funnel.alarms",
        language,
        n=len(funnel.rows),
        alarm95=share(funnel.alarm95),
        alarm998=share(funnel.alarm998),
    )
