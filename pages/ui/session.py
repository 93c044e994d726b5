"""The only reader and writer of session state and query parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.catalogue import Catalogue, built_in_catalogue
from analytics.desk import Identity
from analytics.evaluation.weights import spelt
from analytics.model import Filters, Period, WeightScheme

FILTER_KEYS = ("period", "team", "branch", "channel", "least")
# What the quadrant shows, and how; what the address says of a view, and is read from it.
PICTURE_KEYS = ("axis_x", "axis_y", "cut_kind", "colour", "drag")
ADDRESS = (*FILTER_KEYS, *PICTURE_KEYS, "weights")


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


def read_address() -> None:
    """Take what the address asks for and this session did not write there itself: a link, a reload
    and the way back show the view that they stand for."""
    written = st.session_state.get("address.written", {})
    stated = {key: st.query_params[key] for key in ADDRESS if key in st.query_params}
    asked = {key: told for key, told in stated.items() if told != written.get(key)}
    for key, told in asked.items():
        remember(key, told)
    st.session_state["address.asked"] = asked


def asked_in_address(key: str) -> str | None:
    """What the address of this run asked for under a name, as hostile as anything typed."""
    told: str | None = st.session_state.get("address.asked", {}).get(key)
    return told


def newly_asked(key: str) -> str | None:
    """The same, to the first who wants to know."""
    told: str | None = st.session_state.get("address.asked", {}).pop(key, None)
    return told


def write_address() -> None:
    """Have the address say what is chosen, so that it can be sent, reloaded and gone back to."""
    wanted = {key: str(value) for key in ADDRESS if (value := remembered(key))}
    st.session_state["address.written"] = wanted
    for key in ADDRESS:
        if key in wanted and st.query_params.get(key) != wanted[key]:
            st.query_params[key] = wanted[key]
        elif key not in wanted and key in st.query_params:
            del st.query_params[key]


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
    remember("weights", None if chosen is None else spelt(chosen))
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
    """Whether the address asks for something that it has not said since the reader came to this
    page: what it said before may be the browser's, which has not heard yet what came after."""
    said: tuple[int, frozenset[str]] = st.session_state.get(f"{key}.said") or (-1, frozenset())
    before = said[1] if said[0] == visit() else frozenset()
    st.session_state[f"{key}.said"] = visit(), before | {asked}
    return asked not in before


def address(**values: str | None) -> None:
    """Have the address say what the page shows, so that a link or a reload shows it again; None
    takes a word out."""
    for name, value in values.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value
