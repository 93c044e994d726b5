"""The matrix at a real server: pages over its websocket, kept cookies, downloads of others, foreign
names, uploads of nobody."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx
from websockets.exceptions import ConnectionClosed, InvalidStatus

from analytics.desk import Desk
from analytics.home import Home
from analytics.people import Account
from dashboard import PAGES
from tests.assault import oracle, watching
from tests.assault.company import BOSS, FALLEN, GONE, NOBODY, SECOND, Company
from tests.assault.oracle import Identity
from tests.assault.report import Report
from tests.assault.screens import words
from tests.browser.conftest import free_port, serving
from tests.server.tab import Tab, login_cookie, secrets_file

LOGIN = ("Log in", "登录")
SHUT = (InvalidStatus, ConnectionClosed, OSError, KeyError)
PATHS = (
    "/",
    "/overview",
    "/_stcore/health",
    "/_stcore/host-config",
    "/media/x.csv",
    "/app/static/x",
    "/nothing",
)
HOSTS = (
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "0.0.0.0",
    "192.168.1.7",
    "evil.example:80",
)
ORIGINS = ("http://evil.example", "https://127.0.0.1.evil.example", "null", "file://")


class Listening(Tab):
    """A tab that keeps every word of a run, not only what is read as text."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self.words: list[str] = []
        super().__init__(*args, **named)

    def open(self, *args: Any, **named: Any) -> Self:
        self.words = []
        return super().open(*args, **named)

    def read(self, timeout: float = 120.0) -> Self:
        return super().read(timeout)

    def _take(self, element: Any) -> None:
        self.words.extend(words(element))
        super()._take(element)

    def let_in(self) -> bool:
        """Whether a reader's page stands there and not the login."""
        return any(
            role in text
            for text in self.texts
            for role in ("· admin", "· manager", "· agent", "No login: one user")
        )


@contextmanager
def office(company: Company, folder: Path, *, login: bool) -> Iterator[tuple[str, str]]:
    """The real server over a copy of the company, with or without a login: its address, and the
    secret of its cookies."""
    home = folder / f"served-{login}"
    shutil.copytree(company.folder, home)
    opened = Home(home)
    Desk(opened).save_accounts([Account(FALLEN, "manager", "fallen", teams=(company.teams["t4"],))])
    opened.close()
    port, secret = free_port(), secrets.token_urlsafe(32)
    base = f"http://127.0.0.1:{port}"
    kept = folder / f"secrets-{login}.toml"
    kept.write_text(secrets_file(base, secret) if login else "")
    with serving(home, port=port, secrets=kept if login else None):
        yield base, secret


def perimeter(company: Company, folder: Path, size: int | None, seed: int) -> Report:
    """Everything at the door, once."""
    report = Report("Perimeter: identity × page over a real server; cookies, media, names, uploads")
    with office(company, folder, login=True) as (base, secret):
        door = Door(report, company, base, secret)
        door.pages()
        door.cookies()
        door.downloads()
        door.uploads()
        door.names("with a login")
    with office(company, folder, login=False) as (base, secret):
        Door(report, company, base, secret).names("without a login")
    return report


class Door:
    """One running server and those who come to it."""

    def __init__(self, report: Report, company: Company, base: str, secret: str) -> None:
        self.report, self.company, self.base, self.secret = report, company, base, secret

    def cookie(self, address: str, **claims: Any) -> str:
        return login_cookie(self.secret, self.base, address, **claims)

    def tab(self, who: Identity) -> Listening:
        return Listening(self.base, self.cookie(who.address) if who.address else None)

    def pages(self) -> None:
        """Everybody at every page, each in a tab of their own."""
        for who in oracle.identities(self.company):
            if who.name == "local":
                continue
            search = watching.Search(oracle.forbidden(who, self.company))
            allowed = oracle.sees_pages(who)
            with self.tab(who) as tab:
                for _, page, *_ in PAGES:
                    again = f"a tab of {who.address or 'nobody'} at /{page}"
                    try:
                        tab.open(page)
                    except (*SHUT, TimeoutError) as error:
                        self.report.failed(
                            "pages", f"no answer: {type(error).__name__}", again, who.name
                        )
                        break
                    seen = search.words_in(tab.words)
                    wrong = f"shows {seen[:3]} ({len(seen)} words of others)" if seen else None
                    if who.role == "none" and tab.let_in():
                        wrong = "is let in"
                    elif who.role != "none" and not tab.let_in():
                        wrong = wrong or "is not let in"
                    how = "let in" if allowed[page] else "kept out"
                    if wrong:
                        self.report.failed("pages", wrong, again, who.name)
                    else:
                        self.report.held("pages", how, who.name)

    def cookies(self) -> None:
        """Cookies that must open nothing: kept, old, forged, not vouched for, of another
        spelling."""
        now = time.time()
        kept = self.cookie("m1@q.cn")
        with Listening(self.base, kept) as tab:
            tab.open()
            tab.click("logout")
        everywhere = [self.cookie(SECOND) for _ in range(3)]
        for cookie in everywhere[1:]:
            with Listening(self.base, cookie) as tab:
                tab.open()
        with Listening(self.base, everywhere[0]) as tab:
            tab.open()
            tab.click("logout_everywhere")
        good = self.cookie(BOSS)
        tried = {
            "kept from before the way out": kept,
            **{f"ended everywhere ({number})": cookie for number, cookie in enumerate(everywhere)},
            "of thirteen hours ago": self.cookie(BOSS, moment=now - 13 * 3600),
            "of tomorrow": self.cookie(BOSS, moment=now + 86_400),
            "not vouched for": self.cookie(BOSS, email_verified=False),
            "vouched for by nobody": self.cookie(BOSS, email_verified=None),
            "without an address": self.cookie(""),
            "without a subject": self.cookie(BOSS, sub=None),
            "of another issuer": self.cookie(BOSS, iss="https://evil.example", sub="x"),
            "signed with another secret": login_cookie("x" * 48, self.base, BOSS),
            "cut": good[:-2],
            "with a turned letter": good[:10] + ("a" if good[10] != "a" else "b") + good[11:],
            "not logged in": self.cookie(BOSS, is_logged_in=False),
            "of nobody's account": self.cookie(NOBODY),
            "of one switched off": self.cookie(GONE),
            **{
                f"spelled {text!r}": self.cookie(text, sub=f"id-{number}")
                for number, text in enumerate(
                    (
                        " boss@q.cn",
                        "Boss@q.cn",
                        "boss@q.cn\n",
                        "boss@q.cn.evil.example",
                        "ｂoss@q.cn",
                    )
                )
            },
        }
        with Listening(self.base, good) as tab:  # the true one is bound first
            tab.open()
            self.report.check(
                "cookies",
                None if tab.let_in() else "the true cookie opens nothing",
                "the boss's cookie",
                "let in",
            )
        for name, cookie in tried.items():
            for page in ("", "accounts"):
                wrong = None
                try:
                    with Listening(self.base, cookie) as tab:
                        tab.open(page)
                        wrong = "is let in" if tab.let_in() else None
                except SHUT:
                    pass
                self.report.check("cookies", wrong, f"a cookie {name} at /{page}", "kept out")
            answer = httpx.get(
                f"{self.base}/media/x.csv", headers={"Cookie": f"_streamlit_user={cookie.strip()}"}
            )
            wrong = (
                None if answer.status_code in (401, 403) else f"/media answers {answer.status_code}"
            )
            self.report.check("media", wrong, f"/media with a cookie {name}", "kept out")

    def downloads(self) -> None:
        """What one made ready is nobody else's: by its address, by its id, without a cookie."""
        others = {
            "nobody": None,
            "an agent": self.cookie(next(iter(self.company.agents.values()))),
            "a manager": self.cookie("m3@q.cn"),
            "one switched off": self.cookie(GONE),
            "another admin": self.cookie(FALLEN),
        }
        with Listening(self.base, self.cookie(BOSS)) as tab:
            for page in ("overview", "coaching", "sheet", "weights"):
                tab.open(page)
                for file_id in tab.deferred[:3]:
                    for name, cookie in others.items():
                        again = f"the boss's download of /{page} asked for by {name}"
                        try:
                            with Listening(self.base, cookie) as other:
                                other.open("method")
                                url = other.operate(file_id)
                        except (*SHUT, TimeoutError):
                            url = ""
                        data = other.get(url).content if url else b""
                        self.report.check("downloads", self._leak(data, name), again, "kept out")
                    url = tab.operate(file_id)
                    if not url:
                        self.report.failed(
                            "downloads",
                            "the owner does not get it",
                            f"the boss's download of /{page}",
                        )
                        continue
                    for name, cookie in others.items():
                        headers = {"Cookie": f"_streamlit_user={cookie}"} if cookie else {}
                        answer = httpx.get(f"{self.base}{url}", headers=headers)
                        wrong = self._leak(
                            answer.content if answer.status_code == 200 else b"", name
                        )
                        self.report.check(
                            "media", wrong, f"{url} of the boss fetched by {name}", "kept out"
                        )
                    answer = tab.get(url)
                    wrong = (
                        None
                        if answer.status_code == 200 and answer.content
                        else f"the owner gets {answer.status_code}"
                    )
                    self.report.check("media", wrong, f"{url} fetched by its owner", "let in")

    def _leak(self, data: bytes, name: str) -> str | None:
        if not data:
            return None
        seen = watching.Search(canary.word for canary in self.company.canaries).words_in(
            watching.said(data)
        )
        return f"{name} gets a file with {seen[:3]}" if seen else None

    def uploads(self) -> None:
        """Files handed in by nobody, to nobody's session, to somebody else's."""
        with Listening(self.base, self.cookie(BOSS)) as boss:
            boss.open("upload")
            tried = {
                "to a session that is none": (None, "f" * 32),
                "by nobody to another's": (None, boss.session_id),
            }
            for name, (cookie, session) in tried.items():
                with Listening(self.base, cookie) as tab:
                    tab.open()
                    for file_id in ("a", "b", "../x"):
                        answer = tab.put(100_000, session, file_id)
                        wrong = (
                            None
                            if answer.status_code in (400, 401, 403, 404)
                            else f"answers {answer.status_code}"
                        )
                        self.report.check("uploads", wrong, f"an upload {name}", "kept out")
            with Listening(self.base, None) as tab:
                tab.open()
                answer = tab.put(100_000)
                wrong = (
                    None
                    if answer.status_code in (400, 401, 403, 404)
                    else f"answers {answer.status_code}"
                )
                self.report.check("uploads", wrong, "an upload from before the login", "kept out")
            with Listening(self.base, self.cookie("m3@q.cn")) as tab:
                tab.open()
                answer = tab.put(100_000, boss.session_id)
                wrong = (
                    None
                    if answer.status_code in (400, 401, 403, 404)
                    else f"answers {answer.status_code}"
                )
                self.report.check(
                    "uploads", wrong, "a manager's upload to the boss's session", "kept out"
                )

    def names(self, how: str) -> None:
        """Foreign names and pages of other sites; with a login the name alone is open, since nobody
        is let in by it."""
        line = f"names, {how}"
        for name in HOSTS if "without" in how else ():
            for path in PATHS:
                answer = httpx.get(f"{self.base}{path}", headers={"Host": name})
                wrong = (
                    None if answer.status_code in (400, 403) else f"answers {answer.status_code}"
                )
                self.report.check(line, wrong, f"{path} under the name {name}", "kept out")
        cookie = None if "without" in how else self.cookie(BOSS)
        for origin in ORIGINS:
            for host in (None, "evil.example"):
                wrong = None
                try:
                    with Listening(self.base, cookie, host=host, origin=origin) as tab:
                        tab.open()
                        wrong = "the websocket lets it in" if tab.let_in() else None
                except SHUT:
                    pass
                if (
                    host == "evil.example"
                    and origin == "http://evil.example"
                    and cookie is not None
                ):
                    # a name of our own as far as the app can know: which names are ours is a
                    # setting
                    continue
                self.report.check(
                    line, wrong, f"a websocket from {origin} to {host or 'us'}", "kept out"
                )
