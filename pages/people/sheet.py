"""Evaluation sheet · 评估表: one agent and period as it is printed, with comments, closing and files."""

import pandas as pd
import streamlit as st

from analytics.charts.scores import history_lines
from analytics.errors import RequestRefused
from analytics.insight.sheet import differs, fingerprint
from analytics.language import explain
from analytics.people import NOTE_KINDS, Note
from analytics.reports import sheets
from analytics.reports.sheet_files import to_workbook, to_zip
from analytics.reports.sheet_pdf import to_pdf
from analytics.reports.tables import Column, export_name
from pages.ui import controls, load, panel, session, shell, waiting
from pages.ui.i18n import indicator, md, t

MOST = 2_000
HOW_SURE = ["low", "high"]  # of every month; sheets closed before these were kept have none


def save_note(key: str, note: Note) -> None:
    """Write what stands in a text field; a refusal keeps the text where it is."""
    text = str(session.get(key) or "")
    try:
        load.desk().write_note(Note(**{**note.__dict__, "text": text}))
    except RequestRefused as error:
        session.put("note_refused", explain(error, session.language()))
        return
    session.put(key, "")
    session.forget("note_editing")


def close_sheets(agent_ids: list[str]) -> None:
    session.put("sheet_done", t("sheet.closed_now", count=load.desk().close_sheets(now, agent_ids)))


def reopen(agent_id: str) -> None:
    try:
        load.desk().reopen_sheet(agent_id, now.measured.period, str(session.get("reopen_why") or ""))
        session.put("reopen_why", "")
    except RequestRefused as error:
        session.put("note_refused", explain(error, session.language()))


def head(one: dict) -> None:
    """State, basic information and verdict."""
    closed = one["closed"]
    st.caption(
        f"{':material/lock:' if closed else ':material/lock_open:'} {md(sheets.state_line(one, session.language()))}"
    )
    with st.container(horizontal=True, gap="small"):
        for label, value in sheets.verdict(one, session.language()):
            st.metric(label, value, border=True)
    facts = " · ".join(
        f"{label} **{md(value)}**" for label, value in sheets.basics(one, session.language()) if value != "—"
    )
    st.markdown(facts)
    st.markdown(md(sheets.meaning(one, known, session.language())))


def figures(one: dict) -> None:
    """The table of indicators, the categories' sums, and the last twelve months."""
    rows = pd.DataFrame(sheets.indicator_rows(one, known, session.language()))
    columns = [Column(name, t(f"sheet.column_{name}")) for name in sheets.COLUMNS]
    right = {
        name: st.column_config.TextColumn(t(f"sheet.column_{name}"), alignment="right") for name in sheets.COLUMNS[1:-1]
    }
    right["step"] = st.column_config.TextColumn(t("sheet.column_step"), width="medium")
    panel.show("sheet_table", rows, columns, height=panel.fit(len(rows), 700), column_config=right)
    st.caption(md(sheets.category_line(one, session.language())))
    trend = pd.DataFrame(one["trend"], columns=["month", "indicator", "whose", "value", "n", *HOW_SURE])
    options = [item["id"] for item in one["indicators"] if (trend["indicator"] == item["id"]).any()]
    if options:
        session.keep_valid("sheet_trend", options)
        name = st.selectbox(t("agent.history_of"), options, key="sheet_trend", format_func=indicator, width=280)
        lines = trend[trend["indicator"] == name].assign(month=lambda frame: pd.to_datetime(frame["month"]))
        unit = known[name].unit
        lines = lines if session.how_sure() else lines.drop(columns=HOW_SURE)
        fig = history_lines(
            lines,
            t,
            t("agent.history", indicator=indicator(name)),
            unit.startswith("percent"),
            t(f"unit.{unit}"),
            one["agent"]["name"],
        )
        twin = lines.assign(
            month=lines["month"].dt.date,
            whose=[t("column.team") if w == "team" else one["agent"]["name"] for w in lines["whose"]],
        )
        panel.chart(
            "sheet_history", fig, twin,
            [Column("month", t("filter.period"), "date"), Column("whose", t("column.name")), Column("value", t("column.value"), "percent" if unit.startswith("percent") else "number"), Column("n", t("column.denominator"), "count")],
            alt=t("agent.history", indicator=indicator(name)),
        )  # fmt: skip


def how_sure(one: dict) -> None:
    """One plain sentence of certainty for every indicator whose spread the data tell."""
    lines = sheets.certainty_lines(one, known, session.language())
    if lines and session.how_sure():
        with st.expander(t("certainty.sentences"), expanded=True):
            st.markdown("\n".join(f"- {md(line)}" for line in lines))


def notes(agent_id: str) -> None:
    """Comments and advice of the supervisor, remarks of the agent: several of each, and a field for one more."""
    desk, period = load.desk(), now.measured.period
    every = desk.notes(agent_id, period)
    if refused := session.get("note_refused"):
        st.error(refused)
        session.forget("note_refused")
    for column, kind in zip(st.columns(len(NOTE_KINDS), gap="medium"), NOTE_KINDS, strict=True):
        with column:
            st.subheader(t(f"sheet.note_{kind}"), anchor=False)
            for note in [one for one in every if one.kind == kind]:
                with st.container(border=True, key=f"note.{note.id}"):
                    if session.get("note_editing") == note.id:
                        session.default(f"edit.{note.id}.{note.version}", note.text)
                        st.text_area(
                            t("sheet.edit"),
                            key=f"edit.{note.id}.{note.version}",
                            max_chars=4000,
                            label_visibility="collapsed",
                        )
                        st.button(
                            t("sheet.save"),
                            key=f"save.{note.id}",
                            on_click=save_note,
                            args=(f"edit.{note.id}.{note.version}", note),
                            type="primary",
                        )
                    else:
                        st.text(note.text)
                    st.caption(
                        md(
                            f"{sheets.who(note.author, session.language())} · {note.changed_at or note.written_at:%Y-%m-%d %H:%M}"
                            + (f" · {t('sheet.changed')}" if note.changed_at else "")
                        )
                    )
                    if note.author == session.identity().who and session.get("note_editing") != note.id:
                        st.button(
                            t("sheet.edit"),
                            key=f"edit_note.{note.id}",
                            on_click=session.put,
                            args=("note_editing", note.id),
                        )
            if desk.may("remark" if kind == "remark" else "note", agent_id):
                key = f"new_{kind}_{agent_id}"
                st.text_area(t(f"sheet.new_{kind}"), key=key, max_chars=4000, height=90)
                st.button(
                    t("sheet.add"),
                    key=f"add_{kind}",
                    on_click=save_note,
                    args=(key, Note(agent_id, period.first, period.last, kind, "")),
                )


def files(about, agent_id: str, one: dict) -> None:
    """PDF and workbook of this sheet; of everybody shown in one go, with progress."""
    language, version = session.language(), load.home().warehouse.data_version
    stem = f"{t('sheet.title')} {agent_id} {now.measured.period}"
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            t("sheet.pdf"),
            lambda: to_pdf([one], known, language),
            export_name(stem, version, "pdf"),
            "application/pdf",
            key="sheet_pdf",
            on_click="ignore",
            type="primary",
        )
        st.download_button(
            t("common.xlsx"),
            lambda: to_workbook([one], known, language),
            export_name(stem, version, "xlsx"),
            key="sheet_xlsx",
            on_click="ignore",
        )
    if len(ids) < 2:
        return
    with st.expander(t("sheet.many", count=len(ids))), st.container(horizontal=True, vertical_alignment="bottom"):
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
            desk, chosen, made = load.desk(), list(ids), {"pdf": to_pdf, "xlsx": to_workbook, "zip": to_zip}[form]

            def make(work):
                views = []
                for at, each in enumerate(chosen):
                    work.enter("reading")
                    work.share = at / len(chosen) / 2
                    views.append(desk.shown_sheet(about, each))

                def hear(done):
                    work.check()
                    work.share = 0.5 + done / len(chosen) / 2

                return form, made(views, known, language, hear), len(chosen)

            waiting.begin("sheets", t("sheet.making", count=len(ids)), make)
            session.put("sheets_made", waiting.outcome("sheets"))
        if kept := session.get("sheets_made"):
            form, data, count = kept
            st.download_button(
                t("sheet.take", count=count, size=f"{len(data) / 1024**2:.1f}"),
                data,
                export_name(f"{t('sheet.title')} {now.measured.period}", version, form),
                key="sheets_file",
                on_click="ignore",
                type="primary",
            )


def closing(agent_id: str, one: dict, live: dict) -> None:
    """Closing, opening again, and what differs between the closed sheet and the data of today."""
    desk, period = load.desk(), now.measured.period
    if done := session.get("sheet_done"):
        st.caption(done)
        session.forget("sheet_done")
    if one["closed"] and one["closed"]["changed_since"]:
        st.warning(t("sheet.differs"))
        kept = desk.closed_sheet(agent_id, period).snapshot
        labels = {item["id"]: item for item in kept["indicators"]}

        def shown(what, value):
            if what in labels:
                return sheets.value_text(labels[what], value, known, session.language())
            return (
                t(f"quadrant.{value}")
                if what == "quadrant"
                else "—"
                if value is None
                else f"{value:.1f}"
                if isinstance(value, float)
                else str(value)
            )

        table = pd.DataFrame(
            [
                {"what": indicator(row["what"]) if row["what"] in known.ids else t(f"column.{row['what']}"), "closed": shown(row["what"], row["closed"]), "live": shown(row["what"], row["live"])}
                for row in differs(kept, live)
            ]
        )  # fmt: skip
        panel.show(
            "sheet_differs",
            table,
            [
                Column("what", t("column.indicator")),
                Column("closed", t("sheet.in_closed")),
                Column("live", t("sheet.in_live")),
            ],
        )
    if not desk.may("close", agent_id):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if one["closed"]:
            st.text_input(t("sheet.reopen_why"), key="reopen_why", max_chars=500, width=360)
            st.button(t("sheet.reopen"), key="reopen", on_click=reopen, args=(agent_id,))
        else:
            st.button(
                t("sheet.close"),
                key="close_sheet",
                on_click=close_sheets,
                args=([agent_id],),
                help=t("sheet.close_help"),
            )
        open_ones = [
            each
            for each in ids
            if (each, period.first, period.last) not in load.home().state.sheets.closed(period.first, period.last)
        ]
        if len(ids) > 1 and open_ones:
            st.button(
                t("sheet.close_all", count=len(open_ones)), key="close_all", on_click=close_sheets, args=(open_ones,)
            )


with shell.page("sheet"):
    now = load.evaluation(controls.filter_bar(), session.scheme())
    known = now.catalogue
    shell.line(now.measured, int(now.shown.sum()))
    agent_id, ids, _ = controls.choose_agent(now, "sheet", MOST)
    about = load.around(now)
    live = load.desk().live_sheet(about, agent_id)
    one = load.desk().shown_sheet(about, agent_id)
    head(one)
    figures(one)
    how_sure(one)
    closing(agent_id, one, live)
    notes(agent_id)
    weakest = sorted((item for item in live["indicators"] if item["lost"]), key=lambda item: -item["lost"])[:3]
    reason = t("talk.reason_sheet", period=str(now.measured.period))
    controls.plan_talk(now, agent_id, reason, tuple(item["id"] for item in weakest), "sheet_plan")
    st.page_link(
        "pages/people/objections.py", label=t("sheet.object"), query_params={"agent": agent_id}, icon=":material/gavel:"
    )
    files(about, agent_id, one)
    with st.expander(t("common.how")):
        st.markdown(t("sheet.how"))
        st.caption(
            md(sheets.rules_line(one, session.language())) + f" · {t('sheet.fingerprint')} `{fingerprint(live)[:12]}`"
        )
