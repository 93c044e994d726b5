"""Receipts of loads as pages show them, and what the start of the home found not to be as it
should."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import pandas as pd
import streamlit as st

from analytics.intake.fields import counted, kinds
from analytics.intake.spellings import Alike
from analytics.model import Receipt
from analytics.reports.tables import Column, Table
from analytics.reports.words import months_text
from pages.ui import load, panel
from pages.ui.i18n import md, plain, t, text


def findings() -> None:
    """What is not as it should be, for who looks after the data."""
    doubts = load.desk().findings()
    if not doubts:
        return
    told = [t(f"finding.{finding.key}", **finding.facts) for finding in doubts]
    mended = all(finding.key.startswith("rebuilt_") for finding in doubts)
    st.warning(
        "\n".join(
            ["" if mended else t("finding.remedy"), "", *(f"- {md(line)}" for line in told)]
        ).strip()
    )


def _changes(done: Receipt) -> None:
    """Whose figures of the same months are others now: before and after, agent by agent."""
    agents = {change.agent_id for change in done.changes}
    with st.expander(t("data.changed", count=len(agents))):
        labels = {name: text(field.label) for name, field in counted().items()}
        table = pd.DataFrame([asdict(change) for change in done.changes])
        table = table.assign(
            measure=[labels.get(name, name) for name in table["measure"]],
            change=table["after"].fillna(0) - table["before"].fillna(0),
        )
        columns = [
            Column("agent_id", t("column.agent_id")),
            Column("measure", t("data.measure")),
            Column("before", t("data.before"), "amount"),
            Column("after", t("data.after"), "amount"),
            Column("change", t("data.difference"), "amount"),
        ]
        panel.show(f"changes.{done.load}", Table(table, columns), height=panel.fit(len(table), 360))
        panel.downloads(
            f"changes.{done.load}",
            plain("data.changes_export", load=done.load),
            Table(table, columns),
        )


def after_merging(
    done: Sequence[Receipt], merged: Sequence[Alike], left: Sequence[Alike]
) -> list[Receipt]:
    """Receipts whose notes no longer name agents as different whom their reader has just merged;
    `left` are still apart."""
    dressed = sum(pair.why == "dress" for pair in merged)
    apart = [pair for pair in left if pair.why == "dress"]
    out = []
    for receipt in done:
        notes: list[tuple[str, Mapping[str, object]]] = []
        for key, facts in receipt.notes:
            if key == "agents_alike" and dressed:
                count = min(int(str(facts["count"])) - dressed, len(apart))
                if count > 0:
                    notes.append(
                        (
                            key,
                            {
                                "count": count,
                                "spelling": apart[0].spelling,
                                "agent": apart[0].agent_id,
                            },
                        )
                    )
            else:
                notes.append((key, facts))
        out.append(replace(receipt, notes=tuple(notes)))
    return out


def show(done: Receipt) -> None:
    """The receipt of a load, in plain words."""
    with st.container(border=True, key=f"receipt.{done.load}"):
        st.markdown(
            t(
                "data.receipt",
                file=done.file,
                kind=text(kinds()[done.kind].label),
                rows=f"{done.rows:,}",
                loaded=f"{done.loaded:,}",
                rejected=f"{done.rejected:,}",
                replaced=f"{done.replaced:,}",
                skipped=f"{done.skipped:,}",
                agents=done.agents,
                months=months_text(done.months),
                load=done.load,
            )
        )
        for key, facts in done.notes:
            st.caption(t(f"note.{key}", **facts))
        if done.changes:
            _changes(done)
        with st.container(horizontal=True):
            st.page_link(
                "pages/today/briefing.py", label=t("briefing.title"), icon=":material/monitoring:"
            )
            st.page_link(
                "pages/picture/quadrant.py",
                label=t("quadrant_page.title"),
                icon=":material/scatter_plot:",
            )
