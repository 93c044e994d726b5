"""Overview · 总览: where the team stands this period, who leads, and who is not rated."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analytics.charts.scores import contribution_bars, grades_by_team, score_histogram
from analytics.evaluation import Evaluation
from analytics.insight.certainty import too_few
from analytics.insight.change import Change, score_change, value_change
from analytics.insight.coaching import coaching_list
from analytics.insight.draws import unknown_spread
from analytics.insight.placing import grades
from analytics.insight.quadrant import axes, place
from analytics.insight.rank_ranges import MOST, RankRanges
from analytics.reports.lists.coaching import coaching_table
from analytics.reports.lists.ranking import ranking_table
from analytics.reports.sure import pooled_text
from analytics.reports.tables import Column, Table
from analytics.reports.words import change_number, change_text, scheme_label, value_text
from pages.ui import controls, load, panel, session, shell
from pages.ui.figure import Picture, picture
from pages.ui.i18n import Markdown, indicator, labels, md, plain, t, text

TOP = 25
FIRST = 5
COUNTED = {"renewal_rate": "overview.n_due", "satisfaction": "overview.n_surveys"}


def cards(now: Evaluation, before: Evaluation | None, compared_with: str) -> None:
    """At most four headline figures, each with its n, and a change only where there is something to
    compare with."""
    company, catalogue = now.measured.company, now.catalogue
    with st.container(horizontal=True, gap="small", key="cards"):
        moved = None if before is None else score_change(now, before)
        changes: dict[str, Change | None] = {t("overview.company_score"): moved}
        rated = int(now.agents.rated.sum())
        st.metric(
            t("overview.company_score"),
            f"{now.company.score[0]:.1f}" if now.company.rated[0] else "—",
            **delta(moved, "points", now),
            help=reach_of(moved, "points") + t("overview.company_score_help", rated=rated),
            border=True,
        )
        for name in dict.fromkeys(axes(catalogue)):
            position = catalogue.position(name)
            value, n = company.value[0, position], company.denominator[0, position]
            moved = None if before is None else value_change(now, before, name)
            counted = [] if np.isnan(n) else [t(COUNTED.get(name, "overview.n"), n=f"{int(n):,}")]
            changes[indicator(name)] = moved
            reach = pooled_text(now.measured, name, company, None, 0) if session.how_sure() else "—"
            sure = "" if reach == "—" else t("certainty.card", range=reach) + " "
            st.metric(
                " · ".join([md(indicator(name)), *counted]),
                md(value_text(value, catalogue[name].unit, session.language())),
                **delta(moved, catalogue[name].unit, now, catalogue[name].direction == "lower"),
                help=sure
                + reach_of(moved, catalogue[name].unit)
                + (
                    t(f"overview.{name}_help") if name in COUNTED else md(text(catalogue[name].why))
                ),
                border=True,
            )
        st.metric(
            t("overview.rated"),
            f"{rated:d} / {len(now.people)}",
            help=t("overview.rated_help", limit=f"{now.measured.settings.missing_limit:.0f}"),
            border=True,
        )
    if words := compared(changes, now, compared_with):
        st.caption(words)


def delta(
    moved: Change | None, unit: str, now: Evaluation, lower_better: bool = False
) -> dict[str, Any]:
    """How a metric shows a change: in its unit; with arrow and colour only where chance hardly
    explains it and the period is closed."""
    if moved is None:
        return {}
    arrow, colour = "off", "gray"
    if verdict(moved, now) == "told":
        arrow = "up" if moved.by > 0 else "down"
        colour = "green" if (moved.by < 0) == lower_better else "red"
    return {
        "delta": change_text(moved.by, unit, session.language()),
        "delta_arrow": arrow,
        "delta_color": colour,
    }


def verdict(moved: Change, now: Evaluation) -> str:
    """What may be said of a change: of a provisional period nothing."""
    return "open" if now.measured.provisional else moved.verdict


def compared(changes: dict[str, Change | None], now: Evaluation, with_: str) -> Markdown | None:
    """With what the cards are compared, and which of the changes luck could have made."""
    told = {name: verdict(moved, now) for name, moved in changes.items() if moved is not None}
    if not told:
        return None
    chinese = session.language() == "zh"
    said = [
        plain(
            f"overview.change_{kind}",
            names=("、" if chinese else ", ").join(
                name for name, its in told.items() if its == kind
            ),
        )
        for kind in ("told", "chance", "unknown", "open")
        if kind in told.values()
    ]
    return t("overview.changes", **{"with": with_}, said=("；" if chinese else "; ").join(said))


def reach_of(moved: Change | None, unit: str) -> str:
    """How far the change may truly reach, for the help of a metric; nothing where nobody knows."""
    if moved is None or moved.verdict == "unknown":
        return ""
    low, high = change_number(moved.low, unit), change_text(moved.high, unit, session.language())
    return t("overview.change_range", low=low, high=high) + " "


def first_of_all(now: Evaluation, purpose: str) -> None:
    """What the purpose of the evaluation puts first: to lift the team, whom to talk to; to reward,
    the role models."""
    placed = place(now)
    if purpose == "lift" and load.desk().may("coach"):
        listed = coaching_list(now, placed, load.desk().talks()).head(FIRST)
        table = coaching_table(listed, now.catalogue, session.language())
        wanted = ["name", "team", "quadrant", "too_few", "step", "action", "expected_gain"]
        table = table.holding(table.frame.assign(step=table.frame["step"].str.split("\n").str[0]))
        link, label = "pages/people/coaching.py", t("overview.to_coaching")
    else:
        rows = np.flatnonzero(
            now.shown & now.agents.rated & ~too_few(now) & (placed.quadrant == "role_model")
        )
        rows = rows[np.argsort(now.agents.rank[rows], kind="stable")][:FIRST]
        table = ranking_table(now, placed, session.language())
        by_id = table.frame.set_index("agent_id")
        table = table.holding(by_id.loc[now.people["agent_id"].iloc[rows]].reset_index())
        wanted = ["rank", "name", "team", "score", "grade"]
        wanted += [f"{name}.value" for name in axes(now.catalogue)]
        link, label = "pages/picture/trends.py", t("overview.to_incentives")
    st.subheader(t(f"overview.first_{purpose}"), anchor=False)
    if table.frame.empty:
        st.caption(t("common.nothing"))
        return
    panel.show("first_of_all", table.narrowed(wanted))
    st.page_link(link, label=label, icon=":material/arrow_forward:")


def in_bands(now: Evaluation, ranges: RankRanges | None, rated: np.ndarray) -> None:
    """How many of the first cannot be told apart: no medal for luck."""
    if ranges is None:
        if len(rated) > MOST:
            st.caption(t("certainty.too_many", most=f"{MOST:,}"))
        elif unknown := unknown_spread(now):
            st.caption(t("certainty.unknown_spread", indicators=labels(unknown)))
        return
    band = ranges.of(len(now.people))[2][rated]
    st.markdown(
        t("certainty.bands", count=int((band == band.min()).sum()), draws=f"{ranges.draws:,}")
    )


def not_rated(now: Evaluation) -> None:
    """Who is not rated, and which indicators are missing."""
    rows = np.flatnonzero(now.shown & ~now.agents.rated)
    st.subheader(t("overview.not_rated", count=len(rows)), anchor=False)
    if not len(rows):
        st.caption(t("overview.all_rated"))
        return
    panel.show("not_rated", load.drawn("overview.not_rated", now, lambda: missing_of(now, rows)))


def missing_of(now: Evaluation, rows: np.ndarray) -> panel.Rows:
    """Which indicators these agents lack."""
    missing = [
        labels(
            definition
            for position, definition in enumerate(now.catalogue.indicators)
            if np.isnan(now.measured.agents.points[row, position])
        )
        for row in rows
    ]
    table = now.people.iloc[rows][["agent_id", "name", "team"]].assign(
        coverage=now.agents.coverage[rows] / 100.0, missing=missing
    )
    columns = [Column(name, t(f"column.{name}")) for name in ("agent_id", "name", "team")]
    columns += [
        Column("coverage", t("column.coverage"), "percent"),
        Column("missing", t("overview.missing")),
    ]
    return panel.Rows.of(Table(table, columns))


@dataclass(frozen=True)
class Distributions:
    """Who leads, and how scores and grades are spread, as pictures and as tables."""

    leaders: Picture
    scores: Picture
    score_rows: panel.Rows
    grades: Picture
    grade_rows: panel.Rows


def distributions(
    now: Evaluation, rated: np.ndarray, ranked: np.ndarray, ranges: RankRanges | None
) -> Distributions:
    """Of the rated whom the reader is shown, best first; who leads among those with cases enough to
    be ranked."""
    scores = pd.DataFrame(
        {
            "grade": grades(now, rated),
            "team": now.people["team"].iloc[rated].to_numpy(),
            "score": now.agents.score[rated],
        }
    )
    by_team = scores.groupby(["team", "grade"], dropna=False).size().rename("agents").reset_index()
    score = [Column("score", t("column.score"), "score"), Column("grade", t("column.grade"))]
    grade = [
        Column("team", t("column.team")),
        score[1],
        Column("agents", t("column.agents"), "count"),
    ]
    return Distributions(
        leaders=picture(contribution_bars(now, ranked[:TOP], indicator, plain, ranges)),
        scores=picture(score_histogram(now, rated, plain)),
        score_rows=panel.Rows.of(Table(scores[["score", "grade"]], score)),
        grades=picture(grades_by_team(now, rated, plain)),
        grade_rows=panel.Rows.of(Table(by_team, grade)),
    )


def everybody(table: Table, of: Evaluation) -> tuple[panel.Rows, panel.Rows]:
    """The ranking with all its columns, and with those that one reads first."""
    wanted = tuple(f"{name}.range" for name in axes(of.catalogue))
    head = [
        column.name
        for column in table.columns
        if "." not in column.name or column.name.endswith(".value") or column.name in wanted
    ]
    return panel.Rows.of(table), panel.Rows.of(table.narrowed(head))


with shell.page("overview"):
    filters = controls.filter_bar()
    now = load.evaluation(filters)
    shell.line(now.measured, int(now.shown.sum()))
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = st.segmented_control(
            t("overview.compare"),
            ["before", "year"],
            default="before",
            key="compare",
            format_func=lambda option: t(f"overview.compare_{option}"),
            label_visibility="collapsed",
        )
    before = load.compared(filters, kind) if kind else None
    words = ""
    if before:
        period, cut = controls.period_text(before.measured.period), before.measured.filters.cut
        words = (
            t("overview.compared_cut", period=period, cut=f"{cut:%m-%d}")
            if cut
            else t("overview.compared_with", period=period)
        )
    cards(now, before, words)
    if kind and before is None:
        st.caption(
            t(
                "overview.no_comparison_open"
                if now.measured.provisional
                else "overview.no_comparison"
            )
        )
    if purpose := load.desk().scheme(filters.period).purpose:
        first_of_all(now, purpose)
    rated = np.flatnonzero(now.shown & now.agents.rated)
    rated = rated[np.argsort(now.agents.rank[rated], kind="stable")]
    ranked = rated[~too_few(now)[rated]]
    ranges = load.desk().rank_ranges(now) if session.how_sure() else None
    table = load.desk().ranking(now, session.language(), session.how_sure())
    if session.how_sure() and len(ranked):
        in_bands(now, ranges, ranked)
    left, right = st.columns([0.62, 0.38], gap="medium")
    if len(rated):
        spread = load.drawn(
            "overview.spread", now, lambda: distributions(now, rated, ranked, ranges)
        )
        with left:
            if len(ranked):
                panel.draw("ranking", spread.leaders, alt=t("overview.ranking_alt"))
                note = (
                    "overview.ranking_note"
                    if len(ranked) == len(rated)
                    else "overview.ranking_note_skipped"
                )
                st.caption(t(note, shown=min(TOP, len(ranked)), all=len(ranked), rated=len(rated)))
            else:
                st.info(t("overview.nobody_ranked", rated=len(rated)))
        with right:
            panel.chart(
                "distribution", spread.scores, spread.score_rows, alt=t("chart.distribution")
            )
            panel.chart("grades", spread.grades, spread.grade_rows, alt=t("chart.grades"))
            if few := len(rated) - len(ranked):
                st.caption(t("overview.grades_few", count=few, all=len(rated)))
    else:
        left.info(t("overview.nobody_rated"))
    st.subheader(t("overview.everybody"), anchor=False)
    whole, head = load.drawn("overview.everybody", now, lambda: everybody(table, now))
    if st.toggle(t("overview.all_columns"), key="all_columns"):
        panel.show("everybody", whole, height=420)
    else:
        bars = {
            "score": st.column_config.ProgressColumn(
                t("column.score"), min_value=0, max_value=100, format="%.1f"
            )
        }
        panel.show("everybody", head, column_config=bars, height=420)
    panel.downloads(
        "ranking",
        plain("overview.export", period=controls.period_text(now.measured.period)),
        table,
        [
            plain(
                "overview.export_note",
                period=controls.period_text(now.measured.period),
                scheme=scheme_label(now.scheme, session.language()),
            )
        ],
    )
    not_rated(now)
    with st.expander(t("common.how")):
        st.markdown(t("overview.how"))
