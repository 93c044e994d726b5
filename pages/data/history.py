"""History of loads · 导入记录: what is in the warehouse, and taking a load out again."""

import pandas as pd
import streamlit as st

from analytics.intake.fields import kinds
from analytics.intake.spellings import Alike
from analytics.reports.tables import Column, Table
from analytics.reports.words import months_text
from analytics.text import short
from pages.data import keeping, receipts, spellings
from pages.ui import load, panel, session, shell
from pages.ui.act import action
from pages.ui.i18n import plain, t, text


def withdraw(load_id: int) -> None:
    """Take a load out; nothing is selected afterwards, least of all the load that moved into its
    place."""
    load.desk().withdraw(load_id)
    session.put("withdrawn", load_id)
    session.put("loads_shown", int(session.get("loads_shown") or 0) + 1)
    session.forget("receipt")


def merge(pairs: list[Alike]) -> None:
    for pair in pairs:
        load.desk().merge_agents([pair.spelling], pair.agent_id)


def split(spelling: str) -> None:
    load.desk().split_agents([spelling])


def who_is_who() -> None:
    """Spellings that may be one agent, and those that were merged and can be split again."""
    pairs, merged = load.desk().alike(), load.desk().merged()
    st.subheader(t("history.who"), anchor=False)
    if not pairs and not merged:
        st.caption(t("history.who_none"))
    if pairs:
        st.caption(t("data.alike"))
        ticked = spellings.offer(pairs, "alike")
        st.button(
            t("history.merge", count=len(ticked)),
            key="merge",
            disabled=not ticked,
            on_click=action(merge),
            args=(ticked,),
        )
    if merged:
        table = pd.DataFrame({"spelling": list(merged), "agent_id": list(merged.values())})
        columns = [
            Column("spelling", t("data.alike_spelling")),
            Column("agent_id", t("data.alike_agent")),
        ]
        st.caption(t("history.merged"))
        for spelling in panel.pick("merged", Table(table, columns), by="spelling"):
            st.button(
                t("history.split", spelling=spelling),
                key="split",
                on_click=action(split),
                args=(spelling,),
            )


def without_partner() -> None:
    """Agents and policies that one file names and its partner does not."""
    frame = load.desk().unmatched()
    if frame.empty:
        st.subheader(t("history.unmatched"), anchor=False)
        st.caption(t("history.unmatched_none"))
        return
    table = frame.assign(
        side=[t(f"history.side_{side}") for side in frame["side"]],
        kind=[text(kinds()[kind].label) for kind in frame["kind"]],
    )
    columns = [
        Column("id", t("history.id")),
        Column("side", t("history.side")),
        Column("kind", t("history.kind")),
        Column("rows", t("data.rows"), "count"),
    ]
    agents = int(frame["id"][frame["side"] != "policy_unknown"].nunique())
    title = plain("history.unmatched")
    panel.headed(title, "unmatched", title, Table(table, columns), persons=agents)
    panel.show("unmatched", Table(table, columns), height=panel.fit(len(table), 320))


def finding(loads: pd.DataFrame) -> str:
    """What was loaded last, and what waits for somebody."""
    last = loads.iloc[-1]
    facts = {
        "file": short(str(last["file"]), 60),
        "at": f"{last['loaded_at']:%Y-%m-%d %H:%M}",
        "rows": f"{last['loaded']:,}",
        "kind": text(kinds()[last["kind"]].label),
    }
    spellings, ids = len(load.desk().alike()), int(load.desk().unmatched()["id"].nunique())
    if spellings or ids:
        return plain("history.found_waiting", **facts, spellings=spellings, ids=ids)
    return plain("history.found", **facts)


with shell.page("history", needs_data=False) as head:
    receipts.findings()
    loads = load.desk().loads()
    done = session.get("withdrawn")
    session.forget("withdrawn")
    if loads.empty:
        if done:
            st.success(t("history.withdrawn", load=done))
        st.info(t("history.empty"))
        st.page_link("pages/data/upload.py", label=t("data.title"), icon=":material/upload_file:")
        st.stop()
    head.says(finding(loads))
    table = (
        pd.DataFrame(
            {
                "load_id": loads["load_id"],
                "file": loads["file"],
                "kind": [
                    text(kinds()[kind].label) + (f" · {t('app.sample_badge')}" if sample else "")
                    for kind, sample in zip(loads["kind"], loads["sample"], strict=True)
                ],
                "loaded_at": loads["loaded_at"].dt.strftime("%Y-%m-%d %H:%M"),
                "as_of": loads["as_of"].dt.date,
                "months": loads["months"].map(months_text),
                "row_count": loads["row_count"],
                "loaded": loads["loaded"],
                "rejected": loads["rejected"],
                "replaced": loads["replaced"],
            }
        )
        .iloc[::-1]
        .reset_index(drop=True)
    )
    formats = {
        "load_id": "count",
        "as_of": "date",
        "row_count": "count",
        "loaded": "count",
        "rejected": "count",
        "replaced": "count",
    }
    columns = [
        Column(name, t(f"history.{name}"), formats.get(name, "text")) for name in table.columns
    ]
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.caption(t("history.note"), width="stretch")
        panel.downloads("loads", t("history.title"), Table(table, columns))
    ticked = panel.pick(
        f"loads.{session.get('loads_shown') or 0}", Table(table, columns), by="load_id"
    )
    if done and not ticked:
        st.success(t("history.withdrawn", load=done))
    if ticked:
        row = table[table["load_id"].astype(str) == ticked[0]].iloc[0]
        with st.container(border=True):
            st.markdown(
                t(
                    "history.ask",
                    load=int(row["load_id"]),
                    file=row["file"],
                    loaded=f"{row['loaded']:,}",
                )
            )
            st.button(
                t("history.withdraw"),
                key="withdraw",
                type="primary",
                on_click=action(withdraw),
                args=(int(row["load_id"]),),
            )
        for receipt in load.desk().receipts():
            if receipt.load == int(row["load_id"]):
                receipts.show(receipt)
    else:
        st.caption(t("history.pick"))
    who_is_who()
    without_partner()
    keeping.show()
