"""One person · 一个人: who it is, where they stand, and, as tabs, their sheet, months, plan,
objections and the records behind the figures."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import streamlit as st

from analytics.insight.certainty import too_few
from analytics.insight.placing import grades
from analytics.insight.quadrant import place
from analytics.model import Filters
from analytics.numbers import signed
from analytics.reports import sheets
from analytics.reports.words import rank_text, weights_text
from pages.people import months_tab, objections_tab, plan_tab, records_tab, sheet_tab
from pages.people.chosen import Chosen
from pages.ui import controls, load, person, session, shell, tabs
from pages.ui.act import action
from pages.ui.head import Head
from pages.ui.i18n import md, plain, short_name, t, together

TABS: Mapping[str, Callable[[Chosen], None]] = {
    "sheet": sheet_tab.body,
    "months": months_tab.body,
    "plan": plan_tab.body,
    "objections": objections_tab.body,
    "records": records_tab.body,
}
CSS = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"
LEAST = 0.05  # points: less does not show in the one decimal of a score
CARD = 150  # pixels: two stand side by side on a phone
MOVED = ("months", "records")  # what is left of somebody who has another manager today


def listed(filters: Filters, mine: person.Listed) -> person.Listed:
    """Whom the reader may choose: their people of today, and behind them whoever was theirs in the
    period."""
    scope = session.identity().scope
    if scope is None or scope.agent_id is not None:
        return mine
    had = person.Listed.of(load.evaluation(replace(filters, theirs=False)))
    moved = [agent_id for agent_id in had.ids if agent_id not in mine.names]
    return person.Listed(
        [*mine.ids, *moved], {**had.names, **mine.names}, {**had.teams, **mine.teams}
    )


def chosen_one(filters: Filters) -> Chosen:
    """Whom the page shows, with their neighbours in the ranking."""
    now = load.evaluation(filters)
    whom = listed(filters, person.Listed.of(now))
    ids = list(whom.ids)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="person_bar"):
        agent_id = person.choose(now, "person", whom, address=True)
        steps(ids, agent_id)
        if agent_id not in set(now.people["agent_id"][now.in_scope]):
            moved = load.evaluation(replace(filters, theirs=False))
            return Chosen(moved, agent_id, ids, whom.names)
        about = load.desk().around(filters)
        sheet = load.desk().shown_sheet(about, agent_id)
        mine = [str(each) for each in now.people["agent_id"][now.shown]]
        chosen = Chosen(now, agent_id, mine, whom.names, about, sheet)
        plan(chosen)
    return chosen


def step(ids: Sequence[str], shown: str, by: int) -> None:
    """So many places on from whoever was chosen last: quick clicks come before the page that the
    one before asked for."""
    chosen = session.chosen_agent()
    here = ids.index(chosen if chosen in ids else shown)
    session.choose_agent(ids[min(max(here + by, 0), len(ids) - 1)])


def steps(ids: Sequence[str], agent_id: str) -> None:
    """To the one before and the one after in the ranking, and which place of how many this is."""
    if len(ids) < 2 or agent_id not in ids:
        return
    here = ids.index(agent_id)
    for name, by, side in (("previous", -1, "left"), ("next", 1, "right")):
        st.button(
            t(f"person.{name}"),
            key=f"person_{name}",
            icon=f":material/chevron_{side}:",
            icon_position="left" if by < 0 else "right",
            disabled=not 0 <= here + by < len(ids),
            on_click=action(step),
            args=(ids, agent_id, by),
        )
    st.caption(t("person.place", place=here + 1, count=len(ids)), width="content")


def plan(chosen: Chosen) -> None:
    """A talk about what loses most, in one click."""
    controls.plan_talk(
        chosen.now,
        chosen.agent_id,
        plain("talk.reason_sheet", period=controls.period_text(chosen.period)),
        chosen.weakest,
        "sheet_plan",
    )


def heading(head: Head, chosen: Chosen) -> None:
    """The name, and where this person stands in one sentence and four cards."""
    if session.identity().role != "agent":
        head.title.title(f"{short_name(chosen.name)} :small[{md(chosen.agent_id)}]", anchor=False)
    if chosen.sheet is None:
        st.markdown(t("sheet.moved_on", agents=f"{chosen.name} {chosen.agent_id}"))
        moved_cards(chosen)
        return
    language = session.language()
    head.says(sheets.meaning(chosen.sheet, language))
    named = 0 if session.identity().role == "agent" else 2  # the title names nobody but the reader
    facts = [fact for fact in sheets.basics(chosen.sheet, language)[named:-1] if fact[1] != "—"]
    st.caption(" · ".join(f"{md(label)} {short_name(value)}" for label, value in facts))
    cards(chosen, chosen.sheet)
    on_trial(chosen, chosen.sheet)


def on_trial(chosen: Chosen, sheet: Mapping[str, Any]) -> None:
    """What the weights that this session tries out would give, beside what is in force; agents have
    no trial."""
    trial = session.trial()
    if trial is None or sheet["score"] is None:
        return
    now, row = load.desk().scored(chosen.now.measured, trial), chosen.now.row(chosen.agent_id)
    if not now.agents.rated[row]:
        return
    score, official = round(float(now.agents.score[row]), 1), round(float(sheet["score"]), 1)
    facts = {
        "weights": weights_text(trial),
        "score": f"{score:.1f}",
        "official": f"{official:.1f}",
        "change": signed(score - official) if abs(score - official) >= LEAST else "±0.0",
    }
    key = "person.trial"
    if sheet["rank"] is not None and not sheet.get("few_cases"):
        key = "person.trial_ranked"
        facts |= {
            "rank": f"{now.agents.rank[row]}",
            "official_rank": f"{sheet['rank']}",
            "grade": grades(now, np.array([row]))[0],
            "official_grade": str(sheet["grade"]),
        }
    with st.container(border=True, key="person_trial"):
        st.markdown(t(key, **facts))


def cards(chosen: Chosen, sheet: Mapping[str, Any]) -> None:
    """Score, grade, rank and quadrant, with what moved since the period before."""
    language, (since, rose) = session.language(), moves(chosen, sheet)
    mark = sheets.quadrant_mark(sheet)
    told = {
        "score": (t("agent.score_help"), since),
        "grade": (None, None),
        "rank": (reach(chosen), rose),
        "quadrant": (
            together(md(sheets.quadrant_chances(sheet, language)), t("agent.quadrant_help")),
            None,
        ),
    }
    words = sheets.verdict(sheet, language)
    before = controls.period_text(chosen.period.before)
    names = list(told) if len(words) == len(told) else ["score", "quadrant"]
    st.html(CSS)
    with st.grid(4, min_column_width=CARD, key="person_cards"):
        for name, (label, value) in zip(names, words, strict=True):
            hint, change = told[name]
            st.metric(
                md(label) if name != "quadrant" or not mark else md(f"{label} {mark}"),
                md(value),
                delta=change[1] if change else None,
                delta_color="off",
                delta_arrow=change[0] if change else "off",
                delta_description=t("person.since", period=before) if change else None,
                help=md(hint) if hint else None,
                border=True,
                height="stretch",
            )


Arrow = Literal["up", "down", "off"]
Move = tuple[Arrow, str]  # the direction, and by how much in words
RANK_MOVED: dict[Arrow, str] = {
    "off": "person.rank_same",
    "up": "person.rank_up",
    "down": "person.rank_down",
}


def moves(chosen: Chosen, sheet: Mapping[str, Any]) -> tuple[Move | None, Move | None]:
    """By how much score and rank moved since the period before; nothing where one of the two
    periods gives none, or the reader is told of one alone."""
    before = chosen.about.before if chosen.about else None
    if before is None or sheet["score"] is None or session.identity().role == "agent":
        return None, None
    ids = before.people["agent_id"].tolist()
    if chosen.agent_id not in ids or not before.agents.rated[ids.index(chosen.agent_id)]:
        return None, None
    row = ids.index(chosen.agent_id)
    by = round(float(sheet["score"]), 1) - round(float(before.agents.score[row]), 1)
    change = f"{by:+.1f}".replace("-", "−")
    said = t("person.points", change=change) if abs(by) >= LEAST else t("person.points_same")
    score = arrow(by), said
    few = sheet["rank"] is None or sheet.get("few_cases") or too_few(before)[row]
    if few:
        return score, None
    rose = int(before.agents.rank[row]) - int(sheet["rank"])
    way = arrow(rose)
    return score, (way, t(RANK_MOVED[way], count=abs(rose)))


def arrow(by: float) -> Arrow:
    """Which way a score or a rank moved, as far as that shows."""
    if abs(by) < LEAST:
        return "off"
    return "up" if by > 0 else "down"


def reach(chosen: Chosen) -> str:
    """What a rank says, and how far chance reaches from it."""
    if session.identity().role == "agent" or not session.how_sure():
        return t("agent.rank_help")
    ranges = load.desk().rank_ranges(chosen.now)
    row = np.array([chosen.now.row(chosen.agent_id)])
    words = ranges.cells(len(chosen.now.people), row)[0][0] if ranges else "—"
    if words == "—":
        return t("agent.rank_help")
    return f"{t('certainty.rank_reach', range=words)} {t('agent.rank_help')}"


def moved_cards(chosen: Chosen) -> None:
    """The figures of the period of somebody who has another manager today."""
    now, row = chosen.now, chosen.now.row(chosen.agent_id)
    rated, few = bool(now.agents.rated[row]), bool(too_few(now)[row])
    score = f"{now.agents.score[row]:.1f}" if rated else t("agent.not_rated")
    rank = f"{now.agents.rank[row]} / {int(now.agents.rated.sum())}" if rated else "—"
    st.html(CSS)
    with st.grid(4, min_column_width=CARD, key="person_cards"):
        for name, value in (
            ("score", score),
            ("grade", grades(now, np.array([row]))[0] or "—"),
            ("rank", rank_text(now, row, session.language()) if few else rank),
            ("quadrant", t(f"quadrant.{place(now).quadrant[row]}")),
        ):
            st.metric(t(f"column.{name}"), md(value), border=True, height="stretch")


def open_to(chosen: Chosen) -> Collection[str]:
    """The tabs that the reader may open; what an agent reads of the plan has a page of its own."""
    if chosen.sheet is None:
        return MOVED
    if load.desk().may("coach"):
        return TABS
    return [name for name in TABS if name != "plan"]


def body(head: Head) -> None:
    """Who it is, then the tab that is open; the others are not even made."""
    if session.identity().role == "agent":
        head.title.title(t("person.mine"), anchor=False)
    filters = controls.filter_bar(theirs=True)
    chosen = chosen_one(filters)
    heading(head, chosen)
    shell.line(chosen.now.measured, int(chosen.now.shown.sum()))
    names = {name: t(f"person.tab_{name}") for name in TABS if name in open_to(chosen)}
    name, there = tabs.opened("person_tab", names)
    with there:
        TABS[name](chosen)


with shell.page("person", official=True) as head:
    body(head)
