"""The month's routine in words: a line a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from analytics.language import say
from analytics.reports.evidence import kind_label


class Line(Protocol):
    """A step of the routine, as the desk knows it."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def of(self) -> int | None: ...
    @property
    def facts(self) -> dict[str, object]: ...


def routine_lines(steps: Sequence[Line], language: str) -> list[str]:
    """What each step says: what is done, or what is left and how much."""
    return [_line(step, language) for step in steps]


def _line(step: Line, language: str) -> str:
    facts = {name: _words(name, value, language) for name, value in step.facts.items()}
    words = say(f"routine.{step.id}_{step.state}", language, n=step.count, all=step.of, **facts)
    if step.id == "objections" and step.facts.get("others"):
        gap = "" if language == "zh" else " "
        words += gap + say("routine.objections_others", language, n=step.facts["others"])
    return words


def _words(name: str, value: object, language: str) -> object:
    if name in ("here", "missing") and isinstance(value, list):
        return ("、" if language == "zh" else ", ").join(
            kind_label(kind, language) for kind in value
        ) or "—"
    return value
