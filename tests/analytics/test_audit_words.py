"""The audit in words: every kind of line and every finding has its sentence, and the command line
says what the page says."""

import ast
import datetime as dt
import json
import sqlite3

import pytest

from analytics.language import LANGUAGES, sentences
from analytics.people import OBJECTION_STATES, TALK_STATES, AuditEntry
from analytics.reports.audit import kind
from analytics.reports.deeds import Reader, deeds, said
from analytics.state import audit, digests
from tests.conftest import ROOT, Shell

CODE = sorted((ROOT / "analytics").rglob("*.py"))
HANDED_ON = ("database.py", "journal.py", "store.py")  # where others' names pass through
ACTION = {"log": 0, "note_down": 1}  # where a call has the name of what was done


STATES = {"objection.": OBJECTION_STATES, "talk.": TALK_STATES}  # what an open end may be


def names(node: ast.expr, path: str) -> set[str]:
    """What an action may be called."""
    if isinstance(node, ast.IfExp):
        return names(node.body, path) | names(node.orelse, path)
    if isinstance(node, ast.JoinedStr):
        beginning = ast.unparse(node.values[0]).strip("'")
        return {f"{beginning}{state}" for state in STATES[beginning]}
    if isinstance(node, ast.Attribute):  # one of the names that the audit has for itself
        return {str(getattr(audit, node.attr))}
    if path.partition(":")[0] in HANDED_ON and isinstance(node, ast.Name):
        return set()
    assert isinstance(node, ast.Constant), f"{path}: the kind of a line must stand in the call"
    return {str(node.value)}


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


def actions() -> set[str]:
    """Every action that any code leaves a line of."""
    called = {audit.BASELINE, audit.BREAK, audit.ROWS, audit.KEY}
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (name := left_by(node)) is not None:
                called |= names(name, f"{path.name}:{name.lineno}")
    return called


def kinds() -> set[str]:
    """Every kind of line that any code leaves."""
    return {action.partition(".")[0] for action in actions()}


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


def test_every_action_has_a_sentence_in_both_languages():
    assert actions() >= {
        "load",
        "sheet.close",
        "talk.followed_up",
        "objection.partly",
        "audit.break",
        "load.lost",
        "rebuild",
    }
    assert [
        (action, language)
        for action in sorted(actions())
        for language in LANGUAGES
        if f"deed.{action}.said" not in sentences(language)
    ] == []


def line(action, object_="", before=None, after=None, *, seq=1, who="张三", second=0):
    moment = dt.datetime(2026, 5, 3, 10, 0, second)
    return AuditEntry(seq, moment, who, action, object_, before, after, "", f"{seq:064d}")


SAID = [
    (
        line("sheet.close", "A1 2026-04…2026-04", None, {"score": 84.25}),
        "张三把王静 A1 的 2026-04 评估表定稿（84.2 分）",
        "张三 closed the sheet of 王静 A1 for 2026-04 (score 84.2)",
    ),
    (
        line("load", "3 五月.xlsx", None, {"kind": "policies", "loaded": 1200}, who="a@x.cn"),
        "a@x.cn 导入了“五月.xlsx”：应续保单，1,200 行（第 3 次导入）",
        "a@x.cn loaded “五月.xlsx”: Policies due, 1,200 rows (load 3)",
    ),
    (
        line("setting.save", "grace_days", 30, 45),
        "张三把规则“宽限天数”从 30 改为 45",
        "张三 changed the rule “days of grace” from 30 to 45",
    ),
    (
        line(
            "correction.write",
            "P7 2026-04",
            {"outcome": "lost"},
            {"values": {"outcome": "renewed"}},
        ),
        "张三更正了 2026-04 的保单 P7：续保结果 lost → renewed",
        "张三 corrected policy P7 of 2026-04: Outcome lost → renewed",
    ),
    (
        line("export", "名单.csv", None, {"period": "2026-04", "persons": 12}),
        "张三下载了“名单.csv”（2026-04 · 12 人）",
        "张三 downloaded “名单.csv” (2026-04 · 12 people)",
    ),
    (
        line("market.save", "renewal_rate", None, {"value": 0.82, "source": "trade"}),
        "张三把续保率的市场均值定为 82.0%（trade）",
        "张三 set the market average of Renewal rate to 82.0% (trade)",
    ),
    (
        line("account.save", "b@x.cn", {"active": True}, {"role": "agent", "active": False}),
        "张三停用了账号 b@x.cn",
        "张三 switched the account b@x.cn off",
    ),
    (
        line("denied", "coach A9"),
        "张三没有权限，被拒绝：安排辅导",
        "张三 was refused for want of the right: plan coaching",
    ),
    (
        line("scheme.adopt", "service_first v1", None, {"from": "2026-04", "reason": "投诉多"}),
        "张三采用了权重方案服务优先 v1，自 2026-04 起：投诉多",
        "张三 adopted the weight scheme Service first v1 from 2026-04 on: 投诉多",
    ),
    (line("strange.thing", "x"), "张三：strange.thing x", "张三: strange.thing x"),
]


@pytest.mark.parametrize(("entry", "zh", "en"), SAID, ids=lambda part: getattr(part, "action", ""))
def test_a_line_says_in_the_readers_language_who_did_what(entry, zh, en):
    named = {"A1": "王静"}
    assert (said(entry, Reader("zh", named)), said(entry, Reader("en", named))) == (zh, en)


def test_a_line_of_an_older_version_that_lacks_what_is_told_is_still_said():
    for action in sorted(actions()):
        for before, after in ((None, None), ({}, {}), ("x", "y"), ([1], [2])):
            for language in LANGUAGES:
                assert said(line(action, "", before, after), Reader(language))


def test_a_month_that_is_closed_at_once_is_one_sentence_and_every_line_stays():
    closed = [
        line("sheet.close", f"A{seq} 2026-04…2026-04", None, {"score": 80.0}, seq=seq)
        for seq in range(120, 0, -1)
    ]
    later = line("sheet.close", "A1 2026-03…2026-03", None, {"score": 80.0}, seq=121)
    much_later = line("sheet.close", "A5 2026-03…2026-03", None, {}, seq=122, second=30)
    made = deeds([much_later, later, *closed], Reader("zh"))
    assert [deed.said for deed in made] == [
        "张三把 A5 的 2026-03 评估表定稿（— 分）",
        "张三把 A1 的 2026-03 评估表定稿（80.0 分）",
        "张三把 2026-04 定稿（120 张表）",
    ]
    assert [len(deed.entries) for deed in made] == [1, 1, 120]
    assert deeds(closed, Reader("en"))[0].said == "张三 closed 2026-04 (120 sheets)"


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
