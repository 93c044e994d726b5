"""What pages get from the core; the only home of what is kept for many readers."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from analytics import evaluation as core
from analytics import sample
from analytics.catalogue import Catalogue
from analytics.desk import HISTORY, Desk
from analytics.errors import RenewalError, RequestRefused
from analytics.evaluation import Evaluation, Measured
from analytics.home import Home
from analytics.insight.clusters import by_agent
from analytics.insight.quadrant import place
from analytics.model import Filters, Period, WeightScheme
from analytics.reports.lists.ranking import ranking_table
from analytics.reports.tables import Table
from analytics.settings import environment
from pages.ui import session
from pages.ui.memory import Memory

if TYPE_CHECKING:
    from analytics.insight.case_mix import CaseMix
    from analytics.insight.effect import Proof
    from analytics.insight.robustness import RankRanges, Robustness
    from analytics.insight.trends import Incentives, Trends

Value = TypeVar("Value")

_opening = threading.Lock()
_open: dict[str, Home] = {}
_refused: dict[
    str, tuple[float, RenewalError]
] = {}  # by folder: when it could not be opened last, and why
AGAIN = 2.0  # seconds after which a home that could not be opened is tried again
SMALL = 2_000  # agents whose scores are kept: those of more take up more memory than they save time

_measured: Memory[Measured] = Memory(24)
_histories: Memory[pd.DataFrame] = Memory(400)
_cases: Memory[pd.DataFrame] = Memory(8)
_case_mix: Memory[CaseMix] = Memory(8)
_monthly: Memory[pd.DataFrame] = Memory(4)
_trends: Memory[Trends] = Memory(24)
_incentives: Memory[Incentives] = Memory(8)
_rank_ranges: Memory[RankRanges | None] = Memory(12)
_robustness: Memory[Robustness] = Memory(6)
_leaders: Memory[pd.DataFrame] = Memory(12)
_rankings: Memory[Table] = Memory(24)
_days: Memory[tuple[dt.date, ...]] = Memory(4)
_opening_period: Memory[Period] = Memory(4)
_channels: Memory[list[str]] = Memory(4)
_has_sample: Memory[bool] = Memory(4)
_drawn: Memory[Any] = Memory(400)
# What is measured is kept beside; of what hangs on the weights the points, weights and
# contributions are all but everything.
_scores: Memory[Evaluation] = Memory(64, weigh=lambda one: 3 * one.agents.values.points.nbytes)
_MEMORIES: tuple[Memory[Any], ...] = (
    _measured,
    _histories,
    _cases,
    _case_mix,
    _monthly,
    _trends,
    _incentives,
    _rank_ranges,
    _robustness,
    _leaders,
    _rankings,
    _days,
    _opening_period,
    _channels,
    _has_sample,
    _drawn,
    _scores,
)


def home() -> Home:
    """The one home of this process: a module's value, since a cache may be cleared by anybody."""
    folder = environment().home
    with _opening:
        known = _open.get(str(folder))
        if (
            known is not None and known.broken
        ):  # the next start sees to what went wrong, or says what has to be done
            del _open[str(folder)]
            known.close()
        if str(folder) not in _open:
            when, why = _refused.get(str(folder), (-AGAIN, None))
            if why is not None and time.monotonic() - when < AGAIN:
                raise why
            try:
                _open[str(folder)] = Home(folder)
            except RenewalError as error:
                _refused[str(folder)] = time.monotonic(), error
                raise
            _refused.pop(str(folder), None)
            for memory in _MEMORIES:  # a home that was opened anew may have come back from a backup
                memory.clear()
        return _open[str(folder)]


def opens() -> None:
    """Open the home, where that can be done; refused where not."""
    home()


def close() -> None:
    """Close the home (tests open several in one process)."""
    with _opening:
        for one in _open.values():
            one.close()
        _open.clear()
        _refused.clear()
        for memory in _MEMORIES:
            memory.clear()


def warm() -> None:
    """Open the home, and work out the figures that pages open with; import what they would wait
    for."""
    import scipy.special  # noqa: F401

    desk = Desk(home(), memory=_kept)
    if not desk.months().empty:
        desk.evaluation(Filters(default_period()))


def _kept(key: tuple[Hashable, ...], make: Callable[[], Any]) -> Any:
    """The desk's memory: whole periods are few and large, what is kept of single agents is
    neither."""
    return (_histories if key[0] == HISTORY else _measured)(key, make)


def data_version() -> int:
    """Which state of the data is shown; it stands in the names of exports."""
    return home().warehouse.data_version


def desk() -> Desk:
    """The reader's desk, with the memory of this process."""
    return Desk(home(), session.identity().who, _kept)


def scheme(period: Period | None = None) -> WeightScheme:
    """The weights that this page shows a period under: those in force, or the trial that its charts
    follow."""
    return session.followed_trial() or desk().scheme(period)


def evaluation(filters: Filters) -> Evaluation:
    """The period under the weights of this page; the part that no weight changes comes from the
    cache."""
    return scored(measured(filters), scheme(filters.period))


def scored(of: Measured, scheme: WeightScheme) -> Evaluation:
    """A period, as `measured` gives it, under some weights: a step asks twice for it, and other
    readers ask again."""
    if len(of.people) > SMALL:
        return core.evaluate(of, scheme)
    return _scores(
        (*_key(), of.catalogue.version, of.filters, scheme), lambda: core.evaluate(of, scheme)
    )


def measured(filters: Filters) -> Measured:
    """Values and points of a period as the reader may see it."""
    return desk().measured(filters)


def effective_weights(of: Evaluation) -> pd.DataFrame:
    from analytics.insight.robustness import effective_weights as found

    return found(of)


def catalogue(period: Period | None = None) -> Catalogue:
    """The indicators and standards in force in a period, or today."""
    return home().catalogue(period.last if period else None)


def compared(filters: Filters, with_: str) -> Evaluation | None:
    """The period before, or the same one last year, under the weights of this page; None where they
    cannot be compared."""
    return desk().compared(filters, scheme(filters.period), with_)


def months() -> pd.DataFrame:
    return core.known_months(home().warehouse)


def month_days() -> tuple[dt.date, ...]:
    """The first days of all months that have figures."""
    return _days(_key()[:2], lambda: tuple(stamp.date() for stamp in months()["month"]))


def default_period() -> Period:
    return _opening_period(_key()[:2], lambda: core.latest_closed(home().warehouse))


def channels() -> list[str]:
    found = _channels(
        _key()[:2], lambda: [str(one) for one in home().warehouse.ask("channels")["channel"]]
    )
    return list(found)


def agent_history(of: Evaluation, agent_id: str) -> pd.DataFrame:
    """An agent's last twelve months beside the team's."""
    return desk().history_of(of, agent_id)


def has_sample() -> bool:
    return _has_sample(_key()[:2], lambda: bool(sample.loads(home())))


def add_sample(progress: Callable[[float, str], object]) -> None:
    """Load the sample company, saying how far it is."""
    desk().require("data")
    sample.load(home(), progress, session.identity().who)


def remove_sample() -> None:
    desk().require("data")
    sample.remove(home(), session.identity().who)


# -- answers that take a while: kept by the data's version and the period, the same for every reader


def cases(period: Period, channel: str | None = None) -> pd.DataFrame:
    """The closed policies of a period (and channel), counted; whoever shows single agents cuts them
    to the reader's scope."""
    found = _cases((*_key(), period), lambda: desk().cases(period))
    return found if channel is None else found[found["channel"] == channel]


def case_mix(of: Measured) -> CaseMix:
    """The case-mix model of the period and channel of these figures."""
    from analytics.insight.case_mix import case_mix as fitted  # scikit-learn is a second's import

    period, channel = of.period, of.filters.channel
    return _case_mix(
        (*_key(), period, channel), lambda: fitted(cases(period, channel), by_agent(of))
    )


def surplus(of: Measured) -> dict[str, float]:
    """Renewals beyond those expected, per 100 policies, of every agent; empty where nothing could
    be expected."""
    try:
        found = case_mix(of).agents
    except RequestRefused:
        return {}
    return dict(zip(found["agent_id"], 100 * found["difference"] / found["n"], strict=True))


def monthly(period: Period) -> pd.DataFrame:
    """The sums of every agent and month; whoever shows single agents cuts them to the reader's
    scope."""
    return _monthly((*_key(), period), lambda: desk().monthly(period))


def trends(period: Period, indicator: str) -> Trends:
    """Whose value rises or falls over a run of months."""
    from analytics.insight.trends import trends as found

    known = catalogue(period)
    return _trends(
        (*_key(), known.version, period, indicator),
        lambda: found(monthly(period), known[indicator]),
    )


def incentives(period: Period, of: Evaluation) -> Incentives:
    """Who keeps improving on heavily weighted indicators over a run of months, under the weights of
    an evaluation."""
    from analytics.insight.trends import incentives as found

    return _incentives(
        (*_scored(of), period), lambda: found(monthly(period), of.catalogue, of.nominal)
    )


def earlier(period: Period) -> Period | None:
    """The period before, where it has figures."""
    return core.earlier_period(months(), period, "before")


def proof(after: Evaluation, since: dt.date | None = None) -> Proof:
    """What went with the talks held up to the end of a period; asked anew each time, since talks
    change."""
    return desk().proof(after, since)


def rank_ranges(of: Evaluation) -> RankRanges | None:
    """How far chance reaches on every rank; the same for every reader."""
    from analytics.insight.robustness import rank_ranges as found

    return _rank_ranges(_scored(of), lambda: found(of))


def leaders(of: Evaluation) -> pd.DataFrame:
    """Who leads under which permitted weights: of everybody, whatever the categories weigh just
    now."""
    from analytics.insight.robustness import category_scores
    from analytics.insight.robustness import leaders as found

    # The splits inside of categories that weigh something else are the same but for their last
    # digits.
    scores = np.round(category_scores(of), 9) + 0.0
    return _leaders((*_figures(of), scores.tobytes(), of.agents.rated.tobytes()), lambda: found(of))


def ranking(of: Evaluation, how_sure: bool) -> Table:
    """Everybody whom the reader is shown, as table and export, with how far chance reaches where
    that is wanted."""
    language = session.language()

    def made() -> Table:
        return ranking_table(
            of, place(of), language, (rank_ranges(of) or True) if how_sure else False
        )

    return _rankings((*_scored(of), of.shown.tobytes(), language, how_sure), made)


def robustness(of: Evaluation) -> Robustness:
    """Whether the ranking would stand."""
    from analytics.insight.robustness import robustness as found

    return _robustness(_scored(of), lambda: found(of))


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
    key = what, *_scored(of), *named, *whom, session.how_sure(), *facts
    found: Value = _drawn(key, make)
    return found


def _figures(of: Evaluation) -> tuple[object, ...]:
    """What the values and points of an evaluation hang on: not whom the reader may see."""
    filters = of.measured.filters
    return (*_key(), of.catalogue.version, filters.period, filters.channel, filters.cut)


def _scored(of: Evaluation) -> tuple[object, ...]:
    """What its scores and ranks hang on as well: the weights."""
    return (*_figures(of), of.nominal.tobytes())


def _key() -> tuple[object, ...]:
    one = home()
    return str(one.folder), one.warehouse.data_version, one.settings
