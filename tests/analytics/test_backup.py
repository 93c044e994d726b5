"""Backups: taken while others write, brought back whole or not at all, and the check that names
what is missing."""

import json
import shutil
import stat
import threading

import pytest

from analytics import backup as backups
from analytics.errors import HomeBusy, RequestRefused
from analytics.home import Home
from analytics.people import Note
from tests.analytics.test_faults import APRIL, MAY, figures, opened
from tests.conftest import AS_OF, load_text


def test_a_restored_backup_is_the_home_it_was_made_of_figures_words_originals_and_audit(
    tiny, tmp_path, shell
):
    tiny.state.notes.write(
        Note("A1", AS_OF.replace(day=1), AS_OF.replace(day=1), "comment", "稳", author="boss")
    )
    tiny.merge_agents(["C3"], "B2")
    secret = tiny.secret()
    before, loads, lines = figures(tiny), tiny.warehouse.ask("loads"), tiny.state.database.head()
    made = backups.backup(tiny.ledger, tmp_path / "kept")
    load_text(tiny, tmp_path, "policies", MAY)  # what comes after the backup is not in it
    shell.home = tmp_path / "again"
    told = shell("restore", tmp_path / "kept" / made.name)
    assert (told["whole"], told["fingerprint"], told["lines"]) == (
        True,
        made.fingerprint,
        lines.seq,
    )
    with opened(tmp_path / "again") as again:
        assert figures(again) == before
        assert again.warehouse.ask("loads").astype(str).equals(loads.astype(str))
        assert again.secret() == secret
        assert [note.text for note in again.state.notes.of("A1")] == ["稳"]
        assert again.findings == ()
        assert again.rebuild() == len(loads)
        assert figures(again) == before
    mode = {
        stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "kept").rglob("*")
        if path.is_file()
    }
    assert mode == {0o600}


def test_a_backup_taken_while_loads_come_and_go_holds_all_of_a_load_or_nothing(home, tmp_path):
    load_text(home, tmp_path, "policies", APRIL)
    stop = threading.Event()

    def come_and_go():
        while not stop.is_set():
            home.withdraw(load_text(home, tmp_path, "policies", MAY).load)

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        made = [backups.backup(home.ledger, tmp_path / "kept") for _ in range(4)]
    finally:
        stop.set()
        other.join()
    for number, copy in enumerate(made):
        folder = tmp_path / f"again{number}"
        backups.restore(tmp_path / "kept" / copy.name, folder)
        with opened(folder) as again:
            assert again.findings == ()
            assert backups.check(again.ledger).whole
            assert len(figures(again)) == copy.loads


def test_a_backup_with_a_file_missing_or_changed_is_refused_by_name_and_nothing_is_restored(
    tiny, tmp_path
):
    made = backups.backup(tiny.ledger, tmp_path / "kept")
    folder = tmp_path / "kept" / made.name
    original = next((folder / "originals").iterdir())
    original.write_bytes(original.read_bytes()[:-1])
    (folder / "loads" / "000001.json").unlink()
    with pytest.raises(RequestRefused, match="backup_damaged") as refused:
        backups.restore(folder, tmp_path / "again")
    assert refused.value.facts["names"] == ["loads/000001.json", f"originals/{original.name}"]
    assert not (tmp_path / "again").exists()


def test_a_backup_goes_over_nothing_and_needs_room(tiny, tmp_path, monkeypatch):
    made = backups.backup(tiny.ledger, tmp_path / "kept")
    with pytest.raises(RequestRefused, match="restore_not_empty"):
        backups.restore(tmp_path / "kept" / made.name, tiny.folder)
    with pytest.raises(RequestRefused, match="backup_none"):
        backups.restore(tmp_path, tmp_path / "again")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(RequestRefused, match="backup_no_room"):
        backups.backup(tiny.ledger, tmp_path / "kept")
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [made.name]


def test_a_backup_of_a_later_version_is_told(tiny, tmp_path):
    made = backups.backup(tiny.ledger, tmp_path / "kept")
    manifest = tmp_path / "kept" / made.name / backups.MANIFEST
    plain = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**plain, "format": backups.FORMAT + 1}), encoding="utf-8")
    with pytest.raises(HomeBusy, match="home_newer"):
        backups.restore(manifest.parent, tmp_path / "again")


def test_check_reads_everything_and_names_what_is_not_as_it_should_be(tiny, shell):
    assert backups.check(tiny.ledger).whole
    with tiny.warehouse.write() as cursor:
        cursor.execute("update agent_month set renewed_policies = 99 where agent_id = 'A1'")
    original = next((tiny.folder / "originals").iterdir())
    original.write_bytes(b"other")
    note = sorted((tiny.folder / "loads").iterdir())[-1]
    note.unlink()
    assert {finding.key for finding in backups.check(tiny.ledger).findings} >= {
        "rollup_differs",
        "note_missing",
    }
    shell.home = tiny.folder
    tiny.close()
    done = shell.run("check")
    assert done.returncode == 2
    assert len(json.loads(done.stdout)["findings"]) >= 2


LATER = (
    "login_binding",
    "login_end",
    "proposer",
    "sample_past",
)  # tables that came after the version of that test


def test_the_state_of_an_earlier_version_is_kept_before_it_is_brought_up(tiny):
    import sqlite3

    folder = tiny.folder
    tiny.close()
    with sqlite3.connect(folder / "state.sqlite") as earlier:
        for table in ("operation", *LATER):
            earlier.execute(f"drop table {table}")
        earlier.execute("update alembic_version set version_num = '0006'")
    earlier.close()
    with opened(folder) as home:
        assert [finding.key for finding in home.findings] == ["migrated"]
    assert (folder / "before" / "state-0006.sqlite").exists()
    with opened(folder) as home:
        assert home.findings == ()


def test_a_state_of_a_version_that_nobody_knows_is_told(tmp_path):
    import sqlite3

    Home(tmp_path / "home").close()
    with sqlite3.connect(tmp_path / "home" / "state.sqlite") as later:
        later.execute("update alembic_version set version_num = '9999'")
    later.close()
    with pytest.raises(HomeBusy, match="home_newer"):
        Home(tmp_path / "home")


def test_the_audit_of_a_home_that_is_refused_is_verified_all_the_same(tiny, shell):
    import sqlite3

    folder = tiny.folder
    tiny.state.note_down("boss", "backup", "one")
    tiny.state.note_down("boss", "backup", "two")
    tiny.close()
    (folder / "warehouse.duckdb").unlink()
    for path in (folder / "originals").iterdir():
        path.unlink()
    shell.home = folder
    whole = shell.run("audit", "--verify")
    assert (whole.returncode, json.loads(whole.stdout)["verified"]) == (0, True)
    assert (
        "cannot be made again from the originals" in whole.stderr
    )  # and why nothing else is answered
    with sqlite3.connect(folder / "state.sqlite") as state:
        state.execute("delete from audit where action = 'backup' and object = 'two'")
        state.execute("update audit set who = 'nobody' where seq = 1")
    state.close()
    cut = shell.refused("audit", "--verify")
    assert "lacks 1 " in cut
    assert "line 1 was edited" in cut
    assert "line 1 was edited" not in shell.refused(
        "audit"
    )  # its lines are read once somebody goes on with it
    assert "line 1 was edited" not in shell.refused("audit", "--verify", "--as", "boss@x.cn")
