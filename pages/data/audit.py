"""Audit · 变更记录: who did what when, a sentence a line, with what was there before and after
behind the chosen one; and whether the chain still holds."""

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.model import Filters
from analytics.people import AuditEntry
from analytics.reports import audit, sheets
from analytics.reports.deeds import Deed, Reader, authors, deeds
from analytics.reports.lists.changes import changes_table, written
from analytics.reports.tables import Column, Table
from analytics.reports.words import before_words
from pages.ui import controls, load, panel, session, shell
from pages.ui.box import box
from pages.ui.i18n import md, plain, t

SHOWN = 1_000
LINES = 20  # lines of one act that are shown as they were written


def told_in(entry: AuditEntry) -> str:
    """All that a line tells of what was done, as it is searched."""
    return f"{entry.object} {written(entry.before)} {written(entry.after)}"


def as_list(title: str, lines: list[str]) -> str:
    return "\n".join([md(title), "", *(f"- {md(line)}" for line in lines)])


def reader() -> Reader:
    """The reader's language, and the agents of the latest figures by name."""
    desk = load.desk()
    if desk.months().empty:
        return Reader(session.language())
    people = desk.measured(Filters(controls.remembered_period())).people
    names = zip(people["agent_id"].astype(str), people["name"].astype(str), strict=True)
    return Reader(session.language(), dict(names))


def finding(entries: Sequence[AuditEntry]) -> str:
    """How much was changed by whom since when."""
    by = authors(entries)
    most, lines = by[0]
    facts = {"since": f"{entries[-1].at:%Y-%m-%d}", "count": len(entries)}
    name = sheets.who(most, session.language())
    if len(by) == 1:
        return plain("audit.found_alone", who=name, **facts)
    name = before_words(name, session.language())
    return plain("audit.found", who=name, people=len(by), most=lines, **facts)


def choice(entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """The lines that who, what and words leave."""
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
    chosen = list(entries)
    if who:
        chosen = [entry for entry in chosen if entry.who == who]
    if action:
        chosen = [entry for entry in chosen if entry.action.partition(".")[0] == action]
    if wanted:
        chosen = [entry for entry in chosen if wanted.lower() in told_in(entry).lower()]
    return chosen


def verdict() -> None:
    """Whether the chain holds: asked with a button, and answered in its place."""
    st.caption(md(" ".join(audit.standing_of(load.desk().audit_standing(), session.language()))))
    place = st.empty()
    if not place.button(t("audit.verify"), key="verify"):
        return
    checked, language = load.desk().verify_audit(), session.language()
    if checked.wrong:
        place.error(as_list(t("audit.broken"), audit.wrong_of(checked, language)))
    else:
        holds = t("audit.holds", count=checked.lines)
        place.success(as_list(holds, audit.notes_of(checked, language)))


def listed(done: Sequence[Deed]) -> list[str]:
    """What was done, a sentence a row; the number of the row that is ticked."""
    table = pd.DataFrame(
        [
            {
                "at": f"{deed.entries[0].at:%Y-%m-%d %H:%M}",
                "said": deed.said,
                "seq": deed.entries[0].seq,
            }
            for deed in done[:SHOWN]
        ],
        columns=["at", "said", "seq"],
    )
    columns = [
        Column("at", t("audit.at")),
        Column("said", t("audit.said")),
        Column("seq", t("audit.seq"), "count"),
    ]
    wide = {
        "said": st.column_config.TextColumn(t("audit.said"), width=860),
        "seq": st.column_config.NumberColumn(t("audit.seq"), format="localized", width=60),
    }
    height = panel.fit(len(table), 520)
    return panel.pick("audit", Table(table, columns), by="seq", height=height, column_config=wide)


def as_written(deed: Deed) -> None:
    """The whole sentence of what was chosen, and its lines as they stand in the audit."""
    st.markdown(md(deed.said))
    with st.expander(t("audit.raw", count=len(deed.entries)), key="audit_raw"):
        lines = [
            {
                "seq": entry.seq,
                "at": f"{entry.at:%Y-%m-%d %H:%M:%S}",
                "who": entry.who,
                "action": entry.action,
                "object": entry.object,
                "before": entry.before,
                "after": entry.after,
                "hash": entry.hash,
            }
            for entry in deed.entries[:LINES]
        ]
        st.code(
            json.dumps(lines, ensure_ascii=False, indent=2, default=str),
            language="json",
            wrap_lines=True,
        )
        if len(deed.entries) > LINES:
            st.caption(t("audit.raw_more", count=len(deed.entries) - LINES))


def body() -> str | None:
    """What was done, the line that is chosen, and whether all of it holds; what the page says."""
    entries = load.desk().audit()
    if not entries:
        st.info(t("audit.empty"))
        return None
    to, chosen = reader(), choice(entries)
    done = deeds(chosen, to)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="audit_head"):
        st.caption(
            t("audit.note", shown=f"{min(len(done), SHOWN):,}", lines=f"{len(chosen):,}")
            if len(done) > SHOWN
            else t("audit.note_all", count=len(done), lines=f"{len(chosen):,}"),
            width="stretch",
        )
        panel.downloads(
            "audit",
            t("audit.title"),
            lambda: changes_table(chosen, to),
            persons=len({entry.who for entry in chosen}),
            figures=False,
        )
    ticked = listed(done)
    for deed in done:
        if str(deed.entries[0].seq) in ticked:
            as_written(deed)
    if not ticked:
        st.caption(t("audit.pick"))
    verdict()
    with st.expander(t("common.how")):
        st.markdown(t("audit.how"))
    return finding(entries)


with shell.page("audit", needs_data=False) as head:
    if found := body():
        head.says(found)
