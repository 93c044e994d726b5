"""Whom the page of one person shows, and whom it could show instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.evaluation import Evaluation
from analytics.insight.sheet import Around
from analytics.model import Filters, Period


@dataclass(frozen=True)
class Chosen:
    """A person in a period: `sheet` as it is in force and `about` what it was made of, or neither
    where the person has another manager today; `ids` are all who are shown."""

    now: Evaluation
    agent_id: str
    ids: Sequence[str]
    names: Mapping[str, str]
    about: Around | None = None
    sheet: Mapping[str, Any] | None = None

    @property
    def period(self) -> Period:
        return self.now.measured.period

    @property
    def filters(self) -> Filters:
        return self.now.measured.filters

    @property
    def name(self) -> str:
        return self.names[self.agent_id]

    @property
    def weakest(self) -> tuple[str, ...]:
        """The three indicators that lose most points on the sheet."""
        items = [item for item in (self.sheet or {}).get("indicators", []) if item["lost"]]
        return tuple(item["id"] for item in sorted(items, key=lambda item: -item["lost"])[:3])
