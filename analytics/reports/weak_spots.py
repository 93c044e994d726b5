"""What the page of weak spots has found, in words: which team loses most by what, and whether the
data allow one to say so."""

from __future__ import annotations

import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.weak_spots import FEWEST_AGENTS, FEWEST_POLICIES, losses_of, most_losing
from analytics.language import say
from analytics.numbers import percent
from analytics.statistics.quadrant_probability import CERTAIN
from analytics.text import short

SAME = 0.05  # points: less is told as no difference


def finding(
    evaluation: Evaluation, team: str | None, period: str, language: str, how_sure: bool
) -> str:
    """Of the `team` that the reader asked for, else of the one that loses most of several."""
    teams = most_losing(evaluation)
    of_several = team not in set(teams["team"]) and len(teams) > 1
    whose = team if team in set(teams["team"]) else (teams["team"].iat[0] if len(teams) else None)
    losses = losses_of(evaluation, whose)
    if losses.empty or losses["team"].max() <= 0:
        return say("weak_spots.nothing_lost", language, team=_whose(whose, language))
    company = losses_of(evaluation, None)
    first = losses.iloc[0]
    key = "most" if of_several else "team" if whose else "company"
    said = say(
        f"weak_spots.finding_{key}",
        language,
        period=period,
        team=_whose(whose, language),
        lost=f"{losses['team'].sum():.1f}",
        company=f"{company['team'].sum():.1f}",
        indicator=evaluation.catalogue[first["indicator"]].label[language],
        points=f"{first['team']:.1f}",
        own=f"{first['company']:.1f}",
    )
    if not how_sure:
        return said
    sure = [_sure_team(teams, language)] if of_several else []
    sure.append(_sure_item(evaluation, losses, language))
    stop, between = (say(f"weak_spots.{mark}", language) for mark in ("stop", "between"))
    return say("common.joined", language, first=said, second=between.join(sure) + stop)


def _whose(team: str | None, language: str) -> str:
    return short(team) if team else say("weak_spots.whole", language)


def _sure_team(teams: pd.DataFrame, language: str) -> str:
    """Whether the first team is the one that loses most."""
    first, second = teams["likely"].iloc[:2]
    if pd.isna(first):
        return say("weak_spots.team_few", language)
    if first >= CERTAIN:
        return say("weak_spots.team_sure", language)
    # Whoever is likeliest besides, which need not be the second.
    other = teams["likely"].iloc[1:].idxmax() if pd.notna(second) else 1
    return say("weak_spots.team_open", language, team=short(teams["team"].at[other]))


def _sure_item(evaluation: Evaluation, losses: pd.DataFrame, language: str) -> str:
    """Whether the first indicator is the one that costs most."""
    likely = losses["biggest"]
    if likely.isna().all():
        return say("weak_spots.item_few", language)
    if len(likely) < 2 or likely.iat[0] >= CERTAIN:
        return say("weak_spots.item_sure", language)
    other = losses["indicator"].at[likely.iloc[1:].idxmax()]
    label = evaluation.catalogue[other].label[language]
    return say("weak_spots.item_open", language, indicator=label)


def verdict(evaluation: Evaluation, losses: pd.DataFrame, language: str) -> str:
    """Which loss is probably the largest, and how probably; never one name where two are about as
    likely."""
    likely = losses["biggest"]
    if likely.isna().all():
        return say(
            "weak_spots.few", language, agents=FEWEST_AGENTS, policies=f"{FEWEST_POLICIES:,}"
        )
    ranked = losses.sort_values("biggest", ascending=False, kind="stable").reset_index(drop=True)
    labels = [evaluation.catalogue[name].label[language] for name in ranked["indicator"]]
    shares = [percent(share, 0) for share in ranked["biggest"]]
    if likely.max() <= 0:
        return say("weak_spots.none_lost", language)
    if ranked["biggest"].iat[0] >= CERTAIN or len(ranked) < 2:
        return say("weak_spots.sure", language, indicator=labels[0], share=shares[0])
    return say(
        "weak_spots.tied",
        language,
        first=labels[0],
        share=shares[0],
        second=labels[1],
        other=shares[1],
    )


def heat_title(evaluation: Evaluation, losses: pd.DataFrame, language: str) -> str:
    """What most teams lose most by, of a frame with a row a team."""
    tops = losses.dropna(how="all").idxmax(axis=1)
    counts = tops.value_counts()
    if counts.empty:
        return say("weak_spots.heat", language)
    first = str(counts.index[0])
    key = "one" if len(tops) == 1 else "every" if counts.iat[0] == len(tops) else "many"
    return say(
        f"weak_spots.heat_{key}",
        language,
        team=short(str(tops.index[0])),
        count=int(counts.iat[0]),
        all=len(tops),
        indicator=evaluation.catalogue[first].label[language],
    )


def losses_title(evaluation: Evaluation, losses: pd.DataFrame, team: str, language: str) -> str:
    """What a team (None: the company) loses most by, beside what the company loses there."""
    first = losses.iloc[0]
    # The difference of the figures that stand there, so that they can be checked.
    more = round(float(first["team"]), 1) - round(float(first["company"]), 1)
    key = "alike" if abs(more) < SAME else "more" if more > 0 else "less"
    return say(
        f"weak_spots.chart_{key}",
        language,
        team=team,
        indicator=evaluation.catalogue[first["indicator"]].label[language],
        lost=f"{first['team']:.1f}",
        more=f"{abs(more):.1f}",
    )
