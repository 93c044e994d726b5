"""Upload · 数据导入: a manager's files, what was understood of them, what cannot be read, and the
load itself."""

import datetime as dt
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analytics import files
from analytics.desk import Desk
from analytics.errors import FileRefused, RenewalError
from analytics.intake import limits
from analytics.intake.fields import kinds
from analytics.intake.readiness import Readiness
from analytics.intake.recipe import Recipe, headers_key, recipe_from
from analytics.intake.spellings import Alike
from analytics.intake.table import letter
from analytics.intake.understood import Look, Outline, Preview, Seen
from analytics.language import explain
from analytics.model import Receipt
from analytics.receipts import reading_notes
from analytics.reports.tables import Column, Table, export_name
from analytics.reports.templates import template
from analytics.work import Work
from pages.data import asked, put_by, receipts, spellings, understanding
from pages.ui import controls, load, panel, session, shell, waiting
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.i18n import md, plain, t, text

TYPES = ["xlsx", "xls", "xlsm", "et", "ods", "htm", "html", "csv", "txt", "tsv", "parquet", "zip"]


@dataclass(frozen=True)
class Chosen:
    """What of a file is about to be loaded, by which recipe, and the sheet that could go with
    it."""

    path: Path
    file: str  # what the session's keys of the file begin with; those of the sheet go on from there
    recipe: Recipe
    sheets: tuple[str, ...]
    headers: str
    following: str | None


def folder() -> Path:
    """This session's folder for files that are looked at but not yet loaded; it goes when the
    session does, and the work on them."""
    kept = session.get("upload_folder")
    if kept is None:
        kept = load.desk().own_folder()
        session.put("upload_folder", kept)
    return Path(kept.name)


def stored(upload) -> list[Path]:
    """The uploaded bytes as files under the names the user gave them; an archive as the files
    inside it."""
    data = upload.getvalue()
    place = folder() / hashlib.sha256(data).hexdigest()[:16]
    path = place / Path(upload.name.replace("\\", "/")).name[-120:]
    if not path.exists():
        with files.telling():
            place.mkdir(exist_ok=True)
            path.write_bytes(data)
    key = f"members.{path}"
    if session.get(key) is None:
        paths = []
        with load.desk().members(path) as members:
            for number, member in enumerate(members):
                if member.name == path.name:
                    paths.append(path)
                    continue
                inside = place / f"{number:03d}"
                inside.mkdir(exist_ok=True)
                paths.append(inside / member.name)
                shutil.copyfile(member, paths[-1])
        session.put(key, paths)
    return session.get(key)


def looked(path: Path, layout: Mapping[str, Any]) -> Look:
    """What the file holds, read as the user wants it; once a session."""
    key = f"look.{path}.{sorted(layout.items())}"
    if waiting.running(key):
        session.put(key, waiting.outcome(key))
    if session.get(key) is None:
        desk = load.desk()
        waiting.begin(
            key, t("data.looking", file=path.name), lambda work: desk.look(path, layout, work)
        )
        session.put(key, waiting.outcome(key))
    return session.get(key)


def readiness_of(path: Path) -> Readiness:
    """How a file stands; found out once a session."""
    key = f"readiness.{path}"
    if session.get(key) is None:
        try:
            kept = load.desk().readiness(path, looked(path, {}))
        except RenewalError as error:
            kept = Readiness(None, refusal=error)
        session.put(key, kept)
    readiness: Readiness = session.get(key)
    return readiness


def why(readiness: Readiness) -> str:
    """What stands in the way of a file, in words."""
    if readiness.refusal is not None:
        return explain(readiness.refusal, session.language())
    question = readiness.question
    return "" if question is None else plain(f"question.{question.key}", **question.facts)


def queue(paths: dict[str, Path]) -> None:
    """Several files of one upload: how each stands, and one button for those that need nobody."""
    standing = {name: readiness_of(path) for name, path in paths.items()}
    done = session.get("loaded_paths") or set()
    rows = []
    for name, readiness in standing.items():
        loaded = name in done
        kind = readiness.kind
        rows.append(
            {
                "file": paths[name].name,
                "kind": text(kinds()[kind].label) if kind else None,
                "rows": readiness.rows,
                "state": t(f"data.state_{'loaded' if loaded else readiness.state}"),
                "why": "" if loaded else why(readiness),
            }
        )
    table = pd.DataFrame(rows)
    columns = [
        Column("file", t("data.file")),
        Column("kind", t("data.kind")),
        Column("rows", t("data.rows"), "count"),
        Column("state", t("data.state")),
        Column("why", t("data.reason")),
    ]
    panel.show("queue", Table(table, columns), height=panel.fit(len(table), 300))
    without_anybody = [name for name, readiness in standing.items() if readiness.recipes]
    ready = [
        (paths[name], recipe)
        for name in without_anybody
        for recipe in (() if name in done else standing[name].recipes)
    ]
    ready.sort(key=lambda pair: put_by.rosters_first(pair[1]))
    if waiting.running("together"):
        finish(waiting.outcome("together"), without_anybody)
    if len(ready) > 1:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            as_of = st.date_input(
                t("data.as_of"),
                dt.date.today(),
                key="together.as_of",
                help=t("data.as_of_help"),
                width=220,
                format="YYYY-MM-DD",
            )
            if st.button(t("data.load_together", count=len(ready)), key="together", type="primary"):
                desk = load.desk()
                kept = session.get("upload_folder")
                waiting.begin(
                    "together",
                    t("data.loading"),
                    lambda work: (
                        desk.load_all(ready, as_of=as_of, on_issues="refuse", work=work),
                        kept,
                    )[0],
                )
                finish(waiting.outcome("together"), without_anybody)


def finish(receipts: list[Receipt], paths: list[str]) -> None:
    """Show the receipts, and the months just loaded, everywhere."""
    session.put("receipts", receipts)
    session.put("loaded_paths", (session.get("loaded_paths") or set()) | set(paths))
    months = sorted({month for receipt in receipts for month in receipt.months})
    controls.show_period(tuple(months))
    st.rerun()


def alike_first(look: Look) -> list[Outline]:
    """The sheets with the headers of the first."""
    headers = set(look.sheets[0].headers)
    return [sheet for sheet in look.sheets if set(sheet.headers) == headers]


def choose_sheet(file: str, look: Look, alike: Sequence[Outline]) -> str:
    """The sheet to read; empty for all that are alike, where there are several."""
    together = plain(
        "data.sheets_alike",
        count=len(alike),
        names=", ".join(sheet.name for sheet in alike[:4]),
    )
    names = [sheet.name for sheet in look.sheets]
    name = box(
        t("data.sheet"),
        ["", *names] if len(alike) > 1 else names,
        key=f"{file}.sheet",
        width=420,
        format_func=lambda name: name or together,
    )
    put_by.show(file)
    return str(name)


def told(sheet: Outline, seen: Seen) -> None:
    """What was found of a sheet, and what of it was left out."""
    st.caption(
        t(
            "data.understood",
            form=t(f"data.form_{seen.form}"),
            encoding=f" · {seen.encoding}" if seen.encoding is not None else "",
            rows=f"{sheet.rows:,}",
            columns=len(sheet.headers),
            header_row=sheet.header_row,
        )
    )
    if seen.hidden:
        st.caption(t("note.sheets_hidden", sheets=", ".join(seen.hidden)))
    if sheet.hidden_rows:
        st.caption(t("note.rows_hidden", count=sheet.hidden_rows))
    if sheet.beside:
        st.caption(t("data.beside", column=letter(sheet.beside - 1)))


def laid_out(path: Path, found: Outline, layout: Mapping[str, Any]) -> tuple[Look, Outline | None]:
    """The sheet as the user wants it read; None where no table stands there, which another sheet
    never stands in for."""
    if not layout:
        return looked(path, {}), found
    try:
        look = looked(path, layout)
    except FileRefused:
        return looked(path, {}), None
    return look, next((sheet for sheet in look.sheets if sheet.name == found.name), None)


def lay_out(look: Look, found: Outline, sheet: Outline, prefix: str) -> None:
    """The rows of a sheet as they stand, and where its table begins, to be put right."""
    st.caption(t("data.table_found_note"))
    understanding.grid(sheet, prefix)
    wanted = understanding.layout(look, found, prefix)
    if wanted != (session.get(f"{prefix}.layout") or {}):
        session.put(f"{prefix}.layout", wanted)
        st.rerun()


def examine(path: Path) -> None:
    """One file from what was understood to the load."""
    file = f"file.{path.relative_to(folder())}"
    first_look = looked(path, {})
    sheets = {sheet.name: sheet for sheet in first_look.sheets}
    alike = alike_first(first_look)
    name = choose_sheet(file, first_look, alike) if len(sheets) > 1 else next(iter(sheets))
    together = name == ""
    prefix = f"{file}.{name if len(sheets) > 1 else ''}"
    name = name or next(iter(sheets))
    chosen_layout = session.get(f"{prefix}.layout") or {}
    before = sheets[name]
    look, sheet = laid_out(path, before, chosen_layout)
    if sheet is None:
        st.warning(t("data.no_table_there", row=chosen_layout.get("header_row", before.header_row)))
        lay_out(first_look, before, before, prefix)
        return
    saved = sheet.recipe or {}
    told(sheet, look.seen)
    if saved:
        st.success(t("data.recipe_known"))
    with st.expander(t("data.table_found"), expanded=not saved):
        lay_out(first_look, before, sheet, prefix)
    guesses = [guess.kind for guess in sheet.guesses]
    best = saved.get("kind") or (guesses[0] if guesses else "policies")
    every = list(kinds())
    kind = box(
        t("data.kind"),
        every,
        every.index(best),
        key=f"{prefix}.kind",
        format_func=lambda option: f"{text(kinds()[option].label)} · {text(kinds()[option].row)}",
        width=420,
        persist_state="page",
    )
    if saved.get("kind") != kind:
        saved = {}
    of_kind = f"{prefix}.{kind}"
    wide = understanding.wide(sheet, saved, of_kind) if kind == "scoresheet" else {}
    st.subheader(t("data.mapping"), anchor=False)
    columns, unsure = understanding.mapping(sheet, kind, saved, of_kind)
    allowed = understanding.names_as_ids(columns, unsure, of_kind)
    columns = understanding.directions(columns, unsure, of_kind)
    columns |= understanding.extras(sheet, kind, columns, saved, of_kind)
    understanding.columns_of(sheet, columns, kind, of_kind, saved.get("ignore", ()))
    values = understanding.meanings(sheet, columns, unsure, saved, of_kind)
    options = understanding.options(
        kind,
        columns,
        saved,
        [sheet.name for sheet in alike] if together else [],
        of_kind,
        wide.get("wide_field"),
    )
    only = understanding.row_filter(sheet, saved, of_kind)
    as_of = st.date_input(
        t("data.as_of"),
        dt.date.today(),
        key=f"{prefix}.as_of",
        help=t("data.as_of_help"),
        width=220,
        format="YYYY-MM-DD",
    )
    if not allowed:
        st.info(t("data.names_as_ids_needed"))
        return
    try:
        recipe = recipe_from(
            {
                "kind": kind,
                "columns": columns,
                "values": values,
                "only": only,
                "options": {**options, **wide, **chosen_layout},
                "answers": session.get(f"{prefix}.answers") or saved.get("answers", {}),
                "ignore": list(saved.get("ignore", [])),
                **({"sheet": name} if name and not together else {}),
            }
        )
    except RenewalError as error:
        st.warning(md(explain(error, session.language())))
        return
    chosen = tuple(sheet.name for sheet in alike) if together else (name,)
    following = put_by.next_sheet(file, first_look.sheets, chosen)
    check(
        Chosen(path, file, recipe, chosen, headers_key(sheet.headers), following),
        as_of,
        prefix,
    )


def check(chosen: Chosen, as_of: dt.date, prefix: str) -> None:
    """Read the whole file by the recipe, without storing anything, and say what came of it."""
    path, recipe = chosen.path, chosen.recipe
    job = f"{prefix}.preview"
    if waiting.running(job):
        session.put(f"{prefix}.checked", waiting.outcome(job))
    checked = session.get(f"{prefix}.checked")
    if checked and checked[0] != recipe:
        checked = None
    with st.container(horizontal=True):
        again = bool(session.get(f"{prefix}.recheck"))
        session.forget(f"{prefix}.recheck")
        if (
            st.button(
                t("data.check"), key=f"{prefix}.check", type="secondary" if checked else "primary"
            )
            or again
        ):
            desk = load.desk()
            waiting.begin(
                job, t("data.checking"), lambda work: (recipe, desk.preview(path, recipe, work))
            )
            checked = waiting.outcome(job)
            session.put(f"{prefix}.checked", checked)
        file = panel.Leaving(export_name(f"{path.stem}_recipe", 1, "toml"), 0)
        panel.take(
            t("data.recipe_download"), file, lambda: recipe.toml().encode(), f"{prefix}.recipe"
        )
    if checked:
        outcome(chosen, checked[1], as_of, prefix)


def show_issues(chosen: Chosen, preview: Preview, prefix: str) -> None:
    """Every cell that cannot be read, as a table and as a copy of the file that marks it."""
    path, recipe = chosen.path, chosen.recipe
    table = pd.DataFrame(
        [
            {
                "sheet": issue.sheet,
                "row": issue.row,
                "column": issue.column,
                "value": issue.value,
                "count": issue.count,
                "reason": t(f"issue.{issue.reason}"),
            }
            for issue in preview.issues
        ]
    )
    columns = [
        Column("sheet", t("data.sheet")),
        Column("row", t("data.row"), "count"),
        Column("column", t("data.header")),
        Column("value", t("data.cell")),
        Column("count", t("data.times"), "count"),
        Column("reason", t("data.reason")),
    ]
    st.warning(t("data.issues", count=f"{preview.understood.problem_count:,}"))
    panel.show(f"{prefix}.issues", Table(table, columns), height=panel.fit(len(table), 360))
    desk, language = load.desk(), session.language()
    with st.container(horizontal=True):
        marked = panel.Leaving(
            export_name(f"{path.stem} {t('data.corrections_name')}", 1, "xlsx"), None
        )
        panel.take(
            t("data.corrections"),
            marked,
            lambda: desk.corrected(path, recipe, language),
            f"{prefix}.corrections",
            icon=":material/edit_note:",
            help=t("data.corrections_help"),
        )
        name = t("data.issues_export", file=path.stem)
        panel.downloads(f"{prefix}.issues", name, Table(table, columns), persons=None)


def outcome(chosen: Chosen, preview: Preview, as_of: dt.date, prefix: str) -> None:
    """What a load would do, its issues, and the choice: the good rows, or nothing."""
    understood, issues = preview.understood, preview.issues
    path, recipe = chosen.path, chosen.recipe
    st.markdown(
        t(
            "data.would",
            rows=f"{understood.rows:,}",
            loaded=f"{understood.loaded:,}",
            rejected=f"{understood.rejected:,}",
            skipped=f"{understood.skipped:,}",
        )
    )
    for note, facts in reading_notes(understood, recipe):
        st.caption(t(f"note.{note}", **facts))
    if preview.questions:
        answers = asked.ask(preview.questions, prefix)
        if answers is not None:
            session.put(f"{prefix}.answers", {**recipe.answers, **answers})
            session.put(f"{prefix}.recheck", True)
            st.rerun()
        return
    if issues:
        show_issues(chosen, preview, prefix)
    this = put_by.Waiting(
        chosen.sheets,
        recipe,
        chosen.headers,
        understood.loaded,
        understood.rejected,
        tuple(same_agent(preview.alike, prefix)),
    )
    others = [sheet for sheet in put_by.waiting(chosen.file) if sheet.sheets != chosen.sheets]
    whole = Whole(path, as_of, (*others, this))
    rows = sum(sheet.rows for sheet in whole.sheets)
    label = t("data.load_good" if issues else "data.load_all", count=f"{rows:,}")
    if others:
        label = t("data.load_sheets", sheets=len(whole.sheets), count=f"{rows:,}")
    job = f"{prefix}.loading"

    def loaded() -> None:
        done = waiting.outcome(job)
        session.forget(f"{chosen.file}.put_by")
        finish(done, [str(path)])

    if waiting.running(job):
        loaded()
    with st.container(horizontal=True):
        pressed = st.button(
            label, key=f"{prefix}.load", type="primary", disabled=not understood.loaded
        )
        if chosen.following and understood.loaded:
            st.button(
                t("data.next_sheet", sheet=chosen.following),
                key=f"{prefix}.next",
                help=t("data.next_sheet_help"),
                on_click=action(_go_on),
                args=(chosen.file, this, chosen.following),
            )
    if pressed:
        load_it = partial(load_whole, whole, load.desk(), session.get("upload_folder"))
        waiting.begin(job, t("data.loading"), load_it)
        loaded()


@dataclass(frozen=True)
class Whole:
    """What is loaded of a file at once: sheets, each by its recipe, with what was confirmed."""

    path: Path
    as_of: dt.date
    sheets: tuple[put_by.Waiting, ...]


def load_whole(whole: Whole, desk: Desk, _kept: object, work: Work) -> list[Receipt]:
    """The load and what was confirmed for it: done to its end whether or not the page is still
    open; `_kept` holds its files."""
    path = whole.path
    sheets = sorted(whole.sheets, key=lambda sheet: put_by.rosters_first(sheet.recipe))
    named = [(path, sheet.recipe) for sheet in sheets]
    done = desk.load_all(named, as_of=whole.as_of, on_issues="skip", work=work)
    for sheet in sheets:
        desk.save_recipe(sheet.headers, path.name, sheet.recipe)
    merged = [pair for sheet in whole.sheets for pair in sheet.merges]
    for pair in merged:
        desk.merge_agents([pair.spelling], pair.agent_id)
    return receipts.after_merging(done, merged, desk.alike() if merged else [])


def _open_what_waits(paths: dict[str, Path]) -> None:
    """Whenever a file came, went or was loaded: open the first that waits for an answer, else the
    first not loaded yet."""
    done = session.get("loaded_paths") or set()
    seen = (tuple(paths), frozenset(done))
    if session.get("files_seen") == seen:
        return
    session.put("files_seen", seen)
    still = {name: readiness_of(path) for name, path in paths.items() if name not in done}
    left = [name for name, readiness in still.items() if not readiness.refused]
    asking = [name for name in left if not still[name].recipes]
    if first := next(iter([*asking, *left]), None):
        session.put("file_choice", first)


def _go_on(file: str, sheet: put_by.Waiting, following: str) -> None:
    """Put a checked sheet by and open the next."""
    put_by.put_by(file, sheet)
    session.put(f"{file}.sheet", following)


def same_agent(pairs: Sequence[Alike], prefix: str) -> list[Alike]:
    """Spellings that may be one agent, with the rows behind each: the user ticks those that are."""
    if not pairs:
        return []
    st.markdown(t("data.alike"))
    ticked = spellings.offer(pairs, f"{prefix}.alike")
    if ticked:
        st.caption(t("data.alike_chosen", count=len(ticked)))
    return ticked


def cards() -> None:
    """The sample company, and workbooks to fill in."""
    sample_col, template_col = st.columns(2, gap="medium")
    with sample_col.container(border=True, key="sample_card"):
        st.subheader(t("data.sample"), anchor=False)
        st.caption(t("data.sample_note"))
        if load.desk().has_sample():
            if st.button(t("data.sample_remove"), key="sample_remove"):
                load.desk().remove_sample()
                session.forget("period", "kept.period", "receipts")
                st.rerun()
        elif st.button(t("first.sample"), key="sample_load"):
            shell.load_sample()
    with template_col.container(border=True, key="template_card"):
        st.subheader(t("data.templates"), anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            wanted = box(
                t("data.kind"),
                list(kinds()),
                key="template_kind",
                format_func=lambda kind: text(kinds()[kind].label),
            )
            language, catalogue = session.language(), session.catalogue()
            file = panel.Leaving(export_name(text(kinds()[wanted].label), 1, "xlsx"), 0)
            panel.take(
                t("first.template"), file, lambda: template(wanted, language, catalogue), "template"
            )


def to_load(uploads: Sequence[UploadedFile]) -> None:
    """The uploaded files: how each stands, and the one that is chosen."""
    paths: dict[str, Path] = {}
    for upload in uploads:
        try:
            paths |= {str(path): path for path in stored(upload)}
        except RenewalError as error:
            st.error(md(explain(error, session.language())))
    if len(paths) > 1:
        queue(paths)
        _open_what_waits(paths)
        chosen = box(
            t("data.files"),
            list(paths),
            key="file_choice",
            width=420,
            format_func=lambda name: paths[name].name,
        )
        if session.get("file_choice") in paths:
            chosen = session.get("file_choice")
        if not readiness_of(paths[chosen]).refused:
            examine(paths[chosen])
    elif paths:
        examine(next(iter(paths.values())))


def body() -> None:
    """Receipts, the sample and the templates, and the files to be loaded."""
    receipts.findings()
    for receipt in session.get("receipts") or []:
        receipts.show(receipt)
    cards()
    uploads = st.file_uploader(
        t("data.upload"), TYPES, accept_multiple_files=True, key="files", help=t("data.upload_help")
    )
    with st.expander(t("data.limits")):
        st.markdown(
            "\n".join(f"- {md(sentence)}" for sentence in limits.sentences(session.language()))
        )
    if uploads:
        to_load(uploads)


with shell.page("data", needs_data=False):
    body()
