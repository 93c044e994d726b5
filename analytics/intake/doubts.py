"""What typed rows say against each other and against what is plausible: asked once more before
anything is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import duckdb

from analytics.catalogue import known_indicators
from analytics.errors import RecipeRefused
from analytics.intake.fields import NOTHING, Field, fields, words
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe
from analytics.model import month_of

EARLY_DAYS = (
    180  # a renewal this long before the due date is the signing of the policy that expires
)
MOSTLY = 0.5
SEVERAL_NAMES = 0.3  # of the agents with several rows: beyond it the names are not theirs
ENOUGH = 50  # policies behind a rate that is judged
ENOUGH_AGENTS = 4  # behind a column of rates that is judged
LOW_RATE, MANY_MONTHS, SMALL_PREMIUM, TINY_PREMIUM, OLD_YEAR = 0.2, 24, 100, 5, 2000
FAR_OUT = {
    "policies": 1_000,
    "scoresheet": 3_000,
}  # times the median: an amount beyond it was written in another unit
AMOUNTS = (
    "premium_due",
    "premium_renewed",
    "due_premium",
    "renewed_premium",
    "retained_premium",
    "target_premium",
)
FEW_AMOUNTS = 3
MANY_TWICE = 0.05  # of all rows
YES = ("yes",)
_NUMBERED = (
    "regexp_matches(new_policy_id, '[1-9]')"  # an entry below the new numbers that can be one
)
# Agents with several of a place in a month, and the last of them.
_MONTHS = (
    "select agent_id, its_month(due_date) as month, {place}, due_date, row from typed where "
    "{place} is not null"
)
_SEVERAL = (
    "with found as (select agent_id, month from ("
    + _MONTHS
    + ") group by all having count(distinct {place}) > 1) "
    "select count(*), min(agent_id || ' ' || strftime(month, '%Y-%m')) from found"
)
_LAST = (
    "create or replace table typed as with found as (select agent_id, month, "
    "arg_max({place}, (due_date, row)) as last from ("
    + _MONTHS
    + ") group by agent_id, month having count(distinct {place}) > 1) "
    "select typed.* replace (coalesce(found.last, typed.{place}) as {place}) from typed "
    "left join found "
    "on found.agent_id = typed.agent_id and found.month = its_month(typed.due_date)"
)
# Policies of one object or customer in a month as one row: renewed by any or all, premiums added
# up, the first row's agent.
_OBJECTS = """
create or replace table typed as
select * replace (
  case when {some}(outcome = 'renewed') over same then 'renewed'
       when bool_or(outcome = 'open') over same then 'open' else 'lost' end as outcome,
  sum(premium_due) over same as premium_due, sum(premium_renewed) over same as premium_renewed)
from typed
window same as (partition by coalesce({by}, sheet || row::varchar), its_month(due_date))
qualify row_number() over (
  partition by coalesce({by}, sheet || row::varchar), its_month(due_date) order by sheet, row) = 1
"""
# Rows behind policy numbers that stand twice in a month, the numbers, and of these the ones with
# several customers.
_TWICE = """
with found as (
  select policy_id, count(*) as rows, count(distinct {customer}) as customers from typed
  where policy_id is not null and due_date is not null
  group by policy_id, its_month(due_date) having count(*) > 1)
select coalesce(sum(rows), 0)::bigint, count(*), count(*) filter (customers > 1),
  (select count(*) from typed), min(policy_id) from found
"""
_LATER = """
create or replace table typed as select * from typed
qualify policy_id is null or due_date is null
  or row_number() over (
    partition by policy_id, its_month(due_date) order by sheet desc, row desc) = 1
"""
_BOTH = """
create or replace table typed as select * replace (
  case when count(*) over (partition by policy_id, its_month(due_date)) > 1
       then policy_id || '/' || {mark} else policy_id end as policy_id) from typed
"""


def doubts(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    columns: Mapping[str, Field],
    settling: Settling,
) -> None:
    """Ask about what `typed` makes doubtful; takes out what the answers take out."""
    ask = _Asking(connection, recipe, columns, settling)
    ask.names()
    if recipe.kind == "policies":
        ask.renumbered()
        ask.places()
        ask.negatives()
        ask.objects()
        ask.twice()
        ask.early_renewals()
        ask.months("due_date")
        ask.rate(
            "count(*) filter (outcome = 'renewed' or (outcome is null and renewed_on is not null))",
            "count(*)",
        )
        ask.premiums("premium_due")
        ask.amounts()
    elif recipe.kind == "scoresheet":
        ask.halves()
        ask.months("first_month")
        if {"renewed_policies", "due_policies"} <= set(columns):
            ask.rate(
                "sum(renewed_policies)", "sum(due_policies) filter (renewed_policies is not null)"
            )
        elif "renewal_rate" in columns:
            ask.told_rate("due_policies" if "due_policies" in columns else "1")
        ask.premium_per_policy()
        ask.amounts()


class _Asking:
    """The questions of one file."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        recipe: Recipe,
        columns: Mapping[str, Field],
        settling: Settling,
    ) -> None:
        self.connection = connection
        self.recipe = recipe
        self.columns = columns
        self.settling = settling

    def names(self) -> None:
        """Several names below one agent's number are those of customers."""
        if "name" not in self.columns or self.recipe.kind in ("agents", "scoresheet"):
            return
        several, agents, example = self._one(
            "with agents as (select agent_id, count(distinct name) as names, "
            "min(agent_id) as example from typed "
            "where agent_id is not null and name is not null group by agent_id having "
            "count(*) > 1) "
            "select count(*) filter (names > 1), count(*), min(example) filter (names > "
            "1) from agents"
        )
        if not several or several <= SEVERAL_NAMES * agents:
            return
        answer = self.settling.ask(
            "names",
            "names",
            ("customers", "agents"),
            "customers",
            column=self._header("name"),
            count=several,
            agents=agents,
            example=example,
        )
        if answer == "customers":
            self.connection.execute("update typed set name = null")

    def renumbered(self) -> None:
        """A policy that goes on under a new number was renewed, whatever no other column says."""
        if "new_policy_id" not in self.columns:
            return
        rows, example = self._one(
            f"select count(*), min(new_policy_id) from typed where new_policy_id is not "
            f"null and not {_NUMBERED} "
            "and not list_contains($none, lower(new_policy_id))",
            {"none": [*NOTHING, "0", *words("outcome")["lost"], *words("outcome")["open"]]},
        )
        meant = [_NUMBERED]
        if rows and self._renewed("words", count=rows, value=example) == "renewed":
            meant = ["true"]
        (same,) = self._one("select count(*) from typed where new_policy_id = policy_id")
        if same and self._renewed("same", count=same) != "renewed":
            meant.append("new_policy_id <> policy_id")
        self.connection.execute(
            f"update typed set outcome = 'renewed' where outcome is null and "
            f"new_policy_id is not null and {' and '.join(meant)}"
        )
        if not {"outcome", "renewed_on"} & set(self.columns):
            self.connection.execute("update typed set outcome = 'lost' where outcome is null")

    def _renewed(self, what: str, **facts: object) -> str:
        """Whether an entry below the new numbers that is none means renewed or lost."""
        return self.settling.ask(
            f"renumbered.{what}",
            f"renumbered_{what}",
            ("lost", "renewed"),
            "lost",
            column=self._header("new_policy_id"),
            **facts,
        )

    def negatives(self) -> None:
        """Negative premiums are endorsements and refunds: net per policy and month, or errors."""
        places = [place for place in ("premium_due", "premium_renewed") if place in self.columns]
        if not places:
            return
        where = " or ".join(f"{place} < 0" for place in places)
        count, example = self._one(f"select count(*), min(policy_id) from typed where {where}")
        if not count:
            return
        answer = self.settling.offer(
            "negatives", "negatives", ("refuse", "net"), count=count, example=example
        )
        if answer == "net":
            sums = ", ".join(f"sum({place}) over same as {place}" for place in places)
            self.connection.execute(
                f"create or replace table typed as select * replace ({sums}) from typed "
                f"window same as (partition by policy_id, its_month(due_date)) "
                f"qualify row_number() over (partition by policy_id, its_month(due_date) "
                f"order by ({where}), row) = 1 "
                f"or not bool_or({where}) over same"
            )

    def objects(self) -> None:
        """Count an object or a customer once a month, renewed when any or all of its policies
        were."""
        by = {"object": "object_id", "customer": "customer_id"}.get(
            str(self.recipe.options.get("count_by"))
        )
        if by is None:
            return
        if by not in self.columns:
            raise RecipeRefused("count_by_column", field=self._label(by))
        some = "bool_or" if self.recipe.options.get("object_rule", "all") == "any" else "bool_and"
        before, after = self._one(
            f"select count(*), count(distinct ({by}, its_month(due_date))) from typed "
            f"where {by} is not null"
        )
        self.connection.execute(_OBJECTS.format(by=by, some=some))
        self.settling.say(
            "objects_counted", column=self._header(by), policies=before, objects=after
        )

    def twice(self) -> None:
        """A policy number twice in a month: of several customers, or of a file that lists
        changes."""
        shared = "customer_id" if "customer_id" in self.columns else "null"
        rows, numbers, customers, total, example = self._one(_TWICE.format(customer=shared))
        stated = "policy_twice" in self.settling.answers
        if not rows or not (stated or customers or rows > MANY_TWICE * total):
            return
        key = "policy_twice_customers" if customers else "policy_twice"
        answer = self.settling.offer(
            "policy_twice",
            key,
            ("refuse", "later", "both"),
            count=rows,
            numbers=numbers,
            customers=customers,
            example=example,
        )
        if answer == "later":
            self.connection.execute(_LATER)
        elif answer == "both":
            self.connection.execute(
                _BOTH.format(
                    mark="coalesce(customer_id, row::varchar)" if customers else "row::varchar"
                )
            )

    def places(self) -> None:
        """Who stands in several teams (branches, regions) in one month counts in the last of them;
        told."""
        for place in ("team", "branch", "region"):
            if place not in self.columns:
                continue
            count, example = self._one(_SEVERAL.format(place=place))
            if count:
                self.connection.execute(_LAST.format(place=place))
                self.settling.say(
                    "places_several", column=self._header(place), count=count, example=example
                )

    def halves(self) -> None:
        """Name the months of which a rate has only one half: they count for neither."""
        pairs = {
            (one.numerator if one.numerator in self.columns else one.id, one.denominator)
            for one in known_indicators()
        }
        for part, whole in sorted(pairs):
            if part == whole or not {part, whole} <= set(self.columns):
                continue
            count, example = self._one(
                f"select count(*), min(agent_id || ' ' || strftime(last_month, '%Y-%m')) "
                f"from typed "
                f"where agent_id is not null and ({part} is null) <> ({whole} is null)"
            )
            if count:
                self.settling.say(
                    "half_given",
                    first=self._header(part),
                    second=self._header(whole),
                    count=count,
                    example=example,
                )

    def early_renewals(self) -> None:
        """Dates of renewal long before the due date are those of the policy that expires."""
        if "renewed_on" not in self.columns:
            return
        early, dated = self._one(
            "select count(*) filter (renewed_on < due_date - to_days($days)), count(*) from typed "
            "where renewed_on is not null and due_date is not null",
            {"days": EARLY_DAYS},
        )
        if not early or early <= MOSTLY * dated:
            return
        facts = {
            "column": self._header("renewed_on"),
            "count": early,
            "dated": dated,
            "days": EARLY_DAYS,
        }
        if "outcome" not in self.columns:
            raise RecipeRefused("renewals_early", **facts)
        answer = self.settling.ask(
            "renewals_early", "renewals_early", ("ignore", "keep"), "ignore", **facts
        )
        if answer == "ignore":
            self.connection.execute("update typed set renewed_on = null, raw_renewed_on = null")
            self.connection.execute("update raw set renewed_on = null")

    def months(self, place: str) -> None:
        """Months before 2000 or to come, and more of them than a file of months holds."""
        first, last, count = self._one(
            f"select its_month(min({place})), its_month(max({place})), count(distinct "
            f"its_month({place})) from typed "
            f"where {place} is not null"
        )
        if first is None:
            return
        if first.year < OLD_YEAR:
            self.settling.ask("plausible.old", "old_months", YES, None, month=f"{first:%Y-%m}")
        if self.recipe.kind == "scoresheet" and last > month_of(
            dt.date.today(), self.settling.begins
        ):
            self.settling.ask("plausible.future", "future_months", YES, None, month=f"{last:%Y-%m}")
        if count > MANY_MONTHS:
            self.settling.ask(
                "plausible.months",
                "many_months",
                YES,
                None,
                count=count,
                first=f"{first:%Y-%m}",
                last=f"{last:%Y-%m}",
            )

    def told_rate(self, weight: str) -> None:
        """The same of a column of rates, weighted by the policies beside it where there are any."""
        rate, agents = self._one(
            f"select sum(renewal_rate * {weight}) / nullif(sum({weight}), 0), "
            f"count(distinct agent_id) from typed "
            "where renewal_rate is not null"
        )
        if rate is None or agents < ENOUGH_AGENTS or LOW_RATE <= rate < 1:
            return
        self.settling.ask(
            "plausible.rate",
            "odd_told_rate",
            YES,
            None,
            column=self._header("renewal_rate"),
            rate=f"{rate:.1%}",
            agents=agents,
        )

    def rate(self, renewed: str, due: str) -> None:
        """Nearly nobody renewed, or everybody: more often a column or a word misread than the
        truth."""
        where = (
            "where outcome is distinct from 'open' and exclusion is null"
            if self.recipe.kind == "policies"
            else ""
        )
        good, total = self._one(f"select {renewed}, {due} from typed {where}")
        if total is None or good is None or total < ENOUGH or LOW_RATE <= good / total < 1:
            return
        self.settling.ask(
            "plausible.rate", "odd_rate", YES, None, rate=f"{good / total:.0%}", count=f"{total:g}"
        )

    def premiums(self, place: str) -> None:
        """Premiums that are all tiny were written in thousands or ten thousands."""
        if place not in self.columns:
            return
        highest, count = self._one(
            f"select max({place}), count({place}) from typed where {place} > 0"
        )
        if count and highest < (SMALL_PREMIUM if count >= ENOUGH else TINY_PREMIUM):
            self.settling.ask(
                "plausible.premium",
                "small_premiums",
                YES,
                None,
                column=self._header(place),
                highest=f"{highest:g}",
            )

    def premium_per_policy(self) -> None:
        """A premium of a few yuan for each policy that a scoresheet counts: its unit is another
        one."""
        if not {"due_premium", "due_policies"} <= set(self.columns):
            return
        (each,) = self._one(
            "select sum(due_premium) / nullif(sum(due_policies), 0) from typed where "
            "due_premium > 0 and due_policies > 0"
        )
        if each is not None and each < TINY_PREMIUM:
            self.settling.ask(
                "plausible.premium",
                "small_premium_each",
                YES,
                None,
                column=self._header("due_premium"),
                each=f"{each:,.2f}",
            )

    def amounts(self) -> None:
        """One amount a thousand times the others, or a thousandth of them, was more often written
        in another unit."""
        for place in (one for one in AMOUNTS if one in self.columns):
            middle, count = self._one(
                f"select median({place}), count(*) from typed where {place} > 0"
            )
            if middle is None or count < FEW_AMOUNTS:
                continue
            bound = {"middle": float(middle), "far": float(FAR_OUT[self.recipe.kind])}
            far, row, amount = self._one(
                f"select count(*), min(row), arg_min({place}, row) from typed "
                f"where {place} > $middle * $far or ({place} > 0 and {place} < $middle / $far)",
                bound,
            )
            if far:
                self.settling.ask(
                    f"plausible.amounts.{place}",
                    "amounts_apart",
                    YES,
                    None,
                    column=self._header(place),
                    count=far,
                    row=row,
                    value=f"{amount:,.2f}",
                    middle=f"{middle:,.2f}",
                )

    def _label(self, name: str) -> Mapping[str, str]:
        return fields()[name].label

    def _header(self, name: str) -> str:
        return self.recipe.columns.get(name, name)

    def _one(self, sql: str, bound: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
        return tuple(self.connection.execute(sql, dict(bound or {})).fetchall()[0])
