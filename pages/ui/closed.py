"""What stands in the place of every page while the home cannot be opened: why, and the way back
once it can."""

from __future__ import annotations

import logging

import streamlit as st

from analytics.errors import RenewalError
from analytics.language import explain
from pages.ui import gate, load, session
from pages.ui.i18n import md, t

AGAIN = 3.0  # seconds between two looks at whether it is over
_log = logging.getLogger(__name__)


def show(error: RenewalError) -> None:
    """The sentence that the command line has; names of files are for whoever holds the machine, so
    visitors hear them from the log."""
    st.title(t("app.title"), anchor=False)
    _log.error(explain(error, "en"))
    st.error(
        t("closed.ask")
        if "names" in error.facts and gate.login_configured()
        else md(explain(error, session.language()))
    )
    st.caption(t("closed.again"))
    st.button(t("closed.try"), key="closed_try")
    _again()


@st.fragment(run_every=AGAIN)
def _again() -> None:
    try:
        load.opens()
    except RenewalError:
        return
    st.rerun()
