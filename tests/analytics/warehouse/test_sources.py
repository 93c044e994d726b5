"""Which pieces of an agent's months count, laid out month by month."""

import numpy as np
import pytest

from analytics.warehouse.sources import Spans, choose, overlapping


def spans(*pieces):
    """Pieces (agent, first month, last month, whether a sheet, load)."""
    agent, first, last, sheet, load = (np.array(column) for column in zip(*pieces, strict=True))
    return Spans(agent, first, last, sheet.astype(bool), load)


def chosen(*pieces):
    """Which count, and why the others do not."""
    keep, why = choose(spans(*pieces), np.ones(len(pieces), dtype=bool))
    return keep.tolist(), why.tolist()


RECORD, SHEET = False, True


@pytest.mark.parametrize(
    ("pieces", "keep", "why"),
    [
        # Records of both months before a sheet of both.
        ([(1, 1, 1, RECORD, 0), (1, 2, 2, RECORD, 0), (1, 1, 2, SHEET, 9)], "110", ["records"]),
        # Of one month only: the sheet speaks for both.
        ([(1, 1, 1, RECORD, 0), (1, 1, 2, SHEET, 9)], "01", ["sheet"]),
        # A record outside the sheet's months stays.
        ([(1, 3, 3, RECORD, 0), (1, 1, 2, SHEET, 9)], "11", []),
        # A month's sheet before the quarter's only where all its months have one.
        ([(1, 1, 1, SHEET, 1), (1, 1, 3, SHEET, 2)], "01", ["wider"]),
        (
            [(1, 1, 1, SHEET, 1), (1, 2, 2, SHEET, 1), (1, 3, 3, SHEET, 1), (1, 1, 3, SHEET, 2)],
            "1110",
            ["overlap"],
        ),
        # Neither holds the other: the later load of two of the same length, else the finer.
        ([(1, 1, 2, SHEET, 1), (1, 2, 3, SHEET, 2)], "01", ["overlap"]),
        ([(1, 1, 2, SHEET, 2), (1, 2, 3, SHEET, 1)], "10", ["overlap"]),
        ([(1, 1, 2, SHEET, 1), (1, 2, 4, SHEET, 2)], "10", ["overlap"]),
        # Another agent's records cover nothing.
        ([(2, 1, 1, RECORD, 0), (2, 2, 2, RECORD, 0), (1, 1, 2, SHEET, 9)], "111", []),
        # Sheets of one month each: the record of the same month and agent, of no other.
        ([(1, 1, 1, RECORD, 0), (1, 1, 1, SHEET, 9), (1, 2, 2, SHEET, 9)], "101", ["records"]),
        ([(2, 1, 1, RECORD, 0), (1, 1, 1, SHEET, 9)], "11", []),
        ([(2, 1, 1, RECORD, 0), (1, 2, 2, SHEET, 9)], "11", []),
    ],
)
def test_the_finest_source_that_covers_every_month_counts(pieces, keep, why):
    kept, reasons = chosen(*pieces)
    assert "".join(str(int(flag)) for flag in kept) == keep
    assert [reason for reason in reasons if reason] == why
    assert all(bool(reason) != flag for flag, reason in zip(kept, reasons, strict=True))


def test_what_has_no_figure_neither_counts_nor_covers():
    pieces = spans((1, 1, 1, RECORD, 0), (1, 2, 2, RECORD, 0), (1, 1, 2, SHEET, 9))
    keep, why = choose(pieces, np.array([True, False, True]))
    assert (keep.tolist(), why.tolist()) == ([False, False, True], ["sheet", "", ""])


def test_pieces_overlap_that_share_a_month_of_one_agent():
    pieces = spans(
        (1, 1, 1, RECORD, 0),
        (1, 3, 3, RECORD, 0),
        (1, 4, 4, RECORD, 0),
        (2, 2, 2, RECORD, 0),
        (1, 1, 3, SHEET, 9),
    )
    some = np.array([False, False, False, False, True])
    assert overlapping(pieces, some).tolist() == [True, True, False, False, False]
