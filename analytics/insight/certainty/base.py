"""What every kind of spread answers with, and what it is asked: the common values of this
folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.evaluation import Measured
from analytics.evaluation.standards import Floats
from analytics.model import Indicator
from analytics.statistics import beta_binomial, deconvolution
from analytics.statistics.arrays import Singles

CLASSIFY = 0.5  # least credibility at which anybody is ranked or placed by a rate
DIFFER = 0.05  # above this p the agents as a whole are not told apart
# percent of a score from which an indicator decides whether anything can be told of a rank
HEAVY = 10.0
# expected count below which χ² misleads, and how often the p is then drawn anew
SPARSE, REDRAWS = 5, 399

Limits = tuple[Floats, Floats]
Law = Callable[[float], deconvolution.Quantile | None]


@dataclass(frozen=True, kw_only=True)
class Certainty:
    """One indicator of every agent, in its own unit; NaN where nothing can be said.

    value: as measured; low, high: 95 % limits of the agent's own data; n: what they rest on;
    credibility: Z of the shrunken estimate, sd its standard deviation; enough: whether the data
    carry a rank or a quadrant; p_equal: how likely such differences are if all agents were the
    same; top: the largest value there can be; prior: of rates, where there are enough of them;
    alone: where nobody's estimate can be shrunken, what the agent's own data say, half a case
    added to each side.
    """

    indicator: str
    kind: str  # a key of KINDS
    value: Floats
    low: Floats
    high: Floats
    n: Floats
    credibility: Floats
    shrunken: Floats
    sd: Floats
    enough: np.ndarray
    p_equal: float
    drawing: Drawing
    top: float = np.inf
    probability_above: Callable[[float], Floats] | None = None
    law: Law | None = None
    prior: beta_binomial.RatePosterior | None = None
    alone: Floats | None = None

    @property
    def differ(self) -> bool:
        """Whether agents differ on it beyond what chance alone makes of equal ones."""
        return self.p_equal < DIFFER

    def above(self, threshold: float) -> Floats:
        """Posterior probability that the true value lies above the threshold; NaN without data or
        prior."""
        if self.probability_above is None:
            return np.full(len(self.n), np.nan)
        return self.probability_above(threshold)

    def true_quantile(self, share: float) -> deconvolution.Quantile | None:
        """The quantile of the agents' true values (`share` between 0 and 1), chance taken out; None
        where no law of these is fitted."""
        quantile = None if self.law is None else self.law(share)
        return None if quantile is None else quantile.within(0.0, self.top)

    def drawn(self, rows: np.ndarray, draws: int, random: np.random.Generator) -> Singles:
        """True values of `rows` (draws × rows) as the data allow them; NaN where nothing is known
        of the spread."""
        own = self.value if self.alone is None else self.alone
        centre = np.where(np.isnan(self.shrunken), own, self.shrunken)[rows]
        return self.drawing(Posterior(centre, self.sd[rows], self.top), draws, random)


@dataclass(frozen=True)
class Posterior:
    """Centre and standard deviation of some agents' true values, and the largest there can be."""

    centre: Floats
    sd: Floats
    top: float


Drawing = Callable[[Posterior, int, np.random.Generator], Singles]


@dataclass(frozen=True)
class Figures:
    """An indicator of every agent, with its numerators and denominators; sure_of gives the
    certainty of another indicator of the same figures."""

    measured: Measured
    indicator: Indicator
    numerator: Floats
    denominator: Floats
    sure_of: Callable[[str], Certainty | None]


@dataclass(frozen=True)
class Sums:
    """What values of an indicator were made of (agents, teams, months, the company).

    squares: the sum of squared survey points, for means; together: the factor of `clusters` for
    renewals.
    """

    indicator: Indicator
    numerator: Floats
    denominator: Floats
    squares: Floats | None = None
    together: Floats | float = 1.0

    @property
    def nothing(self) -> Limits:
        """Limits where the data do not tell the spread."""
        unknown = np.full(np.shape(self.numerator), np.nan)
        return unknown, unknown


@dataclass(frozen=True)
class Pooled:
    """Numerators and denominators of teams or the company, with the company's own sums."""

    indicator: Indicator
    numerator: Floats
    denominator: Floats
    totals: Mapping[str, float]


@dataclass(frozen=True)
class Kind:
    """What the file of a kind of spread gives.

    certainty: how sure every agent's value is, None where the figures do not tell the spread;
    interval: 95 % limits from counts alone; drawn_pooled: values (draws × groups) as their own
    counts allow them. Without the latter two counts alone do not tell the spread.
    """

    certainty: Callable[[Figures], Certainty | None]
    interval: Callable[[Sums], Limits] | None = None
    drawn_pooled: Callable[[Pooled, int, np.random.Generator], Floats | None] | None = None
