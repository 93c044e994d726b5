"""Everything that pages and commands make of an evaluation, made once: a version of the standards
that any of it fails under is refused."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation
from analytics.evaluation.weights import lacking
from analytics.insight.agent import breakdown
from analytics.insight.coaching import coaching_list
from analytics.insight.effective_weights import category_weights, effective_weights
from analytics.insight.fairness import standards_check
from analytics.insight.funnel import funnel, rates
from analytics.insight.quadrant import place
from analytics.insight.quadrant_certainty import quadrant_certainty
from analytics.insight.rank_ranges import rank_ranges
from analytics.insight.sheet import Around, sheet
from analytics.insight.weak_spots import agents_behind, gaps_to_market, losses_of, team_losses
from analytics.insight.weightings import leaders
from analytics.language import LANGUAGES
from analytics.people import MarketAverage
from analytics.reports import sheets
from analytics.reports.lists.coaching import coaching_table
from analytics.reports.lists.ranking import ranking_table
from analytics.reports.plain import evaluation_view, method_view, quadrant_view

PEOPLE = 3  # sheets that are made and put into words


def exercise(evaluation: Evaluation, market: Mapping[str, MarketAverage]) -> Around:
    """Ask everything; what the sheets of the period share comes back. Raises whatever any of it
    raises."""
    measured, catalogue = evaluation.measured, evaluation.catalogue
    placed = place(evaluation)
    around = Around(evaluation, placed, evaluation, market)
    lacking(evaluation.scheme, catalogue)
    evaluation_view(evaluation, placed)
    quadrant_view(evaluation, placed)
    method_view(catalogue, measured.settings, evaluation.scheme)
    quadrant_certainty(measured, placed)
    team_losses(evaluation)
    for team in measured.teams["team"][evaluation.teams_in_scope].head(PEOPLE):
        losses_of(evaluation, team)
        gaps_to_market(evaluation, team, {name: entry.value for name, entry in market.items()})
        agents_behind(evaluation, team, catalogue.ids[0])
    listed = coaching_list(evaluation, placed, [])
    for question in (effective_weights, category_weights, leaders, rank_ranges, standards_check):
        question(evaluation)
    for indicator in rates(catalogue)[:1]:
        with suppress(
            RequestRefused
        ):  # a month without whole cases has no funnel, whatever the standards
            funnel(evaluation, indicator)
    for language in LANGUAGES:
        ranking_table(evaluation, placed, language, how_sure=True)
        coaching_table(listed, catalogue, language)
    for agent_id in evaluation.people["agent_id"].head(PEOPLE):
        breakdown(evaluation, agent_id)
        made = {**sheet(around, agent_id, None), "closed": None, "notes": []}
        for language in LANGUAGES:
            sheets.basics(made, language)
            sheets.verdict(made, language)
            sheets.indicator_rows(made, language)
            sheets.meaning(made, language)
            sheets.category_line(made, language)
            sheets.certainty_lines(made, language)
            sheets.rules_line(made, language)
    return around
