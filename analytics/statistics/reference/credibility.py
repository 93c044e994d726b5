"""Bühlmann–Straub credibility: Z = w ÷ (w + K) from groups observed several times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


@dataclass(frozen=True)
class Credibility:
    """within (s²) and between (a) variance, K = s² ÷ a (inf where groups cannot be told apart), the
    collective mean, Z, estimates."""

    within: float
    between: float
    k: float
    collective: float
    z: Floats
    estimate: Floats


def buhlmann_straub(values: Numbers, weights: Numbers) -> Credibility:
    """Credibility of groups (rows) seen in several periods (columns); NaN where a group was not
    seen.

    values: what was observed per unit of weight; weights: exposures. ValueError unless there are
    two groups and some group was seen twice. Source: Bühlmann & Gisler 2005, A Course in
    Credibility Theory, ch. 4 (non-parametric estimators).
    """
    x, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    there = ~np.isnan(x) & ~np.isnan(w) & (w > 0)
    w = np.where(there, w, 0.0)
    x = np.where(there, x, 0.0)
    seen = there.sum(axis=1)
    if x.ndim != 2 or (seen > 0).sum() < 2 or not (seen > 1).any():
        raise ValueError("two groups are needed, and one of them seen twice")
    own = w.sum(axis=1)
    with np.errstate(all="ignore"):
        mean = np.where(own > 0, (w * x).sum(axis=1) / own, np.nan)
    within = float(
        (w * (x - np.nan_to_num(mean)[:, None]) ** 2).sum() / np.maximum(seen - 1, 0).sum()
    )
    groups, total = own > 0, own.sum()
    overall = float((own[groups] * mean[groups]).sum() / total)
    bottom = total - (own**2).sum() / total
    between = max(
        0.0,
        float(
            ((own[groups] * (mean[groups] - overall) ** 2).sum() - (groups.sum() - 1) * within)
            / bottom
        ),
    )
    if between == 0:
        return Credibility(
            within, 0.0, float("inf"), overall, np.zeros(len(own)), np.full(len(own), overall)
        )
    z = own / (own + within / between)
    collective = float((z[groups] * mean[groups]).sum() / z[groups].sum())
    return Credibility(
        within,
        between,
        within / between,
        collective,
        z,
        z * np.nan_to_num(mean) + (1 - z) * collective,
    )
