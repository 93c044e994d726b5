"""The permitted weights of three categories as an exact polygon, and what holds under every one of
them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.statistics.arrays import Floats, Numbers

TINY = 1e-12
EXACT_UP_TO = 12  # agents whose ranks are computed exactly; beyond, ranks are sampled
SUBDIVISIONS = 32  # of a side of the triangle, where totals are no longer linear in the weights


@dataclass(frozen=True)
class WeightSet:
    """Vertices of the polygon (in order), its centroid, each weight's standard deviation over it,
    and its share of the simplex."""

    vertices: Floats
    centroid: Floats
    sd: Floats
    share: float


def weight_set(lower: Numbers, upper: Numbers) -> WeightSet:
    """All weights of three categories between the limits that sum to 1; ValueError where there are
    none, or only a point or a line.

    Source: exact; the triangle of 60–70/20–30/10–20 is (.6, .2, .1) + .1 × simplex.
    """
    low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    if low.shape != (3,) or high.shape != (3,) or np.any(low > high):
        raise ValueError("three lower and three upper limits are needed, none crossed")
    polygon = np.eye(3)
    for weight in range(3):
        polygon = clip(polygon, np.eye(3)[weight] - low[weight])
        polygon = clip(polygon, high[weight] - np.eye(3)[weight])
    if not len(polygon):
        raise ValueError("the limits leave no area of weights that sum to 1")
    area, centroid, second = _moments(polygon)
    return WeightSet(
        polygon,
        centroid,
        np.sqrt(np.maximum(second - centroid**2, 0)),
        area / _moments(np.eye(3))[0],
    )


def clip(polygon: Floats, normal: Floats) -> Floats:
    """The part of a polygon of weights (rows) where normal · w ≥ 0; the plane w·1 = 1 makes every
    linear condition of this form."""
    if not len(polygon):
        return polygon
    side = polygon @ normal
    out: list[Floats] = []
    for corner in range(len(polygon)):
        after = (corner + 1) % len(polygon)
        if side[corner] >= -TINY:
            out.append(polygon[corner])
        if (side[corner] > TINY and side[after] < -TINY) or (
            side[corner] < -TINY and side[after] > TINY
        ):
            share = side[corner] / (side[corner] - side[after])
            out.append(polygon[corner] + share * (polygon[after] - polygon[corner]))
    apart = [point for last, point in pairwise(out) if np.abs(point - last).max() > TINY]
    kept = [*out[:1], *apart]
    return np.array(kept) if len(kept) > 2 else np.zeros((0, 3))


def share_ahead(gaps: Numbers) -> float:
    """The share of a triangle of weights where A is ahead of B, from A − B at its three corners;
    all above 0: always ahead.

    Source: d₁² ÷ ((d₁ − d₂)(d₁ − d₃)) for one positive gap.
    """
    d = np.asarray(gaps, dtype=float)
    if d.shape != (3,):
        raise ValueError("three gaps are needed")
    if np.all(d == 0):
        return 0.5
    if np.all(d >= 0) or np.all(d <= 0):
        return 1.0 if np.any(d > 0) else 0.0
    positive = d > 0
    if positive.sum() == 1:
        alone = int(np.flatnonzero(positive)[0])
        first, (second, third) = d[alone], np.delete(d, alone)
        return float(first**2 / ((first - second) * (first - third)))
    alone = int(np.flatnonzero(d < 0)[0]) if np.any(d < 0) else 0
    first, (second, third) = d[alone], np.delete(d, alone)
    return float(1 - first**2 / ((first - second) * (first - third)))


@dataclass(frozen=True)
class Acceptability:
    """rank: agents × ranks, the share of the weights at which each agent has each rank; central:
    the mean weights where it is first."""

    rank: Floats
    central: Floats


def exact_acceptability(scores: Numbers, lower: Numbers, upper: Numbers) -> Acceptability:
    """Rank acceptability over all permitted weights, by cutting the polygon along every line on
    which two agents tie.

    scores: agents × 3. ValueError beyond twelve agents (sample instead). Source: Lahdelma &
    Salminen 2001, Operations Research 49:444–454 (SMAA-2), computed exactly.
    """
    s = np.asarray(scores, dtype=float)
    if np.isnan(s).any():
        raise ValueError("complete scores are needed")
    if len(s) > EXACT_UP_TO:
        raise ValueError("too many agents for an exact answer")
    cells = [weight_set(lower, upper).vertices]
    for agent in range(len(s)):
        for other in range(agent + 1, len(s)):
            gap = s[agent] - s[other]
            cells = (
                [
                    part
                    for cell in cells
                    for part in (clip(cell, gap), clip(cell, -gap))
                    if len(part)
                ]
                if np.any(np.abs(gap) > TINY)
                else cells
            )
    rank, first, central = np.zeros((len(s), len(s))), np.zeros(len(s)), np.zeros((len(s), 3))
    for cell in cells:
        area, middle, _ = _moments(cell)
        totals = s @ middle
        place = (totals[:, None] < totals - TINY).sum(axis=1)
        rank[np.arange(len(s)), place] += area
        for leader in np.flatnonzero(place == 0):
            first[leader] += area
            central[leader] += area * middle
    whole = rank.sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        return Acceptability(
            rank / whole, np.where(first[:, None] > 0, central / first[:, None], np.nan)
        )


def _moments(polygon: Floats) -> tuple[float, Floats, Floats]:
    """Area (in the plane's own measure), mean and mean square of the weights over a polygon, by its
    triangles."""
    area, mean, square = 0.0, np.zeros(3), np.zeros(3)
    for corner in range(1, len(polygon) - 1):
        corners = polygon[[0, corner, corner + 1]]
        part = float(np.linalg.norm(np.cross(corners[1] - corners[0], corners[2] - corners[0]))) / 2
        middle = corners.mean(axis=0)
        area += part
        mean += part * middle
        square += part * ((corners**2).sum(axis=0) + corners.sum(axis=0) ** 2) / 12
    return area, mean / area if area > 0 else mean, square / area if area > 0 else square


@dataclass(frozen=True)
class Region:
    """The weights under which `who` (a row of the scores) leads: its outlines (corners in order;
    more than one where it falls apart), its share of all permitted weights, its mean."""

    who: int
    outlines: tuple[Floats, ...]
    share: float
    central: Floats


@dataclass(frozen=True)
class Leading:
    """Who leads where, largest region first; exact: whether the borders were computed and not
    approached on small pieces."""

    regions: tuple[Region, ...]
    exact: bool


def leading_regions(scores: Numbers, lower: Numbers, upper: Numbers) -> Leading:
    """Who leads where on the permitted weights, for any number of rows; of equal rows the first.

    scores: rows × 3; NaN where a row lacks a category, whose weight then goes to its others
    (ValueError where it lacks all three). Among rows that lack the same the leader is decided by
    linear functions, exactly. Rows that lack different ones are held against each other on small
    triangles (SUBDIVISIONS a side), between whose corners a total is taken for linear: with totals
    of 0–100 that is less than a thousandth of a point off.
    """
    s = np.asarray(scores, dtype=float)
    if s.ndim != 2 or s.shape[1] != 3 or not len(s) or np.isnan(s).all(axis=1).any():
        raise ValueError("scores of three categories are needed, and one of them for every row")
    whole = weight_set(lower, upper).vertices
    area = _moments(whole)[0]
    lacks = np.isnan(s)
    cells: dict[int, list[Floats]] = {}
    kinds = np.unique(lacks, axis=0)
    for kind in kinds:
        rows = np.flatnonzero((lacks == kind).all(axis=1))
        cells |= {
            int(rows[leader]): [cell]
            for leader, cell in _envelope(np.nan_to_num(s[rows]), whole).items()
        }
    if len(kinds) > 1:
        cells = _on_pieces(s, np.array(sorted(cells)), whole)
    regions = [
        Region(leader, _outlines(parts), *_share_and_middle(parts, area))
        for leader, parts in cells.items()
        if parts
    ]
    return Leading(tuple(sorted(regions, key=lambda region: -region.share)), len(kinds) == 1)


def totals(scores: Numbers, weights: Numbers) -> Floats:
    """Totals (weightings × rows) of scores (rows × 3) under weights (weightings × 3), what is
    missing left to the others."""
    s, w = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    there = ~np.isnan(s)
    out: Floats = (w @ np.nan_to_num(s).T) / np.maximum(w @ there.T, TINY)
    return out


def _envelope(s: Floats, whole: Floats) -> dict[int, Floats]:
    """row → the part of `whole` where its s · w is the largest. The best of linear functions is
    decided at the corners of the cells: whoever beats a cell's leader at one of its corners is
    taken up, until nobody does."""
    leaders = list(dict.fromkeys(int(corner) for corner in (s @ whole.T).argmax(axis=0)))
    while True:
        cells = {leader: _best_of(s, leader, leaders, whole) for leader in leaders}
        corners = np.concatenate([cell for cell in cells.values() if len(cell)])
        reached = s @ corners.T
        best = reached.argmax(axis=0)
        held = reached[leaders].max(axis=0)
        new = [
            int(leader)
            for corner, leader in enumerate(best)
            if reached[leader, corner] > held[corner] + 1e-9
        ]
        if not new:
            return {leader: cell for leader, cell in cells.items() if len(cell)}
        leaders = list(dict.fromkeys([*leaders, *new]))


def _best_of(s: Floats, leader: int, leaders: list[int], polygon: Floats) -> Floats:
    for other in leaders:
        if other != leader:
            polygon = clip(polygon, s[leader] - s[other])
    return polygon


def _on_pieces(s: Floats, rows: np.ndarray, whole: Floats) -> dict[int, list[Floats]]:
    """row → the parts of small triangles of `whole` on which it leads among `rows`."""
    out: dict[int, list[Floats]] = {int(leader): [] for leader in rows}
    triangles = pieces(whole)
    # Linear between the corners: a row's total is its totals at the corners, weighed by the shares
    # of these.
    reached = totals(s[rows], triangles.reshape(-1, 3)).reshape(len(triangles), 3, len(rows))
    best = reached[:, 0].argmax(axis=1)
    alone = (
        np.take_along_axis(reached, best[:, None, None], axis=2)[:, :, 0] >= reached.max(axis=2)
    ).all(axis=1)
    for corners, leader in zip(triangles[alone], best[alone], strict=True):
        out[int(rows[leader])].append(corners)
    for corners, here in zip(triangles[~alone], reached[~alone], strict=True):
        for leader, shares in _envelope(here.T, np.eye(3)).items():
            out[int(rows[leader])].append(shares @ corners)
    return out


def pieces(whole: Numbers) -> Floats:
    """Small triangles (n × 3 corners × 3 weights) that a convex polygon of weights (corners in
    order) consists of."""
    polygon = np.asarray(whole, dtype=float)
    shares = []
    for a in range(SUBDIVISIONS):
        for b in range(SUBDIVISIONS - a):
            c = SUBDIVISIONS - a - b
            shares.append([(a, b, c), (a + 1, b, c - 1), (a, b + 1, c - 1)])
            if c > 1:
                shares.append([(a + 1, b, c - 1), (a + 1, b + 1, c - 2), (a, b + 1, c - 1)])
    inside = np.array(shares) / SUBDIVISIONS
    return np.concatenate(
        [inside @ polygon[[0, corner, corner + 1]] for corner in range(1, len(polygon) - 1)]
    )


def _outlines(parts: list[Floats]) -> tuple[Floats, ...]:
    """The outlines of cells that lie side by side: the edges that only one of them has, joined end
    to end."""
    if len(parts) == 1:
        return (parts[0],)
    corners = np.concatenate([part if _turn(part) > 0 else part[::-1] for part in parts])
    names = np.unique(np.round(corners, 9), axis=0, return_inverse=True)[1].ravel()
    after: dict[int, list[int]] = {}  # corner → where the edges that start there end
    begin = 0
    for part in parts:
        ring = names[begin : begin + len(part)].tolist()
        begin += len(part)
        for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
            if start in after.get(end, ()):
                after[end].remove(start)  # the same edge, seen from the other side
            elif start != end:
                after.setdefault(start, []).append(end)
    place = np.empty((int(names.max()) + 1, corners.shape[1]))
    place[names] = corners
    rings = []
    while after:
        start, ring = next(iter(after)), []
        while after.get(start):
            ring.append(start)
            start = after[start].pop()
        after.pop(start, None)
        after = {corner: ends for corner, ends in after.items() if ends}
        if len(ring) > 2:
            rings.append(place[ring])
    return tuple(rings)


def _turn(polygon: Floats) -> float:
    """Above 0 for corners that go round one way, below for the other."""
    x, y = polygon[:, 0], polygon[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def _share_and_middle(parts: list[Floats], area: float) -> tuple[float, Floats]:
    triangles = np.concatenate(
        [
            np.stack([part[[0, corner, corner + 1]] for corner in range(1, len(part) - 1)])
            for part in parts
        ]
    )
    own = (
        np.linalg.norm(
            np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1
        )
        / 2
    )
    middle: Floats = own @ triangles.mean(axis=1) / max(float(own.sum()), TINY)
    return float(own.sum()) / area, middle


def reaching(scores: Numbers, least: float, below: float, lower: Numbers, upper: Numbers) -> Floats:
    """The permitted weights (corners of a polygon, none where empty) at which a row's total lies in
    [least, below).

    scores: three categories, NaN where one is missing: its weight goes to the others, which keeps
    the limits linear.
    """
    s = np.asarray(scores, dtype=float)
    there, filled = (~np.isnan(s)).astype(float), np.nan_to_num(s)
    polygon = clip(weight_set(lower, upper).vertices, filled - least * there)
    return clip(polygon, below * there - filled) if np.isfinite(below) else polygon


def share_of(polygon: Floats, lower: Numbers, upper: Numbers) -> float:
    """How much of all permitted weights a polygon of them is."""
    return _moments(polygon)[0] / _moments(weight_set(lower, upper).vertices)[0]
