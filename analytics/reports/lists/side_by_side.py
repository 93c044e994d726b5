"""A few people beside each other, and a team's months, as page and export have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.evaluation import Evaluation
from analytics.insight.certainty import range_text, too_few
from analytics.insight.placing import grades
from analytics.insight.quadrant import place
from analytics.language import say
from analytics.model import Indicator
from analytics.reports.tables import Column, Table
from analytics.reports.words import rank_text, value_text
from analytics.units import column_look

PARTS = {"points": "score", "n": "count", "value": "number", "low": "number", "high": "number"}
Only = Literal["page", "file"] | None


def values_in_words(beside: pd.DataFrame, catalogue: Catalogue, language: str) -> list[str]:
    """Every value with its range where one is known: "90.9% (71.2–96.0%)"."""
    words = []
    for line in beside.itertuples():
        indicator = catalogue[line.indicator]
        value, reach = (
            value_text(line.value, indicator.unit, language),
            range_text(indicator, float(line.low), float(line.high)),
        )
        words.append(value if reach == "—" or value == "—" else f"{value} ({reach})")
    return words


def side_by_side_table(
    evaluation: Evaluation, beside: pd.DataFrame, names: Mapping[str, str], language: str
) -> Table:
    """Score, rank and quadrant, then every indicator: of each person value with range, n and
    points; the file has them as numbers."""
    catalogue = evaluation.catalogue
    order = list(dict.fromkeys(beside["indicator"]))
    heads = ["score", "rank", "quadrant"]
    labels = [say(f"column.{name}", language) for name in heads]
    frame = pd.DataFrame(
        {"indicator": [*labels, *(catalogue[name].label[language] for name in order)]}
    )
    columns = [Column("indicator", say("column.indicator", language))]
    nothing: list[float] = [np.nan] * len(heads)
    for agent_id, name in names.items():
        rows = beside[beside["agent_id"] == agent_id].set_index("indicator").reindex(order)
        frame[f"{agent_id}.words"] = [*_verdict(evaluation, agent_id, language), *rows["words"]]
        columns.append(Column(f"{agent_id}.words", name))
        for part, look in PARTS.items():
            frame[f"{agent_id}.{part}"] = [*nothing, *rows[part]]
            head = f"{name} · {say(f'compare.{part}', language)}"
            only: Only = None if part in ("points", "n") else "file"
            columns.append(Column(f"{agent_id}.{part}", head, look, only=only))
    return Table(frame, columns)


def _verdict(evaluation: Evaluation, agent_id: str, language: str) -> list[str]:
    row = evaluation.row(agent_id)
    scored = evaluation.agents
    quadrant = say(f"quadrant.{place(evaluation).quadrant[row]}", language)
    if not scored.rated[row]:
        return [say("agent.not_rated", language), "—", quadrant]
    rank = f"{scored.rank[row]} / {int(scored.rated.sum())}"
    return [
        f"{scored.score[row]:.1f} · {grades(evaluation, np.array([row]))[0]}",
        rank_text(evaluation, row, language) if too_few(evaluation)[row] else rank,
        quadrant,
    ]


def team_months_table(
    months: pd.DataFrame,
    names: Mapping[str, str],
    indicator: Indicator,
    language: str,
) -> Table:
    """A row a person (in the order of `names`): the course of the indicator as numbers for a line,
    and every month, the latest first, as a value with its n; the file has value and n apart."""
    whose = [agent_id for agent_id in names if (months["agent_id"] == agent_id).any()]
    every: Sequence[pd.Timestamp] = sorted(pd.to_datetime(months["month"]).unique())
    value, n = (
        months.pivot(index="agent_id", columns="month", values=part).reindex(
            index=whose, columns=every
        )
        for part in ("value", "n")
    )
    frame = pd.DataFrame({"name": [names[agent_id] for agent_id in whose], "agent_id": whose})
    frame["course"] = [row[~np.isnan(row)].tolist() for row in value.to_numpy(dtype=float)]
    columns = [
        Column("name", say("column.name", language)),
        Column("course", say("person.course", language), only="page"),
    ]
    for month in every[::-1]:
        word = f"{month:%Y-%m}"
        frame[word] = [
            "—"
            if np.isnan(amount)
            else f"{value_text(amount, indicator.unit, language)} ({count:,.0f})"
            for amount, count in zip(value[month], n[month], strict=True)
        ]
        frame[f"{word}.value"], frame[f"{word}.n"] = value[month].to_numpy(), n[month].to_numpy()
        columns += [
            Column(word, word, only="page"),
            Column(f"{word}.value", word, column_look(indicator.unit), only="file"),
            Column(f"{word}.n", f"{word} · {say('compare.n', language)}", "count", only="file"),
        ]
    columns.append(Column("agent_id", say("column.agent_id", language)))
    return Table(frame, columns)
