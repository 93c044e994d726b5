"""Long work seen from outside: which step it is at, and that it can be given up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analytics.errors import RequestRefused

PULSE = 0.05  # seconds between two looks at whether somebody gave up


class Work:
    """Handed down to whatever takes long; the one who waits reads `step` and may call `give_up`
    from another thread."""

    def __init__(self) -> None:
        self.step = "waiting"
        self.share: float | None = None  # how much is done, where that is known
        self._stop = threading.Event()

    def give_up(self) -> None:
        """Have the work stop at its next look; nothing of it is kept."""
        self._stop.set()

    @property
    def given_up(self) -> bool:
        return self._stop.is_set()

    def enter(self, step: str) -> None:
        """Begin a step; refused when the work was given up."""
        self.check()
        self.step = step

    def check(self) -> None:
        if self.given_up:
            raise RequestRefused("given_up")

    @contextmanager
    def stopping(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """While inside, giving up calls `interrupt` until it takes, since one that comes between
        two statements is lost."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(PULSE):
                if self.given_up:
                    interrupt()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        except Exception as error:
            if self.given_up:
                raise RequestRefused("given_up") from error
            raise
        finally:
            done.set()
            watcher.join()
        self.check()
