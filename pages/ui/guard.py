"""ASGI guard in front of Streamlit, which itself sends no security headers and trusts every name,
session id and browser message."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

import anyio.to_thread
import streamlit
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from analytics.desk import ACTIONS, ATTACHMENT_MB, LASTING, Identity
from analytics.errors import NotAllowed, RenewalError
from analytics.language import say
from analytics.people import Login
from pages.ui import belongings, gate, login, perimeter
from pages.ui.belongings import MB, Uploads

# What a reader's browser needs; clear_cache, load_git_info and set_run_on_save would act on
# everyone's server.
_ALLOWED = {
    "rerun_script",
    "stop_script",
    "file_urls_request",
    "app_heartbeat",
    "backend_operation_request",
}
_OPERATIONS = {"deferred_file", "dataframe_chunk"}
# Of Streamlit's own addresses below /_stcore; metrics, the agents' interface and the script check
# stay closed.
_OPEN = ("health", "host-config", "stream", "upload_file", "bidi-components")
LOOK = (
    5.0  # seconds after which a page that stands open is asked again whether its login still holds
)
MULTIPART = MB  # what the framing of an upload may add to the file


def _inline_hashes() -> str:
    """Name Streamlit's own inline scripts by hash, so that no other inline script can run."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'"
        for s in scripts
    )


POLICY = "; ".join(
    (
        "default-src 'self'",
        # Plotly's WebGL traces compile their shaders' plumbing with eval; inline scripts stay
        # forbidden.
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
HSTS = "max-age=31536000"

TARGET = "renewal_target"
_NO_PAGES = (
    "/_stcore",
    "/static",
    "/app/",
    "/media",
    "/auth/",
    "/oauth2callback",
    "/healthz",
    "/component",
    "/vendor",
)
HEALTH = "/healthz"


class Guard:
    """Answers only under the app's own names and to its own pages; lets downloads, uploads and
    messages through for whom they are; adds headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._uploads: Uploads | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("websocket", "http"):
            login.hold()
        if scope["type"] == "websocket":
            await self._talk(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        if login.problem() is not None or _stranger(scope) is not None:
            await send({"type": "websocket.close", "code": 1008})
            return
        if not login.configured():
            await self.app(scope, _Filtered(receive, None), send)
            return
        filtered = _Filtered(receive, login.from_cookies(HTTPConnection(scope).cookies))
        try:
            await self.app(scope, filtered, send)
        finally:
            filtered.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path(scope)
        private = path.startswith("/media/")
        guarded = _guarded(send, private, _Reply.to(scope, path))
        refusal = await self._refusal(scope, path)
        if refusal is not None:
            await refusal(scope, receive, guarded)
        elif path.startswith("/_stcore/upload_file/"):
            await self._upload(scope, path, receive, guarded)
        else:
            if path == "/auth/logout" and (ending := _login(scope)) is not None:
                with suppress(RenewalError):
                    await anyio.to_thread.run_sync(gate.end, ending)
            await self.app(scope, receive, guarded)

    async def _refusal(self, scope: Scope, path: str) -> Response | None:
        """What stands against answering; None where nothing does."""
        if (problem := login.problem()) is not None:
            return PlainTextResponse(
                f"{say(f'login.{problem}', 'zh')}\n{say(f'login.{problem}', 'en')}\n", 503
            )
        if path != HEALTH and (stranger := _stranger(scope)) is not None:
            return PlainTextResponse(say(stranger, _language(scope)), 403)
        inner = path.removeprefix("/_stcore/")
        if path.startswith("/_stcore") and inner.partition("/")[0] not in _OPEN:
            return PlainTextResponse("Not found", 404)
        if path.startswith("/media/") and login.configured():
            visitor = _login(scope)
            if visitor is None or await _identity(visitor) is None:
                return PlainTextResponse(say("perimeter.log_in", _language(scope)), 401)
            if not _media().belongs(path, (visitor.issuer, visitor.subject)):
                return PlainTextResponse(say("perimeter.not_yours", _language(scope)), 403)
        return None

    async def _upload(self, scope: Scope, path: str, receive: Receive, send: Send) -> None:
        """Let a file in that a session's own, active reader may hand in, as long as there is room
        for it."""
        if scope["method"] not in ("PUT", "DELETE"):
            await self.app(scope, receive, send)
            return
        language, session_id = _language(scope), path.split("/")[3]
        person, identity = belongings.NOBODY, Identity()
        if login.configured():
            visitor = _login(scope)
            entered = None if visitor is None else await _identity(visitor)
            if visitor is None or entered is None:
                await PlainTextResponse(say("perimeter.log_in", language), 401)(
                    scope, receive, send
                )
                return
            person, identity = (visitor.issuer, visitor.subject), entered
            if (
                _owner(session_id) != person
                or identity.role not in ACTIONS["data"] | ACTIONS["object"]
            ):
                await PlainTextResponse(say("perimeter.not_yours", language), 403)(
                    scope, receive, send
                )
                return
        if scope["method"] == "DELETE":
            await self.app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if not re.fullmatch(r"[0-9]{1,12}", length):
            await PlainTextResponse(say("perimeter.length_needed", language), 411)(
                scope, receive, send
            )
            return
        most = int(config.get_option("server.maxUploadSize"))
        limit = most if identity.role in ACTIONS["data"] else min(most, ATTACHMENT_MB)
        ticket = None
        if int(length) <= limit * MB + MULTIPART:
            ticket = self._room().reserve(session_id, person, int(length))
        if ticket is None:
            await PlainTextResponse(say("perimeter.too_much", language, limit=limit), 413)(
                scope, receive, send
            )
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self._room().release(ticket)

    def _room(self) -> Uploads:
        if self._uploads is None:
            manager = streamlit.runtime.get_instance().uploaded_file_mgr
            assert isinstance(manager, MemoryUploadedFileManager)
            self._uploads = Uploads(manager, _owner)
        return self._uploads


def _path(scope: Scope) -> str:
    """The address below the app's own root, as Streamlit's routes will read it or stricter."""
    path = "/" + "/".join(part for part in scope["path"].split("/") if part)
    base = "/" + str(config.get_option("server.baseUrlPath") or "").strip("/")
    return (
        (path.removeprefix(base) or "/")
        if base != "/" and f"{path}/".startswith(f"{base}/")
        else path
    )


def _stranger(scope: Scope) -> str | None:
    """Why a request comes from where the app does not answer, as a key of the locales: its name, or
    the page that calls."""
    headers = Headers(scope=scope)
    allowed = list(config.get_option("server.allowedHosts") or [])
    names, calling = headers.getlist("host"), headers.get("origin")
    host = names[0] if len(names) == 1 else None
    if not perimeter.answers_to(host, allowed, login=login.configured()):
        return "perimeter.host_listed" if allowed else "perimeter.host"
    own = [
        origin
        for origin in (login.own_address(), *config.get_option("server.corsAllowedOrigins"))
        if origin
    ]
    return None if perimeter.same_site(calling, host, allowed, own) else "perimeter.origin"


def _language(scope: Scope) -> Literal["zh", "en"]:
    asked = Headers(scope=scope).get("accept-language", "zh").lower()
    return "zh" if asked.startswith(("zh", "*")) else "en"


def _login(scope: Scope) -> Login | None:
    return login.from_cookies(HTTPConnection(scope).cookies)


async def _identity(visitor: Login) -> Identity | None:
    """Whom a login lets in now; the store is asked beside the loop that serves everybody."""
    try:
        return await anyio.to_thread.run_sync(gate.admitted, visitor)
    except NotAllowed:
        return None


def _media() -> belongings.OwnMedia:
    return belongings.OwnMedia.take_over(streamlit.runtime.get_instance().media_file_mgr)


def _owner(session_id: str) -> belongings.Person:
    """Whose session it is; nobody's where there is none."""
    info = streamlit.runtime.get_instance()._session_mgr.get_session_info(session_id)
    return belongings.person_of(info.session._user_info) if info else belongings.NOBODY


class _Filtered:
    """The messages of one browser tab that Streamlit may see.

    Each is held against the store: from a login that does not hold any more the first is read as
    the wish to see the page anew, so that no click of the old page is obeyed and the login stands
    there instead; and a tab that says nothing is told so by itself. The same holds of a part of a
    page that was drawn for another role or scope than the account has now: it would run again
    without its page, and so without the gate.
    """

    def __init__(self, receive: Receive, visitor: Login | None) -> None:
        self._receive = receive
        self._visitor = visitor
        self._open = (
            visitor is not None
        )  # whether the tab may show what only somebody logged in may see
        self._page = BackMsg()  # the last wish to see a page
        self._rights: object = (
            None  # role and scope that the account has now, and those that the page was drawn for
        )
        self._drawn_for: object = None
        self._waiting: asyncio.Future[Message] | None = None
        # The page that the last message came from; and, until that page says something itself, the
        # wish by which the reader turned to it.
        self._last, self._turn = "", BackMsg()

    def close(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    async def __call__(self) -> Message:  # noqa: C901 - every kind of message in turn
        if self._visitor is None:
            while True:
                message = await self._receive()
                if message.get("bytes") is None:
                    return message
                if (asked := _harmless(message["bytes"])) is not None:
                    return self._turn_again() if self._too_late(asked) else message
        while True:
            later = await self._next(LOOK)
            if later is None:
                shows = self._open and self._page.HasField("rerun_script")
                if shows and (
                    not await self._holds(self._visitor) or self._rights != self._drawn_for
                ):
                    return self._anew()
                continue
            message = later
            if message.get("bytes") is None:
                return message
            asked = _harmless(message["bytes"])
            if asked is None:
                continue
            if self._too_late(asked):
                message = self._turn_again()
            elif asked.HasField("rerun_script"):
                self._page = asked
            was_open, holds = self._open, await self._holds(self._visitor)
            if (was_open and not holds) or (holds and self._of_another(asked)):
                return self._anew()
            return message

    def _too_late(self, asked: BackMsg) -> bool:
        """Whether a part of a page asks to run again (a chart that has come to rest) after the
        reader has turned to another page. Streamlit would run it after that page, find it gone, and
        the browser would clear away everything that was drawn before."""
        if not asked.HasField("rerun_script"):
            return False
        page, part = asked.rerun_script.page_script_hash, asked.rerun_script.fragment_id
        if part and self._turn.rerun_script.page_script_hash not in ("", page):
            return True
        self._turn = BackMsg() if part or page == self._last else asked
        self._last = page
        return False

    def _turn_again(self) -> Message:
        """The same turn to a page once more: nothing in it was typed or clicked there."""
        return {"type": "websocket.receive", "bytes": self._turn.SerializeToString()}

    def _of_another(self, asked: BackMsg) -> bool:
        """Whether this is asked of a page that was drawn for other rights; a download asks for
        itself whether it is."""
        if asked.HasField("rerun_script") and not asked.rerun_script.fragment_id:
            self._drawn_for = self._rights
            return False
        part = asked.HasField("rerun_script") or asked.backend_operation_request.HasField(
            "dataframe_chunk"
        )
        return part and self._rights != self._drawn_for

    async def _next(self, seconds: float) -> Message | None:
        """The next message, or None where there is none so soon; it goes on being waited for."""
        if self._waiting is None:
            self._waiting = asyncio.ensure_future(self._receive())
        done, _ = await asyncio.wait({self._waiting}, timeout=seconds)
        if not done:
            return None
        message, self._waiting = self._waiting.result(), None
        return message

    async def _holds(self, visitor: Login) -> bool:
        try:
            identity = await _identity(visitor)
            self._open, self._rights = (
                identity is not None,
                identity and (identity.role, identity.scope),
            )
        except Exception:  # noqa: BLE001 - the page asks again, and says what is wrong
            return True
        return self._open

    def _anew(self) -> Message:
        """The wish to see the page again, without what was typed, clicked or chosen on it."""
        self._drawn_for = self._rights
        asked = BackMsg()
        asked.rerun_script.query_string = self._page.rerun_script.query_string
        asked.rerun_script.page_script_hash = self._page.rerun_script.page_script_hash
        asked.rerun_script.page_name = self._page.rerun_script.page_name
        asked.rerun_script.context_info.CopyFrom(self._page.rerun_script.context_info)
        return {"type": "websocket.receive", "bytes": asked.SerializeToString()}


def _harmless(frame: bytes) -> BackMsg | None:
    """A frame that Streamlit may see; what cannot be parsed passes as an empty one, because
    Streamlit closes such connections."""
    try:
        asked = BackMsg.FromString(frame)
    except DecodeError:
        return BackMsg()
    kind = asked.WhichOneof("type")
    if kind not in _ALLOWED:
        return None
    if (
        kind == "backend_operation_request"
        and asked.backend_operation_request.WhichOneof("payload") not in _OPERATIONS
    ):
        return None
    return asked


class _Reply:
    """Leads back to the page that was asked for before the login, and keeps cookies and browsers to
    encrypted connections where there is one."""

    def __init__(
        self, secure: bool, entering: bool, remember: str | None, back_to: str | None
    ) -> None:
        self.secure, self.entering, self.remember, self.back_to = (
            secure,
            entering,
            remember,
            back_to,
        )

    @classmethod
    def to(cls, scope: Scope, path: str) -> _Reply:
        headers = Headers(scope=scope)
        given: Mapping[str, str] = {name: ", ".join(headers.getlist(name)) for name in headers}
        secure = perimeter.encrypted(scope.get("scheme", "http"), given, login.own_address())
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
            wanted = unquote(HTTPConnection(scope).cookies.get(TARGET, ""))
            # Only a path of our own: what begins with two slashes, or holds a backslash, leads
            # elsewhere.
            if re.fullmatch(r"/[A-Za-z0-9][^\\\s]*", wanted):
                back_to = wanted
        return cls(secure, path == "/oauth2callback", remember, back_to)

    def apply(self, headers: MutableHeaders) -> None:
        if self.back_to and headers.get("location"):
            headers["location"] = self.back_to
            headers.append("set-cookie", f"{TARGET}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
        if self.remember:
            headers.append(
                "set-cookie",
                f"{TARGET}={self.remember}; Path=/; Max-Age=300; HttpOnly; SameSite=Lax",
            )
        if self.secure:
            headers["Strict-Transport-Security"] = HSTS
        if kept := [self._bound(cookie) for cookie in headers.getlist("set-cookie")]:
            del headers["set-cookie"]
            for cookie in kept:
                headers.append("set-cookie", cookie)

    def _bound(self, cookie: str) -> str:
        if cookie.startswith(USER_COOKIE_NAME):
            cookie = re.sub(r"(?i)max-age=[1-9][0-9]*", f"Max-Age={LASTING}", cookie)
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        return cookie if not self.secure or "secure" in attributes else f"{cookie}; Secure"


def _guarded(send: Send, private: bool, reply: _Reply) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if reply.entering:
                login.made(
                    dict(
                        cookie.partition(";")[0].split("=", 1)
                        for cookie in headers.getlist("set-cookie")
                    )
                )
            reply.apply(headers)
            if private:  # downloads hold personal data
                headers["Cache-Control"] = "no-store"
        await send(message)

    return guarded
