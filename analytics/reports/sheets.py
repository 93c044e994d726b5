"""Evaluation sheets in words: what the PDF, the workbook and the page all print, in the reader's
language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.catalogue import preset_schemes
from analytics.insight.own_eyes import FEWEST
from analytics.insight.placing import marked
from analytics.intake.fields import fields
from analytics.language import say
from analytics.model import QUADRANTS, UNPLACED, Period, parse_month
from analytics.numbers import percent
from analytics.reports.sure import OPEN_MARK, QUADRANT_MARKS, QUADRANT_WORDS
from analytics.reports.words import period_text, value_text
from analytics.statistics.quadrant_probability import CERTAIN

Sheet = Mapping[str, Any]
BASICS = ("agent_id", "name", "team", "branch", "region", "supervisor", "hired_on")


def title(sheet: Sheet, language: str) -> str:
    """The heading; under weights that are only tried out it says so."""
    mark = f"{say('trial.mark', language)} · " if sheet["scheme"].get("trial") else ""
    return mark + say("sheet.title", language)


def basics(sheet: Sheet, language: str) -> list[tuple[str, str]]:
    """Label and value of the basic information."""
    period = sheet["period"]
    rows = [(fields()[name].label[language], sheet["agent"].get(name) or "—") for name in BASICS]
    begins = sheet["rules"].get("month_begins", 1)  # sheets closed before it was a rule have none
    span = (
        period["from"] if period["from"] == period["to"] else f"{period['from']} – {period['to']}"
    )
    if begins != 1:
        span = period_text(
            Period(parse_month(period["from"]), parse_month(period["to"])), begins, language
        )
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
        why = say(
            "sheet.not_rated",
            language,
            coverage=percent(sheet["coverage"] or 0, 0),
            limit=f"{limit:.0f}",
        )
        rows = [(say("column.score", language), why)]
    else:
        few = sheet["rank"] is None
        unsure = sheet.get("few_cases", False)  # sheets closed before it was told have none
        rank = (
            say("sheet.rank_few", language, count=FEWEST)
            if few
            else f"{sheet['rank']} / {sheet['rated']}"
        )
        rows = [
            (say("column.score", language), f"{sheet['score']:.1f}"),
            (say("column.grade", language), marked(sheet["grade"], unsure)),
            (
                say("column.rank", language),
                say("certainty.few_cases", language) if unsure else rank,
            ),
        ]
    return [
        *rows,
        (say("column.quadrant", language), say(f"quadrant.{sheet['quadrant']}", language)),
    ]


def of_item(item: Mapping[str, Any], value: float | None, language: str) -> str:
    """A value of a sheet's indicator in the unit that the sheet itself says: versions of the
    standards may no longer know it."""
    return value_text(value, item["unit"], language)


def item_of(sheet: Sheet, indicator_id: str) -> Mapping[str, Any] | None:
    """A sheet's line of an indicator, if it has one."""
    return next((item for item in sheet["indicators"] if item["id"] == indicator_id), None)


def band_text(item: Mapping[str, Any], language: str) -> str:
    """The knot that was reached and its points; where not even the first was, that."""
    if item.get("missed") is not None:
        return say("sheet.below_band", language, value=of_item(item, item["missed"], language))
    band = item["band"]
    return "—" if band is None else f"{of_item(item, band[0], language)} → {band[1]:g}"


def fraction(item: Mapping[str, Any]) -> str:
    """Numerator over denominator, or a dash where only the rate is known."""
    if item["numerator"] is None or item["denominator"] is None:
        return "—"
    return f"{_amount(item['numerator'])} / {_amount(item['denominator'])}"


def indicator_rows(sheet: Sheet, language: str) -> list[dict[str, str]]:
    """One row an indicator, every cell a text."""
    return [
        {
            "indicator": item["label"][language],
            "value": of_item(item, item["value"], language),
            "fraction": fraction(item),
            "band": band_text(item, language),
            "points": _tenths(item["points"]),
            "weight": "—" if item["points"] is None else f"{item['weight']:.1f}%",
            "contribution": _tenths(item.get("shown", item["contribution"])),
            "team_median": of_item(item, item["team_median"], language),
            "before": of_item(item, item["before"], language),
            "step": step_text(item, language),
        }
        for item in sheet["indicators"]
    ]


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


def step_text(item: Mapping[str, Any], language: str) -> str:
    """The shortest step to the next band in whole units and the value that comes of it, or what the
    next period may bring."""
    step = item["step"]
    if step is None:
        return "—"
    # Sheets closed before results were kept with their step name the band instead.
    ahead = step.get("ahead", step["amount"] < 0)
    value = of_item(item, step.get("gives", step["reaches"]), language)
    key = f"sheet.step_{step['measure']}_{'ahead' if ahead else 'more'}"
    return say(key, language, count=max(step["amount"], 0), value=value)


def certainty_lines(sheet: Sheet, language: str) -> list[str]:
    """One plain sentence of certainty for every indicator whose spread the data tell; where they
    are too few, that."""
    chances = quadrant_chances(sheet, language)
    out = [chances] if chances else []
    for item in sheet["indicators"]:
        sure = item.get("sure")  # sheets closed before this was kept have none
        if sure is None or item["value"] is None:
            continue
        label = item["label"][language]
        facts = {
            "count": round(sure["n"]),
            "indicator": label,
            "value": of_item(item, item["value"], language),
            "n": f"{sure['n']:,.0f}",
            "x": f"{item['numerator'] or 0:,.0f}",
            "low": of_item(item, sure["low"], language),
            "high": of_item(item, sure["high"], language),
            "own": "—" if sure["z"] is None else percent(sure["z"], 0),
        }
        kind = "rate_alone" if sure["kind"] == "rate" and sure["z"] is None else sure["kind"]
        line = say(f"certainty.sentence_{kind}", language, **facts)
        if not sure.get("differ", True):
            line += say("certainty.sentence_alike", language)
        elif not sure["enough"]:
            line += say("certainty.sentence_few", language)
        out.append(line)
    return out


def _quadrant_line(sheet: Sheet, language: str) -> str:
    chances = {
        name: share for name, share in sheet["quadrant_probability"].items() if name != "enough"
    }
    first, second = sorted(chances, key=lambda name: -chances[name])[:2]
    facts = {
        "first": say(f"quadrant.{first}", language),
        "share": percent(chances[first], 0),
        "second": say(f"quadrant.{second}", language),
        "other": percent(chances[second], 0),
    }
    standing = _standing(sheet)
    if standing in ("alike", "unknown"):
        words = say(f"certainty.{QUADRANT_WORDS[standing]}", language)
    elif standing == "certain":
        words = say("certainty.certain", language, quadrant=facts["first"], share=facts["share"])
    else:
        words = say(f"certainty.{standing}", language, **facts)
    return say("certainty.sheet_quadrant", language, quadrant=words)


def meaning(sheet: Sheet, language: str) -> str:
    """The quadrant in one sentence: the two values, the lines, and what follows, as firmly as the
    agent stands there."""
    parts = []
    for axis in ("x", "y"):
        name, line = sheet["cut"][axis]
        item = item_of(sheet, name)
        if item is None or line is None:
            continue
        parts.append(
            say(
                "sheet.against_line",
                language,
                indicator=item["label"][language],
                value=of_item(item, item["value"], language),
                line=of_item(item, line, language),
                kind=say(f"cut.{sheet['cut']['kind']}", language).lower(),
            )
        )
    facts = ("，" if language == "zh" else ", ").join(parts)
    if sheet["quadrant"] == UNPLACED:
        return say("sheet.means_unplaced", language, facts=facts)
    then = say(f"sheet.then_{sheet['quadrant']}", language)
    name = say(f"quadrant.{sheet['quadrant']}", language)
    return say(f"sheet.means_{_standing(sheet)}", language, quadrant=name, facts=facts, then=then)


def quadrant_mark(sheet: Sheet) -> str:
    """How firmly the agent stands in the quadrant, as one mark: ● sure, ◐ leans, ○ open; nothing
    for whoever has no place in it."""
    if sheet["quadrant"] == UNPLACED:
        return ""
    return QUADRANT_MARKS.get(_standing(sheet), OPEN_MARK)


def quadrant_chances(sheet: Sheet, language: str) -> str:
    """The same in a sentence, with the likeliest quadrants; empty where no chance is known."""
    return _quadrant_line(sheet, language) if sheet.get("quadrant_probability") else ""


def _standing(sheet: Sheet) -> str:
    """How firmly the agent stands in the quadrant; sheets closed before it was kept tell it by
    their probabilities, if they have any."""
    if "quadrant_standing" in sheet:
        return str(sheet["quadrant_standing"])
    chances = sheet.get("quadrant_probability")
    if not chances:
        return "unknown" if "quadrant_probability" in sheet else "certain"
    if not chances["enough"]:
        return "little"
    return "certain" if max(chances[name] for name in QUADRANTS) >= CERTAIN else "not_yet"


def category_line(sheet: Sheet, language: str) -> str:
    """The sums of the categories: 'Results 41.2 of 64.0 · …'."""
    return " · ".join(
        say(
            "sheet.category" if category["weight"] else "sheet.category_missing",
            language,
            category=category["label"][language],
            got=f"{category['shown']:.1f}",
            weight=f"{category['weight']:.1f}",
        )
        for category in sheet["categories"]
    )


def veto_line(sheet: Sheet, language: str) -> str:
    """Which veto capped the grade, and what was earned; empty where none did."""
    veto = sheet.get("veto")
    if not veto:
        return ""
    beyond = value_text(veto["beyond"], veto["unit"], language)
    return say(
        "veto.line",
        language,
        indicator=veto["label"][language],
        beyond=beyond,
        earned=veto["earned"],
        grade=marked(sheet["grade"], sheet.get("few_cases", False)),
    )


def market_line(sheet: Sheet, language: str) -> str:
    """The market averages that somebody entered, each with its source; empty where there are
    none."""
    items = [item for item in sheet["indicators"] if item.get("market")]
    if not items:
        return ""
    parts = [
        say(
            "sheet.market_part",
            language,
            indicator=item["label"][language],
            value=of_item(item, item["market"]["value"], language),
            source=item["market"]["source"],
        )
        for item in items
    ]
    return say("sheet.market", language, parts=("；" if language == "zh" else "; ").join(parts))


def targets_line(sheet: Sheet, language: str) -> str:
    """In which months the agent was measured against something else than an own target; empty where
    never."""
    parts: dict[str, list[str]] = {}
    for entry in sheet.get("targets", []):
        basis = (
            entry["count_basis"]
            if entry["count_basis"] not in ("own", "none")
            else entry["premium_basis"]
        )
        nobody = not entry.get("given_targets", True)  # sheets closed before it was told have none
        if basis == "median_result" and nobody:
            basis = "median_result_of_all"
        parts.setdefault(basis, []).append(entry["month"])
    comma = "、" if language == "zh" else ", "
    lines = [
        say(f"target.line_{basis}", language, months=comma.join(months))
        for basis, months in parts.items()
    ]
    if any(item.get("few") for item in sheet["indicators"]):
        lines.append(say("target.few", language))
    return " ".join(lines)


def before_line(sheet: Sheet, language: str) -> str:
    """Which period stands in the column "before", and as of which day; empty where there is
    none."""
    before = sheet.get("before")
    if not before:
        return ""
    key = "sheet.before_cut" if before["cut"] else "sheet.before_period"
    return say(key, language, period=before["period"], cut=before["cut"] or "")


def small_print(sheet: Sheet, language: str) -> list[str]:
    """What stands below the figures: veto, targets, comparison, market averages, what the scheme
    weighs and the standards lack."""
    lines = [line(sheet, language) for line in (veto_line, targets_line, before_line, market_line)]
    lacking = sheet["scheme"].get("lacking") or []
    if lacking:
        lines.append(
            say(
                "weights.lacking",
                language,
                indicators=("、" if language == "zh" else ", ").join(lacking),
            )
        )
    return [line for line in lines if line]


def rules_line(sheet: Sheet, language: str) -> str:
    """The rules in force, by version; with the purpose and the company's goal where the scheme
    states them."""
    scheme = sheet["scheme"]
    preset = preset_schemes().get(scheme["name"])
    own = preset is None or not preset.label or bool(scheme.get("author"))
    label = (
        scheme["name"] if own or preset is None or preset.label is None else preset.label[language]
    )
    line = say(
        "sheet.rules",
        language,
        scheme=f"{label} v{scheme['version']}",
        weights=" / ".join(
            f"{scheme['weights'].get(name, 0):g}" for name in ("results", "service", "competence")
        ),
        standard=sheet["standard_version"],
        grace=sheet["rules"]["grace_days"],
        limit=f"{sheet['rules']['missing_limit']:.0f}",
    )
    if scheme.get("purpose"):
        line += " " + say(
            "sheet.purpose", language, purpose=say(f"weights.purpose_{scheme['purpose']}", language)
        )
    if scheme.get("company_goal"):
        line += " " + say("sheet.goal", language, goal=scheme["company_goal"])
    return line


def state_line(sheet: Sheet, language: str) -> str:
    """Whether the sheet is closed, live, or closed over data that have changed since; before all
    that its people are made up, where they are."""
    made_up = f"{say('app.sample_badge', language)} · " if sheet.get("sample") else ""
    closed = sheet.get("closed")
    if not closed:
        return made_up + say("sheet.live", language)
    key = "sheet.closed_changed" if closed["changed_since"] else "sheet.closed"
    return made_up + say(key, language, by=who(closed["by"], language), at=closed["at"])


def note_line(note: Mapping[str, Any], language: str) -> str:
    """What somebody wrote about the agent, and who and when."""
    return f"{note['text']} — {who(note['author'], language)}, {note['at']}"


def who(name: str, language: str) -> str:
    """Somebody's name as it is shown; the one user of a machine without login, and the program
    itself, are called so."""
    key = {"local": "app.local_user", "program": "app.program"}.get(name)
    return name if key is None else say(key, language)


def _tenths(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}".replace("-", "−")


def _amount(value: float) -> str:
    return (
        f"{value:,.0f}"
        if abs(value - round(value)) < 1e-6 or abs(value) >= 1000
        else f"{value:,.2f}"
    )
