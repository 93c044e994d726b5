"""What stands behind one person's figures: every indicator from value to contribution, and the
records of the one that is chosen."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.charts.scores import breakdown_bars
from analytics.insight.agent import breakdown
from analytics.numbers import percent
from analytics.reports.lists.breakdown import breakdown_table
from analytics.reports.words import value_text
from pages.people import evidence
from pages.people.chosen import Chosen
from pages.ui import controls, load, panel, session
from pages.ui.box import box
from pages.ui.i18n import indicator, plain, t

COUNTS = (
    "late_renewals",
    "open_policies",
    "stale_open",
    "excluded_policies",
    "upheld_complaints",
)


def records(chosen: Chosen, name: str, value: float | None) -> None:
    """The records that an indicator was counted from."""
    words = value_text(value, chosen.now.catalogue[name].unit, session.language())
    evidence.behind(chosen.agent_id, chosen.name, name, words, chosen.filters, "agent")


def counted(chosen: Chosen) -> None:
    """What was counted beside the indicators: late, open, left out, and the premiums."""
    extra = chosen.now.people.iloc[chosen.now.row(chosen.agent_id)]
    counts = {name: extra.get(name) for name in COUNTS}
    facts = [(name, count) for name, count in counts.items() if pd.notna(count)]
    if facts:
        st.caption(" · ".join(f"{t(f'agent.{name}')} {int(value)}" for name, value in facts))
    due, renewed = extra.get("due_premium"), extra.get("renewed_premium")
    if pd.notna(due) and pd.notna(renewed) and due > 0:
        kept = extra["retained_premium"]
        st.caption(
            t(
                "agent.premium" if pd.notna(kept) else "agent.premium_alone",
                rate=percent(renewed / due),
                kept=percent(kept / due),
            )
        )


def breaking_down(chosen: Chosen) -> tuple[str, float | None] | None:
    """From value to contribution, as a chart and a table; the indicator whose row is chosen."""
    now, agent_id = chosen.now, chosen.agent_id
    table = breakdown(now, agent_id)
    export = breakdown_table(now, agent_id, session.language(), session.how_sure())
    row, scored = now.row(agent_id), now.agents
    if not scored.rated[row]:
        st.caption(
            t(
                "agent.not_rated_why",
                coverage=f"{scored.coverage[row]:.0f}",
                limit=f"{now.measured.settings.missing_limit:.0f}",
            )
        )
    panel.draw("breakdown", breakdown_bars(table, indicator, plain), alt=t("agent.chart"))
    st.subheader(t("agent.table"), anchor=False)
    st.caption(t("sheet.open_records"))
    ticked = panel.pick(
        f"agent_table.{agent_id}", export, by="id", height=panel.fit(len(table), 700)
    )
    if scored.capped_by[row]:
        st.warning(t("veto.by", indicator=indicator(scored.capped_by[row])))
    counted(chosen)
    panel.downloads(
        "agent",
        plain("agent.export", agent=agent_id, period=controls.period_text(now.measured.period)),
        export,
        persons=1,
    )
    values = dict(zip(table["indicator"], table["value"], strict=True))
    return (ticked[0], values[ticked[0]]) if ticked else None


def of_the_sheet(chosen: Chosen) -> tuple[str, float | None] | None:
    """An indicator of an agent's own sheet, which says nothing of others."""
    items = {item["id"]: item for item in (chosen.sheet or {}).get("indicators", [])}
    options = [name for name in items if name in chosen.now.catalogue.ids]
    if not options:
        return None
    name = box(
        t("column.indicator"), options, key="records_indicator", format_func=indicator, width=280
    )
    return name, items[name]["value"]


def body(chosen: Chosen) -> None:
    """The way of every figure, and the records behind one."""
    others = load.desk().may("see_others")
    if picked := breaking_down(chosen) if others else of_the_sheet(chosen):
        records(chosen, *picked)
    with st.expander(t("common.how")):
        st.markdown(t("agent.how"))
