"""Sentences in the reader's language, from data/locales; the only reader of those files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from analytics.errors import RenewalError

DATA = Path(__file__).resolve().parent.parent / "data"
LANGUAGES = ("zh", "en")
_WORDS = "[一-鿿，。；：、（）“”]"  # Chinese characters and their punctuation
_BLANKS = re.compile(rf"{_WORDS} \{{|\}} {_WORDS}")


@cache
def sentences(language: str) -> Mapping[str, str]:
    """All sentences of one language, flat: {"briefing.title": "本月"}."""
    flat: dict[str, str] = {}

    def walk(prefix: str, node: Mapping[str, object]) -> None:
        for key, value in node.items():
            path = f"{prefix}{key}"
            if isinstance(value, Mapping):
                walk(f"{path}.", value)
            else:
                flat[path] = str(value)

    walk("", tomllib.loads((DATA / "locales" / f"{language}.toml").read_text(encoding="utf-8")))
    return flat


def say(key: str, language: str, **facts: object) -> str:
    """One sentence with its facts, labels among them in its language; an unknown key is a bug and
    raises KeyError.

    Where the count is 1 and the sentence has a twin `…_one`, that is said: English counts one
    differently.
    """
    texts = sentences(language)
    if facts.get("count") == 1 and f"{key}_one" in texts:
        key = f"{key}_one"
    told = {name: fact_in(value, language) for name, value in facts.items()}
    return _closed(texts[key], told) if language == "zh" else texts[key].format(**told)


def _closed(template: str, told: Mapping[str, object]) -> str:
    """A filled Chinese sentence: the blank that a template keeps around a figure or a Latin name
    goes where a Chinese word comes to stand between Chinese words. Blanks of the facts stay."""
    if not _BLANKS.search(template):
        return template.format(**told)
    made, after = "", ""  # the sentence so far, and the fact that it ends with
    for words, name, form, _ in Formatter().parse(template):
        joins = len(words) > 1 and words[0] == " " and _chinese(words[1]) and _chinese(after[-1:])
        made += words[1:] if joins else words
        if name is None:
            continue
        after = Formatter().format(f"{{{name}{':' if form else ''}{form}}}", **told)
        if len(words) > 1 and made[-1] == " " and _chinese(made[-2]) and _chinese(after[:1]):
            made = made[:-1]
        made += after
    return made


def _chinese(letter: str) -> bool:
    return re.fullmatch(_WORDS, letter) is not None


def explain(error: RenewalError, language: str) -> str:
    """The sentence of an error."""
    return say(f"error.{error.key}", language, **error.facts)


def fact_in(value: object, language: str) -> object:
    """A fact as a sentence says it: a label in its language, several things one after the other."""
    if isinstance(value, Mapping) and set(value) >= set(LANGUAGES):
        return value[language]
    if isinstance(value, (list, tuple)):
        return ("、" if language == "zh" else ", ").join(
            str(fact_in(item, language)) for item in value
        )
    return value
