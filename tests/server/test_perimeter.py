"""Under which names the app answers, to whose pages, and with which headers: at real servers."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pages.ui.cookie_secret import weak
from pages.ui.perimeter import answers_to, encrypted, name_of, same_site
from tests.browser.conftest import free_port
from tests.conftest import ROOT
from tests.server.tab import Tab, secrets_file

PAGES = [
    "/",
    "/overview",
    "/_stcore/health",
    "/_stcore/host-config",
    "/media/x.csv",
    "/static/x.js",
    "/app/static/x",
]


def get(base: str, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{base}{path}", headers=headers)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.1.7:8501", "0.0.0.0"],
)
def test_without_a_login_the_app_answers_under_no_name_but_the_machines_own(alone, path, host):
    answer = get(alone, path, Host=host)
    assert answer.status_code == 403
    assert "localhost" in answer.text
    assert "admin" not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost",
        "127.0.0.1",
        "[::1]",
        "localhost.",
        "127.0.0.1:{port}",
        "localhost:1",
    ],
)
def test_without_a_login_the_machines_own_names_are_answered_with_any_port(alone, host):
    host = host.format(port=urlsplit(alone).port)
    assert get(alone, "/", Host=host).status_code == 200
    with Tab(alone, host=host, origin=f"http://{host}") as tab:
        assert tab.open().says("No login: one user on this machine")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", "http://evil.example"),
        ("evil.example", None),
        (None, "http://evil.example"),
        (None, "https://127.0.0.1.evil.example"),
        (None, "null"),
        (None, "http://localhost.evil.example"),
    ],
)
def test_a_page_of_another_site_gets_no_websocket(alone, host, origin):
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        Tab(alone, host=host, origin=origin).open()


def test_a_page_of_another_site_gets_no_answer_either(alone, office):
    for base in (alone, office.base):
        assert get(base, "/", Origin="http://evil.example").status_code == 403
        assert get(base, "/", Origin="null").status_code == 403
        assert get(base, "/", Origin=base).status_code == 200


def test_a_load_balancer_may_ask_under_any_name_whether_the_app_is_ready(alone):
    assert get(alone, "/healthz", Host="10.0.0.3").text == "ready"


@pytest.mark.parametrize(
    "path",
    ["metrics", "script-health-check", "agent/openapi.json", "agent/mcp", "", "../_stcore/metrics"],
)
def test_nothing_of_streamlits_is_open_but_what_a_page_needs(alone, path):
    assert get(alone, f"/_stcore/{path}").status_code in (400, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Proto": "HTTPS"},
        {"X-Forwarded-Proto": "https, http"},
        {"X-Forwarded-Proto": "https,http,http"},
        {"Forwarded": "for=1.2.3.4;proto=https;by=5.6.7.8"},
        {"Forwarded": 'for="[::1]"; proto="HTTPS", for=10.0.0.1;proto=http'},
        {"X-Forwarded-Ssl": "on"},
        {"Front-End-Https": "On"},
        {"X-Forwarded-Scheme": "https"},
    ],
)
def test_behind_a_proxy_that_ends_tls_cookies_and_browsers_are_kept_to_it(alone, headers):
    answer = httpx.get(f"{alone}/_stcore/health", headers=headers)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert all("secure" in cookie.lower() for cookie in answer.headers.get_list("set-cookie"))
    assert answer.headers.get_list("set-cookie")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-Proto": "http"},
        {"X-Forwarded-Proto": "http, https"},
        {"Forwarded": "for=a;proto=http"},
    ],
)
def test_without_tls_nothing_claims_it(alone, headers):
    answer = httpx.get(f"{alone}/_stcore/health", headers=headers)
    assert "strict-transport-security" not in answer.headers
    assert all("secure" not in cookie.lower() for cookie in answer.headers.get_list("set-cookie"))


def test_an_app_whose_own_address_is_https_keeps_to_it_whatever_the_proxy_says():
    assert encrypted("http", {"x-forwarded-proto": "http"}, "https://scorecard.example")
    assert encrypted("wss", {}, "")
    assert not encrypted("http", {}, "http://127.0.0.1:8501")


def test_listed_hosts_are_the_only_ones_with_and_without_a_login():
    for login in (True, False):
        assert answers_to("scorecard.example:443", ["scorecard.example"], login=login)
        assert answers_to("a.b.example", ["*.b.example"], login=login)
        assert not answers_to("b.example", ["*.b.example"], login=login)
        assert not answers_to("localhost", ["scorecard.example"], login=login)
        assert not answers_to("evil.example", ["scorecard.example"], login=login)
        assert answers_to("evil.example", ["*"], login=login)
    assert answers_to("scorecard.example", [], login=True)
    assert not answers_to("scorecard.example", [], login=False)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "localhost/x",
        "localhost@evil",
        "evil@localhost",
        "localhost:x",
        "localhost\\",
        "[::1",
        "localhost#x",
    ],
)
def test_a_host_that_is_none_is_nobody(host):
    assert name_of(host) is None
    assert not answers_to(host, [], login=False)


def test_a_page_that_calls_is_of_the_same_host_or_of_this_machine():
    assert same_site("http://localhost:3000", "127.0.0.1:8501", [])
    assert same_site("https://a.example", "a.example", [])
    assert same_site(None, "a.example", [])
    assert not same_site("https://a.example:444", "a.example", [])
    assert not same_site("http://localhost:3000", "a.example", [])
    assert same_site("https://b.example", "a.example", ["a.example", "b.example"])
    assert not same_site("file://localhost", "localhost", [])


# -- what stands against starting ------------------------------------------------------------------


@contextmanager
def started(folder, secrets_text: str, **settings: str):
    """A server that may refuse to serve: its address and what it says on the console."""
    port = free_port()
    (folder / "secrets.toml").write_text(secrets_text.replace("PORT", str(port)))
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "dashboard.py",
        "--server.port",
        str(port),
        "--secrets.files",
        str(folder / "secrets.toml"),
    ]
    for name, value in settings.items():
        command += [f"--server.{name}", value]
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "RENEWAL_HOME": str(folder / "home")},
            stdout=log,
            stderr=log,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(900):
            try:
                httpx.get(f"{base}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield base, lambda: (folder / "log").read_text()
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (secrets_file("http://127.0.0.1:PORT", "s" * 48), "less than 32 random bytes"),
        (
            '[auth]\nredirect_uri = "http://127.0.0.1:PORT/oauth2callback"\ncookie_secret = "oops',
            "cannot be read",
        ),
    ],
    ids=["weak secret", "damaged secrets"],
)
def test_an_app_that_could_be_entered_by_guessing_serves_nothing_and_says_why(
    tmp_path, text, sentence
):
    with started(tmp_path, text) as (base, console):
        for path in ("/", "/healthz", "/_stcore/health", "/media/x", "/overview"):
            answer = httpx.get(f"{base}{path}")
            assert answer.status_code == 503
            assert sentence in answer.text
        assert sentence in console()
        with pytest.raises((InvalidStatus, KeyError)):
            Tab(base)
        assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "s" * 48,
        "0123456789abcdef" * 4,
        "ab" * 40,
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "correct horse battery staple and a few more words than that",
        "32 or more random characters",
        "change-me-please-change-me-please-change",
        "wozhenshitaixihuanchihuoguoleweishenmenibuxihuan",
        "9f86d081884c7d659a2feaa0c55ad015",
        "p7Zr0sQx1LkV9eTbN4uYc2Jm",
        "3141592653589793238462643383279502884197",
    ],
)
def test_a_secret_that_holds_less_than_32_random_bytes_is_weak(secret):
    assert weak(secret)


@pytest.mark.parametrize(
    "secret",
    [
        "oGmZ0tq3oW0k1lJwVnP4bTzq8b4lX2uQyR7sKfEhD5c",
        "m3rX-7wQk_V0pLd9TzB2hYsC5nJ8gFxA1uEiKoRvNqM=",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "K7QZ2M5XWVJ4RTN6PDHB3FYGLCSA7UEOI2KXQ5ZMWR4VNTJ6PHDBF3YG",
    ],
)
def test_a_secret_made_as_the_readme_says_is_strong(secret):
    assert not weak(secret)
