"""Accounts · 账号: who may log in, as what, and for whom; one by one, or from a CSV."""

import pandas as pd
import streamlit as st

from analytics.errors import RequestRefused
from analytics.intake.accounts import accounts_from
from analytics.language import explain
from analytics.people import ROLES, Account
from analytics.reports.tables import Column, Table
from pages.ui import gate, load, panel, session, shell
from pages.ui.act import action
from pages.ui.i18n import md, t

FIELDS = ("email", "role", "name", "agent_id", "teams", "branches", "active")


def parts(value: object) -> tuple[str, ...]:
    return tuple(
        part.strip()
        for part in str(value or "").replace("，", ",").replace("、", ",").split(",")
        if part.strip()
    )


def save(rows: pd.DataFrame) -> None:
    """Save the rows of the table; all or none."""
    made = [
        Account(
            str(row["email"] or ""),
            str(row["role"] or ""),
            str(row["name"] or ""),
            str(row["agent_id"] or ""),
            parts(row["teams"]),
            parts(row["branches"]),
            bool(row["active"]),
        )
        for row in rows.to_dict("records")
        if row["email"]
    ]
    write(made)


def write(made: list[Account]) -> None:
    try:
        load.desk().save_accounts(made)
    except RequestRefused as error:
        session.put("accounts_refused", explain(error, session.language()))
        return
    session.put("accounts_saved", len(made))


def end_logins(email: str) -> None:
    load.desk().end_logins(email)
    session.put("accounts_done", t("accounts.ended", email=email))


def unbind(email: str) -> None:
    load.desk().unbind(email)
    session.put("accounts_done", t("accounts.unbound_now", email=email))


def logins(emails: list[str]) -> None:
    """Whom an account is bound to, and the ways to end its logins and to free it for somebody
    else."""
    bound = load.desk().bindings()
    with st.expander(t("accounts.logins"), expanded=session.get("accounts_done") is not None):
        if done := session.get("accounts_done"):
            st.caption(md(done))
            session.forget("accounts_done")
        session.keep_valid("login_of", emails)
        email = st.selectbox(t("accounts.whose"), emails, key="login_of")
        if email in bound:
            st.markdown(
                t("accounts.bound", email=email, at=f"{bound[email].bound_at:%Y-%m-%d %H:%M}")
            )
        else:
            st.markdown(t("accounts.unbound", email=email))
        with st.container(horizontal=True, gap="small"):
            st.button(
                t("accounts.end_logins"),
                key="end_logins",
                on_click=action(end_logins),
                args=(email,),
            )
            if email in bound:
                st.button(
                    t("accounts.unbind"), key="unbind", on_click=action(unbind), args=(email,)
                )


with shell.page("accounts", needs_data=False):
    known = load.desk().accounts()
    if not gate.login_configured():
        st.info(t("accounts.no_login"))
    panel.refused("accounts_refused")
    if session.get("accounts_saved") is not None:
        st.caption(t("accounts.saved", count=session.get("accounts_saved")))
        session.forget("accounts_saved")
    frame = pd.DataFrame(
        [
            {
                "email": one.email,
                "role": one.role,
                "name": one.name,
                "agent_id": one.agent_id,
                "teams": ", ".join(one.teams),
                "branches": ", ".join(one.branches),
                "active": one.active,
            }
            for one in known
        ],
        columns=list(FIELDS),
    ).astype({"active": bool, **{name: object for name in FIELDS if name != "active"}})
    wide = {name: panel.name_width(frame, name) for name in ("email", "name", "teams", "branches")}
    edited = st.data_editor(
        frame,
        key=f"accounts_editor_{len(known)}_{sum(one.version for one in known)}",
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "email": st.column_config.TextColumn(
                t("accounts.email"), required=True, max_chars=200, width=wide["email"]
            ),
            "role": st.column_config.SelectboxColumn(
                t("accounts.role"),
                options=list(ROLES),
                format_func=lambda one: t(f"accounts.role_{one}"),
                required=True,
            ),
            "name": st.column_config.TextColumn(t("column.name"), width=wide["name"]),
            "agent_id": st.column_config.TextColumn(t("column.agent_id")),
            "teams": st.column_config.TextColumn(t("accounts.teams"), width=wide["teams"]),
            "branches": st.column_config.TextColumn(t("accounts.branches"), width=wide["branches"]),
            "active": st.column_config.CheckboxColumn(t("accounts.active"), default=True),
        },
    )
    st.button(
        t("accounts.save"),
        key="save_accounts",
        type="primary",
        on_click=action(save),
        args=(edited,),
    )
    st.caption(t("accounts.note"))
    if known:
        logins([one.email for one in known])
    upload = st.file_uploader(
        t("accounts.import"), type=["csv"], key="accounts_file", max_upload_size=5
    )
    if upload is not None:
        made = accounts_from(upload.getvalue(), upload.name)
        st.button(
            t("accounts.import_these", count=len(made)),
            key="import_accounts",
            on_click=action(write),
            args=(made,),
        )
    if len(frame):
        panel.downloads(
            "accounts",
            t("accounts.title"),
            Table(frame, [Column(name, name) for name in FIELDS]),
            persons=len(frame),
        )
    with st.expander(t("common.how")):
        st.markdown(t("accounts.how"))
