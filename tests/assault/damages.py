"""A home's files damaged one at a time: every command then gives the right answer or a sentence,
never a wrong figure or a traceback."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.__main__ import main
from analytics.home import Home
from tests.assault import watching
from tests.assault.company import load, quick_reading
from tests.assault.kills import Said, forked, prepare, run
from tests.assault.report import Report

BLOCK = 4096
UNSPEAKABLE = re.compile(
    r"Traceback|/tmp/|/home/|\b(?:select|insert|update|from)\b "
    r".*\b(?:where|values|into)\b|\.py\b|sqlalchemy|duckdb\.|sqlite3\.",
    re.IGNORECASE,
)
ASKED = (
    ("evaluate",),
    ("objections",),
    ("audit", "--verify"),
    ("check",),
    ("rebuild",),
    ("evaluate",),
)


def flipped(data: bytes, random_: random.Random) -> bytes:
    """One to eight bits turned."""
    damaged = bytearray(data)
    for _ in range(random_.choice((1, 1, 2, 8))):
        position = random_.randrange(len(damaged))
        damaged[position] ^= 1 << random_.randrange(8)
    return bytes(damaged)


def cut(data: bytes, random_: random.Random) -> bytes:
    """The end missing."""
    return data[
        : random_.choice(
            (
                0,
                1,
                len(data) // 2,
                max(0, len(data) - BLOCK),
                len(data) - 1,
                random_.randrange(len(data)),
            )
        )
    ]


def zeroed(data: bytes, random_: random.Random) -> bytes:
    """A block of zeros, as a disk gives that lost it."""
    begin = random_.randrange(0, max(1, len(data)), BLOCK)
    size = min(BLOCK, len(data) - begin)
    return data[:begin] + bytes(size) + data[begin + size :]


def rubbish(data: bytes, random_: random.Random) -> bytes:
    """Something else altogether."""
    return random_.randbytes(min(len(data), 2_000) or 10)


KINDS: dict[str, Callable[[bytes, random.Random], bytes] | None] = {
    "bits": flipped,
    "cut": cut,
    "zeros": zeroed,
    "rubbish": rubbish,
    "deleted": None,
    "emptied": lambda data, random_: b"",
}
TARGETS: dict[str, tuple[str, ...]] = {
    "warehouse": ("warehouse.duckdb",),
    "write-ahead log": ("warehouse.duckdb.wal",),
    "state": ("state.sqlite", "state.sqlite-wal"),
    "original": ("originals/*",),
    "note of a load": ("loads/*.json",),
    "audit head": ("audit.head",),
    "secret": ("secret",),
}


@dataclass(frozen=True)
class Truth:
    """What a home answers when nothing is damaged."""

    answers: dict[str, str]
    tables: dict[str, Any]


def laid(folder: Path) -> None:
    """A home that was killed with its last load still in the write-ahead logs; to be called in a
    process of its own."""
    prepare(folder)
    with quick_reading():
        home = Home(folder / "home")
        home.secret()
        load(
            home,
            folder / "surveys.csv",
            "surveys",
            "工号,调查日期,评分\nA1,2026-04-03,80\nB2,2026-04-04,70\n",
            score_max=100,
        )
        os._exit(0)  # nothing is closed


def truth(folder: Path) -> Truth:
    """The answers of an undamaged copy."""
    copy = folder / "whole"
    shutil.copytree(folder / "home", copy)
    answers = {}
    for words in ASKED:
        if words[0] in main.commands:
            answers[" ".join(words)] = run(words, copy).out
    tables = {
        name: rows
        for name, rows in watching.tables(copy).items()
        if name not in ("audit", "operation", "sqlite_sequence")
    }
    shutil.rmtree(copy)
    return Truth(answers, tables)


def damages(folder: Path, size: int | None, seed: int) -> Report:
    """`size` damages over all files and kinds."""
    report = Report("Damages: file × kind")
    try:
        forked(lambda: laid(folder))
    except RuntimeError as error:
        if "without an answer" not in str(error):
            raise
    whole = forked(lambda: truth(folder))
    random_ = random.Random(seed)
    pairs = [(target, kind) for target in TARGETS for kind in KINDS]
    random_.shuffle(pairs)
    for number in range(size or 320):
        target, kind = pairs[number % len(pairs)]
        _damage(report, folder, (target, kind), whole, random_.randrange(1 << 30))
    return report


def _damage(report: Report, folder: Path, what: tuple[str, str], whole: Truth, seed: int) -> None:
    target, kind = what
    stage = folder / "damaged"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(folder / "home", stage)
    random_ = random.Random(seed)
    paths = [
        path
        for pattern in TARGETS[target]
        for path in sorted(stage.glob(pattern))
        if path.is_file()
    ]
    if not paths:
        report.skipped(target, "there is no such file")
        return
    path = random_.choice(paths)
    harm = KINDS[kind]
    data = path.read_bytes()
    if harm is None:
        path.unlink()
    elif data:
        path.write_bytes(harm(data, random_))
    again = f"{path.relative_to(stage)} {kind} (seed {seed})"
    try:
        wrong, told = forked(lambda: _asked(stage, whole, path))
    except RuntimeError as error:
        wrong, told = f"the process died: {error}", False
    report.check(target, wrong, again, "told" if told else "right")
    if not wrong:
        report.also[kind]["told" if told else "right"] += 1


def _asked(home: Path, whole: Truth, path: Path) -> tuple[str | None, bool]:
    """What is wrong with the answers of a damaged home, and whether it said in words that something
    is."""
    told = False
    for step, words in enumerate(command for command in ASKED if command[0] in main.commands):
        said = run(words, home)
        name = " ".join(words)
        if wrong := unfit(said):
            return f"{name}: {wrong}", told
        told = told or said.code == 2 or bool(said.error.strip())
        if (
            said.code == 0
            and words[0] in ("evaluate", "objections")
            and said.out != whole.answers[name]
        ):
            return f"{name} (step {step}) answers something else than before, without a word", told
        if said.code == 0 and words == ("audit", "--verify") and (lost := _lost(home, whole)):
            return f"the audit is called verified, but {lost} of the state changed", told
    return None, told


def unfit(said: Said) -> str | None:
    """What must not be in the way a command ends."""
    if said.code not in (0, 2):
        return f"ends with {said.code}: {said.error[-200:]}"
    if said.code == 2 and not (said.error + said.out).strip():
        return "is refused without a sentence"
    slip = UNSPEAKABLE.search(said.error)
    return f"speaks of {slip[0]!r}: {said.error[:200]}" if slip else None


def _lost(home: Path, whole: Truth) -> list[str]:
    tables = {
        name: rows
        for name, rows in watching.tables(home).items()
        if name not in ("audit", "operation", "sqlite_sequence")
    }
    return [
        name for name in watching.changed(whole.tables, tables) if name not in ("alembic_version",)
    ]
