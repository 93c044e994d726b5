"""History of loads · 导入记录: what is in the warehouse, and taking a load out again."""

import pandas as pd
import streamlit as st

from analytics.intake.fields import kinds
from analytics.reports.tables import Column
from pages.ui import load, panel, session, shell
from pages.ui.i18n import md, t, text


def withdraw(load_id: int) -> None:
    load.home().withdraw(load_id)
    session.put("withdrawn", load_id)
    session.forget("receipt")


with shell.page("history", needs_data=False):
    loads = load.home().warehouse.ask("loads")
    if done := session.get("withdrawn"):
        st.caption(t("history.withdrawn", load=done))
        session.forget("withdrawn")
    if loads.empty:
        st.info(t("history.empty"))
        st.page_link("pages/data/upload.py", label=t("data.title"), icon=":material/upload_file:")
        st.stop()
    st.caption(t("history.note"))
    table = pd.DataFrame(
        {
            "load_id": loads["load_id"], "file": loads["file"], "kind": [text(kinds()[kind].label) + (f" · {t('app.sample_badge')}" if sample else "") for kind, sample in zip(loads["kind"], loads["sample"], strict=True)],
            "loaded_at": loads["loaded_at"].dt.strftime("%Y-%m-%d %H:%M"), "as_of": loads["as_of"].dt.date,
            "months": [("—" if not len(months) else months[0] if len(months) == 1 else f"{months[0]}…{months[-1]}") for months in loads["months"]],
            "row_count": loads["row_count"], "loaded": loads["loaded"], "rejected": loads["rejected"], "replaced": loads["replaced"],
        }
    ).iloc[::-1].reset_index(drop=True)  # fmt: skip
    formats = {
        "load_id": "count",
        "as_of": "date",
        "row_count": "count",
        "loaded": "count",
        "rejected": "count",
        "replaced": "count",
    }
    columns = [Column(name, t(f"history.{name}"), formats.get(name, "text")) for name in table.columns]
    event = panel.show("loads", table, columns, on_select="rerun", selection_mode="single-row")
    panel.downloads("loads", t("history.title"), table, columns)
    if event.selection.rows and event.selection.rows[0] < len(table):
        row = table.iloc[event.selection.rows[0]]
        with st.container(border=True):
            st.markdown(t("history.ask", load=int(row["load_id"]), file=md(row["file"]), loaded=f"{row['loaded']:,}"))
            st.button(
                t("history.withdraw"), key="withdraw", type="primary", on_click=withdraw, args=(int(row["load_id"]),)
            )
    else:
        st.caption(t("history.pick"))
