"""Power cuts: the disk's image is copied while a home is written to, and what was acknowledged by
then must be in the copy."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.desk import Desk
from analytics.home import Home
from analytics.people import Talk
from analytics.state.heads import published_in
from tests.assault import watching
from tests.assault.company import load, quick_reading
from tests.assault.kills import UNAIDED, forked
from tests.assault.report import Report

MEGABYTES = 48
CUTS_A_WRITER = 10


def cuts(_: Path, size: int | None, seed: int) -> Report:
    """`size` cuts of power."""
    report = Report("Power cuts: the image of a disk copied mid-write")
    random_ = random.Random(seed)
    left = size or 100
    folder = Path(
        tempfile.mkdtemp(prefix="assault-image-", dir=memory())
    )  # the disk is a file: where that lies is no part of it
    try:
        return _all(report, folder, left, random_)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory() -> str | None:
    """A folder that costs no disk, where there is one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _all(report: Report, folder: Path, left: int, random_: random.Random) -> Report:
    while left > 0:
        with _disk(folder) as disk:
            if disk is None:
                report.skipped("power cuts", "only root can make a disk of a file")
                return report
            _writer(report, disk, min(left, CUTS_A_WRITER), random_)
        left -= CUTS_A_WRITER
    return report


@contextmanager
def _disk(folder: Path) -> Iterator[tuple[Path, Path] | None]:
    """An ext4 in a file, and where it is mounted; None where that cannot be."""
    image, place = folder / "disk.img", Path(tempfile.mkdtemp(prefix="assault-power-"))
    with image.open("wb") as handle:
        handle.truncate(MEGABYTES << 20)
    try:
        subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True, capture_output=True)
        subprocess.run(
            ["mount", "-o", "loop", str(image), str(place)], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        place.rmdir()
        yield None
        return
    try:
        yield image, place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
        place.rmdir()
        image.unlink()


def _writer(report: Report, disk: tuple[Path, Path], count: int, random_: random.Random) -> None:
    image, place = disk
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        try:
            _write(place / "home", image.parent, into)
        finally:
            os._exit(0)
    os.close(into)
    os.set_blocking(out, False)
    said = b""
    try:
        while b"begun" not in said:
            said += _heard(out)
            time.sleep(0.01)
        for number in range(count):
            time.sleep(random_.uniform(0.02, 0.5))
            said += _heard(out)
            copy = image.parent / f"cut-{number}.img"
            os.kill(child, signal.SIGSTOP)  # the copy is of one moment
            said += _heard(out)
            shutil.copyfile(image, copy)
            # The writer stands still meanwhile: each cut is examined by a rebuild, which takes
            # longer the more there is.
            _examined(
                report,
                copy,
                said.decode().split(),
                f"cut {number} of a writer, {len(said.split())} acknowledged",
            )
            copy.unlink()
            os.kill(child, signal.SIGCONT)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(out)


def _heard(pipe: int) -> bytes:
    try:
        return os.read(pipe, 1 << 16)
    except BlockingIOError:
        return b""


def _write(folder: Path, scratch: Path, into: int) -> None:
    """Loads and talks, one after the other; each is said only once it is acknowledged."""
    os.environ["RENEWAL_AUDIT_HEADS"] = str(folder.with_name("heads"))
    with quick_reading():
        home = Home(folder)
        desk = Desk(home)
        load(
            home,
            scratch / "first.csv",
            "policies",
            "保单号,工号,到期日,续保结果\nP0,A1,2026-04-02,已续\n",
        )
        os.write(into, b"begun\n")
        number = 0
        while True:
            number += 1
            if number % 3:
                made = desk.save_talk(Talk("A1", reason=f"talk-{number}"))
                os.write(into, f"talk-{made.reason.removeprefix('talk-')}\n".encode())
            else:
                text = f"保单号,工号,到期日,续保结果\nP{number},A1,2026-04-02,已续\n"
                done = load(home, scratch / "more.csv", "policies", text)
                os.write(into, f"load-{done}-P{number}\n".encode())


def _examined(report: Report, copy: Path, said: list[str], again: str) -> None:
    place = Path(tempfile.mkdtemp(prefix="assault-cut-"))
    mounted = subprocess.run(
        ["mount", "-o", "loop", str(copy), str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        report.failed(
            "power cuts", f"the copied disk does not mount: {mounted.stderr.decode()}", again
        )
        place.rmdir()
        return
    try:
        try:
            wrong = forked(lambda: _missing(place / "home", said))
        except RuntimeError as error:
            wrong = f"the home does not open: {error}"
        report.check("power cuts", wrong, again)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
        place.rmdir()


def _missing(folder: Path, said: list[str]) -> str | None:
    """What was acknowledged and is not there, or is there in part."""
    os.environ["RENEWAL_AUDIT_HEADS"] = str(folder.with_name("heads"))
    heads = len(published_in(folder.with_name("heads"))[0])
    if heads < len(said):  # every change leaves a line at least, and every line is published
        return f"{len(said)} changes were acknowledged, but only {heads} heads are published"
    clock = watching.Watch()
    with quick_reading():
        home = Home(folder)
        took = clock.took
        try:
            talks = {talk.reason for talk in Desk(home).talks()}
            loads = set(home.warehouse.ask("loads")["load_id"])
            with home.warehouse.cursor() as cursor:
                policies = {
                    row[0] for row in cursor.execute("select policy_id from policies").fetchall()
                }
            for word in said:
                if word.startswith("talk-") and word not in talks:
                    return f"{word} was acknowledged and is gone"
                if word.startswith("load-"):
                    _, number, policy = word.split("-")
                    if int(number) not in loads or policy not in policies:
                        return f"{word} was acknowledged and is gone"
            if len(policies) != len(loads):
                return f"{len(loads)} loads of one policy each, but {len(policies)} policies"
            if wrong := watching.audit_of(home):
                return f"the audit: {wrong}"
            count = home.rebuild()
            if count != len(loads):
                return f"a rebuild finds {count} of {len(loads)} loads"
        finally:
            home.close()
    return f"it took {took:.1f} s to open" if took > UNAIDED else None
