"""Weight schemes as vectors, and what happens to weights where indicators are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from analytics.catalogue import Catalogue
from analytics.errors import RequestRefused
from analytics.evaluation.standards import Floats
from analytics.model import CATEGORIES, WeightScheme
from analytics.text import short

# The permitted weights (results, service, competence): the triangle of the three ranges with "sum =
# 100".
CORNERS = ((70.0, 20.0, 10.0), (60.0, 30.0, 10.0), (60.0, 20.0, 20.0))
# more than anybody means by a weight; far larger ones drown the others and add up to infinity
LARGEST = 1e6
NOTHING = 1e-12  # stands for a weight of 0 below a fraction whose top is 0


def check(categories: Mapping[str, float], indicators: Mapping[str, float]) -> None:
    """Refuse weights that mean nothing: unknown categories, negative or infinite numbers, all
    zero."""
    for name, weight in categories.items():
        if name not in CATEGORIES:
            raise RequestRefused("weight_unknown", name=name, known=list(CATEGORIES))
        if not np.isfinite(weight) or weight < 0:
            raise RequestRefused("weight_negative", name=name, value=weight)
    for name, weight in indicators.items():
        if not np.isfinite(weight) or weight < 0:
            raise RequestRefused("weight_negative", name=name, value=weight)
    for name, weight in (*categories.items(), *indicators.items()):
        if weight > LARGEST:
            raise RequestRefused("weight_large", name=name, value=weight, most=f"{LARGEST:g}")
    if sum(categories.values()) <= 0:
        raise RequestRefused("weights_zero")


def spelt(scheme: WeightScheme) -> str:
    """Weights as an address carries them: results-service-competence, then what is said of single
    indicators: 60-30-10~renewal_rate:35."""
    of_all = "-".join(f"{scheme.categories.get(name, 0.0):g}" for name in CATEGORIES)
    return "~".join([of_all, *(f"{name}:{weight:g}" for name, weight in scheme.indicators.items())])


def as_spelt(told: str, base: WeightScheme) -> WeightScheme:
    """The weights that an address names, all else as in `base`; refused where they mean nothing."""
    of_all, *of_some = told.split("~")
    pairs = [part.rpartition(":")[::2] for part in of_some]
    try:
        categories = dict(zip(CATEGORIES, map(float, of_all.split("-")), strict=True))
        indicators = {name: float(weight) for name, weight in pairs}
    except ValueError:
        raise RequestRefused("weights_spelt", value=short(told)) from None
    check(categories, indicators)
    return replace(base, categories=categories, indicators=indicators)


def vector(scheme: WeightScheme, catalogue: Catalogue) -> Floats:
    """Nominal weight of every indicator in percent of the whole; sums to 100 over the categories
    that weigh anything.

    What the scheme weighs and this version of the standards lacks is shared inside its category
    (`lacking` names it); what it does not name weighs as its standard says.
    """
    check(scheme.categories, scheme.indicators)
    total = sum(scheme.categories.values())
    inside = {
        indicator.id: float(scheme.indicators.get(indicator.id, indicator.weight))
        for indicator in catalogue.indicators
    }
    sums = dict.fromkeys(CATEGORIES, 0.0)
    for indicator in catalogue.indicators:
        sums[indicator.category] += inside[indicator.id]
    usable = sum(scheme.categories.get(name, 0.0) for name in CATEGORIES if sums[name] > 0)
    if usable <= 0 or total <= 0:
        raise RequestRefused("weights_zero")
    weights = np.zeros(len(catalogue.indicators))
    for column, indicator in enumerate(catalogue.indicators):
        name = indicator.category
        if sums[name] > 0:
            share = 100.0 * scheme.categories.get(name, 0.0) / usable
            weights[column] = share * inside[indicator.id] / sums[name]
    return weights


def lacking(scheme: WeightScheme, catalogue: Catalogue) -> list[str]:
    """Indicators that a scheme weighs and the standards lack."""
    weighed = [name for name, weight in scheme.indicators.items() if weight > 0]
    return [name for name in weighed if name not in catalogue.ids]


def effective(nominal: Floats, present: np.ndarray, catalogue: Catalogue) -> Floats:
    """Weights where indicators are missing, one row per row of `present` (bool, rows × indicators).

    A missing indicator's weight is shared among the others of its category in proportion; a
    category missing as a whole gives its weight to the other categories in proportion. Rows with
    anything at all sum to 100.
    """
    if present.all():
        return np.broadcast_to(nominal, present.shape)
    belongs = membership(catalogue)
    kept = present * nominal
    scale, _ = _scale(belongs.T @ kept.T, nominal @ belongs)
    spread: Floats = kept * (scale.T @ belongs.T)
    return spread


def totals(filled: Floats, kept: Floats, nominal: Floats, belongs: Floats) -> tuple[Floats, Floats]:
    """Score and coverage (percent of the nominal weight) of every column, in two small matrix
    products.

    `filled` (indicators × agents) are points with 0 for missing ones, `kept` 1 where an indicator
    is there, `belongs` indicators × categories. Agents run along the rows of memory: sums over
    three categories are then three vector sums.
    """
    weighted = (belongs * nominal[:, None]).T
    scale, coverage = _scale(weighted @ kept, nominal @ belongs)
    total: Floats = ((weighted @ filled) * scale).sum(axis=0) / 100.0
    return total, coverage


def membership(catalogue: Catalogue) -> Floats:
    """1 where an indicator (row) belongs to a category (column)."""
    return np.array(
        [[indicator.category == name for name in CATEGORIES] for indicator in catalogue.indicators],
        dtype=float,
    )


def _scale(left: Floats, share: Floats) -> tuple[Floats, Floats]:
    """By what the weights that are left in a category (row) grow, and how much of the nominal
    weight there is at all."""
    whole = share[:, None] * (left > 0)
    total = np.maximum(whole.sum(axis=0), NOTHING)
    # Where nothing is left of a category, `whole` is 0 and so is its scale.
    return whole * (100.0 / total) / np.maximum(left, NOTHING), left.sum(axis=0)


def inside_triangle(categories: Mapping[str, float], catalogue: Catalogue) -> bool:
    """Whether the category weights, scaled to 100, lie in the permitted ranges."""
    total = sum(categories.values()) or 1.0
    return all(
        category.low - 1e-9
        <= 100.0 * categories.get(category.id, 0.0) / total
        <= category.high + 1e-9
        for category in catalogue.categories
    )


def move(categories: Mapping[str, float], changed: str, value: float) -> dict[str, float]:
    """One category set to `value`, the others moved in proportion so that the sum stays 100.

    Whole numbers stay whole; weights that came with decimals keep one.
    """
    digits = 0 if all(float(weight).is_integer() for weight in categories.values()) else 1
    value = min(max(round(value), 0), 100)
    others = [name for name in CATEGORIES if name != changed]
    rest, now = 100 - value, sum(categories.get(name, 0.0) for name in others)
    share = [categories.get(name, 0.0) / now if now > 0 else 1 / len(others) for name in others]
    first = min(max(round(rest * share[0], digits), 0), rest)
    out = {
        changed: float(value),
        others[0]: float(first),
        others[1]: round(float(rest - first), digits),
    }
    return {name: out[name] for name in CATEGORIES}


def parse(text: str) -> dict[str, float]:
    """'results=70,service=20,competence=10' → a mapping; anything else is refused."""
    out: dict[str, float] = {}
    for part in text.split(","):
        name, mark, number = part.partition("=")
        try:
            out[name.strip()] = float(number)
        except ValueError:
            mark = ""
        if not mark:
            raise RequestRefused("weights_unreadable", value=text)
    missing = [name for name in CATEGORIES if name not in out]
    if missing:
        raise RequestRefused("weights_missing", value=text, missing=missing)
    return out


def largest_remainder(parts: Sequence[float], total: float, decimals: int) -> list[float]:
    """Round parts so that they add up to the rounded total to the last decimal shown."""
    unit = 10.0**decimals
    scaled = np.asarray(parts, dtype=float) * unit
    floor = np.floor(scaled + 1e-9)
    short = round(round(total, decimals) * unit - floor.sum())
    order = np.argsort(-(scaled - floor), kind="stable")
    for index in order[: max(short, 0)]:
        floor[index] += 1
    return [float(value) for value in floor / unit]
