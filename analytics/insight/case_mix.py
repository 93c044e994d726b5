"""Ability or circumstances: what was to be expected of each agent's book, and how a team's change
splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.errors import RequestRefused
from analytics.statistics import case_mix as model
from analytics.statistics import poisson_binomial, wilson

FACTORS = ("product", "channel", "region", "premium_band", "first_term")
LEAST = 5  # expected renewals and losses below which nothing is said
PEERS, PEER_AGENTS = (
    30,
    3,
)  # cases of the same kind, and agents, that others have: below, a case has no peers
FEWEST_AGENTS = 20  # below whom nobody is judged by an expectation that so few others make
ALIKE = 0.5  # share of a book that has peers, below which nothing is said of it
WEAK_AUC = 0.55
COVERED = 0.5  # share of the company's book that a standardised rate must rest on


@dataclass(frozen=True)
class CaseMix:
    """agents: one row an agent (agent_id, n, observed, expected, difference, z, low, high, outside,
    rate, expected_rate, without_peers, enough, standardised, covered); auc, slope of the
    calibration; factors that were used and those that do not vary or are missing.

    enough: whether anything is said of it: five expected renewals and losses (as many as they count
    for), half of the book with peers (thirty cases of the same kind with three other agents at
    least), and twenty agents altogether. standardised: the rate with the company's mix of product
    and channel, from kinds of which the agent has five cases; covered: the share of the company's
    book that these kinds are. Unlike observed ÷ expected it compares two agents with very different
    books.
    """

    agents: pd.DataFrame
    cases: pd.DataFrame
    auc: float
    slope: float
    used: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def explains_little(self) -> bool:
        return self.auc < WEAK_AUC


def case_mix(cases: pd.DataFrame, together: Mapping[str, float] | None = None) -> CaseMix:
    """Observed against expected renewals; `cases` has agent_id, the factors, n, renewed and token,
    alike closed policies a row.

    Expected by a cross-fitted model without agent or team, so nobody's own policies set their
    expectation. The limits take in the model's own error and, as `together` (agent_id → factor of
    the variance), that policies of a customer are decided together. Refused where nothing could be
    expected: fewer than two agents, or nobody lost (or renewed) anything.
    """
    given = [name for name in FACTORS if name in cases]
    used = tuple(name for name in given if cases[name].nunique(dropna=False) > 1)
    unused = tuple(name for name in FACTORS if name not in used)
    lost = cases["n"].sum() - cases["renewed"].sum()
    if not used or not lost or not cases["renewed"].sum() or cases["agent_id"].nunique() < 2:
        raise RequestRefused("no_case_mix")
    table = cases.assign(agent_id=cases["agent_id"].astype(str)).sort_values(
        "agent_id", kind="stable"
    )
    fitted = model.expected(
        table["renewed"], table["n"], table[list(used)], table["agent_id"], table["token"]
    )
    table = table.assign(expected=fitted.probability, lonely=table["n"] * ~_with_peers(table, used))
    by_agent = table.groupby("agent_id", sort=True)
    sums = by_agent[["n", "renewed", "lonely"]].sum()
    n, alone = sums["n"].to_numpy(dtype=float), (sums["lonely"] / sums["n"]).to_numpy(dtype=float)
    chance = (
        (table["n"] * table["expected"] * (1 - table["expected"]))
        .groupby(table["agent_id"], sort=True)
        .sum()
    )
    factor = np.array([(together or {}).get(surplus, 1.0) for surplus in sums.index])
    surplus = poisson_binomial.surplus_rows(
        sums["renewed"],
        table["expected"],
        by_agent.size(),
        table["n"],
        chance.to_numpy() * factor + fitted.error,
    )
    agents = pd.DataFrame(
        {
            "agent_id": sums.index.to_numpy(),
            "n": sums["n"].to_numpy(),
            "observed": surplus.observed,
            "expected": surplus.expected,
            "difference": surplus.difference,
            "z": surplus.z,
            "low": surplus.low,
            "high": surplus.high,
            "outside": surplus.outside,
            "rate": surplus.observed / n,
            "expected_rate": surplus.expected / n,
            "without_peers": alone,
            "enough": (surplus.expected / factor >= LEAST)
            & ((n - surplus.expected) / factor >= LEAST)
            & (alone <= 1 - ALIKE)
            & (len(n) >= FEWEST_AGENTS),
        }
    )
    return CaseMix(
        agents.join(_standardised(table), on="agent_id"),
        table,
        fitted.auc,
        fitted.slope,
        used,
        unused,
    )


def _with_peers(table: pd.DataFrame, used: Sequence[str]) -> np.ndarray:
    """Of which rows others have enough cases of the same kind, and enough others have some."""
    kind, size = _codes(table, used), table["n"].to_numpy(dtype=float)
    everybody = np.bincount(kind, size)[kind]
    own = (
        pd.Series(size)
        .groupby([pd.factorize(table["agent_id"])[0], kind])
        .transform("sum")
        .to_numpy()
    )
    holders = (
        pd.DataFrame({"kind": kind, "agent": table["agent_id"].to_numpy()})
        .groupby("kind")["agent"]
        .nunique()
    )
    return np.asarray(
        (everybody - own >= PEERS) & (holders.reindex(kind).to_numpy() - 1 >= PEER_AGENTS)
    )


def _codes(cases: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """The kind of every case by some factors, as a number; a missing factor is a kind of its
    own."""
    combined = np.zeros(len(cases), dtype=np.int64)
    for name in names:
        codes, values = pd.factorize(cases[name], use_na_sentinel=False)
        combined = combined * max(len(values), 1) + codes
    out: np.ndarray = np.unique(combined, return_inverse=True)[1]
    return out


def _standardised(cases: pd.DataFrame) -> pd.DataFrame:
    """agent_id → standardised, covered: direct standardisation over product × channel; NaN where it
    covers less than half the book."""
    kind = _codes(cases, [name for name in ("product", "channel") if name in cases])
    share = np.bincount(kind, cases["n"]) / max(cases["n"].sum(), 1)
    cells = cases.groupby(["agent_id", kind])[["renewed", "n"]].sum()
    weight = np.where(
        cells["n"] >= LEAST, share[cells.index.get_level_values(1).to_numpy(dtype=np.int64)], 0.0
    )
    sums = (
        pd.DataFrame({"weighted": cells["renewed"] / cells["n"] * weight, "weight": weight})
        .groupby(level=0)
        .sum()
    )
    rate = (sums["weighted"] / sums["weight"]).where(sums["weight"] >= COVERED)
    return pd.DataFrame({"standardised": rate, "covered": sums["weight"]})


def calibration(mix: CaseMix, parts: int = 10) -> pd.DataFrame:
    """Cases by their expectation in about equal parts: n, expected and observed rate, 95 % limits
    of the observed one."""
    cases = mix.cases.sort_values("expected", kind="stable")
    size = cases["n"].to_numpy(dtype=float)
    # Alike cases stay together, in the part where their middle lies.
    part = np.floor((size.cumsum() - size / 2) * parts / max(size.sum(), 1)).astype(int)
    table = cases.assign(of=cases["expected"] * size).groupby(part)[["n", "of", "renewed"]].sum()
    low, high = wilson.wilson(table["renewed"], table["n"])
    table = table.assign(
        expected=table["of"] / table["n"],
        observed=table["renewed"] / table["n"],
        low=low,
        high=high,
    )
    return table[["n", "expected", "observed", "low", "high"]].reset_index(drop=True)


def waterfall(mix: CaseMix, agent_id: str) -> pd.DataFrame:
    """From the company's rate to the agent's: what each factor's mix moves, what the others leave,
    what is not explained; in rates.

    A factor moves the difference between the agent's mix and the company's, at the company's rates;
    the rest of the expectation is what the factors do together.
    """
    cases = mix.cases
    mine = cases[cases["agent_id"] == agent_id]
    size = mine["n"] / mine["n"].sum()
    overall, expected = (
        float(cases["renewed"].sum() / cases["n"].sum()),
        float((mine["expected"] * size).sum()),
    )
    rows = [{"step": "company", "value": overall}]
    explained = 0.0
    for name in mix.used:
        sums = cases.groupby(cases[name].astype(str))[["renewed", "n"]].sum()
        rate = sums["renewed"] / sums["n"]
        moved = float((mine[name].astype(str).map(rate) * size).sum()) - overall
        explained += moved
        rows.append({"step": name, "value": moved})
    observed = float(mine["renewed"].sum() / mine["n"].sum())
    rows.append({"step": "together", "value": expected - overall - explained})
    rows.append({"step": "unexplained", "value": observed - expected})
    rows.append({"step": "agent", "value": observed})
    return pd.DataFrame(rows)


def explained_share(mix: CaseMix) -> float:
    """How much of what the agents' rates differ (squares, by cases, luck and all) their expected
    rates account for, 0–1; NaN where they do not differ."""
    agents = mix.agents
    n = agents["n"].to_numpy(dtype=float)
    overall = float(agents["observed"].sum() / n.sum())
    apart = float((n * (agents["rate"] - overall) ** 2).sum())
    left = float((n * (agents["rate"] - agents["expected_rate"]) ** 2).sum())
    return max(0.0, 1.0 - left / apart) if apart > 0 else float("nan")


def none_alike(mix: CaseMix) -> np.ndarray:
    """Agents more than a fifth of whose book has no peers: their expectation rests on the model
    alone."""
    return np.asarray(mix.agents["without_peers"] > 0.2)
