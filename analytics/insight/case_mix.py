"""Ability or circumstances: what was to be expected of each agent's book, and how a team's change splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.errors import RequestRefused
from analytics.statistics import case_mix as model
from analytics.statistics import kitagawa, poisson_binomial

FACTORS = ("product", "channel", "region", "premium_band", "first_term")
LEAST = 5  # expected renewals and losses below which nothing is said
PEERS = 10  # cases of the same kind held by others, below which a case has no peers
WEAK_AUC = 0.55


@dataclass(frozen=True)
class CaseMix:
    """agents: one row an agent (agent_id, n, observed, expected, difference, z, low, high, outside, rate, expected_rate, without_peers,
    enough); auc, slope of the calibration; factors that were used and those that do not vary or are missing."""

    agents: pd.DataFrame
    cases: pd.DataFrame
    auc: float
    slope: float
    used: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def explains_little(self) -> bool:
        return self.auc < WEAK_AUC


def case_mix(cases: pd.DataFrame) -> CaseMix:
    """Observed against expected renewals; `cases` has agent_id, renewed and the factors, one closed policy a row.

    Expected by a cross-fitted model without agent or team, so nobody's own policies set their expectation. Refused where nothing
    could be expected: fewer than two agents, or nobody lost (or renewed) anything.
    """
    used = tuple(name for name in FACTORS if name in cases and cases[name].nunique(dropna=False) > 1)
    unused = tuple(name for name in FACTORS if name not in used)
    if not used or cases["renewed"].nunique() < 2 or cases["agent_id"].nunique() < 2:
        raise RequestRefused("no_case_mix")
    found = model.expected(cases["renewed"].astype(float), cases[list(used)], cases["agent_id"].astype(str))
    table = cases.assign(expected=found.probability)
    kind = table[list(used)].astype(str).agg("|".join, axis=1)
    everybody, own = (
        kind.map(kind.value_counts()),
        table.assign(kind=kind).groupby(["agent_id", "kind"])["renewed"].transform("size"),
    )
    table = table.assign(lonely=(everybody - own) < PEERS)
    rows = []
    for agent_id, group in table.groupby("agent_id", sort=True):
        one = poisson_binomial.surplus(float(group["renewed"].sum()), group["expected"])
        n = len(group)
        rows.append(
            {
                "agent_id": agent_id, "n": n, "observed": one.observed, "expected": one.expected, "difference": one.difference, "z": one.z, "low": one.low, "high": one.high,
                "outside": one.outside, "rate": one.observed / n, "expected_rate": one.expected / n, "without_peers": float(group["lonely"].mean()),
                "enough": one.expected >= LEAST and n - one.expected >= LEAST,
            }
        )  # fmt: skip
    return CaseMix(pd.DataFrame(rows), table, found.auc, found.slope, used, unused)


def waterfall(found: CaseMix, agent_id: str) -> pd.DataFrame:
    """From the company's rate to the agent's: what each factor's mix moves, what the others leave, what is not explained; in rates.

    A factor moves the difference between the agent's mix and the company's, at the company's rates; the rest of the expectation is
    what the factors do together.
    """
    cases = found.cases
    mine = cases[cases["agent_id"] == agent_id]
    overall, expected = float(cases["renewed"].mean()), float(mine["expected"].mean())
    rows = [{"step": "company", "value": overall}]
    explained = 0.0
    for name in found.used:
        rate = cases.groupby(cases[name].astype(str))["renewed"].mean()
        moved = float(mine[name].astype(str).map(rate).mean()) - overall
        explained += moved
        rows.append({"step": name, "value": moved})
    rows.append({"step": "together", "value": expected - overall - explained})
    rows.append({"step": "unexplained", "value": float(mine["renewed"].mean()) - expected})
    rows.append({"step": "agent", "value": float(mine["renewed"].mean())})
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Change:
    """A group's change between two periods: mix, performance and total, and both by cell."""

    split: kitagawa.Split
    cells: pd.DataFrame


def change(before: pd.DataFrame, now: pd.DataFrame, by: Sequence[str] = ("product", "channel")) -> Change:
    """How much of a change of the renewal rate is other business (mix) and how much other rates (performance), by cells of `by`."""
    chosen = [name for name in by if name in before and name in now]

    def cells(frame: pd.DataFrame) -> pd.DataFrame:
        key = frame[chosen].astype(object).where(frame[chosen].notna(), "—").astype(str).agg(" · ".join, axis=1)
        return frame.groupby(key)["renewed"].agg(["sum", "size"])

    both = cells(before).join(cells(now), how="outer", lsuffix="_before", rsuffix="_now").fillna(0)
    split = kitagawa.kitagawa(both["sum_before"], both["size_before"], both["sum_now"], both["size_now"])
    table = both.reset_index(names="cell").assign(mix=split.mix_by_cell, performance=split.performance_by_cell)
    return Change(split, table)


def none_alike(found: CaseMix) -> np.ndarray:
    """Agents more than a fifth of whose book has no peers: their expectation rests on the model alone."""
    return np.asarray(found.agents["without_peers"] > 0.2)
