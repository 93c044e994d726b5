"""Accounts · 账号: who may log in, as what, and for whom; one by one, or from a CSV."""

import pandas as pd
import streamlit as st

from analytics.intake.accounts import accounts_from
from analytics.people import ROLES, Account
from analytics.reports.tables import Column, Table
from analytics.text import short
from pages.ui import gate, load, notices, panel, session, shell
from pages.ui.act import action
from pages.ui.head import Head
from pages.ui.i18n import plain, t

NAMED = 3  # accounts that the finding calls by name
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
    with notices.refusals("accounts"):
        load.desk().save_accounts(made)
        notices.done("accounts", t("accounts.saved", count=len(made)))


def end_logins(email: str) -> None:
    load.desk().end_logins(email)
    notices.done("logins", t("accounts.ended", email=email))


def unbind(email: str) -> None:
    load.desk().unbind(email)
    notices.done("logins", t("accounts.unbound_now", email=email))


def logins(emails: list[str]) -> None:
    """Whom an account is bound to, and the ways to end its logins and to free it for somebody
    else."""
    bound = load.desk().bindings()
    with st.expander(t("accounts.logins"), expanded=notices.waits("logins")):
        notices.show_done("logins", quiet=True)
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


def finding(accounts: list[Account]) -> str:
    """How many may enter, and who of them never has."""
    enter = [account.email for account in accounts if account.active]
    if not gate.login_configured():
        key = "accounts.found_no_login" if enter else "accounts.found_nobody"
        return plain(key, count=len(enter))
    bound = load.desk().bindings()
    waiting = [email for email in enter if email not in bound]
    facts = {"count": len(enter), "waiting": len(waiting)}
    if not waiting:
        return plain("accounts.found_all", **facts)
    named = [short(email) for email in waiting[:NAMED]]
    key = "accounts.found_waiting" if len(waiting) <= NAMED else "accounts.found_many_wait"
    return plain(key, **facts, emails=named)


def body(head: Head) -> None:
    """The table of accounts, their logins, and a file of many."""
    accounts = load.desk().accounts()
    head.says(finding(accounts))
    if not gate.login_configured():
        st.caption(t("accounts.no_login"))
    notices.show_refusal("accounts")
    frame = pd.DataFrame(
        [
            {
                "email": account.email,
                "role": account.role,
                "name": account.name,
                "agent_id": account.agent_id,
                "teams": ", ".join(account.teams),
                "branches": ", ".join(account.branches),
                "active": account.active,
            }
            for account in accounts
        ],
        columns=list(FIELDS),
    ).astype({"active": bool, **{name: object for name in FIELDS if name != "active"}})
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.caption(t("accounts.note"), width="stretch")
        if len(frame):
            panel.downloads(
                "accounts",
                t("accounts.title"),
                Table(frame, [Column(name, name) for name in FIELDS]),
                persons=len(frame),
                figures=False,
            )
    wide = {name: panel.name_width(frame, name) for name in ("email", "name", "teams", "branches")}
    edited = st.data_editor(
        frame,
        key=f"accounts_editor_{len(accounts)}_{sum(account.version for account in accounts)}",
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
                format_func=lambda role: t(f"accounts.role_{role}"),
                required=True,
            ),
            "name": st.column_config.TextColumn(t("column.name"), width=wide["name"]),
            "agent_id": st.column_config.TextColumn(t("column.agent_id")),
            "teams": st.column_config.TextColumn(t("accounts.teams"), width=wide["teams"]),
            "branches": st.column_config.TextColumn(t("accounts.branches"), width=wide["branches"]),
            "active": st.column_config.CheckboxColumn(t("accounts.active"), default=True),
        },
    )
    if not notices.show_done("accounts"):
        st.button(
            t("accounts.save"),
            key="save_accounts",
            type="primary",
            on_click=action(save),
            args=(edited,),
        )
    if accounts:
        logins([account.email for account in accounts])
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
    with st.expander(t("common.how")):
        st.markdown(t("accounts.how"))


with shell.page("accounts", needs_data=False) as head:
    body(head)
