"""The throw-away process that opens a user's file: looks at it, or reads it into clean records and issues.

Started as `python -m analytics.intake.worker`, a JSON request on stdin, answers in files of the folder it is given.
Whatever a hostile file does to the parser, it does it here, under limits, and not in the app.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics.errors import FileRefused, RenewalError
from analytics.intake import cells
from analytics.intake.container import Layout, Sheet, sheets
from analytics.intake.recipe import Recipe, recipe_from
from analytics.intake.recognise import known_headers, recognise

PREVIEW = 30
DISTINCT = 12


class _WithoutPandas(MetaPathFinder):
    """pyarrow imports pandas where it finds it, which takes longer than reading most files; nothing here needs it."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


def limit(memory: int, seconds: int) -> None:
    """Bound this process; where the system has no such limits (Windows) the parent's clock alone holds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def look(path: Path, layout: Layout) -> dict[str, Any]:
    """What a file holds, for the user to confirm: sheets, headers, first rows, the few distinct values, the guesses."""
    found, seen = sheets(path, layout)
    return {"seen": seen, "sheets": [_describe(sheet) for sheet in found]}


def _describe(sheet: Sheet) -> dict[str, Any]:
    distinct = {}
    for index, header in enumerate(sheet.headers):
        column = sheet.body.column(index)
        values = column.slice(0, 200_000).unique().to_pylist()
        distinct[header] = [value for value in values if value is not None][: DISTINCT + 1]
    return {
        "name": sheet.name,
        "headers": sheet.headers,
        "header_row": sheet.header_row,
        "rows": sheet.body.num_rows,
        "preview": [list(row.values()) for row in sheet.body.slice(0, PREVIEW).to_pylist()],
        "distinct": distinct,
        "guesses": [
            {"kind": guess.kind, "matches": dict(guess.matches), "complete": guess.complete, "sure": guess.sure}
            for guess in recognise(sheet.headers)
        ],
    }


def read(path: Path, recipe: Recipe, out: Path) -> dict[str, Any]:
    """Clean records into `out/records.arrow` (a scoresheet's facts into `out/facts.arrow`), issues in the answer."""
    wanted = frozenset(" ".join(header.split()).lower() for header in (*recipe.columns.values(), *recipe.only))
    layout = Layout(
        sheet=recipe.sheet,
        wanted=wanted,
        known=known_headers(),
        header_row=recipe.options.get("header_row"),
        encoding=recipe.options.get("encoding"),
        delimiter=recipe.options.get("delimiter"),
    )
    found, seen = sheets(path, layout)
    lacking = {sheet.name: sorted(wanted - {name.lower() for name in sheet.headers}) for sheet in found}
    fitting = [sheet for sheet in found if not lacking[sheet.name]]
    if not fitting:
        nearest = min(found, key=lambda sheet: len(lacking[sheet.name]))
        missing = next(
            header
            for header in (*recipe.columns.values(), *recipe.only)
            if " ".join(header.split()).lower() == lacking[nearest.name][0]
        )
        raise FileRefused("column_missing", file=path.name, column=missing, headers=list(nearest.headers)[:20])
    answer = cells.read(fitting, recipe, out)
    answer["seen"] = seen
    answer["sheets"] = [sheet.name for sheet in fitting]
    answer["unread"] = [name for name in lacking if lacking[name]]
    return answer


def main() -> None:
    sys.meta_path.insert(0, _WithoutPandas())
    request: Mapping[str, Any] = json.load(sys.stdin)
    out = Path(request["out"])
    limit(request["memory"], request["seconds"])
    path = Path(request["path"])
    try:
        if request["action"] == "look":
            layout = Layout(known=known_headers(), **request.get("layout", {}))
            answer = look(path, layout)
        else:
            answer = read(path, recipe_from(request["recipe"]), out)
    except RenewalError as error:
        answer = {"refused": {"type": type(error).__name__, "key": error.key, "facts": error.facts}}
    except (MemoryError, pa.ArrowMemoryError):
        answer = {"refused": {"type": "FileRefused", "key": "file_too_heavy", "facts": {"file": path.name}}}
    (out / "answer.json").write_text(json.dumps(answer, ensure_ascii=False, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
