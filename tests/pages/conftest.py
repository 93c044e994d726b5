"""Whatever a page draws is checked by Plotly itself, since the pages draw without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go
import pytest

from pages.ui import figure, panel

draw = figure.persistent_figure


def checked(fig: figure.Figure, *words: Any, **named: Any) -> Any:
    """The page's own way to draw, after Plotly has looked at every property."""
    data, layout = figure._properties(fig)
    go.Figure(data=data, layout=layout)
    return draw(fig, *words, **named)


@pytest.fixture(scope="session", autouse=True)
def _figures_are_plotlys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (figure, panel):
            patch.setattr(module, "persistent_figure", checked)
        yield
