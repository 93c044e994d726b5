"""The definitions of data/*.toml as values: indicators, categories, schemes, grades, actions, fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from analytics.language import DATA
from analytics.model import Indicator, Standard, Text, Veto, WeightScheme


@dataclass(frozen=True)
class Category:
    """A category of indicators and the range its weight is permitted."""

    id: str
    label: Text
    low: float
    high: float


@dataclass(frozen=True)
class Catalogue:
    """Indicators in their order, the categories, the grades from best to worst, and the optional vetoes."""

    indicators: tuple[Indicator, ...]
    categories: tuple[Category, ...]
    grades: tuple[tuple[str, float], ...]
    vetoes: tuple[Veto, ...]
    groups: Mapping[str, Text]

    @property
    def ids(self) -> list[str]:
        return [indicator.id for indicator in self.indicators]

    def __getitem__(self, indicator_id: str) -> Indicator:
        return next(indicator for indicator in self.indicators if indicator.id == indicator_id)

    def position(self, indicator_id: str) -> int:
        return self.ids.index(indicator_id)

    def __hash__(self) -> int:
        return hash((tuple(self.ids), self.grades, self.vetoes))


def toml(name: str) -> dict[str, Any]:
    """A file of definitions, parsed."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


@cache
def catalogue() -> Catalogue:
    """The catalogue in force."""
    weights = toml("weight_schemes.toml")
    return Catalogue(
        indicators=tuple(_indicator(key, table) for key, table in toml("indicators.toml").items()),
        categories=tuple(
            Category(key, table["label"], *map(float, table["range"])) for key, table in weights["categories"].items()
        ),
        grades=tuple(sorted(((k, float(v)) for k, v in weights["grades"].items()), key=lambda grade: -grade[1])),
        vetoes=tuple(Veto(key, float(v["beyond"]), v["cap"]) for key, v in weights.get("veto", {}).items()),
        groups=weights["groups"],
    )


def _indicator(key: str, table: Mapping[str, Any]) -> Indicator:
    knots = sorted(table["standard"]["knots"])
    standard = Standard(
        tuple(float(value) for value, _ in knots),
        tuple(float(points) for _, points in knots),
        table["standard"]["mode"],
    )
    plain = {name: value for name, value in table.items() if name != "standard"}
    return Indicator(id=key, standard=standard, **plain)


@cache
def preset_schemes() -> Mapping[str, WeightScheme]:
    """The schemes every installation starts with, by name."""
    splits = {indicator.id: indicator.weight for indicator in catalogue().indicators}
    return {
        name: WeightScheme(
            name=name,
            categories={key: float(value) for key, value in table["weights"].items()},
            indicators=splits,
            label=table["label"],
            reason=table["reason"]["zh"],
        )
        for name, table in toml("weight_schemes.toml")["schemes"].items()
    }


def preset_reason(name: str) -> Text:
    """Why a preset weighs as it does."""
    reason: Text = toml("weight_schemes.toml")["schemes"][name]["reason"]
    return reason


def default_scheme() -> WeightScheme:
    """The scheme in force until somebody chooses another."""
    return preset_schemes()[toml("weight_schemes.toml")["default"]]


@cache
def actions() -> Mapping[str, Mapping[str, Text]]:
    """What to do about a quadrant, a group of indicators, or one indicator."""
    return toml("actions.toml")


def action_for(indicator: Indicator) -> Text:
    """The action for an indicator that loses points: its own, else its group's."""
    known = actions()
    return known["indicator"].get(indicator.id) or known["group"][indicator.group]
