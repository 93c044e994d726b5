"""Bytes of a text file → text, by the byte order mark, by UTF-8's own rules, or by a detection
library; never by hope."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from analytics.errors import FileRefused

# encoding → the character set of its everyday characters, and between which lead bytes they stand
EVERYDAY = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5hkscs": ("big5", 0xA4, 0xC6),
    "big5": ("big5", 0xA4, 0xC6),
}
SAMPLE = 64 * 1024
PLAIN_WORDS = (
    0.9  # share of everyday characters that makes an encoding certain where the library sees none
)
BINARY = 0.02  # share of control characters beyond which it is no text


def utf8(raw: bytes, path: Path, stated: str | None) -> tuple[bytes, str]:
    """The file's text as UTF-8 without a mark, and the name of its encoding; UTF-8 itself is
    checked but not copied."""
    if (
        stated is None
        and b"\x00" not in raw[:4096]
        and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    ):
        try:
            raw.decode()
            return raw.removeprefix(codecs.BOM_UTF8), "utf-8-sig"
        except UnicodeDecodeError:
            pass
    text, encoding = decode(raw, path, stated)
    return text.encode(), encoding


def decode(raw: bytes, path: Path, stated: str | None) -> tuple[str, str]:
    """The text and the name of its encoding; what cannot be read without a wrong character is
    refused."""
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
    """GB18030 or Big5: of those the library takes for possible, the one of more everyday
    characters; none, and the user is asked."""
    lines = [line for line in raw[: 64 * SAMPLE].split(b"\n") if not line.isascii()]
    sample = b"\n".join(lines)[:SAMPLE]
    sample = sample[: sample.rfind(b"\n")] if len(sample) == SAMPLE else sample
    if sum(byte < 32 and byte not in b"\r\n\t" for byte in sample) > BINARY * len(sample):
        raise FileRefused("file_not_a_table", file=path.name)
    sample = sample or raw[-SAMPLE:]
    matches = from_bytes(sample, cp_isolation=list(EVERYDAY))
    if matches:
        return max(
            matches, key=lambda match: (_everyday(str(match), match.encoding), -match.chaos)
        ).encoding
    # The library gives up on tables of full-width digits with few words between them; everyday
    # words still tell.
    shares = {}
    for encoding in EVERYDAY:
        try:
            shares[encoding] = _everyday(sample.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    likeliest = max(shares, key=lambda encoding: shares[encoding], default=None)
    if likeliest is None or shares[likeliest] < PLAIN_WORDS:
        raise FileRefused("encoding_unknown", file=path.name)
    return likeliest


def _everyday(text: str, encoding: str) -> float:
    """The share of Chinese characters that belong to the everyday half of their character set."""
    charset, first, last = EVERYDAY[encoding]
    chinese = [char for char in text if "\u3400" <= char <= "\u9fff"]
    common = 0
    for char in chinese:
        code = char.encode(charset, "ignore")
        common += len(code) == 2 and first <= code[0] <= last
    return common / len(chinese) if chinese else 0.0
