"""What was to be expected of each case by what it is, from cases that are not one's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from analytics.statistics.arrays import Floats, Numbers

FOLDS = 5
RIDGE = 1.0


@dataclass(frozen=True)
class Expected:
    """probability of success per case, AUC, and the slope and intercept of the calibration (1 and 0 where they fit)."""

    probability: Floats
    auc: float
    slope: float
    intercept: float


def expected(outcomes: Numbers, factors: pd.DataFrame, groups: Numbers) -> Expected:
    """Cross-fitted ridge logistic regression on categorical factors: no group's own cases set its expectation.

    outcomes 0 or 1, one a row of `factors` (categories; missing is a category of its own); groups: whose case it is. Calibrated so
    that the expected sum is the observed one. ValueError for fewer than two groups or an outcome that never varies.
    Source: Steyerberg 2019, Clinical Prediction Models; Hastie et al. 2009 (ridge).
    """
    y, who = np.asarray(outcomes, dtype=float), np.asarray(groups)
    folds = min(FOLDS, len(np.unique(who)))
    if folds < 2 or len(np.unique(y)) < 2:
        raise ValueError("two groups and both outcomes are needed")
    table = factors.astype(object).where(factors.notna(), "—").astype(str)
    probability = np.empty(len(y))
    for inside, outside in GroupKFold(folds).split(table, y, who):
        model = make_pipeline(
            OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10),
            LogisticRegression(C=1 / RIDGE, max_iter=500),
        )
        model.fit(table.iloc[inside], y[inside])
        probability[outside] = model.predict_proba(table.iloc[outside])[:, 1]
    probability = np.clip(probability * y.mean() / probability.mean(), 1e-4, 1 - 1e-4)
    slope, intercept = _calibration(y, probability)
    return Expected(probability, float(roc_auc_score(y, probability)), slope, intercept)


def _calibration(y: Floats, probability: Floats) -> tuple[float, float]:
    """Slope and intercept of a logistic regression of the outcome on the logit of the expectation."""
    logit = np.log(probability / (1 - probability))
    if logit.std() < 1e-9:
        return float("nan"), float("nan")
    model = LogisticRegression(C=1e9, max_iter=500).fit(logit[:, None], y)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
