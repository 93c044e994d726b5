"""Who improves steadily: beyond the team, beyond the season, beyond what looking at many agents makes appear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.statistics import adjusted_trend, false_discovery, sign_rule

Q = 0.10
FEWEST_MONTHS = 5
SEASONAL = 18


@dataclass(frozen=True)
class Trends:
    """agents: one row an agent (agent_id, months, first_rate, last_rate, slope per month in rates, p, q, finding, up, pairs, needed);
    rule: none | exact | seasonal, by how many months there are."""

    agents: pd.DataFrame
    rule: str
    months: int

    @property
    def improving(self) -> pd.DataFrame:
        found = self.agents[self.agents["finding"] & (self.agents["slope"] > 0)]
        return found.sort_values("slope", ascending=False).reset_index(drop=True)

    @property
    def by_chance(self) -> float:
        """How many of the improving are expected to be there by chance alone."""
        return Q * len(self.improving)


def trends(monthly: pd.DataFrame) -> Trends:
    """`monthly`: agent_id, team, month, renewed_policies, due_policies. The team's rate of the same month is removed first.

    Three or four months can never show a trend; from five on the trend is tested, with eighteen or more months the agent must
    besides beat the same month of last year often enough. Many agents: false discovery rate of 10 %.
    """
    frame = monthly[monthly["due_policies"] > 0]
    months = sorted(frame["month"].unique())
    if not len(frame):
        return Trends(_empty(), "none", 0)
    team = frame.groupby(["team", "month"], dropna=False)[["renewed_policies", "due_policies"]].transform("sum")
    overall = frame.groupby("month")[["renewed_policies", "due_policies"]].transform("sum")
    # Without the agent's own policies, unless nobody else of the team has any.
    rest = team["due_policies"] - frame["due_policies"]
    reference = np.where(
        rest > 0,
        (team["renewed_policies"] - frame["renewed_policies"]) / rest.where(rest > 0, 1),
        overall["renewed_policies"] / overall["due_policies"],
    )
    frame = frame.assign(reference=reference)
    place = {month: at for at, month in enumerate(months)}
    agents = sorted(frame["agent_id"].unique())
    row = {agent: at for at, agent in enumerate(agents)}
    x, n, r = (np.zeros((len(agents), len(months))) for _ in range(3))
    at = frame["agent_id"].map(row).to_numpy(), frame["month"].map(place).to_numpy()
    x[at], n[at], r[at] = frame["renewed_policies"], frame["due_policies"], frame["reference"]
    slope, _, p = adjusted_trend.adjusted_trend(x, n, np.where(n > 0, r, 0.5))
    seen = (n > 0).sum(axis=1)
    p = np.where(seen >= FEWEST_MONTHS, p, np.nan)
    rule = "none" if len(months) < FEWEST_MONTHS else "seasonal" if len(months) >= SEASONAL else "exact"
    q = false_discovery.adjusted(p)
    with np.errstate(all="ignore"):
        rate = x / n
    up, pairs, needed = _against_last_year(rate, len(months))
    finding = np.nan_to_num(q, nan=1.0) <= Q
    if rule == "seasonal":
        finding &= (pairs == 0) | (up >= needed)
    table = pd.DataFrame(
        {
            "agent_id": agents, "months": seen, "first_rate": _pooled(x, n, slice(0, 3)), "last_rate": _pooled(x, n, slice(-3, None)), "slope": slope, "p": p, "q": q,
            "finding": finding, "up": up, "pairs": pairs, "needed": needed,
        }
    )  # fmt: skip
    return Trends(table, rule, len(months))


def _against_last_year(rate: np.ndarray, months: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = len(rate)
    up, pairs, needed = np.zeros(size, dtype=int), np.zeros(size, dtype=int), np.zeros(size, dtype=int)
    if months > 12:
        for at in range(size):
            up[at], pairs[at], _ = sign_rule.year_on_year(rate[at, 12:], rate[at, : months - 12])
            needed[at] = sign_rule.needed(int(pairs[at])) or pairs[at] + 1
    return up, pairs, needed


def _pooled(x: np.ndarray, n: np.ndarray, part: slice) -> np.ndarray:
    with np.errstate(all="ignore"):
        out: np.ndarray = x[:, part].sum(axis=1) / n[:, part].sum(axis=1)
    return out


def _empty() -> pd.DataFrame:
    names = ["agent_id", "months", "first_rate", "last_rate", "slope", "p", "q", "finding", "up", "pairs", "needed"]
    return pd.DataFrame({name: pd.Series(dtype=bool if name == "finding" else float) for name in names})
