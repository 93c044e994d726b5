"""`make mutants`: lies planted in copies of the code, and how many of them the tests notice."""

from __future__ import annotations

import argparse
import ast
import compileall
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from difflib import unified_diff
from functools import cache
from pathlib import Path

import pytest
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec

from tests.conftest import ROOT
from tests.mutants.lies import lies, modules, sampled
from tests.mutants.witnesses import BUDGET, Witnesses

WHERE = (
    "analytics/evaluation",
    "analytics/warehouse",
    "analytics/desk",
    "analytics/insight",
)
LEFT_OUT = (".git", ".venv*", ".*_cache", "__pycache__", ".hypothesis", "home", ".coverage*")
OURS = ("analytics", "pages", "tests", "dashboard")
SECONDS = 300
EQUIVALENT = ROOT / "tests" / "mutants" / "equivalent.toml"


@dataclass(frozen=True)
class Verdict:
    """What became of a lie: its place, the change as a diff, and whether a test noticed."""

    path: str
    line: int
    diff: str
    killed: bool
    tests: int

    @property
    def change(self) -> list[str]:
        """The lines that the lie replaced and those it put there, without their indentation."""
        lines = self.diff.splitlines()[2:]
        return [
            f"{line[0]} {line[1:].strip()}"
            for line in lines
            if line[:1] in ("-", "+") and line[1:].strip()
        ]

    @property
    def same(self) -> bool:
        """Whether the list says that this changes nothing that anybody could see."""
        return any(
            mutant["path"] == self.path and mutant["change"] == self.change
            for mutant in equivalent()
        )


@cache
def equivalent() -> list[dict[str, object]]:
    """Changes that are no lies, each with its reason."""
    return tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("change", [])


def settle() -> None:
    """This process works in a copy of its own: what is planted never stands in the real tree."""
    place = Path(tempfile.mkdtemp(prefix="mutants-"))
    shutil.copytree(ROOT, place / "tree", ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    os.chdir(place / "tree")
    compileall.compile_dir(".", quiet=2)


def judge(lie: MutationSpec, tests: Sequence[str]) -> Verdict:
    """Plant one lie and ask the tests that run its line; others, should the first not notice.

    What the first do in time takes the others too long only because they are many or slow.
    """
    path, line = str(lie.module_path), lie.start_pos[0]
    operator = get_operator(lie.operator_name)(**lie.operator_args)
    with use_mutation(lie.module_path, operator, lie.occurrence) as (before, after):
        sides = (before.splitlines(), (after or before).splitlines())
        diff = "\n".join(unified_diff(*sides, "code", "lie", lineterm=""))
        first, others = tests[:BUDGET], tests[BUDGET:]
        killed = bool(first) and noticed(["-x", *first]) != 0
        if others and not killed:
            killed = noticed(["-x", *others], late=0) != 0
    return Verdict(path, line, diff, killed, len(tests))


def noticed(options: Sequence[str], told: int | None = None, late: int = 1) -> int:
    """How pytest ended, in a process that begins with everything imported but what is ours.

    What takes too long ends as `late`: has been noticed. Its words go to the file `told`, else
    nowhere.
    """
    child = os.fork()
    if child == 0:
        os.setsid()
        into = os.open(os.devnull, os.O_WRONLY) if told is None else told
        os.dup2(into, 1)
        os.dup2(into, 2)
        for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[name]
        sys.path.insert(0, os.getcwd())
        sys.dont_write_bytecode = True
        os._exit(pytest.main(["-W", "ignore::pytest.PytestAssertRewriteWarning", *options]))
    until = time.monotonic() + SECONDS
    while told is not None or time.monotonic() < until:
        ended, status = os.waitpid(child, 0 if told is not None else os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return late


def broken(tests: Sequence[str]) -> set[str]:
    """Which tests fail though nothing was planted: they are witnesses of nothing."""
    with tempfile.TemporaryFile("w+") as said:
        noticed(["-rfE", "--tb=no", *tests], said.fileno())
        said.seek(0)
        lines = [line for line in said if line.startswith(("FAILED ", "ERROR "))]
    return {test for test in tests if any(line.split(" ", 1)[1].startswith(test) for line in lines)}


def statement(path: str, line: int) -> tuple[int, int]:
    """The lines of the smallest statement around a line: not all of them are written down as
    run."""
    spans = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return min(spans, key=lambda span: span[1] - span[0], default=(line, line))


def tell(verdicts: Sequence[Verdict]) -> None:
    """The table by module; percent of those killed that are no equals of the code they replaced."""
    by_module = defaultdict(list)
    for verdict in verdicts:
        by_module[verdict.path].append(verdict)
    head = ("module", "mutants", "killed", "same", "survived", "%")
    print("{:44}{:>9}{:>9}{:>9}{:>9}{:>8}".format(*head))
    for path, some in [*sorted(by_module.items()), ("all", list(verdicts))]:
        killed = sum(verdict.killed for verdict in some)
        same = sum(not verdict.killed and verdict.same for verdict in some)
        lied = len(some) - same
        percent = f"{100 * killed / lied:.1f}" if lied else "–"
        print(f"{path:44}{len(some):>9}{killed:>9}{same:>9}{lied - killed:>9}{percent:>8}")


def main() -> int:
    """Plant the lies, print the table, write the survivors down; 1 where one survived unlisted."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument(
        "where", nargs="*", default=WHERE, help="packages or modules (default: the core)"
    )
    asked.add_argument(
        "--sample",
        type=int,
        default=100,
        help="places at which something is changed (default 100; 0 for all)",
    )
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument(
        "--jobs", type=int, default=1, help="processes, each with a copy of its own (default 1)"
    )
    asked.add_argument(
        "--coverage", type=Path, default=ROOT / ".coverage", help="what `make coverage` wrote down"
    )
    asked.add_argument(
        "--green", action="store_true", help="the tests are known to pass with nothing planted"
    )
    asked.add_argument("--survivors", type=Path, default=ROOT / ".mutants")
    told = asked.parse_args()

    os.chdir(ROOT)
    places = lies(modules(told.where))
    chosen = sampled(places, told.sample or len(places), told.seed)
    witnesses = Witnesses(told.coverage, ROOT)
    asked_of = [
        witnesses.of(path, *statement(path, lie.start_pos[0]), told.seed)
        for lie in chosen
        for path in [str(lie.module_path)]
    ]
    verdicts, survived = [], 0
    with (
        ProcessPoolExecutor(told.jobs, initializer=settle) as pool,
        told.survivors.open("w", encoding="utf-8", buffering=1) as kept,
    ):
        out = set() if told.green else pool.submit(broken, sorted(set().union(*asked_of))).result()
        if out:
            print(f"fail with nothing planted, and are not asked: {', '.join(sorted(out))}")
        asked_of = [[test for test in tests if test not in out] for tests in asked_of]
        for verdict in pool.map(judge, chosen, asked_of):
            verdicts.append(verdict)
            if not verdict.killed and not verdict.same:
                survived += 1
                kept.write(
                    f"{verdict.path}:{verdict.line}, {verdict.tests} tests\n{verdict.diff}\n"
                )
            print("." if verdict.killed else "=" if verdict.same else "S", end="", flush=True)
    print()
    tell(verdicts)
    return survived


if __name__ == "__main__":
    sys.exit(min(main(), 1))
