"""One person's objections, and raising one."""

import streamlit as st

from pages.people import objecting
from pages.people.chosen import Chosen
from pages.ui import controls, load, panel
from pages.ui.i18n import plain, t


def body(chosen: Chosen) -> None:
    """What was objected and answered so far, and a form for one more."""
    mine = [each for each in load.desk().objections() if each.agent_id == chosen.agent_id]
    objecting.told()
    stem = plain(
        "person.objections_export",
        agent=chosen.agent_id,
        period=controls.period_text(chosen.period),
    )
    objecting.listing(chosen.now, list(reversed(mine)), stem)
    if load.desk().may("object", chosen.agent_id):
        with panel.fold(t("objection.part_new"), "objection_new") as there:
            if there:
                objecting.form(chosen.now, chosen.agent_id)
    with st.expander(t("common.how")):
        st.markdown(t("objection.how"))
