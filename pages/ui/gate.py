"""Who is reading: found out anew at every run, before anything is shown; nobody unknown gets past."""

from __future__ import annotations

import streamlit as st

from analytics.desk import Desk, Identity, identity_of
from analytics.errors import NotAllowed
from pages.ui import load, session
from pages.ui.i18n import t


def login_configured() -> bool:
    """Whether a login provider stands in the secrets; without one the app is for the one user of this machine."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def identify() -> Identity | None:
    """The reader's identity by our own table of accounts; None for whoever is not logged in or has no active account."""
    if not login_configured():
        return Identity()
    if not st.user.is_logged_in:
        return None
    email = st.user.get("email")
    try:
        return identity_of(load.home().state.accounts.of(str(email)) if email else None)
    except NotAllowed:
        return None


def enter() -> Desk | None:
    """The desk of whoever is reading; None where the login page has to stand instead."""
    identity = identify()
    if identity is None:
        session.leave()
        return None
    session.use_identity(identity)
    session.use_catalogue(load.home().catalogue())
    return load.desk()


def still_there() -> bool:
    """Whether the reader of this session's last run has an account now; callbacks ask, which Streamlit runs before the gate."""
    reader, before = identify(), session.get("identity")
    return reader is not None and before is not None and reader.who == before.who


def login_page() -> None:
    """What stands before a login, or before somebody without an account."""
    st.title(t("login.title"), anchor=False)
    if not st.user.is_logged_in:
        st.markdown(t("login.needed"))
        st.button(t("login.button"), type="primary", key="login", on_click=st.login)
        return
    st.warning(t("login.no_account", email=str(st.user.get("email") or "")))
    if not load.home().state.accounts.all():
        st.info(t("login.first_admin"))
    st.button(t("login.out"), key="logout", on_click=st.logout)


def whoami(desk: Desk) -> None:
    """Who reads, and the way out, in the sidebar."""
    with st.sidebar:
        if not login_configured():
            st.caption(t("login.local"))
            return
        st.caption(t(f"login.role_{desk.identity.role}", name=desk.identity.name))
        st.button(t("login.out"), key="logout", on_click=st.logout)
