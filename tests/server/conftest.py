"""Two real servers over the tiny company: one with a login, one for the one user of this
machine."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from analytics.home import Home
from analytics.people import Account
from tests.browser.conftest import free_port, serving
from tests.server.tab import Tab, login_cookie, secrets_file

STAFF = [
    Account("boss@x.cn", "admin"),
    Account("boss2@x.cn", "admin"),
    Account("boss3@x.cn", "admin"),
    Account("east@x.cn", "manager", teams=("东",)),
    Account("west@x.cn", "manager", teams=("西",)),
    Account("ann@x.cn", "agent", agent_id="A1"),
    Account("gone@x.cn", "admin", active=False),
    Account("new@x.cn", "agent", agent_id="B2"),  # never logs in
]


@dataclass(frozen=True)
class Office:
    """An app with a login: its address, and cookies as its login would set them."""

    base: str
    secret: str

    def cookie(self, email: str, **claims: Any) -> str:
        return login_cookie(self.secret, self.base, email, **claims)

    def tab(self, email: str, **claims: Any) -> Tab:
        return Tab(self.base, self.cookie(email, **claims))


def staffed(tiny_folder: Path, folder: Path) -> Path:
    shutil.copytree(tiny_folder, folder / "home")
    home = Home(folder / "home")
    home.state.accounts.save(STAFF, "setup")
    home.close()
    return folder / "home"


@pytest.fixture(scope="session")
def office(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("guarded")
    port, secret = free_port(), secrets.token_urlsafe(32)
    base = f"http://127.0.0.1:{port}"
    (folder / "secrets.toml").write_text(secrets_file(base, secret))
    with serving(staffed(tiny_folder, folder), port=port, secrets=folder / "secrets.toml"):
        yield Office(base, secret)


@pytest.fixture(scope="session")
def alone(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app without a login; its address."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(tiny_folder, folder / "home")
    with serving(folder / "home") as base:
        yield base
