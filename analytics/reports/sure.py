"""How sure a value is, in the reader's words and as columns of a table: its range, n, credibility,
or that the data are too few."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analytics.evaluation import Measured, Values
from analytics.insight.certainty import certainty, interval, range_text
from analytics.insight.clusters import likeness
from analytics.insight.quadrant_certainty import QuadrantCertainty
from analytics.language import say
from analytics.model import QUADRANTS, Indicator
from analytics.numbers import percent
from analytics.reports.tables import Column

# Where no quadrant's chance can be named: what is said instead.
QUADRANT_WORDS = {"alike": "quadrant_alike", "unknown": "quadrant_unknown", "little": "unknown"}
QUADRANT_MARKS, OPEN_MARK = {"certain": "●", "not_yet": "◐"}, "○"


def sure_text(measured: Measured, indicator: str, row: int, language: str) -> str:
    """Range, n and Z of one agent's value: "62.1–81.0% (n = 48, Z = 0.44)"; too few is said, and so
    is an unknown spread."""
    sure = certainty(measured, indicator)
    if sure is None or not math.isfinite(sure.low[row]):
        return say("certainty.no_spread", language)
    parts = {
        "range": range_text(
            measured.catalogue[indicator], float(sure.low[row]), float(sure.high[row])
        ),
        "n": f"{sure.n[row]:,.0f}",
    }
    z = sure.credibility[row]
    key = "range_n" if math.isnan(z) else "range_n_z"
    if sure.kind == "months":
        key = "range_months"
    reach = say(
        f"certainty.{key}", language, **parts, own="—" if math.isnan(z) else percent(float(z), 0)
    )
    if not sure.differ:
        return say("certainty.alike", language, range=reach)
    return reach if sure.enough[row] else say("certainty.too_few", language, range=reach)


def sure_columns(
    measured: Measured,
    indicator: str,
    rows: Sequence[int] | np.ndarray,
    language: str,
    name: str | None = None,
) -> tuple[dict[str, Any], list[Column]]:
    """Cells and columns that stand beside an indicator's values: range in words, n it rests on, Z;
    none where no spread is known."""
    sure = certainty(measured, indicator)
    if sure is None or np.isnan(sure.low).all():
        return {}, []
    catalogued = measured.catalogue[indicator]
    stem = name or indicator
    mark = say("certainty.few_mark" if sure.differ else "certainty.alike_mark", language)
    label = catalogued.label[language]
    words = [
        range_text(catalogued, float(low), float(high))
        + ("" if enough or not math.isfinite(low) else mark)
        for low, high, enough in zip(
            sure.low[rows], sure.high[rows], sure.enough[rows], strict=True
        )
    ]
    cells = {f"{stem}.range": words, f"{stem}.n": sure.n[rows], f"{stem}.z": sure.credibility[rows]}
    columns = [Column(f"{stem}.range", say("certainty.range", language, indicator=label))]
    columns += [
        Column(f"{stem}.n", say("certainty.n", language, indicator=label), "count"),
        Column(f"{stem}.z", say("certainty.z", language, indicator=label), "percent"),
    ]
    return cells, columns


def quadrant_words(chance: QuadrantCertainty, row: int, language: str) -> str:
    """The quadrant where it is certain, else why not: not yet, with the two likeliest; too few
    cases; agents not told apart; a spread that nobody knows."""
    standing = chance.standing(row)
    if standing in ("alike", "unknown") or not chance.known[row]:
        return say(f"certainty.{QUADRANT_WORDS[standing]}", language)
    first, second = chance.likeliest[row]
    share = [percent(float(chance.probability[row, place]), 0) for place in (first, second)]
    names = [say(f"quadrant.{QUADRANTS[place]}", language) for place in (first, second)]
    if standing == "certain":
        return say("certainty.certain", language, quadrant=names[0], share=share[0])
    return say(
        f"certainty.{standing}",
        language,
        first=names[0],
        share=share[0],
        second=names[1],
        other=share[1],
    )


def quadrant_mark(chance: QuadrantCertainty, row: int) -> str:
    """One mark for how firmly an agent stands in a quadrant: sure, leans, open."""
    return QUADRANT_MARKS.get(chance.standing(row), OPEN_MARK)


def rank_spread_text(measured: Measured, unknown: Sequence[Indicator], language: str) -> str:
    """What ranges of ranks rest on; where indicators of weight have an `unknown` spread, that none
    is told."""
    if unknown:
        return say(
            "certainty.unknown_spread",
            language,
            indicators=[indicator.label for indicator in unknown],
        )
    return together_text(measured, language)


def pooled_text(
    measured: Measured, indicator: str, values: Values, sums: pd.DataFrame | None, row: int
) -> str:
    """The 95 % range of a pooled value (the company's, or of row `row` of the teams with their
    `sums`)."""
    position = measured.catalogue.position(indicator)
    together = likeness(measured)
    low, high = interval(
        measured.catalogue[indicator],
        values.numerator[[row], position],
        values.denominator[[row], position],
        _squares(measured, sums, row),
        together.company if sums is None else float(together.teams[row]),
    )
    return range_text(measured.catalogue[indicator], float(low[0]), float(high[0]))


def _squares(measured: Measured, sums: pd.DataFrame | None, row: int) -> np.ndarray | None:
    """The sum of the squares of survey points, where somebody kept it."""
    name = "survey_points_sq"
    if sums is None:
        squares = measured.totals.get(name)
    else:
        squares = sums[name].iat[row] if name in sums else None
    return None if squares is None or pd.isna(squares) else np.array([float(squares)])


def together_text(measured: Measured, language: str) -> str:
    """How policies that are decided together were counted: by customers, by how months differ, or
    as independent; or that none were."""
    together = likeness(measured)
    return say(
        f"certainty.together_{together.way}",
        language,
        correlation=f"{together.correlation:.2f}",
        factor=f"{together.company:.2f}",
        most=f"{float(np.max(together.agents, initial=1.0)):.1f}",
    )
