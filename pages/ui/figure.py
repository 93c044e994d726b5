"""A Plotly chart whose browser node, zoom and selection survive reruns, which `st.plotly_chart`
throws away."""

from __future__ import annotations

import base64
import json
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict

import numpy as np
import streamlit as st

from analytics.charts.theme import FALLBACK, IN_THE_DARK, Drawing
from pages.ui.act import action, nothing

Figure = Drawing | Mapping[str, Any]  # Plotly's plain properties, {"data": [...], "layout": {...}}


@dataclass(frozen=True)
class Picture:
    """A figure as it travels, whoever looks at it: to make it costs more than to send it, so it is
    kept and not its properties."""

    height: int
    signature: tuple[str, ...]  # of the point set of every trace
    body: bytes  # traces and layout, the rest of a JSON object that a header opens
    arrays: bytes  # float32
    ids: tuple[tuple[str, ...], ...] = ()  # whom the points of every trace stand for, if anybody


HEIGHT = 320  # of a figure that says nothing about it
PACK_FROM = 50  # shorter arrays cost less as JSON than as a reference

_CONFIG = {
    "displaylogo": False,
    "showTips": False,  # English pop-ups
    "displayNotifier": False,
    # on by default in Plotly 7.1: "Share chart..." uploads the figure to Plotly
    "showSendToCloud": False,
    "plotlyServerURL": "",
}

_chart = st.components.v2.component(
    "persistent_figure",
    html='<div class="figure"></div>',
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


class About(TypedDict):
    """What a picture that somebody saves says above itself, and the name of its file."""

    lines: Sequence[str]
    name: str


class Selection(TypedDict):
    """What the reader picked, as trace and point numbers, because positions survive a rescoring."""

    points: list[list[int]]


def _plain(value: Any, packed: list[np.ndarray]) -> Any:  # noqa: C901 - a case a kind of value
    """Turn a Plotly property into JSON, moving long numeric arrays aside because base64 and text
    cost 2-4 times more."""
    if isinstance(value, dict):
        if "bdata" in value:  # Plotly's own base64 form, met when a figure was rebuilt from JSON
            array = np.frombuffer(
                base64.b64decode(value["bdata"]), dtype=value["dtype"].removesuffix("c")
            )
            shape = value.get("shape")
            return _plain(
                array.reshape([int(n) for n in str(shape).split(",")]) if shape else array, packed
            )
        return {key: _plain(item, packed) for key, item in value.items() if item is not None}
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "U":
            return value.tolist()
        if value.dtype.kind == "M":
            return np.datetime_as_string(value).tolist()
        if value.dtype.kind not in "fiub" or value.size < PACK_FROM or value.ndim > 2:
            return [_plain(item, packed) for item in value.tolist()]
        start = sum(part.size for part in packed)
        packed.append(np.ascontiguousarray(value, dtype="<f4").ravel())
        return {"$f32": [start, value.size, *value.shape[1:]]}
    if isinstance(value, (list, tuple)):
        if len(value) >= PACK_FROM and isinstance(value[0], (int, float)):
            try:
                return _plain(
                    np.asarray(value, dtype="f4"), packed
                )  # None becomes NaN: a gap for Plotly
            except (TypeError, ValueError):
                pass
        return [item if type(item) is str else _plain(item, packed) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def _properties(fig: Figure) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The plain properties of traces and layout."""
    return (fig["data"], fig["layout"]) if isinstance(fig, Mapping) else (fig.data, fig.layout)


def _signature(traces: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name the point set of every trace, so a selection of other points can never be read as one of
    these."""
    signature = []
    for props in traces:
        size = next(
            (
                len(props[name])
                for name in ("x", "y", "r")
                if isinstance(props.get(name), Sequence | np.ndarray)
            ),
            0,
        )
        ids = props.get("ids")
        mark = zlib.crc32("\0".join(map(str, ids)).encode()) if ids is not None else 0
        signature.append(f"{size}:{mark}")
    return signature


def picture(fig: Figure) -> Picture:
    """Serialise a figure, but for what its page says of it."""
    packed: list[np.ndarray] = []
    traces, layout = _properties(fig)
    body = {
        "traces": [
            _plain({k: v for k, v in props.items() if k != "ids"}, packed) for props in traces
        ],
        "layout": _plain({k: v for k, v in layout.items() if k != "template"}, packed),
    }
    arrays = b"".join(part.tobytes() for part in packed)
    return Picture(
        int(layout.get("height") or HEIGHT),
        tuple(_signature(traces)),
        _json(body)[1:],
        arrays,
        tuple(tuple(map(str, props.get("ids", ()))) for props in traces),
    )


def pack(fig: Figure | Picture, **header: Any) -> bytes:
    """A figure as a length, a JSON header and float32 arrays, which is the smallest form the
    browser reads directly."""
    drawn = fig if isinstance(fig, Picture) else picture(fig)
    text = b"".join((_json(header)[:-1], b"," if header else b"", drawn.body))
    text += b" " * (-len(text) % 4)
    return b"".join((struct.pack("<I", len(text)), text, drawn.arrays))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _valid(state: Any, signature: Sequence[str]) -> list[list[int]]:
    """Keep only points that exist in this figure, because the state comes from the browser."""
    if not isinstance(state, Mapping) or list(state.get("sig", signature)) != list(signature):
        return []
    sizes = [int(part.split(":")[0]) for part in signature]
    return [list(pair) for pair in state.get("points") or [] if _is_point(pair, sizes)]


def _is_point(pair: Any, sizes: Sequence[int]) -> bool:
    """Whether it is the position of a trace and of a point in it; a flag is no number."""
    if not isinstance(pair, list | tuple) or [type(part) for part in pair] != [int, int]:
        return False
    curve, point = pair
    return 0 <= curve < len(sizes) and 0 <= point < sizes[curve]


def persistent_figure(
    fig: Figure | Picture,
    key: str,
    height: int,
    selectable: bool = False,
    dragmode: Literal["pan", "zoom", "select", "lasso"] = "pan",
    alt: str = "",
    labels: Mapping[str, str] | None = None,
    about: About | None = None,
) -> Selection | None:
    """Draw a figure in a node that is kept, and return what is selected (None when the chart is not
    selectable)."""
    drawn = fig if isinstance(fig, Picture) else picture(fig)
    signature = list(drawn.signature)
    state = st.session_state.get(key)
    state = state.get("selection") if isinstance(state, Mapping) else None
    data = pack(
        drawn,
        key=key,
        config=_CONFIG,
        colours=FALLBACK,
        dark=IN_THE_DARK,
        about=about,
        labels=dict(labels or {}),
        alt=alt,
        height=height,
        dragmode=dragmode,
        selectable=selectable,
        sig=signature,
        picked=state,
    )
    _chart(key=key, data=data, on_selection_change=action(nothing))
    return {"points": _valid(state, signature)} if selectable else None


def selected_in_figure(key: str, fig: Picture) -> list[list[int]]:
    """What is selected in a figure about to be drawn: (trace, point) pairs that exist in it."""
    state = st.session_state.get(key)
    return _valid(state.get("selection") if isinstance(state, Mapping) else None, fig.signature)


def select_in_figure(key: str, points: Sequence[Sequence[int]] = ()) -> None:
    """Set or clear a chart's selection from a widget callback, because only the browser knows what
    is highlighted."""
    st.session_state[key] = {"selection": {"points": [list(point) for point in points]}}
