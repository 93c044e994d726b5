"""Objections · 异议: raised, replayed, answered; and what they say together."""

import datetime as dt

import pandas as pd
import streamlit as st

from analytics.desk import ATTACHMENT_KINDS, ATTACHMENT_MB, Desk
from analytics.errors import RequestRefused
from analytics.insight.objections import review_list, summary
from analytics.language import explain
from analytics.model import Period
from analytics.people import CORRECTABLE, OBJECTION_ABOUT, OBJECTION_KINDS, Attachment, Objection
from analytics.reports import sheets
from analytics.reports.tables import Column, Table, export_name
from analytics.reports.words import value_text
from analytics.text import short
from pages.ui import controls, load, panel, session, shell
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.i18n import indicator, md, t, together

CHOICES = {"outcome": ["renewed", "lost", "open"]}


def field_label(name: str) -> str:
    return t(f"objection.field_{name}")


def make(agent_id: str) -> None:
    """Hand in what the form says; a refusal leaves the form as it is."""
    about = session.get("objection_about")
    upload = session.get("objection_file")
    field = session.get("objection_field")
    proposal = {}
    if about == "record" and session.get("objection_kind") == "data_wrong" and field:
        proposal = {field: str(session.get(f"objection_value_{field}") or "")}
    made = Objection(
        agent_id,
        now.measured.period.first,
        now.measured.period.last,
        about,
        session.get("objection_kind"),
        str(session.get("objection_text") or ""),
        indicator=(session.get("objection_indicator") or "") if about == "indicator" else "",
        policy_id=str(session.get("objection_policy") or "").strip() if about == "record" else "",
        proposal=proposal,
    )
    try:
        done = load.desk().make_objection(
            made, Attachment(upload.name, upload.getvalue()) if upload else None
        )
    except RequestRefused as error:
        session.put("objection_refused", explain(error, session.language()))
        return
    session.put("objection_done", t("objection.made", id=done.id, due=f"{done.due_on:%Y-%m-%d}"))
    session.put("objection_text", "")


def answer(objection: Objection, state: str) -> None:
    try:
        load.desk().answer(objection, state, str(session.get(f"answer_{objection.id}") or ""))
    except RequestRefused as error:
        session.put("objection_refused", explain(error, session.language()))
        return
    said = t(f"objection.answered_{state}", id=objection.id)
    closed = load.desk().closed_around(objection)
    if closed and state != "rejected":
        months = "、".join(
            f"{one.first:%Y-%m}…{one.last:%Y-%m}" if one.first != one.last else f"{one.first:%Y-%m}"
            for one in closed
        )
        said = together(said, t("objection.closed_stay", months=months))
    session.put("objection_done", said)
    session.forget(f"replay_{objection.id}")


def undo(correction_id: int) -> None:
    """Take an accepted correction back: the figures are what they were; the objection and its
    answer stay."""
    try:
        load.desk().undo_corrections([correction_id])
    except RequestRefused as error:
        session.put("objection_refused", explain(error, session.language()))
        return
    session.put("objection_done", t("objection.undone"))


def told() -> None:
    panel.refused("objection_refused")
    if done := session.get("objection_done"):
        st.caption(md(done))
        session.forget("objection_done")


def form() -> None:
    """A new objection: whose, about what, why, and what should stand there instead."""
    people = now.people[now.in_scope]
    ids = [str(one) for one in people["agent_id"]]
    if not ids:
        st.info(t("common.nothing"))
        return
    names = dict(zip(people["agent_id"], people["name"], strict=True))
    asked = session.parameter("agent")
    if asked in ids and session.get("objection_asked") != asked:
        session.put("objection_asked", asked)
        session.put("objection_agent", asked)
    session.keep_valid("objection_agent", ids)
    with st.container(border=True, key="objection_form"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            agent_id = box(
                t("agent.choose"),
                ids,
                key="objection_agent",
                format_func=lambda one: f"{short(names[one])} · {one}",
                width=260,
            )
            about = box(
                t("objection.about"),
                OBJECTION_ABOUT,
                key="objection_about",
                format_func=lambda one: t(f"objection.about_{one}"),
                width=180,
            )
            kind = box(
                t("objection.kind"),
                OBJECTION_KINDS,
                key="objection_kind",
                format_func=lambda one: t(f"objection.kind_{one}"),
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
                            format_func=lambda one: t(f"data.means_{one}"),
                            width=180,
                        )
                    else:
                        st.text_input(
                            t("objection.proposed"),
                            key=f"objection_value_{name}",
                            placeholder="2026-04-30" if name == "renewed_on" else "",
                            width=180,
                        )
        st.text_area(t("objection.text"), key="objection_text", max_chars=4000, height=90)
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
            args=(agent_id,),
        )


def table_of(found: list[Objection], names: dict[str, str]) -> pd.DataFrame:
    today = dt.date.today()
    return pd.DataFrame(
        [
            {
                "id": one.id,
                "name": names.get(one.agent_id, one.agent_id),
                "agent_id": one.agent_id,
                "period": f"{one.first:%Y-%m}"
                if one.first == one.last
                else f"{one.first:%Y-%m}…{one.last:%Y-%m}",
                "about": t(f"objection.about_{one.about}")
                + (
                    f" · {indicator(one.indicator)}"
                    if one.indicator in now.catalogue.ids
                    else f" · {one.policy_id}"
                    if one.policy_id
                    else ""
                ),
                "kind": t(f"objection.kind_{one.kind}"),
                "state": t(f"objection.state_{one.state}")
                + (
                    f" · {t('talk.late')}"
                    if one.state == "open" and one.due_on and one.due_on < today
                    else ""
                ),
                "made_at": one.made_at,
                "due_on": one.due_on,
                "text": one.text,
                "answer": one.answer,
            }
            for one in found
        ]
    )


def taken(desk: Desk, one: Objection) -> bytes:
    """The attachment as it is stored when it is taken."""
    attached = desk.attachment(one)
    return b"" if attached is None else attached.data


def detail(one: Objection) -> None:
    """One objection whole: what it says, the replay, and the answer."""
    desk = load.desk()
    with st.container(border=True, key=f"objection.{one.id}"):
        st.markdown(
            t(
                "objection.head",
                id=one.id,
                kind=t(f"objection.kind_{one.kind}"),
                author=sheets.who(one.author, session.language()),
                at=f"{one.made_at:%Y-%m-%d %H:%M}",
            )
        )
        st.text(one.text)
        for name, value in one.proposal.items():
            shown = (
                t(f"data.means_{value}") if name == "outcome" else value or t("objection.nothing")
            )
            st.markdown(
                t("objection.proposes", policy=one.policy_id, field=field_label(name), value=shown)
            )
        if (attached := desk.attachment(one)) is not None:
            stem, _, suffix = attached.name.rpartition(".")
            span = str(Period(one.first, one.last))
            file = panel.Leaving(export_name(stem or "file", one.id or 0, suffix or "bin"), 1, span)
            panel.take(
                t("objection.take_attachment", name=attached.name),
                file,
                lambda: taken(desk, one),
                f"attachment.{one.id}",
            )
        if one.state != "open":
            st.markdown(
                t(
                    "objection.answer_of",
                    state=t(f"objection.state_{one.state}"),
                    who=sheets.who(one.answered_by, session.language()),
                    at=f"{one.answered_at:%Y-%m-%d %H:%M}",
                )
            )
            st.text(one.answer)
            written(one)
            return
        if not desk.may("answer", one.agent_id):
            st.caption(t("objection.waiting", due=f"{one.due_on:%Y-%m-%d}"))
            return
        if closed := desk.closed_around(one):
            st.caption(
                t(
                    "objection.closed_stay",
                    months="、".join(f"{each.first:%Y-%m}" for each in closed),
                )
            )
        if one.kind == "data_wrong" and one.about == "record" and one.proposal:
            if st.button(
                t("objection.replay"), key=f"replay.{one.id}", help=t("objection.replay_help")
            ):
                session.put(f"replay_{one.id}", desk.replay(one))
            if (found := session.get(f"replay_{one.id}")) is not None:
                replayed(one, found)
        st.text_area(t("objection.answer"), key=f"answer_{one.id}", max_chars=4000, height=80)
        with st.container(horizontal=True, gap="small"):
            for state in ("accepted", "partly", "rejected"):
                st.button(
                    t(f"objection.do_{state}"),
                    key=f"{state}.{one.id}",
                    on_click=action(answer),
                    args=(one, state),
                    type="primary" if state == "accepted" else "secondary",
                )


def written(one: Objection) -> None:
    """The corrections that an accepted objection wrote, and taking them back."""
    desk = load.desk()
    if not desk.may("answer", one.agent_id):
        return
    for each in (each for each in desk.corrections() if each.objection == one.id):
        fields = "、".join(
            f"{field_label(name)} {value or t('objection.nothing')}"
            for name, value in each.values.items()
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                t("objection.correction", policy=each.policy_id, fields=fields), width="content"
            )
            if each.undone:
                st.caption(t("objection.correction_undone"), width="content")
            else:
                st.button(
                    t("objection.undo"),
                    key=f"undo.{each.id}",
                    on_click=action(undo),
                    args=(each.id,),
                )


def replayed(one: Objection, found) -> None:
    """The sheet before and after, and everybody whose place would move."""
    known = now.catalogue
    own = found.own
    changed = own[~((own["before"] == own["after"]) | (own["before"].isna() & own["after"].isna()))]
    shown = pd.DataFrame(
        [
            {
                "what": indicator(row.what) if row.what in known.ids else t(f"column.{row.what}"),
                "before": value_text(row.before, known[row.what].unit, session.language())
                if row.what in known.ids
                else f"{row.before:g}",
                "after": value_text(row.after, known[row.what].unit, session.language())
                if row.what in known.ids
                else f"{row.after:g}",
            }
            for row in changed.itertuples()
        ]
    )
    if shown.empty:
        st.info(t("objection.no_effect"))
    else:
        panel.show(
            f"replay_own.{one.id}",
            Table(
                shown,
                [
                    Column("what", t("column.indicator")),
                    Column("before", t("common.before")),
                    Column("after", t("common.after")),
                ],
            ),
        )
    moved = found.moved
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
        panel.show(
            f"replay_moved.{one.id}", Table(table, columns), height=panel.fit(len(table), 300)
        )


def listing() -> None:
    found = list(reversed(load.desk().objections()))
    if not found:
        st.info(t("objection.none"))
        return
    people = now.people[now.in_scope]
    names = dict(zip(people["agent_id"], people["name"], strict=True))
    table = table_of(found, names)
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
    panel.downloads("objections", t("objections.title"), Table(table, columns))
    rows = event.selection.rows
    detail(
        found[rows[0]]
        if rows and rows[0] < len(found)
        else next((one for one in found if one.state == "open"), found[0])
    )


def dashboard() -> None:
    """By kind, indicator, team and outcome, and how long answers took."""
    found = load.desk().objections()
    if not found:
        st.info(t("objection.none"))
        return
    people = now.people[now.in_scope]
    teams = dict(zip(people["agent_id"], people["team"], strict=True))
    with st.container(horizontal=True, gap="small"):
        waiting = [one for one in found if one.state == "open"]
        answered = [one for one in found if one.answered_at and one.made_at]
        days = sorted(
            (one.answered_at - one.made_at).total_seconds() / 86_400
            for one in answered
            if one.answered_at and one.made_at
        )
        st.metric(t("objection.count"), len(found), border=True)
        st.metric(t("objection.open_count"), len(waiting), border=True)
        st.metric(
            t("objection.granted"),
            f"{sum(one.state in ('accepted', 'partly') for one in answered)} / {len(answered)}",
            border=True,
        )
        st.metric(
            t("objection.days"),
            f"{days[len(days) // 2]:.1f}" if days else "—",
            border=True,
            help=t("objection.days_help"),
        )
    frame = summary(found, teams)
    for by in ("kind", "indicator", "team"):
        part = frame[frame["by"] == by]
        if len(part):
            labels = {
                "kind": lambda one: t(f"objection.kind_{one}"),
                "indicator": lambda one: indicator(one) if one in now.catalogue.ids else one or "—",
                "team": lambda one: one or t("common.no_team"),
            }[by]
            table = part.assign(value=[labels(one) for one in part["value"]])
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
    review = review_list(found)
    if review:
        st.warning(
            t(
                "objection.review",
                indicators="、".join(indicator(one) for one in review if one in now.catalogue.ids),
            )
        )


with shell.page("objections", official=True):
    now = load.evaluation(controls.filter_bar(theirs=True))
    shell.line(now.measured, int(now.shown.sum()))
    parts = ["list", "new", *(["sum"] if load.desk().may("answer") else [])]
    if session.parameter("agent") and session.get("objection_part") is None:
        session.put("objection_part", "new")
    part = st.segmented_control(
        t("objections.title"),
        parts,
        default="list",
        key="objection_part",
        required=True,
        format_func=lambda one: t(f"objection.part_{one}"),
        label_visibility="collapsed",
    )
    told()
    {"list": listing, "new": form, "sum": dashboard}[part]()
    with st.expander(t("common.how")):
        st.markdown(t("objection.how"))
