"""The start of a home: what is there is held against what should be, mended where it can be, and
otherwise said in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import filelock

from analytics import files
from analytics.errors import HomeBusy, RenewalError, RequestRefused, StoreFailed
from analytics.ledger import Ledger
from analytics.people import LOCAL, Finding, Verdict
from analytics.settings import environment
from analytics.state.heads import Head, Heads
from analytics.state.store import Store
from analytics.state.transfer import keep_before_migrating, keep_server_before_migrating
from analytics.warehouse.connection import Warehouse, told_of

FOLDERS = ("originals", "loads", "scratch")
WAREHOUSE, STATE, HEAD, SECRET, SUSPECT = (
    "warehouse.duckdb",
    "state.sqlite",
    "audit.head",
    "secret",
    "suspect",
)
# where the state store goes as it was before a new version of the program brought it up
BEFORE = "before"
DAMAGED = (
    "damaged"  # where a file goes that could not be opened: it may hold what nothing else does
)
IN_THE_WAY = {  # what DuckDB says of a file that is not damaged → why the home is refused
    "Could not set lock": "home_busy",
    "ermission denied": "home_unwritable",
    "ead-only": "home_unwritable",
    "version number": "home_newer",
}
AUDITED = (
    "state_older",
    "home_behind",
    "home_missing",
    "home_damaged",
)  # refusals; the audit can be read all the same


@dataclass(frozen=True)
class Opened:
    """A home's parts, compared with one another."""

    lock: filelock.BaseFileLock
    state: Store
    warehouse: Warehouse
    ledger: Ledger
    findings: tuple[Finding, ...]


def opened(folder: Path, accept: str = "") -> Opened:
    """Open a home; refused in words when another process has it, or it lost what cannot be made
    again.

    `accept` is the reason to go on nevertheless, which the audit keeps.
    """
    with _telling(folder):
        for name in FOLDERS:
            files.make_folder(folder / name)
        lock = _locked(folder)
    state: Store | None = None
    warehouse: Warehouse | None = None
    try:
        with _telling(folder):
            _sweep(folder)
            findings: list[Finding] = []
            state = _state(folder, accept, findings)
            if not secret_whole(folder / SECRET):
                findings.append(Finding("secret_damaged"))
            warehouse = _warehouse(folder, state, findings, accept)
            ledger = Ledger(folder, warehouse, state)
            ledger.settle()
            if ledger.behind():
                _catch_up(ledger, findings, accept)
            ledger.follow()
            findings += ledger.faults(ledger.stored_notes())
        return Opened(lock, state, warehouse, ledger, tuple(findings))
    except BaseException:
        for part in (warehouse, state):
            if part is not None:
                part.close()
        lock.release()
        raise


def verdict_of_refused(
    folder: Path, heads: Sequence[Path], public: Sequence[Path], written: Sequence[Head]
) -> Verdict:
    """Whether the audit holds of a home that is refused for one of AUDITED: never does it matter
    more than when something is gone."""
    with _telling(folder), _locked(folder):
        url = environment().state_url
        state = Store(url or f"sqlite:///{(folder / STATE).as_posix()}", folder / HEAD)
        try:
            return state.database.verify(heads, public, written)
        finally:
            state.close()


def secret_whole(path: Path) -> bool:
    """Whether a home's secret is what it was made as, or was never made."""
    return (
        not path.exists() or re.fullmatch(rb"[0-9a-f]{64}", path.read_bytes().strip()) is not None
    )


def suspect(folder: Path) -> None:
    """Have the next start read every block of the warehouse before it trusts any."""
    files.write_durably(folder / SUSPECT, b"")


def promised(folder: Path) -> Head:
    """The end of the audit as it was last written down beside it; number 0 where nothing can be
    read."""
    kept = Heads(folder / HEAD, None).kept()
    return kept if isinstance(kept, Head) else Head(0, "")


def _locked(folder: Path) -> filelock.BaseFileLock:
    """The home's lock, taken; refused while another process has it."""
    lock = filelock.FileLock(
        folder / "lock", thread_local=False
    )  # opened by one thread, closed by another
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise HomeBusy("home_busy", home=folder.name) from error
    return lock


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """Turns what goes wrong at the start into one sentence about the home."""
    try:
        with files.telling():
            yield
    except duckdb.Error as error:
        told = told_of(error)
        if told is None:
            raise
        raise HomeBusy(told, home=folder.name) from error
    except OSError as error:
        raise HomeBusy("home_unwritable", home=folder.name) from error
    except RenewalError as error:
        if "home" in error.facts:
            raise
        raise HomeBusy(error.key, home=folder.name, **error.facts) from error


def _sweep(folder: Path) -> None:
    """Take away what a killed process left unfinished."""
    files.sweep(folder / "scratch")
    for path in folder.glob("rebuild-*"):
        files.sweep(path)
        path.rmdir()
    for place in (folder, folder / "originals", folder / "loads"):
        for path in place.glob(f"*{files.UNFINISHED}"):
            path.unlink(missing_ok=True)


def _state(folder: Path, accept: str, findings: list[Finding]) -> Store:
    """The state store; refused when it is not the one that this home's audit was written in."""
    path = folder / STATE
    url = environment().state_url
    head = promised(folder)
    lost = head.seq if url is None and (not path.exists() or not path.stat().st_size) else 0
    if lost and not accept:
        raise HomeBusy("state_lost", lines=lost)
    earlier = ""
    if url is not None:
        earlier = keep_server_before_migrating(url, folder / BEFORE)
    elif path.exists() and path.stat().st_size:
        earlier = keep_before_migrating(path, folder / BEFORE)
    if earlier:
        findings.append(Finding("migrated", {"version": earlier}))
    state = Store(url or f"sqlite:///{path.as_posix()}", folder / HEAD)
    try:
        missing = state.journal.missing(head)
        if missing and not accept:
            raise HomeBusy("state_older", lines=missing)
        if missing or lost:
            state.note_down(
                LOCAL, "home.accept", STATE, {"lines": missing or lost, "reason": accept}
            )
    except BaseException:
        state.close()
        raise
    return state


def _warehouse(folder: Path, state: Store, findings: list[Finding], accept: str) -> Warehouse:
    """The warehouse; made again from the originals where there is none that could be opened and
    read."""
    path = folder / WAREHOUSE
    why = ""
    if path.exists() and path.stat().st_size:
        warehouse = _whole(folder)
        if warehouse is not None:
            return warehouse
        why = "damaged"
    elif state.journal.audited().standing or any((folder / "loads").glob("*.json")):
        why = "missing"
    if why:
        findings.append(_make_again(folder, state, why, accept))
    return Warehouse(path, folder / "scratch")


def _whole(folder: Path) -> Warehouse | None:
    """The warehouse that is there; None where it is damaged. Refused where another process, rights
    or a newer version of the program stand in the way."""
    try:
        warehouse = Warehouse(folder / WAREHOUSE, folder / "scratch")
    except duckdb.Error as error:
        said = str(error)
        for words, key in IN_THE_WAY.items():
            if words in said:
                raise HomeBusy(key, home=folder.name) from error
        if told_of(error) != "warehouse_damaged":
            raise
        return None
    if not (folder / SUSPECT).exists():
        return warehouse
    try:
        warehouse.read_all()
    except StoreFailed as error:
        warehouse.close()
        if error.key != "warehouse_damaged":
            raise
        return None
    files.remove_durably(folder / SUSPECT)
    return warehouse


def _make_again(folder: Path, state: Store, why: str, accept: str) -> Finding:
    """Put a warehouse made from the originals where there is none, or a damaged one; that one is
    kept aside."""
    path = folder / WAREHOUSE
    with files.scratch(folder / "scratch", "rebuild") as place:
        ledger = Ledger(folder, Warehouse(None), state)
        try:
            if accept:
                ledger.give_up(
                    sorted(
                        {int(str(fault.facts["load"])) for fault in ledger.faults({}, deep=True)}
                    ),
                    accept,
                )
            built = ledger.build(place, state.journal.last() + 1)
        except RequestRefused as error:
            raise HomeBusy(f"home_{why}", home=folder.name, **error.facts) from error
        files.sync_file(built)
        files.make_folder(folder / DAMAGED)
        log = path.with_name(f"{path.name}.wal")
        if path.exists():
            files.sweep(folder / DAMAGED)
            files.copy_durably(path, folder / DAMAGED / path.name)
        if log.exists():  # beside the new file it would be taken for its own
            files.move_durably(log, folder / DAMAGED / log.name)
        files.move_durably(built, path)
        files.remove_durably(folder / SUSPECT)
    count = len(ledger.expected())
    state.note_down(LOCAL, "rebuild", str(count), {"why": why})
    return Finding(f"rebuilt_{why}", {"count": count})


def _catch_up(ledger: Ledger, findings: list[Finding], accept: str) -> None:
    """Make the warehouse again when it is an earlier one than the audit speaks of."""
    try:
        count = ledger.rebuild(LOCAL, "behind")
    except RequestRefused as error:
        if not accept:
            raise HomeBusy("home_behind", **error.facts) from error
        ledger.agree(accept)
        return
    findings.append(Finding("rebuilt_behind", {"count": count}))
