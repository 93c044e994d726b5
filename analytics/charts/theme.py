"""The only home of colour, and what every figure looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from analytics.text import SHOWN, short

# What everything is drawn with, by day and in the dark. Streamlit's own file of colours,
# .streamlit/config.toml, cannot read these: a test holds both together.
TOKENS = {
    "light": {
        "ground": "#ffffff",
        "plate": "#f6f7f9",
        "line": "#e3e6ea",
        "ink": "#1b1f24",
        "quiet": "#5a6470",
        "accent": "#0b5cad",
        "on_accent": "#ffffff",
    },
    "dark": {
        "ground": "#14171b",
        "plate": "#1c2026",
        "line": "#2c323a",
        "ink": "#e8ebef",
        "quiet": "#9aa5b1",
        "accent": "#5aa9ff",
        "on_accent": "#14171b",
    },
}
ACCENT = TOKENS["light"]["accent"]
INK = "#1a1a1a"  # words on paper and on marks that are light by day and in the dark
WHITE, GREY, PALE = "#ffffff", "#8a8f98", "#c9cdd3"
GOOD, BAD = "#009e73", "#d55e00"
FAINT = "rgba(138,143,152,0.28)"
CLEAR = "rgba(0,0,0,0)"
# What a figure in the browser falls back on where Streamlit's theme says nothing.
FALLBACK = {
    "ink": "#31333f",
    "paper": WHITE,
    "grid": "rgba(128,128,128,.2)",
    "accent": ACCENT,
    "quiet": TOKENS["light"]["quiet"],
    "clear": CLEAR,
}
QUADRANT = {
    "role_model": GOOD,
    "service_gap": "#e69f00",
    "sales_gap": "#0072b2",
    "focus": BAD,
    "unplaced": GREY,
}
# The same meanings as letters, and as marks among letters.
QUADRANT_WORDS = {
    "role_model": "#00664b",
    "service_gap": "#8a5a00",
    "sales_gap": "#005a8f",
    "focus": "#a34700",
    "unplaced": TOKENS["light"]["quiet"],
}
QUADRANT_MARK = {"role_model": "●", "service_gap": "■", "sales_gap": "◆", "focus": "▲"}
# The three categories where they stand as wholes: light and dark ground, and the letters on them.
CATEGORY = {
    "results": (ACCENT, TOKENS["dark"]["accent"]),
    "service": ("#e69f00", "#f0b429"),
    "competence": ("#5b4ea0", "#a99be6"),
}
ON_CATEGORY = {
    "results": (WHITE, TOKENS["dark"]["ground"]),
    "service": (TOKENS["dark"]["ground"], TOKENS["dark"]["ground"]),
    "competence": (WHITE, TOKENS["dark"]["ground"]),
}
BAND, LETTERS, QUIET = (TOKENS["light"][name] for name in ("plate", "ink", "quiet"))
SYMBOL = {
    "role_model": "circle",
    "service_gap": "square",
    "sales_gap": "diamond",
    "focus": "triangle-up",
    "unplaced": "x",
}
TEAMS = (
    "#0072b2",
    "#e69f00",
    GOOD,
    BAD,
    "#cc79a7",
    "#56b4e9",
    "#8c6d1f",
    "#5b4ea0",
    "#7f7f7f",
    "#b22234",
)
# A cell that loses most: so much of one hue over the ground of the page, whichever that is. Less
# begins from the ground; more would swallow the figures, which stay in the page's ink.
LOSS_IN_CELLS, DEEPEST = "#d35400", 0.78
LOST, LOST_BY_TEAM = "#f0b27a", "#b8480a"
GRADE = {"A": "#00664b", "B": "#56b4a0", "C": PALE, "D": GREY}
DENSITY = ("#dbe9f6", "#08306b")  # few to many agents
SPREAD_OF_VALUES = "#c5d3e3"  # bars behind a standard
BEYOND_CHANCE = "#8c6d1f"  # the funnel with the spread that agents have beyond chance
REACH = "rgba(11,92,173,0.45)"  # how far chance reaches from a value
STRIPE = "rgba(138,143,152,0.13)"  # behind the rows of one band
PLATE, PLATE_OF_CUT = "rgba(128,128,128,0.10)", "rgba(128,128,128,0.12)"  # behind words
RIM, RIM_OF_PATCH, PLATE_OF_PATCH = (
    "rgba(255,255,255,0.7)",
    "rgba(255,255,255,0.9)",
    "rgba(255,255,255,0.78)",
)
# Cells of a sheet that is being understood: those that are read, and its header.
CELL_READ, CELL_OF_HEADER = "rgba(128,128,128,.08)", "rgba(11,92,173,.28)"
CELL_LEFT_OUT = "rgba(213,94,0,.25)"  # a row of which nothing is loaded
# Paper: workbooks and printed sheets.
PAPER_HEAD, PAPER_LINE, PAPER_GREY, PAPER_FAINT = "#e8eef6", "#c5cdd8", "#6e747c", "#cdd2d9"
PAPER_NEEDED, PAPER_EXAMPLE = "#fff2cc", "#7a7f87"

NAMES = 2_000  # points that carry their name
TICK = 16  # width of a name beside an axis: more would leave no room for what it names
FONT = "NotoSansSCsub, 'Noto Sans CJK SC', sans-serif"

# Indicators keep the hue of their category, so that a stack reads as three blocks.
_SHADES = {
    "results": ("#0b3c6f", "#0b5cad", "#2f7bc4", "#5597d3", "#7fb2e0", "#a6cbeb", "#cbe1f4"),
    "service": ("#b36b00", "#e69f00", "#f2c14e"),
    "competence": ("#5b4ea0", "#8478bd", "#b0a8d6"),
}

# What a figure's colours become where the page is dark: the browser alone knows that it is.
_QUADRANT_IN_THE_DARK = {
    "role_model": "#2fc79b",
    "service_gap": "#f0b429",
    "sales_gap": "#4da3e0",
    "focus": "#ff8a4c",
}
_SHADES_IN_THE_DARK = {  # lighter where they were dark: the first stands out from the ground
    "results": ("#9ecbff", "#7db8fb", "#5aa9ff", "#4491e2", "#387bc2", "#2f669f", "#27537f"),
    "service": ("#ffd27a", "#f0b429", "#b98410"),
    "competence": ("#c9bdf5", "#a99be6", "#8478bd"),
}
IN_THE_DARK = {
    **{
        light: dark
        for category, shades in _SHADES.items()
        for light, dark in zip(shades, _SHADES_IN_THE_DARK[category], strict=True)
    },
    **{QUADRANT_WORDS[name]: colour for name, colour in _QUADRANT_IN_THE_DARK.items()},
    **{QUADRANT[name]: colour for name, colour in _QUADRANT_IN_THE_DARK.items()},
    BAND: TOKENS["dark"]["plate"],
    LETTERS: TOKENS["dark"]["ink"],
    QUIET: TOKENS["dark"]["quiet"],
    ACCENT: TOKENS["dark"]["accent"],
    REACH: "rgba(90,169,255,0.5)",
    SPREAD_OF_VALUES: "#3a4653",
    LOST_BY_TEAM: "#ff8a4c",
}


class Say(Protocol):
    """A sentence by key in the reader's language."""

    def __call__(self, key: str, **facts: object) -> str: ...


def over_legend(text: str) -> dict[str, object]:
    """A title in the topmost line, so that the legend below it never runs into it on a phone."""
    return {
        "text": text,
        "font": {"size": 14},
        "x": 0,
        "xanchor": "left",
        "y": 1.0,
        "yanchor": "top",
        "yref": "container",
        "pad": {"t": 8},
    }


def legend_above() -> dict[str, object]:
    """A legend between title and plot, its names in the order of what they stand for."""
    return {
        "orientation": "h",
        "y": 1.0,
        "yanchor": "bottom",
        "x": 0,
        "xanchor": "left",
        "traceorder": "normal",
    }


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0–255, of a colour written as #rrggbb."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def team_colours(teams: list[str]) -> dict[str, str]:
    """A colour a team, the same on every page as long as the list of teams is."""
    return {team: TEAMS[place % len(TEAMS)] for place, team in enumerate(teams)}


def plain(text: object, most: int = SHOWN) -> str:
    """A name as Plotly may show it: no markup, nothing that a template fills in, no wider than
    `most` Latin letters."""
    return short(str(text), most).replace("&", "&amp;").replace("<", "&lt;").replace("%{", "&#37;{")


def ticks(names: Iterable[str]) -> list[str]:
    """Names as categories of an axis, all different: bars of two whose names are the same, or look
    so shortened, never stand in one."""
    out: list[str] = []
    times: dict[str, int] = {}
    for name in names:
        times[name] = times.get(name, 0) + 1
        out.append(name if times[name] == 1 else f"{name} ·{times[name]}")
    return out


class Drawing:
    """A figure as Plotly's plain properties, `data` and `layout`. Plotly's own classes check and
    copy every one of them, which takes longer than all else that a page does; the tests have Plotly
    check them instead."""

    def __init__(self, **layout: Any) -> None:
        self.data: list[dict[str, Any]] = []
        self.layout = layout_of(**layout)

    def add(self, kind: str, **properties: Any) -> None:
        """One more trace; columns of frames become arrays."""
        arrays = {
            name: getattr(value, "to_numpy", lambda value=value: value)()
            for name, value in properties.items()
        }
        self.data.append({"type": kind, **arrays})

    def note(self, **properties: Any) -> None:
        """One more annotation."""
        self.layout.setdefault("annotations", []).append(properties)

    def across(self, y: float, line: dict[str, Any]) -> None:
        """A line at a height, from edge to edge."""
        self._shape(x0=0, x1=1, xref="x domain", y0=y, y1=y, yref="y", line=line)

    def upright(self, x: float, line: dict[str, Any], **words: Any) -> None:
        """A line at a place, from bottom to top, with words at it."""
        self._shape(x0=x, x1=x, xref="x", y0=0, y1=1, yref="y domain", line=line)
        self.note(
            x=x,
            xref="x",
            xanchor="left",
            y=1.0,
            yref="y domain",
            yanchor="top",
            showarrow=False,
            **words,
        )

    def ring(self, x: float, y: float, reach: float) -> None:
        """A ring so many pixels around a place: the person whom every page shows."""
        self._shape(
            type="circle",
            xsizemode="pixel",
            ysizemode="pixel",
            xanchor=x,
            yanchor=y,
            x0=-reach,
            x1=reach,
            y0=-reach,
            y1=reach,
            line={"color": LETTERS, "width": 2},
            name="ring",
        )

    def _shape(self, **properties: Any) -> None:
        self.layout.setdefault("shapes", []).append({"type": "line", **properties})


def figure(**layout: Any) -> Drawing:
    """An empty figure in the house's look; text and grid colours come from the page's theme."""
    return Drawing(**layout)


def layout_of(**layout: Any) -> dict[str, Any]:
    """The layout of an empty figure in the house's look, as Plotly's plain properties."""
    base: dict[str, Any] = {
        "template": "none",
        "font": {"family": FONT, "size": 13},
        "margin": {"l": 8, "r": 8, "t": 34, "b": 8},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "colorway": list(TEAMS),
        "hoverlabel": {"align": "left", "font": {"family": FONT, "size": 13}},
        "xaxis": {"gridcolor": FAINT, "zerolinecolor": FAINT, "automargin": True},
        "yaxis": {"gridcolor": FAINT, "zerolinecolor": FAINT, "automargin": True},
    }
    for name, value in layout.items():
        base[name] = (
            {**base[name], **value}
            if isinstance(value, dict) and isinstance(base.get(name), dict)
            else value
        )
    return base


def loss_style(value: float, most: float) -> str:
    """The shade of a cell that loses `value` points where the worst cell loses `most`, from the
    page's own ground on, by day and in the dark."""
    share = 0.0 if most <= 0 else min(max(value / most, 0.0), 1.0)
    return f"background-color: rgba{(*rgb(LOSS_IN_CELLS), round(DEEPEST * share**0.8, 3))}"


Label = Callable[[str], str]
