"""What can be uploaded, from data/fields.toml: kinds, fields and the words people use; and what a
scoresheet may give beside them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from analytics.catalogue import known_indicators, known_measures, toml
from analytics.model import Indicator, Text
from analytics.units import in_percent

CUSTOM = "custom."
FIGURES = ("number", "money", "rate", "score", "count")  # types of what can be reckoned with
OUTCOMES = ("renewed", "lost", "open")
NOTHING = [  # words for an empty cell
    "n/a",
    "na",
    "null",
    "nan",
    "nat",
    "none",
    "nil",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "暂无",
    "空",
    "(空)",
    "（空）",
    "(blank)",
    "0000-00-00",
    "0000/00/00",
    "0000-00-00 00:00:00",
]
TOTALS = ("合计", "总计", "小计", "汇总", "total", "grand total", "subtotal", "sum")


@dataclass(frozen=True)
class Kind:
    """A kind of record: its fields, which of them it needs, and which one dates it."""

    id: str
    label: Text
    row: Text
    required: tuple[str, ...]
    any_of: tuple[str, ...]
    fields: tuple[str, ...]
    month: str | None
    helpers: tuple[str, ...] = ()  # understood beside the fields, and not stored

    @property
    def mapped(self) -> tuple[str, ...]:
        """Everything that a column can be."""
        return (*self.fields, *self.helpers)


@dataclass(frozen=True)
class Field:
    """A field: its type, its label, the headers people write for it."""

    id: str
    type: str
    label: Text
    synonyms: tuple[str, ...]
    weak_synonyms: tuple[str, ...] = ()
    scale_option: str | None = None


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of record, by id."""
    return {
        key: Kind(
            key,
            table["label"],
            table["row"],
            tuple(table["required"]),
            tuple(table["any_of"]),
            tuple(table["fields"]),
            table.get("month"),
            tuple(table.get("helpers", ())),
        )
        for key, table in toml("fields.toml")["kinds"].items()
    }


@cache
def fields() -> Mapping[str, Field]:
    """Every field, by id."""
    return {
        key: Field(
            key,
            table["type"],
            table["label"],
            tuple(table["synonyms"]),
            tuple(table.get("weak_synonyms", ())),
            table.get("scale_option"),
        )
        for key, table in toml("fields.toml")["fields"].items()
    }


@cache
def counted() -> Mapping[str, Field]:
    """What a scoresheet may give beside its fields: every measure and every indicator."""
    measures = {
        name: Field(
            name,
            "number",
            measure.label,
            (*measure.synonyms, measure.label["zh"], measure.label["en"], name),
        )
        for name, measure in known_measures().items()
        if not measure.counted
    }
    indicators = {
        indicator.id: Field(
            indicator.id,
            "rate" if in_percent(indicator.unit) else "number",
            indicator.label,
            (
                indicator.id,
                indicator.label["zh"],
                indicator.label["en"],
                *(fields()[indicator.id].synonyms if indicator.id in fields() else ()),
            ),
            scale_option="satisfaction_max" if indicator.id == "satisfaction" else None,
        )
        for indicator in known_indicators()
    }
    return {**measures, **indicators}


def given_as_rates(names: Container[str]) -> list[Indicator]:
    """The indicators that are given as a rate beside what it is a rate of, and not by what they
    count."""

    def is_given(indicator: Indicator) -> bool:
        if indicator.numerator in names:
            return False
        return indicator.id in names and indicator.denominator in names

    return [indicator for indicator in known_indicators() if is_given(indicator)]


def field_of(kind: str, name: str) -> Field | None:
    """A field of a kind, a measure or indicator of a scoresheet, or a custom measure; None for
    anything else."""
    if name in kinds()[kind].mapped:
        return fields()[name]
    if kind == "scoresheet":
        if name in counted():
            return counted()[name]
        if name.startswith(CUSTOM) and len(name) > len(CUSTOM):
            plain = name.removeprefix(CUSTOM)
            return Field(name, "number", {"zh": plain, "en": plain}, ())
    return None


def words(group: str) -> dict[str, list[str]]:
    """The words known for a yes/no, an outcome or an assessed item."""
    groups: dict[str, Any] = toml("fields.toml")["words"][group]
    return {key: list(value) for key, value in groups.items()}
