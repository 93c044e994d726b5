"""Letters from pages to browsers, carried in batches: one by one, each would stop the page that is
being made until the server's loop had its turn, and the loop until the page had."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent
from streamlit.runtime.session_manager import ActiveSessionInfo

# seconds that what a page says may wait for more of it; the end of a run waits for nothing
WAIT = 0.02
MOST = 100  # messages of a batch: a browser that is slow to take them has room for five such

_flush, _send = AppSession.flush_browser_queue, Runtime._send_message


class Letters:
    """What the runs of one session have said and the loop has not heard yet, in order."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._called = False  # whether the loop was told to come for them

    def put(
        self, loop: asyncio.AbstractEventLoop, letter: Callable[[], None], *, now: bool
    ) -> None:
        """From any thread. A loop that is closed hears nothing any more."""
        self._waiting.append(letter)
        if not now and self._called:
            return
        self._called = True
        try:
            loop.call_soon_threadsafe(
                *((self.deliver, loop) if now else (loop.call_later, WAIT, self.deliver, loop))
            )
        except RuntimeError:
            if not loop.is_closed():
                raise

    def deliver(self, loop: asyncio.AbstractEventLoop) -> None:
        """On the loop; each in a turn of its own, so that one that fails takes no other with it."""
        self._called = False  # before the first is taken: whatever comes from here on calls again
        while self._waiting:
            loop.call_soon(self._waiting.popleft())


class Batch(tuple[ForwardMsg, ...]):
    """Messages that leave together."""

    __slots__ = ()


class Corked:
    """A connection that sends what was written in one turn of the loop at once."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        if parts:
            self._transport.writelines(parts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Corking:
    """Corks the connections of pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        protocol: Any = getattr(send, "__self__", None)
        transport = getattr(protocol, "transport", None)
        if scope["type"] == "websocket" and isinstance(transport, asyncio.Transport):
            protocol.transport = Corked(transport, asyncio.get_running_loop())
        await self.app(scope, receive, send)


def take_over() -> None:
    """Have Streamlit's sessions and its runtime, which Streamlit makes itself, use this post."""
    AppSession._on_scriptrunner_event = _said  # type: ignore[assignment, method-assign]
    AppSession.flush_browser_queue = _batched  # type: ignore[assignment, method-assign]
    Runtime._send_message = _sent  # type: ignore[assignment, method-assign]
    Runtime._enqueued_some_message = _woken  # type: ignore[assignment, method-assign]


def _said(
    session: AppSession, sender: Any, event: ScriptRunnerEvent, *words: Any, **named: Any
) -> None:
    hear = partial(session._handle_scriptrunner_event_on_event_loop, sender, event, *words, **named)
    letters: Letters = session.__dict__.setdefault("_letters", Letters())
    letters.put(session._event_loop, hear, now=event not in _PATIENT)


_PATIENT = {ScriptRunnerEvent.SCRIPT_STARTED, ScriptRunnerEvent.ENQUEUE_FORWARD_MSG}


def _batched(session: AppSession) -> list[Batch]:
    if session._browser_queue.is_empty():
        return []
    messages = _flush(session)
    return [Batch(messages[start : start + MOST]) for start in range(0, len(messages), MOST)]


def _sent(runtime: Runtime, to: ActiveSessionInfo, batch: Batch | ForwardMsg) -> None:
    for message in batch if isinstance(batch, Batch) else (batch,):
        _send(runtime, to, message)


def _woken(runtime: Runtime) -> None:
    """Sessions say on the loop itself that there is something to send: it need not be waked."""
    loop = runtime._get_async_objs()
    try:
        here = asyncio.get_running_loop() is loop.eventloop
    except RuntimeError:
        here = False
    if here:
        loop.need_send_data.set()
    else:
        loop.eventloop.call_soon_threadsafe(loop.need_send_data.set)
