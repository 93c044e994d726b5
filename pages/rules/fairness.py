"""Fairness · 公平性: whether the standards tell people apart, whether groups are treated alike,
whose definition a rate follows."""

import pandas as pd
import streamlit as st

from analytics.catalogue import definition_of
from analytics.evaluation import Evaluation, evaluate, under
from analytics.insight.definitions import radar
from analytics.insight.draft import with_definition
from analytics.insight.effective_weights import effective_weights
from analytics.insight.fairness import INFLATED, grouped, groups, standards_check
from analytics.insight.proposal import FEWEST, WARN, Proposal, propose, with_standard
from analytics.insight.rehearsal import grade_changes
from analytics.model import Standard
from analytics.people import MarketAverage
from analytics.reports.tables import Column, Table
from analytics.reports.words import value_text
from analytics.statistics import four_fifths
from analytics.units import times
from pages.rules.drafting import draft, keep
from pages.ui import controls, load, notices, panel, session, shell
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.head import Head
from pages.ui.i18n import indicator, plain, t

COLUMNS = ("branch", "team", "region", "supervisor")


def remark(indicator) -> str:
    """What is wrong with an indicator's standard, in words; nothing where nothing is."""
    words = []
    if indicator.ceiling > 0.15:
        words.append(t("fairness.ceiling"))
    if indicator.floor > 0.15:
        words.append(t("fairness.floor"))
    if indicator.vif > INFLATED:
        words.append(t("fairness.inflated"))
    return "；".join(words) if session.language() == "zh" else "; ".join(words)


FOR_EXPERTS = (
    "item_rest",
    "reliability",
    "vif",
)  # what the remarks follow from; in the file, and explained at the end of the page


def standards(now: Evaluation) -> None:
    """Does every indicator tell people apart, and does it decide what it weighs."""
    checked = standards_check(now)
    weights = effective_weights(now).set_index("indicator").reindex(checked["indicator"])
    table = checked.assign(
        label=[indicator(name) for name in checked["indicator"]],
        nominal=weights["nominal"].to_numpy(),
        decides=weights["shapley"].to_numpy(),
        twin=[indicator(twin) if twin else "" for twin in checked["twin"]],
        remark=[remark(row) for row in checked.itertuples()],
    )
    columns = [
        Column("label", t("column.indicator")),
        Column("nominal", t("column.nominal"), "score"),
        Column("decides", t("fairness.decides"), "score"),
        Column("floor", t("fairness.at_zero"), "percent"),
        Column("ceiling", t("fairness.at_full"), "percent"),
        Column("item_rest", t("fairness.item_rest"), "number"),
        Column("reliability", t("fairness.reliability"), "number"),
        Column("twin", t("fairness.twin")),
        Column("vif", t("fairness.vif"), "number"),
        Column("n", t("column.agents"), "count"),
        Column("remark", t("fairness.remark")),
    ]
    panel.headed(
        plain("fairness.standards"),
        "fairness_standards",
        plain("fairness.export", period=controls.period_text(now.measured.period)),
        Table(table, columns),
    )
    paper = table.dropna(subset=["decides"])
    if len(paper):
        gap = paper.loc[(paper["nominal"] - paper["decides"]).idxmax()]
        st.markdown(
            t(
                "fairness.paper",
                indicator=gap["label"],
                nominal=f"{gap['nominal']:.1f}",
                decides=f"{gap['decides']:.1f}",
            )
        )
    told = [column for column in columns if column.name not in FOR_EXPERTS]
    panel.show("fairness_standards", Table(table, told), height=panel.fit(len(table), 520))


def save_market(name: str, unit: str) -> None:
    """Keep the market average that was typed, in the indicator's unit; without a value it is taken
    out."""
    value = session.get(f"market.{name}")
    entered = None if value is None else float(value) / times(unit)
    with notices.refusals("market"):
        load.desk().save_market(name, entered, str(session.get(f"source.{name}") or ""))


def market(now: Evaluation, name: str) -> MarketAverage | None:
    """The market average of an indicator, with fields to enter or change it."""
    average = load.desk().market().get(name)
    scale = times(now.catalogue[name].unit)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            f"{t('fairness.market')} ({t('unit.' + now.catalogue[name].unit)})",
            value=None if average is None else round(average.value * scale, 4),
            key=f"market.{name}",
            width=170,
            placeholder="—",
        )
        st.text_input(
            t("fairness.source"),
            "" if average is None else average.source,
            key=f"source.{name}",
            max_chars=500,
            width=300,
        )
        st.button(
            t("fairness.save_market"),
            key="save_market",
            on_click=action(save_market),
            args=(name, now.catalogue[name].unit),
        )
    notices.show_refusal("market")
    return average


def marks(proposal: Proposal, indicator) -> None:
    """Full mark and pass mark with how sure they are."""

    def text(value: float) -> str:
        return value_text(value, indicator.unit, session.language())

    st.markdown(
        t(
            "fairness.propose_full",
            full=text(proposal.full),
            low=text(proposal.full_low),
            high=text(proposal.full_high),
            n=proposal.n,
        )
    )
    alone = proposal.pass_low == proposal.pass_low
    key = "fairness.propose_own" if alone else "fairness.propose_plain"
    if proposal.market:
        key = "fairness.propose_market"
    st.markdown(
        t(
            key,
            value=text(proposal.pass_mark),
            low=text(proposal.pass_low),
            high=text(proposal.pass_high),
        )
    )
    if proposal.few:
        st.warning(t("fairness.propose_few", n=proposal.n, warn=WARN))
    if not proposal.without_chance:
        st.caption(t("fairness.propose_raw"))


def proposals(now: Evaluation) -> None:
    """A standard proposed from what agents reached and the market average; who would move; into the
    draft of the standards."""
    st.subheader(t("fairness.propose"), anchor=False)
    options = now.catalogue.ids
    session.keep_valid("propose_indicator", options)
    name = box(
        t("column.indicator"), options, key="propose_indicator", format_func=indicator, width=260
    )
    average = market(now, name)
    chosen = now.catalogue[name]
    proposal = propose(now.measured, name, average.value if average else None)
    if proposal is None:
        st.info(t("fairness.propose_none", fewest=FEWEST))
        return
    marks(proposal, chosen)
    if average:
        st.caption(
            t(
                "fairness.market_from",
                source=average.source,
                author=average.author,
                date=f"{average.saved_at:%Y-%m-%d}",
            )
        )
    if proposal.standard is None:
        st.info(t("fairness.propose_flat"))
        return
    would_move(now, proposal, proposal.standard)


def would_move(now: Evaluation, proposal: Proposal, proposed: Standard) -> None:
    """The proposed knots beside those in force, and whose grade would change."""
    chosen = now.catalogue[proposal.indicator]
    then: Evaluation = evaluate(
        under(now.measured, with_standard(now.catalogue, proposal.indicator, proposed)),
        now.scheme,
    )
    changes = grade_changes(now, then)
    rated = int((now.agents.rated & now.in_scope).sum())
    knots = [
        " · ".join(
            f"{value_text(value, chosen.unit, session.language())} → {mark:g}"
            for value, mark in zip(standard.values, standard.points, strict=True)
        )
        for standard in (chosen.standard, proposed)
    ]
    st.markdown(t("fairness.knots", now=knots[0], then=knots[1]))
    if not len(changes):
        st.markdown(t("fairness.would_move", count=0, all=rated))
    else:
        columns = [
            Column("agent_id", t("column.agent_id")),
            Column("name", t("column.name")),
            Column("team", t("column.team")),
            Column("score_before", t("weights.score_before"), "score"),
            Column("score_after", t("weights.score_after"), "score"),
            Column("grade_before", t("weights.grade_before")),
            Column("grade_after", t("weights.grade_after")),
        ]
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(t("fairness.would_move", count=len(changes), all=rated), width="stretch")
            panel.downloads(
                "would_move",
                plain("fairness.would_move_export", indicator=indicator(proposal.indicator)),
                Table(changes, columns),
            )
        panel.show("would_move", Table(changes, columns), height=panel.fit(len(changes), 260))
    table = {
        **definition_of(chosen),
        "standard": {
            "mode": "linear",
            "knots": [list(knot) for knot in zip(proposed.values, proposed.points, strict=True)],
        },
    }

    def take_over() -> None:
        keep(with_definition(draft(), proposal.indicator, table))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("fairness.into_draft"),
            key="into_draft",
            on_click=action(take_over),
        )
        if proposal.indicator in draft().indicators:
            st.page_link(
                "pages/rules/standards.py",
                label=t("fairness.to_standards"),
                icon=":material/straighten:",
            )


def told_of(flagged: bool, enough: bool, high: float) -> str:
    """What is said of a group's ratio to the best one."""
    if not enough:
        return "fairness.cannot_tell"
    if not flagged:
        return "fairness.fine"
    return "fairness.flagged_chance" if high > 0 else "fairness.flagged"


def finding(compared: pd.DataFrame, by: str) -> str:
    """Whether groups are judged differently, or that nothing speaks for it, or that nobody can
    tell."""
    facts = {"by": plain(f"fairness.by_{by}").lower(), "n": int(compared["n"].sum())}
    if not compared["enough"].any():
        return plain("fairness.found_few", **facts, count=len(compared), least=four_fifths.FEWEST)
    behind = compared[compared["flagged"] & (compared["high"] <= 0)]
    if behind.empty:
        return plain("fairness.found_none", **facts)
    worst = behind.loc[behind["ratio"].idxmin()]
    best = compared.loc[compared["rate"].where(compared["enough"]).idxmax()]
    return plain(
        "fairness.found_one" if len(behind) == 1 else "fairness.found_several",
        **facts,
        groups=len(behind),
        group=worst["group"],
        rate=f"{100 * worst['rate']:.1f}",
        best=best["group"],
        best_rate=f"{100 * best['rate']:.1f}",
        worst_n=int(worst["n"]),
        best_n=int(best["n"]),
    )


def gaps(now: Evaluation, head: Head) -> None:
    """Scores, grades and renewals beyond expectation of groups of agents."""
    period = now.measured.period
    options = [column for column in COLUMNS if now.people[column].nunique() > 1]
    if now.people["hired_on"].notna().any():
        options.append("seniority")
    if len(load.desk().channels()) > 1:
        options.append("channel")
    if not options:
        head.says(plain("fairness.found_one_group", n=int(now.shown.sum())))
        return
    title = st.container()
    session.keep_valid("fair_by", options)
    by = st.segmented_control(
        t("fairness.by"),
        options,
        default=options[0],
        key="fair_by",
        required=True,
        format_func=lambda column: t(f"fairness.by_{column}"),
        label_visibility="collapsed",
    )
    compared = groups(
        now,
        grouped(now, by, load.desk().cases(period) if by == "channel" else None),
        load.desk().surplus(now.measured),
    )
    if compared.empty:
        head.says(plain("fairness.found_one_group", n=int(now.shown.sum())))
        return
    head.says(finding(compared, by))
    compared = compared.assign(
        told=[
            plain(told_of(flagged, enough, high))
            for flagged, enough, high in zip(
                compared["flagged"], compared["enough"], compared["high"], strict=True
            )
        ],
        interval=[
            f"{100 * low:+.1f} … {100 * high:+.1f}".replace("-", "−") if ratio < 1 else "—"
            for low, high, ratio in zip(
                compared["low"], compared["high"], compared["ratio"], strict=True
            )
        ],
    )
    columns = [
        Column("group", t(f"fairness.by_{by}")),
        Column("n", t("column.agents"), "count"),
        Column("score", t("column.score"), "score"),
        Column("rate", t("fairness.good"), "percent"),
        Column("ratio", t("fairness.ratio"), "number"),
        Column("interval", t("fairness.interval")),
    ]
    if "surplus" in compared:
        columns.append(Column("surplus", t("fairness.surplus"), "number"))
    columns.append(Column("told", t("fairness.remark")))
    in_words, right = compared, {}
    if "surplus" in compared:
        signed = [
            "—" if pd.isna(value) else f"{value:+.2f}".replace("-", "−")
            for value in compared["surplus"]
        ]
        in_words = compared.assign(surplus=signed)
        right["surplus"] = st.column_config.TextColumn(t("fairness.surplus"), alignment="right")
    panel.show(
        "fairness_groups",
        Table(in_words, columns),
        height=panel.fit(len(compared), 320),
        column_config=right,
    )
    export = plain(
        "fairness.export_groups", by=t(f"fairness.by_{by}"), period=controls.period_text(period)
    )
    with title:
        words = plain("fairness.groups")
        panel.headed(words, "fairness_groups", export, Table(compared, columns))


def definitions(now: Evaluation) -> None:
    """The renewal rate under rival definitions, and which of them the files' own rates follow."""
    title = st.container()
    own = load.desk().own_rates(now.measured.period)
    answer = radar(now.measured.totals, own)
    whole = {side: answer[side].round() for side in ("numerator", "denominator")}
    names = [t(f"fairness.def_{name}") for name in answer["definition"]]
    shown = answer.assign(definition=names, **whole)
    columns = [
        Column("definition", t("fairness.definition")),
        Column("rate", t("column.value"), "percent"),
        Column("numerator", t("column.numerator"), "amount"),
        Column("denominator", t("column.denominator"), "amount"),
    ]
    if "fits" in answer:
        best = answer[answer["fits"]]
        if len(best):
            closest = best.iloc[0]
            st.markdown(
                t(
                    "fairness.own_fits",
                    definition=(" = " if len(best) > 1 else "").join(
                        t(f"fairness.def_{name}") for name in best["definition"]
                    ),
                    matched=f"{100 * closest['matched']:.0f}",
                    compared=int(closest["compared"]),
                    error=f"{100 * closest['error']:.1f}",
                )
            )
        else:
            st.markdown(t("fairness.own_unclear", compared=int(answer["compared"].max())))
        columns += [
            Column("error", t("fairness.error"), "percent"),
            Column("matched", t("fairness.matched"), "percent"),
            Column("compared", t("fairness.compared"), "count"),
        ]
    else:
        st.caption(t("fairness.no_own"))
    panel.show("radar", Table(shown, columns))
    with title:
        panel.headed(plain("fairness.radar"), "radar", t("fairness.radar"), Table(shown, columns))


def body(head: Head) -> None:
    """Standards that tell nobody apart, what could stand instead, gaps, and rival definitions."""
    now = load.evaluation(controls.filter_bar())
    shell.line(now.measured, int(now.shown.sum()))
    gaps(now, head)
    standards(now)
    proposals(now)
    definitions(now)
    with st.expander(t("common.how")):
        st.markdown(t("fairness.how"))


with shell.page("fairness") as head:
    body(head)
