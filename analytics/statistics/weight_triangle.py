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
    """All weights of three categories between the limits that sum to 1; ValueError where there are none, or only a point or a line.

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
        raise ValueError("the limits leave no area of weights that sum to 1")
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
    if np.isnan(s).any():
        raise ValueError("complete scores are needed")
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


@dataclass(frozen=True)
class Region:
    """The weights under which `who` (a row of the scores) leads: the polygon's corners, its share of all permitted weights, its mean."""

    who: int
    polygon: Floats
    share: float
    central: Floats


def leading_regions(scores: Numbers, lower: Numbers, upper: Numbers) -> list[Region]:
    """Who leads where on the permitted weights, largest region first; exact for any number of rows.

    scores: rows × 3, none missing (ValueError). The best of linear functions is decided at the corners of the cells: whoever
    beats a cell's leader at one of its corners is taken up, until nobody does.
    """
    s = np.asarray(scores, dtype=float)
    if s.ndim != 2 or s.shape[1] != 3 or not len(s) or np.isnan(s).any():
        raise ValueError("complete scores of three categories are needed")
    whole = weight_set(lower, upper).vertices
    leaders = list(dict.fromkeys(int(at) for at in (s @ whole.T).argmax(axis=0)))
    while True:
        cells = {one: _best_of(s, one, leaders, whole) for one in leaders}
        corners = np.concatenate([cell for cell in cells.values() if len(cell)])
        totals = s @ corners.T
        best = totals.argmax(axis=0)
        held = totals[leaders].max(axis=0)
        new = [int(one) for at, one in enumerate(best) if totals[one, at] > held[at] + 1e-9]
        if not new:
            break
        leaders = list(dict.fromkeys([*leaders, *new]))
    area = _moments(whole)[0]
    found = [Region(one, cell, *_share_and_middle(cell, area)) for one, cell in cells.items() if len(cell)]
    return sorted(found, key=lambda region: -region.share)


def _best_of(s: Floats, one: int, leaders: list[int], polygon: Floats) -> Floats:
    for other in leaders:
        if other != one:
            polygon = clip(polygon, s[one] - s[other])
    return polygon


def _share_and_middle(cell: Floats, area: float) -> tuple[float, Floats]:
    own, middle, _ = _moments(cell)
    return own / area, middle


def reaching(scores: Numbers, least: float, below: float, lower: Numbers, upper: Numbers) -> Floats:
    """The permitted weights (corners of a polygon, none where empty) at which a row's total lies in [least, below)."""
    s = np.asarray(scores, dtype=float)
    polygon = clip(weight_set(lower, upper).vertices, s - least)
    return clip(polygon, below - s) if np.isfinite(below) else polygon


def share_of(polygon: Floats, lower: Numbers, upper: Numbers) -> float:
    """How much of all permitted weights a polygon of them is."""
    return _moments(polygon)[0] / _moments(weight_set(lower, upper).vertices)[0]
