"""What pages say reaches browsers in batches, in order, and nobody is shown what was drawn for
somebody else."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import pandas as pd
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from analytics.desk import Identity, Question
from analytics.evaluation import evaluate
from analytics.evaluation.weights import move
from analytics.insight import weightings
from analytics.model import Filters, Period, Scope
from pages.ui import load, lookups, post, session, thrift

MONTH = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 1))


def run(talk) -> None:
    """A loop of its own, whatever runs in this thread: a browser's stands still in it, but counts
    as running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(talk())).result()


def heard(*letters, now: bool) -> list:
    """What the loop has heard of these letters, put by another thread, well before any of them had
    to come by itself."""
    out: list = []

    def hear(letter) -> None:
        out.append(letter())

    async def listen() -> None:
        loop, post_box = asyncio.get_running_loop(), post.Letters()
        loop.set_exception_handler(lambda *_: None)

        def say() -> None:
            for position, letter in enumerate(letters):
                post_box.put(
                    loop,
                    partial(hear, letter),
                    now=now and position == len(letters) - 1,
                )

        thread = threading.Thread(target=say)
        thread.start()
        await asyncio.to_thread(thread.join)
        for _ in range(3):
            await asyncio.sleep(0)

    run(listen)
    return out


def test_the_end_of_a_run_takes_along_in_order_what_waits_for_company():
    assert heard(*(lambda number=number: number for number in range(50)), now=True) == list(
        range(50)
    )


def test_a_letter_that_fails_takes_no_other_with_it():
    assert heard(lambda: 1, lambda: 1 // 0, lambda: 3, now=True) == [1, 3]


def test_what_is_not_the_end_of_a_run_comes_by_itself(monkeypatch):
    monkeypatch.setattr(post, "WAIT", 0.0)
    assert heard(lambda: 1, lambda: 2, now=False) == [1, 2]


def test_all_that_is_written_in_a_turn_of_the_loop_is_sent_at_once_and_before_the_end():
    sent: list[object] = []

    class Line(asyncio.Transport):
        def writelines(self, parts):
            sent.append(b"".join(parts))

        def close(self):
            sent.append("closed")

    async def talk() -> None:
        corked = post.Corked(Line(), asyncio.get_running_loop())
        corked.write(b"a")
        corked.write(b"b")
        await asyncio.sleep(0)
        corked.write(b"c")
        corked.close()

    run(talk)
    assert sent == [b"ab", b"c", "closed"]


def test_a_long_page_leaves_in_batches_that_a_slow_browser_has_room_for(monkeypatch):
    class Queue:
        def is_empty(self) -> bool:
            return False

    class Session:
        _browser_queue = Queue()

    monkeypatch.setattr(
        post, "_flush", lambda session: [ForwardMsg() for _ in range(2 * post.MOST + 1)]
    )
    session: Any = Session()
    assert [len(batch) for batch in post._batched(session)] == [post.MOST, post.MOST, 1]


def test_a_widget_that_asks_for_one_key_gets_what_the_whole_state_would_say():
    state = SafeSessionState(SessionState(), lambda: None)
    state["box"], state["nothing"] = 3, None
    asked = lookups.Asked(state)
    assert dict(asked) == {"box": 3, "nothing": None}
    assert "box" in asked
    assert "nothing" in asked
    assert asked["nothing"] is None
    assert "other" not in asked


@pytest.fixture
def company(tiny_folder, tmp_path, monkeypatch):
    shutil.copytree(tiny_folder, tmp_path / "home")
    monkeypatch.setenv("RENEWAL_HOME", str(tmp_path / "home"))
    session.use_identity(Identity())
    yield load.desk()
    session.leave()
    load.close()


def test_what_was_drawn_is_given_again_to_the_same_filters_and_weights_and_to_no_others(company):
    everybody, team = Filters(MONTH), Filters(MONTH, scope=Scope(teams=("T1",)))
    now, theirs = (company.evaluation(everybody), company.evaluation(everybody))
    scheme = company.scheme(MONTH)
    assert load.drawn("names", now, lambda: "everybody") == "everybody"
    assert load.drawn("names", theirs, lambda: "made anew") == "everybody"
    narrow = evaluate(replace(now.measured, filters=team), scheme)
    assert load.drawn("names", narrow, lambda: "the team") == "the team"
    heavier = replace(scheme, categories={"results": 50.0, "service": 30.0, "competence": 20.0})
    tried = company.evaluation(everybody, heavier)
    assert load.drawn("names", tried, lambda: "other weights") == "other weights"
    assert load.drawn("names", now, lambda: "other facts", "fact") == "other facts"


def test_every_question_of_the_desk_has_a_place_in_the_memory_of_pages():
    assert set(load.MEMORIES) == set(get_args(Question))


def test_scores_are_kept_for_the_same_filters_and_weights_and_for_no_others(company):
    month = company.latest_closed()
    whole = company.measured(Filters(month))
    narrow = replace(whole, filters=Filters(month, scope=Scope(agents=frozenset({"A1"}))))
    scheme = company.scheme(month)
    heavier = replace(scheme, categories={"results": 50.0, "service": 30.0, "competence": 20.0})
    assert company.scored(whole, scheme) is company.scored(
        company.measured(Filters(month)), replace(scheme)
    )
    assert (
        company.scored(whole, heavier).nominal.tolist() == evaluate(whole, heavier).nominal.tolist()
    )
    assert company.scored(whole, replace(scheme, trial=True)).scheme.trial
    assert whole.shown.sum() > company.scored(narrow, scheme).shown.sum() == 1


def test_how_a_page_looks_is_told_as_the_settings_say_at_every_run():
    for section in ("theme", "theme.light", "theme.dark"):
        for _ in range(2):
            told, meant = CustomThemeConfig(), CustomThemeConfig()
            thrift._themed(told, section)
            thrift._theme(meant, section)
            assert told == meant


def test_who_leads_is_worked_out_once_whatever_the_categories_weigh(company, monkeypatch):
    month = company.latest_closed()
    of, scheme, asked = company.measured(Filters(month)), company.scheme(month), []

    def leaders(scored):
        asked.append(scored)
        return pd.DataFrame()

    monkeypatch.setattr(weightings, "leaders", leaders)
    for results in (50.0, 51.0, 53.0, 57.0, 61.0):
        company.leaders(
            company.scored(
                of, replace(scheme, categories=move(scheme.categories, "results", results))
            )
        )
    assert len(asked) == 1
    first = of.catalogue.indicators[0].id
    company.leaders(
        company.scored(of, replace(scheme, indicators={**scheme.indicators, first: 1.0}))
    )
    assert len(asked) == 2
