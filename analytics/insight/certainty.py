"""How sure a value is: its interval, n, credibility and shrunken estimate; and whether agents
differ at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from analytics.catalogue import Catalogue
from analytics.evaluation import Evaluation, Measured, Values
from analytics.evaluation.standards import Floats
from analytics.insight.clusters import TOGETHER, excess
from analytics.model import Indicator
from analytics.statistics import (
    beta_binomial,
    deconvolution,
    garwood,
    random_effects,
    wilson,
    wilson_hilferty,
)
from analytics.statistics.arrays import Singles
from analytics.statistics.gamma_poisson import fit as fit_counts
from analytics.statistics.special import betainc, chdtrc, fdtrc, gammaincc, stdtrit
from analytics.units import percent

CLASSIFY = 0.5  # least credibility at which anybody is ranked or placed by a rate
FEW_SURVEYS, CLASSIFY_SURVEYS, CLASSIFY_EVENTS = (
    5,
    20,
    5,
)  # below: no interval worth the name; too few to place; idem events
SPARSE, REDRAWS, SEED = (
    5,
    399,
    20260101,
)  # expected count below which χ² misleads; how the p is then drawn
DIFFER = 0.05  # above this p the agents as a whole are not told apart
# percent of a score from which an indicator decides whether anything can be told of a rank
HEAVY = 10.0
RENEWED = "renewed_policies"
SHARES = (
    RENEWED,
    "first_term_renewed",
    "quoted_policies",
    "month_13_renewed",
    "month_25_renewed",
)  # parts of CASES
WHOLE_CASES = (*SHARES, "complaints", "upheld_complaints", "late_renewals")
CASES = ("due_policies", "held_policies", "first_term_due", "month_13_due", "month_25_due")


@dataclass(frozen=True)
class Certainty:
    """One indicator of every agent, in its own unit; NaN where nothing can be said.

    value: as measured; low, high: 95 % limits of the agent's own data; n: what they rest on;
    credibility: Z of the shrunken estimate, sd its standard deviation; enough: whether the data
    carry a rank or a quadrant; p_equal: how likely such differences are if all agents were the
    same.
    """

    indicator: str
    # rate | mean | count | share (renewals held against something else than the policies due) |
    # months
    kind: str
    value: Floats
    low: Floats
    high: Floats
    n: Floats
    credibility: Floats
    shrunken: Floats
    sd: Floats
    enough: np.ndarray
    p_equal: float
    top: float = np.inf  # the largest value there can be
    _above: Callable[[float], Floats] | None = None
    prior: beta_binomial.RatePosterior | None = None  # of rates, where there are enough of them
    alone: Floats | None = (
        # where nobody's estimate can be shrunken: what the agent's own data say, half a case added
        # to each side
        None
    )
    _law: Callable[[float], deconvolution.Quantile | None] | None = None

    @property
    def differ(self) -> bool:
        """Whether agents differ on it beyond what chance alone makes of equal ones."""
        return self.p_equal < DIFFER

    def above(self, threshold: float) -> Floats:
        """Posterior probability that the true value lies above the threshold; NaN without data or
        prior."""
        return np.full(len(self.n), np.nan) if self._above is None else self._above(threshold)

    def true_quantile(self, share: float) -> deconvolution.Quantile | None:
        """The quantile of the agents' true values (`share` between 0 and 1), chance taken out; None
        where no law of these is fitted."""
        found = None if self._law is None else self._law(share)
        return None if found is None else found.within(0.0, self.top)

    def drawn(self, rows: np.ndarray, draws: int, random: np.random.Generator) -> Singles:
        """True values of `rows` (draws × rows) as the data allow them; NaN where nothing is known
        of the spread."""
        own = self.value if self.alone is None else self.alone
        centre = np.where(np.isnan(self.shrunken), own, self.shrunken)[rows]
        spread = self.sd[rows]
        if self.kind in ("mean", "months"):
            drawn = random.standard_normal((draws, len(rows)), dtype=np.float32)
            drawn *= spread.astype(np.float32)
            drawn += centre.astype(np.float32)
            np.clip(drawn, 0.0, self.top, out=drawn)
            return drawn
        with np.errstate(all="ignore"):
            if self.kind == "count":
                shape = np.minimum(centre**2 / spread**2, 1e9)
                known = shape > 0
                drawn = wilson_hilferty.gamma(np.where(known, shape, 1.0), draws, random)
                drawn *= np.where(known, centre / shape, np.nan).astype(np.float32)
                return drawn
            total = np.clip(centre * (self.top - centre) / spread**2 - 1, 1e-3, 1e9)
            share = np.clip(centre / self.top, 1e-9, 1 - 1e-9)
        known = ~np.isnan(total)
        total = np.where(known, total, 1.0)
        share = np.where(known, share, 0.5)
        drawn = wilson_hilferty.beta(share * total, (1 - share) * total, draws, random)
        drawn *= np.where(known, self.top, np.nan).astype(np.float32)
        return drawn


_worked_out: WeakKeyDictionary[Values, dict[str, Certainty | None]] = WeakKeyDictionary()


def certainty(measured: Measured, indicator: str) -> Certainty | None:
    """The certainty of an indicator; None for one whose spread the data do not tell (amounts, days,
    given rates).

    Worked out once for the same figures, since no weight and no reader changes it.
    """
    known = _worked_out.setdefault(measured.agents, {})
    if indicator not in known:
        found = _certainty(measured, indicator)
        if found is not None and found._above is not None:
            found = replace(found, _above=_remembering(found._above))
        if found is not None and found._law is not None:
            found = replace(found, _law=cache(found._law))
        known[indicator] = found
    return known[indicator]


def _remembering(above: Callable[[float], Floats]) -> Callable[[float], Floats]:
    """The same probabilities, kept for the few thresholds that pages ask for again and again:
    read-only."""

    @lru_cache(maxsize=16)
    def kept(threshold: float) -> Floats:
        found = above(threshold)
        found.flags.writeable = False
        return found

    return kept


def _certainty(measured: Measured, indicator: str) -> Certainty | None:
    one = measured.catalogue[indicator]
    at = measured.catalogue.position(indicator)
    values = measured.agents
    x, n = values.numerator[:, at], values.denominator[:, at]
    if np.isnan(x).all():
        return _from_months(measured, one)
    if one.numerator == "survey_points":
        return _mean(measured, indicator)
    if counts_cases(measured.catalogue, indicator):
        return (
            _count(one, x, n) if one.scale != 1.0 else _rate(indicator, x, n, excess(measured, one))
        )
    if one.numerator == RENEWED and one.scale == 1.0 and "due_policies" in measured.people:
        twin = next(
            (
                each.id
                for each in measured.catalogue.indicators
                if (each.numerator, each.denominator, each.scale) == (RENEWED, "due_policies", 1.0)
            ),
            None,
        )
        due, renewed = (
            measured.people[name].to_numpy(dtype=float, na_value=np.nan)
            for name in ("due_policies", RENEWED)
        )
        # Months without a target count on neither side: the policies due are those behind the
        # renewals that count.
        due = due * np.divide(x, renewed, out=np.ones(len(x)), where=renewed > 0)
        rate = (
            _rate(one.id, x, due, excess(measured, one))
            if twin is None
            else certainty(measured, twin)
        )
        return None if rate is None else _share(one, x, n, due, rate, excess(measured, one))
    return None


def too_few(evaluation: Evaluation) -> np.ndarray:
    """Who is rated on too few cases to be ranked: an indicator that carries a tenth of their score
    or more, on which agents differ, rests on so little that the others' values tell more of theirs
    than their own (Z below a half)."""
    known, measured, weight = evaluation.catalogue, evaluation.measured, evaluation.agents.weight
    out = np.zeros(len(evaluation.people), dtype=bool)
    for at, one in enumerate(known.indicators):
        sure = certainty(measured, one.id)
        if sure is not None and sure.differ:
            with np.errstate(invalid="ignore"):
                out |= (
                    (weight[:, at] >= HEAVY)
                    & (sure.credibility < CLASSIFY)
                    & ~np.isnan(measured.agents.value[:, at])
                )
    found: np.ndarray = out & evaluation.agents.rated
    return found


def counts_cases(known: Catalogue, indicator: str) -> bool:
    """Whether an indicator divides whole cases by whole cases."""
    one = known[indicator]
    return one.numerator in WHOLE_CASES and one.denominator in CASES


def interval(
    one: Indicator,
    numerator: Floats,
    denominator: Floats,
    squares: Floats | None = None,
    together: Floats | float = 1.0,
) -> tuple[Floats, Floats]:
    """95 % limits of values in the indicator's unit from their own counts alone (agents, teams,
    months, the company).

    `squares`: the sum of squared survey points, for means; `together`: the factor of `clusters` for
    renewals. NaN where the data do not tell the spread.
    """
    nothing = np.full(np.shape(numerator), np.nan)
    with np.errstate(all="ignore"):
        if one.numerator == "survey_points" and squares is not None:
            mean = numerator / denominator
            error = np.sqrt(np.maximum(squares / denominator - mean**2, 0) / (denominator - 1))
            usable = (denominator >= FEW_SURVEYS) & (
                error > 0
            )  # the same answer five times tells nothing of its spread
            reach = stdtrit(np.maximum(denominator - 1, 1), 0.975) * error
            low, high = np.clip(mean - reach, 0, 100), np.clip(mean + reach, 0, 100)
            return np.where(usable, low, nothing), np.where(usable, high, nothing)
        if one.numerator not in WHOLE_CASES or one.denominator not in CASES:
            return nothing, nothing
        if one.scale != 1.0:
            low, high = garwood.garwood(np.nan_to_num(np.maximum(numerator, 0)))
            usable = ~np.isnan(numerator) & (denominator > 0)
            return np.where(usable, one.scale * low / denominator, np.nan), np.where(
                usable, one.scale * high / denominator, np.nan
            )
        usable = (numerator >= 0) & (numerator <= denominator) & (denominator > 0)
        factor = together if one.numerator in TOGETHER else 1.0
        return wilson.wilson(
            np.where(usable, numerator, 0.0) / factor, np.where(usable, denominator, 0.0) / factor
        )


def range_text(one: Indicator, low: float, high: float) -> str:
    """The 95 % range of a value in its unit: 62.1–81.0%; a dash where none is known."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "—"
    if one.unit.startswith("percent"):
        return f"{percent(low)}–{percent(high)}%"
    return f"{low:.2f}–{high:.2f}" if one.unit == "per_100" else f"{low:.1f}–{high:.1f}"


def _rate(indicator: str, x: Floats, n: Floats, together: Floats) -> Certainty:
    """`together`: by what factor cases that are decided together count for less than their
    number."""
    with np.errstate(invalid="ignore"):
        there = (x >= 0) & (x <= n) & (n > 0)
    counted = np.where(there, n, 0.0)
    success, trials = np.where(there, x, 0.0) / together, counted / together
    low, high = wilson.wilson(success, trials)
    prior = beta_binomial.fit(success[there], trials[there])
    nothing = np.full(len(x), np.nan)
    p_equal = _equal_rates(success[there], trials[there])
    with np.errstate(all="ignore"):
        value = np.where(there, success / trials, np.nan)
    if prior is None:
        alone = (success + 0.5) / (trials + 1)
        spread = np.where(there, np.sqrt(alone * (1 - alone) / (trials + 2)), np.nan)
        few = np.zeros(len(x), dtype=bool)
        return Certainty(
            indicator,
            "rate",
            value,
            low,
            high,
            counted,
            nothing,
            nothing,
            spread,
            few,
            p_equal,
            1.0,
            alone=np.where(there, alone, np.nan),
        )

    def above(threshold: float) -> Floats:
        return np.where(there, prior.above(success, trials, threshold), np.nan)

    credibility = np.where(there, prior.credibility(trials), np.nan)
    return Certainty(
        indicator,
        "rate",
        value,
        low,
        high,
        counted,
        credibility,
        np.where(there, prior.shrunken(success, trials), np.nan),
        np.where(there, prior.sd(success, trials), np.nan),
        np.nan_to_num(credibility) >= CLASSIFY,
        p_equal,
        1.0,
        above,
        prior,
        _law=lambda share: deconvolution.of_rates(success[there], trials[there], share),
    )


def _share(
    one: Indicator, x: Floats, n: Floats, due: Floats, rate: Certainty, together: Floats
) -> Certainty | None:
    """Renewals held against a target: as uncertain as the renewals out of the policies due, in the
    target's unit."""
    with np.errstate(all="ignore"):
        scale = np.where(n > 0, due / n, np.nan)
        expected = n * np.nansum(x) / np.nansum(n)
        statistic = float(
            np.nansum((x - expected) ** 2 / (expected * (1 - np.nansum(x) / np.nansum(due))))
        )
    known = ~np.isnan(scale * rate.value)
    if not known.any():
        return None

    def above(threshold: float) -> Floats:
        """From the Beta of the same mean and spread, since everybody's target cuts elsewhere."""
        with np.errstate(all="ignore"):
            total = rate.shrunken * (1 - rate.shrunken) / rate.sd**2 - 1
            line = np.clip(threshold / scale, 0.0, 1.0)
            return np.asarray(1 - betainc(rate.shrunken * total, (1 - rate.shrunken) * total, line))

    common = float(np.nansum(x) / np.nansum(due))
    with np.errstate(all="ignore"):
        error = scale * np.sqrt(common * (1 - common) * together / due)
    usable = known & (error > 0) & np.isfinite(error)

    def law(share: float) -> deconvolution.Quantile | None:
        """As of means with known errors, since everybody's target scales their rate differently."""
        if usable.sum() < beta_binomial.FEWEST:
            return None
        return deconvolution.of_means((rate.value * scale)[usable], error[usable], share)

    return Certainty(
        one.id,
        "share",
        rate.value * scale,
        rate.low * scale,
        rate.high * scale,
        rate.n,
        rate.credibility,
        rate.shrunken * scale,
        rate.sd * scale,
        rate.enough,
        float(chdtrc(max(int(known.sum()) - 1, 1), statistic)),
        float(np.nanmax(scale)),
        above,
        _law=law,
    )


def _mean(measured: Measured, indicator: str) -> Certainty | None:
    people = measured.people
    if "surveys" not in people or "survey_points_sq" not in people:
        return None
    n, total, squares = (
        people[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("surveys", "survey_points", "survey_points_sq")
    )
    there = ~np.isnan(n) & (n > 0) & ~np.isnan(squares)
    nothing = np.full(len(n), np.nan)
    if there.sum() < 2 or (n[there] - 1).sum() <= 0:
        return None
    with np.errstate(all="ignore"):
        mean = total / n
    within = float((squares[there] - n[there] * mean[there] ** 2).sum() / (n[there] - 1).sum())
    if within <= 0:
        return None
    with np.errstate(all="ignore"):
        error = np.sqrt(within / n)
    reach = (
        float(stdtrit((n[there] - 1).sum(), 0.975)) * error
    )  # all agents' answers together tell the spread of one
    low, high = (np.where(there, np.clip(mean + side * reach, 0, 100), np.nan) for side in (-1, 1))
    p_equal = _equal_means(mean[there], n[there], within)
    value, counted = np.where(there, mean, np.nan), np.where(there, n, 0.0)
    if (there & (n >= FEW_SURVEYS)).sum() < beta_binomial.FEWEST:
        few = np.zeros(len(n), dtype=bool)
        return Certainty(
            indicator,
            "mean",
            value,
            low,
            high,
            counted,
            nothing,
            nothing,
            np.where(there, error, np.nan),
            few,
            p_equal,
            100.0,
        )
    found = random_effects.posterior(mean[there], error[there])
    effects = random_effects.random_effects(mean[there], error[there])
    shrunken, credibility, spread = nothing.copy(), nothing.copy(), nothing.copy()
    shrunken[there], credibility[there] = found.shrunken, effects.credibility
    spread[there] = found.spread

    def above(threshold: float) -> Floats:
        out = nothing.copy()
        out[there] = found.above(threshold)
        return out

    return Certainty(
        indicator,
        "mean",
        value,
        low,
        high,
        counted,
        credibility,
        shrunken,
        spread,
        there & (n >= CLASSIFY_SURVEYS),
        p_equal,
        100.0,
        above,
        _law=lambda share: deconvolution.of_means(mean[there], error[there], share),
    )


def _from_months(measured: Measured, one: Indicator) -> Certainty | None:
    """Of results given without counts: how they vary from month to month is how far one of them can
    be from the agent's level. An agent's own rise or fall counts as chance, too, so that the limits
    are rather too wide."""
    told, at = measured.month_spread.get(one.id), measured.catalogue.position(one.id)
    value = measured.agents.value[:, at]
    there = ~np.isnan(value)
    if told is None or measured.given_months is None or there.sum() < 2:
        return None
    months = np.where(there, measured.given_months[:, at], 0).astype(float)
    error = np.full(len(value), np.nan)
    error[there] = told.sd / np.sqrt(np.maximum(months[there], 1.0))
    reach = float(stdtrit(told.freedom, 0.975)) * error
    top = {"percent": 1.0, "points": 100.0}.get(one.unit, np.inf)
    weight = 1 / error[there] ** 2
    between = float(
        (weight * (value[there] - (weight * value[there]).sum() / weight.sum()) ** 2).sum()
    )
    freedom = float(there.sum() - 1)
    found = random_effects.posterior(value[there], error[there])
    credibility, shrunken, spread = (np.full(len(value), np.nan) for _ in range(3))
    credibility[there] = random_effects.random_effects(value[there], error[there]).credibility
    shrunken[there], spread[there] = found.shrunken, found.spread

    def above(threshold: float) -> Floats:
        out = np.full(len(value), np.nan)
        out[there] = found.above(threshold)
        return out

    with np.errstate(invalid="ignore"):
        return Certainty(
            one.id,
            "months",
            value,
            np.clip(value - reach, 0.0, top),
            np.clip(value + reach, 0.0, top),
            months,
            credibility,
            shrunken,
            spread,
            credibility >= CLASSIFY,
            float(fdtrc(freedom, told.freedom, between / freedom)),
            top,
            above,
            _law=lambda share: deconvolution.of_means(value[there], error[there], share),
        )


def _count(one: Indicator, x: Floats, n: Floats) -> Certainty:
    with np.errstate(invalid="ignore"):
        there = (x >= 0) & (n > 0)
    low, high = garwood.garwood(np.where(there, x, 0.0))
    scale = one.scale
    with np.errstate(all="ignore"):
        low, high = (
            np.where(there, scale * low / n, np.nan),
            np.where(there, scale * high / n, np.nan),
        )
        value = np.where(there, scale * x / n, np.nan)
    observed, exposure = x[there], n[there]
    common = observed.sum() / exposure.sum() if exposure.sum() > 0 else 0.0
    expected = exposure * common
    p_equal = _equal_counts(observed, expected)
    enough = np.zeros(len(x), dtype=bool)
    enough[there] = expected >= CLASSIFY_EVENTS
    prior = fit_counts(observed, expected)
    credibility, shrunken, spread = (np.full(len(x), np.nan) for _ in range(3))
    unit = scale * common

    def above(threshold: float) -> Floats:
        out = np.full(len(x), np.nan)
        if prior is not None:
            out[there] = prior.above(observed, expected, threshold / unit)
        else:  # Jeffreys' prior for the agent's own count
            out[there] = gammaincc(observed + 0.5, exposure * threshold / scale)
        return out

    if prior is None:
        spread[there] = scale * np.sqrt(observed + 0.5) / exposure
        shrunken[there] = scale * (observed + 0.5) / exposure
    else:
        shrunken[there], spread[there] = (
            unit * prior.shrunken(observed, expected),
            unit * prior.sd(observed, expected),
        )
        credibility[there] = prior.credibility(expected)

    def law(share: float) -> deconvolution.Quantile | None:
        found = deconvolution.of_counts(observed, expected, share)
        return None if found is None else found.times(unit)

    return Certainty(
        one.id,
        "count",
        value,
        low,
        high,
        np.where(there, n, 0.0),
        credibility,
        shrunken,
        spread,
        enough,
        p_equal,
        np.inf,
        above,
        _law=law,
    )


def _equal_rates(x: Floats, n: Floats) -> float:
    """p of the test that all rates are the same; by redrawing where counts are too small for χ²; 1
    where there is nothing to test."""
    if len(x) < 2 or not 0 < x.sum() < n.sum():
        return 1.0
    p = x.sum() / n.sum()
    statistic = float(((x - n * p) ** 2 / (n * p * (1 - p))).sum())
    if (np.minimum(n * p, n * (1 - p)) >= SPARSE).mean() >= 0.8:
        return float(chdtrc(len(x) - 1, statistic))
    n = np.round(n)  # cases that count for less than their number
    drawn = np.random.default_rng(SEED).binomial(n.astype(np.int64), p, (REDRAWS, len(x)))
    again = drawn.sum(axis=1, keepdims=True) / max(n.sum(), 1.0)
    with np.errstate(all="ignore"):
        each = ((drawn - n * again) ** 2 / (n * again * (1 - again))).sum(axis=1)
    return float((1 + (np.nan_to_num(each) >= statistic - 1e-9).sum()) / (REDRAWS + 1))


def _equal_counts(observed: Floats, expected: Floats) -> float:
    """p of the test that all counts follow what was expected; by redrawing where these are too
    small for χ²."""
    if len(observed) < 2 or observed.sum() <= 0:
        return 1.0
    statistic = float(((observed - expected) ** 2 / np.maximum(expected, 1e-12)).sum())
    if (expected >= SPARSE).mean() >= 0.8:
        return float(chdtrc(len(observed) - 1, statistic))
    share = expected / expected.sum()
    drawn = np.random.default_rng(SEED).multinomial(int(observed.sum()), share, REDRAWS)
    each = ((drawn - expected) ** 2 / np.maximum(expected, 1e-12)).sum(axis=1)
    return float((1 + (each >= statistic - 1e-9).sum()) / (REDRAWS + 1))


def _equal_means(mean: Floats, n: Floats, within: float) -> float:
    """p of the F test that all means are the same."""
    overall = (n * mean).sum() / n.sum()
    between = float((n * (mean - overall) ** 2).sum() / (len(mean) - 1))
    rest = float((n - 1).sum())
    return float(fdtrc(len(mean) - 1, rest, between / within)) if rest > 0 else 1.0
