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
        if day := re.fullmatch(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", plain):
            plain = f"{day[1]}-{day[2]}"
        if turned := re.fullmatch(r"(1[0-2]|0?[1-9])\s*[-/.]\s*((?:19|20)\d{2})", plain):
            plain = f"{turned[2]}-{turned[1]}"
        if re.fullmatch(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}", plain):
            plain = re.sub(r"[-/.]\d{1,2}$", "", plain)
        if found := re.fullmatch(
            r"(\d{4})\s*年?度?\s*[-/]?\s*(?:Q|第)?\s*([1-4一二三四])\s*(?:季度|季)|"
            r"(\d{4})\s*[-/年]?\s*Q([1-4])",
            plain,
            re.I,
        ):
            quarter = (found[2] or found[4]).translate(DIGITS)
            first = dt.date(int(found[1] or found[3]), int(quarter) * 3 - 2, 1)
            return first, add_months(first, 2)
        if found := re.fullmatch(r"(\d{4})\s*年?\s*([上下])半年|(\d{4})\s*H([12])", plain, re.I):
            first = dt.date(
                int(found[1] or found[3]), 1 if (found[2] or found[4]) in "上1" else 7, 1
            )
            return first, add_months(first, 5)
        if found := re.fullmatch(r"((?:19|20)\d{2})\s*年?度?", plain):
            return dt.date(int(found[1]), 1, 1), dt.date(int(found[1]), 12, 1)
        named = header_month(plain)
        if named is not None and not named[2] and (named[0] or year):
            month = dt.date(named[0] or year or 0, named[1], 1)
        else:
            month = parse_month(plain)
    except (RequestRefused, ValueError):
        return None, None
    return month, month


def header_month(text: str) -> tuple[int | None, int, str] | None:
    """A header that names one month → (year or None, month, what else it says): '2026年1月 续保率'
    → (2026, 1, '续保率')."""
    plain = " ".join(text.split()).translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    found = [one for one in _HEADER.finditer(plain) if _apart(plain, one)]
    if len(found) != 1:
        return None
    one = found[0]
    rest = (plain[: one.start()] + plain[one.end() :]).strip(" -_/()（）:：·")
    year = one["year"] or one["iso_year"] or one["later"]
    if one["number"] or one["iso"]:
        month = int(one["number"] or one["iso"])
    elif one["chinese"]:
        month = CHINESE.index(one["chinese"]) + 1
    else:
        month = ENGLISH.index(one["english"][:3].lower()) + 1
    return (int(year) if year else None), month, rest


def _apart(text: str, found: re.Match[str]) -> bool:
    """Whether a month stands for itself and is no part of another word or number ('Mayor',
    '111月')."""
    before = text[found.start() - 1] if found.start() else " "
    after = text[found.end()] if found.end() < len(text) else " "
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
