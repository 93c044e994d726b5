"""The sheets of a file as tabs, each with how it stands: understood, to be looked at, nothing to
load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from analytics.intake.understood import Look, Outline, Preview
from pages.data import put_by
from pages.ui import session
from pages.ui.i18n import md, plain, t

READY, ASKS, NOTHING = "✓", "!", "–"
TOGETHER = ""  # the tab of all sheets that are alike


def standing(file: str, sheet: Outline) -> str:
    """How a sheet stands: by what the last look at its cells found, else by its headers."""
    if not sheet.rows or not (sheet.guesses or sheet.recipe):
        return NOTHING
    checked: Preview | None = session.get(f"{file}.{sheet.name}.stands")
    if checked is not None:
        return ASKS if checked.questions or checked.issues else READY
    return READY if sheet.recipe or sheet.guesses[0].sure else ASKS


def words_of(
    file: str, look: Look, alike: Sequence[Outline], loaded: Sequence[str]
) -> dict[str, str]:
    """Sheet → mark and name; first what is alike, as one."""
    words = {}
    if len(alike) > 1:
        names = ", ".join(sheet.name for sheet in alike[:3])
        together = plain("data.sheets_alike", count=len(alike), names=names)
        words[TOGETHER] = f"{standing(file, alike[0])} {together}"
    for sheet in look.sheets:
        mark = standing(file, sheet)
        done = f" · {plain('data.state_loaded')}" if sheet.name in loaded else ""
        words[sheet.name] = f"{mark} {sheet.name}{done}"
    for name in (*look.seen.bare, *look.seen.hidden):
        words[name] = f"{NOTHING} {name}"
    return words


def choose(file: str, look: Look, alike: Sequence[Outline], loaded: Sequence[str]) -> str | None:
    """The sheet to read; empty for all that are alike, where there are several; None for one that
    holds nothing that could be read."""
    words = words_of(file, look, alike, loaded)
    key = f"{file}.sheet"
    _send_again(key, words)
    name = st.segmented_control(
        t("data.sheet"),
        list(words),
        key=key,
        required=True,
        default=next(iter(words)),
        format_func=lambda name: md(words.get(name, name)),
        help=t("data.sheet_marks"),
        persist_state="page",
    )
    put_by.show(file)
    if name in (*look.seen.bare, *look.seen.hidden):
        key = "hidden" if name in look.seen.hidden else "bare"
        st.info(t(f"data.sheet_{key}", sheet=name))
        return None
    return str(name)


def _send_again(key: str, words: Mapping[str, str]) -> None:
    """A tab is known by its name, whatever mark it bears: where a mark has changed the choice is
    said anew."""
    if session.get(key) not in words:
        session.forget(key)
    elif session.get(f"said.{key}") != list(words.values()):
        session.put(key, session.get(key))
    session.put(f"said.{key}", list(words.values()))
