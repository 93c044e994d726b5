"""What Streamlit gets to see of a tab whose login came to its end."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from analytics.desk import Identity
from analytics.errors import NotAllowed
from analytics.model import Scope
from analytics.people import Login
from pages.ui import gate, guard

WHO = Login("https://provider.example", "1", "boss@x.cn", True, 0.0, "digest")


def click(fragment=""):
    asked = BackMsg()
    asked.rerun_script.page_name = "accounts"
    asked.rerun_script.query_string = "lang=en"
    asked.rerun_script.fragment_id = fragment
    asked.rerun_script.widget_states.widgets.add(id="save", trigger_value=True)
    return {"type": "websocket.receive", "bytes": asked.SerializeToString()}


def take(count, sent, allowed, monkeypatch, visitor=WHO):
    """The first messages that come through, of those sent; `allowed` says at each question whether
    the login holds, or whose it is."""
    answers = iter(allowed)

    def admitted(_):
        answer = next(answers)
        if not answer:
            raise NotAllowed("login_ended")
        return Identity() if answer is True else answer

    monkeypatch.setattr(gate, "admitted", admitted)
    monkeypatch.setattr(guard, "LOOK", 0.01)

    async def run():
        queue = asyncio.Queue[Any]()
        for message in sent:
            queue.put_nowait(message)
        filtered = guard._Filtered(queue.get, visitor)
        try:
            return [await asyncio.wait_for(filtered(), 5) for _ in range(count)]
        finally:
            filtered.close()

    with ThreadPoolExecutor(
        1
    ) as pool:  # a thread of its own: a browser of earlier tests may have a loop in this one
        return [
            BackMsg.FromString(request["bytes"])
            for request in pool.submit(asyncio.run, run()).result()
        ]


def test_a_click_passes_as_long_as_the_login_holds(monkeypatch):
    (seen,) = take(1, [click()], [True], monkeypatch)
    assert seen.rerun_script.widget_states.widgets[0].trigger_value


def test_a_click_after_the_end_only_asks_for_the_page_again(monkeypatch):
    seen = take(2, [click(), click("a-fragment")], [True, False], monkeypatch)[1].rerun_script
    assert len(seen.widget_states.widgets) == 0
    assert (seen.page_name, seen.query_string, seen.fragment_id) == ("accounts", "lang=en", "")


def test_a_download_asked_for_after_the_end_is_not_made(monkeypatch):
    operation = BackMsg()
    operation.backend_operation_request.deferred_file.file_id = "x"
    late = {"type": "websocket.receive", "bytes": operation.SerializeToString()}
    seen = take(2, [click(), late], [True, False], monkeypatch)[1]
    assert seen.WhichOneof("type") == "rerun_script"


def test_a_tab_that_says_nothing_asks_for_the_page_again_by_itself(monkeypatch):
    first, second = take(2, [click()], [True, True, True, False], monkeypatch)
    assert len(first.rerun_script.widget_states.widgets) == 1
    assert len(second.rerun_script.widget_states.widgets) == 0


def test_on_the_login_page_clicks_pass(monkeypatch):
    seen = take(3, [click(), click(), click()], [True, False, False], monkeypatch)
    assert [len(request.rerun_script.widget_states.widgets) for request in seen] == [1, 0, 1]


def message(page, fragment=""):
    asked = BackMsg()
    asked.rerun_script.page_script_hash = page
    asked.rerun_script.fragment_id = fragment
    asked.rerun_script.query_string = f"said-by={page}"
    return {"type": "websocket.receive", "bytes": asked.SerializeToString()}


@pytest.mark.parametrize("visitor", [None, WHO])
@pytest.mark.parametrize("before", [[], [message("weights")], [message("weights", "chart")]])
def test_a_chart_that_comes_to_rest_after_its_page_was_left_does_not_empty_the_next_page(
    before, visitor, monkeypatch
):
    late = [message("ranking"), message("weights", "chart")]
    sent = [message(""), *before, *late, message("ranking", "rows"), message("plan", "form")]
    seen = take(len(sent), sent, [True] * len(sent), monkeypatch, visitor)[len(before) + 1 :]
    told = [(asked.rerun_script.page_script_hash, asked.rerun_script.fragment_id) for asked in seen]
    # the turn once more instead; what the new page asks, and one that it leads on to, passes
    assert told == [("ranking", ""), ("ranking", ""), ("ranking", "rows"), ("plan", "form")]


def test_what_would_act_on_everybodys_server_passes_for_nobody(monkeypatch):
    clear, skills = BackMsg(), BackMsg()
    clear.clear_cache = True
    skills.backend_operation_request.install_skills.SetInParent()
    harmful = [
        {"type": "websocket.receive", "bytes": request.SerializeToString()}
        for request in (clear, skills)
    ]
    for visitor in (WHO, None):
        (seen,) = take(1, [*harmful, click()], [True], monkeypatch, visitor)
        assert seen.WhichOneof("type") == "rerun_script"


EAST = Identity("m@x.cn", "manager", scope=Scope(teams=("东",)))
WEST = Identity("m@x.cn", "manager", scope=Scope(teams=("西",)))


def chunk():
    asked = BackMsg()
    asked.backend_operation_request.dataframe_chunk.SetInParent()
    return {"type": "websocket.receive", "bytes": asked.SerializeToString()}


@pytest.mark.parametrize("late", [click("a-fragment"), chunk()])
def test_a_part_of_a_page_drawn_for_another_scope_is_not_run_again_the_page_is(monkeypatch, late):
    whole, part, after = take(
        3, [click(), late, click("a-fragment")], [EAST, WEST, WEST], monkeypatch
    )
    assert len(whole.rerun_script.widget_states.widgets) == 1
    assert (part.WhichOneof("type"), part.rerun_script.fragment_id) == ("rerun_script", "")
    assert len(part.rerun_script.widget_states.widgets) == 0
    assert after.rerun_script.fragment_id == "a-fragment"  # of the page that was drawn meanwhile


def test_a_tab_that_says_nothing_is_drawn_again_once_its_scope_changed(monkeypatch):
    second = take(2, [click()], [EAST, EAST, WEST, WEST], monkeypatch)[1]
    assert second.WhichOneof("type") == "rerun_script"
    assert len(second.rerun_script.widget_states.widgets) == 0
