"""Long work can be given up at any step, and nothing of it is kept."""

import threading
import time

import pytest

from analytics.errors import RequestRefused
from analytics.intake import reading
from analytics.intake.recipe import recipe_from
from analytics.work import Work
from tests.conftest import AS_OF, POLICIES, load_text, real_run, write

RECIPE = recipe_from(
    {
        "kind": "policies",
        "columns": {
            "policy_id": "保单号",
            "agent_id": "工号",
            "due_date": "到期日",
            "outcome": "续保结果",
        },
    }
)


@pytest.mark.parametrize("step", ["reading", "storing"])
def test_a_load_given_up_while_reading_or_storing_stops_soon_and_leaves_the_store_as_it_was(
    home, tmp_path, monkeypatch, step
):
    load_text(home, tmp_path, "policies", POLICIES, satisfaction_max=5)
    monkeypatch.setattr(reading, "_run", real_run)  # which can be ended in the midst of a file
    lines = (
        f"Q{policy},A{policy % 97},2026-05-{policy % 28 + 1:02d},{'已续' if policy % 3 else '未续'}"
        for policy in range(300_000)
    )
    path = write(tmp_path, "big.csv", "保单号,工号,到期日,续保结果\n" + "\n".join(lines))
    before = (
        home.warehouse.data_version,
        home.warehouse.ask("loads").to_dict(),
        sorted(home.folder.glob("loads/*")),
    )
    work, ended = Work(), []

    def loading() -> None:
        try:
            home.load(path, RECIPE, as_of=AS_OF, work=work)
        except RequestRefused as error:
            ended.append(error.key)

    thread = threading.Thread(target=loading)
    thread.start()
    while work.step != step and thread.is_alive():
        time.sleep(0.002)
    begin = time.monotonic()
    work.give_up()
    thread.join(20)
    assert ended == ["given_up"]
    assert time.monotonic() - begin < 5
    assert before == (
        home.warehouse.data_version,
        home.warehouse.ask("loads").to_dict(),
        sorted(home.folder.glob("loads/*")),
    )


def test_work_given_up_before_it_began_does_not_begin(home, tmp_path):
    work = Work()
    work.give_up()
    with pytest.raises(RequestRefused, match="given_up"):
        home.load(write(tmp_path, "a.csv", POLICIES), RECIPE, as_of=AS_OF, work=work)
    assert home.warehouse.ask("loads").empty
