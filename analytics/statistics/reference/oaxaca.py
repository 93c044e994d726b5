"""Oaxaca–Blinder: what the make-up of two groups explains of the gap between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


@dataclass(frozen=True)
class Gap:
    """Mean of the group less that of the others, and its parts, all in the outcome's unit.

    explained + unexplained = gap, and endowments + coefficients + interaction = gap;
    explained_by: the explained part of every column.
    """

    gap: float
    explained: float
    unexplained: float
    explained_by: Floats
    endowments: float
    coefficients: float
    interaction: float


def oaxaca(outcome: Numbers, columns: Numbers, group: Numbers) -> Gap:
    """Twofold split by pooled coefficients (the group among the regressors), and the threefold.

    outcome: one a row; columns: rows × k, without a constant; group: true for the group, false
    for the others. Rows with a gap are left out. The unexplained part is whatever the columns
    leave out, no proof of unfairness. ValueError for other shapes, or fewer rows of a side than
    coefficients. Source: Oaxaca 1973, Blinder 1973; Jann 2008, Stata Journal 8:453–479
    (pooled).
    """
    y, x = np.asarray(outcome, dtype=float), np.asarray(columns, dtype=float)
    side = np.asarray(group, dtype=float)
    if x.ndim != 2 or y.shape != (len(x),) or side.shape != y.shape:
        raise ValueError("an outcome and a group a row are needed, and rows × columns")
    there = ~np.isnan(x).any(axis=1) & ~np.isnan(y) & ~np.isnan(side)
    y, inside = y[there], side[there] != 0
    x = np.column_stack([x[there], np.ones(there.sum())])
    if min(inside.sum(), (~inside).sum()) < x.shape[1]:
        raise ValueError("more rows of either side than coefficients are needed")
    own, other = (_slopes(x[rows], y[rows]) for rows in (inside, ~inside))
    pooled = _slopes(np.column_stack([x, inside]), y)[:-1]
    apart = x[inside].mean(axis=0) - x[~inside].mean(axis=0)
    gap = float(y[inside].mean() - y[~inside].mean())
    explained_by = (apart * pooled)[:-1]
    explained = float(explained_by.sum())
    return Gap(
        gap,
        explained,
        gap - explained,
        explained_by,
        float(apart @ other),
        float(x[~inside].mean(axis=0) @ (own - other)),
        float(apart @ (own - other)),
    )


def _slopes(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=float)
