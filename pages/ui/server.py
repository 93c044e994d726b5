"""The ASGI app around the pages: guard, health answer, and what is done once before the first
visitor."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit import net_util
from streamlit.runtime.pages_manager import PagesManager

from analytics.files import keep_private
from analytics.language import LANGUAGES, say
from pages.ui import belongings, login, lookups, post, thrift, upkeep
from pages.ui.guard import HEALTH, Guard

SWEEP = 30.0  # seconds between two looks for uploads whose session is gone


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Say what stands against serving anybody (the guard answers every request with it), have
    downloads and uploads know whose they are, and look after the process for as long as it serves:
    warm before the first reader, tidy between them."""
    keep_private()
    if (problem := login.problem()) is not None:
        for language in LANGUAGES:
            print(say(f"login.{problem}", language), file=sys.stderr, flush=True)
    runtime = st.runtime.get_instance()
    belongings.take_over(runtime)
    sweeping = asyncio.create_task(_sweep(runtime))
    tending = asyncio.create_task(upkeep.tend())
    if problem is None:  # nobody is served: nothing to be warm for
        upkeep.warm_up()
    yield
    for task in (sweeping, tending):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep(runtime: st.runtime.Runtime) -> None:
    while True:
        await asyncio.sleep(SWEEP)
        belongings.release_gone(runtime)


async def _ready(_: Request) -> PlainTextResponse:
    """Answer a load balancer with a body that the catch-all page cannot imitate."""
    return PlainTextResponse("ready")


ROUTES = [Route(HEALTH, _ready)]
MIDDLEWARE = [Middleware(post.Corking), Middleware(Guard)]

post.take_over()
lookups.take_over()
thrift.take_over()

# A folder named pages/ switches on Streamlit's old page mode until st.navigation has run once: the
# first deep link after a start would say "Page not found", and flat files in it would run without
# our front door.
PagesManager.uses_pages_directory = False

# Streamlit asks a server of Amazon's for this machine's address when a page of unknown origin
# calls; nothing leaves the machine.
net_util.get_external_ip = lambda: None
