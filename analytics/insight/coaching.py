"""The coaching list: who, what they lose, what to do, the shortest step, and what reaching the team
median would bring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import pandas as pd

from analytics.catalogue import RATE, action_for, actions
from analytics.evaluation import Evaluation
from analytics.evaluation.standards import Floats, next_band
from analytics.insight.certainty import certainty, too_few
from analytics.insight.clusters import excess
from analytics.insight.gains import by_gain, gains, shrunken_medians, standing, team_medians
from analytics.insight.quadrant import Placed
from analytics.insight.quadrant_certainty import OPEN, quadrant_certainty
from analytics.insight.weak_spots import points_lost
from analytics.model import UNPLACED, Indicator, Text
from analytics.people import Talk
from analytics.statistics import uplift

MOST = 3
# what the prize of coaching is counted in; a version of the standards may lack it
PRIZE = ("extra_renewals", "extra_low", "extra_high", "extra_premium", "half_renewals")
FIRST = 10  # with whom the list begins
# why somebody stands apart: nothing may be told of them yet
APART = ("not_rated", "few_cases", "unplaced")
COLUMNS = (
    "agent_id",
    "name",
    "team",
    "quadrant",
    "apart",
    "score",
    "rated",
    "few_cases",
    "due_policies",
    "gain",
    "sure_gain",
    "reason",
    "value",
    "n",
    "median",
    "standing",
    "weakest",
    "lost",
    "action",
    "step",
    "expected_gain",
    *PRIZE,
    "last_date",
    "next_date",
    "owner",
    "comment",
    "listed",
    "talk",
    "version",
)


@dataclass(frozen=True)
class Step:
    """The smallest whole-unit change that reaches the next band of an indicator, and the value that
    really comes of it.

    ahead: what has happened cannot be taken back; `amount` is then what the next period may bring
    at most, over as many policies.
    """

    indicator: str
    measure: str
    amount: int
    reaches: float
    gives: float
    ahead: bool = False


def coaching_list(evaluation: Evaluation, placed: Placed, talks: Sequence[Talk]) -> pd.DataFrame:
    """One row an agent worth coaching: those with data first, by the gain that is not luck
    (`gains.by_gain`), largest first; those apart after them.

    On the list: whoever is not a role model, and whoever has a talk planned or waiting for its
    follow-up. Columns: agent_id, name, team, quadrant, apart (a member of APART, or ""), score,
    rated, few_cases (whether they are too few to be ranked), due_policies, gain (share of all that
    the company's agents could gain), sure_gain (points of the score at the team's median, luck
    taken out; NaN where that cannot be told), reason (the indicator that would bring most, "" where
    none would), value, n and median (of the reason: as measured, the cases behind it, the team's),
    standing (of the reason, a member of STANDINGS), weakest (up to three indicator ids, most points
    lost first), lost (their points), action (text per language, or what the manager wrote), step
    (Step or None), expected_gain (points at the team's median of these indicators, as measured),
    extra_renewals (policies, if the agent reached the team's median, over the rates that may be
    true; at the rate as measured where these cannot be told), extra_low and extra_high (90 %
    limits; NaN idem), extra_premium (at the agent's average premium), half_renewals (at half the
    gap: few close it all), last_date (of the latest talk held), next_date, owner and comment of the
    talk that is open, listed (whether there is one), talk (its id) and version.
    """
    people, values = evaluation.people, evaluation.measured.agents
    lost = points_lost(values, evaluation.agents)
    catalogue = evaluation.catalogue
    medians = team_medians(evaluation, values.points)
    middle, true_middle = team_medians(evaluation, values.value), shrunken_medians(evaluation)
    won = prizes(evaluation, _rate_medians(evaluation, middle))
    sure = gains(evaluation)
    raw = _raw_gains(evaluation, lost, medians)
    share = by_gain(
        won["extra_renewals"].to_numpy(dtype=float), sure.points if sure.known.any() else raw
    )
    nobody, few = pd.Series(np.nan, people.index), too_few(evaluation)
    due_of = people.get("due_policies", nobody).to_numpy(dtype=float, na_value=np.nan)
    opened = {talk.agent_id: talk for talk in talks if talk.is_open}
    held = _last_held(talks)
    ids, names, teams = (
        people[column].to_numpy(dtype=object) for column in ("agent_id", "name", "team")
    )
    chance = quadrant_certainty(evaluation.measured, placed)
    prize = {name: won[name].to_numpy() for name in PRIZE}
    rows = []
    for row in np.flatnonzero(evaluation.shown).tolist():
        agent_id = str(ids[row])
        entry = opened.get(agent_id)
        quadrant = str(placed.quadrant[row])
        if quadrant == "role_model" and entry is None:
            continue
        order = _most_lost(lost[row])
        if not order and entry is None:
            continue
        indicators = [catalogue.indicators[nth] for nth in order]
        rated = bool(evaluation.agents.rated[row])
        reason = _reason(evaluation, row, [int(sure.reason[row]), *order], middle[row])
        why = catalogue.ids[reason] if reason >= 0 else ""
        rows.append(
            {
                "agent_id": agent_id,
                "name": names[row],
                "team": teams[row],
                "quadrant": quadrant,
                "apart": _apart(rated, bool(few[row]), quadrant),
                "score": evaluation.agents.score[row] if rated else np.nan,
                "rated": rated,
                "few_cases": bool(few[row]),
                "due_policies": due_of[row],
                "gain": float(share[row]),
                "sure_gain": float(sure.points[row]),
                "reason": why,
                "value": float(values.value[row, reason]) if why else np.nan,
                "n": _cases(evaluation, why, row, reason),
                "median": float(middle[row, reason]) if why else np.nan,
                "standing": standing(evaluation, why, row, true_middle[row, reason])
                if why
                else "unknown",
                "weakest": [indicator.id for indicator in indicators],
                "lost": [float(lost[row, nth]) for nth in order],
                "action": (entry.action if entry else "")
                or default_action(quadrant, indicators, chance.standing(row)),
                "step": shortest_step(evaluation, row, indicators),
                "expected_gain": float(raw[row]),
                **{name: float(prize[name][row]) for name in PRIZE},
                "last_date": held.get(agent_id),
                **_of_entry(entry),
            }
        )
    return _in_order(pd.DataFrame(rows, columns=list(COLUMNS)))


def _reason(evaluation: Evaluation, row: int, wanted: Sequence[int], middle: Floats) -> int:
    """The first of these columns on which somebody's value, as it is shown, is behind the team's
    median: what luck takes out may turn the two round, and "68.5, the median 68.4" is no reason.
    Where nobody's is, the first; −1 where there is none."""
    there = [nth for nth in wanted if nth >= 0]
    for nth in there:
        lower = evaluation.catalogue.indicators[nth].direction == "lower"
        value = float(evaluation.measured.agents.value[row, nth])
        if (value > middle[nth]) if lower else (value < middle[nth]):
            return nth
    return there[0] if there else -1


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Those with data first, by their gain; those apart after them."""
    return (
        frame.assign(_apart=frame["apart"] != "")
        .sort_values(["_apart", "gain", "agent_id"], ascending=[True, False, True], kind="stable")
        .drop(columns="_apart")
        .reset_index(drop=True)
    )


def _last_held(talks: Sequence[Talk]) -> dict[str, dt.date]:
    """The day of the latest talk held, by agent."""
    held: dict[str, dt.date] = {}
    for talk in talks:
        if talk.state in ("done", "followed_up") and talk.talk_on is not None:
            held[talk.agent_id] = max(talk.talk_on, held.get(talk.agent_id, talk.talk_on))
    return held


def _of_entry(entry: Talk | None) -> dict[str, object]:
    """The columns of the talk that is open."""
    return {
        "next_date": next_date(entry),
        "owner": entry.owner if entry else "",
        "comment": entry.comment if entry else "",
        "listed": entry is not None,
        "talk": entry.id if entry else None,
        "version": entry.version if entry else 0,
    }


def next_date(talk: Talk | None) -> dt.date | None:
    """When an open talk has its next day: that of the talk, then that of the follow-up."""
    if talk is None:
        return None
    return talk.talk_on if talk.state == "planned" else talk.follow_up_on


def _apart(rated: bool, few: bool, quadrant: str) -> str:
    """Why somebody stands apart from the list, a member of APART; "" for whoever does not."""
    if not rated:
        return "not_rated"
    if few:
        return "few_cases"
    return "unplaced" if quadrant == UNPLACED else ""


def _most_lost(lost: Floats) -> list[int]:
    """The columns that lose most points, at most three."""
    order = np.argsort(-np.nan_to_num(lost, nan=-1.0), kind="stable").tolist()
    return [nth for nth in order if lost[nth] > 1e-9][:MOST]


def _raw_gains(evaluation: Evaluation, lost: Floats, medians: Floats) -> Floats:
    """Points of the score at the team's median of the three indicators that lose most, all of it as
    measured."""
    with np.errstate(invalid="ignore"):
        behind = np.maximum(medians - evaluation.measured.agents.points, 0.0)
    gain = np.nan_to_num(evaluation.agents.weight * behind / 100.0, nan=0.0)
    return np.array([gain[row, _most_lost(lost[row])].sum() for row in range(len(gain))])


def _cases(evaluation: Evaluation, indicator_id: str, row: int, column: int) -> float:
    """What an indicator of an agent rests on; NaN where nobody counted."""
    if not indicator_id:
        return float("nan")
    sure = certainty(evaluation.measured, indicator_id)
    if sure is not None and sure.n[row] > 0 and sure.kind != "months":
        return float(sure.n[row])
    return float(evaluation.measured.agents.denominator[row, column])


def _rate_medians(evaluation: Evaluation, middle: Floats) -> Floats:
    if RATE not in evaluation.catalogue.ids:
        return np.full(len(evaluation.people), np.nan)
    return middle[:, evaluation.catalogue.position(RATE)]


def prizes(evaluation: Evaluation, medians: Floats) -> pd.DataFrame:
    """What reaching a median renewal rate (one an agent) would bring, over the rates each agent may
    truly have: PRIZE by column.

    Where these cannot be told (too few agents for a prior), at the rate as measured and without
    limits.
    """
    if RATE not in evaluation.catalogue.ids:
        return pd.DataFrame(np.nan, index=range(len(evaluation.people)), columns=list(PRIZE))
    column = evaluation.catalogue.position(RATE)
    values, people = evaluation.measured.agents, evaluation.people
    due = values.denominator[:, column]
    with np.errstate(invalid="ignore"):
        extra = due * np.maximum(0.0, medians - values.value[:, column])
    out = pd.DataFrame(
        {
            "extra_renewals": extra,
            "half_renewals": extra / 2,
            "extra_low": np.nan,
            "extra_high": np.nan,
        }
    )
    sure = certainty(evaluation.measured, RATE)
    if sure is not None and sure.prior is not None:
        rows = np.flatnonzero(~np.isnan(sure.shrunken) & ~np.isnan(medians))
        together = excess(evaluation.measured, evaluation.catalogue.indicators[column])[rows]
        prize = uplift.uplift(
            values.numerator[rows, column] / together,
            due[rows] / together,
            medians[rows],
            sure.prior,
        )
        out.loc[rows, ["extra_renewals", "half_renewals", "extra_low", "extra_high"]] = together[
            :, None
        ] * np.column_stack([prize.extra, prize.half, prize.low, prize.high])
    premium = (
        people["due_premium"].to_numpy(dtype=float, na_value=np.nan)
        if "due_premium" in people
        else np.full(len(people), np.nan)
    )
    with np.errstate(all="ignore"):
        return out.assign(extra_premium=out["extra_renewals"] * premium / due)[list(PRIZE)]


def default_action(quadrant: str, weakest: list[Indicator], standing: str) -> Text:
    """What to do: the quadrant's action where the agent stands in it firmly enough, and that of the
    indicator that loses most."""
    wordings = actions()
    first = (
        wordings["standing"]["open"]
        if quadrant != UNPLACED and standing in OPEN
        else wordings["quadrant"][quadrant]
    )
    if not weakest:
        return first
    second = action_for(weakest[0])
    if second["zh"] == first["zh"]:
        return first
    return {
        "zh": f"{first['zh']}；{second['zh']}",
        "en": f"{first['en']}; {second['en'][0].lower()}{second['en'][1:]}",
    }


def shortest_step(evaluation: Evaluation, row: int, indicators: list[Indicator]) -> Step | None:
    """Of these indicators, the fewest whole units to the next band: "3 more renewals".

    What the next period may bring ("at most 1 complaint") is named only where nothing can be done
    about this one.
    """
    values = evaluation.measured.agents
    steps = []
    for indicator in indicators:
        column = evaluation.catalogue.position(indicator.id)
        step = step_to_next_band(
            indicator,
            values.value[row, column],
            values.numerator[row, column],
            values.denominator[row, column],
        )
        if step is not None:
            steps.append(step)
    return min(steps, key=lambda step: (step.ahead, step.amount), default=None)


def step_to_next_band(
    indicator: Indicator, value: float, numerator: float, denominator: float
) -> Step | None:
    """Whole units of the numerator from here to the next knot; None without counts, or at full
    marks."""
    edge = next_band(value, indicator.standard)
    if indicator.step is None or edge is None or np.isnan(numerator) or not denominator > 0:
        return None
    needed = edge * denominator / indicator.scale
    if indicator.direction == "higher":
        amount = ceil(needed - numerator - 1e-9)
        gives = indicator.scale * (numerator + amount) / denominator
        return Step(indicator.id, indicator.step, amount, edge, gives) if amount > 0 else None
    allowed = floor(needed + 1e-9)
    return Step(
        indicator.id,
        indicator.step,
        allowed,
        edge,
        indicator.scale * allowed / denominator,
        ahead=True,
    )
