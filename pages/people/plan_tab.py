"""One person's plan: what is agreed and until when, and the talks that were held before."""

import datetime as dt

import streamlit as st

from analytics.catalogue import Catalogue
from analytics.insight.planning import OF_A_TALK, changed
from analytics.people import LONGEST_PLAN, TALK_STATES, Talk
from analytics.reports import sheets
from pages.people import talks_held
from pages.people.chosen import Chosen
from pages.ui import controls, load, notices, panel, session
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.i18n import labels, md, plain, t

TEXTS = ("action", "agreed", "comment")
DAYS = ("talk_on", "follow_up_on")


def key_of(talk: Talk, name: str) -> str:
    return f"talk.{talk.id}.{talk.version}.{name}"


def save(talk: Talk) -> None:
    """Write what the form of a talk says, over the version that was read."""
    cells = {name: session.get(key_of(talk, name), getattr(talk, name)) for name in OF_A_TALK}
    with notices.refusals("plan"):
        load.desk().save_talk(changed(talk, cells))
        notices.done("plan", t("person.saved"))


def facts(talk: Talk, catalogue: Catalogue) -> str:
    """What a talk is about and who wrote it down."""
    aims = [catalogue[name] for name in talk.indicators if name in catalogue.ids]
    told = {
        "talk.reason": talk.reason,
        "talk.aims": labels(aims),
        "talk.author": sheets.who(talk.author, session.language()),
    }
    return " · ".join(f"{t(key)} {md(words)}" for key, words in told.items() if words)


def form(chosen: Chosen, talk: Talk) -> None:
    """An open talk, to be changed."""
    with st.container(border=True, key=f"plan.{talk.id}"):
        late = f" · **{t('talk.late')}**" if talk.overdue(dt.date.today()) else ""
        st.caption(facts(talk, chosen.now.catalogue) + late)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            session.default(key_of(talk, "state"), talk.state)
            box(
                t("talk.state"),
                TALK_STATES,
                key=key_of(talk, "state"),
                format_func=lambda state: t(f"talk.state_{state}"),
                width=140,
            )
            for name in DAYS:
                session.default(key_of(talk, name), getattr(talk, name))
                st.date_input(
                    t(f"talk.{name}"),
                    None,
                    key=key_of(talk, name),
                    format="YYYY-MM-DD",
                    width=150,
                )
            session.default(key_of(talk, "owner"), talk.owner)
            st.text_input(
                t("talk.owner"), key=key_of(talk, "owner"), max_chars=LONGEST_PLAN, width=160
            )
        for place, name in zip(st.columns(len(TEXTS), gap="small"), TEXTS, strict=True):
            session.default(key_of(talk, name), getattr(talk, name))
            place.text_area(
                t(f"talk.{name}"), key=key_of(talk, name), max_chars=LONGEST_PLAN, height=90
            )
        st.button(
            t("sheet.save"),
            key=f"save_talk.{talk.id}",
            type="primary",
            on_click=action(save),
            args=(talk,),
        )


def held(chosen: Chosen, talks: list[Talk]) -> None:
    """The talks so far, and the indicators they aimed at before and now."""
    st.subheader(t("person.talks"), anchor=False)
    table = talks_held.table_of(chosen.now, talks)
    panel.show("talks_of", table, height=panel.fit(len(table.frame), 420))
    st.caption(t("talk.no_claim"))
    stem = plain(
        "person.talks_export", agent=chosen.agent_id, period=controls.period_text(chosen.period)
    )
    panel.downloads("talks_of", stem, table, persons=1)


def body(chosen: Chosen) -> None:
    """What is open, to be changed, and everything so far."""
    talks = load.desk().talks(chosen.agent_id)[::-1]
    notices.show_refusal("plan")
    notices.show_done("plan", quiet=True)
    if not talks:
        st.info(t("person.no_plan"))
        return
    for talk in talks:
        if talk.is_open:
            form(chosen, talk)
    held(chosen, talks)
