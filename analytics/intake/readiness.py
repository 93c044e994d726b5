"""How a file stands before it is loaded: as it is, once something is answered, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.errors import RenewalError
from analytics.intake.questions import Question
from analytics.intake.recipe import Recipe


@dataclass(frozen=True)
class Readiness:
    """The recipes by which a file can be loaded without anybody, or what stands in the way: the
    first question, or a refusal. `rows` is None for a file that cannot be looked at."""

    rows: int | None
    kind: str | None = None
    recipes: tuple[Recipe, ...] = ()
    question: Question | None = None
    refusal: RenewalError | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing can be done with the file."""
        return self.rows is None

    @property
    def state(self) -> str:
        """ready, ask or refused."""
        if self.recipes:
            return "ready"
        return "refused" if self.refused else "ask"
