"""Front door: `streamlit run dashboard.py` serves the guarded app, and the same file is the script it runs. No logic."""

import sys
from pathlib import Path

if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))

PAGES = {
    "explore": [
        ("overview", "explore/overview.py", "overview.title", ":material/monitoring:"),
        ("quadrant", "explore/quadrant.py", "quadrant_page.title", ":material/scatter_plot:"),
        ("weak-spots", "explore/weak_spots.py", "weak_spots.title", ":material/troubleshoot:"),
    ],
    "decide": [("weights", "decide/weights.py", "weights.title", ":material/tune:")],
    "people": [
        ("agent", "people/agent.py", "agent.title", ":material/person:"),
        ("coaching", "people/coaching.py", "coaching.title", ":material/checklist:"),
    ],
    "data": [
        ("upload", "data/upload.py", "data.title", ":material/upload_file:"),
        ("history", "data/history.py", "history.title", ":material/history:"),
    ],
    "about": [("method", "about/method.py", "method.title", ":material/rule:")],
}


def main() -> None:
    """One run for one visitor."""
    import streamlit as st

    from pages.ui import shell
    from pages.ui.i18n import t

    shell.choose_language()
    shell.begin()
    registry = {
        t(f"section.{section}"): [
            st.Page(f"pages/{path}", title=t(title), url_path=url, icon=icon, default=url == "overview")
            for url, path, title, icon in pages
        ]
        for section, pages in PAGES.items()
    }
    st.navigation(registry).run()


if __name__ == "__main__":  # the script runner and AppTest execute this file under that name …
    main()
else:  # … while the server finds `app = st.App(…)` in the source and imports it as a module.
    import streamlit as st

    from pages.ui import server

    app = st.App(__file__, routes=server.ROUTES, middleware=server.MIDDLEWARE, lifespan=server.lifespan)
