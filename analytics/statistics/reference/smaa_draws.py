"""SMAA from scores drawn elsewhere, and who is ahead of whom."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers
from analytics.statistics.smaa import CHUNK, Smaa, count_ranks


def from_draws(draws: Numbers, weights: Numbers, buckets: int | None = None) -> Smaa:
    """The same from scores drawn elsewhere (draws × agents × categories), however they hang
    together.

    weights: one row a draw, or one vector for all. The confidence factor of an agent is the share
    of the draws in which it is first under its central weights. Nothing is drawn here: the seed is
    0. ValueError for other shapes and for gaps.
    Source: Tervonen & Lahdelma 2007, EJOR 178:500–513; R package smaa.
    """
    s, w = _drawn(draws, weights)
    agents = s.shape[1]
    spans = [slice(start, start + CHUNK) for start in range(0, len(s), CHUNK)]
    pieces = ((np.einsum("dc,dac->da", w[span], s[span]), w[span]) for span in spans)
    counted, middle, low, high = count_ranks(pieces, agents, w.shape[1], buckets)
    confidence = np.full(agents, np.nan)
    for leader in np.flatnonzero(~np.isnan(middle[:, 0])):
        totals = s @ middle[leader]
        confidence[leader] = float((totals[:, leader] >= totals.max(axis=1) - 1e-12).mean())
    return Smaa(counted / len(s), middle, confidence, low, high, len(s), 0)


def pairwise_winning(draws: Numbers, weights: Numbers) -> Floats:
    """The share of draws in which one agent (row) is ahead of another (column); 0 on the diagonal.

    draws: draws × agents × categories, or agents × categories for certain scores; weights: one row
    a draw, or one vector for all. Where two tie neither is ahead. Cost: draws × agents².
    ValueError for other shapes and for gaps. Source: Leskinen, Viitanen, Kangas & Kangas 2006,
    Forest Science 52:304–312; R package smaa, `smaa.pwi`.
    """
    s = np.asarray(draws, dtype=float)
    if s.ndim == 2:
        w = np.atleast_2d(np.asarray(weights, dtype=float))
        s, w = _drawn(np.broadcast_to(s, (len(w), *s.shape)), w)
    else:
        s, w = _drawn(s, weights)
    ahead = np.zeros((s.shape[1], s.shape[1]))
    for score, weight in zip(s, w, strict=True):
        total = score @ weight
        ahead += total[:, None] > total + 1e-12
    return ahead / len(s)


def _drawn(draws: Numbers, weights: Numbers) -> tuple[Floats, Floats]:
    s, w = np.asarray(draws, dtype=float), np.asarray(weights, dtype=float)
    if s.ndim != 3 or not len(s) or w.ndim not in (1, 2) or w.shape[-1] != s.shape[2]:
        raise ValueError(
            "draws × agents × categories are needed, and weights of the same categories"
        )
    if w.ndim == 2 and len(w) != len(s):
        raise ValueError("one row of weights a draw is needed")
    if np.isnan(s).any() or np.isnan(w).any():
        raise ValueError("complete scores and weights are needed")
    return s, np.broadcast_to(w, (len(s), s.shape[2]))
