"""What pages get from the core; the only home of Streamlit's caches."""

from __future__ import annotations

import gc
import threading
from dataclasses import replace

import pandas as pd
import streamlit as st

from analytics import evaluation as core
from analytics import sample
from analytics.catalogue import preset_schemes
from analytics.evaluation import Evaluation, Measured
from analytics.home import Home, default_home
from analytics.insight.agent import history
from analytics.model import Filters, Period, Settings, WeightScheme, add_months

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


def evaluation(filters: Filters, scheme: WeightScheme) -> Evaluation:
    """The period under a scheme; the part that no weight changes comes from the cache."""
    return core.evaluate(measured(filters), scheme)


def measured(filters: Filters) -> Measured:
    """Values and points of a period. Only the period and the channel change them, so only these key the cache."""
    one = home()
    key = replace(filters, team=None, branch=None, least_policies=0)
    found = _measured(str(one.folder), one.warehouse.data_version, one.settings, key)
    return found if key == filters else replace(found, filters=filters)


@st.cache_resource(max_entries=24, show_spinner=False)
def _measured(folder: str, version: int, settings: Settings, filters: Filters) -> Measured:
    return core.measure(home().warehouse, settings, filters)


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
    last = of.measured.period.last
    team = of.people["team"].iat[of.row(agent_id)]
    period = Period(add_months(last, -11), last)
    return history(of.catalogue, *core.months_of(home().warehouse, agent_id, team, period))


def schemes() -> dict[str, WeightScheme]:
    """Presets and saved schemes, by name."""
    return {**preset_schemes(), **{scheme.name: scheme for scheme in home().state.schemes()}}


def has_sample() -> bool:
    return bool(sample.loads(home()))
