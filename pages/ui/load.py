"""What pages get from the core; the only home of Streamlit's caches."""

from __future__ import annotations

import gc
import threading
from dataclasses import replace

import pandas as pd
import streamlit as st

from analytics import evaluation as core
from analytics import sample
from analytics.catalogue import Catalogue, preset_schemes
from analytics.desk import Desk
from analytics.evaluation import Evaluation, Measured
from analytics.home import Home, default_home
from analytics.insight.quadrant import place
from analytics.insight.sheet import Around
from analytics.model import Filters, Period, Settings, WeightScheme
from pages.ui import session

_opening = threading.Lock()
_open: dict[str, Home] = {}


def home() -> Home:
    """The one home of this process: a module's value, since a cache may be cleared by anybody."""
    folder = default_home()
    with _opening:
        if str(folder) not in _open:
            _open[str(folder)] = Home(folder)
            # Everything imported by now stays: sparing the collector those objects makes every rerun several times faster.
            gc.collect()
            gc.freeze()
        return _open[str(folder)]


def close() -> None:
    """Close the home (tests open several in one process)."""
    with _opening:
        for one in _open.values():
            one.close()
        _open.clear()
        _measured.clear()


def desk() -> Desk:
    """The reader's desk: whatever is personal is asked for there."""
    return Desk(home(), session.identity())


def evaluation(filters: Filters, scheme: WeightScheme) -> Evaluation:
    """The period under a scheme; the part that no weight changes comes from the cache."""
    return core.evaluate(measured(filters), scheme)


def measured(filters: Filters) -> Measured:
    """Values and points of a period as the reader may see it.

    Only the period and the channel change the numbers, so only these key the cache: it is the same for every reader, and
    whom they may see is laid over it here, at each call.
    """
    one = home()
    wanted = desk().scoped(filters)
    key = Filters(filters.period, channel=filters.channel)
    known = one.catalogue(filters.period.last)
    found = _measured(str(one.folder), one.warehouse.data_version, one.settings, known.version, key)
    return found if key == wanted else replace(found, filters=wanted)


@st.cache_resource(max_entries=24, show_spinner=False)
def _measured(folder: str, version: int, settings: Settings, standard: int, filters: Filters) -> Measured:
    return home().measure(filters)


def catalogue(period: Period | None = None) -> Catalogue:
    """The indicators and standards in force in a period, or today."""
    return home().catalogue(period.last if period else None)


def around(of: Evaluation) -> Around:
    """What the sheets of one period share; the period before comes from the cache."""
    before = compared(Filters(of.measured.period), of.scheme, "before")
    return Around(of, place(of), before)


def compared(filters: Filters, scheme: WeightScheme, with_: str) -> Evaluation | None:
    """The period before, or the same one last year; None where it has no figures."""
    earlier = core.earlier_period(months(), filters.period, with_)
    return None if earlier is None else evaluation(replace(filters, period=earlier), scheme)


def months() -> pd.DataFrame:
    return core.known_months(home().warehouse)


def default_period() -> Period:
    return core.latest_closed(home().warehouse)


def channels() -> list[str]:
    return [str(channel) for channel in home().warehouse.ask("channels")["channel"]]


def agent_history(of: Evaluation, agent_id: str) -> pd.DataFrame:
    """An agent's last twelve months beside the team's."""
    return desk().history_of(of, agent_id)


def schemes() -> dict[str, WeightScheme]:
    """Presets and saved schemes, by name."""
    return {**preset_schemes(), **{scheme.name: scheme for scheme in home().state.schemes()}}


def has_sample() -> bool:
    return bool(sample.loads(home()))
