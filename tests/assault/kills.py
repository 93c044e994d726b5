"""Real operations killed at their system calls: afterwards the home is as before or as after, never
else."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import pickle
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import holidays
from click.testing import CliRunner

from analytics import watch
from analytics.__main__ import main
from analytics.commands.shell import Context
from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Period
from analytics.people import Objection
from tests.assault import watching
from tests.assault.company import quick_reading
from tests.assault.report import Report

CALLS = (
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "pwrite64",
    "write",
    "unlink",
    "unlinkat",
    "ftruncate",
    "openat",
    "link",
    "mkdir",
    "chmod",
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.\d+)?")
STAMP = re.compile(r"\d{8}-\d{6}-\d+")  # in the names of backups
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))
UNAIDED = 5.0  # seconds in which a home opens after a crash
REBUILT: set[str] = set()  # homes whose like was rebuilt and gave the same figures


@dataclass(frozen=True)
class Operation:
    """Something that people do, as words of the command line over a home."""

    name: str
    words: tuple[str, ...]


OPERATIONS = (
    Operation("load", ("load", "{files}/more.csv", "--as-of", "2026-06-30")),
    Operation(
        "several files",
        (
            "load",
            "{files}/more.csv",
            "{files}/surveys.csv",
            "{files}/complaints.csv",
            "--as-of",
            "2026-06-30",
        ),
    ),
    Operation("withdraw", ("withdraw", "2")),
    Operation("rebuild", ("rebuild",)),
    Operation("merge", ("aliases", "--merge", "C3", "--into", "B2")),
    Operation(
        "close a month",
        ("sheets", "--from", "2026-04", "--to", "2026-04", "--close", "--provisional"),
    ),
    Operation(
        "adopt a scheme",
        ("schemes", "--adopt", "service_first", "--from", "2026-04", "--reason", "why"),
    ),
    Operation(
        "objection with correction",
        ("objections", "--answer", "1", "--state", "accepted", "--reply", "so it was"),
    ),
    Operation("talk", ("talks", "--agent", "A1", "--plan", "2026-10-01")),
    Operation("account", ("accounts", "--add", "boss@x.cn", "--role", "admin")),
    Operation("settings", ("settings", "--set", "grace_days=45")),
    Operation("watch", ("watch", "{files}/watched", "--once", "--as-of", "2026-06-30")),
    Operation("backup", ("backup", "--to", "{files}/kept")),
)
FIGURES = {
    "load",
    "several files",
    "withdraw",
    "rebuild",
    "merge",
    "objection with correction",
    "settings",
    "watch",
}  # a rebuild is tried
ALL_OF = {"watch"}  # a folder's files are loaded one by one: each of them is there or not


# -- processes of their own ------------------------------------------------------------------------


def forked(function: Callable[[], Any], patience: float = 120.0) -> Any:
    """What a function gives in a process of its own; an exception of its is raised here. DuckDB is
    never open in this process."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        try:
            answer: tuple[bool, Any] = (True, function())
        except BaseException as error:
            answer = (False, f"{type(error).__name__}: {error}")
        try:
            with os.fdopen(into, "wb") as pipe:
                pickle.dump(answer, pipe)
        finally:  # also where nobody listens any more: what is above is the parent's
            os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    if not data:
        raise RuntimeError("the process died without an answer")
    done, value = pickle.loads(data)
    if not done:
        raise RuntimeError(value)
    return value


@dataclass(frozen=True)
class Said:
    """How a command ended (99: with a traceback), and what it printed."""

    code: int
    out: str
    error: str


def run(words: Sequence[str], home: Path) -> Said:
    """A command in this process."""
    watch.SETTLED = 0.0
    with quick_reading():
        done = CliRunner().invoke(
            main,
            [*words, "--home", str(home), "--lang", "en"],
            obj=Context(),
            prog_name="analytics",
        )
    broken = done.exception is not None and not isinstance(done.exception, SystemExit)
    return Said(
        99 if broken else done.exit_code,
        done.stdout,
        repr(done.exception) if broken else done.stderr,
    )


@dataclass
class Log:
    """How a traced process ended (None: killed), and what strace saw of it."""

    code: int | None = None
    text: str = ""


@contextmanager
def tracing(act: Callable[[], object], home: Path, *options: str) -> Iterator[Log]:
    """Something done in a process of its own under strace, wholly, before the block begins."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for handle in (0, 1, 2):
            os.dup2(null, handle)
        os.kill(os.getpid(), signal.SIGSTOP)
        code = 98
        try:
            answer = act()
            code = answer.code if isinstance(answer, Said) else 0
        finally:
            os._exit(code)
    os.waitpid(child, os.WUNTRACED)
    path = home.parent / f"{home.name}.strace"
    words = ["strace", "-f", "-qq", "-y", "-o", str(path), *options, "-p", str(child)]
    tracer = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while (
        "TracerPid:\t0" in Path(f"/proc/{child}/status").read_text() and time.monotonic() < deadline
    ):
        time.sleep(0.005)
    os.kill(child, signal.SIGCONT)
    _, status = os.waitpid(child, 0)
    tracer.wait(30)
    log = Log(
        os.WEXITSTATUS(status) if os.WIFEXITED(status) else None, path.read_text(errors="replace")
    )
    path.unlink()
    yield log


# -- a home, before and after ----------------------------------------------------------------------


def prepare(folder: Path) -> None:
    """A small company with everything in it that the operations need; to be called in a process of
    its own."""
    from tests.conftest import load_tiny

    with quick_reading():
        home = Home(folder / "home")
        load_tiny(home, folder)
        desk = Desk(home)
        desk.make_objection(
            Objection(
                "A1",
                APRIL.first,
                APRIL.last,
                "record",
                "data_wrong",
                "it was renewed",
                policy_id="P5",
                proposal={"outcome": "renewed"},
            )
        )
        home.close()
    files = folder / "files"
    (files / "watched").mkdir(parents=True)
    more = "保单号,工号,到期日,续保结果,续保日期,应续保费,续保保费\n" + "".join(
        f"Q{policy},A1,2026-04-{1 + policy % 28:02d},已续,2026-04-01,100,{policy}\n"
        for policy in range(40)
    )
    (files / "more.csv").write_text(more, encoding="utf-8")
    (files / "surveys.csv").write_text(
        "工号,调查日期,评分\nA1,2026-04-03,80\nB2,2026-04-04,70\n", encoding="utf-8"
    )
    (files / "complaints.csv").write_text(
        "工号,投诉日期,是否成立\nC3,2026-05-02,是\n", encoding="utf-8"
    )
    for name in ("more.csv", "surveys.csv"):
        shutil.copyfile(files / name, files / "watched" / name)


def state_of(home: Path, again: bool = True) -> dict[str, Any]:
    """What a home holds once it is opened: figures, loads, what people wrote, the audit; and
    whether a rebuild gives the same.

    What a rebuild makes depends on the files, the state and nothing else: of homes alike in these
    one is rebuilt.
    """
    clock = watching.Watch()
    with quick_reading():
        opened = Home(home)
        took = clock.took
        try:
            held = _held(opened)
            wrong = watching.audit_of(opened)
            figures = watching.figures(opened)
            kind = _kind(opened, held)
            if again and kind not in REBUILT:
                opened.rebuild()
                rebuilt = watching.figures(opened)
                wrong += [] if rebuilt == figures else ["a rebuild gives other figures"]
        finally:
            opened.close()
    stray = [path.name for path in home.rglob("*") if path.suffix in (".pending", ".part")]
    return {
        "held": held,
        "wrong": [*wrong, *(f"left behind: {name}" for name in stray)],
        "took": took,
        "rebuilt": kind if again and not wrong else None,
    }


def looked_at(scene: Scene) -> dict[str, Any]:
    """The state of a scene's home, looked at in a process of its own; rebuilt where the operation
    moves figures."""
    state: dict[str, Any] = forked(
        lambda: state_of(scene.home, again=scene.operation.name in FIGURES)
    )
    if state["rebuilt"]:
        REBUILT.add(state["rebuilt"])
    return state


def _kind(home: Home, held: dict[str, Any]) -> str:
    """All that a rebuild is made from, but for moments."""
    files = {
        path.relative_to(home.folder).as_posix(): path.read_bytes()
        for name in ("originals", "loads")
        for path in sorted((home.folder / name).iterdir())
    }
    journal = _timeless(watching.tables(home.folder)["operation"])
    plain = MOMENT.sub("T", repr((held, files, journal)))
    return hashlib.sha256(plain.encode()).hexdigest()


def _held(home: Home) -> dict[str, Any]:
    loads = home.warehouse.ask("loads").drop(columns=["loaded_at"])
    kept = {
        name: _timeless(rows)
        for name, rows in watching.tables(home.folder).items()
        if name not in ("audit", "operation", "sqlite_sequence")
    }
    lines = [line for line in watching.lines(home.folder) if line[1] not in ("denied", "rebuild")]
    notes = sorted(path.stem for path in (home.folder / "loads").glob("*.json"))
    return {
        "figures": watching.figures(home),
        "loads": loads.to_csv(),
        "notes": notes,
        "audit": STAMP.sub("T", repr(lines)),
        **kept,
    }


def _timeless(rows: list[tuple[Any, ...]]) -> str:
    return MOMENT.sub("T", repr(sorted(rows, key=repr)))


# -- the campaign ----------------------------------------------------------------------------------


def events(log: str, home: Path) -> list[tuple[str, int]]:
    """The calls that touched the home's files: which, and the how-manieth of its kind in its
    thread."""
    count: Counter[tuple[str, str]] = Counter()
    calls = []
    for line in log.splitlines():
        seen = re.match(r"(\d+)\s+(\w+)\((.*)", line)
        if seen is None or seen[2] not in CALLS:
            continue
        count[seen[1], seen[2]] += 1
        writes = seen[2] != "openat" or "O_CREAT" in seen[3]
        if writes and home.name in seen[3]:
            calls.append((seen[2], count[seen[1], seen[2]]))
    return sorted(set(calls))


def kills(folder: Path, size: int | None, seed: int) -> Report:
    """`size` kills over all the operations, spread over the calls of each."""
    report = Report("Kills: operation × system call")
    if shutil.which("strace") is None:
        report.skipped("all operations", "strace is not installed")
        return report
    holidays.country_holidays("CN")  # what every process would import anew
    forked(lambda: prepare(folder))
    random_ = random.Random(seed)
    chosen = [operation for operation in OPERATIONS if operation.words[0] in main.commands]
    for listed in OPERATIONS:
        if listed not in chosen:
            report.skipped(listed.name, "there is no such command")
    for position, operation in enumerate(chosen):
        share = (size or 260) // len(chosen) + (position < (size or 260) % len(chosen))
        if share:
            _operation(report, folder, operation, share, random_)
    return report


class Scene:
    """Copies of the prepared home and its files for one try after the other."""

    def __init__(self, folder: Path, operation: Operation) -> None:
        self.folder, self.operation = folder, operation
        self.stage = folder / "stage"
        self.home = self.stage / "assaulted-home"

    def lay(self) -> list[str]:
        """Everything as before; the command's words."""
        shutil.rmtree(self.stage, ignore_errors=True)
        self.stage.mkdir()
        shutil.copytree(self.folder / "home", self.home)
        shutil.copytree(self.folder / "files", self.stage / "files")
        return [word.format(files=self.stage / "files") for word in self.operation.words]

    def again(self) -> list[str]:
        return [word.format(files=self.stage / "files") for word in self.operation.words]


def _operation(
    report: Report, folder: Path, operation: Operation, share: int, random_: random.Random
) -> None:
    scene = Scene(folder, operation)
    scene.lay()
    before = forked(lambda: state_of(scene.home, again=False))["held"]
    words = scene.lay()
    with tracing(
        lambda: run(words, scene.home), scene.home, "-e", f"trace={','.join(CALLS)}"
    ) as log:
        pass
    if log.code != 0:
        said = forked(lambda: run(scene.lay(), scene.home))
        report.failed(
            operation.name,
            f"the operation itself does not succeed: {said.error}",
            " ".join(operation.words),
        )
        return
    after = forked(lambda: state_of(scene.home, again=False))["held"]
    points = events(log.text, scene.home)
    if not points:
        report.failed(
            operation.name, "no call on the home's files was seen", " ".join(operation.words)
        )
        return
    for call, number in _spread(points, share, random_):
        words = scene.lay()
        options = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")
        with tracing(partial(run, words, scene.home), scene.home, *options) as log:
            code = log.code
        again = f"{operation.name}: {' '.join(operation.words)} killed at {call} number {number}"
        ended = "killed" if code is None else "ended before"
        report.check(operation.name, _outcome(scene, before, after, code), again, ended)


def _spread(
    points: list[tuple[str, int]], share: int, random_: random.Random
) -> list[tuple[str, int]]:
    """Some of the points: of every kind of call something, the rest drawn."""
    kinds: dict[str, list[tuple[str, int]]] = {}
    for point in points:
        kinds.setdefault(point[0], []).append(point)
    for of_kind in kinds.values():
        random_.shuffle(of_kind)
    turn = [
        of_kind[position]
        for position in range(max(map(len, kinds.values())))
        for of_kind in kinds.values()
        if position < len(of_kind)
    ]
    return (
        turn[:share]
        if share <= len(turn)
        else [*turn, *random_.choices(points, k=share - len(turn))]
    )


def _outcome(
    scene: Scene, before: dict[str, Any], after: dict[str, Any], code: int | None
) -> str | None:
    """What is wrong with a home after a kill: None where it is as before or as after (or, of a
    folder's files, some are in)."""
    try:
        state = looked_at(scene)
    except RuntimeError as error:
        return f"the home does not open: {error}"
    if state["wrong"]:
        return f"it opens, but: {state['wrong']}"
    if code == 0 and state["held"] != after:
        return f"it said that it was done, but {watching.changed(state['held'], after)} are not"
    if state["held"] not in (before, after):
        some = scene.operation.name in ALL_OF
        done = forked(lambda: run(scene.again(), scene.home))
        finished = forked(lambda: state_of(scene.home, again=False))["held"]
        if some and done.code == 0 and finished == after:
            return None
        return (
            f"neither as before ({watching.changed(state['held'], before)} differ) nor as "
            f"after ({watching.changed(state['held'], after)} differ)"
        )
    if state["took"] > UNAIDED:
        return f"it took {state['took']:.1f} s to open"
    return None
