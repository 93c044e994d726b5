"""A look at what will be seen: the sample company's figures, as a still picture."""

import html

import streamlit as st

from analytics.charts.theme import QUADRANT
from pages.today import pieces
from pages.ui.head import finding
from pages.ui.i18n import plain, t

# The sample company in May 2026, as its briefing tells it; a test holds them together.
FIGURES = (
    (
        "renewal_rate",
        "78.2%",
        "+0.5",
        "percent",
        "chance",
        (62, 35, 50, 66, 46, 77, 74, 60, 36, 72, 51, 58),
    ),
    (
        "satisfaction",
        "79.9",
        "−1.4",
        "points",
        "sure",
        (80, 52, 62, 49, 56, 40, 76, 72, 75, 60, 78, 34),
    ),
    (
        "complaint_rate",
        "0.71",
        "−0.04",
        "per_100",
        "chance",
        (40, 60, 36, 52, 42, 84, 58, 78, 38, 44, 52, 48),
    ),
)
# Where a few people stand, in percent of the field from the left and from the top.
PEOPLE = (
    (88, 14, "role_model"),
    (74, 24, "role_model"),
    (64, 34, "role_model"),
    (70, 70, "service_gap"),
    (58, 62, "service_gap"),
    (30, 26, "sales_gap"),
    (42, 38, "sales_gap"),
    (18, 78, "focus"),
    (34, 66, "focus"),
    (26, 88, "focus"),
)
CORNERS = {
    "role_model": "right:8px;top:4px",
    "service_gap": "right:8px;bottom:4px",
    "sales_gap": "left:8px;top:4px",
    "focus": "left:8px;bottom:4px",
}


def show() -> None:
    """The first lines of the sample's briefing, drawn without any data."""
    st.subheader(t("briefing.glimpse"), anchor=False)
    made = "".join(_card(figure) for figure in FIGURES)
    st.html(
        f'{pieces.CSS}<div class="glimpse">{finding(plain("briefing.glimpse_finding"))}'
        f'<ul class="cards">{made}<li class="card">{_field()}</li></ul>'
        f"{pieces.rows([plain('briefing.glimpse_person')])}</div>"
    )
    st.caption(t("briefing.glimpse_note"))


Glance = tuple[str, str, str, str, str, tuple[int, ...]]


def _card(figure: Glance) -> str:
    name, value, by, unit, verdict, past = figure
    change = plain(f"unit.change_{unit}")
    beside = "" if unit == "percent" else change
    sign = "●" if verdict == "sure" else "○"
    step = 100 / (len(past) - 1)
    over = [f"{place * step:.1f}% calc({100 - y}% - 1px)" for place, y in enumerate(past)]
    under = [f"{place * step:.1f}% calc({100 - y}% + 1px)" for place, y in enumerate(past)]
    line = ",".join([*over, *reversed(under)])
    said = html.escape(plain(f"briefing.mark_{verdict}"))
    return (
        f'<li class="card"><div>{html.escape(plain(f"briefing.glimpse_{name}"))}</div>'
        f'<div class="value">{value} <small>{beside}</small></div>'
        f'<div class="by">{by} {change}</div>'
        f'<div class="quiet">{sign} {said}</div><div class="spark">'
        f'<i class="line" style="clip-path:polygon({line})"></i></div></li>'
    )


def _field() -> str:
    marks = "".join(
        f'<i style="left:{left}%;top:{top}%;background:{QUADRANT[name]}"></i>'
        for left, top, name in PEOPLE
    )
    names = "".join(
        f'<span style="{place}">{html.escape(plain(f"quadrant.{name}"))}</span>'
        for name, place in CORNERS.items()
    )
    return f'<div class="field">{marks}{names}</div>'
