"""What people write: nothing is lost between two writers, every change leaves its line, and the
chain shows tampering."""

import datetime as dt
import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.people import (
    Account,
    Attachment,
    ClosedSheet,
    Correction,
    Note,
    Objection,
    StandardVersion,
    Talk,
)
from analytics.state.store import Store
from tests.conftest import ROOT

APRIL = dt.date(2026, 4, 1)
NOTE = Note("A1", APRIL, APRIL, "comment", "稳", author="boss")


def objection(**more):
    return Objection(
        "A1",
        APRIL,
        APRIL,
        "record",
        "data_wrong",
        "续了的",
        policy_id="P5",
        proposal={"outcome": "renewed"},
        author="ann",
        **more,
    )


def test_what_this_process_writes_counts_at_once_and_what_another_writes_within_a_second(
    store, url, monkeypatch
):
    """Two stores on one database stand for two servers; the clock of the first is moved on by
    hand."""
    here, there = store, Store(url)
    clock = [100.0]
    monkeypatch.setattr("analytics.state.database.time.monotonic", lambda: clock[0])
    here.accounts.save([Account("boss@x.cn", "admin"), Account("second@x.cn", "admin")], "setup")
    assert here.accounts.of("boss@x.cn").active
    here.accounts.save([Account("boss@x.cn", "admin", active=False)], "setup")
    assert not here.accounts.of("boss@x.cn").active
    assert here.accounts.of("second@x.cn").active
    there.accounts.save(
        [Account("boss@x.cn", "admin"), Account("second@x.cn", "admin", active=False)], "setup"
    )
    clock[0] += 1.1
    assert not here.accounts.of("second@x.cn").active
    there.close()


def test_what_is_kept_of_an_answer_is_not_what_a_caller_makes_of_it(store):
    store.accounts.save([Account("boss@x.cn", "admin")], "setup")
    store.accounts.all().clear()
    assert [account.email for account in store.accounts.all()] == ["boss@x.cn"]


def test_of_two_who_change_one_note_the_second_is_told_and_the_first_stays(store):
    read = store.notes.write(NOTE)
    store.notes.write(replace(read, text="first"))
    with pytest.raises(RequestRefused, match="changed_meanwhile"):
        store.notes.write(replace(read, text="second"))
    assert [note.text for note in store.notes.of("A1", APRIL, APRIL)] == ["first"]


def test_a_note_is_changed_by_its_author_only_and_never_empty(store):
    read = store.notes.write(NOTE)
    with pytest.raises(RequestRefused, match="not_yours"):
        store.notes.write(replace(read, author="other", text="x"))
    with pytest.raises(RequestRefused, match="text_missing"):
        store.notes.write(replace(NOTE, text="  "))


def test_two_writers_at_once_lose_no_update_and_the_audit_has_as_many_lines(url, tmp_path):
    stores = [Store(url, tmp_path / f"head{number}") for number in range(2)]
    refused = []

    def write(store, who):
        for number in range(15):
            store.notes.write(replace(NOTE, author=who, text=f"{who} {number}"))
            talk = store.talks.all("A1")
            try:
                store.talks.save(
                    replace(talk[0], comment=f"{talk[0].comment}{who}") if talk else Talk("A1"), who
                )
            except RequestRefused:
                refused.append(who)

    threads = [
        threading.Thread(target=write, args=(store, who))
        for store, who in zip(stores, ("a", "b"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = stores[0]
    assert len(store.notes.of("A1")) == 30
    talks = store.talks.all("A1")
    written = sum(talk.version for talk in talks)
    assert written + len(refused) == 30
    assert sum(len(talk.comment) for talk in talks) == written - len(talks)
    assert len(store.database.audit()) == 30 + written
    assert store.database.verify().wrong == ()
    for writer in stores:
        writer.close()


def test_a_talk_goes_from_plan_to_follow_up_and_its_states_are_in_the_audit(store):
    talk = store.talks.save(Talk("A1", talk_on=APRIL), "boss")
    assert talk.overdue(dt.date(2026, 4, 2))
    talk = store.talks.save(
        replace(talk, state="done", agreed="每周复盘", follow_up_on=dt.date(2026, 5, 1)), "boss"
    )
    assert not talk.overdue(dt.date(2026, 5, 1))
    assert talk.overdue(dt.date(2026, 5, 2))
    store.talks.save(replace(talk, state="followed_up"), "boss")
    assert store.talks.open() == {}
    assert [entry.action for entry in store.database.audit()] == [
        "talk.followed_up",
        "talk.done",
        "talk.plan",
    ]


def test_an_objection_needs_an_answer_and_is_answered_once(store):
    made = store.objections.make(objection(), Attachment("证明.txt", b"yes"))
    assert store.objections.attachment(made.attachment).data == b"yes"
    with pytest.raises(RequestRefused, match="answer_missing"):
        store.objections.answer(replace(made, state="accepted", answer=" ", answered_by="boss"))
    done = replace(made, state="accepted", answer="属实", answered_by="boss")
    store.objections.answer(
        done, Correction("P5", APRIL, {"outcome": "renewed"}, {"outcome": "lost"}, "续了的", "boss")
    )
    with pytest.raises(RequestRefused, match="changed_meanwhile"):
        store.objections.answer(replace(made, state="rejected", answer="不", answered_by="boss"))
    assert [
        (correction.policy_id, correction.objection)
        for correction in store.objections.corrections()
    ] == [("P5", made.id)]
    store.objections.undo([store.objections.corrections()[0].id], "boss")
    assert store.objections.corrections() == []
    assert len(store.objections.corrections(in_force=False)) == 1


def test_an_objection_is_made_without_an_answer_and_with_no_attachment_of_anothers(store):
    other = store.objections.make(objection(), Attachment("证明.txt", b"another's"))
    said = replace(
        objection(), answer="yes", answered_by="boss", attachment=other.attachment, state="accepted"
    )
    made = store.objections.make(said)
    assert (made.answer, made.answered_by, made.attachment, made.state) == ("", "", None, "open")


def test_a_refused_answer_writes_no_correction(store):
    made = store.objections.make(objection())
    with pytest.raises(RequestRefused, match="choice_unknown"):
        store.objections.answer(
            replace(made, state="accepted", answer="x", answered_by="boss"),
            Correction("P5", APRIL, {"row": "1"}),
        )
    assert store.objections.one(made.id).state == "open"
    assert store.objections.corrections() == []


def test_attachments_have_a_limit(store):
    with pytest.raises(RequestRefused, match="attachment_too_large"):
        store.objections.make(objection(), Attachment("big", b"0" * (5 * 1024**2 + 1)))
    assert store.objections.all() == []


def test_a_closed_sheet_is_closed_once_and_opened_again_only_for_a_reason(store):
    sheet = ClosedSheet("A1", APRIL, APRIL, {"score": 80.0}, "f" * 64, "balanced", 1, 0)
    assert store.sheets.close([sheet, replace(sheet, agent_id="B2")], "boss") == 2
    assert store.sheets.close([replace(sheet, snapshot={"score": 1.0})], "boss") == 0
    assert store.sheets.closed(APRIL, APRIL)["A1", APRIL, APRIL].snapshot == {"score": 80.0}
    with pytest.raises(RequestRefused, match="reason_missing"):
        store.sheets.reopen(["A1"], APRIL, APRIL, "boss", "")
    store.sheets.reopen(["A1"], APRIL, APRIL, "boss", "补录")
    assert [sheet.reopened_why for sheet in store.sheets.history("A1")] == ["补录"]
    assert list(store.sheets.closed()) == [("B2", APRIL, APRIL)]


def test_the_last_admin_stays_and_accounts_are_saved_all_or_none(store):
    boss, agent = Account("Boss@X.cn", "admin"), Account("ann@x.cn", "agent", agent_id="A1")
    store.accounts.save([boss, agent], "cli")
    assert store.accounts.of("Boss@X.CN").role == "admin"
    assert [store.accounts.of(other) for other in ("boss@x.cn", "Boss@x.cn ", " Boss@x.cn")] == [
        None
    ] * 3
    with pytest.raises(RequestRefused, match="last_admin"):
        store.accounts.save([replace(boss, active=False)], "cli")
    with pytest.raises(RequestRefused, match="account_without_scope"):
        store.accounts.save(
            [Account("new@x.cn", "agent", agent_id="B2"), Account("m@x.cn", "manager")], "cli"
        )
    assert {account.email for account in store.accounts.all()} == {"ann@x.cn", "Boss@x.cn"}


def test_of_two_who_adopt_a_standard_the_second_is_told(store):
    version = StandardVersion({}, {"A": 85.0, "D": 0.0}, {}, "boss", "太严", APRIL)
    assert store.save_standard(version, 0).version == 1
    with pytest.raises(RequestRefused, match="changed_meanwhile"):
        store.save_standard(version, 0)


def test_a_proposal_of_the_same_person_takes_the_place_of_the_first_and_names_nobody(store):
    ticket = store.propose_weights("ann@x.cn", {"results": 60, "service": 30, "competence": 10})
    assert (
        store.propose_weights("ann@x.cn", {"results": 70, "service": 20, "competence": 10}, ticket)
        == ticket
    )
    assert [proposal.categories["results"] for proposal in store.proposals()] == [70]
    assert {entry.who for entry in store.database.audit()} == {"anonymous"}


TAMPERING = {
    "edit": ["update audit set after = '\"x\"' where seq = 2"],
    "author": ["update audit set who = 'x' where seq = 3"],
    "delete": ["delete from audit where seq = 2"],
    "cut the end": ["delete from audit where seq >= 3"],
    "cut everything": ["delete from audit"],
    "swap": [
        "update audit set seq = 99 where seq = 1",
        "update audit set seq = 1 where seq = 2",
        "update audit set seq = 2 where seq = 99",
    ],
    "insert": [
        "insert into audit select 5, at, who, action, object, before, after, previous, "
        "hash, rows, signer, signature from audit where seq = 4"
    ],
}


@pytest.mark.parametrize("way", TAMPERING)
def test_the_audit_shows_every_tampering(store, way):
    for number in range(4):
        store.notes.write(replace(NOTE, text=f"{number}"))
    assert store.database.verify().wrong == ()
    with store.database._engine.begin() as connection:
        for sql in TAMPERING[way]:
            connection.exec_driver_sql(sql)
    assert store.database.verify().wrong


def test_an_audit_rewritten_with_a_fitting_chain_is_betrayed_by_the_head_kept_outside(
    store, tmp_path
):
    store.notes.write(NOTE)
    head = json.loads((tmp_path / "audit.head").read_text())
    assert head["seq"] == 1
    with store.database._engine.begin() as connection:
        connection.exec_driver_sql("delete from audit")
    other = Store(
        str(store.database._engine.url.render_as_string(hide_password=False)),
        tmp_path / "other.head",
    )
    other.notes.write(replace(NOTE, text="another history"))
    other.close()
    assert [finding.key for finding in store.database.verify().wrong][:1] == ["cut"]


def test_coaching_entries_of_before_become_talks(tmp_path):
    from alembic import command
    from alembic.config import Config

    from analytics.state import database

    url = f"sqlite:///{(tmp_path / 'old.sqlite').as_posix()}"
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql(
            "insert into coaching values ('A1', 3, 1, 'r', '话术', '2026-04-02', "
            "'2026-05-02', '注意', '2026-04-01 09:00:00')"
        )
    engine.dispose()
    store = Store(url)
    assert [(talk.state, talk.talk_on, talk.action) for talk in store.talks.all("A1")] == [
        ("done", dt.date(2026, 4, 2), "话术"),
        ("planned", dt.date(2026, 5, 2), "话术"),
    ]
    store.close()


def test_the_versions_that_files_name_are_those_that_alembic_finds(tmp_path):
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from analytics.state.database import SCRIPTS
    from analytics.state.revisions import revisions

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    every = frozenset(script.revision for script in scripts.walk_revisions())
    assert revisions(SCRIPTS) == (scripts.get_current_head(), every)
    (tmp_path / "versions").mkdir()
    for name in ("2", "3"):
        (tmp_path / "versions" / f"{name}.py").write_text(
            f"revision = '{name}'\ndown_revision = '1'\n"
        )
    with pytest.raises(ValueError, match="'2', '3'"):
        revisions(tmp_path)


def test_a_store_that_is_of_this_version_opens_without_alembic(tmp_path):
    url = f"sqlite:///{(tmp_path / 'state.sqlite').as_posix()}"
    Store(url).close()
    asked = (
        f"import sys; from analytics.state.store import Store; Store({url!r}).close(); "
        f"print('alembic' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True
        ).stdout
        == "False\n"
    )
