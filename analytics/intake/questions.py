"""What a file leaves open: questions with the evidence beside them, and what was assumed; the
answers live in the recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

YES = ("yes",)  # the only answer where what was read is told to be doubtful


@dataclass(frozen=True)
class Question:
    """One thing that could be otherwise: `id` is what a recipe's answers call it, `key` its
    sentence below question.*."""

    id: str
    key: str
    facts: Mapping[str, object]
    choices: tuple[str, ...]
    suggested: str | None = None
    optional: bool = False  # unanswered, its rows are issues: nothing is guessed


@dataclass
class Settling:
    """Collects while a file is read; an answer in the recipe settles its question. The company's
    months begin on day `begins`.

    `year` is the only one that titles, sheets and the file's name state: what has none is proposed
    to be of it.
    """

    answers: Mapping[str, str]
    begins: int = 1
    year: int | None = None
    questions: list[Question] = field(default_factory=list)
    said: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def ask(
        self,
        question: str,
        key: str,
        choices: Sequence[str],
        suggested: str | None = None,
        **facts: object,
    ) -> str:
        """The answer; without one the question is kept, and reading goes on with what is suggested,
        for the preview."""
        return self._ask(Question(question, key, facts, tuple(choices), suggested))

    def offer(self, question: str, key: str, choices: Sequence[str], **facts: object) -> str:
        """The answer; without one the first choice, which makes issues of the rows concerned, and
        the others as an offer."""
        return self._ask(Question(question, key, facts, tuple(choices), choices[0], optional=True))

    def doubt(self, question: str, key: str, **facts: object) -> str:
        """A doubt about the rows that are left out, which only its reader can confirm: nothing is
        suggested."""
        return self._ask(Question(question, key, facts, YES, optional=True))

    def _ask(self, question: Question) -> str:
        answer = self.answers.get(question.id)
        if answer in question.choices:
            return str(answer)
        if all(asked.id != question.id for asked in self.questions):
            self.questions.append(question)
        return question.suggested or question.choices[0]

    def say(self, key: str, **facts: object) -> None:
        """Note what was assumed or done, once; `key` is below note.* in the locales."""
        if (key, facts) not in self.said:
            self.said.append((key, facts))
