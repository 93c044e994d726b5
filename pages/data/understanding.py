"""What was understood of a file, for the user to change: where its table stands, what columns,
words and scales mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analytics.charts.theme import CELL_OF_HEADER, CELL_READ
from analytics.intake.fields import CUSTOM, counted, field_of, fields, kinds
from analytics.intake.formats import brief
from analytics.intake.meanings import meanings_of
from analytics.intake.months import span
from analytics.intake.recipe import LAYOUT
from analytics.intake.recognise import recognise
from analytics.intake.rows import EACH_MONTH
from analytics.intake.table import letter
from analytics.intake.understood import Look, Outline
from analytics.reports.tables import Column, Table
from pages.ui import panel, session
from pages.ui.box import box
from pages.ui.i18n import plain, t, text

ENCODINGS = ["utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be"]
DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe"}
FEW = 12


def layout(look: Look, sheet: Outline, prefix: str) -> dict[str, Any]:
    """Encoding, delimiter and corner of the table; empty where what was found is right."""
    seen = look.seen
    out: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if seen.encoding is not None:
            every = list(dict.fromkeys([seen.encoding, *ENCODINGS]))
            encoding = box(
                t("data.encoding"), every, key=f"{prefix}.encoding", persist_state="page", width=150
            )
            if encoding != seen.encoding:
                out["encoding"] = encoding
            marks = list(dict.fromkeys([(seen.delimiter or ","), *DELIMITERS]))
            mark = box(
                t("data.delimiter"),
                marks,
                key=f"{prefix}.delimiter",
                persist_state="page",
                width=130,
                format_func=lambda option: (
                    t(f"data.mark_{DELIMITERS[option]}") if option in DELIMITERS else option
                ),
            )
            if mark != (seen.delimiter or ","):
                out["delimiter"] = mark
        row = st.number_input(
            t("data.header_row"),
            1,
            100_000,
            sheet.header_row,
            key=f"{prefix}.header_row",
            persist_state="page",
            width=150,
        )
        rows = st.number_input(
            t("data.header_rows"),
            1,
            2,
            sheet.header_rows,
            key=f"{prefix}.header_rows",
            persist_state="page",
            width=150,
        )
        column = st.number_input(
            t("data.first_column"),
            1,
            2_000,
            sheet.first_column,
            key=f"{prefix}.first_column",
            persist_state="page",
            width=150,
        )
        if sheet.hidden_rows:
            choices = ["skip", "read"]
            hidden = box(
                t("data.hidden"),
                choices,
                key=f"{prefix}.hidden",
                persist_state="page",
                width=150,
                format_func=lambda option: t(f"data.hidden_{option}"),
            )
            if hidden == "read":
                out["hidden"] = hidden
        if row != sheet.header_row:
            out["header_row"] = int(row)
        if rows != sheet.header_rows:
            out["header_rows"] = int(rows)
        if column != sheet.first_column:
            out["first_column"] = int(column)
    return out


def grid(sheet: Outline, prefix: str) -> None:
    """The first rows as they stand in the file, with the table that was found outlined: its header
    dark, the rest plain."""
    cells = sheet.grid
    width = max((len(row) for row in cells), default=0)
    frame = pd.DataFrame(
        [[*row, *[None] * (width - len(row))] for row in cells],
        index=range(1, len(cells) + 1),
        columns=[letter(place) for place in range(width)],
        dtype="object",
    )
    head = range(sheet.header_row, sheet.header_row + 1)
    above = sheet.header_row - sheet.header_rows + 1
    first = sheet.first_column - 1
    last = sheet.last_column or width

    def shade(row: pd.Series) -> list[str]:
        inside = [f"background-color: {CELL_READ}"] * width
        if above <= row.name <= head.stop - 1:
            inside = [f"background-color: {CELL_OF_HEADER}; font-weight: 700"] * width
        elif row.name < above:
            inside = ["opacity: .5"] * width
        return [
            style if first <= place < last else "opacity: .5" for place, style in enumerate(inside)
        ]

    st.dataframe(frame.style.apply(shade, axis=1), key=f"{prefix}.grid", height=260, placeholder="")


def _wide_label(option: str | None) -> str:
    if option is None:
        return t("data.wide_none")
    return t("data.wide_each") if option == EACH_MONTH else text(counted()[option].label)


def wide(sheet: Outline, saved: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Whether columns named after months hold one figure month by month, and which; never
    assumed."""
    if sheet.wide is None:
        return {}
    headers = sheet.wide.headers
    before = saved.get("options", {}).get("wide_field")
    choices = [None, *([EACH_MONTH] if sheet.wide.each else []), *counted()]
    with st.container(border=True, key=f"{prefix}.wide"):
        st.markdown(t("data.wide_ask", headers=", ".join(headers[:3]), count=len(headers)))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = box(
                t("data.wide_field"),
                choices,
                choices.index(before) if before in choices else 0,
                key=f"{prefix}.wide_field",
                persist_state="page",
                width=280,
                format_func=_wide_label,
            )
            if chosen is None:
                return {}
            out: dict[str, Any] = {"wide_field": chosen}
            if not sheet.wide.year_known:
                out["year"] = _year(saved, f"{prefix}.wide_year")
    return out


def _year(saved: Mapping[str, Any], key: str) -> int:
    """The year of months that name none."""
    before = saved.get("options", {}).get("year") or pd.Timestamp.today().year
    return int(
        st.number_input(
            t("data.wide_year"), 2000, 2100, before, key=key, persist_state="page", width=140
        )
    )


def mapping(
    sheet: Outline, kind: str, saved: Mapping[str, Any], prefix: str
) -> tuple[dict[str, str], list[str]]:
    """Field → header as guessed or saved, for the user to change; and the fields whose guess is not
    certain."""
    headers = list(sheet.headers)
    shape = kinds()[kind]
    guess = next((guess for guess in recognise(headers, kind, values=sheet.distinct)), None)
    matched = {} if guess is None else dict(guess.matches)
    chosen = saved.get("columns", {})
    names = list(shape.mapped) + (
        [name for name in counted() if name in chosen or name in matched]
        if kind == "scoresheet"
        else []
    )
    if kind == "scoresheet":
        more = [name for name in counted() if name not in names]
        names += st.multiselect(
            t("data.more_fields"),
            more,
            key=f"{prefix}.more",
            persist_state="page",
            placeholder=t("data.more_fields_none"),
            help=t("data.more_fields_help"),
            format_func=lambda name: text(counted()[name].label),
        )
    rows = []
    for name in dict.fromkeys([*names, *chosen]):
        field = field_of(kind, name)
        if field is None:
            continue
        header = chosen.get(name) if chosen else matched.get(name, (None, 0))[0]
        sure = 100 if chosen.get(name) else matched.get(name, (None, 0))[1]
        need = t("data.one_of") if name in shape.any_of else ""
        if name in shape.required:
            need = t("data.required")
        rows.append(
            {
                "id": name,
                "field": text(field.label),
                "need": need,
                "header": header if header in headers else None,
                "sure": sure if header else None,
            }
        )
    frame = pd.DataFrame(rows)
    order = {t("data.required"): 0, t("data.one_of"): 1, "": 2}
    frame = (
        frame.assign(rank=[order[need] for need in frame["need"]], empty=frame["header"].isna())
        .sort_values(["rank", "empty"], kind="stable")
        .drop(columns=["rank", "empty"])
        .reset_index(drop=True)
    )
    edited = st.data_editor(
        frame,
        key=f"{prefix}.map",
        hide_index=True,
        num_rows="fixed",
        placeholder="—",
        disabled=["id", "field", "need", "sure"],
        width="stretch",
        height=panel.fit(len(frame), 460),
        column_order=["field", "need", "header", "sure"],
        column_config={
            "field": st.column_config.TextColumn(t("data.field"), pinned=True),
            "need": st.column_config.TextColumn(t("data.need")),
            "header": st.column_config.SelectboxColumn(
                t("data.header"), options=headers, width="medium"
            ),
            "sure": st.column_config.ProgressColumn(
                t("data.sure"), min_value=0, max_value=100, format="%d%%"
            ),
        },
    )
    # Only the header column may have changed, and only to a header of this file: whatever else came
    # back is not used.
    columns = {
        str(frame["id"].iat[place]): str(header)
        for place, header in enumerate(edited["header"][: len(frame)])
        if isinstance(header, str) and header in headers
    }
    guessed = dict(zip(frame["id"], frame["header"], strict=True))
    if chosen:
        return columns, []
    kept = [name for name, header in columns.items() if guessed.get(name) == header]
    return columns, [name for name in kept if matched.get(name, (None, 100))[1] < 100]


def columns_of(
    sheet: Outline,
    columns: dict[str, str],
    kind: str,
    prefix: str,
    ignored: Sequence[str] = (),
) -> None:
    """Every column of the file with three of its values, and what it is taken for; those that
    nothing is made of first."""
    taken = {header: field_of(kind, name) for name, header in columns.items()}
    rows = [
        {
            "header": header,
            "values": ", ".join(brief(value)[:24] for value in sheet.distinct[header][:3]),
            "field": text(field.label) if (field := taken.get(header)) else t("data.unused"),
        }
        for header in sorted(sheet.headers, key=lambda header: header in taken)
    ]
    unused = sum(header not in taken for header in sheet.headers)
    guess = next((guess for guess in sheet.guesses if guess.kind == kind), None)
    figures = guess.figures if guess is not None else ()
    if lost := [header for header in figures if header not in taken and header not in ignored]:
        st.warning(t("data.figures_unknown", columns=", ".join(lost)))
    with st.expander(t("data.columns_of", count=len(rows), unused=unused)):
        shown = [
            Column("header", plain("data.header")),
            Column("values", plain("data.values")),
            Column("field", plain("data.used_as")),
        ]
        panel.show(
            f"{prefix}.columns", Table(pd.DataFrame(rows), shown), height=panel.fit(len(rows), 320)
        )


def names_as_ids(columns: dict[str, str], unsure: list[str], prefix: str) -> bool:
    """Whether names may stand for people where the file has no agent number; asked, never
    assumed."""
    header = columns.get("agent_id")
    if header is None or "agent_id" not in unsure:
        return True
    return bool(
        st.checkbox(
            t("data.names_as_ids", header=header), key=f"{prefix}.names", persist_state="page"
        )
    )


def directions(columns: dict[str, str], unsure: list[str], prefix: str) -> dict[str, str]:
    """The columns, after asking which way is better where an uncertain header is taken for
    something to keep low.

    Where more is better it is not that indicator, and the column is kept as a measure of its own.
    """
    out = dict(columns)
    lower = {
        indicator.id: indicator
        for indicator in session.catalogue().indicators
        if indicator.direction == "lower"
    }
    for name in [
        name for name in unsure if name in lower or name in ("complaints", "upheld_complaints")
    ]:
        header = columns[name]
        answer = st.segmented_control(
            t("data.direction", header=header),
            ["lower", "higher"],
            default="lower",
            required=True,
            key=f"{prefix}.direction.{name}",
            persist_state="page",
            format_func=lambda option: t(f"data.direction_{option}"),
        )
        if answer == "higher":
            del out[name]
            out[f"{CUSTOM}{header}"] = header
    return out


def _are_numbers(values: Sequence[str]) -> bool:
    plain = [value.strip().replace(".", "", 1).lstrip("-") for value in values]
    return bool(plain) and all(value.isdigit() for value in plain)


def extras(
    sheet: Outline, kind: str, columns: dict[str, str], saved: Mapping[str, Any], prefix: str
) -> dict[str, str]:
    """Number columns of a scoresheet that nobody knows, to be kept as measures of their own."""
    if kind != "scoresheet":
        return {}
    taken = set(columns.values())
    untaken = [header for header in sheet.distinct if header not in taken]
    free = [header for header in untaken if _are_numbers(sheet.distinct[header])]
    if not free:
        return {}
    before = [
        header
        for name, header in saved.get("columns", {}).items()
        if name.startswith(CUSTOM) and header in free
    ]
    kept = st.multiselect(
        t("data.extras"),
        free,
        before,
        key=f"{prefix}.extras",
        persist_state="page",
        placeholder=t("data.extras_none"),
    )
    return {f"{CUSTOM}{header}": header for header in kept}


def meanings(
    sheet: Outline,
    columns: dict[str, str],
    unsure: list[str],
    saved: Mapping[str, Any],
    prefix: str,
) -> dict[str, dict[str, list[str]]]:
    """The words of outcome and yes/no columns, for the user to settle.

    What yes and no mean is never filled in below a header that names the loss, or one that is a
    guess.
    """
    out: dict[str, dict[str, list[str]]] = {}
    for name, header in columns.items():
        if name not in fields() or fields()[name].type not in ("outcome", "yes"):
            continue
        choices = ["renewed", "lost", "open"] if fields()[name].type == "outcome" else ["yes", "no"]
        distinct = list(sheet.distinct[header])
        likely = meanings_of(
            name, header, distinct, saved.get("values", {}).get(name), sure=name not in unsure
        )
        unknown = [
            value for value, meaning in zip(distinct, likely, strict=True) if meaning is None
        ]
        if name != "outcome" and not unknown:
            continue
        st.markdown(t("data.words_of", header=header))
        if unknown:
            st.caption(t("data.words_unknown", words=", ".join(unknown[:8]), count=len(unknown)))
        frame = pd.DataFrame({"value": distinct, "meaning": likely})
        edited = st.data_editor(
            frame,
            key=f"{prefix}.words.{name}",
            hide_index=True,
            num_rows="fixed",
            placeholder="—",
            disabled=["value"],
            width="content",
            column_config={
                "value": st.column_config.TextColumn(t("data.value")),
                "meaning": st.column_config.SelectboxColumn(
                    t("data.meaning"),
                    options=choices,
                    format_func=lambda option: t(f"data.means_{option}"),
                ),
            },
        )
        words: dict[str, list[str]] = {choice: [] for choice in choices}
        for value, meaning in zip(distinct, edited["meaning"], strict=False):
            if meaning in words:
                words[meaning].append(value)
        if any(words.values()):
            out[name] = words
    return out


def options(  # noqa: C901, PLR0912 - a widget for each option
    kind: str,
    columns: dict[str, str],
    saved: Mapping[str, Any],
    names: Sequence[str],
    prefix: str,
    wide_field: str | None = None,
) -> dict[str, object]:
    """Scale, date order, period, words for nothing, and what becomes of data already there: what no
    column says."""
    before = saved.get("options", {})
    out: dict[str, object] = {key: value for key, value in before.items() if key in LAYOUT}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, option in (("satisfaction", "satisfaction_max"), ("score", "score_max")):
            if name in columns:
                stated = float(before[option]) if option in before else None
                scale = st.number_input(
                    t("data.scale", header=columns[name]),
                    1.0,
                    1000.0,
                    stated,
                    key=f"{prefix}.scale.{name}",
                    persist_state="page",
                    width=220,
                    placeholder=t("data.order_auto"),
                )
                if scale is not None:
                    out[option] = scale
        dated = [
            name
            for name in columns
            if name in fields() and fields()[name].type in ("date", "moment")
        ]
        if dated:
            orders = ["auto", "ymd", "dmy", "mdy"]
            order = box(
                t("data.date_order"),
                orders,
                orders.index(before.get("date_order", "auto")),
                key=f"{prefix}.order",
                persist_state="page",
                format_func=lambda option: t(f"data.order_{option}"),
                width=220,
            )
            if order != "auto":
                out["date_order"] = order
        if len(names) > 1:
            senses = [
                None,
                *(field for field in ("period", "team", "branch") if field in kinds()[kind].fields),
            ]
            sense = box(
                t("data.sheet_is"),
                senses,
                senses.index(before.get("sheet_is")) if before.get("sheet_is") in senses else 0,
                key=f"{prefix}.sheet_is",
                persist_state="page",
                format_func=lambda option: t(f"data.sheet_is_{option or 'nothing'}"),
                width=220,
            )
            if sense:
                out["sheet_is"] = sense
            if sense == "period" and not all(span(name)[0] for name in names):
                out["year"] = _year(saved, f"{prefix}.sheet_year")
        dating = ("period", "year")
        dated_by_columns = (
            bool(wide_field)
            or any(name in columns for name in dating)
            or out.get("sheet_is") == "period"
        )
        if kind == "scoresheet" and not dated_by_columns:
            first = st.text_input(
                t("data.period_from"),
                before.get("from", ""),
                key=f"{prefix}.from",
                persist_state="page",
                placeholder="2026-01",
                width=160,
            )
            last = st.text_input(
                t("data.period_to"),
                before.get("to", ""),
                key=f"{prefix}.to",
                persist_state="page",
                placeholder="2026-03",
                width=160,
            )
            if first:
                out |= {"from": first, "to": last or first}
        rated = [
            name
            for name in (*columns, wide_field)
            if name and name in counted() and counted()[name].type == "rate"
        ]
        if rated:
            scales = ["auto", "percent", "fraction"]
            scale = box(
                t("data.rate_scale"),
                scales,
                scales.index(before.get("rate_scale", "auto")),
                key=f"{prefix}.rate_scale",
                persist_state="page",
                width=220,
                format_func=lambda option: t(f"data.rate_{option}"),
            )
            if scale != "auto":
                out["rate_scale"] = scale
        if kind == "scoresheet":
            ways = ["refuse", "add"]
            sense = box(
                t("data.duplicates"),
                ways,
                ways.index(before.get("duplicates", "refuse")),
                key=f"{prefix}.duplicates",
                persist_state="page",
                width=220,
                format_func=lambda option: t(f"data.duplicates_{option}"),
            )
            if sense == "add":
                out["duplicates"] = sense
        mode = box(
            t("data.months"),
            ["add", "replace"],
            ["add", "replace"].index(before.get("months", "add")),
            key=f"{prefix}.months",
            persist_state="page",
            format_func=lambda option: t(f"data.months_{option}"),
            width=240,
        )
        if mode == "replace":
            out["months"] = mode
        missing = st.text_input(
            t("data.missing"),
            " ".join(before.get("missing", [])),
            key=f"{prefix}.missing",
            persist_state="page",
            placeholder="99999 未知",
            width=200,
        )
        if missing.split():
            out["missing"] = missing.split()
    return out


def row_filter(sheet: Outline, saved: Mapping[str, Any], prefix: str) -> dict[str, list[str]]:
    """Which rows count: a column and the values kept."""
    few = [header for header, values in sheet.distinct.items() if 0 < len(values) <= FEW]
    before = saved.get("only", {})
    chosen = st.multiselect(
        t("data.only"),
        few,
        [header for header in before if header in few],
        key=f"{prefix}.only",
        persist_state="page",
        placeholder=t("data.only_none"),
    )
    out = {}
    for header in chosen:
        values = sheet.distinct[header]
        kept = st.multiselect(
            t("data.only_values", header=header),
            values,
            [value for value in before.get(header, []) if value in values],
            key=f"{prefix}.only.{header}",
            persist_state="page",
        )
        if kept:
            out[header] = kept
    return out
