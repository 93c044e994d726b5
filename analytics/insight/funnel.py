"""The funnel: every agent's rate by its number of cases, and how far chance alone would take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.catalogue import Catalogue
from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.insight.clusters import excess
from analytics.statistics import funnel as limits

WHOLE_CASES = ("rate", "count")  # spreads of what is counted out of whole cases


@dataclass(frozen=True)
class Funnel:
    """rate (the indicator's unit) and n of the agents of `rows`, and as how many independent cases
    these count (see clusters); beyond which of the limits (0.95 and 0.998, exact) each lies, and
    which of those outside 99.8 % stay outside with the spread that agents have beyond chance (tau2;
    phi 1 is chance alone).

    centre: the pooled rate. fewest95, fewest998: from how many cases on anybody can be high (for
    events: from how many on none at all is remarkable). chance998: how likely each would lie
    outside 99.8% if all were equally good; alarm95, alarm998: the chance that at least one of so
    many honest agents lies outside. events: counts that may repeat (complaints), with Poisson
    limits, per `scale` cases; else shares of cases, with binomial ones.
    """

    indicator: str
    rows: np.ndarray
    rate: Floats
    n: Floats
    independent: Floats
    centre: float
    outside95: np.ndarray
    outside998: np.ndarray
    outside_dispersed: np.ndarray
    tau2: float
    phi: float
    fewest95: int
    fewest998: int
    alarm95: float
    alarm998: float
    chance998: Floats
    events: bool
    scale: float

    @property
    def together(self) -> bool:
        """Whether cases that are decided together count for less than their number."""
        return bool((self.independent < self.n).any())

    @property
    def high(self) -> np.ndarray:
        return self.rate > self.centre


def rates(catalogue: Catalogue) -> list[str]:
    """The indicators that a funnel can show: whole cases out of whole cases."""
    return [indicator.id for indicator in catalogue.indicators if indicator.spread in WHOLE_CASES]


def first_rate(catalogue: Catalogue) -> str:
    """What a funnel shows unasked; refused for standards without a rate of whole cases."""
    for name in rates(catalogue):
        return name
    raise RequestRefused("no_rates")


def funnel(evaluation: Evaluation, indicator: str) -> Funnel:
    """The funnel of a rate over everybody who has one; the centre is the pooled rate. Refused for
    what is no rate of whole cases."""
    catalogue = evaluation.catalogue
    definition, column = catalogue[indicator], catalogue.position(indicator)
    if definition.spread not in WHOLE_CASES:
        raise RequestRefused("not_a_rate", name=definition.label)
    x, n = (
        evaluation.measured.agents.numerator[:, column],
        evaluation.measured.agents.denominator[:, column],
    )
    events = definition.spread == "count"
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((x >= 0) & (n > 0) & (events | (x <= n)))
    if not len(rows):
        raise RequestRefused("no_cases", name=definition.label)
    x, counted = x[rows], n[rows]
    centre = float(x.sum() / counted.sum())
    rate = x / counted
    # Policies that are decided together count for less than their number; limits are those of whole
    # cases.
    n = np.maximum(np.round(counted / excess(evaluation.measured, definition)[rows]), 1.0)
    outside95, outside998 = (
        _outside(rate, *exact(centre, n, level, events)) for level in limits.LEVELS
    )
    beyond = limits.over_dispersion(*_scores(rate * n, n, centre, events))
    dispersed = _outside(rate, *dispersed_limits(centre, n, beyond.tau2, events)) & outside998
    inside = _inside(centre)
    fewest95, fewest998 = (
        int(np.ceil(-np.log((1 - level) / 2) / inside))
        if events
        else limits.fewest_to_be_high(inside, level)
        for level in limits.LEVELS
    )
    chance95, chance998 = (
        limits.outside_chance(centre, n, level, events) for level in limits.LEVELS
    )
    alarm95, alarm998 = (float(1 - np.prod(1 - chance)) for chance in (chance95, chance998))
    return Funnel(
        indicator,
        rows,
        definition.scale * rate,
        counted,
        n,
        definition.scale * centre,
        outside95,
        outside998,
        dispersed,
        beyond.tau2,
        beyond.phi,
        fewest95,
        fewest998,
        alarm95,
        alarm998,
        chance998,
        events,
        definition.scale,
    )


def too_few(funnel: Funnel) -> np.ndarray:
    """Whose cases are so few that not even the largest rate, or for who is below the centre the
    smallest, would lie outside 95 %."""
    centre, n = funnel.centre / funnel.scale, funnel.independent
    low, high = exact(centre, n, limits.LEVELS[0], funnel.events)
    # Of events there may always be more.
    above = np.zeros(len(n), dtype=bool) if funnel.events else high >= 1.0
    few: np.ndarray = np.where(funnel.high, above, low <= 0.0)
    return few


def curves(funnel: Funnel, points: int = 120) -> dict[str, Floats]:
    """n and the limits over it, for drawing, in the indicator's unit."""
    n = np.unique(np.round(np.geomspace(1, max(float(funnel.independent.max()), 10.0), points)))
    centre = funnel.centre / funnel.scale
    out = {"n": n}
    for level, name in zip(limits.LEVELS, ("95", "998"), strict=True):
        if funnel.events:
            events = limits.poisson_curves(np.maximum(n * centre, 1e-9), level)
            pair = events[0] / n, events[1] / n
        else:
            pair = limits.proportion_limits(_inside(centre), n, level)
        out[f"low{name}"], out[f"high{name}"] = (funnel.scale * side for side in pair)
    low, high = dispersed_limits(centre, n, funnel.tau2, funnel.events)
    return {**out, "low_dispersed": funnel.scale * low, "high_dispersed": funnel.scale * high}


def exact(centre: float, n: Floats, level: float, events: bool) -> tuple[Floats, Floats]:
    """The outermost rates that chance still explains: Poisson for events, binomial for shares."""
    if not events:
        return limits.binomial_limits(centre, n, level)
    low, high = limits.poisson_limits(np.maximum(n * centre, 1e-9), level)
    return low / n, high / n


def dispersed_limits(centre: float, n: Floats, tau2: float, events: bool) -> tuple[Floats, Floats]:
    """The 99.8 % limits with the spread that agents have beyond chance, on the square-root
    scale."""
    if not events:
        return limits.dispersed_limits(_inside(centre), n, tau2, limits.LEVELS[1])
    low, high = limits.dispersed_ratio_limits(np.maximum(n * centre, 1e-9), tau2, limits.LEVELS[1])
    return low * centre, high * centre


def _scores(x: Floats, n: Floats, centre: float, events: bool) -> tuple[Floats, Floats]:
    if not events:
        return limits.root_score(x, n, _inside(centre))
    return limits.root_ratio_score(x, np.maximum(n * centre, 1e-9))


def _outside(rate: Floats, low: Floats, high: Floats) -> np.ndarray:
    outside: np.ndarray = (rate < low - 1e-12) | (rate > high + 1e-12)
    return outside


def _inside(centre: float) -> float:
    return min(max(centre, 1e-6), 1 - 1e-6)
