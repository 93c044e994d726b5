"""What the pages say of chance, over the sample company: one switch, bands, ranges, the triangle,
the prize and its proof."""

import datetime as dt
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk
from analytics.home import Home
from analytics.insight.certainty import too_few
from analytics.insight.change import Change
from analytics.language import say
from analytics.model import Filters, Period
from analytics.people import Talk
from pages.ui import load
from tests.conftest import ROOT, load_text
from tests.pages.test_pages import finding_of, html_of, opened, sound
from tests.present import present


@pytest.fixture
def sampled(
    sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppTest]:
    """The app over the sample company."""
    shutil.copytree(sample_folder, tmp_path / "home")
    yield opened(tmp_path / "home", monkeypatch)
    load.close()


def said(app: AppTest) -> str:
    parts = [element.value for element in (*app.markdown, *app.caption, *app.info)]
    return "\n".join([finding_of(app), *parts])


def unfold(app: AppTest, chart: str) -> None:
    """Open the table behind a chart, which is not made before."""
    app.session_state[f"{chart}.fold"] = True
    app.run()


def table(app: AppTest, *columns: str) -> pd.DataFrame:
    """The first table that has these columns."""
    return next(frame.value for frame in app.dataframe if set(columns) <= set(frame.value.columns))


def test_the_overview_names_the_first_band_and_gives_no_medal_to_luck(sampled):
    sound(sampled)
    assert "在同一档" in said(sampled)
    sampled.switch_page("pages/people/ranking.py")
    unfold(sampled, "ranking")
    shown = table(sampled, "rank", "score")
    first = shown.iloc[0]
    low, high = map(int, first["rank_range"].split("–"))
    assert low <= high
    assert high > 10  # one month of twenty policies never makes a certain first
    assert {"renewal_rate.range", "satisfaction.range", "band"} <= set(shown.columns)


def test_one_switch_takes_ranges_away_on_every_page_and_stays_off_from_page_to_page(sampled):
    assert 'class="reach"' in html_of(sampled)
    sampled.toggle(key="how_sure").set_value(False).run()
    sound(sampled)
    assert "在同一档" not in said(sampled)
    assert 'class="reach"' not in html_of(sampled)
    sampled.switch_page("pages/people/ranking.py")
    unfold(sampled, "ranking")
    assert not {"rank_range", "renewal_rate.range"} & set(table(sampled, "rank", "score").columns)
    sampled.query_params["tab"] = "records"
    for page, column in (
        ("picture/quadrant", "quadrant"),
        ("picture/weak_spots", "lost"),
        ("people/person", "contribution"),
    ):
        sampled.switch_page(f"pages/{page}.py").run()
        sound(sampled)
        assert sampled.toggle(key="how_sure").value is False
        names = {name for frame in sampled.dataframe for name in frame.value.columns}
        assert column in names
        assert not [
            name
            for name in names
            if name.endswith((".range", ".z")) or name in ("sure", "certainty")
        ]


def test_a_table_says_range_n_and_credibility_and_too_few_in_words(sampled):
    sampled.switch_page("pages/picture/quadrant.py").run()
    shown = table(sampled, "quadrant", "x")
    assert {"x.range", "x.n", "x.z", "y.range", "y.n", "y.z", "certainty"} <= set(shown.columns)
    assert (
        shown["x.range"].str.contains("分不出高下").any()
    )  # one month of renewals tells nobody apart
    assert shown["certainty"].str.startswith("○ 数据太少").any()
    assert shown["x.z"].between(0, 100).all()


def test_the_first_is_first_under_every_permitted_weighting_or_their_share_is_said(sampled):
    sampled.switch_page("pages/rules/weights.py").run()
    sound(sampled)
    shares = table(sampled, "share", "name")["share"]
    assert shares.sum() == pytest.approx(100)
    text = said(sampled)
    assert ("在所有许可权重下都是第一" in text) == (shares.max() > 99.999)
    assert "实际决定名次差别的份额" in text
    sampled.segmented_control(key="triangle_kind").set_value("grade").run()
    sound(sampled)
    assert table(sampled, "share", "name")["share"].sum() == pytest.approx(100)


def test_the_ranking_is_tried_under_weights_and_chance_on_request(sampled):
    sampled.switch_page("pages/rules/weights.py").run()
    sampled.toggle(key="stand").set_value(True).run()
    sound(sampled)
    shown = table(sampled, "confidence", "both_range")
    assert shown["first"].sum() == pytest.approx(100, abs=2)
    assert shown["confidence"].dropna().between(0, 100).all()
    assert "中间那位续保员的名次" in said(sampled)


def test_a_market_average_needs_its_source_and_then_sets_the_pass_mark(sampled):
    sampled.switch_page("pages/rules/fairness.py").run()
    sound(sampled)
    sampled.number_input(key="market.renewal_rate").set_value(70.0).run()
    sampled.button(key="save_market").click().run()
    assert "需要数值和出处" in sampled.error[0].value
    sampled.text_input(key="source.renewal_rate").set_value("行业年鉴2025").run()
    sampled.button(key="save_market").click().run()
    sound(sampled)
    assert "及格线（60 分）：**70.0%**" in said(sampled)
    assert "行业年鉴2025" in said(sampled).replace("\\", "")
    assert load.home().state.market.all()["renewal_rate"].value == pytest.approx(0.7)
    sampled.switch_page("pages/picture/weak_spots.py").run()
    sound(sampled)
    unfold(sampled, "losses")
    assert table(sampled, "recoverable")["market"].notna().sum() == 1


def test_a_proposed_standard_goes_into_the_draft_of_the_standards(sampled):
    sampled.switch_page("pages/rules/fairness.py").run()
    sampled.selectbox(key="period").select("2025").run()
    sampled.number_input(key="market.renewal_rate").set_value(70.0).run()
    sampled.text_input(key="source.renewal_rate").set_value("年鉴").run()
    sampled.button(key="save_market").click().run()
    assert "人会换等级" in said(sampled)
    sampled.button(key="into_draft").click().run()
    sound(sampled)
    sampled.switch_page("pages/rules/standards.py").run()
    sound(sampled)
    knots = sampled.session_state["standards_draft"].indicators["renewal_rate"]["standard"]["knots"]
    assert [0.7, 60.0] in knots


def test_the_largest_loss_is_named_only_where_it_is_likely(sampled):
    sampled.switch_page("pages/picture/weak_spots.py").run()
    text = said(sampled)
    assert ("的可能是最大短板" in text) != ("○ 差别太小，最大短板还分不出" in text)
    unfold(sampled, "losses")
    chances = table(sampled, "recoverable")["biggest"]
    assert chances.sum() == pytest.approx(100)


def test_expectations_by_book_show_their_calibration_and_a_split_its_limits(sampled):
    sampled.switch_page("pages/picture/case_mix.py").run()
    sound(sampled)
    unfold(sampled, "calibration")
    assert len(table(sampled, "observed", "low")) == 10
    assert "95% 范围" in said(sampled)
    shown = set(table(sampled, "expected_rate", "agent_id").columns)
    assert "standardised" in shown
    assert {"covered", "without_peers", "expected"}.isdisjoint(shown)  # these are for the file


def test_the_prize_of_coaching_is_said_and_its_proof_asks_for_talks_that_were_held(sampled):
    sampled.switch_page("pages/people/coaching.py").run()
    assert "还分不出谁的差距不是运气" in said(sampled)  # of one month nobody's can be told
    sampled.button(key="coaching_longer").click().run()
    assert "都达到团队中位" in said(sampled)
    assert "先和这 10 位谈" in said(sampled)
    sampled.segmented_control(key="coaching_part").set_value("proof").run()
    sound(sampled)
    assert "没有人的首次面谈标为已完成" in said(sampled)


def test_few_coached_agents_cannot_tell_and_no_estimate_stands_beside_it(
    sample_folder, tmp_path, monkeypatch
):
    shutil.copytree(sample_folder, tmp_path / "home")
    home = Home(tmp_path / "home")
    for number in range(6):
        talk_on = dt.date(2026, 3 + number % 2, 2)
        Desk(home).save_talk(Talk(f"A10{10 + number}", state="done", talk_on=talk_on))
    home.close()
    app = opened(tmp_path / "home", monkeypatch)
    app.switch_page("pages/people/coaching.py").run()
    app.segmented_control(key="coaching_part").set_value("proof").run()
    unfold(app, "proof_chart")
    sound(app)
    text = said(app)
    assert "看不出来" in text
    assert "两边各要 10 人" in text
    assert "现在辅导过的 0 人" in text  # nobody has fifty policies in a month
    assert "两边相差" not in text
    app.selectbox(key="proof_since").set_value(dt.date(2026, 4, 1)).run()
    load.close()
    sound(app)
    assert "看不出来" in said(app)


def test_what_went_with_coaching_is_said_with_its_limits_over_scoresheets_by_month(
    home, tmp_path, monkeypatch
):
    """Eighty agents of 50 policies a month for a year; twenty were talked to, and renew a tenth
    more from then on."""
    random = np.random.default_rng(4)
    true = random.beta(0.75 * 60, 0.25 * 60, 80)
    rows = [
        f"A{agent:02},2025-{month:02},50,"
        f"{random.binomial(50, min(rate + 0.1 * (agent < 20 and month > 9), 1))}"
        for month in range(1, 13)
        for agent, rate in enumerate(true)
    ]
    load_text(
        home, tmp_path, "scoresheet", "工号,月份,应续件数,续保件数\n" + "\n".join(rows) + "\n"
    )
    for number in range(20):
        Desk(home).save_talk(Talk(f"A{number:02}", state="done", talk_on=dt.date(2025, 10, 8)))
    proof = Desk(home).proof(
        Desk(home).evaluation(Filters(Period(dt.date(2025, 10, 1), dt.date(2025, 12, 1))))
    )
    assert proof.verdict == "higher"
    difference = present(proof.difference)
    assert difference.low <= 10 <= difference.high
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch)
    app.switch_page("pages/people/coaching.py").run()
    app.segmented_control(key="coaching_part").set_value("proof").run()
    load.close()
    sound(app)
    assert "续保率高于预期相同、没有辅导的人" in said(app)
    assert "数据与 +" in said(app)


def test_the_radar_holds_the_files_own_rates_against_rival_definitions(
    sample_folder, tmp_path, monkeypatch
):
    shutil.copytree(sample_folder, tmp_path / "home")
    home = Home(tmp_path / "home")
    desk = Desk(home)
    month = dt.date(2026, 5, 1)
    sums = desk.monthly(Period(month, month)).head(30)
    rates = sums["renewed_premium"] / sums["due_premium"]
    rows = "".join(
        f"{agent_id},{100 * rate:.1f}%\n"
        for agent_id, rate in zip(sums["agent_id"], rates, strict=True)
    )
    load_text(
        home, tmp_path, "scoresheet", "工号,续保率\n" + rows, **{"from": "2026-05", "to": "2026-05"}
    )
    home.close()
    app = opened(tmp_path / "home", monkeypatch)
    app.switch_page("pages/rules/fairness.py").run()
    load.close()
    sound(app)
    assert "“**保费**”口径：30 行里 100% 在四舍五入以内" in said(app)


def test_agents_who_keep_improving_stand_with_their_evidence_and_the_budget_says_what_luck_costs(
    sampled,
):
    sampled.switch_page("pages/picture/trends.py").run()
    sound(sampled)
    shown = table(sampled, "weight", "luck")
    assert set(shown["agent_id"]) <= {"A1008", "A1034", "A1072"}  # the planted ones
    assert len(shown) > 0
    assert {"first", "last", "change", "luck"} <= set(shown.columns)
    assert {"slope", "p", "q"}.isdisjoint(shown.columns)
    assert not shown["luck"].eq("0.0%").any()
    assert shown["change"].str.fullmatch(r"[+−]\d+\.\d (个百分点|分)").all()
    assert "付给纯运气的，按许多张这样的名单平均，最多" in said(sampled)
    sampled.selectbox(key="trend_indicator").select("satisfaction").run()
    sound(sampled)


def test_a_change_of_the_month_has_its_unit_and_an_arrow_only_where_luck_hardly_explains_it(
    sampled, monkeypatch
):
    def card(label):
        cards = re.findall(r'<li class="card">.*?</li>', html_of(sampled), re.DOTALL)
        return next(card for card in cards if f"<span>{label}</span>" in card)

    def verdict(word):
        monkeypatch.setattr(Change, "verdict", word)
        load.forget()
        sampled.run()
        return card("续保率")

    rate = verdict("chance")
    assert re.search(r'class="by">[+−]\d+\.\d 个百分点<', rate)
    assert re.search(r'class="by">[+−]\d+\.\d 分<', card("客户满意度"))
    assert "仍在正常波动内" in rate or "变化在正常波动内" in rate
    assert "●" not in rate
    rate = verdict("told")
    assert "● 变化不像是偶然" in rate
    assert re.search(r'class="by">[↑↓] [+−]\d+\.\d 个百分点<', rate)
    rate = verdict("unknown")
    assert "○ 变化里偶然占多少，数据看不出" in rate
    assert "↑" not in rate + card("客户满意度")


EXPORTED = {"fairness.vif", "fairness.item_rest"}  # headers of columns that only files have
JARGON = re.compile(
    r"AUC|VIF|item.rest|central weight|\bphi\b|posterior|p-value|\bp =|\bZ "
    r"=|\bseed\b|种子|中心权重|方差膨胀|与其余相关|后验"
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sentence_outside_how_it_is_computed_speaks_of_statistics_by_their_names(language):
    sections = tomllib.loads((ROOT / "data" / "locales" / f"{language}.toml").read_text("utf-8"))
    told = {
        f"{section}.{key}": words
        for section, sentences in sections.items()
        for key, words in sentences.items()
        if isinstance(words, str) and key != "how" and f"{section}.{key}" not in EXPORTED
    }
    assert not [key for key, words in told.items() if JARGON.search(words)]


def test_tables_leave_statistics_names_to_their_files(sampled):
    sampled.switch_page("pages/rules/fairness.py").run()
    sound(sampled)
    shown = table(sampled, "nominal", "decides", "remark")
    assert not {"vif", "item_rest", "reliability"} & set(shown.columns)


def test_how_many_of_the_grades_rest_on_too_few_cases_is_said_beside_them(sampled):
    unfold(sampled, "spread")
    desk = Desk(load.home())
    now = desk.evaluation(Filters(desk.latest_closed()))
    few, rated = int(too_few(now).sum()), int(now.agents.rated.sum())
    assert few > 1
    assert f"其中 {few} / {rated} 人数据太少（表中带 ○）：等级可能只是运气，也不排名。" in said(
        sampled
    )


def test_a_leader_of_few_cases_is_said_to_be_no_ground_for_a_prize(sampled, monkeypatch):
    monkeypatch.setattr(
        "analytics.insight.weightings.too_few",
        lambda evaluation: np.ones(len(evaluation.people), dtype=bool),
    )
    sampled.switch_page("pages/rules/weights.py").run()
    sound(sampled)
    assert "○ 数据太少，不排名：在这些权重下领先，也不能据此奖励。" in said(sampled)


def test_nobody_is_counted_as_luck_where_nobody_is_judged(home, tmp_path, monkeypatch):
    rows = "".join(
        f"P{policy},A{policy % 5},2026-04-0{1 + policy % 9},{'已续' if policy % 3 else '未续'},"
        f"{'甲' if policy % 2 else '乙'}\n"
        for policy in range(100)
    )
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果,产品\n" + rows)
    home.close()
    app = opened(tmp_path / "home", monkeypatch)
    app.switch_page("pages/picture/case_mix.py").run()
    sound(app)
    assert "不作结论" in html_of(app)
    assert "人在此之外仍偏离" not in html_of(app)
    load.close()


def test_what_an_agent_lacks_is_listed_in_the_readers_language(home, tmp_path, monkeypatch):
    load_text(home, tmp_path, "scoresheet", "工号,月份,续保率,客户满意度\nA1,2026-04,70%,80\n")
    home.close()
    app = opened(tmp_path / "home", monkeypatch, "en-GB")
    unfold(app, "not_rated")
    sound(app)
    lacks = table(app, "coverage", "missing")["missing"]
    assert lacks.str.contains("Insurance knowledge, Communication").all()
    assert not lacks.str.contains("、").any()
    load.close()


def test_a_company_whose_spread_nobody_knows_counts_no_certain_quadrants_and_names_no_leader(
    home, tmp_path, monkeypatch
):
    rows = "".join(f"A{agent},2026-04,{70 + agent}%,{80 + agent}\n" for agent in range(12))
    load_text(home, tmp_path, "scoresheet", "工号,月份,续保率,客户满意度\n" + rows)
    home.close()
    app = opened(tmp_path / "home", monkeypatch)
    app.switch_page("pages/picture/quadrant.py").run()
    sound(app)
    assert "没有人的象限可以定：数据太少，或不知道偶然占多少。" in said(app)
    assert (
        table(app, "quadrant", "certainty")["certainty"]
        .eq("○ 没有件数或份数，不知道偶然占多少")
        .all()
    )
    assert app.header[0].value == "图上 12 人；没有件数或份数，谁的象限都定不下来。"
    assert table(app, "quadrant", "action")["action"].eq("先看更多月份的数据再定").all()
    app.switch_page("pages/rules/weights.py").run()
    sound(app)
    assert "没有人参评，任何权重下都没有人领先。" in said(app)
    assert "分界线是精确算出的" not in said(app)
    load.close()


def test_one_policy_is_told_in_the_singular_and_says_nothing_of_a_rate_of_complaints():
    facts = {"indicator": "Complaint rate", "x": "0", "high": "368.89"}
    assert say("certainty.sentence_count", "en", count=1, n="1", **facts) == (
        "Complaint rate: 0 with one policy, which tells nothing of the rate."
    )
    assert "368" not in say("certainty.sentence_count", "zh", count=1, n="1", **facts)


def test_beside_the_picture_nothing_is_advised_where_nobody_stands_in_a_quadrant_for_certain(
    sampled,
):
    sampled.switch_page("pages/picture/quadrant.py").run()
    sound(sampled)
    assert "有 80% 以上把握的：0 / " in said(sampled)
    assert "奖励" not in said(sampled)


def test_where_a_period_tells_nothing_of_coaching_a_longer_one_is_offered(
    home, tmp_path, monkeypatch
):
    """Of 25 policies a month nobody has fifty in one, and everybody in three."""
    rows = [
        f"A{agent:02},2025-{month:02},25,{14 + agent % 9 + (agent < 20 and month > 8)}"
        for month in range(1, 13)
        for agent in range(80)
    ]
    load_text(
        home, tmp_path, "scoresheet", "工号,月份,应续件数,续保件数\n" + "\n".join(rows) + "\n"
    )
    for number in range(20):
        Desk(home).save_talk(Talk(f"A{number:02}", state="done", talk_on=dt.date(2025, 8, 8)))
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch)
    app.switch_page("pages/people/coaching.py").run()
    app.segmented_control(key="coaching_part").set_value("proof").run()
    sound(app)
    assert "现在辅导过的 0 人" in said(app)
    offer = app.button(key="proof_longer")
    assert "2025-10…2025-12" in offer.label
    assert "20" in offer.label
    offer.click().run()
    sound(app)
    load.close()
    assert "辅导过的 20 人" in said(app)
    assert app.selectbox(key="period").value == "2025-10~2025-12"
