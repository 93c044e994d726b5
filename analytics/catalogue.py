"""The definitions of data/*.toml as values: measures, indicators, categories, schemes, grades,
actions, fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import isfinite
from typing import Any

from analytics.errors import RequestRefused
from analytics.language import DATA
from analytics.model import CATEGORIES, Indicator, Spread, Standard, Text, Veto, WeightScheme
from analytics.people import StandardVersion

RENEWED = "renewed_policies"
RATE = "renewal_rate"  # what cases are expected of, and what coaching is to move
# Measures that there are words for, a unit at a time.
STEPS = (None, RENEWED, "first_term_renewed", "complaints")
# The group of an indicator that a company added.
GROUP_OF = {"results": "outcome", "service": "service", "competence": "competence"}


@dataclass(frozen=True)
class Measure:
    """What is counted and summed; data/measures.toml says what the rest means."""

    id: str
    label: Text
    records: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    counted: bool = False  # from records alone: no scoresheet gives it
    spread: str = ""


@dataclass(frozen=True)
class Category:
    """A category of indicators and the range its weight is permitted."""

    id: str
    label: Text
    low: float
    high: float


@dataclass(frozen=True)
class Catalogue:
    """Indicators in their order, the categories, the grades from best to worst, and the optional
    vetoes."""

    indicators: tuple[Indicator, ...]
    categories: tuple[Category, ...]
    grades: tuple[tuple[str, float], ...]
    vetoes: tuple[Veto, ...]
    groups: Mapping[str, Text]
    version: int = 0  # of the standards; 0 are the built-in ones

    @property
    def ids(self) -> list[str]:
        return [indicator.id for indicator in self.indicators]

    def __getitem__(self, indicator_id: str) -> Indicator:
        return self.indicators[self.position(indicator_id)]

    def position(self, indicator_id: str) -> int:
        """Where an indicator stands; refused for one that this version does not have."""
        if indicator_id not in self.ids:
            raise RequestRefused("indicator_unknown", name=indicator_id, known=self.ids)
        return self.ids.index(indicator_id)

    def first_of(self, wanted: str, category: str) -> str:
        """An indicator that is wanted, else the first of its category, else the first there is:
        versions may lack any."""
        if wanted in self.ids:
            return wanted
        return next(
            (indicator.id for indicator in self.indicators if indicator.category == category),
            self.ids[0],
        )

    def __hash__(self) -> int:
        return hash((tuple(self.ids), self.grades, self.vetoes, self.version))


@cache
def toml(name: str) -> dict[str, Any]:
    """A file of definitions, parsed once; nobody changes what it gives."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


@cache
def known_measures() -> Mapping[str, Measure]:
    """Every measure that is counted of records, in the order of the file."""
    return {
        name: Measure(
            name,
            table["label"],
            tuple(table["records"]),
            tuple(table.get("synonyms", ())),
            table.get("counted", False),
            table.get("spread", ""),
        )
        for name, table in toml("measures.toml").items()
    }


@cache
def built_in_catalogue() -> Catalogue:
    """What is in force until a company adopts standards of its own; who computes is handed the one
    in force."""
    return catalogue_from(definitions(), {}, {})


def catalogue_from(
    indicators: Mapping[str, Mapping[str, Any]],
    grades: Mapping[str, float],
    vetoes: Mapping[str, Mapping[str, Any]],
    version: int = 0,
) -> Catalogue:
    """A catalogue from plain definitions; empty grades and vetoes are the built-in ones. Refuses
    what cannot be computed."""
    weights = toml("weight_schemes.toml")
    chosen = vetoes or weights.get("veto", {})
    catalogue = Catalogue(
        indicators=tuple(_indicator(key, table) for key, table in indicators.items()),
        categories=tuple(
            Category(key, table["label"], *map(float, table["range"]))
            for key, table in weights["categories"].items()
        ),
        grades=tuple(
            sorted(
                ((k, float(v)) for k, v in (grades or weights["grades"]).items()),
                key=lambda grade: -grade[1],
            )
        ),
        vetoes=tuple(Veto(key, float(v["beyond"]), v["cap"]) for key, v in chosen.items()),
        groups=weights["groups"],
        version=version,
    )
    _check(catalogue)
    return catalogue


def with_version(version: StandardVersion) -> Catalogue:
    """The built-in catalogue with the definitions of a version in place of its own; a definition of
    {} takes one out."""
    tables = {**definitions(), **version.indicators}
    there = [key for key, table in tables.items() if table]
    ordered = [key for key in version.order if key in there]
    ordered += [key for key in there if key not in ordered]
    try:
        return catalogue_from(
            {key: tables[key] for key in ordered}, version.grades, version.vetoes, version.version
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RequestRefused("standard_incomplete", why=str(error)) from error


def definitions() -> Mapping[str, Mapping[str, Any]]:
    """The built-in indicators as plain tables."""
    return {key: table for key, table in toml("indicators.toml").items() if not table.get("off")}


def offered() -> Mapping[str, Mapping[str, Any]]:
    """The indicators that are off until a company takes them into its standards, as plain
    tables."""
    tables = {
        key: dict(table) for key, table in toml("indicators.toml").items() if table.get("off")
    }
    return {
        key: {name: part for name, part in table.items() if name != "off"}
        for key, table in tables.items()
    }


@cache
def known_indicators() -> tuple[Indicator, ...]:
    """The built-in indicators and those that are off: what a scoresheet may give by name.

    Not those in force: what a file says does not change with the standards, so that a rebuild reads
    it alike.
    """
    return catalogue_from({**definitions(), **offered()}, {}, {}).indicators


def definition_of(indicator: Indicator) -> dict[str, Any]:
    """An indicator as the plain table it could be read from."""
    out = {
        "category": indicator.category,
        "group": indicator.group,
        "numerator": indicator.numerator,
        "denominator": indicator.denominator,
        "direction": indicator.direction,
        "unit": indicator.unit,
        "weight": indicator.weight,
        "label": dict(indicator.label),
        "why": dict(indicator.why),
        "scale": indicator.scale,
        "standard": {
            "mode": indicator.standard.mode,
            "knots": [
                list(knot)
                for knot in zip(indicator.standard.values, indicator.standard.points, strict=True)
            ],
        },
    }
    more = {"fallback": indicator.fallback, "target": indicator.target, "step": indicator.step}
    return out | {name: value for name, value in more.items() if value is not None}


def _check(catalogue: Catalogue) -> None:
    """Refuse a catalogue that cannot give points: knots out of order, points outside 0–100, a veto
    of nobody's grade."""
    names = [name for name, _ in catalogue.grades]
    if not catalogue.indicators:
        raise RequestRefused("no_indicators")
    for indicator in catalogue.indicators:
        values, earned = indicator.standard.values, indicator.standard.points
        falling = indicator.direction == "lower"
        ordered = all(a < b for a, b in pairwise(values))
        monotone = all((a >= b) if falling else (a <= b) for a, b in pairwise(earned))
        if (
            len(values) < 2
            or not ordered
            or not monotone
            or min(earned) < 0
            or max(earned) > 100
            or not all(map(isfinite, values))
        ):
            raise RequestRefused("standard_unusable", name=indicator.label)
        if (
            indicator.step not in STEPS
            or indicator.category not in CATEGORIES
            or indicator.weight < 0
            or indicator.direction not in ("higher", "lower")
        ):
            raise RequestRefused("standard_unusable", name=indicator.label)
    for veto in catalogue.vetoes:
        if veto.indicator not in catalogue.ids or veto.cap not in names:
            raise RequestRefused("veto_unusable", name=veto.indicator, cap=veto.cap)
    cuts = [cut for _, cut in catalogue.grades]
    if not all(map(isfinite, cuts)) or not all(a > b for a, b in pairwise(cuts)) or cuts[-1] != 0:
        raise RequestRefused("grades_unusable")


def _indicator(key: str, table: Mapping[str, Any]) -> Indicator:
    knots = sorted(table["standard"]["knots"])
    standard = Standard(
        tuple(float(value) for value, _ in knots),
        tuple(float(points) for _, points in knots),
        table["standard"]["mode"],
    )
    plain = {name: value for name, value in table.items() if name != "standard"}
    made = Indicator(id=key, standard=standard, **plain)
    made = replace(made, spread=_spread(made))
    # A step is a unit more of the numerator, or a complaint fewer: of a definition that was changed
    # it may no longer be one.
    fits = made.step == made.numerator and (made.step == "complaints") == (
        made.direction == "lower"
    )
    return made if fits else replace(made, step=None)


def _spread(indicator: Indicator) -> Spread:
    """What chance does to an indicator's values, from what it divides."""
    top, below = (
        known_measures()[name].spread if name in known_measures() else ""
        for name in (indicator.numerator, indicator.denominator)
    )
    if top == "answers":
        return "mean"
    if top in ("part", "event") and below == "cases":
        return "rate" if indicator.scale == 1.0 else "count"
    if indicator.numerator == RENEWED and indicator.scale == 1.0:
        return "share"
    return "amount" if top == "amount" else "unknown"


@cache
def preset_schemes() -> Mapping[str, WeightScheme]:
    """The schemes every installation starts with, by name."""
    return {
        name: WeightScheme(
            name=name,
            # The split inside the categories is the one of the standards in force, whatever their
            # version.
            categories={key: float(value) for key, value in table["weights"].items()},
            label=table["label"],
            reason=table["reason"]["zh"],
        )
        for name, table in toml("weight_schemes.toml")["schemes"].items()
    }


def preset_reason(name: str) -> Text:
    """Why a preset weighs as it does."""
    reason: Text = toml("weight_schemes.toml")["schemes"][name]["reason"]
    return reason


def purpose_schemes() -> Mapping[str, str]:
    """The preset that each purpose of an evaluation starts from."""
    return {
        name: table["scheme"] for name, table in toml("weight_schemes.toml")["purposes"].items()
    }


def default_scheme() -> WeightScheme:
    """The scheme in force in every month before the first that another was adopted for."""
    return preset_schemes()[toml("weight_schemes.toml")["default"]]


@cache
def actions() -> Mapping[str, Mapping[str, Text]]:
    """What to do about a quadrant, a group of indicators, or one indicator."""
    return toml("actions.toml")


def action_for(indicator: Indicator) -> Text:
    """The action for an indicator that loses points: its own, else its group's."""
    advice = actions()
    return (
        advice["indicator"].get(indicator.id)
        or advice["group"].get(indicator.group)
        or advice["group"][GROUP_OF[indicator.category]]
    )
