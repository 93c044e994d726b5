"""The records behind one figure of an agent: tables, and one workbook of them all."""

from __future__ import annotations

import streamlit as st

from analytics.model import Filters
from analytics.reports.evidence import evidence_tables
from analytics.reports.tables import export_name, to_xlsx
from pages.ui import controls, load, panel, session
from pages.ui.i18n import indicator, md, plain, short_name, t


def behind(
    agent_id: str, name: str, indicator_id: str, value: str, filters: Filters, key: str
) -> None:
    """What an indicator of an agent was counted from, inside the reader's scope."""
    records = load.desk().records(agent_id, indicator_id, filters)
    label = indicator(indicator_id)
    with st.container(border=True, key=f"{key}.evidence"):
        st.subheader(f"{t('evidence.title')} · {short_name(name)} · {md(label)}", anchor=False)
        if not records.rows:
            st.info(t("evidence.none"))
            return
        facts = {
            "indicator": label,
            "value": value,
            "rows": f"{records.rows:,}",
            "period": str(filters.period),
        }
        st.caption(t("evidence.note", **facts))
        for months, why in records.aside:
            st.caption(t("evidence.aside", months=months, why=t(f"set_aside.{why}")))
        tables = evidence_tables(records, session.language())
        for place, (kind, table) in enumerate(tables.items()):
            st.markdown(f"**{md(kind)}** · {len(table.frame):,}")
            panel.show(f"{key}.evidence.{place}", table, height=panel.fit(len(table.frame), 320))
        stem = plain(
            "evidence.export",
            agent=agent_id,
            indicator=label,
            period=controls.period_text(filters.period),
        )
        made_up = panel.sample_rows()
        file = panel.Leaving(
            export_name(
                panel.marked(stem, sample=bool(made_up)), load.desk().data_version(), "xlsx"
            ),
            1,
            str(filters.period),
        )
        with panel.menu(f"{key}.evidence"):
            panel.take(
                t("common.xlsx"),
                file,
                lambda: to_xlsx(tables, first=made_up),
                f"{key}.evidence.xlsx",
            )
