"""What a number format writes beside the number: a percent sign, a currency, a unit, zeros that the
value itself does not hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

_LITERAL = re.compile(r'"[^"]*"|[\\!].')
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]")
_SCALED = re.compile(
    r"[0#?],+(?![0#?])|[!\\][.。]"
)  # 0,"千" and 0!.0,"万" show less than the value is
_WORDS = re.compile(r"(万|亿|千|百万)元?")
_THOUSAND = re.compile(r'[0#?](?:\s|\\ )*(?:"\s*[Kk]\s*"|\\[Kk])')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])+')
_BUILT_IN = re.compile(r"^[^;]*?(US\$|HK\$|[$€£¥￥])")
_ASIDE = re.compile(r"\[[^\]]*\]")  # conditions, colours, currencies
_NAMED = re.compile(r"USD|EUR|HKD|GBP|JPY|PHP|CNY|RMB|人民币|美元|欧元|港[币元]|英镑|日元|元")
_LITERAL_PERCENT = re.compile(r'"[^"]*%[^"]*"|[\\!]%')
_PADDED = re.compile(
    r'(?:"([A-Za-z][A-Za-z0-9-]*)"|\\?([A-Za-z]))?(0{2,})'
)  # 000000, "A"0000: how ids are shown
BRIEF = 4  # decimals of an example
EXAMPLES = 3  # cells that stand for all of a column
_LONG = re.compile(r"(-?\d+\.\d{5,})(%?)")
_PADS = re.compile(r"([A-Za-z][A-Za-z0-9-]*)?(0{2,})")
LITERAL_PERCENT = "as written %"  # stands behind the number without multiplying it
LARGEST_SHARE = 10  # a number beyond it whose format is a percent is an id or a percent already
JAPAN = "411"
UNITS = ("万", "亿", "千", "百万", "K")
HOME = ("¥", "￥", "CNY", "RMB", "元")  # signs of the currency that figures are kept in


def word_of(code: str) -> str | None:
    """The percent sign, currency or unit (万) that a number format writes beside the number; None
    for ordinary formats.

    A format that scales what it shows (0!.0,"万") names no unit of the value. One whose conditions
    ([<1]) lead to parts that write different things is given back as it is: only the value tells
    what stands beside it.
    """
    if not code or code == "General":
        return None
    if _CONDITION.search(code) and len({_word(section) for section in _sections(code)}) > 1:
        return code
    return _word(code)


def _word(code: str) -> str | None:
    first = code.split(";", 1)[0]
    if (padded := _PADDED.fullmatch(first)) and not _NAMED.search(first):
        return f"{padded[1] or padded[2] or ''}{padded[3]}"
    if "%" in _LITERAL.sub("", first):
        return "%"
    for symbol, place in _CURRENCY.findall(first):
        if symbol.strip():
            return "JPY" if place.lstrip("0") == JAPAN and symbol in "¥￥" else str(symbol).strip()
    if _LITERAL_PERCENT.search(first):
        return LITERAL_PERCENT
    text = "".join(
        literal[1:-1] if literal.startswith('"') else literal[1:]
        for literal in _LITERAL.findall(first)
    )
    if unit := _WORDS.search(_ASIDE.sub("", code)):
        return None if _SCALED.search(code) else unit[1]
    if _THOUSAND.search(first) and not _SCALED.search(first):
        return "K"
    bare = _CURRENCY.sub("", first)
    if symbol := _BUILT_IN.search(bare):
        return symbol[1]
    named = _NAMED.search(text)
    return named[0] if named else None


def telling(words: Mapping[int, str | None]) -> dict[int, str]:
    """Cell formats → what they write; nothing where it is the home currency throughout, which every
    sheet may write or not."""
    told = {style: word for style, word in words.items() if word}
    return told if any(word not in HOME for word in told.values()) else {}


def shown(number: str, word: str) -> str:
    """A number's text as its format shows it."""
    if _CONDITION.search(word):
        part = _word(_part_for(Decimal(number), word))
        return shown(number, part) if part else number
    if padded := _PADS.fullmatch(word):
        return f"{padded[1] or ''}{number.zfill(len(padded[2]))}" if number.isdigit() else number
    if word == LITERAL_PERCENT:
        return f"{number}%"
    if word == "%" and abs(Decimal(number)) > LARGEST_SHARE:
        return number
    if word == "%":
        return f"{(Decimal(number) * 100).normalize():f}%"
    return f"{number}{word}" if word in UNITS else f"{word} {number}"


def brief(cell: str) -> str:
    """A cell as an example shows it: a number without the decimals that only a machine needs."""
    long = _LONG.fullmatch(cell.strip())
    return f"{round(Decimal(long[1]), BRIEF).normalize():f}{long[2]}" if long else cell


def _sections(code: str) -> list[str]:
    """The parts of a format that show numbers."""
    return [
        section
        for section in _SECTION.findall(code)
        if re.search(r"[0#?]", _CONDITION.sub("", _LITERAL.sub("", section)))
    ]


def _part_for(value: Decimal, code: str) -> str:
    """The part of a format with conditions that shows a value: the first whose condition holds,
    else the first without one."""
    holds = {
        "<": value.__lt__,
        "<=": value.__le__,
        ">": value.__gt__,
        ">=": value.__ge__,
        "=": value.__eq__,
        "<>": value.__ne__,
    }
    bare = []
    for part in _sections(code):
        condition = _CONDITION.search(part)
        if condition is None:
            bare.append(part)
        elif holds[condition[1]](Decimal(condition[2])):
            return part
    return bare[0] if bare else ""
