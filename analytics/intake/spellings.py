"""One agent in several spellings: which of them may be meant for the same, offered and never
assumed."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

NEAR = 85.0
LONG_ENOUGH = 4
# names; beyond that every pair is too many, and only the same letters in other dress are offered
COMPARED = 3_000


@dataclass(frozen=True)
class Alike:
    """A spelling that may be the agent `agent_id`: how many rows name each, what each is called,
    and whether only the dress differs or letters do."""

    spelling: str
    agent_id: str
    rows: int
    agent_rows: int
    why: str  # dress (case, width, blanks, zeros in front) | letters
    name: str | None = None
    agent_name: str | None = None

    @property
    def certain(self) -> bool:
        """Whether the dress alone differs and no two names speak against it."""
        return self.why == "dress" and (
            not self.name or not self.agent_name or self.name == self.agent_name
        )


def named(pairs: Iterable[Alike], names: Mapping[str, str | None]) -> list[Alike]:
    """The pairs with what each of the two is called, where it is known."""
    return [
        replace(pair, name=names.get(pair.spelling), agent_name=names.get(pair.agent_id))
        for pair in pairs
    ]


def dressed_down(spelling: str) -> str:
    """A spelling without case, width, blanks and apostrophes; of a number without the zeros in
    front."""
    bare = "".join(unicodedata.normalize("NFKC", spelling).casefold().split()).lstrip(
        "'\u2018\u2019`"
    )
    return bare.lstrip("0") or bare if bare.isdigit() else bare


def alike(rows: Mapping[str, int], on_record: Collection[str] = ()) -> list[Alike]:
    """Pairs of spellings (with how many rows name each) that may be one agent, rarest first merged
    into the commoner, a number without its zeros in front into the one with them.

    `known` are agents of a roster, into which others are merged whatever their number. Numbers are
    compared only in their dress: A1001 and A1002 are two people. Names also by their letters, since
    'Stewart' and 'Stweart' seldom are.
    """
    # Spreadsheets drop the zeros in front of a number and never add any.
    order = sorted(
        rows,
        key=lambda spelling: (
            spelling in on_record,
            spelling.isdigit() and spelling[0] == "0",
            rows[spelling],
            spelling,
        ),
        reverse=True,
    )
    kept: dict[str, str] = {}
    pairs: list[Alike] = []
    for spelling in order:
        bare = dressed_down(spelling)
        if bare in kept:
            pairs.append(Alike(spelling, kept[bare], rows[spelling], rows[kept[bare]], "dress"))
        else:
            kept[bare] = spelling
    long = [bare for bare in kept if len(bare) >= LONG_ENOUGH]
    names = [bare for bare in long if not any(char.isdigit() for char in bare)]
    if len(names) > COMPARED:
        return pairs
    for place, bare in enumerate(names):
        near = (
            process.extractOne(bare, names[:place], scorer=fuzz.ratio, score_cutoff=NEAR)
            if place
            else None
        )
        if near and kept[bare] not in on_record:
            target = kept[near[0]]
            pairs.append(Alike(kept[bare], target, rows[kept[bare]], rows[target], "letters"))
    return pairs
