"""Quadrants, weak spots, coaching and reports, on the tiny company."""

import datetime as dt
import io

import numpy as np
import openpyxl
import pandas as pd
import pytest

from analytics.catalogue import built_in_catalogue, default_scheme
from analytics.errors import RequestRefused
from analytics.evaluation import evaluate, measure
from analytics.insight.agent import breakdown
from analytics.insight.coaching import coaching_list, step_to_next_band
from analytics.insight.quadrant import place
from analytics.insight.weak_spots import agents_behind, better_quarter, losses_of, team_losses
from analytics.model import Filters, Period
from analytics.people import Talk
from analytics.reports.lists.coaching import coaching_table
from analytics.reports.tables import Column, Table, export_name, inert, to_csv, to_xlsx
from tests.present import present
from tests.simulate.figures import measured

APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))


@pytest.fixture
def judged(tiny):
    return evaluate(
        measure(tiny.warehouse, tiny.settings, Filters(APRIL), built_in_catalogue()),
        default_scheme(),
    )


def test_on_the_line_counts_as_high_and_a_missing_value_is_never_placed(judged):
    placed = place(judged, cut="0.8", cut_y="80")  # exactly Ann's values
    assert placed.quadrant.tolist() == ["role_model", "focus", "unplaced"]
    assert placed.counts["unplaced"] == 1


def test_where_lower_is_better_the_low_side_is_the_good_one(judged):
    placed = place(judged, x="complaint_rate", y="renewal_rate", cut="target")
    assert placed.quadrant[:2].tolist() == ["role_model", "focus"]


def test_the_mean_cut_is_the_pooled_value_of_the_company(judged):
    assert place(judged, cut="mean").x_cut.value == pytest.approx(5 / 8)
    assert place(judged, cut="median").x_cut.value == pytest.approx((0.8 + 1 / 3) / 2)


@pytest.mark.parametrize("cut", ["high", "nan", "inf", ""])
def test_a_cut_line_that_is_no_number_is_refused(judged, cut):
    with pytest.raises(RequestRefused):
        place(judged, cut=cut)


def test_points_lost_and_the_score_add_up_to_a_hundred(judged):
    lost = team_losses(judged).sum(axis=1).to_numpy()
    scores = [*judged.teams.score, judged.company.score[0]]
    assert lost + np.array(scores) == pytest.approx(100)


def test_a_teams_losses_stand_beside_the_company_and_the_best_team(judged):
    losses = losses_of(judged, "西").set_index("indicator")
    assert (
        losses.loc["renewal_rate", "best"]
        < losses.loc["renewal_rate", "company"]
        < losses.loc["renewal_rate", "team"]
    )
    assert agents_behind(judged, "西", "renewal_rate")["agent_id"].tolist() == ["B2"]


def test_the_shortest_step_is_counted_from_the_real_denominator():
    rate = built_in_catalogue()["renewal_rate"]
    # 70 % of 22 is 15.4: one more renewal.
    step = present(step_to_next_band(rate, 15 / 22, 15, 22))
    assert (step.amount, step.reaches) == (1, 0.7)
    complaints = built_in_catalogue()["complaint_rate"]
    # 1 per 100 of 200 is 2: what the next period allows, nothing is taken back.
    ahead = present(step_to_next_band(complaints, 2.0, 4, 200))
    assert (ahead.amount, ahead.ahead) == (2, True)
    assert step_to_next_band(rate, 0.95, 19, 20) is None


def test_the_coaching_list_leaves_out_role_models_unless_they_were_put_there(judged):
    placed = place(judged)
    assert "A1" not in coaching_list(judged, placed, [])["agent_id"].tolist()
    entries = [Talk("A1", comment="谈一次")]
    listed = coaching_list(judged, placed, entries).set_index("agent_id")
    assert listed.loc["A1", "comment"] == "谈一次"


def test_the_expected_gain_is_what_the_team_median_would_bring(judged):
    row = coaching_list(judged, place(judged), []).set_index("agent_id").loc["B2"]
    # West has one agent with figures besides Bo, who has none: Bo is the team's median, so there is
    # no gap to close.
    assert row["expected_gain"] == pytest.approx(0)
    assert row["extra_renewals"] == pytest.approx(0)


def test_an_agents_breakdown_keeps_every_number_on_the_way(judged):
    table = breakdown(judged, "A1").set_index("indicator")
    row = table.loc["renewal_rate"]
    assert (row["value"], row["numerator"], row["denominator"], row["points"]) == (0.8, 4, 5, 80)
    assert row["contribution"] == pytest.approx(row["weight"] * 80 / 100)
    assert table["contribution"].sum() == pytest.approx(judged.agents.score[judged.row("A1")])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1+1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_made_inert(text):
    assert inert(text) == f"'{text}"


def test_exports_keep_numbers_as_numbers_and_formulas_as_text():
    frame = pd.DataFrame(
        {
            "name": ['=HYPERLINK("http://x")', "安"],
            "score": [81.255, np.nan],
            "rate": [0.8123, 0.5],
            "day": [dt.date(2026, 4, 1), None],
        }
    )
    columns = [
        Column("name", "姓名"),
        Column("score", "得分", "score"),
        Column("rate", "率", "percent"),
        Column("day", "日期", "date"),
    ]
    sheet = openpyxl.load_workbook(
        io.BytesIO(to_xlsx({"名单": Table(frame, columns)}, ["=note"]))
    ).worksheets[0]
    assert sheet["A2"].value == '\'=HYPERLINK("http://x")'
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].hyperlink is None
    assert (sheet["B2"].value, sheet["B3"].value) == (81.255, None)
    assert (
        sheet["C2"].number_format == '[<0.9995]0.0%;[<1]"<100%";0.0%'
    )  # a share below 100 % never reads 100 %
    text = to_csv(Table(frame, columns)).decode("utf-8-sig").splitlines()
    assert text[0] == "姓名,得分,率,日期"
    assert text[2] == "安,,0.5,"


def test_no_two_exports_share_a_name():
    assert export_name("名单", 3, "xlsx") != export_name("名单", 3, "xlsx")


def test_the_coaching_table_speaks_the_readers_language(judged):
    frame = coaching_list(judged, place(judged), [])
    for language, header in (("zh", "姓名"), ("en", "Name")):
        table = coaching_table(frame, built_in_catalogue(), language)
        assert header in [column.header for column in table.columns]
        assert len(table.frame) == len(frame)


def test_the_better_quarter_is_that_of_true_rates_neither_of_measured_nor_of_shrunken_ones():
    """True rates: Beta(32, 8), whose upper quarter begins at 84.5 %; twenty policies each spread
    measured ones to 88 %."""
    quarters = []
    for seed in range(12):
        random = np.random.default_rng(seed)
        renewed = random.binomial(20, random.beta(32, 8, 300)).astype(float)
        due = np.full(300, 20.0)
        people = pd.DataFrame({"due_policies": due, "renewed_policies": renewed})
        figures = measured(people, {"renewal_rate": (renewed, due)})
        quarters.append(better_quarter(figures, figures.catalogue["renewal_rate"]))
    assert np.mean(quarters) == pytest.approx(0.845, abs=0.005)
