"""From a SWOT worksheet to weights: every entry moves the weights of the indicators it names, and
stays as the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.catalogue import Catalogue
from analytics.errors import RequestRefused
from analytics.evaluation.weights import membership, vector
from analytics.model import CATEGORIES, WeightScheme
from analytics.people import SWOT, SwotEntry

DIGITS = 6  # of a weight that was moved


def propose(
    scheme: WeightScheme, entries: Sequence[SwotEntry], catalogue: Catalogue
) -> WeightScheme:
    """The scheme after every entry's changes (points of the whole, which is 100), scaled back to
    100; none falls below 0.

    The entries stay in `trace`. Refuses parts and indicators that are unknown, and changes that
    leave nothing.
    """
    weights = vector(scheme, catalogue).copy()
    for entry in entries:
        if entry.part not in SWOT:
            raise RequestRefused("choice_unknown", value=entry.part, known=list(SWOT))
        for name, change in entry.changes.items():
            if name not in catalogue.ids:
                raise RequestRefused("indicator_unknown", name=name, known=catalogue.ids)
            weights[catalogue.position(name)] += change
    weights = np.maximum(weights, 0.0)
    if weights.sum() <= 0:
        raise RequestRefused("weights_zero")
    weights *= 100.0 / weights.sum()
    belongs = membership(catalogue)
    categories = {
        name: round(float(sum(weights[belongs[:, column] > 0])), DIGITS)
        for column, name in enumerate(CATEGORIES)
    }
    inside = {}
    for indicator, weight in zip(catalogue.indicators, weights, strict=True):
        whole = categories[indicator.category]
        inside[indicator.id] = (
            round(100.0 * float(weight) / whole, DIGITS) if whole > 0 else indicator.weight
        )
    return replace(
        scheme, categories=categories, indicators=inside, trace=tuple(entries), label=None
    )
