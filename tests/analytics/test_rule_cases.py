"""Cases in which the rules decide: small files and the numerators and denominators that the rules
give, checkable by hand.

Every case is asked at the desk, on the command line and on a page: all three have to say the same.
"""

import datetime as dt
import json
import shutil
from dataclasses import dataclass, field

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from analytics.__main__ import main
from analytics.commands.shell import Context
from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Filters, Period, parse_month
from pages.ui import load
from tests.conftest import ROOT, closed_home, load_text

HEAD = "保单号,工号,到期日,续保结果,续保日期\n"
ROSTER = "工号,姓名,团队,月份,入职日期,离职日期,目标件数\n"


def policies(*books):
    """One CSV of books (agent, month, renewed, lost, open, day): so many policies of each outcome,
    due on that day."""
    lines, number = [], 0
    for agent, month, renewed, lost, still_open, day in books:
        outcomes = ["已续"] * renewed + ["未续"] * lost + ["跟进中"] * still_open
        for outcome in outcomes:
            number += 1
            due = f"{month}-{day:02d}"
            lines.append(f"P{number},{agent},{due},{outcome},{due if outcome == '已续' else ''}\n")
    return HEAD + "".join(lines)


def roster_and_book(roster, *books):
    """Two files, loaded one after the other: the lines of a roster and the policies of books."""
    return (("agents", ROSTER + roster), ("policies", policies(*books)))


@dataclass(frozen=True)
class Case:
    """Files by kind in the order they are loaded, the as-of date, the period, and what the rules
    give."""

    files: tuple[tuple[str, str], ...]
    as_of: str
    first: str
    last: str
    agents: dict[str, dict[str, tuple[float | None, float | None]]] = field(default_factory=dict)
    teams: dict[str, dict[str, tuple[float | None, float | None]]] = field(default_factory=dict)


CASES = {
    "complaints are held against closed and open policies": Case(
        (
            ("policies", policies(("A1", "2026-05", 20, 0, 0, 5), ("A1", "2026-05", 0, 0, 30, 31))),
            ("complaints", "工号,投诉日期\nA1,2026-05-28\n"),
        ),
        "2026-06-10",
        "2026-05",
        "2026-05",
        {"A1": {"complaint_rate": (1, 50)}},
    ),
    "a month without the numerator leaves the denominator too": Case(
        (("scoresheet", "工号,考核期,应续件数,已续件数\nA1,2026-04,100,80\nA1,2026-05,100,\n"),),
        "2026-12-31",
        "2026-04",
        "2026-05",
        {"A1": {"renewal_rate": (80, 100)}},
    ),
    "two policies of March do not replace a quarter of a hundred": Case(
        (
            (
                "scoresheet",
                "工号,考核期,应续件数,已续件数,投诉件数\nA1,2026Q1,100,92,1\nA2,2026Q1,80,60,0\n",
            ),
            ("policies", policies(("A1", "2026-03", 1, 1, 0, 10))),
        ),
        "2026-12-31",
        "2026-01",
        "2026-03",
        {
            "A1": {"renewal_rate": (92, 100), "complaint_rate": (1, 100)},
            "A2": {"renewal_rate": (60, 80)},
        },
    ),
    "a month with a sheet beside its records counts a target once": Case(
        (
            *roster_and_book(
                "A1,甲,一队,2026-05,2020-01-01,,20\nA2,乙,一队,2026-05,2020-01-01,,20\n",
                ("A1", "2026-05", 18, 2, 0, 10),
                ("A2", "2026-05", 14, 6, 0, 10),
            ),
            ("scoresheet", "工号,考核期,客户满意度\nA1,2026-05,90\nA2,2026-05,80\n"),
        ),
        "2026-12-31",
        "2026-05",
        "2026-05",
        {"A1": {"renewal_count": (18, 20)}, "A2": {"renewal_count": (14, 20)}},
        {"一队": {"renewal_count": (32, 40)}},
    ),
    "open long after its window is due and not renewed": Case(
        (("policies", policies(("A1", "2026-03", 4, 3, 1, 10))),),
        "2026-05-31",
        "2026-03",
        "2026-03",
        {"A1": {"renewal_rate": (4, 8), "complaint_rate": (None, None)}},
    ),
    "a complaint after leaving brings no target": Case(
        (
            *roster_and_book(
                "A1,甲,一队,2026-01,2020-01-01,2026-03-31,10\nA2,乙,一队,2026-01,2020-01-01,,10\n",
                *(("A1", f"2026-0{month}", 9, 1, 0, 10) for month in (1, 2, 3)),
                ("A2", "2026-05", 10, 0, 0, 10),
            ),
            ("complaints", "工号,投诉日期\nA1,2026-05-08\n"),
        ),
        "2026-12-31",
        "2026-01",
        "2026-05",
        {"A1": {"renewal_count": (27, 30)}, "A2": {"renewal_count": (10, 10)}},
    ),
    "months before hiring bring no target": Case(
        (
            *roster_and_book(
                "A1,甲,一队,2026-03,2026-03-01,,20\nA2,乙,一队,2026-03,2020-01-01,,20\n",
                ("A1", "2026-03", 15, 5, 0, 10),
                ("A2", "2026-03", 16, 4, 0, 10),
            ),
            (
                "contacts",
                "工号,联系时间,客户号\nA1,2026-02-20 10:00,K1\nA1,2026-01-21 10:00,K2\n"
                "A2,2026-03-02 10:00,K3\n",
            ),
        ),
        "2026-12-31",
        "2026-01",
        "2026-03",
        {"A1": {"renewal_count": (15, 20)}, "A2": {"renewal_count": (16, 20)}},
    ),
    "one missing target moves nobody else": Case(
        roster_and_book(
            "A1,甲,一队,2026-05,2020-01-01,,\nA2,乙,一队,2026-05,2020-01-01,,20\n"
            "A3,丙,一队,2026-05,2020-01-01,,24\nA4,丁,一队,2026-05,2020-01-01,,30\n",
            ("A1", "2026-05", 12, 8, 0, 10),
            ("A2", "2026-05", 15, 5, 0, 10),
            ("A3", "2026-05", 18, 2, 0, 10),
            ("A4", "2026-05", 10, 10, 0, 10),
        ),
        "2026-12-31",
        "2026-05",
        "2026-05",
        {
            "A1": {"renewal_count": (12, 24)},
            "A2": {"renewal_count": (15, 20)},
            "A3": {"renewal_count": (18, 24)},
            "A4": {"renewal_count": (10, 30)},
        },
        {"一队": {"renewal_count": (55, 98)}},
    ),
    "a half-closed month has half of the target": Case(
        roster_and_book(
            "A1,甲,一队,2026-05,2020-01-01,,20\nA2,乙,一队,2026-05,2020-01-01,,20\n",
            ("A1", "2026-05", 8, 2, 0, 10),
            ("A2", "2026-05", 16, 4, 0, 10),
            ("A1", "2026-05", 0, 0, 10, 31),
        ),
        "2026-06-20",
        "2026-05",
        "2026-05",
        {"A1": {"renewal_count": (8, 10)}, "A2": {"renewal_count": (16, 20)}},
        {"一队": {"renewal_count": (24, 30)}},
    ),
    "a target goes with the month to the team of that month": Case(
        roster_and_book(
            "A1,甲,一队,2026-01,2020-01-01,,20\nA1,甲,二队,2026-02,2020-01-01,,20\n"
            "A2,乙,一队,2026-01,2020-01-01,,20\nA3,丙,二队,2026-01,2020-01-01,,20\n",
            ("A1", "2026-01", 18, 2, 0, 10),
            ("A1", "2026-02", 10, 10, 0, 10),
            ("A2", "2026-01", 15, 5, 0, 10),
            ("A2", "2026-02", 15, 5, 0, 10),
            ("A3", "2026-01", 12, 8, 0, 10),
            ("A3", "2026-02", 12, 8, 0, 10),
        ),
        "2026-12-31",
        "2026-01",
        "2026-02",
        {"A1": {"renewal_count": (28, 40)}},
        {"一队": {"renewal_count": (48, 60)}, "二队": {"renewal_count": (34, 60)}},
    ),
    "fewer than half with a target: everybody against the median result": Case(
        roster_and_book(
            "A1,甲,一队,2026-05,2020-01-01,,50\nA2,乙,一队,2026-05,2020-01-01,,\n"
            "A3,丙,一队,2026-05,2020-01-01,,\n",
            ("A1", "2026-05", 10, 10, 0, 10),
            ("A2", "2026-05", 12, 8, 0, 10),
            ("A3", "2026-05", 18, 2, 0, 10),
        ),
        "2026-12-31",
        "2026-05",
        "2026-05",
        {
            "A1": {"renewal_count": (10, 12)},
            "A2": {"renewal_count": (12, 12)},
            "A3": {"renewal_count": (18, 12)},
        },
    ),
    "a wider sheet counts whole where the finer ones leave out a month": Case(
        (
            (
                "scoresheet",
                "工号,考核期,应续件数,已续件数\nA1,2026-01,30,25\nA1,2026Q1,100,92\n"
                "A2,2026-01,10,5\nA2,2026-02,10,6\nA2,2026-03,10,7\nA2,2026Q1,99,99\n",
            ),
        ),
        "2026-12-31",
        "2026-01",
        "2026-03",
        {"A1": {"renewal_rate": (92, 100)}, "A2": {"renewal_rate": (18, 30)}},
    ),
    "where nothing has closed there is no renewal count, not 0": Case(
        roster_and_book(
            "A1,甲,一队,2026-05,2020-01-01,,20\nA2,乙,一队,2026-05,2020-01-01,,20\n",
            ("A1", "2026-05", 0, 0, 10, 31),
            ("A2", "2026-05", 16, 4, 0, 10),
        ),
        "2026-06-20",
        "2026-05",
        "2026-05",
        {"A1": {"renewal_count": (None, None)}, "A2": {"renewal_count": (16, 20)}},
    ),
    "a file without renewed premiums says nothing of premiums": Case(
        (
            (
                "policies",
                "保单号,工号,到期日,续保结果,应续保费\nP1,A1,2026-05-02,已续,100\n"
                "P2,A1,2026-05-03,未续,300\n",
            ),
        ),
        "2026-12-31",
        "2026-05",
        "2026-05",
        {"A1": {"premium_retention": (None, None), "renewal_rate": (1, 2)}},
    ),
}


@pytest.fixture(params=CASES)
def case(request, made_once, tmp_path):
    """A case, loaded; its home folder."""
    wanted = CASES[request.param]

    def load_files(folder):
        options = {"as_of": dt.date.fromisoformat(wanted.as_of)}
        closed_home(
            folder,
            lambda home: [
                load_text(home, folder, kind, text, **options) for kind, text in wanted.files
            ],
        )

    shutil.copytree(
        made_once(f"case {list(CASES).index(request.param)}", load_files) / "home",
        tmp_path / "home",
    )
    return wanted, tmp_path / "home"


def near(computed, wanted):
    return [None if part is None else pytest.approx(part, abs=1e-6) for part in wanted] == list(
        computed
    )


def test_the_desk_and_the_command_line_give_what_the_rules_give(case):
    wanted, folder = case
    period = Period(parse_month(wanted.first), parse_month(wanted.last))
    home = Home(folder)
    judged = Desk(home).evaluation(Filters(period))
    home.close()
    words = ["evaluate", "--from", wanted.first, "--to", wanted.last, "--home", str(folder)]
    printed = json.loads(CliRunner().invoke(main, words, obj=Context()).stdout)
    rows = {row["agent_id"]: row for row in (*printed["agents"], *printed["not_rated"])}
    teams = {row["team"]: row for row in printed["teams"]}
    for side, expected in ((rows, wanted.agents), (teams, wanted.teams)):
        for name, indicators in expected.items():
            for indicator, fraction in indicators.items():
                got = side[name]["indicators"][indicator]
                assert near((got["numerator"], got["denominator"]), fraction), (
                    name,
                    indicator,
                    got,
                )
    for agent_id, indicators in wanted.agents.items():
        row = judged.row(agent_id)
        for indicator, (numerator, denominator) in indicators.items():
            position = judged.catalogue.position(indicator)
            got = (
                judged.measured.agents.numerator[row, position],
                judged.measured.agents.denominator[row, position],
            )
            plain = tuple(None if part != part else float(part) for part in got)
            assert near(plain, (numerator, denominator)), (agent_id, indicator)


def test_the_agents_page_shows_the_same_fractions(case, monkeypatch):
    wanted, folder = case
    monkeypatch.setenv("RENEWAL_HOME", str(folder))
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    app.context = {"locale": "zh-CN"}
    app.session_state["kept.period"] = (
        wanted.first if wanted.first == wanted.last else f"{wanted.first}~{wanted.last}"
    )
    app.run()
    app.query_params["tab"] = "records"
    app.switch_page("pages/people/person.py").run()
    for agent_id, indicators in wanted.agents.items():
        app.selectbox(key="person_choice").select(agent_id).run()
        assert [message.value for message in (*app.exception, *app.error)] == []
        table = next(frame.value for frame in app.dataframe if "contribution" in frame.value)
        labels = {entry.id: entry.label["zh"] for entry in Desk(load.home()).catalogue().indicators}
        table = table.set_index("indicator")
        for indicator, fraction in indicators.items():
            got = table.loc[labels[indicator], ["numerator", "denominator"]]
            assert near([None if part != part else float(part) for part in got], fraction), (
                agent_id,
                indicator,
            )
    load.close()
