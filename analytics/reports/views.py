"""What both front ends hand out: evaluations, lists and rules as plain values and as export
tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analytics.catalogue import (
    Catalogue,
    action_for,
    actions,
    definitions,
    preset_reason,
    preset_schemes,
)
from analytics.errors import RenewalError
from analytics.evaluation import Evaluation, Measured
from analytics.evaluation.weights import lacking, vector
from analytics.insight import placing
from analytics.insight.certainty import too_few
from analytics.insight.coaching import Step
from analytics.insight.quadrant import CutLine, Placed
from analytics.insight.quadrant_certainty import quadrant_certainty
from analytics.insight.robustness import RankRanges
from analytics.intake.questions import Question
from analytics.language import explain, say
from analytics.model import Indicator, Issue, Settings, Text, WeightScheme, days_of
from analytics.people import MarketAverage, StandardVersion
from analytics.reports.sure import quadrant_words, sure_columns
from analytics.reports.tables import Column
from analytics.reports.words import value_text

DIGITS = 10

MOST_LINES = 200  # of the issues behind one refusal


def number(value: Any) -> float | None:
    """A float for JSON: NaN is null, the noise of the last bits is not shown."""
    return None if value is None or not math.isfinite(value) else round(float(value), DIGITS)


def evaluation_view(evaluation: Evaluation, placed: Placed) -> dict[str, Any]:
    """The evaluation as the command line prints it: rates are fractions of 1, weights percent,
    coverage a fraction."""
    measured, scored, few = evaluation.measured, evaluation.agents, too_few(evaluation)
    rows = np.flatnonzero(evaluation.shown).tolist()
    seen = set(measured.people["agent_id"].to_numpy()[evaluation.in_scope])
    rated = sorted(
        (row for row in rows if scored.rated[row]),
        key=lambda row: (scored.rank[row], str(measured.people["agent_id"].iat[row])),
    )
    return {
        "period": {
            **_months(measured),
            "provisional": measured.provisional,
            "open_policies": int(measured.totals.get("open_policies", 0)),
            "stale_open": int(measured.totals.get("stale_open", 0)),
        },
        "standard_version": evaluation.catalogue.version,
        "scheme": {
            "name": evaluation.scheme.name,
            "version": evaluation.scheme.version,
            "trial": evaluation.scheme.trial,
            "weights": dict(evaluation.scheme.categories),
            "lacking": lacking(evaluation.scheme, evaluation.catalogue),
            "indicators": {
                one.id: number(weight)
                for one, weight in zip(
                    evaluation.catalogue.indicators, evaluation.nominal, strict=True
                )
            },
        },
        "agents": [_agent(evaluation, placed, row, bool(few[row])) for row in rated],
        "not_rated": [
            _agent(evaluation, placed, row, False) for row in rows if not scored.rated[row]
        ],
        "teams": [
            {
                "team": team,
                "agents": int(measured.teams["agents"].iat[row]),
                **_scored(evaluation, measured.team_values, evaluation.teams, row),
            }
            for row, team in enumerate(measured.teams["team"])
            if evaluation.teams_in_scope[row]
        ],
        "company": _scored(evaluation, measured.company, evaluation.company, 0),
        "set_aside": [
            {
                "agent_id": one["agent_id"],
                "measure": one["measure"],
                "from": f"{one['first_month']:%Y-%m}",
                "to": f"{one['last_month']:%Y-%m}",
                "why": one["why"],
            }
            for one in measured.set_aside.to_dict("records")
            if one["agent_id"] in seen
        ],
        "targets": [
            {
                "agent_id": one["agent_id"],
                "month": f"{one['month']:%Y-%m}",
                **{name: one[name] for name in ("count_basis", "premium_basis")},
            }
            for one in measured.targets.to_dict("records")
            if one["agent_id"] in seen
        ],
    }


def evaluation_rows(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The agents of `evaluation_view` as a table tells them: who rests on too few cases after the
    ranked, without a rank and with a mark beside the grade; then who is not rated."""
    few = [
        agent | {"rank": None, "grade": placing.marked(agent["grade"], True)}
        for agent in view["agents"]
        if agent["few_cases"]
    ]
    return [
        *(agent for agent in view["agents"] if not agent["few_cases"]),
        *few,
        *view["not_rated"],
    ]


def _months(measured: Measured) -> dict[str, str]:
    """A period's first and last month; where months do not begin on the first, its first and last
    day."""
    period, begins = measured.period, measured.settings.month_begins
    months = {"from": f"{period.first:%Y-%m}", "to": f"{period.last:%Y-%m}"}
    if begins == 1:
        return months
    first, last = days_of(period.first, period.last, begins)
    return {**months, "first_day": f"{first}", "last_day": f"{last}"}


def _agent(evaluation: Evaluation, placed: Placed, row: int, few: bool) -> dict[str, Any]:
    people = evaluation.people
    plain = {
        name: (people[name].iat[row] if pd.notna(people[name].iat[row]) else None)
        for name in ("agent_id", "name", "team", "branch")
    }
    due = people["due_policies"].iat[row] if "due_policies" in people else math.nan
    return {
        **plain,
        **_scored(evaluation, evaluation.measured.agents, evaluation.agents, row),
        **({"rank": None} if few else {}),
        "few_cases": few,
        "quadrant": str(placed.quadrant[row]),
        "due_policies": None if pd.isna(due) else int(due),
    }


def _scored(evaluation: Evaluation, values: Any, scored: Any, row: int) -> dict[str, Any]:
    rated = bool(scored.rated[row])
    return {
        "score": number(scored.score[row]) if rated else None,
        "grade": str(scored.grade[row]) if rated else None,
        "capped_by": (str(scored.capped_by[row]) or None) if rated else None,
        "rank": int(scored.rank[row]) if rated else None,
        "coverage": number(scored.coverage[row] / 100.0),
        "indicators": {
            one.id: {
                "value": number(values.value[row, at]),
                "numerator": number(values.numerator[row, at]),
                "denominator": number(values.denominator[row, at]),
                "points": number(values.points[row, at]),
                "weight": number(scored.weight[row, at]),
                "contribution": None
                if np.isnan(values.points[row, at])
                else number(scored.contribution[row, at]),
            }
            for at, one in enumerate(evaluation.catalogue.indicators)
        },
    }


def quadrant_view(evaluation: Evaluation, placed: Placed) -> dict[str, Any]:
    """Cut lines, counts, and every agent with both values and the quadrant."""
    people = evaluation.people
    return {
        "period": {
            **_months(evaluation.measured),
        },
        "x": placed.x,
        "y": placed.y,
        "cut": {"x": _cut(placed.x_cut), "y": _cut(placed.y_cut)},
        "counts": placed.counts,
        "agents": [
            {
                "agent_id": people["agent_id"].iat[row],
                "name": people["name"].iat[row],
                "team": people["team"].iat[row],
                "x": number(placed.x_value[row]),
                "y": number(placed.y_value[row]),
                "quadrant": str(placed.quadrant[row]),
            }
            for row in np.flatnonzero(evaluation.shown)
        ],
    }


def _cut(line: CutLine) -> dict[str, Any]:
    return {"kind": line.kind, "value": number(line.value)}


def step_sentence(step: Step | None, known: Catalogue, language: str) -> str:
    """'3 more renewals: renewal rate 84.2%', what the next period may bring, or a dash."""
    if step is None:
        return "—"
    one = known[step.indicator]
    kind = "ahead" if step.ahead else "more"
    return say(
        f"step.{step.measure}_{kind}",
        language,
        count=step.amount,
        indicator=one.label[language],
        value=format_value(step.gives, one, language),
    )


def changed_by(version: StandardVersion, language: str) -> list[str]:
    """What a version of the standards does to the built-in ones, in words."""
    built_in = definitions()
    out = []
    for name, table in version.indicators.items():
        label = (table or built_in.get(name, {})).get("label", {}).get(language, name)
        key = "removed" if not table else "added" if name not in built_in else "changed"
        knots = (
            " · ".join(f"{value:g} → {points:g}" for value, points in table["standard"]["knots"])
            if table
            else ""
        )
        out.append(say(f"standards.{key}_line", language, name=label, knots=knots))
    if version.grades:
        out.append(
            say(
                "standards.grades_line",
                language,
                grades=" · ".join(f"{name} ≥ {least:g}" for name, least in version.grades.items()),
            )
        )
    out += [
        say("standards.veto_line", language, name=name, cap=veto["cap"])
        for name, veto in version.vetoes.items()
    ]
    return out


def quadrant_actions() -> dict[str, Text]:
    """What to do about each quadrant."""
    return dict(actions()["quadrant"])


def issue_line(issue: Issue, language: str) -> str:
    """One issue as a sentence: where it stands, what stands there, why it does not do."""
    key = "line_column" if not issue.row else "line_times" if issue.count > 1 else "line"
    return say(
        f"issue.{key}" if issue.value else f"issue.{key}_empty",
        language,
        count=issue.count,
        file=issue.file,
        sheet=f" [{issue.sheet}]" if issue.sheet else "",
        row=issue.row,
        column=issue.column,
        value=issue.value,
        reason=say(f"issue.{issue.reason}", language),
    )


def question_line(question: Question, language: str) -> str:
    """A question as a sentence, and what a recipe writes to answer it."""
    said = say(f"question.{question.key}", language, **question.facts)
    choices = " | ".join(f'"{choice}"' for choice in question.choices)
    return say("question.line", language, said=said, id=question.id, choices=choices)


def refusal_lines(error: RenewalError, language: str, most: int = MOST_LINES) -> list[str]:
    """A refusal in words: its issues or questions a line each, then its sentence."""
    issues: Sequence[Issue] = error.facts.get("issues", ())  # type: ignore[assignment]
    questions: Sequence[Question] = error.facts.get("questions", ())  # type: ignore[assignment]
    lines = [issue_line(issue, language) for issue in issues[:most]]
    lines += [question_line(one, language) for one in questions]
    return [*lines, explain(error, language)]


def format_value(value: float | None, one: Indicator, language: str) -> str:
    """A value of an indicator as the reader sees it, unit included; missing is a dash."""
    return value_text(value, one.unit, language)


def market_text(average: MarketAverage, one: Indicator, language: str) -> str:
    """A market average with its source."""
    return f"{format_value(average.value, one, language)}（{average.source}）"


def coaching_table(
    frame: pd.DataFrame, known: Catalogue, language: str
) -> tuple[pd.DataFrame, list[Column]]:
    """The coaching list in the reader's language, as a frame and its export columns."""

    def texts(row: Any) -> str:
        return "\n".join(
            f"{known[name].label[language]} −{lost:.2f}"
            for name, lost in zip(row["weakest"], row["lost"], strict=True)
        )

    out = frame.assign(
        quadrant=[say(f"quadrant.{name}", language) for name in frame["quadrant"]],
        weakest=[texts(row) for row in frame.to_dict("records")],
        action=[
            action if isinstance(action, str) else action[language] for action in frame["action"]
        ],
        step=[step_sentence(step, known, language) for step in frame["step"]],
        team=[team or "—" for team in frame["team"]],
        too_few=few_words(frame["rated"], frame["few_cases"], language),
        extra_premium=frame["extra_premium"].round(),
        extra_range=[
            "—" if math.isnan(low) or math.isnan(high) else f"{low:.1f}–{high:.1f}"
            for low, high in zip(frame["extra_low"], frame["extra_high"], strict=True)
        ],
    )
    formats = {
        "due_policies": "count",
        "score": "score",
        "expected_gain": "score",
        "extra_renewals": "number",
        "half_renewals": "number",
        "extra_premium": "count",
        "last_date": "date",
        "next_date": "date",
    }
    names = [
        "agent_id",
        "name",
        "team",
        "quadrant",
        "score",
        "due_policies",
        "weakest",
        "action",
        "step",
        "expected_gain",
        "extra_renewals",
        "extra_range",
        "half_renewals",
        "extra_premium",
        "last_date",
        "next_date",
        "comment",
    ]
    columns = [
        Column(name, say(f"column.{name}", language), formats.get(name, "text")) for name in names
    ]
    columns[4:4] = few_column(out["too_few"], language)
    return out[[column.name for column in columns]], columns


def rank_text(evaluation: Evaluation, row: int, language: str) -> str:
    """What stands in the place of a rank where there are too few cases: that, and the rank it would
    be where the rules show it."""
    if not evaluation.measured.settings.rank_few:
        return say("certainty.few_cases", language)
    return say("certainty.few_cases_rank", language, rank=int(evaluation.agents.rank[row]))


def few_cells(evaluation: Evaluation, rows: np.ndarray, language: str) -> list[str]:
    """What stands in the column `too_few` of these agents in tables of ranks; nothing for whoever
    is ranked."""
    few, rated = too_few(evaluation), evaluation.agents.rated
    unrated = say("certainty.not_rated", language)
    return [
        rank_text(evaluation, row, language) if few[row] else "" if rated[row] else unrated
        for row in rows.tolist()
    ]


def few_column(words: Iterable[str], language: str) -> list[Column]:
    """The column `too_few` of a table of agents, where somebody in it is not ranked: its words say
    why."""
    return [Column("too_few", say("certainty.few_column", language))] if any(words) else []


def few_words(rated: Iterable[bool], few: Iterable[bool], language: str) -> list[str]:
    """What stands in the column `too_few` of tables without ranks: too few cases, or not rated at
    all; nothing for the others."""
    unrated, little = (say(f"certainty.{key}", language) for key in ("not_rated", "few_cases"))
    return [
        little if is_few else "" if is_rated else unrated
        for is_rated, is_few in zip(rated, few, strict=True)
    ]


def ranking_table(
    evaluation: Evaluation, placed: Placed, language: str, how_sure: RankRanges | bool = False
) -> tuple[pd.DataFrame, list[Column]]:
    """Everybody shown: rank, score, grade, quadrant, then value, points and contribution of every
    indicator.

    `how_sure` adds how far chance reaches: range, n and Z of every indicator whose spread is known,
    and with rank ranges the range and band of each rank.
    """
    rows = np.flatnonzero(evaluation.shown)
    scored, values, people = evaluation.agents, evaluation.measured.agents, evaluation.people
    few = too_few(evaluation)
    order = np.where(scored.rated[rows], scored.rank[rows], np.iinfo(np.int64).max)
    rows = rows[np.lexsort((np.arange(len(rows)), order, few[rows]))]
    rows = np.concatenate([rows[scored.rated[rows]], rows[~scored.rated[rows]]])
    rated, few = scored.rated[rows], few[rows]
    frame = people.iloc[rows][["agent_id", "name", "team", "branch"]].reset_index(drop=True)
    frame.insert(0, "rank", placing.ranks(evaluation, rows))
    frame["score"] = np.where(rated, scored.score[rows], np.nan)
    frame["grade"] = placing.grades(evaluation, rows)
    frame["too_few"] = few_cells(evaluation, rows, language)
    vetoed = [
        say("veto.by", language, indicator=evaluation.catalogue[name].label[language])
        if name
        else ""
        for name in scored.capped_by[rows]
    ]
    frame["veto"] = np.where(rated, vetoed, "")
    frame["quadrant"] = [say(f"quadrant.{name}", language) for name in placed.quadrant[rows]]
    frame["due_policies"] = (
        people["due_policies"].to_numpy(dtype=float, na_value=np.nan)[rows]
        if "due_policies" in people
        else np.nan
    )
    frame["coverage"] = scored.coverage[rows] / 100.0
    columns = [
        Column("rank", say("column.rank", language), "count"),
        *(
            Column(name, say(f"column.{name}", language))
            for name in ("agent_id", "name", "team", "branch")
        ),
        Column("score", say("column.score", language), "score"),
        Column("grade", say("column.grade", language)),
        *few_column(frame["too_few"], language),
        *([Column("veto", say("veto.column", language))] if any(vetoed) else []),
        Column("quadrant", say("column.quadrant", language)),
        Column("due_policies", say("column.due_policies", language), "count"),
        Column("coverage", say("column.coverage", language), "percent"),
    ]
    if isinstance(how_sure, RankRanges):
        frame["rank_range"], band = how_sure.cells(len(people), rows)
        frame["band"] = pd.array(band, dtype="Int64")
        columns[1:1] = [
            Column("rank_range", say("certainty.rank_column", language)),
            Column("band", say("certainty.band", language), "count"),
        ]
    if how_sure and rows.size:
        chance = quadrant_certainty(evaluation.measured, placed)
        frame["certainty"] = [quadrant_words(chance, row, language) for row in rows.tolist()]
        at = next(at for at, column in enumerate(columns) if column.name == "quadrant")
        columns.insert(at + 1, Column("certainty", say("certainty.column", language)))
    extra: dict[str, Any] = {}
    for at, one in enumerate(evaluation.catalogue.indicators):
        if np.isnan(values.value[:, at]).all():
            continue
        for part, array, look in (
            ("value", values.value, "percent" if one.unit.startswith("percent") else "number"),
            ("numerator", values.numerator, "amount"),
            ("denominator", values.denominator, "amount"),
            ("points", values.points, "score"),
            ("weight", scored.weight, "score"),
            (
                "contribution",
                np.where(np.isnan(values.points), np.nan, scored.contribution),
                "score",
            ),
        ):
            extra[f"{one.id}.{part}"] = array[rows, at]
            columns.append(
                Column(
                    f"{one.id}.{part}",
                    f"{one.label[language]} · {say(f'column.{part}', language)}",
                    look,
                )
            )
            if part == "value" and how_sure:
                cells, more = sure_columns(evaluation.measured, one.id, rows, language)
                extra |= cells
                columns += more
    return pd.concat([frame, pd.DataFrame(extra, index=frame.index)], axis=1), columns


def monthly_values(monthly: pd.DataFrame, one: Indicator, agent_ids: list[str]) -> pd.DataFrame:
    """Some agents' values of an indicator month by month, in the order of the ids: agent_id, month,
    value, n."""
    rows = monthly[monthly["agent_id"].isin(agent_ids) & (monthly[one.denominator] > 0)]
    sums = rows.groupby(["agent_id", "month"], as_index=False)[
        [one.numerator, one.denominator]
    ].sum()
    out = sums.assign(
        month=pd.to_datetime(sums["month"]),
        value=one.scale * sums[one.numerator] / sums[one.denominator],
        n=sums[one.denominator],
    )
    order = {agent_id: at for at, agent_id in enumerate(agent_ids)}
    return out.sort_values(
        ["agent_id", "month"], key=lambda part: part.map(order) if part.name == "agent_id" else part
    )[["agent_id", "month", "value", "n"]].reset_index(drop=True)


def method_view(
    known: Catalogue,
    settings: Settings,
    scheme: WeightScheme,
    market: Mapping[str, MarketAverage] | None = None,
) -> dict[str, Any]:
    """Every indicator, formula, standard, weight, rule and setting in force, and the market
    averages with their sources."""
    nominal = vector(scheme, known)
    return {
        "scheme": {
            "name": scheme.name,
            "version": scheme.version,
            "weights": dict(scheme.categories),
            "reason": reason_of(scheme),
            "author": scheme.author,
            "purpose": scheme.purpose,
            "company_goal": scheme.company_goal,
            "trial": scheme.trial,
            "lacking": lacking(scheme, known),
        },
        "standard_version": known.version,
        "market": [
            {"indicator": one.indicator, "value": one.value, "source": one.source}
            for one in (market or {}).values()
        ],
        "indicators": [
            {
                "id": one.id,
                "label": dict(one.label),
                "category": one.category,
                "group": one.group,
                "numerator": one.numerator,
                "denominator": one.denominator,
                "scale": one.scale,
                "fallback": one.fallback,
                "direction": one.direction,
                "unit": one.unit,
                "weight": number(nominal[at]),
                "share_of_category": scheme.indicators.get(one.id, one.weight),
                "target": one.target,
                "standard": {
                    "mode": one.standard.mode,
                    "knots": [
                        list(knot)
                        for knot in zip(one.standard.values, one.standard.points, strict=True)
                    ],
                },
                "why": dict(one.why),
                "action": dict(action_for(one)),
            }
            for at, one in enumerate(known.indicators)
        ],
        "categories": [
            {"id": one.id, "label": dict(one.label), "permitted": [one.low, one.high]}
            for one in known.categories
        ],
        "grades": dict(known.grades),
        "vetoes": [
            {"indicator": one.indicator, "beyond": one.beyond, "cap": one.cap}
            for one in known.vetoes
        ],
        "settings": {
            "grace_days": settings.grace_days,
            "grace_by_product": dict(settings.grace_by_product),
            "contact_lead_days": settings.contact_lead_days,
            "missing_limit": settings.missing_limit,
            "calendar": settings.calendar,
            "month_begins": settings.month_begins,
            "missing_rule": "renormalise",
            "window_closed": "due_date + grace_days < as_of",
            "on_the_line": "high",
            "mean_cut": "pooled",
            "not_rated": "not ranked",
        },
        "schemes": [
            {"name": name, "weights": dict(one.categories)}
            for name, one in preset_schemes().items()
        ],
        "quadrants": {name: dict(text) for name, text in actions()["quadrant"].items()},
    }


def reason_of(scheme: WeightScheme) -> Any:
    """Why a scheme weighs as it does: a preset's text in both languages, or what its author
    wrote."""
    return dict(preset_reason(scheme.name)) if scheme.name in preset_schemes() else scheme.reason


def scheme_label(scheme: WeightScheme, language: str) -> str:
    """A preset's translated name, or the name its author gave."""
    return scheme.label[language] if scheme.label else scheme.name


def losses_rows(evaluation: Evaluation, table: pd.DataFrame) -> list[dict[str, Any]]:
    """The weak-spot table as plain values."""
    return [
        {
            "team": team if isinstance(team, str) else None,
            "points_lost": {name: number(table.iloc[row][name]) for name in table.columns},
        }
        for row, team in enumerate(table.index)
    ]


def label_of(evaluation: Evaluation | Measured, language: str) -> Callable[[str], str]:
    """Indicator id → its label."""
    known = evaluation.catalogue
    texts: dict[str, Text] = {one.id: one.label for one in known.indicators}
    return lambda name: texts[name][language]
