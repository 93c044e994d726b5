"""Who improves steadily: beyond the team, beyond the season, beyond what looking at many agents makes appear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.insight.certainty import CASES, RENEWED
from analytics.model import Indicator
from analytics.scoring.standards import Floats
from analytics.statistics import adjusted_trend, false_discovery, mann_kendall, sign_rule, theil_sen

Q = 0.10
FEWEST_MONTHS = 5
SEASONAL = 18
HEAVY = 10.0  # percent of the whole score from which an indicator counts as heavily weighted
RATES = (RENEWED, "first_term_renewed")  # tested with their denominators; everything else by the order of its months
COLUMNS = ["agent_id", "months", "first", "last", "slope", "p", "q", "finding", "better", "up", "pairs", "needed"]


@dataclass(frozen=True)
class Trends:
    """One indicator of every agent over the months. agents: agent_id, months (with figures), first and last (pooled over three months
    each), slope per month beyond the team's (indicator's unit), p, q, finding, better (the good direction), up, pairs, needed (months
    better than the same month last year); rule: none | exact | seasonal, by how many months there are."""

    indicator: str
    agents: pd.DataFrame
    rule: str
    months: int

    @property
    def improving(self) -> pd.DataFrame:
        found = self.agents[self.agents["finding"] & self.agents["better"]]
        return found.sort_values("p", kind="stable").reset_index(drop=True)

    @property
    def by_chance(self) -> float:
        """How many of the improving are expected to be there by chance alone."""
        return Q * len(self.improving)


@dataclass(frozen=True)
class Incentives:
    """Who keeps improving on what weighs much. candidates: one row an agent and indicator (the columns of Trends.agents, and indicator,
    nominal weight), many agents controlled for each indicator; indicators: those that were tested."""

    candidates: pd.DataFrame
    indicators: tuple[str, ...]
    rule: str
    months: int

    @property
    def people(self) -> int:
        return int(self.candidates["agent_id"].nunique())

    @property
    def by_chance(self) -> float:
        """How many of the candidates are expected to be there by chance alone."""
        return Q * len(self.candidates)


def can_trend(one: Indicator, monthly: pd.DataFrame) -> bool:
    """Whether the months hold what an indicator is made of."""
    return one.numerator in monthly and one.denominator in monthly and bool(monthly[one.numerator].notna().any())


def trends(monthly: pd.DataFrame, one: Indicator) -> Trends:
    """`monthly`: agent_id, team, month and measures. What the rest of the team did in the same months is removed first.

    Three or four months can never show a trend; from five on the trend is tested (rates with their denominators, other values by
    their order, exactly), with eighteen or more months the agent must besides beat the same month of last year often enough.
    Many agents: false discovery rate of 10 %.
    """
    frame = monthly.dropna(subset=[one.numerator, one.denominator])
    frame = frame[frame[one.denominator] > 0]
    if frame.empty:
        return Trends(one.id, _empty(), "none", 0)
    months, agents = sorted(frame["month"].unique()), sorted(frame["agent_id"].unique())
    x, n, reference = _grids(frame, one, months, agents)
    with np.errstate(all="ignore"):
        value = np.where(n > 0, one.scale * x / n, np.nan)
    if one.numerator in RATES and one.denominator in CASES and one.scale == 1.0 and bool((x <= n).all()):
        slope, _, p = adjusted_trend.adjusted_trend(x, n, np.where(n > 0, reference, 0.5))
    else:
        beyond = value - one.scale * reference
        (_, p), slope = mann_kendall.mann_kendall_rows(beyond), theil_sen.theil_sen_rows(beyond)
    seen = (n > 0).sum(axis=1)
    p = np.where((seen >= FEWEST_MONTHS) & ~np.isnan(slope), p, np.nan)
    rule = "none" if len(months) < FEWEST_MONTHS else "seasonal" if len(months) >= SEASONAL else "exact"
    better = slope < 0 if one.direction == "lower" else slope > 0
    up, pairs, needed = _against_last_year(-value if one.direction == "lower" else value, len(months))
    steady = (pairs == 0) | np.where(better, up >= needed, pairs - up >= needed) if rule == "seasonal" else np.ones(len(p), dtype=bool)  # fmt: skip
    q = false_discovery.adjusted(p)
    table = pd.DataFrame(
        {
            "agent_id": agents, "months": seen, "first": _pooled(x, n, slice(0, 3), one.scale), "last": _pooled(x, n, slice(-3, None), one.scale), "slope": slope,
            "p": p, "q": q, "finding": (np.nan_to_num(q, nan=1.0) <= Q) & steady, "better": better, "up": up, "pairs": pairs, "needed": needed,
        }
    )  # fmt: skip
    return Trends(one.id, table, rule, len(months))


def incentives(monthly: pd.DataFrame, known: Catalogue, nominal: Floats) -> Incentives:
    """The agents who keep improving on any heavily weighted indicator (10 % of the score or more), the weightiest first."""
    heavy = [at for at in np.argsort(-nominal, kind="stable") if nominal[at] >= HEAVY and can_trend(known.indicators[at], monthly)]  # fmt: skip
    found = {known.ids[at]: trends(monthly, known.indicators[at]) for at in heavy}
    parts = [one.agents.assign(indicator=name, nominal=nominal[known.position(name)]) for name, one in found.items()]
    every = pd.concat(parts, ignore_index=True) if parts else _empty().assign(indicator="", nominal=0.0)
    chosen = every[every["finding"].astype(bool) & every["better"].astype(bool)]
    chosen = chosen.sort_values(["nominal", "p", "agent_id"], ascending=[False, True, True], kind="stable")
    return Incentives(
        chosen.reset_index(drop=True), tuple(found), _longest(list(found.values())), max((one.months for one in found.values()), default=0)
    )  # fmt: skip


def _longest(found: Sequence[Trends]) -> str:
    return max(found, key=lambda one: one.months).rule if found else "none"


def _grids(
    frame: pd.DataFrame, one: Indicator, months: Sequence[object], agents: Sequence[str]
) -> tuple[Floats, Floats, Floats]:
    """Numerator, denominator and the rest of the team's ratio, agents × months."""
    names = [one.numerator, one.denominator]
    frame = frame.assign(**{name: frame[name].astype(float) for name in names})
    team = frame.groupby(["team", "month"], dropna=False)[names].transform("sum")
    overall = frame.groupby("month")[names].transform("sum")
    # Without the agent's own figures, unless nobody else of the team has any.
    rest = team[one.denominator] - frame[one.denominator]
    reference = np.where(
        rest > 0,
        (team[one.numerator] - frame[one.numerator]) / rest.where(rest > 0, 1),
        overall[one.numerator] / overall[one.denominator],
    )
    place, row = {month: at for at, month in enumerate(months)}, {agent: at for at, agent in enumerate(agents)}
    x, n, r = (np.zeros((len(agents), len(months))) for _ in range(3))
    at = frame["agent_id"].map(row).to_numpy(), frame["month"].map(place).to_numpy()
    # An agent who changed teams within a month has two rows of it.
    np.add.at(x, at, frame[one.numerator].to_numpy())
    np.add.at(n, at, frame[one.denominator].to_numpy())
    r[at] = reference
    return x, n, r


def _against_last_year(value: Floats, months: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = len(value)
    if months <= 12:
        return np.zeros(size, dtype=int), np.zeros(size, dtype=int), np.zeros(size, dtype=int)
    gain = value[:, 12:] - value[:, : months - 12]
    with np.errstate(invalid="ignore"):
        up, pairs = (gain > 0).sum(axis=1), ((gain != 0) & ~np.isnan(gain)).sum(axis=1)
    least = np.array([sign_rule.needed(count) or count + 1 for count in range(months)])
    return up, pairs, least[pairs]


def _pooled(x: Floats, n: Floats, part: slice, scale: float) -> Floats:
    with np.errstate(all="ignore"):
        out: Floats = scale * x[:, part].sum(axis=1) / n[:, part].sum(axis=1)
    return out


def _empty() -> pd.DataFrame:
    kinds = {"finding": bool, "better": bool, "agent_id": object}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, float)) for name in COLUMNS})
