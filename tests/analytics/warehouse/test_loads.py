"""Loads in and out: replacing, withdrawing, rebuilding, splitting, and several readers beside a
writer."""

import datetime as dt
import shutil
import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.errors import HomeBusy, RequestRefused
from analytics.home import Home
from analytics.intake.recipe import recipe_from
from analytics.people import Correction
from analytics.warehouse import records
from tests.conftest import AS_OF, POLICIES, load_text, write

HEADER = "保单号,工号,到期日,续保结果\n"
SPAN = {"first_month": dt.date(2020, 1, 1), "last_month": dt.date(2030, 1, 1)}


def figures(home):
    sums = home.warehouse.ask("measures", **SPAN).drop(columns=["team"]).astype(object)
    return sums.where(sums.notna(), None).to_dict("records")


def test_a_later_load_of_the_same_policy_replaces_it_and_withdrawing_brings_it_back(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + "P1,A1,2026-04-02,未续\nP2,A1,2026-04-02,未续\n")
    before = figures(home)
    receipt = load_text(home, tmp_path, "policies", HEADER + "P1,A1,2026-04-02,已续\n")
    assert receipt.replaced == 1
    assert [row["renewed_policies"] for row in figures(home)] == [1]
    home.withdraw(receipt.load)
    assert figures(home) == before


def test_months_are_known_anew_after_every_load_whatever_a_caller_did_to_the_answer(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + "P1,A1,2026-04-02,未续\n")
    months = home.warehouse.ask("months")
    months["due_policies"] = 99
    assert home.warehouse.ask("months")["due_policies"].tolist() == [1]
    load_text(home, tmp_path, "policies", HEADER + "P2,A1,2026-05-02,未续\n")
    assert home.warehouse.ask("months")["due_policies"].tolist() == [1, 1]


def test_the_same_policy_number_due_in_another_month_is_another_renewal(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + "P1,A1,2025-04-02,未续\n")
    load_text(home, tmp_path, "policies", HEADER + "P1,A1,2026-04-02,已续\n")
    rows = figures(home)
    assert [sum(row[name] for row in rows) for name in ("due_policies", "renewed_policies")] == [
        2,
        1,
    ]


def test_whole_months_can_be_replaced_and_come_back(home, tmp_path):
    load_text(home, tmp_path, "surveys", "工号,调查日期,评分\nA1,2026-04-02,40\nA1,2026-05-02,40\n")
    receipt = load_text(
        home, tmp_path, "surveys", "工号,调查日期,评分\nA1,2026-04-03,90\n", months="replace"
    )
    assert receipt.replaced == 1
    assert [(row["survey_points"], row["surveys"]) for row in figures(home)] == [(130, 2)]
    home.withdraw(receipt.load)
    assert [(row["survey_points"], row["surveys"]) for row in figures(home)] == [(80, 2)]


def test_withdrawing_everything_leaves_nothing(tiny):
    tiny.withdraw(*tiny.warehouse.ask("loads")["load_id"].tolist())
    assert figures(tiny) == []
    assert tiny.warehouse.ask("months").empty


def test_a_load_that_does_not_exist_cannot_be_withdrawn(home):
    with pytest.raises(RequestRefused, match="load_unknown"):
        home.withdraw(7)


def test_rebuild_makes_the_same_figures_from_the_originals_alone(tiny):
    before, loads = figures(tiny), tiny.warehouse.ask("loads")["load_id"].tolist()
    version = tiny.warehouse.data_version
    assert tiny.rebuild() == len(loads)
    assert figures(tiny) == before
    assert tiny.warehouse.ask("loads")["load_id"].tolist() == loads
    assert tiny.warehouse.data_version == version + 1


def test_a_withdrawn_load_stays_withdrawn_after_a_rebuild(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + "P1,A1,2026-04-02,未续\n")
    second = load_text(home, tmp_path, "policies", HEADER + "P1,A1,2026-04-02,已续\n")
    home.withdraw(second.load)
    home.rebuild()
    assert [row["renewed_policies"] for row in figures(home)] == [0]


POLICY = st.tuples(
    st.sampled_from(["A1", "B2", "C3"]),
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 5, 31)),
    st.sampled_from(["已续", "未续", "跟进中"]),
    st.integers(0, 2),
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(POLICY, min_size=2, max_size=12), st.randoms())
def test_permuting_rows_or_loading_in_two_parts_changes_nothing(
    empty_folder, tmp_path_factory, policies, random
):
    rows = [
        f"P{number},{agent},{due},{outcome},{'价格' * reason}\n"
        for number, (agent, due, outcome, reason) in enumerate(policies)
    ]
    header = "保单号,工号,到期日,续保结果,未续原因\n"
    shuffled = list(rows)
    random.shuffle(shuffled)
    cut = random.randint(1, len(rows) - 1)
    results = []
    for parts in ([rows], [shuffled], [shuffled[:cut], shuffled[cut:]]):
        folder = tmp_path_factory.mktemp("split")
        shutil.copytree(empty_folder, folder / "home")
        home = Home(folder / "home")
        for part in parts:
            load_text(home, folder, "policies", header + "".join(part))
        results.append(figures(home))
        home.close()
    assert results[0] == results[1] == results[2]


def test_a_home_has_one_owner_and_the_second_is_told(home):
    with pytest.raises(HomeBusy, match="home_busy"):
        Home(home.folder)


def test_readers_never_see_half_a_load(home, tmp_path):
    path = write(
        tmp_path,
        "a.csv",
        HEADER + "".join(f"P{policy},A{policy % 7},2026-04-02,已续\n" for policy in range(5000)),
    )
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            frame = home.warehouse.ask("measures", **SPAN)
            seen.add(int(frame["due_policies"].sum()))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    recipe = recipe_from(
        {
            "kind": "policies",
            "columns": {
                "policy_id": "保单号",
                "agent_id": "工号",
                "due_date": "到期日",
                "outcome": "续保结果",
            },
            "answers": {"plausible.rate": "yes"},
        }
    )
    receipt = home.load(path, recipe, as_of=AS_OF)
    home.withdraw(receipt.load)
    stop.set()
    for reader in readers:
        reader.join()
    assert seen <= {0, 5000}


def test_an_error_inside_a_write_leaves_the_store_as_it_was(tiny):
    before, version = figures(tiny), tiny.warehouse.data_version

    def fail() -> None:
        with tiny.warehouse.write() as cursor:
            cursor.execute("delete from policies")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (figures(tiny), tiny.warehouse.data_version) == (before, version)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to '/tmp/x.csv'",
        "attach '/tmp/x.db'",
        "install httpfs",
        "set enable_external_access = true",
    ],
)
def test_the_warehouse_reaches_no_file_and_no_network(tiny, sql):
    import duckdb

    with tiny.warehouse.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql)


def test_a_note_left_pending_by_a_crash_is_settled_at_the_next_start(tmp_path):
    home = Home(tmp_path / "home")
    load_text(home, tmp_path, "policies", POLICIES, satisfaction_max=5)
    home.close()
    done = next((tmp_path / "home" / "loads").glob("*.json"))
    done.replace(done.with_suffix(".pending"))  # as if killed between the commit and the rename
    lost = tmp_path / "home" / "loads" / "000009.pending"  # as if killed before the commit
    lost.write_text(done.with_suffix(".pending").read_text(encoding="utf-8"), encoding="utf-8")
    again = Home(tmp_path / "home")
    again.close()
    assert [path.name for path in (tmp_path / "home" / "loads").iterdir()] == ["000001.json"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("question", "rollup"),
        ("question", "rollup_items"),
        ("question", "roster"),
        ("view", "policy_state"),
        ("view", "current_policies"),
    ],
)
def test_a_version_of_the_program_that_counts_otherwise_counts_everything_again(
    tiny, monkeypatch, kind, name
):
    wanted = tiny.state.followed()
    with tiny.warehouse.cursor() as cursor:
        assert records.follows(cursor, wanted)
        real = getattr(records, kind)
        monkeypatch.setattr(
            records, kind, lambda asked: real(asked) + ("--" if asked == name else "")
        )
        assert not records.follows(cursor, wanted)


@pytest.mark.parametrize(
    "changed",
    [
        {"grace_days": 31},
        {"grace_by_product": {"寿险": 91}},
        {"contact_lead_days": 61},
        {"calendar": "HK"},
        {"month_begins": 2},
    ],
)
def test_a_rule_that_the_figures_hang_on_has_them_counted_again_and_the_limit_of_a_score_has_not(
    tiny, changed
):
    wanted = tiny.state.followed()

    def followed(**rules):
        with tiny.warehouse.cursor() as cursor:
            settings = replace(tiny.settings, **rules)
            return records.follows(cursor, replace(wanted, settings=settings))

    assert not followed(**changed)
    assert followed(missing_limit=50.0)


def test_figures_follow_merges_and_corrections_once_they_are_in_them(tiny):
    wanted = tiny.state.followed()
    correction = Correction("P5", dt.date(2026, 4, 1), {"outcome": "renewed"}, {}, "续了", "boss")
    for asked in (
        replace(wanted, aliases={"B2": "A1"}),
        replace(wanted, corrections=[correction]),
        replace(wanted, aliases={"B2": "A1"}, corrections=[correction]),
    ):
        with tiny.warehouse.write() as cursor:
            assert not records.follows(cursor, asked)
            records.follow(cursor, asked)
            assert records.follows(cursor, asked)
            assert not records.follows(cursor, wanted)
            records.follow(cursor, wanted)
            assert records.follows(cursor, wanted)
    assert records.differing(tiny.warehouse, tiny.settings) == 0
