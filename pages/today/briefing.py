"""This month · 本月: the briefing: what moved and what of it is sure, whom to talk with first, who
leads, what is left to do; the evidence below."""

from dataclasses import replace

import numpy as np
import streamlit as st

from analytics.charts.briefing import small_quadrant
from analytics.insight.briefing import Briefing, Person, Task
from analytics.insight.planning import planned
from analytics.insight.quadrant import place
from analytics.model import Period
from analytics.people import Talk
from analytics.reports import briefing as words
from analytics.reports.briefing_files import briefing_tables
from analytics.reports.tables import Column, Table, export_name, to_xlsx
from pages.today import evidence, glimpse, pieces
from pages.ui import controls, load, notices, panel, session, shell
from pages.ui.act import action
from pages.ui.figure import picture
from pages.ui.head import Head
from pages.ui.i18n import indicator, md, plain, t
from pages.ui.person import follow, link

# Where a task is worked on.
PLACES = {
    "objections": ("pages/people/objections.py", "objections.title"),
    "talks": ("pages/people/coaching.py", "coaching.title"),
    "sheets": ("pages/people/person.py", "sheet.title"),
    "windows": ("pages/today/month.py", "routine.title"),
    "ids": ("pages/data/history.py", "history.title"),
}


def first_look(told: Briefing) -> None:
    """The answer: one sentence, one paragraph, four cards."""
    language = session.language()
    st.html(pieces.told(words.paragraph(told, language)))
    st.html(pieces.cards(told, language, how_sure=session.how_sure()))


def people_first(told: Briefing) -> None:
    """Whom to talk with first: why, what to do, and a button."""
    if not told.people:
        st.subheader(t("briefing.people"), anchor=False)
        st.caption(t("briefing.nobody_first"))
        return
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="people_head",
    ):
        st.subheader(t("briefing.people"), anchor=False)
        plan_all(told)
    if (span := other_span(told)) is not None:
        st.caption(t("briefing.people_span", span=words.span_text(span, session.language())))
    for person in told.people:
        one_person(told, person)
    if load.desk().may("coach"):
        st.page_link(
            "pages/people/coaching.py",
            label=t("overview.to_coaching"),
            icon=":material/arrow_forward:",
        )


def other_span(told: Briefing) -> Period | None:
    """The months by which people were chosen, where they are not the page's."""
    return None if told.longer == told.views.now.measured.period else told.longer


def one_person(told: Briefing, person: Person) -> None:
    language = session.language()
    with st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        gap="small",
        key=f"first_person_{person.agent_id}",
    ):
        with st.container(gap=None):
            with st.container(
                horizontal=True,
                vertical_alignment="center",
                gap="small",
                key=f"first_name_{person.agent_id}",
            ):
                name = words.name_of(person, language)
                link(person.agent_id, name, span=other_span(told), width="content")
                about = [
                    *([person.team] if person.team else []),
                    f"{words.SIGNS[person.mark]} {words.mark_sentence(person.mark, language)}",
                ]
                st.caption(md(" · ".join(about)), width="content")
            st.html(pieces.person(words.why(person, language), words.to_do(person, language)))
        if load.desk().may("coach", person.agent_id):
            with st.container(width=204, horizontal_alignment="right"):
                controls.plan_talk(
                    told.views.longer,
                    person.agent_id,
                    reason(person),
                    person.weakest,
                    f"plan.{person.agent_id}",
                )


def reason(person: Person) -> str:
    """Why a talk is planned, as it is written down."""
    return words.why(person, session.language())


def plan_all(told: Briefing) -> None:
    """One act for all of them; its success takes the button's place, and can be undone."""
    desk = load.desk()
    without = [person for person in told.people if not person.talk]
    free = [person for person in without if desk.may("coach", person.agent_id)]
    done = session.get("briefing.planned") or ()
    if done:
        st.button(
            t("briefing.undo", count=len(done)),
            key="plan_undo",
            on_click=action(undo),
            type="tertiary",
        )
        return
    if len(free) < 2:
        return
    talks = [
        planned(person.agent_id, person.weakest, told.longer, reason(person)) for person in free
    ]
    st.button(
        t("briefing.plan_all", count=len(talks)),
        key="plan_all",
        type="primary",
        on_click=action(plan),
        args=(talks,),
    )


def plan(talks: list[Talk]) -> None:
    """Put all of them on the coaching list, or none."""
    with notices.refusals("briefing"):
        made = load.desk().save_talks(talks)
        session.put("briefing.planned", tuple(talk.id for talk in made))


def undo() -> None:
    """Take off the list whom the last act put on it, unless somebody went on with them."""
    ids = set(session.get("briefing.planned") or ())
    desk = load.desk()
    with notices.refusals("briefing"):
        talks = [talk for talk in desk.talks() if talk.id in ids]
        untouched = [talk for talk in talks if talk.state == "planned"]
        desk.save_talks([replace(talk, state="dropped") for talk in untouched])
    session.forget("briefing.planned")


def leaders(told: Briefing) -> None:
    """Role models, and who improves."""
    language = session.language()
    if told.leaders:
        st.subheader(t("briefing.leaders"), anchor=False)
        with st.container(gap=None, key="leaders"):
            for leader in told.leaders:
                name, line = (
                    words.name_of(leader, language),
                    words.leader_line(leader, told, language),
                )
                said = words.named(name, leader.team, line, language)
                link(leader.agent_id, f"{words.SIGNS[leader.mark]} {said}")


def improvers(told: Briefing) -> None:
    language = session.language()
    if not told.improvers:
        return
    st.subheader(t("briefing.improvers"), anchor=False)
    with st.container(gap=None, key="improvers"):
        for improver in told.improvers:
            name = words.name_of(improver, language)
            line = words.improver_line(improver, language)
            link(improver.agent_id, words.named(name, improver.team, line, language))
    st.page_link(
        "pages/picture/trends.py",
        label=t("overview.to_incentives"),
        icon=":material/arrow_forward:",
    )


def where_they_stand(told: Briefing) -> None:
    """A small quadrant with the trails of the people named."""
    now, before = told.views.longer, told.views.earlier
    named = [person.agent_id for person in (told.people or told.leaders)]
    placed = place(now)
    if not now.shown.any() or (placed.quadrant == "unplaced").all():
        return
    language = session.language()
    st.subheader(t("briefing.small"), anchor=False)
    st.caption(t("briefing.small_note", span=words.span_text(told.longer, language)))
    drawn = load.drawn(
        "briefing.small",
        now,
        lambda: picture(small_quadrant(now, before, named, indicator, plain)),
        tuple(named),
    )
    # Where nobody is named, the table beside the picture is of everybody in it.
    shown = [str(agent_id) for agent_id in now.people["agent_id"][now.shown]]
    twin = standing(told, named or shown)
    stand = zip(twin.frame["name"], twin.frame["quadrant"], strict=True)
    alt = plain("briefing.small_alt", told=[f"{name} {quadrant}" for name, quadrant in stand])
    follow(panel.chart("briefing.small", drawn, twin, alt=alt, people=True))
    st.page_link(
        "pages/picture/quadrant.py",
        label=t("quadrant_page.title"),
        icon=":material/arrow_forward:",
    )


def standing(told: Briefing, named: list[str]) -> Table:
    """The twin of the small quadrant: the people named, and both values."""
    now = told.views.longer
    placed = place(now)
    people = now.people["agent_id"].astype(str)
    rows = [int(np.flatnonzero(people == agent_id)[0]) for agent_id in named]
    columns = [Column(name, t(f"column.{name}")) for name in ("name", "team", "quadrant")]
    frame = now.people.iloc[rows][["name", "team", "agent_id"]].reset_index(drop=True)
    frame["quadrant"] = [plain(f"quadrant.{name}") for name in placed.quadrant[rows]]
    for name, values in ((placed.x, placed.x_value), (placed.y, placed.y_value)):
        catalogued = now.catalogue[name]
        frame[name] = [
            words.amount(float(value), catalogued, session.language()) for value in values[rows]
        ]
        columns.append(Column(name, indicator(name)))
    return Table(frame, columns)


def tasks(told: Briefing) -> None:
    """What is left to do, each with the way there."""
    st.subheader(t("briefing.tasks"), anchor=False)
    if not told.tasks:
        st.caption(t("briefing.no_tasks"))
    for task in told.tasks:
        one_task(task)


def one_task(task: Task) -> None:
    place_of, title = PLACES[task.kind]
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"task.{task.kind}"
    ):
        st.markdown(md(words.task_line(task, session.language())), width="content")
        st.page_link(place_of, label=t(title), icon=":material/arrow_forward:", width="content")


def downloads(told: Briefing) -> None:
    """One quiet menu: the page as PDF, its lists as a workbook."""
    language, desk = session.language(), load.desk()
    made_up, trial, stem = panel.sample_rows(), panel.on_trial(), words.heading(told, language)
    notes = [*made_up, *trial, *panel.its_days(stem)]
    name = panel.marked(stem, trial=bool(trial), sample=bool(made_up))
    span = panel.shown_period()
    version = desk.data_version()

    def pdf() -> bytes:
        from analytics.reports.briefing_pdf import to_pdf  # loads for half a second

        return to_pdf(told, language, notes)

    def workbook() -> bytes:
        return to_xlsx(briefing_tables(told, language), first=notes)

    with panel.menu("briefing"):
        for kind, make in (("pdf", pdf), ("xlsx", workbook)):
            leaving = panel.Leaving(export_name(name, version, kind), told.persons or None, span)
            panel.take(t(f"briefing.take_{kind}"), leaving, make, f"briefing.{kind}")


def compare() -> str:
    """With what the period is compared."""
    return str(
        st.segmented_control(
            t("overview.compare"),
            ["before", "year"],
            default="before",
            key="compare",
            required=True,
            format_func=lambda option: t(f"overview.compare_{option}"),
            label_visibility="collapsed",
            width="content",
        )
    )


def body(head: Head) -> None:
    """The page of whoever has figures."""
    refused = st.container(key="briefing_head")
    filters = controls.filter_bar()
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="briefing_tools",
    ):
        kind = compare()
        menu = st.container(width="content")
    told = load.briefing(filters, kind)
    marks = [
        *([plain("app.sample_badge")] if load.desk().has_sample() else []),
        *([plain("app.provisional")] if told.provisional else []),
    ]
    head.says(words.finding(told, session.language()), marks)
    with refused:
        notices.show_refusal("briefing")
    with menu:
        downloads(told)
    # The switch in the line of the data decides how the cards are drawn, and stands below them.
    answer, rest = st.container(), st.container()
    with rest:
        shell.line(told.views.now.measured, told.agents)
    with answer:
        first_look(told)
        columns(told)
    with rest:
        evidence.below(told.views.now)


def columns(told: Briefing) -> None:
    """What follows from it, beside where people stand; the purpose decides what comes first."""
    left, right = st.columns([0.6, 0.4], gap="medium")
    lift = told.purpose == "lift"
    with left:
        if not lift:
            leaders(told)
            improvers(told)
        people_first(told)
    with right:
        where_they_stand(told)
        if lift:
            leaders(told)
            improvers(told)
        tasks(told)


def start() -> None:
    """Nothing is loaded yet: what to bring, and what will be seen."""
    if not load.desk().may("data"):
        st.info(t("first.wait"))
        return
    shell.first_visit()
    glimpse.show()


with shell.page("briefing", needs_data=False) as head:
    if load.desk().months().empty:
        start()
    else:
        body(head)
