"""Quotes before the due date and persistency at month 13 and 25: what they count, and that they are
nowhere until they are taken in."""

import datetime as dt
import json
import math
import shutil

import duckdb
import pytest

from analytics.catalogue import built_in_catalogue, offered, with_version
from analytics.desk import Desk
from analytics.evaluation import measure
from analytics.home import Home
from analytics.insight.certainty import certainty
from analytics.insight.coaching import coaching_list
from analytics.insight.evidence import kinds_behind
from analytics.insight.quadrant import place
from analytics.insight.weak_spots import team_losses
from analytics.model import Filters, Followed, Period
from analytics.people import Correction, StandardVersion
from analytics.reports.words import changed_by
from analytics.warehouse import connection, records
from tests.conftest import AS_OF, CONTACTS, POLICIES, ROSTER, Shell, load_text, write

APRIL = dt.date(2026, 4, 1)
PERIOD = Period(APRIL, APRIL)
NEW = ("quote_rate", "quote_lead", "persistency_13", "persistency_25")
HEADER = "保单号,工号,到期日,续保结果,报价日期,剔除原因\n"
# Ann: quoted 9 and 15 days before, one on the due date itself, one never: 2 of 4, on average 12
# days before; a fifth is excluded. Bo: of his two policies none was quoted, by a file that tells of
# quotes: 0 of 2.
QUOTES = """P1,A1,2026-04-10,已续,2026-04-01,
P2,A1,2026-04-20,未续,2026-04-20,
P3,A1,2026-04-25,已续,,
P4,A1,2026-04-30,已续,2026-04-15,
P5,A1,2026-04-30,已续,2026-04-15,车辆已过户
P6,B2,2026-04-05,已续,,
P7,B2,2026-04-06,未续,2026-04-30,
"""


def taken_in(**weights):
    """A version of the standards with all four, each with a weight or with none."""
    made = {name: {**table, "weight": weights.get(name, 0)} for name, table in offered().items()}
    return StandardVersion(made, {}, {}, "", "新指标", APRIL)


def value(home, agent, indicator, period=PERIOD, **filters):
    """An indicator's value as a company has it that took all of them in; None where it is not
    available."""
    measured = measure(
        home.warehouse, home.settings, Filters(period, **filters), with_version(taken_in())
    )
    row = measured.people["agent_id"].tolist().index(agent)
    of = float(measured.agents.value[row, measured.catalogue.position(indicator)])
    return None if math.isnan(of) else of


# -- quotes ----------------------------------------------------------------------------------------


def test_a_quote_counts_before_the_due_date_and_not_on_it(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + QUOTES)
    assert value(home, "A1", "quote_rate") == pytest.approx(2 / 4)
    assert value(home, "A1", "quote_lead") == pytest.approx((9 + 15) / 2)


def test_who_quoted_nobody_in_time_has_a_rate_of_nothing_and_no_lead(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + QUOTES)
    assert value(home, "B2", "quote_rate") == 0
    assert value(home, "B2", "quote_lead") is None


@pytest.mark.parametrize("header", [HEADER, HEADER.replace("报价日期", "未续原因")])
def test_an_empty_column_and_none_at_all_give_no_quote_rate(home, tmp_path, header):
    load_text(
        home, tmp_path, "policies", header + "P1,A1,2026-04-10,已续,,\nP2,A1,2026-04-20,未续,,\n"
    )
    assert value(home, "A1", "quote_rate") is None
    assert value(home, "A1", "quote_lead") is None


def test_a_month_of_which_the_file_tells_no_quotes_stays_out_beside_one_with_them(home, tmp_path):
    load_text(
        home,
        tmp_path,
        "policies",
        HEADER + QUOTES + "P8,A1,2026-03-10,已续,,\nP9,A1,2026-03-11,未续,,\n",
    )
    both = Period(dt.date(2026, 3, 1), APRIL)
    assert value(home, "A1", "quote_rate", Period(both.first, both.first)) is None
    assert value(home, "A1", "quote_rate", both) == pytest.approx(2 / 4)
    assert value(home, "A1", "renewal_rate", both) == pytest.approx(4 / 6)


def test_a_policy_of_another_file_without_quotes_takes_the_agents_month_out_and_gives_it_back(
    home, tmp_path
):
    load_text(home, tmp_path, "policies", HEADER + QUOTES)
    more = load_text(
        home, tmp_path, "policies", "保单号,工号,到期日,续保结果\nP9,A1,2026-04-11,已续\n"
    )
    assert value(home, "A1", "quote_rate") is None
    assert value(home, "B2", "quote_rate") == 0
    home.withdraw(more.load)
    assert value(home, "A1", "quote_rate") == pytest.approx(2 / 4)


def test_a_policy_whose_window_is_open_counts_for_no_quote(home, tmp_path):
    load_text(
        home,
        tmp_path,
        "policies",
        HEADER + QUOTES + "P8,A1,2026-05-31,已续,2026-05-01,\n",
        as_of=AS_OF,
    )
    assert value(home, "A1", "quote_rate", Period(APRIL, dt.date(2026, 5, 1))) == pytest.approx(
        2 / 4
    )


def test_a_channel_has_the_quotes_of_its_own_policies(home, tmp_path):
    header = "保单号,工号,到期日,续保结果,报价日期,渠道\n"
    rows = (
        "P1,A1,2026-04-10,已续,2026-04-01,直销\nP2,A1,2026-04-20,已续,,直销\n"
        "P3,A1,2026-04-21,已续,2026-04-20,门店\n"
    )
    load_text(home, tmp_path, "policies", header + rows)
    assert value(home, "A1", "quote_rate", channel="直销") == pytest.approx(1 / 2)
    assert value(home, "A1", "quote_rate", channel="门店") == 1


def test_a_quote_follows_its_policy_to_another_spelling_and_through_a_rebuild(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + QUOTES)
    home.merge_agents(["B2"], "A1")
    assert value(home, "A1", "quote_rate") == pytest.approx(2 / 6)
    home.rebuild()
    assert value(home, "A1", "quote_rate") == pytest.approx(2 / 6)


def test_a_rate_of_quotes_has_the_range_of_a_share(home, tmp_path):
    load_text(home, tmp_path, "policies", HEADER + QUOTES)
    measured = measure(home.warehouse, home.settings, Filters(PERIOD), with_version(taken_in()))
    sure = certainty(measured, "quote_rate")
    assert sure is not None
    assert (sure.kind, sure.n.tolist()) == ("rate", [4.0, 2.0])
    assert kinds_behind(measured.catalogue["quote_lead"]) == ("policies", "scoresheet")


# -- persistency -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("started", "thirteen", "twenty_five"),
    [
        ("2025-04-11", 1, None),  # 364 days: the last day of an annual policy
        ("2025-04-10", 1, None),  # 365 days: the second instalment of a life policy
        ("2025-05-11", 1, None),  # 334 days
        ("2025-05-12", None, None),  # 333 days
        ("2025-03-09", 1, None),  # 397 days
        ("2025-03-08", None, None),  # 398 days
        ("2024-04-10", None, 1),  # 730 days
        ("2024-05-12", None, None),  # 698 days
        ("2024-05-11", None, 1),  # 699 days
        ("2024-03-09", None, 1),  # 762 days
        ("2024-03-08", None, None),  # 763 days
        ("2023-04-10", None, None),  # its third year
        ("", None, None),
    ],
)
def test_a_policy_is_at_month_13_a_year_after_it_began_give_or_take_a_month(
    home, tmp_path, started, thirteen, twenty_five
):
    rows = f"P1,A1,2026-04-10,已续,{started}\nP2,A1,2026-04-11,已续,2020-01-01\n"
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果,首次起保日期\n" + rows)
    assert value(home, "A1", "persistency_13") == thirteen
    assert value(home, "A1", "persistency_25") == twenty_five


def test_persistency_is_renewed_of_due_at_that_month_of_life_alone(home, tmp_path):
    # Month 13: P1 and P2 renewed, P3 lost → 2 of 3. Month 25: P4 renewed late, P5 renewed → 1 of 2.
    # P6 is in its fifth year, P7 open.
    rows = """P1,A1,2026-04-10,已续,2026-04-10,2025-04-10
P2,A1,2026-04-11,已续,,2025-04-12
P3,A1,2026-04-12,未续,,2025-04-12
P4,A1,2026-04-13,已续,2026-05-14,2024-04-13
P5,A1,2026-04-14,已续,2026-04-14,2024-04-14
P6,A1,2026-04-15,未续,,2021-04-15
P7,A1,2026-06-15,已续,2026-06-15,2025-06-15
"""
    load_text(
        home, tmp_path, "policies", "保单号,工号,到期日,续保结果,续保日期,首次起保日期\n" + rows
    )
    period = Period(APRIL, dt.date(2026, 6, 1))
    assert value(home, "A1", "persistency_13", period) == pytest.approx(2 / 3)
    assert value(home, "A1", "persistency_25", period) == pytest.approx(1 / 2)


# -- scoresheets -----------------------------------------------------------------------------------


def test_a_scoresheet_gives_them_as_rates_or_as_counts(home, tmp_path):
    header = (
        "工号,考核期,应续件数,报价件数,报价提前天数合计,13个月继续率,25个月应续件数,"
        "25个月已续件数\n"
    )
    load_text(home, tmp_path, "scoresheet", header + "A1,2026-04,10,6,72,91%,8,6\n")
    assert value(home, "A1", "quote_rate") == pytest.approx(6 / 10)
    assert value(home, "A1", "quote_lead") == pytest.approx(72 / 6)
    assert value(home, "A1", "persistency_13") == pytest.approx(0.91)
    assert value(home, "A1", "persistency_25") == pytest.approx(6 / 8)


def test_a_rate_beside_its_count_has_a_volume(home, tmp_path):
    load_text(
        home,
        tmp_path,
        "scoresheet",
        "工号,考核期,应续件数,报价率\nA1,2026-04,10,60%\nB2,2026-04,30,80%\n",
    )
    measured = measure(home.warehouse, home.settings, Filters(PERIOD), with_version(taken_in()))
    assert measured.company.value[0, measured.catalogue.position("quote_rate")] == pytest.approx(
        (6 + 24) / 40
    )


def test_an_agent_of_whom_a_sheet_gives_only_what_is_off_is_nobody_yet(home, tmp_path):
    load_text(
        home, tmp_path, "scoresheet", "工号,考核期,已续件数,应续件数,报价率\nA1,2026-04,6,10,60%\n"
    )
    load_text(home, tmp_path, "scoresheet", "工号,考核期,13个月继续率\nB2,2026-04,91%\n")
    assert home.measure(Filters(PERIOD)).people["agent_id"].tolist() == ["A1"]
    assert value(home, "B2", "persistency_13") == pytest.approx(0.91)


# -- off, and taken in -----------------------------------------------------------------------------


def company(folder, *, tells):
    """The desk over the tiny company, whose policies tell of quotes and starts, or do not."""
    home = Home(folder)
    lines = POLICIES.splitlines()
    rows = [
        lines[0] + ",报价日期,首次起保日期",
        *(f"{line},2026-04-01,2025-04-09" for line in lines[1:]),
    ]
    load_text(home, folder, "agents", ROSTER)
    load_text(
        home, folder, "policies", "\n".join(rows if tells else lines) + "\n", satisfaction_max=5
    )
    load_text(home, folder, "contacts", CONTACTS)
    return Desk(home)


def everything(desk):
    """What pages, lists and sheets say of April, as text."""
    evaluation = desk.evaluation(Filters(PERIOD))
    sheets = [desk.shown_sheet(desk.around(Filters(PERIOD)), agent) for agent in ("A1", "B2", "C3")]
    scores = [
        (row.agent_id, evaluation.agents.score[position], evaluation.agents.rank[position])
        for position, row in enumerate(evaluation.people.itertuples())
    ]
    lists = [
        coaching_list(evaluation, place(evaluation), []).to_csv(),
        team_losses(evaluation).to_csv(),
    ]
    return json.dumps([sheets, scores, lists], ensure_ascii=False, default=str)


def test_what_is_off_changes_no_score_rank_sheet_or_list(tmp_path):
    texts = []
    for tells in (True, False):
        (tmp_path / str(tells)).mkdir()
        desk = company(tmp_path / str(tells), tells=tells)
        texts.append(everything(desk))
        assert not set(desk.catalogue(PERIOD).ids) & set(NEW)
        desk.home.close()
    assert texts[0] == texts[1]
    assert not any(
        name in texts[0] for name in (*NEW, *(table["label"]["zh"] for table in offered().values()))
    )


def test_nothing_that_is_off_is_in_the_built_in_standards():
    assert set(offered()) == set(NEW)
    assert not set(built_in_catalogue().ids) & set(NEW)
    assert all(table["weight"] == 0 for table in offered().values())


def test_taken_in_without_weight_they_are_shown_and_move_nobody(tmp_path):
    desk = company(tmp_path, tells=True)
    before = desk.evaluation(Filters(PERIOD))
    desk.adopt_standard(taken_in(), 0)
    now = desk.evaluation(Filters(PERIOD))
    assert set(NEW) < set(now.catalogue.ids)
    assert now.agents.score.tolist() == pytest.approx(before.agents.score.tolist())
    assert now.agents.rank.tolist() == before.agents.rank.tolist()
    shown = {
        indicator["id"]: indicator["value"]
        for indicator in desk.shown_sheet(desk.around(Filters(PERIOD)), "A1")["indicators"]
    }
    assert (shown["quote_rate"], shown["persistency_13"]) == (1, pytest.approx(4 / 5))
    desk.home.close()


def test_with_a_weight_they_count_from_the_month_on_for_which_they_were_taken_in(tmp_path):
    desk = company(tmp_path, tells=True)
    desk.adopt_standard(taken_in(quote_rate=100), 0)
    now = desk.evaluation(Filters(PERIOD))
    # 100 beside the 100 of the others: half of the results' 64 %.
    assert now.nominal[now.catalogue.position("quote_rate")] == pytest.approx(32)
    assert "quote_rate" not in desk.catalogue(Period(dt.date(2026, 3, 1), dt.date(2026, 3, 1))).ids
    assert [changed_by(version, "en")[0] for version in desk.standards()] == [
        "Quote rate added: 0.5 → 0 · 0.8 → 60 · 0.9 → 85 · 1 → 100"
    ]
    desk.home.close()


def test_the_command_line_takes_one_in_by_a_line_of_a_draft(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "home")
    shell = Shell(tmp_path / "home")
    draft = write(tmp_path, "draft.toml", "[persistency_13]\nadd = true\nweight = 5\n")
    shell("standards", "--adopt", draft, "--from", "2026-04", "--reason", "寿险")
    now = shell("standards", "--month", "2026-04")["indicators"]
    assert (now["persistency_13"]["numerator"], now["persistency_13"]["weight"]) == (
        "month_13_renewed",
        5,
    )
    assert "quote_rate" not in now
    wrong = write(tmp_path, "wrong.toml", "[renewal_rate]\nadd = true\n")
    assert "renewal_rate" in shell.refused("standards", "--adopt", wrong, "--reason", "x")


# -- homes of before -------------------------------------------------------------------------------


def made_older(path):
    """The warehouse of a home as the program had it before policies told of quotes: columns and
    marks taken out again."""
    with duckdb.connect(str(path)) as older:
        for name in ("agent_figures", "policy_state", "current_policies"):
            older.execute(f"drop view {name}")
        for column in ("quoted_on", "quotes_told", "started_on"):
            older.execute(f"alter table policies drop column {column}")
        for column in (
            "quoted_policies",
            "quote_lead_days",
            "month_13_due",
            "month_13_renewed",
            "month_25_due",
            "month_25_renewed",
            "due_premium_sq",
            "renewed_premium_sq",
            "customer_due_sq",
            "customer_renewed_sq",
            "customer_cross",
        ):
            older.execute(f"alter table agent_month drop column {column}")
        older.execute("alter table rule drop column month_begins")
        text = (connection.HERE / "migrations" / "003_corrections.sql").read_text(encoding="utf-8")
        older.execute(text[text.index("create or replace view current_policies") :])
        older.execute("delete from migration where name >= '006' ")
        older.execute("update meta set settings = 'of before'")


def test_a_home_of_before_opens_rebuilds_and_has_the_same_figures(tiny):
    folder = tiny.folder
    before = Desk(tiny).evaluation(Filters(PERIOD)).people.to_csv()
    tiny.close()
    made_older(folder / "warehouse.duckdb")
    home = Home(folder)
    assert home.findings == ()
    assert Desk(home).evaluation(Filters(PERIOD)).people.to_csv() == before
    assert value(home, "A1", "quote_rate") is None
    home.rebuild()
    assert Desk(home).evaluation(Filters(PERIOD)).people.to_csv() == before
    home.close()


def test_a_corrected_policy_takes_its_quote_along(home, tmp_path):
    load_text(
        home,
        tmp_path,
        "policies",
        HEADER + QUOTES.replace("P6,B2,2026-04-05,已续,", "P6,B2,2026-04-05,已续,2026-04-01"),
    )
    assert (value(home, "A1", "quote_rate"), value(home, "B2", "quote_rate")) == (1 / 2, 1 / 2)
    handed = Correction("P6", APRIL, {"agent_id": "A1"})
    with home.warehouse.write() as cursor:
        records.follow(cursor, Followed(home.settings, {}, [handed]))
    assert (value(home, "A1", "quote_rate"), value(home, "B2", "quote_rate")) == (3 / 5, 0)
