"""The matrix through the front door: every page, by everybody, with hostile addresses, exports
opened, and tabs that stood open."""

from __future__ import annotations

import logging
import os
import random
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st
from google.protobuf.message import Message
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk
from analytics.people import Account
from dashboard import PAGES
from pages.ui import load
from tests.assault import oracle, watching
from tests.assault.company import BOSS, FALLEN, SECOND, Company
from tests.assault.oracle import Identity
from tests.assault.report import Report
from tests.conftest import ROOT

AUTH = {
    "redirect_uri": "http://127.0.0.1:1/oauth2callback",
    "cookie_secret": "c0Okie-" * 9,
    "client_id": "scorecard",
    "client_secret": "c" * 32,
    "server_metadata_url": "http://127.0.0.1:1/.well-known/openid-configuration",
}
ISSUER = "http://127.0.0.1:1"
HOSTILE = (
    "",
    "' or 1=1 --",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "\u202e倒",
    "%00",
    "None",
    "*",
    "$x$",
    "A" * 5_000,
)
# No browser is meant: Streamlit need not warn of that a thousand times.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").disabled = True
LOG_OUT = ("logout", "logout_everywhere")
MARK = "written by a tab that stood open"


@dataclass
class Taken:
    """A file that a page offered: its name, and how it is made when somebody clicks."""

    name: str
    make: Callable[[], Any]


class Tab:
    """One visitor's tab, without a browser: what it shows, what it offers for download, and its
    clicks."""

    def __init__(self, who: Identity) -> None:
        self.who = who
        self.app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
        self.app.context = {"locale": "zh-CN"}
        if who.name != "local":
            self.app.secrets["auth"] = AUTH
            self.app.user = claims(who.address)
        self.taken: list[Taken] = []

    def run(self) -> AppTest:
        """One run; what the page offers for download is opened on the way."""
        self.taken = []
        with intercepted(self.taken):
            return self.app.run()

    def open(self, page: str, /, **asked: str) -> bool:
        """Whether a page was offered; it is run then."""
        for name, value in asked.items():
            self.app.query_params[name] = value
        try:
            self.app.switch_page(f"pages/{page}.py")
        except ValueError:
            return False
        self.run()
        return True

    def shown(self) -> list[str]:
        """Every word of the screen: texts, options, tables, what charts are drawn from."""
        texts: list[str] = []
        for node in nodes(self.app._tree):
            proto = getattr(node, "proto", None)
            if isinstance(proto, Message):
                texts.extend(words(proto))
        return texts

    def wrong(self) -> str | None:
        """A page that broke."""
        broken = [error.value for error in self.app.exception]
        return f"the page broke: {broken[0][:200]}" if broken else None


def claims(address: str) -> dict[str, Any]:
    """What a login provider says of somebody; of nobody that they are not logged in."""
    if not address:
        return {"is_logged_in": False}
    now = int(time.time())
    return {
        "is_logged_in": True,
        "email": address,
        "email_verified": True,
        "iss": ISSUER,
        "sub": address,
        "iat": now,
        "exp": now + 3600,
        "name": address,
    }


def nodes(tree: Any) -> Iterator[Any]:
    """Every element of a page."""
    yield tree
    for child in getattr(tree, "children", {}).values():
        yield from nodes(child)


def words(proto: Message) -> Iterator[str]:
    """Every text in a message, tables included."""
    for _field, value in proto.ListFields():
        repeated: Any = (
            value if not isinstance(value, str | bytes | int | float | bool | Message) else [value]
        )
        if hasattr(repeated, "items") and not isinstance(repeated, Message):
            repeated = [*repeated.keys(), *repeated.values()]
        for part in repeated:
            if isinstance(part, Message):
                yield from words(part)
            elif isinstance(part, str):
                yield part
            elif isinstance(part, bytes):
                yield from table(part)


def table(data: bytes) -> Iterator[str]:
    with suppress(pa.ArrowInvalid, OSError, ValueError):
        yield pa.ipc.open_stream(BytesIO(data)).read_pandas().to_csv()
        return
    yield data.decode("utf-8", errors="replace")


@contextmanager
def intercepted(taken: list[Taken]) -> Iterator[None]:
    """Remember what pages offer for download."""
    stock, of_page = DeltaGenerator.download_button, st.download_button

    def remembered(original: Any) -> Any:
        def button(*args: Any, **named: Any) -> Any:
            data = named.get(
                "data",
                args[2]
                if original is stock and len(args) > 2
                else args[1]
                if original is of_page and len(args) > 1
                else None,
            )
            name = str(named.get("file_name") or "")
            taken.append(Taken(name, data if callable(data) else lambda: data))
            return original(*args, **named)

        return button

    DeltaGenerator.download_button = remembered(stock)  # type: ignore[method-assign]
    st.download_button = remembered(of_page)
    try:
        yield
    finally:
        DeltaGenerator.download_button = stock  # type: ignore[method-assign]
        st.download_button = of_page


def opened(taken: Iterable[Taken]) -> list[tuple[str, list[str]]]:
    """The words of every file offered, made as a click makes it; refused ones have none."""
    files = []
    for file in taken:
        made = file.make()
        data = made.read() if hasattr(made, "read") else made
        files.append((file.name, [] if data is None else list(watching.said(data))))
    return files


@contextmanager
def house(company: Company, folder: Path) -> Iterator[None]:
    """The app's process over a copy of the company's home."""
    before = os.environ.get("RENEWAL_HOME")
    here = Path.cwd()
    shutil.copytree(company.folder, folder)
    os.environ["RENEWAL_HOME"] = str(folder)
    os.chdir(ROOT)
    try:
        load.home()
        yield
    finally:
        load.close()
        os.chdir(here)
        os.environ.pop("RENEWAL_HOME")
        if before is not None:
            os.environ["RENEWAL_HOME"] = before
        shutil.rmtree(folder, ignore_errors=True)


def address_of(page: str) -> str:
    return next(address for place, address, *_ in PAGES if place == page)


def demote(company: Company) -> None:
    Desk(load.home()).save_accounts(
        [Account(FALLEN, "manager", "fallen", teams=(company.teams["t4"],))]
    )


# -- reading ---------------------------------------------------------------------------------------


def visits(
    company: Company, size: int | None, seed: int
) -> list[tuple[Identity, str, dict[str, str]]]:
    """Everybody at every page, and at those that read the address with every row and hostile word
    in it."""
    every: list[tuple[Identity, str, dict[str, str]]] = []
    rows = [
        company.members["t1"][1],
        company.members["t3"][0],
        company.members["t2"][1],
        company.mover,
        "AGNOBODY",
    ]
    words = random.Random(seed)
    for who in oracle.identities(company):
        for page, *_ in PAGES:
            every.append((who, page, {}))
            if page in ("people/person", "people/sheet", "people/objections", "people/coaching"):
                every += [(who, page, {"agent": agent}) for agent in rows]
            every += [
                (
                    who,
                    page,
                    {
                        words.choice(
                            ("agent", "team", "branch", "period", "lang", "page", "x")
                        ): words.choice(HOSTILE)
                    },
                )
                for _ in range(2)
            ]
            every.append((who, page, {"team": company.teams["t2"], "agent": rows[2]}))
    return every if size is None or size >= len(every) else words.sample(every, size)


def reading(company: Company, folder: Path, size: int | None, seed: int) -> Report:
    """What everybody sees on every page and takes away from it."""
    report = Report("Screens: identity × page × address × {screen, exports}")
    searches = {
        who.name: watching.Search(oracle.forbidden(who, company))
        for who in oracle.identities(company)
    }
    with house(company, folder / "screens"):
        demote(company)
        tabs: dict[str, Tab] = {}
        for who, page, asked in sorted(
            visits(company, size, seed), key=lambda visit: visit[0].name
        ):
            if who.name not in tabs:
                tabs.clear()
            tab = tabs.setdefault(who.name, Tab(who))
            if not tab.app._registered_pages:
                tab.run()
            tab.app.query_params.clear()
            _visited(report, company, searches[who.name], tab, page, asked)
    return report


def _visited(
    report: Report,
    company: Company,
    search: watching.Search,
    tab: Tab,
    page: str,
    asked: dict[str, str],
) -> None:
    who, line = tab.who, tab.who.name
    again = (
        f"{who.address} at "
        f"/{address_of(page)}?{'&'.join(f'{key}={value[:40]}' for key, value in asked.items())}"
    )
    wanted = oracle.sees_pages(who)[address_of(page)]
    offered = tab.open(page, **asked)
    if not offered:
        report.check(
            line,
            "the page is not offered though it may be seen" if wanted else None,
            again,
            "not offered",
        )
        tab.run()
        return
    if who.role != "none" and not wanted:
        report.failed(line, "a page is offered that is not theirs", again, page)
        return
    seen = [
        word for word in search.words_in(tab.shown()) if word not in asked.values()
    ]  # what was typed may be repeated
    wrong = tab.wrong() or (
        f"the screen shows {seen[:4]} ({len(seen)} words of others)" if seen else None
    )
    if wrong:
        report.failed(line, wrong, again, page)
    else:
        report.held(line, "screen", page)
    try:
        files = opened(tab.taken)
    except Exception as error:
        report.failed(line, f"a download broke: {type(error).__name__}: {error}", again, page)
        return
    for name, texts in files:
        seen = search.words_in(texts)
        if seen:
            report.failed(
                line,
                f"the export {name} holds {seen[:4]} ({len(seen)} words of others)",
                again,
                page,
            )
        else:
            report.held(line, "export", page)


# -- tabs that stood open --------------------------------------------------------------------------


def stale(company: Company, folder: Path, size: int | None, seed: int) -> Report:
    """Every button of every page, clicked in a tab whose account was switched off or demoted since
    the page was drawn."""
    report = Report(
        "Stale tabs: identity × page × {click, edit, deferred download} after the account "
        "was taken away"
    )
    people = {identity.name: identity for identity in oracle.identities(company)}
    second = Identity("admin, switched off", SECOND, "admin")
    fallen = Identity("admin, demoted", FALLEN, "admin")
    whole = [
        (who, page)
        for who in (second, fallen, people["old manager"], people["agent"])
        for page, address, *_ in PAGES
        if oracle.sees_pages(who)[address]
    ]
    chosen = (
        whole if size is None or size >= len(whole) else random.Random(seed).sample(whole, size)
    )
    most = 3 if size is not None else 60
    with house(company, folder / "stale"):
        for who, page in chosen:
            Stale(report, company, who, page).all(most)
    return report


class Stale:
    """One page of one reader: drawn, then the account is taken away, then clicked."""

    def __init__(self, report: Report, company: Company, who: Identity, page: str) -> None:
        self.report, self.company, self.who, self.page = report, company, who, page
        self.account = next(
            account for account in Desk(load.home()).accounts() if account.email == who.address
        )
        self.tab = Tab(who)
        self.tab.run()

    def all(self, most: int) -> None:
        """Each button in turn, each table's edit, and every file that was offered."""
        self._draw()
        # Who logs out ends the login that the rest is tried with; anybody may.
        keys = [
            f"button {position}"
            for position, button in enumerate(self.tab.app.button)
            if button.key not in LOG_OUT
        ][:most]
        keys += [f"table {position}" for position, _ in enumerate(self._editors())]
        for key in keys:
            self._draw()
            kind, _, position = key.partition(" ")
            self._try(
                key,
                partial(self._click if kind == "button" else self._edit, int(position)),
            )
        self._draw()
        self._downloads()
        self._give_back()

    def _draw(self) -> None:
        self._give_back()
        if not self.tab.open(self.page):
            self.tab.run()
            self.tab.open(self.page)

    def _give_back(self) -> None:
        now = next(
            account for account in Desk(load.home()).accounts() if account.email == self.who.address
        )
        Desk(load.home()).save_accounts([replace(self.account, version=now.version)])

    def _take_away(self) -> None:
        if self.who.address == FALLEN:
            demote(self.company)
        else:
            Desk(load.home(), BOSS).save_accounts([replace(self.account, active=False)])

    def _editors(self) -> list[str]:
        return [
            key
            for key in self.tab.app.session_state.to_dict()
            if isinstance(self.tab.app.session_state[key], dict)
            and "edited_rows" in self.tab.app.session_state[key]
        ]

    def _click(self, position: int) -> None:
        for field in (*self.tab.app.text_input, *self.tab.app.text_area):
            field.set_value(MARK)
        if position < len(self.tab.app.button) and not self.tab.app.button[position].disabled:
            self.tab.app.button[position].click()

    def _edit(self, position: int) -> None:
        editors = self._editors()
        if position >= len(editors):
            return
        key = editors[position]
        columns = [
            "comment",
            "action",
            "owner",
            "agreed",
            "state",
            "same",
            "active",
            "role",
            "merge",
        ]
        self.tab.app.session_state[key] = {
            "edited_rows": {0: dict.fromkeys(columns, MARK)},
            "added_rows": [],
            "deleted_rows": [],
        }

    def _try(self, key: str, act: Callable[[], None]) -> None:
        line, label = self.who.name, key
        if key.startswith("button"):
            position = int(key.split()[1])
            if position >= len(self.tab.app.button):
                return
            label = f"button {self.tab.app.button[position].label!r}"
        self._take_away()
        before = watching.kept(load.home())
        again = (
            f"{self.who.address} draws /{address_of(self.page)}, the account is taken away, "
            f"then: {label}"
        )
        try:
            act()
            self.tab.run()
        except Exception as error:
            self.report.failed(line, f"broke: {type(error).__name__}: {error}", again, self.page)
            return
        wrote = watching.changed(before, watching.kept(load.home()))
        seen = watching.Search(self._hidden()).words_in(self.tab.shown())
        wrong = self.tab.wrong()
        if wrote and not self._within(before, wrote):
            self.report.failed(line, f"wrote {wrote}", again, self.page)
        elif seen:
            self.report.failed(
                line, f"still shows {seen[:3]} ({len(seen)} words)", again, self.page
            )
        elif wrong:
            self.report.failed(line, wrong, again, self.page)
        else:
            self.report.held(line, key.split(maxsplit=1)[0], self.page)

    def _hidden(self) -> dict[str, Any]:
        left = (
            Identity("", self.who.address, "manager", ("t4",))
            if self.who.address == FALLEN
            else Identity("", "", "none")
        )
        return oracle.forbidden(left, self.company)

    def _within(self, before: dict[str, Any], wrote: list[str]) -> bool:
        """Who was demoted to a manager may still write about their own."""
        if self.who.address != FALLEN or set(wrote) - {
            "note",
            "talk",
            "objection",
            "attachment",
            "closed_sheet",
        }:
            return False
        after = watching.kept(load.home())
        fresh = [
            row
            for name in wrote
            for row in set(map(repr, after[name])) - set(map(repr, before[name]))
        ]
        return all(any(agent in row for agent in self.company.members["t4"]) for row in fresh)

    def _downloads(self) -> None:
        taken = list(self.tab.taken)
        self._take_away()
        search = watching.Search(self._hidden())
        for file in taken:
            again = (
                f"{self.who.address} draws /{address_of(self.page)}, the account is taken "
                f"away, then the download {file.name}"
            )
            texts: list[str] = []
            with suppress(Exception):
                made = file.make()
                data = made.read() if hasattr(made, "read") else made
                texts = [] if data is None else list(watching.said(data))
            seen = search.words_in(texts)
            wrong = (
                f"the deferred download still holds {seen[:3]} ({len(seen)} words)"
                if seen
                else None
            )
            if wrong:
                self.report.failed(self.who.name, wrong, again, self.page)
            else:
                self.report.held(self.who.name, "download", self.page)
