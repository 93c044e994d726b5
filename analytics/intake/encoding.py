"""Bytes of a text file → text, by the byte order mark, by UTF-8's own rules, or by a detection library; never by hope."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from analytics.errors import FileRefused

LEGACY = ("gb18030", "big5hkscs")
SAMPLE = 64 * 1024
BINARY = 0.02  # share of control characters beyond which it is no text


def decode(raw: bytes, path: Path, stated: str | None) -> tuple[str, str]:
    """The text and the name of its encoding; what cannot be read without a wrong character is refused."""
    if stated is not None:
        try:
            return raw.decode(stated).removeprefix("\ufeff"), stated
        except (UnicodeDecodeError, LookupError) as error:
            raise FileRefused("encoding_wrong", file=path.name, encoding=stated) from error
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(raw, "utf-16", path)
    if b"\x00" in raw[:4096]:
        return _strictly(raw, _wide(raw, path), path)
    try:
        return raw.decode("utf-8-sig"), "utf-8-sig"
    except UnicodeDecodeError:
        pass
    return _strictly(raw, _legacy(raw, path), path)


def _strictly(raw: bytes, encoding: str, path: Path) -> tuple[str, str]:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("encoding_unknown", file=path.name) from error
    return text, encoding


def _wide(raw: bytes, path: Path) -> str:
    """UTF-16 without its mark, when that is what the zero bytes come from."""
    head = raw[:SAMPLE].ljust(len(raw[:SAMPLE]) + len(raw[:SAMPLE]) % 2, b"\x00")
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        text = head.decode(encoding, "replace")
        odd = sum(char < " " and char not in "\r\n\t" for char in text) + text.count("\ufffd")
        if zeros.count(0) and any(mark in text for mark in "\n,;\t|") and odd <= BINARY * len(text):
            return encoding
    raise FileRefused("file_not_a_table", file=path.name)


def _legacy(raw: bytes, path: Path) -> str:
    """GB18030 or Big5: the one in which the text looks like Chinese; neither, and the user is asked."""
    at = next((index for index, byte in enumerate(raw) if byte > 0x7F), 0)
    sample = raw[max(0, raw.rfind(b"\n", 0, at)) :][:SAMPLE]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    odd = sum(byte < 32 and byte not in b"\r\n\t" for byte in sample)
    if odd > BINARY * len(sample):
        raise FileRefused("file_not_a_table", file=path.name)
    best = from_bytes(sample, cp_isolation=list(LEGACY)).best()
    if best is None:
        raise FileRefused("encoding_unknown", file=path.name)
    return best.encoding
