"""Comparing · 比较: two to four people side by side, and the months of a team."""

import numpy as np
import pandas as pd
import streamlit as st

from analytics.charts.month_lines import month_lines
from analytics.charts.side_by_side import points_beside
from analytics.charts.theme import loss_style
from analytics.evaluation import Evaluation
from analytics.evaluation.standards import points
from analytics.insight.rank_ranges import RankRanges
from analytics.insight.side_by_side import (
    MOST,
    side_by_side,
    team_medians,
    team_months,
    widest,
)
from analytics.model import Indicator, Period, add_months
from analytics.reports.lists.side_by_side import (
    side_by_side_table,
    team_months_table,
    values_in_words,
)
from analytics.reports.tables import Table
from analytics.reports.words import value_text
from analytics.text import short
from pages.ui import controls, load, panel, person, session, shell, tabs
from pages.ui.box import box
from pages.ui.head import Head
from pages.ui.i18n import indicator, md, plain, t

MONTHS = 12
MOST_LINES = 24  # small charts that can be told apart at a glance
LOOKS = ("table", "lines")


def first_two(listed: person.Listed) -> list[str]:
    """The chosen one and the first of the ranking."""
    chosen = session.chosen_agent()
    begin = [chosen, *listed.ids] if chosen in listed.ids else list(listed.ids)
    return list(dict.fromkeys(map(str, begin)))[:2]


def whom(listed: person.Listed) -> list[str]:
    """The people to compare: asked for in the address, else those of the last visit, else the
    chosen one and the first of the ranking."""
    one = session.parameter("agent")
    if one in listed.names and session.asked_first("compare.agent", str(one)):
        session.choose_agent(one)
    chosen = session.chosen_agent()
    comes = session.get("compare.visit") != session.visit()
    session.put("compare.visit", session.visit())
    if comes and session.asked_in_address("with") is None and chosen in listed.ids:
        before = session.remembered("with") or ()
        session.remember("with", before if chosen in before else None)
    controls.keep_several(t("filter.person"), "with", listed.ids, first_two(listed), "compare_with")
    kept = [agent_id for agent_id in session.get("compare_with") if agent_id in listed.ids]
    session.put("compare_with", kept[:MOST])
    taken: list[str] = st.multiselect(
        t("compare.whom"),
        list(listed.ids),
        key="compare_with",
        format_func=listed.words,
        max_selections=MOST,
        placeholder=t("compare.search"),
        filter_mode="contains",
    )
    session.remember("with", taken)
    session.write_address()
    return taken


def finding(now: Evaluation, beside: pd.DataFrame, ids: list[str], names: dict[str, str]) -> str:
    """Who is ahead, by how much, where most of it comes from, and whether chance could have done
    it."""
    scored = now.agents
    rated = [agent_id for agent_id in ids if scored.rated[now.row(agent_id)]]
    if len(rated) < 2:
        return plain("compare.not_rated")
    order = sorted(rated, key=lambda agent_id: -scored.score[now.row(agent_id)])
    ahead, behind = order[0], order[-1]
    by = round(float(scored.score[now.row(ahead)]), 1) - round(
        float(scored.score[now.row(behind)]), 1
    )
    most = widest(beside, ahead, behind)
    if by < 0.05 or most is None:
        return plain("compare.even", name=names[ahead], other=names[behind])
    said = plain(
        "compare.ahead",
        name=names[ahead],
        other=names[behind],
        points=f"{by:.1f}",
        indicator=indicator(most[0]),
        part=f"{most[1]:.1f}",
    )
    ranges = load.desk().rank_ranges(now)
    if ranges is None:
        return said
    key = "compare.may_be_luck" if overlap(now, ranges, ahead, behind) else "compare.sure"
    return (" " if session.language() == "en" else "").join((said, plain(key)))


def overlap(now: Evaluation, ranges: RankRanges, ahead: str, behind: str) -> bool:
    """Whether the ranks that chance allows two people reach into each other."""
    low, high, _ = ranges.of(len(now.people))
    first, second = now.row(ahead), now.row(behind)
    return bool(np.isnan(high[first]) or high[first] >= low[second])


def people(head: Head, now: Evaluation, listed: person.Listed) -> None:
    """Two to four people, indicator by indicator."""
    ids = whom(listed)
    if len(ids) < 2:
        st.info(t("compare.too_few"))
        return
    names = {agent_id: short(name) for agent_id, name in named(listed, ids).items()}
    beside = side_by_side(now, ids)
    beside = beside.assign(words=values_in_words(beside, now.catalogue, session.language()))
    head.says(finding(now, beside, ids, names))
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="compare_head",
    ):
        with st.container(horizontal=True, gap="small", width="content"):
            for agent_id in ids:
                person.link(agent_id, t("common.open_agent", name=names[agent_id]))
        menu = st.container(width="content")
    table = side_by_side_table(now, beside, names, session.language())
    fig = points_beside(beside, names, indicator, plain, how_sure=session.how_sure())
    person.follow(panel.draw("beside", fig, alt=t("compare.chart"), people=True))
    panel.show("beside.table", table, height=panel.fit(len(table.frame), 620))
    stem = plain(
        "compare.export",
        agents="-".join(ids),
        period=controls.period_text(now.measured.period),
    )
    with menu:
        panel.downloads("beside", stem, table, persons=len(ids))


def named(listed: person.Listed, ids: list[str]) -> dict[str, str]:
    """The names of some people; with the id where two of them share one."""
    names = [listed.names[agent_id] for agent_id in ids]
    return {
        agent_id: name if names.count(name) == 1 else f"{name} {agent_id}"
        for agent_id, name in zip(ids, names, strict=True)
    }


def team(head: Head, now: Evaluation, listed: person.Listed) -> None:
    """Everybody shown, month by month, in one indicator; a row leads to its person."""
    last = now.measured.period.last
    span = Period(add_months(last, 1 - MONTHS), last)
    monthly = load.desk().mine(load.desk().monthly(span))
    given = monthly.dropna(axis="columns", how="all")
    options = [each.id for each in now.catalogue.indicators if each.numerator in given]
    if not options:
        st.info(t("agent.no_history"))
        return
    label = t("column.indicator")
    controls.keep(label, "compare_indicator", options, options[0])
    with st.container(
        horizontal=True,
        vertical_alignment="bottom",
        horizontal_alignment="distribute",
        key="months_head",
    ):
        tools = st.container(
            horizontal=True, vertical_alignment="bottom", gap="small", width="content"
        )
        menu = st.container(width="content")
    with tools:
        name = box(label, options, key="compare_indicator", format_func=indicator, width=280)
    controls.kept("compare_indicator", name, options[0])
    catalogued = now.catalogue[name]
    months = team_months(monthly, catalogued, listed.ids)
    if months.empty:
        st.info(t("common.nothing"))
        return
    head.says(of_months(months, catalogued))
    table = team_months_table(
        months, named(listed, list(listed.ids)), catalogued, session.language()
    )
    with tools:
        controls.keep(t("compare.look"), "compare_look", LOOKS, LOOKS[0])
        look = st.segmented_control(
            t("compare.look"),
            LOOKS,
            key="compare_look",
            required=True,
            format_func=lambda look: t(f"compare.look_{look}"),
        )
        controls.kept("compare_look", look, LOOKS[0])
    session.write_address()
    if look == "lines":
        lines(months, table, listed, catalogued)
    else:
        matrix(months, table, catalogued)
    stem = plain(
        "compare.months_export",
        indicator=indicator(name),
        period=controls.period_text(span),
    )
    with menu:
        panel.downloads("team_months", stem, table, persons=len(table.frame))


def matrix(months: pd.DataFrame, table: Table, catalogued: Indicator) -> None:
    """Everybody's months as a table, in the shade of the points that they lose."""
    st.caption(t("compare.months_note", indicator=indicator(catalogued.id)))
    event = st.dataframe(
        shaded(table, months, catalogued),
        hide_index=True,
        key=f"team_months.{catalogued.id}.{len(table.frame)}",
        on_select="rerun",
        selection_mode="single-row",
        width="stretch",
        height=panel.fit(len(table.frame), 640),
        alt=t("compare.months_note", indicator=indicator(catalogued.id)),
        column_order=[column.name for column in table.shown],
        column_config={
            column.name: panel.column_config(column, pinned=column.name == "name")
            for column in table.shown
        }
        | {
            "course": st.column_config.LineChartColumn(
                t("person.course"),
                y_min=float(months["value"].min()),
                y_max=float(months["value"].max()),
            )
        },
    )
    rows = event.selection.rows
    if rows and rows[0] < len(table.frame):
        person.open_person(str(table.frame["agent_id"].iat[rows[0]]), "months")


def lines(months: pd.DataFrame, table: Table, listed: person.Listed, catalogued: Indicator) -> None:
    """The months of the first as small charts of the same axes, each beside the team's median; a
    click leads to the person."""
    ids = [str(agent_id) for agent_id in table.frame["agent_id"]]
    names = named(listed, ids[:MOST_LINES])
    medians = team_medians(months, {agent_id: listed.teams[agent_id] for agent_id in ids})
    language, unit = session.language(), catalogued.unit
    words = [value_text(value, unit, language) for value in months["value"]]
    about = indicator(catalogued.id)
    fig = month_lines(
        months.assign(words=words),
        {agent_id: medians[agent_id] for agent_id in names},
        names,
        unit,
        plain("compare.lines_title", indicator=about, unit=t(f"unit.{unit}")),
        plain,
    )
    twin = table.holding(table.frame.head(MOST_LINES)).narrowed(
        [column.name for column in table.shown if column.name != "course"]
    )
    st.caption(t("compare.lines_note", shown=len(names), all=len(ids)))
    alt = plain("compare.lines_alt", indicator=about, shown=len(names))
    person.follow(panel.chart("month_lines", fig, twin, alt=alt, people=True))


def of_months(months: pd.DataFrame, catalogued: Indicator) -> str:
    """Where half of the people stood in the first month, and where in the last."""
    middle = months.groupby("month")["value"].median()
    ends = [value_text(middle.iloc[end], catalogued.unit, session.language()) for end in (0, -1)]
    first, last = (f"{month:%Y-%m}" for month in (middle.index[0], middle.index[-1]))
    return plain(
        "compare.months_found" if len(middle) > 1 else "compare.month_found",
        indicator=indicator(catalogued.id),
        agents=months["agent_id"].nunique(),
        first=first,
        last=last,
        before=ends[0],
        after=ends[1],
    )


def shaded(table: Table, months: pd.DataFrame, catalogued: Indicator) -> object:
    """The table with every month in the shade of the points that its value loses."""
    lost = months.assign(lost=100 - points(months["value"].to_numpy(), catalogued.standard))
    by = {
        (agent_id, f"{month:%Y-%m}"): value
        for agent_id, month, value in zip(
            lost["agent_id"], pd.to_datetime(lost["month"]), lost["lost"], strict=True
        )
    }
    words = [column.name for column in table.shown if column.name[:2].isdigit()]

    def styles(row: pd.Series) -> list[str]:
        losses = [by.get((row["agent_id"], name)) for name in words]
        return ["" if loss is None else loss_style(float(loss), 100.0) for loss in losses]

    frame = table.frame[[column.name for column in table.shown]]
    return frame.style.apply(
        lambda part: pd.DataFrame(
            [styles(row) for _, row in part.iterrows()], index=part.index, columns=words
        ).reindex(columns=part.columns, fill_value=""),
        axis=None,
    )


def body(head: Head) -> None:
    """People side by side, or the months of a team."""
    now = load.evaluation(controls.filter_bar(theirs=True))
    shell.line(now.measured, int(now.shown.sum()))
    listed = person.Listed.of(now)
    if not session.remembered("with") and session.asked_in_address("with") is None:
        session.remember("with", first_two(listed))
    parts = {"people": people, "team": team}
    name, there = tabs.opened("compare_tab", {part: md(t(f"compare.tab_{part}")) for part in parts})
    with there:
        parts[name](head, now, listed)
    with st.expander(t("common.how")):
        st.markdown(t("compare.how"))


with shell.page("compare") as head:
    body(head)
