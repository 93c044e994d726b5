"""What typed rows say against each other and against what is plausible: asked once more before
anything is stored."""

from __future__ import annotations

from analytics.catalogue import known_indicators
from analytics.errors import RecipeRefused
from analytics.intake import plausible, repeated
from analytics.intake.fields import NOTHING, words
from analytics.intake.scratch import DOUBTS, Scratch
from analytics.sql import blocks

# A renewal this many days before the due date is the signing of the policy that expires.
EARLY_DAYS = 180
MOSTLY = 0.5
SEVERAL_NAMES = 0.3  # of the agents with several rows: beyond it the names are not theirs
# An entry below the new numbers that can be one.
NUMBERED = "regexp_matches(new_policy_id, '[1-9]')"
RENEWED = "count(*) filter (outcome = 'renewed' or (outcome is null and renewed_on is not null))"
DUE_OF_RENEWED = "sum(due_policies) filter (renewed_policies is not null)"


def doubts(scratch: Scratch) -> None:
    """Ask about what `typed` makes doubtful; takes out what the answers take out."""
    _names(scratch)
    if scratch.recipe.kind == "policies":
        _of_policies(scratch)
    elif scratch.recipe.kind == "scoresheet":
        _of_scoresheet(scratch)


def _of_policies(scratch: Scratch) -> None:
    _renumbered(scratch)
    repeated.places(scratch)
    repeated.negatives(scratch)
    repeated.objects(scratch)
    repeated.twice(scratch)
    _early_renewals(scratch)
    plausible.months(scratch, "due_date")
    plausible.rate(scratch, RENEWED, "count(*)")
    plausible.premiums(scratch, "premium_due")
    plausible.amounts(scratch)


def _of_scoresheet(scratch: Scratch) -> None:
    columns = scratch.columns
    _halves(scratch)
    plausible.months(scratch, "first_month")
    if {"renewed_policies", "due_policies"} <= set(columns):
        plausible.rate(scratch, "sum(renewed_policies)", DUE_OF_RENEWED)
    elif "renewal_rate" in columns:
        plausible.told_rate(scratch, "due_policies" if "due_policies" in columns else "1")
    plausible.premium_per_policy(scratch)
    plausible.amounts(scratch)


def _names(scratch: Scratch) -> None:
    """Several names below one agent's number are those of customers."""
    if "name" not in scratch.columns or scratch.recipe.kind in ("agents", "scoresheet"):
        return
    several, agents, example = scratch.row(blocks(DOUBTS)["several_names"])
    if not several or several <= SEVERAL_NAMES * agents:
        return
    answer = scratch.settling.ask(
        "names",
        "names",
        ("customers", "agents"),
        "customers",
        column=scratch.header("name"),
        count=several,
        agents=agents,
        example=example,
    )
    if answer == "customers":
        scratch.connection.execute("update typed set name = null")


def _renumbered(scratch: Scratch) -> None:
    """A policy that goes on under a new number was renewed, whatever no other column says."""
    if "new_policy_id" not in scratch.columns:
        return
    rows, example = scratch.row(
        blocks(DOUBTS)["not_numbered"].format(numbered=NUMBERED),
        {"none": [*NOTHING, "0", *words("outcome")["lost"], *words("outcome")["open"]]},
    )
    meant = [NUMBERED]
    if rows and _renewed(scratch, "words", count=rows, value=example) == "renewed":
        meant = ["true"]
    (same,) = scratch.row("select count(*) from typed where new_policy_id = policy_id")
    if same and _renewed(scratch, "same", count=same) != "renewed":
        meant.append("new_policy_id <> policy_id")
    scratch.connection.execute(
        f"update typed set outcome = 'renewed' where outcome is null and "
        f"new_policy_id is not null and {' and '.join(meant)}"
    )
    if not {"outcome", "renewed_on"} & set(scratch.columns):
        scratch.connection.execute("update typed set outcome = 'lost' where outcome is null")


def _renewed(scratch: Scratch, what: str, **facts: object) -> str:
    """Whether an entry below the new numbers that is none means renewed or lost."""
    return scratch.settling.ask(
        f"renumbered.{what}",
        f"renumbered_{what}",
        ("lost", "renewed"),
        "lost",
        column=scratch.header("new_policy_id"),
        **facts,
    )


def _halves(scratch: Scratch) -> None:
    """Name the months of which a rate has only one half: they count for neither."""
    pairs = {
        (
            indicator.numerator if indicator.numerator in scratch.columns else indicator.id,
            indicator.denominator,
        )
        for indicator in known_indicators()
    }
    for part, whole in sorted(pairs):
        if part == whole or not {part, whole} <= set(scratch.columns):
            continue
        count, example = scratch.row(blocks(DOUBTS)["half_given"].format(part=part, whole=whole))
        if count:
            scratch.settling.say(
                "half_given",
                first=scratch.header(part),
                second=scratch.header(whole),
                count=count,
                example=example,
            )


def _early_renewals(scratch: Scratch) -> None:
    """Dates of renewal long before the due date are those of the policy that expires."""
    if "renewed_on" not in scratch.columns:
        return
    early, dated = scratch.row(blocks(DOUBTS)["early"], {"days": EARLY_DAYS})
    if not early or early <= MOSTLY * dated:
        return
    facts = {
        "column": scratch.header("renewed_on"),
        "count": early,
        "dated": dated,
        "days": EARLY_DAYS,
    }
    if "outcome" not in scratch.columns:
        raise RecipeRefused("renewals_early", **facts)
    answer = scratch.settling.ask(
        "renewals_early", "renewals_early", ("ignore", "keep"), "ignore", **facts
    )
    if answer == "ignore":
        scratch.connection.execute("update typed set renewed_on = null, raw_renewed_on = null")
        scratch.connection.execute("update raw set renewed_on = null")
