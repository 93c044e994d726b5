"""How much of a change between two periods comes of other books, and how much of other
rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.statistics import kitagawa
from analytics.statistics.arrays import SEED

CELL = 20  # cases on either side below which a cell is merged with the other small ones
RESAMPLES = 300
MERGED = "…"


@dataclass(frozen=True)
class Change:
    """A group's change between two periods: mix, performance and total with 95 % limits (low, high
    each), and both by cell; merged: how many small cells were put together."""

    split: kitagawa.Split
    cells: pd.DataFrame
    mix: tuple[float, float]
    performance: tuple[float, float]
    merged: int


def change(
    before: pd.DataFrame, now: pd.DataFrame, by: Sequence[str] = ("product", "channel")
) -> Change:
    """How much of a change of the renewal rate is other business (mix) and how much other rates
    (performance), by cells of `by`.

    Cells of fewer than twenty policies on either side are merged into one. Limits: bootstrap over
    policies.
    """
    shared = before.columns.intersection(now.columns)
    chosen = [name for name in by if name in shared]

    def cells(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.groupby(_kinds(frame, chosen)).agg(sum=("renewed", "sum"), size=("n", "sum"))

    both = cells(before).join(cells(now), how="outer", suffixes=("_before", "_now")).fillna(0)
    sizes = both[["size_before", "size_now"]].to_numpy()
    small = ((sizes > 0) & (sizes < CELL)).any(
        axis=1
    )  # a cell that one side lacks altogether is mix, and stays one
    if small.sum() > 1:
        both = pd.concat([both[~small], both[small].sum().to_frame(MERGED).T])
    x1, n1, x2, n2 = (
        both[name].to_numpy(dtype=float)
        for name in ("sum_before", "size_before", "sum_now", "size_now")
    )
    split = kitagawa.kitagawa(x1, n1, x2, n2)
    random = np.random.default_rng(SEED)
    again = np.array([_split_again(random, x1, n1, x2, n2) for _ in range(RESAMPLES)])
    limits = [
        (float(low), float(high)) for low, high in np.quantile(again, [0.025, 0.975], axis=0).T
    ]
    table = both.reset_index(names="cell").assign(
        mix=split.mix_by_cell, performance=split.performance_by_cell
    )
    return Change(split, table, limits[0], limits[1], int(small.sum()) if small.sum() > 1 else 0)


def _split_again(random: np.random.Generator, *sides: np.ndarray) -> tuple[float, float]:
    drawn: list[np.ndarray] = []
    for x, n in (sides[:2], sides[2:]):
        size = random.multinomial(int(n.sum()), n / n.sum())
        drawn += [random.binomial(size, np.divide(x, n, out=np.zeros(len(n)), where=n > 0)), size]
    parts = kitagawa.kitagawa(*drawn)
    return parts.mix, parts.performance


def _kinds(cases: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """What kind of case each is by some factors, as one word; a missing factor is a kind of its
    own."""
    if not names:
        return pd.Series("—", index=cases.index)
    parts = [
        cases[name].astype(object).where(cases[name].notna(), "—").astype(str) for name in names
    ]
    out = parts[0]
    for part in parts[1:]:
        out = out + " · " + part
    return out
