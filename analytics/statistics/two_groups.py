"""True rates of two groups: two humps of one width on the logit scale, fitted to many samples at
once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.statistics.arrays import Floats
from analytics.statistics.special import betaincinv

CELLS = 56  # of the logit scale
SIZES = 5  # different numbers of trials at most when samples are drawn anew
STEPS, AGAIN = 400, 250  # of the algorithm, first and for samples drawn anew
STARTS = (
    (0.25, 0.8, 0.5, 0.2),
    (0.1, 0.6, 0.25, 0.2),
    (0.5, 0.95, 0.75, 0.2),
    (0.25, 0.8, 0.5, 0.06),
)
LEAST = 0.02  # share of the smaller group
NARROW = 0.6  # least width of a hump, in cells
FINE = 3  # counts are told apart to this part of what chance spreads them by

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Humps:
    """Of every sample: centres of both humps (samples × 2, logit scale), their width, the share of
    the first; the probability of every cell (samples × cells) and the log-likelihood, with the
    binomial coefficients left out."""

    centres: Floats
    width: Floats
    first: Floats
    cells: Floats
    likelihood: Floats


@dataclass(frozen=True)
class Scale:
    """The logit scale cut into cells of one width: their middles, and the rates at these."""

    logits: Floats
    rates: Floats

    @staticmethod
    def around(alpha: float, beta: float) -> Scale:
        """Cells over nearly all of one Beta, and as much again as its humps may lie outside of
        it."""
        ends = np.clip([betaincinv(alpha, beta, tail) for tail in (5e-4, 1 - 5e-4)], 1e-6, 1 - 1e-6)
        low, high = np.log(ends / (1 - ends))
        room = 0.1 * (high - low)
        logits = np.linspace(low - room, high + room, CELLS)
        return Scale(logits, 1 / (1 + np.exp(-logits)))

    def quantile(self, cells: Floats, share: float) -> Floats:
        """The rate below which this share of every sample's law lies."""
        step = self.logits[1] - self.logits[0]
        below = np.cumsum(cells, axis=1)
        cell = np.minimum((below < share).sum(axis=1), len(self.logits) - 1)
        rows = np.arange(len(cells))
        before = np.where(cell > 0, below[rows, cell - 1], 0.0)
        part = np.clip((share - before) / np.maximum(below[rows, cell] - before, 1e-12), 0.0, 1.0)
        below_share: Floats = 1 / (1 + np.exp(-(self.logits[cell] - step / 2 + step * part)))
        return below_share


def fit(successes: Ints, trials: Ints, scale: Scale) -> Humps:
    """The likeliest two humps of one sample, from several starts, as a batch of one.

    Source: Dempster, Laird & Rubin 1977, JRSS B 39:1–38; a grid as in Laird 1978, JASA 73:805–811.
    """
    logits = np.log((successes + 0.5) / (trials - successes + 0.5))
    # (a) how likely each pair of counts is at every cell of the scale
    table, peaks, where = _table(successes, trials, scale)
    tally = np.bincount(where, minlength=len(table)).astype(float)
    # (b) climb from several starts, since the likelihood has several tops
    low, high, first, width = (np.array(column) for column in zip(*STARTS, strict=True))
    centres = np.column_stack([np.quantile(logits, low), np.quantile(logits, high)])
    every = _climb(
        np.repeat(tally[None], len(STARTS), axis=0), table, scale, (centres, width, first), STEPS
    )
    # (c) keep the highest
    best = slice(int(every.likelihood.argmax()), int(every.likelihood.argmax()) + 1)
    likelihood = every.likelihood[best] + tally @ peaks
    return Humps(
        every.centres[best], every.width[best], every.first[best], every.cells[best], likelihood
    )


def redrawn(
    humps: Humps, trials: Ints, scale: Scale, draws: int, random: np.random.Generator
) -> Floats:
    """Probabilities of the cells (draws × cells) fitted to samples drawn from the two humps of
    `humps`.

    Trials are taken for one of a few numbers near their own, and counts of many trials in steps
    that are a third of what chance spreads them by.
    """
    sizes = _few(trials)
    step = scale.logits[1] - scale.logits[0]
    cell = random.choice(CELLS, size=(draws, len(trials)), p=humps.cells[0] / humps.cells[0].sum())
    logits = scale.logits[cell] + step * (random.random(cell.shape) - 0.5)
    drawn = random.binomial(sizes, 1 / (1 + np.exp(-logits)))
    middle = float(humps.cells[0] @ scale.rates)
    coarse = np.maximum(np.sqrt(sizes * middle * (1 - middle)) // FINE, 1).astype(np.int64)
    drawn = np.minimum((drawn + coarse // 2) // coarse * coarse, sizes)
    table, _, where = _table(drawn.ravel(), np.broadcast_to(sizes, drawn.shape).ravel(), scale)
    places = where.reshape(drawn.shape) + len(table) * np.arange(draws)[:, None]
    tally = (
        np.bincount(places.ravel(), minlength=draws * len(table)).reshape(draws, -1).astype(float)
    )
    centres, width, first = (
        np.repeat(part, draws, axis=0) for part in (humps.centres, humps.width, humps.first)
    )
    return _climb(tally, table, scale, (centres, width, first), AGAIN).cells


def _climb(
    tally: Floats,
    table: Floats,
    scale: Scale,
    begin: tuple[Floats, Floats, Floats],
    steps: int,
) -> Humps:
    """Expectation and maximisation: tally (samples × kinds of counts), table (kinds of counts ×
    cells); begin: centres, width and share of the first hump."""
    centres, width, first = begin
    z = scale.logits
    least = NARROW * (z[1] - z[0])
    whole = tally.sum(axis=1)
    cells, likely = np.empty((len(tally), len(z))), np.ones(tally.shape)
    for _ in range(steps):
        humps = np.exp(-0.5 * ((z - centres[:, :, None]) / width[:, None, None]) ** 2) + 1e-300
        humps *= (np.column_stack([first, 1 - first]) / humps.sum(axis=2))[:, :, None]
        cells = humps.sum(axis=1)
        likely = np.maximum(cells @ table.T, 1e-300)
        humps *= ((tally / likely) @ table)[:, None, :]
        sizes = humps.sum(axis=2)
        centres = (humps @ z) / np.maximum(sizes, 1e-12)
        squares = (humps @ z**2 - sizes * centres**2).sum(axis=1) / whole
        width = np.sqrt(np.maximum(squares, least**2))
        first = np.clip(sizes[:, 0] / whole, LEAST, 1 - LEAST)
    return Humps(centres, width, first, cells, (tally * np.log(likely)).sum(axis=1))


def _table(successes: Ints, trials: Ints, scale: Scale) -> tuple[Floats, Floats, Ints]:
    """Likelihood of each distinct pair of counts at every cell against its highest, the log of that
    (without the binomial coefficient), and which pair is whose."""
    codes, where = np.unique(successes * (int(trials.max()) + 1) + trials, return_inverse=True)
    x, n = np.divmod(codes, int(trials.max()) + 1)
    p = scale.rates
    logs = x[:, None] * np.log(p) + (n - x)[:, None] * np.log(1 - p)
    peaks = logs.max(axis=1)
    return np.exp(logs - peaks[:, None]), peaks, where.ravel()


def _few(trials: Ints) -> Ints:
    """Every number of trials, or where they are many, the harmonic mean of those of about its
    size."""
    distinct = np.unique(trials)
    if len(distinct) <= SIZES:
        return trials
    order = np.argsort(trials, kind="stable")
    out = np.empty_like(trials)
    for part in np.array_split(order, SIZES):
        out[part] = max(1, round(len(part) / (1 / trials[part]).sum()))
    return out
