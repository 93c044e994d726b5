"""The talks on the list: edited in place, taken along as a calendar or a table, and each agent's
history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from analytics.evaluation import Evaluation
from analytics.insight.planning import OF_A_TALK, changed
from analytics.people import LONGEST_PLAN, TALK_STATES, Talk
from analytics.reports import sheets
from analytics.reports.sheet_files import to_calendar
from analytics.reports.tables import Column, Table, export_name
from analytics.text import short
from pages.people import talks_held
from pages.ui import controls, load, notices, panel, person, session
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.head import Head
from pages.ui.i18n import indicator, plain, t

Shown = TypeVar("Shown")
LONG = ("reason", "action", "agreed", "comment")  # texts of several sentences
TAKEN = ("state", "talk_on", "follow_up_on", "owner", *LONG, "aims")  # beside whose talk it is
DATES = ("talk_on", "follow_up_on")


def talks(head: Head, now: Evaluation) -> None:
    """The talks: overdue ones first, edited in place; each agent's history and figures since."""
    people = now.people[now.in_scope]
    names = dict(zip(people["agent_id"], people["name"], strict=True))
    today = dt.date.today()
    every = load.desk().talks()
    controls.keep(t("talk.with_closed"), "with_closed", (False, True), False)
    closed = st.toggle(t("talk.with_closed"), key="with_closed")
    controls.kept("with_closed", closed, False)
    shown = in_order(every if closed else [talk for talk in every if talk.is_open], today)
    if not shown:
        st.info(t("talk.empty"))
        return
    late = sum(talk.overdue(today) for talk in shown)
    head.says(plain("talk.note", count=len(shown), late=late))
    table = frame_of(shown, names, now, today)
    st.data_editor(
        table,
        key="talks_editor",
        hide_index=True,
        width="stretch",
        height=panel.fit(len(table), 520),
        column_config=columns_of(table),
        num_rows="fixed",
        placeholder="—",
        disabled=[name for name in table.columns if name not in OF_A_TALK],
        on_change=action(save_talks),
        args=(shown,),
    )
    told()
    leaving(shown, table, names)
    history(now, every, names)


def in_order(rows: Sequence[Talk], today: dt.date) -> list[Talk]:
    """Overdue talks first, closed ones last, the earlier day before the later."""
    return sorted(
        rows,
        key=lambda talk: (
            not talk.overdue(today),
            not talk.is_open,
            talk.talk_on or dt.date.max,
            talk.id or 0,
        ),
    )


def frame_of(
    shown: Sequence[Talk], names: dict[str, str], now: Evaluation, today: dt.date
) -> pd.DataFrame:
    """A row a talk."""
    return pd.DataFrame(
        [
            {
                "name": names.get(talk.agent_id, talk.agent_id),
                "late": t("talk.late") if talk.overdue(today) else "",
                "state": talk.state,
                "talk_on": talk.talk_on,
                "follow_up_on": talk.follow_up_on,
                "owner": talk.owner,
                "reason": talk.reason,
                "action": talk.action,
                "agreed": talk.agreed,
                "comment": talk.comment,
                "aims": "、".join(
                    indicator(name) for name in talk.indicators if name in now.catalogue.ids
                ),
                "agent_id": talk.agent_id,
                "author": sheets.who(talk.author, session.language()),
            }
            for talk in shown
        ]
    )


def columns_of(table: pd.DataFrame) -> dict[str, Any]:
    """How each column is shown and edited."""
    long_texts = {
        name: st.column_config.TextColumn(t(f"talk.{name}"), width="medium", max_chars=LONGEST_PLAN)
        for name in LONG
    }
    return {
        "name": st.column_config.TextColumn(
            t("column.name"), pinned=True, width=panel.name_width(table, "name")
        ),
        "late": st.column_config.TextColumn(t("talk.late_column"), width="small"),
        "state": st.column_config.SelectboxColumn(
            t("talk.state"),
            options=list(TALK_STATES),
            format_func=lambda option: t(f"talk.state_{option}"),
            required=True,
        ),
        "talk_on": st.column_config.DateColumn(t("talk.talk_on"), format="YYYY-MM-DD"),
        "follow_up_on": st.column_config.DateColumn(t("talk.follow_up_on"), format="YYYY-MM-DD"),
        "owner": st.column_config.TextColumn(
            t("talk.owner"), max_chars=200, width=panel.name_width(table, "owner")
        ),
        "aims": st.column_config.TextColumn(t("talk.aims"), width="medium"),
        "agent_id": st.column_config.TextColumn(t("column.agent_id")),
        "author": st.column_config.TextColumn(t("talk.author")),
        **long_texts,
    }


def edited(key: str, rows: Sequence[Shown]) -> Iterator[tuple[Shown, dict]]:
    """The rows of a table that were changed, with their changed cells; the browser says which."""
    edits = (session.get(key) or {}).get("edited_rows", {})
    for position, cells in edits.items():
        if 0 <= int(position) < len(rows):
            yield rows[int(position)], cells


def save_talks(rows: list[Talk]) -> None:
    """Write the cells changed in the table of talks, all of them or none."""
    wanted = [(talk, changed(talk, cells)) for talk, cells in edited("talks_editor", rows)]
    with notices.refusals("talks"):
        load.desk().save_talks([after for before, after in wanted if after != before])
        notices.done("talks", t("talk.saved"))


def told() -> None:
    if not notices.show_refusal("talks"):
        notices.show_done("talks", quiet=True)


def leaving(shown: Sequence[Talk], table: pd.DataFrame, names: dict[str, str]) -> None:
    """The talks as a calendar and as a table to take along."""
    columns = [Column("name", t("column.name")), Column("agent_id", t("column.agent_id"))]
    columns += [
        Column(name, t(f"talk.{name}"), "date" if name in DATES else "text") for name in TAKEN
    ]
    language, version = session.language(), load.desk().data_version()
    with st.container(horizontal=True, gap="small"):
        persons = len({talk.agent_id for talk in shown})
        calendar = panel.Leaving(
            export_name(t("coaching.title"), version, "ics"), persons, mime="text/calendar"
        )
        panel.take(
            t("talk.calendar"),
            calendar,
            lambda: to_calendar(shown, names, language),
            "talks_ics",
            icon=":material/event:",
        )
        panel.downloads(
            "talks",
            t("talk.title"),
            Table(
                table.assign(state=[t(f"talk.state_{state}") for state in table["state"]]), columns
            ),
        )


def history(now: Evaluation, every: Sequence[Talk], names: dict[str, str]) -> None:
    """One agent's talks, and the indicators they aimed at before and now; no claim that one made
    the other."""
    agents = list(dict.fromkeys(talk.agent_id for talk in reversed(every)))
    with st.expander(t("talk.history")):
        agent_id = box(
            t("agent.choose"),
            agents,
            key="talk_agent",
            format_func=lambda option: f"{short(names.get(option, option))} · {option}",
            width=320,
        )
        label = t("common.open_agent", name=names.get(agent_id, agent_id))
        person.link(agent_id, label, "plan", icon=":material/person:")
        mine = [talk for talk in every if talk.agent_id == agent_id]
        panel.show("talk_history", talks_held.table_of(now, mine))
        st.caption(t("talk.no_claim"))
