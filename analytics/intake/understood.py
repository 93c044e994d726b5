"""What the reading process answers, typed on both sides of its border; the one way across is JSON,
checked value by value when it comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from analytics.intake.questions import Question
from analytics.intake.recognise import Guess
from analytics.intake.spellings import Alike
from analytics.model import Issue

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Seen:
    """What was seen of a file on the way to its sheets."""

    form: str
    encoding: str | None = None  # of text, as its delimiter
    delimiter: str | None = None
    hidden: tuple[str, ...] = ()  # sheets that were not read, as nobody sees them
    bare: tuple[str, ...] = ()  # sheets without a table
    date_system: int | None = None  # 1904 where days are counted from there


@dataclass(frozen=True)
class MonthColumns:
    """The columns of a sheet that are named after months: a wide layout, to be asked about."""

    headers: tuple[str, ...]
    year_known: bool
    each: bool  # every one says itself which figure it holds


@dataclass(frozen=True)
class Stated:
    """A day (ISO) up to which a sheet says that it speaks: where, a key below data.as_of_* in the
    locales, and in which words."""

    day: str
    where: str
    text: str


@dataclass(frozen=True)
class Outline:
    """A sheet for the user to confirm: headers, first rows, the few distinct values, guesses."""

    name: str
    headers: tuple[str, ...]
    header_row: int
    header_rows: int
    first_column: int
    last_column: int
    beside: int | None
    rows: int
    hidden_rows: int
    grid: tuple[tuple[str, ...], ...]
    distinct: Mapping[str, tuple[str, ...]]
    wide: MonthColumns | None
    guesses: tuple[Guess, ...]
    as_of: Stated | None = None
    recipe: Mapping[str, Any] | None = None  # confirmed for its headers before: the home knows


@dataclass(frozen=True)
class Look:
    """What a file holds."""

    seen: Seen
    sheets: tuple[Outline, ...]


@dataclass(frozen=True)
class Members:
    """The files of an archive, unpacked."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    """Rows left out for one reason: how many, and the sheet and number of the first of them."""

    count: int
    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Problem:
    """A cell or row that cannot be loaded, or a whole column of them (`count`) as one."""

    row: int | None
    sheet: str
    field: str
    value: str | None
    reason: str  # a key below issue.* in the locales
    count: int = 1
    header: str = ""  # of the month column of a wide row


@dataclass(frozen=True)
class Understood:
    """What a file gave by a recipe, beside its records: counts, problems, questions, and what was
    done with it on the way; fields, unless they are called headers or columns."""

    month_begins: int
    rows: int  # that hold a record, good or bad
    skipped: int
    ragged: int
    loaded: int
    rejected: int
    left: Mapping[str, Left]
    errors: int
    percents: tuple[str, ...]
    units: tuple[str, ...]
    weighted: tuple[str, ...]
    problems: tuple[Problem, ...]
    problem_count: int
    empty_words: int
    questions: tuple[Question, ...]
    said: tuple[tuple[str, Mapping[str, Any]], ...]
    seen: Seen
    unread: tuple[str, ...] = ()  # sheets
    # header → some of its values
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden_columns: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()  # headers
    hidden_rows: int = 0
    # sheet → the column where another table begins
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MonthRate:
    """The renewal rate of a month, or of several in one, and how many policies were due."""

    first: str
    last: str
    rate: float
    due: float


@dataclass(frozen=True)
class Foretold:
    """What a file would show once it is loaded: its people and months, the rate of its last month
    with the policies whose windows are open still, and the month before; None for what nothing
    tells."""

    agents: int
    months: tuple[str, ...]
    rate: MonthRate | None = None
    before: MonthRate | None = None
    still_open: int = 0


@dataclass(frozen=True)
class Preview:
    """What a load would find: what is understood of the file, what would be asked, the issues, the
    spellings that may be one agent, and what there would be to see, where that was asked for."""

    understood: Understood
    questions: tuple[Question, ...]
    issues: tuple[Issue, ...]
    alike: tuple[Alike, ...]
    foretold: Foretold | None = None


@dataclass(frozen=True)
class Done:
    """It was done; what came of it lies in the folder."""


@dataclass(frozen=True)
class Refused:
    """One of our errors, as it crosses the border."""

    type: str
    key: str
    facts: Mapping[str, Any]


def encode(answer: Any) -> str:
    """An answer under the name of its type; what JSON does not know is written as text."""
    told = {type(answer).__name__: asdict(answer)}
    return json.dumps(told, ensure_ascii=False, default=str)


def decode(text: str, shape: type[Answer]) -> Answer | Refused:
    """The answer that was asked for, or the refusal; TypeError for whatever is neither."""
    told = json.loads(text)
    for wanted in (shape, Refused):
        if isinstance(told, dict) and list(told) == [wanted.__name__]:
            made: Answer | Refused = _made(told[wanted.__name__], wanted)
            return made
    raise TypeError(f"neither {shape.__name__} nor Refused")


_hints = cache(get_type_hints)


def _made(told: Any, shape: Any) -> Any:
    """A value as its type says, nothing converted but lists to tuples."""
    parts = get_args(shape)
    if shape in (Any, object) or (not parts and type(told) is shape):
        return told
    if isinstance(shape, type) and is_dataclass(shape) and isinstance(told, dict):
        hints = _hints(shape)
        if set(told) == set(hints):
            return shape(**{name: _made(told[name], hint) for name, hint in hints.items()})
    origin = get_origin(shape)
    if origin is UnionType:
        return None if told is None else _made(told, parts[0])
    if origin is tuple and isinstance(told, list):
        each = parts[:1] * len(told) if parts[-1] is ... else parts
        return tuple(_made(value, part) for value, part in zip(told, each, strict=True))
    if origin is Mapping and isinstance(told, dict):
        return {name: _made(value, parts[1]) for name, value in told.items()}
    raise TypeError(f"{told!r:.80} is no {shape}")
