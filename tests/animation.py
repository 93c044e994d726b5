"""`make animation`: fifteen seconds of weights being dragged and people changing places, for the
README."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Page, sync_playwright

from analytics import sample
from analytics.home import Home
from tests.browser.conftest import FLAGS, Visit, serving
from tests.conftest import ROOT
from tests.present import present

LARGEST = 3_000_000  # bytes
LONG = 15_000  # milliseconds, all frames together

CLIP: FloatRect = {"x": 0.0, "y": 200.0, "width": 1200.0, "height": 750.0}  # from the finding down
SHOWN = (960, 600)
# Which edge of the header goes where, in percentage points of weight, and in how many frames.
WAYS = (
    (0, ((0, 6), (6, 16), (6, 8), (-4, 26), (-4, 8))),
    (1, ((0, 2), (5, 14), (5, 8), (-4, 18), (-4, 6))),
)


def frames(page: Page) -> Iterator[Image.Image]:
    """The ranking while a hand moves either edge of its header, and after it let go."""
    for edge, way in WAYS:
        grip = page.locator(".edge").nth(edge)
        box = present(grip.bounding_box())
        point = present(page.locator(".scale").first.bounding_box())["width"] / 100
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        position = 0.0
        for goal, count in way:
            begin = position
            for step in range(1, count + 1):
                position = begin + (goal - begin) * step / count
                page.mouse.move(x + point * position, y)
                page.wait_for_timeout(40)
                yield picture(page)
        page.mouse.up()
        page.wait_for_timeout(1500)
    for _ in range(6):
        yield picture(page)


def picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(clip=CLIP))).convert("RGB").resize(SHOWN)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name) / "home")
        sample.load(home)
        home.close()
        with serving(Path(name) / "home") as base, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            visit = Visit(chromium, base, locale="en-GB", color_scheme="light")
            visit.page.set_viewport_size({"width": 1200, "height": 960})
            visit.open("ranking")
            visit.settle()
            visit.page.locator(".edge").first.wait_for()
            visit.page.wait_for_timeout(1000)
            first, *rest = frames(visit.page)
            chromium.close()
    told = io.BytesIO()
    each = LONG // (len(rest) + 1)
    first.save(
        told, "WEBP", save_all=True, append_images=rest, duration=each, loop=0, quality=55, method=4
    )
    if told.tell() > LARGEST:
        sys.exit(f"The animation has {told.tell()} bytes, more than {LARGEST}.")
    (ROOT / "docs" / "screenshots" / "ranking.webp").write_bytes(told.getvalue())
    print(f"{len(rest) + 1} frames, {told.tell()} bytes")


if __name__ == "__main__":
    main()
