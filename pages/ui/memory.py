"""What many readers ask for, worked out once: kept under everything that it depends on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import is_dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

ROOM = (
    64 * 1024**2
)  # bytes that the answers to one question may take: those of a large company are few, not hundreds
SAMPLE = 20  # elements of a collection that are weighed for all
CELL = 16  # bytes of a cell
# Tuples made once: a union would be made anew at every one of the hundreds of questions.
CELLS, BUFFERS, TEXTS, MANY = (
    (pd.DataFrame, pd.Series),
    (np.ndarray, pa.Table),
    (str, bytes),
    (tuple, list, set, frozenset),
)
Value = TypeVar("Value")


class _Cell(Generic[Value]):
    def __init__(self) -> None:
        self.making = threading.Lock()
        self.values: list[Value] = []  # none, or the one
        self.weight = 0


class Memory(Generic[Value]):
    """At most so many answers, and no more than fit into `room` bytes: the least asked for goes
    first, the latest stays. Who asks for what is just being worked out waits for it.

    `weigh` says how many bytes an answer takes where to look at all of it costs more than to make
    it.

    All readers share it: a key says whom an answer covers wherever that changes it. Streamlit's own
    caches hash their arguments at every call and can be emptied by any visitor.
    """

    def __init__(
        self, most: int, room: int = ROOM, weigh: Callable[[Value], int] | None = None
    ) -> None:
        self._most, self._room, self._weigh = most, room, weigh or weight
        self._turn = threading.Lock()
        self._cells: OrderedDict[Hashable, _Cell[Value]] = OrderedDict()

    def __call__(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The answer under a key, made if it is not there; what making raises is raised, and
        nothing kept."""
        with self._turn:
            cell = self._cells.setdefault(key, _Cell())
            self._cells.move_to_end(key)
            while len(self._cells) > self._most:
                self._cells.popitem(last=False)
        if not cell.values:
            with cell.making:
                if not cell.values:
                    value = make()
                    cell.weight = self._weigh(value)
                    cell.values.append(value)
                    self._make_room()
        return cell.values[0]

    def _make_room(self) -> None:
        with self._turn:
            taken = sum(cell.weight for cell in self._cells.values())
            while taken > self._room and len(self._cells) > 1:
                taken -= self._cells.popitem(last=False)[1].weight

    @property
    def taken(self) -> int:
        """Bytes that the answers take, about."""
        with self._turn:
            return sum(cell.weight for cell in self._cells.values())

    def clear(self) -> None:
        with self._turn:
            self._cells.clear()


def weight(value: Any, depth: int = 3) -> int:
    """About how many bytes a value takes: its arrays, tables and texts, and those of what it holds.
    Cheap, since it is asked at every step of a slider: a cell of a table counts as so many bytes,
    some elements of a collection stand for all."""
    if isinstance(value, CELLS):
        return CELL * int(value.size)
    if isinstance(value, BUFFERS):
        return int(value.nbytes)
    if isinstance(value, TEXTS):
        return len(value)
    if depth == 0:
        return 0
    if isinstance(value, Mapping):
        return _of_many(value.values(), depth - 1)
    if isinstance(value, MANY):
        return _of_many(value, depth - 1)
    held = getattr(value, "__dict__", None) if is_dataclass(value) else None
    return sum(weight(part, depth - 1) for part in held.values()) if held else 0


def _of_many(values: Collection[Any], depth: int) -> int:
    weighed = min(len(values), SAMPLE)
    return (
        sum(weight(part, depth) for part in islice(values, SAMPLE)) * len(values) // weighed
        if weighed
        else 0
    )
