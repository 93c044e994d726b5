"""What many readers ask for, worked out once: kept under everything that it depends on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class _Cell(Generic[Value]):
    def __init__(self) -> None:
        self.making = threading.Lock()
        self.values: list[Value] = []  # none, or the one


class Memory(Generic[Value]):
    """At most so many answers, the least asked for goes first. Who asks for what is just being worked out waits for it.

    All readers share it: a key says whom an answer covers wherever that changes it. Streamlit's own caches hash their
    arguments at every call and can be emptied by any visitor.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._cells: OrderedDict[Hashable, _Cell[Value]] = OrderedDict()

    def __call__(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The answer under a key, made if it is not there; what making raises is raised, and nothing kept."""
        with self._turn:
            cell = self._cells.setdefault(key, _Cell())
            self._cells.move_to_end(key)
            while len(self._cells) > self._most:
                self._cells.popitem(last=False)
        if not cell.values:
            with cell.making:
                if not cell.values:
                    cell.values.append(make())
        return cell.values[0]

    def clear(self) -> None:
        with self._turn:
            self._cells.clear()
