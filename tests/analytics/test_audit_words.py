"""The audit in words: every kind of line and every finding has its sentence, and the command line
says what the page says."""

import ast
import json
import sqlite3

import pytest

from analytics.language import LANGUAGES, sentences
from analytics.reports.audit import kind
from analytics.state import audit, digests
from tests.conftest import ROOT, Shell

CODE = sorted((ROOT / "analytics").rglob("*.py"))
HANDED_ON = ("database.py", "journal.py", "store.py")  # where others' names pass through
ACTION = {"log": 0, "note_down": 1}  # where a call has the name of what was done


def first_words(node: ast.expr, path: str) -> set[str]:
    """What a name may begin with, up to its dot."""
    if isinstance(node, ast.IfExp):
        return first_words(node.body, path) | first_words(node.orelse, path)
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    if isinstance(node, ast.Attribute):  # one of the names that the audit has for itself
        return {str(getattr(audit, node.attr)).partition(".")[0]}
    if path.partition(":")[0] in HANDED_ON and isinstance(node, ast.Name):
        return set()
    assert isinstance(node, ast.Constant), f"{path}: the kind of a line must stand in the call"
    return {str(node.value).partition(".")[0]}


def left_by(node: ast.AST) -> ast.expr | None:
    """Where a call names the kind of a line: one that is left at once, or gathered with others for
    the end of an operation."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    of = ast.unparse(node.func.value).rpartition(".")[2]
    if node.func.attr == "append" and of == "lines" and isinstance(node.args[0], ast.Tuple):
        return node.args[0].elts[0]
    position = ACTION.get(node.func.attr)
    return (
        node.args[position]
        if position is not None and of in ("change", "state", "self") and len(node.args) > position
        else None
    )


def kinds() -> set[str]:
    """Every kind of line that any code leaves."""
    words = {
        action.partition(".")[0] for action in (audit.BASELINE, audit.BREAK, audit.ROWS, audit.KEY)
    }
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (name := left_by(node)) is not None:
                words |= first_words(name, f"{path.name}:{name.lineno}")
    return words


def test_every_kind_of_line_has_a_word_in_both_languages():
    assert kinds() >= {
        "note",
        "talk",
        "objection",
        "market",
        "period",
        "account",
        "load",
        "denied",
        "export",
        "audit",
        "rebuild",
    }
    assert [
        (word, language)
        for word in kinds()
        for language in LANGUAGES
        if f"audit.kind_{word}" not in sentences(language)
    ] == []


def test_a_kind_without_a_word_is_called_by_its_name():
    assert (kind("market.save", "en"), kind("strange.thing", "en"), kind("strange", "zh")) == (
        "Market average",
        "strange",
        "strange",
    )


def test_every_finding_and_every_table_has_its_words():
    text = "".join(
        (ROOT / "analytics/state" / name).read_text(encoding="utf-8")
        for name in ("audit.py", "database.py")
    )
    named = {
        node.args[0].value
        for node in ast.walk(ast.parse(text.replace("from __future__ import annotations", "")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Finding"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(named) >= 15
    said = {
        key.partition("_")[2]
        for key in sentences("en")
        if key.startswith(("audit.wrong_", "audit.note_"))
    }
    assert named <= said
    assert {f"audit.table_{name}" for name in digests.watched()} <= set(sentences("en"))


@pytest.fixture
def office(tmp_path):
    shell = Shell(tmp_path / "home")
    shell("accounts", "--add", "boss@x.cn", "--role", "admin")
    shell("market", "--set", "renewal_rate", "--value", 0.82, "--source", "trade")
    return shell


def past(office, sql):
    database = sqlite3.connect(office.home / "state.sqlite")
    database.execute(sql)
    database.commit()
    database.close()


def test_the_command_says_on_what_its_verdict_rests(office):
    said = office("audit", "--verify")
    assert (said["verified"], said["lines"]) == (True, 2)
    assert "unsigned" in said["notes"][0]
    assert "2 rows in 2 tables" in said["notes"][-1]


def test_the_command_names_the_row_that_was_changed_past_the_audit(office):
    past(office, "update market_average set value = 0.5")
    assert office.refused("audit", "--verify") == (
        "The audit does not hold: market average renewal_rate was changed past the audit "
        "(last written in line 2)"
    )


def test_a_key_made_by_the_command_signs_and_its_public_half_checks(office, tmp_path, monkeypatch):
    made = office("audit", "--new-key", tmp_path / "key.pem")
    assert len(made["key"]) == 16
    assert "already" in office.refused("audit", "--new-key", tmp_path / "key.pem")
    monkeypatch.setenv("RENEWAL_AUDIT_KEY", str(tmp_path / "key.pem"))
    office("settings", "--set", "grace_days=45")
    heads = [
        json.loads(line)["seq"] for line in (tmp_path / "key.pem.heads").read_text().splitlines()
    ]
    assert heads == [3, 4]  # the line that says from when on lines are signed, and the rule
    monkeypatch.delenv("RENEWAL_AUDIT_KEY")
    assert made["key"] in office.refused("settings", "--set", "grace_days=46")
    said = office(
        "audit", "--public-key", tmp_path / "key.pem.pub", "--heads", tmp_path / "key.pem.heads"
    )
    assert (
        f"Signatures of the key {made['key']} hold from line 3 to line 4 (2 lines)."
        in said["notes"]
    )
    assert "2 published heads agree (lines 3 to 4)." in said["notes"]
    (tmp_path / "bad.pub").write_text("x")
    assert "no Ed25519 public key" in office.refused("audit", "--public-key", tmp_path / "bad.pub")
    assert "There is no file" in office.refused("audit", "--heads", tmp_path / "nothing")
    monkeypatch.setenv("RENEWAL_AUDIT_KEY", str(tmp_path / "bad.pub"))
    assert "RENEWAL_AUDIT_KEY" in office.refused("audit", "--verify")


def test_a_head_that_was_written_down_is_compared(office):
    line = office("audit")[0]
    assert (
        office("audit", "--head", f"2 {line['hash'][:4]} {line['hash'][4:10]}")["verified"] is True
    )
    assert "line 2 is not the one" in office.refused("audit", "--head", "2 00000000")
    assert "no head of the audit" in office.refused("audit", "--head", "two")
