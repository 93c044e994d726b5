"""Many readers at once: how long each waits for a step of a slider, what a step costs the server,
what they leave behind."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import shutil
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

from analytics import sample
from analytics.home import Home
from tests.browser.conftest import free_port
from tests.conftest import ROOT
from tests.visitors import Visitor

THINK = 2.0  # seconds between an answer and the next step
SECONDS = 30.0  # that a crowd stays
CROWDS = (10, 30, 50)
COMERS = 300
BARE = "import streamlit as st\nst.text(str(st.slider('x', 0, 100, 50, key='x')))\n"
# The app, which besides loads a file as soon as it is told to: what the page for uploads does once
# its button is pressed.
LOADING = """
import threading, time
from pathlib import Path
import streamlit as st
from pages.ui import load, server

def wait():
    while not Path({begin!r}).exists():
        time.sleep(0.1)
    path = Path({file!r})
    load.home().load(path, load.home().recipe_for(path))
    Path({done!r}).touch()

threading.Thread(target=wait, daemon=True).start()
app = st.App(
    {script!r}, routes=server.ROUTES, middleware=server.MIDDLEWARE, lifespan=server.lifespan)
"""


class Server:
    """A server process: its address, the seconds of processor it has used, and its memory."""

    def __init__(self, script: Path, cwd: Path, home: Path) -> None:
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(script),
            "--server.port",
            str(port),
        ]
        environment = {**os.environ, "RENEWAL_HOME": str(home)}
        self.process = Popen(
            [*command, "--server.headless", "true"],
            cwd=cwd,
            env=environment,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )

    def wait(self) -> None:
        while True:
            try:
                urllib.request.urlopen(f"{self.base}/_stcore/health", timeout=1)
                return
            except OSError:
                time.sleep(0.05)

    @property
    def spent(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> tuple[float, float]:
        """What the process has in memory, and what of that is its own: pages of libraries come and
        go with the machine's needs."""
        _, resident, shared, *_ = map(
            int, Path(f"/proc/{self.process.pid}/statm").read_text().split()
        )
        page = resource.getpagesize() / 1024**2
        return resident * page, (resident - shared) * page


@contextmanager
def served(script: Path, cwd: Path, home: Path) -> Iterator[Server]:
    server = Server(script, cwd, home)
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)


Life = Callable[[Visitor, random.Random, list[float]], Coroutine[Any, Any, None]]


async def of_weights(visitor: Visitor, chance: random.Random, waits: list[float]) -> None:
    """A step of a weight slider, and what the page asks for once its chart is drawn."""
    waits.append(await visitor.move("w_results", chance.randint(50, 70)))
    await visitor.catch_up()


async def of_axes(visitor: Visitor, chance: random.Random, waits: list[float]) -> None:
    """Another axis of the quadrant."""
    box = next(control for name, control in visitor.controls.items() if "-axis_x" in name)
    waits.append(await visitor.move("axis_x", chance.choice(list(box.proto.options))))
    await visitor.catch_up()


async def of_bare(visitor: Visitor, chance: random.Random, waits: list[float]) -> None:
    waits.append(await visitor.move("x", chance.randint(0, 100)))


Settling = tuple[asyncio.Barrier, list[float], float]


async def stay(
    base: str, number: int, page: str, life: Life, settling: Settling, server: Server
) -> tuple[list[float], list[str]]:
    """One reader: opens a page, then a step every two seconds or so, as long as the crowd stays."""
    chance, visitor = random.Random(number), Visitor(base)
    waits: list[float] = []
    settled, spent, seconds = settling
    await asyncio.sleep(chance.uniform(0, THINK))
    try:
        await visitor.open()
        if page:
            await visitor.go(page)
            await visitor.catch_up()
        await settled.wait()
        if not spent:
            spent += (server.spent, time.process_time())
        until = time.monotonic() + seconds
        await asyncio.sleep(chance.uniform(0, THINK))
        while not waits or time.monotonic() < until:
            await asyncio.sleep(chance.uniform(0.5, 1.5) * THINK)
            await life(visitor, chance, waits)
        await visitor.close()
    except Exception as error:
        visitor.errors.append(repr(error))
        await settled.abort()
    return waits, visitor.errors


@dataclass(frozen=True)
class Found:
    """How long each step took, what went wrong, and the processor seconds of a step: of the server,
    and of whoever plays the readers."""

    waits: list[float]
    errors: list[str]
    cost: float
    playing: float

    def tell(self, name: str) -> None:
        ordered = sorted(self.waits) or [float("nan")]
        p50, p95 = (
            1e3 * ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.95)
        )
        print(
            f"{name:<58} p50 {p50:6.0f}  p95 {p95:6.0f} ms  {len(self.waits):5} steps  "
            f"{len(self.errors)} errors  "
            f"CPU a step: {1e3 * self.cost:5.1f} ms, the readers "
            f"{1e3 * self.playing:4.1f}, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        for error in self.errors[:3]:
            print(f"  {error[:160]}", flush=True)


async def crowd(
    server: Server, size: int, lives: list[tuple[str, Life]], seconds: float = SECONDS
) -> Found:
    """So many readers at once; the clock runs once all of them have their page."""
    settled = asyncio.Barrier(size)
    spent: list[float] = []

    async def reader(number: int) -> tuple[list[float], list[str]]:
        return await stay(
            server.base, number, *lives[number % len(lives)], (settled, spent, seconds), server
        )

    stays = await asyncio.gather(*(reader(number) for number in range(size)))
    waits = [wait for each, _ in stays for wait in each]
    steps = max(len(waits), 1)
    return Found(
        waits,
        [error for _, errors in stays for error in errors],
        (server.spent - spent[0]) / steps,
        (time.process_time() - spent[1]) / steps,
    )


async def churn(server: Server) -> None:
    """Sessions that come and go: the memory before, with all of them gone by, and after the
    upkeep's next round."""

    async def passing() -> None:
        visitor = Visitor(server.base)
        await visitor.open("weights")
        await visitor.close()

    for _ in range(5):
        await passing()
    before, own_before = server.megabytes
    for _ in range(COMERS // 10):
        await asyncio.gather(*(passing() for _ in range(10)))
    gone, _ = server.megabytes
    await asyncio.sleep(
        200
    )  # sessions may come back for two minutes; the upkeep looks once a minute
    after, own_after = server.megabytes
    print(
        f"{COMERS} sessions come and go: {before:.0f} → {gone:.0f} → {after:.0f} MB after "
        f"their time ({(after / before - 1):+.0%}, bar +10%; "
        f"{(gone - before) / COMERS:.2f} MB a session, bar 1); its own {own_before:.0f} → "
        f"{own_after:.0f} MB",
        flush=True,
    )


def policies(path: Path, rows: int) -> None:
    """A file of policies of another year than the sample's."""
    lines = (
        f"Z{policy},A{1000 + policy % 120},2023-0{1 + policy % 9}-1{policy % 10},"
        f"{'已续' if policy % 5 else '未续'},{500 + policy % 4000}"
        for policy in range(rows)
    )
    path.write_text(
        "保单号,工号,到期日,续保结果,应续保费\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )


def load(folder: Path) -> None:
    """The whole table; bars: 300 ms for 50 readers, 800 ms while a file of 200,000 policies is
    loaded, no errors."""
    home = Home(folder / "crowd")
    sample.load(home)
    home.close()
    (folder / "bare").mkdir()
    (folder / "bare" / "bare.py").write_text(BARE, encoding="utf-8")
    # With Streamlit's own settings it collects garbage after every run, which takes longer than ten
    # bare pages.
    shutil.copytree(
        ROOT / ".streamlit",
        folder / "bare" / ".streamlit",
        ignore=shutil.ignore_patterns("secrets*"),
    )
    begin, done, file, script = (
        folder / name for name in ("begin", "done", "more.csv", "loading.py")
    )
    policies(file, 200_000)
    script.write_text(
        LOADING.format(
            begin=str(begin), done=str(done), file=str(file), script=str(ROOT / "dashboard.py")
        ),
        encoding="utf-8",
    )
    lives: list[tuple[str, Life]] = [("weights", of_weights), ("quadrant", of_axes)]
    with (
        served(script, ROOT, folder / "crowd") as ours,
        served(folder / "bare" / "bare.py", folder / "bare", folder / "none") as bare,
    ):
        print(
            f"first page after the start: {asyncio.run(Visitor(ours.base).open()):.2f} s "
            f"(bar 1.5 s)",
            flush=True,
        )
        asyncio.run(crowd(ours, 4, lives, 5.0))
        for size in CROWDS:
            peer = asyncio.run(crowd(bare, size, [("", of_bare)]))
            peer.tell(f"{size} readers of a bare page, Streamlit with our settings")
            result = asyncio.run(crowd(ours, size, lives))
            times = statistics.median(result.waits) / statistics.median(peer.waits)
            result.tell(f"{size} readers moving weights and axes ({times:.1f}x)")
        begin.touch()
        result = asyncio.run(crowd(ours, CROWDS[-1], lives))
        result.tell(
            f"{CROWDS[-1]} readers, a load of 200,000 "
            f"policies{'' if done.exists() else ' (not done)'}"
        )
    with served(ROOT / "dashboard.py", ROOT, folder / "crowd") as ours:
        asyncio.run(churn(ours))
