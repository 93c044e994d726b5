"""ASGI guard in front of Streamlit, because Streamlit itself sends no security headers and trusts every browser message."""

from __future__ import annotations

import base64
import hashlib
import re
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote, unquote

import streamlit
from google.protobuf.message import DecodeError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.secrets import secrets_singleton
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

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


TARGET = "renewal_target"
_NO_PAGES = ("/_stcore", "/static", "/app/", "/media", "/auth/", "/oauth2callback", "/healthz", "/component", "/vendor")


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
            if "/media/" in path and "/static/" not in path and not _logged_in(scope):
                answer = PlainTextResponse(
                    "Log in first", 401
                )  # Streamlit itself hands downloads to anybody who knows their address
            private = "/media/" in path and "/static/" not in path
            await answer(scope, receive, _guarded(send, private, _cookies(scope, path)))
        else:
            await self.app(scope, receive, send)


def _logged_in(scope: Scope) -> bool:
    """Whether a request comes from somebody whom the login provider vouched for; always where there is no login."""
    try:
        if "auth" not in secrets_singleton:
            return True
    except FileNotFoundError:
        return True
    return bool(_get_signed_cookie_with_chunks(Request(scope).cookies, USER_COOKIE_NAME))


class _Cookies:
    """Leads back to the page that was asked for before the login, and keeps cookies to encrypted connections where there is one."""

    def __init__(self, secure: bool, remember: str | None, back_to: str | None) -> None:
        self.secure, self.remember, self.back_to = secure, remember, back_to

    def apply(self, headers: MutableHeaders) -> None:
        if self.back_to and headers.get("location"):
            headers["location"] = self.back_to
            headers.append("set-cookie", f"{TARGET}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
        if self.remember:
            headers.append("set-cookie", f"{TARGET}={self.remember}; Path=/; Max-Age=300; HttpOnly; SameSite=Lax")
        if self.secure:
            kept = [f"{one}; Secure" if "secure" not in one.lower() else one for one in headers.getlist("set-cookie")]
            if kept:
                del headers["set-cookie"]
                for one in kept:
                    headers.append("set-cookie", one)


def _cookies(scope: Scope, path: str) -> _Cookies:
    given = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    secure = scope.get("scheme") == "https" or given.get("x-forwarded-proto") == "https"
    remember = back_to = None
    if (
        scope["method"] == "GET"
        and "text/html" in given.get("accept", "")
        and path != "/"
        and not path.startswith(_NO_PAGES)
    ):
        query = scope.get("query_string", b"").decode("latin-1")
        remember = quote(path + (f"?{query}" if query else ""), safe="")
    if path == "/oauth2callback":
        found = SimpleCookie(given.get("cookie", "")).get(TARGET)
        wanted = unquote(found.value) if found else ""
        # Only a path of our own: what begins with two slashes, or holds a backslash, leads elsewhere.
        if re.fullmatch(r"/[A-Za-z0-9][^\\\s]*", wanted):
            back_to = wanted
    return _Cookies(secure, remember, back_to)


def _guarded(send: Send, private: bool, cookies: _Cookies) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            cookies.apply(headers)
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
