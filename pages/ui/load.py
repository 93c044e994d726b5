"""Streamlit's memory for the desk, and the one home of this process; nothing else is kept for many
readers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import pandas as pd

from analytics.desk import Desk, Home, Question, opened
from analytics.errors import RenewalError
from analytics.evaluation import Evaluation
from analytics.insight.briefing import Briefing
from analytics.model import Filters, Period, WeightScheme
from analytics.settings import environment
from pages.ui import session
from pages.ui.memory import Memory

Value = TypeVar("Value")

_opening = threading.Lock()
_open: dict[str, Home] = {}
_refused: dict[
    str, tuple[float, RenewalError]
] = {}  # by folder: when it could not be opened last, and why
AGAIN = 2.0  # seconds after which a home that could not be opened is tried again


def _scores_weigh(evaluation: Evaluation) -> int:
    """What is measured is kept beside; of what hangs on the weights the points, weights and
    contributions are all but everything."""
    return 3 * evaluation.agents.values.points.nbytes


# Whole periods are few and large, what is kept of single agents is neither.
_small_frames: Memory[pd.DataFrame] = Memory(400)
MEMORIES: dict[Question, Memory[Any]] = {
    "measured": Memory(24),
    "scored": Memory(64, weigh=_scores_weigh),
    "history": _small_frames,
    "coaching": _small_frames,
    "cases": Memory(8),
    "case_mix": Memory(8),
    "monthly": Memory(4),
    "trends": Memory(24),
    "incentives": Memory(8),
    "rank_ranges": Memory(12),
    "robustness": Memory(6),
    "leaders": Memory(12),
    "ranking": Memory(24),
    "briefing": Memory(12),
    "month_days": Memory(4),
    "latest_closed": Memory(4),
    "channels": Memory(4),
    "has_sample": Memory(4),
}
_drawn: Memory[Any] = Memory(400)


def remember(question: Question, key: tuple[Hashable, ...], make: Callable[[], Any]) -> Any:
    """The memory of this process, as desks ask it."""
    return MEMORIES[question](key, make)


def forget() -> None:
    """Keep nothing of what was kept."""
    for memory in (*MEMORIES.values(), _drawn):
        memory.clear()


def home() -> Home:
    """The one home of this process: a module's value, since a cache may be cleared by anybody."""
    folder = environment().home
    with _opening:
        kept = _open.get(str(folder))
        if kept is not None and kept.broken:
            # The next start sees to what went wrong, or says what has to be done.
            del _open[str(folder)]
            kept.close()
        if str(folder) not in _open:
            when, why = _refused.get(str(folder), (-AGAIN, None))
            if why is not None and time.monotonic() - when < AGAIN:
                raise why
            try:
                _open[str(folder)] = opened(folder)
            except RenewalError as error:
                _refused[str(folder)] = time.monotonic(), error
                raise
            _refused.pop(str(folder), None)
            forget()  # a home that was opened anew may have come back from a backup
        return _open[str(folder)]


def opens() -> None:
    """Open the home, where that can be done; refused where not."""
    home()


def close() -> None:
    """Close the home (tests open several in one process)."""
    with _opening:
        for kept in _open.values():
            kept.close()
        _open.clear()
        _refused.clear()
        forget()


def warm() -> None:
    """Open the home, and work out the figures that pages open with; import what they would wait
    for."""
    import scipy.special  # noqa: F401 - to have it there before anybody asks

    desk = Desk(home(), memory=remember)
    if not desk.months().empty:
        desk.briefing(Filters(desk.latest_closed()))


def desk() -> Desk:
    """The reader's desk, with the memory of this process."""
    return Desk(home(), session.identity().who, remember)


def scheme(period: Period | None = None) -> WeightScheme:
    """The weights that this page shows a period under: those in force, or the trial that its charts
    follow."""
    return session.followed_trial() or desk().scheme(period)


def evaluation(filters: Filters) -> Evaluation:
    """The period under the weights of this page; the part that no weight changes comes from the
    memory."""
    here = desk()
    return here.scored(here.measured(filters), scheme(filters.period))


def compared(filters: Filters, with_: str) -> Evaluation | None:
    """The period before, or the same one last year, under the weights of this page; None where they
    cannot be compared."""
    return desk().compared(filters, scheme(filters.period), with_)


def briefing(filters: Filters, with_: str) -> Briefing:
    """The period in short, under the weights of this page, beside the period before or the same one
    last year."""
    return desk().briefing(filters, scheme(filters.period), with_)


def drawn(what: str, of: Evaluation, make: Callable[[], Value], *facts: Hashable) -> Value:
    """What pages draw of an evaluation (pictures, tables), kept under all that it may depend on:
    figures, weights, whom the reader is shown and by which filters, language and labels; `facts`
    name the rest. Nobody changes what they are given."""
    scheme = of.scheme
    named = (
        scheme.name,
        scheme.version,
        scheme.trial,
        session.language(),
        session.catalogue().version,
    )
    whom = of.measured.filters, of.in_scope.tobytes(), of.shown.tobytes()
    key = what, *desk().scored_by(of), *named, *whom, session.how_sure(), *facts
    value: Value = _drawn(key, make)
    return value
