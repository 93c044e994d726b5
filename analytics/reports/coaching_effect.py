"""What went with coaching, in the reader's words: one verdict, why, and what it rests on; the same
on pages and in commands."""

from __future__ import annotations

import math
from collections.abc import Mapping

from analytics.insight.effect import FEWEST, POLICIES, Proof
from analytics.language import say
from analytics.numbers import signed
from analytics.statistics.calibrated_ancova import Effect


def verdict(proof: Proof, language: str) -> str:
    """One sentence; it holds no number where nothing can be told."""
    return say(f"proof.{proof.verdict}", language)


def grounds(proof: Proof, language: str) -> list[str]:
    """Why nothing can be told; else the difference, and what it was checked against."""
    if not proof.told:
        return [_why(proof, language)]
    said = [say("proof.difference", language, **_limits(proof.difference))]
    if proof.placebo is not None and proof.study.before:
        period = str(proof.study.before[-1])
        said.append(say("proof.placebo", language, period=period, **_limits(proof.placebo)))
    double, trend = proof.double, proof.trend
    if double is not None:
        facts = {
            "change": double.treated,
            "peers_change": double.control,
            "double": double.difference,
            "low": double.low,
            "high": double.high,
        }
        said.append(say("proof.double", language, **_signed(facts)))
    if trend is not None:
        facts = {
            "trend": trend.difference,
            "low": trend.low,
            "high": trend.high,
            "expected": proof.expected_change,
        }
        said.append(say("proof.trend", language, **_signed(facts)))
    return said


def compared(proof: Proof, language: str) -> list[str]:
    """Who and which months were compared; empty where it did not come to that."""
    plan = proof.study
    if plan.after is None or not plan.before or not proof.coached + proof.peers:
        return []
    before = [str(period) for period in plan.before]
    out = [
        say(
            "proof.months",
            language,
            coached=proof.coached,
            peers=proof.peers,
            baseline=before[0],
            earlier=before[1:],
            after=str(plan.after),
        )
    ]
    if proof.left_out:
        out.append(say("proof.left_out", language, count=proof.left_out))
    return out


def sentences(proof: Proof, language: str) -> list[str]:
    """All of it, the verdict first."""
    return [verdict(proof, language), *grounds(proof, language), *compared(proof, language)]


def _why(proof: Proof, language: str) -> str:
    since = proof.study.since
    return say(
        f"proof.why_{proof.reason}",
        language,
        least=FEWEST,
        policies=POLICIES,
        coached=proof.coached,
        peers=proof.peers,
        since="" if since is None else f"{since:%Y-%m}",
        points="—" if math.isnan(proof.detectable) else f"{proof.detectable:.1f}",
    )


def _limits(effect: Effect | None) -> dict[str, str]:
    if effect is None:
        return dict.fromkeys(("effect", "low", "high"), "—")
    return _signed({"effect": effect.effect, "low": effect.low, "high": effect.high})


def _signed(points: Mapping[str, float]) -> dict[str, str]:
    return {name: signed(value) for name, value in points.items()}
