"""Fairness · 公平性: whether the standards tell people apart, whether groups are treated alike, whose definition a rate follows."""

import streamlit as st

from analytics.insight.fairness import groups, radar, standards_check
from analytics.reports import views
from analytics.reports.tables import Column
from pages.ui import controls, load, panel, session, shell
from pages.ui.i18n import indicator, t

BY = ("branch", "team", "region", "supervisor")

with shell.page("fairness"):
    now = load.evaluation(controls.filter_bar(), session.scheme())
    shell.line(now.measured, int(now.shown.sum()))
    st.subheader(t("fairness.standards"), anchor=False)
    found = standards_check(now)
    weights = load.effective_weights(now).set_index("indicator")
    table = found.assign(
        label=[indicator(one) for one in found["indicator"]], nominal=weights["nominal"].reindex(found["indicator"]).to_numpy(), decides=weights["shapley"].reindex(found["indicator"]).to_numpy(),
        twin=[indicator(one) if one else "" for one in found["twin"]],
        full=[views.format_value(value, now.catalogue[one], session.language()) for one, value in zip(found["indicator"], found["full_mark"], strict=True)],
        market=[views.format_value(value, now.catalogue[one], session.language()) for one, value in zip(found["indicator"], found["pass_mark"], strict=True)],
        remark=[t("fairness.ceiling") if ceiling > 0.15 else t("fairness.floor") if floor > 0.15 else "" for floor, ceiling in zip(found["floor"], found["ceiling"], strict=True)],
    )  # fmt: skip
    columns = [
        Column("label", t("column.indicator")), Column("nominal", t("column.nominal"), "score"), Column("decides", t("fairness.decides"), "score"), Column("floor", t("fairness.at_zero"), "percent"),
        Column("ceiling", t("fairness.at_full"), "percent"), Column("item_rest", t("fairness.item_rest"), "number"), Column("reliability", t("fairness.reliability"), "number"), Column("twin", t("fairness.twin")),
        Column("full", t("fairness.full_mark")), Column("market", t("fairness.pass_mark")), Column("n", "n", "count"), Column("remark", t("fairness.remark")),
    ]  # fmt: skip
    panel.show("fairness_standards", table, columns, height=panel.fit(len(table), 520))
    panel.downloads("fairness_standards", t("fairness.export", period=str(now.measured.period)), table, columns)
    paper = table.dropna(subset=["decides"])
    if len(paper):
        gap = paper.loc[(paper["nominal"] - paper["decides"]).idxmax()]
        st.markdown(
            t(
                "fairness.paper",
                indicator=gap["label"],
                nominal=f"{gap['nominal']:.0f}",
                decides=f"{gap['decides']:.0f}",
            )
        )
    st.subheader(t("fairness.groups"), anchor=False)
    options = [one for one in BY if now.people[one].notna().sum() and now.people[one].nunique() > 1]
    if options:
        by = st.segmented_control(
            t("fairness.by"),
            options,
            default=options[0],
            key="fair_by",
            required=True,
            format_func=lambda one: t(f"fairness.by_{one}"),
            label_visibility="collapsed",
        )
        of = {str(one): str(group) for one, group in zip(now.people["agent_id"], now.people[by], strict=True) if group}
        gaps = groups(now, of, load.surplus(now.measured.period))
        if len(gaps):
            gaps = gaps.assign(
                told=[
                    t("fairness.flagged")
                    if flagged and enough
                    else t("fairness.fine")
                    if enough
                    else t("fairness.cannot_tell")
                    for flagged, enough in zip(gaps["flagged"], gaps["enough"], strict=True)
                ],
                interval=[
                    f"{100 * low:+.0f} … {100 * high:+.0f}".replace("-", "−")
                    for low, high in zip(gaps["low"], gaps["high"], strict=True)
                ],
            )
            named = [
                Column("group", t(f"fairness.by_{by}")),
                Column("n", t("column.agents"), "count"),
                Column("score", t("column.score"), "score"),
                Column("rate", t("fairness.good"), "percent"),
                Column("ratio", t("fairness.ratio"), "number"),
                Column("interval", t("fairness.interval")),
            ]
            if "surplus" in gaps:
                named.append(Column("surplus", t("fairness.surplus"), "number"))
            panel.show(
                "fairness_groups",
                gaps,
                [*named, Column("told", t("fairness.remark"))],
                height=panel.fit(len(gaps), 320),
            )
    else:
        st.caption(t("common.nothing"))
    st.subheader(t("fairness.radar"), anchor=False)
    rival = radar(now.measured.totals)
    rival = rival.assign(definition=[t(f"fairness.def_{one}") for one in rival["definition"]])
    panel.show(
        "radar",
        rival,
        [
            Column("definition", t("fairness.definition")),
            Column("rate", t("column.value"), "percent"),
            Column("numerator", t("column.numerator"), "amount"),
            Column("denominator", t("column.denominator"), "amount"),
        ],
    )
    with st.expander(t("common.how")):
        st.markdown(t("fairness.how"))
