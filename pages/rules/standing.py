"""Whether a ranking would stand: the triangle of permitted weights, rank ranges, and what each
weight decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from analytics.charts.theme import GRADE, GREY, TEAMS
from analytics.charts.triangle import Patch, triangle_chart
from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation, Measured
from analytics.insight.certainty import too_few
from analytics.insight.effective_weights import category_weights, effective_weights
from analytics.insight.placing import UNSURE, few_ids, marked
from analytics.insight.robustness import LEADERS
from analytics.insight.weightings import always_ahead, category_scores, grade_regions, share_ahead
from analytics.model import CATEGORIES
from analytics.numbers import percent
from analytics.reports.lists.few import few_cells, few_column
from analytics.reports.sure import rank_spread_text
from analytics.reports.tables import Column, Table
from pages.ui import load, panel, person, session
from pages.ui.figure import Picture, picture
from pages.ui.follow import follow
from pages.ui.i18n import Markdown, indicator, md, plain, short_name, t


def decided(now: Evaluation) -> None:
    """What each category weighs on paper beside what it decides of the differences between
    agents."""
    if said := load.drawn("decided", now, lambda: decided_words(now)):
        st.caption(md(said))


def decided_words(now: Evaluation) -> Markdown | None:
    """The sentence about it; None where nobody can say."""
    weights = category_weights(now)
    if weights is None:
        return None
    parts = [
        plain(
            "weights.decides_part",
            category=t(f"weights.col_{name}"),
            nominal=f"{nominal:.0f}",
            decides=f"{share:.0f}",
        )
        for name, nominal, share in zip(CATEGORIES, *weights, strict=True)
    ]
    return t(
        "weights.decides",
        parts="；".join(parts) if session.language() == "zh" else "; ".join(parts),
    )


@st.fragment
def triangle(measured: Measured) -> None:
    """The permitted weights as a picture: who leads where, or which grade one agent reaches; what
    holds under all of them.

    It runs again once the chart of the sliders is drawn, which would otherwise wait for it.
    """
    follow("weights_chart", session.trial())
    try:
        now = load.desk().scored(measured, load.scheme(measured.period))
    except RequestRefused:
        return  # the workbench says what is wrong
    st.subheader(t("triangle.title"), anchor=False)
    left, right = st.columns([0.46, 0.54], gap="medium")
    with left:
        kind = st.segmented_control(
            t("triangle.kind"),
            ["leader", "grade"],
            default="leader",
            key="triangle_kind",
            required=True,
            format_func=lambda option: t(f"triangle.by_{option}"),
            label_visibility="collapsed",
        )
        agent_id = "" if kind == "leader" else person.choose(now, "triangle")
        picture = load.drawn("triangle", now, lambda: pictured(now, agent_id), agent_id)
        if picture is not None:
            panel.draw("triangle", picture.chart, alt=t(f"triangle.alt_{kind}"))
        else:
            st.info(t("triangle.nobody" if kind == "leader" else "triangle.not_rated"))
    with right:
        exact = True
        if kind == "leader":
            said, exact = load.drawn(
                "triangle.always",
                now,
                lambda: (always(now), bool(load.desk().leaders(now)["exact"].all())),
            )
            st.markdown(md(said))
        if picture is not None:
            twin = picture.rows.table.frame
            with st.container(horizontal=True, horizontal_alignment="right"):
                panel.downloads(
                    "triangle",
                    t("triangle.title"),
                    picture.rows.table,
                    persons=len(twin) if kind == "leader" else 1,
                )
            panel.show("triangle_table", picture.first, height=panel.fit(len(twin), 260))
        if (
            kind == "leader"
            and picture is not None
            and any(name.endswith(UNSURE) for name in picture.rows.table.frame["name"])
        ):
            st.caption(t("triangle.few"))
        way = "triangle.exact" if exact else "triangle.approached"
        st.caption(t("triangle.note") if picture is None else f"{t('triangle.note')} {t(way)}")


@dataclass(frozen=True)
class Pictured:
    """The permitted weights as a picture and as a table: all of it, and its first rows."""

    chart: Picture
    rows: panel.Rows
    first: panel.Rows


def pictured(now: Evaluation, agent_id: str) -> Pictured | None:
    """Who leads where, or which grades an agent reaches where one is named; None where weights do
    not tell that."""
    kind, table = "grade" if agent_id else "leader", load.desk().leaders(now)
    if agent_id:
        few = agent_id in few_ids(now)
        patches = [
            Patch(marked(grade, few), GRADE.get(grade, GREY), share, [polygon])
            for grade, share, polygon in grade_regions(now, now.row(agent_id))
        ]
    else:
        seen = set(now.people["agent_id"][now.in_scope])
        names = [
            marked(str(name), little) if agent_id in seen else t("triangle.somebody")
            for agent_id, name, little in zip(
                table["agent_id"], table["name"], table["few_cases"], strict=True
            )
        ]
        patches = [
            Patch(name, TEAMS[place % len(TEAMS)], float(share), outlines)
            for place, (name, share, outlines) in enumerate(
                zip(names, table["share"], table["outlines"], strict=True)
            )
        ]
    if not patches:
        return None
    chart = picture(triangle_chart(patches, now.scheme.categories, plain, f"triangle.hover_{kind}"))
    cells: dict[str, object] = {
        "name": [patch.name for patch in patches],
        "share": [patch.share for patch in patches],
    }
    columns = [
        Column("name", t("column.grade") if agent_id else t("column.name")),
        Column("share", t("triangle.share"), "percent"),
    ]
    if not agent_id:
        for name in CATEGORIES:
            cells[f"central_{name}"] = table[f"central_{name}"].to_numpy()
            columns.append(
                Column(
                    f"central_{name}",
                    plain("triangle.central", category=t(f"weights.col_{name}")),
                    "percent",
                )
            )
    twin = pd.DataFrame(cells)
    return Pictured(
        chart,
        panel.Rows.of(Table(twin, columns)),
        panel.Rows.of(Table(twin.head(LEADERS), columns)),
    )


def always(now: Evaluation) -> Markdown:
    """Whether one leads under every permitted weighting, and how first and second of now compare at
    the corners."""
    lines, table, seen = [], load.desk().leaders(now), set(now.people["agent_id"][now.in_scope])
    if len(table) and table["share"].iloc[0] > 1 - 1e-9 and table["agent_id"].iloc[0] in seen:
        tied, exact = int(table["tied"].iloc[0]), bool(table["exact"].iloc[0])
        key = "triangle.one_leads" if exact else "triangle.one_leads_approached"
        if tied:
            key = "triangle.several_lead"
        lines.append(
            t(key, name=marked(table["name"].iloc[0], table["few_cases"].iloc[0]), others=tied)
        )
    rated = np.flatnonzero(now.agents.rated & ~too_few(now) & now.in_scope)
    two = rated[np.argsort(now.agents.rank[rated], kind="stable")][:2]
    if len(two) == 2:
        scores, (a, b) = category_scores(now), (now.people["name"].iat[row] for row in two)
        if always_ahead(scores, *two):
            lines.append(t("certainty.ahead", a=short_name(a), b=short_name(b)))
        else:
            share = percent(share_ahead(scores, *two), 0)
            lines.append(t("certainty.ahead_share", a=short_name(a), b=short_name(b), share=share))
    return Markdown("\n\n".join(lines))


def stand(base: Evaluation) -> None:
    """Whether the ranking would stand under other permitted weights and under chance; what each
    weight decides in fact."""
    with st.expander(t("certainty.stand")):
        if not st.toggle(t("certainty.compute"), key="stand"):
            return
        now = load.desk().scored(base.measured, load.scheme(base.measured.period))
        answer = load.desk().robustness(now)
        way = t("certainty.way_exact") if answer.exact else t("certainty.way_drawn")
        note = (
            "" if answer.unknown else t("certainty.stand_note", way=way, draws=f"{answer.draws:,}")
        )
        spread = rank_spread_text(now.measured, answer.unknown, session.language())
        st.caption(f"{note} {md(spread)}".strip())
        if answer.width_data == answer.width_data and answer.width_weights == answer.width_weights:
            st.markdown(
                t(
                    "certainty.which",
                    data=f"{answer.width_data:.0f}",
                    weights=f"{answer.width_weights:.0f}",
                )
            )
        ranks = answer.ranks[answer.ranks["agent_id"].isin(now.people["agent_id"][now.shown])]
        table = ranks.assign(
            too_few=few_cells(
                now,
                np.array([now.row(agent_id) for agent_id in ranks["agent_id"]], dtype=int),
                session.language(),
            ),
            **{
                f"{part}_range": [
                    f"{low:.0f}–{high:.0f}" if np.isfinite(low) else "—"
                    for low, high in zip(ranks[f"{part}_low"], ranks[f"{part}_high"], strict=True)
                ]
                for part in ("weight", "data", "both")
            },
        )
        columns = [
            Column("rank", t("column.rank"), "count"),
            *few_column(table["too_few"], session.language()),
            Column("name", t("column.name")),
            Column("team", t("column.team")),
            Column("band", t("certainty.band"), "count"),
            *(
                Column(f"{part}_range", t(f"certainty.{part}_range"))
                for part in ("weight", "data", "both")
            ),
            Column("first_weights", t("certainty.first_weights"), "percent"),
            *(
                Column(part, t(f"certainty.{part}"), "percent")
                for part in ("first", "top3", "top_tenth")
            ),
            Column("confidence", t("certainty.confidence"), "percent"),
            *(
                Column(
                    f"central_{name}",
                    plain("triangle.central", category=t(f"weights.col_{name}")),
                    "percent",
                )
                for name in CATEGORIES
            ),
            Column("agent_id", t("column.agent_id")),
        ]
        with st.container(horizontal=True, horizontal_alignment="right"):
            panel.downloads("stand", t("certainty.stand"), Table(table, columns))
        panel.show("stand", Table(table, columns), height=panel.fit(len(table), 380))
        weights = effective_weights(now)
        weights = weights.assign(label=[indicator(name) for name in weights["indicator"]])
        st.markdown(f"**{t('certainty.paper')}**")
        panel.show(
            "effective",
            Table(
                weights,
                [
                    Column("label", t("column.indicator")),
                    Column("nominal", t("column.nominal"), "score"),
                    Column("shapley", t("fairness.decides"), "score"),
                ],
            ),
            height=panel.fit(len(weights), 460),
        )
