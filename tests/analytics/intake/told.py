"""What came of a small file made by hand, as the tests of the intake ask about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from analytics.errors import IssuesFound, QuestionsOpen
from analytics.intake import worker
from analytics.intake.questions import Question
from analytics.intake.recipe import recipe_from
from analytics.intake.recognise import known_headers
from analytics.intake.table import Layout
from analytics.intake.understood import Understood
from analytics.model import Issue

POLICY = "保单号,工号,到期日,续保结果"
Rows = list[list[Any]]


class Told:
    """What came of a file: records, questions by id, notes by key, issues as (row, field,
    reason)."""

    def __init__(
        self, records: list[dict[str, Any]], understood: Understood, people: list[dict[str, Any]]
    ) -> None:
        self.records = records
        self.people = people
        self.understood = understood
        self.questions = {question.id: question for question in understood.questions}
        self.notes = dict(understood.said)
        self.issues = [
            (problem.row, problem.field, problem.reason) for problem in understood.problems
        ]
        self.left = {
            reason: [row for _, row in left.rows] for reason, left in understood.left.items()
        }

    def column(self, name: str) -> list[Any]:
        return [record[name] for record in self.records]

    def facts(self, name: str) -> dict[str, Any]:
        """Agent → name or team that a scoresheet gives."""
        return {person["agent_id"]: person[name] for person in self.people}

    def measure(self, name: str) -> dict[str, float]:
        """Agent → a scoresheet's figure."""
        return {
            record["agent_id"]: record["value"]
            for record in self.records
            if record["measure"] == name
        }


def read_file(content: str | Path, folder: Path, begins: int = 1, **recipe: Any) -> Told:
    """Read a file as its headers are guessed, or by a recipe given in part; months begin on day
    `begins`."""
    path = content if isinstance(content, Path) else folder / "file.csv"
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    guess = worker.look(path, Layout(recognised=known_headers())).sheets[0].guesses[0]
    out = folder / "out"
    out.mkdir(exist_ok=True)
    understood = worker.read(
        path, recipe_from({"kind": guess.kind, "columns": guess.columns, **recipe}), out, begins
    )
    facts = out / "facts.arrow"
    return Told(_rows(out / "records.arrow"), understood, _rows(facts) if facts.exists() else [])


def _rows(path: Path) -> list[dict[str, Any]]:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all().sort_by("row").to_pylist()


def questions_of(asked: QuestionsOpen) -> list[Question]:
    """What a file that could be read in several ways leaves to be answered."""
    questions = asked.facts["questions"]
    assert isinstance(questions, list | tuple)
    return list(questions)


def issues_of(refused: IssuesFound) -> list[Issue]:
    """What a file that is loaded whole or not at all was refused for."""
    issues = refused.facts["issues"]
    assert isinstance(issues, list | tuple)
    return list(issues)


def policies(*rows: str, headers: str = POLICY) -> str:
    return "\n".join((headers, *rows)) + "\n"


def workbook(
    path: Path,
    rows: Rows,
    merged: tuple[str, ...] = (),
    formats: dict[int, str] | None = None,
) -> Path:
    """One sheet with these rows; `merged` are ranges that keep their first cell, `formats` number
    formats by column."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        styles = {
            column: book.add_format({"num_format": form})
            for column, form in (formats or {}).items()
        }
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value, styles.get(place))
        for span in merged:
            first = rows[int("".join(char for char in span.split(":")[0] if char.isdigit())) - 1]
            sheet.merge_range(span, first[ord(span[0]) - ord("A")])
    return path
