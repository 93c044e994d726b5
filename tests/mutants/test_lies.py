"""What counts as a lie, and who is asked about it."""

import pytest

from tests.mutants.lies import lies, modules, sampled

CODE = """\
from functools import lru_cache

import numpy as np

FEWEST, CELLS = 5, 1_000
BLOCK = 10


@lru_cache(maxsize=16)
def told(first: "list[int] | None", second):
    random = np.random.default_rng(7 + 1)
    pairs = zip(first, second, strict=True)
    return [a < b for a, b in pairs], (first is None) | (second is None), random
"""


def told_of(folder):
    (folder / "code.py").write_text(CODE)
    return lies([str(folder / "code.py")])


def test_what_no_answer_depends_on_is_no_lie(tmp_path):
    lines = {line for _, (line, _) in told_of(tmp_path)}
    # Neither sizes, nor the memory, nor the annotation, nor the seed, nor the guard of zip.
    assert lines == {5, 13}
    assert len([line for _, (line, _) in told_of(tmp_path) if line == 5]) == 1


def test_truth_values_that_are_added_are_the_same_as_either_of_them(tmp_path):
    names = {lie.operator_name for told in told_of(tmp_path).values() for lie in told}
    assert any(name.endswith("BitOr_BitAnd") for name in names)
    assert not any(name.endswith("BitOr_Add") for name in names)


def test_a_draw_of_the_same_seed_tells_the_same_lies_one_at_each_place(tmp_path):
    places = told_of(tmp_path)
    drawn = sampled(places, 2, 5)
    assert drawn == sampled(places, 2, 5)
    assert len({lie.start_pos for lie in drawn}) == 2
    assert len(sampled(places, len(places), 5)) == len(places)


@pytest.mark.parametrize(
    ("name", "invented"),
    [("analytics/desk", False), ("analytics/desk/past", True), ("analytics/d*", False)],
)
def test_what_is_invented_is_looked_at_where_it_is_named(name, invented):
    paths = modules([name])
    assert any(path.startswith("analytics/desk/past") for path in paths) == invented
