"""Front door: `streamlit run dashboard.py` serves the guarded app, and the same file is the script
it runs. No logic."""

# folder and file, address, title, the action of analytics/desk that its reader must be allowed, and
# the group of pages it stands in; the folder is the place; what is not listed is an address of
# before, which leads on
PAGES = (
    ("today/briefing", "overview", "briefing.title", "see_others"),
    ("today/month", "month", "routine.title", "close"),
    ("picture/quadrant", "quadrant", "quadrant_page.title", "see_others"),
    ("picture/weak_spots", "weak-spots", "weak_spots.title", "see_others"),
    ("picture/funnel", "funnel", "funnel.title", "see_others", "section.luck"),
    ("picture/case_mix", "case-mix", "case_mix.title", "see_others", "section.luck"),
    ("picture/trends", "trends", "trends.title", "see_others", "section.luck"),
    ("people/ranking", "ranking", "ranking.title", "see_others"),
    ("people/person", "person", "person.title", "see"),
    ("people/compare", "compare", "compare.title", "see_others"),
    ("people/coaching", "coaching", "coaching.title", "coach"),
    ("people/plan", "plan", "plan.title", "plan"),
    ("people/objections", "objections", "objections.title", "object"),
    ("people/sheet", "sheet", "person.title", "see", "", False),
    ("people/agent", "agent", "person.title", "see_others", "", False),
    ("rules/weights", "weights", "weights.title", "see_others"),
    ("rules/standards", "standards", "standards.title", "standard"),
    ("rules/fairness", "fairness", "fairness.title", "standard"),
    ("rules/method", "method", "method.title", "see"),
    ("data/upload", "upload", "data.title", "data"),
    ("data/history", "history", "history.title", "data"),
    ("data/accounts", "accounts", "accounts.title", "account"),
    ("data/audit", "audit", "audit.title", "audit"),
)


def main() -> None:
    """One run for one visitor."""
    import streamlit as st

    from analytics.errors import RenewalError
    from pages.ui import bar, closed, gate, navigation, session, shell

    bar.settle_language()
    shell.begin()
    top = bar.begin()
    entries = [navigation.Entry(*page) for page in PAGES]
    try:
        desk = gate.enter()
        listings = navigation.listings(entries, desk, gate.login_page)
    except RenewalError as error:
        desk, why = None, error
        listings = navigation.listings(entries, None, lambda: closed.show(why))
    chosen = st.navigation(
        [page for listing in listings for page in listing.pages], position="hidden"
    )
    if desk is not None:
        session.read_address(chosen.url_path)
        bar.fill(top, listings, chosen, desk, gate.whoami)
    chosen.run()


if __name__ == "__main__":  # the script runner and AppTest execute this file under that name …
    main()
else:  # … while the server finds `app = st.App(…)` in the source and imports it as a module.
    import streamlit as st

    from pages.ui import server

    app = st.App(
        __file__, routes=server.ROUTES, middleware=server.MIDDLEWARE, lifespan=server.lifespan
    )
