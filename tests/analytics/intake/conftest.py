"""Here files are read as the app does it: each in a process of its own, under limits."""

from collections.abc import Iterator

import pytest

from analytics.intake import reading
from tests.conftest import real_run


@pytest.fixture(scope="module", autouse=True)
def _real_reading() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_run", real_run)
        yield
