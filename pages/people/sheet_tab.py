"""Evaluation sheet · 评估表: one agent and period as it is printed, with comments beside the
figures, closing and files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from analytics.desk import Desk
from analytics.insight.closed_sheets import differs, fingerprint
from analytics.insight.sheet import Around
from analytics.model import Filters, Period
from analytics.people import LONGEST_TEXT, NOTE_KINDS, Note
from analytics.reports import sheets
from analytics.reports.sheet_files import to_workbook, to_zip
from analytics.reports.sheet_pdf import to_pdf
from analytics.reports.tables import Column, Table, export_name
from analytics.text import short
from pages.people import evidence
from pages.people.chosen import Chosen
from pages.ui import load, notices, panel, session, waiting
from pages.ui.act import action
from pages.ui.i18n import md, t

MOST = 2_000  # sheets that are closed or made in one go
# What decides stands first; the rest is a scroll away.
ORDER = (
    "indicator",
    "value",
    "points",
    "weight",
    "contribution",
    "fraction",
    "before",
    "team_median",
    "step",
    "band",
)
NARROW = {"value": 76, "points": 62, "weight": 66, "contribution": 66, "before": 76}


def save_note(key: str, note: Note) -> None:
    """Write what stands in a text field; a refusal keeps the text where it is."""
    with notices.refusals("note"):
        load.desk().write_note(replace(note, text=str(session.get(key) or "")))
        session.put(key, "")
        session.forget("note_editing")


def ask_to_close(agent_ids: list[str], about: dict) -> None:
    session.put("closing", {**about, "agents": agent_ids})
    session.forget("close_provisional")


def close_sheets(filters: Filters, agent_ids: list[str]) -> None:
    """Close what was asked for and said yes to; a refusal is told and changes nothing."""
    with notices.refusals("note"):
        provisional = bool(session.get("close_provisional"))
        closed = load.desk().close_sheets(
            filters, agent_ids, scheme=session.trial(), provisional=provisional
        )
        notices.done("sheet", t("sheet.closed_now", count=closed))
        session.forget("closing", "close_provisional")


def reopen(period: Period, agent_ids: list[str], key: str) -> None:
    with notices.refusals("note"):
        load.desk().reopen_sheets(agent_ids, period, str(session.get(key) or ""))
        session.put(key, "")
        notices.done("sheet", t("sheet.reopened_now", count=len(agent_ids)))


def confirm_read(period: Period, agent_id: str) -> None:
    with notices.refusals("note"):
        load.desk().confirm_read(agent_id, period)


def state(chosen: Chosen, shown: Mapping[str, Any]) -> None:
    """Whether it is closed, whether it was read, and what stands beside it on paper."""
    st.caption(
        f"{':material/lock:' if shown['closed'] else ':material/lock_open:'} "
        f"{md(sheets.state_line(shown, session.language()))}"
    )
    if veto := sheets.veto_line(shown, session.language()):
        st.warning(md(veto))
    if shown["closed"] and chosen.filters.channel:
        st.caption(t("sheet.closed_whole", channel=chosen.filters.channel))
    reading(chosen, shown)


def reading(chosen: Chosen, shown: Mapping[str, Any]) -> None:
    """Whether the agent has confirmed to have read it; the agent does so here."""
    read, agent_id = shown["read"], shown["agent"]["agent_id"]
    if read is not None:
        key = "sheet.read_changed" if read["changed_since"] else "sheet.read_at"
        st.caption(f":material/done_all: {t(key, at=read['at'])}")
    if session.identity().agent_id == agent_id and (read is None or read["changed_since"]):
        st.button(
            t("sheet.confirm_read"),
            key="confirm_read",
            type="primary",
            on_click=action(confirm_read),
            args=(chosen.period, agent_id),
        )


def figures(chosen: Chosen, shown: Mapping[str, Any]) -> None:
    """The table of indicators and the categories' sums; a row that is ticked."""
    rows = pd.DataFrame(sheets.indicator_rows(shown, session.language()))
    columns = [Column(name, t(f"sheet.column_{name}")) for name in ORDER]
    right = {
        name: st.column_config.TextColumn(
            t(f"sheet.column_{name}"), alignment="right", width=NARROW.get(name)
        )
        for name in ORDER
        if name not in ("indicator", "step")
    }
    # An amount that is cut off on its left would read as another one.
    longest = max(map(len, map(str, rows["fraction"])), default=0)
    right["fraction"] = st.column_config.TextColumn(
        t("sheet.column_fraction"), alignment="right", width=max(80, 8 * longest + 20)
    )
    right["step"] = st.column_config.TextColumn(t("sheet.column_step"), width=150)
    st.caption(t("sheet.open_records"))
    ids = [str(item["id"]) for item in shown["indicators"]]
    ticked = panel.pick(
        f"sheet_table.{chosen.agent_id}",
        Table(rows.assign(id=ids), columns),
        by="id",
        height=panel.fit(len(rows), 700),
        column_config=right,
    )
    st.caption(md(sheets.category_line(shown, session.language())))
    for line in sheets.small_print(shown, session.language())[bool(shown.get("veto")) :]:
        st.caption(md(line))
    session.put("sheet_row", (chosen.agent_id, ticked[0]) if ticked else None)


def behind(chosen: Chosen, shown: Mapping[str, Any]) -> None:
    """The records behind the row that is ticked."""
    whose, ticked = session.get("sheet_row") or (None, None)
    if whose != chosen.agent_id or ticked not in chosen.now.catalogue.ids:
        return
    item = sheets.item_of(shown, ticked)
    if item is None:
        return
    evidence.behind(
        chosen.agent_id,
        shown["agent"]["name"],
        ticked,
        sheets.of_item(item, item["value"], session.language()),
        replace(chosen.filters, channel=None) if shown["closed"] else chosen.filters,
        "sheet",
    )


def how_sure(shown: Mapping[str, Any]) -> None:
    """One plain sentence of certainty for every indicator whose spread the data tell."""
    lines = sheets.certainty_lines(shown, session.language())
    if lines and session.how_sure():
        with st.expander(t("certainty.sentences")):
            st.markdown("\n".join(f"- {md(line)}" for line in lines))


def notes(chosen: Chosen) -> None:
    """Comments and advice of the supervisor, remarks of the agent: several of each, and a field for
    one more."""
    desk, period, agent_id = load.desk(), chosen.period, chosen.agent_id
    every = desk.notes(agent_id, period)
    notices.show_refusal("note")
    for kind in NOTE_KINDS:
        with st.container(key=f"notes.{kind}", gap="small"):
            st.subheader(t(f"sheet.note_{kind}"), anchor=False)
            for note in [written for written in every if written.kind == kind]:
                with st.container(border=True, key=f"note.{note.id}"):
                    if session.get("note_editing") == note.id:
                        session.default(f"edit.{note.id}.{note.version}", note.text)
                        st.text_area(
                            t("sheet.edit"),
                            key=f"edit.{note.id}.{note.version}",
                            max_chars=LONGEST_TEXT,
                            label_visibility="collapsed",
                        )
                        st.button(
                            t("sheet.save"),
                            key=f"save.{note.id}",
                            on_click=action(save_note),
                            args=(f"edit.{note.id}.{note.version}", note),
                            type="primary",
                        )
                    else:
                        st.text(note.text)
                    st.caption(
                        md(
                            f"{sheets.who(note.author, session.language())} · "
                            f"{note.changed_at or note.written_at:%Y-%m-%d %H:%M}"
                            + (f" · {t('sheet.changed')}" if note.changed_at else "")
                        )
                    )
                    if (
                        note.author == session.identity().who
                        and session.get("note_editing") != note.id
                    ):
                        st.button(
                            t("sheet.edit"),
                            key=f"edit_note.{note.id}",
                            on_click=action(session.put),
                            args=("note_editing", note.id),
                        )
            if desk.may("remark" if kind == "remark" else "note", agent_id):
                key = f"new_{kind}_{agent_id}"
                st.text_area(
                    t(f"sheet.new_{kind}"),
                    key=key,
                    max_chars=LONGEST_TEXT,
                    height=70,
                    label_visibility="collapsed",
                    placeholder=t(f"sheet.new_{kind}"),
                )
                st.button(
                    t("sheet.add"),
                    key=f"add_{kind}",
                    on_click=action(save_note),
                    args=(key, Note(agent_id, period.first, period.last, kind, "")),
                )


def files(chosen: Chosen, about: Around) -> None:
    """PDF and workbook of this sheet; of everybody shown in one go, with progress."""
    desk, language, version = load.desk(), session.language(), load.desk().data_version()
    agent_id, ids, period = chosen.agent_id, chosen.ids[:MOST], str(chosen.period)

    def again() -> dict:
        """The sheet as it is when it is taken."""
        return desk.shown_sheet(desk.around(about.evaluation.measured.filters), agent_id)

    made_up = bool(panel.sample_rows())
    with st.container(horizontal=True, gap="small"):
        stem = panel.marked(f"{t('sheet.title')} {agent_id} {period}", sample=made_up)
        printed = panel.Leaving(export_name(stem, version, "pdf"), 1, period, "application/pdf")
        panel.take(t("sheet.pdf"), printed, lambda: to_pdf([again()], language), "sheet_pdf")
        book = panel.Leaving(export_name(stem, version, "xlsx"), 1, period)
        panel.take(t("common.xlsx"), book, lambda: to_workbook([again()], language), "sheet_xlsx")
    if len(ids) < 2:
        return
    st.caption(t("sheet.many", count=len(ids)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form = st.segmented_control(
            t("sheet.form"),
            ["pdf", "xlsx", "zip"],
            default="pdf",
            key="sheets_form",
            required=True,
            format_func=lambda name: t(f"sheet.form_{name}"),
        )
        if waiting.running("sheets"):
            session.put("sheets_made", waiting.outcome("sheets"))
        if st.button(t("sheet.make", count=len(ids)), key="make_sheets"):
            whose, made = list(ids), {"pdf": to_pdf, "xlsx": to_workbook, "zip": to_zip}[form]

            def make(work):
                def step(done):
                    work.enter("reading")
                    work.share = done / len(whose) / 2

                views, left_out = desk.shown_sheets(about, whose, step)

                def hear(done):
                    work.check()
                    work.share = 0.5 + done / len(whose) / 2

                return (
                    form,
                    made(views, language, hear),
                    [agent for agent in whose if agent not in left_out],
                    left_out,
                )

            waiting.begin("sheets", t("sheet.making", count=len(ids)), make)
            session.put("sheets_made", waiting.outcome("sheets"))
        if kept := session.get("sheets_made"):
            form, data, whom, left_out = kept
            if left_out:
                st.caption(t("sheet.moved_on", agents="、".join(left_out)))
            count = len(whom)
            stem = panel.marked(f"{t('sheet.title')} {period}", sample=made_up)
            pack = panel.Leaving(export_name(stem, version, form), count, period)
            label = t("sheet.take", count=count, size=f"{len(data) / 1024**2:.1f}")
            panel.take(
                md(label), pack, lambda: handed(desk, whom, data), "sheets_file", type="primary"
            )


def handed(desk: Desk, agent_ids: list[str], data: bytes) -> bytes:
    """A pack that was made, to whoever may still see everybody in it."""
    for agent_id in agent_ids:
        desk.require("see", agent_id)
    return data


def differences(chosen: Chosen, shown: Mapping[str, Any], live: Mapping[str, Any]) -> None:
    """What a closed sheet says otherwise than the data of today."""
    if not shown["closed"] or not shown["closed"]["changed_since"]:
        return
    closed = load.desk().closed_sheet(chosen.agent_id, chosen.period)
    if closed is None:  # opened again meanwhile
        return
    st.warning(t("sheet.differs"))
    kept = closed.snapshot
    items = {item["id"]: item for item in kept["indicators"]}
    sides = {"closed": items, "live": {item["id"]: item for item in live["indicators"]}}

    def said(side: str, what: str, value: Any) -> str:
        if what in items:
            item = sides[side].get(what, items[what])
            words = sheets.of_item(item, value, session.language())
            counts = "—" if value is None else sheets.fraction(item)
            return words if counts == "—" else f"{words} ({counts})"
        if what == "quadrant" and value is not None:
            return t(f"quadrant.{value}")
        if isinstance(value, float):
            return f"{value:.1f}"
        return "—" if value is None else str(value)

    table = pd.DataFrame(
        [
            {
                "what": items[row["what"]]["label"][session.language()]
                if row["what"] in items
                else t(f"column.{row['what']}"),
                "closed": said("closed", row["what"], row["closed"]),
                "live": said("live", row["what"], row["live"]),
            }
            for row in differs(kept, live)
        ]
    )
    columns = [
        Column("what", t("column.indicator")),
        Column("closed", t("sheet.in_closed")),
        Column("live", t("sheet.in_live")),
    ]
    panel.show("sheet_differs", Table(table, columns))


def closing(chosen: Chosen, shown: Mapping[str, Any]) -> None:
    """Closing one or all, after it was said what that freezes; opening one or all again, for a
    reason."""
    desk, period, agent_id = load.desk(), chosen.period, chosen.agent_id
    ids = chosen.ids[:MOST]
    notices.show_done("sheet")
    if not desk.may("close", agent_id):
        return
    here = {"period": str(period), "agent": agent_id}
    closed = desk.closed_agents(period)
    still_open = [agent for agent in ids if agent not in closed]
    closed_ids = [agent for agent in ids if agent in closed]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if shown["closed"]:
            st.text_input(t("sheet.reopen_why"), key="reopen_why", max_chars=500, width=360)
            st.button(
                t("sheet.reopen"),
                key="reopen",
                on_click=action(reopen),
                args=(period, [agent_id], "reopen_why"),
            )
        else:
            st.button(
                t("sheet.close"),
                key="close_sheet",
                on_click=action(ask_to_close),
                args=([agent_id], here),
                help=t("sheet.close_help"),
            )
        if len(ids) > 1 and still_open:
            st.button(
                t("sheet.close_all", count=len(still_open)),
                key="close_all",
                on_click=action(ask_to_close),
                args=(still_open, here),
            )
    question = session.get("closing")
    if question and {**question, **here} == question and set(question["agents"]) <= set(ids):
        ask(chosen, question["agents"])
    elif question:  # it was asked about another agent, period or list than the page now shows
        session.forget("closing", "close_provisional")
    if len(closed_ids) > 1:
        with st.expander(t("sheet.reopen_many", count=len(closed_ids))):
            st.text_input(t("sheet.reopen_why"), key="reopen_all_why", max_chars=500)
            st.button(
                t("sheet.reopen_all", count=len(closed_ids)),
                key="reopen_all",
                on_click=action(reopen),
                args=(period, closed_ids, "reopen_all_why"),
            )


def ask(chosen: Chosen, agent_ids: Sequence[str]) -> None:
    """Once more before anything is frozen: how many, what about them is unfinished, what can no
    longer change."""
    period = chosen.period
    ahead = load.desk().closing(period, agent_ids)
    whom = (
        f"{short(chosen.names[agent_ids[0]])} {agent_ids[0]}"
        if len(agent_ids) == 1
        else t("sheet.closing_all", count=len(agent_ids))
    )
    with st.container(border=True, key="closing_asked"):
        st.markdown(f"**{md(period)} · {md(whom)}**")
        st.markdown(
            t(
                "sheet.closing_counts",
                count=len(ahead.sheets),
                provisional=len(ahead.provisional),
                objections=ahead.objections,
                without_comment=ahead.without_comment,
            )
        )
        st.caption(t("sheet.closing_freezes"))
        if ahead.provisional:
            st.checkbox(
                t("sheet.close_provisional", count=len(ahead.provisional)), key="close_provisional"
            )
        with st.container(horizontal=True):
            st.button(
                t("sheet.close_yes", count=len(ahead.sheets)),
                key="close_yes",
                type="primary",
                on_click=action(close_sheets),
                args=(chosen.filters, agent_ids),
            )
            st.button(
                t("sheet.close_no"),
                key="close_no",
                on_click=action(session.forget),
                args=("closing", "close_provisional"),
            )


def body(chosen: Chosen) -> None:
    """The sheet, what may be done with it, and its files."""
    shown, about = chosen.sheet, chosen.about
    assert shown is not None
    assert about is not None
    with st.container(horizontal=True, vertical_alignment="center", key="sheet_head"):
        with st.container(key="sheet_state"):
            state(chosen, shown)
        with panel.menu("sheet"):
            files(chosen, about)
    live = shown  # an open sheet is the live one
    if shown["closed"] is not None and session.identity().role != "agent":
        live = load.desk().live_sheet(about, chosen.agent_id)
        differences(chosen, shown, live)
    left, right = st.columns([0.68, 0.32], gap="medium")
    with left:
        figures(chosen, shown)
        how_sure(shown)
    with right:
        notes(chosen)
    behind(chosen, shown)
    closing(chosen, shown)
    with st.expander(t("common.how")):
        st.markdown(t("sheet.how"))
        st.caption(
            md(sheets.rules_line(shown, session.language()))
            + f" · {t('sheet.fingerprint')} `{md(fingerprint(live)[:12])}`"
        )
