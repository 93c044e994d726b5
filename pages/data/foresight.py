"""One line in words of what a load would bring, before it, and the way there after it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analytics.intake.understood import Foretold, MonthRate
from analytics.model import Receipt
from analytics.reports.words import months_text, value_text
from pages.data import receipts
from pages.ui import controls, session
from pages.ui.act import action
from pages.ui.i18n import Markdown, md, t, together


def sentence(foretold: Foretold, kind: str) -> Markdown:
    """ "12 people · 2026-05 · renewal rate 85.2% (480 due) · month before 84.9% (450 due)"; what
    cannot be said is said to be so."""
    parts = [t("data.foretold_agents", count=foretold.agents)]
    if foretold.months:
        parts.append(md(months_text(foretold.months)))
    if foretold.rate is not None:
        parts.append(_rate("data.foretold_rate", foretold.rate, len(foretold.months) > 1))
        if foretold.still_open:
            parts.append(t("data.foretold_open", count=f"{foretold.still_open:,}"))
        elif foretold.before is not None:
            parts.append(_rate("data.foretold_before", foretold.before, dated=False))
        elif foretold.rate.first == foretold.rate.last:
            parts.append(t("data.foretold_alone"))
    elif foretold.still_open:
        parts.append(t("data.foretold_all_open", count=f"{foretold.still_open:,}"))
    elif kind in ("policies", "scoresheet"):
        parts.append(t("data.foretold_no_rate"))
    return together(*parts, between=" · ")


def _rate(key: str, told: MonthRate, dated: bool) -> Markdown:
    value = value_text(told.rate, "percent", session.language())
    said = t(key, rate=value, due=f"{told.due:,.0f}")
    span = months_text((told.first, told.last) if told.first != told.last else (told.first,))
    return together(md(span), said) if dated else said


def show(foretold: Foretold | None, kind: str) -> None:
    """The line, in a plate of its own."""
    if foretold is None:
        return
    with st.container(border=True, key="foretold"):
        st.markdown(sentence(foretold, kind))


def loaded(done: Sequence[Receipt], prefix: str) -> None:
    """What was loaded, in the place of the button that loaded it, and the way to its last month."""
    with st.container(border=True, key=f"{prefix}.loaded"):
        st.markdown(f":material/check_circle: **{t('data.loaded_here')}**")
        for receipt in done:
            receipts.show(receipt)
        months = sorted({month for receipt in done for month in receipt.months})
        if months and st.button(
            t("data.go_to", month=months[-1]),
            key="go_to_month",
            type="primary",
            icon=":material/arrow_forward:",
            on_click=action(controls.show_period),
            args=((months[-1],),),
        ):
            st.switch_page("pages/today/briefing.py")
