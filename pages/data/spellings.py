"""Spellings that may be one agent, to be ticked by whoever knows them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.intake.spellings import Alike
from pages.ui import panel
from pages.ui.i18n import t


def offer(pairs: Sequence[Alike], key: str) -> list[Alike]:
    """The pairs that the reader says are one agent; other pairs get a table of their own, so that
    no tick changes its pair."""
    certain = sum(pair.certain for pair in pairs)
    every = certain > 1 and st.checkbox(t("data.alike_take", count=certain), key=f"{key}.take")
    key = f"{key}.{_mark(pairs)}{'.all' if every else ''}"
    frame = pd.DataFrame(
        {
            "same": [every and pair.certain for pair in pairs],
            "spelling": [pair.spelling for pair in pairs],
            "rows": [pair.rows for pair in pairs],
            "agent_id": [pair.agent_id for pair in pairs],
            "agent_rows": [pair.agent_rows for pair in pairs],
            "names": [" · ".join(filter(None, (pair.name, pair.agent_name))) for pair in pairs],
            "why": [t(f"data.alike_{pair.why}") for pair in pairs],
        }
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        num_rows="fixed",
        height=panel.fit(len(frame), 300),
        width="stretch",
        disabled=["spelling", "rows", "agent_id", "agent_rows", "names", "why"],
        column_config={
            "same": st.column_config.CheckboxColumn(t("data.alike_same"), width="small"),
            "spelling": st.column_config.TextColumn(t("data.alike_spelling")),
            "rows": st.column_config.NumberColumn(t("data.rows"), format="localized"),
            "agent_id": st.column_config.TextColumn(t("data.alike_agent")),
            "agent_rows": st.column_config.NumberColumn(t("data.rows"), format="localized"),
            "why": st.column_config.TextColumn(t("data.reason")),
            "names": st.column_config.TextColumn(t("data.alike_names")),
        },
    )
    # Only the ticks of rows that were offered count, whatever else came back.
    return [
        pair for pair, same in zip(pairs, edited["same"][: len(pairs)], strict=True) if same == 1
    ]


def _mark(offered: Sequence[Alike]) -> str:
    pairs = "\n".join(f"{pair.spelling}\t{pair.agent_id}" for pair in offered)
    return hashlib.sha256(pairs.encode()).hexdigest()[:12]
