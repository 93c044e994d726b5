"""Trends: who keeps improving or declining, and the months behind it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analytics.model import Indicator


def monthly_values(
    monthly: pd.DataFrame, indicator: Indicator, agent_ids: Sequence[str]
) -> pd.DataFrame:
    """Some agents' values of an indicator month by month, in the order of the ids: agent_id, month,
    value, n."""
    parts = [indicator.numerator, indicator.denominator]
    rows = monthly[monthly["agent_id"].isin(agent_ids) & (monthly[indicator.denominator] > 0)]
    sums = rows.groupby(["agent_id", "month"], as_index=False)[parts].sum()
    numerator, denominator = (sums[part] for part in parts)
    values = sums.assign(
        month=pd.to_datetime(sums["month"]),
        value=indicator.scale * numerator / denominator,
        n=denominator,
    )
    order = {agent_id: position for position, agent_id in enumerate(agent_ids)}
    by = values.assign(position=values["agent_id"].map(order)).sort_values(["position", "month"])
    return by[["agent_id", "month", "value", "n"]].reset_index(drop=True)
