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
from streamlit.delta_generator import DeltaGenerator
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
from pages.data import (
    asked,
    foresight,
    put_by,
    receipts,
    sheet_tabs,
    spellings,
    understanding,
)
from pages.data.options import Given, options
from pages.ui import controls, load, notices, panel, session, shell, waiting
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.i18n import md, plain, t, text

UNASKED = 50_000  # rows up to which cells are looked at before anybody asks for it
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
    alone: bool  # the only file: its receipt stands in the place of its button


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
        finish(waiting.outcome("together"), every_sheet(without_anybody))
    if done:
        foresight.loaded(session.get("receipts") or [], "together")
    if len(ready) > 1:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            as_of = st.date_input(
                t("data.as_of"),
                stated_by_all([path for path, _ in ready]) or dt.date.today(),
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
                finish(waiting.outcome("together"), every_sheet(without_anybody))


def stated_by_all(paths: Sequence[Path]) -> dt.date | None:
    """The day up to which all of some files say that they speak; None where they do not agree."""
    sheets = [sheet for path in paths for sheet in looked(path, {}).sheets]
    days = {sheet.as_of.day if sheet.as_of else "" for sheet in sheets}
    day = days.pop() if len(days) == 1 else ""
    return dt.date.fromisoformat(day) if day else None


def finish(done: list[Receipt], sheets: Mapping[str, Sequence[str]]) -> None:
    """Show the receipts in the place of the button, and the months just loaded everywhere; `sheets`
    are those of each path that are loaded now."""
    session.put("receipts", done)
    session.put("loaded_paths", (session.get("loaded_paths") or set()) | set(sheets))
    loads = {receipt.load for receipt in done}
    loaded = dict(session.get("loaded_sheets") or {})
    for path, names in sheets.items():
        key = file_key(Path(path))
        loaded[key] = {**loaded.get(key, {}), **dict.fromkeys(names, loads)}
    session.put("loaded_sheets", loaded)
    months = sorted({month for receipt in done for month in receipt.months})
    controls.show_period(tuple(months))
    st.rerun()


def loaded_sheets(file: str) -> list[str]:
    """The sheets of a file that this session loaded and nobody has withdrawn."""
    of_file = (session.get("loaded_sheets") or {}).get(file, {})
    there = set(load.desk().loads()["load_id"]) if of_file else set()
    return [name for name, loads in of_file.items() if loads <= there]


def file_key(path: Path) -> str:
    """What the session's keys of a file begin with; two files of one name have two."""
    return f"file.{path.relative_to(folder())}"


def every_sheet(paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The sheets of files that were looked at."""
    return {name: tuple(sheet.name for sheet in looked(Path(name), {}).sheets) for name in paths}


def alike_first(look: Look) -> list[Outline]:
    """The sheets with the headers of the first."""
    headers = set(look.sheets[0].headers)
    return [sheet for sheet in look.sheets if set(sheet.headers) == headers]


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


def left_rows(sheet: str, prefix: str) -> frozenset[int]:
    """The rows of a sheet that the last look at its cells would leave out, or could not read."""
    checked = session.get(f"{prefix}.checked")
    if checked is None or isinstance(checked[1], RenewalError):
        return frozenset()
    preview: Preview = checked[1]
    left = [row for left in preview.understood.left.values() for row in left.rows]
    left += [(issue.sheet, issue.row) for issue in preview.issues if issue.row is not None]
    return frozenset(row for name, row in left if name == sheet)


def lay_out(look: Look, found: Outline, sheet: Outline, prefix: str) -> None:
    """The rows of a sheet as they stand, and where its table begins, to be put right."""
    st.caption(t("data.table_found_note"))
    understanding.grid(sheet, prefix, left_rows(sheet.name, prefix))
    wanted = understanding.layout(look, found, prefix)
    if wanted != (session.get(f"{prefix}.layout") or {}):
        session.put(f"{prefix}.layout", wanted)
        st.rerun()


def kind_and_day(sheet: Outline, prefix: str) -> tuple[str, dt.date]:
    """What kind of data a sheet is, and up to which day it speaks."""
    every = list(kinds())
    guesses = [guess.kind for guess in sheet.guesses]
    best = (sheet.recipe or {}).get("kind") or (guesses[0] if guesses else "policies")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = box(
            t("data.kind"),
            every,
            every.index(best),
            key=f"{prefix}.kind",
            format_func=lambda kind: f"{text(kinds()[kind].label)} · {text(kinds()[kind].row)}",
            width=420,
            persist_state="page",
        )
        as_of = st.date_input(
            t("data.as_of"),
            dt.date.fromisoformat(sheet.as_of.day) if sheet.as_of else dt.date.today(),
            key=f"{prefix}.as_of",
            help=t("data.as_of_help"),
            width=220,
            format="YYYY-MM-DD",
            persist_state="page",
        )
    if sheet.as_of:
        st.caption(t(f"data.as_of_{sheet.as_of.where}", value=sheet.as_of.text))
    return str(kind), as_of


def examine(path: Path, *, alone: bool) -> None:
    """One file from what was understood to the load."""
    file = file_key(path)
    first_look = looked(path, {})
    sheets = {sheet.name: sheet for sheet in first_look.sheets}
    alike = alike_first(first_look)
    chosen: str | None = next(iter(sheets))
    several = len(sheets) + len(first_look.seen.bare) + len(first_look.seen.hidden) > 1
    if several:
        chosen = sheet_tabs.choose(file, first_look, alike, loaded_sheets(file))
    if chosen is None:
        return
    together = chosen == sheet_tabs.TOGETHER and several
    name = chosen or next(iter(sheets))
    prefix = f"{file}.{chosen if several else ''}"
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
    kind, as_of = kind_and_day(sheet, prefix)
    if saved.get("kind") != kind:
        saved = {}
    of_kind = f"{prefix}.{kind}"
    sure = bool(saved) or bool(sheet.guesses and sheet.guesses[0].sure)
    left = left_rows(sheet.name, prefix)
    with st.expander(t("data.table_found"), expanded=not sure or bool(left)):
        lay_out(first_look, before, sheet, prefix)
    questions = st.container()
    st.caption(t("data.mapping"))
    columns, unsure = understanding.mapping(sheet, kind, saved, of_kind)
    whole = understanding.tell_lacking(kind, columns)
    with questions:
        wide = understanding.wide(sheet, saved, of_kind) if kind == "scoresheet" else {}
        allowed = understanding.names_as_ids(columns, unsure, of_kind)
        columns = understanding.directions(columns, unsure, of_kind)
        values = understanding.meanings(sheet, columns, unsure, saved, of_kind)
    with st.expander(t("data.more_settings")):
        as_one = [each.name for each in alike] if together else []
        given = Given(kind, columns, as_one, wide.get("wide_field"))
        stated = options(given, saved, of_kind)
        only = understanding.row_filter(sheet, saved, of_kind)
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
                "options": {**stated, **wide, **chosen_layout},
                "answers": session.get(f"{prefix}.answers") or saved.get("answers", {}),
                "ignore": list(saved.get("ignore", [])),
                **({"sheet": name} if name and not together else {}),
            }
        )
    except RenewalError as error:
        st.warning(md(explain(error, session.language())))
        return
    read = tuple(sheet.name for sheet in alike) if together else (name,)
    following = put_by.next_sheet(file, first_look.sheets, read)
    check(
        Chosen(path, file, recipe, read, headers_key(sheet.headers), following, alone),
        as_of,
        prefix,
        questions if sure and whole and sheet.rows <= UNASKED else None,
    )


def check(chosen: Chosen, as_of: dt.date, prefix: str, above: DeltaGenerator | None) -> None:
    """Read the whole file by the recipe, without storing anything, and say what came of it.

    Where nothing about it is doubtful nobody has to ask for that, and what its cells leave open is
    asked in the place `above` its columns.
    """
    path, recipe = chosen.path, chosen.recipe
    if set(chosen.sheets) <= set(loaded_sheets(chosen.file)):
        foresight.loaded((session.get("receipts") or []) if chosen.alone else [], prefix)
        return
    job = f"{prefix}.preview"
    if waiting.running(job):
        session.put(f"{prefix}.checked", waiting.outcome(job))
    checked = session.get(f"{prefix}.checked")
    wanted = (recipe, as_of)
    if checked and checked[0] != wanted:
        checked = None
    with st.container(horizontal=True):
        again = bool(session.get(f"{prefix}.recheck"))
        session.forget(f"{prefix}.recheck")
        pressed = st.button(
            t("data.check"), key=f"{prefix}.check", type="secondary" if checked else "primary"
        )
        file = panel.Leaving(export_name(f"{path.stem}_recipe", 1, "toml"), 0)
        panel.take(
            t("data.recipe_download"), file, lambda: recipe.toml().encode(), f"{prefix}.recipe"
        )
    if pressed or again or (above is not None and not checked):
        desk = load.desk()
        waiting.begin(
            job,
            t("data.checking"),
            lambda work: (wanted, previewed(desk, wanted, path, work)),
        )
        checked = waiting.outcome(job)
        session.put(f"{prefix}.checked", checked)
    if checked and isinstance(checked[1], RenewalError):
        st.error(md(explain(checked[1], session.language())))
    elif checked:
        stands = f"{prefix.removesuffix('.')}.stands"
        if session.get(stands) is not checked[1]:
            session.put(stands, checked[1])
            st.rerun()  # the tabs above bear its mark
        outcome(chosen, checked[1], as_of, prefix, above)


def previewed(
    desk: Desk, wanted: tuple[Recipe, dt.date], path: Path, work: Work
) -> Preview | RenewalError:
    """What a load would find, or why it would be refused: kept either way until something is
    changed."""
    try:
        return desk.preview(path, wanted[0], work, wanted[1])
    except RenewalError as error:
        return error


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
    telling = {"sheet": table["sheet"].any(), "count": (table["count"] > 1).any()}
    in_view = [column for column in columns if telling.get(column.name, True)]
    panel.show(f"{prefix}.issues", Table(table, in_view), height=panel.fit(len(table), 360))
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


def ask_what_is_open(
    chosen: Chosen, preview: Preview, prefix: str, above: DeltaGenerator | None
) -> None:
    """The questions that the cells leave open, below the rows that cannot be read."""
    with st.container() if above is None else above:
        if preview.issues:
            show_issues(chosen, preview, prefix)
        answers = asked.ask(preview.questions, prefix)
    if answers is not None:
        session.put(f"{prefix}.answers", {**chosen.recipe.answers, **answers})
        session.put(f"{prefix}.recheck", True)
        st.rerun()


def outcome(
    chosen: Chosen,
    preview: Preview,
    as_of: dt.date,
    prefix: str,
    above: DeltaGenerator | None,
) -> None:
    """What a load would do, its issues, and the choice: the good rows, or nothing."""
    understood, issues = preview.understood, preview.issues
    path, recipe = chosen.path, chosen.recipe
    st.caption(
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
        ask_what_is_open(chosen, preview, prefix, above)
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
    foresight.show(preview.foretold, recipe.kind)
    job = f"{prefix}.loading"

    def loaded() -> None:
        done = waiting.outcome(job)
        session.forget(f"{chosen.file}.put_by")
        finish(done, {str(path): [name for sheet in whole.sheets for name in sheet.sheets]})

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


def ask_to_remove() -> None:
    session.put("sample_asked", True)


def keep_sample() -> None:
    session.forget("sample_asked")


def remove_sample() -> None:
    """Take the sample company out, after the yes."""
    load.desk().remove_sample()
    session.forget("sample_asked", "period", "kept.period", "receipts")
    notices.done("sample", t("data.sample_removed"))


def removing() -> None:
    """Taking the sample out: asked once, with what goes and what stays."""
    if not session.get("sample_asked"):
        st.button(t("data.sample_remove"), key="sample_remove", on_click=action(ask_to_remove))
        return
    loads = load.desk().loads()
    of_sample = loads[loads["sample"].astype(bool)]
    rows = f"{int(of_sample['loaded'].sum()):,}"
    st.markdown(t("data.sample_ask", count=len(of_sample), rows=rows))
    with st.container(horizontal=True):
        st.button(t("data.sample_yes"), key="sample_yes", on_click=action(remove_sample))
        st.button(t("data.sample_keep"), key="sample_keep", on_click=action(keep_sample))


def cards() -> None:
    """The sample company, and workbooks to fill in."""
    sample_col, template_col = st.columns(2, gap="medium")
    with sample_col.container(border=True, key="sample_card"):
        st.subheader(t("data.sample"), anchor=False)
        st.caption(t("data.sample_note"))
        notices.show_done("sample")
        if load.desk().has_sample():
            removing()
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
            examine(paths[chosen], alone=False)
    elif paths:
        examine(next(iter(paths.values())), alone=True)


def labelled(names: object) -> list[str]:
    """Kinds of data in words."""
    return [text(kinds()[name].label) for name in names] if isinstance(names, list) else []


def finding() -> str:
    """What the files of the period still lack, by those of the period before it."""
    if load.desk().months().empty:
        return plain("data.found_nothing")
    period = controls.remembered_period()
    step = load.desk().files_of(period)
    labels = {name: labelled(step.facts[name]) for name in ("here", "missing")}
    facts = {"period": controls.period_text(period), **labels}
    if step.state == "done":
        return plain("data.found_whole", **facts)
    return plain("data.found_lacking" if labels["missing"] else "data.found_no_figures", **facts)


def body() -> None:
    """Receipts, the sample and the templates, and the files to be loaded."""
    receipts.findings()
    uploads = st.file_uploader(
        t("data.upload"), TYPES, accept_multiple_files=True, key="files", help=t("data.upload_help")
    )
    if uploads:
        to_load(uploads)
    else:
        for receipt in session.get("receipts") or []:
            receipts.show(receipt)
        cards()
    with st.expander(t("data.limits")):
        st.markdown(
            "\n".join(f"- {md(sentence)}" for sentence in limits.sentences(session.language()))
        )


with shell.page("data", needs_data=False) as head:
    head.says(finding())
    body()
