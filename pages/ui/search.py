"""The search of the bar: a person by name, id, reading or initials, from whichever page."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import streamlit as st

from analytics.model import Filters
from pages.ui import controls, load, session
from pages.ui.i18n import t
from pages.ui.person import Listed, link

_ready = st.components.v2.component(
    "search",
    html="<span hidden></span>",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)

LISTED = 8  # people that the box lists; of more, the word says too little


def search(page: str) -> None:
    """The box, folded away; it folds again whenever another page or another person is come to."""
    desk = load.desk()
    if not desk.may("see_others") or desk.months().empty:
        return
    # An address may ask for anybody, as hostile as anything typed.
    person = sha256((session.parameter("agent") or "").encode()).hexdigest()[:12]
    key = f"search.{page}.{person}"
    with st.popover(t("person.find"), icon=":material/search:", key=key):
        look(key)


@st.fragment
def look(key: str) -> None:
    """Whom the word means, while it is typed."""
    said = st.text_input(
        t("compare.search"), key=f"{key}.word", live=True, icon=":material/search:", width=280
    )
    _ready(key="search_ready")
    if not (word := str(said or "").strip()):
        return
    measured = load.desk().measured(Filters(controls.remembered_period(), theirs=True))
    listed = Listed.among(measured)
    means = listed.matching(word)
    for agent_id in means[:LISTED]:
        link(agent_id, listed.told(agent_id), width="stretch")
    if not means:
        st.caption(t("person.found_nobody"))
    elif len(means) > LISTED:
        st.caption(t("person.found_more", count=len(means) - LISTED))
