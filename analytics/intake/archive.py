"""A zip of tables → its files, checked before and while anything is unpacked; runs in the
throw-away process."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from analytics.errors import FileRefused
from analytics.intake.limits import MEMBER_LIMIT, UNPACKED_LIMIT

SKIPPED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
NESTED = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh")
CHUNK = 1024 * 1024

# What Python's readers of zip and XML raise at bytes that are not what they should be.
DAMAGE = (
    zipfile.BadZipFile,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ElementTree.ParseError,
)


def check(path: Path) -> bool:
    """True for a zip of files, False for one that is a workbook; refuses what would unpack to too
    much."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except DAMAGE as error:
        raise FileRefused("file_damaged", file=path.name) from error
    if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise FileRefused(
            "file_too_large_unpacked", file=path.name, limit=UNPACKED_LIMIT // 1024**2
        )
    names = [entry.filename for entry in entries]
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return False
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        raise FileRefused("file_is_numbers", file=path.name)
    if "[Content_Types].xml" in names or "META-INF/MANIFEST.MF" in names:
        raise FileRefused("file_not_a_table", file=path.name)
    return True


def unpack(path: Path, out: Path) -> list[Path]:
    """The files of an archive, in folders 000, 001, … below `out`, in the order of their names."""
    left = UNPACKED_LIMIT
    targets: list[Path] = []
    with zipfile.ZipFile(path) as archive:
        entries = sorted(
            ((_name(entry), entry) for entry in archive.infolist() if not _skipped(entry)),
            key=lambda pair: pair[0],
        )
        if not entries:
            raise FileRefused("archive_empty", file=path.name)
        if len(entries) > MEMBER_LIMIT:
            raise FileRefused("archive_too_many", file=path.name, limit=MEMBER_LIMIT)
        for number, (name, entry) in enumerate(entries):
            if entry.flag_bits & 1:
                raise FileRefused("archive_locked", file=path.name, member=name)
            folder = out / f"{number:03d}"
            folder.mkdir()
            target = folder / name
            try:
                with archive.open(entry) as source, target.open("wb") as sink:
                    while chunk := source.read(CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise FileRefused(
                                "file_too_large_unpacked",
                                file=path.name,
                                limit=UNPACKED_LIMIT // 1024**2,
                            )
                        sink.write(chunk)
            except DAMAGE as error:
                raise FileRefused("archive_damaged", file=path.name, member=name) from error
            if _nested(target):
                raise FileRefused("archive_nested", file=path.name, member=name)
            targets.append(target)
    return targets


def _nested(path: Path) -> bool:
    with path.open("rb") as handle:
        if not handle.read(8).startswith(NESTED):
            return False
    return not zipfile.is_zipfile(path) or check(path)


def _skipped(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder or what a system leaves behind in it."""
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    return (
        entry.is_dir()
        or entry.filename.startswith(SKIPPED[0])
        or name.name in SKIPPED
        or name.name.startswith((".", "~$"))
    )


def _name(entry: zipfile.ZipInfo) -> str:
    """The last part of a member's name; archives made in China often hold it in GBK without saying
    so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = entry.filename
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
    return kept[-120:] or "file"
