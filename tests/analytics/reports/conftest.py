"""A company in which some quadrants are certain and others cannot be."""

from pathlib import Path

import pytest

from analytics.catalogue import default_scheme
from analytics.evaluation import Evaluation, evaluate
from analytics.home import Home
from analytics.model import Filters, Period, parse_month
from tests.conftest import load_text

APRIL = parse_month("2026-04")
POOR, FEW, GIVEN = (
    "A0",
    "F",
    "Z",
)  # clearly poor in service; of one policy and one survey; of a satisfaction without counts


@pytest.fixture
def company(home: Home, tmp_path: Path) -> Evaluation:
    """Ten agents of sixty policies and forty surveys, some poor at either; one of one case, one
    whose satisfaction was given as a mark alone."""
    lines, answers, number = [], [], 0
    for agent in range(10):
        for nth in range(60):
            number += 1
            lost = nth % 20 < (1 if agent < 5 else 8)
            lines.append(f"P{number},A{agent},2026-04-10,{'未续' if lost else '已续'}")
        answers += [
            f"A{agent},2026-04-11,{(60 if agent % 3 == 0 else 95) + nth % 5}" for nth in range(40)
        ]
    lines += [
        f"Q1,{FEW},2026-04-10,已续",
        *(f"R{nth},{GIVEN},2026-04-10,已续" for nth in range(60)),
    ]
    load_text(home, tmp_path, "policies", "保单号,工号,到期日,续保结果\n" + "\n".join(lines) + "\n")
    answers.append(f"{FEW},2026-04-11,60")
    load_text(
        home, tmp_path, "surveys", "工号,调查日期,评分\n" + "\n".join(answers) + "\n", score_max=100
    )
    load_text(home, tmp_path, "scoresheet", f"工号,月份,客户满意度\n{GIVEN},2026-04,60\n")
    return evaluate(home.measure(Filters(Period(APRIL, APRIL))), default_scheme())
