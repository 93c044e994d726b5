"""Pages are controls, figures and panels: what they show is handed on, never kept by a module."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted(path for path in (ROOT / "pages").glob("*/*.py") if path.parent.name != "ui")


def taken_from_the_end(tree: ast.Module) -> list[str]:
    """Functions of a module that read what a block at its end sets."""
    blocks = [node for node in tree.body if isinstance(node, ast.With)]
    names = [node for block in blocks for node in ast.walk(block) if isinstance(node, ast.Name)]
    kept = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return [
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and kept & _read(node)
    ]


def _read(function: ast.FunctionDef) -> set[str]:
    """The names that a function reads and does not set itself."""
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    own = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    own |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return {name.id for name in names} - own


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_no_function_of_a_page_reads_what_the_end_of_its_module_sets(path: Path):
    assert taken_from_the_end(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_a_page_that_would_is_named():
    text = "def show():\n    return now\n\nwith open('x') as file:\n    now = file.read()\n"
    assert taken_from_the_end(ast.parse(text)) == ["show"]
