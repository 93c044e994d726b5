"""A watched folder: what appears in it is loaded and moved to done/ or refused/, with the receipt
or the reason beside it."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path

from analytics.desk import Desk
from analytics.errors import HomeBusy, RenewalError, RequestRefused, StoreFailed
from analytics.files import make_private, telling
from analytics.intake.recipe import Recipe
from analytics.model import Receipt
from analytics.reports.refusals import refusal_lines

SETTLED = 1.0  # seconds without a change after which a file counts as wholly written
COMING = (
    ".crdownload",
    ".part",
    ".partial",
    ".download",
    ".tmp",
    ".opdownload",
    ".!ut",
    ".filepart",
)  # half downloads


@dataclass(frozen=True)
class How:
    """How every file of the folder is loaded, and the language of what is written beside it."""

    recipe: Recipe | None
    as_of: dt.date | None
    on_issues: str
    language: str


@dataclass(frozen=True)
class Outcome:
    """What became of one file; `reason` is empty when it was loaded."""

    file: str
    moved_to: str
    reason: str
    receipts: tuple[Receipt, ...]


def files(
    folder: Path,
    opened: Callable[[], AbstractContextManager[Desk]],
    how: How,
    *,
    every: float,
    once: bool,
) -> Iterator[Outcome]:
    """Every file that appears, one after the other, oldest first; ends when told `once` and nothing
    is left.

    A home that another program owns is waited for, and so is a disk without room or a database that
    stands still: that is no fault of a file's, which stays where it is. With `once` they are
    refused.
    """
    if not folder.is_dir():
        raise RequestRefused("folder_missing", folder=folder.name)
    try:
        for name in ("done", "refused"):
            (folder / name).mkdir(exist_ok=True)
    except OSError as error:
        raise RequestRefused("file_unwritable", file=folder.name) from error
    while True:
        waiting = _waiting(folder)
        if waiting:
            try:
                yield from _taken(waiting, opened, how)
            except (HomeBusy, StoreFailed):
                if once:
                    raise
        elif once and not _arriving(folder):
            return
        time.sleep(min(every, SETTLED) if once else every)


def _taken(
    waiting: list[Path], opened: Callable[[], AbstractContextManager[Desk]], how: How
) -> Iterator[Outcome]:
    with opened() as desk:
        for path in waiting:
            with telling():
                outcome = _take(path, desk, how)
            yield outcome


def _here(folder: Path) -> list[Path]:
    files = (path for path in folder.iterdir() if path.is_file())
    return [path for path in files if _is_there(path.name)]


def _is_there(name: str) -> bool:
    """Whether a name is that of a file, and not of one that is still coming or only a program's."""
    return not name.startswith((".", "~$")) and Path(name).suffix.lower() not in COMING


def _waiting(folder: Path) -> list[Path]:
    """Files that nobody writes to any more, oldest first."""
    waiting = []
    for path in _here(folder):
        try:
            changed = path.stat().st_mtime
        except FileNotFoundError:
            continue
        if time.time() - changed >= SETTLED:
            waiting.append((changed, path.name, path))
    return [path for _, _, path in sorted(waiting)]


def _arriving(folder: Path) -> bool:
    return bool(_here(folder))


def _take(path: Path, desk: Desk, how: How) -> Outcome:
    """Load one file and move it; a file is moved only after its load is stored, so that a kill in
    between loses nothing."""
    receipts: list[Receipt] = []
    reason = ""
    try:
        with desk.members(path) as members:
            pairs = [
                (member, recipe)
                for member in members
                for recipe in ([how.recipe] if how.recipe else desk.recipes_for(member))
            ]
            receipts = desk.store(pairs, as_of=how.as_of, on_issues=how.on_issues)
    except StoreFailed:
        raise
    except RenewalError as error:
        reason = "\n".join(refusal_lines(error, how.language))
    target = _free(path.parent / ("refused" if reason else "done") / path.name)
    beside = target.with_name(f"{target.name}.{'reason.txt' if reason else 'receipt.json'}")
    plain = json.dumps(
        [asdict(receipt) for receipt in receipts], ensure_ascii=False, indent=1, default=str
    )
    beside.write_text(f"{reason}\n" if reason else plain, encoding="utf-8")
    path.replace(target)
    make_private(target)
    return Outcome(path.name, f"{target.parent.name}/{target.name}", reason, tuple(receipts))


def _free(target: Path) -> Path:
    """The target, or with a number where a file of that name was moved there before."""
    stem, suffix, number = target.stem, target.suffix, 1
    while target.exists():
        number += 1
        target = target.with_name(f"{stem} ({number}){suffix}")
    return target
