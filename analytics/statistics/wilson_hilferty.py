"""Gamma and beta variates by the thousand from normal ones: the cube root of a gamma variate is
nearly normal."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Singles

# shape from which the cube lies within .03 standard deviations of every quantile from 1 to 99 %
SMALL = 2.0


def gamma(shape: Floats, draws: int, random: np.random.Generator) -> Singles:
    """Gamma variates of scale 1: draws × shapes (above 0); below SMALL exact ones.

    Source: Wilson & Hilferty 1931, Proceedings of the National Academy of Sciences 17:684–688.
    """
    out = random.standard_normal((draws, len(shape)), dtype=np.float32)
    cubed(out, np.maximum(shape, SMALL))
    small = np.flatnonzero(shape < SMALL)
    if len(small):
        out[:, small] = random.standard_gamma(shape[small], (draws, len(small)))
    return out


def cubed(normal: Singles, shape: Floats) -> None:
    """Turns standard normal variates (draws × shapes) into gamma ones, in place."""
    normal *= (1 / (3 * np.sqrt(shape))).astype(np.float32)
    normal += (1 - 1 / (9 * shape)).astype(np.float32)
    np.maximum(normal, 0.0, out=normal)
    normal *= normal * normal
    normal *= shape.astype(np.float32)


def beta(first: Floats, second: Floats, draws: int, random: np.random.Generator) -> Singles:
    """Beta variates: draws × pairs of shapes (above 0), as a gamma variate's share of two; exact
    ones where a shape is below SMALL."""
    out = gamma(np.maximum(first, SMALL), draws, random)
    out /= out + gamma(np.maximum(second, SMALL), draws, random)
    small = np.flatnonzero(np.minimum(first, second) < SMALL)
    if len(small):
        out[:, small] = random.beta(first[small], second[small], (draws, len(small)))
    return out
