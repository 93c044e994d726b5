"""Coaching · 辅导: whom to talk with, and the talks themselves from plan to follow-up."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd
import streamlit as st

from analytics.catalogue import RATE, actions
from analytics.charts.chance import event_lines
from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation
from analytics.insight.coaching import coaching_list
from analytics.insight.effect import FEWEST, POLICIES
from analytics.insight.planning import OF_A_TALK, OF_THE_LIST, changed, changed_in_list, planned
from analytics.insight.quadrant import place
from analytics.model import QUADRANTS, UNPLACED, Period
from analytics.people import LONGEST_PLAN, OPEN_TALKS, TALK_STATES, Talk
from analytics.reports import coaching_effect, sheets
from analytics.reports.lists.coaching import coaching_table
from analytics.reports.sheet_files import to_calendar
from analytics.reports.tables import Column, Table, export_name
from analytics.reports.words import scheme_label, value_text
from analytics.text import short
from pages.ui import controls, load, notices, panel, session, shell
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.i18n import indicator, md, plain, t, text

Shown = TypeVar("Shown")
ORDER = (
    "name",
    "listed",
    "team",
    "quadrant",
    "too_few",
    "expected_gain",
    "extra_renewals",
    "extra_range",
    "extra_premium",
    "half_renewals",
    "step",
    "weakest",
    "action",
    "last_date",
    "next_date",
    "comment",
    "score",
    "due_policies",
    "agent_id",
)


@dataclass(frozen=True)
class Row:
    """Whom a row of the list is about, and the talk that it changes over the version shown."""

    agent_id: str
    talk_id: int | None
    version: int
    weakest: tuple[str, ...]


def edited(key: str, rows: Sequence[Shown]) -> Iterator[tuple[Shown, dict]]:
    """The rows of a table that were changed, with their changed cells; the browser says which."""
    edits = (session.get(key) or {}).get("edited_rows", {})
    for position, cells in edits.items():
        if 0 <= int(position) < len(rows):
            yield rows[int(position)], cells


def write(talks: Iterator[Talk]) -> None:
    """Write changed talks, each over the version that was read; a refused one is told and leaves
    the others."""
    for talk in talks:
        with notices.refusals("coaching"):
            load.desk().save_talk(talk)
    if not session.get("coaching_refused"):
        notices.done("coaching", t("coaching.saved"))


def save_list(period: Period, rows: list[Row]) -> None:
    """Write the cells a manager changed in the list: they belong to the agent's open talk, or begin
    one."""
    talks = {talk.id: talk for talk in load.desk().talks()}
    write(
        changed_in_list(
            talks.get(row.talk_id) or planned(row.agent_id, row.weakest, period),
            cells,
            row.version,
        )
        for row, cells in edited("coaching_editor", rows)
    )


def save_talks(rows: list[Talk]) -> None:
    """Write the cells changed in the table of talks."""
    write(changed(talk, cells) for talk, cells in edited("talks_editor", rows))


def told() -> None:
    if not notices.show_refusal("coaching"):
        notices.show_done("coaching", quiet=True)


def whom(now: Evaluation) -> None:
    """Whom to coach, on what, with what gain; editing a row plans or changes the agent's talk."""
    full = coaching_list(now, place(now), load.desk().talks())
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
        st.page_link(
            "pages/picture/quadrant.py",
            label=t("coaching.to_quadrant"),
            icon=":material/scatter_plot:",
        )
        return
    st.caption(t("coaching.note", count=len(frame), median=t("coaching.median")))
    whole, premium = frame["extra_renewals"].sum(), frame["extra_premium"].sum()
    if whole > 0:
        st.markdown(
            t(
                "coaching.prize",
                renewals=f"{whole:.0f}",
                half=f"{whole / 2:.0f}",
                premium=f"{premium:,.0f}",
            )
        )
    table = coaching_table(frame, now.catalogue, session.language())
    talk_ids = [None if pd.isna(talk_id) else int(talk_id) for talk_id in frame["talk"]]
    rows = [
        Row(agent_id, talk_id, version, tuple(weakest))
        for agent_id, talk_id, version, weakest in zip(
            frame["agent_id"], talk_ids, frame["version"], frame["weakest"], strict=True
        )
    ]
    editor = table.frame.assign(
        listed=frame["listed"],
        weakest=[" · ".join(words.split("\n")) for words in table.frame["weakest"]],
    )[[name for name in ORDER if name != "too_few" or name in table.frame]]
    config = {
        column.name: panel.column_config(
            column, pinned=column.name == "name", width=panel.name_width(editor, column.name)
        )
        for column in table.columns
    }
    config["listed"] = st.column_config.CheckboxColumn(t("coaching.listed"), width="small")
    config["next_date"] = st.column_config.DateColumn(t("column.next_date"), format="YYYY-MM-DD")
    config["last_date"] = st.column_config.DateColumn(t("column.last_date"), format="YYYY-MM-DD")
    config["action"] = st.column_config.TextColumn(
        t("column.action"), width="medium", max_chars=LONGEST_PLAN
    )
    config["comment"] = st.column_config.TextColumn(
        t("column.comment"), width="medium", max_chars=LONGEST_PLAN
    )
    config["weakest"] = st.column_config.TextColumn(t("column.weakest"), width="medium")
    st.data_editor(
        editor,
        key="coaching_editor",
        hide_index=True,
        width="stretch",
        height=panel.fit(len(editor), 620),
        column_config=config,
        num_rows="fixed",
        placeholder="—",
        disabled=[name for name in editor.columns if name not in OF_THE_LIST],
        on_change=action(save_list),
        args=(now.measured.period, rows),
    )
    told()
    panel.downloads(
        "coaching",
        plain("coaching.export", period=controls.period_text(now.measured.period)),
        table,
        [
            plain(
                "coaching.export_note",
                period=controls.period_text(now.measured.period),
                scheme=scheme_label(now.scheme, session.language()),
            )
        ],
    )


def talks(now: Evaluation) -> None:
    """The talks: overdue ones first, edited in place; each agent's history and figures since."""
    people = now.people[now.in_scope]
    names = dict(zip(people["agent_id"], people["name"], strict=True))
    today = dt.date.today()
    every = load.desk().talks()
    closed = st.toggle(t("talk.with_closed"), key="with_closed")
    shown = sorted(
        (talk for talk in every if closed or talk.state in OPEN_TALKS),
        key=lambda talk: (
            not talk.overdue(today),
            talk.state not in OPEN_TALKS,
            talk.talk_on or dt.date.max,
            talk.id or 0,
        ),
    )
    if not shown:
        st.info(t("talk.empty"))
        return
    late = sum(talk.overdue(today) for talk in shown)
    st.caption(t("talk.note", count=len(shown), late=late))
    table = pd.DataFrame(
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
    words = {
        name: st.column_config.TextColumn(t(f"talk.{name}"), width="medium", max_chars=LONGEST_PLAN)
        for name in ("reason", "action", "agreed", "comment")
    }
    config = {
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
        **words,
    }
    st.data_editor(
        table,
        key="talks_editor",
        hide_index=True,
        width="stretch",
        height=panel.fit(len(table), 520),
        column_config=config,
        num_rows="fixed",
        placeholder="—",
        disabled=[name for name in table.columns if name not in OF_A_TALK],
        on_change=action(save_talks),
        args=(shown,),
    )
    told()
    columns = [Column("name", t("column.name")), Column("agent_id", t("column.agent_id"))]
    columns += [
        Column(name, t(f"talk.{name}"), "date" if name in ("talk_on", "follow_up_on") else "text")
        for name in (
            "state",
            "talk_on",
            "follow_up_on",
            "owner",
            "reason",
            "action",
            "agreed",
            "comment",
            "aims",
        )
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
    history(now, every, names)


def history(now: Evaluation, every: list[Talk], names: dict[str, str]) -> None:
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
        rows = []
        for talk in [talk for talk in every if talk.agent_id == agent_id]:
            for name in [name for name in talk.indicators if name in now.catalogue.ids] or [""]:
                before, after = before_after(now, talk, name)
                rows.append(
                    {
                        "talk_on": talk.talk_on,
                        "state": t(f"talk.state_{talk.state}"),
                        "agreed": talk.agreed or talk.action,
                        "indicator": indicator(name) if name else "—",
                        "before": before,
                        "after": after,
                    }
                )
        table = pd.DataFrame(rows)
        columns = [
            Column("talk_on", t("talk.talk_on"), "date"),
            Column("state", t("talk.state")),
            Column("agreed", t("talk.agreed")),
            Column("indicator", t("talk.aims")),
            Column("before", t("talk.before")),
            Column("after", plain("talk.after", period=controls.period_text(now.measured.period))),
        ]
        panel.show("talk_history", Table(table, columns))
        st.caption(t("talk.no_claim"))


def before_after(now: Evaluation, talk: Talk, name: str) -> tuple[str, str]:
    """An indicator in the period the talk was planned from, and in the one chosen above."""
    if not name or talk.first is None or talk.last is None:
        return "—", "—"
    catalogue = now.catalogue
    out = []
    for evaluation in (
        load.evaluation(replace(now.measured.filters, period=Period(talk.first, talk.last))),
        now,
    ):
        try:
            value = evaluation.measured.agents.value[
                evaluation.row(talk.agent_id), evaluation.catalogue.position(name)
            ]
        except RequestRefused:
            value = None
        out.append(value_text(value, catalogue[name].unit, session.language()))
    return out[0], out[1]


def proof(now: Evaluation) -> None:
    """What went with the talks: coached agents against others of the same expectation; "cannot
    tell" where it cannot."""
    rounds = load.desk().rounds(now.measured.period.last)
    since = None
    if len(rounds) > 1:
        since = box(
            t("proof.since"),
            [None, *rounds],
            key="proof_since",
            format_func=lambda month: (
                plain("proof.since_first") if month is None else f"{month:%Y-%m}"
            ),
            width=260,
            help=t("proof.since_help"),
        )
    answer, language = load.desk().proof(now, since), session.language()
    st.markdown(f"**{md(coaching_effect.verdict(answer, language))}**")
    for sentence in coaching_effect.grounds(answer, language):
        st.markdown(md(sentence))
    for sentence in coaching_effect.compared(answer, language):
        st.caption(md(sentence))
    periods = answer.periods
    if periods is not None and periods["rate"].notna().any():
        named = periods.assign(side=[t(f"proof.side_{side}") for side in periods["side"]])
        columns = [
            Column("months", t("filter.period")),
            Column("side", t("proof.side")),
            Column("rate", indicator(RATE), "percent"),
            Column("n", t("column.due_policies"), "count"),
        ]
        panel.chart(
            "proof_chart", event_lines(periods, plain), Table(named, columns), alt=t("proof.chart")
        )
    st.caption(t("proof.lots", least=FEWEST, policies=POLICIES))


def body() -> None:
    """Whom to coach, the talks, or what went with them."""
    now = load.evaluation(controls.filter_bar(theirs=True))
    shell.line(now.measured, int(now.shown.sum()))
    part = st.segmented_control(
        t("coaching.part"),
        ["whom", "talks", "proof"],
        default="whom",
        key="coaching_part",
        required=True,
        format_func=lambda option: t(f"coaching.part_{option}"),
        label_visibility="collapsed",
    )
    {"whom": whom, "talks": talks, "proof": proof}[part](now)
    with st.expander(t("common.how")):
        st.markdown(t("coaching.how"))
        st.caption(
            md(
                " · ".join(
                    f"{t(f'quadrant.{name}')}: {text(what)}"
                    for name, what in actions()["quadrant"].items()
                )
            )
        )


with shell.page("coaching", official=True):
    body()
