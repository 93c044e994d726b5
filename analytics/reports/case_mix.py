"""What the comparison with each book's expectation has found, in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from analytics.insight.case_mix import FEWEST_AGENTS, CaseMix, explained_share
from analytics.language import say
from analytics.numbers import percent, signed
from analytics.reports.tables import Column, Table

LITTLE = 0.01  # a smaller share of the differences explains next to nothing
ALARM = 0.05  # of agents who do as their books let expect, outside their range by chance


def finding(mix: CaseMix, table: pd.DataFrame, period: str, language: str) -> str:
    """How much of the differences the books explain, and of those shown (`table`) with data enough
    how many differ besides."""
    share = explained_share(mix)
    little = mix.explains_little or math.isnan(share) or share < LITTLE
    said = say(
        "case_mix.finding_little" if little else "case_mix.finding",
        language,
        period=period,
        share=percent(share),
        all=len(table),
        n=f"{float(table['n'].sum()):,.0f}",
    )
    return say("common.joined", language, first=said, second=_besides(mix, table, language))


def _besides(mix: CaseMix, table: pd.DataFrame, language: str) -> str:
    if len(mix.agents) < FEWEST_AGENTS:
        return say("case_mix.few_agents", language, least=FEWEST_AGENTS)
    told = table[table["enough"]]
    if told.empty:
        return say("case_mix.outside_none", language)
    chance = ALARM * len(told)
    key = "fewer" if chance < 0.1 else "about"
    return say(
        "case_mix.outside",
        language,
        outside=int(told["outside"].sum()),
        all=len(told),
        by_chance=say(f"funnel.by_chance_{key}", language, count=f"{max(chance, 0.1):.1f}"),
    )


def chart_title(table: pd.DataFrame, language: str) -> str:
    """How far apart the expected rates lie, and how far those that came."""
    sides: dict[str, Any] = {}
    for name in ("expected_rate", "rate"):
        values = table[name].to_numpy(dtype=float)
        sides |= {
            f"{name}_low": percent(float(np.nanmin(values))),
            f"{name}_high": percent(float(np.nanmax(values))),
        }
    return say("case_mix.chart", language, **sides)


def person_title(person: pd.Series, language: str) -> str:
    """What was to be expected of somebody's book, what came, and the difference."""
    return say(
        "case_mix.sentence",
        language,
        name=person["name"],
        expected=percent(person["expected_rate"]),
        rate=percent(person["rate"]),
        difference=signed(100 * (person["rate"] - person["expected_rate"])),
    )


def state_text(enough: bool, outside: bool, difference: float, language: str) -> str:
    """What is said of a rate beside the expected one; one agent's range alone makes nothing
    sure."""
    if not enough:
        return say("certainty.open_few", language)
    if not outside:
        return say("certainty.open_alike", language)
    return say(f"case_mix.{'above' if difference > 0 else 'below'}", language)


def case_mix_table(table: pd.DataFrame, language: str) -> Table:
    """Everybody with the rate expected of their book; what it rests on is for the file."""
    states = zip(table["enough"], table["outside"], table["difference"], strict=True)
    limits = zip(table["low"], table["high"], strict=True)
    shown = table.assign(
        state=[state_text(*state, language) for state in states],
        said=[signed(by) for by in table["difference"]],
        range=[f"{low:.0f}–{high:.0f}" for low, high in limits],
    )
    head = {
        name: say(f"case_mix.{name}", language)
        for name in (
            *("rate", "expected_rate", "observed", "expected", "difference", "range", "state"),
            *("without_peers", "standardised", "covered"),
        )
    }
    return Table(
        shown,
        [
            *(
                Column(name, say(f"column.{name}", language))
                for name in ("agent_id", "name", "team")
            ),
            Column("n", say("column.due_policies", language), "count"),
            Column("expected_rate", head["expected_rate"], "percent"),
            Column("rate", head["rate"], "percent"),
            Column("said", head["difference"], "figure", only="page"),
            Column("observed", head["observed"], "count"),
            Column("range", head["range"], "figure"),
            Column("state", head["state"]),
            Column("standardised", head["standardised"], "percent"),
            Column("expected", head["expected"], "number", only="file"),
            Column("difference", head["difference"], "number", only="file"),
            Column("without_peers", head["without_peers"], "percent", only="file"),
            Column("covered", head["covered"], "percent", only="file"),
        ],
    )
