"""What the weights decide: each one beside its share of the score's variance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.insight.weightings import category_scores, weights_in_force
from analytics.statistics import effective_weight


def category_weights(evaluation: Evaluation) -> tuple[Floats, Floats] | None:
    """Nominal weight of each category beside its Shapley share of the score's variance, in percent;
    None for fewer than three rated agents with every category. Cheap enough for a slider."""
    scores = category_scores(evaluation)[evaluation.agents.rated]
    scores = scores[~np.isnan(scores).any(axis=1)]
    if len(scores) < 3:
        return None
    weight = weights_in_force(evaluation)
    return 100 * weight, 100 * effective_weight.shapley_share(weight, np.cov(scores, rowvar=False))


def effective_weights(evaluation: Evaluation) -> pd.DataFrame:
    """Nominal weight of every indicator beside what it decides: covariance and Shapley share of the
    score's variance, in percent."""
    marks = evaluation.measured.agents.points[evaluation.agents.rated]
    there = (
        ~np.isnan(marks).all(axis=0)
        if len(marks)
        else np.zeros(len(evaluation.catalogue.ids), dtype=bool)
    )
    filled = (
        np.where(np.isnan(marks), np.nanmean(np.where(there, marks, 0.0), axis=0), marks)
        if len(marks)
        else marks
    )
    weight = np.where(there, evaluation.nominal, 0.0)
    weight = weight / weight.sum() if weight.sum() > 0 else weight
    if len(filled) < 3:
        shares = [np.full(len(weight), np.nan)] * 2
    else:
        covariance = np.cov(np.nan_to_num(filled), rowvar=False)
        shares = [
            effective_weight.covariance_share(weight, covariance),
            np.full(len(weight), np.nan),
        ]
        if len(weight) <= effective_weight.EXACT_UP_TO:
            shares[1] = effective_weight.shapley_share(weight, covariance)
    return pd.DataFrame(
        {
            "indicator": evaluation.catalogue.ids,
            "nominal": 100 * weight,
            "covariance": 100 * shares[0],
            "shapley": 100 * shares[1],
        }
    )
