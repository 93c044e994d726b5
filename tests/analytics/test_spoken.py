"""How names are read."""

import subprocess
import sys

import pytest

from analytics.spoken import spoken
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("王静", ("wangjing", "wj")),
        ("欧阳娜娜", ("ouyangnana", "oynn")),
        ("尉迟恭", ("yuchigong", "ycg", "weichigong", "wcg")),
        ("王 静", ("wangjing", "wj")),
        ("吕布", ("lvbu", "lb")),
        ("Anna 李", ("annali", "annal")),
    ],
)
def test_a_name_is_found_by_its_reading_and_by_its_initials(name, found_by):
    assert spoken(name) == found_by


@pytest.mark.parametrize(
    ("name", "reading", "initials"),
    [("曾国藩", "zengguofan", "zgf"), ("单雄信", "shanxiongxin", "sxx"), ("仇英", "qiuying", "qy")],
)
def test_a_surname_is_read_as_surnames_are_and_found_by_its_common_reading_too(
    name, reading, initials
):
    assert spoken(name)[:2] == (reading, initials)
    assert len(spoken(name)) > 2


def test_the_same_character_in_a_given_name_is_read_as_ever():
    assert spoken("王乐")[0] == "wangle"


@pytest.mark.parametrize("name", ["", "Ann Lee", "A1016", "—"])
def test_what_nobody_reads_aloud_is_found_by_itself_alone(name):
    assert [form for form in spoken(name) if form != name] == []


def test_names_are_read_without_the_list_of_phrases_that_would_take_a_second_and_40_mb():
    told = (
        "from analytics.spoken import spoken; spoken('王静');"
        "from pypinyin.constants import PHRASES_DICT; print(len(PHRASES_DICT))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "0"
