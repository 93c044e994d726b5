"""Widgets to values: the filter bar, the period, the cut lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from analytics.charts.theme import ticks
from analytics.errors import RenewalError
from analytics.evaluation import Evaluation
from analytics.evaluation.spans import Span, run_of, span_id, spans
from analytics.insight.planning import planned
from analytics.model import Filters, Period, parse_month
from analytics.reports import words
from analytics.text import short
from pages.ui import load, session
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.i18n import plain, t

FOLDED = ("team", "branch", "channel")  # filters that a phone names in the line that folds them
MOST_LEAST = 100_000  # policies that may be asked for at least


# On a phone the filters are folded into a line that says what they stand on.
_fold = st.components.v2.component(
    "fold",
    html='<button type="button" class="filters-fold" aria-expanded="false"></button>',
    js=Path(__file__).with_name("fold.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def period_options() -> dict[str, Span]:
    """Id → what can be chosen, in its order; for agents what was published."""
    desk = load.desk()
    if session.identity().role == "agent":
        published = [Span(span_id(p), "run", p) for p in reversed(desk.published_periods())]
        return {span.id: span for span in published}
    months = desk.month_days()
    if not months:
        return {}
    out = {span.id: span for span in spans(months, desk.latest_closed().last)}
    typed = session.remembered("period")
    if typed and typed not in out:
        try:
            run = run_of(months, typed)
        except RenewalError:
            run = None
        if run is not None:
            out[typed] = run
    return out


def remembered_period() -> Period:
    """The period that was chosen last, else the one that pages open with."""
    chosen = period_options().get(session.remembered("period") or "")
    return load.desk().latest_closed() if chosen is None else chosen.period


def filter_bar(*, least: bool = False, theirs: bool = False) -> Filters:
    """Period, team, branch, channel on one line; what is chosen stays from page to page. `theirs`:
    of the agents who are the reader's today, as sheets, talks and objections are; else of those
    whose figures of the period are."""
    periods = period_options()
    if not periods:
        st.info(t("month.nothing_published"))
        st.stop()
    default = load.desk().latest_closed()
    default_id = f"{default.first:%Y-%m}"
    folded = st.container(key="filters_folded")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filter_bar"):
        chosen = _select("period", list(periods), default_id, _labels(periods).__getitem__)
        base = load.desk().measured(Filters(periods[chosen].period, theirs=theirs))
        seen = base.people[base.in_scope]
        alone = session.identity().agent_id is not None
        teams = [] if alone else sorted({team for team in seen["team"] if team})
        branches = [] if alone else sorted({branch for branch in seen["branch"] if branch})
        channels = [] if alone else load.desk().channels()
        for key, names in (("team", teams), ("branch", branches), ("channel", channels)):
            if names:
                every = {
                    "team": "filter.all_teams",
                    "branch": "filter.all_branches",
                    "channel": "filter.all_channels",
                }
                labels = dict(
                    zip(["", *names], [plain(every[key]), *ticks(map(short, names))], strict=True)
                )
                _select(key, list(labels), "", labels.__getitem__)
        if least:
            if session.asked_in_address("least") is not None:
                session.put("least", least_asked())
            value = st.number_input(
                t("filter.least"),
                0,
                MOST_LEAST,
                least_asked(),
                key="least",
                width=104,
            )
            session.remember("least", value or None)
        else:
            session.remember("least", None)
        st.button(t("filter.reset"), key="reset", on_click=action(_reset))
        _custom(periods)
    with folded:
        _fold(key="filters_fold", data={"said": _said(_label(periods[chosen]))})
    session.write_address()
    return session.filters(periods[chosen].period, theirs=theirs)


def _said(period: str) -> str:
    """What the filters stand on, in one line."""
    named = [short(str(name)) for key in FOLDED if (name := session.remembered(key))]
    least = int(session.remembered("least") or 0)
    return " · ".join([period, *named, *([f"≥ {least}"] if least else [])])


def least_asked() -> int:
    """How many policies an agent must have at least to be shown; addresses ask for anything."""
    kept = str(session.remembered("least") or 0)
    return min(int(kept), MOST_LEAST) if kept.isdecimal() else 0


def period_choice() -> Period:
    """The period alone, for pages that need nothing else."""
    periods = period_options()
    default = f"{load.desk().latest_closed().first:%Y-%m}"
    chosen = _select("period", list(periods), default, _labels(periods).__getitem__)
    session.write_address()
    return periods[chosen].period


def _select(key: str, options: list[Any], default: Any, label: Any) -> Any:
    kept = session.remembered(key)
    if kept and kept == session.asked_in_address(key) and kept not in options:
        unknown(t(f"filter.{key}"), kept)
    wanted = next((option for option in (kept, default) if option in options), options[0])
    if session.get(key) != wanted:
        session.put(key, wanted)
    chosen = box(
        t(f"filter.{key}"),
        options,
        key=key,
        format_func=label,
        width=178 if key == "period" else 120,
        on_change=action(_remember),
        args=(key,),
    )
    session.remember(key, chosen or None)
    return chosen


def keep(label: str, key: str, options: Sequence[Any], usual: Any, widget: str = "") -> None:
    """Give a control of a page what the address asks for, else what was chosen in it on an earlier
    visit, where that is still there, else what is usual; words that mean nothing are refused."""
    widget = widget or key
    session.keep_valid(widget, list(options))
    asked, named = session.newly_asked(key), {session.spelt(option): option for option in options}
    if asked is not None:
        session.forget(widget)
    if asked and asked not in named:
        unknown(label, asked)
        session.remember(key, None)
    session.default(widget, named.get(session.spelt(session.remembered(key)), usual))


def keep_several(
    label: str, key: str, options: Sequence[str], usual: Sequence[str], widget: str = ""
) -> None:
    """The same for a control that several are chosen in."""
    asked, kept = session.newly_asked(key), session.remembered(key) or []
    names = kept.split(",") if isinstance(kept, str) else list(kept)
    there = set(options)
    if asked is not None:
        session.forget(widget or key)
    if asked and (strange := [name for name in names if name not in there]):
        unknown(label, ",".join(strange))
    taken = [name for name in dict.fromkeys(names) if name in there]
    session.default(widget or key, taken or list(usual))


def unknown(label: str, asked: str) -> None:
    """Say that the address asks for something that is not here."""
    st.warning(t("filter.address_unknown", filter=label, asked=short(asked)))


def kept(key: str, chosen: Any, usual: Any) -> None:
    """Keep what was chosen for the next visit; what is usual needs no keeping, and no address."""
    session.remember(key, None if chosen == usual else chosen)


def _remember(key: str) -> None:
    session.remember(key, session.get(key) or None)


def _custom(periods: dict[str, Span]) -> None:
    """From–to, for whoever wants another run of months."""
    months = [name for name, span in periods.items() if span.kind == "month"]
    if len(months) < 2:
        return
    with st.popover(t("filter.custom")):
        first = box(t("filter.from"), months[::-1], key="from_month")
        last = box(t("filter.to"), months, key="to_month")
        st.button(
            t("filter.apply"),
            key="apply_period",
            on_click=action(_apply),
            args=(first, last),
            disabled=first > last,
        )


def _apply(first: str, last: str) -> None:
    session.remember("period", span_id(Period(parse_month(first), parse_month(last))))


def _reset() -> None:
    for key in session.FILTER_KEYS:
        session.remember(key, None)
    session.put("least", 0)


def _labels(periods: dict[str, Span]) -> dict[str, str]:
    """What the options of the period are called."""
    return {name: _label(span) for name, span in periods.items()}


def _label(span: Span) -> str:
    said = period_text(span.period).replace("~", "…")
    if span.kind in ("quarter", "half", "year") and load.desk().settings.month_begins == 1:
        said = span.id
    match span.kind:
        case "last":
            return plain("filter.last", months=span.period.length, period=said)
        case "to_date":
            return plain("filter.to_date", period=said)
        case "all":
            return plain("filter.everything", period=said)
        case _:
            return said


def period_text(period: Period) -> str:
    """A period as pages and files say it: with its days, where the company's months do not begin on
    the first."""
    return words.period_text(period, load.desk().settings.month_begins, session.language())


def show_period(months: tuple[str, ...]) -> None:
    """Make these months the period of every page."""
    if months:
        session.remember("period", span_id(Period(parse_month(months[0]), parse_month(months[-1]))))


def plan_talk(
    now: Evaluation, agent_id: str, reason: str, indicators: tuple[str, ...], key: str
) -> None:
    """A button that puts an agent on the coaching list, with what led to it; says so where a talk
    is open already."""
    desk = load.desk()
    if not desk.may("coach", agent_id):
        return
    if any(talk.is_open for talk in desk.talks(agent_id)):
        st.caption(t("talk.open_already"))
        return
    talk = planned(agent_id, indicators, now.measured.period, reason)
    st.button(
        t("talk.plan"),
        key=key,
        icon=":material/add_task:",
        on_click=action(desk.save_talk),
        args=(talk,),
    )
