"""Where agents stand on two indicators, and the cut lines between high and low."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.catalogue import RATE, Catalogue
from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats
from analytics.model import QUADRANTS, UNPLACED


@dataclass(frozen=True)
class CutLine:
    """Where an axis is cut, in the indicator's unit, and why there."""

    kind: str  # median | mean | target | typed
    value: float


@dataclass(frozen=True)
class Placed:
    """Two indicators of every agent, the cut lines, and each agent's quadrant (`unplaced` without
    one of the values)."""

    x: str
    y: str
    x_value: Floats
    y_value: Floats
    x_cut: CutLine
    y_cut: CutLine
    quadrant: np.ndarray

    @property
    def counts(self) -> dict[str, int]:
        return {name: int((self.quadrant == name).sum()) for name in (*QUADRANTS, UNPLACED)}


def place(
    evaluation: Evaluation,
    x: str | None = None,
    y: str | None = None,
    cut: str = "median",
    cut_y: str | None = None,
) -> Placed:
    """Place every agent; `cut` is median, mean, target or a number, `cut_y` the same for the other
    axis alone.

    The axes are renewal rate and satisfaction unless others are asked for; of what a version of the
    standards lacks, the first indicator of its category stands in.

    On the line counts as high; for an indicator where lower is better, "high" is its good side. The
    mean is the pooled value of the company, since rates are never averaged.
    """
    usual = axes(evaluation.catalogue)
    x, y = x or usual[0], y or usual[1]
    values = evaluation.measured.agents.value
    x_value = values[:, evaluation.catalogue.position(x)]
    y_value = values[:, evaluation.catalogue.position(y)]
    x_cut, y_cut = cut_line(evaluation, x, cut), cut_line(evaluation, y, cut_y or cut)
    good_x = _good(x_value, x_cut.value, evaluation.catalogue[x].direction)
    good_y = _good(y_value, y_cut.value, evaluation.catalogue[y].direction)
    unplaced = np.isnan(x_value) | np.isnan(y_value) | np.isnan(x_cut.value) | np.isnan(y_cut.value)
    names = np.select(
        [unplaced, good_x & good_y, good_x, good_y],
        [UNPLACED, *QUADRANTS[:3]],
        default=QUADRANTS[3],
    )
    return Placed(x, y, x_value, y_value, x_cut, y_cut, names)


def axes(catalogue: Catalogue) -> tuple[str, str]:
    """The two indicators that the quadrant usually stands on."""
    return catalogue.first_of(RATE, "results"), catalogue.first_of("satisfaction", "service")


def cut_line(evaluation: Evaluation, indicator: str, kind: str) -> CutLine:
    """The cut line of one axis; NaN where the indicator has no value (or no target) to cut at."""
    column = evaluation.catalogue.position(indicator)
    if kind == "target":
        target = evaluation.catalogue[indicator].target
        return CutLine(kind, np.nan if target is None else target)
    if kind == "mean":
        return CutLine(kind, float(evaluation.measured.company.value[0, column]))
    if kind == "median":
        there = evaluation.measured.agents.value[:, column]
        there = there[~np.isnan(there)]
        return CutLine(kind, float(np.median(there)) if len(there) else np.nan)
    try:
        value = float(kind)
    except ValueError as error:
        raise RequestRefused("cut_unreadable", value=kind) from error
    if not np.isfinite(value):
        raise RequestRefused("cut_unreadable", value=kind)
    return CutLine("typed", value)


def stood(evaluation: Evaluation, then: Evaluation | None, placed: Placed) -> tuple[Floats, Floats]:
    """Where everybody of `evaluation` stood in an earlier one, on the same two indicators; NaN of
    whoever had no value then, or is not shown to the reader."""
    unknown = np.full(len(evaluation.people), np.nan)
    if then is None:
        return unknown, unknown
    ids = then.people["agent_id"].where(then.in_scope)
    rows = pd.Index(ids).get_indexer(evaluation.people["agent_id"])
    out = []
    for name in (placed.x, placed.y):
        if name not in then.catalogue.ids:
            out.append(unknown)
            continue
        values = then.measured.agents.value[:, then.catalogue.position(name)]
        out.append(np.where(rows >= 0, values[rows], np.nan))
    return out[0], out[1]


def _good(value: Floats, line: float, direction: str) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return value <= line if direction == "lower" else value >= line
