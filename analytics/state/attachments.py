"""What may be handed in with an objection: documents and pictures, under a clean name, that are
what their name says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

from analytics.errors import RequestRefused
from analytics.people import Attachment
from analytics.text import NAME, one_line

ATTACHMENT_MB = 5


def accepted(attached: Attachment) -> Attachment:
    """The attachment under a clean name; refused where it is too large, empty, of another kind, or
    not of the kind that it says."""
    name = clean_name(attached.name)
    kind = name.rpartition(".")[2].lower()
    if len(attached.data) > ATTACHMENT_MB * 1024**2:
        raise RequestRefused("attachment_too_large", name=name, limit=ATTACHMENT_MB)
    if "." not in name or kind not in KINDS:
        raise RequestRefused("attachment_kind", name=name, kinds=list(KINDS))
    if not KINDS[kind](attached.data):
        raise RequestRefused("attachment_not_that", name=name, kind=kind)
    return replace(attached, name=name)


def clean_name(name: str) -> str:
    """The last part of a file's name, of characters that can be seen and that every system takes;
    its ending is kept."""
    last = one_line(name.replace("\\", "/").rpartition("/")[2])
    safe = "".join("_" if char in '<>:"|?*' else char for char in last).strip(" .") or "file"
    stem, dot, ending = safe.rpartition(".")
    return f"{stem[: NAME - 1 - len(ending)]}.{ending}" if dot and len(ending) < 9 else safe[:NAME]


def _office(folder: str) -> Callable[[bytes], bool]:
    """A document of this folder without macros; only the list of its parts is read, nothing is
    unpacked."""

    def is_one(data: bytes) -> bool:
        try:
            parts = zipfile.ZipFile(io.BytesIO(data)).namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return False
        macros = any(part.lower().endswith("vbaproject.bin") for part in parts)
        return (
            "[Content_Types].xml" in parts
            and any(part.startswith(folder) for part in parts)
            and not macros
        )

    return is_one


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(marks)


def _words(data: bytes) -> bool:
    """Text: no zero byte but in UTF-16, and nothing that begins like a program, an archive or a
    page with scripts."""
    if not data or data.startswith(
        (b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")
    ):
        return False
    if (
        data[:256]
        .lstrip(b"\xef\xbb\xbf \t\r\n")
        .lower()
        .startswith((b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script"))
    ):
        return False
    return data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in data


KINDS: dict[str, Callable[[bytes], bool]] = {
    "pdf": _begins(b"%PDF-"),
    "png": _begins(b"\x89PNG\r\n\x1a\n"),
    "jpg": _begins(b"\xff\xd8\xff"),
    "jpeg": _begins(b"\xff\xd8\xff"),
    "webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
    "xlsx": _office("xl/"),
    "docx": _office("word/"),
    "csv": _words,
    "txt": _words,
}
