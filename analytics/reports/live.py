"""The live ranking as a browser is given it: plain values and words, nothing of anybody who is not
shown but how many stand above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.charts.theme import (
    CATEGORY,
    IN_THE_DARK,
    ON_CATEGORY,
    QUADRANT,
    QUADRANT_MARK,
    QUADRANT_WORDS,
)
from analytics.evaluation import Evaluation
from analytics.insight import placing
from analytics.insight.certainty import too_few
from analytics.insight.certainty.base import HEAVY
from analytics.insight.live_ranking import ENDS, Drawn
from analytics.insight.monthly_rates import MonthlyRates
from analytics.insight.quadrant import Placed
from analytics.insight.rank_ranges import RankRanges
from analytics.language import say
from analytics.model import CATEGORIES, QUADRANTS, UNPLACED, WeightScheme
from analytics.numbers import percent
from analytics.reports.lists.few import few_cells
from analytics.reports.words import scheme_label

CELLS = ("rank", "name", "score", "reach", "trend", "quadrant")
SAID = [
    "list",
    "hint",
    "schemes",
    "most",
    "least",
    "corner",
    "triangle",
    "left_out",
    "said",
    "said_range",
    "said_unranked",
    "reach",
    "moved",
    "comma",
    "edge_0",
    "edge_1",
    "head_change_trial",
]


@dataclass(frozen=True)
class Beside:
    """What stands beside the scores: the scheme in force, the period before, quadrants, schemes to
    try, ranges of ranks, rates month by month; None where there is none."""

    official: Evaluation
    placed: Placed
    schemes: Sequence[WeightScheme] = ()
    earlier: Evaluation | None = None
    ranges: RankRanges | None = None
    rates: MonthlyRates | None = None
    chosen: str | None = None
    slim: bool = False


def live_view(now: Evaluation, drawn: Drawn, beside: Beside, language: str) -> dict[str, Any]:
    """Columns, weights and words of a ranking whose weights the reader may move."""
    of, rows, above = drawn.parts, drawn.rows, drawn.above
    return {
        "columns": {
            **_people(now, beside, rows, language),
            **_figures(now, beside, rows),
            "earned": of.earned[rows].round(9).tolist(),
            "kept": of.kept[rows].round(12).tolist(),
            "doubt": of.doubt[rows].round(12).tolist(),
            "usable": of.usable.tolist(),
            "heavy": HEAVY,
            "why": few_cells(now, rows, language),
            **_trend(beside.rates, now, rows, language),
        },
        "weights": shares(now.scheme),
        "official": shares(beside.official.scheme),
        "stops": drawn.stops.astype(int).tolist(),
        "ranges": [_permitted(now)[name] for name in CATEGORIES],
        "above": None if above is None else above.tolist(),
        "limit": now.measured.settings.missing_limit,
        "grades": [list(grade) for grade in now.catalogue.grades],
        "schemes": _schemes(beside.schemes, beside.official.scheme, language),
        "ranked": max(int(now.agents.rated.sum()), 1),
        "left_out": int(now.shown.sum()) - len(rows),
        "ends": ENDS,
        "chosen": beside.chosen,
        "slim": beside.slim,
        "scale": _scale(beside.rates),
        "marks": dict(QUADRANT_MARK),
        "colours": colours(),
        "words": words(now, beside, language),
    }


def colours() -> dict[str, list[str]]:
    """On light and on dark ground: categories and the letters on them, quadrants, better and
    worse."""
    return {
        **{name: list(pair) for name, pair in CATEGORY.items()},
        **{f"on_{name}": list(pair) for name, pair in ON_CATEGORY.items()},
        **{name: [fill, IN_THE_DARK.get(fill, fill)] for name, fill in QUADRANT.items()},
        **{
            name: [QUADRANT_WORDS[kind], IN_THE_DARK[QUADRANT_WORDS[kind]]]
            for name, kind in (("better", "role_model"), ("worse", "focus"))
        },
    }


def shares(scheme: WeightScheme) -> list[float]:
    """Category weights that add to 100, decimals kept."""
    total = sum(scheme.categories.values()) or 1.0
    return [round(100.0 * scheme.categories.get(name, 0.0) / total, 6) for name in CATEGORIES]


def words(now: Evaluation, beside: Beside, language: str) -> dict[str, Any]:
    """All that the browser says."""
    labels = {category.id: category.label[language] for category in now.catalogue.categories}
    ranges = _permitted(now)
    facts: dict[str, dict[str, object]] = {
        "hint": {
            "ranges": say("ranking.comma", language).join(
                f"{say(f'weights.col_{name}', language)} {ranges[name][0]:g}–{ranges[name][1]:g}%"
                for name in CATEGORIES
            )
        }
    }
    left_open = {  # what the browser fills in stays as it is
        name: "{" + name + "}"
        for name in [
            "category",
            "limit",
            "left_out",
            "rank",
            "name",
            "team",
            "score",
            "grade",
            "quadrant",
            "range",
            "why",
            "low",
            "high",
            "up",
            "down",
        ]
    }
    said = {
        name: say(f"ranking.{name}", language, **{**left_open, **facts.get(name, {})})
        for name in SAID
    }
    before = "head_change" if beside.earlier is not None else "head_change_none"
    return {
        **said,
        **{f"head_{name}": say(f"ranking.head_{name}", language) for name in CELLS},
        "head_change": say(f"ranking.{before}", language),
        "few": say("certainty.few_cases", language),
        "categories": [labels[name] for name in CATEGORIES],
        "corners": [say(f"ranking.corner_{name}", language) for name in CATEGORIES],
        **{name: say(f"quadrant.{name}", language) for name in (*QUADRANTS, UNPLACED)},
    }


def _permitted(now: Evaluation) -> Mapping[str, list[float]]:
    return {category.id: [category.low, category.high] for category in now.catalogue.categories}


def _people(
    now: Evaluation, beside: Beside, rows: np.ndarray, language: str
) -> dict[str, list[Any]]:
    people = now.people.iloc[rows]
    return {
        "id": [str(value) for value in people["agent_id"]],
        "name": [str(value) for value in people["name"]],
        "team": [team or say("common.no_team", language) for team in people["team"]],
        "quadrant": beside.placed.quadrant[rows].tolist(),
    }


def _figures(now: Evaluation, beside: Beside, rows: np.ndarray) -> dict[str, Any]:
    """The evaluation's own results, and the ranks that they are held against."""
    scored = now.agents
    ids = now.people["agent_id"].iloc[rows]
    earlier: dict[str, int | None] = {}
    if beside.earlier is not None:
        every = np.arange(len(beside.earlier.people))
        earlier = dict(
            zip(beside.earlier.people["agent_id"], _ranks(beside.earlier, every), strict=True)
        )
    out: dict[str, Any] = {
        "score": scored.score[rows].round(6).tolist(),
        "rated": scored.rated[rows].tolist(),
        "few": too_few(now)[rows].tolist(),
        "rank": scored.rank[rows].tolist(),
        "cap": _caps(now, rows),
        "rank_official": _ranks(beside.official, rows),
        "rank_earlier": [earlier.get(agent_id) for agent_id in ids] if earlier else None,
    }
    if beside.ranges is not None:
        low, high, _ = beside.ranges.of(len(now.people))
        for name, end in (("low", low), ("high", high)):
            out[name] = [None if np.isnan(value) else int(value) for value in end[rows]]
    return out


def _ranks(of: Evaluation, rows: np.ndarray) -> list[int | None]:
    ranks = placing.ranks(of, rows).to_numpy(dtype=float, na_value=np.nan)
    return [None if np.isnan(rank) else int(rank) for rank in ranks]


def _caps(now: Evaluation, rows: np.ndarray) -> list[int]:
    """The best grade that vetoes leave each agent, as its place among the grades."""
    names = [name for name, _ in now.catalogue.grades]
    out = np.zeros(len(rows), dtype=int)
    for veto in now.catalogue.vetoes:
        value = now.measured.agents.value[rows, now.catalogue.position(veto.indicator)]
        lower = now.catalogue[veto.indicator].direction == "lower"
        with np.errstate(invalid="ignore"):
            worse = value > veto.beyond if lower else value < veto.beyond
        out = np.where(worse, np.maximum(out, names.index(veto.cap)), out)
    return [int(place) for place in out]


def _trend(
    rates: MonthlyRates | None, now: Evaluation, rows: np.ndarray, language: str
) -> dict[str, Any]:
    """The headline rate of the last months and the words on it."""
    if rates is None:
        return {}
    lines, said = [], []
    for agent_id in now.people["agent_id"].iloc[rows]:
        values, counts = rates.of(str(agent_id))
        there = np.flatnonzero(~np.isnan(values))
        lines.append([None if np.isnan(value) else round(float(value), 4) for value in values])
        said.append(
            say(
                "ranking.trend",
                language,
                indicator=rates.indicator.label[language],
                months=len(values),
                first=percent(values[there[0]]),
                last=percent(values[there[-1]]),
                n=f"{counts[there].sum():,.0f}",
            )
            if len(there)
            else say("ranking.trend_none", language)
        )
    return {"trend": lines, "trend_words": said}


def _scale(rates: MonthlyRates | None) -> list[float]:
    """From where to where all lines of rates are drawn: what nearly everybody lies in."""
    if rates is None or np.isnan(rates.values).all():
        return [0.0, 1.0]
    low, high = np.nanquantile(rates.values, [0.02, 0.98])
    return [float(low), float(high)]


def _schemes(
    schemes: Sequence[WeightScheme], official: WeightScheme, language: str
) -> list[dict[str, Any]]:
    """The scheme in force, then the others."""
    others = [
        scheme
        for scheme in schemes
        if (scheme.name, scheme.version) != (official.name, official.version)
    ]
    in_force = say("ranking.in_force", language, name=scheme_label(official, language))
    return [
        {"label": in_force, "weights": shares(official)},
        *(
            {"label": scheme_label(scheme, language), "weights": shares(scheme)}
            for scheme in others
        ),
    ]
