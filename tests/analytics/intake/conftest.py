"""Small files read in this process; what must hold under limits asks for a process of its own."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from analytics.intake import reading
from tests.analytics.intake.told import read_file
from tests.conftest import real_run


@pytest.fixture(scope="module")
def throw_away() -> Iterator[None]:
    """Files are read as the app does it: each in a process of its own, under limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_run", real_run)
        yield


@pytest.fixture
def read(tmp_path: Path) -> partial:
    """Read a small file; see `told.read_file`."""
    return partial(read_file, folder=tmp_path)
