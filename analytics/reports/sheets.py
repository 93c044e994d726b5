"""Evaluation sheets in words: what the PDF, the workbook and the page all print, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.catalogue import Catalogue, preset_schemes
from analytics.intake.fields import fields
from analytics.language import say
from analytics.reports.views import format_value
from analytics.statistics.quadrant_probability import CERTAIN

Sheet = Mapping[str, Any]
BASICS = ("agent_id", "name", "team", "branch", "region", "supervisor", "hired_on")


def basics(sheet: Sheet, language: str) -> list[tuple[str, str]]:
    """Label and value of the basic information."""
    period = sheet["period"]
    rows = [(fields()[name].label[language], sheet["agent"].get(name) or "—") for name in BASICS]
    span = period["from"] if period["from"] == period["to"] else f"{period['from']} – {period['to']}"
    rows.append(
        (
            say("filter.period", language),
            span + (f" ({say('app.provisional', language)})" if period["provisional"] else ""),
        )
    )
    return rows


def verdict(sheet: Sheet, language: str) -> list[tuple[str, str]]:
    """Score, grade, rank and quadrant, or why there is no score."""
    if sheet["score"] is None:
        limit = 100 - sheet["rules"]["missing_limit"]
        why = say("sheet.not_rated", language, coverage=f"{100 * (sheet['coverage'] or 0):.0f}", limit=f"{limit:.0f}")
        rows = [(say("column.score", language), why)]
    else:
        rows = [
            (say("column.score", language), f"{sheet['score']:.1f}"), (say("column.grade", language), sheet["grade"]),
            (say("column.rank", language), f"{sheet['rank']} / {sheet['rated']}"),
        ]  # fmt: skip
    return [*rows, (say("column.quadrant", language), say(f"quadrant.{sheet['quadrant']}", language))]


def value_text(item: Mapping[str, Any], value: float | None, known: Catalogue, language: str) -> str:
    """A value of an indicator with its unit, even when the catalogue no longer knows it."""
    if item["id"] in known.ids:
        return format_value(value, known[item["id"]], language)
    return "—" if value is None else f"{value:.3g}"


def fraction(item: Mapping[str, Any]) -> str:
    """Numerator over denominator, or a dash where only the rate is known."""
    if item["numerator"] is None or item["denominator"] is None:
        return "—"
    return f"{_amount(item['numerator'])} / {_amount(item['denominator'])}"


def indicator_rows(sheet: Sheet, known: Catalogue, language: str) -> list[dict[str, str]]:
    """One row an indicator, every cell a text."""
    rows = []
    for item in sheet["indicators"]:
        band = item["band"]
        rows.append(
            {
                "indicator": item["label"][language], "value": value_text(item, item["value"], known, language), "fraction": fraction(item),
                "band": "—" if band is None else f"{value_text(item, band[0], known, language)} → {band[1]:g}", "points": _one(item["points"]),
                "weight": "—" if item["points"] is None else f"{item['weight']:.1f}%", "contribution": _one(item.get("shown", item["contribution"])),
                "team_median": value_text(item, item["team_median"], known, language), "before": value_text(item, item["before"], known, language),
                "step": step_text(item, known, language),
            }
        )  # fmt: skip
    return rows


COLUMNS = (
    "indicator",
    "value",
    "fraction",
    "band",
    "points",
    "weight",
    "contribution",
    "team_median",
    "before",
    "step",
)


def step_text(item: Mapping[str, Any], known: Catalogue, language: str) -> str:
    """The shortest step to the next band, in whole units: '3 more renewals → 90.0%'."""
    step = item["step"]
    if step is None:
        return "—"
    key = f"sheet.step_{step['measure']}_{'more' if step['amount'] > 0 else 'fewer'}"
    return say(
        key,
        language,
        count=abs(step["amount"]),
        value=value_text(item, step["reaches"], known, language),
    )


def certainty_lines(sheet: Sheet, known: Catalogue, language: str) -> list[str]:
    """One plain sentence of certainty for every indicator whose spread the data tell; where they are too few, that."""
    out = [_quadrant_line(sheet, language)] if sheet.get("quadrant_probability") else []
    for item in sheet["indicators"]:
        sure = item.get("sure")  # sheets closed before this was kept have none
        if sure is None or item["value"] is None:
            continue
        label = item["label"][language]
        facts = {
            "indicator": label, "value": value_text(item, item["value"], known, language), "n": f"{sure['n']:,.0f}", "x": f"{item['numerator'] or 0:,.0f}",
            "low": value_text(item, sure["low"], known, language), "high": value_text(item, sure["high"], known, language), "z": "—" if sure["z"] is None else f"{sure['z']:.2f}",
        }  # fmt: skip
        line = say(f"certainty.sentence_{sure['kind']}", language, **facts)
        if not sure.get("differ", True):
            line += say("certainty.sentence_alike", language)
        elif not sure["enough"]:
            line += say("certainty.sentence_few", language)
        out.append(line)
    return out


def _quadrant_line(sheet: Sheet, language: str) -> str:
    known = dict(sheet["quadrant_probability"])
    enough = known.pop("enough")
    chances = sorted(known.items(), key=lambda one: -one[1])
    (first, share), (second, other) = chances[:2]
    facts = {"first": say(f"quadrant.{first}", language), "share": f"{100 * share:.0f}", "second": say(f"quadrant.{second}", language), "other": f"{100 * other:.0f}"}  # fmt: skip
    if not enough:
        words = say("certainty.little", language, **facts)
    elif share >= CERTAIN:
        words = say("certainty.certain", language, quadrant=facts["first"], share=facts["share"])
    else:
        words = say("certainty.not_yet", language, **facts)
    return say("certainty.sheet_quadrant", language, quadrant=words)


def meaning(sheet: Sheet, known: Catalogue, language: str) -> str:
    """The quadrant in one sentence: the two values, the lines, and what follows."""
    parts = []
    for axis in ("x", "y"):
        name, line = sheet["cut"][axis]
        item = next((one for one in sheet["indicators"] if one["id"] == name), None)
        if item is None or line is None:
            continue
        parts.append(
            say("sheet.against_line", language, indicator=item["label"][language], value=value_text(item, item["value"], known, language),
                line=value_text(item, line, known, language), kind=say(f"cut.{sheet['cut']['kind']}", language))
        )  # fmt: skip
    return say(f"sheet.means_{sheet['quadrant']}", language, facts=("，" if language == "zh" else ", ").join(parts))


def category_line(sheet: Sheet, language: str) -> str:
    """The sums of the categories: 'Results 41.2 of 64.0 · …'."""
    return " · ".join(
        say(
            "sheet.category",
            language,
            category=one["label"][language],
            got=f"{one['shown']:.1f}",
            weight=f"{one['weight']:.1f}",
        )
        for one in sheet["categories"]
    )


def rules_line(sheet: Sheet, language: str) -> str:
    """The rules in force, by version."""
    scheme = sheet["scheme"]
    preset = preset_schemes().get(scheme["name"])
    label = (
        preset.label[language] if preset is not None and preset.label and not scheme.get("author") else scheme["name"]
    )
    return say(
        "sheet.rules", language, scheme=f"{label} v{scheme['version']}", weights=" / ".join(f"{scheme['weights'].get(name, 0):g}" for name in ("results", "service", "competence")),
        standard=sheet["standard_version"], grace=sheet["rules"]["grace_days"], limit=f"{sheet['rules']['missing_limit']:.0f}",
    )  # fmt: skip


def state_line(sheet: Sheet, language: str) -> str:
    """Whether the sheet is closed, live, or closed over data that have changed since."""
    closed = sheet.get("closed")
    if not closed:
        return say("sheet.live", language)
    key = "sheet.closed_changed" if closed["changed_since"] else "sheet.closed"
    return say(key, language, by=who(closed["by"], language), at=closed["at"])


def who(name: str, language: str) -> str:
    """Somebody's name as it is shown; the one user of a machine without login is called so."""
    return say("app.local_user", language) if name == "local" else name


def _one(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}".replace("-", "−")


def _amount(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-6 or abs(value) >= 1000 else f"{value:,.2f}"
