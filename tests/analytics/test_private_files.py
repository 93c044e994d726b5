"""Files of a home are its owner's alone."""

import os
import stat

import pytest

from analytics.home import Home
from tests.conftest import POLICIES, ROSTER, load_text, write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")


def open_to_others(folder):
    """What below a folder others than the owner may read or enter, and how."""
    paths = [folder, *folder.rglob("*")]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in paths}
    wanted = {path: 0o700 if path.is_dir() else 0o600 for path in paths}
    return {
        str(path.relative_to(folder)): oct(mode)
        for path, mode in modes.items()
        if mode != wanted[path]
    }


@pytest.fixture(autouse=True)
def _careless():
    """A process that begins with the usual mask, under which everybody may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_after_loads_every_file_of_a_home_is_its_owners_alone(tmp_path):
    home = Home(tmp_path / "home")
    load_text(home, tmp_path, "agents", ROSTER)
    load_text(home, tmp_path, "policies", POLICIES, satisfaction_max=5)
    home.secret()
    kinds = {path.name.partition(".")[2] or path.name for path in (tmp_path / "home").rglob("*")}
    assert {"duckdb", "sqlite", "lock", "secret", "head"} <= kinds
    assert open_to_others(tmp_path / "home") == {}
    home.close()
    assert open_to_others(tmp_path / "home") == {}


def test_a_home_that_everybody_could_read_is_taken_back_at_the_next_start(tmp_path):
    Home(tmp_path / "home").close()
    for path in (tmp_path / "home", *(tmp_path / "home").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    Home(tmp_path / "home").close()
    assert open_to_others(tmp_path / "home") == {}


def test_what_a_watched_folder_keeps_is_its_owners_alone(shell, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, "roster.csv", ROSTER)
    (folder / "roster.csv").chmod(0o644)
    os.utime(folder / "roster.csv", (0, 0))
    shell.run("watch", folder, "--once")
    assert [path.name for path in (folder / "done").iterdir()] != []
    assert open_to_others(folder / "done") == {}
