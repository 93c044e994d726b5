"""Ranks under two schemes, a line a person: who rises, who falls, who changes grade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analytics.charts.theme import BAD, FAINT, GOOD, GREY, QUIET, Drawing, Say, figure, plain
from analytics.evaluation import Evaluation
from analytics.insight import placing

NAMED = 5  # lines that carry a name, those that move most
APART = 0.035  # of the height, between two names


def rank_slopes(
    now: Evaluation, before: Evaluation, rows: np.ndarray, names: Sequence[str], say: Say
) -> Drawing:
    """Ranks under one scheme at the left and under another at the right (`names` of both); `rows`:
    who has a rank under both, who moves most first."""
    left, right = (placing.ranks(of, rows).to_numpy(dtype=float) for of in (before, now))
    grades = [of.agents.grade[rows] for of in (before, now)]
    regraded = grades[0] != grades[1]
    last = float(max(left.max(initial=1), right.max(initial=1)))
    fig = figure(
        height=520,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        xaxis={
            "range": [-0.55, 1.55],
            "showgrid": False,
            "zeroline": False,
            "tickvals": [0, 1],
            "ticktext": [plain(name) for name in names],
            "side": "top",
            "fixedrange": True,
        },
        yaxis={
            "range": [last + 1, 0],
            "showgrid": False,
            "zeroline": False,
            "showticklabels": False,
            "fixedrange": True,
        },
        showlegend=False,
        hovermode="closest",
    )
    groups: tuple[tuple[np.ndarray, str, float], ...] = (
        (~regraded, FAINT, 1.2),
        (regraded & (right > left), BAD, 2.0),
        (regraded & (right <= left), GOOD, 2.0),
    )
    for which, colour, width in groups:
        lines = np.flatnonzero(which)
        x: list[float | None] = []
        y: list[float | None] = []
        for line in lines.tolist():
            x += [0.0, 1.0, None]
            y += [float(left[line]), float(right[line]), None]
        fig.add(
            "scatter",
            x=x,
            y=y,
            mode="lines",
            line={"color": colour, "width": width},
            hoverinfo="skip",
        )
    said = [
        say(
            "moves.hover",
            name=plain(name),
            before=int(left[line]),
            after=int(right[line]),
            grade_before=plain(grades[0][line]),
            grade_after=plain(grades[1][line]),
        )
        for line, name in enumerate(now.people["name"].to_numpy()[rows])
    ]
    colours = np.select([regraded & (right > left), regraded], [BAD, GOOD], default=GREY).tolist()
    for x_at, ranks in ((0.0, left), (1.0, right)):
        fig.add(
            "scatter",
            x=np.full(len(rows), x_at),
            y=ranks,
            mode="markers",
            marker={"size": 5, "color": colours},
            text=said,
            ids=now.people["agent_id"].to_numpy()[rows].astype(str).tolist(),
            hovertemplate="%{text}<extra></extra>",
        )
    for side, ranks in enumerate((left, right)):
        _names(fig, now, rows, side, ranks, last)
    return fig


def _names(
    fig: Drawing, now: Evaluation, rows: np.ndarray, side: int, ranks: np.ndarray, last: float
) -> None:
    """The names of those who move most, beside their ranks and never over one another."""
    few = min(NAMED, len(rows))
    below = 0.0
    for line in np.argsort(ranks[:few], kind="stable").tolist():
        height = max(float(ranks[line]), below)
        below = height + APART * last
        words: dict[str, Any] = {"color": QUIET, "size": 12}
        name = plain(now.people["name"].iat[rows[line]], 14)
        fig.note(
            x=side,
            y=height,
            text=f"{ranks[line]:.0f}  {name}" if side else f"{name}  {ranks[line]:.0f}",
            xanchor="left" if side else "right",
            xshift=8 if side else -8,
            showarrow=False,
            font=words,
        )
