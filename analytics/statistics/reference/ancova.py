"""ANCOVA by statsmodels: what coaching did beyond where people started."""

from __future__ import annotations

import numpy as np

from analytics.statistics.arrays import Numbers
from analytics.statistics.calibrated_ancova import POWER_Z, Effect


def ancova(
    post: Numbers,
    treated: Numbers,
    pre: Numbers,
    more: Numbers | None = None,
    clusters: Numbers | None = None,
    weights: Numbers | None = None,
    confidence: float = 0.95,
) -> Effect:
    """post ~ treated + pre (+ more columns), with heteroscedasticity-robust or cluster-robust
    errors.

    One row a person; gaps are left out; ValueError without both treated and untreated people.
    Unlike before-after or difference-in-differences against everybody, it is not fooled by
    regression to the mean. Source: Vickers & Altman 2001, BMJ 323:1123.
    """
    import statsmodels.api as sm  # a second's import
    from scipy.stats import t as student

    y, d, x = (np.asarray(part, dtype=float) for part in (post, treated, pre))
    columns = [np.ones(len(y)), d, x]
    if more is not None:
        columns += list(np.atleast_2d(np.asarray(more, dtype=float).T))
    design = np.column_stack(columns)
    weight = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    there = ~np.isnan(design).any(axis=1) & ~np.isnan(y) & ~np.isnan(weight)
    count = int(d[there].sum())
    if count == 0 or count == there.sum():
        raise ValueError("both treated and untreated people are needed")
    if there.sum() <= design.shape[1]:
        raise ValueError("more people than columns are needed")
    model = sm.WLS(
        y[there],
        design[there],
        weights=weight[there],
    )
    if clusters is None:
        fitted = model.fit(cov_type="HC3", use_t=True)
    else:
        fitted = model.fit(
            cov_type="cluster", cov_kwds={"groups": np.asarray(clusters)[there]}, use_t=True
        )
    effect, error = float(fitted.params[1]), float(fitted.bse[1])
    # With clusters as many degrees of freedom as clusters less one, in the limits as in p.
    freedom = fitted.df_resid if clusters is None else fitted.df_resid_inference
    reach = float(student.ppf(1 - (1 - confidence) / 2, freedom))
    return Effect(
        effect,
        effect - reach * error,
        effect + reach * error,
        float(fitted.pvalues[1]),
        (reach + POWER_Z) * error,
        count,
        int(there.sum()) - count,
    )
