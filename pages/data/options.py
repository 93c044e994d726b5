"""What no column of a file says, for the user to choose: scales, the order of dates, the period,
and what becomes of data already there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from analytics.intake.fields import counted, fields, kinds
from analytics.intake.months import span
from analytics.intake.recipe import LAYOUT
from pages.ui.box import box
from pages.ui.i18n import Markdown, t

WIDTH = 220
SCALES = {"satisfaction": "satisfaction_max", "score": "score_max"}


@dataclass(frozen=True)
class Given:
    """What a file says already: its kind, its columns by field, the sheets read as one, and the
    field whose months stand side by side."""

    kind: str
    columns: Mapping[str, str]
    sheets: Sequence[str]
    wide_field: str | None


@dataclass(frozen=True)
class Form:
    """The widgets of one file: the options as they were saved, and how their keys begin."""

    before: Mapping[str, Any]
    prefix: str

    def choice(
        self, option: str, label: Markdown, choices: Sequence[str], **widget: Any
    ) -> dict[str, object]:
        """The option as chosen; empty where that is the first, which goes without saying."""
        chosen = box(
            label,
            choices,
            choices.index(self.before.get(option, choices[0])),
            persist_state="page",
            **widget,
        )
        return {} if chosen == choices[0] else {option: chosen}


def options(given: Given, saved: Mapping[str, Any], prefix: str) -> dict[str, object]:
    """The options of a recipe; what goes without saying is not among them."""
    form = Form(saved.get("options", {}), prefix)
    out: dict[str, object] = {key: value for key, value in form.before.items() if key in LAYOUT}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        out |= _scales(given, form)
        out |= _date_order(given, form)
        out |= _sense_of_sheets(given, form)
        if given.kind == "scoresheet" and not _says_period(given, out):
            out |= _period(form)
        out |= _rate_scale(given, form)
        if given.kind == "scoresheet":
            out |= form.choice(
                "duplicates",
                t("data.duplicates"),
                ["refuse", "add"],
                key=f"{prefix}.duplicates",
                format_func=lambda option: t(f"data.duplicates_{option}"),
                width=WIDTH,
            )
        out |= form.choice(
            "months",
            t("data.months"),
            ["add", "replace"],
            key=f"{prefix}.months",
            format_func=lambda option: t(f"data.months_{option}"),
            width=240,
        )
        out |= _missing(form)
    return out


def _scales(given: Given, form: Form) -> dict[str, object]:
    """The most that satisfaction and scores can be."""
    out: dict[str, object] = {}
    for name, option in SCALES.items():
        if name not in given.columns:
            continue
        scale = st.number_input(
            t("data.scale", header=given.columns[name]),
            1.0,
            1000.0,
            float(form.before[option]) if option in form.before else None,
            key=f"{form.prefix}.scale.{name}",
            persist_state="page",
            width=WIDTH,
            placeholder=t("data.order_auto"),
        )
        if scale is not None:
            out[option] = scale
    return out


def _date_order(given: Given, form: Form) -> dict[str, object]:
    """Whether the year, the month or the day of a date comes first."""
    types = {name: fields()[name].type for name in given.columns if name in fields()}
    if not {"date", "moment"} & set(types.values()):
        return {}
    return form.choice(
        "date_order",
        t("data.date_order"),
        ["auto", "ymd", "dmy", "mdy"],
        key=f"{form.prefix}.order",
        format_func=lambda option: t(f"data.order_{option}"),
        width=WIDTH,
    )


def _sense_of_sheets(given: Given, form: Form) -> dict[str, object]:
    """What the names of several sheets are, and the year of months that name none."""
    if len(given.sheets) < 2:
        return {}
    of_kind = kinds()[given.kind].fields
    senses = [None, *(field for field in ("period", "team", "branch") if field in of_kind)]
    before = form.before.get("sheet_is")
    sense = box(
        t("data.sheet_is"),
        senses,
        senses.index(before) if before in senses else 0,
        key=f"{form.prefix}.sheet_is",
        persist_state="page",
        format_func=lambda option: t(f"data.sheet_is_{option or 'nothing'}"),
        width=WIDTH,
    )
    out: dict[str, object] = {"sheet_is": sense} if sense else {}
    if sense == "period" and not all(span(name)[0] for name in given.sheets):
        out["year"] = year(form.before, f"{form.prefix}.sheet_year")
    return out


def year(before: Mapping[str, Any], key: str) -> int:
    """The year of months that name none."""
    return int(
        st.number_input(
            t("data.wide_year"),
            2000,
            2100,
            before.get("year") or pd.Timestamp.today().year,
            key=key,
            persist_state="page",
            width=140,
        )
    )


def _says_period(given: Given, out: Mapping[str, object]) -> bool:
    """Whether the rows say by themselves of which period they are."""
    if given.wide_field or out.get("sheet_is") == "period":
        return True
    return "period" in given.columns or "year" in given.columns


def _period(form: Form) -> dict[str, object]:
    """The first and the last month, where a file names none."""
    first = st.text_input(
        t("data.period_from"),
        form.before.get("from", ""),
        key=f"{form.prefix}.from",
        persist_state="page",
        placeholder="2026-01",
        width=160,
    )
    last = st.text_input(
        t("data.period_to"),
        form.before.get("to", ""),
        key=f"{form.prefix}.to",
        persist_state="page",
        placeholder="2026-03",
        width=160,
    )
    return {"from": first, "to": last or first} if first else {}


def _rate_scale(given: Given, form: Form) -> dict[str, object]:
    """Whether rates are written as percent or as parts of one."""
    rates = {name for name, field in counted().items() if field.type == "rate"}
    if rates.isdisjoint([*given.columns, given.wide_field]):
        return {}
    return form.choice(
        "rate_scale",
        t("data.rate_scale"),
        ["auto", "percent", "fraction"],
        key=f"{form.prefix}.rate_scale",
        format_func=lambda option: t(f"data.rate_{option}"),
        width=WIDTH,
    )


def _missing(form: Form) -> dict[str, object]:
    """The words that stand for nothing."""
    words = st.text_input(
        t("data.missing"),
        " ".join(form.before.get("missing", [])),
        key=f"{form.prefix}.missing",
        persist_state="page",
        placeholder="99999 未知",
        width=200,
    ).split()
    return {"missing": words} if words else {}
