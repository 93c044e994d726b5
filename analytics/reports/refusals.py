"""Refusals, issues and questions of a load in words."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.errors import RenewalError
from analytics.intake.questions import Question
from analytics.language import explain, say
from analytics.model import Issue

MOST_LINES = 200  # of the issues behind one refusal


def issue_line(issue: Issue, language: str) -> str:
    """One issue as a sentence: where it stands, what stands there, why it does not do."""
    key = "issue.line"
    if not issue.row:
        key = "issue.line_column"
    elif issue.count > 1:
        key = "issue.line_times"
    return say(
        key if issue.value else f"{key}_empty",
        language,
        count=issue.count,
        file=issue.file,
        sheet=f" [{issue.sheet}]" if issue.sheet else "",
        row=issue.row,
        column=issue.column,
        value=issue.value,
        reason=say(f"issue.{issue.reason}", language),
    )


def question_line(question: Question, language: str) -> str:
    """A question as a sentence, and what a recipe writes to answer it."""
    said = say(f"question.{question.key}", language, **question.facts)
    choices = " | ".join(f'"{choice}"' for choice in question.choices)
    return say("question.line", language, said=said, id=question.id, choices=choices)


def refusal_lines(error: RenewalError, language: str, most: int = MOST_LINES) -> list[str]:
    """A refusal in words: its issues or questions a line each, then its sentence."""
    issues: Sequence[Issue] = error.facts.get("issues", ())  # type: ignore[assignment]
    questions: Sequence[Question] = error.facts.get("questions", ())  # type: ignore[assignment]
    lines = [issue_line(issue, language) for issue in issues[:most]]
    lines += [question_line(question, language) for question in questions]
    return [*lines, explain(error, language)]
