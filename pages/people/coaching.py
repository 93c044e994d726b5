"""Coaching list · 辅导名单: who, on what, the shortest step, the expected gain; edited in place, taken out as CSV or XLSX."""

import datetime as dt
from dataclasses import replace

import streamlit as st

from analytics.errors import RequestRefused
from analytics.insight.coaching import coaching_list
from analytics.insight.quadrant import place
from analytics.language import explain
from analytics.model import QUADRANTS, UNPLACED, CoachingEntry
from analytics.reports import views
from analytics.reports.tables import Column
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import t

ORDER = (
    "name", "listed", "team", "quadrant", "expected_gain", "extra_renewals", "step", "weakest", "action", "last_date", "next_date", "comment",
    "score", "due_policies", "agent_id",
)  # fmt: skip
EDITABLE = ("action", "last_date", "next_date", "comment", "listed")


def date_of(value: object) -> dt.date | None:
    return dt.date.fromisoformat(str(value)[:10]) if value else None


def save() -> None:
    """Write the cells a manager changed; only these columns, only rows that were shown, over the version that was read."""
    edits = (session.get("coaching_editor") or {}).get("edited_rows", {})
    frame = session.get("coaching_rows")
    entries = load.home().state.coaching()
    for row, changes in edits.items():
        if not 0 <= int(row) < len(frame):
            continue
        agent_id, version = frame[int(row)]
        entry = replace(entries.get(agent_id, CoachingEntry(agent_id)), version=version)
        kept = {name: value for name, value in changes.items() if name in EDITABLE}
        for name in ("last_date", "next_date"):
            if name in kept:
                kept[name] = date_of(kept[name])
        for name in ("action", "comment"):
            if name in kept:
                kept[name] = str(kept[name] or "")[:2000]
        try:
            load.home().state.save_coaching(replace(entry, **kept))
        except RequestRefused as error:
            session.put("coaching_refused", explain(error, session.language()))
    session.put("coaching_saved", not session.get("coaching_refused"))


with shell.page("coaching"):
    now = load.evaluation(controls.filter_bar(), session.scheme())
    shell.line(now.measured, int(now.shown.sum()))
    entries = load.home().state.coaching()
    full = coaching_list(now, place(now), entries)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = [*QUADRANTS, UNPLACED]
        chosen = st.multiselect(
            t("column.quadrant"),
            options,
            key="coaching_quadrants",
            format_func=lambda name: t(f"quadrant.{name}"),
            placeholder=t("coaching.all_quadrants"),
            width=360,
        )
        only = st.toggle(t("coaching.only_listed"), key="only_listed")
    frame = full[full["quadrant"].isin(chosen)] if chosen else full
    frame = (frame[frame["listed"]] if only else frame).reset_index(drop=True)
    if frame.empty:
        st.info(t("coaching.empty"))
        st.page_link("pages/explore/quadrant.py", label=t("coaching.to_quadrant"), icon=":material/scatter_plot:")
        st.stop()
    st.caption(t("coaching.note", count=len(frame), median=t("coaching.median")))
    table, columns = views.coaching_table(frame, now.catalogue, session.language())
    session.put("coaching_rows", list(zip(frame["agent_id"], frame["version"], strict=True)))
    editor = table.assign(listed=frame["listed"], weakest=[" · ".join(text.split("\n")) for text in table["weakest"]])
    editor = editor[list(ORDER)]
    config = {column.name: panel.column_config(column, pinned=column.name == "name") for column in columns}
    config["listed"] = st.column_config.CheckboxColumn(t("coaching.listed"), width="small")
    for name in ("last_date", "next_date"):
        config[name] = st.column_config.DateColumn(t(f"column.{name}"), format="YYYY-MM-DD")
    config["action"] = st.column_config.TextColumn(t("column.action"), width="medium", max_chars=2000)
    config["comment"] = st.column_config.TextColumn(t("column.comment"), width="medium", max_chars=2000)
    config["weakest"] = st.column_config.TextColumn(t("column.weakest"), width="medium")
    st.data_editor(
        editor, key="coaching_editor", hide_index=True, width="stretch", height=min(620, 90 + 35 * len(editor)), column_config=config, num_rows="fixed", placeholder="—",
        disabled=[name for name in editor.columns if name not in EDITABLE], on_change=save,
    )  # fmt: skip
    if refused := session.get("coaching_refused"):
        st.error(refused)
        session.forget("coaching_refused")
    elif session.get("coaching_saved"):
        st.caption(t("coaching.saved"))
        session.forget("coaching_saved")
    panel.downloads(
        "coaching",
        t("coaching.export", period=str(now.measured.period)),
        table,
        [Column(c.name, c.header, c.format) for c in columns],
        [
            t(
                "coaching.export_note",
                period=str(now.measured.period),
                scheme=views.scheme_label(now.scheme, session.language()),
            )
        ],
    )
    with st.expander(t("common.how")):
        st.markdown(t("coaching.how"))
