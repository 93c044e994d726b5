"""Front door: `streamlit run dashboard.py` serves the guarded app, and the same file is the script
it runs. No logic."""

# folder and file, address, title, icon, and the action of analytics/desk that its reader must be
# allowed
PAGES = (
    ("today/briefing", "overview", "overview.title", "monitoring", "see_others"),
    ("today/month", "month", "routine.title", "event_available", "close"),
    ("picture/quadrant", "quadrant", "quadrant_page.title", "scatter_plot", "see_others"),
    ("picture/weak_spots", "weak-spots", "weak_spots.title", "troubleshoot", "see_others"),
    ("picture/funnel", "funnel", "funnel.title", "filter_alt", "see_others"),
    ("picture/case_mix", "case-mix", "case_mix.title", "balance", "see_others"),
    ("picture/trends", "trends", "trends.title", "trending_up", "see_others"),
    ("people/sheet", "sheet", "sheet.title", "description", "see"),
    ("people/agent", "agent", "agent.title", "person", "see_others"),
    ("people/coaching", "coaching", "coaching.title", "checklist", "coach"),
    ("people/objections", "objections", "objections.title", "gavel", "object"),
    ("rules/weights", "weights", "weights.title", "tune", "see_others"),
    ("rules/standards", "standards", "standards.title", "straighten", "standard"),
    ("rules/fairness", "fairness", "fairness.title", "handshake", "standard"),
    ("rules/method", "method", "method.title", "rule", "see"),
    ("data/upload", "upload", "data.title", "upload_file", "data"),
    ("data/history", "history", "history.title", "history", "data"),
    ("data/accounts", "accounts", "accounts.title", "group", "account"),
    ("data/audit", "audit", "audit.title", "fact_check", "audit"),
)


def main() -> None:
    """One run for one visitor."""
    import streamlit as st

    from analytics.errors import RenewalError
    from pages.ui import closed, gate, navigation, shell

    shell.choose_language()
    shell.begin()
    try:
        desk = gate.enter()
        sections = navigation.sections(PAGES, desk, gate.login_page)
    except RenewalError as error:
        desk, why = None, error
        sections = navigation.sections(PAGES, None, lambda: closed.show(why))
    chosen = st.navigation(
        sections, position="hidden" if desk is None else "sidebar", expanded=True
    )
    if desk is not None:
        gate.whoami(desk)
    chosen.run()


if __name__ == "__main__":  # the script runner and AppTest execute this file under that name …
    main()
else:  # … while the server finds `app = st.App(…)` in the source and imports it as a module.
    import streamlit as st

    from pages.ui import server

    app = st.App(
        __file__, routes=server.ROUTES, middleware=server.MIDDLEWARE, lifespan=server.lifespan
    )
