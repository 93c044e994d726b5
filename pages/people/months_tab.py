"""One person's months: every indicator as a line of twelve months, and one of them large beside the
team."""

import pandas as pd
import streamlit as st

from analytics.charts.scores import history_lines
from analytics.reports.lists.months import months_table
from analytics.reports.tables import Column, Table
from analytics.units import column_look, in_percent
from pages.people.chosen import Chosen
from pages.ui import controls, load, panel, session
from pages.ui.box import box
from pages.ui.i18n import indicator, plain, t

HOW_SURE = ["low", "high"]  # of every month; sheets closed before these were kept have none
NAMES = ["month", "indicator", "whose", "value", "n", *HOW_SURE]


def months_of(chosen: Chosen) -> pd.DataFrame:
    """The months that the reader may see: an agent's are those of the sheet, which leaves out what
    is not published."""
    if session.identity().role != "agent":
        return load.desk().history_of(chosen.now, chosen.agent_id)
    trend = pd.DataFrame((chosen.sheet or {}).get("trend", []), columns=NAMES)
    return trend.assign(month=pd.to_datetime(trend["month"]))


def single(chosen: Chosen, history: pd.DataFrame, name: str) -> None:
    """An indicator month by month beside the team, with how far chance reaches."""
    unit = chosen.now.catalogue[name].unit
    lines = history[history["indicator"] == name]
    lines = lines if session.how_sure() else lines.drop(columns=HOW_SURE)
    title = plain("agent.history", indicator=indicator(name))
    fig = history_lines(lines, plain, title, in_percent(unit), t(f"unit.{unit}"), chosen.name)
    twin = lines.assign(
        month=lines["month"].dt.date,
        whose=[t("column.team") if whose == "team" else chosen.name for whose in lines["whose"]],
    )
    columns = [
        Column("month", t("filter.period"), "date"),
        Column("whose", t("column.name")),
        Column("value", t("column.value"), column_look(unit)),
        Column("n", t("column.denominator"), "count"),
    ]
    if session.how_sure():
        look = column_look(unit)
        columns += [Column(side, t(f"person.{side}"), look) for side in HOW_SURE]
    panel.chart("history", fig, Table(twin, columns), alt=title)


def body(chosen: Chosen) -> None:
    """One indicator as a chart, and all of them as a table."""
    history = months_of(chosen)
    listed = set(history["indicator"])
    options = [name for name in chosen.now.catalogue.ids if name in listed]
    if not options:
        st.info(t("agent.no_history"))
        return
    label = t("agent.history_of")
    controls.keep(label, "history_indicator", options, options[0])
    name = box(label, options, key="history_indicator", format_func=indicator, width=280)
    controls.kept("history_indicator", name, options[0])
    session.write_address()
    single(chosen, history, name)
    st.subheader(t("person.every_month"), anchor=False)
    table = months_table(history, chosen.now.catalogue, session.language())
    panel.show(
        "months",
        table,
        height=panel.fit(len(table.frame), 620),
        column_config={
            "course": st.column_config.LineChartColumn(t("person.course"), width="small")
        },
    )
    panel.downloads(
        "months",
        plain(
            "person.months_export",
            agent=chosen.agent_id,
            period=controls.period_text(chosen.period),
        ),
        table,
        persons=1,
    )
