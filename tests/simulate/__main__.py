"""`make simulate`: every promise about chance, over simulated companies: what is stated and what is
reached."""

from __future__ import annotations

import argparse
import sys

from tests.simulate import coaching, equals, labels, proposals, ranks, triangle

PARTS = {
    "coaching": coaching,
    "triangle": triangle,
    "equals": equals,
    "labels": labels,
    "ranks": ranks,
    "proposals": proposals,
}


def main() -> int:
    """Print the table; how many promises were broken."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulate", description=__doc__)
    asked.add_argument("parts", nargs="*", help=f"{', '.join(PARTS)} (default: all)")
    asked.add_argument(
        "--runs",
        type=int,
        default=400,
        help="companies a situation (default 400; large ones fewer)",
    )
    asked.add_argument("--seed", type=int, default=20260101)
    told = asked.parse_args()
    if wrong := set(told.parts) - set(PARTS):
        asked.error(f"no such part: {', '.join(sorted(wrong))}")
    broken = 0
    for name in told.parts or PARTS:
        for each in PARTS[name].promises(told.runs, told.seed):
            each.tell()
            broken += not each.kept
    print(f"{broken} broken")
    return broken


if __name__ == "__main__":
    sys.exit(min(main(), 1))
