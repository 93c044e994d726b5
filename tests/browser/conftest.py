"""The real app in a real browser: a server of its own over a fresh home, and Chromium that may reach nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    home: Path, script: str = "dashboard.py", cwd: Path = ROOT, *, port: int | None = None, secrets: Path | None = None
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
            for _ in range(200):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """One visitor, and everything their browser asked for or complained about."""

    def __init__(self, browser: Browser, base: str, **options: object) -> None:
        self.base = base
        self.context = browser.new_context(viewport={"width": 1360, "height": 900}, accept_downloads=True, **options)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.clicks = 0
        self.page.on(
            "request",
            lambda one: None if one.url.startswith((base, "data:", "blob:")) else self.foreign.append(one.url),
        )
        # Streamlit's page looks for its server below every path it could be mounted at: those questions go unanswered.
        self.page.on(
            "response",
            lambda one: self.complaints.append(one.url) if one.status >= 400 and "/_stcore/" not in one.url else None,
        )
        self.page.on(
            "console",
            lambda one: (
                self.complaints.append(one.text)
                if one.type == "error" and "Failed to load resource" not in one.text
                else None
            ),
        )

    def open(self, path: str = "") -> Page:
        self.page.goto(f"{self.base}/{path}")
        self.page.wait_for_selector("h1")
        return self.page

    def click(self, text: str, **options: object) -> None:
        self.clicks += 1
        self.page.get_by_text(text, exact=True).first.click(**options)

    def settle(self) -> None:
        """Until no run is under way."""
        self.page.wait_for_timeout(400)
        self.page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
        self.page.wait_for_timeout(250)
