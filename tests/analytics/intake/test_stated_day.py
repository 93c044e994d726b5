"""The day up to which a file says that it speaks."""

import datetime as dt

import pyarrow as pa
import pytest

from analytics.intake.container import Sheet
from analytics.intake.periods import stated_day
from analytics.intake.understood import Stated

TODAY = dt.date(2026, 6, 10)


def sheet(title: str = "", name: str = "表") -> Sheet:
    return Sheet(name, ("工号",), 2, pa.table({}), pa.array([], pa.int64()), grid=((title,),))


@pytest.mark.parametrize(
    ("title", "name", "file", "stated"),
    [
        ("截至2026年4月30日", "表", "四月", Stated("2026-04-30", "title", "截至2026年4月30日")),
        ("Figures as of 2026-05-03", "表", "x", Stated("2026-05-03", "title", "as of 2026-05-03")),
        ("四月月报", "表", "续保_20260430", Stated("2026-04-30", "file", "20260430")),
        ("四月月报", "2026-05-04", "x", Stated("2026-05-04", "sheet", "2026-05-04")),
        ("制表日期 2026-05-04", "表", "x", None),  # when it was made is not up to when it speaks
        ("截至2026年7月31日", "表", "x", None),  # still to come
        ("截至2026年2月30日", "表", "x", None),  # no day
        ("", "20260403", "20260430", None),  # two days
        ("", "表", "2026年4月", None),
        ("", "表", "20260401-20260430", None),
    ],
)
def test_a_day_is_proposed_where_one_is_stated_and_none_is_made_up(title, name, file, stated):
    assert stated_day(sheet(title, name), file, TODAY) == stated
