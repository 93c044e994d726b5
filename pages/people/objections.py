"""Objections · 异议: raised, replayed, answered; and what they say together."""

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from analytics.evaluation import Evaluation
from analytics.insight.objections import answer_days, review_list, summary
from analytics.people import Objection
from analytics.reports.tables import Column, Table
from pages.people import objecting
from pages.ui import controls, load, panel, person, session, shell
from pages.ui.head import Head
from pages.ui.i18n import indicator, plain, t


def listing(now: Evaluation) -> None:
    """Every objection of the reader's scope."""
    objections = list(reversed(load.desk().objections()))
    objecting.listing(now, objections, t("objections.title"))


def form(now: Evaluation) -> None:
    """A new objection: whose, and the rest."""
    objecting.form(now, person.choose(now, "objection"))


def dashboard(now: Evaluation) -> None:
    """By kind, indicator, team and outcome, and how long answers took."""
    objections = load.desk().objections()
    if not objections:
        st.info(t("objection.none"))
        return
    people = now.people[now.in_scope]
    teams = dict(zip(people["agent_id"], people["team"], strict=True))
    with st.container(horizontal=True, gap="small"):
        waiting = [each for each in objections if each.state == "open"]
        answered = [case for case in objections if case.days_to_answer is not None]
        days = sorted(answer_days(answered))
        st.metric(t("objection.count"), len(objections), border=True)
        st.metric(t("objection.open_count"), len(waiting), border=True)
        st.metric(
            t("objection.granted"),
            f"{sum(case.state in ('accepted', 'partly') for case in answered)} / {len(answered)}",
            border=True,
        )
        st.metric(
            t("objection.days"),
            f"{days[len(days) // 2]:.1f}" if days else "—",
            border=True,
            help=t("objection.days_help"),
        )
    frame = summary(objections, teams)
    for by in ("kind", "indicator", "team"):
        part = frame[frame["by"] == by]
        if len(part):
            labels = {
                "kind": lambda value: t(f"objection.kind_{value}"),
                "indicator": lambda value: (
                    indicator(value) if value in now.catalogue.ids else value or "—"
                ),
                "team": lambda value: value or t("common.no_team"),
            }[by]
            table = part.assign(value=[labels(value) for value in part["value"]])
            st.subheader(t(f"objection.by_{by}"), anchor=False)
            panel.show(
                f"by_{by}",
                Table(
                    table,
                    [
                        Column("value", t(f"objection.by_{by}")),
                        *(
                            Column(name, t(f"objection.state_{name}"), "count")
                            for name in ("open", "accepted", "partly", "rejected")
                        ),
                        Column("days", t("objection.days"), "number"),
                    ],
                ),
            )
    review = review_list(objections)
    if review:
        st.warning(
            t(
                "objection.review",
                indicators="、".join(
                    indicator(name) for name in review if name in now.catalogue.ids
                ),
            )
        )


def finding(objections: Sequence[Objection]) -> str:
    """How many wait for an answer, how many of them too long, and what came of the others."""
    if not objections:
        return plain("objection.none")
    waiting = [each for each in objections if each.state == "open"]
    today = dt.date.today()
    late = sum(bool(each.due_on and each.due_on < today) for each in waiting)
    granted = sum(each.state in ("accepted", "partly") for each in objections)
    key = "objection.found" if waiting else "objection.found_all_answered"
    answered = len(objections) - len(waiting)
    return plain(key, count=len(waiting), late=late, answered=answered, granted=granted)


def body(head: Head) -> None:
    """The list, the form, or what all of them say together."""
    now = load.evaluation(controls.filter_bar(theirs=True))
    shell.line(now.measured, int(now.shown.sum()))
    head.says(finding(load.desk().objections()))
    parts = ["list", "new", *(["sum"] if load.desk().may("answer") else [])]
    usual = "new" if session.parameter("agent") else "list"
    controls.keep(t("objections.title"), "objection_part", parts, usual)
    part = st.segmented_control(
        t("objections.title"),
        parts,
        key="objection_part",
        required=True,
        format_func=lambda option: t(f"objection.part_{option}"),
        label_visibility="collapsed",
    )
    controls.kept("objection_part", part, "list")
    session.write_address()
    objecting.told()
    {"list": listing, "new": form, "sum": dashboard}[str(part)](now)
    with st.expander(t("common.how")):
        st.markdown(t("objection.how"))


with shell.page("objections", official=True) as head:
    body(head)
