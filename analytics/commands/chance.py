"""Commands that are honest about chance: funnel, case mix, robustness, trends, incentives,
fairness, effect."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from analytics.catalogue import RATE
from analytics.commands.shell import (
    Context,
    command,
    desk_of,
    evaluated,
    month,
    period_options,
    rows_of,
    show,
    trial_note,
)
from analytics.errors import RequestRefused
from analytics.insight.placing import few_ids
from analytics.numbers import number
from analytics.reports.lists.funnel import funnel_rows
from analytics.reports.lists.trends import of_shown
from analytics.reports.sure import rank_spread_text, together_text

if TYPE_CHECKING:
    from analytics.insight.proposal import Proposal


@command("funnel")
@click.option(
    "--indicator", metavar="ID", help="A rate of whole cases (default: the first of the standards)."
)
@period_options
def funnel_(context: Context, indicator: str | None, **options: Any) -> None:
    """Every agent's rate against what chance alone would make of it: 95 % and 99.8 % limits, with
    and without over-dispersion."""
    from analytics.insight import funnel as plots

    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
        note = trial_note(desk, evaluation, context.language)
    indicator = indicator or plots.first_rate(evaluation.catalogue)
    answer = plots.funnel(evaluation, indicator)
    listed = funnel_rows(evaluation, answer).drop(columns="team")
    for name in ("n", "independent", "rate"):
        listed[name] = listed[name].map(number)
    rows = rows_of(listed)
    view = {
        "indicator": indicator,
        "centre": number(answer.centre),
        "phi": number(answer.phi),
        "spread_times": number(answer.phi**0.5),
        "tau2": number(answer.tau2),
        "fewest_95": answer.fewest95,
        "fewest_998": answer.fewest998,
        "false_alarm_95": number(answer.alarm95),
        "false_alarm_998": number(answer.alarm998),
        "together": together_text(evaluation.measured, context.language),
        "agents": rows,
    }
    show(context, view, rows=rows, first=note)


@command("case-mix")
@period_options
@click.option("--agent", help="Add the waterfall of one agent.")
@click.option(
    "--split",
    is_flag=True,
    help="Add how the change since the period before splits (of --team, else of everybody).",
)
def case_mix_(context: Context, agent: str | None, split: bool, **options: Any) -> None:
    """Renewals against those expected of just this book (product, channel, region, premium, first
    term); not explained by the factors listed, never "ability"."""
    from analytics.insight import case_mix as mix
    from analytics.insight import mix_change

    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
        note = trial_note(desk, evaluation, context.language)
        period, channel = evaluation.measured.period, evaluation.measured.filters.channel
        answer = desk.case_mix(evaluation.measured)
        table = of_shown(evaluation, answer.agents)
        if agent is not None and agent not in set(table["agent_id"]):
            raise RequestRefused("agent_unknown", agent=agent, period=str(period))
        changed = None
        if split and (earlier := desk.earlier(period)) is not None:
            before, now = desk.cases(earlier, channel), desk.cases(period, channel)
            if options["team"]:
                before, now = (
                    before[before["team"] == options["team"]],
                    now[now["team"] == options["team"]],
                )
            changed = mix_change.change(before, now) if len(before) and len(now) else None
    rows = rows_of(table)
    view: dict[str, Any] = {
        "period": str(period),
        "auc": number(answer.auc),
        "explains_little": answer.explains_little,
        "calibration_slope": number(answer.slope),
        "factors": list(answer.used),
        "not_adjusted_for": list(answer.unused),
        "calibration": rows_of(mix.calibration(answer)),
        "agents": rows,
    }
    if agent is not None:
        view["waterfall"] = rows_of(mix.waterfall(answer, agent))
    if split:
        view["change"] = _change(changed)
    show(context, view, rows=rows, first=note)


def _change(change: Any) -> dict[str, Any] | None:
    if change is None:
        return None
    whole = change.split
    return {
        "total": number(whole.total),
        "mix": number(whole.mix),
        "performance": number(whole.performance),
        "mix_limits": [number(limit) for limit in change.mix],
        "performance_limits": [number(limit) for limit in change.performance],
        "merged_cells": change.merged,
        "cells": rows_of(change.cells),
    }


@command("robustness")
@period_options
def robustness_(context: Context, **options: Any) -> None:
    """Whether the ranking would stand: ranks under every permitted weighting, under chance, and
    under both; who leads where on the triangle of permitted weights; what each weight really
    decides."""
    from analytics.insight.effective_weights import effective_weights

    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
        note = trial_note(desk, evaluation, context.language)
        if not evaluation.agents.rated.any():
            raise RequestRefused("nobody_rated", period=str(evaluation.measured.period))
        answer = desk.robustness(evaluation)
        table = of_shown(evaluation, answer.ranks)
        leaders = answer.leaders
        regions = leaders[
            leaders["agent_id"].isin(evaluation.people["agent_id"][evaluation.in_scope])
        ]
    rows = rows_of(table)
    view = {
        "exact": answer.exact,
        "draws": answer.draws,
        "seed": answer.seed,
        "unknown_spread": [indicator.id for indicator in answer.unknown],
        "together": rank_spread_text(evaluation.measured, answer.unknown, context.language),
        "middle_agents_reach": {
            "weights": number(answer.width_weights),
            "data": number(answer.width_data),
        },
        "agents": rows,
        "leaders": rows_of(regions.drop(columns=["outlines"])),
        "weights": rows_of(effective_weights(evaluation)),
    }
    show(context, view, rows=rows, first=note)


@command("trends")
@click.option(
    "--indicator",
    metavar="ID",
    help="An indicator (default: the renewal rate, else the first of the results).",
)
@period_options
def trends_(context: Context, indicator: str | None, **options: Any) -> None:
    """Whose value rises or falls beyond the team's, many tests controlled (false discovery rate 10
    %)."""
    from analytics.insight import trends as steady

    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
        note = trial_note(desk, evaluation, context.language)
        catalogue = evaluation.catalogue
        indicator = catalogue[indicator or catalogue.first_of(RATE, "results")].id
        monthly = desk.monthly(evaluation.measured.period)
        if not steady.can_trend(catalogue[indicator], monthly):
            raise RequestRefused("no_months", name=catalogue[indicator].label)
        answer = desk.trends(evaluation.measured.period, indicator)
        table = of_shown(evaluation, answer.agents)
    view = {
        "indicator": indicator,
        "rule": answer.rule,
        "months": answer.months,
        "agents": rows_of(table),
    }
    show(context, view, rows=rows_of(table), first=note)


@command("incentives")
@period_options
@click.option(
    "--bonus",
    type=click.FloatRange(0, 1e12),
    default=0.0,
    help="Bonus for each candidate, for the budget.",
)
def incentives(context: Context, bonus: float, **options: Any) -> None:
    """Agents who keep improving on heavily weighted indicators, with the evidence, and how many of
    them are expected to be there by chance alone."""
    from analytics.insight import trends as steady

    with desk_of(context, "see_others") as desk:
        evaluation = evaluated(desk, options)
        note = trial_note(desk, evaluation, context.language)
        answer = desk.incentives(evaluation.measured.period, evaluation)
        table = of_shown(evaluation, answer.candidates)
        table = table.assign(few_cases=table["agent_id"].isin(few_ids(evaluation)))
    people, by_chance = int(table["agent_id"].nunique()), steady.Q * len(table)
    view = {
        "rule": answer.rule,
        "months": answer.months,
        "indicators": list(answer.indicators),
        "candidates": rows_of(table),
        "people": people,
        "by_chance": number(by_chance),
        "budget": bonus * people,
        "paid_by_chance": number(bonus * by_chance),
    }
    show(context, view, rows=rows_of(table), first=note)


@command("fairness")
@period_options
@click.option(
    "--by",
    default="branch",
    type=click.Choice(["team", "branch", "region", "supervisor", "seniority", "channel"]),
    help="Compare groups of agents by this.",
)
@click.option(
    "--propose", metavar="ID", help="Propose a standard for an indicator from what agents reached."
)
@click.option(
    "--market",
    type=float,
    help="With --propose: what the market reaches, in the indicator's unit (rates as fractions).",
)
def fairness_(
    context: Context, by: str, propose: str | None, market: float | None, **options: Any
) -> None:
    """Ceilings, discrimination and redundancy of every indicator, gaps between groups before and
    after case mix, and the renewal rate under rival definitions."""
    from analytics.insight import definitions, proposal
    from analytics.insight import fairness as fair

    with desk_of(context, "see_others") as desk:
        desk.require("standard")
        evaluation = evaluated(desk, options)
        note = trial_note(desk, evaluation, context.language)
        if propose is not None and propose not in evaluation.catalogue.ids:
            raise RequestRefused("indicator_unknown", name=propose, known=evaluation.catalogue.ids)
        period = evaluation.measured.period
        cases, surplus = desk.cases(period), desk.surplus(evaluation.measured) or None
        own, entered = desk.own_rates(period), desk.market()
    view: dict[str, Any] = {
        "standards": rows_of(fair.standards_check(evaluation)),
        "groups": rows_of(fair.groups(evaluation, fair.grouped(evaluation, by, cases), surplus)),
        "definitions": rows_of(definitions.radar(evaluation.measured.totals, own)),
        "market": [
            {"indicator": average.indicator, "value": average.value, "source": average.source}
            for average in entered.values()
        ],
    }
    if propose is not None:
        average = entered.get(propose)
        proposed = proposal.propose(
            evaluation.measured,
            propose,
            average.value if market is None and average else market,
        )
        view["proposal"] = proposed and _proposal_view(proposed)
    show(context, view, rows=view["standards"], first=note)


def _proposal_view(proposed: Proposal) -> dict[str, Any]:
    view = {key: value for key, value in asdict(proposed).items() if key != "standard"}
    knots = None
    if proposed.standard is not None:
        pairs = zip(proposed.standard.values, proposed.standard.points, strict=True)
        knots = [list(knot) for knot in pairs]
    return view | {"knots": knots}


@command("effect")
@period_options
@click.option(
    "--since",
    callback=month,
    metavar="YYYY-MM",
    help="The first month of talks (default: the first with half a year of figures before).",
)
def effect_(context: Context, since: dt.date | None, **options: Any) -> None:
    """What went with coaching: coached agents against others of whom the figures before the talks
    let one expect the same."""
    from analytics.insight import effect as proofs
    from analytics.reports.coaching_effect import sentences

    with desk_of(context, "see_others") as desk:
        desk.require("coach")
        after = evaluated(desk, options)
        note = trial_note(desk, after, context.language)
        answer = desk.proof(after, since)
    plan = answer.study
    view = {
        "verdict": answer.verdict,
        "reason": answer.reason or None,
        "said": sentences(answer, context.language),
        "since": None if plan.since is None else f"{plan.since:%Y-%m}",
        "before": [str(period) for period in plan.before],
        "after": None if plan.after is None else str(plan.after),
        "coached": answer.coached,
        "peers": answer.peers,
        "left_out": answer.left_out,
        "difference": _effect(answer.difference),
        "placebo": _effect(answer.placebo),
        "difference_in_differences": _double(answer.double),
        "trend_before": _double(answer.trend),
        "expected_change": number(answer.expected_change),
        "detectable": number(answer.detectable),
        "least": {"agents": proofs.FEWEST, "policies": proofs.POLICIES},
    }
    show(context, view, first=note)


def _double(double: Any) -> dict[str, Any] | None:
    if double is None:
        return None
    kept = {"coached": double.treated, "peers": double.control, "points": double.difference}
    return {
        key: number(value)
        for key, value in (kept | {"low": double.low, "high": double.high}).items()
    }


def _effect(effect: Any) -> dict[str, Any] | None:
    """A difference as it is exported; its name says nothing of a cause."""
    if effect is None:
        return None
    kept = {"points": effect.effect} | {key: getattr(effect, key) for key in ("low", "high", "p")}
    return {key: number(value) for key, value in kept.items()}
