"""Who improves steadily: beyond the team, beyond the season, beyond what looking at many agents
makes appear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue, known_measures
from analytics.evaluation.standards import Floats
from analytics.insight.certainty.base import HEAVY
from analytics.model import Indicator
from analytics.statistics import (
    adjusted_trend,
    false_discovery,
    mann_kendall,
    seasonal_kendall,
    sign_rule,
    theil_sen,
)
from analytics.statistics.shared_trend import beyond_group

Q = 0.10
FEWEST_MONTHS = 5
SEASONAL = 18
TWO_YEARS = 24  # months from which on a value is held against the same month of other years
COLLEAGUES = 4  # others in the team below which the whole company is the reference
COLUMNS = [
    "agent_id",
    "months",
    "first",
    "last",
    "slope",
    "p",
    "q",
    "finding",
    "better",
    "up",
    "pairs",
    "needed",
    "steady",
]


@dataclass(frozen=True)
class Trends:
    """One indicator of every agent over the months. agents: agent_id, months (with figures), first
    and last (pooled over three months each), slope per month beyond the team's (indicator's unit),
    p, q, finding, better (whether a finding goes the good way; None of what is none), up, pairs,
    needed (months better than the same month last year, by the agent's own figures), steady
    (whether that is often enough, in the trend's direction; None where the rule does not ask it);
    rule: none | exact | seasonal, by how many months there are."""

    indicator: str
    agents: pd.DataFrame
    rule: str
    months: int

    @property
    def improving(self) -> pd.DataFrame:
        improving = self.agents[self.agents["finding"] & self.agents["better"].eq(True)]
        return improving.sort_values("p", kind="stable").reset_index(drop=True)

    @property
    def by_chance(self) -> float:
        """How many of the improving are expected to be there by chance alone."""
        return Q * len(self.improving)


@dataclass(frozen=True)
class Incentives:
    """Who keeps improving on what weighs much. candidates: one row an agent and indicator (the
    columns of Trends.agents, and indicator, nominal weight), many tests controlled over all of them
    together; indicators: those that were tested."""

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


def can_trend(indicator: Indicator, monthly: pd.DataFrame) -> bool:
    """Whether the months hold what an indicator is made of."""
    return (
        indicator.numerator in monthly
        and indicator.denominator in monthly
        and bool(monthly[indicator.numerator].notna().any())
    )


def trends(monthly: pd.DataFrame, indicator: Indicator) -> Trends:
    """`monthly`: agent_id, team, month and measures. What the rest of the team did in the same
    months is removed first.

    Three or four months can never show a trend; from five on the trend is tested (rates with their
    denominators, other values by their order, exactly, and from two years on season by season),
    with eighteen or more months the agent must besides beat the same month of last year often
    enough. Many agents: false discovery rate of 10 %.
    """
    frame = monthly.dropna(subset=[indicator.numerator, indicator.denominator])
    frame = frame[frame[indicator.denominator] > 0]
    if frame.empty:
        return Trends(indicator.id, _empty(), "none", 0)
    frame = frame.assign(month=pd.to_datetime(frame["month"]))
    # Every month of the calendar, also those in which nobody has figures: twelve steps back is last
    # year.
    months = list(pd.date_range(frame["month"].min(), frame["month"].max(), freq="MS"))
    counted, agents = frame["month"].nunique(), sorted(frame["agent_id"].unique())
    x, n, reference, behind, few = _grids(frame, indicator, months, agents)
    team = pd.factorize(
        frame.drop_duplicates("agent_id", keep="last").set_index("agent_id")["team"].reindex(agents)
    )[0]
    with np.errstate(all="ignore"):
        value = np.where(n > 0, indicator.scale * x / n, np.nan)
    if _is_part(indicator) and bool((x <= n).all()):
        slope, error = adjusted_trend.fitted(x, n, reference, behind, pool=True)
        # Whoever has few colleagues is held against the company, and then against what their team
        # does together.
        slope[few], error[few] = beyond_group(slope[few], error[few], team[few])
        with np.errstate(all="ignore"):
            p = adjusted_trend.two_sided(np.nan_to_num(slope / error, nan=0.0))
    elif len(months) >= TWO_YEARS:
        beyond = value - indicator.scale * np.where(behind > 0, reference, np.nan)
        p, slope = seasonal_kendall.seasonal_kendall_rows(beyond)
    else:
        beyond = value - indicator.scale * np.where(behind > 0, reference, np.nan)
        (_, p), slope = mann_kendall.mann_kendall_rows(beyond), theil_sen.theil_sen_rows(beyond)
    seen = (n > 0).sum(axis=1)
    p = np.where((seen >= FEWEST_MONTHS) & ~np.isnan(slope), p, np.nan)
    rule = "seasonal" if counted >= SEASONAL else "exact"
    if counted < FEWEST_MONTHS:
        rule = "none"
    better = slope < 0 if indicator.direction == "lower" else slope > 0
    up, pairs, needed = _against_last_year(
        -value if indicator.direction == "lower" else value, len(months)
    )
    steady = (
        np.where(better, up, pairs - up) >= needed if rule == "seasonal" else np.full(len(p), None)
    )
    q = false_discovery.adjusted(p)
    table = pd.DataFrame(
        {
            "agent_id": agents,
            "months": seen,
            "first": _pooled(x, n, slice(0, 3), indicator.scale),
            "last": _pooled(x, n, slice(-3, None), indicator.scale),
            "slope": slope,
            "p": p,
            "q": q,
            "finding": _found(q, steady),
            "better": None,
            "up": up,
            "pairs": pairs,
            "needed": needed,
            "steady": steady,
        }
    )
    return Trends(indicator.id, _told(table, indicator.direction), rule, counted)


def incentives(monthly: pd.DataFrame, catalogue: Catalogue, nominal: Floats) -> Incentives:
    """The agents who keep improving on any heavily weighted indicator (10 % of the score or more),
    the weightiest first."""
    order = np.argsort(-nominal, kind="stable")
    heavy = [catalogue.indicators[column] for column in order if nominal[column] >= HEAVY]
    by_indicator = {
        indicator.id: trends(monthly, indicator)
        for indicator in heavy
        if can_trend(indicator, monthly)
    }
    parts = [
        told.agents.assign(indicator=name, nominal=nominal[catalogue.position(name)])
        for name, told in by_indicator.items()
    ]
    every = (
        pd.concat(parts, ignore_index=True) if parts else _empty().assign(indicator="", nominal=0.0)
    )
    # Every agent and indicator is one question: controlled together, looking at more indicators
    # finds no more by chance.
    q = false_discovery.adjusted(every["p"].to_numpy(dtype=float))
    every = every.assign(q=q, finding=_found(q, every["steady"].to_numpy()))
    parts = [
        _told(rows, catalogue[str(name)].direction)
        for name, rows in every.groupby("indicator", sort=False)
    ]
    every = pd.concat(parts) if parts else every
    chosen = every[every["finding"] & every["better"].eq(True)]
    chosen = chosen.sort_values(
        ["nominal", "p", "agent_id"], ascending=[False, True, True], kind="stable"
    )
    return Incentives(
        chosen.reset_index(drop=True),
        tuple(by_indicator),
        _longest(list(by_indicator.values())),
        max((told.months for told in by_indicator.values()), default=0),
    )


def _is_part(indicator: Indicator) -> bool:
    """Whether every case of the numerator is a case of the denominator, too."""
    return indicator.spread == "rate" and known_measures()[indicator.numerator].spread == "part"


def _longest(every: Sequence[Trends]) -> str:
    return max(every, key=lambda each: each.months).rule if every else "none"


def _grids(
    frame: pd.DataFrame, indicator: Indicator, months: Sequence[object], agents: Sequence[str]
) -> tuple[Floats, Floats, Floats, Floats, np.ndarray]:
    """Numerator, denominator, and the ratio of the others with the cases behind it (agents ×
    months); who has few colleagues most months.

    The others are the rest of the team, or of the company where the team has fewer than four others
    in that month: held against one or two colleagues, whoever stands still would rise as they fall.
    """
    names = [indicator.numerator, indicator.denominator]
    frame = frame.assign(**{name: frame[name].astype(float) for name in names})
    by_team = frame.groupby(["team", "month"], dropna=False)
    team, overall = by_team[names].transform("sum"), frame.groupby("month")[names].transform("sum")
    few = (by_team["agent_id"].transform("nunique") <= COLLEAGUES).to_numpy() | frame[
        "team"
    ].isna().to_numpy()
    won, behind = (
        np.where(few, overall[name], team[name]) - frame[name].to_numpy() for name in names
    )
    with np.errstate(all="ignore"):
        reference = np.where(behind > 0, won / behind, np.nan)
    place, row = (
        {month: cell for cell, month in enumerate(months)},
        {agent: cell for cell, agent in enumerate(agents)},
    )
    x, n, m = (np.zeros((len(agents), len(months))) for _ in range(3))
    r = np.full(x.shape, 0.5)
    cell = frame["agent_id"].map(row).to_numpy(), frame["month"].map(place).to_numpy()
    # An agent who changed teams within a month has two rows of it.
    np.add.at(x, cell, frame[indicator.numerator].to_numpy())
    np.add.at(n, cell, frame[indicator.denominator].to_numpy())
    r[cell], m[cell] = np.nan_to_num(reference, nan=0.5), np.maximum(behind, 0.0)
    alone = (
        pd.Series(few).groupby(frame["agent_id"].to_numpy()).mean().reindex(agents).to_numpy() > 0.5
    )
    return x, n, r, m, alone


def _found(q: Floats, steady: np.ndarray) -> np.ndarray:
    """Small enough a q, and not failed against last year."""
    return (np.nan_to_num(q, nan=1.0) <= Q) & ~np.isin(steady.astype(object), [False])


def _told(table: pd.DataFrame, direction: str) -> pd.DataFrame:
    """With the way that every finding goes: of what chance may have made none can be told."""
    rises = (table["slope"] < 0 if direction == "lower" else table["slope"] > 0).to_numpy()
    return table.assign(better=np.where(table["finding"], rises, None))


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
    kinds = {"finding": bool, "better": bool, "steady": object, "agent_id": object}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, float)) for name in COLUMNS})
