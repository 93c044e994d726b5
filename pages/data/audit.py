"""Audit · 变更记录: every change of state, who, when, what, before and after; and whether the chain
still holds."""

import json

import pandas as pd
import streamlit as st

from analytics.people import AuditEntry
from analytics.reports import audit, sheets
from analytics.reports.tables import Column, Table
from pages.ui import load, panel, session, shell
from pages.ui.box import box
from pages.ui.i18n import md, t

SHOWN = 1_000


def words(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def told_in(entry: AuditEntry) -> str:
    """All that a line tells of what was done, as it is searched."""
    return f"{entry.object} {words(entry.before)} {words(entry.after)}"


def as_list(title: str, lines: list[str]) -> str:
    return "\n".join([md(title), "", *(f"- {md(line)}" for line in lines)])


with shell.page("audit", needs_data=False):
    desk = load.desk()
    entries = desk.audit()
    if not entries:
        st.info(t("audit.empty"))
        st.stop()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = box(
            t("audit.who"),
            ["", *sorted({entry.who for entry in entries})],
            key="audit_who",
            format_func=lambda who: (
                sheets.who(who, session.language()) if who else t("audit.everybody")
            ),
            width=220,
        )
        action = box(
            t("audit.action"),
            ["", *sorted({entry.action.partition(".")[0] for entry in entries})],
            key="audit_action",
            format_func=lambda action: (
                audit.kind(action, session.language()) if action else t("audit.everything")
            ),
            width=220,
        )
        wanted = st.text_input(t("audit.search"), key="audit_search", max_chars=100, width=240)
        if st.button(t("audit.verify"), key="verify"):
            session.put("audit_checked", desk.verify_audit())
    if (verdict := session.get("audit_checked")) is not None:
        if verdict.wrong:
            st.error(as_list(t("audit.broken"), audit.wrong_of(verdict, session.language())))
        else:
            st.success(
                as_list(
                    t("audit.holds", count=verdict.lines),
                    audit.notes_of(verdict, session.language()),
                )
            )
        session.forget("audit_checked")
    st.caption(md(" ".join(audit.standing_of(desk.audit_standing(), session.language()))))
    chosen = list(entries)
    if who:
        chosen = [entry for entry in chosen if entry.who == who]
    if action:
        chosen = [entry for entry in chosen if entry.action.partition(".")[0] == action]
    if wanted:
        chosen = [entry for entry in chosen if wanted.lower() in told_in(entry).lower()]
    st.caption(t("audit.note", shown=min(len(chosen), SHOWN), all=len(chosen)))
    table = pd.DataFrame(
        [
            {
                "seq": entry.seq,
                "at": f"{entry.at:%Y-%m-%d %H:%M:%S}",
                "who": sheets.who(entry.who, session.language()),
                "action": entry.action,
                "object": entry.object,
                "before": words(entry.before),
                "after": words(entry.after),
                "hash": entry.hash[:12],
            }
            for entry in chosen
        ],
        columns=["seq", "at", "who", "action", "object", "before", "after", "hash"],
    )
    columns = [
        Column(name, t(f"audit.{name}"), "count" if name == "seq" else "text")
        for name in table.columns
    ]
    panel.show("audit", Table(table.head(SHOWN), columns), height=520)
    panel.downloads(
        "audit",
        t("audit.title"),
        Table(table, columns),
        persons=len({entry.who for entry in chosen}),
        figures=False,
    )
    with st.expander(t("common.how")):
        st.markdown(t("audit.how"))
