"""Headers, and what stands below them → the kind of record and which column is which field, each
with how sure it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz import fuzz, process

from analytics.intake.fields import FIGURES, Field, counted, field_of, fields, kinds, words
from analytics.intake.header import SORTS
from analytics.intake.table import plain, spaced

SURE = 100
LIKELY = 88
WEAK = 70
NAME_AS_ID = 70
CONTENT = 60  # no header says so, only what the column holds
DOUBTED = 80  # the header says so, but the cells do not
UNIT = re.compile(
    r"[(（\[]\s*(?:y\s*/\s*n|yes\s*/\s*no|是\s*/\s*否|[01]\s*/\s*[01])\s*[)）\]]$|"
    r"[(（\[]\s*(?:in\s+)?(?:rmb|cny|yuan)?\s*(?:['’]?000s?|k|mn?|thousands?|"
    r"millions?)?\s*[)）\]]$|"
    r"[(（\[]\s*(?:单位\s*[:：]\s*)?(?:%|％|‰|‱|元|千元|万元?|百万元?|亿元?|件|天|次|分|"
    r"人|户|单|笔|nps|[01]\s*[-–~]\s*\d{1,4}"
    r"|满分\s*[:：]?\s*\d{1,4}分?|\d{1,4}\s*(?:分制|分满分|星)|out "
    r"of\s+\d{1,4}|yuan|rmb|in thousands|in millions|days?|%)\s*[)）\]]$"
    r"|[%％]$|[-_/·\s]*(?:千|百万|万|亿)?元$|[-_/·\s]*\d{1,4}分制$",
    re.IGNORECASE,
)
PIVOT = re.compile(
    r"^(?:求和项|计数项|平均值项|sum of|count of|average of)\s*[:：]?\s*", re.IGNORECASE
)
DATE = re.compile(
    r"\d{4}[-/.年]\s*\d{1,2}[-/.月]\s*\d{1,2}日?([ "
    r"T（(].*|\s*(星期|周).*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([ "
    r"T].*)?|(19|20)\d{6}|[2-7]\d{4}"
    r"|\d{2}年\d{1,2}月\d{1,2}日?|\d{1,2}月\d{1,2}日|(19|20)\d{2}[-/.年]?(0?[1-9]|"
    r"1[0-2])月?|\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    r"|.*\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*",
    re.IGNORECASE,
)
# a number as people write it: a currency before it, a unit behind, brackets, any width, or stars
NUMBER = re.compile(
    r"[-−－+＋(（]?\s*(?:[A-Za-z]{2,4}\s*[$]?|人民币|"
    r"[￥¥$€₱£＄])?\s*[-−－+＋]?\s*[\d０-９][\d０-９,，.．'\s]*(?:[eE][-+]?\d+)?"
    r"\s*[)）]?\s*(?:[%％‰‱万亿千百元分次件天美]+|[Kk]|[A-Za-z]{2,4})?|[.．][\d０-９]+|[★☆⭐]+"
)
PAIR = re.compile(r"\d+\s*/\s*\d+")  # 45/50, below a header that says what is of what
RATIO = re.compile(r"[/／÷率比]")
COUNTING = re.compile(r"^(序号|编号|行号|no\.?|#|id|index|排名|名次|rank)$", re.IGNORECASE)
AGREEING = 0.5  # of the cells that say something
PERCENT = re.compile(r"[\d.]+\s*[%％‰‱]")
FEW = 12
_COUNTED = re.compile(
    r"[(（]?(?:件|张|单|份|人|户|次|天|日|分)[)）]?"
)  # units in a row of their own below the names
SHARES = ("率", "续保率")
GENERAL = frozenset(
    {"保费", "金额", "件数", "业绩", "续保", "续保保费", "premium", "premiums", "amount"}
)  # adds nothing to a name below it but its unit
PARTS = {
    "应续": ("应续", "到期"),
    "到期": ("应续", "到期"),
    "应续数": ("应续",),
    "已续": ("已续",),
    "续保": ("已续",),
    "实续": ("已续",),
    "续保数": ("已续",),
    "已续数": ("已续",),
    "率": ("续保率",),
    "续保率": ("续保率",),
}
EMPTY = frozenset({"-", "--", "/", "无", "n/a", "na", "null", "none", "—", "0000-00-00"})


@dataclass(frozen=True)
class Guess:
    """A kind and field → (header, confidence 0–100); `complete` when every required field has a
    column."""

    kind: str
    matches: Mapping[str, tuple[str, int]]
    complete: bool
    rivals: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # needed field → other columns that fit as well
    figures: tuple[str, ...] = ()  # columns of numbers that nothing was made of
    foreign: tuple[str, ...] = ()  # columns that another kind of record cannot do without

    @property
    def columns(self) -> dict[str, str]:
        return {field: header for field, (header, _) in self.matches.items()}

    @property
    def sure(self) -> bool:
        """Complete, every needed match certain by header and cells, no other column as good, no
        figures left aside."""
        lost = self.figures if self.kind in ("agents", "scoresheet") else ()
        return (
            self.complete
            and not self.rivals
            and not lost
            and not self.foreign
            and not any(_holds_figures(self.kind, name) for name in self.guessed)
            and all(self.matches[name][1] >= SURE for name in self.needed)
        )

    @property
    def guessed(self) -> tuple[str, ...]:
        """Fields whose column only resembles what people write for them: nothing reads these
        unasked."""
        return tuple(
            name for name, (_, sure) in self.matches.items() if sure not in (SURE, DOUBTED)
        )

    @property
    def needed(self) -> tuple[str, ...]:
        shape = kinds()[self.kind]
        return tuple(name for name in (*shape.required, *shape.any_of) if name in self.matches)


def _holds_figures(kind: str, name: str) -> bool:
    field = field_of(kind, name)
    return field is not None and field.type in FIGURES


@cache
def known_headers() -> frozenset[str]:
    """Every header any kind knows, as `plain` writes it: what a header row is recognised by."""
    return frozenset(
        plain(word)
        for field in (*fields().values(), *counted().values())
        for word in (*field.synonyms, *field.weak_synonyms)
    )


def recognise(
    headers: Sequence[str],
    kind: str | None = None,
    values: Mapping[str, Sequence[str]] | None = None,
) -> list[Guess]:
    """Every kind that the headers could be, the best first; only `kind` when one is given.

    `values` (header → some distinct cells) lets columns be guessed by what they hold; such a guess
    is never certain.
    """
    guesses = [_match(headers, guessed, values or {}) for guessed in ([kind] if kind else kinds())]
    return sorted((guess for guess in guesses if guess.matches), key=_rank, reverse=True)


def _rank(guess: Guess) -> tuple[bool, bool, int, bool, int]:
    # The reading that explains most columns; a scoresheet asks for so little that it only wins by
    # explaining more.
    certain = [confidence for _, confidence in guess.matches.values() if confidence > CONTENT]
    return guess.complete, guess.sure, len(certain), guess.kind != "scoresheet", sum(certain)


def _match(headers: Sequence[str], kind: str, values: Mapping[str, Sequence[str]]) -> Guess:
    shape = kinds()[kind]
    pool: dict[str, Field] = {name: fields()[name] for name in shape.mapped}
    if kind == "scoresheet":
        pool |= {name: field for name, field in counted().items() if name not in pool}
    named = frozenset(spaced(word) for field in pool.values() for word in field.synonyms)
    scored = sorted(
        (
            (confidence, -order, name, header)
            for order, (name, field) in enumerate(pool.items())
            for header, confidence in _candidates(headers, field, named)
        ),
        reverse=True,
    )
    cells = {header: [cell for cell in some if cell.strip()] for header, some in values.items()}
    scored = sorted(
        (
            (
                confidence
                if agrees(pool[name], cells.get(header, ()))
                else min(confidence, DOUBTED),
                order,
                name,
                header,
            )
            for confidence, order, name, header in scored
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
    persons = (
        _persons(headers, taken, cells)
        if "name" in pool and matches.get("agent_id", ("", 0))[1] >= SURE
        else None
    )
    if persons is not None and "name" not in matches:
        matches["name"] = (persons, SURE)
        taken.add(persons)
    complete = all(name in matches for name in shape.required) and (
        not shape.any_of or any(name in matches for name in shape.any_of)
    )
    if kind == "scoresheet":
        complete = complete and any(name in counted() for name in matches)
    needed = {name for name in (*shape.required, *shape.any_of) if name in matches}
    rivals: dict[str, tuple[str, ...]] = {}
    for confidence, _, name, header in scored:
        matched = matches.get(name, ("", 0))
        certain = name in needed and min(confidence, matched[1]) >= SURE and header not in taken
        if certain and set(cells.get(header, ())) != set(cells.get(matched[0], ())):
            rivals[name] = (*rivals.get(name, ()), header)
    others = frozenset().union(*(_required_of(other) for other in kinds() if other != kind))
    left = [header for header in headers if header not in taken]
    foreign = tuple(header for header in left if plain(UNIT.sub("", plain(header))) in others)
    unused = {header: some for header, some in cells.items() if header not in taken}
    figures = tuple(header for header, some in unused.items() if _mostly_figures(header, some))
    return Guess(
        kind,
        {name: matches[name] for name in pool if name in matches},
        complete,
        rivals,
        figures,
        foreign,
    )


def _persons(
    headers: Sequence[str], taken: set[str], cells: Mapping[str, Sequence[str]]
) -> str | None:
    """The column beside the ids of agents that is called after agents and holds no numbers: their
    names."""
    words_for = {plain(word) for word in fields()["agent_id"].weak_synonyms}
    free = [header for header in headers if header not in taken]
    called = [header for header in free if plain(header) in words_for]
    filled = [header for header in called if cells.get(header)]
    named = [header for header in filled if _no_digits(cells[header])]
    return named[0] if len(named) == 1 else None


def _mostly_figures(header: str, cells: Sequence[str]) -> bool:
    """Whether a column holds figures: numbers, or pairs where the header speaks of a ratio; neither
    days nor the numbers of rows."""
    if not cells or COUNTING.match(plain(header)):
        return False
    if all(DATE.fullmatch(cell.strip()) for cell in cells):
        return False
    return _mostly(NUMBER, cells) or (bool(RATIO.search(header)) and _mostly(PAIR, cells))


def _no_digits(cells: Sequence[str]) -> bool:
    return not any(char.isdigit() for cell in cells for char in cell)


def _mostly(pattern: re.Pattern[str], cells: Sequence[str]) -> bool:
    """Whether more than half of the cells are of a pattern; a word among numbers is more often half
    a header than the reverse."""
    return sum(bool(pattern.fullmatch(cell.strip())) for cell in cells) > AGREEING * len(cells)


@cache
def _required_of(kind: str) -> frozenset[str]:
    """The headers of what a kind of record cannot do without, but for the agent, whom every kind
    names."""
    names = [name for name in kinds()[kind].required if name != "agent_id"]
    return frozenset(plain(word) for name in names for word in fields()[name].synonyms)


def agrees(field: Field, cells: Sequence[str]) -> bool:
    """Whether at least half of the cells that say something could be what a field holds; an empty
    column contradicts nothing."""
    told = [word for cell in cells if (word := unicodedata.normalize("NFKC", cell).strip())]
    tests: Mapping[str, Callable[[str], object]] = {
        "date": DATE.fullmatch,
        "moment": DATE.fullmatch,
        "number": NUMBER.fullmatch,
        "money": NUMBER.fullmatch,
        "rate": NUMBER.fullmatch,
        "score": NUMBER.fullmatch,
        "count": NUMBER.fullmatch,
        "outcome": lambda cell: plain(cell) in _words("outcome"),
        "yes": lambda cell: plain(cell) in _words("yes"),
    }
    test = tests.get(field.type)
    if test is None or not told:
        return True
    return sum(bool(test(cell)) or plain(cell) in EMPTY for cell in told) >= AGREEING * len(told)


@cache
def _words(group: str) -> frozenset[str]:
    return frozenset(plain(word) for spellings in words(group).values() for word in spellings)


def _candidates(
    headers: Sequence[str], field: Field, named: frozenset[str]
) -> list[tuple[str, int]]:
    """Headers that can mean a field; one that names some field is no name below a name."""
    names = {spaced(word) for word in field.synonyms}
    weak = {spaced(word) for word in field.weak_synonyms}
    fits = []
    for header in headers:
        said = spaced(header)
        bare = plain(UNIT.sub("", PIVOT.sub("", said)))
        composed = () if said in named else _composed(header)
        if said in names or bare in names or not names.isdisjoint(composed):
            fits.append((header, SURE))
        elif said in weak or bare in weak:
            fits.append((header, WEAK))
        elif len(bare) > 2:
            near = process.extractOne(bare, names, scorer=fuzz.ratio, score_cutoff=LIKELY)
            if near:
                fits.append((header, min(int(near[1]), SURE - 1)))
    return fits


def _composed(header: str) -> list[str]:
    """What a name below a name can mean: 应续 below 续保件数 is 应续件数, 率 below it the renewal
    rate; a unit adds nothing."""
    upper, _, unit = header.rpartition(" ")
    if upper and _COUNTED.fullmatch(unit):
        return [plain(upper)]
    above, _, below = header.partition(" ")
    sort = next((ending for ending in SORTS if ending in above), None)
    if above in PARTS and below in SORTS:
        return [plain(f"{part}{below}") for part in PARTS[above] if part not in SHARES]
    if sort is None or below not in PARTS:
        return [plain(below)] if below and plain(UNIT.sub("", above)) in GENERAL else []
    if below in SHARES:
        return [plain(part) for part in PARTS[below]] if sort == SORTS[0] else []
    return [plain(f"{part}{sort}") for part in PARTS[below]]


def _by_content(
    kind: str,
    pool: Mapping[str, Field],
    matches: Mapping[str, tuple[str, int]],
    values: Mapping[str, Sequence[str]],
) -> list[tuple[str, str, int]]:
    """What unmatched fields could be by the cells: the only column of dates, of outcome words, of
    percents; a name for an ID."""
    shape = kinds()[kind]
    taken = {header for header, _ in matches.values()}
    out: list[tuple[str, str, int]] = []
    if "agent_id" not in matches and "name" in matches and kind in ("scoresheet", "agents"):
        out.append(("agent_id", matches["name"][0], NAME_AS_ID))
    free = {
        header: [cell for cell in cells if cell.strip()]
        for header, cells in values.items()
        if header not in taken
    }
    filled = {header: cells for header, cells in free.items() if cells}
    outcomes = {plain(word) for group in words("outcome").values() for word in group}
    tests = {
        "date": lambda cells: all(DATE.fullmatch(cell.strip()) for cell in cells),
        "outcome": lambda cells: (
            len(cells) <= FEW and all(plain(cell) in outcomes for cell in cells)
        ),
        "rate": lambda cells: all(PERCENT.fullmatch(cell.strip()) for cell in cells),
    }
    guessed = {"agents": (), "scoresheet": ("renewal_rate",)}.get(
        kind, (*shape.required, *shape.any_of)
    )
    for name in guessed:
        if name in matches or name == "renewed_on" or pool[name].type not in tests:
            continue
        sort = pool[name].type
        fitting = [header for header, cells in filled.items() if tests[sort](cells)]
        if len(fitting) == 1:
            out.append((name, fitting[0], CONTENT))
    if "agent_id" in shape.required and "agent_id" not in matches and "name" not in matches:
        few = {header: cells for header, cells in filled.items() if 1 < len(cells) <= FEW}
        people = [header for header, cells in few.items() if _no_digits(cells)]
        if len(people) == 1 and people[0] not in {header for _, header, _ in out}:
            out.append(("agent_id", people[0], CONTENT))
    return out
