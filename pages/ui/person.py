"""One person, whoever leads there: links to their page, and the box that finds them by name, id or
reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
import streamlit as st

from analytics.evaluation import Evaluation, Measured
from analytics.evaluation.spans import span_id
from analytics.model import Period
from analytics.reports.tables import Table
from analytics.spoken import spoken
from analytics.text import short
from pages.ui import panel, session
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.i18n import md, t

PAGE = "pages/people/person.py"
MOST = 2_000  # options that a browser lists without waiting


def link(
    agent_id: str, label: str, tab: str | None = None, *, span: Period | None = None, **look: Any
) -> None:
    """A link to a person's page, at one of its tabs; over the months that what is said beside the
    link is about, where they are not those of the page."""
    asked = _asked(agent_id, tab) | ({"period": span_id(span)} if span else {})
    st.page_link(PAGE, label=md(label), query_params=asked, **look)


def open_person(agent_id: str | None, tab: str | None = None) -> NoReturn:
    """Leave for a person's page, or (None) for that of whoever is chosen. Not from a callback: what
    a click does comes before the page, and a page is left from its own run."""
    st.switch_page(PAGE, query_params=_asked(agent_id, tab))


def rows(key: str, table: Table | panel.Rows, **options: Any) -> None:
    """A table whose rows lead to the people they are about."""
    follow(panel.one_of(key, table, **options))


def follow(clicked: str | None) -> None:
    """Open the page of whoever was clicked on, if anybody was."""
    if clicked is not None:
        session.choose_agent(clicked)
        open_person(clicked)


def _asked(agent_id: str | None, tab: str | None) -> dict[str, str]:
    """The whole address of the page as it will say it itself: what it added later would be one
    more step on the way back."""
    named = {"agent": agent_id, "tab": tab or session.remembered("person_tab")}
    filters = {name: session.remembered(name) for name in session.FILTER_KEYS}
    return {name: session.spelt(value) for name, value in {**named, **filters}.items() if value}


@dataclass(frozen=True)
class Listed:
    """Whom a page can show: ids in the order of the ranking, names and teams of all in scope."""

    ids: Sequence[str]
    names: Mapping[str, str]
    teams: Mapping[str, str | None]

    @classmethod
    def of(cls, now: Evaluation) -> Listed:
        """Whoever is shown, the best first, without a score last."""
        rows = np.flatnonzero(now.shown)
        score = np.where(now.agents.rated[rows], now.agents.score[rows].round(2), -1.0)
        order = rows[np.argsort(-score, kind="stable")]
        people = now.people[now.in_scope]
        ids = [str(agent_id) for agent_id in now.people["agent_id"].iloc[order]]
        names = dict(zip(people["agent_id"], people["name"], strict=True))
        return cls(ids, names, dict(zip(people["agent_id"], people["team"], strict=True)))

    @classmethod
    def among(cls, measured: Measured) -> Listed:
        """Whoever is in scope, by id."""
        people = measured.people[measured.in_scope]
        ids = sorted(str(agent_id) for agent_id in people["agent_id"])
        names = dict(zip(people["agent_id"], people["name"], strict=True))
        return cls(ids, names, dict(zip(people["agent_id"], people["team"], strict=True)))

    def holding(self, agent_id: str) -> Listed:
        """The same with somebody in scope whom the filters leave out."""
        if agent_id in self.ids:
            return self
        return replace(self, ids=[agent_id, *self.ids])

    def words(self, agent_id: str) -> str:
        """A person as a box lists them: typing the name, the id, the team, the reading or its
        initials finds them."""
        return "  ".join([self.told(agent_id), *spoken(self.names[agent_id])])

    def told(self, agent_id: str) -> str:
        """Name, id and team."""
        team = short(self.teams[agent_id] or "—")
        return " · ".join([short(self.names[agent_id]), agent_id, team])

    def matching(self, wanted: str) -> list[str]:
        """Whom a word means: part of a name or an id, or the beginning of a reading."""
        word = "".join(wanted.casefold().split())

        def means(agent_id: str) -> bool:
            name = self.names[agent_id]
            read = any(form.startswith(word) for form in spoken(name))
            return read or word in name.casefold() or word in agent_id.casefold()

        return [agent_id for agent_id in self.ids if means(agent_id)]


def choose(
    now: Evaluation, key: str, listed: Listed | None = None, *, address: bool = False
) -> str:
    """The person of the page: asked for in the address (inside the reader's scope), else chosen on
    whichever page, else the first of the ranking. `address`: it goes on to say who is shown."""
    listed = listed or Listed.of(now)
    asked, chosen = session.parameter("agent"), session.chosen_agent()
    if asked and asked not in listed.names:
        st.warning(t("agent.unknown", agent=asked[:40]))
    elif asked and session.asked_first(f"{key}_agent", asked):
        session.choose_agent(chosen := asked)
    if chosen in listed.names:
        listed = listed.holding(str(chosen))
    if not listed.ids:
        st.info(t("common.nothing"))
        st.stop()
    if chosen in listed.ids and session.get(f"{key}_choice") != chosen:
        session.put(f"{key}_choice", chosen)
    shown = str(
        box(
            t("agent.choose"),
            _few_enough(listed, key),
            key=f"{key}_choice",
            format_func=listed.words,
            label_visibility="collapsed",
            icon=":material/search:",
            filter_mode="contains",
            width=380,
            on_change=action(_taken),
            args=(f"{key}_choice",),
        )
    )
    if address:
        session.address(agent=shown)
        session.say_in_address(f"{key}_agent", shown)
    return shown


def _few_enough(listed: Listed, key: str) -> list[str]:
    """As many as a browser lists; of more, those whom a word finds, and whoever is shown."""
    if len(listed.ids) <= MOST:
        return list(listed.ids)
    wanted = str(st.text_input(t("person.search"), key=f"{key}_search", width=200) or "")
    shown, means = session.get(f"{key}_choice"), listed.matching(wanted)[:MOST]
    return means if not means or shown not in listed.names else list(dict.fromkeys([shown, *means]))


def _taken(key: str) -> None:
    session.choose_agent(session.get(key))
