"""What is set for whoever is ticked in the coaching list: action, owner, day, once for all of them,
with its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from analytics.insight.planning import changed_in_list, planned
from analytics.model import Period
from analytics.people import LONGEST_PLAN, Talk
from pages.ui import load, notices, session
from pages.ui.act import action
from pages.ui.i18n import Markdown, md, t

PLACE = "coaching"
FIELDS = ("action", "owner", "next_date", "comment")
NAMED = 5  # names that the form says


@dataclass(frozen=True)
class Chosen:
    """Somebody who is ticked: the open talk that a change lands on over the version that was shown
    (None: it begins one), and what a new one says of itself."""

    agent_id: str
    name: str
    talk_id: int | None
    version: int
    weakest: tuple[str, ...]
    reason: str
    advice: str


def plan(period: Period, chosen: Sequence[Chosen], mark: str) -> None:
    """Write what the form says for everybody ticked, or for nobody."""
    single = len(chosen) == 1
    cells = {name: session.get(key_of(name, mark)) for name in FIELDS}
    filled = {name: value for name, value in cells.items() if value not in (None, "")}
    wanted = cells if single else filled
    with notices.refusals(PLACE):
        before, after = _apply(period, chosen, wanted)
        new = sum(talk is None for talk in before)
        session.put("coaching_undo", list(zip(before, after, strict=True)))
        notices.done(PLACE, outcome(new, len(after) - new))


def outcome(new: int, changed: int) -> Markdown:
    """What an act did, in its counts."""
    if not changed:
        return t("coaching.planned", count=new)
    if not new:
        return t("coaching.changed", count=changed)
    return t("coaching.both", new=new, changed=changed)


def drop(period: Period, chosen: Sequence[Chosen]) -> None:
    """Take whoever is ticked and has an open talk off the plan."""
    listed = [person for person in chosen if person.talk_id is not None]
    with notices.refusals(PLACE):
        before, after = _apply(period, listed, {"listed": False})
        session.put("coaching_undo", list(zip(before, after, strict=True)))
        notices.done(PLACE, t("coaching.dropped", count=len(after)))


def undo() -> None:
    """Have the talks of the last act as they were: what it began is dropped, what it changed says
    again what it said."""
    pairs: list[tuple[Talk | None, Talk]] = session.get("coaching_undo") or []
    with notices.refusals(PLACE):
        load.desk().save_talks(
            [
                replace(after, state="dropped")
                if before is None
                else replace(before, version=after.version)
                for before, after in pairs
            ]
        )
        session.forget("coaching_undo")
        notices.done(PLACE, t("coaching.undone", count=len(pairs)))


def _apply(
    period: Period, chosen: Sequence[Chosen], cells: Mapping[str, Any]
) -> tuple[list[Talk | None], list[Talk]]:
    """The talks as they were (None: there was none) and as they are, all saved in one act."""
    desk = load.desk()
    kept = {talk.id: talk for talk in desk.talks()}
    before = [kept.get(person.talk_id) for person in chosen]
    wanted = []
    for person, talk in zip(chosen, before, strict=True):
        begun = talk or replace(
            planned(person.agent_id, person.weakest, period, person.reason), action=person.advice
        )
        wanted.append(changed_in_list(begun, cells, person.version))
    return before, desk.save_talks(wanted)


def key_of(name: str, mark: str) -> str:
    """The field of a form for these people and no others."""
    return f"plan_{name}.{mark}"


def form(period: Period, chosen: Sequence[Chosen], entries: Mapping[int, Talk]) -> None:
    """Action, owner, day and note of whoever is ticked: of one as they are, of several blank."""
    mark = "+".join(f"{person.agent_id}@{person.version}" for person in chosen)
    single = len(chosen) == 1
    if single:
        talk = entries.get(chosen[0].talk_id or 0)
        first = {
            "action": (talk.action if talk else "") or chosen[0].advice,
            "owner": talk.owner if talk else "",
            "next_date": _day(talk),
            "comment": talk.comment if talk else "",
        }
        for name, value in first.items():
            session.default(key_of(name, mark), value)
    else:
        names = "、" if session.language() == "zh" else ", "
        some = names.join(person.name for person in chosen[:NAMED])
        more = "…" if len(chosen) > NAMED else ""
        st.markdown(t("coaching.chosen", count=len(chosen), names=some + more))
    blank = "" if single else t("coaching.keep_blank")
    left, middle, right = st.columns([0.5, 0.25, 0.25], vertical_alignment="bottom")
    left.text_input(
        t("coaching.set_action"),
        key=key_of("action", mark),
        max_chars=LONGEST_PLAN,
        placeholder=t("coaching.set_action_many"),
    )
    middle.text_input(
        t("coaching.set_owner"), key=key_of("owner", mark), max_chars=200, placeholder=blank
    )
    right.date_input(
        t("coaching.set_next_date"),
        None,
        key=key_of("next_date", mark),
        format="YYYY-MM-DD",
    )
    st.text_input(
        t("coaching.set_comment"),
        key=key_of("comment", mark),
        max_chars=LONGEST_PLAN,
        placeholder=blank,
    )
    buttons(period, chosen, mark)
    st.caption(t("coaching.seen_by_agent"))


def buttons(period: Period, chosen: Sequence[Chosen], mark: str) -> None:
    """One act with its counts, and off the plan."""
    listed = sum(person.talk_id is not None for person in chosen)
    new = len(chosen) - listed
    if not listed:
        label = t("coaching.set_plan", count=new)
    elif not new:
        label = t("coaching.set_change", count=listed)
    else:
        label = t("coaching.set_both", new=new, changed=listed)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            label,
            key="plan_save",
            type="primary",
            on_click=action(plan),
            args=(period, chosen, mark),
        )
        if listed:
            st.button(
                t("coaching.drop", count=listed),
                key="plan_drop",
                on_click=action(drop),
                args=(period, chosen),
            )


def told() -> None:
    """What came of the last act, with its way back."""
    if notices.show_refusal(PLACE):
        return
    if not notices.waits(PLACE):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="plan_told"):
        st.markdown(f":material/check: {md(session.get(f'{PLACE}_done'))}", width="content")
        if session.get("coaching_undo"):
            st.button(t("coaching.undo"), key="plan_undo", on_click=action(undo))
    session.forget(f"{PLACE}_done")


def _day(talk: Talk | None) -> Any:
    if talk is None:
        return None
    return talk.follow_up_on if talk.state == "done" else talk.talk_on
