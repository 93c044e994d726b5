"""The widgets of one indicator's definition: what is divided by what, how it counts, and what each
value is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.model import CATEGORIES
from analytics.units import PER_HUNDRED, UNITS, in_percent
from pages.ui import session
from pages.ui.box import box
from pages.ui.i18n import t

NEW = "+"  # what is chosen for an indicator that there is not yet


def new_table() -> dict:
    """What the definition of a new indicator begins with."""
    return {
        "category": "results",
        "group": "outcome",
        "numerator": "renewed_policies",
        "denominator": "due_policies",
        "direction": "higher",
        "unit": "percent",
        "weight": 10.0,
        "scale": 1.0,
        "label": {"zh": "", "en": ""},
        "why": {"zh": "", "en": ""},
        "standard": {"mode": "linear", "knots": [[0.5, 0], [0.7, 60], [0.9, 100]]},
    }


def fields(chosen: str, table: Mapping[str, Any], measures: Mapping[str, str]) -> tuple[dict, str]:
    """The widgets of one definition; what they say, and the id it goes by."""
    key = f"std.{chosen}"
    name = _id(key) if chosen == NEW else chosen
    label = _label(key, table["label"], name)
    made = {**table, **_fraction(key, table, measures), **_kind(key, table)}
    weight, mode, target = _counting(key, table, made["unit"])
    knots = _knots(key, table["standard"]["knots"], made["unit"])
    language = session.language()
    why = st.text_input(t("method.why"), table["why"][language], key=f"{key}.why", max_chars=300)
    made |= {
        "weight": weight,
        "label": label,
        "why": {**table["why"], language: why},
        "standard": {"mode": mode, "knots": knots},
        "scale": 100.0 if made["unit"] == PER_HUNDRED else 1.0,
    }
    made.pop("target", None)
    if target is not None:
        made["target"] = target / _times(made["unit"])
    return made, name


def _times(unit: str) -> int:
    """By what values are multiplied to be shown: parts of one are typed in percent."""
    return 100 if in_percent(unit) else 1


def _id(key: str) -> str:
    """The id of a new indicator, as it may be written."""
    typed = st.text_input(
        t("standards.id"), key=f"{key}.id", max_chars=60, placeholder="new_product_renewal"
    )
    return str(typed).strip().lower().replace(" ", "_")


def _label(key: str, label: Mapping[str, str], name: str) -> dict[str, str]:
    """What it is called; a language that is left empty takes the words of the other."""
    with st.container(horizontal=True):
        zh = st.text_input(t("standards.label_zh"), label["zh"], key=f"{key}.zh", max_chars=40)
        en = st.text_input(t("standards.label_en"), label["en"], key=f"{key}.en", max_chars=60)
    return {"zh": zh or en or name, "en": en or zh or name}


def _fraction(key: str, table: Mapping[str, Any], measures: Mapping[str, str]) -> dict[str, str]:
    """What is divided by what."""
    names = list(dict.fromkeys([table["numerator"], table["denominator"], *measures]))
    with st.container(horizontal=True):
        numerator = box(
            t("column.numerator"),
            names,
            names.index(table["numerator"]),
            key=f"{key}.num",
            format_func=lambda name: measures.get(name, name),
        )
        denominator = box(
            t("column.denominator"),
            names,
            names.index(table["denominator"]),
            key=f"{key}.den",
            format_func=lambda name: measures.get(name, name),
        )
    return {"numerator": numerator, "denominator": denominator}


def _kind(key: str, table: Mapping[str, Any]) -> dict[str, str]:
    """Where it belongs, how it is written, and which way is better."""
    directions = ["higher", "lower"]
    with st.container(horizontal=True):
        category = box(
            t("agent.category"),
            CATEGORIES,
            CATEGORIES.index(table["category"]),
            key=f"{key}.cat",
            format_func=lambda option: t(f"weights.col_{option}"),
        )
        unit = box(
            t("standards.unit"),
            UNITS,
            UNITS.index(table["unit"]),
            key=f"{key}.unit",
            format_func=lambda option: t(f"unit.{option}"),
        )
        direction = box(
            t("method.better"),
            directions,
            directions.index(table["direction"]),
            key=f"{key}.dir",
            format_func=lambda option: t(f"method.{option}"),
        )
    return {"category": category, "unit": unit, "direction": direction}


def _counting(key: str, table: Mapping[str, Any], unit: str) -> tuple[float, str, float | None]:
    """Its weight, how points go from knot to knot, and its target as it is shown."""
    modes = ["linear", "steps"]
    with st.container(horizontal=True):
        weight = st.number_input(
            t("standards.weight"), 0.0, 1000.0, float(table["weight"]), key=f"{key}.weight"
        )
        mode = box(
            t("standards.mode"),
            modes,
            modes.index(table["standard"]["mode"]),
            key=f"{key}.mode",
            format_func=lambda option: t(f"method.mode_{option}"),
        )
        target = st.number_input(
            t("standards.target"),
            value=None if table.get("target") is None else table["target"] * _times(unit),
            key=f"{key}.target",
        )
    return float(weight), mode, None if target is None else float(target)


def _knots(key: str, knots: list[list[float]], unit: str) -> list[list[float]]:
    """What values are worth how many points; a row that lacks one of the two does not count."""
    times = float(_times(unit))
    edited = st.data_editor(
        pd.DataFrame(
            [[value * times, points] for value, points in knots],
            columns=["value", "points"],
        ),
        key=f"{key}.knots",
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "value": st.column_config.NumberColumn(
                t("column.value") + f" ({t('unit.' + unit)})", required=True
            ),
            "points": st.column_config.NumberColumn(
                t("column.points"), min_value=0, max_value=100, required=True
            ),
        },
    )
    whole = edited.dropna(subset=["value", "points"])
    return [[float(row.value) / times, float(row.points)] for row in whole.itertuples()]
