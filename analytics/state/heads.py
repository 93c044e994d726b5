"""Heads of the audit outside the database: the last one beside it, and all of them on other
storage."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analytics.files import FILE, sync_folder, write_durably
from analytics.settings import Environment

ADDED = ".heads"  # where heads are published when only a key outside the home is named: beside it
TAIL = 4096
WIDTH = 128  # bytes of the file beside the database


@dataclass(frozen=True)
class Head:
    """The last line of the audit at some moment; `hash` may be the beginning of it, as somebody
    wrote it down."""

    seq: int
    hash: str
    at: str = ""
    signer: str = ""
    signature: str = ""


@dataclass(frozen=True)
class Outside:
    """Where the proof of an audit is kept outside its home: the private key that signs, the file
    that heads are added to, and the public keys that a check knows."""

    key: Path | None = None
    heads: Path | None = None
    public: Sequence[Path] = ()


def outside_from(told: Environment, home: Path | None) -> Outside:
    """Where the environment says that it is; heads are published beside a key outside the home by
    themselves."""
    key, heads, public = told.audit_key, told.audit_heads, told.audit_public
    if heads is None and key is not None and not within(key, home):
        heads = key.with_name(f"{key.name}{ADDED}")
    return Outside(key, heads, () if public is None else (public,))


def within(path: Path, home: Path | None) -> bool:
    """Whether a file lies in the home, and so in the hands of whoever holds that."""
    return home is not None and path.resolve().is_relative_to(home.resolve())


Kept = Head | Literal["missing", "damaged"]


class Heads:
    """The file beside the database, written over, and the published one, only ever added to.

    Neither ever stops a change that is stored already: what could not be written is kept in `late`
    until it can.
    """

    def __init__(self, beside: Path | None, published: Path | None) -> None:
        self.beside = beside
        self.published = published
        self.late: Head | None = None
        self._lock = threading.Lock()
        self._last = -1

    def kept(self) -> Kept:
        """The head that the file beside the database remembers."""
        if self.beside is None:
            return "missing"
        try:
            plain = json.loads(self.beside.read_text(encoding="utf-8"))
            return Head(int(plain["seq"]), str(plain["hash"]))
        except FileNotFoundError:
            return "missing"
        except (OSError, ValueError, TypeError, KeyError):
            return "damaged"

    def write(self, head: Head, *, published: bool = True) -> None:
        """Remember a head, unless a later one is remembered already."""
        with self._lock:
            if head.seq <= self._last:
                return
            self._last, self.late = head.seq, None
            for keep in (self._replace, self._add) if published else (self._replace,):
                try:
                    keep(head)
                except OSError:
                    self.late = head

    def catch_up(self, head: Head) -> None:
        """Publish the head as it stands where the last published one is another, because that
        storage was away."""
        with self._lock:
            self._last = max(self._last, head.seq)
            try:
                if (
                    self.published is not None
                    and head.seq
                    and _last_of(self.published) != head.hash
                ):
                    self._add(head)
            except OSError:
                self.late = head

    def _replace(self, head: Head) -> None:
        """Write over the file in place, always as many bytes: after a cut of power it holds this
        head or the one before, and a change does not wait for the disk once more."""
        if self.beside is None:
            return
        data = json.dumps({"seq": head.seq, "hash": head.hash}).encode().ljust(WIDTH)
        if not self.beside.is_file() or self.beside.stat().st_size != WIDTH:
            write_durably(self.beside, data)
            return
        with self.beside.open("r+b", buffering=0) as file:
            file.write(data)

    def _add(self, head: Head) -> None:
        """One line at the end, in one write, so that two programs never mix theirs; after a torn
        line on a line of its own. It is on the disk when this returns: a head that a cut of power
        takes away proves nothing."""
        if self.published is None:
            return
        plain: dict[str, Any] = {"seq": head.seq, "hash": head.hash, "at": head.at}
        if head.signer:
            plain |= {"signer": head.signer, "signature": head.signature}
        line = json.dumps(plain).encode() + b"\n"
        with open(
            os.open(self.published, os.O_RDWR | os.O_CREAT | os.O_APPEND, FILE), "r+b", buffering=0
        ) as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)
            os.fsync(file.fileno())
        if not size:
            sync_folder(self.published.parent)


def _last_of(path: Path) -> str | None:
    """The hash of the last head published; None where there is none to be read."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL))
        lines = file.read().splitlines()
    head = _head(lines[-1]) if lines else None
    return None if head is None else head.hash


def published_in(path: Path) -> tuple[list[Head], list[int]]:
    """The heads of a file, and the numbers of the lines in it that are none; OSError where it
    cannot be read."""
    heads, damaged = [], []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        head = _head(line)
        if head is not None:
            heads.append(head)
        elif line.strip():
            damaged.append(number)
    return heads, damaged


def _head(line: bytes) -> Head | None:
    try:
        plain = json.loads(line)
        texts = (str(plain.get(name, "")) for name in ("at", "signer", "signature"))
        return Head(int(plain["seq"]), str(plain["hash"]), *texts)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
