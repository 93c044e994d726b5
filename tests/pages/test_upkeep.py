"""What is kept for many readers, and what the server does between them."""

import threading
from types import SimpleNamespace

import pytest
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from pages.ui import upkeep
from pages.ui.memory import Memory


def test_of_several_who_ask_at_once_one_works_it_out():
    memory, made, begin = Memory(4), [], threading.Barrier(4)

    def ask():
        begin.wait()
        assert memory("key", lambda: made.append(1) or "answer") == "answer"

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert made == [1]


def test_what_could_not_be_made_is_asked_for_again_and_the_least_asked_for_goes_first():
    memory = Memory(2)
    with pytest.raises(ZeroDivisionError):
        memory("a", lambda: 1 / 0)
    assert memory("a", lambda: 1) == 1
    assert memory("b", lambda: 2) == 2
    assert memory("a", lambda: 9) == 1
    assert memory("c", lambda: 3) == 3
    assert memory("b", lambda: 4) == 4  # forgotten for c


def test_sessions_whose_time_is_over_go_without_anybody_leaving(monkeypatch):
    clock, storage = [0.0], MemorySessionStorage()
    storage._cache = TTLCache(maxsize=8, ttl=120, timer=lambda: clock[0])
    storage.save(SimpleNamespace(session=SimpleNamespace(id="gone")))
    monkeypatch.setattr(upkeep, "_sessions", lambda: SimpleNamespace(_session_storage=storage))
    upkeep.release()
    assert len(storage._cache._data) == 1
    clock[0] = 121.0
    upkeep.release()
    assert len(storage._cache._data) == 0
