"""What the months have found, in words: who keeps improving or falling, and how much of it may be
luck."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.trends import Q, Trends
from analytics.language import say
from analytics.reports.words import value_text
from analytics.text import short

NAMED = 3  # of whom more are counted and not named


def finding(
    evaluation: Evaluation, trends: Trends, rows: pd.DataFrame, period: str, language: str
) -> str:
    """Of the agents shown (`rows`), who keeps getting better and who worse."""
    label = evaluation.catalogue[trends.indicator].label[language]
    facts = {"period": period, "indicator": label, "all": len(rows), "months": trends.months}
    if trends.rule == "none":
        return say("trends.rule_none", language, **facts)
    sides = [rows[rows["finding"] & (rows["better"] == better)] for better in (True, False)]
    up, down = map(len, sides)
    if not up + down:
        return say("trends.found_none", language, **facts)
    said = [
        say(
            f"trends.found_{way}" if len(side) else f"trends.found_{way}_none",
            language,
            count=len(side),
            who=_who(evaluation, side, language),
        )
        for way, side in zip(("up", "down"), sides, strict=True)
    ]
    rest = say("trends.found_rest", language, count=len(rows) - up - down)
    luck = say("trends.found_chance", language, chance=f"{max(Q * (up + down), 0.1):.1f}")
    return say("trends.found", language, up=said[0], down=said[1], rest=rest, luck=luck, **facts)


def _who(evaluation: Evaluation, rows: pd.DataFrame, language: str) -> str:
    if not 0 < len(rows) <= NAMED:
        return ""
    names = [short(name) for name in _names(evaluation, rows)]
    return say("trends.who", language, names=_listed(names, language))


def _names(evaluation: Evaluation, rows: pd.DataFrame) -> list[str]:
    people = evaluation.people.set_index("agent_id")["name"]
    return [str(people.get(agent_id, agent_id)) for agent_id in rows["agent_id"]]


def _listed(words: Sequence[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(words)


def chart_title(evaluation: Evaluation, trends: Trends, drawn: pd.DataFrame, language: str) -> str:
    """From where to where a few went; of more, how many each way."""
    indicator = evaluation.catalogue[trends.indicator]
    if len(drawn) > NAMED:
        up = int((drawn["better"] == True).sum())  # noqa: E712 - None is neither
        facts = {"up": up, "down": int(drawn["finding"].sum()) - up}
        return say("trends.chart", language, indicator=indicator.label[language], **facts)
    steps = [
        say(
            "trends.from_to",
            language,
            name=short(name),
            first=value_text(first, indicator.unit, language),
            last=value_text(last, indicator.unit, language),
        )
        for name, first, last in zip(
            _names(evaluation, drawn), drawn["first"], drawn["last"], strict=True
        )
    ]
    label = indicator.label[language]
    return say("trends.of", language, indicator=label, steps=_listed(steps, language))


def state_text(finding: bool, better: bool | None, told: bool, language: str) -> str:
    """What is said of somebody's months; `told`: whether there were enough of them to say
    anything."""
    if finding:
        return say(f"trends.{'better' if better else 'worse'}", language)
    return say(f"certainty.open_{'alike' if told else 'few'}", language)
