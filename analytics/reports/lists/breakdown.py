"""One person's score from value to contribution, a row an indicator, as page and export have it."""

from __future__ import annotations

import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.weights import largest_remainder
from analytics.insight.agent import breakdown
from analytics.language import say
from analytics.reports.sure import sure_text
from analytics.reports.tables import Column, Table
from analytics.reports.words import step_sentence, value_text

VALUES = ("value", "team", "company")


def breakdown_table(evaluation: Evaluation, agent_id: str, language: str, how_sure: bool) -> Table:
    """Values beside those of team and company, points, weights and contributions, which add up to
    the score to the decimal shown; with ranges where they are wanted."""
    table, row = breakdown(evaluation, agent_id), evaluation.row(agent_id)
    catalogue = evaluation.catalogue
    units = [catalogue[name].unit for name in table["indicator"]]
    labels = {category.id: category.label[language] for category in catalogue.categories}
    frame = table.assign(
        id=table["indicator"],
        category=[labels[name] for name in table["category"]],
        indicator=[catalogue[name].label[language] for name in table["indicator"]],
        sure=[
            sure_text(evaluation.measured, name, row, language) if pd.notna(value) else "—"
            for name, value in zip(table["indicator"], table["value"], strict=True)
        ],
        step=[step_sentence(step, catalogue, language) for step in table["step"]],
        **{
            column: [
                value_text(value, unit, language)
                for value, unit in zip(table[column], units, strict=True)
            ]
            for column in VALUES
        },
    )
    there = table["contribution"].notna().to_numpy()
    if there.any():
        score = float(evaluation.agents.score[row])
        frame.loc[there, "contribution"] = largest_remainder(
            table["contribution"][there].tolist(), score, 1
        )
    columns = [
        Column("indicator", say("column.indicator", language)),
        Column("value", say("column.value", language)),
        Column("points", say("column.points", language), "score"),
        Column("weight", say("column.weight", language), "score"),
        Column("contribution", say("column.contribution", language), "score"),
        Column("lost", say("column.lost", language), "score"),
        Column("numerator", say("column.numerator", language), "amount"),
        Column("denominator", say("column.denominator", language), "amount"),
        Column("team", say("column.team_value", language)),
        Column("company", say("column.company", language)),
        Column("category", say("agent.category", language)),
        Column("step", say("column.step", language)),
    ]
    if how_sure:
        columns.insert(2, Column("sure", say("certainty.agent_column", language)))
    return Table(frame, columns)
