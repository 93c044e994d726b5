"""A tick belongs to a person, not to the row they happened to stand in."""

from streamlit.testing.v1 import AppTest


def _page():
    import pandas as pd
    import streamlit as st

    from analytics.reports.tables import Column, Table
    from pages.ui import panel

    order = st.session_state.get("order", ["A1", "B2", "C3"])
    table = pd.DataFrame({"agent_id": order})
    ticked = panel.pick(
        "people", Table(table, [Column("agent_id", "Agent")]), by="agent_id", most=3
    )
    st.session_state["told"] = ticked


def test_a_tick_stays_with_its_person_when_the_rows_come_in_another_order_and_goes_with_them():
    app = AppTest.from_function(_page).run()
    assert not app.exception
    app.session_state["ticked.people"] = (app.session_state["ticked.people"][0], ["B2"], [])
    app.session_state["order"] = ["B2", "C3", "A1"]
    app.run()
    assert app.session_state["told"] == ["B2"]
    app.run()
    assert app.session_state["told"] == ["B2"]
    app.session_state["order"] = ["C3", "A1"]
    app.run()
    assert app.session_state["told"] == []
