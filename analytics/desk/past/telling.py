"""What every part of the past is told with: the figures, the words, the days, and one source of
chance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from analytics.catalogue import toml
from analytics.desk.objections import Objections
from analytics.evaluation import Evaluation
from analytics.model import Filters, Period, add_months
from analytics.people import ClosedSheet
from analytics.reports.words import value_text
from analytics.sample.company import SEED

LANGUAGE = "zh"  # in which the sample's people write


@dataclass(frozen=True)
class Sheet:
    """A closed sheet, and its indicators by name."""

    closed: ClosedSheet
    indicators: Mapping[str, Mapping[str, Any]]

    @property
    def agent(self) -> Mapping[str, Any]:
        agent: Mapping[str, Any] = self.closed.snapshot["agent"]
        return agent

    @property
    def month(self) -> dt.date:
        return self.closed.first

    def shown(self, indicator: str) -> str:
        """A value as people write it."""
        item = self.indicators[indicator]
        return value_text(item["value"], item["unit"], LANGUAGE)

    def count(self, indicator: str, part: str = "denominator") -> int:
        return round(self.indicators[indicator][part] or 0)


@dataclass(frozen=True)
class Telling:
    """One telling of the past: the same company, figures and day give the same one. `months` are
    closed, `latest` is the month after them."""

    desk: Objections
    today: dt.date
    months: tuple[dt.date, ...]
    latest: dt.date
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(SEED + 1))

    @cached_property
    def words(self) -> Mapping[str, Any]:
        return toml("sample_past.toml")

    def evaluation(self, period: Period) -> Evaluation:
        return self.desk.evaluation(Filters(period))

    def day(self, days: int) -> dt.date:
        """A day so many days from today."""
        return self.today + dt.timedelta(days=days)

    def supervisor(self, team: str) -> str:
        return str(self.words["people"]["supervisor"]).format(team=team)

    def facts(self, evaluation: Evaluation, row: Mapping[str, Any]) -> dict[str, object]:
        """What a row of the coaching list says of the indicator that would bring most."""
        indicator = evaluation.catalogue[row["reason"]]
        return {
            "period": evaluation.measured.period,
            "label": indicator.label[LANGUAGE],
            "value": value_text(row["value"], indicator.unit, LANGUAGE),
            "median": value_text(row["median"], indicator.unit, LANGUAGE),
            "n": round(row["n"]),
            "of": self.unit_of(row["reason"]),
        }

    def unit_of(self, indicator: str) -> str:
        """What one of the cases behind an indicator is called."""
        return str(self.words["of"].get(indicator, self.words["of"]["default"]))


def after(month: dt.date, days: int, work: int = 0) -> dt.date:
    """A day of the second month after a month, and so many working days later: by then its last
    window has closed."""
    return workday(add_months(month, 2) + dt.timedelta(days=days - 1), work)


def workday(day: dt.date, later: int = 0) -> dt.date:
    """The day, or the Monday after it; so many working days later."""
    rolled: dt.date = np.busday_offset(day, later, roll="forward").astype(object)
    return rolled


def moment(day: dt.date, minutes: int) -> dt.datetime:
    """So many minutes after midnight."""
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
