"""`make screenshots`: the pictures of the README, taken of the sample company in a real browser."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from analytics import sample
from analytics.home import Home
from analytics.language import say
from tests.browser.conftest import FLAGS, Visit, serving
from tests.conftest import ROOT

LARGEST = 250_000  # bytes of a picture: whoever reads the README waits for all of them
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
# file and address of a page, its title among the sentences, and the language of the picture
PICTURES = (
    ("", "briefing.title", "zh"),
    ("quadrant", "quadrant_page.title", "en"),
    ("weak-spots", "weak_spots.title", "zh"),
    ("weights", "weights.title", "en"),
    ("coaching", "coaching.title", "zh"),
    ("person", "person.tab_sheet", "en"),
    ("funnel", "funnel.title", "zh"),
)
# What still stands there from the run before, what is still to come, and a run that goes on.
UNFINISHED = ", ".join(
    (
        "[data-stale=true]",
        "[data-testid=stSkeleton]",
        "[data-testid=stStatusWidget]",
        "[data-testid^=stBidi]:empty:not([data-testid$=Isolated])",  # those hide what they draw
        ".figure:not(:has(.main-svg))",
    )
)


def take(browser: Browser, base: str, page: str, title: str, language: str) -> bytes:
    """The picture of a page at rest, in the language and the light theme; anything else is an
    error."""
    visit = Visit(browser, base, locale=LOCALES[language], color_scheme="light")
    visit.open(page)
    visit.page.get_by_text(say(title, language), exact=True).first.wait_for()
    visit.settle()
    visit.page.wait_for_function("shown => !document.querySelector(shown)", arg=UNFINISHED)
    visit.page.wait_for_load_state("networkidle")
    visit.page.evaluate("document.fonts.ready")
    before, picture = b"", visit.page.screenshot()
    while picture != before:  # until nothing moves any more
        visit.page.wait_for_timeout(500)
        before, picture = picture, visit.page.screenshot()
    visit.context.close()
    if len(picture) > LARGEST:
        sys.exit(f"The picture of {page} has {len(picture)} bytes, more than {LARGEST}.")
    return picture


def main() -> None:
    folder = ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name) / "home")
        sample.load(home)
        home.close()
        with serving(Path(name) / "home") as base, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            for page, title, language in PICTURES:
                picture = take(chromium, base, page, title, language)
                (folder / f"{page or 'overview'}-{language}.png").write_bytes(picture)
            chromium.close()


if __name__ == "__main__":
    main()
