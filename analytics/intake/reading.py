"""The app's side of reading a file: starts the throw-away process, waits within limits, brings back
its answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics import errors
from analytics.errors import FileRefused, StoreFailed
from analytics.intake.limits import MEMORY, SECONDS, SIZE_LIMIT
from analytics.intake.questions import Question, questions_from
from analytics.intake.recipe import Recipe
from analytics.model import Issue
from analytics.settings import PROJECT, environment
from analytics.work import Work


@dataclass(frozen=True)
class Reading:
    """What a file gave: clean records (and a scoresheet's facts), counts and issues."""

    records: pa.Table
    facts: pa.Table | None
    answer: Mapping[str, Any]

    @property
    def begins(self) -> int:
        """The day on which the months began by which it was read."""
        return int(self.answer["month_begins"])

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the file leaves open under the recipe."""
        return questions_from(self.answer)

    def issues(self, recipe: Recipe, file: str) -> tuple[Issue, ...]:
        """The issues under the headers of the user's own file; `reason` is a key below issue.* in
        the locales."""
        return tuple(
            Issue(
                file=file,
                sheet=one["sheet"],
                row=one["row"],
                column=one.get("header") or recipe.columns.get(one["field"], ""),
                value=one["value"] or "",
                reason=one["reason"],
                field=one["field"],
                count=one.get("count", 1),
            )
            for one in self.answer["issues"]
        )


def look(
    path: Path, layout: Mapping[str, Any] | None = None, work: Work | None = None
) -> Mapping[str, Any]:
    """What a file holds: sheets, headers, first rows, distinct values, guesses; `path` keeps the
    user's file name."""
    return _ask(
        {"action": "look", "path": str(path), "layout": dict(layout or {})}, path, path.parent, work
    )


def members(path: Path, work: Work | None = None) -> list[Path]:
    """The files of an archive, unpacked beside it; the file itself when it is none."""
    answer = _ask({"action": "unpack", "path": str(path)}, path, path.parent, work)
    return [Path(member) for member in answer["members"]]


def correct(
    path: Path, recipe: Recipe, out: Path, begins: int, language: str, work: Work | None = None
) -> bytes:
    """The user's own file as a workbook in which every cell that cannot be read is marked."""
    request = {**_request(path, recipe, begins), "action": "correct", "language": language}
    _ask(request, path, out, work)
    return (out / "corrections.xlsx").read_bytes()


def read(path: Path, recipe: Recipe, out: Path, begins: int, work: Work | None = None) -> Reading:
    """Clean records and issues of a file by a recipe, where months begin on day `begins`; `out` is
    an empty folder that the caller throws away."""
    answer = _ask({**_request(path, recipe, begins), "action": "read"}, path, out, work)
    facts = out / "facts.arrow"
    return Reading(_table(out / "records.arrow"), _table(facts) if facts.exists() else None, answer)


def _request(path: Path, recipe: Recipe, begins: int) -> dict[str, Any]:
    return {"path": str(path), "recipe": recipe.plain(), "month_begins": begins}


def _table(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _ask(
    request: dict[str, Any], path: Path, out: Path, work: Work | None = None
) -> Mapping[str, Any]:
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("file_empty", file=path.name)
    if size > SIZE_LIMIT:
        raise FileRefused("file_too_large", file=path.name, limit=SIZE_LIMIT // 1024**2)
    # Limits grow with the file: a million honest rows need more than a hostile two kilobytes are
    # given.
    seconds = SECONDS + size // 1_000_000
    request |= {"out": str(out), "memory": MEMORY + 16 * size, "seconds": seconds}
    code, complaint = _run(json.dumps(request).encode(), seconds, work or Work(), path)
    found = out / "answer.json"
    if code != 0 or not found.exists():
        if b"No space left" in complaint:
            raise StoreFailed("disk_full")
        if b"MemoryError" in complaint or b"OutOfMemory" in complaint or code < 0:
            raise FileRefused("file_too_heavy", file=path.name)
        raise RuntimeError(complaint.decode(errors="replace")[-2000:])
    answer: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    found.unlink()
    if refused := answer.get("refused"):
        raise getattr(errors, refused["type"])(refused["key"], **refused["facts"])
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
