"""My plan · 我的计划: what is planned with the agent who reads, what was agreed, and what came of
it."""

import datetime as dt

import streamlit as st

from analytics.errors import RequestRefused
from analytics.insight.sheet import Around
from analytics.model import Filters, Period
from analytics.people import Talk
from analytics.reports import sheets
from analytics.reports.words import value_text
from pages.ui import controls, load, session, shell
from pages.ui.head import Head
from pages.ui.i18n import indicator, md, plain, t

SHOWN = 20  # talks of the past that the page shows


def body(head: Head) -> None:
    """What lies ahead, then what was held."""
    talks = load.desk().plan()
    if not talks:
        st.info(t("plan.empty"))
        return
    ahead = [talk for talk in talks if talk.is_open]
    done = [talk for talk in talks if not talk.is_open]
    head.says(finding(ahead))
    for talk in ahead:
        entry(talk)
    if done:
        st.subheader(t("plan.before"), anchor=False)
        for talk in done[:SHOWN]:
            entry(talk)
    with st.expander(t("common.how")):
        st.markdown(t("plan.how"))


def finding(ahead: list[Talk]) -> str:
    """When the next talk is, and with whom."""
    days = sorted((day, talk.owner) for talk in ahead if (day := next_day(talk)) is not None)
    coming = [pair for pair in days if pair[0] >= dt.date.today()]
    if coming:
        day, owner = coming[0]
        key = "plan.next_with" if owner else "plan.next"
        return plain(key, day=f"{day:%Y-%m-%d}", **({"owner": owner} if owner else {}))
    return plain("plan.none_ahead" if not ahead else "plan.no_day")


def next_day(talk: Talk) -> dt.date | None:
    return talk.talk_on if talk.state == "planned" else talk.follow_up_on


def entry(talk: Talk) -> None:
    """One talk: state and days, what to do, what was agreed, and the figures that it aims at, then
    and in the latest published period."""
    with st.container(border=True, key=f"plan.{talk.id}"):
        marks = [t(f"talk.state_{talk.state}")]
        for name, day in (("talk_on", talk.talk_on), ("follow_up_on", talk.follow_up_on)):
            if day is not None:
                marks.append(md(f"{plain(f'talk.{name}')} {day:%Y-%m-%d}"))
        if talk.owner:
            marks.append(md(talk.owner))
        st.caption(" · ".join(marks))
        st.markdown(t("coaching.fact", label=t("talk.action"), value=talk.action or "—"))
        if talk.agreed:
            st.markdown(t("coaching.fact", label=t("talk.agreed"), value=talk.agreed))
        outcomes(talk)


def outcomes(talk: Talk) -> None:
    """The indicators that a talk aims at: then, and in the latest published period."""
    if talk.first is None or talk.last is None or not talk.indicators:
        return
    then, now = Period(talk.first, talk.last), load.desk().published_periods()[-1]
    later = now.last > then.last
    before, after = figures(then), figures(now) if later else {}
    lines = []
    for name in [name for name in talk.indicators if name in before]:
        facts = {
            "indicator": indicator(name),
            "before": before[name],
            "then": controls.period_text(then),
        }
        if name in after:
            more = {"after": after[name], "now": controls.period_text(now)}
            lines.append(t("plan.outcome", **facts, **more))
        else:
            lines.append(t("plan.outcome_open", **facts))
    st.markdown("  \n".join(lines))
    if lines and not later:
        st.caption(t("plan.later"))


def figures(period: Period) -> dict[str, str]:
    """The agent's own values of a published period, with what they rest on, as the sheet has
    them; nothing of a period that cannot be shown."""
    agent_id = session.identity().agent_id or ""
    try:
        about: Around = load.desk().around(Filters(period))
        shown = load.desk().shown_sheet(about, agent_id)
    except RequestRefused:
        return {}
    language = session.language()
    return {
        item["id"]: f"{value_text(item['value'], item['unit'], language)} ({sheets.fraction(item)})"
        for item in shown["indicators"]
        if item["value"] is not None
    }


with shell.page("plan", needs_data=False) as head:
    body(head)
