"""The audit is evidence: every attack on lines, rows, heads and signatures by who holds the home is
found and said in words."""

import datetime as dt
import json
import os
import shutil
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from analytics.errors import HomeBusy, RequestRefused
from analytics.language import LANGUAGES
from analytics.people import Account, Note
from analytics.reports.audit import head_from, notes_of, short, wrong_of
from analytics.settings import environment
from analytics.state import audit, database, digests, signing, tables
from analytics.state.heads import Head, Outside, outside_from
from analytics.state.store import Store
from tests.present import present

APRIL = dt.date(2026, 4, 1)
NOTE = Note("A1", APRIL, APRIL, "comment", "稳", author="boss")


def sqlite(folder):
    return f"sqlite:///{(folder / 'state.sqlite').as_posix()}"


@pytest.fixture
def folder(tmp_path):
    """A home's folder for the store, beside which the test keeps what is outside."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def key(tmp_path):
    signing.new_key(tmp_path / "key.pem")
    return tmp_path / "key.pem"


def opened(folder, outside=None):
    return Store(sqlite(folder), folder / "audit.head", outside or Outside())


def written(folder, outside=None, notes=4):
    """A store with so many notes, a line each."""
    store = opened(folder, outside)
    for number in range(notes):
        store.notes.write(replace(NOTE, text=f"{number}"))
    return store


def past(store, *sql):
    """Do something in the database behind the app's back."""
    with store.database._engine.begin() as connection:
        for statement in sql:
            connection.exec_driver_sql(statement)


def keys(verdict):
    return [(finding.key, finding.facts.get("seq")) for finding in verdict.wrong]


def forge(store, change=lambda entry: entry):
    """Write the whole chain anew, as who knows the program can: every line changed, hashed and
    linked again, without signatures."""
    with store.database._engine.begin() as connection:
        lines = (
            connection.execute(sa.select(tables.audit).order_by(tables.audit.c.seq))
            .mappings()
            .all()
        )
        connection.execute(sa.delete(tables.audit))
        previous = audit.BEGINNING
        for line in lines:
            entry = change({**line, "previous": previous, "signer": "", "signature": ""})
            previous = audit.hash_of(entry)
            connection.execute(sa.insert(tables.audit).values({**entry, "hash": previous}))
    store.database._heads.beside.write_text(json.dumps({"seq": len(lines), "hash": previous}))


# -- rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "what", "seq"),
    [
        ("update note set text = 'x' where id = 2", "row_changed", 2),
        ("delete from note where id = 3", "row_gone", 3),
        ("update account set role = 'admin' where email = 'ann@x.cn'", "row_changed", 5),
        ("update account set teams = '[\"东\"]' where email = 'boss@x.cn'", "row_changed", 5),
    ],
)
def test_a_row_changed_past_the_audit_is_named_with_the_line_that_wrote_it(store, sql, what, seq):
    for number in range(4):
        store.notes.write(replace(NOTE, text=f"{number}"))
    store.accounts.save(
        [Account("boss@x.cn", "admin"), Account("ann@x.cn", "agent", agent_id="A1")], "cli"
    )
    with store.database.change(
        "cli"
    ) as change:  # the line of both accounts together is the last of their change
        change.log("note.look", "x")
    assert store.database.verify().wrong == ()
    past(store, sql)
    seq += what == "row_changed" and "account" in sql
    assert keys(store.database.verify()) == [(what, seq)]


def test_a_row_added_past_the_audit_is_named_in_both_languages(folder):
    store = written(folder)
    past(store, "insert into setting values ('grace_days', '45', '2026-04-01 09:00:00.000000')")
    verdict = store.database.verify()
    assert wrong_of(verdict, "en") == ["rule grace_days was added past the audit"]
    assert wrong_of(verdict, "zh") == ["规则 grace_days 绕过变更记录被添加"]
    store.close()


def example(column):
    kinds = {
        sa.Text: "text",
        sa.Integer: 7,
        sa.Date: APRIL,
        sa.DateTime: dt.datetime(2026, 4, 1, 9),
        sa.JSON: {"a": [1.5]},
        sa.Boolean: True,
        sa.LargeBinary: b"bytes",
        sa.Float: 0.25,
    }
    return kinds[type(column.type)]


def other(column):
    kinds = {
        sa.Text: "texT",
        sa.Integer: 8,
        sa.Date: dt.date(2026, 4, 2),
        sa.DateTime: dt.datetime(2026, 4, 1, 9, 0, 1),
        sa.JSON: {"a": [1.25]},
        sa.Boolean: False,
        sa.LargeBinary: b"Bytes",
        sa.Float: 0.5,
    }
    return kinds[type(column.type)]


def test_every_column_of_every_table_that_people_write_is_covered(folder):
    store = opened(folder)
    with store.database.change("boss") as change:
        change.connection.exec_driver_sql("pragma defer_foreign_keys = on")
        for table in digests.watched().values():
            change.connection.execute(
                sa.insert(table).values({column.name: example(column) for column in table.columns})
            )
    assert [line.action for line in store.database.audit()] == [audit.ROWS]
    tried = 0
    with store.database._engine.connect() as connection:
        expected, _ = audit.expected(connection)
        assert digests.differing(expected, digests.present(connection)) == {}
        connection.exec_driver_sql("pragma defer_foreign_keys = on")
        for table in digests.watched().values():
            for column in table.columns:
                step = connection.begin_nested()
                connection.execute(sa.update(table).values({column: other(column)}))
                there = digests.present(connection, {table.name: table})
                changed = {
                    key
                    for key in expected
                    if key[0] == table.name and expected[key] != there.get(key)
                }
                assert len(changed) == 1, column
                step.rollback()
                tried += 1
    assert tried == sum(len(table.columns) for table in digests.watched().values()) >= 130
    store.close()


def test_the_tables_of_the_audit_are_those_of_the_database(store):
    there = sa.MetaData()
    there.reflect(store.database._engine)
    columns = {
        name: {column.name for column in table.columns} for name, table in there.tables.items()
    }
    assert columns.pop("alembic_version")
    assert columns == {
        name: {column.name for column in table.columns}
        for name, table in tables.metadata.tables.items()
    }


def test_a_cell_that_no_column_of_its_kind_can_hold_is_a_changed_row_and_no_crash(folder):
    store = written(folder)
    past(
        store,
        "update note set written_at = 'never' where id = 2",
        "update audit set at = 'never' where seq = 3",
    )
    verdict = store.database.verify()
    assert {("edited", 3), ("row_changed", 2)} <= set(keys(verdict))
    assert [line.seq for line in store.database.audit()] == [4, 2, 1]
    past(store, "update audit set after = '{' where seq = 4")
    assert store.database.audit()[0].after == "{"
    store.close()


def test_rows_written_without_a_word_leave_a_line_all_the_same(folder):
    store = opened(folder)
    with store.database.change("boss") as change:
        change.insert(tables.attachment, name="a", data=b"x")
    assert [(line.action, line.object, line.who) for line in store.database.audit()] == [
        (audit.ROWS, "attachment", "boss")
    ]
    assert store.database.verify().wrong == ()
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        sa.text("update note set text = 'x'"),
        sa.update(tables.note).values(id=99),
        sa.insert(tables.note).from_select(
            [column.name for column in tables.note.columns if column.name != "id"],
            sa.select(*(column for column in tables.note.columns if column.name != "id")),
        ),
    ],
)
def test_a_statement_whose_rows_cannot_be_told_is_a_fault_of_the_program_and_changes_nothing(
    folder, statement
):
    store = written(folder, notes=1)
    with pytest.raises(RuntimeError), store.database.change("boss") as change:
        change.connection.execute(statement)
    assert [(note.id, note.text) for note in store.notes.of()] == [(1, "0")]
    store.close()


def test_many_rows_of_one_change_are_covered_and_so_is_what_it_deletes(store):
    rows = [
        {"name": f"r{number}", "value": number, "saved_at": dt.datetime(2026, 4, 1)}
        for number in range(450)
    ]
    with store.database.change("boss") as change:
        change.connection.execute(sa.insert(tables.setting), rows)
        change.log("setting.save", "many")
    with store.database.change("boss") as change:
        change.connection.execute(
            sa.update(tables.setting).where(tables.setting.c.name > "r4").values(value=0)
        )
        change.connection.execute(
            sa.delete(tables.setting).where(tables.setting.c.name.in_(["r7", "r8"]))
        )
        change.log("setting.save", "some")
    assert store.database.verify().wrong == ()
    past(
        store,
        "delete from setting where name = 'r449'",
        "update setting set value = '1' where name = 'r0'",
    )
    assert sorted(keys(store.database.verify())) == [("row_changed", 1), ("row_gone", 2)]


# -- the end of the chain --------------------------------------------------------------------------


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("way", ["tail", "everything"])
def test_an_end_cut_off_stays_known_after_the_app_has_written_on(folder, way, restarted):
    store = written(folder)
    past(store, "delete from audit where seq >= 3" if way == "tail" else "delete from audit")
    if restarted:
        store.close()
        store = opened(folder)
    store.notes.write(NOTE)
    verdict = store.database.verify()
    line = 3 if way == "tail" else 1
    assert ("break", line) in keys(verdict)
    assert [finding.facts["last"] for finding in verdict.wrong if finding.key == "break"] == ["4"]
    assert {finding.facts["row"] for finding in verdict.wrong if finding.key == "row_added"} == (
        {"3", "4"} if way == "tail" else {"1", "2", "3", "4"}
    )
    store.close()


def test_everything_deleted_with_its_head_is_known_by_the_rows_and_by_the_published_heads(
    folder, tmp_path
):
    outside = Outside(heads=tmp_path / "heads")
    store = written(folder, outside)
    past(store, "delete from audit", "delete from note")
    (folder / "audit.head").unlink()
    store.close()
    store = opened(folder, outside)
    store.notes.write(replace(NOTE, text="a new beginning"))
    assert [place for place in keys(store.database.verify()) if place[0] == "published"] == [
        ("published", line) for line in (1, 2, 3, 4)
    ]
    store.close()


@pytest.mark.parametrize(
    "garbage", [b"", b"{", b"[]", b"\xff\xfe", b'{"seq": "x", "hash": 1}', b'{"seq": null}', None]
)
def test_a_head_that_cannot_be_read_stops_nothing_and_is_told(folder, garbage):
    store = written(folder)
    store.close()
    if garbage is None:
        (folder / "audit.head").unlink()
    else:
        (folder / "audit.head").write_bytes(garbage)
    store = opened(folder)
    state = "missing" if garbage is None else "damaged"
    assert keys(store.database.verify()) == [(f"head_{state}", 4)]
    store.notes.write(NOTE)
    assert len(store.notes.of()) == 5
    assert keys(store.database.verify()) == [("break", 5)]  # it stays known
    store.close()


def test_many_writers_at_once_all_store_and_none_hears_of_the_head(folder, tmp_path):
    outside = Outside(heads=tmp_path / "heads")
    store = opened(folder, outside)
    failed = []

    def write():
        for _ in range(10):
            try:
                store.notes.write(NOTE)
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, len(store.notes.of())) == ([], 40)
    assert store.database.verify().wrong == ()
    assert json.loads((folder / "audit.head").read_text())["seq"] == 40
    store.close()


def test_a_head_that_cannot_be_written_does_not_undo_the_change_and_is_told_until_it_is(
    folder, tmp_path
):
    (tmp_path / "away").write_text("no folder")
    store = written(folder, Outside(heads=tmp_path / "away" / "heads"), notes=2)
    assert len(store.notes.of()) == 2
    verdict = store.database.verify()
    assert [finding.key for finding in verdict.wrong] == ["heads_unread"]
    assert "head_late" in [finding.key for finding in verdict.notes]
    (tmp_path / "away").unlink()
    (tmp_path / "away").mkdir()
    store.notes.write(NOTE)
    assert store.database.verify().wrong == ()
    assert [
        json.loads(line)["seq"] for line in (tmp_path / "away" / "heads").read_text().splitlines()
    ] == [3]
    assert not store.database.standing().late
    store.close()


# -- published heads -------------------------------------------------------------------------------


def test_a_chain_written_anew_with_its_head_is_betrayed_by_what_was_published(folder, tmp_path):
    outside = Outside(heads=tmp_path / "heads")
    store = written(folder, outside)
    assert [
        finding.facts
        for finding in store.database.verify().notes
        if finding.key == "heads_compared"
    ] == [{"count": 4, "first": 1, "last": 4}]
    noted = store.database.head()
    forge(store, lambda entry: {**entry, "who": "nobody"} if entry["seq"] == 2 else entry)
    assert keys(store.database.verify()) == [("published", line) for line in (2, 3, 4)]
    alone = opened(folder)  # who has the home alone sees nothing, and is told why
    verdict = alone.database.verify()
    assert verdict.wrong == ()
    assert {"unsigned", "heads_none"} <= {finding.key for finding in verdict.notes}
    assert keys(alone.database.verify(written=[head_from(short(noted))])) == [("written", 4)]
    assert keys(alone.database.verify(heads=[tmp_path / "heads"])) == [
        ("published", line) for line in (2, 3, 4)
    ]
    alone.close()
    store.close()


def test_a_torn_line_of_published_heads_is_told_and_swallows_no_head_after_it(folder, tmp_path):
    outside = Outside(heads=tmp_path / "heads")
    written(folder, outside, notes=2).close()
    with (tmp_path / "heads").open("ab") as file:
        file.write(b'{"seq": 3, "ha')
    store = written(folder, outside, notes=1)
    verdict = store.database.verify()
    assert [(finding.key, finding.facts["number"]) for finding in verdict.wrong] == [
        ("heads_damaged", 3)
    ]
    assert [
        finding.facts["last"] for finding in verdict.notes if finding.key == "heads_compared"
    ] == [3]
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="asks the system which file a handle is of")
def test_a_published_head_is_on_the_disk_before_its_change_is_acknowledged(
    folder, tmp_path, monkeypatch
):
    store = written(folder, Outside(heads=tmp_path / "heads"), notes=1)
    synced, real = [], os.fsync

    def fsync(handle):
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    store.notes.write(NOTE)
    assert (tmp_path / "heads").stat().st_ino in synced
    store.close()


def test_heads_are_published_beside_a_key_outside_the_home_by_themselves(folder, tmp_path):
    given = {"RENEWAL_AUDIT_KEY": str(tmp_path / "key.pem")}
    assert outside_from(environment(given), folder).heads == tmp_path / "key.pem.heads"
    assert (
        outside_from(environment({"RENEWAL_AUDIT_KEY": str(folder / "key.pem")}), folder).heads
        is None
    )
    heads = outside_from(environment({**given, "RENEWAL_AUDIT_HEADS": "h"}), folder).heads
    assert present(heads).name == "h"
    assert outside_from(environment({}), folder) == Outside()


@pytest.mark.parametrize("text", ["", "12", "12 ab", "ab12cd34ef", "12 ab34cd5g", "-1 ab34cd56"])
def test_a_head_that_nobody_can_have_written_down_is_refused(text):
    with pytest.raises(RequestRefused, match="audit_head_unreadable"):
        head_from(text)


def test_a_head_is_written_down_in_groups_and_read_again():
    head = Head(12, "ab34cd56ef7890120" + "0" * 47)
    assert short(head) == "12 ab34 cd56 ef78 9012"
    assert head_from(" 12: AB34 cd56 ") == Head(12, "ab34cd56")


# -- signatures ------------------------------------------------------------------------------------


def test_signatures_hold_from_the_line_on_from_which_there_is_a_key(folder, key):
    written(folder, notes=2).close()
    store = written(folder, Outside(key=key), notes=2)
    assert [(line.action, bool(line.signature)) for line in store.database.audit()] == [
        ("note.write", True),
        ("note.write", True),
        ("audit.key", True),
        ("note.write", False),
        ("note.write", False),
    ]
    verdict = store.database.verify()
    assert verdict.wrong == ()
    said = {finding.key: finding.facts for finding in verdict.notes}
    assert said["chained_only"] == {"first": 1, "last": 2}
    assert (said["signed"]["first"], said["signed"]["last"], said["signed"]["count"]) == (3, 5, 3)
    store.close()


def test_whoever_has_the_home_alone_cannot_write_a_signed_chain_anew(folder, key, tmp_path):
    store = written(folder, Outside(key=key))
    public = [signing.public_path(key)]
    forge(store)
    assert keys(store.database.verify()) == [("none_signed", None)]
    store.close()
    auditor = opened(folder)
    assert keys(auditor.database.verify(public=public)) == [("none_signed", None)]
    auditor.close()
    signing.new_key(tmp_path / "own.pem")
    written(folder, Outside(key=tmp_path / "own.pem"), notes=1).close()
    auditor = opened(folder)
    assert {key for key, _ in keys(auditor.database.verify(public=public))} == {
        "stranger",
        "none_signed",
    }
    auditor.close()


def test_a_line_edited_with_its_hash_lacks_the_signature(folder, key):
    store = written(folder, Outside(key=key))
    with store.database._engine.begin() as connection:
        last = dict(
            connection.execute(sa.select(tables.audit).where(tables.audit.c.seq == 5))
            .mappings()
            .one()
        )
        last["who"] = "nobody"
        hash_ = audit.hash_of(last)
        connection.execute(
            sa.update(tables.audit).where(tables.audit.c.seq == 5).values(who="nobody", hash=hash_)
        )
    (folder / "audit.head").write_text(json.dumps({"seq": 5, "hash": hash_}))
    assert keys(store.database.verify()) == [("forged", 5)]
    past(store, "update audit set signature = 'garbage' where seq = 4")
    assert set(keys(store.database.verify())) == {("forged", 4), ("forged", 5)}
    store.close()


@pytest.mark.parametrize("signature", ["", "garbage", "QUJD"])
def test_a_published_head_whose_signature_was_edited_is_forged(folder, key, tmp_path, signature):
    store = written(folder, Outside(key=key, heads=tmp_path / "heads"), notes=2)
    assert store.database.verify().wrong == ()
    lines = [json.loads(line) for line in (tmp_path / "heads").read_text().splitlines()]
    lines[1]["signature"] = signature
    (tmp_path / "heads").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert keys(store.database.verify()) == [("heads_forged", 2)]
    store.close()


@pytest.mark.parametrize("garbage", [None, b"", b"x", "钥".encode(), b"-----END PUBLIC KEY-----"])
def test_public_keys_that_cannot_be_read_are_refused_by_the_files_name(folder, tmp_path, garbage):
    if garbage is not None:
        (tmp_path / "key.pub").write_bytes(garbage)
    store = written(folder, notes=1)
    with pytest.raises(RequestRefused, match="audit_public_unreadable") as refused:
        store.database.verify(public=[tmp_path / "key.pub"])
    assert refused.value.facts["file"] == "key.pub"
    store.close()


def test_lines_without_a_signature_after_the_first_are_told(folder, key):
    store = written(folder, Outside(key=key))
    previous = store.database.head()
    entry = {
        "seq": 6,
        "at": dt.datetime(2026, 4, 1),
        "who": "nobody",
        "action": "account.save",
        "object": "x",
        "before": "null",
        "after": "null",
        "previous": previous.hash,
        "rows": "{}",
        "signer": "",
    }
    with store.database._engine.begin() as connection:
        connection.execute(
            sa.insert(tables.audit).values(**entry, hash=audit.hash_of(entry), signature="")
        )
    assert keys(store.database.verify()) == [("unsigned", 6)]
    store.close()


def test_a_signed_home_is_read_and_checked_but_not_changed_without_its_key(folder, key, tmp_path):
    written(folder, Outside(key=key), notes=1).close()
    store = opened(folder)
    with pytest.raises(RequestRefused, match="audit_key_needed"):
        store.notes.write(NOTE)
    assert len(store.notes.of()) == 1
    assert "signatures_unchecked" in [finding.key for finding in store.database.verify().notes]
    verdict = store.database.verify(public=[signing.public_path(key)])
    assert (verdict.wrong, "signed" in [finding.key for finding in verdict.notes]) == ((), True)
    store.close()
    signing.new_key(tmp_path / "second.pem")  # the first was lost: another may go on
    store = written(folder, Outside(key=tmp_path / "second.pem"), notes=1)
    (tmp_path / "both.pub").write_bytes(
        signing.public_path(key).read_bytes()
        + signing.public_path(tmp_path / "second.pem").read_bytes()
    )
    assert keys(store.database.verify()) == [("stranger", 1), ("stranger", 2)]
    assert store.database.verify(public=[tmp_path / "both.pub"]).wrong == ()
    store.close()


@pytest.mark.parametrize(
    "garbage", [None, b"", b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"]
)
def test_a_key_that_cannot_be_read_is_refused_at_the_start(folder, tmp_path, garbage):
    if garbage is not None:
        (tmp_path / "key.pem").write_bytes(garbage)
    with pytest.raises(HomeBusy, match="audit_key_unreadable"):
        opened(folder, Outside(key=tmp_path / "key.pem"))


def test_a_key_within_the_home_is_said_to_prove_little(folder):
    signing.new_key(folder / "key.pem")
    store = written(folder, Outside(key=folder / "key.pem", heads=folder / "heads"), notes=1)
    assert {"key_inside", "heads_inside"} <= {
        finding.key for finding in store.database.verify().notes
    }
    assert (store.database.standing().key_inside, store.database.standing().heads_inside) == (
        True,
        True,
    )
    store.close()


def test_a_new_key_is_its_owners_alone_and_never_written_over(tmp_path, key):
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(RequestRefused, match="file_there"):
        signing.new_key(key)


# -- migrations ------------------------------------------------------------------------------------


def migrated_to(folder, revision, scripts=None):
    from alembic import command
    from alembic.config import Config

    engine = sa.create_engine(sqlite(folder))
    config = Config()
    config.set_main_option("script_location", str(scripts or database.SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def test_rows_of_before_are_covered_from_the_migration_on(folder):
    engine = migrated_to(folder, "0005")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into note (agent_id, first, last, kind, text, author, written_at, "
            "version) values "
            "('A1', '2026-04-01', '2026-04-01', 'comment', '稳', 'boss', '2026-04-01 "
            "09:00:00.000000', 1)"
        )
        entry = {
            "seq": 1,
            "at": dt.datetime(2026, 4, 1, 9),
            "who": "boss",
            "action": "note.write",
            "object": "A1",
            "before": "null",
            "after": "null",
            "previous": audit.BEGINNING,
        }
        old = {**entry, "rows": None, "signer": None}
        columns = {**entry, "hash": audit.hash_of(old)}
        connection.execute(sa.insert(sa.table("audit", *map(sa.column, columns))).values(columns))
        (folder / "audit.head").write_text(json.dumps({"seq": 1, "hash": columns["hash"]}))
    engine.dispose()
    store = opened(folder)
    assert [(line.seq, line.action, line.after) for line in store.database.audit()] == [
        (2, "audit.baseline", {"rows": 1}),
        (1, "note.write", None),
    ]
    verdict = store.database.verify()
    assert verdict.wrong == ()
    assert [finding.facts for finding in verdict.notes if finding.key == "rows_since"] == [
        {"seq": 2}
    ]
    past(store, "update note set text = 'x'")
    assert keys(store.database.verify()) == [("row_changed", 2)]
    store.close()


def test_a_migration_hides_no_row_that_was_changed_before_it(folder, tmp_path, monkeypatch):
    store = written(folder, notes=3)
    past(store, "update note set text = 'x' where id = 2", "delete from note where id = 3")
    revision = store.database.rows(
        sa.select(sa.column("version_num")).select_from(sa.table("alembic_version"))
    )
    store.close()
    shutil.copytree(
        database.SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "scripts" / "versions" / "9999_next.py").write_text(
        f"from alembic import op\nrevision, down_revision = '9999', "
        f"'{revision[0]['version_num']}'\n"
        "def upgrade():\n    op.execute(\"update note set text = text || '!'\")\n"
    )
    monkeypatch.setattr(database, "SCRIPTS", tmp_path / "scripts")
    store = opened(folder)
    assert [line.action for line in store.database.audit()][:1] == ["audit.baseline"]
    assert [note.text for note in store.notes.of()] == ["0!", "x!"]
    assert keys(store.database.verify()) == [("row_changed", 2), ("row_gone", 3)]
    store.close()


# -- words -----------------------------------------------------------------------------------------


def test_a_check_finds_at_most_five_of_a_kind_to_tell_and_counts_the_rest(folder):
    store = written(folder, notes=9)
    past(store, "update note set text = 'x'")
    for language in LANGUAGES:
        said = wrong_of(store.database.verify(), language)
        assert len(said) == 6
        assert "4" in said[-1]
        assert notes_of(store.database.verify(), language)
    store.close()
