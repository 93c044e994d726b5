"""Rows that are one: policies that stand twice or net each other, objects counted once, agents in
several teams of a month."""

from __future__ import annotations

from analytics.errors import RecipeRefused
from analytics.intake.fields import fields
from analytics.intake.scratch import DOUBTS, Scratch
from analytics.sql import blocks

MANY_TWICE = 0.05  # of all rows


def places(scratch: Scratch) -> None:
    """Who stands in several teams (branches, regions) in one month counts in the last of them;
    told."""
    for place in ("team", "branch", "region"):
        if place not in scratch.columns:
            continue
        count, example = scratch.row(blocks(DOUBTS)["several_places"].format(place=place))
        if count:
            scratch.connection.execute(blocks(DOUBTS)["last_place"].format(place=place))
            scratch.settling.say(
                "places_several", column=scratch.header(place), count=count, example=example
            )


def negatives(scratch: Scratch) -> None:
    """Negative premiums are endorsements and refunds: net per policy and month, or errors."""
    places = [place for place in ("premium_due", "premium_renewed") if place in scratch.columns]
    if not places:
        return
    where = " or ".join(f"{place} < 0" for place in places)
    count, example = scratch.row(f"select count(*), min(policy_id) from typed where {where}")
    if not count:
        return
    answer = scratch.settling.offer(
        "negatives", "negatives", ("refuse", "net"), count=count, example=example
    )
    if answer == "net":
        sums = ", ".join(f"sum({place}) over same as {place}" for place in places)
        scratch.connection.execute(blocks(DOUBTS)["netted"].format(sums=sums, negative=where))


def objects(scratch: Scratch) -> None:
    """Count an object or a customer once a month, renewed when any or all of its policies
    were."""
    by = {"object": "object_id", "customer": "customer_id"}.get(
        str(scratch.recipe.options.get("count_by"))
    )
    if by is None:
        return
    if by not in scratch.columns:
        raise RecipeRefused("count_by_column", field=fields()[by].label)
    some = "bool_or" if scratch.recipe.options.get("object_rule", "all") == "any" else "bool_and"
    before, after = scratch.row(
        f"select count(*), count(distinct ({by}, its_month(due_date))) from typed "
        f"where {by} is not null"
    )
    scratch.connection.execute(blocks(DOUBTS)["as_objects"].format(by=by, some=some))
    scratch.settling.say(
        "objects_counted", column=scratch.header(by), policies=before, objects=after
    )


def twice(scratch: Scratch) -> None:
    """A policy number twice in a month: of several customers, or of a file that lists
    changes."""
    shared = "customer_id" if "customer_id" in scratch.columns else "null"
    rows, numbers, customers, total, example = scratch.row(
        blocks(DOUBTS)["twice"].format(customer=shared)
    )
    stated = "policy_twice" in scratch.settling.answers
    if not rows or not (stated or customers or rows > MANY_TWICE * total):
        return
    key = "policy_twice_customers" if customers else "policy_twice"
    answer = scratch.settling.offer(
        "policy_twice",
        key,
        ("refuse", "later", "both"),
        count=rows,
        numbers=numbers,
        customers=customers,
        example=example,
    )
    if answer == "later":
        scratch.connection.execute(blocks(DOUBTS)["later"])
    elif answer == "both":
        scratch.connection.execute(
            blocks(DOUBTS)["both"].format(
                mark="coalesce(customer_id, row::varchar)" if customers else "row::varchar"
            )
        )
