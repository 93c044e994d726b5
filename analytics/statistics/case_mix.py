"""What was to be expected of each case by what it is, from cases that are not one's own."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import OneHotEncoder

from analytics.statistics.arrays import Floats, Numbers

FOLDS = 5
RIDGE = 1.0
RARE = 10
SALT = b"fold:"


@dataclass(frozen=True)
class Expected:
    """probability of success per row, by group (in sorted order) the variance of its expected sum
    that comes from the model's own error, AUC, and the slope and intercept of the calibration (1
    and 0 where they fit)."""

    probability: Floats
    error: Floats
    auc: float
    slope: float
    intercept: float


def expected(
    won: Numbers,
    size: Numbers,
    factors: pd.DataFrame,
    groups: Numbers,
    tokens: Numbers | None = None,
) -> Expected:
    """Cross-fitted ridge logistic regression on categorical factors: no group's own cases set its
    expectation.

    One row so many alike cases: `won` successes of `size`, their categories in `factors` (missing
    is a category of its own), groups: whose cases they are; tokens: an id of a case of each row, so
    that folds hang on the cases and not on what groups are called or how rows are ordered (default:
    the groups' names). Calibrated so that the expected sum is the observed one. The model's error:
    delta method, coefficients by a sandwich clustered by group. ValueError for fewer than two
    groups or an outcome that never varies.
    Source: Steyerberg 2019, Clinical Prediction Models; Hastie et al. 2009 (ridge); Liang & Zeger
    1986 (sandwich).
    """
    k, n = np.asarray(won, dtype=float), np.asarray(size, dtype=float)
    names, who = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    folds = min(FOLDS, len(names))
    if folds < 2 or not 0 < k.sum() < n.sum():
        raise ValueError("two groups and both outcomes are needed")
    fold = _folds(names, who, tokens, folds)
    kind, kinds = _kinds(factors, n)
    columns = OneHotEncoder(sparse_output=False).fit_transform(kinds)
    # Groups × kinds: a million cases are a few hundred kinds, held by so many groups.
    shape = len(names), len(columns)
    wins, sizes = (csr_matrix((part, (who, kind)), shape=shape) for part in (k, n))
    chance, error = np.empty((folds, len(columns))), np.empty(len(names))
    for held_out in range(folds):
        inside = fold != held_out
        won_inside, size_inside = (
            np.asarray(part[inside].sum(axis=0)).ravel() for part in (wins, sizes)
        )
        model = _logistic(columns, won_inside, size_inside, 1 / RIDGE)
        chance[held_out] = model.predict_proba(columns)[:, 1]
        error[~inside] = _error(
            columns, chance[held_out], wins[inside], sizes[inside], sizes[~inside]
        )
    probability = chance[fold[who], kind]
    scale = k.sum() / (probability @ n)
    probability = np.clip(probability * scale, 1e-4, 1 - 1e-4)
    both = np.concatenate([np.ones(len(k)), np.zeros(len(k))]), np.tile(probability, 2)
    auc = float(roc_auc_score(*both, sample_weight=np.concatenate([k, n - k])))
    slope, intercept = _calibration(probability, k, n)
    return Expected(probability, error * scale**2, auc, slope, intercept)


def _folds(
    names: npt.NDArray[np.str_], who: npt.NDArray[np.int64], tokens: Numbers | None, folds: int
) -> npt.NDArray[np.int64]:
    """Each group's fold: groups in the order of a hash of their least token, dealt out in turn."""
    of = names.astype(object)
    if tokens is not None:
        of = pd.Series(np.asarray(tokens, dtype=str)).groupby(who).min().to_numpy()
    hashed = np.array(
        [
            int.from_bytes(blake2b(SALT + str(name).encode(), digest_size=8).digest(), "big")
            for name in of
        ]
    )
    out = np.empty(len(names), dtype=np.int64)
    out[np.argsort(hashed, kind="stable")] = np.arange(len(names)) % folds
    return out


def _error(
    columns: Floats, probability: Floats, wins: csr_matrix, sizes: csr_matrix, mine: csr_matrix
) -> Floats:
    """The variance of the expected sum of each row of `mine` (groups × kinds) that a model of the
    other groups leaves."""
    design = np.column_stack([np.ones(len(columns)), columns])
    weight = probability * (1 - probability)
    penalty = np.full(design.shape[1], RIDGE)
    penalty[0] = 0.0  # the intercept is not shrunken
    total = np.asarray(sizes.sum(axis=0)).ravel()
    inverse = np.linalg.pinv(design.T @ (design * (total * weight)[:, None]) + np.diag(penalty))
    scores = wins @ design - sizes @ (design * probability[:, None])
    groups = max(len(scores), 2)
    between = scores.T @ scores * groups / (groups - 1)
    gradient = mine @ (design * weight[:, None]) @ inverse
    return np.asarray(((gradient @ between) * gradient).sum(axis=1), dtype=float)


def _kinds(factors: pd.DataFrame, size: Floats) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """Each row's kind, and the kinds as rows of level numbers; levels with fewer than ten cases are
    one level together."""
    levels = []
    for name in factors:
        codes, levels_seen = pd.factorize(factors[name], use_na_sentinel=False)
        rare = np.bincount(codes, size, minlength=len(levels_seen)) < RARE
        levels.append(np.where(rare[codes], -1, codes))
    combined = np.zeros(len(factors), dtype=np.int64)
    for level in levels:
        combined = combined * (int(level.max(initial=0)) + 2) + level + 1
    _, first, kind = np.unique(combined, return_index=True, return_inverse=True)
    return kind, pd.DataFrame({place: level[first] for place, level in enumerate(levels)})


def _logistic(columns: Floats, won: Floats, size: Floats, strength: float) -> LogisticRegression:
    """A logistic regression of won out of size."""
    y = np.concatenate([np.ones(len(won)), np.zeros(len(won))])
    model = LogisticRegression(C=strength, max_iter=500)
    return model.fit(
        np.vstack([columns, columns]), y, sample_weight=np.concatenate([won, size - won])
    )


def _calibration(probability: Floats, won: Floats, size: Floats) -> tuple[float, float]:
    """Slope and intercept of a logistic regression of the outcome on the logit of the
    expectation."""
    logit = np.log(probability / (1 - probability))
    if logit.std() < 1e-9:
        return float("nan"), float("nan")
    model = _logistic(logit[:, None], won, size, 1e9)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
