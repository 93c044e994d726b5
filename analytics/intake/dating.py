"""The months that typed rows are of: first_month and last_month of a scoresheet's, month of a
roster's."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from analytics.errors import RecipeRefused
from analytics.intake.container import Sheet
from analytics.intake.periods import is_days, months_of, put_months, stated_period
from analytics.intake.rows import EXAMPLES
from analytics.intake.scratch import Scratch
from analytics.model import month_stated

WEEK = re.compile(
    r"(?:\d{4}\s*年)?\s*(?:\d{1,2}\s*月)?\s*第?\s*[\d一二三四五六]{1,2}\s*周|(week|wk|w)\s*\d{1,2}",
    re.IGNORECASE,
)
SHOWN = 12  # sheets named
_ROSTER = """
create or replace table typed as select typed.* replace (spans.first_month as month)
from typed left join spans on spans.text = typed.month
"""
_SCORESHEET = """
create or replace table typed as select typed.*,
  coalesce(spans.first_month, case when typed.period is null then $first end) as first_month,
  coalesce(spans.last_month, case when typed.period is null then $last end) as last_month
from typed left join spans on spans.text = typed.period
"""


def put_roster_month(scratch: Scratch) -> None:
    """Replace the text of a roster's month by the first day of that month."""
    recipe = scratch.recipe
    texts = _distinct(scratch, "month")
    spans, parts = months_of(texts, recipe, scratch.settling, recipe.columns.get("month", ""))
    put_months(scratch.connection, {} if parts else spans)
    scratch.connection.execute(_ROSTER)


def put_periods(scratch: Scratch, sheets: Sequence[Sheet], file: str) -> bool:
    """first_month and last_month of every row, from its period cell or what is stated; whether
    parts of a month add up."""
    stated = _stated(scratch, sheets, file)
    recipe = scratch.recipe
    texts = _distinct(scratch, "period")
    column = recipe.columns.get("period") or ", ".join(sheet.name for sheet in sheets[:EXAMPLES])
    spans, parts = months_of(texts, recipe, scratch.settling, column)
    put_months(scratch.connection, spans, parts)
    first, last = stated or (None, None)
    scratch.connection.execute(_SCORESHEET, {"first": first, "last": last})
    return bool(parts)


def _distinct(scratch: Scratch, name: str) -> list[str]:
    texts = scratch.connection.execute(
        f"select distinct {name} from typed where {name} is not null order by 1"
    ).fetchall()
    return [text for (text,) in texts]


def _is_week(name: str) -> bool:
    return WEEK.fullmatch(name.strip()) is not None or is_days(name)


def _stated(scratch: Scratch, sheets: Sequence[Sheet], file: str) -> tuple[dt.date, dt.date] | None:
    """The period of rows that name none: the recipe's from and to, else what the sheet or the
    file's name says."""
    options, begins = scratch.recipe.options, scratch.settling.begins
    if "from" in options:
        first = month_stated(options["from"], begins)
        return first, month_stated(options["to"], begins) if "to" in options else first
    if "period" in scratch.columns:
        return None
    stated = stated_period(sheets, file, scratch.settling)
    weeks = [sheet.name for sheet in sheets if _is_week(sheet.name)]
    # The month of a week's name is no whole month.
    if weeks and (stated is None or any("月" in name for name in weeks)):
        raise RecipeRefused("scoresheet_weeks", sheets=weeks[:SHOWN])
    if stated is None:
        raise RecipeRefused("scoresheet_no_period")
    return stated
