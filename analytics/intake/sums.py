"""Rows among people that sum up or average others: found by their figures, their teams, what they
are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

LEAST = 2  # rows behind a sum, and figures that must agree where a name looks like everybody's
MANY = LEAST + 1
SLACK = 0.006  # of a sum or mean that was rounded in the file
EXACT = 1e-9
DIGITS = 6  # behind the point, of what is written of a mean
FEWEST_ROWS = 5  # that can hold two sums and what they are sums of
COMMON = 0.5  # of all rows: a sort of ids that this many share is how people are numbered here
_PREFIX = re.compile(r"[^\W\d_]*")


@dataclass(frozen=True)
class Summing:
    """The place of a row that sums up others, and their places; none where its name alone says
    so."""

    position: int
    of: tuple[int, ...] = ()
    mean: bool = False


@dataclass(frozen=True)
class Figures:
    """Rows × figures (NaN where empty), what each row is called, the groups it is in, and which
    figures were rounded."""

    values: Any
    ids: tuple[str, ...]
    groups: tuple[
        tuple[str, ...], ...
    ] = ()  # one a column of teams, branches …: a row's entry or ""
    slack: tuple[float, ...] = ()  # one a figure

    def of(self, places: Sequence[int]) -> Figures:
        groups = tuple(tuple(column[position] for position in places) for column in self.groups)
        return replace(
            self,
            values=self.values[list(places)],
            ids=tuple(self.ids[position] for position in places),
            groups=groups,
        )

    @property
    def near(self) -> Any:
        return np.array(self.slack) if self.slack else np.full(self.values.shape[1], EXACT)

    @property
    def single(self) -> bool:
        return bool(self.values.shape[1] < LEAST)


def summing(figures: Figures, labelled: Set[int]) -> list[Summing]:
    """The rows that sum up or average others, by name (`labelled`) or figures, each with the rows
    that it sums up."""
    sums = {position: Summing(position) for position in labelled}
    while figures.values.shape[1]:
        left = [position for position in range(len(figures.ids)) if position not in sums]
        new = next((some for find in FINDERS if (some := find(figures.of(left)))), ())
        if not new:
            break
        # What sums up everybody shows only once the sums of teams are set aside.
        sums |= {
            left[summed.position]: Summing(
                left[summed.position], tuple(left[position] for position in summed.of), summed.mean
            )
            for summed in new
        }
    return [sums[position] for position in sorted(sums)]


def across(figures: Figures) -> list[Summing]:
    """The rows that sum up a run of other people's rows over several months."""
    added = [summed for summed in _repeating(figures) if not summed.mean]
    return [
        summed
        for summed in added
        if {figures.ids[position] for position in summed.of} != {figures.ids[summed.position]}
    ]


def _same(some: Any, row: Any, near: Any) -> Any:
    """Whether figures are those of a row, wherever the row has one; `some` may be one row or
    several."""
    given = ~np.isnan(row) & (row != 0)
    if given.sum() < min(LEAST, len(row)):
        return np.zeros(some.shape[:-1], dtype=bool) if some.ndim > 1 else False
    return (np.abs(some - row)[..., given] <= (near * np.maximum(np.abs(row), 1))[given]).all(
        axis=-1
    )


def odd_ones(ids: Sequence[str]) -> list[str | None]:
    """The sort of an id that is not numbered as most are (T01 among A01 … A40), None for those that
    are."""
    for sort in (_prefix, shape):
        sorts = [sort(spelling) for spelling in ids]
        common, count = Counter(sorts).most_common(1)[0] if sorts else ("", 0)
        if count >= COMMON * len(ids) and count < len(ids):
            return [None if kind == common else kind for kind in sorts]
    return [None] * len(ids)


def _prefix(name: str) -> str:
    match = _PREFIX.match(name)
    return match[0].upper() if match else ""


def shape(name: str) -> str:
    """What kind of characters an id is made of, runs as one."""
    return "".join(kind for kind, _ in groupby(map(_kind_of, name)))


def _kind_of(char: str) -> str:
    if char.isdigit():
        return "0"
    return "a" if char.isascii() else "中"


# -- ways in which a row shows that it is a sum ----------------------------------------------------


def _grouped(figures: Figures) -> list[Summing]:
    """In a team, the one row that is the sum of all the others of it, wherever they stand."""
    filled, odd = np.nan_to_num(figures.values), odd_ones(figures.ids)
    for column in figures.groups:
        sums = []
        for name in dict.fromkeys(label for label in column if label):
            places = [position for position, label in enumerate(column) if label == name]
            total = filled[places].sum(axis=0)
            for position in places:
                others = tuple(other for other in places if other != position)
                enough = len(figures.ids) if figures.single else LEAST
                if odd[position]:
                    enough = 1
                if len(others) >= enough and _same(
                    total - filled[position], figures.values[position], figures.near
                ):
                    sums.append(Summing(position, others))
                    break
        told = any(odd[summed.position] or len(summed.of) >= MANY for summed in sums)
        if sums and (told or len(sums) > 1):
            return sums
    return []


def _parts(figures: Figures) -> list[Summing]:
    """Two or more rows that together explain the whole table: each the sum of the rows above it, or
    of those below it."""
    count = len(figures.ids)
    if count < FEWEST_ROWS or (np.nan_to_num(figures.values) != 0).any(axis=0).sum() < min(
        LEAST, figures.values.shape[1]
    ):
        return []
    for back in (False, True):
        rows = figures.values[::-1] if back else figures.values
        sums = _partition(rows, figures.near) or (
            [] if figures.single else _last_sums(rows, figures.near)
        )
        if back:
            sums = [
                Summing(
                    count - 1 - summed.position,
                    tuple(sorted(count - 1 - position for position in summed.of)),
                )
                for summed in sums
            ]
        if sums:
            return sums
    return []


def _partition(rows: Any, near: Any) -> list[Summing]:
    """Rows that each are the sum of those since the last of them, as few as explain the table; then
    what sums up everybody."""
    count, filled = len(rows), np.nan_to_num(rows)
    sums = np.vstack([np.zeros(rows.shape[1]), np.cumsum(filled, axis=0)])
    cost, start = np.full(count + 1, np.inf), [0] * (count + 1)
    cost[0] = 0
    for end in range(2, count + 1):
        fitting = _same(sums[end - 1] - sums[: end - 1], rows[end - 1], near) & np.isfinite(
            cost[: end - 1]
        )
        if fitting.any():
            start[end] = int(np.where(fitting, cost[: end - 1], np.inf).argmin())
            cost[end] = cost[start[end]] + 1
    for rest in range(3):
        end = count - rest
        if end < FEWEST_ROWS or not np.isfinite(cost[end]):
            continue
        people, number = end - int(cost[end]), int(cost[end])
        if number < 2 or people <= number or (rows.shape[1] < LEAST and people < 2 * number):
            continue
        out, position = [], end
        while position:
            out.append(Summing(position - 1, tuple(range(start[position], position - 1))))
            position = start[position]
        persons = tuple(sorted(place for summed in out for place in summed.of))
        total = filled[list(persons)].sum(axis=0)
        if all(_same(total, rows[place], near) for place in range(end, count)):
            return [*out, *(Summing(place, persons) for place in range(end, count))]
    return []


def _last_sums(rows: Any, near: Any) -> list[Summing]:
    """The last rows, two or more, that together are the sum of two or more rows each."""
    filled = np.nan_to_num(rows)
    total = filled.sum(axis=0)
    for number in range(2, len(rows) // MANY + 1):
        if _same(total - filled[-number:].sum(axis=0), filled[-number:].sum(axis=0), near):
            people = tuple(range(len(rows) - number))
            return [Summing(position, people) for position in range(len(rows) - number, len(rows))]
    return []


def _sorts(figures: Figures) -> list[Summing]:
    """The rows of a sort of their own that together are all the others together."""
    filled, odd = np.nan_to_num(figures.values), odd_ones(figures.ids)
    people = tuple(position for position, sort in enumerate(odd) if sort is None)
    out = []
    for sort in dict.fromkeys(kind for kind in odd if kind is not None):
        some = [position for position, kind in enumerate(odd) if kind == sort]
        if LEAST <= len(people) > len(some) and _same(
            filled[list(people)].sum(axis=0), filled[some].sum(axis=0), figures.near
        ):
            out += [Summing(position, people) for position in some]
    return out


def _repeating(figures: Figures, least_alike: int = MANY) -> list[Summing]:
    """The rows whose every figure is the sum of rows directly above or below, or the mean of all
    others.

    Where the id looks like everybody's it takes more rows (`least_alike`) and no rounding: small
    figures add up by chance; a single figure is taken only where it sums up all others, or where
    every id of an odd sort does.
    """
    values, count = figures.values, len(figures.ids)
    if count <= LEAST:
        return []
    odd, filled = odd_ones(figures.ids), np.nan_to_num(figures.values)
    even = max(least_alike, MANY) if figures.single else least_alike
    sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(filled, axis=0)])
    out = []
    for position in range(count):
        if not figures.ids[position]:
            continue
        row = values[position]
        near = np.maximum(figures.near, SLACK) if odd[position] else figures.near
        least = LEAST if odd[position] else even
        above = _same(sums[position] - sums[: max(position - least + 1, 0)], row, near)
        below = _same(sums[position + 1 + least :] - sums[position + 1], row, near)
        if figures.single and not odd[position]:
            above, below = (
                above[:1] if position == count - 1 else above[:0],
                below[-1:] if position == 0 else below[:0],
            )
        if above.any():
            out.append(Summing(position, tuple(range(int(np.flatnonzero(above)[-1]), position))))
        elif below.any():
            first = count - len(below) + int(np.flatnonzero(below)[0])
            out.append(Summing(position, tuple(range(position + 1, first + 1))))
        elif (odd[position] or (count > MANY and not figures.single)) and _is_mean(
            filled, position, row, near
        ):
            out.append(
                Summing(
                    position, tuple(other for other in range(count) if other != position), mean=True
                )
            )
    if figures.single:
        told = {summed.position for summed in out}
        sorts = {sort for position, sort in enumerate(odd) if position not in told} - {None}
        out = [summed for summed in out if odd[summed.position] not in sorts]
    if out and least_alike > LEAST and not figures.single:
        return _repeating(figures, LEAST)  # one sum shows how the table is made
    return out


def _is_mean(filled: Any, position: int, row: Any, near: Any) -> bool:
    """Whether a row is the mean of all others, which differ among themselves: where all have the
    same, each is that mean."""
    others = np.delete(filled, position, axis=0)
    return bool(_same(others.mean(axis=0), row, near)) and not bool(_same(others, row, near).all())


FINDERS = (_grouped, _parts, _sorts, _repeating)


def means(figures: Figures) -> list[Summing]:
    """The rows of rates and scores, which add up to nothing, that are the mean of others in every
    figure.

    A row of an odd sort is held against all the others; one numbered like everybody against its
    team and all the others, by two figures or more, or where every team has just one such row: a
    single figure is a mean by chance.
    """
    odd = odd_ones(figures.ids)
    everybody = [position for position, sort in enumerate(odd) if sort is None]
    out: list[Summing] = []
    if len(everybody) > LEAST:
        strange = [position for position, sort in enumerate(odd) if sort is not None]
        out = [
            Summing(position, tuple(everybody), mean=True)
            for position in strange
            if _averages(figures, position, everybody)
        ]
    return out or _team_means(figures) or _means_of_all(figures)


def _averages(figures: Figures, position: int, others: Sequence[int]) -> bool:
    """Whether a row's every figure is the mean of the others', as far as the file writes it out."""
    given = ~np.isnan(figures.values[position])
    group, row = figures.values[list(others)][:, given], figures.values[position][given]
    if not given.any() or np.isnan(group).any():
        return False
    return bool((np.abs(group.mean(axis=0) - row) <= _written(figures.values[:, given], row)).all())


def _written(values: Any, row: Any) -> Any:
    """How far a mean may be from what is written of it: half of the last digit of its column, and a
    little at most."""
    places = [
        next(
            (
                d
                for d in range(DIGITS)
                if np.allclose(column_values, np.round(column_values, d), atol=EXACT)
            ),
            DIGITS,
        )
        for column_values in (column[~np.isnan(column)] for column in values.T)
    ]
    half = 0.5 * 10.0 ** -np.array(places, dtype=float) + EXACT
    return np.minimum(half, SLACK * np.maximum(np.abs(row), EXACT))


def _team_means(figures: Figures) -> list[Summing]:
    """In two or more teams the one row that is the mean of all the others of it."""
    for column in figures.groups:
        means: dict[str, list[Summing]] = {}
        for name in dict.fromkeys(label for label in column if label):
            places = [position for position, label in enumerate(column) if label == name]
            for position in places:
                others = tuple(other for other in places if other != position)
                if (
                    len(others) >= LEAST
                    and _averages(figures, position, others)
                    and not _all_same(figures, (*others, position))
                ):
                    means.setdefault(name, []).append(Summing(position, others, mean=True))
        told = [
            some[-1]
            for some in means.values()
            if _all_same(figures, [summed.position for summed in some])
        ]
        if len(told) >= LEAST and (
            not figures.single or len(told) == len({label for label in column if label})
        ):
            return told
    return []


def _means_of_all(figures: Figures) -> list[Summing]:
    """The last row, where it is the mean of all the others in two figures or more."""
    last = len(figures.ids) - 1
    if last < MANY or (~np.isnan(figures.values[last])).sum() < LEAST:
        return []
    others = tuple(range(last))
    is_mean = _averages(figures, last, others) and not _all_same(figures, (*others, last))
    return [Summing(last, others, mean=True)] if is_mean else []


def _all_same(figures: Figures, places: Sequence[int]) -> bool:
    """Whether rows have the same figures: each is then the mean of the others."""
    some = figures.values[list(places)]
    return bool(np.allclose(some, some[0], atol=EXACT, equal_nan=True))
