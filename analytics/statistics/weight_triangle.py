"""The permitted weights of three categories as an exact polygon, and what holds under every one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers

TINY = 1e-12
EXACT_UP_TO = 12  # agents whose ranks are computed exactly; beyond, ranks are sampled


@dataclass(frozen=True)
class WeightSet:
    """Vertices of the polygon (in order), its centroid, each weight's standard deviation over it, and its share of the simplex."""

    vertices: Floats
    centroid: Floats
    sd: Floats
    share: float


def weight_set(lower: Numbers, upper: Numbers) -> WeightSet:
    """All weights of three categories between the limits that sum to 1; ValueError where there are none.

    Source: exact; the triangle of 60–70/20–30/10–20 is (.6, .2, .1) + .1 × simplex.
    """
    low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    if low.shape != (3,) or high.shape != (3,) or np.any(low > high):
        raise ValueError("three lower and three upper limits are needed, none crossed")
    polygon = np.eye(3)
    for at in range(3):
        polygon = clip(polygon, np.eye(3)[at] - low[at])
        polygon = clip(polygon, high[at] - np.eye(3)[at])
    if not len(polygon):
        raise ValueError("no weights lie between the limits and sum to 1")
    area, centroid, second = _moments(polygon)
    return WeightSet(polygon, centroid, np.sqrt(np.maximum(second - centroid**2, 0)), area / _moments(np.eye(3))[0])


def clip(polygon: Floats, normal: Floats) -> Floats:
    """The part of a polygon of weights (rows) where normal · w ≥ 0; the plane w·1 = 1 makes every linear condition of this form."""
    if not len(polygon):
        return polygon
    side = polygon @ normal
    out: list[Floats] = []
    for at in range(len(polygon)):
        after = (at + 1) % len(polygon)
        if side[at] >= -TINY:
            out.append(polygon[at])
        if (side[at] > TINY and side[after] < -TINY) or (side[at] < -TINY and side[after] > TINY):
            share = side[at] / (side[at] - side[after])
            out.append(polygon[at] + share * (polygon[after] - polygon[at]))
    kept = [one for at, one in enumerate(out) if at == 0 or np.abs(one - out[at - 1]).max() > TINY]
    return np.array(kept) if len(kept) > 2 else np.zeros((0, 3))


def share_ahead(gaps: Numbers) -> float:
    """The share of a triangle of weights where A is ahead of B, from A − B at its three corners; all above 0: always ahead.

    Source: d₁² ÷ ((d₁ − d₂)(d₁ − d₃)) for one positive gap.
    """
    d = np.asarray(gaps, dtype=float)
    if d.shape != (3,):
        raise ValueError("three gaps are needed")
    if np.all(d >= 0) or np.all(d <= 0):
        return 1.0 if np.any(d > 0) else 0.0 if np.any(d < 0) else 0.5
    positive = d > 0
    if positive.sum() == 1:
        at = int(np.flatnonzero(positive)[0])
        first, (second, third) = d[at], np.delete(d, at)
        return float(first**2 / ((first - second) * (first - third)))
    at = int(np.flatnonzero(d < 0)[0]) if np.any(d < 0) else 0
    first, (second, third) = d[at], np.delete(d, at)
    return float(1 - first**2 / ((first - second) * (first - third)))


@dataclass(frozen=True)
class Acceptability:
    """rank: agents × ranks, the share of the weights at which each agent has each rank; central: the mean weights where it is first."""

    rank: Floats
    central: Floats


def exact_acceptability(scores: Numbers, lower: Numbers, upper: Numbers) -> Acceptability:
    """Rank acceptability over all permitted weights, by cutting the polygon along every line on which two agents tie.

    scores: agents × 3. ValueError beyond twelve agents (sample instead). Source: Lahdelma & Salminen 2001, Operations Research
    49:444–454 (SMAA-2), computed exactly.
    """
    s = np.asarray(scores, dtype=float)
    if len(s) > EXACT_UP_TO:
        raise ValueError("too many agents for an exact answer")
    cells = [weight_set(lower, upper).vertices]
    for one in range(len(s)):
        for other in range(one + 1, len(s)):
            gap = s[one] - s[other]
            cells = (
                [part for cell in cells for part in (clip(cell, gap), clip(cell, -gap)) if len(part)]
                if np.any(np.abs(gap) > TINY)
                else cells
            )
    rank, first, central = np.zeros((len(s), len(s))), np.zeros(len(s)), np.zeros((len(s), 3))
    for cell in cells:
        area, middle, _ = _moments(cell)
        totals = s @ middle
        place = (totals[:, None] < totals - TINY).sum(axis=1)
        rank[np.arange(len(s)), place] += area
        for at in np.flatnonzero(place == 0):
            first[at] += area
            central[at] += area * middle
    whole = rank.sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        return Acceptability(rank / whole, np.where(first[:, None] > 0, central / first[:, None], np.nan))


def _moments(polygon: Floats) -> tuple[float, Floats, Floats]:
    """Area (in the plane's own measure), mean and mean square of the weights over a polygon, by its triangles."""
    area, mean, square = 0.0, np.zeros(3), np.zeros(3)
    for at in range(1, len(polygon) - 1):
        corners = polygon[[0, at, at + 1]]
        part = float(np.linalg.norm(np.cross(corners[1] - corners[0], corners[2] - corners[0]))) / 2
        middle = corners.mean(axis=0)
        area += part
        mean += part * middle
        square += part * ((corners**2).sum(axis=0) + corners.sum(axis=0) ** 2) / 12
    return area, mean / area if area > 0 else mean, square / area if area > 0 else square
