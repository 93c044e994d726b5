"""Month routine · 月度流程: from the files to the agents, what is done and what is left;
publishing."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.desk.month import Step
from analytics.model import Period
from analytics.reports.routine import routine_lines
from analytics.reports.tables import Column, Table
from pages.ui import controls, load, notices, panel, session, shell
from pages.ui.act import action
from pages.ui.head import Head
from pages.ui.i18n import md, plain, t

# Where each line of the routine is worked on, and the action that its page asks for.
PLACES = {
    "files": ("pages/data/upload.py", "data.title", "data"),
    "windows": ("pages/people/person.py", "sheet.title", "see"),
    "targets": ("pages/data/upload.py", "data.title", "data"),
    "identities": ("pages/data/history.py", "history.title", "data"),
    "objections": ("pages/people/objections.py", "objections.title", "object"),
    "comments": ("pages/people/person.py", "sheet.title", "see"),
    "closed": ("pages/people/person.py", "sheet.title", "see"),
    "read": ("pages/people/person.py", "sheet.title", "see"),
}
MARKS = {"done": ":material/check_circle:", "open": ":material/radio_button_unchecked:"}


def publish(period: Period) -> None:
    """Let the agents see the period; a refusal is told and changes nothing."""
    with notices.refusals("month"):
        load.desk().publish(period)
        session.put("month_why", "")
        notices.done("month", t("month.published_now", period=controls.period_text(period)))


def take_back(period: Period) -> None:
    """No longer let them, for the reason that was typed."""
    with notices.refusals("month"):
        load.desk().take_back(period, str(session.get("month_why") or ""))
        session.put("month_why", "")


def publishing(period: Period) -> None:
    """Letting the agents see the period, or no longer."""
    desk = load.desk()
    if not desk.may("publish"):
        return
    notices.show_done("month")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if desk.published(period):
            st.text_input(t("month.why"), key="month_why", max_chars=500, width=360)
            st.button(
                t("month.take_back"),
                key="take_back",
                on_click=action(take_back),
                args=(period,),
            )
        else:
            st.button(
                t("month.publish", period=controls.period_text(period)),
                key="publish",
                type="primary",
                on_click=action(publish),
                args=(period,),
            )


def finding(period: Period, steps: Sequence[Step], lines: Sequence[str]) -> str:
    """How many of the steps are done, and what is next."""
    facts = {
        "period": controls.period_text(period),
        "all": len(steps),
        "done": sum(step.state == "done" for step in steps),
    }
    for step, line in zip(steps, lines, strict=True):
        if step.state == "open":
            next_step = plain(f"month.step_{step.id}")
            return plain("month.found", **facts, step=next_step, line=line)
    return plain("month.found_done", **facts)


def shown(step: Step, line: str) -> None:
    """One step: whether it is done, what it says, and where it is worked on."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"step.{step.id}"):
        st.markdown(
            f"{MARKS[step.state]} **{t(f'month.step_{step.id}')}** · {md(line)}", width="stretch"
        )
        place = PLACES.get(step.id)
        if place and step.state == "open" and load.desk().may(place[2]):
            st.page_link(
                place[0], label=t(place[1]), icon=":material/arrow_forward:", width="content"
            )


def body(head: Head) -> None:
    """Every line of the routine, and letting the agents see the period."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"
    ):
        period = controls.period_choice()
        menu = st.container(width="content")
    steps = load.desk().routine(period)
    lines = routine_lines(steps, session.language())
    head.says(finding(period, steps, lines))
    notices.show_refusal("month")
    with st.container(border=True, key="steps", gap="small"):
        for step, line in zip(steps, lines, strict=True):
            shown(step, line)
    publishing(period)
    table = pd.DataFrame(
        {
            "step": [t(f"month.step_{step.id}") for step in steps],
            "state": [t(f"month.state_{step.state}") for step in steps],
            "line": lines,
        }
    )
    columns = [Column(name, t(f"month.col_{name}")) for name in table.columns]
    export = plain("month.export", period=controls.period_text(period))
    with menu:
        panel.downloads("routine", export, Table(table, columns))
    with st.expander(t("common.how")):
        st.markdown(t("month.how"))


with shell.page("routine", official=True) as head:
    body(head)
