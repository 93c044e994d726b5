"""What the lines of the audit say was done: a sentence a line, and one for many lines of one
act."""

from __future__ import annotations

import datetime as dt
import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.catalogue import built_in_catalogue, preset_schemes
from analytics.language import say, sentences
from analytics.people import CORRECTABLE, LOCAL, NOTE_KINDS, OBJECTION_KINDS, ROLES, AuditEntry
from analytics.reports.evidence import kind_label
from analytics.reports.sheets import who
from analytics.reports.words import before_words, scheme_label, value_text
from analytics.text import short

NO_NAMES = (LOCAL, "program")  # who is called by a word, which begins a sentence
TOGETHER = dt.timedelta(seconds=5)  # between the lines of one act
ROOM = 90  # width of foreign words inside a sentence, in Latin letters
LACKING = "—"  # what a line of an older version does not tell
MONTHS = re.compile(r"(\d{4}-\d{2})(?:…(\d{4}-\d{2}))?")


@dataclass(frozen=True)
class Reader:
    """For whom lines are told: the language, and the agents that are called by name."""

    language: str
    names: Mapping[str, str] = field(default_factory=dict)  # agent_id → name

    def named(self, agent_id: str) -> str:
        name = self.names.get(agent_id)
        return f"{short(name)} {agent_id}" if name else short(agent_id) or LACKING

    def say(self, key: str, **facts: object) -> str:
        return say(key, self.language, **facts)

    def word(self, key: str, name: str) -> str:
        """The word for a name, or the name where there is none."""
        return sentences(self.language).get(key, short(name)) or LACKING

    def listed(self, words: Sequence[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(words)


@dataclass(frozen=True)
class Deed:
    """Something that was done, with the lines it left, the latest first."""

    said: str
    entries: tuple[AuditEntry, ...]


def said(entry: AuditEntry, reader: Reader) -> str:
    """What one line says was done."""
    key = f"deed.{entry.action}.{_how(entry)}"
    return _told(key if key in sentences(reader.language) else "deed.other.said", [entry], reader)


def deeds(entries: Sequence[AuditEntry], reader: Reader) -> list[Deed]:
    """Lines, the latest first, as what was done: those of one act together, as when a whole month
    is closed."""
    groups: list[list[AuditEntry]] = []
    for entry in entries:
        if groups and _one_act(groups[-1][-1], entry, reader):
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return [Deed(_together(group, reader), tuple(group)) for group in groups]


def authors(entries: Sequence[AuditEntry]) -> list[tuple[str, int]]:
    """Who left how many lines, the most first."""
    counts = Counter(entry.who for entry in entries)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _together(group: list[AuditEntry], reader: Reader) -> str:
    if len(group) == 1:
        return said(group[0], reader)
    return _told(f"deed.{group[0].action}.many", group, reader)


def _one_act(later: AuditEntry, entry: AuditEntry, reader: Reader) -> bool:
    """Whether two lines were left by one act that a sentence can say as one."""
    if f"deed.{entry.action}.many" not in sentences(reader.language):
        return False
    same = (later.who, later.action, _span(later)) == (entry.who, entry.action, _span(entry))
    return same and later.at - entry.at <= TOGETHER


def _how(entry: AuditEntry) -> str:
    """Which of the sentences of an action a line takes."""
    before, after = _mapping(entry.before), _mapping(entry.after)
    if entry.action == "account.save" and not before:
        return "made"
    if entry.action == "account.save" and before.get("active") and not after.get("active"):
        return "stopped"
    if entry.action == "standard.save" and after.get("restores") is not None:
        return "restored"
    return "said"


def _told(key: str, lines: Sequence[AuditEntry], reader: Reader) -> str:
    """A sentence with all that it names of its lines."""
    entry, text = lines[0], sentences(reader.language)[key]
    facts = {name: LACKING for _, name, _, _ in string.Formatter().parse(text) if name}
    values = {**_mapping(entry.before), **_mapping(entry.after)}
    facts |= {name: short(str(value), ROOM) for name, value in values.items() if value}
    if not isinstance(entry.after, Mapping) and entry.after is not None:
        facts["after"] = short(str(entry.after), ROOM)
    author = short(who(entry.who, reader.language), ROOM)
    if entry.who in NO_NAMES:
        author = author[:1].upper() + author[1:]
    told: dict[str, Any] = {
        **facts,
        "who": before_words(author, reader.language),
        "what": short(entry.object, ROOM) or LACKING,
        "action": short(entry.action),
        "agent": reader.named(entry.object.partition(" ")[0]),
        "span": _span(entry) or LACKING,
        "count": len(lines),
    }
    of_kind = OF_KIND.get(entry.action.partition(".")[0])
    return reader.say(key, **(told | of_kind(entry, reader) if of_kind else told))


# -- what a kind of line tells besides ------------------------------------------------------------


def _load(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    after = _mapping(entry.after)
    number, _, file = entry.object.partition(" ")
    kind, rows = str(after.get("kind") or ""), int(after.get("loaded") or 0)
    return {
        "load": number or LACKING,
        "file": short(file or str(after.get("file") or LACKING), ROOM),
        "kind": kind_label(kind, reader.language) if kind else LACKING,
        "count": rows,
        "rows": f"{rows:,}",
    }


def _account(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    role = str(_mapping(entry.after).get("role"))
    return {"role": reader.say(f"accounts.role_{role}") if role in ROLES else LACKING}


def _market(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    catalogue, value = built_in_catalogue(), _mapping(entry.after).get("value")
    known = catalogue[entry.object] if entry.object in catalogue.ids else None
    label = known.label[reader.language] if known else short(entry.object)
    if not isinstance(value, (int, float)):
        return {"indicator": label, "value": LACKING}
    unit = known.unit if known else ""
    return {"indicator": label, "value": value_text(value, unit, reader.language)}


def _setting(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    return {
        "rule": reader.word(f"deed.rule_{entry.object}", entry.object),
        "before": _rule(entry.object, entry.before, reader),
        "after": _rule(entry.object, entry.after, reader),
    }


def _rule(name: str, value: object, reader: Reader) -> str:
    """The value of a rule; of one that differs by product, each."""
    if name == "rank_few" and isinstance(value, (int, float)):
        return reader.say("deed.rule_on" if value else "deed.rule_off")
    if isinstance(value, Mapping):
        each = reader.listed([f"{product} {days}" for product, days in value.items()])
        return short(each, ROOM) or LACKING
    return LACKING if value is None else short(str(value), ROOM)


def _note(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    kind = str(_mapping(entry.after).get("kind"))
    return {"note": reader.say(f"sheet.note_{kind}") if kind in NOTE_KINDS else LACKING}


def _sheet(entry: AuditEntry, _: Reader) -> dict[str, Any]:
    score = _mapping(entry.after).get("score")
    return {"score": f"{score:.1f}" if isinstance(score, (int, float)) else LACKING}


def _scheme(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    """A scheme by its name, a preset by its label, and what its categories weigh."""
    name, _, version = entry.object.rpartition(" ")
    preset = preset_schemes().get(name)
    called = f"{scheme_label(preset, reader.language)} {version}" if preset else entry.object
    shares = _mapping((_mapping(entry.after) or _mapping(entry.before)).get("categories"))
    weights = "/".join(f"{share:g}" for share in shares.values())
    return {"what": short(called, ROOM) or LACKING, "weights": weights or LACKING}


def _objection(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    number, _, agent_id = entry.object.partition(" ")
    kind = str(_mapping(entry.after).get("kind"))
    known = kind in OBJECTION_KINDS
    return {
        "id": number or LACKING,
        "agent": reader.named(agent_id),
        "kind": reader.say(f"objection.kind_{kind}") if known else LACKING,
    }


def _correction(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    """The fields of a policy that a correction changes, each from what to what."""
    old, values = _mapping(entry.before), _mapping(_mapping(entry.after).get("values"))
    policy = entry.object.rpartition(" ")[0] or entry.object
    changes = [
        f"{_field(name, reader)} {short(str(old.get(name) or LACKING))} → "
        f"{short(str(value or LACKING))}"
        for name, value in values.items()
    ]
    return {"what": short(policy) or LACKING, "changes": reader.listed(changes) or LACKING}


def _field(name: str, reader: Reader) -> str:
    return reader.say(f"objection.field_{name}") if name in CORRECTABLE else short(name)


def _export(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    """Of which period and how many persons something told that was taken out."""
    after = _mapping(entry.after)
    persons, period = after.get("persons"), short(str(after.get("period") or ""))
    counted = (
        reader.say("deed.persons", count=persons)
        if isinstance(persons, int)
        else reader.say("deed.uncounted")
    )
    return {"about": f"{period} · {counted}" if period else counted}


def _denied(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    right = entry.object.partition(" ")[0]
    return {"act": reader.word(f"deed.act_{right}", right)}


def _audit(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    """The tables that a line names, in words; anything else as it stands."""
    parts = [part.strip() for part in entry.object.split(",")]
    words = [reader.word(f"audit.table_{part}", part) for part in parts]
    return {"what": short(reader.listed(words), ROOM)}


OF_KIND: Mapping[str, Callable[[AuditEntry, Reader], dict[str, Any]]] = {
    "account": _account,
    "audit": _audit,
    "correction": _correction,
    "denied": _denied,
    "export": _export,
    "load": _load,
    "market": _market,
    "note": _note,
    "objection": _objection,
    "scheme": _scheme,
    "setting": _setting,
    "sheet": _sheet,
}


def _span(entry: AuditEntry) -> str:
    """The months that a line is about; empty where it names none."""
    months = MONTHS.fullmatch(entry.object.rpartition(" ")[2])
    if months is None:
        return ""
    first, last = months.groups()
    return first if last in (None, first) else f"{first}…{last}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
