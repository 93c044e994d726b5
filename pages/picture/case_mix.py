"""Ability or circumstances · 能力还是外部因素: renewals against those to be expected of just this
book."""

import streamlit as st

from analytics.charts.chance import calibration_chart, waterfall_chart
from analytics.errors import RequestRefused
from analytics.insight.case_mix import FEWEST_AGENTS, calibration, none_alike, waterfall
from analytics.insight.mix_change import CELL, MERGED, change
from analytics.numbers import signed
from analytics.reports.tables import Column, Table
from pages.ui import controls, load, panel, session, shell
from pages.ui.box import box
from pages.ui.i18n import plain, t


def listed(words: list[str]) -> str:
    return ("、" if session.language() == "zh" else ", ").join(words)


def state_of(enough: bool, outside: bool, difference: float) -> str:
    """What is said of an agent's rate beside the expected one."""
    if not enough:
        return "case_mix.few"
    if not outside:
        return "case_mix.as_expected"
    return "case_mix.above" if difference > 0 else "case_mix.below"


def points(share: float) -> str:
    """A change in percentage points, with a true minus."""
    return signed(100 * share)


with shell.page("case_mix"):
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    period = now.measured.period
    channel = now.measured.filters.channel
    try:
        mix = load.desk().case_mix(now.measured)
    except RequestRefused:
        st.info(t("case_mix.none"))
        st.page_link("pages/data/upload.py", label=t("first.upload"), icon=":material/upload_file:")
        st.stop()
    people = now.people[now.shown].set_index("agent_id")
    table = mix.agents.assign(alone=none_alike(mix))
    table = table[table["agent_id"].isin(people.index)]
    table = table.assign(
        name=people["name"].reindex(table["agent_id"]).to_numpy(),
        team=people["team"].reindex(table["agent_id"]).to_numpy(),
    )
    table = table.sort_values("difference", kind="stable").reset_index(drop=True)
    st.markdown(
        t("case_mix.little")
        if mix.explains_little
        else t(
            "case_mix.finding",
            factors=listed([t(f"case_mix.step_{factor}") for factor in mix.used]),
        )
    )
    st.caption(
        t(
            "case_mix.unused",
            factors=listed([t(f"case_mix.step_{factor}") for factor in mix.unused]),
        )
        if mix.unused
        else t("case_mix.unmeasured")
    )
    if len(mix.agents) < FEWEST_AGENTS:
        st.caption(t("case_mix.few_agents", least=FEWEST_AGENTS))
    told = table[table["enough"]]
    if len(told):
        chance = 0.05 * len(told)
        about = {
            "about": plain("funnel.fewer" if chance < 1 else "funnel.about"),
            "chance": f"{max(chance, 1):.0f}",
        }
        st.markdown(
            t("case_mix.outside", outside=int(told["outside"].sum()), all=len(told), **about)
        )
    elif len(mix.agents) >= FEWEST_AGENTS:
        st.markdown(t("case_mix.outside_none"))
    shown = table.assign(
        state=[
            t(state_of(enough, outside, difference))
            for enough, outside, difference in zip(
                table["enough"], table["outside"], table["difference"], strict=True
            )
        ],
        range=[
            f"{low:.0f} – {high:.0f}" for low, high in zip(table["low"], table["high"], strict=True)
        ],
    )
    columns = [
        Column("agent_id", t("column.agent_id")),
        Column("name", t("column.name")),
        Column("team", t("column.team")),
        Column("n", t("column.due_policies"), "count"),
        Column("rate", t("case_mix.rate"), "percent"),
        Column("expected_rate", t("case_mix.expected_rate"), "percent"),
        Column("observed", t("case_mix.observed"), "count"),
        Column("expected", t("case_mix.expected"), "number"),
        Column("difference", t("case_mix.difference"), "number"),
        Column("range", t("case_mix.range")),
        Column("state", t("case_mix.state")),
        Column("without_peers", t("case_mix.without_peers"), "percent"),
        Column("standardised", t("case_mix.standardised"), "percent"),
        Column("covered", t("case_mix.covered"), "percent"),
    ]
    ticked = panel.pick(
        "case_mix", Table(shown, columns), by="agent_id", height=panel.fit(len(shown), 420)
    )
    panel.downloads(
        "case_mix",
        plain("case_mix.export", period=controls.period_text(period)),
        Table(shown, columns),
    )
    if len(shown):
        person = (shown[shown["agent_id"].astype(str) == ticked[0]] if ticked else shown).iloc[0]
        steps = waterfall(mix, person["agent_id"])
        twin = steps.assign(
            step=[
                person["name"] if step == "agent" else t(f"case_mix.step_{step}")
                for step in steps["step"]
            ]
        )
        left, right = st.columns([0.62, 0.38], gap="medium")
        with left:
            panel.chart(
                "waterfall",
                waterfall_chart(steps, plain, person["name"]),
                Table(
                    twin,
                    [
                        Column("step", t("case_mix.step")),
                        Column("value", t("column.value"), "percent"),
                    ],
                ),
                alt=plain("case_mix.waterfall", name=person["name"]),
            )
        with right:
            st.markdown(
                t(
                    "case_mix.sentence",
                    name=person["name"],
                    expected=f"{100 * person['expected_rate']:.0f}",
                    rate=f"{100 * person['rate']:.0f}",
                    verdict=person["state"],
                )
            )
            if person["alone"]:
                st.caption(t("case_mix.alone"))
            tenths = calibration(mix)
            named = [
                Column("n", t("column.due_policies"), "count"),
                Column("expected", t("case_mix.expected_rate"), "percent"),
                Column("observed", t("case_mix.rate"), "percent"),
                Column("low", t("case_mix.low"), "percent"),
                Column("high", t("case_mix.high"), "percent"),
            ]
            panel.chart(
                "calibration",
                calibration_chart(tenths, plain),
                Table(tenths, named),
                alt=t("case_mix.calibration"),
            )
    st.subheader(t("case_mix.change"), anchor=False)
    earlier = load.desk().earlier(period)
    teams = sorted({team for team in people["team"] if team})
    if earlier is None:
        st.caption(t("overview.no_comparison"))
    elif teams:
        team = box(t("filter.team"), teams, key="change_team", width=220)
        before, after = load.desk().cases(earlier, channel), load.desk().cases(period, channel)
        before, after = before[before["team"] == team], after[after["team"] == team]
        if len(before) and len(after):
            split = change(before, after)
            one_kind = len(split.cells) < 2
            st.markdown(
                t(
                    "case_mix.split_none" if one_kind else "case_mix.split",
                    team=team,
                    before=str(earlier),
                    total=points(split.split.total),
                    mix=points(split.split.mix),
                    performance=points(split.split.performance),
                    **{
                        f"mix_{end}": points(limit)
                        for end, limit in zip(("low", "high"), split.mix, strict=True)
                    },
                    **{
                        f"performance_{end}": points(limit)
                        for end, limit in zip(("low", "high"), split.performance, strict=True)
                    },
                )
            )
            if not one_kind and split.performance[0] <= 0.0 <= split.performance[1]:
                st.caption(t("case_mix.split_chance"))
            if split.merged:
                st.caption(t("case_mix.merged", count=split.merged, least=CELL))
            cells = split.cells.sort_values("size_now", ascending=False)
            cells = cells.assign(
                cell=[
                    t("case_mix.other_cells") if cell == MERGED else cell for cell in cells["cell"]
                ]
            )
            named = [
                Column("cell", t("case_mix.cell")),
                Column("size_before", t("case_mix.n_before"), "count"),
                Column("size_now", t("case_mix.n_now"), "count"),
                Column("mix", t("case_mix.mix"), "percent"),
                Column("performance", t("case_mix.performance"), "percent"),
            ]
            panel.show("cells", Table(cells, named), height=panel.fit(len(cells), 320))
            panel.downloads(
                "cells",
                plain("case_mix.cells_export", team=team, period=controls.period_text(period)),
                Table(cells, named),
            )
    with st.expander(t("common.how")):
        st.markdown(t("case_mix.how", auc=f"{mix.auc:.2f}", slope=f"{mix.slope:.2f}"))
