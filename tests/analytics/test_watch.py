"""A watched folder, run as a process of its own: what appears is loaded once and moved, whatever
happens in between."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from analytics import watch as watching
from analytics.desk import Desk
from analytics.errors import StoreFailed
from analytics.home import Home
from analytics.intake.recipe import Recipe
from tests.analytics.test_command_line import RECIPE, calls
from tests.conftest import AS_OF, ROOT, write


def watch(folder, home, recipe, *more):
    command = [
        sys.executable,
        "-m",
        "analytics",
        "watch",
        str(folder),
        "--recipe",
        str(recipe),
        "--home",
        str(home),
        "--lang",
        "en",
        *more,
    ]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def aged(path):
    """A file that was written a while ago."""
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def counted(home):
    opened = Home(home)
    try:
        return len(opened.warehouse.ask("loads")), int(
            opened.warehouse.ask("population")["policies"].iloc[0]
        )
    finally:
        opened.close()


def test_good_files_go_to_done_and_bad_ones_to_refused_with_the_reason_beside_them(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    recipe = write(tmp_path, "r.toml", RECIPE)
    aged(write(folder, "calls.csv", calls()))
    aged(write(folder, "broken.csv", calls().replace("2021-01-15", "someday")))
    aged(write(folder, "other.xlsx", "not a workbook"))
    done = watch(folder, tmp_path / "home", recipe, "--once")
    out, err = done.communicate(timeout=60)
    assert done.returncode == 0, err
    assert {line["file"]: bool(line["reason"]) for line in map(json.loads, out.splitlines())} == {
        "calls.csv": False,
        "broken.csv": True,
        "other.xlsx": True,
    }
    assert sorted(path.name for path in folder.iterdir()) == ["done", "refused"]
    assert json.loads((folder / "done" / "calls.csv.receipt.json").read_text())[0]["loaded"] == 16
    assert "row 2" in (folder / "refused" / "broken.csv.reason.txt").read_text()
    assert (folder / "refused" / "broken.csv").exists()
    assert counted(tmp_path / "home") == (1, 16)


def test_a_watch_that_is_killed_again_and_again_loads_every_file_once(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    recipe = write(tmp_path, "r.toml", RECIPE)
    for number in range(6):
        aged(write(folder, f"{number}.csv", calls().replace(",2021-", f",{2015 + number}-")))
    for wait in (0.9, 1.3, 1.6, 2.0):
        running = watch(folder, tmp_path / "home", recipe, "--every", "0.2")
        time.sleep(wait)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    done = watch(folder, tmp_path / "home", recipe, "--once")
    _, err = done.communicate(timeout=120)
    assert done.returncode == 0, err
    moved = [path.name for path in (folder / "done").glob("*.csv")]
    assert sorted(moved) == [f"{number}.csv" for number in range(6)]
    assert counted(tmp_path / "home") == (6, 96)


def test_files_wait_while_another_program_owns_the_home(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    recipe = write(tmp_path, "r.toml", RECIPE)
    home = Home(tmp_path / "home")
    aged(write(folder, "calls.csv", calls()))
    running = watch(folder, tmp_path / "home", recipe, "--every", "0.2")
    time.sleep(2.5)
    assert (folder / "calls.csv").exists()
    home.close()
    deadline = time.monotonic() + 60
    while not (folder / "done" / "calls.csv").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    running.kill()
    running.communicate()
    assert counted(tmp_path / "home") == (1, 16)


@pytest.mark.parametrize("where", ["load_all", "move"])
def test_a_file_waits_where_it_is_until_the_disk_has_room_again(where, tmp_path, monkeypatch):
    folder = tmp_path / "in"
    folder.mkdir()
    aged(write(folder, "april.csv", "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\n"))
    recipe = Recipe(
        kind="policies",
        columns={
            "policy_id": "保单号",
            "agent_id": "工号",
            "due_date": "到期日",
            "outcome": "续保结果",
        },
    )
    how = watching.How(recipe, AS_OF, "refuse", "en")

    @contextmanager
    def opened():
        with closing(Home(tmp_path / "home")) as home:
            yield Desk(home)

    def all_of():
        return list(watching.files(folder, opened, how, every=0, once=True))

    def full(*_, **__):
        raise (
            StoreFailed("disk_full")
            if where == "load_all"
            else OSError(errno.ENOSPC, "No space left on device")
        )

    with monkeypatch.context() as without_room:
        without_room.setattr(
            *((Home, "load_all") if where == "load_all" else (Path, "write_text")), full
        )
        with pytest.raises(StoreFailed, match="disk_full"):
            all_of()
    assert sorted(path.name for path in folder.iterdir()) == ["april.csv", "done", "refused"]
    assert list((folder / "refused").iterdir()) == []
    assert [outcome.moved_to for outcome in all_of()] == ["done/april.csv"]
    assert counted(tmp_path / "home") == (1, 1)
