"""Market averages by indicator, each with its source."""

from __future__ import annotations

import math
from dataclasses import replace

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.people import MarketAverage
from analytics.state import tables
from analytics.state.database import Database, kept, now, value_from, values_of


class Markets:
    """What the trade reaches, as somebody entered it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @kept
    def all(self) -> dict[str, MarketAverage]:
        """Indicator → its market average."""
        rows = self._database.rows(
            sa.select(tables.market_average).order_by(tables.market_average.c.indicator)
        )
        return {row["indicator"]: value_from(MarketAverage, row) for row in rows}

    def save(self, entry: MarketAverage, who: str) -> None:
        """Enter an average in the place of the earlier one; refused without a number or a
        source."""
        if not math.isfinite(entry.value) or not entry.source.strip():
            raise RequestRefused("market_needs_source")
        table = tables.market_average
        made = replace(entry, source=entry.source.strip()[:500], author=who, saved_at=now())
        with self._database.change(who) as change:
            before = self.all().get(entry.indicator)
            change.connection.execute(sa.delete(table).where(table.c.indicator == entry.indicator))
            change.connection.execute(sa.insert(table).values(**values_of(made)))
            change.log("market.save", entry.indicator, before, made)

    def remove(self, indicator: str, who: str) -> None:
        table, before = tables.market_average, self.all().get(indicator)
        if before is not None:
            with self._database.change(who) as change:
                change.connection.execute(sa.delete(table).where(table.c.indicator == indicator))
                change.log("market.remove", indicator, before, None)
