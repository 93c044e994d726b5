"""Weighted least squares with errors that unequal spread, or people who share a team, do not
shrink."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.statistics.arrays import Floats, Numbers

FULL = 1 - 1e-9  # of a row that alone decides a coefficient: its residual says nothing


@dataclass(frozen=True)
class Fitted:
    """The coefficients, their covariance, and the degrees of freedom of their t."""

    coefficients: Floats
    covariance: Floats
    freedom: int


def robust_errors(
    outcome: Numbers, design: Numbers, weights: Numbers, clusters: Numbers | None = None
) -> Fitted:
    """HC3 errors, or cluster-robust ones with the usual correction for few clusters (CR1) and as
    many degrees of freedom as clusters less one.

    outcome: n; design: n × columns, the constant among them; weights: n, above 0.
    ValueError where there are no more rows than columns, or columns give each other exactly.
    Source: MacKinnon & White 1985, J. Econometrics 29:305–325; Cameron & Miller 2015, J. Human
    Resources 50:317–372.
    """
    root = np.sqrt(np.asarray(weights, dtype=float))
    x = np.asarray(design, dtype=float) * root[:, None]
    y = np.asarray(outcome, dtype=float) * root
    rows, columns = x.shape
    if rows <= columns:
        raise ValueError("more people than columns are needed")
    if np.linalg.matrix_rank(x) < columns:
        raise ValueError("a column is given by the others")
    bread = np.linalg.inv(x.T @ x)
    coefficients = bread @ (x.T @ y)
    left = y - x @ coefficients
    if clusters is None:
        leverage = np.minimum(np.einsum("ij,jk,ik->i", x, bread, x), FULL)
        scores = x * (left / (1 - leverage))[:, None]
        return Fitted(coefficients, bread @ (scores.T @ scores) @ bread, rows - columns)
    codes = np.unique(np.asarray(clusters), return_inverse=True)[1].ravel()
    groups = int(codes.max()) + 1
    if groups < 2:
        raise ValueError("two clusters are needed")
    sums = np.zeros((groups, columns))
    np.add.at(sums, codes, x * left[:, None])
    few = groups / (groups - 1) * (rows - 1) / (rows - columns)
    return Fitted(coefficients, few * bread @ (sums.T @ sums) @ bread, groups - 1)
