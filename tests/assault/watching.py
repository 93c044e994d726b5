"""What a home holds and what an answer says, as plain values: to see whether anything changed, or
leaked."""

from __future__ import annotations

import dataclasses
import io
import re
import sqlite3
import time
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.home import Home

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
QUIET = {"audit", "alembic_version", "sqlite_sequence"}  # tables that no deed of a person's changes


def kept(home: Home) -> dict[str, Any]:
    """Everything that people wrote, table by table, and the loads and figures of the warehouse."""
    content: dict[str, Any] = {
        name: rows for name, rows in tables(home.folder).items() if name not in QUIET
    }
    content["loads"] = sorted(int(load_id) for load_id in home.warehouse.ask("loads")["load_id"])
    content["figures"] = figures(home)
    return content


def figures(home: Home) -> str:
    """The sums of every agent and month."""
    with home.warehouse.cursor() as cursor:
        rows = cursor.execute("select * from agent_month order by all").fetchall()
    return repr(rows)


def tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of the state store."""
    connection = sqlite3.connect(f"file:{(folder / 'state.sqlite').as_posix()}?mode=ro", uri=True)
    try:
        names = [
            row[0]
            for row in connection.execute(
                "select name from sqlite_master where type = 'table' order by 1"
            )
        ]
        return {
            name: connection.execute(f'select * from "{name}" order by 1').fetchall()
            for name in names
        }
    finally:
        connection.close()


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Which of the things kept differ."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def lines(folder: Path) -> list[tuple[Any, ...]]:
    """Who did what to what, line by line of the audit."""
    connection = sqlite3.connect(f"file:{(folder / 'state.sqlite').as_posix()}?mode=ro", uri=True)
    try:
        return connection.execute("select who, action, object from audit order by seq").fetchall()
    finally:
        connection.close()


class Watch:
    """How long something took, without the time in which this process waited for a core that others
    had."""

    def __init__(self) -> None:
        self._begun, self._starved = time.monotonic(), starved()

    @property
    def took(self) -> float:
        return time.monotonic() - self._begun - (starved() - self._starved)


def starved() -> float:
    """Seconds in which the thread of this process that waited longest was ready to run and did not;
    0 where nobody counts them."""
    waits = [0.0]
    for path in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError):
            waits.append(int(path.read_text().split()[1]) / 1e9)
    return max(waits)


def audit_of(home: Home) -> list[str]:
    """What does not hold of the audit."""
    return [str(fault) for fault in home.state.database.verify().wrong]


def said(value: Any, depth: int = 0) -> Iterable[str]:
    """Every word in an answer, however deep: frames, frozen values, mappings, bytes of files."""
    if depth > 12 or value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float | np.number):
        number = float(value)
        yield (
            str(int(number))
            if number == number and abs(number) < 1e15 and number == int(number)
            else str(number)
        )
    elif isinstance(value, bytes):
        yield from inside(value)
    elif isinstance(value, (pd.DataFrame, pd.Series)):
        yield value.to_csv()
    elif isinstance(value, np.ndarray):
        for part in value.ravel().tolist():
            yield from said(part, depth + 1)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from said(getattr(value, field.name), depth + 1)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from said(key, depth + 1)
            yield from said(part, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from said(part, depth + 1)
    else:
        yield str(value)


def inside(data: bytes) -> Iterable[str]:
    """The words of a file: workbooks and archives member by member, printed pages stream by stream,
    text as it is."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                yield from inside(archive.read(name))
    elif data[:4] == b"%PDF":
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            try:
                yield zlib.decompress(stream).decode("latin-1")
            except zlib.error:
                continue
    else:
        yield data.decode("utf-8", errors="replace")


class Search:
    """Looks for words that must not be seen."""

    def __init__(self, words: Iterable[str]) -> None:
        words = list(words)
        self.numbers = {word for word in words if word.isdigit()}
        texts = sorted(word for word in words if not word.isdigit())
        self.pattern = re.compile("|".join(map(re.escape, texts))) if texts else None

    def words_in(self, texts: Iterable[str]) -> list[str]:
        """The words that are there."""
        seen: set[str] = set()
        for text in texts:
            if self.pattern is not None:
                seen.update(self.pattern.findall(text))
            if self.numbers:
                plain = (number.replace(",", "") for number in NUMBER.findall(text))
                seen.update(
                    self.numbers
                    & {
                        number.rstrip("0").rstrip(".") if "." in number else number
                        for number in plain
                    }
                )
        return sorted(seen)
