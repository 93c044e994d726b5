"""Faults: what was acknowledged is there afterwards, and what cannot be is said in words."""

import datetime as dt
import errno
import itertools
import json
import os
import pickle
import shutil
import threading
from contextlib import contextmanager
from dataclasses import replace

import duckdb
import pytest

from analytics import files, receipts
from analytics.desk import Desk
from analytics.errors import HomeBusy, IssuesFound, RequestRefused, StoreFailed
from analytics.home import Home
from analytics.intake import reading
from analytics.intake.recipe import recipe_from
from analytics.language import explain
from analytics.ledger import How, Ledger
from analytics.people import Correction, Objection
from analytics.state.journal import Journal
from analytics.warehouse import connection, records
from analytics.warehouse.connection import Warehouse
from tests.conftest import AS_OF, closed_home, load_text, read_here, write

HEADER = "保单号,工号,到期日,续保结果\n"
APRIL = HEADER + "P1,A1,2026-04-02,已续\n"


@pytest.mark.parametrize("damage", [b"", b"half of it"])
def test_loading_a_file_again_mends_its_damaged_original(home, tmp_path, damage):
    load_text(home, tmp_path, "policies", APRIL)
    original = next((home.folder / "originals").iterdir())
    original.write_bytes(damage)
    assert load_text(home, tmp_path, "policies", APRIL).already
    assert files.sha256_of(original) == original.name


def test_an_original_that_is_there_under_its_name_alone_is_not_trusted(tmp_path):
    first = Home(tmp_path / "first")
    load_text(first, tmp_path, "policies", APRIL)
    name = next((first.folder / "originals").iterdir()).name
    first.close()
    second = Home(tmp_path / "second")
    (second.folder / "originals" / name).write_bytes(b"")
    load_text(second, tmp_path, "policies", APRIL)
    assert files.sha256_of(second.folder / "originals" / name) == name
    second.close()


MAY = HEADER + "P2,B2,2026-05-02,未续\n"
SPAN = {"first_month": dt.date(2020, 1, 1), "last_month": dt.date(2030, 1, 1)}


@pytest.fixture
def april(made_once, tmp_path):
    """A home with one load."""
    made = made_once(
        "april",
        lambda folder: closed_home(folder, lambda home: load_text(home, folder, "policies", APRIL)),
    )
    shutil.copytree(made / "home", tmp_path / "home")
    return Home(tmp_path / "home")


def figures(home):
    sums = home.warehouse.ask("measures", **SPAN).astype(object)
    return sums.where(sums.notna(), None).to_dict("records")


def stored(home):
    return home.warehouse.ask("loads")["load_id"].tolist()


@contextmanager
def opened(folder, **how):
    home = Home(folder, **how)
    try:
        yield home
    finally:
        home.close()


class Killed(BaseException):
    """A process that ends here: nothing after it is done by anybody."""


def killed_at(patch, place, name, nth=1):
    """Have the nth call of `place.name` be the last thing that the process does."""
    real, calls = getattr(place, name), itertools.count(1)

    def dying(*words, **named):
        if next(calls) == nth:
            raise Killed
        return real(*words, **named)

    patch.setattr(place, name, dying)


def killed(home, act, place, name, nth=1):
    """Do something that a kill at a call ends; what this process would have tidied up is left as
    well."""
    with pytest.MonkeyPatch.context() as inside:
        inside.setattr(Ledger, "_settle", lambda self, operation: None)
        killed_at(inside, place, name, nth)
        with pytest.raises(Killed):
            act()
    home.close()


# -- all or nothing --------------------------------------------------------------------------------

KILLS = {
    "before the journal": (Journal, "begin", False),
    "at the original": (Ledger, "_keep", False),
    "at the note": (files, "write_durably", False),
    "in the warehouse": (records, "store", False),
    "after the warehouse": (receipts, "receipt_of", True),
    "at the note's last name": (files, "move_durably", True),
    "at the audit": (Journal, "finish", True),
}


@pytest.mark.parametrize("kill", KILLS)
def test_a_load_killed_anywhere_is_there_wholly_or_not_at_all_with_its_line_in_the_audit(
    april, tmp_path, kill
):
    place, name, there = KILLS[kill]
    killed(april, lambda: load_text(april, tmp_path, "policies", MAY), place, name)
    with opened(tmp_path / "home") as again:
        assert stored(again) == ([1, 2] if there else [1])
        assert sorted(again.ledger.notes()[0]) == stored(again)
        assert sorted(again.state.journal.audited().standing) == stored(again)
        assert not [path for path in (again.folder / "loads").iterdir() if path.suffix != ".json"]
        assert again.findings == ()
        before = figures(again)
        again.rebuild()
        assert figures(again) == before


@pytest.mark.parametrize(
    ("place", "name", "there"),
    [
        (records, "withdraw", True),
        (files, "move_durably", False),
        (Journal, "finish", False),
    ],
)
def test_a_load_withdrawn_by_a_process_that_was_killed_does_not_come_back(
    april, tmp_path, place, name, there
):
    load_text(april, tmp_path, "policies", MAY)
    killed(april, lambda: april.withdraw(2), place, name)
    with opened(tmp_path / "home") as again:
        assert stored(again) == ([1, 2] if there else [1])
        again.rebuild()
        assert stored(again) == ([1, 2] if there else [1])
        assert [entry.action for entry in again.state.database.audit()].count("load.withdraw") == (
            not there
        )


def both(folder):
    recipe = {
        "kind": "policies",
        "columns": dict(
            zip(
                ("policy_id", "agent_id", "due_date", "outcome"),
                HEADER.strip().split(","),
                strict=True,
            )
        ),
    }
    return [
        (write(folder, name, text), recipe_from(recipe))
        for name, text in (("april.csv", APRIL), ("may.csv", MAY))
    ]


def test_of_several_files_killed_at_the_second_none_is_there(tmp_path):
    home = Home(tmp_path / "home")
    killed(home, lambda: home.load_all(both(tmp_path), How()), records, "store", 2)
    with opened(tmp_path / "home") as again:
        assert stored(again) == []
        assert not list((again.folder / "loads").iterdir())


def test_files_of_which_one_is_refused_leave_the_warehouse_as_it_was_to_the_version(home, tmp_path):
    good, bad = both(tmp_path)
    bad[0].write_text(HEADER + "P2,B2,someday,未续\n", encoding="utf-8")
    before = home.warehouse.data_version
    with pytest.raises(IssuesFound):
        home.load_all([good, bad], How())
    assert (stored(home), home.warehouse.data_version) == ([], before)
    assert [receipt.load for receipt in home.load_all(both(tmp_path), How())] == [1, 2]
    assert home.warehouse.data_version == before + 1


@pytest.mark.parametrize(("sample", "processes"), [(False, 2), (True, 1)])
def test_every_file_of_a_user_has_a_process_of_its_own_and_those_of_the_sample_share_one(
    home, tmp_path, monkeypatch, sample, processes
):
    asked = []

    def run(request, *words):
        asked.append(json.loads(request))
        return read_here(request, *words)

    monkeypatch.setattr(reading, "_run", run)
    receipts = home.load_all(both(tmp_path), How(AS_OF, sample=sample))
    assert len(asked) == processes
    assert [receipt.loaded for receipt in receipts] == [1, 1]
    home.load_all(both(tmp_path), How(AS_OF, sample=sample))
    assert len(asked) == processes  # what is there already is not read again


def test_a_full_disk_in_the_midst_of_a_load_leaves_nothing_of_it(home, tmp_path):
    with pytest.MonkeyPatch.context() as inside:
        inside.setattr(
            records,
            "_roll_up",
            failing(duckdb.TransactionException("Failed to commit: No space left on device")),
        )
        with pytest.raises(StoreFailed, match="disk_full"):
            load_text(home, tmp_path, "policies", APRIL)
    assert stored(home) == []
    assert not list((home.folder / "loads").iterdir())
    assert home.state.journal.open() == []
    load_text(home, tmp_path, "policies", APRIL)
    assert stored(home) == [1]


@pytest.mark.parametrize("what", ["look", "recipe_for", "preview", "corrections", "secret"])
def test_a_full_disk_is_said_in_words_wherever_something_is_written(
    what, home, tmp_path, monkeypatch
):
    path = tmp_path / "april.csv"
    path.write_text(APRIL, encoding="utf-8")
    recipe = home.recipe_for(path)
    asked = {"preview": (path, recipe), "corrections": (path, recipe, "en"), "secret": ()}.get(
        what, (path,)
    )
    monkeypatch.setattr(os, "open", failing(OSError(errno.ENOSPC, "No space left on device")))
    monkeypatch.setattr(os, "mkdir", failing(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(StoreFailed, match="disk_full"):
        getattr(home, what)(*asked)


def test_a_rebuild_without_room_for_a_new_warehouse_is_refused_in_words(
    home, tmp_path, monkeypatch
):
    load_text(home, tmp_path, "policies", APRIL)
    full = duckdb.TransactionException(
        "Failed to commit: Could not write file: No space left on device"
    )
    monkeypatch.setattr(connection, "_migrate", failing(full))
    with pytest.raises(StoreFailed, match="disk_full"):
        home.rebuild()
    monkeypatch.undo()
    assert home.rebuild() == 1


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


SPELLED = APRIL + "P3,A01,2026-04-03,未续\n"
OBJECTION = Objection(
    "A1",
    dt.date(2026, 4, 1),
    dt.date(2026, 4, 1),
    "record",
    "data_wrong",
    "it was lost",
    policy_id="P1",
    proposal={"outcome": "lost"},
)


@pytest.fixture
def spelled(made_once, tmp_path):
    """A home whose one agent is spelled in two ways, with a spelling merged, an objection made and
    a correction in force."""

    def made(folder):
        def fill(home):
            load_text(
                home, folder, "policies", SPELLED + "P4,B2,2026-04-03,已续\nP5,b2,2026-04-03,已续\n"
            )
            home.merge_agents(["b2"], "B2")
            desk = Desk(home)
            desk.make_objection(OBJECTION)
            claim = replace(OBJECTION, agent_id="B2", policy_id="P4")
            desk.answer(desk.make_objection(claim), "accepted", "so it was")

        return closed_home(folder, fill)

    shutil.copytree(made_once("spelled", made) / "home", tmp_path / "home")
    return Home(tmp_path / "home")


# What moves figures without a load: what people do, and the lines that it leaves in the audit.
MOVES = {
    "merge": (lambda desk: desk.merge_agents(["A01"], "A1"), ["agent.merge"]),
    "split": (lambda desk: desk.split_agents(["b2"]), ["agent.split"]),
    "settings": (
        lambda desk: desk.change_settings({"grace_days": 20, "missing_limit": 0.5}),
        ["setting.save"] * 2,
    ),
    "answer": (
        lambda desk: desk.answer(desk.objections("A1")[0], "accepted", "so it was"),
        ["objection.accepted", "correction.write"],
    ),
    "undo": (lambda desk: desk.undo_corrections([1]), ["correction.undo"]),
}
MOVE_KILLS = {
    "in the warehouse": (records, "follow", False),
    "at the audit": (Journal, "finish", True),
}


def written(home):
    """Rules, merges and objections as they are stored, and what the audit says, from the journal's
    beginnings on."""
    corrections = [
        (correction.policy_id, correction.undone)
        for correction in home.state.objections.corrections(in_force=False)
    ]
    states = [(objection.state, objection.version) for objection in home.state.objections.all()]
    lines = [entry.action for entry in reversed(home.state.database.audit())]
    return home.settings, home.state.aliases(), corrections, states, lines


@pytest.mark.parametrize("kill", MOVE_KILLS)
@pytest.mark.parametrize("what", MOVES)
def test_what_moves_figures_is_done_wholly_or_not_at_all_wherever_it_is_killed(
    spelled, tmp_path, what, kill
):
    (act, lines), (place, name, there) = MOVES[what], MOVE_KILLS[kill]
    before = written(spelled), figures(spelled)
    killed(spelled, lambda: act(Desk(spelled)), place, name)
    with opened(tmp_path / "home") as again:
        assert again.state.journal.open() == []
        after = written(again), figures(again)
        assert after[0][-1] == before[0][-1] + (lines if there else [])
        if not there:
            assert after == before
            act(Desk(again))
            after = written(again), figures(again)
        assert after[0][:-1] != before[0][:-1]
        assert (after[1] != before[1]) == (what != "settings")


@pytest.mark.parametrize("what", ["merge", "answer"])
def test_a_full_disk_under_the_figures_leaves_nothing_of_what_would_have_moved_them(spelled, what):
    act, before = MOVES[what][0], (written(spelled), figures(spelled))
    with pytest.MonkeyPatch.context() as inside:
        full = duckdb.TransactionException("Failed to commit: No space left on device")
        inside.setattr(records, "follow", failing(full))
        with pytest.raises(StoreFailed, match="disk_full"):
            act(Desk(spelled))
    assert (written(spelled), figures(spelled)) == before
    assert not spelled.broken
    act(Desk(spelled))
    assert written(spelled)[:-1] != before[0][:-1]
    spelled.close()


def test_an_objection_answered_meanwhile_by_somebody_else_moves_no_figures(spelled, tmp_path):
    before, real = figures(spelled), Journal.begin

    def meanwhile(self, kind, plan, who):
        begun = real(self, kind, plan, who)
        asked = spelled.state.objections.all("A1")[0]
        spelled.state.objections.answer(
            replace(asked, state="rejected", answer="no", answered_by="boss")
        )
        return begun

    with pytest.MonkeyPatch.context() as inside:
        inside.setattr(Journal, "begin", meanwhile)
        with pytest.raises(RequestRefused, match="changed_meanwhile"):
            MOVES["answer"][0](Desk(spelled))
    assert figures(spelled) == before
    assert spelled.state.objections.all("A1")[0].state == "rejected"
    assert (spelled.broken, spelled.state.journal.open()) == (False, [])
    spelled.close()


def test_of_two_merges_at_the_same_moment_both_hold_in_the_figures(tmp_path):
    home = Home(tmp_path / "home")
    load_text(
        home, tmp_path, "policies", SPELLED + "P4,B2,2026-04-03,已续\nP5,b2,2026-04-03,已续\n"
    )
    real, first, second = records.follow, threading.Event(), threading.Event()

    def slowly(
        *words,
    ):  # the first waits with what it read, for as long as the second can get past it
        if not first.is_set():
            first.set()
            second.wait(0.2)
        return real(*words)

    def other():
        first.wait(5)
        home.merge_agents(["b2"], "B2")
        second.set()

    with pytest.MonkeyPatch.context() as inside:
        inside.setattr(records, "follow", slowly)
        thread = threading.Thread(target=other)
        thread.start()
        home.merge_agents(["A01"], "A1")
        thread.join()
    assert sorted(row["agent_id"] for row in figures(home)) == ["A1", "B2"]
    home.close()


# -- once ------------------------------------------------------------------------------------------


def test_one_file_loaded_from_two_tabs_at_the_same_moment_counts_once(home, tmp_path):
    start, done = threading.Barrier(2), []
    named = both(tmp_path)[:1]

    def tab():
        start.wait()
        done.append(home.load_all(named, How(AS_OF))[0])

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join()
    assert stored(home) == [1]
    assert sorted((receipt.load, receipt.already) for receipt in done) == [(1, False), (1, True)]


def test_a_file_that_an_archive_holds_twice_counts_once(home, tmp_path):
    (path, recipe), _ = both(tmp_path)
    twin = tmp_path / "twin.csv"
    twin.write_bytes(path.read_bytes())
    done = home.load_all([(path, recipe), (twin, recipe)], How())
    assert [(receipt.load, receipt.already) for receipt in done] == [(1, False), (1, True)]
    assert stored(home) == [1]


def test_the_receipt_of_a_load_waits_for_whoever_asks_later(home, tmp_path):
    made = load_text(home, tmp_path, "policies", APRIL)
    changed = load_text(home, tmp_path, "policies", APRIL.replace("已续", "未续"))
    assert home.receipts() == [made, changed]


def everything(home):
    """Every row that figures are made of, whatever the order it stands in."""
    with home.warehouse.cursor() as cursor:
        return {
            table: cursor.execute(f"select * from {table} order by all").fetchall()
            for table in (
                "agent_month",
                "agent_month_item",
                "roster_month",
                "agent_alias",
                "policy_correction",
            )
        } | {
            "people": home.warehouse.ask("facts_of", day=dt.date(2026, 4, 30))
            .astype(str)
            .to_dict("records")
        }


@pytest.mark.parametrize("turned", [False, True])
def test_rebuild_makes_the_same_of_merged_agents_rival_rosters_and_withdrawn_loads(
    tiny, tmp_path, turned
):
    header, rows = (
        "工号,姓名,团队,月份",
        ["A1,安,东,2026-04", "A01,安,西,2026-04", "B2,波,南,2026-04", "B02,波,北,2026-04"],
    )
    load_text(
        tiny, tmp_path, "agents", "\n".join([header, *(reversed(rows) if turned else rows)]) + "\n"
    )
    load_text(tiny, tmp_path, "agents", f"{header}\nA01,安,中,2026-04\n")
    gone = load_text(
        tiny,
        tmp_path,
        "policies",
        HEADER + "P1,A01,2026-04-02,未续\n",
        answers={"handover": "move"},
    )
    tiny.merge_agents(["A01"], "A1")
    tiny.merge_agents(["B02"], "B2")
    tiny.state.objections.correct(
        Correction("P5", dt.date(2026, 4, 1), {"outcome": "renewed"}, {}, "seen", "boss")
    )
    tiny.ledger.follow()
    tiny.withdraw(gone.load)
    before = everything(tiny)
    teams = {row["agent_id"]: row["team"] for row in before["people"]}
    assert (teams["A1"], teams["B2"]) == (
        "中",
        "南",
    )  # the later load; within one the later name, whatever the order of rows
    tiny.rebuild()
    assert everything(tiny) == before


# -- the start compares ----------------------------------------------------------------------------


@pytest.fixture
def two(made_once, tmp_path):
    """A home of two loads as a kill before any checkpoint would leave it on the disk, and its
    figures."""

    def make(folder):
        home = Home(folder / "home")
        load_text(home, folder, "policies", APRIL)
        load_text(home, folder, "policies", MAY)
        shutil.copytree(home.folder, folder / "two", ignore=shutil.ignore_patterns("lock"))
        (folder / "figures").write_bytes(pickle.dumps(figures(home)))
        home.close()

    made = made_once("two", make)
    shutil.copytree(made / "two", tmp_path / "two")
    return tmp_path / "two", pickle.loads((made / "figures").read_bytes())


def damage_log_missing(folder):
    (folder / "warehouse.duckdb.wal").unlink()


def damage_log_short(folder):
    with (folder / "warehouse.duckdb.wal").open("rb+") as handle:
        handle.truncate(handle.seek(0, 2) * 2 // 3)


def damage_log_bits(folder):
    with (folder / "warehouse.duckdb.wal").open("rb+") as handle:
        handle.seek(handle.seek(0, 2) // 2)
        handle.write(b"\xff\x00\xff\x00")


def damage_no_warehouse(folder):
    (folder / "warehouse.duckdb").unlink()
    (folder / "warehouse.duckdb.wal").unlink()


def damage_no_file_but_its_log(folder):
    (folder / "warehouse.duckdb").unlink()


def damage_empty_warehouse(folder):
    (folder / "warehouse.duckdb").write_bytes(b"")


def damage_header(folder):
    with (folder / "warehouse.duckdb").open("rb+") as handle:
        handle.write(b"nothing that a database begins with")


@pytest.mark.parametrize(
    "damage",
    [
        damage_log_missing,
        damage_log_short,
        damage_log_bits,
        damage_no_warehouse,
        damage_no_file_but_its_log,
        damage_empty_warehouse,
        damage_header,
    ],
)
def test_a_warehouse_that_lost_something_is_made_again_at_the_start_and_the_reader_is_told(
    two, damage
):
    folder, before = two
    damage(folder)
    with opened(folder) as home:
        assert figures(home) == before
        assert next(finding.key for finding in home.findings).startswith("rebuilt_")
        assert "rebuild" in [entry.action for entry in home.state.database.audit()]
    with opened(folder) as home:
        assert home.findings == ()


def test_a_state_whose_schema_is_no_text_any_more_is_called_damaged_in_words(
    settled_folder, tmp_path
):
    folder = shutil.copytree(settled_folder, tmp_path / "home")
    path = folder / "state.sqlite"
    data = path.read_bytes()
    position = data.index(b"NOT NULL,", data.index(b"CREATE TABLE weight_scheme"))
    path.write_bytes(data[:position] + b"NOT NULL\xac" + data[position + 9 :])
    with pytest.raises((HomeBusy, StoreFailed)) as refused:
        Home(folder)
    assert "damaged" in explain(refused.value, "en")


def test_a_log_of_nothing_but_a_change_that_was_cut_off_does_not_keep_a_rebuilt_warehouse_out(
    tmp_path,
):
    first = Warehouse(tmp_path / "first.duckdb")
    first.stamp(1, 1)
    with first.write() as cursor:
        cursor.execute("create table wide as select range as a from range(5000)")
    cut = (tmp_path / "first.duckdb.wal").read_bytes()[:-100]
    shutil.copyfile(tmp_path / "first.duckdb", tmp_path / "cut.duckdb")
    first.close()
    (tmp_path / "cut.duckdb.wal").write_bytes(cut)
    made = Warehouse(tmp_path / "made.duckdb")
    made.stamp(7, 3)
    made.close()
    killed = Warehouse(tmp_path / "cut.duckdb")
    killed.replace(tmp_path / "made.duckdb")
    assert (killed.data_version, killed.operation) == (7, 3)
    killed.close()


@pytest.mark.parametrize("damage", [damage_log_missing, damage_no_warehouse, damage_header])
def test_without_its_original_a_lost_warehouse_is_refused_by_name_until_somebody_goes_on_without(
    two, damage
):
    folder, _ = two
    damage(folder)
    note = json.loads((folder / "loads" / "000002.json").read_text(encoding="utf-8"))
    (folder / "originals" / note["sha256"]).unlink()
    with pytest.raises(HomeBusy) as refused:
        Home(folder)
    assert note["file"] in explain(refused.value, "en")
    assert "original" in explain(refused.value, "en")
    with opened(folder, accept="no backup") as home:
        assert stored(home) == [1]
    with opened(folder) as home:
        assert stored(home) == [1]
        assert [entry.action for entry in home.state.database.audit()].count("load.lost") == 1


def test_an_emptied_state_is_not_taken_for_a_new_one(two):
    folder, before = two
    for name in ("state.sqlite", "state.sqlite-wal", "state.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "state.sqlite").write_bytes(b"")
    with pytest.raises(HomeBusy, match="state_lost"):
        Home(folder)
    with opened(folder, accept="no backup") as home:
        assert figures(home) == before


def test_an_earlier_state_is_told_by_the_end_of_the_audit(tmp_path):
    home = Home(tmp_path / "home")
    home.change_settings({"grace_days": 20})
    home.close()
    shutil.copyfile(home.folder / "state.sqlite", tmp_path / "earlier")
    with opened(home.folder) as later:
        later.change_settings({"grace_days": 30})
    for name in ("state.sqlite-wal", "state.sqlite-shm"):
        (home.folder / name).unlink(missing_ok=True)
    shutil.copyfile(tmp_path / "earlier", home.folder / "state.sqlite")
    with pytest.raises(HomeBusy, match="state_older"):
        Home(home.folder)


def test_a_damaged_state_is_said_in_words(two):
    folder, _ = two
    with opened(folder):
        pass
    data = bytearray((folder / "state.sqlite").read_bytes())
    data[2000:6000] = b"\xff" * 4000
    (folder / "state.sqlite").write_bytes(data)
    with pytest.raises(HomeBusy, match="state_damaged"):
        Home(folder)


def test_notes_that_went_missing_are_named_and_loading_the_file_again_brings_them_back(
    two, tmp_path
):
    folder, before = two
    shutil.rmtree(folder / "loads")
    with opened(folder) as home:
        assert figures(home) == before
        assert [finding.key for finding in home.findings] == ["note_missing", "note_missing"]
        with pytest.raises(RequestRefused, match="rebuild_refused"):
            home.rebuild()
        assert figures(home) == before
        assert load_text(home, tmp_path, "policies", APRIL).already
        assert load_text(home, tmp_path, "policies", MAY).already
        assert home.rebuild() == 2
        assert figures(home) == before


@pytest.mark.parametrize(
    "how",
    [
        "edited",
        "halved",
        "emptied",
        "removed",
        "swapped",
        "original halved",
        "original swapped",
        "one more",
    ],
)
def test_rebuild_refuses_by_name_what_is_not_as_the_audit_has_it_and_leaves_the_warehouse_alone(
    two, how
):
    folder, before = two
    note, other = (folder / "loads" / f"00000{load_id}.json" for load_id in (1, 2))
    text = note.read_text(encoding="utf-8")
    original, twin = (
        folder / "originals" / json.loads(path.read_text(encoding="utf-8"))["sha256"]
        for path in (note, other)
    )
    if how == "edited":
        note.write_text(
            text.replace("已续", "renewed").replace(f"{dt.date.today()}", "2020-01-01"),
            encoding="utf-8",
        )
        note.write_text(
            note.read_text(encoding="utf-8").replace(f"{AS_OF}", "2020-01-01"), encoding="utf-8"
        )
    elif how == "halved":
        note.write_text(text[: len(text) // 2], encoding="utf-8")
    elif how == "emptied":
        note.write_text("", encoding="utf-8")
    elif how == "removed":
        note.unlink()
    elif how == "swapped":
        note.write_text(
            other.read_text(encoding="utf-8").replace('"load": 2', '"load": 1'), encoding="utf-8"
        )
    elif how == "original halved":
        original.write_bytes(original.read_bytes()[:20])
    elif how == "original swapped":
        original.write_bytes(twin.read_bytes())
    else:
        (folder / "loads" / "000007.json").write_text(
            text.replace('"load": 1', '"load": 7'), encoding="utf-8"
        )
    with opened(folder) as home:
        with pytest.raises(RequestRefused, match="rebuild_refused") as refused:
            home.rebuild()
        assert json.loads(text)["file"] in explain(refused.value, "en")
        assert json.loads(text)["file"] in explain(refused.value, "zh")
        assert figures(home) == before


def test_a_block_that_turns_out_damaged_later_has_the_next_start_read_everything(two):
    folder, before = two
    with opened(folder) as home:
        with pytest.raises(StoreFailed, match="warehouse_damaged"), home.warehouse.cursor():
            raise duckdb.Error(
                "Corrupt database file: computed checksum 1 does not match stored checksum 2"
            )
        assert home.broken
    assert (folder / "suspect").exists()
    with pytest.MonkeyPatch.context() as inside:
        inside.setattr(Warehouse, "read_all", failing(StoreFailed("warehouse_damaged")))
        home = Home(folder)
    assert [finding.key for finding in home.findings] == ["rebuilt_damaged"]
    assert figures(home) == before
    home.close()
    with opened(folder) as home:
        assert home.findings == ()


def test_what_killed_processes_left_is_swept_at_the_start(two):
    folder, _ = two
    (folder / "scratch" / "reading-x").mkdir(parents=True)
    (folder / "scratch" / "reading-x" / "records.arrow").write_bytes(b"x")
    (folder / "rebuild-y").mkdir()
    (folder / "originals" / "abc.1-2.part").write_bytes(b"x")
    with opened(folder):
        assert not list((folder / "scratch").iterdir())
        assert not list((folder / "originals").glob("*.part"))
        assert not (folder / "rebuild-y").exists()


@pytest.mark.parametrize("word", ["", "zz", "00" * 31])
def test_a_damaged_secret_is_told(two, word):
    folder, _ = two
    (folder / "secret").write_text(word, encoding="ascii")
    with opened(folder) as home:
        assert [finding.key for finding in home.findings] == ["secret_damaged"]
        with pytest.raises(RequestRefused, match="secret_damaged"):
            home.secret()


def test_a_lock_file_that_went_missing_is_nobodys_fault_and_a_second_owner_is_told(home, process):
    (home.folder / "lock").unlink()
    assert "in use by another program" in process.refused("loads")


def test_a_home_of_a_newer_version_is_told(two):
    folder, _ = two
    with opened(folder) as home, home.warehouse.write() as cursor:
        cursor.execute("insert into migration values ('999_later.sql')")
    with pytest.raises(HomeBusy, match="home_newer"):
        Home(folder)
