"""Backups taken while a home is written to: each is brought back and held row by row against the
home that it was made of."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analytics import backup as keeping
from analytics.desk import Desk
from analytics.home import Home
from analytics.people import Talk
from tests.assault import watching
from tests.assault.company import load, quick_reading
from tests.assault.kills import prepare
from tests.assault.report import Report

ROWS = 200  # of every load that comes meanwhile


def backups(folder: Path, size: int | None, seed: int) -> Report:
    """`size` backups, each while loads and talks are written."""
    report = Report("Backups under load, brought back")
    prepare(folder)
    with quick_reading():
        home = Home(folder / "home")
        try:
            with _written_to(home, folder) as acknowledged:
                for number in range(size or 20):
                    before = list(acknowledged)
                    made = keeping.backup(home.ledger, folder / "kept")
                    wrong = _differs(home, folder / "kept" / made.name, folder / "again", before)
                    report.check(
                        "backup",
                        wrong,
                        f"backup {number}, {len(before)} changes before it",
                        "identical",
                    )
                    shutil.rmtree(folder / "kept" / made.name)
        finally:
            home.close()
    return report


@contextmanager
def _written_to(home: Home, folder: Path) -> Iterator[list[str]]:
    """A home to which somebody writes as long as the block runs; what was acknowledged so far."""
    done: list[str] = []
    enough = threading.Event()

    def write() -> None:
        desk, number = Desk(home), 0
        while not enough.is_set():
            number += 1
            if number % 3:
                desk.save_talk(Talk("A1", reason=f"talk {number}"))
                done.append(f"talk {number}")
            else:
                lines = "".join(f"K{number}-{row},A1,2026-04-02,已续\n" for row in range(ROWS))
                load(
                    home,
                    folder / "meanwhile.csv",
                    "policies",
                    f"保单号,工号,到期日,续保结果\n{lines}",
                )
                done.append(f"K{number}-0")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield done
    finally:
        enough.set()
        writer.join()


def _differs(home: Home, kept: Path, folder: Path, acknowledged: list[str]) -> str | None:
    """What a backup, brought back, has otherwise than the home it was made of, whose rows are only
    ever added to."""
    shutil.rmtree(folder, ignore_errors=True)
    keeping.restore(kept, folder)
    again = Home(folder)
    try:
        checked = keeping.check(again.ledger)
        if not checked.whole:
            return f"it is not whole: {checked.findings} {checked.verdict.wrong}"
        if again.findings:
            return f"its start finds {again.findings}"
        mine, live = _rows(again), _rows(home)
        if strange := [name for name, rows in mine.items() if not rows <= live[name]]:
            return f"it has other rows of {strange} than the home"
        there = {row[0] for row in mine["policies"]} | {str(row[3]) for row in mine["talk"]}
        if lost := [change for change in acknowledged if change not in there]:
            return f"{lost} were acknowledged before it was begun"
        count = Counter(row[1] for row in mine["policies"])
        if torn := [number for number, loaded in mine["loads"] if count[number] != loaded]:
            return f"loads {torn} are in it in part"
        return None
    finally:
        again.close()


def _rows(home: Home) -> dict[str, set[Any]]:
    """Every row that comes while backups are made."""
    with home.warehouse.cursor() as cursor:
        policies = set(
            cursor.execute(
                "select policy_id, load_id, agent_id, due_date, outcome from policies"
            ).fetchall()
        )
        loads = set(
            cursor.execute("select load_id, loaded from loads where kind = 'policies'").fetchall()
        )
    tables = watching.tables(home.folder)
    files = {
        (path.name, path.read_bytes())
        for name in ("originals", "loads")
        for path in (home.folder / name).iterdir()
    }
    return {
        "policies": policies,
        "loads": loads,
        "files": files,
        **{name: set(tables[name]) for name in ("talk", "note", "objection", "audit")},
    }
