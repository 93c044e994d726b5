"""What coaching did: coached agents against uncoached ones who started alike."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight.certainty import certainty
from analytics.statistics import ancova

RATE = "renewal_rate"  # what coaching is to move
FEWEST = 10
POLICIES = 50
LEAST = 3  # on either side, below which nothing is computed


@dataclass(frozen=True)
class Proof:
    """effect in points of the renewal rate with limits; told: whether there were enough people to say anything; coached and peers (of
    the same band of rates before); plain_change and peers_change: before and after, what a spreadsheet would claim; expected_change:
    what the coached would have moved back towards everybody's mean without anything done; placebo: the same question about the
    period before the coaching, where the answer should be nothing; months: both sides' mean rate by period, for a picture."""

    effect: ancova.Effect | None
    told: bool
    coached: int
    peers: int
    plain_change: float
    peers_change: float = float("nan")
    expected_change: float = float("nan")
    placebo: ancova.Effect | None = None
    periods: pd.DataFrame | None = None

    @property
    def nothing_seen(self) -> bool:
        """Whether the limits hold 0: no effect can be told from none."""
        return self.effect is not None and self.effect.low <= 0 <= self.effect.high


def proof(before: Evaluation, after: Evaluation, coached: Collection[str], earlier: Evaluation | None = None) -> Proof:
    """ANCOVA of the renewal rate after, on coaching and the rate before, among peers whose rate before lay in the coached band.

    Errors are robust to teams (whose members share more than their coaching) where there are enough teams, else to unequal
    spread. `earlier` is the period before `before`, for the placebo.
    """
    both = _rates(before).join(_rates(after), lsuffix="_before", rsuffix="_after", how="inner").dropna(
        subset=["rate_before", "rate_after"]
    )  # fmt: skip
    both["coached"] = both.index.isin(set(coached))
    mine = both[both["coached"]]
    if mine.empty:
        return Proof(None, False, 0, 0, float("nan"))
    band = both[(both["rate_before"] >= mine["rate_before"].min()) & (both["rate_before"] <= mine["rate_before"].max())]
    others = band[~band["coached"]]
    rise, peers_rise = (100 * (_pooled(side, "after") - _pooled(side, "before")) for side in (mine, others))
    expected = _expected_change(before, mine)
    periods = _periods([("before", both), ("after", both)], mine.index, others.index)
    if len(mine) < LEAST or len(others) < LEAST:
        return Proof(None, False, len(mine), len(others), rise, peers_rise, expected, None, periods)
    found = _effect(band, "after")
    enough = band[(band["n_before"] >= POLICIES) & (band["n_after"] >= POLICIES)]
    told = int(enough["coached"].sum()) >= FEWEST and int((~enough["coached"]).sum()) >= FEWEST
    placebo = None
    if earlier is not None:
        three = band.join(_rates(earlier).add_suffix("_earlier"), how="inner").dropna(subset=["rate_earlier"])
        if three["coached"].sum() >= LEAST and (~three["coached"]).sum() >= LEAST:
            # The band was chosen by the rate before: the honest placebo asks backwards, from before to earlier.
            placebo = _effect(three, "earlier")
            periods = _periods([("earlier", three), ("before", both), ("after", both)], mine.index, others.index)
    return Proof(found, told, len(mine), len(others), rise, peers_rise, expected, placebo, periods)


def _rates(of: Evaluation) -> pd.DataFrame:
    at = of.catalogue.position(RATE)
    return pd.DataFrame(
        {"rate": of.measured.agents.value[:, at], "n": of.measured.agents.denominator[:, at], "team": of.people["team"].to_numpy()},
        index=of.people["agent_id"].astype(str),
    )  # fmt: skip


def _pooled(side: pd.DataFrame, when: str) -> float:
    """A side's renewal rate as a whole; rates are never averaged."""
    n = float(side[f"n_{when}"].sum())
    return float((side[f"rate_{when}"] * side[f"n_{when}"]).sum() / n) if n else float("nan")


def _effect(band: pd.DataFrame, side: str) -> ancova.Effect:
    teams = band["team_before"].astype(object).where(band["team_before"].notna(), "—").astype(str)
    codes = pd.factorize(teams)[0]
    return ancova.ancova(
        100 * band[f"rate_{side}"],
        band["coached"].astype(float),
        100 * band["rate_before"],
        clusters=codes if len(set(codes)) >= 2 * FEWEST else None,
        weights=np.minimum(band["n_before"], band[f"n_{side}"]),
    )


def _expected_change(before: Evaluation, mine: pd.DataFrame) -> float:
    """Regression to the mean: from the rates as measured to those the agents probably had all along, in points."""
    sure = certainty(before.measured, RATE)
    if sure is None or np.isnan(sure.shrunken).all():
        return float("nan")
    probable = pd.Series(sure.shrunken, index=before.people["agent_id"].astype(str)).reindex(mine.index)
    return float(100 * np.average(probable - mine["rate_before"], weights=mine["n_before"]))


def _periods(found: list[tuple[str, pd.DataFrame]], coached: pd.Index, peers: pd.Index) -> pd.DataFrame:
    """Both sides' pooled renewal rate in each period: period, side, rate, n."""
    rows = []
    for name, frame in found:
        for side, who in (("coached", coached), ("peers", peers)):
            some = frame[frame.index.isin(who)]
            rows.append(
                {"period": name, "side": side, "rate": _pooled(some, name), "n": float(some[f"n_{name}"].sum())}
            )
    return pd.DataFrame(rows)
