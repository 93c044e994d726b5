"""Months and periods as people write them: in a period cell, in a sheet's name, in a header."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from analytics.errors import RequestRefused
from analytics.model import add_months, parse_month

DIGITS = str.maketrans("０１２３４５６７８９一二三四", "01234567891234")
ENGLISH = tuple(month.lower() for month in calendar.month_abbr[1:])
CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_NAMED = "|".join((*calendar.month_name[1:], "Sept", *calendar.month_abbr[1:]))
_HEADER = re.compile(
    rf"(?:(?P<year>(?:19|20)\d{{2}})\s*[-/.年]?\s*)?(?:(?P<number>1[0-2]|0?[1-9])\s*月份?|"
    rf"(?P<chinese>十[一二]?|[一二三四五六七八九])\s*月份?"
    rf"|(?P<english>{_NAMED})\.?(?:[\s-]*(?P<later>(?:19|20)\d{{2}}))?)|"
    rf"(?P<iso_year>(?:19|20)\d{{2}})[-/.](?P<iso>1[0-2]|0?[1-9])(?:[-/.]0?1)?",
    re.IGNORECASE,
)

_QUARTER = re.compile(
    r"(\d{4})\s*年?度?\s*[-/]?\s*(?:Q|第)?\s*([1-4一二三四])\s*(?:季度|季)|"
    r"(\d{4})\s*[-/年]?\s*Q([1-4])",
    re.IGNORECASE,
)
_HALF = re.compile(r"(\d{4})\s*年?\s*([上下])半年|(\d{4})\s*H([12])", re.IGNORECASE)
_YEAR = re.compile(r"((?:19|20)\d{2})\s*年?度?")


def span(text: str, year: int | None = None) -> tuple[dt.date | None, dt.date | None]:
    """'2021-03', '2021年3月', '2021Q1', '2021年第一季度', '2021上半年', '2021', '2021-01~2021-03' →
    first and last month.

    A month, quarter or half without a year ('3月', 'Q2') takes `year`; without one it is not read.
    """
    plain = re.sub(r"[T ]\d{1,2}:.*$", "", text.strip())
    ends = re.split(r"\s*(?:~|～|至|到|…|—|–| to | - )\s*", plain)
    if year and re.fullmatch(r"第?[一二三四1-4]季度?|Q[1-4]|[上下]半年|H[12]", plain, re.I):
        plain = f"{year}{plain}"
    try:
        if len(ends) == 2:
            first, last = span(ends[0], year)[0], span(ends[1], year)[1]
            return (first, last) if first and last and first <= last else (None, None)
        return _several(_turned(plain)) or _one_month(_turned(plain), year)
    except (RequestRefused, ValueError):
        return None, None


def _turned(text: str) -> str:
    """A day as its month, and a month as year and month: 20260401 and 4/2026 are 2026-04."""
    if day := re.fullmatch(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", text):
        text = f"{day[1]}-{day[2]}"
    if turned := re.fullmatch(r"(1[0-2]|0?[1-9])\s*[-/.]\s*((?:19|20)\d{2})", text):
        text = f"{turned[2]}-{turned[1]}"
    if re.fullmatch(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}", text):
        text = re.sub(r"[-/.]\d{1,2}$", "", text)
    return text


def _several(text: str) -> tuple[dt.date, dt.date] | None:
    """First and last month of a quarter, a half or a year."""
    if match := _QUARTER.fullmatch(text):
        quarter = int((match[2] or match[4]).translate(DIGITS))
        first = dt.date(int(match[1] or match[3]), quarter * 3 - 2, 1)
        return first, add_months(first, 2)
    if match := _HALF.fullmatch(text):
        half = match[2] or match[4]
        first = dt.date(int(match[1] or match[3]), 1 if half in "上1" else 7, 1)
        return first, add_months(first, 5)
    if match := _YEAR.fullmatch(text):
        return dt.date(int(match[1]), 1, 1), dt.date(int(match[1]), 12, 1)
    return None


def _one_month(text: str, year: int | None) -> tuple[dt.date, dt.date]:
    named = header_month(text)
    if named is not None and not named[2] and (named[0] or year):
        month = dt.date(named[0] or year or 0, named[1], 1)
    else:
        month = parse_month(text)
    return month, month


def header_month(text: str) -> tuple[int | None, int, str] | None:
    """A header that names one month → (year or None, month, what else it says): '2026年1月 续保率'
    → (2026, 1, '续保率')."""
    plain = " ".join(text.split()).translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    months = [match for match in _HEADER.finditer(plain) if _apart(plain, match)]
    if len(months) != 1:
        return None
    (match,) = months
    rest = (plain[: match.start()] + plain[match.end() :]).strip(" -_/()（）:：·")
    year = match["year"] or match["iso_year"] or match["later"]
    if match["number"] or match["iso"]:
        month = int(match["number"] or match["iso"])
    elif match["chinese"]:
        month = CHINESE.index(match["chinese"]) + 1
    else:
        month = ENGLISH.index(match["english"][:3].lower()) + 1
    return (int(year) if year else None), month, rest


def _apart(text: str, match: re.Match[str]) -> bool:
    """Whether a month stands for itself and is no part of another word or number ('Mayor',
    '111月')."""
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
