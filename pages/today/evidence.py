"""What stands behind the briefing, one step back: who leads, how scores and grades are spread, who
is not rated, and how it is computed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from analytics.charts.scores import contribution_bars, grades_by_team, score_histogram
from analytics.evaluation import Evaluation
from analytics.insight.certainty import too_few
from analytics.insight.draws import unknown_spread
from analytics.insight.placing import grades
from analytics.insight.rank_ranges import MOST, RankRanges
from analytics.reports.tables import Column, Table
from pages.ui import load, panel, person, session
from pages.ui.figure import Picture, picture
from pages.ui.i18n import indicator, labels, plain, t

TOP = 25


def below(now: Evaluation) -> None:
    """All of it, folded away."""
    rated = np.flatnonzero(now.shown & now.agents.rated)
    rated = rated[np.argsort(now.agents.rank[rated], kind="stable")]
    ranked = rated[~too_few(now)[rated]]
    ranges = load.desk().rank_ranges(now) if session.how_sure() else None
    if session.how_sure() and len(ranked):
        in_bands(now, ranges, ranked)
    if not len(rated):
        st.info(t("overview.nobody_rated"))
    elif not len(ranked):
        st.info(t("overview.nobody_ranked", rated=len(rated)))
    if len(rated):
        with panel.fold(t("briefing.spread"), "spread.fold") as there:
            if there:
                spread_of(now, rated, ranked, ranges)
    st.page_link(
        "pages/people/ranking.py",
        label=t("briefing.everybody"),
        icon=":material/arrow_forward:",
    )
    not_rated(now)
    with st.expander(t("common.how")):
        st.markdown(t("overview.how"))


def spread_of(
    now: Evaluation, rated: np.ndarray, ranked: np.ndarray, ranges: RankRanges | None
) -> None:
    """Who leads, and how scores and grades are spread."""
    spread = load.drawn("overview.spread", now, lambda: distributions(now, rated, ranked, ranges))
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        if len(ranked):
            alt = t("overview.ranking_alt")
            person.follow(panel.draw("ranking", spread.leaders, alt=alt, people=True))
            note = (
                "overview.ranking_note"
                if len(ranked) == len(rated)
                else "overview.ranking_note_skipped"
            )
            st.caption(t(note, shown=min(TOP, len(ranked)), all=len(ranked), rated=len(rated)))
    with right:
        panel.chart("distribution", spread.scores, spread.score_rows, alt=t("chart.distribution"))
        panel.chart("grades", spread.grades, spread.grade_rows, alt=t("chart.grades"))
        if few := len(rated) - len(ranked):
            st.caption(t("overview.grades_few", count=few, all=len(rated)))


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
    if not len(rows):
        st.caption(t("overview.all_rated"))
        return
    with panel.fold(t("overview.not_rated", count=len(rows)), "not_rated.fold") as there:
        if there:
            drawn = load.drawn("overview.not_rated", now, lambda: missing_of(now, rows))
            person.rows("not_rated", drawn)


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
