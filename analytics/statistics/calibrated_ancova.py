"""ANCOVA on what earlier counts let one expect of everybody, instead of on one earlier figure full
of chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers
from analytics.statistics.expected_rate import ExpectedRates
from analytics.statistics.robust_errors import Fitted, robust_errors
from analytics.statistics.special import stdtr, stdtrit

NEGLIGIBLE = 1e-4  # of a steadiness that the data all but exclude

POWER_Z = 0.8416  # 80 % power


@dataclass(frozen=True)
class Effect:
    """effect in the outcome's unit with limits and p; detectable: the smallest true effect found in
    four of five such studies."""

    effect: float
    low: float
    high: float
    p: float
    detectable: float
    treated: int
    control: int


def calibrated_ancova(
    post: Numbers,
    treated: Numbers,
    expected: ExpectedRates,
    weights: Numbers | None = None,
    clusters: Numbers | None = None,
    confidence: float = 0.95,
) -> Effect:
    """post ~ treated + expected, with HC3 or cluster-robust errors, averaged over the steadiness of
    true rates.

    Why the expectation and not each earlier figure: whoever was picked by earlier figures was
    picked by their chance as well, and that is harmless exactly where all of these figures are
    conditioned on. Given everything counted earlier, the expectation of the true rate carries all
    that they say of it, so people of one expectation are alike whichever of the figures picked
    them. A slope corrected by 1 ÷ reliability instead assumes they were picked by their true rates,
    and errs by the whole return to the mean when they were not. The limits take in that the
    steadiness is uncertain (law of total variance).
    ValueError without both treated and untreated people.
    Source: Goldberger 1972, Selection Bias in Evaluating Treatment Effects (Advances in
    Econometrics 21, 2008); Hansen 2008, Biometrika 95:481–488; Carroll et al. 2006, Measurement
    Error in Nonlinear Models, ch. 4; Rubin 1987, Multiple Imputation, sec. 3.3.
    """
    y, d = np.asarray(post, dtype=float), np.asarray(treated, dtype=float)
    count = int(d.sum())
    if count in (0, len(d)):
        raise ValueError("both treated and untreated people are needed")
    weight = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    # (a) one fit for every steadiness of true rates that the data allow
    kept = expected.likely > NEGLIGIBLE
    share = expected.likely[kept] / expected.likely[kept].sum()
    fits = [robust_errors(y, _design(d, rates), weight, clusters) for rates in expected.rates[kept]]
    # (b) averaged, with the spread between the fits in the error (Rubin's rules)
    effects = np.array([fit.coefficients[1] for fit in fits])
    effect = float(share @ effects)
    error = float(np.sqrt(share @ (_variances(fits) + (effects - effect) ** 2)))
    freedom = min(fit.freedom for fit in fits)
    reach = float(stdtrit(freedom, 1 - (1 - confidence) / 2))
    return Effect(
        effect,
        effect - reach * error,
        effect + reach * error,
        float(2 * stdtr(freedom, -abs(effect) / error)) if error > 0 else float(effect == 0),
        (reach + POWER_Z) * error,
        count,
        len(d) - count,
    )


def _design(treated: Floats, rates: Floats) -> Floats:
    """The expectation in units of its own spread; left out where it is the same for everybody."""
    columns = [np.ones(len(treated)), treated]
    spread = float(rates.std())
    if spread > 1e-9:
        columns.append((rates - rates.mean()) / spread)
    return np.column_stack(columns)


def _variances(fits: list[Fitted]) -> Floats:
    return np.array([fit.covariance[1, 1] for fit in fits])
