"""The ranking with its weights in the header, live in the browser: what it is given, and what a
hand that lets go says."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from analytics.catalogue import Catalogue
from analytics.evaluation import Evaluation
from analytics.evaluation.weights import inside_triangle
from analytics.insight.live_ranking import Drawn, drawn
from analytics.model import CATEGORIES
from pages.ui import load, session
from pages.ui.act import action, nothing
from pages.ui.trying import Bench, try_categories

_HERE = Path(__file__)

_lineup = st.components.v2.component(
    "lineup",
    html='<div class="holder"><div class="lineup"></div></div>',
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


def drawn_of(bench: Bench, now: Evaluation) -> Drawn:
    """Whom the browser draws: kept while only what categories weigh changes."""
    chosen = session.chosen_agent()
    outside = not inside_triangle(now.scheme.categories, now.catalogue)
    return load.drawn(
        "lineup.drawn",
        bench.base,
        lambda: drawn(now, bench.official, chosen),
        tuple(sorted(now.scheme.indicators.items())),
        now.nominal.tobytes() if outside else b"",
        chosen,
    )


def lineup(key: str, view: Mapping[str, Any], bench: Bench) -> str | None:
    """Draw the ranking. Where a hand let go, the category weights become this session's trial, if
    they are permitted ones or those of a scheme that is offered. The id of the agent whose row was
    opened."""
    offered = [scheme["weights"] for scheme in view["schemes"]]

    def let_go() -> None:
        weights = released(_state(key), bench.catalogue, offered)
        if weights is not None:
            try_categories(bench, weights)

    columns = view["columns"]
    shown = _lineup(
        key=key,
        data={
            **view,
            "key": key,
            "turn": turn(_state(key)),
            "stamp": zlib.crc32(
                json.dumps([columns["name"], columns["team"], columns.get("trend")]).encode()
            ),
        },
        on_weights_change=action(let_go),
        on_open_change=action(nothing),
    )
    opened = shown.open
    return str(opened) if opened in columns["id"] else None


def _state(key: str) -> Any:
    state = session.get(key)
    return state.get("weights") if isinstance(state, Mapping) else None


def turn(state: Any) -> int:
    """How often a hand has let go, as the browser counts it; 0 for what no browser sends."""
    counted = state.get("turn") if isinstance(state, Mapping) else None
    return counted if type(counted) is int and counted > 0 else 0


def released(
    state: Any, catalogue: Catalogue, offered: Sequence[Sequence[float]] = ()
) -> list[float] | None:
    """The weights that the browser sent, in the order of the categories; None for anything but
    permitted ones that add up to 100, and offered ones."""
    sent = state.get("weights") if isinstance(state, Mapping) else None
    if not isinstance(sent, Sequence) or isinstance(sent, str) or len(sent) != len(CATEGORIES):
        return None
    if not all(type(weight) in (int, float) and math.isfinite(weight) for weight in sent):
        return None
    weights = [float(weight) for weight in sent]
    categories = dict(zip(CATEGORIES, weights, strict=True))
    permitted = abs(sum(weights) - 100.0) < 1e-6 and inside_triangle(categories, catalogue)
    return weights if permitted or weights in offered else None
