"""Figures of scores: contributions, distribution, grades, and what a change of weights does."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.charts.theme import (
    ACCENT,
    CATEGORY,
    FAINT,
    GRADE,
    GREY,
    INK,
    LETTERS,
    LOST,
    LOST_BY_TEAM,
    QUIET,
    REACH,
    STRIPE,
    TICK,
    WHITE,
    Drawing,
    Label,
    Say,
    figure,
    legend_above,
    over_legend,
    plain,
    ticks,
)
from analytics.evaluation import Evaluation
from analytics.insight.certainty import certainty, range_text
from analytics.insight.rank_ranges import RankRanges
from analytics.model import Indicator
from analytics.numbers import signed
from analytics.units import in_percent

FIGURES = 84  # pixels beside the bars of losses, for their figures
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # between the ticks of an axis of points


def contribution_bars(
    evaluation: Evaluation,
    rows: np.ndarray,
    label: Label,
    say: Say,
    ranges: RankRanges | None = None,
) -> Drawing:
    """Stack each indicator's contribution in the colour of its category, so a bar's length is the
    score itself; `rows` from best to worst.

    With rank ranges every name carries its own, and every second band of agents who cannot be told
    apart is shaded.
    """
    plot = 22 * len(rows) + 24
    fig = figure(
        barmode="stack",
        height=plot + 84,
        margin={"l": 8, "r": 8, "t": 36, "b": 48},
        legend={
            "orientation": "h",
            "y": -30 / plot,
            "yanchor": "top",
            "x": 0,
            "font": {"size": 11},
            "traceorder": "normal",
        },
        xaxis={"range": [0, 108]},
        yaxis={"autorange": "reversed", "type": "category", "automargin": True},
        title={
            "text": say("chart.contributions"),
            "font": {"size": 14},
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 8},
        },
        bargap=0.25,
    )
    reaches, bands = (
        ranges.cells(len(evaluation.people), rows)
        if ranges is not None
        else ([""] * len(rows), [None] * len(rows))
    )
    names = _names(evaluation, rows, reaches)
    fig.layout["shapes"] = _bands(bands)
    if not len(rows):
        return fig
    scored = evaluation.agents
    named: set[str] = set()
    for column, indicator in enumerate(evaluation.catalogue.indicators):
        values = scored.contribution[rows, column]
        if not values.any():
            continue
        first = indicator.category not in named
        named.add(indicator.category)
        fig.add(
            "bar",
            y=names,
            x=values.round(3),
            orientation="h",
            name=say(f"weights.col_{indicator.category}"),
            ids=evaluation.people["agent_id"].to_numpy()[rows].astype(str).tolist(),
            showlegend=first,
            legendgroup=indicator.category,
            marker={"color": CATEGORY[indicator.category][0], "line": {"width": 0}},
            customdata=[
                [round(float(points), 1), round(float(weight), 1), words]
                for points, weight, words in zip(
                    evaluation.measured.agents.points[rows, column],
                    scored.weight[rows, column],
                    _values(evaluation, indicator, rows, say, ranges is not None),
                    strict=True,
                )
            ],
            hovertemplate=say("chart.contribution_hover", indicator=plain(label(indicator.id))),
        )
    _write_scores(fig, evaluation, rows, names)
    return fig


def _names(evaluation: Evaluation, rows: np.ndarray, reaches: Sequence[str]) -> list[str]:
    """Rank, how far chance reaches from it, name and id of each agent, along the axis."""
    people, rank = evaluation.people, evaluation.agents.rank
    ranges = [f" ({reach})" if reach not in ("", "—") else "" for reach in reaches]
    return ticks(
        f"{rank[row]}{far}  {plain(people['name'].iat[row], TICK)} "
        f"{plain(people['agent_id'].iat[row], TICK)}"
        for row, far in zip(rows, ranges, strict=True)
    )


def _write_scores(
    fig: Drawing, evaluation: Evaluation, rows: np.ndarray, names: Sequence[str]
) -> None:
    """The score and the grade at the end of each bar."""
    scores, grades = evaluation.agents.score[rows], evaluation.agents.grade[rows]
    fig.add(
        "scatter",
        x=scores + 0.6,
        y=names,
        mode="text",
        text=[f"{score:.1f} {grade}" for score, grade in zip(scores, grades, strict=True)],
        textposition="middle right",
        textfont={"size": 11},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def _values(
    evaluation: Evaluation,
    indicator: Indicator,
    rows: np.ndarray,
    say: Say,
    how_sure: bool,
) -> list[str]:
    """Each agent's value for the hover, with its 95 % range and n where these are known and
    wanted."""
    percent = in_percent(indicator.unit)
    sure = certainty(evaluation.measured, indicator.id) if how_sure else None
    values = evaluation.measured.agents.value[rows, evaluation.catalogue.position(indicator.id)]
    out = []
    for row, value in zip(rows.tolist(), values.tolist(), strict=True):
        number = f"{100 * value:.1f}%" if percent else f"{value:.1f}"
        words = "—" if math.isnan(value) else number
        if sure is not None:
            reach = range_text(indicator, float(sure.low[row]), float(sure.high[row]))
            if reach != "—":
                words += say("quadrant_page.hover_range", range=reach, n=f"{sure.n[row]:.0f}")
        out.append(words)
    return out


def _bands(bands: Sequence[int | None]) -> list[dict[str, object]]:
    """A faint ground under every second band."""
    banded = [(place, band) for place, band in enumerate(bands) if band is not None]
    return [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": place - 0.5,
            "y1": place + 0.5,
            "line": {"width": 0},
            "fillcolor": STRIPE,
            "layer": "below",
        }
        for place, band in banded
        if band % 2 == 0
    ]


def score_histogram(evaluation: Evaluation, rows: np.ndarray, say: Say) -> Drawing:
    """How many agents score what, in steps of five points, with the grades' borders."""
    scores = evaluation.agents.score[rows]
    edges = np.arange(0, 105, 5)
    counts, _ = np.histogram(np.clip(scores, 0, 99.999), edges)
    first = max(0, int(np.flatnonzero(counts)[0]) - 1) if counts.any() else 0
    fig = figure(
        height=230,
        bargap=0.06,
        title={"text": say("chart.distribution"), "font": {"size": 14}, "x": 0, "xanchor": "left"},
        xaxis={
            "title": {"text": say("chart.score_axis"), "font": {"size": 12}},
            "range": [edges[first], 100],
        },
        yaxis={
            "title": {"text": say("chart.agents_axis"), "font": {"size": 12}},
            "tickformat": "d",
            "rangemode": "tozero",
        },
        showlegend=False,
    )
    fig.add(
        "bar",
        x=edges[:-1] + 2.5,
        y=counts,
        width=4.7,
        marker={"color": ACCENT},
        customdata=[[int(low), int(low) + 5] for low in edges[:-1]],
        hovertemplate=say("chart.distribution_hover"),
    )
    for name, least in evaluation.catalogue.grades[:-1]:
        fig.upright(
            least, {"color": GREY, "width": 1, "dash": "dot"}, text=plain(name), font={"size": 11}
        )
    return fig


def grades_by_team(evaluation: Evaluation, rows: np.ndarray, say: Say) -> Drawing:
    """Share of each grade in every team, named in the bars."""
    people, scored = evaluation.people, evaluation.agents
    frame = pd.DataFrame(
        {
            "team": [team or say("common.no_team") for team in people["team"].iloc[rows]],
            "grade": scored.grade[rows],
        }
    )
    table = frame.groupby(["team", "grade"]).size().unstack(fill_value=0)
    teams = list(table.index)
    places = ticks(plain(team, TICK) for team in teams)
    fig = figure(
        barmode="stack",
        height=max(170, 28 * len(teams) + 104),
        title=over_legend(say("chart.grades")),
        margin={"l": 8, "r": 8, "t": 72, "b": 8},
        xaxis={
            "title": {"text": say("chart.agents_axis"), "font": {"size": 12}},
            "tickformat": "d",
        },
        yaxis={"autorange": "reversed", "type": "category", "automargin": True},
        legend=legend_above(),
    )
    for name, _ in evaluation.catalogue.grades:
        if name in table:
            fig.add(
                "bar",
                y=places,
                x=table[name].to_numpy(),
                orientation="h",
                name=plain(name),
                marker={"color": GRADE.get(name, GREY)},
                text=[f"{plain(name)} {count}" if count else "" for count in table[name]],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"color": WHITE if name == "A" else INK, "size": 11},
                hovertemplate=say("chart.grades_hover", grade=plain(name)),
            )
    return fig


def losses_bars(losses: pd.DataFrame, label: Label, say: Say) -> Drawing:
    """One team's points lost by indicator, the most first; a stroke where the company stands, a
    ring where the best team does, and at the right the difference from the company in figures."""
    names = ticks(plain(label(name)) for name in losses["indicator"])
    columns = ["team", "company", "best"]
    most = max(float(np.nanmax(losses[columns].to_numpy(dtype=float), initial=0.0)), 0.1)
    fig = figure(
        height=28 * len(names) + 136,
        margin={"l": 8, "r": FIGURES, "t": 56, "b": 48},
        xaxis={
            "title": {"text": say("weak_spots.axis"), "font": {"size": 12}},
            "range": [0, 1.03 * most],
            "dtick": next(step for step in STEPS if most / step < 9),
            "automargin": False,
        },
        yaxis={
            "autorange": "reversed",
            "type": "category",
            "automargin": True,
            "showgrid": False,
            "ticklabelstandoff": 8,  # a ring at nought stands half beside the plot
        },
        showlegend=False,
        bargap=0.66,
    )
    hover = [
        say(
            "weak_spots.hover",
            indicator=name,
            team=f"{row.team:.1f}",
            company=_points(row.company),
            best=_points(row.best),
        )
        for name, row in zip(names, losses.itertuples(), strict=True)
    ]
    text = {"text": hover, "hovertemplate": "%{text}<extra></extra>"}
    fig.add(
        "bar",
        y=names,
        x=losses["team"].round(2),
        orientation="h",
        marker={"color": LOST_BY_TEAM},
        textposition="none",
        **text,
    )
    of_company = bool((losses["team"] - losses["company"]).abs().max() < 1e-9)
    strokes = [("best", "circle-open", 13)]
    if not of_company:
        strokes.insert(0, ("company", "line-ns-open", 20))
    for column, symbol, size in strokes:
        fig.add(
            "scatter",
            y=names,
            x=losses[column].round(2),
            mode="markers",
            cliponaxis=False,
            marker={
                "symbol": symbol,
                "size": size,
                "color": LETTERS,
                "line": {"width": 2, "color": LETTERS},
            },
            **text,
        )
    beside = {"showarrow": False, "xref": "paper", "x": 1, "xanchor": "left", "xshift": 8}
    for name, row in zip(names, losses.itertuples(), strict=True):
        fig.note(y=name, text=_beside(row.team, row.company), font={"size": 12}, **beside)
    quiet = {"size": 12, "color": QUIET}
    head = say("column.lost" if of_company else "weak_spots.gap")
    fig.note(y=names[0], text=head, yshift=44, align="left", font=quiet, **beside)
    first = losses.iloc[0]
    heads = [(first["best"], say("weak_spots.best"), "right")]
    if not of_company:
        heads.append((first["company"], say("column.company"), "left"))
    for x, words, side in heads:
        if not math.isnan(x):
            fig.note(
                x=float(x),
                y=names[0],
                text=words,
                showarrow=False,
                xanchor=side,
                yshift=20,
                font=quiet,
            )
    return fig


def _beside(team: float, company: float) -> str:
    """Points lost, and by how much they differ from the company's, where they do."""
    more = signed(round(team, 1) - round(company, 1))
    return f"{team:.1f}" if more in ("—", "+0.0", "−0.0") else f"{team:.1f} ({more})"


def _points(lost: float) -> str:
    return "—" if math.isnan(lost) else f"{lost:.1f}"


def breakdown_bars(breakdown: pd.DataFrame, label: Label, say: Say) -> Drawing:
    """Each indicator of one agent: points earned and points lost of its weight."""
    rows = breakdown[breakdown["points"].notna()]
    names = ticks(plain(label(name)) for name in rows["indicator"])
    fig = figure(
        barmode="stack",
        height=max(240, 30 * len(names) + 130),
        title=over_legend(say("agent.chart")),
        margin={"l": 8, "r": 8, "t": 72, "b": 8},
        xaxis={
            "title": {"text": say("agent.axis"), "font": {"size": 12}},
            "range": [
                0,
                1.16 * float((rows["contribution"] + rows["lost"]).max() if len(rows) else 1.0),
            ],
        },
        yaxis={"autorange": "reversed", "type": "category", "automargin": True},
        legend=legend_above(),
    )
    fig.add(
        "bar",
        y=names,
        x=rows["contribution"].round(2),
        orientation="h",
        name=say("column.contribution"),
        marker={"color": ACCENT},
        text=[f"{value:.1f}" for value in rows["contribution"]],
        textposition="inside",
        insidetextanchor="end",
        textfont={"color": WHITE, "size": 11},
        hovertemplate=say("agent.earned_hover"),
    )
    fig.add(
        "bar",
        y=names,
        x=rows["lost"].round(2),
        orientation="h",
        name=say("column.lost"),
        marker={"color": LOST},
        text=[f"−{value:.1f}" if value >= 0.05 else "" for value in rows["lost"]],
        textposition="outside",
        textfont={"size": 11},
        cliponaxis=False,
        hovertemplate=say("agent.lost_hover"),
    )
    return fig


def history_lines(
    history: pd.DataFrame, say: Say, title: str, percent: bool, unit: str, name: str
) -> Drawing:
    """One indicator month by month: the agent over the team; a month without figures is a gap.

    Where the months carry their 95 % limits, these stand as bars about the agent's points and in
    the hover.
    """
    scale = 100.0 if percent else 1.0
    fig = figure(
        height=300,
        title=over_legend(plain(title, 80)),
        margin={"l": 8, "r": 8, "t": 58, "b": 8},
        xaxis={
            "type": "date",
            "tickformat": "%Y-%m",
            **({"nticks": 8} if history["month"].nunique() > 8 else {"dtick": "M1"}),
        },
        yaxis={"title": {"text": unit, "font": {"size": 12}}},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
    )
    for whose, shown, colour, width in (
        ("team", say("column.team"), GREY, 1.5),
        ("agent", plain(name), ACCENT, 2.5),
    ):
        rows = history[history["whose"] == whose]
        if rows.empty:
            continue
        months = pd.date_range(history["month"].min(), history["month"].max(), freq="MS")
        line = rows.set_index("month").reindex(months)
        fig.add(
            "scatter",
            x=list(months.strftime("%Y-%m-%d")),
            y=(line["value"] * scale).round(3).tolist(),
            mode="lines+markers",
            name=shown,
            line={"color": colour, "width": width},
            marker={"size": 6 if whose == "agent" else 4},
            connectgaps=False,
            customdata=[
                [None if pd.isna(n) else int(n), far]
                for n, far in zip(line["n"], _reach(line, scale, say), strict=True)
            ],
            error_y=_limits(line, scale) if whose == "agent" else None,
            hovertemplate=say("agent.history_hover", who=shown),
        )
    fig.layout["yaxis"]["gridcolor"] = FAINT
    return fig


def _reach(line: pd.DataFrame, scale: float, say: Say) -> list[str]:
    if "low" not in line:
        return [""] * len(line)
    return [
        ""
        if pd.isna(low) or pd.isna(high)
        else say("agent.history_range", low=f"{low * scale:.1f}", high=f"{high * scale:.1f}")
        for low, high in zip(line["low"], line["high"], strict=True)
    ]


def _limits(line: pd.DataFrame, scale: float) -> dict[str, object] | None:
    if "low" not in line or line["low"].isna().all():
        return None
    above, below = ((line["high"] - line["value"]) * scale, (line["value"] - line["low"]) * scale)
    return {
        "type": "data",
        "symmetric": False,
        "array": above.fillna(0).round(3).tolist(),
        "arrayminus": below.fillna(0).round(3).tolist(),
        "thickness": 1,
        "width": 3,
        "color": REACH,
    }
