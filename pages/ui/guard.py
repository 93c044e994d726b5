"""ASGI guard in front of Streamlit, because Streamlit itself sends no security headers and trusts every browser message."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import streamlit
from google.protobuf.message import DecodeError
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

# What a reader's browser needs; clear_cache, load_git_info and set_run_on_save would act on everyone's server.
_ALLOWED = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"}


def _inline_hashes() -> str:
    """Name Streamlit's own inline scripts by hash, so that no other inline script can run."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)


POLICY = "; ".join(
    (
        "default-src 'self'",
        # Plotly's WebGL traces compile their shaders' plumbing with eval; inline scripts stay forbidden.
        f"script-src 'self' blob: 'unsafe-eval' {_inline_hashes()}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


class Guard:
    """Add headers to every answer, hide the metrics, keep downloads out of caches and drop harmful messages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.app(scope, _filtered(receive), send)
        elif scope["type"] == "http":
            path = "/" + "/".join(part for part in scope["path"].split("/") if part)
            answer = PlainTextResponse("Not found", 404) if path.endswith("/_stcore/metrics") else self.app
            await answer(scope, receive, _guarded(send, "/media/" in path and "/static/" not in path))
        else:
            await self.app(scope, receive, send)


def _guarded(send: Send, private: bool) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if private:  # downloads hold personal data
                headers["Cache-Control"] = "no-store"
        await send(message)

    return guarded


def _filtered(receive: Receive) -> Receive:
    async def filtered() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or message.get("bytes") is None or _harmless(message["bytes"]):
                return message

    return filtered


def _harmless(frame: bytes) -> bool:
    """Tell whether Streamlit may see a frame; what cannot be parsed passes, because Streamlit closes such connections."""
    try:
        return BackMsg.FromString(frame).WhichOneof("type") in _ALLOWED
    except DecodeError:
        return True
