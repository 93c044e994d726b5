"""What is understood of a file, as plain values and as a recipe ready to be edited; nothing is
loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analytics.desk import Desk
from analytics.errors import RenewalError
from analytics.intake.formats import brief
from analytics.intake.guessing import alike
from analytics.intake.recipe import Recipe, recipe_from
from analytics.intake.understood import Outline
from analytics.language import explain, say
from analytics.receipts import reading_notes
from analytics.reports.refusals import issue_line


def explained(
    desk: Desk, path: Path, recipe: Recipe | None, kind: str | None, language: str
) -> dict[str, Any]:
    """Sheets with their guesses, and for each group of alike ones a recipe, its questions, notes
    and issues."""
    try:
        sheets = desk.look(path).sheets
    except RenewalError as error:
        return {"file": path.name, "refused": explain(error, language)}
    groups = alike(sheets)
    return {
        "file": path.name,
        "sheets": [_sheet(sheet, kind) for sheet in sheets],
        "readings": [
            _reading(desk, path, recipe or _best(group, kind, len(groups) > 1), language)
            for group in groups
        ],
    }


def _sheet(sheet: Outline, kind: str | None) -> dict[str, Any]:
    guesses = [guess for guess in sheet.guesses if kind in (None, guess.kind)]
    return {
        "sheet": sheet.name,
        "rows": sheet.rows,
        "header_row": sheet.header_row,
        "columns": {
            header: [brief(value) for value in sheet.distinct[header][:3]]
            for header in sheet.headers
        },
        "guesses": [
            {
                "kind": guess.kind,
                "sure": guess.sure,
                "complete": guess.complete,
                "columns": {
                    field: {"header": header, "sure": sure}
                    for field, (header, sure) in guess.matches.items()
                },
                "rivals": guess.rivals,
                "figures_unused": guess.figures,
            }
            for guess in guesses[:3]
        ],
    }


def _best(group: list[Outline], kind: str | None, several: bool) -> Recipe | None:
    saved = group[0].recipe
    if saved and kind in (None, saved["kind"]):
        return recipe_from(saved)
    guess = next((guess for guess in group[0].guesses if kind in (None, guess.kind)), None)
    if guess is None:
        return None
    columns = {field: header for field, (header, _) in guess.matches.items()}
    options = {"sheets": [sheet.name for sheet in group]} if several else {}
    return Recipe(kind=guess.kind, columns=columns, options=options)


def _reading(desk: Desk, path: Path, recipe: Recipe | None, language: str) -> dict[str, Any]:
    if recipe is None:
        return {"recipe": None}
    out: dict[str, Any] = {"recipe": recipe.toml()}
    try:
        preview = desk.preview(path, recipe)
    except RenewalError as error:
        return {**out, "refused": explain(error, language)}
    understood = preview.understood
    return {
        **out,
        "rows": understood.rows,
        "loaded": understood.loaded,
        "rejected": understood.rejected,
        "skipped": understood.skipped,
        "questions": [
            {
                "id": question.id,
                "question": say(f"question.{question.key}", language, **question.facts),
                "choices": list(question.choices),
                "suggested": question.suggested,
                "optional": question.optional,
            }
            for question in preview.questions
        ],
        "unused": understood.unused,
        "notes": [
            say(f"note.{key}", language, **facts)
            for key, facts in reading_notes(understood, recipe)
        ],
        "issues": [issue_line(issue, language) for issue in preview.issues[:20]],
    }
