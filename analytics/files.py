"""Files that must last: whole or not at all, on the disk before anybody is told, and their owner's
alone."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from analytics.errors import StoreFailed

FILE, FOLDER = 0o600, 0o700  # modes: a home holds names, scores and complaints
UNFINISHED = ".part"  # how the name of a file ends that is still being written


@contextmanager
def telling() -> Iterator[None]:
    """Turns what a disk does to the files of a home into one sentence."""
    try:
        yield
    except OSError as error:
        told = {errno.ENOSPC: "disk_full", errno.EDQUOT: "disk_full", errno.EIO: "disk_failed"}
        unwritable = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        key = told.get(error.errno or 0) or ("files_unwritable" if unwritable else None)
        if key is None:
            raise
        raise StoreFailed(key) from error


def make_folder(folder: Path) -> None:
    """A folder that only its owner may enter; what is missing above it is made too."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)


def keep_private() -> None:
    """Have whatever this process writes from now on be its owner's alone; Windows keeps files in
    the owner's profile by itself."""
    os.umask(0o077)


def make_private(folder: Path) -> None:
    """Take a folder that was there before, with all that is in it, away from everybody but its
    owner, as far as it is ours to take."""
    if os.name == "nt":
        return
    for path in (folder, *folder.rglob("*")):
        mode = FOLDER if path.is_dir() else FILE
        with suppress(OSError):
            if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) != mode:
                path.chmod(mode)


def write_durably(path: Path, data: bytes) -> None:
    """Have a file hold these bytes: a cut of power leaves what was there before, or all of them,
    never a part."""
    _put(path, lambda handle: handle.write(data))


def copy_durably(source: Path, target: Path) -> None:
    """Have `target` hold what `source` holds, as durably as written."""
    with source.open("rb") as bytes_of:
        _put(target, lambda handle: shutil.copyfileobj(bytes_of, handle, 1 << 20))


def move_durably(source: Path, target: Path) -> None:
    """Give a file another name, over whatever has that name, for good when this returns."""
    source.replace(target)
    sync_folder(target.parent)
    if source.parent != target.parent:
        sync_folder(source.parent)


def remove_durably(path: Path) -> None:
    """Take a file away, if it is there."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Have what others wrote into a file on the disk."""
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk; Windows writes them by itself and cannot be asked."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def scratch(folder: Path, kind: str) -> Iterator[Path]:
    """A folder of one's own inside `folder`, gone at the end of the block; `sweep` takes what a
    killed process left."""
    make_folder(folder)
    with tempfile.TemporaryDirectory(
        dir=folder, prefix=f"{kind}-", ignore_cleanup_errors=True
    ) as own:
        yield Path(own)


def stand_in(path: Path, target: Path) -> Path:
    """The same file under another name, without its bytes being copied where the system can do so;
    `target`."""
    try:
        target.symlink_to(path.resolve())
    except OSError:  # Windows, without the right to link
        shutil.copyfile(path, target)
    return target


def sweep(folder: Path) -> None:
    """Take away everything in a folder of scratch folders; only for whoever owns all that is in
    it."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _put(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{UNFINISHED}")
    try:
        handle = os.open(
            partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), FILE
        )
        with os.fdopen(handle, "wb") as opened:
            fill(opened)
            opened.flush()
            os.fsync(opened.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
