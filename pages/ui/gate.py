"""Who is reading: found out anew at every run, before anything is shown; nobody unknown gets
past."""

from __future__ import annotations

import streamlit as st

from analytics.desk import Desk, Identity
from analytics.desk.entrance import admit, leave, nobody_yet
from analytics.errors import NotAllowed
from analytics.language import explain
from analytics.people import Login
from analytics.text import short
from pages.ui import load, login, session
from pages.ui.i18n import md, plain, t

SHORT = 12  # Latin letters of a name that the bar has room for


def login_configured() -> bool:
    """Whether a login provider stands in the secrets; without one the app is for the one user of
    this machine."""
    return login.configured()


def admitted(visitor: Login) -> Identity:
    """The identity that a login gives now; refused in words. Cheap: what the store says is kept
    until it changes."""
    return admit(load.home(), visitor, trusting=login.trusting())


def visitor() -> Login | None:
    """The login of this session's browser; None before one."""
    if not st.user.is_logged_in:
        return None
    return login.from_cookies(st.context.cookies) or login.from_claims(st.user.to_dict())


def identify() -> Identity | None:
    """The reader's identity by our own table of accounts; None for whoever is not logged in or not
    let in."""
    if not login_configured():
        return Identity()
    login = visitor()
    if login is None:
        return None
    try:
        return admitted(login)
    except NotAllowed as error:
        session.put("not_admitted", error)
        return None


def enter() -> Desk | None:
    """The desk of whoever is reading; None where the login page has to stand instead."""
    identity = identify()
    if identity is None:
        refused = session.get("not_admitted")
        session.leave()
        if refused is not None:
            session.put("not_admitted", refused)
        return None
    session.forget("not_admitted")
    session.use_identity(identity)
    session.use_catalogue(load.desk().catalogue())
    return load.desk()


def still_there() -> bool:
    """Whether the reader of this session's last run has an account now; callbacks ask, which
    Streamlit runs before the gate."""
    reader, before = identify(), session.get("identity")
    return reader is not None and before is not None and reader.who == before.who


def login_page() -> None:
    """What stands before a login, before somebody without an account, and where a login came to its
    end."""
    st.title(t("login.title"), anchor=False)
    refused = session.get("not_admitted")
    if not st.user.is_logged_in or refused is None:
        st.markdown(t("login.needed"))
        st.button(t("login.button"), type="primary", key="login", on_click=st.login)
        return
    if refused.key == "account_unknown":
        st.warning(t("login.no_account", email=str(st.user.get("email") or "")))
        if nobody_yet(load.home()):
            st.info(t("login.first_admin"))
    else:
        st.warning(md(explain(refused, session.language())))
    if refused.key in ("login_ended", "login_over"):
        st.button(t("login.button"), type="primary", key="login", on_click=st.login)
    else:
        st.button(t("login.out"), key="logout", on_click=log_out)


def whoami(desk: Desk) -> None:
    """Who reads, and the ways out, at the end of the bar."""
    configured = login_configured()
    name = desk.identity.name if configured else plain("app.local_user")
    with st.popover(md(short(name, SHORT)), key="whoami", width="content"):
        if not configured:
            st.markdown(t("login.local"))
            return
        st.markdown(t(f"login.role_{desk.identity.role}", name=desk.identity.name))
        st.button(t("login.out"), key="logout", on_click=log_out)
        st.button(
            t("login.out_everywhere"),
            key="logout_everywhere",
            type="tertiary",
            help=t("login.out_everywhere_help"),
            on_click=log_out,
            args=(True,),
        )


def log_out(everywhere: bool = False) -> None:
    """End this login in all tabs that share it, or every login of the account, and leave."""
    login = visitor()
    if login is not None:
        leave(load.home(), login, everywhere=everywhere)
    st.logout()


def end(login: Login) -> None:
    """End a login whose browser asks for the way out by address."""
    leave(load.home(), login)
