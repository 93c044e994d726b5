"""What a file leaves open, asked with its evidence and an answer ready to confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from analytics.intake.questions import Question
from analytics.language import sentences
from pages.ui import session
from pages.ui.i18n import md, t


def label(choice: str) -> str:
    """An answer in the reader's words; a month, a scale or a word of the file is its own label."""
    key = f"answer.{choice}"
    return t(key) if key in sentences(session.language()) else md(choice)


def ask(questions: Sequence[Question], prefix: str) -> Mapping[str, str] | None:
    """The answers, once every question has one and they were confirmed; None before."""
    with st.form(f"{prefix}.questions", border=True):
        st.markdown(f"**{t('question.title', count=len(questions))}**")
        answers = {}
        for question in questions:
            chosen = st.radio(
                t(f"question.{question.key}", **question.facts),
                question.choices,
                question.choices.index(question.suggested)
                if question.suggested in question.choices
                else None,
                key=f"{prefix}.question.{question.id}",
                format_func=label,
                horizontal=True,
            )
            if chosen is not None:
                answers[question.id] = str(chosen)
        confirmed = st.form_submit_button(t("question.confirm"), type="primary")
    if not confirmed:
        return None
    if len(answers) < len(questions):
        st.warning(t("question.unanswered", count=len(questions) - len(answers)))
        return None
    return answers
