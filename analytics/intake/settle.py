"""What a column's cells mean where a cell alone does not tell: date order, words, scale, unit,
decimal mark.

Settled by the whole column and its header; what was assumed is said, what could be otherwise is
asked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from analytics.catalogue import known_indicators
from analytics.errors import RecipeRefused
from analytics.intake.container import Sheet
from analytics.intake.dates import complete, day_order
from analytics.intake.fields import Field, fields, words
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.intake.rows import place_of
from analytics.units import PER_HUNDRED

SAME_SCALE = 10.0  # scores all at or below this could be out of 5, 10 or 100
LOW_SCORES = 20.0  # of 100: nobody above it is no believable satisfaction
PLAIN_PERCENT = 2.5  # a rate above this cannot be a fraction
UNITS = {"千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8, "元": 1.0, "": 1.0}
EXAMPLES = 3
# "满意度（0–100）", "评分(满分5)", "Score (1-10)", "out of 5", "5分制": a header that says its
# highest score
_SCALE = re.compile(
    r"(?:[01]\s*[-–~至到]\s*|满分\s*[:：]?\s*|out of\s+|/\s*)(\d{1,4})\s*分?\s*[)）\]]?\s*$"
    r"|(\d{1,4})\s*[-]?\s*(?:分制|分满分|point scale|star)",
    re.IGNORECASE,
)
_NPS = re.compile(r"(?<![a-z])nps(?![a-z])|净推荐值", re.IGNORECASE)
# "应续保费（万元）", "应续保费万元", "保费-万元", "premium (in thousands)"
_UNIT = re.compile(
    r"[(（\[]\s*(?:单位\s*[:：]\s*)?(千|百万|万|亿|)\s*元?\s*[)）\]]\s*$|(千|百万|万|亿)元\s*$"
)
_ENGLISH_UNIT = re.compile(
    r"\b(thousands?|millions?|k|m|'000|000s?)\b\s*[)）\]]?\s*$", re.IGNORECASE
)
_ENGLISH_UNITS = {"t": 1e3, "k": 1e3, "'": 1e3, "0": 1e3, "m": 1e6}
_TITLE_UNIT = re.compile(r"(?:单位|金额|保费)\s*(?:[:：]|为|是)\s*(?:人民币)?\s*(千|百万|万|亿)?元")
_ENGLISH_TITLE_UNIT = re.compile(
    r"\bin (t)housands?\b|\bin (m)illions?\b|\b(?:RMB|CNY)\s*(['’0])0?00\b", re.IGNORECASE
)
_PER = {
    r"‱|[万萬][单件张份]|每万|per\s*10[,']?000": 10_000,
    r"‰|千[单件张份]|每千|per\s*(?:mille|thousand|1[,']?000\b)": 1_000,
}
FOOTER = 5  # rows at the end of a sheet in which a note may name the unit
# Headers whose yes says that a policy was lost.
INVERSE = re.compile(
    r"脱保|断保|流失|未续|不续|失效|退保|脱落|丢失|战败|(?<![a-z])(non-?renew(ed|al)?|"
    r"not[_ ]renewed|lapsed?|churn(ed)?|lost|loss|attrition|cancel(l?ed)?)(?![a-z])",
    re.IGNORECASE,
)
PLAIN_WORDS = {
    "是",
    "否",
    "y",
    "n",
    "yes",
    "no",
    "1",
    "0",
    "true",
    "false",
    "t",
    "f",
    "√",
    "×",
    "有",
    "无",
}
CURRENCIES = {
    "CNY": r"CNY|RMB|人民币|[￥¥]|元",
    "USD": r"USD|US\$|\$|美元",
    "EUR": r"EUR|€|欧元",
    "HKD": r"HKD|HK\$|港[币元]",
    "GBP": r"GBP|£|英镑",
    "JPY": r"JPY|日元",
    "PHP": r"PHP|₱",
}
HOME_CURRENCY = "CNY"  # what figures are kept in
BLANK = "(空白)"  # stands for an empty outcome that was given a meaning
USUAL = re.compile(
    r"正常|有效|在保|计入|未剔除|不剔除|保留|^normal$|^active$|^valid$|^included?$|^keep$",
    re.IGNORECASE,
)
MANY_EXCLUDED, FEW_EXCLUDED = (
    0.2,
    3,
)  # share of all rows, and rows, beyond which one word excludes too many to be taken on trust
LONG_IDS = 3
OUT_OF = r"(\d{1,3}(?:\.\d+)?)\s*/\s*(5|10|20|100)\s*分?"
SHARE_OF = r"(\d{1,7})\s*[/／]\s*([1-9]\d{0,6})"
UNITS_APART = (
    100  # times: cells with a unit and cells without one that differ more are hardly of one column
)
NUMBERS = ("number", "money", "rate", "score", "count")
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


def names_the_loss(header: str) -> bool:
    """Whether yes below this header would say that a policy was lost."""
    return INVERSE.search(header) is not None


def meanings_of(
    name: str,
    header: str,
    values: Sequence[str],
    stated: Mapping[str, Sequence[str]] | None,
    *,
    sure: bool,
) -> list[str | None]:
    """What the values of an outcome or yes/no column are likely to mean, to be confirmed; what a
    recipe stated counts.

    Yes, no, 1 and 0 mean nothing by themselves below a header that names the loss, or that was only
    guessed.
    """
    known = stated or words(fields()[name].type)
    likely = {word.lower(): meaning for meaning, group in known.items() for word in group}
    if stated is None and (not sure or (name == "outcome" and names_the_loss(header))):
        likely = {word: meaning for word, meaning in likely.items() if word not in PLAIN_WORDS}
    return [likely.get(value.strip().lower()) for value in values]


@dataclass(frozen=True)
class Column:
    """A mapped column: its field, the name in our tables, the header people wrote."""

    name: str
    field: Field
    place: str
    header: str


@dataclass
class Settler:
    """Settles the columns of one file; `raw` is filled, nothing is typed yet."""

    connection: duckdb.DuckDBPyConnection
    recipe: Recipe
    columns: Mapping[str, Field]
    settling: Settling
    date_system: int | None = None
    delimiter: str | None = None
    title_unit: tuple[str, float] | None = None
    currencies: dict[str, str] = field(
        default_factory=dict
    )  # header → the only currency that its cells name
    out: dict[str, dict[str, Any]] = field(default_factory=dict)

    def parameters(self) -> dict[str, dict[str, Any]]:
        """Field → what its macro needs beside the cell."""
        for name, known in self.columns.items():
            column = Column(
                name, known, place_of(name, self.columns), self.recipe.columns.get(name, "")
            )
            found = self._of(column)
            if found:
                self.out[name] = found
        return self.out

    def _of(self, column: Column) -> dict[str, Any] | None:
        kind = column.field.type
        if kind in NUMBERS:
            self._decimals(column)
        if kind in ("date", "moment"):
            complete(self.connection, column, self.recipe, self.settling)
            self._clock(column)
            order = day_order(
                self.connection, column.place, self.recipe, column.name, self.settling
            )
            return {"order": order, "epoch": self._epoch()}
        if kind in ("outcome", "yes"):
            return self._words(column)
        if column.name == "exclusion":
            self._exclusions(column)
        if kind == "id":
            self._destroyed(column)
        if kind == "score" or column.field.scale_option:
            return self._scale(column)
        if kind == "rate":
            return {"divisor": self._divisor(column)}
        if kind == "money" or column.name.endswith("_premium"):
            self._currency(column)
            return self._unit(column)
        if kind == "number" and _per_hundred(column.name):
            self._per_more(column)
            return {"percent": self._per_hundred(column)}
        return None

    def _epoch(self) -> dt.date:
        since_1904 = self.recipe.options.get("date_system", self.date_system) == 1904
        return dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 30)

    def _clock(self, column: Column) -> None:
        """Say when moments were told in another zone, and when midnight is written as web exporters
        write it."""
        zoned, midnight = self._one(
            f"select count(*) filter (with_offset(trim({column.place})) and not "
            f"regexp_matches({column.place}, '[+]08(:?00)?$')), "
            f"count(*) filter (contains({column.place}, '23:59:17')) from raw where "
            f"length({column.place}) > 15"
        )
        if zoned:
            self.settling.say("time_zone", column=column.header, count=zoned)
        if midnight and column.field.type == "date":
            self.settling.say("web_midnight", column=column.header, count=midnight)

    # -- numbers -----------------------------------------------------------------------------------

    def _decimals(self, column: Column) -> None:
        """Where commas are decimal marks in a column, its cells are rewritten with points."""
        comma, point, either, dotted, example = self._one(_MARKS.format(place=column.place))
        mark = "point"
        if comma and point:
            mark = self.settling.ask(
                f"decimal.{column.name}",
                "decimal",
                ("point", "comma"),
                column=column.header,
                value=example,
            )
        elif comma:
            mark = "comma"
            self.settling.say("decimal_comma", column=column.header, value=example)
        elif self.delimiter == ";" and (either or dotted) and not point:
            mark = self.settling.ask(
                f"decimal.{column.name}",
                "decimal",
                ("point", "comma"),
                column=column.header,
                value=example,
            )
        if mark == "comma":
            self.connection.execute(
                f"update raw set {column.place} = replace(replace({column.place}, '.', "
                f"''), ',', '.') "
                f"where {column.place} is not null"
            )

    def _scale(self, column: Column) -> dict[str, Any]:
        option = column.field.scale_option or "score_max"
        for key in (option, "score_max", "satisfaction_max"):
            if key in self.recipe.options:
                return {"scale": float(self.recipe.options[key])}
        if _NPS.search(column.header):
            self.settling.say("nps", column=column.header)
            return {"scale": 100.0, "nps": True}
        self._parts_of(column)
        stated = _SCALE.search(column.header)
        if stated:
            scale = float(stated[1] or stated[2])
            self.settling.say("scale_header", column=column.header, scale=f"{scale:g}")
            return {"scale": scale}
        highest, starred = self._one(
            f"select max(clean_number({column.place})) filter (not is_share({column.place})), "
            f"count(stars(trim({column.place}))) from raw"
        )
        if "scale_max" in self.columns or highest is None:
            return {"scale": 100.0}
        if starred and highest <= 5:
            self.settling.say("scale_stars", column=column.header)
            return {"scale": 5.0}
        if highest <= LOW_SCORES:
            likely = (
                "1"
                if highest <= 1
                else "5"
                if highest <= 5
                else "10"
                if highest <= SAME_SCALE
                else None
            )
            choices = [one for one in ("1", "5", "10", "20", "100") if float(one) >= highest]
            answer = self.settling.ask(
                f"scale.{column.name}",
                "scale",
                choices,
                likely,
                column=column.header,
                highest=f"{highest:g}",
            )
            return {"scale": float(answer)}
        return {"scale": 100.0}

    def _parts_of(self, column: Column) -> None:
        """Scores written with what they are of (9/10) become the percent that they are."""
        self._as_percent(column, OUT_OF, "scores_of")

    def _as_percent(self, column: Column, pattern: str, note: str) -> None:
        """Two numbers, the second what the first is of, become the percent that they are; said."""
        place = column.place
        count, example = self._one(
            f"select count(*), min({place}) from raw where "
            f"regexp_full_match(trim({place}), $pattern)",
            {"pattern": pattern},
        )
        if count:
            self.connection.execute(
                f"update raw set {place} = (100 * regexp_extract(trim({place}), $pattern, "
                f"1)::double "
                f"/ regexp_extract(trim({place}), $pattern, 2)::double)::varchar || '%' "
                f"where regexp_full_match(trim({place}), $pattern)",
                {"pattern": pattern},
            )
            self.settling.say(note, column=column.header, value=example, count=count)

    def _divisor(self, column: Column) -> float:
        """100 where rates stand as plain percents (92), 1 where they stand as 92 % or 0.92; a
        column of both is asked."""
        self._as_percent(column, SHARE_OF, "rates_of")
        stated = self.recipe.options.get("rate_scale")
        if stated in ("percent", "fraction"):
            return 100.0 if stated == "percent" else 1.0
        highest, fractions = self._one(
            f"with v as (select clean_number({column.place}) as v from raw "
            f"where not is_share({column.place})) "
            "select max(v), count(*) filter (v > 0 and v < 1) from v"
        )
        marked = "%" in column.header or "％" in column.header
        if highest is not None and highest > PLAIN_PERCENT and fractions and not marked:
            answer = self.settling.ask(
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
            answer = self.settling.ask(
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

    def _per_more(self, column: Column) -> None:
        """Bare numbers below a header that counts per thousand or ten thousand become numbers per
        hundred; said."""
        per = next(
            (
                per
                for pattern, per in _PER.items()
                if re.search(pattern, column.header, re.IGNORECASE)
            ),
            None,
        )
        if per is None:
            return
        self.connection.execute(
            f"update raw set {column.place} = (clean_number({column.place}) / "
            f"$part)::decimal(18, 6)::varchar "
            f"where clean_number({column.place}) is not null and not is_share({column.place})",
            {"part": per / 100},
        )
        self.settling.say("per_more", column=column.header, per=f"{per:,}")

    def _per_hundred(self, column: Column) -> bool:
        """Whether the bare numbers of an indicator per hundred are fractions (0.04 for 4 of
        100)."""
        highest, percents = self._one(
            f"select max(clean_number({column.place})) filter (not is_share({column.place})), "
            f"count(*) filter (is_share({column.place})) from raw"
        )
        if percents and highest is None:
            self.settling.say("percent_per_100", column=column.header)
        if (
            highest is None
            or highest > 1
            or highest == 0
            or re.search(r"[%％‰‱]|百|千|万|100", column.header)
        ):
            return False
        answer = self.settling.ask(
            f"rate_scale.{column.name}",
            "per_100",
            ("per_100", "fraction"),
            None,
            column=column.header,
            highest=f"{highest:g}",
        )
        return answer == "fraction"

    # -- money -------------------------------------------------------------------------------------

    def _unit(self, column: Column) -> dict[str, Any] | None:
        given = self._unit_stated(column)
        self._units_mixed(column, 1.0 if given is None else float(given["unit"]))
        return given

    def _units_mixed(self, column: Column, factor: float) -> None:
        """Ask where some cells name a unit (1.2万) that makes them far larger or smaller than those
        that name none."""
        place = column.place
        named, bare, example = self._one(
            f"select median(abs(clean_number({place}))) filter (regexp_matches({place}, $unit)), "
            f"median(abs(clean_number({place}))) filter (not regexp_matches({place}, "
            f"$unit)) * $factor, "
            f"min({place}) filter (regexp_matches({place}, $unit)) from raw where "
            f"clean_number({place}) <> 0",
            {"unit": r"[千万亿Kk]\s*元?\s*$", "factor": factor},
        )
        if named and bare and not 1 / UNITS_APART < named / bare < UNITS_APART:
            self.settling.ask(
                f"plausible.units.{column.name}",
                "units_mixed",
                ("yes",),
                None,
                column=column.header,
                value=example,
                named=f"{named:,.2f}",
                bare=f"{bare:,.2f}",
            )

    def _unit_stated(self, column: Column) -> dict[str, Any] | None:
        own = unit_of(column.header)
        if own is None:  # the upper of two names may say it for all below
            own = unit_of(column.header.rpartition(" ")[0])
        if own is not None:
            return None if own == 1.0 else {"unit": own}
        if self.title_unit is None:
            return None
        text, factor = self.title_unit
        self.settling.say("unit_title", column=column.header, text=text)
        return {"unit": factor}

    def _currency(self, column: Column) -> None:
        """Refuse amounts of several currencies in one column, whose sum would be of none, unless
        the recipe gives their rates."""
        rates = self.recipe.options.get("currency_rates", {})
        patterns = {
            code: rf"(?i)^\s*(?:{pattern})\s*[-+]?\d|\d\s*(?:{pattern})\s*$"
            for code, pattern in CURRENCIES.items()
        }
        counts = ", ".join(
            f"count(*) filter (regexp_matches({column.place}, ${code}))" for code in patterns
        )
        found = [
            code
            for code, count in zip(
                patterns, self._one(f"select {counts} from raw", patterns), strict=True
            )
            if count
        ]
        foreign = [code for code in found if code != HOME_CURRENCY]
        if len(found) > 1 and any(code not in rates for code in foreign):
            raise RecipeRefused("currencies_mixed", column=column.header, currencies=found)
        for code in (code for code in foreign if code in rates):
            self.connection.execute(
                f"update raw set {column.place} = (clean_number({column.place}) * "
                f"$rate)::decimal(18, 4)::varchar "
                f"where regexp_matches({column.place}, $pattern)",
                {"rate": float(rates[code]), "pattern": patterns[code]},
            )
            self.settling.say(
                "currency_converted", column=column.header, currency=code, rate=f"{rates[code]:g}"
            )
        if found:
            kept = found[0] if foreign and foreign[0] not in rates else HOME_CURRENCY
            self.currencies[column.header] = kept
            if kept != HOME_CURRENCY:
                self.settling.say("currency_kept", column=column.header, currency=kept)
        if len(set(self.currencies.values())) > 1:
            named = [f"{header} {code}" for header, code in self.currencies.items()]
            raise RecipeRefused("currencies_differ", columns=named)

    # -- words -------------------------------------------------------------------------------------

    def _words(self, column: Column) -> dict[str, list[str]]:
        needed = ("renewed", "lost", "open") if column.field.type == "outcome" else ("yes", "no")
        meaning: Mapping[str, Sequence[str]] = self.recipe.values.get(
            column.name, words(column.field.type)
        )
        if (
            column.name == "outcome"
            and column.name not in self.recipe.values
            and names_the_loss(column.header)
        ):
            meaning = self._inverse(column, meaning)
        if column.name == "outcome":
            meaning = self._blanks(column, meaning)
        return self._spellings(column.place, {key: meaning.get(key, []) for key in needed})

    def _blanks(
        self, column: Column, meaning: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Sequence[str]]:
        """What an empty outcome means where nobody ever wrote that a policy was lost, or where the
        recipe says so."""
        lost = [word for word in meaning.get("lost", ()) if word]
        told, blank, named = self._one(
            f"select count({column.place}), count(*) filter (clean_text({column.place}) is null), "
            f"count(*) filter (list_contains($lost, word({column.place}))) from raw",
            {"lost": lost},
        )
        said = next((key for key, known in meaning.items() if "" in known), None)
        if said is None and "renewed_on" not in self.columns and told and blank and not named:
            said = self.settling.offer(
                "blank.outcome",
                "blank_outcome",
                ("issue", "lost", "open"),
                column=column.header,
                blank=blank,
                count=told + blank,
            )
        if said in (None, "issue"):
            return meaning
        self.connection.execute(
            f"update raw set {column.place} = $blank where clean_text({column.place}) is null",
            {"blank": BLANK},
        )
        return {**meaning, str(said): [*meaning.get(str(said), ()), BLANK]}

    def _exclusions(self, column: Column) -> None:
        """Ask about words that hardly exclude anything (正常), or that mark more policies than
        exclusions do."""
        given = self.recipe.values.get(column.name, {})
        nothing = {
            " ".join(one.split()).lower()
            for one in (*words("exclusion")["none"], *given.get("counted", ()))
        }
        excluded = (*words("exclusion")["excluded"], *given.get("excluded", ()))
        known = {" ".join(one.split()).lower() for one in excluded}
        rows = self.connection.execute(
            f"select word({column.place}), any_value({column.place}), count(*) from raw "
            f"where clean_text({column.place}) is not null "
            "group by 1 order by 3 desc, 1 limit 200"
        ).fetchall()
        (total,) = self._one("select count(*) from raw")
        counted = [plain for plain, _, _ in rows if plain in nothing]
        told = []
        for plain, written, count in rows:
            if plain in nothing:
                continue
            usual = USUAL.search(plain)
            many = count > MANY_EXCLUDED * total and count > FEW_EXCLUDED
            if plain not in known and (usual or many):
                answer = self.settling.ask(
                    f"exclusion.{plain}",
                    "exclusion",
                    ("counted", "excluded"),
                    "counted" if usual else None,
                    column=column.header,
                    word=written,
                    count=count,
                )
                if answer == "counted":
                    counted.append(plain)
                    continue
            told.append(f"{written} {count}")
        if counted:
            self.connection.execute(
                f"update raw set {column.place} = null where list_contains($counted, "
                f"word({column.place}))",
                {"counted": counted},
            )
        if told:
            self.settling.say("excluded_words", column=column.header, words=", ".join(told[:8]))

    def _destroyed(self, column: Column) -> None:
        """Refuse ids that a spreadsheet turned into numbers of 15 digits: nobody can tell them
        apart any more."""
        floats, long, zeros, example = self._one(
            f"select count(*) filter (regexp_full_match({column.place}, "
            f"'\\d(\\.\\d+)?[eE]\\+?\\d+')), "
            f"count(*) filter (length({column.place}) > 15), "
            f"count(*) filter (regexp_full_match({column.place}, '[1-9]\\d{{14}}0+')), "
            f"min({column.place}) from raw "
            f"where regexp_full_match({column.place}, '\\d(\\.\\d+)?[eE]\\+?\\d+|\\d{{16,}}')"
        )
        if floats or (long >= LONG_IDS and zeros == long):
            raise RecipeRefused("ids_destroyed", column=column.header, value=example)

    def _inverse(
        self, column: Column, meaning: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Sequence[str]]:
        """Yes below a header that names the loss is no renewal: asked, whatever the words."""
        found = {
            row[0]
            for row in self.connection.execute(
                f"select distinct word({column.place}) from raw where {column.place} is "
                f"not null limit 50"
            ).fetchall()
        }
        if not found & PLAIN_WORDS:
            return meaning
        answer = self.settling.ask(
            "sense.outcome",
            "sense",
            ("lost", "renewed"),
            None,
            column=column.header,
            words=", ".join(sorted(found)[:EXAMPLES]),
        )
        if answer == "renewed":
            return meaning
        plain = {
            "lost": [word for word in meaning["renewed"] if word in PLAIN_WORDS],
            "renewed": [word for word in meaning["lost"] if word in PLAIN_WORDS],
        }
        kept = {
            key: [word for word in known if word not in PLAIN_WORDS]
            for key, known in meaning.items()
        }
        return {key: [*known, *plain.get(key, [])] for key, known in kept.items()}

    def _spellings(self, place: str, meaning: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Meaning → every spelling in the column (case, width, blanks) of the words that mean
        it."""
        found = self.connection.execute(
            f"select v, word(v) from (select distinct {place} as v from raw where {place} "
            f"is not null)"
        ).fetchall()
        wanted = {
            key: {" ".join(word.split()).lower() for word in known}
            for key, known in meaning.items()
        }
        return {
            key: [spelling for spelling, plain in found if plain in known]
            for key, known in wanted.items()
        }

    def _one(self, sql: str, bound: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
        return tuple(self.connection.execute(sql, dict(bound or {})).fetchall()[0])


def unit_of(header: str) -> float | None:
    """The factor that a header's own unit of money stands for; None where it names none."""
    stated = _UNIT.search(header)
    if stated and (stated[0].strip("()（）[] ") or "元" in stated[0]):
        return UNITS[stated[1] or stated[2] or ""]
    english = _ENGLISH_UNIT.search(header)
    return _ENGLISH_UNITS[english[1][0].lower()] if english else None


def title_unit(found: Sequence[Sheet]) -> tuple[str, float] | None:
    """The unit of money that a title, a cell beside the table, a note below it or the sheet's name
    states for all its columns."""
    for sheet in found:
        named = _UNIT.search(sheet.name)
        if named and "元" in named[0] and UNITS[named[1] or named[2] or ""] != 1.0:
            return sheet.name, UNITS[named[1] or named[2]]
        above = [cell for row in sheet.grid[: max(sheet.header_row - 1, 1)] for cell in row]
        last = sheet.body.slice(max(sheet.body.num_rows - FOOTER, 0))
        for cell in (
            *above,
            *(cell for column in last.columns for cell in column.to_pylist() if cell),
        ):
            stated = _TITLE_UNIT.search(cell)
            if stated and stated[1]:
                return " ".join(stated[0].split()), UNITS[stated[1]]
            english = _ENGLISH_TITLE_UNIT.search(cell)
            if english:
                mark = next(one for one in english.groups() if one).lower()
                return " ".join(english[0].split()), _ENGLISH_UNITS["'" if mark == "’" else mark]
    return None


def _per_hundred(name: str) -> bool:
    return any(one.id == name and one.unit == PER_HUNDRED for one in known_indicators())
