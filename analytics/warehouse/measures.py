"""Measures of a period: agent-months summed, scoresheets that the period covers added, who everybody is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.model import Filters, Settings
from analytics.warehouse.connection import Warehouse, question, statements
from analytics.warehouse.records import rollup_bound

WHOLE_AGENT = ("target_count", "target_premium", "complaints", "upheld_complaints")
PEOPLE = ["agent_id", "name", "team", "branch", "region", "supervisor", "hired_on"]


@dataclass(frozen=True)
class Measures:
    """people, agents (same rows: one column a measure), by_team (agent × team), rates given without volume, and rest."""

    people: pd.DataFrame
    agents: pd.DataFrame
    by_team: pd.DataFrame
    given: Mapping[str, np.ndarray]
    set_aside: pd.DataFrame


def months(warehouse: Warehouse) -> pd.DataFrame:
    """Every month that has figures."""
    return warehouse.ask("months")


def measures(warehouse: Warehouse, settings: Settings, filters: Filters, indicator_ids: Collection[str]) -> Measures:
    """Sums over the period; a channel filter rolls the policies of that channel up anew, the rest stays the agent's."""
    span = {"first_month": filters.period.first, "last_month": filters.period.last}
    by_team = _sums(warehouse, settings, filters)
    items = warehouse.ask("items", **span)
    if len(items):
        keys = items[["agent_id", "team"]]
        long = pd.concat(
            [
                keys.assign(measure=items["item"] + "_points", amount=items["points"]),
                keys.assign(measure=items["item"] + "_count", amount=items["ratings"].astype(float)),
            ]
        )
        wide = long.pivot_table(
            index=["agent_id", "team"], columns="measure", values="amount", aggfunc="sum", dropna=False
        )
        wide = wide.dropna(how="all").reset_index()
        by_team = by_team.merge(wide, on=["agent_id", "team"], how="outer")
    sheets = warehouse.ask("scoresheets", **span)
    by_team, given, set_aside = _add_scoresheets(warehouse, by_team, sheets, indicator_ids)
    agents = by_team.drop(columns=["team"]).groupby("agent_id", sort=True).sum(min_count=1)
    people = _people(warehouse, agents.index, span)
    if filters.channel is not None and len(agents):
        # Whoever holds nothing of this channel is not part of the question.
        held = agents[["due_policies", "open_policies", "excluded_policies"]].fillna(0).sum(axis=1).to_numpy() > 0
        agents, people = agents[held], people[held].reset_index(drop=True)
        by_team = by_team[by_team["agent_id"].isin(people["agent_id"])]
        given = {name: rates[held] for name, rates in given.items()}
        # Targets and complaints are the agent's, whatever the channel: held against one channel's policies they would lie.
        agents, by_team = (frame.drop(columns=[name for name in WHOLE_AGENT if name in frame]) for frame in (agents, by_team))  # fmt: skip
    return Measures(people, agents.reset_index(drop=True), by_team.reset_index(drop=True), given, set_aside)


def _sums(warehouse: Warehouse, settings: Settings, filters: Filters) -> pd.DataFrame:
    span = {"first_month": filters.period.first, "last_month": filters.period.last}
    if filters.channel is None:
        return warehouse.ask("measures", **span)
    with warehouse.cursor() as cursor:
        bound = rollup_bound(settings, filters.period.first, filters.period.last, filters.channel)
        # A temporary table of the same name stands before the stored one for this cursor alone.
        cursor.execute(f"create temp table agent_month as {question('rollup')}", bound)
        return cursor.execute(statements("questions/questions.sql")["measures"], span).df()


def _people(warehouse: Warehouse, agent_ids: pd.Index, span: Mapping[str, object]) -> pd.DataFrame:
    here = warehouse.ask("people", **span).set_index("agent_id").reindex(agent_ids)
    anywhere = warehouse.ask("facts_of").set_index("agent_id").reindex(agent_ids)
    people = here[["name", "team", "branch", "region", "supervisor", "hired_on"]]
    people = people.combine_first(anywhere[["name", "team", "branch", "region", "supervisor", "hired_on"]])
    people = people.reindex(agent_ids).reset_index(names="agent_id")[PEOPLE]
    for column in ("name", "team", "branch", "region", "supervisor"):
        people[column] = people[column].astype(object).where(people[column].notna(), None)
    people["name"] = people["name"].where(people["name"].notna(), people["agent_id"])
    return people


def _add_scoresheets(
    warehouse: Warehouse, by_team: pd.DataFrame, sheets: pd.DataFrame, indicator_ids: Collection[str]
) -> tuple[pd.DataFrame, dict[str, np.ndarray], pd.DataFrame]:
    """Scoresheet measures and rates where no records speak already; the finer of overlapping sheets counts."""
    if sheets.empty:
        return by_team, {}, sheets.assign(why=pd.Series(dtype=object))
    outside = sheets[~sheets["covered"]].assign(why="period")
    covered = _without_overlaps(sheets[sheets["covered"]])
    set_aside = [outside, covered[covered["why"] != ""]]
    covered = covered[covered["why"] == ""]
    known = set(by_team.columns) - {"agent_id", "team"}
    spoken = by_team.groupby("agent_id").sum(min_count=1)
    is_measure = ~covered["measure"].isin(list(indicator_ids))
    plain = covered[is_measure]
    clash = np.array(
        [m in spoken.columns and a in spoken.index and pd.notna(spoken.at[a, m]) for a, m in zip(plain["agent_id"], plain["measure"], strict=True)],
        dtype=bool,
    )  # fmt: skip
    set_aside.append(plain[clash].assign(why="records"))
    plain = plain[~clash]
    if len(plain):
        wide = plain.pivot_table(index="agent_id", columns="measure", values="value", aggfunc="sum").reset_index()
        facts = warehouse.ask("facts_of").set_index("agent_id")["team"]
        wide["team"] = facts.reindex(wide["agent_id"]).to_numpy()
        by_team = pd.concat([by_team, wide], ignore_index=True)
    rates = covered[~is_measure]
    agent_ids = pd.Index(sorted(set(by_team["agent_id"]) | set(rates["agent_id"])))
    unseen = agent_ids.difference(pd.Index(by_team["agent_id"].unique()))
    if len(unseen):
        facts = warehouse.ask("facts_of").set_index("agent_id")["team"]
        by_team = pd.concat(
            [by_team, pd.DataFrame({"agent_id": unseen, "team": facts.reindex(unseen).to_numpy()})], ignore_index=True
        )
    means = rates.groupby(["measure", "agent_id"])["value"].mean()
    given = {
        str(name): means.xs(name, level="measure").reindex(agent_ids).to_numpy(dtype=float)
        for name in rates["measure"].unique()
    }
    for name in known:
        by_team[name] = by_team[name].astype(float)
    return by_team, given, pd.concat(set_aside, ignore_index=True)


def _without_overlaps(covered: pd.DataFrame) -> pd.DataFrame:
    """`why` = "overlap" for a wider sheet whose months finer sheets of the same agent and measure already give."""
    covered = covered.assign(why="", span=(covered["last_month"] - covered["first_month"]).dt.days)
    grouped = covered.groupby(["agent_id", "measure"])
    if (grouped["span"].transform("nunique") > 1).any() or (
        grouped["first_month"].transform("nunique") < grouped["span"].transform("size")
    ).any():
        for _, group in grouped:
            taken: list[tuple[pd.Timestamp, pd.Timestamp]] = []
            for index, row in group.sort_values(["span", "load_id"]).iterrows():
                first, last = row["first_month"], row["last_month"]
                if any(first <= other_last and other_first <= last for other_first, other_last in taken):
                    covered.loc[index, "why"] = "overlap"
                else:
                    taken.append((first, last))
    return covered.drop(columns=["span"])
