"""What a disk, a lock or a server does to the state store, in words."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from analytics.errors import StoreFailed

_SAID = {
    "disk is full": "disk_full",
    "No space left": "disk_full",
    "readonly database": "state_unwritable",
    "unable to open": "state_unwritable",
    "is locked": "state_busy",
    "malformed": "state_damaged",
    "not a database": "state_damaged",
    "disk I/O error": "state_damaged",
    "Could not decode": "state_damaged",
}


@contextmanager
def telling() -> Iterator[None]:
    """Turns what happens to the database inside into one sentence; a mistake in a statement stays
    what it is."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise StoreFailed("state_busy") from error
    except UnicodeDecodeError as error:  # SQLite quotes a damaged schema, whose bytes are no text
        raise StoreFailed("state_damaged") from error
    except sqlite3.Error as error:  # of a file that is copied page by page
        told = _told(error)
        if told is None:
            raise
        raise StoreFailed(told) from error
    except sa.exc.DBAPIError as error:
        told = _told(error.orig)
        if told is None and _server_gone(error):
            told = "state_down"
        if told is None:
            raise
        raise StoreFailed(told) from error


def _told(error: BaseException | None) -> str | None:
    return next((key for words, key in _SAID.items() if words in str(error)), None)


def _server_gone(error: sa.exc.DBAPIError) -> bool:
    """Whether there is no server to ask: it stopped, is starting, or was never reached."""
    if error.connection_invalidated:
        return True
    said = str(error.orig)
    starting = (
        "starting up",
        "shutting down",
        "terminating connection",
        "connection failed",
        "could not connect",
    )
    return isinstance(error, sa.exc.OperationalError) and any(
        words in said for words in (*starting, "connection refused")
    )


Rows = list[Mapping[str, Any]]


class Remembered:
    """The latest answers of a server, given again while it does not answer: nobody can change
    anything in between."""

    MOST, LONGEST = 256, 2_000  # questions, and rows of one

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._answers: OrderedDict[tuple[Any, ...], Rows] = OrderedDict()

    def rows(self, select: sa.Select[Any], ask: Callable[[], Rows]) -> Rows:
        """What `ask` answers; while there is no server, what it answered to the same question
        before."""
        compiled = select.compile(self._engine)
        question = (
            str(compiled),
            *sorted((name, str(value)) for name, value in compiled.params.items()),
        )
        try:
            rows = ask()
        except StoreFailed as error:
            if error.key != "state_down" or question not in self._answers:
                raise
            return [dict(row) for row in self._answers[question]]
        self._answers.pop(question, None)
        if len(rows) <= self.LONGEST:
            self._answers[question] = [dict(row) for row in rows]
            if len(self._answers) > self.MOST:
                self._answers.popitem(last=False)
        return rows
