"""The ASGI app around the pages: guard, health answer, and what is done once before the first visitor."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.server_util import get_cookie_secret

from analytics.language import say
from pages.ui import gate
from pages.ui.guard import Guard

SECRET = 32  # characters: a shorter cookie secret could be guessed, and with it anybody's login


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Take everything imported so far out of garbage collection, which otherwise walks it after every rerun."""
    if gate.login_configured() and len(get_cookie_secret()) < SECRET:
        raise SystemExit(say("login.weak_secret", "en", least=SECRET))
    gc.collect()
    gc.freeze()
    yield


async def _ready(_: Request) -> PlainTextResponse:
    """Answer a load balancer with a body that the catch-all page cannot imitate."""
    return PlainTextResponse("ready")


ROUTES = [Route("/healthz", _ready)]
MIDDLEWARE = [Middleware(Guard)]

# A folder named pages/ switches on Streamlit's old page mode until st.navigation has run once: the first deep link after a
# start would say "Page not found", and flat files in it would run without our front door.
PagesManager.uses_pages_directory = False
