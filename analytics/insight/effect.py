"""What coaching did: coached agents against uncoached ones who started alike."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.statistics import ancova

FEWEST = 10
POLICIES = 50


@dataclass(frozen=True)
class Proof:
    """effect in points of the renewal rate with limits; told: whether there were enough people to say anything; peers from the same band."""

    effect: ancova.Effect | None
    told: bool
    coached: int
    peers: int
    plain_change: float  # of the coached, before and after: what a spreadsheet would claim


def proof(before: Evaluation, after: Evaluation, coached: Collection[str]) -> Proof:
    """ANCOVA of the renewal rate after, on coaching and the rate before, among peers whose rate before lay in the coached band."""
    frames = []
    for one in (before, after):
        at = one.catalogue.position("renewal_rate")
        frames.append(
            pd.DataFrame(
                {"rate": one.measured.agents.value[:, at], "n": one.measured.agents.denominator[:, at]},
                index=one.people["agent_id"].astype(str),
            )
        )
    both = frames[0].join(frames[1], lsuffix="_before", rsuffix="_after", how="inner").dropna()
    both["coached"] = both.index.isin(set(coached))
    mine = both[both["coached"]]
    if mine.empty:
        return Proof(None, False, 0, 0, float("nan"))
    band = both[(both["rate_before"] >= mine["rate_before"].min()) & (both["rate_before"] <= mine["rate_before"].max())]
    peers = int((~band["coached"]).sum())
    change = float(100 * (mine["rate_after"] - mine["rate_before"]).mean())
    if len(mine) < 3 or peers < 3:
        return Proof(None, False, len(mine), peers, change)
    found = ancova.ancova(
        100 * band["rate_after"],
        band["coached"].astype(float),
        100 * band["rate_before"],
        weights=np.minimum(band["n_before"], band["n_after"]),
    )
    enough = band[(band["n_before"] >= POLICIES) & (band["n_after"] >= POLICIES)]
    told = int(enough["coached"].sum()) >= FEWEST and int((~enough["coached"]).sum()) >= FEWEST
    return Proof(found, told, len(mine), peers, change)
