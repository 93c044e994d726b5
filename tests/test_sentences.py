"""Every sentence can be said: no key of the locales waits for code that has gone.

Many keys are put together (f"data.{form}"). So a key lives where it stands in code or definitions
as a whole, or where a template of the code fits it and whatever the template leaves open is a word
that stands there too. Nothing that lives is called dead; a dead key passes where its word stands
somewhere else and a template leaves all open behind its section.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from analytics.catalogue import toml
from analytics.language import sentences
from tests.conftest import ROOT

Template = tuple[str | None, ...]  # what is written, and None for what is left open
DEFINITIONS = sorted(path.name for path in (ROOT / "data").glob("*.toml"))
TWIN = "_one"  # of a sentence that counts: language.say looks for it


def sources() -> list[Path]:
    folders = (ROOT / "analytics", ROOT / "pages")
    return [ROOT / "dashboard.py", *(path for room in folders for path in room.rglob("*.py"))]


def written(node: ast.expr) -> Template:
    """What an expression adds to a text: f-strings, sums of texts, texts to be filled."""
    if isinstance(node, ast.JoinedStr):
        return tuple(part for value in node.values for part in written(value))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return written(node.left) + written(node.right)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        first, *rest = node.value.split("{}")
        return (first, *(part for text in rest for part in (None, text)))
    return (None,)


def words(node: ast.AST) -> list[str]:
    """The words that a node brings: texts, those inside SQL and places, the fields of a class."""
    match node:
        case ast.Constant(value=str(text)):
            return [text, *re.findall(r"\w+", text)] if re.search("['/]", text) else [text]
        case ast.AnnAssign(target=ast.Name(id=field)):
            return [field]
    return []


def defined(value: object) -> Iterator[str]:
    """Keys and texts of a definition."""
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from defined(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from defined(inner)
    elif isinstance(value, str):
        yield value


@cache
def told() -> tuple[frozenset[str], frozenset[Template]]:
    """Every word and every template of code and definitions; docstrings are neither."""
    vocabulary = {word for file in DEFINITIONS for word in defined(toml(file))}
    templates: set[Template] = set()
    for path in (ROOT / "analytics").rglob("*.sql"):
        vocabulary |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) in docstrings:
                continue
            vocabulary.update(words(node))
            if isinstance(node, (ast.JoinedStr, ast.BinOp, ast.Constant)):
                templates.add(written(node))
            elif isinstance(node, ast.AugAssign):
                templates.add((None, *written(node.value)))
    return frozenset(vocabulary), frozenset(filter(is_of_a_key, templates))


def is_of_a_key(template: Template) -> bool:
    """Whether a template has an open place and, beside it, a word; marks alone tell nothing."""
    fixed = "".join(part or "" for part in template)
    return None in template and re.fullmatch(r"[\w.-]*[a-z][\w.-]*", fixed) is not None


def fillings(template: Template, text: str) -> Iterator[tuple[str, ...]]:
    """Every way in which a template can become a text: what stands in its open places."""
    if not template:
        if not text:
            yield ()
        return
    first, rest = template[0], template[1:]
    if first is not None:
        if text.startswith(first):
            yield from fillings(rest, text[len(first) :])
        return
    for end in range(1, len(text) + 1):
        for following in fillings(rest, text[end:]):
            yield (text[:end], *following)


def can_be_made(text: str, depth: int = 3) -> bool:
    """Whether code has this text, or a template whose open places are words that it has."""
    vocabulary, templates = told()
    if text in vocabulary:
        return True
    return depth > 0 and any(
        all(can_be_made(word, depth - 1) for word in filling)
        for template in templates
        for filling in fillings(template, text)
    )


def test_every_sentence_is_said_somewhere():
    keys = sentences("en")
    alone = [key for key in keys if key.removesuffix(TWIN) not in keys or not key.endswith(TWIN)]
    assert [key for key in alone if not can_be_made(key)] == []


def test_a_sentence_that_nothing_says_is_noticed():
    assert not can_be_made("data.nobody_says_this")
    assert not can_be_made("error.nobody_says_this")
    assert can_be_made("data.sheet_is_nothing")  # f"data.sheet_is_{form or 'nothing'}"
    assert can_be_made("error.not_allowed")  # RenewalError("not_allowed"), said by language.explain
