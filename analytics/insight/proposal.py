"""A standard proposed from what agents reached: full mark, pass mark, how sure both are, and who
would move."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.catalogue import Catalogue
from analytics.errors import RequestRefused
from analytics.evaluation import Measured
from analytics.evaluation.standards import Floats
from analytics.insight.certainty import certainty, interval
from analytics.insight.clusters import likeness
from analytics.model import Standard
from analytics.statistics.arrays import SEED
from analytics.units import largest

FULL, PASS = 75, 60  # percentile of the agents who would get full marks; points at the pass mark
FEWEST, WARN = 30, 50  # agent-periods: below, nothing is proposed; below, with a warning
MOST_TARGETS = 5.0  # of a target: what a market average can be at most
DRAWS, MANY, FEW_DRAWS = 400, 5_000, 50  # resamples; of more agents, fewer


@dataclass(frozen=True)
class Proposal:
    """Marks in the indicator's unit with 95 % limits; market: whether the pass mark is a market
    average that somebody entered, else it is what the company reaches as a whole; without_chance:
    whether chance was taken out of the spread first; standard: None where the limits of the two
    marks overlap or none can be made."""

    indicator: str
    n: int
    full: float
    full_low: float
    full_high: float
    pass_mark: float
    pass_low: float
    pass_high: float
    market: bool
    without_chance: bool
    standard: Standard | None

    @property
    def few(self) -> bool:
        return self.n < WARN


def propose(measured: Measured, indicator: str, market: float | None = None) -> Proposal | None:
    """Full marks at the better quarter of true values, pass marks at the market average; None below
    thirty agents.

    Quantiles of raw rates are stretched by chance and those of shrunken ones drawn together, hence
    the fitted law of true values, with limits by redrawing agents and counts from it; where there
    is none, of values as they are, by resampling agents.
    """
    definition, column = measured.catalogue[indicator], measured.catalogue.position(indicator)
    most = MOST_TARGETS if definition.unit == "percent_of_target" else largest(definition.unit)
    if market is not None and not 0 <= market <= most:
        raise RequestRefused("market_out_of_range", name=definition.label, value=f"{market:g}")
    sure = certainty(measured, indicator)
    values = measured.agents.value[:, column] if sure is None else sure.value
    there = values[~np.isnan(values)]
    if len(there) < FEWEST:
        return None
    share = (100 - FULL if definition.direction == "lower" else FULL) / 100
    quantile = None if sure is None else sure.true_quantile(share)
    full, full_low, full_high = (
        _resampled(there, share)
        if quantile is None
        else (quantile.value, quantile.low, quantile.high)
    )
    if market is not None:
        pass_mark = pass_low = pass_high = market
    else:
        pass_mark = float(measured.company.value[0, column])
        squares = measured.totals.get("survey_points_sq")
        x, n = measured.company.numerator[:, column], measured.company.denominator[:, column]
        answers = None if squares is None else np.array([squares], dtype=float)
        low, high = interval(definition, x, n, answers, likeness(measured).company)
        pass_low, pass_high = float(low[0]), float(high[0])
    falling = definition.direction == "lower"
    # Marks whose limits overlap are one mark: what chance alone spreads is no scale to pay by.
    apart = (
        full_high < np.nan_to_num(pass_low, nan=pass_mark)
        if falling
        else full_low > np.nan_to_num(pass_high, nan=pass_mark)
    )
    made = _standard(definition.standard, pass_mark, full, falling) if apart else None
    return Proposal(
        indicator,
        len(there),
        full,
        full_low,
        full_high,
        pass_mark,
        pass_low,
        pass_high,
        market is not None,
        quantile is not None,
        made,
    )


def _resampled(there: Floats, share: float) -> tuple[float, float, float]:
    """The quantile of values as they are, and its limits; of very many agents from as few resamples
    as memory wants."""
    draws = DRAWS if len(there) <= MANY else FEW_DRAWS
    random = np.random.default_rng(SEED)
    again = np.quantile(there[random.integers(0, len(there), (draws, len(there)))], share, axis=1)
    low, high = np.quantile(again, [0.025, 0.975])
    return float(np.quantile(there, share)), float(low), float(high)


def _standard(old: Standard, pass_mark: float, full: float, falling: bool) -> Standard | None:
    """Zero marks where they were (or as far below the pass mark as full marks lie above), 60 at the
    pass mark, 100 at the full mark."""
    if not (full < pass_mark if falling else full > pass_mark) or not np.isfinite(pass_mark + full):
        return None
    zeros = [value for value, points in zip(old.values, old.points, strict=True) if points <= 0]
    zero = (min if falling else max)(zeros, default=pass_mark)
    if not (zero > pass_mark if falling else zero < pass_mark):
        zero = pass_mark - (full - pass_mark)
    knots = sorted(
        [(round(zero, 4), 0.0), (round(pass_mark, 4), float(PASS)), (round(full, 4), 100.0)]
    )
    return Standard(
        tuple(value for value, _ in knots), tuple(points for _, points in knots), "linear"
    )


def with_standard(catalogue: Catalogue, indicator: str, standard: Standard) -> Catalogue:
    """A catalogue in which one indicator has another standard."""
    return replace(
        catalogue,
        indicators=tuple(
            replace(definition, standard=standard) if definition.id == indicator else definition
            for definition in catalogue.indicators
        ),
        version=-1,
    )
