"""SMAA-2: ranks under all permitted weights and all scores that the data allow, by drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import SEED, Floats, Numbers
from analytics.statistics.weight_triangle import weight_set

DRAWS = 10_000
CHUNK = 64


@dataclass(frozen=True)
class Smaa:
    """acceptability (agents × rank buckets; rows sum to 1), central weights and confidence where
    first, best and worst rank seen."""

    acceptability: Floats
    central: Floats
    confidence: Floats
    low: Floats
    high: Floats
    draws: int
    seed: int


def draw_weights(lower: Numbers, upper: Numbers, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Weights drawn uniformly from the permitted set: draws × 3, each summing to 1."""
    corners = weight_set(lower, upper).vertices
    random = np.random.default_rng(seed)
    parts = [
        (corners[0], corners[corner], corners[corner + 1]) for corner in range(1, len(corners) - 1)
    ]
    areas = np.array([np.linalg.norm(np.cross(b - a, c - a)) for a, b, c in parts])
    chosen = random.choice(len(parts), draws, p=areas / areas.sum())
    share = random.dirichlet([1.0, 1.0, 1.0], draws)
    drawn: Floats = np.einsum("dk,dkc->dc", share, np.array(parts)[chosen])
    return drawn


def smaa(
    scores: Numbers,
    weights: Numbers,
    spread: Numbers | None = None,
    buckets: int | None = None,
    seed: int = SEED,
) -> Smaa:
    """Rank acceptability of agents (rows of `scores`, a column a category) under drawn weights
    (rows of `weights`).

    `spread` (same shape as scores): standard deviations of the scores, drawn anew with every
    weight; none for certain scores. Ties share the better rank. The same seed gives the same
    result. ValueError for other shapes. Source: Lahdelma & Salminen 2001, Operations Research
    49:444–454; Tervonen & Lahdelma 2007, EJOR 178:500–513.
    """
    s, w = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    if s.ndim != 2 or w.ndim != 2 or s.shape[1] != w.shape[1]:
        raise ValueError("scores and weights need the same categories")
    if np.isnan(s).any() or np.isnan(w).any():
        raise ValueError("complete scores and weights are needed")
    random = np.random.default_rng(seed)
    errors = None if spread is None else np.asarray(spread, dtype=float)

    def totals(some: Floats) -> Floats:
        out: Floats = some @ s.T
        if errors is not None:
            drawn = s + errors * random.standard_normal((len(some), *s.shape))
            out = np.einsum("dc,dac->da", some, drawn)
        return out

    pieces = (
        (totals(w[start : start + CHUNK]), w[start : start + CHUNK])
        for start in range(0, len(w), CHUNK)
    )
    counted, middle, low, high = count_ranks(pieces, len(s), w.shape[1], buckets)
    return Smaa(
        counted / len(w), middle, _confidence(s, errors, middle, random), low, high, len(w), seed
    )


def count_ranks(
    pieces: Iterable[tuple[Floats, Floats]], agents: int, categories: int, buckets: int | None
) -> tuple[Floats, Floats, Floats, Floats]:
    """Times in each rank bucket, mean weights where first, best and worst rank.

    pieces: the totals (draws × agents) and the weights of some draws at a time.
    """
    buckets = buckets or agents
    counted = np.zeros((agents, buckets))
    first, central = np.zeros(agents), np.zeros((agents, categories))
    low, high = np.full(agents, agents, dtype=float), np.ones(agents)
    for totals, some in pieces:
        order = np.argsort(-totals, axis=1, kind="stable")
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(agents)[None, :].repeat(len(some), axis=0), axis=1)
        sorted_totals = np.take_along_axis(totals, order, axis=1)
        tied = np.concatenate(
            [
                np.zeros((len(some), 1), dtype=bool),
                np.isclose(sorted_totals[:, 1:], sorted_totals[:, :-1], rtol=0, atol=1e-12),
            ],
            axis=1,
        )
        if tied.any():
            place = np.where(tied, 0, np.arange(agents))
            np.put_along_axis(rank, order, np.maximum.accumulate(place, axis=1), axis=1)
        bucket = rank * buckets // agents
        for draw in range(len(some)):
            counted[np.arange(agents), bucket[draw]] += 1
        leads = rank == 0
        first += leads.sum(axis=0)
        central += leads.T @ some
        low, high = np.minimum(low, rank.min(axis=0) + 1), np.maximum(high, rank.max(axis=0) + 1)
    with np.errstate(all="ignore"):
        middle = np.where(first[:, None] > 0, central / first[:, None], np.nan)
    return counted, middle, low, high


def _confidence(
    s: Floats, errors: Floats | None, middle: Floats, random: np.random.Generator
) -> Floats:
    """P(first | central weights): 1 or 0 for certain scores, else drawn."""
    out = np.full(len(s), np.nan)
    noise = (
        np.zeros((1, *s.shape))
        if errors is None
        else errors * random.standard_normal((500, *s.shape))
    )
    for leader in np.flatnonzero(~np.isnan(middle[:, 0])):
        totals = (s + noise) @ middle[leader]
        out[leader] = float((totals[:, leader] >= totals.max(axis=1) - 1e-12).mean())
    return out
