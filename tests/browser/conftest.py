"""The real app in a real browser: a server of its own over a fresh home, and Chromium that may
reach nothing else."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from playwright.sync_api import Browser, Download, Page, WebSocket, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Period
from analytics.people import Account
from dashboard import PAGES
from tests.conftest import ROOT

APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))
PEOPLE: dict[str, tuple[str, dict[str, Any]]] = {
    "boss@x.cn": ("admin", {}),
    "east@x.cn": ("manager", {"teams": ("东",)}),
    "ann@x.cn": ("agent", {"agent_id": "A1"}),
    "bo@x.cn": ("agent", {"agent_id": "B2"}),
    "gone@x.cn": ("admin", {"active": False}),
}

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUIET = 0.2  # seconds, in which the end of a run would have led to the next


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    home: Path,
    script: str = "dashboard.py",
    cwd: Path = ROOT,
    *,
    port: int | None = None,
    secrets: Path | None = None,
) -> Iterator[str]:
    """A server over a home folder; its address."""
    port = port or free_port()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.port",
        str(port),
        "--server.headless",
        "true",
        *(["--secrets.files", str(secrets)] if secrets else []),
    ]
    with open(home.parent / f"server-{port}.log", "wb") as log:
        server = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, "RENEWAL_HOME": str(home)}, stdout=log, stderr=log
        )
        try:
            for _ in range(900):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:  # a busy machine may still reckon for somebody
                server.kill()
                server.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _pages_closed(browser: Browser) -> Iterator[None]:
    """Pages that a test opened close with it, else they go on calling for a server that is gone."""
    before = set(browser.contexts)
    yield
    for context in set(browser.contexts) - before:
        context.close()


class Visit:
    """One visitor, and everything their browser asked for or complained about."""

    def __init__(self, browser: Browser, base: str, **options: Any) -> None:
        self.base = base
        self.context = browser.new_context(
            viewport={"width": 1360, "height": 900}, accept_downloads=True, **options
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.clicks = 0
        self.patience = 30.0  # seconds until a page that does not come to rest is a fault
        # Whether the server's script runs, when the page last asked for a run, and when one last
        # began or ended.
        self.running, self.asked, self.answered = False, 0.0, 0.0
        self.page.on("websocket", self.listen)
        self.page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((base, "data:", "blob:"))
                else self.foreign.append(request.url)
            ),
        )
        # Streamlit's page looks for its server below every path it could be mounted at: those
        # questions go unanswered.
        self.page.on(
            "response",
            lambda response: (
                self.complaints.append(response.url)
                if response.status >= 400 and "/_stcore/" not in response.url
                else None
            ),
        )
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )

    def open(self, path: str = "") -> Page:
        self.page.goto(f"{self.base}/{path}")
        self.page.wait_for_selector("h1")
        return self.page

    def go(self, address: str) -> None:
        """To another page of the same session, by the bar: its place, then the page."""
        place = next(file for file, its, *_ in PAGES if its == address).partition("/")[0]
        page = f"st-key-page_{address.replace('-', '_')}"
        beside = self.page.locator(f"[class*={page}_] a")
        on = self.page.locator(f"[class*=st-key-place_{place}_on]")
        if not beside.count():
            self.clicks += 1
            for _ in range(3):  # a click into a bar that is just being drawn anew is lost
                self.page.locator(f"[class*=st-key-place_{place}_] a").click()
                self.settle()
                if on.count():
                    break
            on.wait_for()
        if beside.count() and not self.page.locator(f"[class*={page}_on]").count():
            self.clicks += 1
            beside.click()
            self.page.locator(f"[class*={page}_on]").wait_for()
        self.settle()

    def take(self, part: str, form: str) -> Download:
        """A file from the menu of a part of the page."""
        self.clicks += 2
        self.page.locator(f"[class*=st-key-take-{part}] button").first.click()
        with self.page.expect_download() as download:
            self.page.locator(f".st-key-{part}-{form} button").click()
        self.page.keyboard.press("Escape")
        return download.value

    def press(self, name: str) -> None:
        """The button of this name."""
        self.clicks += 1
        self.page.get_by_role("button", name=name, exact=True).click()

    def click(self, text: str, **options: Any) -> None:
        self.clicks += 1
        self.page.get_by_text(text, exact=True).first.click(**options)

    def listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self.hear_page)
        socket.on("framereceived", self.hear_server)

    def hear_page(self, frame: bytes | str) -> None:
        if (
            isinstance(frame, bytes)
            and BackMsg.FromString(frame).WhichOneof("type") == "rerun_script"
        ):
            self.asked = time.monotonic()

    def hear_server(self, frame: bytes | str) -> None:
        kind = ForwardMsg.FromString(frame).WhichOneof("type") if isinstance(frame, bytes) else ""
        if kind in ("new_session", "script_finished"):
            self.running, self.answered = kind == "new_session", time.monotonic()

    def settle(self) -> None:
        """Until every run that was asked for has come to its end, and is drawn."""
        self.page.wait_for_timeout(200)
        until = time.monotonic() + self.patience
        while (
            self.running or self.answered <= self.asked or time.monotonic() - self.answered < QUIET
        ):
            assert time.monotonic() < until, "the page does not come to rest"
            self.page.wait_for_timeout(50)
        self.page.evaluate(
            "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
        )


@contextmanager
def provided(emails: list[str]) -> Iterator[str]:
    """A login provider that knows these people; its discovery address."""
    port = free_port()
    people = [{"sub": email, "email": email, "email_verified": True} for email in emails]
    claims = [part for person in people for part in ("--user-claims", json.dumps(person))]
    provider = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "-p", str(port), *claims],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(address, timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        provider.terminate()
        provider.wait(10)


@pytest.fixture(scope="module")
def office(
    browser: Browser, settled_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The app with a login, over the tiny company with every window closed and April published; its
    address."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(settled_folder, folder / "home")
    home = Home(folder / "home")
    Desk(home).publish(APRIL)
    home.state.accounts.save(
        [Account(email, role, **more) for email, (role, more) in PEOPLE.items()], "setup"
    )
    home.close()
    port = free_port()
    secrets = folder / "secrets.toml"
    with provided([*PEOPLE, "nobody@x.cn"]) as provider:
        auth = {
            "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback",
            "cookie_secret": token_urlsafe(32),
            "client_id": "scorecard",
            "client_secret": "c" * 32,
            "server_metadata_url": provider,
        }
        secrets.write_text(
            "[auth]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in auth.items())
        )
        with serving(folder / "home", port=port, secrets=secrets) as base:
            yield base
            for (
                context
            ) in browser.contexts:  # else their pages go on calling for a server that is gone
                context.close()


def enter(browser: Browser, base: str, email: str, path: str = "") -> Visit:
    """Somebody who asks for a page and logs in on the way."""
    visit = Visit(browser, base, locale="zh-CN")
    page = visit.page
    page.goto(f"{base}/{path}")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_text(email, exact=True).first.click()
    page.wait_for_url(f"{base}/**")
    page.wait_for_selector("h1")
    visit.settle()
    visit.foreign.clear()  # what the provider's own page asked for
    return visit
