"""`make mutants`: lies planted in copies of the code, and how many of them the tests notice."""

from __future__ import annotations

import argparse
import ast
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import MutationSpec, TestOutcome

from tests.conftest import ROOT
from tests.mutants.lies import lies, modules, sampled
from tests.mutants.witnesses import Witnesses

WHERE = (
    "analytics/evaluation",
    "analytics/warehouse",
    "analytics/desk",
    "analytics/insight",
)
LEFT_OUT = (".git", ".venv*", ".*_cache", "__pycache__", ".hypothesis", "home", ".coverage*")
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
            one["path"] == self.path and one["change"] == self.change for one in equivalent()
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


def judge(lie: MutationSpec, tests: Sequence[str]) -> Verdict:
    """Plant one lie and ask the tests that run its line."""
    path = str(lie.module_path)
    if not tests:
        return Verdict(
            path, lie.start_pos[0], f"no test runs line {lie.start_pos[0]} of {path}", False, 0
        )
    result = mutate_and_test([lie], command_of(tests), SECONDS)
    killed = result.test_outcome != TestOutcome.SURVIVED
    return Verdict(path, lie.start_pos[0], result.diff or str(result.output), killed, len(tests))


def command_of(tests: Sequence[str]) -> str:
    return shlex.join([sys.executable, "-m", "pytest", "-x", *tests])


def broken(tests: Sequence[str]) -> set[str]:
    """Which tests fail though nothing was planted: they are witnesses of nothing."""
    command = [sys.executable, "-m", "pytest", "-rfE", "--tb=no", *tests]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    words = [line.split(" ", 2) for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return {test for test in tests if any(" ".join(parts[1:]).startswith(test) for parts in words)}


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
    verdicts = []
    with ProcessPoolExecutor(told.jobs, initializer=settle) as pool:
        out = pool.submit(broken, sorted(set().union(*asked_of))).result()
        if out:
            print(f"fail with nothing planted, and are not asked: {', '.join(sorted(out))}")
        asked_of = [[test for test in tests if test not in out] for tests in asked_of]
        for verdict in pool.map(judge, chosen, asked_of):
            verdicts.append(verdict)
            print("." if verdict.killed else "S", end="", flush=True)
    print()
    tell(verdicts)
    survived = [verdict for verdict in verdicts if not verdict.killed and not verdict.same]
    told.survivors.write_text("\n".join(verdict.diff for verdict in survived), encoding="utf-8")
    return len(survived)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
