"""What a campaign tried, counted as it goes: a table at the end, and every failure with the way to
see it again."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

BEGUN: list[Report] = []  # what is stopped half-way can still be shown
EVERY = 60.0  # seconds after which a campaign says how far it is


@dataclass
class Report:
    """Counts by line of a table and by what became of each try; `failures` in plain words."""

    campaign: str
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    also: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    failures: list[str] = field(default_factory=list)

    said_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        BEGUN.append(self)

    def held(self, line: str, how: str = "held", by: str = "") -> None:
        """One try that ended as it has to; `by` is a second way to count it."""
        self.counts[line][how] += 1
        if by:
            self.also[by][how] += 1
        if time.monotonic() - self.said_at > EVERY:
            self.said_at = time.monotonic()
            print(
                f"{time.strftime('%H:%M')} {self.campaign}: {self.tried:,} tried",
                file=sys.stderr,
                flush=True,
            )

    def failed(self, line: str, what: str, again: str, by: str = "") -> None:
        """One that did not: what was seen, and how to see it again."""
        self.held(line, "FAILED", by)
        place = " · ".join(part for part in (line, by) if part)
        self.failures.append(f"{place}: {what}\n      again: {again}")
        print(f"✗ {self.failures[-1]}", file=sys.stderr, flush=True)

    def check(self, line: str, wrong: str | None, again: str, how: str = "held") -> None:
        """Held where nothing is wrong."""
        if wrong:
            self.failed(line, wrong, again)
        else:
            self.held(line, how)

    def skipped(self, line: str, why: str) -> None:
        """What could not be tried here, and why."""
        self.counts[f"{line} ({why})"]["skipped"] += 1

    @property
    def tried(self) -> int:
        return sum(sum(row.values()) - row["skipped"] for row in self.counts.values())

    def show(self) -> None:
        """The table and the failures, each kind once with how often it was seen."""
        ways = sorted(
            {how for row in self.counts.values() for how in row},
            key=lambda how: (how == "FAILED", how),
        )
        width = max(len(line) for line in (*self.counts, *self.also, "10 letters"))
        print(f"\n{self.campaign}: {self.tried:,} tried, {len(self.failures)} failed")
        for table in filter(None, (self.counts, self.also)):
            print(f"  {'':{width}}  " + "  ".join(f"{how:>12}" for how in ways))
            for line, row in table.items():
                print(f"  {line:{width}}  " + "  ".join(f"{row[how] or '':>12}" for how in ways))
        for failure in self.failures:
            print(f"  ✗ {failure}")
        sys.stdout.flush()
