"""How sure each agent's quadrant is, and whether the agents differ on either axis at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analytics.evaluation import Measured
from analytics.evaluation.standards import Floats
from analytics.insight.certainty import certainty
from analytics.insight.certainty.base import DIFFER, Certainty
from analytics.insight.quadrant import Placed
from analytics.model import QUADRANTS
from analytics.statistics import quadrant_probability

# certain: may be acted on; not_yet: leans; little: too few cases; alike: agents are not told apart;
# unknown: nobody knows how far chance reaches.
STANDINGS = ("certain", "not_yet", "little", "alike", "unknown")
OPEN = ("little", "alike", "unknown")  # nothing follows from such a quadrant


@dataclass(frozen=True)
class QuadrantCertainty:
    """agents × quadrants (in the order of QUADRANTS); NaN rows where one of the two values or its
    spread is not known."""

    probability: Floats
    x: Certainty | None
    y: Certainty | None

    @cached_property
    def certain(self) -> np.ndarray:
        """Whether the likeliest quadrant may be named: at least 80 %, from data that carry a
        quadrant and tell agents apart at all."""
        with np.errstate(invalid="ignore"):
            likely = (
                np.nan_to_num(self.probability.max(axis=1), nan=0.0) >= quadrant_probability.CERTAIN
            )
        return np.asarray(likely & self.enough & self.tell_apart)

    @cached_property
    def enough(self) -> np.ndarray:
        """Whether both values rest on enough of the agent's own data; else a label would be the
        group's, not theirs."""
        out = np.ones(len(self.probability), dtype=bool)
        for sure in (self.x, self.y):
            out &= sure.enough if sure is not None else False
        return out

    @cached_property
    def known(self) -> np.ndarray:
        return ~np.isnan(self.probability[:, 0])

    @property
    def tell_apart(self) -> bool:
        """Whether the agents differ on either axis beyond what chance alone makes of equal ones."""
        return any(sure is not None and sure.p_equal < DIFFER for sure in (self.x, self.y))

    def standing(self, row: int) -> str:
        """How firmly an agent stands in a quadrant, a member of STANDINGS; the same words follow
        from it on every page."""
        if any(sure is None or not sure.n[row] > 0 for sure in (self.x, self.y)):
            return "unknown"
        if not (self.known[row] and self.enough[row]):
            return "little"
        if not self.tell_apart:
            return "alike"
        return "certain" if self.certain[row] else "not_yet"

    @cached_property
    def likeliest(self) -> np.ndarray:
        """The two likeliest quadrants of every agent, as positions in QUADRANTS."""
        order: np.ndarray = np.argsort(
            -np.nan_to_num(self.probability, nan=-1.0), axis=1, kind="stable"
        )[:, :2]
        return order


def quadrant_certainty(measured: Measured, placed: Placed) -> QuadrantCertainty:
    """The probability of each quadrant for every agent; a median cut is the median of what agents
    probably reach."""
    x, y = certainty(measured, placed.x), certainty(measured, placed.y)
    size = len(placed.quadrant)
    if x is None or y is None or np.isnan(placed.x_cut.value + placed.y_cut.value):
        return QuadrantCertainty(np.full((size, len(QUADRANTS)), np.nan), x, y)
    good = []
    for sure, cut, name in ((x, placed.x_cut, placed.x), (y, placed.y_cut, placed.y)):
        # The middle of true values is not that of measured ones: held against the raw median,
        # shrunken values all lean one way.
        middle = cut.kind == "median" and not np.isnan(sure.shrunken).all()
        above = sure.above(float(np.nanmedian(sure.shrunken)) if middle else cut.value)
        good.append(1 - above if measured.catalogue[name].direction == "lower" else above)
    there = ~np.isnan(good[0]) & ~np.isnan(good[1])
    probability = quadrant_probability.quadrant_probability(
        np.where(there, good[0], 0.5), np.where(there, good[1], 0.5)
    )
    return QuadrantCertainty(np.where(there[:, None], probability, np.nan), x, y)
