"""Throw-away processes that begin with everything imported: each is forked off one that did nothing
but import.

What they do, under which limits, and how they end is as in the app; only the half second is saved
that each would begin with.
"""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from analytics.intake import reading
from analytics.settings import PROJECT
from tests.present import present


@contextmanager
def forked_reading() -> Iterator[None]:
    """Files are read in processes that are forked; all of them are gone, and counted as children,
    afterwards."""
    own, all_ = threading.local(), []

    def begin(command: Sequence[str], *, env: Mapping[str, str], **_: Any) -> Forked:
        if not hasattr(own, "source"):  # one for each thread, in the environment that the app gives
            own.source = subprocess.Popen(
                [command[0], "-c", "from tests.forks import serve; serve()"],
                bufsize=0,
                cwd=PROJECT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            all_.append(own.source)
        return Forked(own.source)

    try:
        with patch.object(
            reading, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": begin})
        ):
            yield
    finally:
        for process in all_:
            process.stdin.close()
            process.wait(60)


class Forked:
    """A process as `subprocess.Popen` has it."""

    def __init__(self, source: subprocess.Popen[bytes]) -> None:
        self.returncode: int | None = None
        self._orders, self._answers = present(source.stdin), present(source.stdout)
        self._pid = 0
        self._complaint = tempfile.NamedTemporaryFile()  # noqa: SIM115

    def communicate(self, request: bytes = b"", timeout: float | None = None) -> tuple[None, bytes]:
        if not self._pid:
            self._orders.write(
                json.dumps([request.decode(), self._complaint.name]).encode() + b"\n"
            )
            self._pid = int(self._answers.readline())
        if self.returncode is None:
            if not select.select([self._answers], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("forked", timeout or 0)
            self.returncode = int(self._answers.readline())
        with self._complaint as complaint:
            return None, complaint.read()

    def kill(self) -> None:
        if self._pid and self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)


def serve() -> None:
    """Fork one for every line of stdin; its id and then its exit code are said on stdout."""
    from analytics.intake import worker

    for line in sys.stdin:
        request, complaint = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            os.dup2(os.open(complaint, os.O_WRONLY), 2)
            sys.stdin = io.StringIO(request)
            try:
                worker.main()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
