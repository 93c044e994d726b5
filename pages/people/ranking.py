"""Ranking · 排名: who stands where, and what other weights change, while a hand moves them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from analytics.catalogue import preset_schemes
from analytics.charts.slopes import rank_slopes
from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation, Measured
from analytics.insight.certainty import too_few
from analytics.insight.monthly_rates import MonthlyRates, monthly_rates
from analytics.insight.moves import moved, reasons, regraded
from analytics.insight.quadrant import axes, place
from analytics.insight.rank_ranges import RankRanges
from analytics.language import explain
from analytics.model import Filters, Period, WeightScheme, add_months
from analytics.reports.lists.moves import moves_table, why_sentence
from analytics.reports.live import Beside, live_view
from analytics.reports.tables import Table
from analytics.reports.words import scheme_label, weights_text
from pages.ui import controls, load, notices, panel, person, session, shell
from pages.ui.box import box
from pages.ui.figure import Picture, picture
from pages.ui.head import Head
from pages.ui.i18n import Markdown, md, plain, t
from pages.ui.lineup import drawn_of, lineup
from pages.ui.trying import Bench, teaching, tried

IN_FORCE, TRIAL = "in_force", "trial"
MONTHS = 12  # that a line of rates reaches back
QUICK = 2_000  # agents up to whom ranges are drawn anew for weights that are tried


@st.fragment
def live(head: Head, bench: Bench, filters: Filters) -> None:
    """The ranking under the weights in hand, and what they change; only this part runs again. What
    says that weights are tried stands below: above, it would push the ranking out of the hand."""
    try:
        now = load.desk().scored(bench.base.measured, bench.current)
    except RequestRefused as error:
        shell.trial_bar(official=False)
        st.error(md(explain(error, session.language())))
        return
    if not now.agents.rated[now.shown].any():
        st.info(t("ranking.nobody"))
        return
    ranges = ranges_of(now)
    head.says(finding(bench, now, ranges))
    opened = lineup(
        "lineup",
        load.drawn(
            "lineup",
            now,
            lambda: view_of(bench, now, ranges, filters),
            bench.base.nominal.tobytes(),
            session.chosen_agent(),
        ),
        bench,
    )
    if opened is not None:
        person.open_person(opened)
    shell.trial_bar(official=False)
    st.caption(t("ranking.note", period=controls.period_text(now.measured.period)))
    compared(bench, now.measured)
    session.write_address()
    everybody(now)


def ranges_of(now: Evaluation) -> RankRanges | None:
    """How far chance reaches on every rank; of weights only tried, where that is quick."""
    if not session.how_sure() or (now.scheme.trial and len(now.people) > QUICK):
        return None
    return load.desk().rank_ranges(now)


def finding(bench: Bench, now: Evaluation, ranges: RankRanges | None) -> str:
    """The page's finding: whom the weights in force tell apart, or what those in hand change."""
    ranked = np.flatnonzero(now.shown & now.agents.rated & ~too_few(now))
    if now.scheme.trial:
        return tried(bench, now)
    facts = {
        "scheme": bench.label,
        "weights": weights_text(now.scheme),
        "ranked": len(ranked),
        "unranked": int(now.shown.sum()) - len(ranked),
    }
    if ranges is None or not len(ranked):
        return plain("ranking.found", **facts)
    band = ranges.of(len(now.people))[2][ranked]
    return plain("ranking.found_bands", **facts, together=int((band == band.min()).sum()))


def view_of(
    bench: Bench, now: Evaluation, ranges: RankRanges | None, filters: Filters
) -> Mapping[str, Any]:
    """What the browser is given of the ranking."""
    beside = Beside(
        official=bench.base,
        placed=place(now),
        schemes=list(preset_schemes().values()),
        earlier=load.desk().compared(filters, bench.official),
        ranges=ranges,
        rates=rates_of(now),
        chosen=session.chosen_agent(),
    )
    return live_view(now, drawn_of(bench, now), beside, session.language())


def rates_of(now: Evaluation) -> MonthlyRates | None:
    """The headline rate of everybody over the last months."""
    last = now.measured.period.last
    span = Period(add_months(last, 1 - MONTHS), last)
    headline = now.catalogue[axes(now.catalogue)[0]]
    return monthly_rates(load.desk().monthly(span), headline, span)


# -- two schemes -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """Two schemes side by side: who moves why, lines of ranks, and the list behind them."""

    finding: Markdown
    reasons: tuple[tuple[str, str], ...]  # whose, and the sentence
    chart: Picture | None
    rows: panel.Rows
    persons: int


def compared(bench: Bench, measured: Measured) -> None:
    """Two schemes held against one another: the one in force and the trial, else one that puts
    something else first."""
    st.subheader(t("moves.title"), anchor=False)
    options = [IN_FORCE, *([TRIAL] if session.trial() else []), *bench.choices]
    second = TRIAL if session.trial() else teaching(bench)
    with st.container(horizontal=True, gap="small"):
        sides = [
            side(bench, t("moves.from"), "scheme_from", options, IN_FORCE),
            side(bench, t("moves.to"), "scheme_to", options, second),
        ]
    before, after = (load.desk().scored(measured, scheme) for scheme in sides)
    names = [named(scheme) for scheme in sides]
    answer = load.drawn(
        "moves", after, lambda: held(after, before, names), before.nominal.tobytes(), *names
    )
    st.markdown(md(answer.finding))
    if answer.reasons:
        with st.container(gap=None, key="reasons"):
            for agent_id, sentence in answer.reasons:
                person.link(agent_id, sentence)
    if answer.chart is None:
        return
    person.follow(
        panel.chart("moves", answer.chart, answer.rows, alt=str(answer.finding), people=True)
    )
    st.caption(t("moves.note"))
    export = plain("moves.export", period=controls.period_text(measured.period))
    panel.downloads("moves", export, answer.rows.table, persons=answer.persons)


def side(bench: Bench, label: Markdown, name: str, options: list[str], usual: str) -> WeightScheme:
    """One of the two schemes; until the reader chooses, the usual one, which a trial is as soon as
    it begins."""
    if session.get(f"{name}.usual", usual) != usual and session.asked_in_address(name) is None:
        session.remember(name, None)
    session.put(f"{name}.usual", usual)
    key = f"moves.{name}.{usual}"
    controls.keep(t("filter.scheme"), name, options, usual, key)
    chosen = box(
        md(label), options, key=key, format_func=lambda name: label_of(bench, name), width=260
    )
    controls.kept(name, chosen, usual)
    if chosen == TRIAL:
        return bench.current
    return bench.official if chosen == IN_FORCE else bench.choices[str(chosen)]


def label_of(bench: Bench, name: str) -> str:
    """An option of the two boxes in words."""
    if name == IN_FORCE:
        return f"{plain('ranking.in_force', name=bench.label)} {weights_text(bench.official)}"
    if name == TRIAL:
        return f"{plain('moves.trial')} {weights_text(bench.current)}"
    scheme = bench.choices[name]
    return f"{scheme_label(scheme, session.language())} {weights_text(scheme)}"


def named(scheme: WeightScheme) -> str:
    """A scheme as the axis of ranks says it."""
    name = plain("moves.trial") if scheme is session.trial() and not scheme.label else None
    return f"{name or scheme_label(scheme, session.language())} {weights_text(scheme)}"


def held(after: Evaluation, before: Evaluation, names: list[str]) -> Compared:
    """What changes from one scheme to another."""
    listed = moved(after, before)
    places = listed["places"]
    ranked = listed["row"].to_numpy(dtype=int)[places.notna().to_numpy(dtype=bool)]
    table = moves_table(after, before, place(after), session.language())
    most = int(places.abs().max()) if len(ranked) else 0
    key = "moves.found" if most else "moves.found_nothing"
    return Compared(
        t(
            key,
            before=names[0],
            after=names[1],
            most=most,
            count=int((places.fillna(0) != 0).sum()),
            ranked=len(ranked),
            regraded=len(regraded(after, before)),
        ),
        tuple(
            (
                str(after.people["agent_id"].iat[why.row]),
                why_sentence(why, after, session.language()),
            )
            for why in reasons(after, before)
        ),
        picture(rank_slopes(after, before, ranked, names, plain)) if len(ranked) else None,
        panel.Rows.of(table),
        len(table.frame),
    )


# -- everybody as a table --------------------------------------------------------------------------


def everybody(now: Evaluation) -> None:
    """The ranking as a table, with every figure behind it."""
    table = load.desk().ranking(now, session.language(), session.how_sure())
    period = controls.period_text(now.measured.period)
    with panel.fold(t("ranking.as_table", count=len(table.frame)), "ranking.fold") as there:
        if there:
            rows = load.drawn("ranking.table", now, lambda: panel.Rows.of(first_read(now, table)))
            person.rows("ranking.table", rows, height=panel.fit(len(table.frame), 520))
            note = plain(
                "overview.export_note",
                period=period,
                scheme=scheme_label(now.scheme, session.language()),
            )
            panel.downloads("ranking", plain("overview.export", period=period), table, [note])


def first_read(now: Evaluation, table: Table) -> Table:
    """The columns that one reads first; the download has them all."""
    ranges = {f"{name}.range" for name in axes(now.catalogue)}

    def is_first(name: str) -> bool:
        of_indicator = "." in name
        return not of_indicator or name.endswith(".value") or name in ranges

    return table.narrowed([column.name for column in table.columns if is_first(column.name)])


def body(head: Head) -> None:
    """Filters, the state of the data, and the ranking."""
    filters = controls.filter_bar()
    desk = load.desk()
    base = desk.scored(desk.measured(filters), desk.scheme(filters.period))
    shell.line(base.measured, int(base.shown.sum()))
    notices.show_refusal("weights")
    live(head, Bench(base, desk.schemes()), filters)
    with st.expander(t("common.how")):
        st.markdown(t("ranking.how"))


with shell.page("ranking", own_bar=True) as head:
    body(head)
