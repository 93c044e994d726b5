"""The briefing in words: one finding, one paragraph, and the lines of its lists; what page, PDF,
text file and command all print, in the reader's language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from analytics.insight.briefing import (
    Briefing,
    Figure,
    Improver,
    Leader,
    Losing,
    Mark,
    Person,
    Reason,
    Task,
)
from analytics.insight.change import Change
from analytics.insight.quadrant import axes
from analytics.language import say
from analytics.model import Indicator, Period
from analytics.reports.lists.coaching import action_text
from analytics.reports.words import change_text, value_text
from analytics.text import short
from analytics.units import in_percent

SIGNS: Mapping[Mark, str] = {"sure": "●", "leans": "◐", "open": "○"}
# Units that a value already carries in its own words.
TOLD = frozenset({"percent", "percent_of_target", "days"})
COUNTED = {"renewal_rate": "n_due", "satisfaction": "n_surveys", "complaint_rate": "n_held"}
LISTS = ("people", "leaders", "improvers")


# -- how words stand together ----------------------------------------------------------------------

_GAPS = re.compile(r"(?<=[一-鿿，。；：、（）]) +(?=[一-鿿，。；：、（）])| +(?=[，。；：、）])")


def tidy(words: str, language: str) -> str:
    """A filled sentence without the gaps that its template leaves: no blank between two Chinese
    characters or before their punctuation; English begins with a capital."""
    if language == "zh":
        return _GAPS.sub("", words).strip()
    return words[:1].upper() + words[1:]


def called(indicator: Indicator, language: str) -> str:
    """An indicator's label inside a sentence: English writes it small, unless it is an
    abbreviation."""
    label = indicator.label[language]
    small = language == "en" and label[1:2].islower()
    return label[:1].lower() + label[1:] if small else label


def _joined(sentences: Sequence[str], language: str) -> str:
    gap = "" if language == "zh" else " "
    return gap.join(tidy(sentence, language) for sentence in sentences if sentence)


# -- figures ---------------------------------------------------------------------------------------


def amount(value: float, indicator: Indicator, language: str) -> str:
    """A value with its unit: 78.2%, 79.9 points."""
    words = value_text(value, indicator.unit, language)
    if words == "—" or indicator.unit in TOLD:
        return words
    return say("unit.change", language, size=words, unit=unit_of(indicator, language))


def unit_of(indicator: Indicator, language: str) -> str:
    """The unit beside a value that does not carry it already; of shares of a target, of what."""
    if indicator.unit == "percent_of_target":
        return say("briefing.of_the_target", language)
    return "" if indicator.unit in TOLD else say(f"unit.change_{indicator.unit}", language)


def change_of(figure: Figure, language: str) -> str:
    """By how much a figure moved, with sign and unit; a dash where nothing is compared."""
    if figure.change is None:
        return "—"
    return change_text(figure.change.by, figure.indicator.unit, language)


def counted(indicator: Indicator, n: float, language: str) -> str:
    """On how many cases a value rests; empty where nobody counted cases."""
    key = COUNTED.get(indicator.id)
    if key is None and indicator.spread in ("rate", "mean", "count"):
        key = "n_cases"
    if key is None or not n > 0:
        return ""
    return say(f"briefing.{key}", language, n=f"{n:,.0f}")


def than(briefing: Briefing, language: str) -> str:
    """With what the period is compared: "than the month before"."""
    period, compared = briefing.period, briefing.compared
    if compared is None:
        return ""
    if briefing.cut is not None:
        return say("briefing.than_cut", language, period=compared, day=f"{briefing.cut:%m-%d}")
    if compared == period.year_before:
        return say("briefing.than_year", language)
    if compared == period.before and period.length == 1:
        return say("briefing.than_month", language)
    return say("briefing.than_period", language, period=compared)


def verdict(change: Change | None, mark: Mark, briefing: Briefing) -> str:
    """What may be said of a change: sure, leans, chance, unknown, provisional; none."""
    if change is None:
        return "none"
    if briefing.provisional:
        return "provisional"
    if change.verdict == "unknown":
        return "unknown"
    return {"sure": "sure", "leans": "leans", "open": "chance"}[mark]


def figure_sentence(figure: Figure, briefing: Briefing, language: str) -> str:
    """What the mark of a figure says, as a sentence."""
    kind = verdict(figure.change, figure.mark, briefing)
    return say(f"briefing.mark_{kind}", language)


def reach(figure: Figure, language: str) -> str:
    """From where to where the true value may lie; a dash where nobody knows."""
    if not (math.isfinite(figure.low) and math.isfinite(figure.high)):
        return "—"
    low, high = (
        value_text(value, figure.indicator.unit, language) for value in (figure.low, figure.high)
    )
    return f"{low.rstrip('%') if in_percent(figure.indicator.unit) else low}–{high}"


# -- the paragraph ---------------------------------------------------------------------------------


def finding(briefing: Briefing, language: str) -> str:
    """The month in one sentence, as a title has it: without a full stop."""
    told = _finding(briefing, language)
    if briefing.team is not None:
        told = say("briefing.finding_of", language, team=short(briefing.team), told=told)
    return tidy(told, language)


def _finding(briefing: Briefing, language: str) -> str:
    if briefing.provisional:
        return say("briefing.finding_provisional", language, count=f"{briefing.open_policies:,}")
    figure = briefing.finding
    if figure is not None and figure.change is not None:
        return say(
            "briefing.finding_moved_in" if figure.mainly else "briefing.finding_moved",
            language,
            indicator=called(figure.indicator, language),
            change=_size(figure.change.by, figure.indicator.unit, language),
            way=_way(figure.change.by, language),
            than=than(briefing, language),
            team=short(figure.mainly or ""),
        )
    if briefing.losing is not None and briefing.losing.mark == "sure":
        on_it = "_on" if briefing.losing.mark_on_it == "sure" else ""
        return say(
            f"briefing.finding_team{on_it}",
            language,
            team=short(briefing.losing.team),
            indicator=called(briefing.losing.indicator, language),
        )
    return say(
        "briefing.finding_quiet" if briefing.compared else "briefing.finding_first", language
    )


def _size(by: float, unit: str, language: str) -> str:
    """By how much, without a sign: a word says the way."""
    return change_text(abs(by), unit, language).lstrip("+")


def _way(by: float, language: str) -> str:
    return say("briefing.up" if by > 0 else "briefing.down", language)


def paragraph(briefing: Briefing, language: str) -> str:
    """The month as one paragraph: what moved, what is sure, where points are lost, whom to talk
    with or to thank."""
    first, *others = _moves(briefing, language)
    whole = {"told": first, "team": short(briefing.team or "")}
    moves = [say("briefing.across_team" if briefing.team else "briefing.across", language, **whole)]
    moves += others
    people = _people_sentence(briefing, language)
    thanks = _leaders_sentence(briefing, language)
    parts = [
        *moves,
        losing_line(briefing.losing, language, own=briefing.team is not None),
        _sure_sentence(briefing, language),
        *((thanks, people) if briefing.purpose == "reward" else (people, thanks)),
    ]
    return _joined(parts, language)


def _moves(briefing: Briefing, language: str) -> list[str]:
    """A sentence for each change beyond chance, then one for all that is none, and one for those of
    which nobody knows."""
    if briefing.provisional or briefing.compared is None:
        values = [_with_value(figure, language) for figure in briefing.figures]
        key = "provisional" if briefing.provisional else "alone"
        first = say(f"briefing.moves_{key}", language, count=f"{briefing.open_policies:,}")
        return [say("briefing.values", language, values=_listed(values, language)), first]
    than_words = than(briefing, language)
    kinds: dict[str, list[str]] = {"sure": [], "chance": [], "unknown": []}
    for figure in briefing.figures:
        if figure.change is None:
            continue
        kind = verdict(figure.change, figure.mark, briefing)
        if kind == "sure":
            kinds["sure"].append(_sure_move(figure, than_words, language))
        else:
            change = change_text(figure.change.by, figure.indicator.unit, language)
            words = say(
                "briefing.moved", language, what=_with_value(figure, language), change=change
            )
            kinds["unknown" if kind == "unknown" else "chance"].append(words)
    if briefing.score_change is not None:
        kinds[_of_score(briefing.score_change)].append(_score_move(briefing, language))
    out = list(kinds["sure"])
    out.extend(
        say(
            f"briefing.moves_{kind}",
            language,
            count=len(kinds[kind]),
            than=than_words,
            moves=_listed(kinds[kind], language),
        )
        for kind in ("chance", "unknown")
        if kinds[kind]
    )
    return out


def _of_score(change: Change) -> str:
    return {"told": "sure", "chance": "chance", "unknown": "unknown"}[change.verdict]


def _score_move(briefing: Briefing, language: str) -> str:
    change = briefing.score_change
    assert change is not None
    key = "score_sure" if change.verdict == "told" else "score_moved"
    return say(
        f"briefing.{key}",
        language,
        score=f"{briefing.score:.1f}",
        change=change_text(change.by, "points", language),
        than=than(briefing, language),
    )


def _with_value(figure: Figure, language: str) -> str:
    return with_value(figure.indicator, figure.value, language)


def with_value(indicator: Indicator, value: float, language: str) -> str:
    """An indicator and its value: "renewal rate 78.2%", "renewal premium 102.8% of target"."""
    key = "of_target" if indicator.unit == "percent_of_target" else "with_value"
    return say(
        f"briefing.{key}",
        language,
        indicator=called(indicator, language),
        value=amount(value, indicator, language),
    )


def _sure_move(figure: Figure, than_words: str, language: str) -> str:
    assert figure.change is not None
    return say(
        f"briefing.moved_{'in' if figure.mainly else 'everywhere'}",
        language,
        what=_with_value(figure, language),
        than=than_words,
        way=_way(figure.change.by, language),
        change=_size(figure.change.by, figure.indicator.unit, language),
        team=short(figure.mainly or ""),
    )


def _listed(parts: Sequence[str], language: str) -> str:
    """Several things as an enumeration."""
    if len(parts) < 2:
        return "".join(parts)
    comma = "、" if language == "zh" else ", "
    return say("briefing.and", language, first=comma.join(parts[:-1]), last=parts[-1])


def losing_line(losing: Losing | None, language: str, *, own: bool = False) -> str:
    """The team that loses most, or (`own`) the one that the briefing is about, and by what, as
    firmly as the data say."""
    if losing is None:
        return ""
    words = say(
        "briefing.losing_own" if own else f"briefing.losing_team_{losing.mark}",
        language,
        team=short(losing.team),
        lost=f"{losing.lost:.1f}",
        company=f"{losing.company:.1f}",
    )
    more = losing.on_it - losing.company_on_it
    words += say(
        f"briefing.losing_by_{losing.mark_on_it if more >= 0.05 else 'none'}",
        language,
        indicator=called(losing.indicator, language),
        more=f"{more:.1f}",
    )
    return tidy(words, language)


def span_text(period: Period, language: str) -> str:
    """A run of months by its length: the last 6 months; one month by its name."""
    if period.length == 1:
        return str(period)
    return say("briefing.last_months", language, months=period.length, last=f"{period.last:%Y-%m}")


def _sure_sentence(briefing: Briefing, language: str) -> str:
    facts = {"agents": briefing.agents, "now": briefing.sure_now, "longer": briefing.sure_longer}
    if briefing.longer == briefing.period:
        key = "sure_some" if briefing.sure_now else "sure_none"
        return say(f"briefing.{key}", language, **facts)
    key = "sure_both" if briefing.sure_now else "sure_longer"
    return say(
        f"briefing.{key}",
        language,
        **facts,
        period=briefing.period,
        span=span_text(briefing.longer, language),
    )


def _people_sentence(briefing: Briefing, language: str) -> str:
    people = briefing.people
    if not people:
        return ""
    sure = [person for person in people if person.mark == "sure"]
    names = _listed([name_of(person, language) for person in (sure or people)], language)
    key = "talk_sure" if sure else "talk_open"
    return say(f"briefing.{key}", language, names=names, count=len(sure or people))


def _leaders_sentence(briefing: Briefing, language: str) -> str:
    sure = [leader for leader in briefing.leaders if leader.mark == "sure"]
    parts = []
    if sure:
        names = _listed([name_of(leader, language) for leader in sure], language)
        parts.append(say("briefing.leaders_sure", language, names=names, count=len(sure)))
    if briefing.improvers:
        names = _listed([name_of(improver, language) for improver in briefing.improvers], language)
        count = len(briefing.improvers)
        parts.append(say("briefing.improving", language, names=names, count=count))
    return _joined(parts, language)


# -- the lists -------------------------------------------------------------------------------------


def why(person: Person, language: str) -> str:
    """Why this person: "Renewal rate 63.6% (165 due), the middle of the team 78.7%"."""
    reason = person.reason
    words = say("briefing.why_open", language) if reason is None else _reason_text(reason, language)
    return tidy(words, language)


def _reason_text(reason: Reason, language: str) -> str:
    cases = counted(reason.indicator, reason.n, language)
    return say(
        "briefing.why" if cases else "briefing.why_bare",
        language,
        what=with_value(reason.indicator, reason.value, language),
        cases=cases,
        median=amount(reason.median, reason.indicator, language),
    )


def what(person: Person, language: str) -> str:
    """What to do, in one sentence."""
    return action_text(person.action, language)


def prize(person: Person, language: str) -> str:
    """What reaching the middle of the team would bring; empty where that may be luck."""
    if person.mark == "open":
        return ""
    if person.renewals_low > 0 and person.renewals >= 1:
        return say(
            "briefing.prize_renewals",
            language,
            renewals=f"{person.renewals:.1f}",
            low=f"{person.renewals_low:.1f}",
            high=f"{person.renewals_high:.1f}",
        )
    if person.gain >= 0.1:
        return say("briefing.prize_points", language, gain=f"{person.gain:.1f}")
    return ""


def mark_sentence(mark: Mark, language: str) -> str:
    """What ● ◐ ○ say of somebody in a list."""
    return say(f"briefing.person_{mark}", language)


def leader_line(leader: Leader, briefing: Briefing, language: str) -> str:
    """Both values of a role model."""
    catalogue = briefing.views.now.catalogue
    x, y = (catalogue[name] for name in axes(catalogue))
    values = [with_value(x, leader.x, language), with_value(y, leader.y, language)]
    return tidy(("，" if language == "zh" else ", ").join(values), language)


def improver_line(improver: Improver, language: str) -> str:
    """From where to where somebody improved."""
    words = say(
        "briefing.improved",
        language,
        indicator=called(improver.indicator, language),
        first=amount(improver.first, improver.indicator, language),
        last=amount(improver.last, improver.indicator, language),
        months=improver.months,
    )
    return tidy(words, language)


def task_line(task: Task, language: str) -> str:
    """What is left to do."""
    key = f"briefing.task_{task.kind}"
    if task.kind == "objections" and task.facts.get("late"):
        key = "briefing.task_objections_late"
    words = say(key, language, **{"n": f"{task.count:,}", **task.facts, "count": task.count})
    return tidy(words, language)


def order(briefing: Briefing) -> tuple[str, ...]:
    """Which list comes first: to lift the team, whom to talk with; to reward, role models and who
    improves."""
    return LISTS if briefing.purpose == "lift" else (*LISTS[1:], LISTS[0])


def heading(briefing: Briefing, language: str) -> str:
    return say("briefing.heading", language, period=briefing.period)


def sections(briefing: Briefing, language: str) -> list[tuple[str, list[str]]]:
    """The lists in the order of the purpose, with their lines; empty ones are left out."""
    lines = {
        "people": [person_line(person, language) for person in briefing.people],
        "leaders": [
            named(
                name_of(leader, language),
                leader.team,
                leader_line(leader, briefing, language),
                language,
            )
            for leader in briefing.leaders
        ],
        "improvers": [
            named(
                name_of(improver, language),
                improver.team,
                improver_line(improver, language),
                language,
            )
            for improver in briefing.improvers
        ],
    }
    out = [(say(f"briefing.{name}", language), lines[name]) for name in order(briefing)]
    tasks = [task_line(task, language) for task in briefing.tasks]
    return [
        (title, rows) for title, rows in [*out, (say("briefing.tasks", language), tasks)] if rows
    ]


def person_line(person: Person, language: str) -> str:
    """Somebody to talk with on one line: why, what to do, what it would bring."""
    told = _stopped([why(person, language)], language)
    told = _joined([told, to_do(person, language)], language)
    return f"{SIGNS[person.mark]} {named(name_of(person, language), person.team, told, language)}"


def to_do(person: Person, language: str) -> str:
    """What to do and what it would bring, as sentences."""
    return _stopped([what(person, language), prize(person, language)], language)


def _stopped(parts: Sequence[str], language: str) -> str:
    stop = "。" if language == "zh" else "."
    return _joined([f"{part}{stop}" for part in parts if part], language)


def name_of(person: Person | Leader | Improver, language: str) -> str:
    """What somebody is called: the name, with the id where others bear it, too."""
    name = short(person.name)
    if not person.shared:
        return name
    return say("briefing.shared", language, name=name, id=person.agent_id)


def named(name: str, team: str | None, told: str, language: str) -> str:
    """A name with its team, and what is told of it."""
    key = "briefing.line" if team else "briefing.line_alone"
    return say(key, language, name=name, team=short(team or ""), told=told)
