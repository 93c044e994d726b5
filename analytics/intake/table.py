"""What a caller knows of a table, and its header cells as people read and compare them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_VALUE = re.compile(
    r"[-+]?[￥¥$€₱]?\s*[\d,]*\.?\d+\s*[%万亿元]?|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ "
    r"T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
)
_SEAM = re.compile(
    r"(?<=[A-Za-z])[_-](?=[A-Za-z0-9])|(?<=[A-Za-z0-9])[_-](?=[A-Za-z])"
    r"|(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=I[Dd]\b)"
)  # between the words of a name: of 1-10, a scale, the hyphen says from where to where
_PIVOT = re.compile(r"^(求和项|计数项|平均值项|最大值项)\s*[:：]\s*|^(sum|count|average) of (?=\S)")


@dataclass(frozen=True)
class Layout:
    """What the caller knows: the sheet, the headers it looks for, and what overrides detection."""

    sheet: str | None = None
    wanted: frozenset[str] = frozenset()
    recognised: frozenset[str] = frozenset()
    header_row: int | None = None
    header_rows: int | None = None
    first_column: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    hidden: str = "skip"


def plain(text: str) -> str:
    """A header as it is compared: lower case, single blanks, none between Chinese characters,
    without what a pivot adds."""
    flat = _PIVOT.sub("", " ".join(str(text).replace("\ufeff", "").split()).lower())
    return flat.replace(" ", "") if _CHINESE.search(flat) else flat


def single_spaced(text: str | None) -> str:
    """A cell with single blanks and none around it; empty where it holds nothing."""
    return " ".join((text or "").split())


def spaced(text: str) -> str:
    """A header as names are compared: policy_no, policy-no and PolicyNo are policy no."""
    return plain(_SEAM.sub(" ", text))


def is_value(cell: str) -> bool:
    """Whether a cell is a number or a day, and no name."""
    return _VALUE.fullmatch(cell) is not None


def headers(names: Iterable[str], places: Iterable[int] | None = None) -> tuple[str, ...]:
    """Header cells as people read them: twins get a number, nameless ones their column's letter."""
    seen: dict[str, int] = {}
    out = []
    cells = [" ".join(str(name).replace("\ufeff", "").split()) for name in names]
    for place, cell in zip(places if places is not None else range(len(cells)), cells, strict=True):
        text = cell or f"({letter(place)})"
        seen[text] = seen.get(text, 0) + 1
        out.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return tuple(out)


def letter(index: int) -> str:
    """A column's letter as spreadsheets name it, from 0."""
    return (letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)
