"""Whether the figures of a file are plausible: months, rates, premiums that more often come of a
column misread than from the truth; asked once more."""

from __future__ import annotations

import datetime as dt

from analytics.intake.questions import YES
from analytics.intake.scratch import DOUBTS, Scratch
from analytics.model import month_of
from analytics.sql import blocks

ENOUGH = 50  # policies behind a rate that is judged
ENOUGH_AGENTS = 4  # behind a column of rates that is judged
LOW_RATE, MANY_MONTHS, SMALL_PREMIUM, TINY_PREMIUM, OLD_YEAR = 0.2, 24, 100, 5, 2000
# Times the median: an amount beyond it was written in another unit.
FAR_OUT = {"policies": 1_000, "scoresheet": 3_000}
AMOUNTS = (
    "premium_due",
    "premium_renewed",
    "due_premium",
    "renewed_premium",
    "retained_premium",
    "target_premium",
)
FEW_AMOUNTS = 3


def months(scratch: Scratch, place: str) -> None:
    """Months before 2000 or to come, and more of them than a file of months holds."""
    first, last, count = scratch.row(blocks(DOUBTS)["months"].format(place=place))
    if first is None:
        return
    if first.year < OLD_YEAR:
        scratch.settling.ask("plausible.old", "old_months", YES, None, month=f"{first:%Y-%m}")
    if scratch.recipe.kind == "scoresheet" and last > month_of(
        dt.date.today(), scratch.settling.begins
    ):
        scratch.settling.ask("plausible.future", "future_months", YES, None, month=f"{last:%Y-%m}")
    if count > MANY_MONTHS:
        scratch.settling.ask(
            "plausible.months",
            "many_months",
            YES,
            None,
            count=count,
            first=f"{first:%Y-%m}",
            last=f"{last:%Y-%m}",
        )


def rate(scratch: Scratch, renewed: str, due: str) -> None:
    """Nearly nobody renewed, or everybody: more often a column or a word misread than the
    truth."""
    where = (
        "where outcome is distinct from 'open' and exclusion is null"
        if scratch.recipe.kind == "policies"
        else ""
    )
    good, total = scratch.row(f"select {renewed}, {due} from typed {where}")
    if total is None or good is None or total < ENOUGH or LOW_RATE <= good / total < 1:
        return
    scratch.settling.ask(
        "plausible.rate", "odd_rate", YES, None, rate=f"{good / total:.0%}", count=f"{total:g}"
    )


def told_rate(scratch: Scratch, weight: str) -> None:
    """The same of a column of rates, weighted by the policies beside it where there are any."""
    rate, agents = scratch.row(blocks(DOUBTS)["told_rate"].format(weight=weight))
    if rate is None or agents < ENOUGH_AGENTS or LOW_RATE <= rate < 1:
        return
    scratch.settling.ask(
        "plausible.rate",
        "odd_told_rate",
        YES,
        None,
        column=scratch.header("renewal_rate"),
        rate=f"{rate:.1%}",
        agents=agents,
    )


def premiums(scratch: Scratch, place: str) -> None:
    """Premiums that are all tiny were written in thousands or ten thousands."""
    if place not in scratch.columns:
        return
    highest, count = scratch.row(
        f"select max({place}), count({place}) from typed where {place} > 0"
    )
    if count and highest < (SMALL_PREMIUM if count >= ENOUGH else TINY_PREMIUM):
        scratch.settling.ask(
            "plausible.premium",
            "small_premiums",
            YES,
            None,
            column=scratch.header(place),
            highest=f"{highest:g}",
        )


def premium_per_policy(scratch: Scratch) -> None:
    """A premium of a few yuan for each policy that a scoresheet counts: its unit is another
    one."""
    if not {"due_premium", "due_policies"} <= set(scratch.columns):
        return
    (each,) = scratch.row(
        "select sum(due_premium) / nullif(sum(due_policies), 0) from typed where "
        "due_premium > 0 and due_policies > 0"
    )
    if each is not None and each < TINY_PREMIUM:
        scratch.settling.ask(
            "plausible.premium",
            "small_premium_each",
            YES,
            None,
            column=scratch.header("due_premium"),
            each=f"{each:,.2f}",
        )


def amounts(scratch: Scratch) -> None:
    """One amount a thousand times the others, or a thousandth of them, was more often written
    in another unit."""
    for place in (name for name in AMOUNTS if name in scratch.columns):
        middle, count = scratch.row(
            f"select median({place}), count(*) from typed where {place} > 0"
        )
        if middle is None or count < FEW_AMOUNTS:
            continue
        bound = {"middle": float(middle), "far": float(FAR_OUT[scratch.recipe.kind])}
        far, row, amount = scratch.row(blocks(DOUBTS)["amounts_apart"].format(place=place), bound)
        if far:
            scratch.settling.ask(
                f"plausible.amounts.{place}",
                "amounts_apart",
                YES,
                None,
                column=scratch.header(place),
                count=far,
                row=row,
                value=f"{amount:,.2f}",
                middle=f"{middle:,.2f}",
            )
