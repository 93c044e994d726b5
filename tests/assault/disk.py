"""A disk that fills at every write, or may not be written; a lock that is taken; a clock set back;
a database that goes and comes."""

from __future__ import annotations

import datetime as dt
import mmap
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from analytics.__main__ import main
from analytics.desk import Desk
from analytics.errors import RenewalError
from analytics.home import Home
from analytics.language import explain
from analytics.model import Filters
from analytics.people import Talk
from analytics.state import database
from tests.assault import watching
from tests.assault.company import quick_reading
from tests.assault.damages import unfit
from tests.assault.kills import (
    APRIL,
    OPERATIONS,
    Said,
    Scene,
    forked,
    looked_at,
    prepare,
    run,
    state_of,
    tracing,
)
from tests.assault.report import Report

WRITES = ("write", "pwrite64", "fallocate", "ftruncate", "mkdir")
SMALL = 24  # megabytes of a disk that fills
ROOMS = (0, 0, 1 << 14, 1 << 16, 1 << 17, 1 << 19)  # bytes that are left


def faults(folder: Path, size: int | None, seed: int) -> Report:
    """Every fault of the machine that can be made here; `size` bounds the full disks."""
    report = Report("Faults of the machine")
    forked(lambda: prepare(folder))
    full_at_every_write(report, folder, size or 90, seed)
    with _disk(report, "a disk that is full") as disk:
        if disk is not None:
            _full(report, folder, disk)
            _fills_under(report, folder, disk)
    with _disk(report, "a disk that may only be read") as disk:
        if disk is not None:
            _read_only(report, folder, disk)
    _lock_taken(report, folder)
    _clock_back(report, folder)
    _postgres(report, folder)
    return report


# -- full at every write ---------------------------------------------------------------------------


def full_at_every_write(report: Report, folder: Path, size: int, seed: int) -> None:
    """From one write on none succeeds; then there is room again. The home is as before or as after,
    and the command had words."""
    if shutil.which("strace") is None:
        report.skipped("full at a write", "strace is not installed")
        return
    random_ = random.Random(seed)
    chosen = [operation for operation in OPERATIONS if operation.words[0] in main.commands]
    for position, operation in enumerate(chosen):
        share = size // len(chosen) + (position < size % len(chosen))
        if share:
            _fills(report, Scene(folder, operation), share, random_)


def _fills(report: Report, scene: Scene, share: int, random_: random.Random) -> None:
    scene.lay()
    before = forked(lambda: state_of(scene.home, again=False))["held"]
    words = scene.lay()
    with tracing(
        lambda: run(words, scene.home), scene.home, "-e", f"trace={','.join(WRITES)}"
    ) as log:
        pass
    after = forked(lambda: state_of(scene.home, again=False))["held"]
    count = max(
        1, len([line for line in log.text.splitlines() if re.match(r"\d+\s+p?write", line)])
    )
    for number in random_.sample(range(1, count + 1), min(share, count)):
        _full_from(report, scene, number, (before, after))


def _full_from(report: Report, scene: Scene, number: int, states: tuple[Any, Any]) -> None:
    operation, (before, after) = scene.operation, states
    words = scene.lay()
    said = Shared()
    calls = ",".join(WRITES)
    options = ("-e", f"trace={calls}", "-e", f"inject={calls}:error=ENOSPC:when={number}+")
    with tracing(lambda: said.put(run(words, scene.home)), scene.home, *options) as log:
        pass
    again = f"{operation.name}: {' '.join(operation.words)} with ENOSPC from write {number} on"
    told = said.get()
    if told is None:
        wrong: str | None = f"the process died (exit {log.code})"
    else:
        wrong = unfit(told)
    if wrong is None:
        wrong = _before_or_after(scene, told, before, after)
    report.check("full at a write", wrong, again, "done" if told and told.code == 0 else "refused")


def _before_or_after(scene: Scene, told: Said | None, before: Any, after: Any) -> str | None:
    try:
        state = looked_at(scene)
    except RuntimeError as error:
        return f"with room again the home does not open: {error}"
    held = state["held"]
    # What was refused leaves no trace but in the audit.
    if state["wrong"]:
        return f"with room again it opens, but: {state['wrong']}"
    if told is not None and told.code == 0 and held != after and scene.operation.name != "watch":
        return f"it said that it was done, but {watching.changed(held, after)} are not"
    if held in (before, after) or scene.operation.name == "watch":
        return None
    return (
        f"neither as before ({watching.changed(held, before)} differ) nor as after "
        f"({watching.changed(held, after)} differ)"
    )


class Shared:
    """What a forked process says by memory that it shares, since it cannot write."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1 << 16)

    def put(self, said: Said) -> None:
        data = f"{said.code}\n{said.error}".encode()[: (1 << 16) - 8]
        self._memory[:8] = len(data).to_bytes(8, "big")
        self._memory[8 : 8 + len(data)] = data

    def get(self) -> Said | None:
        length = int.from_bytes(self._memory[:8], "big")
        if not length:
            return None
        code, _, error = self._memory[8 : 8 + length].decode(errors="replace").partition("\n")
        return Said(int(code), "", error)


# -- disks of a kind -------------------------------------------------------------------------------


@contextmanager
def _disk(report: Report, line: str) -> Iterator[Path | None]:
    """A small disk in memory; None where nobody may make one."""
    place = Path(tempfile.mkdtemp(prefix="assault-disk-"))
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}m", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        report.skipped(line, "only root can make a disk")
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
        place.rmdir()


def _full(report: Report, folder: Path, disk: Path) -> None:
    """No byte is left: figures are read, what would write is refused in words; with room again
    everything works."""
    line = "a disk that is full"
    home = disk / "home"
    shutil.copytree(folder / "home", home)
    truth = forked(lambda: run(("evaluate",), home))
    filler = disk / "filler"
    for name, words in _asked(folder):
        _fill(filler)
        said = forked(partial(run, words, home))
        wrong = unfit(said)
        if name == "evaluate" and said.code == 0 and said.out != truth.out:
            wrong = "other figures than before"
        report.check(line, wrong, f"{name} on a full disk", "read" if said.code == 0 else "refused")
        filler.unlink()
        again = forked(lambda: run(("evaluate",), home))
        report.check(
            line,
            None if again.code == 0 else f"with room again: {again.error}",
            f"{name} on a full disk, then evaluate",
            "works again",
        )


def _fills_under(report: Report, folder: Path, disk: Path) -> None:
    """The disk fills under a home that is open: figures go on, changes are refused in words, with
    room again they are made."""
    home, filler = disk / "open", disk / "filler"
    shutil.copytree(folder / "home", home)
    for name, wrong, how in forked(lambda: _while_open(home, filler)):
        report.check("a disk that fills", wrong, name, how)


def _while_open(folder: Path, filler: Path) -> list[tuple[str, str | None, str]]:
    with quick_reading():
        home = Home(folder)
        desk, tries = Desk(home), Tried()
        truth = repr(desk.measured(Filters(APRIL)).totals)
        source = folder.parent / "source.csv"
        source.write_text(
            "保单号,工号,到期日,续保结果\n"
            + "".join(f"N{policy},A1,2026-04-02,已续\n" for policy in range(500)),
            encoding="utf-8",
        )
        recipe = home.recipe_for(source)
        for round_, room in enumerate(ROOMS):
            _fill(filler, room)
            tries.tried(
                f"figures on a full disk (round {round_})",
                lambda: repr(desk.measured(Filters(APRIL)).totals) == truth,
                ["done"],
            )
            tries.tried(
                f"a file looked at and read on a full disk (round {round_})",
                lambda: (
                    home.look(source) and home.preview(source, home.recipe_for(source)) and None
                ),
                ["refused"] if room == 0 else ["refused", "done"],
            )
            if room == 0:
                tries.tried(
                    f"a load on a full disk (round {round_})",
                    lambda: (
                        desk.load_all([(source, recipe)], as_of=None, on_issues="refuse") and None
                    ),
                    ["refused"],
                )
            tries.tried(
                f"a rebuild on a full disk (round {round_})",
                lambda: desk.rebuild() and None,
                ["refused", "done"],
            )
            tries.tried(
                f"talks on a full disk (round {round_})",
                lambda: (
                    [desk.save_talk(Talk("A1", reason="x" * 4_000)) for _ in range(60)] and None
                ),
                ["refused"] if room == 0 else ["refused", "done"],
            )
            tries.tried(
                f"figures after a refusal (round {round_})",
                lambda: repr(desk.measured(Filters(APRIL)).totals) == truth,
                ["done"],
            )
            filler.unlink()
            tries.tried(
                f"a talk with room again (round {round_})",
                lambda: desk.save_talk(Talk("A1", reason="why")) and None,
                ["done"],
            )
            tries.tried(
                f"the audit with room again (round {round_})",
                lambda: watching.audit_of(home) == [],
                ["done"],
            )
        home.close()
    return tries.all


class Tried:
    """What was tried one after the other, what was wrong with it, and how it ended."""

    def __init__(self) -> None:
        self.all: list[tuple[str, str | None, str]] = []

    def tried(self, name: str, act: Callable[[], Any], must: Sequence[str]) -> None:
        """Do it: it has to end in one of these ways, give True or nothing, and speak in words where
        it is refused."""
        try:
            value = act()
            how, wrong = "done", None if value in (None, True) else f"gave {value!r:.100}"
        except RenewalError as error:
            how, wrong = "refused", unfit(Said(2, "", explain(error, "en")))
        except Exception as error:
            how, wrong = "broke", f"{type(error).__name__}: {str(error)[:160]}"
        if wrong is None and how not in must:
            wrong = f"was {how}"
        self.all.append((name, wrong, how))


def _fill(filler: Path, room: int = 0) -> None:
    """Write until not a byte is left, or only so many."""
    handle = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while os.write(handle, bytes(size)):
                    pass
        if room:
            os.ftruncate(handle, os.fstat(handle).st_size - room)
    finally:
        os.close(handle)


def _read_only(report: Report, folder: Path, disk: Path) -> None:
    """Nothing can be written: a sentence for everything, and nothing is changed."""
    line = "a disk that may only be read"
    home = disk / "home"
    shutil.copytree(folder / "home", home)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        for name, words in _asked(folder):
            said = forked(partial(run, words, home))
            report.check(
                line,
                unfit(said),
                f"{name} on a read-only disk",
                "read" if said.code == 0 else "refused",
            )
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


def _asked(folder: Path) -> list[tuple[str, list[str]]]:
    files = folder / "files"
    named = [
        ("evaluate", ["evaluate"]),
        *(
            (operation.name, [word.format(files=files) for word in operation.words])
            for operation in OPERATIONS
            if operation.words[0] in main.commands and operation.name not in ("watch", "backup")
        ),
    ]
    return named


# -- the lock, the clock ---------------------------------------------------------------------------


def _lock_taken(report: Report, folder: Path) -> None:
    """Another program owns the home: a sentence for everything; when it is gone, everything
    works."""
    line, home = "the lock is taken", folder / "locked"
    shutil.copytree(folder / "home", home)
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        opened = Home(home)
        os.write(into, b"x")
        time.sleep(600)
        opened.close()
        os._exit(0)
    os.read(out, 1)
    for name, words in _asked(folder):
        said = forked(partial(run, words, home))
        wrong = unfit(said) or ("it was done all the same" if said.code == 0 else None)
        report.check(line, wrong, f"{name} while another program owns the home", "refused")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = forked(lambda: run(("evaluate",), home))
    report.check(
        line,
        None if said.code == 0 else said.error,
        "evaluate after the owner was killed",
        "works again",
    )


def _clock_back(report: Report, folder: Path) -> None:
    """The clock goes back six years between two changes: the order of loads and lines is that in
    which they happened."""
    line, home = "a clock set back", folder / "clock"
    files = folder / "files"
    words = [
        [word.format(files=files) for word in operation.words]
        for operation in OPERATIONS
        if operation.words[0] in main.commands
        and operation.name not in ("watch", "backup", "withdraw")
    ]

    def all_of(past: bool) -> dict[str, Any]:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(folder / "home", home)
        if past:
            database.now = lambda: dt.datetime(2020, 1, 1, 12, 0)
        ended = [run(command, home).code for command in words]
        state = state_of(home, again=True)
        return {
            "ended": ended,
            "figures": state["held"]["figures"],
            "wrong": state["wrong"],
            "verified": run(("audit", "--verify"), home).code,
        }

    usual, past = forked(lambda: all_of(False)), forked(lambda: all_of(True))
    for name in usual:
        wrong = (
            None
            if usual[name] == past[name]
            else f"{name}: {past[name]} where {usual[name]} is right"
        )
        report.check(
            line, wrong, f"all operations with the store's clock in 2020: {name}", "the same"
        )


# -- PostgreSQL ------------------------------------------------------------------------------------


@contextmanager
def _server(report: Report, line: str) -> Iterator[tuple[str, Callable[[str], None]] | None]:
    """A PostgreSQL of our own: its URL, and what starts and stops it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        report.skipped(line, "PostgreSQL is not installed")
        yield None
        return
    from tests.analytics.state.conftest import run_as_postgres
    from tests.browser.conftest import free_port

    place = Path(tempfile.mkdtemp(prefix="assault-pg-"))
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    port = free_port()

    run_as_postgres(
        f"{programs[-1]}/initdb",
        "-D",
        f"{place}/data",
        "-U",
        "renewal",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place}"

    def control(what: str) -> None:
        more = ["-l", f"{place}/log", "-o", options] if what == "start" else ["-m", "immediate"]
        run_as_postgres(f"{programs[-1]}/pg_ctl", "-D", f"{place}/data", *more, "-w", what)

    control("start")
    try:
        yield f"postgresql+psycopg://renewal@127.0.0.1:{port}/postgres", control
    finally:
        with suppress(subprocess.CalledProcessError):
            control("stop")
        shutil.rmtree(place, ignore_errors=True)


def _postgres(report: Report, folder: Path) -> None:
    """The database stops and starts under an open home: figures are read or refused in words,
    changes are refused, then all works."""
    line = "PostgreSQL stopped"
    with _server(report, line) as server:
        if server is None:
            return
        url, control = server
        for name, wrong, how in forked(lambda: _comes_and_goes(folder, url, control)):
            report.check(line, wrong, name, how)


def _comes_and_goes(
    folder: Path, url: str, control: Callable[[str], None]
) -> list[tuple[str, str | None, str]]:
    os.environ["RENEWAL_STATE_URL"] = url
    tries = Tried()
    with quick_reading():
        from tests.conftest import load_tiny

        home = Home(folder / "pg")
        load_tiny(home, folder)
        desk = Desk(home)
        truth = repr(desk.measured(Filters(APRIL)).totals)

        def figures() -> bool:
            return repr(desk.measured(Filters(APRIL)).totals) == truth

        def talk() -> None:
            desk.save_talk(Talk("A1", reason="why"))

        tries.tried("a talk while it runs", talk, ["done"])
        for round_ in range(3):
            control("stop")
            tries.tried(
                f"figures while it is stopped (round {round_})", figures, ["done", "refused"]
            )
            tries.tried(f"a talk while it is stopped (round {round_})", talk, ["refused"])
            tries.tried(
                f"the audit while it is stopped (round {round_})",
                lambda: desk.audit() and None,
                ["refused"],
            )
            control("start")
            tries.tried(f"figures after it started (round {round_})", figures, ["done"])
            tries.tried(f"a talk after it started (round {round_})", talk, ["done"])
        tries.tried("how many talks there are", lambda: len(desk.talks()) == 4, ["done"])
        tries.tried("the audit verified", lambda: watching.audit_of(home) == [], ["done"])
        home.close()
        control("stop")
        said = run(("evaluate",), folder / "pg")
        tries.all.append(
            (
                "a command while it is stopped",
                unfit(said) or (None if said.code == 2 else "was done"),
                "refused",
            )
        )
    return tries.all
