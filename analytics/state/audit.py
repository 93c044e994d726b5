"""The chain of the audit: lines that carry each other's hash, digests of rows and a signature, and
whether all of it holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from analytics.people import AuditEntry, Finding, Verdict
from analytics.state import digests, tables
from analytics.state.heads import Head, Kept

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BEGINNING = "0" * 64
PROGRAM = "program"  # who writes the lines that nobody asked for
BASELINE, KEY, BREAK, ROWS = "audit.baseline", "audit.key", "audit.break", "audit.rows"
APART = ("hash", "signature")  # what a line's hash does not cover
LAST = (
    sa.select(tables.audit.c.seq, tables.audit.c.hash, tables.audit.c.signer)
    .order_by(tables.audit.c.seq.desc())
    .limit(1)
)
LATER = ("rows", "signer")  # columns that the lines of before do not have


@dataclass(frozen=True)
class Beside:
    """What stands outside the chain at the moment of a check: the head beside it, published ones by
    the name of their file, heads that somebody wrote down, and the public keys by name (None: the
    check was given no key)."""

    kept: Kept | None = None
    published: Mapping[str, tuple[Sequence[Head], Sequence[int]] | None] | None = None
    written: Sequence[Head] = ()
    public: Mapping[str, Ed25519PublicKey] | None = None


def hash_of(entry: Mapping[str, Any]) -> str:
    """The hash of a line: of all its columns but the hash and the signature over it."""
    old = entry.get("rows") is None
    apart = (*APART, *LATER) if old else APART
    text = json.dumps(
        {key: str(value) for key, value in entry.items() if key not in apart},
        ensure_ascii=False,
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def last_of(connection: sa.Connection) -> Head:
    """The last line there is; number 0 where there is none."""
    line = connection.execute(LAST).first()
    return (
        Head(0, BEGINNING)
        if line is None
        else Head(int(line[0]), str(line[1]), signer=line[2] or "")
    )


def fits(connection: sa.Connection, head: Head, last: Head) -> bool:
    """Whether a head that is known from elsewhere is one of this chain's."""
    if head.seq in (0, last.seq):
        return head.seq == 0 or head.hash == last.hash
    return (
        connection.execute(
            sa.select(tables.audit.c.hash).where(tables.audit.c.seq == head.seq)
        ).scalar()
        == head.hash
    )


def expected(
    connection: sa.Connection,
) -> tuple[dict[digests.Key, str | None], dict[digests.Key, int]]:
    """What the audit says that every row is, and the line that says so last."""
    table = tables.audit
    standing: dict[digests.Key, str | None] = {}
    since: dict[digests.Key, int] = {}
    select = (
        sa.select(table.c.seq, table.c.rows)
        .where(table.c.rows.not_in(["{}"]))
        .order_by(table.c.seq)
    )
    for seq, rows in connection.execute(select):
        for key, value in digests.digests_from(rows).items():
            standing[key], since[key] = value, seq
    return standing, since


def entries(connection: sa.Connection) -> list[AuditEntry]:
    """Every line that can be read, the latest first."""
    lines = []
    for _, row in digests.readable(connection, tables.audit):
        if row is not None:
            plain = {name: value for name, value in row.items() if name != "rows"}
            plain |= {"before": _value(row["before"]), "after": _value(row["after"])}
            lines.append(
                AuditEntry(
                    **{**plain, "signer": row["signer"] or "", "signature": row["signature"] or ""}
                )
            )
    return lines[::-1]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def check(connection: sa.Connection, beside: Beside) -> Verdict:
    """All that does not hold, of lines, signatures, heads and rows, and on what the rest rests; the
    connection sees one moment."""
    chain = _Chain(beside.public)
    for (_, key), row in digests.readable(connection, tables.audit):
        chain.take(int(json.loads(key)[0]), row)
    wrong = [*chain.wrong, *_signatures_missing(chain, beside)]
    notes = [*_signed(chain, beside)]
    if beside.kept is not None:
        wrong += _against_kept(chain, beside.kept)
    for name, published in (beside.published or {}).items():
        wrong += _against_published(chain, name, published, beside.public or {})
    if heads := [
        head
        for published in (beside.published or {}).values()
        if published
        for head in published[0]
    ]:
        seqs = [head.seq for head in heads]
        notes.append(
            Finding("heads_compared", {"count": len(heads), "first": min(seqs), "last": max(seqs)})
        )
    elif not beside.written:
        notes.append(Finding("heads_none"))
    wrong += [
        Finding("written", {"seq": head.seq}) for head in beside.written if not chain.has(head)
    ]
    rows, covered = _rows(connection, chain)
    return Verdict((*wrong, *rows), (*notes, *covered), chain.count)


class _Chain:
    """Takes the lines in their order and keeps what does not hold of them."""

    def __init__(self, public: Mapping[str, Ed25519PublicKey] | None) -> None:
        self._public = public or {}
        self.wrong: list[Finding] = []
        self.hashes: dict[int, str] = {}
        self.signatures: dict[int, str] = {}
        self.signers: dict[str, list[int]] = {}  # name of the key → the lines that carry its name
        self.first_covered: int | None = None
        self.count = 0
        self._previous = BEGINNING

    def take(self, seq: int, row: Mapping[str, Any] | None) -> None:
        self.count += 1
        if row is None:
            self.wrong.append(Finding("edited", {"seq": seq}))
            self._previous = ""
            return
        if seq != self.count or (row["previous"] != self._previous and self._previous):
            self.wrong.append(Finding("gap", {"seq": seq}))
        covered = row["rows"] is not None
        if hash_of(row) != row["hash"] or (not covered and self.first_covered is not None):
            self.wrong.append(Finding("edited", {"seq": seq}))
        if covered and self.first_covered is None:
            self.first_covered = seq
        if row["action"] == BREAK:
            self.wrong.append(Finding("break", {"seq": seq, "last": row["object"]}))
        self._signature(seq, row)
        self._previous = self.hashes[seq] = row["hash"]

    def _signature(self, seq: int, row: Mapping[str, Any]) -> None:
        signer = row["signer"] or ""
        if not signer:
            if self.signers:
                self.wrong.append(Finding("unsigned", {"seq": seq}))
            return
        self.signers.setdefault(signer, []).append(seq)
        self.signatures[seq] = row["signature"] or ""
        if signer in self._public:
            from analytics.state.signing import holds

            if not holds(self._public[signer], row["hash"], row["signature"] or ""):
                self.wrong.append(Finding("forged", {"seq": seq}))
        elif self._public:
            self.wrong.append(Finding("stranger", {"seq": seq, "signer": signer}))

    def has(self, head: Head) -> bool:
        """Whether a head, or the beginning of one, is that of the line with its number."""
        if head.seq == 0:
            return True
        return bool(head.hash) and self.hashes.get(head.seq, "").startswith(head.hash)


def _signatures_missing(chain: _Chain, beside: Beside) -> list[Finding]:
    if beside.public and not set(chain.signers) & set(beside.public):
        return [Finding("none_signed")]
    return []


def _signed(chain: _Chain, beside: Beside) -> list[Finding]:
    """On which lines signatures stand, and whether anybody checked them."""
    if not chain.signers:
        return [Finding("unsigned")]
    first = min(lines[0] for lines in chain.signers.values())
    told = [Finding("chained_only", {"first": 1, "last": first - 1})] if first > 1 else []
    for name, lines in chain.signers.items():
        checked = name in (beside.public or {})
        key = "signed" if checked else "signatures_unchecked"
        told.append(
            Finding(
                key, {"signer": name, "first": lines[0], "last": lines[-1], "count": len(lines)}
            )
        )
    return told


def _against_kept(chain: _Chain, kept: Kept) -> list[Finding]:
    if isinstance(kept, Head):
        return (
            []
            if chain.has(kept) and len(kept.hash) == len(BEGINNING)
            else [Finding("cut", {"seq": kept.seq})]
        )
    if kept == "missing" and not chain.hashes:
        return []
    return [Finding(f"head_{kept}", {"seq": max(chain.hashes, default=0)})]


def _against_published(
    chain: _Chain,
    name: str,
    published: tuple[Sequence[Head], Sequence[int]] | None,
    public: Mapping[str, Any],
) -> list[Finding]:
    if published is None:
        return [Finding("heads_unread", {"file": name})]
    heads, damaged = published
    wrong = [Finding("heads_damaged", {"file": name, "number": number}) for number in damaged]
    wrong += [
        Finding("published", {"seq": head.seq, "file": name})
        for head in heads
        if not chain.has(head)
    ]
    for head in heads:
        told = chain.has(head) and chain.signatures.get(head.seq) == head.signature  # with its line
        if head.signer in public and not told:
            from analytics.state.signing import holds

            if not holds(public[head.signer], head.hash, head.signature):
                wrong.append(Finding("heads_forged", {"seq": head.seq, "file": name}))
    return wrong


def _rows(connection: sa.Connection, chain: _Chain) -> tuple[list[Finding], list[Finding]]:
    """Rows that are not what the audit says, and how many are."""
    standing, since = expected(connection)
    there = digests.present(connection)
    wrong = []
    for key, value in digests.differing(standing, there).items():
        table, row = key
        if standing.get(key) is None:
            what = "row_added"
        else:
            what = "row_gone" if value is None else "row_changed"
        label = "·".join(str(part) for part in json.loads(row))
        wrong.append(
            Finding(
                what,
                {"table": table, "row": label, "seq": since.get(key, chain.first_covered or 0)},
            )
        )
    notes = []
    if there:
        compared = {"count": len(there), "tables": len({table for table, _ in there})}
        notes.append(Finding("rows_compared", compared))
    if there and (chain.first_covered or 1) > 1:
        notes.append(Finding("rows_since", {"seq": chain.first_covered}))
    return wrong, notes
