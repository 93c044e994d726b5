"""What the bare numbers of a column are: which mark is the decimal one, out of how many a score is,
whether rates are percents or fractions."""

from __future__ import annotations

import re
from typing import Any

from analytics.intake.scratch import Column, Scratch

SAME_SCALE = 10.0  # scores all at or below this could be out of 5, 10 or 100
LOW_SCORES = 20.0  # of 100: nobody above it is no believable satisfaction
PLAIN_PERCENT = 2.5  # a rate above this cannot be a fraction
# "满意度（0–100）", "评分(满分5)", "Score (1-10)", "out of 5", "5分制": a header that says its
# highest score
_SCALE = re.compile(
    r"(?:[01]\s*[-–~至到]\s*|满分\s*[:：]?\s*|out of\s+|/\s*)(\d{1,4})\s*分?\s*[)）\]]?\s*$"
    r"|(\d{1,4})\s*[-]?\s*(?:分制|分满分|point scale|star)",
    re.IGNORECASE,
)
_NPS = re.compile(r"(?<![a-z])nps(?![a-z])|净推荐值", re.IGNORECASE)
_PER = {
    r"‱|[万萬][单件张份]|每万|per\s*10[,']?000": 10_000,
    r"‰|千[单件张份]|每千|per\s*(?:mille|thousand|1[,']?000\b)": 1_000,
}
OUT_OF = r"(\d{1,3}(?:\.\d+)?)\s*/\s*(5|10|20|100)\s*分?"
SHARE_OF = r"(\d{1,7})\s*[/／]\s*([1-9]\d{0,6})"
# How often the marks of a column stand as decimals, as thousands, and as either.
_MARKS = r"""
with written as (
  select distinct {place} as v from raw
  where contains({place}, ',') or regexp_matches({place}, '\.\d{{3}}')),
v as (select regexp_replace(half_width(v), '[^0-9,.]', '', 'g') as v from written)
select count(*) filter (
         regexp_full_match(v, '\d+,(\d{{1,2}}|\d{{4,}})|\d{{1,3}}(\.\d{{3}})+,\d+')),
       count(*) filter (
         regexp_full_match(v, '\d{{1,3}}(,\d{{3}})+\.\d*|\d{{1,3}}(,\d{{3}}){{2,}}')),
       count(*) filter (regexp_full_match(v, '\d{{1,3}},\d{{3}}')),
       count(*) filter (regexp_full_match(v, '\d{{1,3}}(\.\d{{3}})+')), min(v)
from v"""


def decimals(scratch: Scratch, column: Column, delimiter: str | None) -> None:
    """Where commas are decimal marks in a column, its cells are rewritten with points."""
    comma, point, either, dotted, example = scratch.row(_MARKS.format(place=column.place))
    mark = "point"
    if comma and point:
        mark = scratch.settling.ask(
            f"decimal.{column.name}",
            "decimal",
            ("point", "comma"),
            column=column.header,
            value=example,
        )
    elif comma:
        mark = "comma"
        scratch.settling.say("decimal_comma", column=column.header, value=example)
    elif delimiter == ";" and (either or dotted) and not point:
        mark = scratch.settling.ask(
            f"decimal.{column.name}",
            "decimal",
            ("point", "comma"),
            column=column.header,
            value=example,
        )
    if mark == "comma":
        scratch.connection.execute(
            f"update raw set {column.place} = replace(replace({column.place}, '.', "
            f"''), ',', '.') "
            f"where {column.place} is not null"
        )


def scale(scratch: Scratch, column: Column) -> dict[str, Any]:
    option = column.field.scale_option or "score_max"
    for key in (option, "score_max", "satisfaction_max"):
        if key in scratch.recipe.options:
            return {"scale": float(scratch.recipe.options[key])}
    if _NPS.search(column.header):
        scratch.settling.say("nps", column=column.header)
        return {"scale": 100.0, "nps": True}
    _parts_of(scratch, column)
    stated = _SCALE.search(column.header)
    if stated:
        scale = float(stated[1] or stated[2])
        scratch.settling.say("scale_header", column=column.header, scale=f"{scale:g}")
        return {"scale": scale}
    highest, starred = scratch.row(
        f"select max(clean_number({column.place})) filter (not is_share({column.place})), "
        f"count(stars(trim({column.place}))) from raw"
    )
    if "scale_max" in scratch.columns or highest is None:
        return {"scale": 100.0}
    if starred and highest <= 5:
        scratch.settling.say("scale_stars", column=column.header)
        return {"scale": 5.0}
    if highest <= LOW_SCORES:
        choices = [scale for scale in ("1", "5", "10", "20", "100") if float(scale) >= highest]
        likely = choices[0] if highest <= SAME_SCALE else None
        answer = scratch.settling.ask(
            f"scale.{column.name}",
            "scale",
            choices,
            likely,
            column=column.header,
            highest=f"{highest:g}",
        )
        return {"scale": float(answer)}
    return {"scale": 100.0}


def _parts_of(scratch: Scratch, column: Column) -> None:
    """Scores written with what they are of (9/10) become the percent that they are."""
    _as_percent(scratch, column, OUT_OF, "scores_of")


def _as_percent(scratch: Scratch, column: Column, pattern: str, note: str) -> None:
    """Two numbers, the second what the first is of, become the percent that they are; said."""
    place = column.place
    count, example = scratch.row(
        f"select count(*), min({place}) from raw where regexp_full_match(trim({place}), $pattern)",
        {"pattern": pattern},
    )
    if count:
        scratch.connection.execute(
            f"update raw set {place} = (100 * regexp_extract(trim({place}), $pattern, "
            f"1)::double "
            f"/ regexp_extract(trim({place}), $pattern, 2)::double)::varchar || '%' "
            f"where regexp_full_match(trim({place}), $pattern)",
            {"pattern": pattern},
        )
        scratch.settling.say(note, column=column.header, value=example, count=count)


def divisor(scratch: Scratch, column: Column) -> float:
    """100 where rates stand as plain percents (92), 1 where they stand as 92 % or 0.92; a
    column of both is asked."""
    _as_percent(scratch, column, SHARE_OF, "rates_of")
    stated = scratch.recipe.options.get("rate_scale")
    if stated in ("percent", "fraction"):
        return 100.0 if stated == "percent" else 1.0
    highest, fractions = scratch.row(
        f"with v as (select clean_number({column.place}) as v from raw "
        f"where not is_share({column.place})) "
        "select max(v), count(*) filter (v > 0 and v < 1) from v"
    )
    marked = "%" in column.header or "％" in column.header
    if highest is not None and highest > PLAIN_PERCENT and fractions and not marked:
        answer = scratch.settling.ask(
            f"rate_scale.{column.name}",
            "rate_scale",
            ("percent", "fraction"),
            None,
            column=column.header or column.name,
            highest=f"{highest:g}",
            count=fractions,
        )
        return 100.0 if answer == "percent" else 1.0
    if marked and highest is not None and 0 < highest <= 1:
        answer = scratch.settling.ask(
            f"rate_scale.{column.name}",
            "rate_scale_small",
            ("fraction", "percent"),
            "fraction",
            column=column.header or column.name,
            highest=f"{highest:g}",
            percent=f"{highest * 100:g}",
        )
        return 100.0 if answer == "percent" else 1.0
    said = marked and highest is not None and highest > 1
    return 100.0 if said or (highest is not None and highest > PLAIN_PERCENT) else 1.0


def per_more(scratch: Scratch, column: Column) -> None:
    """Bare numbers below a header that counts per thousand or ten thousand become numbers per
    hundred; said."""
    per = next(
        (per for pattern, per in _PER.items() if re.search(pattern, column.header, re.IGNORECASE)),
        None,
    )
    if per is None:
        return
    scratch.connection.execute(
        f"update raw set {column.place} = (clean_number({column.place}) / "
        f"$part)::decimal(18, 6)::varchar "
        f"where clean_number({column.place}) is not null and not is_share({column.place})",
        {"part": per / 100},
    )
    scratch.settling.say("per_more", column=column.header, per=f"{per:,}")


def per_hundred(scratch: Scratch, column: Column) -> bool:
    """Whether the bare numbers of an indicator per hundred are fractions (0.04 for 4 of
    100)."""
    highest, percents = scratch.row(
        f"select max(clean_number({column.place})) filter (not is_share({column.place})), "
        f"count(*) filter (is_share({column.place})) from raw"
    )
    if percents and highest is None:
        scratch.settling.say("percent_per_100", column=column.header)
    if (
        highest is None
        or highest > 1
        or highest == 0
        or re.search(r"[%％‰‱]|百|千|万|100", column.header)
    ):
        return False
    answer = scratch.settling.ask(
        f"rate_scale.{column.name}",
        "per_100",
        ("per_100", "fraction"),
        None,
        column=column.header,
        highest=f"{highest:g}",
    )
    return answer == "fraction"
