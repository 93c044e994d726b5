"""`make assault`: every campaign, or those named; a table each, and a failure makes the end one."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from tests.assault import backups, commands, damages, disk, kills, matrix, perimeter, power, screens
from tests.assault.company import Company, founded
from tests.assault.report import BEGUN, Report

Campaign = Callable[[Path, int | None, int], Report]


def of_company(campaign: Callable[[Company, Path, int | None, int], Report]) -> Campaign:
    """A campaign over the company of canaries."""

    def run(folder: Path, size: int | None, seed: int) -> Report:
        return campaign(founded(folder / "company", seed), folder, size, seed)

    return run


# By name: what is done, and how much of it when nothing else is asked for (None: all there is).
CAMPAIGNS: dict[str, tuple[Campaign, int | None]] = {
    "desk": (of_company(matrix.desk_matrix), 4_000),
    "screens": (of_company(screens.reading), None),
    "stale": (of_company(screens.stale), None),
    "commands": (of_company(commands.matrix), 1_200),
    "perimeter": (of_company(perimeter.perimeter), None),
    "kills": (kills.kills, 240),
    "power": (power.cuts, 100),
    "damages": (damages.damages, 300),
    "disk": (disk.faults, None),
    "backups": (backups.backups, 20),
}


def main() -> int:
    """Run what is asked for; how many campaigns failed."""
    asked = argparse.ArgumentParser(prog="python -m tests.assault", description=__doc__)
    asked.add_argument(
        "campaigns", nargs="*", metavar="CAMPAIGN", help=f"{', '.join(CAMPAIGNS)} (default: all)"
    )
    asked.add_argument(
        "--size", type=int, help="how many tries of each (default: the campaign's own)"
    )
    asked.add_argument("--seed", type=int, default=1, help="which tries are drawn (default 1)")
    told = asked.parse_args()
    if wrong := set(told.campaigns) - set(CAMPAIGNS):
        asked.error(f"no such campaign: {', '.join(sorted(wrong))}")
    warnings.simplefilter("ignore")
    if missing := matrix.unlisted():
        print(f"✗ nobody has said who may ask the desk for {missing}: tests/assault/oracle.py")
    # In the background an interrupt is ignored: whoever ends a campaign sees how far it came.
    for ended in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ended, signal.default_int_handler)
    failed = int(bool(missing))
    for name in told.campaigns or CAMPAIGNS:
        run, size = CAMPAIGNS[name]
        with tempfile.TemporaryDirectory(prefix="assault-", ignore_cleanup_errors=True) as folder:
            try:
                report = run(Path(folder), told.size or size, told.seed)
            except KeyboardInterrupt:
                BEGUN[-1].show()
                return failed + 1
        report.show()
        failed += bool(report.failures)
    return failed


if __name__ == "__main__":
    sys.exit(min(main(), 1))
