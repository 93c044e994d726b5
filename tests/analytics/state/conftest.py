"""The state store on both of its databases; PostgreSQL is really started, from Debian's package, on
a port of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.state.store import Store
from tests.browser.conftest import free_port


def run_as_postgres(*command: str) -> None:
    """Run it, silently; PostgreSQL refuses to run as root."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*before, *command],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a running server, without a database name."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert programs, "PostgreSQL is missing: make test installs it"
    folder = Path(tempfile.mkdtemp(prefix="renewal-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    port = free_port()
    run_as_postgres(
        f"{programs[-1]}/initdb",
        "-D",
        f"{folder}/data",
        "-U",
        "renewal",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    )
    run_as_postgres(
        f"{programs[-1]}/pg_ctl",
        "-D",
        f"{folder}/data",
        "-l",
        f"{folder}/log",
        "-o",
        options,
        "-w",
        "start",
    )
    yield f"postgresql+psycopg://renewal@127.0.0.1:{port}"
    run_as_postgres(f"{programs[-1]}/pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database on either."""
    if request.param == "sqlite":
        return f"sqlite:///{(tmp_path / 'state.sqlite').as_posix()}"
    return new_database(request.getfixturevalue("postgres"))


def new_database(server: str) -> str:
    """The URL of an empty database on a server."""
    import sqlalchemy as sa

    name = f"t{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create database {name}")
    engine.dispose()
    return f"{server}/{name}"


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    opened = Store(url, tmp_path / "audit.head")
    yield opened
    opened.close()
