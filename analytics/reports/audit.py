"""The audit in words: kinds of lines, what a check of it found, how far it is evidence, and a head
that people can write down."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from analytics.errors import RequestRefused
from analytics.language import say, sentences
from analytics.people import Finding, Standing, Verdict
from analytics.state.heads import Head

NAMED = 5  # findings of one kind that are told one by one
SHORT = 16  # digits of a hash that are written down


def kind(action: str, language: str) -> str:
    """What kind of line an action leaves; one without a word of its own is called by its name."""
    name = action.partition(".")[0]
    return sentences(language).get(f"audit.kind_{name}", name)


def wrong_of(verdict: Verdict, language: str) -> list[str]:
    """What does not hold, a sentence each."""
    return _told(verdict.wrong, "wrong", language)


def notes_of(verdict: Verdict, language: str) -> list[str]:
    """On what the verdict rests, a sentence each."""
    return _told(verdict.notes, "note", language)


def standing_of(standing: Standing, language: str) -> list[str]:
    """How far the audit is evidence, in sentences: who signs, and where heads are published."""
    key = _place(standing.key, standing.key_inside)
    heads = _place(standing.heads, standing.heads_inside)
    told = [
        say(f"audit.key_{key}", language, signer=standing.key),
        say(f"audit.heads_{heads}", language),
    ]
    return [*told, *([say("audit.note_head_late", language)] if standing.late else [])]


def _place(there: object, inside: bool) -> str:
    """Where something is kept that makes the audit evidence: in the home, outside, nowhere."""
    if inside:
        return "inside"
    return "outside" if there else "none"


def short(head: Head) -> str:
    """A head as people write it down: number and the beginning of its hash in groups of four."""
    return f"{head.seq} {' '.join(head.hash[start : start + 4] for start in range(0, SHORT, 4))}"


def head_from(text: str) -> Head:
    """A head that somebody wrote down: its number, and at least 8 digits of its hash."""
    written = re.fullmatch(r"\s*(\d{1,9})[\s:]+([0-9a-f][0-9a-f\s]{6,}[0-9a-f])\s*", text.lower())
    digits = re.sub(r"\s", "", written[2]) if written else ""
    if written is None or not 8 <= len(digits) <= 64:
        raise RequestRefused("audit_head_unreadable", value=text[:100])
    return Head(int(written[1]), digits)


def _told(findings: Sequence[Finding], what: str, language: str) -> list[str]:
    counts = Counter(finding.key for finding in findings)
    told: list[str] = []
    named: Counter[str] = Counter()
    for finding in findings:
        named[finding.key] += 1
        if named[finding.key] > NAMED:
            continue
        facts = dict(finding.facts)
        if "table" in facts:
            table = str(facts["table"])
            facts["table"] = sentences(language).get(f"audit.table_{table}", table)
        told.append(say(f"audit.{what}_{finding.key}", language, **facts))
        if named[finding.key] == NAMED and counts[finding.key] > NAMED:
            told.append(say("audit.more", language, more=counts[finding.key] - NAMED))
    return told
