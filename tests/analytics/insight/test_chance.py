"""The pages that know of chance: the sample's planted facts are found, equal agents are left in
peace."""

import datetime as dt
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.desk import Desk
from analytics.errors import RequestRefused
from analytics.evaluation import evaluate, under
from analytics.home import Home
from analytics.insight.case_mix import calibration, case_mix, waterfall
from analytics.insight.certainty import certainty, counts, too_few
from analytics.insight.coaching import coaching_list
from analytics.insight.definitions import radar
from analytics.insight.draws import of_agents
from analytics.insight.effective_weights import effective_weights
from analytics.insight.fairness import SENIORITY, grouped, groups, standards_check
from analytics.insight.funnel import curves, funnel
from analytics.insight.mix_change import MERGED, change
from analytics.insight.proposal import propose, with_standard
from analytics.insight.quadrant import place
from analytics.insight.quadrant_certainty import quadrant_certainty
from analytics.insight.rank_ranges import bands, rank_ranges
from analytics.insight.robustness import robustness
from analytics.insight.trends import trends
from analytics.insight.weak_spots import losses_of, team_losses
from analytics.insight.weightings import (
    always_ahead,
    category_scores,
    grade_regions,
    leaders,
    share_ahead,
)
from analytics.model import Filters, Period
from analytics.people import Talk
from analytics.reports.lists.ranking import ranking_table
from analytics.reports.sure import sure_text
from analytics.sample.company import GIVEN_HARD, IMPROVING
from tests.conftest import load_text
from tests.present import present

CLOSED = Period(dt.date(2025, 1, 1), dt.date(2026, 5, 1))
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))


def agent(index):
    return f"A{1001 + index}"


@pytest.fixture(scope="module")
def company(sample_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("company") / "home"
    shutil.copytree(sample_folder, folder)
    home = Home(folder)
    yield Desk(home)
    home.close()


@pytest.fixture(scope="module")
def judged(company):
    return company.evaluation(Filters(CLOSED), default_scheme())


@pytest.fixture(scope="module")
def talked(sample_folder, tmp_path_factory):
    """A desk of the sample where the forty of lowest rate were talked to in October and four others
    in January; its first quarter of 2026."""
    folder = tmp_path_factory.mktemp("talked") / "home"
    shutil.copytree(sample_folder, folder)
    home = Home(folder)
    desk = Desk(home)
    summer = desk.evaluation(
        Filters(Period(dt.date(2025, 7, 1), dt.date(2025, 9, 1))), default_scheme()
    )
    rate = summer.measured.agents.value[:, summer.catalogue.position("renewal_rate")]
    lowest = summer.people["agent_id"].to_numpy()[np.argsort(rate)]
    for who, day in ((lowest[:40], dt.date(2025, 10, 9)), (lowest[60:64], dt.date(2026, 1, 8))):
        for agent_id in who:
            desk.save_talk(Talk(str(agent_id), state="done", talk_on=day))
    yield (
        desk,
        desk.evaluation(
            Filters(Period(dt.date(2026, 1, 1), dt.date(2026, 3, 1))), default_scheme()
        ),
    )
    home.close()


@pytest.fixture
def equals(home, tmp_path):
    """Forty agents who are all the same: eighty percent, four of five points."""
    random = np.random.default_rng(2)
    rows = ["保单号,工号,到期日,续保结果,满意度"]
    for number in range(40):
        for policy in range(30):
            rows.append(
                f"P{number}-{policy},B{number:02d},2026-04-{1 + policy % 28:02d},"
                f"{'已续' if random.random() < 0.8 else '未续'},{random.choice([3, 4, 5])}"
            )
    load_text(home, tmp_path, "policies", "\n".join(rows) + "\n", satisfaction_max=5)
    return Desk(home).evaluation(Filters(APRIL), default_scheme())


def test_equal_agents_are_not_told_apart_and_hardly_one_is_placed(equals):
    chance = quadrant_certainty(equals.measured, place(equals))
    assert not chance.tell_apart
    assert chance.certain.mean() < 0.15
    assert chance.probability.sum(axis=1) == pytest.approx(1)
    assert funnel(equals, "renewal_rate").outside998.sum() <= 1


def test_the_samples_agents_differ_and_those_certain_are_stated_at_eighty_percent_or_more(judged):
    chance = quadrant_certainty(judged.measured, place(judged))
    assert chance.tell_apart
    assert 20 < chance.certain.sum() < 120
    assert chance.probability[chance.certain].max(axis=1).min() >= 0.8


def test_the_team_strong_in_results_and_weak_in_service_is_found(judged):
    losses = team_losses(judged)
    teams = losses[losses.index.notna()]
    assert teams["satisfaction"].idxmax() == "锐进"
    assert teams["renewal_rate"].idxmin() == "锐进"


def test_the_hard_channel_explains_the_case_mix_victims(company):
    mix = case_mix(company.cases(CLOSED))
    table = mix.agents.set_index("agent_id")
    victims = table.loc[[agent(number) for number in GIVEN_HARD]]
    assert (victims["expected_rate"] < table["expected_rate"].quantile(0.05)).all()
    assert (victims["rate"] < table["rate"].quantile(0.35)).all()
    assert (
        victims["difference"] > -victims["n"] * 0.03
    ).all()  # weak figures, but not weak for these books
    assert mix.agents["expected"].sum() == pytest.approx(mix.agents["observed"].sum(), rel=1e-3)
    steps = waterfall(mix, agent(GIVEN_HARD[0])).set_index("step")["value"]
    assert steps["channel"] == steps.drop(["company", "agent"]).min()
    assert steps.drop("agent").sum() == pytest.approx(steps["agent"])


def test_an_improving_agent_is_found_and_nobody_who_was_not_planted(company):
    trend = trends(company.monthly(CLOSED), built_in_catalogue()["renewal_rate"])
    improving = set(trend.improving["agent_id"])
    assert improving
    assert improving <= {agent(number) for number in IMPROVING}


def test_three_months_show_no_trend(company):
    trend = trends(
        company.monthly(Period(dt.date(2026, 3, 1), dt.date(2026, 5, 1))),
        built_in_catalogue()["renewal_rate"],
    )
    assert trend.rule == "none"
    assert not trend.agents["finding"].any()


def test_a_change_splits_into_mix_and_performance(company):
    cases = company.cases(CLOSED)
    first, second = cases[cases["channel"] == "直销"], cases[cases["channel"] == "电销转介"]
    split = change(first, second, by=("channel",)).split
    assert split.performance == pytest.approx(0)
    assert split.total == pytest.approx(split.mix)
    assert split.unmatched == 2


def test_the_cases_of_the_model_are_the_closed_policies_of_the_rollup(company, judged):
    cases = company.cases(CLOSED)
    assert cases["n"].sum() == judged.measured.totals["due_policies"]
    assert cases["renewed"].sum() == judged.measured.totals["renewed_policies"]


def test_a_range_of_ranks_holds_the_rank_and_bands_begin_where_no_range_reaches_back(judged):
    ranks = robustness(judged).ranks
    assert (ranks["weight_low"] <= ranks["rank"]).all()
    assert (ranks["rank"] <= ranks["weight_high"]).all()
    assert (ranks["data_low"] <= ranks["data_high"]).all()


def test_a_band_begins_with_whoever_its_first_is_ahead_of_in_nineteen_of_twenty_draws():
    # The first is ahead of the second in 18 of 20 draws, of the third in all; the third of the
    # fourth in half.
    first, second = np.full(20, 90.0), np.where(np.arange(20) < 2, 95.0, 80.0)
    third, fourth = np.full(20, 70.0), np.where(np.arange(20) < 10, 75.0, 65.0)
    assert bands(
        np.column_stack([fourth, first, third, second]), np.array([1, 3, 2, 0])
    ).tolist() == [2, 1, 2, 1]


def test_two_seeds_move_no_end_of_a_range_by_more_than_a_place(judged, monkeypatch):
    ranges = present(rank_ranges(judged))
    monkeypatch.setattr("analytics.insight.rank_ranges.SEED", 7)
    again = present(rank_ranges(judged))
    assert ranges.draws > 500
    moved = np.abs(np.array([ranges.low - again.low, ranges.high - again.high]))
    assert (moved <= 1).mean() > 0.98
    assert moved.max() <= 2


def test_a_range_of_ranks_is_that_of_scores_drawn_anew_and_ranked_one_by_one(judged, monkeypatch):
    monkeypatch.setattr("analytics.insight.rank_ranges.MOST_DRAWS", 500)
    ranges = present(rank_ranges(judged))
    scores = np.zeros((500, len(ranges.rows)))
    for position, marks in of_agents(judged, ranges.rows):
        scores += np.nan_to_num(judged.agents.weight[ranges.rows, position] / 100 * marks)
    hundredths = np.floor(scores * 100 + 0.5)
    ranks = 1 + (hundredths[:, None, :] > hundredths[:, :, None]).sum(axis=2)
    assert np.abs(ranges.low - np.quantile(ranks, 0.05, axis=0)).max() <= 1
    assert np.abs(ranges.high - np.quantile(ranks, 0.95, axis=0)).max() <= 1


def test_rates_without_volumes_give_no_range_of_a_rank_and_name_the_indicators(home, tmp_path):
    rows = "".join(f"S{number:02d},{60 + number}%,{70 + number}\n" for number in range(12))
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,续保率,满意度\n" + rows,
        **{"from": "2026-04", "to": "2026-04"},
        satisfaction_max=100,
    )
    measured = home.measure(Filters(APRIL))
    lenient = replace(measured, settings=replace(measured.settings, missing_limit=70.0))
    only = evaluate(lenient, default_scheme())
    assert only.agents.rated.all()
    assert rank_ranges(only) is None
    assert [indicator.id for indicator in robustness(only).unknown] == [
        "renewal_rate",
        "satisfaction",
    ]
    table = robustness(only).ranks
    assert table["data_low"].isna().all()
    assert table["band"].isna().all()
    assert table["first"].isna().all()


def months_of_rates(home, tmp_path, levels, wobble, months=8):
    """Sheets of eight months that state rates and nothing else: a level an agent, and what each
    month adds to it."""
    random = np.random.default_rng(11)
    for month in range(1, months + 1):
        rates = np.clip(levels + wobble * random.standard_normal(len(levels)), 0, 1)
        rows = "".join(
            f"S{number:02d},{100 * rate:.3f}%,{40 + 100 * rate / 2:.3f}\n"
            for number, rate in enumerate(rates)
        )
        load_text(
            home,
            tmp_path,
            "scoresheet",
            "工号,续保率,满意度\n" + rows,
            **{"from": f"2026-{month:02d}", "to": f"2026-{month:02d}"},
            satisfaction_max=100,
        )
    last = Period(dt.date(2026, months, 1), dt.date(2026, months, 1))
    measured = home.measure(Filters(last))
    return evaluate(
        replace(measured, settings=replace(measured.settings, missing_limit=70.0)), default_scheme()
    )


def test_rates_of_several_months_without_counts_tell_by_themselves_how_sure_each_is(home, tmp_path):
    # Twenty agents four points apart, months that vary by three: a level is known to ± 6, the ranks
    # to a few places.
    evaluation = months_of_rates(home, tmp_path, np.linspace(0.2, 0.96, 20), 0.03)
    sure = present(certainty(evaluation.measured, "renewal_rate"))
    assert sure.kind == "months"
    # 20 · 8 − 20 − 7 = 133 degrees of freedom: the spread is known to about a twentieth of itself.
    assert evaluation.measured.month_spread["renewal_rate"].freedom == 133
    assert evaluation.measured.month_spread["renewal_rate"].sd == pytest.approx(0.03, rel=0.2)
    assert sure.high[10] - sure.low[10] == pytest.approx(2 * 1.98 * 0.03, rel=0.2)
    assert sure.differ
    assert sure.enough.all()
    ranges = present(rank_ranges(evaluation))
    assert robustness(evaluation).unknown == ()
    assert 1 <= (ranges.high - ranges.low).mean() <= 6
    assert "各月结果的波动" in sure_text(evaluation.measured, "renewal_rate", 10, "zh")


def test_equal_agents_with_rates_of_several_months_are_not_told_apart(home, tmp_path):
    evaluation = months_of_rates(home, tmp_path, np.full(20, 0.8), 0.05)
    assert present(certainty(evaluation.measured, "renewal_rate")).p_equal > 0.05
    assert (
        present(rank_ranges(evaluation)).high - present(rank_ranges(evaluation)).low
    ).mean() > 12  # 18 of 20 places are nine tenths


def test_two_months_of_rates_are_too_few_to_tell_their_spread(home, tmp_path):
    assert (
        certainty(
            months_of_rates(home, tmp_path, np.full(40, 0.8), 0.05, 2).measured, "renewal_rate"
        )
        is None
    )


def test_ahead_under_every_weighting_is_three_comparisons(judged):
    scores = np.array([[90, 80, 70], [80, 70, 60], [95, 60, 60], [90, 80, np.nan]])
    assert always_ahead(scores, 0, 1) is True
    assert always_ahead(scores, 0, 2) is True
    assert always_ahead(np.array([[99, 60, 60], [90, 80, 70]]), 0, 1) is False
    assert not always_ahead(scores, 0, 3)  # the last one's missing 70 would only have pulled down
    assert always_ahead(scores, 3, 0)
    assert share_ahead(scores, 0, 1) == 1
    assert category_scores(judged).shape == (len(judged.people), 3)


def test_effective_weights_add_up_and_so_do_nominal_ones(judged):
    table = effective_weights(judged)
    assert table["nominal"].sum() == pytest.approx(100)
    assert table["shapley"].sum() == pytest.approx(100)
    assert (table["shapley"] >= -1e-9).all()


def test_a_ceiling_is_flagged_and_a_small_group_cannot_tell(judged):
    table = standards_check(judged).set_index("indicator")
    assert table.loc["complaint_rate", "n"] == len(judged.people)
    of = {
        str(agent_id): "few" if position < 5 else "many"
        for position, agent_id in enumerate(judged.people["agent_id"])
    }
    compared = groups(judged, of).set_index("group")
    few, many = compared.loc["few"], compared.loc["many"]
    assert (bool(few["enough"]), bool(many["enough"])) == (False, True)
    assert few[["ratio", "low", "high"]].isna().all()  # no number beside "cannot tell"
    # Nor is the small group the best.
    assert (many["ratio"], bool(many["flagged"])) == (1, False)


SUMS = {
    "renewed_policies": 8,
    "due_policies": 10,
    "late_renewals": 1,
    "open_policies": 6,
    "open_renewed": 2,
    "excluded_policies": 4,
    "renewed_premium": 90,
    "retained_premium": 80,
    "due_premium": 100,
}


def test_rival_definitions_come_from_the_same_sums():
    rates = radar(SUMS).set_index("definition")["rate"]
    assert rates.to_dict() == {
        "count": 0.8,
        "late_included": 0.9,
        "open_included": 0.625,
        "portfolio": 0.5,
        "premium": 0.9,
        "premium_capped": 0.8,
    }


def test_the_radar_names_the_definition_that_the_files_own_rates_follow():
    own = pd.DataFrame(
        [
            {
                "agent_id": f"A{number}",
                **SUMS,
                "late_renewals": number,
                "renewed_premium": 70 + number,
                "retained_premium": 66,
            }
            for number in range(1, 7)
        ]
    )
    own["rate"] = ((8 + own["late_renewals"]) / 10).round(2)
    rivals = radar(SUMS, own).set_index("definition")
    assert rivals.index[rivals["fits"]].tolist() == ["late_included"]
    assert rivals.loc["late_included", ["compared", "matched"]].tolist() == [6, 1.0]
    few = radar(SUMS, own.head(4))
    assert not few["fits"].any()
    unknown = own.assign(late_renewals=np.nan)
    assert radar(SUMS, unknown).set_index("definition").loc["late_included", "compared"] == 0


def test_few_coached_agents_tell_nothing_and_that_is_said(talked):
    desk, after = talked
    proof = desk.proof(after, dt.date(2026, 1, 1))
    assert (proof.verdict, proof.reason) == ("cannot_tell", "few")
    assert proof.coached <= 4
    assert (
        proof.left_out + proof.coached == 44
    )  # who had a talk in October is neither coached nor a peer


def test_what_has_no_spread_has_no_certainty_and_a_funnel_needs_whole_cases(judged):
    assert certainty(judged.measured, "renewal_premium") is None
    assert present(certainty(judged.measured, "renewal_count")).kind == "share"
    with pytest.raises(RequestRefused, match="not_a_rate"):
        funnel(judged, "satisfaction")
    with pytest.raises(RequestRefused, match="no_case_mix"):
        case_mix(
            pd.DataFrame(
                {
                    "agent_id": ["a", "b"],
                    "n": [1, 1],
                    "renewed": [1, 1],
                    "product": ["x", "y"],
                    "token": ["P1", "P2"],
                }
            )
        )


def test_one_agent_alone_crashes_nothing(home, tmp_path):
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\n")
    only = evaluate(home.measure(Filters(APRIL)), default_scheme())
    assert present(certainty(only.measured, "renewal_rate")).p_equal == 1
    assert not quadrant_certainty(only.measured, place(only)).known.any()
    assert funnel(only, "renewal_rate").n.tolist() == [1]
    assert robustness(only).ranks.empty


def test_the_range_of_a_count_held_against_a_target_is_that_of_the_renewals(judged):
    rate, count = (
        present(certainty(judged.measured, name)) for name in ("renewal_rate", "renewal_count")
    )
    catalogue = judged.catalogue
    target = judged.measured.agents.denominator[:, catalogue.position("renewal_count")]
    due = judged.measured.agents.denominator[:, catalogue.position("renewal_rate")]
    assert count.low * target == pytest.approx(rate.low * due)
    assert count.above(0.9)[0] == pytest.approx(rate.above(0.9 * target[0] / due[0])[0], abs=0.01)


def test_drawn_values_lie_about_the_shrunken_ones_and_the_same_seed_draws_the_same(judged):
    rows = np.arange(20)
    for name in ("renewal_rate", "satisfaction", "complaint_rate", "renewal_count"):
        sure = present(certainty(judged.measured, name))
        drawn, again = (sure.drawn(rows, 4_000, np.random.default_rng(7)) for _ in range(2))
        assert drawn.tobytes() == again.tobytes()
        assert drawn.mean(axis=0) == pytest.approx(sure.shrunken[rows], rel=0.03)
        assert drawn.std(axis=0) == pytest.approx(sure.sd[rows], rel=0.08)


def test_who_is_among_the_best_adds_up_and_two_runs_say_the_same(judged):
    first, again = robustness(judged), robustness(judged)
    assert first.ranks["first"].sum() == pytest.approx(1, abs=0.02)  # ties share the first place
    assert first.ranks["top3"].sum() == pytest.approx(3, abs=0.05)
    assert (first.ranks["first"] <= first.ranks["top3"]).all()
    assert first.ranks.to_csv() == again.ranks.to_csv()
    assert (
        first.width_data > first.width_weights
    )  # in the sample chance moves ranks far more than permitted weights do


def test_amounts_of_premium_move_with_the_renewals_they_come_from(judged):
    drawn = {
        judged.catalogue.ids[position]: marks
        for position, marks in of_agents(judged, np.arange(10))
    }
    together = np.corrcoef(drawn["renewal_rate"][:, 0], drawn["premium_retention"][:, 0])[0, 1]
    assert together > 0.8
    assert drawn["renewal_cycle"].shape[0] == 1  # nothing is known of its spread


def test_the_leaders_regions_cover_all_permitted_weights_and_a_grade_is_reached_somewhere(judged):
    table = leaders(judged)
    assert table["share"].sum() == pytest.approx(1)
    best = robustness(judged).ranks.iloc[0]
    assert best["agent_id"] in set(table["agent_id"])
    regions = grade_regions(judged, judged.row(str(best["agent_id"])))
    assert regions
    assert {name for name, _, _ in regions} <= {name for name, _ in judged.catalogue.grades}


def test_the_biggest_weak_spot_has_a_probability_and_recoverable_points_stop_at_the_better_quarter(
    judged,
):
    table = losses_of(judged, "锐进").set_index("indicator")
    assert table["biggest"].sum() == pytest.approx(1)
    assert table["biggest"].idxmax() in set(table["team"].nlargest(2).index)
    assert (table["recoverable"] <= table["team"] + 1e-9).all()
    assert (table["recoverable"] >= 0).all()
    assert table.loc["satisfaction", "per_weight"] == pytest.approx(
        table.loc["satisfaction", "team"]
        / judged.teams.weight[
            judged.measured.teams["team"].tolist().index("锐进"),
            judged.catalogue.position("satisfaction"),
        ]
    )


def test_a_team_of_few_policies_has_no_probable_weak_spot(home, tmp_path):
    rows = "".join(
        f"P{policy},A{policy % 5},2026-04-0{1 + policy % 9},{'已续' if policy % 3 else '未续'}\n"
        for policy in range(20)
    )
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果\n" + rows)
    load_text(
        home, tmp_path, "agents", "工号,团队\n" + "".join(f"A{number},甲\n" for number in range(5))
    )
    small = evaluate(home.measure(Filters(APRIL)), default_scheme())
    assert losses_of(small, "甲")["biggest"].isna().all()


def test_the_prize_of_coaching_is_smaller_than_the_raw_gap_and_has_limits(judged):
    frame = coaching_list(judged, place(judged), [])
    column = judged.catalogue.position("renewal_rate")
    values = judged.measured.agents
    some = frame[frame["extra_renewals"] > 0]
    assert (some["extra_low"] <= some["extra_renewals"] + 1e-9).all()
    assert (some["extra_renewals"] <= some["extra_high"] + 1e-9).all()
    assert some["half_renewals"].to_numpy() * 2 == pytest.approx(some["extra_renewals"].to_numpy())
    for agent_id in some["agent_id"].head(5):
        row = judged.row(str(agent_id))
        team = judged.people["team"].iat[row]
        raw = (
            np.median(values.value[(judged.people["team"] == team).to_numpy(), column])
            - values.value[row, column]
        )
        assert (
            some.set_index("agent_id").loc[agent_id, "extra_renewals"]
            < values.denominator[row, column] * raw
        )


def test_a_standard_is_proposed_with_limits_and_the_markets_average_moves_the_pass_mark(judged):
    own = present(propose(judged.measured, "renewal_rate"))
    assert own.full_low <= own.full <= own.full_high
    assert own.pass_low <= own.pass_mark <= own.pass_high
    assert own.pass_mark == pytest.approx(
        judged.measured.company.value[0, judged.catalogue.position("renewal_rate")]
    )
    market = present(propose(judged.measured, "renewal_rate", 0.7))
    assert (market.pass_mark, market.market) == (0.7, True)
    standard = present(market.standard)
    assert dict(zip(standard.values, standard.points, strict=True))[0.7] == 60
    assert (
        present(propose(judged.measured, "renewal_rate", 0.99)).standard is None
    )  # three quarters do not even reach it
    complaints = present(present(propose(judged.measured, "complaint_rate")).standard)
    assert complaints.values[0] < complaints.values[1]
    assert complaints.points == (100, 60, 0)


def test_another_standard_regrades_without_a_new_measure(judged):
    proposal = present(propose(judged.measured, "renewal_rate", 0.7))
    catalogue = with_standard(judged.catalogue, "renewal_rate", present(proposal.standard))
    then = evaluate(under(judged.measured, catalogue), judged.scheme)
    column = catalogue.position("renewal_rate")
    assert then.measured.agents.value[:, column] == pytest.approx(
        judged.measured.agents.value[:, column]
    )
    changed = [
        position
        for position in range(len(catalogue.ids))
        if not np.array_equal(
            then.measured.agents.points[:, position],
            judged.measured.agents.points[:, position],
            equal_nan=True,
        )
    ]
    assert changed == [column]


def test_groups_can_be_made_by_seniority_and_by_the_channel_of_the_book(company, judged):
    years = grouped(judged, "seniority")
    assert set(years.values()) <= set(SENIORITY)
    book = grouped(judged, "channel", company.cases(CLOSED))
    assert {book[agent(number)] for number in GIVEN_HARD} == {"电销转介"}


def test_every_split_of_a_change_has_limits_and_small_cells_are_merged_in_sight(company):
    cases = company.cases(CLOSED)
    mine = cases[cases["team"] == "星火"]
    first, second = mine.head(len(mine) // 2), mine.tail(len(mine) // 2)
    difference = change(first, second)
    assert difference.mix[0] <= difference.split.mix <= difference.mix[1]
    assert difference.performance[0] <= difference.split.performance <= difference.performance[1]
    assert (difference.cells["cell"] == MERGED).sum() == (1 if difference.merged else 0)


def test_expectations_are_calibrated_and_standardised_rates_rest_on_half_the_book(company):
    mix = case_mix(company.cases(CLOSED))
    tenths = calibration(mix)
    assert len(tenths) == 10
    assert (tenths["observed"].corr(tenths["expected"])) > 0.9
    standardised = mix.agents.dropna(subset=["standardised"])
    assert (standardised["covered"] >= 0.5).all()
    victim = mix.agents.set_index("agent_id").loc[agent(GIVEN_HARD[0])]
    assert np.isnan(victim["standardised"]) or victim["standardised"] > victim["rate"]


def test_a_funnel_of_complaints_has_poisson_limits(judged):
    complaints = funnel(judged, "complaint_rate")
    assert complaints.events
    column = judged.catalogue.position("complaint_rate")
    assert complaints.centre == pytest.approx(judged.measured.company.value[0, column])
    assert complaints.outside998.sum() <= complaints.outside95.sum()
    lines = curves(complaints)
    assert (lines["low95"] <= complaints.centre + 1e-9).all()
    assert (lines["high998"] >= lines["high95"]).all()


def test_talks_that_did_nothing_tell_nothing_and_the_picture_shows_every_period(talked):
    desk, after = talked
    proof = desk.proof(
        after
    )  # talks of October with the forty of lowest rate in the quarter before, of January with four
    assert (proof.verdict, proof.reason, proof.difference, proof.placebo) == (
        "cannot_tell",
        "chance",
        None,
        None,
    )
    assert proof.coached >= 10
    assert proof.detectable > 0
    assert str(proof.study.before[0]) == "2025-07…2025-09"
    assert proof.periods["months"].unique().tolist() == [
        "2025-01…2025-03",
        "2025-04…2025-06",
        "2025-07…2025-09",
        "2026-01…2026-03",
    ]


def test_a_label_needs_data_of_ones_own_not_only_a_sure_group(company):
    month = company.evaluation(Filters(APRIL), default_scheme())
    sure = quadrant_certainty(month.measured, place(month, cut="0.7", cut_y="70"))
    assert (
        sure.probability.max(axis=1)[sure.known] >= 0.8
    ).mean() > 0.5  # nearly everybody is above so low a line …
    assert not (
        sure.certain & ~sure.enough
    ).any()  # … but twenty policies and six surveys say it of the group


def test_complaints_can_stand_on_an_axis(company):
    now = company.evaluation(
        Filters(Period(dt.date(2026, 2, 1), dt.date(2026, 4, 1))), default_scheme()
    )
    for x, y in (
        ("renewal_rate", "complaint_rate"),
        ("complaint_rate", "satisfaction"),
        ("renewal_count", "complaint_rate"),
    ):
        chance = quadrant_certainty(now.measured, place(now, x, y))
        assert chance.probability[chance.known].sum(axis=1) == pytest.approx(1)


def test_no_complaint_is_not_low_below_the_number_that_the_page_names(judged):
    complaints = funnel(judged, "complaint_rate")
    few = complaints.n < complaints.fewest998
    assert not (complaints.outside998 & few & (complaints.rate == 0)).any()
    assert complaints.chance998.max() <= 0.002


def test_a_perfect_agent_among_few_is_not_drawn_as_perfect(home, tmp_path):
    rows = "".join(
        f"P{who}-{policy},A{who},2026-04-0{1 + policy},"
        f"{'已续' if who == 0 or policy % 3 else '未续'}\n"
        for who in range(4)
        for policy in range(5)
    )
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果\n" + rows)
    few = evaluate(home.measure(Filters(APRIL)), default_scheme())
    drawn = present(certainty(few.measured, "renewal_rate")).drawn(
        np.arange(4), 2_000, np.random.default_rng(1)
    )
    assert drawn[:, 0].std() > 0.05
    assert drawn[:, 0].mean() == pytest.approx(5.5 / 6, abs=0.02)


def test_a_team_that_loses_nothing_has_no_largest_loss(home, tmp_path):
    rows = "".join(
        f"P{policy},A{policy % 6},2026-04-0{1 + policy % 9},已续\n" for policy in range(180)
    )
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果\n" + rows)
    load_text(
        home, tmp_path, "agents", "工号,团队\n" + "".join(f"A{number},甲\n" for number in range(6))
    )
    full = evaluate(home.measure(Filters(APRIL)), default_scheme())
    table = losses_of(full, "甲").set_index("indicator")
    assert table.loc["renewal_rate", "team"] == 0
    assert table.loc["renewal_rate", "biggest"] < 0.5


def test_two_who_score_the_same_in_everything_lead_together(judged):
    twin = replace(judged.agents, values=judged.measured.agents)
    assert leaders(judged)["tied"].tolist() == [0] * len(leaders(judged))
    marks = judged.measured.agents.points.copy()
    best = judged.row(str(leaders(judged)["agent_id"].iloc[0]))
    marks[(best + 1) % len(marks)] = marks[best]
    same = replace(judged.measured, agents=replace(twin.values, points=marks))
    assert leaders(evaluate(same, judged.scheme))["tied"].iloc[0] == 1


def test_an_agent_without_a_whole_category_takes_part_in_who_leads(judged):
    marks = judged.measured.agents.points.copy()
    best = judged.row(str(leaders(judged)["agent_id"].iloc[0]))
    competence = [indicator.category == "competence" for indicator in judged.catalogue.indicators]
    marks[best] = np.where(competence, np.nan, 100.0)
    values = replace(judged.measured.agents, points=marks)
    lacking = evaluate(replace(judged.measured, agents=values), judged.scheme)
    table = leaders(lacking)
    assert lacking.agents.rated[best]
    assert (table["agent_id"].iloc[0], table["share"].iloc[0]) == (
        judged.people["agent_id"].iloc[best],
        pytest.approx(1),
    )
    assert not table["exact"].any()
    ranks = robustness(lacking).ranks.set_index("agent_id")
    assert ranks.loc[judged.people["agent_id"].iloc[best], "first_weights"] == pytest.approx(1)


def test_one_channels_policies_are_not_held_against_everybodys_targets_and_complaints(company):
    all_over = company.evaluation(Filters(APRIL), default_scheme()).measured
    direct = company.evaluation(Filters(APRIL, channel="直销"), default_scheme()).measured
    catalogue = all_over.catalogue
    assert np.isnan(direct.company.value[0, catalogue.position("complaint_rate")])
    count = direct.agents.value[:, catalogue.position("renewal_count")]
    assert np.nanmedian(count) == pytest.approx(
        1, abs=0.01
    )  # of the median agent in this channel, not of a whole target
    assert np.nanmedian(all_over.agents.value[:, catalogue.position("renewal_count")]) > 0.5


def test_an_impossible_market_average_is_refused(judged):
    with pytest.raises(RequestRefused, match="market_out_of_range"):
        propose(judged.measured, "renewal_rate", 70.0)


def test_months_without_figures_do_not_shift_last_year(company):
    monthly = company.monthly(CLOSED)
    gone = pd.to_datetime(monthly["month"]) == pd.Timestamp(2025, 6, 1)
    whole, gap = (
        trends(part, built_in_catalogue()["renewal_rate"]).agents.set_index("agent_id")
        for part in (monthly, monthly[~gone])
    )
    assert (gap["pairs"] <= whole["pairs"]).all()
    assert gap["slope"].corr(whole["slope"]) > 0.9


def test_rare_complaints_of_equal_agents_are_not_told_apart():
    random = np.random.default_rng(9)
    wrong = np.mean(
        [
            counts.equal(random.poisson(0.1, 100).astype(float), np.full(100, 0.1)) < 0.05
            for _ in range(100)
        ]
    )
    assert wrong <= 0.1


def test_rates_without_counts_have_no_funnel_and_that_is_not_called_no_data(home, tmp_path):
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,续保率\nA1,80%\nA2,90%\n",
        **{"from": "2026-04", "to": "2026-04"},
    )
    given = evaluate(home.measure(Filters(APRIL)), default_scheme())
    with pytest.raises(RequestRefused, match="no_cases"):
        funnel(given, "renewal_rate")


def test_who_rests_on_too_few_cases_is_not_ranked_and_stands_last_with_a_mark(judged):
    few = too_few(judged)
    rate = present(certainty(judged.measured, "renewal_rate"))
    assert (
        few.tolist() == (rate.credibility < 0.5).tolist()
    )  # of the sample's weighty indicators only this one is short of cases
    assert few.sum() == 4
    table = ranking_table(judged, place(judged), "en").frame
    last = table.tail(4)
    assert set(last["agent_id"]) == set(judged.people["agent_id"][few])
    assert last["rank"].isna().all()
    assert last["grade"].str.endswith(" ○").all()
    assert last["too_few"].str.startswith("○ too few cases to rank (by score alone ").all()
    assert not table.head(-4)["grade"].str.contains("○").any()
    hidden = replace(judged.measured, settings=replace(judged.measured.settings, rank_few=0))
    silent = ranking_table(evaluate(hidden, judged.scheme), place(judged), "en").frame
    assert set(silent.tail(4)["too_few"]) == {"○ too few cases to rank"}


def test_where_agents_do_not_differ_few_cases_take_nobodys_rank(equals):
    assert not too_few(equals).any()
