"""What the server does between its readers: warms up before the first, lets go of whoever left,
collects what nobody holds."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import threading
from contextlib import suppress

import pyarrow as pa
from streamlit import runtime
from streamlit.runtime.app_session import AppSessionState
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from analytics.errors import RenewalError
from pages.ui import load

# seconds between two collections; Streamlit's own after every run would stop all readers for that
# long
EVERY = 60.0
# Containers that come up before the youngest, younger and oldest are looked through, which all
# readers wait for: a run makes a thousand and more, and what one leaves behind is all but gone by
# itself.
SELDOM = (10_000, 10, 100)
PATIENCE = 5.0  # seconds that a collection waits for a moment in which no page runs


def warm_up() -> None:
    """Have ready what the first reader would wait for, and spare the collector whatever is there by
    then; beside the server's start."""

    def warm() -> None:
        try:
            load.warm()
        except RenewalError:
            pass  # told to the reader, in words, by the page that needs the home
        finally:
            spare()

    threading.Thread(target=warm, name="warm up", daemon=True).start()


def spare() -> None:
    """Everything imported by now stays: the collector need not walk it any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


async def tend() -> None:
    """For as long as the server runs."""
    while True:
        await asyncio.sleep(EVERY)
        release()
        for _ in range(int(PATIENCE / 0.05)):
            if not running():
                break
            await asyncio.sleep(0.05)
        gc.collect()
        give_back()


def give_back() -> None:
    """Hand memory that nobody uses back to the machine: the allocators keep it for a next time that
    may never come."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # glibc's own; elsewhere there is none
        ctypes.CDLL(None).malloc_trim(0)


def release() -> None:
    """Let sessions go whose time to come back is over: Streamlit itself does so only when another
    one leaves."""
    storage = _sessions()._session_storage
    if isinstance(storage, MemorySessionStorage):
        storage._cache.expire()  # type: ignore[attr-defined]


def running() -> bool:
    """Whether any reader's page is being made."""
    return any(
        session_info.session._state == AppSessionState.APP_IS_RUNNING
        for session_info in _sessions().list_active_sessions()
    )


def _sessions() -> WebsocketSessionManager:
    manager = runtime.get_instance()._session_mgr
    assert isinstance(manager, WebsocketSessionManager)
    return manager
