"""What typed rows say against each other and against what is plausible: asked once more before anything is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import duckdb

from analytics.catalogue import catalogue
from analytics.errors import RecipeRefused
from analytics.intake.fields import Field
from analytics.intake.questions import Settling
from analytics.intake.recipe import Recipe

EARLY_DAYS = 180  # a renewal this long before the due date is the signing of the policy that expires
MOSTLY = 0.5
SEVERAL_NAMES = 0.3  # of the agents with several rows: beyond it the names are not theirs
ENOUGH = 20  # policies behind a rate that is judged
LOW_RATE, MANY_MONTHS, SMALL_PREMIUM, OLD_YEAR = 0.2, 24, 100, 2000
YES = ("yes",)
# Agents with several of a place in a month, and the last of them.
_MONTHS = "select agent_id, date_trunc('month', due_date) as month, {place}, due_date, row from typed where {place} is not null"
_SEVERAL = (
    "with found as (select agent_id, month from (" + _MONTHS + ") group by all having count(distinct {place}) > 1) "
    "select count(*), min(agent_id || ' ' || strftime(month, '%Y-%m')) from found"
)
_LAST = (
    "create or replace table typed as with found as (select agent_id, month, arg_max({place}, (due_date, row)) as last from ("
    + _MONTHS + ") group by agent_id, month having count(distinct {place}) > 1) "
    "select typed.* replace (coalesce(found.last, typed.{place}) as {place}) from typed left join found "
    "on found.agent_id = typed.agent_id and found.month = date_trunc('month', typed.due_date)"
)  # fmt: skip


def doubts(
    connection: duckdb.DuckDBPyConnection, recipe: Recipe, columns: Mapping[str, Field], settling: Settling
) -> None:
    """Ask about what `typed` makes doubtful; takes out what the answers take out."""
    ask = _Asking(connection, recipe, columns, settling)
    ask.names()
    if recipe.kind == "policies":
        ask.places()
        ask.early_renewals()
        ask.months("due_date")
        ask.rate("count(*) filter (outcome = 'renewed' or (outcome is null and renewed_on is not null))", "count(*)")
        ask.premiums("premium_due")
    elif recipe.kind == "scoresheet":
        ask.halves()
        ask.months("first_month")
        if {"renewed_policies", "due_policies"} <= set(columns):
            ask.rate("sum(renewed_policies)", "sum(due_policies) filter (renewed_policies is not null)")


class _Asking:
    """The questions of one file."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, recipe: Recipe, columns: Mapping[str, Field], settling: Settling
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
            "with agents as (select agent_id, count(distinct name) as names, min(agent_id) as example from typed "
            "where agent_id is not null and name is not null group by agent_id having count(*) > 1) "
            "select count(*) filter (names > 1), count(*), min(example) filter (names > 1) from agents"
        )
        if not several or several <= SEVERAL_NAMES * agents:
            return
        answer = self.settling.ask(
            "names", "names", ("customers", "agents"), "customers",
            column=self._header("name"), count=several, agents=agents, example=example,
        )  # fmt: skip
        if answer == "customers":
            self.connection.execute("update typed set name = null")

    def places(self) -> None:
        """Who stands in several teams (branches, regions) in one month counts in the last of them; told."""
        for place in ("team", "branch", "region"):
            if place not in self.columns:
                continue
            count, example = self._one(_SEVERAL.format(place=place))
            if count:
                self.connection.execute(_LAST.format(place=place))
                self.settling.say("places_several", column=self._header(place), count=count, example=example)

    def halves(self) -> None:
        """Name the months of which a rate has only one half: they count for neither."""
        pairs = {
            (one.numerator if one.numerator in self.columns else one.id, one.denominator)
            for one in catalogue().indicators
        }
        for part, whole in sorted(pairs):
            if part == whole or not {part, whole} <= set(self.columns):
                continue
            count, example = self._one(
                f"select count(*), min(agent_id || ' ' || strftime(last_month, '%Y-%m')) from typed "
                f"where agent_id is not null and ({part} is null) <> ({whole} is null)"
            )
            if count:
                self.settling.say(
                    "half_given", first=self._header(part), second=self._header(whole), count=count, example=example
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
        if not early or early < MOSTLY * dated:
            return
        facts = {"column": self._header("renewed_on"), "count": early, "dated": dated, "days": EARLY_DAYS}
        if "outcome" not in self.columns:
            raise RecipeRefused("renewals_early", **facts)
        answer = self.settling.ask("renewals_early", "renewals_early", ("ignore", "keep"), "ignore", **facts)
        if answer == "ignore":
            self.connection.execute("update typed set renewed_on = null, raw_renewed_on = null")

    def months(self, place: str) -> None:
        """Months before 2000 or to come, and more of them than a file of months holds."""
        first, last, count = self._one(
            f"select min({place})::date, max({place})::date, count(distinct date_trunc('month', {place})) from typed "
            f"where {place} is not null"
        )
        if first is None:
            return
        if first.year < OLD_YEAR:
            self.settling.ask("plausible.old", "old_months", YES, None, month=f"{first:%Y-%m}")
        if self.recipe.kind == "scoresheet" and last > dt.date.today():
            self.settling.ask("plausible.future", "future_months", YES, None, month=f"{last:%Y-%m}")
        if count > MANY_MONTHS:
            self.settling.ask(
                "plausible.months", "many_months", YES, None, count=count, first=f"{first:%Y-%m}", last=f"{last:%Y-%m}"
            )

    def rate(self, renewed: str, due: str) -> None:
        """Nearly nobody renewed, or everybody: more often a column or a word misread than the truth."""
        where = "where outcome is distinct from 'open' and exclusion is null" if self.recipe.kind == "policies" else ""
        good, total = self._one(f"select {renewed}, {due} from typed {where}")
        if total is None or good is None or total < ENOUGH or LOW_RATE <= good / total < 1:
            return
        self.settling.ask("plausible.rate", "odd_rate", YES, None, rate=f"{good / total:.0%}", count=f"{total:g}")

    def premiums(self, place: str) -> None:
        """Premiums that are all tiny were written in thousands or ten thousands."""
        if place not in self.columns:
            return
        highest, count = self._one(f"select max({place}), count({place}) from typed where {place} > 0")
        if count and count >= ENOUGH and highest < SMALL_PREMIUM:
            self.settling.ask(
                "plausible.premium", "small_premiums", YES, None, column=self._header(place), highest=f"{highest:g}"
            )

    def _header(self, name: str) -> str:
        return self.recipe.columns.get(name, name)

    def _one(self, sql: str, bound: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
        return tuple(self.connection.execute(sql, dict(bound or {})).fetchall()[0])
