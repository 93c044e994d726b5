"""Whoever rests on too few cases has no rank, and no grade without its mark, in whatever leaves the
house."""

import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from analytics.desk import Desk
from analytics.evaluation import Evaluation, evaluate, under
from analytics.home import Home
from analytics.insight.placing import few_ids
from analytics.insight.proposal import with_standard
from analytics.insight.quadrant import place
from analytics.insight.rehearsal import grade_changes
from analytics.insight.replay import replay
from analytics.model import Filters, Period, Standard, parse_month
from analytics.reports.lists.few import few_cells, few_column, few_words
from analytics.reports.plain import evaluation_view
from analytics.reports.tables import Table, to_csv
from pages.ui import load, panel
from tests.conftest import ROOT, Shell
from tests.pages.test_pages import sound

APRIL = parse_month("2026-04")


@pytest.fixture(scope="module")
def company(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("few") / "home"
    shutil.copytree(sample_folder, folder)
    return folder


@pytest.fixture(scope="module")
def april(company: Path) -> Evaluation:
    home = Home(company)
    evaluation = Desk(home).evaluation(Filters(Period(APRIL, APRIL)))
    home.close()
    return evaluation


def kept(rows: Sequence[dict[str, str]], few: frozenset[str]) -> None:
    """Each row that tells of an agent: nobody of few cases has a rank or a bare grade, and nobody
    else a mark."""
    assert few & {row["agent_id"] for row in rows}
    for row in rows:
        little = row["agent_id"] in few
        assert not [
            name
            for name, word in row.items()
            if name.startswith("rank") and name != "rank_range" and word and little
        ]
        assert all(
            word.endswith(" ○") == little
            for name, word in row.items()
            if name.startswith("grade") and word
        )
        assert row.get("too_few", "○" * little).startswith("○") == little


def exported(company, monkeypatch, page, period="", switch="") -> dict[str, Table]:
    """What a page gives out, by key."""
    left: dict[str, Table] = {}
    monkeypatch.setattr(
        panel,
        "downloads",
        lambda key, stem, table, *rest, **more: left.update({key: table}),
    )
    monkeypatch.setenv("RENEWAL_HOME", str(company))
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    app.context = {"locale": "en-GB"}
    app.run()
    app.session_state["ranking.fold"] = True  # a table that is not made before
    app.switch_page(f"pages/{page}.py").run()
    if period:
        app.selectbox(key="period").select(period).run()
    if switch:
        app.toggle(key=switch).set_value(True).run()
    load.close()
    sound(app)
    return left


@pytest.mark.parametrize(
    ("page", "switch", "key"),
    [
        ("people/ranking", "", "ranking"),
        ("picture/quadrant", "", "quadrant"),
        ("rules/weights", "", "moves"),
        ("people/ranking", "", "moves"),
        ("rules/weights", "stand", "stand"),
        ("people/coaching", "", "coaching"),
    ],
)
def test_no_file_of_a_page_ranks_or_grades_few_cases_unmarked(
    company, april, monkeypatch, page, switch, key
):
    left = exported(company, monkeypatch, page, "2026-04", switch)
    lines = list(csv.reader(io.StringIO(to_csv(left[key]).decode("utf-8-sig"))))[1:]
    names = [column.name for column in left[key].exported]
    assert "too_few" in names
    kept([dict(zip(names, line, strict=True)) for line in lines], few_ids(april))


@pytest.mark.parametrize("command", ["evaluate", "quadrant", "coaching", "robustness"])
def test_no_table_of_a_command_ranks_or_grades_few_cases_unmarked(company, april, command):
    done = Shell(company).run(command, "--from", "2026-04", "--to", "2026-04", "--format", "csv")
    assert done.returncode == 0, done.stderr
    first, _, below = done.stdout.partition("\n")
    assert "Sample data" in first
    rows = list(csv.DictReader(io.StringIO(below)))
    kept(rows, few_ids(april))
    assert {row["agent_id"] for row in rows if row["few_cases"] == "True"} == few_ids(april) & {
        row["agent_id"] for row in rows
    }


def test_a_comparison_of_schemes_ranks_no_few_cases_and_says_why_five_move(company, april):
    words = ("--from", "2026-04", "--to", "2026-04", "--compare", "service_first")
    done = Shell(company).run("evaluate", *words, "--format", "csv")
    assert done.returncode == 0, done.stderr
    sample, head, *lines = done.stdout.splitlines()
    assert "Sample data" in sample
    assert "60/30/10" in head  # made on trial, and says so
    rows = list(csv.DictReader(lines))
    kept(rows, few_ids(april))
    moved = [abs(float(row["places"])) for row in rows if row["places"]]
    assert moved == sorted(moved, reverse=True)
    view = Shell(company)("evaluate", *words)
    assert len(view["why"]) == 5
    assert view["trial"]


def test_whose_grade_would_change_is_told_with_the_mark_of_few_cases(april):
    lower = with_standard(april.catalogue, "renewal_rate", Standard((0.0, 0.4), (0.0, 100.0)))
    then = evaluate(under(april.measured, lower), april.scheme)
    kept(grade_changes(april, then).astype(str).to_dict("records"), few_ids(april))
    moved = replay(april, place(april), then, place(then), "nobody").moved
    assert moved["rank_before"].isna().sum() == len(few_ids(april) & set(moved["agent_id"]))
    kept(moved.where(moved.notna(), "").astype(str).to_dict("records"), few_ids(april))


def test_where_nobody_rests_on_few_cases_no_column_speaks_of_it(april):
    from analytics.reports.lists.few import few_cells

    assert few_column(few_cells(april, np.arange(len(april.people)), "en"), "en")
    assert not few_column(["", "", ""], "en")


def test_whoever_is_not_rated_is_told_apart_from_whoever_has_cases_enough(april):
    rated, few = [True, True, False], [False, True, False]
    assert few_words(rated, few, "en") == [
        "",
        "○ too few cases to rank",
        "not rated",
    ]
    assert few_words(rated, few, "zh") == ["", "○ 数据太少，不排名", "不予评定"]
    unrated = np.flatnonzero(~april.agents.rated)
    assert set(few_cells(april, unrated, "en")) <= {"not rated"}


def test_a_candidate_of_few_cases_is_marked_in_the_incentive_list(company, monkeypatch):
    everybody = frozenset(f"A{number}" for number in range(1001, 1200))
    monkeypatch.setattr("analytics.insight.placing.few_ids", lambda evaluation: everybody)
    left = exported(company, monkeypatch, "picture/trends")
    table = left["incentives"]
    assert "too_few" in [column.name for column in table.columns]
    assert (table.frame["too_few"] == "○ too few cases to rank").all()


def test_no_rank_of_few_cases_leaves_as_json(april):
    agents = evaluation_view(april, place(april))["agents"]
    few = [agent for agent in agents if agent["few_cases"]]
    assert few
    assert all(agent["rank"] is None for agent in few)
    assert all(agent["rank"] is not None for agent in agents if not agent["few_cases"])
