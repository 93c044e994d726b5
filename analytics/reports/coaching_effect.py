"""What went with coaching, in the reader's words: one verdict, why, and what it rests on; the same
on pages and in commands."""

from __future__ import annotations

import math

from analytics.insight.effect import FEWEST, POLICIES, Proof
from analytics.language import say
from analytics.statistics.ancova import Effect


def verdict(found: Proof, language: str) -> str:
    """One sentence; it holds no number where nothing can be told."""
    return say(f"proof.{found.verdict}", language)


def grounds(found: Proof, language: str) -> list[str]:
    """Why nothing can be told; else the difference, and what it was checked against."""
    if not found.told:
        return [_why(found, language)]
    out = [say("proof.difference", language, **_limits(found.difference))]
    if found.placebo is not None and found.study.before:
        out.append(
            say(
                "proof.placebo",
                language,
                period=str(found.study.before[-1]),
                **_limits(found.placebo),
            )
        )
    double, trend = found.double, found.trend
    if double is not None:
        facts = {
            "change": double.treated,
            "peers_change": double.control,
            "double": double.difference,
            "low": double.low,
            "high": double.high,
        }
        out.append(
            say("proof.double", language, **{name: signed(value) for name, value in facts.items()})
        )
    if trend is not None:
        facts = {
            "trend": trend.difference,
            "low": trend.low,
            "high": trend.high,
            "expected": found.expected_change,
        }
        out.append(
            say("proof.trend", language, **{name: signed(value) for name, value in facts.items()})
        )
    return out


def compared(found: Proof, language: str) -> list[str]:
    """Who and which months were compared; empty where it did not come to that."""
    plan = found.study
    if plan.after is None or not plan.before or not found.coached + found.peers:
        return []
    before = [str(period) for period in plan.before]
    out = [
        say(
            "proof.months",
            language,
            coached=found.coached,
            peers=found.peers,
            baseline=before[0],
            earlier=before[1:],
            after=str(plan.after),
        )
    ]
    if found.left_out:
        out.append(say("proof.left_out", language, count=found.left_out))
    return out


def sentences(found: Proof, language: str) -> list[str]:
    """All of it, the verdict first."""
    return [verdict(found, language), *grounds(found, language), *compared(found, language)]


def signed(value: float) -> str:
    """A change in points, with a true minus."""
    return "—" if math.isnan(value) else f"{value:+.1f}".replace("-", "−")


def _why(found: Proof, language: str) -> str:
    since = found.study.since
    return say(
        f"proof.why_{found.reason}",
        language,
        least=FEWEST,
        policies=POLICIES,
        coached=found.coached,
        peers=found.peers,
        since="" if since is None else f"{since:%Y-%m}",
        points="—" if math.isnan(found.detectable) else f"{found.detectable:.1f}",
    )


def _limits(one: Effect | None) -> dict[str, str]:
    values = ("effect", "low", "high")
    return {name: "—" if one is None else signed(getattr(one, name)) for name in values}
