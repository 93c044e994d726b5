"""Coaching · 辅导: whom to talk with, and the talks themselves from plan to follow-up."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.catalogue import RATE, actions
from analytics.charts.chance import event_lines
from analytics.evaluation import Evaluation
from analytics.insight.coaching import FIRST, coaching_list
from analytics.insight.effect import FEWEST, POLICIES, Proof
from analytics.insight.quadrant import place
from analytics.model import QUADRANTS, UNPLACED, Period, parse_month
from analytics.reports import coaching_effect
from analytics.reports.lists.coaching import (
    action_text,
    apart_words,
    coaching_table,
    prize,
    reading_table,
    reason_text,
)
from analytics.reports.tables import Column, Table
from analytics.reports.words import money_text, scheme_label
from pages.people import talk_form, talk_list
from pages.ui import controls, load, panel, person, session, shell
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.head import Head
from pages.ui.i18n import indicator, md, plain, t, text

LONGER_PROOFS = (3, 6, 12)  # months in which more of the coached may have enough policies
LONGER = 6  # months that may tell what a shorter period cannot
WIDTHS = {"who": 140, "why": 440, "action": 290, "when": 150, "comment": 120}


@dataclass(frozen=True)
class Wanted:
    """Whom of the list the reader wants to see: of these quadrants (none: of all), and whether only
    those put on it by hand."""

    quadrants: tuple[str, ...]
    listed: bool

    def of(self, full: pd.DataFrame) -> pd.DataFrame:
        frame = full[full["quadrant"].isin(self.quadrants)] if self.quadrants else full
        return (frame[frame["listed"]] if self.listed else frame).reset_index(drop=True)


def whom(head: Head, menu: DeltaGenerator, now: Evaluation, wanted: Wanted) -> None:
    """Whom to talk with first, on what, with what gain; ticked rows are planned at once."""
    every = load.desk().talks()
    frame = wanted.of(coaching_list(now, place(now), every))
    if frame.empty:
        st.info(t("coaching.empty"))
        st.page_link(
            "pages/picture/quadrant.py",
            label=t("coaching.to_quadrant"),
            icon=":material/scatter_plot:",
        )
        return
    with_data = frame[frame["apart"] == ""].reset_index(drop=True)
    with menu:
        panel.downloads(
            "coaching",
            plain("coaching.export", period=controls.period_text(now.measured.period)),
            coaching_table(frame, now.catalogue, session.language()),
            [
                plain(
                    "coaching.export_note",
                    period=controls.period_text(now.measured.period),
                    scheme=scheme_label(now.scheme, session.language()),
                )
            ],
        )
    finding(head, now, with_data.head(FIRST))
    chosen, whole = ticked_of(now, with_data)
    talk_form.told()
    with st.container(border=True, key="plan_form"):
        if chosen.empty:
            st.caption(t("coaching.tick"))
        else:
            people = [person_of(row, now) for row in chosen.to_dict("records")]
            talk_form.form(now.measured.period, people, {talk.id or 0: talk for talk in every})
            if len(people) == 1:
                detail(chosen.iloc[0].to_dict(), whole)
            with st.container(horizontal=True, gap="small"):
                for each in people:
                    label = t("common.open_agent", name=each.name)
                    person.link(each.agent_id, label, icon=":material/person:", width="content")
    stand_apart(now, frame[frame["apart"] != ""].reset_index(drop=True))


def ticked_of(now: Evaluation, with_data: pd.DataFrame) -> tuple[pd.DataFrame, Table]:
    """The list, the first of it or all; its rows that are ticked, and the table of every column."""
    whole = coaching_table(with_data, now.catalogue, session.language())
    rest = t("coaching.rest", count=len(with_data) - FIRST)
    controls.keep(rest, "coaching_rest", (False, True), False)
    shown = len(with_data) if session.get("coaching_rest") else FIRST
    table = reading_table(whole.holding(whole.frame.head(shown)))
    said = {name: t(f"column.{name}") for name in WIDTHS} | {"action": t("coaching.set_action")}
    look = {
        name: st.column_config.TextColumn(said[name], width=width, pinned=name == "who")
        for name, width in WIDTHS.items()
    }
    ticked = panel.pick(
        "coaching_list",
        table,
        by="agent_id",
        most=max(len(table.frame), 2),
        height=panel.fit(len(table.frame), 620),
        column_config=look,
    )
    if len(with_data) > FIRST:
        controls.kept("coaching_rest", st.toggle(rest, key="coaching_rest"), False)
    return with_data[with_data["agent_id"].isin(ticked)], whole


def narrowing() -> Wanted:
    """Of the list some quadrants, or those put on it by hand."""
    with st.popover(t("coaching.filter"), icon=":material/filter_list:"):
        options = [*QUADRANTS, UNPLACED]
        controls.keep_several(t("column.quadrant"), "coaching_quadrants", options, [])
        chosen = st.multiselect(
            t("column.quadrant"),
            options,
            key="coaching_quadrants",
            format_func=lambda name: t(f"quadrant.{name}"),
            placeholder=t("coaching.all_quadrants"),
            width=360,
        )
        controls.keep(t("coaching.only_listed"), "only_listed", (False, True), False)
        only = st.toggle(t("coaching.only_listed"), key="only_listed")
    controls.kept("coaching_quadrants", chosen, [])
    controls.kept("only_listed", only, False)
    return Wanted(tuple(chosen), only)


def finding(head: Head, now: Evaluation, first: pd.DataFrame) -> None:
    """What the first would bring together; where none of it is sure, that, and beside the list the
    longer period that would tell."""
    if len(first) and (first["standing"] == "certain").any():
        head.says(plain("coaching.finding", **prize(first, session.language())))
        return
    head.says(plain("coaching.finding_none"))
    months = longer(now)
    count = load.drawn("coaching.longer", now, lambda: sure_in(now, months), *months)
    if count:
        st.button(
            t("coaching.more_months", count=count),
            key="coaching_longer",
            icon=":material/date_range:",
            on_click=action(controls.show_period),
            args=(months,),
        )


def longer(now: Evaluation) -> tuple[str, ...]:
    """The six months up to the end of the period, where there are so many and it is shorter."""
    last = now.measured.period.last
    months = [month for month in load.desk().month_days() if month <= last][-LONGER:]
    if len(months) < LONGER or now.measured.period.length >= LONGER:
        return ()
    return tuple(f"{month:%Y-%m}" for month in months)


def sure_in(now: Evaluation, months: tuple[str, ...]) -> int:
    """Of how many the gap could be told from luck over these months; of nobody without any."""
    if not months:
        return 0
    period = Period(parse_month(months[0]), parse_month(months[-1]))
    longer_run = load.evaluation(replace(now.measured.filters, period=period))
    listed = coaching_list(longer_run, place(longer_run), [])
    return int(((listed["standing"] == "certain") & (listed["apart"] == "")).sum())


def person_of(row: Mapping[str, Any], now: Evaluation) -> talk_form.Chosen:
    """A ticked row, with what a talk that it begins would say of itself."""
    why = reason_text(row, now.catalogue, session.language())
    period = controls.period_text(now.measured.period)
    return talk_form.Chosen(
        row["agent_id"],
        str(row["name"]),
        None if pd.isna(row["talk"]) else int(row["talk"]),
        int(row["version"]),
        tuple(row["weakest"]),
        plain("coaching.reason", period=period, why=why) if why else "",
        action_text(row["action"], session.language()),
    )


def detail(row: dict[str, Any], whole: Table) -> None:
    """Everything that the list knows of one agent."""
    words = whole.frame[whole.frame["agent_id"] == row["agent_id"]].iloc[0]
    headers = {column.name: column.header for column in whole.columns}
    said = {
        "action": words["action"] or "—",
        "sure": words["sure"],
        "quadrant": words["quadrant"],
        "weakest": words["weakest"].replace("\n", " · ") or "—",
        "step": words["step"],
        "score": number_text(row["score"]),
        "due_policies": "—" if pd.isna(row["due_policies"]) else f"{row['due_policies']:,.0f}",
        "extra_renewals": number_text(row["extra_renewals"], words["extra_range"]),
        "half_renewals": number_text(row["half_renewals"]),
        "extra_premium": money_text(row["extra_premium"], session.language()),
        "sure_gain": number_text(row["sure_gain"]),
        "expected_gain": number_text(row["expected_gain"]),
        "last_date": f"{row['last_date']:%Y-%m-%d}" if row["last_date"] else "—",
    }
    half = (len(said) + 1) // 2
    names = list(said)
    for column, part in zip(st.columns(2, gap="medium"), (names[:half], names[half:]), strict=True):
        lines = [t("coaching.fact", label=headers[name], value=said[name]) for name in part]
        column.markdown("  \n".join(lines))
    session.choose_agent(str(row["agent_id"]))


def number_text(value: float, reach: str = "—") -> str:
    """A figure with one decimal and its range; a dash where nobody knows."""
    if pd.isna(value):
        return "—"
    return f"{value:.1f}" if reach == "—" else f"{value:.1f} ({reach})"


def stand_apart(now: Evaluation, frame: pd.DataFrame) -> None:
    """Whoever has too little data to be listed, each with the reason."""
    if frame.empty:
        return
    with panel.fold(t("coaching.apart", count=len(frame)), "coaching_apart.fold") as there:
        if not there:
            return
        st.caption(t("coaching.apart_note"))
        language = session.language()
        whole = coaching_table(frame, now.catalogue, language)
        rows = [apart_words(row, language) for row in frame.to_dict("records")]
        columns = {column.name: column for column in whole.columns}
        names = ("who", "due_policies", "action", "when", "comment")
        shown = [columns[name] for name in names]
        shown[1:1] = [Column("apart", t("coaching.apart_why"))]
        person.rows(
            "coaching_apart",
            Table(whole.frame.assign(apart=rows), shown),
            height=panel.fit(len(frame), 420),
        )


def tell_more(now: Evaluation, answer: Proof, since: dt.date | None) -> None:
    """Where the period says nothing of what went with the talks, the way to one that says more."""
    if answer.told:
        return
    offer = load.drawn(
        "proof.longer", now, lambda: says_more(now, answer, since), len(load.desk().talks()), since
    )
    if offer is None:
        return
    period, then = offer
    facts = {
        "period": controls.period_text(period),
        "count": then.coached,
        "peers": then.peers,
        "before": answer.coached,
    }
    st.button(
        t("proof.tells" if then.told else "proof.longer", **facts),
        key="proof_longer",
        icon=":material/date_range:",
        on_click=action(controls.show_period),
        args=((f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"),),
    )


def says_more(now: Evaluation, answer: Proof, since: dt.date | None) -> tuple[Period, Proof] | None:
    """Of some longer periods the first of which something can be told, else the one in which most
    of the coached can be compared; none where none has more than this one."""
    desk, here = load.desk(), now.measured.period
    ends = dict.fromkeys((here.last, max(here.last, desk.latest_closed().last)))
    periods = [
        longer
        for last in ends
        for months in LONGER_PROOFS
        if (longer := desk.looking_back(Period(last, last), months)) and longer != here
    ]
    best, most = None, answer
    for period in dict.fromkeys(periods):
        if period.length < here.length:
            continue
        then = desk.proof(load.evaluation(replace(now.measured.filters, period=period)), since)
        if then.told:
            return period, then
        if then.coached > most.coached:
            best, most = (period, then), then
    return best


def proof(head: Head, now: Evaluation) -> None:
    """What went with the talks: coached agents against others of the same expectation; "cannot
    tell" where it cannot."""
    rounds = load.desk().rounds(now.measured.period.last)
    since = None
    if len(rounds) > 1:
        controls.keep(t("proof.since"), "proof_since", ["", *rounds], "")
        since = box(
            t("proof.since"),
            ["", *rounds],
            key="proof_since",
            format_func=lambda month: f"{month:%Y-%m}" if month else plain("proof.since_first"),
            width=260,
            help=t("proof.since_help"),
        )
        controls.kept("proof_since", since, "")
        since = since or None
    answer, language = load.desk().proof(now, since), session.language()
    head.says(coaching_effect.verdict(answer, language))
    tell_more(now, answer, since)
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


def body(head: Head) -> None:
    """Whom to coach, the talks, or what went with them."""
    now = load.evaluation(controls.filter_bar(theirs=True))
    shell.line(now.measured, int(now.shown.sum()))
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="coaching_head",
    ):
        tools = st.container(
            horizontal=True,
            vertical_alignment="center",
            gap="small",
            width="content",
            key="coaching_tools",
        )
        menu = st.container(width="content")
    with tools:
        parts = ["whom", "talks", "proof"]
        controls.keep(t("coaching.part"), "coaching_part", parts, "whom")
        part = st.segmented_control(
            t("coaching.part"),
            parts,
            key="coaching_part",
            required=True,
            format_func=lambda option: t(f"coaching.part_{option}"),
            label_visibility="collapsed",
        )
        controls.kept("coaching_part", part, "whom")
        wanted = narrowing() if part == "whom" else None
    session.write_address(now=True)
    if wanted is not None:
        whom(head, menu, now, wanted)
    else:
        {"talks": talk_list.talks, "proof": proof}[str(part)](head, now)
    session.write_address()
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


with shell.page("coaching", official=True) as head:
    body(head)
