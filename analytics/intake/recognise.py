"""Headers, and what stands below them → the kind of record and which column is which field, each with how sure it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from analytics.intake.fields import Field, counted, fields, kinds, words
from analytics.intake.table import plain

SURE = 100
LIKELY = 88
WEAK = 70
NAME_AS_ID = 70
CONTENT = 60  # no header says so, only what the column holds
UNIT = re.compile(
    r"[(（\[]\s*(?:单位\s*[:：]\s*)?(?:%|％|元|千元|万元?|百万元?|亿元?|件|天|次|分|人|户|单|笔|[01]\s*[-–~]\s*\d{1,4}|满分\s*[:：]?\s*\d{1,4}分?|out of\s+\d{1,4}|yuan|rmb|days?|%)\s*[)）\]]$|[%％]$"
)
DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([ T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
PERCENT = re.compile(r"[\d.]+\s*[%％]")
FEW = 12


@dataclass(frozen=True)
class Guess:
    """A kind and field → (header, confidence 0–100); `complete` when every required field has a column."""

    kind: str
    matches: Mapping[str, tuple[str, int]]
    complete: bool

    @property
    def columns(self) -> dict[str, str]:
        return {field: header for field, (header, _) in self.matches.items()}

    @property
    def sure(self) -> bool:
        """Complete, and every required match is certain."""
        known = kinds()[self.kind]
        needed = [name for name in (*known.required, *known.any_of) if name in self.matches]
        return self.complete and all(self.matches[name][1] >= SURE for name in needed)


@cache
def known_headers() -> frozenset[str]:
    """Every header any kind knows, as `plain` writes it: what a header row is recognised by."""
    return frozenset(
        plain(word)
        for field in (*fields().values(), *counted().values())
        for word in (*field.synonyms, *field.weak_synonyms)
    )


def recognise(
    headers: Sequence[str], kind: str | None = None, values: Mapping[str, Sequence[str]] | None = None
) -> list[Guess]:
    """Every kind that the headers could be, the best first; only `kind` when one is given.

    `values` (header → some distinct cells) lets columns be guessed by what they hold; such a guess is never certain.
    """
    guesses = [_match(headers, one, values or {}) for one in ([kind] if kind else kinds())]
    return sorted((guess for guess in guesses if guess.matches), key=_rank, reverse=True)


def _rank(guess: Guess) -> tuple[bool, bool, int, bool, int]:
    # The reading that explains most columns; a scoresheet asks for so little that it only wins by explaining more.
    certain = [confidence for _, confidence in guess.matches.values() if confidence > CONTENT]
    return guess.complete, guess.sure, len(certain), guess.kind != "scoresheet", sum(certain)


def _match(headers: Sequence[str], kind: str, values: Mapping[str, Sequence[str]]) -> Guess:
    known = kinds()[kind]
    pool: dict[str, Field] = {name: fields()[name] for name in known.fields}
    if kind == "scoresheet":
        pool |= {name: field for name, field in counted().items() if name not in pool}
    scored = sorted(
        (
            (confidence, -order, name, header)
            for order, (name, field) in enumerate(pool.items())
            for header, confidence in _candidates(headers, field)
        ),
        reverse=True,
    )
    matches: dict[str, tuple[str, int]] = {}
    taken: set[str] = set()
    for confidence, _, name, header in scored:
        if name not in matches and header not in taken:
            matches[name] = (header, confidence)
            taken.add(header)
    for name, header, confidence in _by_content(kind, pool, matches, values):
        if name not in matches and (header not in taken or confidence == NAME_AS_ID):
            matches[name] = (header, confidence)
            taken.add(header)
    complete = all(name in matches for name in known.required) and (
        not known.any_of or any(name in matches for name in known.any_of)
    )
    if kind == "scoresheet":
        complete = complete and any(name in counted() for name in matches)
    return Guess(kind, {name: matches[name] for name in pool if name in matches}, complete)


def _candidates(headers: Sequence[str], field: Field) -> list[tuple[str, int]]:
    names = {plain(word) for word in field.synonyms}
    weak = {plain(word) for word in field.weak_synonyms}
    found = []
    for header in headers:
        said = plain(header)
        bare = plain(UNIT.sub("", said))
        if said in names or bare in names:
            found.append((header, SURE))
        elif said in weak or bare in weak:
            found.append((header, WEAK))
        elif len(bare) > 2:
            near = process.extractOne(bare, names, scorer=fuzz.ratio, score_cutoff=LIKELY)
            if near:
                found.append((header, min(int(near[1]), SURE - 1)))
    return found


def _by_content(
    kind: str, pool: Mapping[str, Field], matches: Mapping[str, tuple[str, int]], values: Mapping[str, Sequence[str]]
) -> list[tuple[str, str, int]]:
    """What unmatched fields could be by the cells: the only column of dates, of outcome words, of percents; a name for an ID."""
    known = kinds()[kind]
    taken = {header for header, _ in matches.values()}
    out: list[tuple[str, str, int]] = []
    if "agent_id" not in matches and "name" in matches and kind in ("scoresheet", "agents"):
        out.append(("agent_id", matches["name"][0], NAME_AS_ID))
    free = {header: [cell for cell in cells if cell.strip()] for header, cells in values.items() if header not in taken}
    outcomes = {plain(word) for group in words("outcome").values() for word in group}
    tests = {
        "date": lambda cells: all(DATE.fullmatch(cell.strip()) for cell in cells),
        "outcome": lambda cells: len(cells) <= FEW and all(plain(cell) in outcomes for cell in cells),
        "rate": lambda cells: all(PERCENT.fullmatch(cell.strip()) for cell in cells),
    }
    guessed = {"agents": (), "scoresheet": ("renewal_rate",)}.get(kind, (*known.required, *known.any_of))
    for name in guessed:
        if name in matches or name == "renewed_on" or pool[name].type not in tests:
            continue
        fitting = [header for header, cells in free.items() if cells and tests[pool[name].type](cells)]
        if len(fitting) == 1:
            out.append((name, fitting[0], CONTENT))
    if "agent_id" in known.required and "agent_id" not in matches and "name" not in matches:
        people = [
            header
            for header, cells in free.items()
            if 1 < len(cells) <= FEW and not any(char.isdigit() for cell in cells for char in cell)
        ]
        if len(people) == 1 and people[0] not in {header for _, header, _ in out}:
            out.append(("agent_id", people[0], CONTENT))
    return out
