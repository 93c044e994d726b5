"""An indicator of every agent month by month, for lines too small to carry words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation.standards import Floats
from analytics.model import Indicator, Period


@dataclass(frozen=True)
class MonthlyRates:
    """Values and denominators (agents × months); NaN where a month has none."""

    indicator: Indicator
    row: dict[str, int]
    values: Floats
    counts: Floats

    def of(self, agent_id: str) -> tuple[Floats, Floats]:
        """The values and denominators of one agent; NaN and 0 for whoever has no month."""
        row = self.row.get(agent_id)
        if row is None:
            months = self.values.shape[1]
            return np.full(months, np.nan), np.zeros(months)
        return self.values[row], self.counts[row]


def monthly_rates(
    monthly: pd.DataFrame, indicator: Indicator, period: Period
) -> MonthlyRates | None:
    """A rate over the months of a period, from the sums by agent and month; None where these do not
    tell it. Whoever changed teams within a month has one value of it."""
    above, below = indicator.numerator, indicator.denominator
    if above not in monthly or below not in monthly or monthly.empty:
        return None
    sums = monthly[["agent_id", "month", above, below]].astype({above: float, below: float})
    sums = sums[sums[above].notna() & (sums[below] > 0)]
    months = [pd.Timestamp(month) for month in period.months]
    sums = sums[sums["month"].isin(months)]
    by_agent = sums.groupby(["agent_id", "month"])[[above, below]].sum().unstack("month")
    won, behind = (
        by_agent[name].reindex(columns=months).to_numpy(dtype=float) for name in (above, below)
    )
    values = np.round(won * indicator.scale / behind, 12)
    row = {str(agent_id): place for place, agent_id in enumerate(by_agent.index)}
    return MonthlyRates(indicator, row, values, np.nan_to_num(behind))
