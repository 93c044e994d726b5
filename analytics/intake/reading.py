"""The app's side of reading a file: starts the throw-away process, waits within limits, brings back
its answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics import errors
from analytics.errors import FileRefused, StoreFailed
from analytics.intake.limits import MEMORY, SECONDS, SIZE_LIMIT
from analytics.intake.questions import Question
from analytics.intake.recipe import Recipe
from analytics.intake.understood import (
    Answer,
    Done,
    Look,
    Members,
    Refused,
    Understood,
    decode,
)
from analytics.model import Issue
from analytics.settings import PROJECT, environment
from analytics.work import Work


@dataclass(frozen=True)
class Reading:
    """What a file gave: clean records (and a scoresheet's facts), counts and issues."""

    records: pa.Table
    facts: pa.Table | None
    understood: Understood

    @property
    def begins(self) -> int:
        """The day on which the months began by which it was read."""
        return self.understood.month_begins

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the file leaves open under the recipe."""
        return self.understood.questions

    def issues(self, recipe: Recipe, file: str) -> tuple[Issue, ...]:
        """The issues under the headers of the user's own file; `reason` is a key below issue.* in
        the locales."""
        return tuple(
            Issue(
                file=file,
                sheet=problem.sheet,
                row=problem.row,
                column=problem.header or recipe.columns.get(problem.field, ""),
                value=problem.value or "",
                reason=problem.reason,
                field=problem.field,
                count=problem.count,
            )
            for problem in self.understood.problems
        )


def look(path: Path, layout: Mapping[str, Any] | None = None, work: Work | None = None) -> Look:
    """What a file holds: sheets, headers, first rows, distinct values, guesses; `path` keeps the
    user's file name."""
    request = {"action": "look", "path": str(path), "layout": dict(layout or {})}
    return _ask(request, Look, path.parent, work)


def members(path: Path, work: Work | None = None) -> list[Path]:
    """The files of an archive, unpacked beside it; the file itself when it is none."""
    unpacked = _ask({"action": "unpack", "path": str(path)}, Members, path.parent, work)
    return [Path(member) for member in unpacked.paths]


def correct(
    path: Path, recipe: Recipe, begins: int, language: str, work: Work | None = None
) -> bytes:
    """The user's own file as a workbook in which every cell that cannot be read is marked; its
    folder is thrown away by the caller."""
    out = path.parent
    request = {**_request(path, recipe, begins), "action": "correct", "language": language}
    _ask(request, Done, out, work)
    return (out / "corrections.xlsx").read_bytes()


def read(path: Path, recipe: Recipe, out: Path, begins: int, work: Work | None = None) -> Reading:
    """Clean records and issues of a file by a recipe, where months begin on day `begins`; `out` is
    an empty folder that the caller throws away."""
    return _reading(out, _ask(_request(path, recipe, begins), Understood, out, work))


def read_together(
    files: Sequence[tuple[Path, Recipe]], begins: int, work: Work | None = None
) -> list[Reading]:
    """`read` for files that this program wrote, each in a folder of its own, by one process: files
    of strangers never meet in one."""
    asked = [_limited(_request(path, recipe, begins), path.parent) for path, recipe in files]
    if not asked:
        return []
    memory, seconds = max(each["memory"] for each in asked), sum(each["seconds"] for each in asked)
    request = {"action": "together", "requests": asked, "memory": memory, "seconds": seconds}
    done = _run(json.dumps(request).encode(), seconds, work or Work(), files[0][0])
    return [_reading(Path(each["out"]), _answer(each, Understood, done)) for each in asked]


def _reading(out: Path, understood: Understood) -> Reading:
    facts = out / "facts.arrow"
    return Reading(
        _table(out / "records.arrow"), _table(facts) if facts.exists() else None, understood
    )


def _request(path: Path, recipe: Recipe, begins: int) -> dict[str, Any]:
    return {
        "action": "read",
        "path": str(path),
        "recipe": recipe.plain(),
        "month_begins": begins,
    }


def _table(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _ask(
    request: dict[str, Any], shape: type[Answer], out: Path, work: Work | None = None
) -> Answer:
    """The answer to a request about a file, which is of the shape that it asks for."""
    asked = _limited(request, out)
    seconds, path = asked["seconds"], Path(asked["path"])
    return _answer(asked, shape, _run(json.dumps(asked).encode(), seconds, work or Work(), path))


def _limited(request: dict[str, Any], out: Path) -> dict[str, Any]:
    """A request with the folder of its answer and its limits; refused for what is no file to
    read."""
    path = Path(request["path"])
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("file_empty", file=path.name)
    if size > SIZE_LIMIT:
        raise FileRefused("file_too_large", file=path.name, limit=SIZE_LIMIT // 1024**2)
    # Limits grow with the file: a million honest rows need more than a hostile two kilobytes are
    # given.
    seconds = SECONDS + size // 1_000_000
    return {**request, "out": str(out), "memory": MEMORY + 16 * size, "seconds": seconds}


def _answer(request: dict[str, Any], shape: type[Answer], done: tuple[int, bytes]) -> Answer:
    """What a process that is done has answered to a request."""
    (code, complaint), path = done, Path(request["path"])
    written = Path(request["out"]) / "answer.json"
    if code != 0 or not written.exists():
        if b"No space left" in complaint:
            raise StoreFailed("disk_full")
        if b"MemoryError" in complaint or b"OutOfMemory" in complaint or code < 0:
            raise FileRefused("file_too_heavy", file=path.name)
        raise RuntimeError(complaint.decode(errors="replace")[-2000:])
    answer = decode(written.read_text(encoding="utf-8"), shape)
    written.unlink()
    if isinstance(answer, Refused):
        raise getattr(errors, answer.type)(answer.key, **answer.facts)
    return answer


def _run(request: bytes, seconds: float, work: Work, path: Path) -> tuple[int, bytes]:
    """Exit code and stderr of the throw-away process; it is killed when its time is over or the
    work is given up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "analytics.intake.worker"],
        cwd=PROJECT,
        env={
            **environment().system,
            "PYTHONPATH": str(PROJECT),
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        with work.stopping(process.kill):
            _, complaint = process.communicate(request, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise FileRefused("file_too_slow", file=path.name, seconds=seconds) from error
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return process.returncode, complaint
