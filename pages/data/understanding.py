"""What was understood of a file, for the user to change: where its table stands, what columns,
words and scales mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analytics.charts.theme import CELL_LEFT_OUT, CELL_OF_HEADER, CELL_READ
from analytics.intake.fields import CUSTOM, counted, field_of, fields, kinds
from analytics.intake.formats import brief
from analytics.intake.meanings import meanings_of
from analytics.intake.recognise import SURE, recognise
from analytics.intake.rows import EACH_MONTH
from analytics.intake.table import letter
from analytics.intake.understood import Look, Outline
from analytics.model import Text
from pages.data.options import year
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


def grid(sheet: Outline, prefix: str, left: Collection[int] = ()) -> None:
    """The first rows as they stand in the file, with the table that was found outlined: its header
    dark, the rest plain, rows that are left out marked."""
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
        elif row.name in left:
            inside = [f"background-color: {CELL_LEFT_OUT}"] * width
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
                out["year"] = year(saved.get("options", {}), f"{prefix}.wide_year")
    return out


OWN = "custom"  # the meaning of a number column that is kept as a measure of its own


def _choices(kind: str, saved: Mapping[str, Any]) -> dict[str, str]:
    """What a column can be taken for: id → label, each label once."""
    names = list(kinds()[kind].mapped)
    if kind == "scoresheet":
        names += [*counted(), *saved.get("columns", {})]
    out: dict[str, str] = {}
    for name in dict.fromkeys(names):
        field = field_of(kind, name)
        if field is not None and not name.startswith(CUSTOM):
            label = plain_label(field.label)
            out[name] = label if label not in out.values() else f"{label} ({name})"
    return {**out, OWN: plain("data.own")} if kind == "scoresheet" else out


def plain_label(label: Text) -> str:
    """The reader's half of a label, as tables and boxes show it."""
    return str(text(label))


def mapping(
    sheet: Outline, kind: str, saved: Mapping[str, Any], prefix: str
) -> tuple[dict[str, str], list[str]]:
    """Field → header as guessed or saved, for the user to change below three values of each column,
    what is not certain first; and the fields whose guess is not certain."""
    guess = next((guess for guess in recognise(sheet.headers, kind, values=sheet.distinct)), None)
    matches = {} if guess is None else dict(guess.matches)
    if saved.get("columns"):
        matches = {
            name: (header, SURE)
            for name, header in saved["columns"].items()
            if header in sheet.headers
        }
    choices = _choices(kind, saved)
    taken = {header: (name, sure) for name, (header, sure) in matches.items()}
    figures = guess.figures if guess is not None else ()
    kept: dict[str, str | None] | None = session.get(f"{prefix}.meant")
    if session.get(f"{prefix}.map") is not None:  # the table stands: what it began with stays
        kept = session.get(f"{prefix}.began")
    frame = _columns_frame(sheet, taken, figures)
    if kept is not None:
        frame = frame.assign(meaning=[kept.get(header) for header in frame["header"]])
    frame.loc[~frame["meaning"].isin(list(choices)), "meaning"] = None
    session.put(f"{prefix}.began", dict(zip(frame["header"], frame["meaning"], strict=True)))
    edited = st.data_editor(
        frame,
        key=f"{prefix}.map",
        hide_index=True,
        num_rows="fixed",
        placeholder="—",
        disabled=["header", "values", "doubt"],
        width="stretch",
        height=panel.fit(len(frame), 400),
        column_order=["header", "meaning", *(["doubt"] if any(frame["doubt"]) else []), "values"],
        column_config={
            "header": st.column_config.TextColumn(t("data.header"), pinned=True),
            "values": st.column_config.TextColumn(t("data.values"), width="medium"),
            "meaning": st.column_config.SelectboxColumn(
                t("data.field"),
                options=list(choices),
                format_func=lambda name: choices.get(str(name), str(name)),
                width="medium",
            ),
            "doubt": st.column_config.TextColumn(t("data.doubt")),
        },
    )
    # Only the meanings may have changed, and only to one that is offered: whatever else came back
    # is not used.
    meant = {
        str(header): str(name) if isinstance(name, str) and name in choices else None
        for header, name in zip(frame["header"], edited["meaning"][: len(frame)], strict=True)
    }
    session.put(f"{prefix}.meant", meant)
    columns = _by_field(meant)
    ignored = saved.get("ignore", ())
    unnamed = [name for name in figures if meant.get(name) is None]
    if lost := [name for name in unnamed if name not in ignored]:
        st.warning(t("data.figures_unknown", columns=", ".join(lost)))
    unsure = [name for name, header in columns.items() if _is_guess(matches.get(name), header)]
    return columns, unsure


def _is_guess(match: tuple[str, int] | None, header: str) -> bool:
    """Whether a column is what it was taken for without being sure of it."""
    if match is None or match[0] != header:
        return False
    return match[1] < SURE


def _columns_frame(
    sheet: Outline, taken: Mapping[str, tuple[str, int]], figures: Sequence[str]
) -> pd.DataFrame:
    """A row a column of the file: three of its values, what it is taken for, and whether that is to
    be looked at; those that are come first, those that nothing is made of last."""
    rows = []
    for header in sheet.headers:
        name, sure = taken.get(header, (None, SURE))
        doubt = "sure" if name else "unused"
        if header in figures and name is None:
            doubt = "figure"
        elif sure < SURE:
            doubt = "guess"
        rows.append(
            {
                "header": header,
                "values": samples(sheet, header),
                "meaning": OWN if name and name.startswith(CUSTOM) else name,
                "doubt": doubt,
            }
        )
    order = {"guess": 0, "figure": 1, "sure": 2, "unused": 3}
    rows.sort(key=lambda row: order[str(row["doubt"])])
    words: dict[str, str] = {
        "guess": plain("data.doubt_guess"),
        "figure": plain("data.doubt_figure"),
    }
    frame = pd.DataFrame(rows, columns=["header", "values", "meaning", "doubt"], dtype="object")
    return frame.assign(doubt=[words.get(str(doubt), "") for doubt in frame["doubt"]])


def samples(sheet: Outline, header: str) -> str:
    """Three values of a column, as they stand in the file."""
    values = [brief(" ".join(value.split()))[:24] for value in sheet.distinct[header]]
    return " · ".join([value for value in values if value][:3])


def _by_field(meant: Mapping[str, str | None]) -> dict[str, str]:
    """Field → header; of two columns that are said to be the same the first, which is told."""
    columns: dict[str, str] = {}
    for header, name in meant.items():
        if name == OWN:
            columns[f"{CUSTOM}{header}"] = header
        elif name is not None:
            columns.setdefault(name, header)
    return columns


def tell_lacking(kind: str, columns: Mapping[str, str]) -> bool:
    """Whether every field that a kind needs has a column; says which have none."""
    shape, choices = kinds()[kind], _choices(kind, {})
    mark = "、" if session.language() == "zh" else ", "
    if lacking := [choices[name] for name in shape.required if name not in columns]:
        st.warning(t("data.lacking", fields=mark.join(lacking)))
        return False
    if shape.any_of and not set(shape.any_of) & set(columns):
        either = [choices[name] for name in shape.any_of if name in choices]
        st.warning(t("data.lacking_any", fields=mark.join(either)))
        return False
    return True


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
    lower = {"complaints", "upheld_complaints"}
    lower |= {item.id for item in session.catalogue().indicators if item.direction == "lower"}
    for name in (name for name in unsure if name in lower):
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


def _words_editor(
    key: str, distinct: Sequence[str], likely: Sequence[str | None], choices: Sequence[str]
) -> pd.DataFrame:
    """The words of a column, each with its meaning to be chosen."""
    return st.data_editor(
        pd.DataFrame({"value": distinct, "meaning": likely}),
        key=key,
        hide_index=True,
        num_rows="fixed",
        placeholder="—",
        disabled=["value"],
        width="content",
        column_config={
            "value": st.column_config.TextColumn(t("data.value")),
            "meaning": st.column_config.SelectboxColumn(
                t("data.meaning"),
                options=list(choices),
                format_func=lambda option: t(f"data.means_{option}"),
            ),
        },
    )


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
        asked = st.container() if unknown else st.expander(t("data.words_of", header=header))
        with asked:
            if unknown:
                st.markdown(t("data.words_of", header=header))
                words_left = ", ".join(unknown[:8])
                st.caption(t("data.words_unknown", words=words_left, count=len(unknown)))
            edited = _words_editor(f"{prefix}.words.{name}", distinct, likely, choices)
        words: dict[str, list[str]] = {choice: [] for choice in choices}
        for value, meaning in zip(distinct, edited["meaning"], strict=False):
            if meaning in words:
                words[meaning].append(value)
        if any(words.values()):
            out[name] = words
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
