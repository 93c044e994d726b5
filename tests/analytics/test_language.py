"""Sentences are filled as a reader of the language would write them."""

import pytest

from analytics.language import say, sentences


@pytest.fixture
def templates(monkeypatch):
    """Templates of a Chinese reader: a blank around whatever is filled in."""
    told = {
        "open": "打开 {name}",
        "todo": "{team} 该做什么",
        "lost": "{team} 的 {indicator} 失 {lost:.1f} 分",
        "pair": "{team} {name}",
    }
    monkeypatch.setattr("analytics.language.sentences", lambda language: told)


@pytest.mark.parametrize(
    ("key", "facts", "sentence"),
    [
        ("open", {"name": "许涛"}, "打开许涛"),
        ("open", {"name": "Ann"}, "打开 Ann"),
        ("todo", {"team": "锐进"}, "锐进该做什么"),
        ("todo", {"team": "A1"}, "A1 该做什么"),
        ("lost", {"team": "锐进", "indicator": "满意度", "lost": 6.14}, "锐进的满意度失 6.1 分"),
        ("pair", {"team": "锐进", "name": "王 静"}, "锐进 王 静"),
    ],
)
def test_chinese_leaves_no_blank_between_chinese_words_and_keeps_those_of_names_and_figures(
    templates, key, facts, sentence
):
    assert say(key, "zh", **facts) == sentence


def test_whatever_is_between_braces_in_a_template_is_filled_as_it_is_in_english():
    templates = sentences("zh")
    assert "{{" in templates["briefing.hover"]
    told = say("briefing.hover", "zh", x="续保率", y="满意度", quadrant="标杆")
    assert told == templates["briefing.hover"].format(x="续保率", y="满意度", quadrant="标杆")
