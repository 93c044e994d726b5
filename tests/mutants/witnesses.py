"""Who could notice a lie: the tests that run the line, by what `make coverage` wrote down."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from coverage import CoverageData

from tests.conftest import ROOT

SETTLED = ("|setup", "|run", "|teardown")
BUDGET = 24  # tests asked about a lie at first
SECOND = 96  # others asked about what these let pass; some lines are run by more
# Asked about what is run when a module is imported, in no test's time.
ALL_MODULES = ("tests/analytics/test_frozen.py::test_every_value_of_the_core_is_frozen",)


class Witnesses:
    """Tests by the lines they run, of files under `root`."""

    def __init__(self, data: Path, root: Path) -> None:
        store = CoverageData(str(data))
        store.read()
        self._by_line: dict[str, dict[int, set[str]]] = {}
        self._breadth: Counter[str] = Counter()
        for measured in store.measured_files():
            lines = self._lines(store, measured)
            self._by_line[str(Path(measured).relative_to(root))] = lines
            for tests in lines.values():
                self._breadth.update(tests)

    @staticmethod
    def _lines(store: CoverageData, measured: str) -> dict[int, set[str]]:
        lines: dict[int, set[str]] = defaultdict(set)
        for line, contexts in store.contexts_by_lineno(measured).items():
            lines[line] = {
                context.rpartition("|")[0] for context in contexts if context.endswith(SETTLED)
            }
        return lines

    def of(self, path: str, first: int, last: int, seed: int) -> list[str]:
        """The tests that run one of these lines, else any of the file.

        At first those of the module's own test file and those that run the least of the code, which
        are quick and speak of little else, and some of the others by chance; whoever needs the
        large company is asked last. Then, for a second look, as many of the rest in that order.
        """
        lines = self._by_line.get(path, {})
        tests = set().union(*(lines.get(line, set()) for line in range(first, last + 1)))
        tests = tests or {*ALL_MODULES, *set().union(*lines.values())}
        own = tuple(f"test_{part}" for part in Path(path).with_suffix("").parts[1:])
        narrow = sorted(
            tests,
            key=lambda test: (
                test not in ALL_MODULES,
                _large(test),
                not Path(test.partition("::")[0]).stem.startswith(own),
                self._breadth[test],
                test,
            ),
        )
        sure, rest = narrow[: BUDGET // 2], narrow[BUDGET // 2 :]
        extra = set(random.Random(seed).sample(rest, min(len(rest), BUDGET - len(sure))))
        others = [test for test in rest if test not in extra]
        return [*sure, *(test for test in rest if test in extra), *others[:SECOND]]


@cache
def _large(test: str) -> bool:
    """Whether a test stands in a file that works on the sample company, which takes its time."""
    return "sample_folder" in (ROOT / test.partition("::")[0]).read_text(encoding="utf-8")
