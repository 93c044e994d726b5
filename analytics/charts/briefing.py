"""A small quadrant: where the people of the briefing stand, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analytics.charts.theme import (
    GREY,
    NAMES,
    QUADRANT,
    QUADRANT_WORDS,
    SYMBOL,
    Drawing,
    Label,
    Say,
    figure,
    plain,
)
from analytics.evaluation import Evaluation
from analytics.insight.quadrant import Placed, place
from analytics.model import QUADRANTS, Indicator
from analytics.units import in_percent, times

HEIGHT = 320
ROOM = 0.14  # of an axis that stays free at each end
NEAR = 0.3  # of the spread of the people named, within which two names would meet
# Where each quadrant lies in the picture: right and top are the good sides.
CORNERS = {
    "role_model": (1.0, 1.0),
    "service_gap": (1.0, 0.0),
    "sales_gap": (0.0, 1.0),
    "focus": (0.0, 0.0),
}


def small_quadrant(
    now: Evaluation, before: Evaluation | None, agent_ids: Sequence[str], label: Label, say: Say
) -> Drawing:
    """Everybody as faint marks; some people with their names, and a line from where they stood a
    month ago."""
    placed = place(now)
    x, y = now.catalogue[placed.x], now.catalogue[placed.y]
    fig = figure(
        height=HEIGHT,
        margin={"l": 8, "r": 12, "t": 8, "b": 8},
        showlegend=False,
        hovermode="closest",
    )
    rows = np.flatnonzero(now.shown & (placed.quadrant != "unplaced"))
    fig.layout["xaxis"] |= _axis(x, placed.x_value[rows], label)
    fig.layout["yaxis"] |= _axis(y, placed.y_value[rows], label)
    ids = now.people["agent_id"].to_numpy(dtype=object)
    wanted = np.isin(ids, np.array(list(agent_ids), dtype=object))
    for name in QUADRANTS:
        here = rows[(placed.quadrant[rows] == name) & ~wanted[rows]][:NAMES]
        _points(fig, now, placed, here, (name, label, say))
    _trails(fig, now, before, placed, rows[wanted[rows]])
    chosen = rows[wanted[rows]]
    sides = dict(
        zip(chosen.tolist(), _sides(placed.x_value[chosen], placed.y_value[chosen]), strict=True)
    )
    for name in QUADRANTS:
        here = chosen[placed.quadrant[chosen] == name]
        _points(fig, now, placed, here, (name, label, say), sides)
    line = {"color": GREY, "width": 1, "dash": "dot"}
    if not np.isnan(placed.y_cut.value):
        fig.across(placed.y_cut.value * times(y.unit), line)
    if not np.isnan(placed.x_cut.value):
        fig.upright(placed.x_cut.value * times(x.unit), line, text="")
    for name, (right, top) in CORNERS.items():
        fig.note(
            xref="x domain",
            yref="y domain",
            x=right,
            y=top,
            xanchor="right" if right else "left",
            yanchor="top" if top else "bottom",
            text=say(f"quadrant.{name}"),
            showarrow=False,
            font={"size": 12, "color": QUADRANT_WORDS[name]},
        )
    return fig


def _axis(indicator: Indicator, values: np.ndarray, label: Label) -> dict[str, object]:
    """An axis with room at both ends, where the quadrants' names stand beside no mark."""
    shown = values * times(indicator.unit)
    least, most = float(shown.min(initial=np.inf)), float(shown.max(initial=-np.inf))
    pad = ROOM * ((most - least) or 1.0)
    ends = [least - pad, most + pad] if len(shown) else None
    return {
        "title": {"text": plain(label(indicator.id)), "font": {"size": 12}},
        "ticksuffix": "%" if in_percent(indicator.unit) else "",
        "range": ends[::-1] if ends and indicator.direction == "lower" else ends,
        "zeroline": False,
        "nticks": 5,
    }


def _sides(x: np.ndarray, y: np.ndarray) -> list[str]:
    """Over or under its mark, so that names of neighbours stand apart."""
    wide, high = (float(np.ptp(axis)) or 1.0 for axis in (x, y)) if len(x) else (1.0, 1.0)
    out = ["top center"] * len(x)
    for nth in range(len(x)):
        for other in range(nth):
            near = abs(x[nth] - x[other]) < NEAR * wide and abs(y[nth] - y[other]) < NEAR * high
            if near and out[other] == out[nth]:
                out[nth] = "bottom center"
    return out


def _points(
    fig: Drawing,
    now: Evaluation,
    placed: Placed,
    rows: np.ndarray,
    words: tuple[str, Label, Say],
    named: Mapping[int, str] | None = None,
) -> None:
    """Marks of one quadrant; `named`: on which side of its mark each name stands."""
    if not len(rows):
        return
    name, label, say = words
    x, y = now.catalogue[placed.x], now.catalogue[placed.y]
    people = now.people["name"].to_numpy(dtype=object)[rows]
    fig.add(
        "scatter",
        x=(placed.x_value[rows] * times(x.unit)).round(2),
        y=(placed.y_value[rows] * times(y.unit)).round(2),
        mode="markers+text" if named else "markers",
        text=[plain(person) for person in people] if named else None,
        textposition=[named[row] for row in rows.tolist()] if named else None,
        textfont={"size": 12},
        cliponaxis=False,
        customdata=[[plain(person)] for person in people],
        ids=now.people["agent_id"].to_numpy()[rows].astype(str).tolist(),
        marker={
            "color": QUADRANT[name],
            "symbol": SYMBOL[name],
            "size": 11 if named else 7,
            "opacity": 1.0 if named else 0.6,
        },
        hovertemplate=say(
            "briefing.hover",
            quadrant=say(f"quadrant.{name}"),
            x=plain(label(placed.x)),
            y=plain(label(placed.y)),
        )
        + "<extra></extra>",
    )


def _trails(
    fig: Drawing, now: Evaluation, before: Evaluation | None, placed: Placed, rows: np.ndarray
) -> None:
    """A line to each of these people from where they stood before."""
    if before is None:
        return
    earlier, x, y = place(before), now.catalogue[placed.x], now.catalogue[placed.y]
    there = {agent_id: row for row, agent_id in enumerate(before.people["agent_id"])}
    for row in rows.tolist():
        was = there.get(now.people["agent_id"].iat[row])
        if was is None:
            continue
        fig.add(
            "scatter",
            x=np.array([earlier.x_value[was], placed.x_value[row]]) * times(x.unit),
            y=np.array([earlier.y_value[was], placed.y_value[row]]) * times(y.unit),
            mode="lines",
            line={"color": GREY, "width": 2},
            hoverinfo="skip",
        )
