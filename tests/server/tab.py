"""A browser tab without the browser: a websocket that speaks Streamlit's messages, under any
cookie, name or origin."""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from itsdangerous import URLSafeTimedSerializer
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

USER = "_streamlit_user"


class Signer(URLSafeTimedSerializer):
    """Signs as if it were another moment."""

    def __init__(self, secret: str, moment: float) -> None:
        super().__init__(secret, salt=USER, signer_kwargs={})
        self.moment = int(moment)

    def make_signer(self, salt: Any = None) -> Any:
        signer: Any = super().make_signer(salt)
        signer.get_timestamp = lambda: self.moment
        return signer


def login_cookie(
    secret: str, base: str, email: str, *, moment: float | None = None, **claims: Any
) -> str:
    """What Streamlit's login leaves in a browser; claims that are None are missing."""
    said = {
        "iss": "https://provider.example",
        "sub": f"id-of-{email}",
        "email": email,
        "email_verified": True,
        "nonce": secrets.token_hex(8),
        "iat": int(time.time()),
        "origin": base,
        "is_logged_in": True,
        "provider": "default",
        **claims,
    }
    said = {name: value for name, value in said.items() if value is not None}
    return str(Signer(secret, time.time() if moment is None else moment).dumps(json.dumps(said)))


class Tab:
    """One open page; `texts` is everything that the last run said."""

    def __init__(
        self,
        base: str,
        cookie: str | None = None,
        *,
        host: str | None = None,
        origin: str | None = None,
    ):
        self.base, self.cookie = base, cookie
        xsrf = httpx.get(f"{base}/_stcore/health").cookies["_streamlit_xsrf"]
        self.cookies = {"_streamlit_xsrf": xsrf} | ({USER: cookie} if cookie else {})
        self.headers = {
            "X-Xsrftoken": xsrf,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        real = urlsplit(base)
        self._open = ExitStack()
        connection = connect(
            f"ws://{host or real.netloc}/_stcore/stream",
            sock=socket.create_connection((real.hostname, real.port)),
            origin=Origin(origin or base),
            subprotocols=[Subprotocol("streamlit"), Subprotocol(xsrf)],
            additional_headers={"Cookie": self.headers["Cookie"]},
            max_size=None,
        )
        self.socket = self._open.enter_context(connection)
        self.session_id = ""
        self.page = ""
        self.texts: list[str] = []
        self.widgets: dict[str, str] = {}  # by the key that the page gave them
        self.deferred: list[str] = []
        self.chosen: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def open(
        self, page: str = "", *, click: str | None = None, choose: tuple[str, str] | None = None
    ) -> Self:
        """Ask for a page and read until the run has come to its end; on the way click a button, or
        choose in a box."""
        self.send(page, click=click, choose=choose)
        return self.read()

    def send(
        self, page: str = "", *, click: str | None = None, choose: tuple[str, str] | None = None
    ) -> None:
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = "lang=en"
        for widget, value in self.chosen.items():
            asked.rerun_script.widget_states.widgets.add(id=widget, string_value=value)
        if click is not None:
            asked.rerun_script.widget_states.widgets.add(id=self.widgets[click], trigger_value=True)
        if choose is not None:
            self.chosen[self.widgets[choose[0]]] = choose[1]
            asked.rerun_script.widget_states.widgets.add(
                id=self.widgets[choose[0]], string_value=choose[1]
            )
        self.page = page
        self.socket.send(asked.SerializeToString())

    def click(self, button: str) -> Self:
        return self.open(self.page, click=button)

    def choose(self, box: str, value: str) -> Self:
        return self.open(self.page, choose=(box, value))

    def read(self, timeout: float = 30.0) -> Self:
        """Read one run to its end."""
        begun = False
        until = time.monotonic() + timeout
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=until - time.monotonic()))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                begun, self.texts, self.widgets, self.deferred = True, [], {}, []
                self.session_id = message.new_session.initialize.session_id or self.session_id
            elif kind == "delta":
                self._take(message.delta.new_element)
            elif kind == "script_finished" and begun:
                return self

    def _take(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind is None:
            return
        inner = getattr(element, kind)
        for name in ("body", "label"):
            if text := getattr(inner, name, ""):
                self.texts.append(
                    str(text).replace(":small[]", "").replace("\\", "")
                )  # as it is read
        if widget := str(getattr(inner, "id", "")):
            self.widgets[widget.rpartition("-")[2]] = widget
        if file_id := getattr(inner, "deferred_file_id", ""):
            self.deferred.append(file_id)

    def says(self, text: str) -> bool:
        return any(text in shown.replace(":small[]", "") for shown in self.texts)

    def operate(self, file_id: str) -> str:
        """Ask for a download that is still to be made; its address, or the empty string where that
        is refused."""
        asked = BackMsg()
        asked.backend_operation_request.request_id = secrets.token_hex(4)
        asked.backend_operation_request.session_id = self.session_id
        asked.backend_operation_request.deferred_file.file_id = file_id
        self.socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=20))
            if message.WhichOneof("type") == "backend_operation_response":
                return message.backend_operation_response.deferred_file.url

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.base}{path}", headers={**self.headers, **headers})

    def put(
        self, size: int, session_id: str | None = None, file_id: str | None = None
    ) -> httpx.Response:
        """Hand a file in."""
        place = f"{session_id or self.session_id}/{file_id or secrets.token_hex(8)}"
        where = f"{self.base}/_stcore/upload_file/{place}"
        return httpx.put(
            where, files={"file": ("f.csv", b"x" * size)}, headers=self.headers, timeout=60
        )


def secrets_file(base: str, secret: str, more: Mapping[str, Any] | None = None) -> str:
    """A secrets.toml with a login at an address."""
    auth = {
        "redirect_uri": f"{base}/oauth2callback",
        "cookie_secret": secret,
        "client_id": "scorecard",
        "client_secret": "c" * 32,
        "server_metadata_url": "http://127.0.0.1:9/.well-known/openid-configuration",
    }
    lines = ["[auth]", *(f"{name} = {json.dumps(value)}" for name, value in auth.items())]
    for section, values in (more or {}).items():
        lines += [
            f"[{section}]",
            *(f"{name} = {json.dumps(value)}" for name, value in values.items()),
        ]
    return "\n".join(lines) + "\n"
