"""What somebody typed as a line: nothing unseen, nothing that turns the direction of reading, no
overlong names."""

from __future__ import annotations

import pytest

from analytics.text import one_line, seen, short


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("安 娜", "安 娜"),
        ("  a\t b\r\nc\u2028d\x85e ", "a b c d e"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("\u2066a\u2069\u200bb\ufeff", "ab"),
        ("\x1b[31mred\x1b[0m\x9b2J\x07", "[31mred[0m2J"),
        ("a\U000e0041", "a"),
        ("é ñ Nguyễn", "é ñ Nguyễn"),
        ("e\u0301" + "\u0336" * 50, "e\u0301\u0336\u0336"),
    ],
)
def test_a_line_holds_what_can_be_seen_and_nothing_that_steers(typed, line):
    assert one_line(typed) == line


def test_a_text_keeps_its_lines_and_loses_its_controls():
    assert seen("one\r\ntwo\x1b[2J\u202e") == "one\ntwo[2J"


def test_a_name_is_cut_by_its_width_and_a_chinese_character_is_as_wide_as_two():
    assert short("a" * 40) == "a" * 40
    assert short("a" * 41) == "a" * 39 + "…"
    assert short("安" * 20) == "安" * 20
    assert short("安" * 21) == "安" * 19 + "…"
    assert len(short("x" * 10_000_000)) == 40
