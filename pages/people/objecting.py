"""Raising an objection, the list of some, and one of them whole with its replay and answer."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.catalogue import Catalogue
from analytics.desk import ATTACHMENT_KINDS, ATTACHMENT_MB, Desk
from analytics.evaluation import Evaluation
from analytics.insight.replay import Replay
from analytics.intake.fields import OUTCOMES
from analytics.model import Period
from analytics.people import (
    CORRECTABLE,
    LONGEST_TEXT,
    OBJECTION_ABOUT,
    OBJECTION_KINDS,
    Attachment,
    Objection,
)
from analytics.reports import sheets
from analytics.reports.tables import Column, Table, export_name
from analytics.reports.words import value_text
from pages.ui import load, notices, panel, person, session
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.i18n import indicator, t, together

CHOICES = {"outcome": OUTCOMES}


def field_label(name: str) -> str:
    return t(f"objection.field_{name}")


def make(period: Period, agent_id: str) -> None:
    """Hand in what the form says; a refusal leaves the form as it is."""
    about = session.get("objection_about")
    upload = session.get("objection_file")
    field = session.get("objection_field")
    proposal = {}
    if about == "record" and session.get("objection_kind") == "data_wrong" and field:
        proposal = {field: str(session.get(f"objection_value_{field}") or "")}
    wanted = Objection(
        agent_id,
        period.first,
        period.last,
        about,
        session.get("objection_kind"),
        str(session.get("objection_text") or ""),
        indicator=(session.get("objection_indicator") or "") if about == "indicator" else "",
        policy_id=str(session.get("objection_policy") or "").strip() if about == "record" else "",
        proposal=proposal,
    )
    attached = Attachment(upload.name, upload.getvalue()) if upload else None
    with notices.refusals("objection"):
        made = load.desk().make_objection(wanted, attached)
        notices.done("objection", t("objection.made", id=made.id, due=f"{made.due_on:%Y-%m-%d}"))
        session.put("objection_text", "")


def months_of(first: dt.date, last: dt.date) -> str:
    """A run of months in as few words as it takes."""
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m}…{last:%Y-%m}"


def answer(objection: Objection, state: str) -> None:
    with notices.refusals("objection"):
        load.desk().answer(objection, state, str(session.get(f"answer_{objection.id}") or ""))
        said = t(f"objection.answered_{state}", id=objection.id)
        closed = load.desk().closed_around(objection)
        if closed and state != "rejected":
            months = "、".join(months_of(period.first, period.last) for period in closed)
            said = together(said, t("objection.closed_stay", months=months))
        notices.done("objection", said)
        session.forget(f"replay_{objection.id}")


def undo(correction_id: int) -> None:
    """Take an accepted correction back: the figures are what they were; the objection and its
    answer stay."""
    with notices.refusals("objection"):
        load.desk().undo_corrections([correction_id])
        notices.done("objection", t("objection.undone"))


def told() -> None:
    notices.show_refusal("objection")
    notices.show_done("objection", quiet=True)


def form(now: Evaluation, agent_id: str) -> None:
    """A new objection: about what, why, and what should stand there instead."""
    with st.container(border=True, key="objection_form"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            about = box(
                t("objection.about"),
                OBJECTION_ABOUT,
                key="objection_about",
                format_func=lambda option: t(f"objection.about_{option}"),
                width=180,
            )
            kind = box(
                t("objection.kind"),
                OBJECTION_KINDS,
                key="objection_kind",
                format_func=lambda option: t(f"objection.kind_{option}"),
                width=220,
            )
        if about == "indicator":
            box(
                t("column.indicator"),
                now.catalogue.ids,
                key="objection_indicator",
                format_func=indicator,
                width=260,
            )
        if about == "record":
            with st.container(horizontal=True, vertical_alignment="bottom"):
                own = load.desk().policies_of(agent_id, now.measured.period)
                st.selectbox(
                    t("objection.policy"),
                    own["policy_id"].tolist(),
                    key="objection_policy",
                    index=None,
                    placeholder=t("objection.policy_choose"),
                    accept_new_options=True,
                    width=260,
                )
                if kind == "data_wrong":
                    name = box(
                        t("objection.field"),
                        CORRECTABLE,
                        key="objection_field",
                        format_func=field_label,
                        width=180,
                    )
                    if name in CHOICES:
                        box(
                            t("objection.proposed"),
                            CHOICES[name],
                            key=f"objection_value_{name}",
                            format_func=lambda option: t(f"data.means_{option}"),
                            width=180,
                        )
                    else:
                        st.text_input(
                            t("objection.proposed"),
                            key=f"objection_value_{name}",
                            placeholder="2026-04-30" if name == "renewed_on" else "",
                            width=180,
                        )
        st.text_area(t("objection.text"), key="objection_text", max_chars=LONGEST_TEXT, height=90)
        st.file_uploader(
            t("objection.attachment", limit=ATTACHMENT_MB),
            list(ATTACHMENT_KINDS),
            key="objection_file",
            max_upload_size=ATTACHMENT_MB,
        )
        st.button(
            t("objection.make"),
            key="make_objection",
            type="primary",
            on_click=action(make),
            args=(now.measured.period, agent_id),
        )


def about_of(objection: Objection, catalogue: Catalogue) -> str:
    """What an objection is about: the sheet, an indicator or a policy."""
    about = t(f"objection.about_{objection.about}")
    if objection.indicator in catalogue.ids:
        return f"{about} · {indicator(objection.indicator)}"
    return f"{about} · {objection.policy_id}" if objection.policy_id else about


def state_of(objection: Objection, today: dt.date) -> str:
    """How far it has come, and whether its answer is late."""
    state = t(f"objection.state_{objection.state}")
    late = objection.state == "open" and objection.due_on and objection.due_on < today
    return f"{state} · {t('talk.late')}" if late else state


def table_of(
    objections: Sequence[Objection], names: dict[str, str], catalogue: Catalogue
) -> pd.DataFrame:
    today = dt.date.today()
    return pd.DataFrame(
        [
            {
                "id": objection.id,
                "name": names.get(objection.agent_id, objection.agent_id),
                "agent_id": objection.agent_id,
                "period": months_of(objection.first, objection.last),
                "about": about_of(objection, catalogue),
                "kind": t(f"objection.kind_{objection.kind}"),
                "state": state_of(objection, today),
                "made_at": objection.made_at,
                "due_on": objection.due_on,
                "text": objection.text,
                "answer": objection.answer,
            }
            for objection in objections
        ]
    )


def taken(desk: Desk, objection: Objection) -> bytes:
    """The attachment as it is stored when it is taken."""
    attached = desk.attachment(objection)
    return b"" if attached is None else attached.data


def whose(now: Evaluation, objection: Objection) -> None:
    """The way to the person, on every page but their own."""
    if session.get("page.name") == "person":
        return
    people = now.people[now.in_scope]
    names = dict(zip(people["agent_id"], people["name"], strict=True))
    label = t("common.open_agent", name=names.get(objection.agent_id, objection.agent_id))
    person.link(objection.agent_id, label, "objections", icon=":material/person:")


def detail(now: Evaluation, objection: Objection) -> None:
    """One objection whole: what it says, the replay, and the answer."""
    desk = load.desk()
    with st.container(border=True, key=f"objection.{objection.id}"):
        st.markdown(
            t(
                "objection.head",
                id=objection.id,
                kind=t(f"objection.kind_{objection.kind}"),
                author=sheets.who(objection.author, session.language()),
                at=f"{objection.made_at:%Y-%m-%d %H:%M}",
            )
        )
        whose(now, objection)
        st.text(objection.text)
        for name, value in objection.proposal.items():
            shown = (
                t(f"data.means_{value}") if name == "outcome" else value or t("objection.nothing")
            )
            st.markdown(
                t(
                    "objection.proposes",
                    policy=objection.policy_id,
                    field=field_label(name),
                    value=shown,
                )
            )
        if (attached := desk.attachment(objection)) is not None:
            stem, _, suffix = attached.name.rpartition(".")
            span = str(Period(objection.first, objection.last))
            file = panel.Leaving(
                export_name(stem or "file", objection.id or 0, suffix or "bin"), 1, span
            )
            panel.take(
                t("objection.take_attachment", name=attached.name),
                file,
                lambda: taken(desk, objection),
                f"attachment.{objection.id}",
            )
        if objection.state != "open":
            st.markdown(
                t(
                    "objection.answer_of",
                    state=t(f"objection.state_{objection.state}"),
                    who=sheets.who(objection.answered_by, session.language()),
                    at=f"{objection.answered_at:%Y-%m-%d %H:%M}",
                )
            )
            st.text(objection.answer)
            written(objection)
            return
        if not desk.may("answer", objection.agent_id):
            st.caption(t("objection.waiting", due=f"{objection.due_on:%Y-%m-%d}"))
            return
        if closed := desk.closed_around(objection):
            st.caption(
                t(
                    "objection.closed_stay",
                    months="、".join(f"{period.first:%Y-%m}" for period in closed),
                )
            )
        if objection.kind == "data_wrong" and objection.about == "record" and objection.proposal:
            if st.button(
                t("objection.replay"), key=f"replay.{objection.id}", help=t("objection.replay_help")
            ):
                session.put(f"replay_{objection.id}", desk.replay(objection))
            if (tried := session.get(f"replay_{objection.id}")) is not None:
                replayed(now, objection, tried)
        st.text_area(
            t("objection.answer"), key=f"answer_{objection.id}", max_chars=LONGEST_TEXT, height=80
        )
        with st.container(horizontal=True, gap="small"):
            for state in ("accepted", "partly", "rejected"):
                st.button(
                    t(f"objection.do_{state}"),
                    key=f"{state}.{objection.id}",
                    on_click=action(answer),
                    args=(objection, state),
                )


def written(objection: Objection) -> None:
    """The corrections that an accepted objection wrote, and taking them back."""
    desk = load.desk()
    if not desk.may("answer", objection.agent_id):
        return
    for correction in desk.corrections():
        if correction.objection != objection.id:
            continue
        fields = "、".join(
            f"{field_label(name)} {value or t('objection.nothing')}"
            for name, value in correction.values.items()
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                t("objection.correction", policy=correction.policy_id, fields=fields),
                width="content",
            )
            if correction.undone:
                st.caption(t("objection.correction_undone"), width="content")
            else:
                st.button(
                    t("objection.undo"),
                    key=f"undo.{correction.id}",
                    on_click=action(undo),
                    args=(correction.id,),
                )


def replayed(now: Evaluation, objection: Objection, tried: Replay) -> None:
    """The sheet before and after, and everybody whose place would move."""
    catalogue = now.catalogue
    own = tried.own
    changed = own[~((own["before"] == own["after"]) | (own["before"].isna() & own["after"].isna()))]
    language = session.language()

    def said(what: str, value: float) -> str:
        return (
            value_text(value, catalogue[what].unit, language)
            if what in catalogue.ids
            else f"{value:g}"
        )

    shown = pd.DataFrame(
        [
            {
                "what": indicator(row.what)
                if row.what in catalogue.ids
                else t(f"column.{row.what}"),
                "before": said(row.what, row.before),
                "after": said(row.what, row.after),
            }
            for row in changed.itertuples()
        ]
    )
    if shown.empty:
        st.info(t("objection.no_effect"))
    else:
        panel.show(
            f"replay_own.{objection.id}",
            Table(
                shown,
                [
                    Column("what", t("column.indicator")),
                    Column("before", t("common.before")),
                    Column("after", t("common.after")),
                ],
            ),
        )
    moved = tried.moved
    st.markdown(t("objection.moved", count=len(moved)))
    if len(moved):
        table = moved.assign(
            **{
                f"quadrant_{side}": [
                    t(f"quadrant.{name}") if isinstance(name, str) else "—"
                    for name in moved[f"quadrant_{side}"]
                ]
                for side in ("before", "after")
            }
        )
        columns = [Column("agent_id", t("column.agent_id")), Column("name", t("column.name"))]
        for name, look in (
            ("rank", "count"),
            ("score", "score"),
            ("grade", "text"),
            ("quadrant", "text"),
        ):
            columns += [
                Column(f"{name}_{side}", f"{t(f'column.{name}')} · {t(f'common.{side}')}", look)
                for side in ("before", "after")
            ]
        person.rows(
            f"replay_moved.{objection.id}", Table(table, columns), height=panel.fit(len(table), 300)
        )


def listing(now: Evaluation, objections: Sequence[Objection], stem: str) -> None:
    """Objections, the latest first, and the one that is chosen whole."""
    if not objections:
        st.info(t("objection.none"))
        return
    people = now.people[now.in_scope]
    names = dict(zip(people["agent_id"], people["name"], strict=True))
    table = table_of(objections, names, now.catalogue)
    columns = [
        Column("id", t("objection.number"), "count"),
        Column("name", t("column.name")),
        *(Column(name, t(f"objection.{name}")) for name in ("about", "kind", "state")),
        Column("due_on", t("objection.due_on"), "date"),
        Column("period", t("filter.period")),
        Column("text", t("objection.text")),
        Column("answer", t("objection.answer")),
        Column("agent_id", t("column.agent_id")),
    ]
    event = panel.show(
        "objections",
        Table(table, columns),
        on_select="rerun",
        selection_mode="single-row",
        height=panel.fit(len(table), 360),
    )
    panel.downloads("objections", stem, Table(table, columns))
    rows = event.selection.rows
    waiting = (objection for objection in objections if objection.state == "open")
    if rows and rows[0] < len(objections):
        detail(now, objections[rows[0]])
    else:
        detail(now, next(waiting, objections[0]))
