"""The only reader and writer of session state and query parameters."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.catalogue import Catalogue, built_in_catalogue
from analytics.desk import Identity
from analytics.evaluation.weights import spelt as spelt_weights
from analytics.model import Filters, Period, WeightScheme

FILTER_KEYS = ("period", "team", "branch", "channel", "least")
# What the controls of a page stand on.
OWN_KEYS: Mapping[str, Sequence[str]] = {
    "quadrant_page": (
        "axis_x",
        "axis_y",
        "cut_kind",
        "cut_x",
        "cut_y",
        "colour",
        "drag",
        "sized",
    ),
    "ranking": ("scheme_from", "scheme_to"),
    "compare": ("with", "compare_indicator", "compare_look"),
    "coaching": (
        "coaching_part",
        "coaching_quadrants",
        "only_listed",
        "coaching_rest",
        "with_closed",
        "proof_since",
    ),
    "objections": ("objection_part",),
    "person": ("history_indicator",),
}
OWN = tuple(key for keys in OWN_KEYS.values() for key in keys)
# What the address says of a view, and is read from it.
ADDRESS = (*FILTER_KEYS, "weights", *OWN)
# Seconds in which a browser may still say what the page said before: later the reader went back.
LAG = 3.0


def language() -> str:
    """zh or en: as chosen, else as the browser prefers; asked for every sentence, so it is kept
    with the run."""
    run = get_script_run_ctx(suppress_warning=True)
    kept: str | None = getattr(run, "reader_language", None)
    return kept or settle_language()


def settle_language() -> str:
    """Read the language anew, which only a run of the whole page can have changed."""
    chosen = st.session_state.get("lang")
    language = str(chosen) if chosen in ("zh", "en") else browser_language()
    if (run := get_script_run_ctx(suppress_warning=True)) is not None:
        run.__dict__["reader_language"] = language
    return language


def browser_language() -> str:
    locale = st.context.locale or ""
    return "en" if locale and not locale.lower().startswith("zh") else "zh"


def get(key: str, default: Any = None) -> Any:
    return st.session_state.get(key, default)


def put(key: str, value: Any) -> None:
    st.session_state[key] = value


def default(key: str, value: Any) -> None:
    """Give a widget its first value, unless it has one."""
    st.session_state.setdefault(key, value)


def forget(*keys: str) -> None:
    for key in keys:
        st.session_state.pop(key, None)


def keep_valid(key: str, options: list[Any]) -> None:
    """Drop a remembered choice that is no longer among the options."""
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]


def remembered(key: str) -> Any:
    """A filter's value as it survives from page to page, whether or not this page shows its
    control."""
    return st.session_state.get(f"kept.{key}")


def remember(key: str, value: Any) -> None:
    st.session_state[f"kept.{key}"] = value


def chosen_agent() -> str | None:
    """The person whom the reader chose last, on whichever page; whoever shows somebody asks first
    whether the reader may see them."""
    chosen = remembered("agent")
    return str(chosen) if chosen else None


def choose_agent(agent_id: str | None) -> None:
    """Have every page show this person, or nobody in particular."""
    remember("agent", agent_id)


def filters(period: Period, *, theirs: bool = False) -> Filters:
    """What the filter bar says, inside the reader's scope (`theirs`: of today)."""
    return Filters(
        period,
        remembered("team"),
        remembered("branch"),
        remembered("channel"),
        int(remembered("least") or 0),
        identity().scope,
        theirs,
    )


def read_address(page: str = "") -> None:
    """Take what the address of a page asks for and this session did not write there itself: a link,
    a reload and the way back show the view that they stand for."""
    told = {key: st.query_params.get(key) for key in ADDRESS}
    asked = {key: said or "" for key, said in told.items() if _asks(key, said)}
    here, st.session_state["address.page"] = st.session_state.get("address.page"), page
    # An address that says nothing is a link to the page, and no way back.
    if here != page or not any(told.values()):
        asked = {key: said for key, said in asked.items() if said}
    for key, said in asked.items():
        remember(key, said or None)
    st.session_state["address.asked"] = asked


def _asks(key: str, told: str | None) -> bool:
    """Whether the address says something else than the page did last, and not what a browser says
    that has not heard of that yet. A page's own control that is no longer named was taken back."""
    written = st.session_state.get("address.written", {})
    if told == written.get(key) or (told is None and key not in OWN):
        return False
    until = st.session_state.get("address.before", {}).get((key, told))
    return until is None or time.monotonic() - until >= LAG


def asked_in_address(key: str) -> str | None:
    """What the address of this run asked for under a name, as hostile as anything typed."""
    told: str | None = st.session_state.get("address.asked", {}).get(key)
    return told


def newly_asked(key: str) -> str | None:
    """The same, to the first who wants to know."""
    told: str | None = st.session_state.get("address.asked", {}).pop(key, None)
    return told


def hold_address() -> None:
    """Until the page has come to its end, only note what the address is to say: every message is a
    step on the way back."""
    st.session_state["address.held"], st.session_state["address.due"] = True, False


def release_address() -> None:
    """Say all of it at once, if there was anything to say."""
    st.session_state["address.held"] = False
    if st.session_state.get("address.due"):
        address()


def _held() -> bool:
    """Whether the page will say it; of a fragment that runs alone it hears nothing."""
    run = get_script_run_ctx(suppress_warning=True)
    alone = bool(getattr(run, "fragment_ids_this_run", None))
    return bool(st.session_state.get("address.held")) and not alone


def write_address(*, now: bool = False) -> None:
    """Have the address say what is chosen, so that it can be sent, reloaded and gone back to.
    `now`: before what takes long."""
    if now or not _held():
        address()
    else:
        st.session_state["address.due"] = True


def address(**values: str | None) -> None:
    """The same at once, with other words that the page is known by; None takes one out."""
    named = (*FILTER_KEYS, "weights", *OWN_KEYS.get(st.session_state.get("page.name", ""), ()))
    chosen = {key: remembered(key) for key in named}
    wanted = {key: spelt(value) for key, value in chosen.items() if value not in (None, "", [], ())}
    written, moment = st.session_state.get("address.written", {}), time.monotonic()
    before = {
        said: until
        for said, until in st.session_state.get("address.before", {}).items()
        if moment - until < LAG
    }
    changed = [key for key in ADDRESS if written.get(key) != wanted.get(key)]
    before |= {(key, written.get(key)): moment for key in changed}
    st.session_state["address.written"], st.session_state["address.before"] = wanted, before
    gone = [key for key in ADDRESS if key not in wanted]
    gone += [key for key, word in values.items() if word is None]
    for key in gone:
        if key in st.query_params:
            del st.query_params[key]
    told = {**wanted, **{key: word for key, word in values.items() if word is not None}}
    new = {key: word for key, word in told.items() if st.query_params.get(key) != word}
    if new:
        st.query_params.update(new)


def spelt(value: Any) -> str:
    """A choice as the address says it."""
    match value:
        case bool():
            return str(int(value))
        case float():
            return f"{value:g}"
        case list() | tuple():
            return ",".join(map(spelt, value))
        case dt.date():
            return f"{value:%Y-%m}"
        case _:
            return str(value)


def how_sure() -> bool:
    """Whether the reader wants to see how far chance reaches; yes, until they say otherwise."""
    return bool(st.session_state.get("kept.how_sure", True))


def identity() -> Identity:
    """Who reads; set by the gate at the beginning of every run."""
    who: Identity = st.session_state["identity"]
    return who


def catalogue() -> Catalogue:
    """The indicators in force today, read once a run by the gate; outside a run the built-in ones.
    Asked for every label, so it is kept with the run."""
    run = get_script_run_ctx(suppress_warning=True)
    kept: Catalogue | None = getattr(run, "reader_catalogue", None)
    if kept is not None:
        return kept
    settled: Catalogue = st.session_state.get("catalogue") or built_in_catalogue()
    if run is not None:
        run.__dict__["reader_catalogue"] = settled
    return settled


def use_catalogue(catalogue: Catalogue) -> None:
    st.session_state["catalogue"] = catalogue
    if (run := get_script_run_ctx(suppress_warning=True)) is not None:
        run.__dict__["reader_catalogue"] = catalogue


def use_identity(identity: Identity) -> None:
    """Keep the reader of this run; whatever a session kept of another reader, role or scope goes,
    but why the same person was refused."""
    before = st.session_state.get("identity")
    if before is not None and before != identity:
        told = {
            key: st.session_state[key] for key in st.session_state if str(key).endswith("refused")
        }
        leave()
        st.session_state.update(told if before.who == identity.who else {})
    st.session_state["identity"] = identity


def leave() -> None:
    """Forget everything that a reader left in this session, except the language."""
    for key in list(st.session_state):
        if key != "lang":
            del st.session_state[key]


def refuse(sentence: str) -> None:
    """Have the page say at its top why something was not done."""
    letters().append(sentence)


def letters() -> list[str]:
    """What the next page says at its top; downloads write into it, which run beside every page and
    reach nothing else."""
    refused: list[str] = st.session_state.setdefault("refused", [])
    return refused


def trial() -> WeightScheme | None:
    """The weights this session tries out, if any; agents see the scheme in force and no other."""
    scheme: WeightScheme | None = st.session_state.get("trial")
    return None if identity().role == "agent" else scheme


def try_scheme(chosen: WeightScheme | None) -> None:
    """Try weights out in this session alone, or (None) go back to the scheme in force; the address
    says them."""
    remember("weights", None if chosen is None else spelt_weights(chosen))
    if chosen is None:
        st.session_state.pop("trial", None)
    else:
        st.session_state["trial"] = replace(chosen, trial=True)


def use_page(name: str, *, official: bool) -> None:
    """What the page of this run is: one that always shows what is in force, or one whose charts
    follow a trial."""
    st.session_state["page.official"] = official
    if st.session_state.get("page.name") != name:
        st.session_state["page.name"] = name
        st.session_state["page.visit"] = visit() + 1


def visit() -> int:
    """Grows whenever the reader comes from another page: what the browser showed of this one before
    is gone then."""
    return int(st.session_state.get("page.visit", 0))


def followed_trial() -> WeightScheme | None:
    """The trial that this page follows."""
    return None if st.session_state.get("page.official", True) else trial()


def parameter(name: str) -> str | None:
    """A query parameter, as hostile as anything a user can type."""
    return st.query_params.get(name)


def asked_first(key: str, asked: str) -> bool:
    """Whether the address asks for something else than this page said last, and not what a browser
    says that has not heard of that yet."""
    last, before = _said(key)
    if asked == last or time.monotonic() - before.get(asked, -LAG) < LAG:
        return False
    say_in_address(key, asked)
    return True


def say_in_address(key: str, shown: str) -> None:
    """Note what the page shows, which the address says from now on."""
    last, before = _said(key)
    if last not in (None, shown):
        before = {**before, last: time.monotonic()}
    st.session_state[f"{key}.said"] = visit(), shown, before


def _said(key: str) -> tuple[str | None, dict[str, float]]:
    """What the page said last of something since the reader came to it, and until when what before
    that."""
    then, last, before = st.session_state.get(f"{key}.said") or (-1, None, {})
    return (last, before) if then == visit() else (None, {})
