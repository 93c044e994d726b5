"""Backups: everything of a home as of one moment in a folder of its own, brought back whole or not
at all; and the check of a home."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analytics import files
from analytics.errors import HomeBusy, RequestRefused
from analytics.ledger import Ledger
from analytics.people import LOCAL, Finding, Verdict
from analytics.settings import environment
from analytics.start import HEAD, SECRET, STATE, WAREHOUSE
from analytics.state import transfer
from analytics.warehouse import records

MANIFEST, FORMAT = "backup.json", 1
ROOM = 64 * 1024**2  # bytes that stay free


@dataclass(frozen=True)
class Backup:
    """A backup by its fingerprint, which says all of its bytes in one line to be written down."""

    name: str
    fingerprint: str
    made_at: str
    loads: int
    lines: int  # of the audit
    size: int


@dataclass(frozen=True)
class Checked:
    """What reading everything of a home found; nothing found and a verdict without wrongs is a home
    that is whole."""

    findings: tuple[Finding, ...]
    verdict: Verdict
    loads: int
    originals: int
    rows: Mapping[str, int]

    @property
    def whole(self) -> bool:
        return not self.findings and not self.verdict.wrong


def default_backups(home: Path) -> Path:
    """Where backups go that nobody named a folder for: RENEWAL_BACKUPS, else beside the home."""
    return environment().backups or home.with_name(f"{home.name}-backups")


def backup(ledger: Ledger, to: Path, who: str = LOCAL) -> Backup:
    """Copy a home while it is in use; refused before anything is written where there is no room for
    it."""
    folder = ledger.folder
    with files.telling():
        files.make_folder(to)
        _require_room(to, _size(folder))
        _require_room(folder, (folder / WAREHOUSE).stat().st_size)
        name = f"renewal-{dt.datetime.now():%Y%m%d-%H%M%S-%f}"
        partial = to / f"{name}{files.UNFINISHED}"
        try:
            lines, loads = _copied(ledger, partial)
            made = _sealed(partial, name, loads, lines)
            files.move_durably(partial, to / name)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    ledger.state.note_down(who, "backup", name, {"fingerprint": made.fingerprint})
    return made


def _copied(ledger: Ledger, target: Path) -> tuple[int, int]:
    """Everything of a home in `target`; how many lines its audit has, and how many loads."""
    folder = ledger.folder
    for name in ("originals", "loads"):
        files.make_folder(target / name)
    # While nobody loads, merges or withdraws, warehouse, notes and state are of one moment;
    # originals never change.
    with files.scratch(folder / "scratch", "backup") as scratch, ledger.warehouse.exclusively():
        ledger.warehouse.copy(scratch / WAREHOUSE)
        head = transfer.copy_to(ledger.state.database, target / STATE)
        notes = ledger.notes()[0]
        for path in (folder / "loads").iterdir():
            files.copy_durably(path, target / "loads" / path.name)
        files.copy_durably(scratch / WAREHOUSE, target / WAREHOUSE)
    files.write_durably(target / HEAD, json.dumps({"seq": head.seq, "hash": head.hash}).encode())
    if (folder / SECRET).exists():
        files.copy_durably(folder / SECRET, target / SECRET)
    for sha in sorted({str(note["sha256"]) for note in notes.values()}):
        files.copy_durably(folder / "originals" / sha, target / "originals" / sha)
    return head.seq, len(notes)


def _sealed(folder: Path, name: str, loads: int, lines: int) -> Backup:
    """Write down what every file is, last of all: a folder without that is no backup."""
    held = {
        path.relative_to(folder).as_posix(): {
            "sha256": files.sha256_of(path),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    made_at = f"{dt.datetime.now():%Y-%m-%d %H:%M:%S}"
    plain = {"format": FORMAT, "made_at": made_at, "loads": loads, "lines": lines, "files": held}
    files.write_durably(folder / MANIFEST, json.dumps(plain, indent=1).encode())
    return _backup(name, plain)


def _backup(name: str, plain: Mapping[str, object]) -> Backup:
    held = plain["files"]
    assert isinstance(held, Mapping)
    fingerprint = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
    size = sum(int(file["bytes"]) for file in held.values())
    return Backup(
        name,
        fingerprint,
        str(plain["made_at"]),
        int(str(plain["loads"])),
        int(str(plain["lines"])),
        size,
    )


def _is_whole(path: Path, sha: str) -> bool:
    return path.is_file() and files.sha256_of(path) == sha


def read(source: Path) -> Backup:
    """A backup, every file of it read and as it was made; refused with names otherwise."""
    try:
        plain = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        made = _backup(source.name, plain)
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise RequestRefused("backup_none", folder=source.name) from error
    if plain["format"] > FORMAT:
        raise HomeBusy("home_newer", home=source.name)
    wrong = [
        name
        for name, held in plain["files"].items()
        if not _is_whole(source / name, held["sha256"])
    ]
    if wrong:
        raise RequestRefused("backup_damaged", folder=source.name, names=wrong)
    return made


def restore(source: Path, folder: Path) -> Backup:
    """Bring a backup back as the home `folder`, which must not hold anything yet; whole or not at
    all."""
    made = read(source)
    if folder.exists() and any(folder.iterdir()):
        raise RequestRefused("restore_not_empty", home=folder.name)
    url = environment().state_url
    with files.telling():
        files.make_folder(folder.parent)
        _require_room(folder.parent, made.size)
        partial = folder.with_name(f"{folder.name}.{os.getpid()}{files.UNFINISHED}")
        try:
            for path in sorted(source.rglob("*")):
                name = path.relative_to(source)
                if path.is_file() and name.as_posix() != MANIFEST:
                    files.make_folder((partial / name).parent)
                    files.copy_durably(path, partial / name)
            if url:
                transfer.copy_from(partial / STATE, url)
                files.remove_durably(partial / STATE)
            if folder.exists():
                folder.rmdir()
            files.move_durably(partial, folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    return made


def check(ledger: Ledger) -> Checked:
    """Read everything: originals by their digests, notes against the audit, every block of the
    warehouse, its loads and figures against the records, and the audit itself."""
    with files.telling(), ledger.warehouse.exclusively():
        stored = ledger.stored_notes()
        findings = ledger.faults(stored, deep=True)
        rows = ledger.warehouse.read_all()
        for load_id in sorted(set(ledger.expected(stored)) - set(stored)):
            findings.append(
                Finding("load_missing", {"load": load_id, "file": ledger.expected(stored)[load_id]})
            )
        for load_id in sorted(set(stored) - set(ledger.expected(stored))):
            findings.append(
                Finding("load_unknown", {"load": load_id, "file": stored[load_id]["file"]})
            )
        if differing := records.differing(ledger.warehouse, ledger.state.settings()):
            findings.append(Finding("rollup_differs", {"count": differing}))
    originals = len({note["sha256"] for note in ledger.notes()[0].values()})
    return Checked(tuple(findings), ledger.state.database.verify(), len(stored), originals, rows)


def _size(folder: Path) -> int:
    kept = (WAREHOUSE, STATE, "originals", "loads")
    paths = [
        path
        for name in kept
        for path in ((folder / name).rglob("*") if (folder / name).is_dir() else [folder / name])
    ]
    return sum(path.stat().st_size for path in paths if path.is_file())


def _require_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + ROOM:
        raise RequestRefused(
            "backup_no_room", needed=(needed + ROOM) // 1024**2, free=free // 1024**2
        )
