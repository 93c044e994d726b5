"""The triangle of permitted weights: who leads, or which grade an agent reaches, at each
weighting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.charts.theme import (
    ACCENT,
    CLEAR,
    FAINT,
    GREY,
    INK,
    PLATE_OF_PATCH,
    RIM_OF_PATCH,
    TICK,
    WHITE,
    Drawing,
    Say,
    figure,
    plain,
)
from analytics.evaluation.standards import Floats
from analytics.evaluation.weights import CORNERS
from analytics.model import CATEGORIES

# The corners (results first, service first, capability first) on the paper: top, left, right.
PLACES = np.array([[0.5, np.sqrt(0.75)], [0.0, 0.0], [1.0, 0.0]])
STRATEGIES = ("results_first", "service_first", "capability_first")
NARROW = 0.04  # share of the triangle below which a region carries no name


@dataclass(frozen=True)
class Patch:
    """A region of the triangle: its name, colour, share of all permitted weights, and outlines
    (corners as weights, fractions of 1)."""

    name: str
    colour: str
    share: float
    outlines: Sequence[Floats]


def on_paper(weights: Floats) -> Floats:
    """Weights (rows of results, service, competence; fractions of 1) as points of the picture."""
    corners = np.array(CORNERS) / 100.0
    shares = np.asarray(weights, dtype=float) @ np.linalg.inv(
        corners
    )  # barycentric: weights = shares @ corners
    out: Floats = shares @ PLACES
    return out


def _path(outlines: Sequence[Floats]) -> tuple[list[float | None], list[float | None]]:
    """One path on the paper round every outline, lifted between them."""
    x: list[float | None] = []
    y: list[float | None] = []
    for outline in outlines:
        across, up = on_paper(np.vstack([outline, outline[:1]])).T
        x += [*([None] if x else []), *across.tolist()]
        y += [*([None] if y else []), *up.tolist()]
    return x, y


def triangle_chart(
    patches: Sequence[Patch], weights: Mapping[str, float], say: Say, hover: str
) -> Drawing:
    """Regions, the three strategies at the corners, and a star where the weights in force are;
    `hover` is the key of its sentence."""
    fig = figure(
        height=330,
        margin={"l": 4, "r": 4, "t": 30, "b": 40},
        showlegend=False,
        hovermode="closest",
        xaxis={"visible": False, "range": [-0.24, 1.24], "fixedrange": True},
        yaxis={"visible": False, "range": [-0.17, 1.02], "scaleanchor": "x", "fixedrange": True},
    )
    for patch in patches:
        x, y = _path(patch.outlines)
        fig.add(
            "scatter",
            x=x,
            y=y,
            mode="lines",
            fill="toself",
            fillcolor=patch.colour,
            opacity=0.85,
            line={"color": RIM_OF_PATCH, "width": 1.2},
            hoveron="fills",
            name=say(hover, name=plain(patch.name), share=f"{100 * patch.share:.0f}"),
            hoverinfo="name",
            hoverlabel={"namelength": -1},
        )
        if patch.share >= NARROW:
            middle = on_paper(max(patch.outlines, key=len).mean(axis=0)[None])[0]
            fig.note(
                x=float(middle[0]),
                y=float(middle[1]),
                text=f"{plain(patch.name, TICK)} {100 * patch.share:.0f}%",
                showarrow=False,
                yshift=-20,
                font={"size": 12, "color": INK},
                bgcolor=PLATE_OF_PATCH,
                borderpad=2,
            )
    edge = np.vstack([PLACES, PLACES[:1]])
    fig.add(
        "scatter",
        x=edge[:, 0].tolist(),
        y=edge[:, 1].tolist(),
        mode="lines",
        line={"color": GREY, "width": 1.5},
        hoverinfo="skip",
    )
    for corner, place, name, anchor in zip(
        CORNERS, PLACES, STRATEGIES, ("bottom", "top", "top"), strict=True
    ):
        words = "/".join(f"{weight:.0f}" for weight in corner)
        fig.note(
            x=float(place[0]),
            y=float(place[1]),
            text=f"{say(f'triangle.{name}')}<br>{words}",
            showarrow=False,
            yanchor=anchor,
            font={"size": 11},
        )
    total = sum(weights.get(name, 0.0) for name in CATEGORIES) or 1.0
    star = on_paper(np.array([[weights.get(name, 0.0) / total for name in CATEGORIES]]))[0]
    if -0.2 <= star[0] <= 1.2 and -0.15 <= star[1] <= 1.0:
        fig.add(
            "scatter",
            x=[float(star[0])],
            y=[float(star[1])],
            mode="markers",
            marker={
                "symbol": "star",
                "size": 15,
                "color": ACCENT,
                "line": {"color": WHITE, "width": 1.5},
            },
            hovertemplate=say(
                "triangle.here",
                weights=" / ".join(
                    f"{100 * weights.get(name, 0.0) / total:.0f}" for name in CATEGORIES
                ),
            ),
        )
    fig.layout |= {"plot_bgcolor": CLEAR, "colorway": [FAINT]}
    return fig
