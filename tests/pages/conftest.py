"""Whatever a page draws is checked by Plotly itself, since the pages draw without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go
import pytest

from pages.ui import figure

properties = figure._properties


def checked(fig: figure.Figure) -> Any:
    """What a figure consists of, after Plotly has looked at every property."""
    data, layout = properties(fig)
    go.Figure(data=data, layout=layout)
    return data, layout


@pytest.fixture(scope="session", autouse=True)
def _figures_are_plotlys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figure, "_properties", checked)
        yield
