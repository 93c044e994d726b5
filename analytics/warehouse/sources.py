"""One source per figure: which pieces of an agent's months count for a pair of measures, records or
a scoresheet, never a part of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
MONTHS = 100_000  # more than any running number of a month


@dataclass(frozen=True)
class Spans:
    """Pieces of agents' time: agent (a code), first and last month as running numbers; a record's
    month is one month long."""

    agent: Numbers
    first: Numbers
    last: Numbers
    sheet: Flags
    load: Numbers  # of two equally fine sheets that overlap the later counts

    @property
    def length(self) -> Numbers:
        return self.last - self.first + 1


def choose(spans: Spans, there: Flags) -> tuple[Flags, npt.NDArray[np.object_]]:
    """Which pieces count, and why the others that have the pair (`there`) do not: "records",
    "sheet", "wider" or "overlap".

    From the finest to the widest: what is there already stays where it covers every month of a
    wider sheet, else the sheet takes its place. Sheets that overlap without one holding the other
    cannot both count: the finer, then the later load.
    """
    keep, why = there.copy(), np.full(len(there), "", dtype=object)
    disputed = np.flatnonzero(there & spans.sheet)
    if not len(disputed):
        return keep, why
    if (spans.length[disputed] == 1).all():
        # One month each: nothing overlaps but a record of the same month, which covers it.
        place = spans.agent * MONTHS + spans.first
        lost = disputed[np.isin(place[disputed], place[there & ~spans.sheet])]
        keep[lost], why[lost] = False, "records"
        return keep, why
    order = np.flatnonzero(there & np.isin(spans.agent, np.unique(spans.agent[disputed])))
    order = order[
        np.lexsort(
            (-spans.load[order], spans.length[order], spans.sheet[order], spans.agent[order])
        )
    ]
    starts = np.flatnonzero(np.r_[True, np.diff(spans.agent[order]) != 0])
    for group in np.split(order, starts[1:]):
        _settle(spans, group.tolist(), keep, why)
    return keep, why


def _meet(spans: Spans, piece: int, other: int) -> bool:
    """Whether two pieces share a month."""
    before = spans.first[other] <= spans.last[piece]
    return bool(before and spans.first[piece] <= spans.last[other])


def overlapping(spans: Spans, some: Flags) -> Flags:
    """Whether a piece shares a month with one of `some` other pieces of its agent."""
    overlaps = np.zeros(len(some), dtype=bool)
    chosen: dict[int, list[int]] = {}
    for piece in np.flatnonzero(some).tolist():
        chosen.setdefault(int(spans.agent[piece]), []).append(piece)
    for piece in np.flatnonzero(np.isin(spans.agent, list(chosen))).tolist():
        overlaps[piece] = any(
            other != piece and _meet(spans, piece, other)
            for other in chosen[int(spans.agent[piece])]
        )
    return overlaps


def _settle(spans: Spans, group: list[int], keep: Flags, why: npt.NDArray[np.object_]) -> None:
    """One agent's pieces, finest first."""
    standing: list[int] = []
    for piece in group:
        first, last = int(spans.first[piece]), int(spans.last[piece])
        touched = [other for other in standing if _meet(spans, piece, other)]
        if not touched:
            standing.append(piece)
            continue
        later = [other for other in touched if first <= spans.first[other]]
        inside = [other for other in later if spans.last[other] <= last]
        covered = sum(int(spans.last[other] - spans.first[other]) + 1 for other in inside)
        if len(inside) < len(touched) or covered == last - first + 1:
            keep[piece] = False
            why[piece] = "overlap" if spans.sheet[touched].any() else "records"
            continue
        for other in inside:
            keep[other], why[other] = False, "wider" if spans.sheet[other] else "sheet"
        standing = [other for other in standing if other not in inside]
        standing.append(piece)
