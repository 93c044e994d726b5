"""Which lies can be told: every change that cosmic-ray knows, less those that change nothing."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec

# The same answers by construction: identity where interned names are compared, and products and
# sums of truth values. Decorators that go leave memories out, or fail at once.
NO_LIES = ("Eq_Is", "NotEq_IsNot", "Is_Eq", "IsNot_NotEq", "BitAnd_Mul", "BitOr_Add")
# Options that no answer depends on: how much a memory holds, how deep a copy goes (pandas copies on
# write), and the guard of zip, which no right call sets off.
NO_ANSWER = ("maxsize", "deep", "strict")
ANY_AS_GOOD = ("default_rng",)  # calls whose argument is a seed: another draws as well
# How much is kept, worked on or drawn at a time: one more or less is as good.
SIZES = ("BLOCK", "CELLS", "MOST_KEPT", "POOLED", "RESAMPLES", "SMALL")
# Of what people of the sample company did one invention is as good as another: looked at where it
# is named, as the sample's own figures are.
INVENTED = "analytics/desk/past"
Place = tuple[str, tuple[int, int]]


def modules(names: Sequence[str]) -> list[str]:
    """The modules of some packages and files, by their paths; a name may end in *. What is invented
    is among them only where a name says so."""
    wanted = any(name.startswith(INVENTED) for name in names)
    paths = [path for name in names for path in sorted(Path().glob(name))]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))]
    every = {str(path) for path in files if path.suffix == ".py"}
    return sorted(path for path in every if wanted or not path.startswith(INVENTED))


def lies(paths: Sequence[str]) -> dict[Place, list[MutationSpec]]:
    """Every lie, by the place where it is told."""
    mute = {path: _mute(ast.parse(Path(path).read_text(encoding="utf-8"))) for path in paths}
    with use_db(":memory:") as session:
        init(map(Path, paths), session, {})
        every = [lie for item in session.work_items for lie in item.mutations]
    places: dict[Place, list[MutationSpec]] = defaultdict(list)
    for lie in every:
        path, start = str(lie.module_path), tuple(lie.start_pos)
        same = "RemoveDecorator" in lie.operator_name or lie.operator_name.endswith(NO_LIES)
        if not same and not any(first <= start < last for first, last in mute[path]):
            places[path, start].append(lie)
    return places


def sampled(places: dict[Place, list[MutationSpec]], size: int, seed: int) -> list[MutationSpec]:
    """One lie at each of so many places: a place that can be changed in twelve ways counts once."""
    chance = random.Random(seed)
    order = sorted(places)
    chosen = order if size >= len(order) else chance.sample(order, size)
    return [chance.choice(places[place]) for place in sorted(chosen)]


def _mute(tree: ast.AST) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where a change changes nothing: in annotations, which nobody evaluates, and in what no answer
    depends on."""
    mute: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            mute += [node.returns] if node.returns else []
        elif isinstance(node, ast.arg | ast.AnnAssign):
            mute += [node.annotation] if node.annotation else []
        elif isinstance(node, ast.Assign):
            mute += _sizes(node)
        elif isinstance(node, ast.keyword) and node.arg in NO_ANSWER:
            mute += [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            mute += node.args if node.func.attr in ANY_AS_GOOD else []
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in mute
    ]


def _sizes(node: ast.Assign) -> list[ast.expr]:
    """The numbers that an assignment gives to names of SIZES."""
    (target, *_), value = node.targets, node.value
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=True))
    return [number for name, number in pairs if isinstance(name, ast.Name) and name.id in SIZES]
