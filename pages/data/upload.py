"""Upload · 数据导入: a manager's file, what was understood of it, what cannot be read, and the load itself."""

import datetime as dt
import hashlib
import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from analytics.errors import RenewalError
from analytics.intake.fields import counted, field_of, fields, kinds, words
from analytics.intake.recipe import Recipe, headers_key, recipe_from
from analytics.intake.recognise import recognise
from analytics.language import explain
from analytics.reports.tables import Column, export_name
from analytics.reports.templates import template
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import md, t, text

TYPES = ["xlsx", "xls", "csv", "txt", "tsv", "parquet"]


def folder() -> Path:
    """This session's folder for files that are looked at but not yet loaded; it goes when the session does."""
    kept = session.get("upload_folder")
    if kept is None:
        kept = tempfile.TemporaryDirectory(prefix="renewal-upload-", ignore_cleanup_errors=True)
        session.put("upload_folder", kept)
    return Path(kept.name)


def stored(upload) -> Path:
    """The uploaded bytes as a file under the name the user gave it."""
    data = upload.getvalue()
    place = folder() / hashlib.sha256(data).hexdigest()[:16]
    place.mkdir(exist_ok=True)
    path = place / Path(upload.name.replace("\\", "/")).name[-120:]
    if not path.exists():
        path.write_bytes(data)
    return path


def looked(path: Path) -> dict:
    """What the file holds; read once a session."""
    key = f"look.{path}"
    if session.get(key) is None:
        with st.spinner(t("data.looking", file=path.name)):
            session.put(key, load.home().look(path))
    return session.get(key)


def mapping(sheet: dict, kind: str, saved: dict, prefix: str) -> dict[str, str]:
    """Field → header, as guessed or saved, for the user to change."""
    headers = list(sheet["headers"])
    known = kinds()[kind]
    guess = next((one for one in recognise(headers, kind)), None)
    matched = {} if guess is None else dict(guess.matches)
    chosen = saved.get("columns", {})
    names = list(known.fields) + (
        [name for name in counted() if name in chosen or name in matched] if kind == "scoresheet" else []
    )
    rows = []
    for name in dict.fromkeys([*names, *chosen]):
        field = field_of(kind, name)
        if field is None:
            continue
        header = chosen.get(name) if chosen else matched.get(name, (None, 0))[0]
        sure = 100 if chosen.get(name) else matched.get(name, (None, 0))[1]
        need = t("data.required") if name in known.required else t("data.one_of") if name in known.any_of else ""
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
        frame, key=f"{prefix}.map", hide_index=True, num_rows="fixed", placeholder="—", disabled=["id", "field", "need", "sure"], width="stretch", height=min(460, 40 + 35 * len(frame)),
        column_order=["field", "need", "header", "sure"],
        column_config={
            "field": st.column_config.TextColumn(t("data.field"), pinned=True), "need": st.column_config.TextColumn(t("data.need")),
            "header": st.column_config.SelectboxColumn(t("data.header"), options=headers, width="medium"),
            "sure": st.column_config.ProgressColumn(t("data.sure"), min_value=0, max_value=100, format="%d%%"),
        },
    )  # fmt: skip
    # Only the header column may have changed, and only to a header of this file: whatever else came back is not used.
    return {
        str(frame["id"].iat[at]): str(header)
        for at, header in enumerate(edited["header"][: len(frame)])
        if isinstance(header, str) and header in headers
    }


def meanings(sheet: dict, columns: dict[str, str], saved: dict, prefix: str) -> dict[str, dict[str, list[str]]]:
    """The words of outcome and yes/no columns, for the user to settle."""
    out: dict[str, dict[str, list[str]]] = {}
    for name, header in columns.items():
        if name not in fields() or fields()[name].type not in ("outcome", "yes"):
            continue
        choices = ["renewed", "lost", "open"] if fields()[name].type == "outcome" else ["yes", "no"]
        known = saved.get("values", {}).get(name) or words(fields()[name].type)
        distinct = list(sheet["distinct"][header])
        guess = {word.lower(): meaning for meaning, group in known.items() for word in group}
        unknown = [value for value in distinct if value.strip().lower() not in guess]
        if name != "outcome" and not unknown:
            continue
        st.markdown(t("data.words_of", header=md(header)))
        frame = pd.DataFrame({"value": distinct, "meaning": [guess.get(value.strip().lower()) for value in distinct]})
        edited = st.data_editor(
            frame, key=f"{prefix}.words.{name}", hide_index=True, num_rows="fixed", placeholder="—", disabled=["value"], width="content",
            column_config={
                "value": st.column_config.TextColumn(t("data.value")),
                "meaning": st.column_config.SelectboxColumn(t("data.meaning"), options=choices, format_func=lambda one: t(f"data.means_{one}")),
            },
        )  # fmt: skip
        found: dict[str, list[str]] = {choice: [] for choice in choices}
        for value, meaning in zip(distinct, edited["meaning"], strict=False):
            if meaning in found:
                found[meaning].append(value)
        out[name] = found
    return out


def options(sheet: dict, kind: str, columns: dict[str, str], saved: dict, prefix: str) -> dict[str, object]:
    """Scale, date order, as-counted period: what no column says."""
    out = {
        key: value
        for key, value in saved.get("options", {}).items()
        if key in ("missing", "header_row", "encoding", "delimiter")
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, option in (("satisfaction", "satisfaction_max"), ("score", "score_max")):
            if name in columns:
                numbers = [
                    float(value) for value in sheet["distinct"][columns[name]] if value.replace(".", "", 1).isdigit()
                ]
                highest = max(numbers, default=100.0)
                likely = saved.get("options", {}).get(option) or (
                    5.0 if highest <= 5 else 10.0 if highest <= 10 else 100.0
                )
                out[option] = st.number_input(
                    t("data.scale", header=columns[name]),
                    1.0,
                    1000.0,
                    float(likely),
                    key=f"{prefix}.scale.{name}",
                    width=220,
                )
        dated = [name for name in columns if name in fields() and fields()[name].type in ("date", "moment")]
        if dated:
            orders = ["auto", "ymd", "dmy", "mdy"]
            before = saved.get("options", {}).get("date_order", "auto")
            order = st.selectbox(
                t("data.date_order"),
                orders,
                orders.index(before),
                key=f"{prefix}.order",
                format_func=lambda one: t(f"data.order_{one}"),
                width=220,
            )
            if order != "auto":
                out["date_order"] = order
        if kind == "scoresheet" and "period" not in columns:
            first = st.text_input(
                t("data.period_from"),
                saved.get("options", {}).get("from", ""),
                key=f"{prefix}.from",
                placeholder="2026-01",
                width=160,
            )
            last = st.text_input(
                t("data.period_to"),
                saved.get("options", {}).get("to", ""),
                key=f"{prefix}.to",
                placeholder="2026-03",
                width=160,
            )
            if first:
                out |= {"from": first, "to": last or first}
        mode = st.selectbox(
            t("data.months"),
            ["add", "replace"],
            ["add", "replace"].index(saved.get("options", {}).get("months", "add")),
            key=f"{prefix}.months",
            format_func=lambda one: t(f"data.months_{one}"),
            width=240,
        )
        if mode == "replace":
            out["months"] = mode
    return out


def row_filter(sheet: dict, saved: dict, prefix: str) -> dict[str, list[str]]:
    """Which rows count: a column and the values kept."""
    few = [header for header, values in sheet["distinct"].items() if 0 < len(values) <= 12]
    before = saved.get("only", {})
    chosen = st.multiselect(
        t("data.only"),
        few,
        [header for header in before if header in few],
        key=f"{prefix}.only",
        placeholder=t("data.only_none"),
    )
    out = {}
    for header in chosen:
        values = sheet["distinct"][header]
        kept = st.multiselect(
            t("data.only_values", header=header),
            values,
            [value for value in before.get(header, []) if value in values],
            key=f"{prefix}.only.{header}",
        )
        if kept:
            out[header] = kept
    return out


def examine(path: Path) -> None:
    """One file from what was understood to the load."""
    found = looked(path)
    prefix = f"file.{path.parent.name}"
    sheets = {sheet["name"]: sheet for sheet in found["sheets"]}
    name = next(iter(sheets))
    if len(sheets) > 1:
        name = st.selectbox(t("data.sheet"), list(sheets), key=f"{prefix}.sheet")
    sheet = sheets[name]
    saved = sheet["recipe"] or {}
    seen = found["seen"]
    st.caption(
        t(
            "data.understood",
            form=t(f"data.form_{seen['form']}"),
            encoding=f" · {seen['encoding']}" if "encoding" in seen else "",
            rows=f"{sheet['rows']:,}",
            columns=len(sheet["headers"]),
            header_row=sheet["header_row"],
        )
    )
    if seen.get("hidden"):
        st.caption(t("note.sheets_hidden", sheets=md(", ".join(seen["hidden"]))))
    if saved:
        st.success(t("data.recipe_known"))
    guesses = [guess["kind"] for guess in sheet["guesses"]]
    best = saved.get("kind") or (guesses[0] if guesses else "policies")
    every = list(kinds())
    kind = st.selectbox(
        t("data.kind"),
        every,
        every.index(best),
        key=f"{prefix}.kind",
        format_func=lambda one: f"{text(kinds()[one].label)} · {text(kinds()[one].row)}",
        width=420,
    )
    if saved.get("kind") != kind:
        saved = {}
    with st.expander(t("data.preview"), expanded=not saved):
        st.dataframe(
            pd.DataFrame(sheet["preview"], columns=list(sheet["headers"])),
            hide_index=True,
            key=f"{prefix}.preview",
            height=220,
        )
    st.subheader(t("data.mapping"), anchor=False)
    columns = mapping(sheet, kind, saved, f"{prefix}.{kind}")
    values = meanings(sheet, columns, saved, f"{prefix}.{kind}")
    chosen = options(sheet, kind, columns, saved, f"{prefix}.{kind}")
    only = row_filter(sheet, saved, f"{prefix}.{kind}")
    as_of = st.date_input(
        t("data.as_of"),
        dt.date.today(),
        key=f"{prefix}.as_of",
        help=t("data.as_of_help"),
        width=220,
        format="YYYY-MM-DD",
    )
    try:
        recipe = recipe_from(
            {
                "kind": kind,
                "columns": columns,
                "values": values,
                "only": only,
                "options": chosen,
                **({"sheet": name} if name else {}),
            }
        )
    except RenewalError as error:
        st.warning(explain(error, session.language()))
        return
    checked = session.get(f"{prefix}.checked")
    if checked and checked[0] != recipe:
        checked = None
    with st.container(horizontal=True):
        if st.button(t("data.check"), key=f"{prefix}.check", type="secondary" if checked else "primary"):
            with st.spinner(t("data.checking")):
                checked = (recipe, load.home().preview(path, recipe))
            session.put(f"{prefix}.checked", checked)
        st.download_button(
            t("data.recipe_download"),
            recipe.toml().encode(),
            export_name(f"{path.stem}_recipe", 1, "toml"),
            key=f"{prefix}.recipe",
            on_click="ignore",
        )
    if checked:
        outcome(path, recipe, checked[1], as_of, prefix, headers_key(list(sheet["headers"])))


def outcome(path: Path, recipe: Recipe, preview, as_of: dt.date, prefix: str, key: str) -> None:
    """What a load would do, its issues, and the choice: the good rows, or nothing."""
    answer, issues = preview
    st.markdown(
        t(
            "data.would",
            rows=f"{answer['rows']:,}",
            loaded=f"{answer['loaded']:,}",
            rejected=f"{answer['rejected']:,}",
            skipped=f"{answer['skipped']:,}",
        )
    )
    if issues:
        table = pd.DataFrame(
            [
                {
                    "sheet": one.sheet,
                    "row": one.row,
                    "column": one.column,
                    "value": one.value,
                    "reason": t(f"issue.{one.reason}"),
                }
                for one in issues
            ]
        )
        columns = [
            Column("sheet", t("data.sheet")),
            Column("row", t("data.row"), "count"),
            Column("column", t("data.header")),
            Column("value", t("data.value")),
            Column("reason", t("data.reason")),
        ]
        st.warning(t("data.issues", count=f"{answer['issue_count']:,}"))
        panel.show(f"{prefix}.issues", table, columns, height=min(360, 72 + 35 * len(table)))
        panel.downloads(f"{prefix}.issues", t("data.issues_export", file=path.stem), table, columns)
    label = (
        t("data.load_good", count=f"{answer['loaded']:,}")
        if issues
        else t("data.load_all", count=f"{answer['loaded']:,}")
    )
    if st.button(label, key=f"{prefix}.load", type="primary", disabled=not answer["loaded"]):
        with st.spinner(t("data.loading")):
            receipt = load.home().load(path, recipe, as_of=as_of, on_issues="skip")
            load.home().state.save_recipe(key, path.name, recipe.plain())
        session.put("receipt", receipt)
        controls.show_period(receipt.months)
        st.rerun()


def receipt() -> None:
    """The receipt of the last load, in plain words."""
    done = session.get("receipt")
    if done is None:
        return
    with st.container(border=True, key="receipt"):
        st.markdown(
            t("data.receipt", file=md(done.file), kind=text(kinds()[done.kind].label), rows=f"{done.rows:,}", loaded=f"{done.loaded:,}", rejected=f"{done.rejected:,}", replaced=f"{done.replaced:,}", skipped=f"{done.skipped:,}",
              agents=done.agents, months="—" if not done.months else done.months[0] if len(done.months) == 1 else f"{done.months[0]}…{done.months[-1]}", load=done.load)
        )  # fmt: skip
        for key, facts in done.notes:
            st.caption(md(t(f"note.{key}", **facts)))
        with st.container(horizontal=True):
            st.page_link("pages/explore/overview.py", label=t("overview.title"), icon=":material/monitoring:")
            st.page_link("pages/explore/quadrant.py", label=t("quadrant_page.title"), icon=":material/scatter_plot:")


with shell.page("data", needs_data=False):
    receipt()
    sample_col, template_col = st.columns(2, gap="medium")
    with sample_col.container(border=True, key="sample_card"):
        st.subheader(t("data.sample"), anchor=False)
        st.caption(t("data.sample_note"))
        if load.has_sample():
            if st.button(t("data.sample_remove"), key="sample_remove"):
                from analytics import sample

                sample.remove(load.home())
                session.forget("period", "kept.period", "receipt")
                st.rerun()
        elif st.button(t("first.sample"), key="sample_load"):
            shell.load_sample()
    with template_col.container(border=True, key="template_card"):
        st.subheader(t("data.templates"), anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            wanted = st.selectbox(
                t("data.kind"), list(kinds()), key="template_kind", format_func=lambda one: text(kinds()[one].label)
            )
            language = session.language()
            st.download_button(
                t("first.template"),
                lambda: template(wanted, language),
                export_name(text(kinds()[wanted].label), 1, "xlsx"),
                key="template",
                on_click="ignore",
            )
    uploads = st.file_uploader(
        t("data.upload"), TYPES, accept_multiple_files=True, key="files", help=t("data.upload_help")
    )
    if uploads:
        paths = {str(path): path for path in (stored(upload) for upload in uploads)}
        chosen = next(iter(paths))
        if len(paths) > 1:
            chosen = st.segmented_control(
                t("data.files"),
                list(paths),
                default=chosen,
                key="file_choice",
                required=True,
                format_func=lambda one: paths[one].name,
            )
        examine(paths[chosen if chosen in paths else next(iter(paths))])
