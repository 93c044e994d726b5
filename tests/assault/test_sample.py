"""A small seeded part of every assault, so that a hole is seen the day it is made; `make assault`
tries the whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.assault import commands, matrix, screens
from tests.assault.company import Company, founded
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return founded(tmp_path_factory.mktemp("company"), 7)


def test_somebody_has_said_of_everything_that_a_desk_can_be_asked_who_may():
    assert matrix.unlisted() == []


def test_nobody_gets_out_of_their_scope_through_the_desk(company, tmp_path):
    report = matrix.desk_matrix(company, tmp_path, 100, 7)
    assert report.failures == []
    assert report.tried == 100


def test_nobody_gets_out_of_their_scope_on_the_command_line(company, tmp_path):
    assert commands.matrix(company, tmp_path, 12, 7).failures == []


def test_nobody_sees_more_than_theirs_on_a_page_or_in_a_file_from_it(company, tmp_path):
    assert screens.reading(company, tmp_path, 5, 7).failures == []


def test_a_tab_that_stood_open_does_nothing_more_once_its_account_is_taken_away(company, tmp_path):
    assert screens.stale(company, tmp_path, 1, 7).failures == []


# In processes of their own: they fork, which this one, full of threads, should not.
@pytest.mark.parametrize(("campaign", "size"), [("kills", 3), ("damages", 5)])
def test_a_home_holds_out(campaign, size, tmp_path):
    command = [sys.executable, "-m", "tests.assault", campaign, "--size", str(size), "--seed", "7"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=_env(tmp_path),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def _env(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder)}
