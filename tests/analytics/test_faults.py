"""Faults: what was acknowledged is there afterwards, and what cannot be is said in words."""

import pytest

from analytics import files
from analytics.home import Home
from tests.conftest import load_text

HEADER = "保单号,工号,到期日,续保结果\n"
APRIL = HEADER + "P1,A1,2026-04-02,已续\n"


@pytest.mark.parametrize("damage", [b"", b"half of it"])
def test_loading_a_file_again_mends_its_damaged_original(home, tmp_path, damage):
    load_text(home, tmp_path, "policies", APRIL)
    original = next((home.folder / "originals").iterdir())
    original.write_bytes(damage)
    assert load_text(home, tmp_path, "policies", APRIL).already
    assert files.sha256_of(original) == original.name


def test_an_original_that_is_there_under_its_name_alone_is_not_trusted(tmp_path):
    first = Home(tmp_path / "first")
    load_text(first, tmp_path, "policies", APRIL)
    name = next((first.folder / "originals").iterdir()).name
    first.close()
    second = Home(tmp_path / "second")
    (second.folder / "originals" / name).write_bytes(b"")
    load_text(second, tmp_path, "policies", APRIL)
    assert files.sha256_of(second.folder / "originals" / name) == name
    second.close()
