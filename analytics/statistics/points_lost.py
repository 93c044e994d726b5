"""Points lost: what each weighted indicator takes from the full hundred."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Floats, Numbers


def points_lost(weights: Numbers, points: Numbers) -> Floats:
    """weight × (100 − points) ÷ 100 in the weights' unit (percent → points of the score);
    broadcasts; NaN stays NaN.

    With weights that add to 100 the losses add to 100 − score exactly. Source: identity.
    """
    return np.asarray(weights, dtype=float) * (100.0 - np.asarray(points, dtype=float)) / 100.0
