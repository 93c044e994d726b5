"""Sheets of one workbook that were checked and wait to be loaded together with another, each with
its own recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from analytics.intake.fields import kinds
from analytics.intake.guessing import alike
from analytics.intake.recipe import Recipe
from analytics.intake.spellings import Alike
from analytics.intake.understood import Outline
from pages.ui import session
from pages.ui.act import action
from pages.ui.i18n import t, text


@dataclass(frozen=True)
class Waiting:
    """A sheet, or several of the same headers, as it is going to be loaded."""

    sheets: tuple[str, ...]
    recipe: Recipe
    headers: str  # what its recipe is kept under
    rows: int
    rejected: int
    merges: tuple[Alike, ...] = ()  # spellings that were confirmed as one agent


def rosters_first(recipe: Recipe) -> bool:
    """Sorts rosters before what is told against them."""
    return recipe.kind != "agents"


def waiting(prefix: str) -> tuple[Waiting, ...]:
    """What was put by of a file, rosters first."""
    sheets: tuple[Waiting, ...] = session.get(f"{prefix}.put_by") or ()
    return tuple(sorted(sheets, key=lambda sheet: rosters_first(sheet.recipe)))


def put_by(prefix: str, sheet: Waiting) -> None:
    """Keep a checked sheet; one that was put by before is replaced."""
    others = tuple(other for other in waiting(prefix) if other.sheets != sheet.sheets)
    session.put(f"{prefix}.put_by", (*others, sheet))


def take_back(prefix: str, sheets: tuple[str, ...]) -> None:
    """No longer load this sheet with the others."""
    session.put(
        f"{prefix}.put_by", tuple(other for other in waiting(prefix) if other.sheets != sheets)
    )


def next_sheet(prefix: str, sheets: Sequence[Outline], chosen: tuple[str, ...]) -> str | None:
    """The first sheet that is neither chosen nor put by, of other headers first; None where there
    is none."""
    done = {name for sheet in waiting(prefix) for name in sheet.sheets} | set(chosen)
    groups = [[sheet.name for sheet in group] for group in alike(sheets)]
    groups.sort(key=lambda names: not done.isdisjoint(names))
    return next((name for names in groups for name in names if name not in done), None)


def show(prefix: str) -> None:
    """What was put by, each with the way back."""
    for place, sheet in enumerate(waiting(prefix)):
        with st.container(horizontal=True, vertical_alignment="center"):
            kind = text(kinds()[sheet.recipe.kind].label)
            names = ", ".join(sheet.sheets)
            st.markdown(
                t(
                    "data.put_by",
                    sheets=names,
                    kind=kind,
                    count=f"{sheet.rows:,}",
                    rejected=f"{sheet.rejected:,}",
                )
            )
            st.button(
                t("data.take_back"),
                key=f"{prefix}.take_back.{place}",
                type="tertiary",
                on_click=action(take_back),
                args=(prefix, sheet.sheets),
            )
