"""What was to be expected of each case by what it is, from cases that are not one's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import OneHotEncoder

from analytics.statistics.arrays import Floats, Numbers

FOLDS = 5
RIDGE = 1.0
RARE = 10


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
    y, who = np.asarray(outcomes, dtype=float), pd.factorize(np.asarray(groups))[0]
    folds = min(FOLDS, int(who.max(initial=-1)) + 1)
    if folds < 2 or len(np.unique(y)) < 2:
        raise ValueError("two groups and both outcomes are needed")
    fold = np.empty(len(y), dtype=np.int64)
    for at, (_, outside) in enumerate(GroupKFold(folds).split(who, y, who)):
        fold[outside] = at
    # Cases of one kind in one fold are one weighted row: a million policies are a few hundred of these.
    kind, kinds = _kinds(factors)
    cell = kind * folds + fold
    cells, where = np.unique(cell, return_inverse=True)
    size, won = (np.bincount(where, weights=part).astype(float) for part in (np.ones(len(y)), y))
    kind_of, fold_of = cells // folds, cells % folds
    columns = OneHotEncoder(sparse_output=False).fit_transform(kinds)[kind_of]
    found = np.empty(len(cells))
    for at in range(folds):
        inside = fold_of != at
        model = _logistic(columns[inside], won[inside], size[inside], 1 / RIDGE)
        found[~inside] = model.predict_proba(columns[~inside])[:, 1]
    found = np.clip(found * won.sum() / (found @ size), 1e-4, 1 - 1e-4)
    both = np.concatenate([np.ones(len(cells)), np.zeros(len(cells))]), np.tile(found, 2)
    auc = float(roc_auc_score(*both, sample_weight=np.concatenate([won, size - won])))
    slope, intercept = _calibration(found, won, size)
    return Expected(found[where], auc, slope, intercept)


def _kinds(factors: pd.DataFrame) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """Each case's kind, and the kinds as rows of level numbers; levels with fewer than ten cases are one level together."""
    levels = []
    for name in factors:
        codes, known = pd.factorize(factors[name], use_na_sentinel=False)
        rare = np.bincount(codes, minlength=len(known)) < RARE
        levels.append(np.where(rare[codes], -1, codes))
    combined = np.zeros(len(factors), dtype=np.int64)
    for level in levels:
        combined = combined * (int(level.max(initial=0)) + 2) + level + 1
    _, first, kind = np.unique(combined, return_index=True, return_inverse=True)
    return kind, pd.DataFrame({at: level[first] for at, level in enumerate(levels)})


def _logistic(columns: Floats, won: Floats, size: Floats, strength: float) -> LogisticRegression:
    """A logistic regression of won out of size."""
    y = np.concatenate([np.ones(len(won)), np.zeros(len(won))])
    model = LogisticRegression(C=strength, max_iter=500)
    return model.fit(np.vstack([columns, columns]), y, sample_weight=np.concatenate([won, size - won]))


def _calibration(probability: Floats, won: Floats, size: Floats) -> tuple[float, float]:
    """Slope and intercept of a logistic regression of the outcome on the logit of the expectation."""
    logit = np.log(probability / (1 - probability))
    if logit.std() < 1e-9:
        return float("nan"), float("nan")
    model = _logistic(logit[:, None], won, size, 1e9)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
