"""Colours have one home; Streamlit's own file, which cannot read it, says the same."""

import tomllib
from pathlib import Path

from analytics.charts import theme

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"


def test_streamlit_draws_in_the_colours_of_the_figures_by_day_and_in_the_dark():
    given = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
    assert tuple(given["chartCategoricalColors"]) == theme.TEAMS
    assert given["light"]["primaryColor"] == theme.ACCENT
    assert given["dark"]["primaryColor"] == theme.ACCENT_IN_THE_DARK


def test_a_colour_is_taken_apart_into_red_green_and_blue():
    assert theme.rgb("#0b5cad") == (11, 92, 173)
