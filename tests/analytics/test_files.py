"""Files that must last: whole or not at all, and their owner's alone."""

import os
import stat

import pytest

from analytics import files


def test_a_file_that_cannot_be_written_whole_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "note.json"
    files.write_durably(path, b"before")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_durably(path, b"after")
    assert path.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["note.json"]


def test_bytes_and_their_name_are_on_the_disk_before_the_writer_goes_on(tmp_path, monkeypatch):
    synced = []
    real = os.fsync

    def fsync(handle):
        synced.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    files.write_durably(tmp_path / "a", b"a")
    files.copy_durably(tmp_path / "a", tmp_path / "b")
    files.move_durably(tmp_path / "b", tmp_path / "c")
    assert synced == [False, True, False, True, True]
    assert (tmp_path / "c").read_bytes() == b"a"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_what_is_written_is_for_its_owner_alone_whatever_the_mask_says(tmp_path):
    before = os.umask(0)
    try:
        files.make_folder(tmp_path / "home")
        files.write_durably(tmp_path / "home" / "secret", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "home" / "secret").stat().st_mode) == 0o600
