"""What is promised of a situation, and what was reached."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """What was stated of one situation and what was reached, over so many companies."""

    situation: str
    stated: str
    reached: float
    kept: bool

    def tell(self) -> None:
        print(
            f"{self.situation:<92} {self.stated:>14} {self.reached:8.3f}  "
            f"{'kept' if self.kept else 'BROKEN'}",
            flush=True,
        )


def at_most(situation: str, bar: float, reached: float) -> Promise:
    """A share that may not be exceeded."""
    return Promise(situation, f"≤ {bar:.3g}", reached, reached <= bar)


def at_least(situation: str, bar: float, reached: float) -> Promise:
    """A share that has to be reached."""
    return Promise(situation, f"≥ {bar:.3g}", reached, reached >= bar)


def between(situation: str, low: float, high: float, reached: float) -> Promise:
    """A share, or a mean, that has to lie between two bars."""
    return Promise(situation, f"{low:.3g} … {high:.3g}", reached, low <= reached <= high)
