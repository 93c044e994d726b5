"""Trends: who keeps improving or declining, and the months behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight import placing
from analytics.insight.trends import Incentives, Trends
from analytics.language import say
from analytics.model import Indicator
from analytics.numbers import percent
from analytics.reports.lists.few import few_column, few_words
from analytics.reports.tables import Column, Table
from analytics.reports.trends import state_text
from analytics.reports.words import change_text, value_text
from analytics.units import times

LEAST = 0.001  # of luck: less is told as less than that

Cells = tuple[Column, Any]


def trend_table(evaluation: Evaluation, trends: Trends, language: str) -> Table:
    """Everybody shown, the least likely to be luck first: an indicator's first and last months and
    the change between, in words on the page, as numbers in the file."""
    agents = of_shown(evaluation, trends.agents).sort_values("p", kind="stable")
    indicators = [evaluation.catalogue[trends.indicator]] * len(agents)
    told = agents["p"].notna() & (trends.rule != "none")
    states = [
        state_text(*state, language)
        for state in zip(agents["finding"], agents["better"], told, strict=True)
    ]
    return _table(
        [
            *_people(evaluation, agents, language),
            (Column("state", say("trends.state", language)), states),
            *_changes(agents, indicators, trends.rule, language),
        ]
    )


def incentive_table(
    evaluation: Evaluation, incentives: Incentives, rule: str, language: str
) -> Table:
    """Those shown who keep improving on what weighs much, the weightiest first; `rule` says which
    columns of evidence there are."""
    candidates = of_shown(evaluation, incentives.candidates)
    catalogue = evaluation.catalogue
    indicators = [catalogue[indicator_id] for indicator_id in candidates["indicator"]]
    nominal = dict(zip(catalogue.ids, evaluation.nominal, strict=True))
    weights = [nominal[indicator_id] for indicator_id in candidates["indicator"]]
    rated = evaluation.people["agent_id"].to_numpy()[evaluation.agents.rated]
    few = few_words(
        candidates["agent_id"].isin(rated),
        candidates["agent_id"].isin(placing.few_ids(evaluation)),
        language,
    )
    labels = [indicator.label[language] for indicator in indicators]
    return _table(
        [
            *_people(evaluation, candidates, language),
            *((column, few) for column in few_column(few, language)),
            (Column("label", say("column.indicator", language)), labels),
            (Column("weight", say("column.nominal", language), "score"), weights),
            *_changes(candidates, indicators, rule, language),
        ]
    )


def of_shown(evaluation: Evaluation, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of agents whom the reader is shown."""
    return rows[rows["agent_id"].isin(evaluation.people["agent_id"][evaluation.shown])]


def _table(cells: Sequence[Cells]) -> Table:
    frame = pd.DataFrame({column.name: list(values) for column, values in cells})
    return Table(frame, [column for column, _ in cells])


def _people(evaluation: Evaluation, rows: pd.DataFrame, language: str) -> Iterator[Cells]:
    people = evaluation.people.set_index("agent_id").reindex(rows["agent_id"])
    yield Column("agent_id", say("column.agent_id", language)), rows["agent_id"]
    for name in ("name", "team"):
        yield Column(name, say(f"column.{name}", language)), people[name]


def _changes(
    rows: pd.DataFrame, indicators: Sequence[Indicator], rule: str, language: str
) -> Iterator[Cells]:
    """What changed and what luck could have to do with it."""
    units = [indicator.unit for indicator in indicators]
    yield Column("months", say("trends.seen", language), "count"), rows["months"]
    for name in ("first", "last"):
        words = [
            value_text(value, unit, language) for value, unit in zip(rows[name], units, strict=True)
        ]
        yield Column(name, say(f"trends.{name}", language), "figure"), words
    slopes = list(zip(rows["slope"], units, strict=True))
    header = say("trends.slope", language)
    yield (
        Column("change", header, "figure", only="page"),
        [change_text(slope, unit, language) for slope, unit in slopes],
    )
    yield (
        Column("slope", header, "number", only="file"),
        [slope * times(unit) for slope, unit in slopes],
    )
    yield (
        Column("unit", say("trends.unit", language), only="file"),
        [say(f"unit.change_{unit}", language) for unit in units],
    )
    luck = [luck_text(share) for share in rows["q"]]
    yield Column("luck", say("trends.q", language), "figure", only="page"), luck
    for name in ("p", "q"):
        yield Column(name, say(f"trends.{name}", language), "p", only="file"), rows[name]
    if rule == "seasonal":
        yield from _against_last_year(rows, language)


def _against_last_year(rows: pd.DataFrame, language: str) -> Iterator[Cells]:
    """How many months beat the same one of last year, and how many had to."""
    pairs = rows["pairs"]
    beats = [f"{up} / {of}" if of else "—" for up, of in zip(rows["up"], pairs, strict=True)]
    need = [str(least) if of else "—" for least, of in zip(rows["needed"], pairs, strict=True)]
    yield Column("beats", say("trends.beats", language), "figure"), beats
    yield Column("need", say("trends.need", language), "figure"), need


def luck_text(share: float) -> str:
    """How much of a list may be luck; never nought."""
    if math.isnan(share):
        return "—"
    return f"<{percent(LEAST)}%" if share < LEAST else f"{percent(share)}%"


def monthly_values(
    monthly: pd.DataFrame, indicator: Indicator, agent_ids: Sequence[str]
) -> pd.DataFrame:
    """Some agents' values of an indicator month by month, in the order of the ids: agent_id, month,
    value, n."""
    parts = [indicator.numerator, indicator.denominator]
    rows = monthly[monthly["agent_id"].isin(agent_ids) & (monthly[indicator.denominator] > 0)]
    sums = rows.groupby(["agent_id", "month"], as_index=False)[parts].sum()
    numerator, denominator = (sums[part] for part in parts)
    values = sums.assign(
        month=pd.to_datetime(sums["month"]),
        value=indicator.scale * numerator / denominator,
        n=denominator,
    )
    order = {agent_id: position for position, agent_id in enumerate(agent_ids)}
    by = values.assign(position=values["agent_id"].map(order)).sort_values(["position", "month"])
    return by[["agent_id", "month", "value", "n"]].reset_index(drop=True)
