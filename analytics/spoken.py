"""How names are read: what somebody types who looks for a person without writing the name."""

from __future__ import annotations

from functools import lru_cache

from analytics.catalogue import toml
from analytics.settings import read_characters_alone


@lru_cache(maxsize=20_000)
def spoken(name: str) -> tuple[str, ...]:
    """What a name is found by besides itself: its reading and the initials of that, "wangjing" and
    "wj" for 王静; nothing for a name in Latin letters.

    A surname is read as surnames are (曾 zeng); where its character is read otherwise elsewhere,
    that finds it too.
    """
    words = "".join(name.split())
    if words.isascii():
        return ()
    plain = _read(words)
    own = next((surname for surname in _surnames() if words.startswith(surname)), "")
    as_surname = [*_surnames()[own].split(), *plain[len(own) :]] if own else plain
    forms = (as_surname, plain)
    return tuple(
        dict.fromkeys(
            form for parts in forms for form in ("".join(parts), "".join(part[0] for part in parts))
        )
    )


def _read(words: str) -> list[str]:
    """The reading of every character; what has none stands for itself."""
    return [_read_character(char) for char in words]


@lru_cache(maxsize=20_000)
def _read_character(char: str) -> str:
    read_characters_alone()
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(char)).lower()


@lru_cache(maxsize=1)
def _surnames() -> dict[str, str]:
    readings: dict[str, str] = toml("surnames.toml")
    return readings
