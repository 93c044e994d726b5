"""Colours have one home; Streamlit's own file, which cannot read it, says the same."""

import re
import tomllib
from pathlib import Path

import pytest

from analytics.charts import theme

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"


STREAMLIT = {
    "primaryColor": "accent",
    "backgroundColor": "ground",
    "secondaryBackgroundColor": "plate",
    "textColor": "ink",
    "borderColor": "line",
}


def contrast(shade: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""

    def light(colour: str) -> float:
        parts = [part / 255 for part in theme.rgb(colour)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(shade), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_streamlit_draws_in_the_colours_of_the_figures_by_day_and_in_the_dark():
    given = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
    assert tuple(given["chartCategoricalColors"]) == theme.TEAMS
    for look, tokens in theme.TOKENS.items():
        assert given[look] == {name: tokens[token] for name, token in STREAMLIT.items()}


def test_black_on_white_has_the_contrast_that_wcag_gives_as_its_example():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_words_can_be_read_on_ground_and_plate_by_day_and_in_the_dark(look: str):
    tokens = theme.TOKENS[look]
    words = [tokens["ink"], tokens["quiet"], tokens["accent"]]
    words += [
        colour if look == "light" else theme.IN_THE_DARK[colour]
        for colour in theme.QUADRANT_WORDS.values()
    ]
    for ground in (tokens["ground"], tokens["plate"]):
        assert min(contrast(word, ground) for word in words) >= 4.5
    assert contrast(tokens["on_accent"], tokens["accent"]) >= 4.5


def test_marks_stand_out_from_the_ground_in_the_dark():
    ground = theme.TOKENS["dark"]["ground"]
    marks = [*theme.QUADRANT.values(), theme.ACCENT]
    for mark in (theme.IN_THE_DARK.get(mark, mark) for mark in marks):
        assert contrast(mark, ground) >= 3


def test_a_colour_is_taken_apart_into_red_green_and_blue():
    assert theme.rgb("#0b5cad") == (11, 92, 173)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_heat_table_begins_from_the_ground_and_its_figures_can_be_read_in_every_shade(look: str):
    tokens = theme.TOKENS[look]
    assert theme.loss_style(0.0, 6.1).endswith(", 0.0)")
    for lost in range(101):
        *hue, share = map(float, re.findall(r"[\d.]+", theme.loss_style(lost, 100.0)))
        ground = theme.rgb(tokens["ground"])
        mixed = [round(b + (h - b) * share) for b, h in zip(ground, hue, strict=True)]
        assert contrast("#{:02x}{:02x}{:02x}".format(*mixed), tokens["ink"]) >= 4.5
    least, most = (theme.loss_style(lost, 100.0) for lost in (20, 80))
    assert least.split(",")[:3] == most.split(",")[:3]
    assert float(least.split(", ")[-1][:-1]) < float(most.split(", ")[-1][:-1])
