"""What the login provider says of a visitor, read from the signed cookie that their browser
keeps."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import streamlit as st
from itsdangerous import BadData, URLSafeTimedSerializer
from streamlit import config
from streamlit.auth_util import get_origin_from_redirect_uri
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from analytics.people import Login
from pages.ui.cookie_secret import weak

_once = False  # whether a login was configured since the server started
_made: dict[
    str, float
    # by digest: when this process set the cookie of a login, finer than the second that is signed
    # into it
] = {}
MOST_MADE = 10_000
OWN = ("origin", "is_logged_in", "tokens")  # what Streamlit adds to the provider's claims


def configured() -> bool:
    """Whether a login provider stands in the secrets; without one the app is for the one user of
    this machine."""
    return _once or problem() == "secrets_unreadable" or "auth" in _secrets()


def hold() -> None:
    """Once a login was configured it is for as long as the server lives: a secrets file that is
    gone while it runs opens nothing."""
    global _once  # noqa: PLW0603 - for as long as the server lives
    _once = configured()


def problem() -> str | None:
    """Why the app may not serve anybody, as a key below login.* of the locales; None where nothing
    stands against it."""
    try:
        secrets = _secrets()
    except (OSError, ValueError):
        return "secrets_unreadable"
    return "weak_secret" if "auth" in secrets and weak(get_cookie_secret()) else None


def own_address() -> str:
    """The scheme and host of the login's return address: how browsers reach the app; empty without
    a login."""
    return get_origin_from_redirect_uri() or "" if configured() else ""


def trusting() -> bool:
    """Whether the secrets say that this provider's addresses count although it never says whether
    they were verified."""
    return _section("login").get("trust_missing_email_verified") is True


def _section(name: str) -> Mapping[str, Any]:
    section = _secrets().get(name)
    return section if isinstance(section, Mapping) else {}


def _secrets() -> Mapping[str, Any]:
    """What stands in the secrets; nothing where there are none. Raises OSError or
    ValueError where there are some that cannot be read."""
    # Where there are none, Streamlit looks its places up anew at every question, which takes longer
    # than many a page.
    if st.secrets._secrets is None and not any(map(os.path.exists, _places(os.getcwd()))):
        return {}
    try:
        return st.secrets._parse()
    except StreamlitSecretNotFoundError as error:
        if error.error_id == "no-secrets-found":
            return {}
        raise


@lru_cache(maxsize=4)
def _places(folder: str) -> tuple[str, ...]:  # noqa: ARG001 - the key it is kept by
    """Where secrets may stand; settled by the settings and the folder that the server was started
    with."""
    return tuple(config.get_option("secrets.files"))


def from_cookies(cookies: Mapping[str, str]) -> Login | None:
    """The login that a browser's cookies prove; None where there is none, or nothing that this
    server signed."""
    ours = tuple(
        sorted(
            (name, value) for name, value in cookies.items() if name.startswith(USER_COOKIE_NAME)
        )
    )
    login = _read(ours, get_cookie_secret()) if ours else None
    return (
        replace(login, began=_made[login.digest])
        if login is not None and login.digest in _made
        else login
    )


def made(cookies: Mapping[str, str]) -> None:
    """Remember when cookies were set: a login made in the second in which all others were ended is
    a new one."""
    login = from_cookies(cookies)
    if login is not None:
        if len(_made) >= MOST_MADE:
            _made.clear()
        _made[login.digest] = time.time()


@lru_cache(maxsize=4096)
def _read(cookies: tuple[tuple[str, str], ...], secret: str) -> Login | None:
    named = dict(cookies)
    payload = _get_signed_cookie_with_chunks(named, USER_COOKIE_NAME)
    if payload is None:
        return None
    try:
        claims = json.loads(payload)
        # The moment of signing is this server's own: the provider's clock may be ahead, and a login
        # made before it was ended look newer.
        signer = URLSafeTimedSerializer(secret, salt=USER_COOKIE_NAME)
        _, signed = signer.loads(named[USER_COOKIE_NAME], return_timestamp=True)
    except (ValueError, BadData):
        return None
    return from_claims(claims, int(signed.timestamp())) if isinstance(claims, dict) else None


def from_claims(claims: Mapping[str, Any], began: float | None = None) -> Login:
    """The provider's claims as a login; without a moment of our own the one that the provider
    names."""
    said = {name: value for name, value in claims.items() if name not in OWN}
    verified = said.get("email_verified")
    text = json.dumps(said, sort_keys=True, default=str)
    issued = said.get("iat")
    if began is None:
        began = int(issued) if isinstance(issued, (int, float)) else 0
    return Login(
        issuer=str(said.get("iss") or ""),
        subject=str(said.get("sub") or ""),
        email=str(said.get("email") or ""),
        verified=None if verified is None else str(verified).lower() == "true",
        began=began,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
