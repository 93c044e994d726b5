"""What is kept for many readers, and what the server does between them."""

import datetime as dt
import threading
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from analytics.model import Period
from pages.ui import upkeep
from pages.ui.memory import Memory, weight

APRIL = dt.date(2026, 4, 1)


def test_of_several_who_ask_at_once_one_works_it_out():
    memory, made, begin = Memory[str](4), [], threading.Barrier(4)

    def make():
        made.append(1)
        return "answer"

    def ask():
        begin.wait()
        assert memory("key", make) == "answer"

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert made == [1]


def test_what_could_not_be_made_is_asked_for_again_and_the_least_asked_for_goes_first():
    memory = Memory[float](2)
    with pytest.raises(ZeroDivisionError):
        memory("a", lambda: 1 / 0)
    assert memory("a", lambda: 1) == 1
    assert memory("b", lambda: 2) == 2
    assert memory("a", lambda: 9) == 1
    assert memory("c", lambda: 3) == 3
    assert memory("b", lambda: 4) == 4  # forgotten for c


def test_what_is_kept_for_a_large_company_is_weighed_and_not_only_counted():
    def sheet(rows):
        return lambda: (
            Period(APRIL, APRIL),
            pd.DataFrame({"value": np.zeros(rows), "other": np.zeros(rows)}),
        )

    memory, made = Memory[Any](400, room=100_000), []
    for key in range(50):  # of 32 kB each
        memory(key, sheet(1_000))
    assert memory.taken == 96_000
    memory("huge", sheet(50_000))
    assert (
        memory("huge", lambda: made.append("again")) is not None
    )  # larger than the room, and yet not made at every step
    assert made == []
    assert memory(49, lambda: "made again") == "made again"
    assert memory.taken < 100_000


def test_answers_of_many_kinds_are_weighed_by_what_they_hold():
    thousand = np.zeros(1_000)
    assert weight(thousand) == 8_000
    for answer in (
        pa.table({"value": thousand}),
        {"a": thousand},
        [thousand],
        Rows((thousand,)),
        b"x" * 8_000,
    ):
        assert weight(answer) == 8_000
    assert (
        weight(pd.DataFrame({"a": thousand, "b": thousand})) == 32_000
    )  # sixteen bytes a cell, whatever it holds
    assert weight(["x" * 1_000] * 10_000) == 10_000_000


@dataclass(frozen=True)
class Rows:
    held: tuple


def test_sessions_whose_time_is_over_go_without_anybody_leaving(monkeypatch):
    clock, storage = [0.0], MemorySessionStorage()
    storage._cache = TTLCache(maxsize=8, ttl=120, timer=lambda: clock[0])
    gone: Any = SimpleNamespace(session=SimpleNamespace(id="gone"))
    storage.save(gone)
    monkeypatch.setattr(upkeep, "_sessions", lambda: SimpleNamespace(_session_storage=storage))
    upkeep.release()
    assert len(storage._cache._data) == 1
    clock[0] = 121.0
    upkeep.release()
    assert len(storage._cache._data) == 0
