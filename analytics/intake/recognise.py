"""Headers → the kind of record and which column is which field, each match with how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from analytics.intake.fields import Field, counted, fields, kinds

SURE = 100
LIKELY = 88
WEAK = 70


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


def known_headers() -> frozenset[str]:
    """Every header any kind knows, in lower case: what a header row is recognised by."""
    return frozenset(
        word.lower()
        for field in (*fields().values(), *counted().values())
        for word in (*field.synonyms, *field.weak_synonyms)
    )


def recognise(headers: Sequence[str], kind: str | None = None) -> list[Guess]:
    """Every kind that the headers could be, the best first; only `kind` when one is given."""
    guesses = [_match(headers, one) for one in ([kind] if kind else kinds())]
    return sorted((guess for guess in guesses if guess.matches), key=_rank, reverse=True)


def _rank(guess: Guess) -> tuple[bool, int, bool, int]:
    # The reading that explains most columns; a scoresheet asks for so little that it only wins by explaining more.
    certain = sum(confidence for _, confidence in guess.matches.values())
    return guess.complete, len(guess.matches), guess.kind != "scoresheet", certain


def _match(headers: Sequence[str], kind: str) -> Guess:
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
    complete = all(name in matches for name in known.required) and (
        not known.any_of or any(name in matches for name in known.any_of)
    )
    if kind == "scoresheet":
        complete = complete and any(name in counted() for name in matches)
    return Guess(kind, {name: matches[name] for name in pool if name in matches}, complete)


def _candidates(headers: Sequence[str], field: Field) -> list[tuple[str, int]]:
    names = {word.lower() for word in field.synonyms}
    weak = {word.lower() for word in field.weak_synonyms}
    found = []
    for header in headers:
        plain = header.lower().strip()
        if plain in names:
            found.append((header, SURE))
        elif plain in weak:
            found.append((header, WEAK))
        elif len(plain) > 2:
            near = process.extractOne(plain, names, scorer=fuzz.ratio, score_cutoff=LIKELY)
            if near:
                found.append((header, min(int(near[1]), SURE - 1)))
    return found
