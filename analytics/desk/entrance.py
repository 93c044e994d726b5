"""Who comes in: whether what the login provider says of a person opens an account, asked from the
store at every message."""

from __future__ import annotations

import time

from analytics.desk.access import Identity, identity_of
from analytics.errors import NotAllowed
from analytics.home import Home
from analytics.people import Login, address
from analytics.state.logins import LASTING


def admit(home: Home, login: Login, *, trusting: bool = False) -> Identity:
    """The identity that a login gives now; at the first login its person is bound to the account of
    the address.

    Refused, each in its own words: a login that lacks its issuer or subject, is older than twelve
    hours, was ended, comes without a verified address (`trusting` lets pass what says nothing about
    it, never what says no), has no active account, or claims the address of somebody else's
    account. Whoever is bound keeps the account, whatever address the provider names later.
    """
    if not login.issuer or not login.subject:
        raise NotAllowed("login_incomplete")
    if time.time() - login.began > LASTING:
        raise NotAllowed("login_over", hours=LASTING // 3600)
    facts = home.state.logins.facts(login)
    if facts.ended:
        raise NotAllowed("login_ended")
    if not login.verified and not (trusting and login.verified is None):
        raise NotAllowed("login_unverified", email=login.email)
    identity = identity_of(home.state.accounts.of(facts.email or address(login.email)))
    if facts.email is None:
        home.state.logins.bind(login, identity.who)
    return identity


def nobody_yet(home: Home) -> bool:
    """Whether no account was made yet, so that nobody can come in."""
    return not home.state.accounts.all()


def leave(home: Home, login: Login, *, everywhere: bool = False) -> None:
    """End a login, or every login of its account."""
    email = home.state.logins.facts(login).email
    if email is not None and everywhere:
        home.state.logins.end_all(email, email)
    else:
        home.state.logins.end(login, email or address(login.email))
