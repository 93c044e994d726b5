"""What Streamlit works out at every run although it comes out the same each time: worked out
once."""

from __future__ import annotations

from functools import lru_cache

from streamlit import string_util
from streamlit.components.v2.bidi_component import main as components
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_emoji, _theme = string_util.extract_leading_emoji, app_session._populate_theme_msg


@lru_cache(maxsize=64)
def _section(name: str) -> CustomThemeConfig:
    theme = CustomThemeConfig()
    _theme(theme, name)
    return theme


def _themed(message: CustomThemeConfig, section: str = "theme") -> None:
    """A server reads its settings at its start; how a page looks is in them, and told at the
    beginning of every run."""
    message.MergeFrom(_section(section))


def _as_it_is(*_: object) -> None:
    """A component's state is read as its browser sent it. Streamlit would make a class for each
    look at it, to write into and to hold its events as well, which callbacks hear of here."""


def take_over() -> None:
    """Have Streamlit do so."""
    components.make_bidi_component_presenter = _as_it_is  # type: ignore[assignment, attr-defined]
    # Whether a label begins with a face is looked for in a pattern so long that to look the pattern
    # up takes longer.
    string_util.extract_leading_emoji = lru_cache(maxsize=4096)(_emoji)
    app_session._populate_theme_msg = _themed  # type: ignore[assignment]
