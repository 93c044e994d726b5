"""One tiny company whose numbers a reader can check by hand, and helpers that load it through the
real door."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from itertools import count, zip_longest
from pathlib import Path
from typing import Any

import duckdb
import filelock
import pandas as pd
import pytest
from click.testing import CliRunner
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test

from analytics import sample
from analytics.__main__ import main
from analytics.commands.shell import Context
from analytics.home import Home
from analytics.intake import cells, reading, worker
from analytics.intake.recipe import recipe_from
from analytics.intake.recognise import recognise
from analytics.sample.company import agent_id_at, company

ROOT = Path(__file__).resolve().parent.parent

# Five policies of Ann (team East): four renewed, one lost → 80 %; three of Bo (West): one renewed,
# one lost, one late → 33.3 %. Cy (West) holds one open and one excluded policy, so that no rate of
# his is available. As of 2026-06-30, grace 30 days, but 90 for life, whose policy is the open one.
POLICIES = """\
保单号,工号,到期日,续保结果,续保日期,应续保费,续保保费,首年客户,产品,渠道,客户号,剔除原因,满意度
P1,A1,2026-04-02,已续,2026-04-01,100,110,是,车险,直销,K1,,5
P2,A1,2026-04-05,已续,2026-05-05,100,90,否,车险,直销,K2,,4
P3,A1,2026-04-10,已续,,100,100,否,车险,直销,K3,,
P4,A1,2026-04-20,已续,2026-04-20,100,100,是,健康险,门店,K4,,3
P5,A1,2026-04-30,未续,,100,,是,健康险,门店,K5,,
P6,B2,2026-04-03,已续,2026-04-03,200,200,否,车险,直销,K6,,2
P7,B2,2026-04-03,未续,,200,,否,车险,直销,K7,,
P8,B2,2026-04-04,已续,2026-05-05,200,200,否,车险,直销,K8,,
P9,C3,2026-04-09,跟进中,,300,,否,寿险,直销,K9,,
P10,C3,2026-04-09,已续,2026-04-09,300,300,否,车险,直销,K10,车辆已过户,
"""
ROSTER = """工号,姓名,团队,机构,件数目标,保费目标
A1,安,东,总部,5,500
B2,波,西,分部,4,800
C3,陈,西,分部,4,800
"""
COMPLAINTS = """工号,投诉日期,是否成立
B2,2026-04-15,是
"""
CONTACTS = """工号,联系时间,保单号,客户号,是否有效
A1,2026-03-20 09:00,P1,K1,否
A1,2026-03-22 09:00,P1,K1,是
A1,2026-04-16 00:30,,K4,是
A1,2026-04-16 10:00,P4,K4,是
B2,2026-04-01 10:00,P6,K6,是
"""
AS_OF = dt.date(2026, 6, 30)


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """A text file with these contents."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def load_text(home: Home, folder: Path, kind: str, text: str, **options: Any) -> Any:
    """Load a CSV through the real intake, by its headers; `answers` to what it would ask."""
    path = write(folder, f"{kind}-{abs(hash(text)) % 10**8}.csv", text)
    as_of = options.pop("as_of", AS_OF)
    columns = recognise(text.splitlines()[0].split(","), kind)[0].columns
    answers = {"plausible.rate": "yes", **options.pop("answers", {})}
    recipe = {"kind": kind, "columns": columns, "answers": answers, "options": options}
    return home.load(path, recipe_from(recipe), as_of=as_of)


real_run = reading._run


def read_here(request: bytes, *_: object) -> tuple[int, bytes]:
    """What the throw-away process does with a file, in this one."""
    worker.answer(json.loads(request))
    return 0, b""


@pytest.fixture(scope="session", autouse=True)
def _quick_reading() -> Iterator[None]:
    """Files are read in this process: one of its own for each would take most of the time. The
    tests of the intake have the real one."""
    with ExitStack() as kept, pytest.MonkeyPatch.context() as patch:
        beside = Beside(kept, cells.scratch)
        patch.setattr(cells, "scratch", beside.scratch)
        patch.setattr(reading, "_run", read_here)
        yield


class Beside:
    """Empty databases beside one that has the macros already: making both anew took a third of the
    time of reading a small file."""

    def __init__(
        self, kept: ExitStack, real: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]
    ) -> None:
        self._kept, self._real, self._numbers, self._making = kept, real, count(), threading.Lock()
        self._root: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def scratch(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._making:
            self._root = self._root or self._kept.enter_context(self._real())
        name = f"file{next(self._numbers)}"
        with self._root.cursor() as cursor:
            cursor.execute(f"attach ':memory:' as {name}")
            try:
                cursor.execute(f"set search_path = '{name}.main,memory.main'")
                yield cursor
            finally:
                cursor.execute(f"use memory; detach {name}")


@pytest.fixture(scope="session", autouse=True)
def _apps_start_quickly() -> Iterator[None]:
    """At every start of an app, which here are hundreds, Streamlit would search all packages for
    components and compile every page."""
    scripts = ScriptCache()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_test, "ScriptCache", lambda: scripts)
        patch.setattr(
            manifest_scanner,
            "scan_component_manifests",
            cache(manifest_scanner.scan_component_manifests),
        )
        yield


Made = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Gives the folder of a name, filled by whoever asks for it first of all workers; tests work on
    copies."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made"
    shared.mkdir(exist_ok=True)

    def folder_of(name: str, make: Callable[[Path], None]) -> Path:
        folder, filled = shared / name, shared / f"{name}.filled"
        with filelock.FileLock(shared / f"{name}.lock"):
            if not filled.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                filled.touch()
        return folder

    return folder_of


def load_tiny(home: Home, folder: Path) -> None:
    """The tiny company into an empty home."""
    home.change_settings({"grace_by_product": {"寿险": 90}})
    load_text(home, folder, "agents", ROSTER)
    load_text(home, folder, "policies", POLICIES, satisfaction_max=5)
    load_text(home, folder, "complaints", COMPLAINTS)
    load_text(home, folder, "contacts", CONTACTS)


def closed_home(folder: Path, fill: Callable[[Home], object], of: Path | None = None) -> None:
    """A home folder, or a copy of one, in which something was done."""
    if of is not None:
        shutil.copytree(of, folder / "home")
    home = Home(folder / "home")
    try:
        fill(home)
    finally:
        home.close()


@pytest.fixture(scope="session")
def empty_folder(made_once: Made) -> Path:
    """An empty home folder."""
    return made_once("empty", lambda folder: closed_home(folder, lambda home: None)) / "home"


@contextmanager
def copied(folder: Path, place: Path) -> Iterator[Home]:
    """A home in a copy of a folder."""
    shutil.copytree(folder, place)
    home = Home(place)
    yield home
    home.close()


@pytest.fixture
def home(empty_folder: Path, tmp_path: Path) -> Iterator[Home]:
    """An empty home."""
    with copied(empty_folder, tmp_path / "home") as home:
        yield home


@pytest.fixture(scope="session")
def tiny_folder(made_once: Made) -> Path:
    """The tiny company's home folder."""
    return (
        made_once("tiny", lambda folder: closed_home(folder, lambda home: load_tiny(home, folder)))
        / "home"
    )


@pytest.fixture
def tiny(tiny_folder: Path, tmp_path: Path) -> Iterator[Home]:
    """The tiny company, loaded."""
    with copied(tiny_folder, tmp_path / "tiny") as home:
        yield home


@pytest.fixture(scope="session")
def settled_folder(made_once: Made, tiny_folder: Path) -> Path:
    """The tiny company's home folder with every window closed."""

    def close_windows(home: Home) -> None:
        home.change_settings({"grace_by_product": {}})

    return (
        made_once("settled", lambda folder: closed_home(folder, close_windows, tiny_folder))
        / "home"
    )


@pytest.fixture
def settled(settled_folder: Path, tmp_path: Path) -> Iterator[Home]:
    """The tiny company with every window closed."""
    with copied(settled_folder, tmp_path / "settled") as home:
        yield home


@pytest.fixture(scope="session")
def sample_folder(made_once: Made) -> Path:
    """The sample company's home folder."""
    return made_once("sample", lambda folder: closed_home(folder, sample.load)) / "home"


@pytest.fixture(scope="session")
def first_agents() -> Mapping[str, pd.DataFrame]:
    """The sample company's files with their first agents alone."""
    few = [agent_id_at(index) for index in range(6)]
    return {kind: frame[frame["工号"].isin(few)] for kind, frame in company().items()}


@pytest.fixture
def small_sample(
    first_agents: Mapping[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, pd.DataFrame]:
    """The sample is the first agents' files, where it matters that it is loaded and not what it
    holds: all of it takes seconds."""
    monkeypatch.setattr(sample, "company", lambda: first_agents)
    return first_agents


class Shell:
    """The command line, in this process: starting one for every command would take most of the
    time."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: object) -> Any:
        """JSON of a command that must succeed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [*map(str, words), "--home", str(self.home), "--lang", "en"]
        done = CliRunner().invoke(main, command, obj=Context(), prog_name="python -m analytics")
        broken = done.exception is not None and not isinstance(done.exception, SystemExit)
        trace = "".join(traceback.format_exception(done.exception)) if broken else ""
        return subprocess.CompletedProcess(
            command, done.exit_code, done.stdout, done.stderr + trace
        )

    def refused(self, *words: object) -> str:
        """The one sentence of a command that must be refused."""
        done = self.run(*words)
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        return done.stderr.strip()


class Process(Shell):
    """The command line as a user has it: a process of its own."""

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "analytics",
            *map(str, words),
            "--home",
            str(self.home),
            "--lang",
            "en",
        ]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture
def process(tmp_path: Path) -> Process:
    return Process(tmp_path / "home")


WAITING = ("browser", "assault", "test_watch.py")  # for other processes, most of the time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules that wait first, each beside one that reckons: begun last, or all at once, they would
    leave the cores idle or none."""
    modules: dict[Path, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.path, []).append(item)
    waiting = [
        module for path, module in modules.items() if not set(WAITING).isdisjoint(path.parts)
    ]
    others = [module for path, module in modules.items() if set(WAITING).isdisjoint(path.parts)]
    waiting.sort(key=lambda module: "browser" not in module[0].path.parts)
    items[:] = [
        item
        for pair in zip_longest(waiting, others, fillvalue=())
        for module in pair
        for item in module
    ]
