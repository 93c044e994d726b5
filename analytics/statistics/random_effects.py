"""Normal random effects: how much true means differ beyond their errors, and every mean shrunken
accordingly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers, half_tail
from analytics.statistics.special import ndtr, ndtri

GRID = 120


@dataclass(frozen=True)
class Effects:
    """pooled mean and its standard error, tau2 (the variance of the true means), Q, and every
    shrunken mean.

    tau2 = 0 means that the data cannot tell the means apart, not that they are the same.
    """

    pooled: float
    pooled_se: float
    tau2: float
    q: float
    shrunken: Floats
    credibility: Floats  # tau2 ÷ (tau2 + se²)


@dataclass(frozen=True)
class MeanPosterior:
    """True means with the uncertainty of tau kept: grid of tau with weights; per mean and grid
    point a normal."""

    weight: Floats  # taus
    mean: Floats  # means × taus
    sd: Floats

    @property
    def shrunken(self) -> Floats:
        out: Floats = self.mean @ self.weight
        return out

    def above(self, threshold: float) -> Floats:
        """Posterior probability that each true mean exceeds the threshold."""
        out: Floats = np.clip(ndtr((self.mean - threshold) / self.sd) @ self.weight, 0.0, 1.0)
        return out

    @property
    def spread(self) -> Floats:
        """Posterior standard deviation of every true mean."""
        out: Floats = np.sqrt(
            np.maximum(((self.sd**2 + self.mean**2) @ self.weight) - self.shrunken**2, 1e-18)
        )
        return out

    def interval(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Limits from the mixture's mean and spread."""
        z = float(ndtri(1 - half_tail(confidence)))
        return self.shrunken - z * self.spread, self.shrunken + z * self.spread


def random_effects(y: Numbers, se: Numbers, method: str = "REML") -> Effects:
    """Pooled mean and tau² by "REML", "PM" (Paule–Mandel) or "DL" (DerSimonian–Laird, as a check).

    y and se: one-dimensional, same unit; ValueError for other shapes, standard errors not above 0,
    fewer than two means, or another method. Source: Veroniki et al. 2016, Research Synthesis
    Methods 7:55–79; Rubin 1981 (eight schools).
    """
    y, variance = _checked(y, se)
    tau2 = {"DL": _dersimonian_laird, "PM": _paule_mandel, "REML": _reml}.get(method, _unknown)(
        y, variance
    )
    fixed = 1 / variance
    q = float((fixed * (y - (fixed * y).sum() / fixed.sum()) ** 2).sum())
    weight = 1 / (variance + tau2)
    pooled = float((weight * y).sum() / weight.sum())
    credibility = tau2 / (tau2 + variance)
    return Effects(
        pooled,
        float(weight.sum() ** -0.5),
        tau2,
        q,
        pooled + credibility * (y - pooled),
        credibility,
    )


def posterior(y: Numbers, se: Numbers) -> MeanPosterior:
    """Every true mean, integrated over tau (uniform prior) and the pooled mean (flat). Source:
    Gelman et al., BDA3 sec. 5.4."""
    y, variance = _checked(y, se)
    top = 4 * max(float(np.std(y)), float(np.sqrt(variance.min()))) + 1e-9
    taus = np.linspace(0, top, GRID)
    v = variance[:, None] + taus**2
    precision = (1 / v).sum(axis=0)
    mu = (y[:, None] / v).sum(axis=0) / precision
    log = -0.5 * (
        np.log(v).sum(axis=0) + np.log(precision) + ((y[:, None] - mu) ** 2 / v).sum(axis=0)
    )
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    share = taus**2 / v
    mean = mu + share * (y[:, None] - mu)
    spread = np.sqrt(np.maximum(share * variance[:, None] + (1 - share) ** 2 / precision, 1e-18))
    return MeanPosterior(weight, mean, spread)


def _checked(y: Numbers, se: Numbers) -> tuple[Floats, Floats]:
    means, errors = np.asarray(y, dtype=float), np.asarray(se, dtype=float)
    if means.ndim != 1 or means.shape != errors.shape or len(means) < 2:
        raise ValueError("two or more means and as many standard errors are needed")
    if np.isnan(means).any() or np.isnan(errors).any():
        raise ValueError("missing means must be left out")
    if np.any(errors <= 0):
        raise ValueError("standard errors must be above 0")
    return means, errors**2


def _unknown(*_: Floats) -> float:
    raise ValueError("method must be REML, PM or DL")


def _dersimonian_laird(y: Floats, variance: Floats) -> float:
    w = 1 / variance
    q = (w * (y - (w * y).sum() / w.sum()) ** 2).sum()
    return max(0.0, float((q - (len(y) - 1)) / (w.sum() - (w**2).sum() / w.sum())))


def _paule_mandel(y: Floats, variance: Floats) -> float:
    from scipy.optimize import brentq  # slow to import

    def gap(tau2: float) -> float:
        w = 1 / (variance + tau2)
        return float((w * (y - (w * y).sum() / w.sum()) ** 2).sum() - (len(y) - 1))

    if gap(0.0) <= 0:
        return 0.0
    high = float(np.var(y)) + float(variance.max()) + 1e-9
    while gap(high) > 0:
        high *= 2
    return float(brentq(gap, 0.0, high, xtol=1e-14))


def _reml(y: Floats, variance: Floats) -> float:
    from scipy.optimize import minimize_scalar  # slow to import

    def loss(tau2: float) -> float:
        w = 1 / (variance + tau2)
        mu = (w * y).sum() / w.sum()
        return float(
            0.5 * (np.log(variance + tau2).sum() + np.log(w.sum()) + (w * (y - mu) ** 2).sum())
        )

    high = 10 * (float(np.var(y)) + float(variance.max())) + 1e-9
    best = minimize_scalar(
        loss, bounds=(0.0, high), method="bounded", options={"xatol": 1e-12 * max(high, 1.0)}
    )
    return 0.0 if loss(0.0) <= best.fun + 1e-12 else float(best.x)
