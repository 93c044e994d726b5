"""Files that are small, or of one piece, and would unfold to more than any memory: refused before
they do."""

import resource

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analytics.errors import FileRefused
from analytics.intake import reading

MEGABYTE = 1024**2
pytestmark = pytest.mark.usefixtures("throw_away")


def heaviest():
    """The most memory that any process had which read a file so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def dictionary(path):
    """A hundred gigabytes of text, in a few kilobytes."""
    long = pa.DictionaryArray.from_arrays(
        pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 1_000_000])
    )
    number = pa.array([f"P{policy}" for policy in range(100_000)])
    pq.write_table(pa.table({"保单号": number, "工号": long}), path)


def line(path):
    """A line of a third of a gigabyte."""
    with path.open("wb") as file:
        file.write("保单号,工号\nP1,".encode())
        for _ in range(340):
            file.write(b"x" * MEGABYTE)


def header(path):
    path.write_text("保单号," + "y" * 5 * MEGABYTE + "\nP1,A1\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "name", "key"),
    [
        (dictionary, "bomb.parquet", "file_too_heavy"),
        (line, "line.csv", "line_too_long"),
        (header, "header.csv", "header_too_long"),
    ],
)
def test_what_would_unfold_without_end_is_refused_in_little_memory(tmp_path, make, name, key):
    make(tmp_path / name)
    with pytest.raises(FileRefused, match=key):
        reading.look(tmp_path / name)
    assert heaviest() < 1_000
