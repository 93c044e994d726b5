"""`make screenshots`: the pictures of the README, taken of the sample company in a real browser."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from analytics import sample
from analytics.home import Home
from tests.browser.conftest import FLAGS, serving
from tests.conftest import ROOT

PICTURES = (
    ("overview", "", "zh"),
    ("quadrant", "quadrant", "en"),
    ("weak-spots", "weak-spots", "zh"),
    ("weights", "weights", "en"),
    ("coaching", "coaching", "zh"),
    ("sheet", "sheet", "en"),
    ("funnel", "funnel", "zh"),
)


def main() -> None:
    folder = ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name) / "home")
        sample.load(home)
        home.close()
        with serving(Path(name) / "home") as base, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            page = chromium.new_context(viewport={"width": 1360, "height": 900}).new_page()
            for stem, path, language in PICTURES:
                page.goto(f"{base}/{path}?lang={language}")
                page.wait_for_selector("h1")
                page.wait_for_timeout(3000)
                page.screenshot(path=str(folder / f"{stem}-{language}.png"))
            chromium.close()


if __name__ == "__main__":
    main()
