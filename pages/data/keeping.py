"""A backup of the home and the check of everything in it, beside the page."""

import streamlit as st

from analytics.desk.keeping import Backup, Checked
from analytics.reports import audit
from pages.ui import load, session, waiting
from pages.ui.i18n import md, t


def show() -> None:
    """Two buttons, and what came of them."""
    st.subheader(t("keeping.title"), anchor=False)
    st.caption(t("keeping.note"))
    desk = load.desk()
    with st.container(horizontal=True):
        if st.button(t("keeping.backup"), key="keeping_backup"):
            waiting.begin("backup", t("keeping.backing_up"), lambda _work: desk.backup())
        if st.button(t("keeping.check"), key="keeping_check"):
            waiting.begin("check", t("keeping.checking"), lambda _work: desk.check())
    for job, tell in (("backup", _made), ("check", _checked)):
        if waiting.running(job):
            session.put(f"kept_{job}", waiting.outcome(job))
        if (outcome := session.get(f"kept_{job}")) is not None:
            tell(outcome)


def _made(made: Backup) -> None:
    st.success(
        t(
            "keeping.made",
            name=made.name,
            loads=made.loads,
            lines=made.lines,
            size=f"{made.size / 1024**2:.1f}",
        )
    )
    st.code(made.fingerprint, language=None)


def _checked(checked: Checked) -> None:
    facts = {"loads": checked.loads, "originals": checked.originals, "lines": checked.verdict.lines}
    if checked.whole:
        st.success(t("keeping.whole", **facts))
        return
    findings = [t(f"finding.{finding.key}", **finding.facts) for finding in checked.findings]
    wrong = [md(line) for line in audit.wrong_of(checked.verdict, session.language())]
    st.error("\n- ".join([t("keeping.not_whole", **facts), *findings, *wrong]))
