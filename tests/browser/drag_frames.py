"""How long a frame takes while a weight of the ranking is dragged: `python -m
tests.browser.drag_frames [AGENTS]`, 300 unless told; the median is to stay within 17 ms."""

from __future__ import annotations

import math
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from tests.bench import company
from tests.browser.conftest import FLAGS, serving

AGENTS, BAR = 300, 17.0
STEPS, WAIT = 150, 8  # of the hand, and milliseconds between two of them
SLOW = 300_000
BEGIN = """() => {
  window.frames_taken = [];
  let last;
  const tick = (time) => {
    if (last !== undefined) window.frames_taken.push(time - last);
    last = time;
    window.frames_wanted = window.frames_wanted ?? true;
    if (window.frames_wanted) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
END = "() => { window.frames_wanted = false; return window.frames_taken; }"


def frames(home: Path) -> list[float]:
    """Milliseconds of every frame of a drag to and fro through the permitted weights."""
    with serving(home) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
        page.set_default_timeout(SLOW)
        page.goto(f"{base}/ranking?period=all")
        page.wait_for_selector(".lineup .row")
        page.wait_for_timeout(5_000)
        box, scale = page.locator(".edge").first.bounding_box(), page.locator(".scale")
        wide = scale.bounding_box()
        assert box is not None
        assert wide is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.evaluate(BEGIN)
        for step in range(STEPS):
            page.mouse.move(x + 0.05 * wide["width"] * math.sin(step / 9), y)
            page.wait_for_timeout(WAIT)
        taken: list[float] = page.evaluate(END)
        page.mouse.up()
        browser.close()
    return taken


def main() -> int:
    agents = int(sys.argv[1]) if len(sys.argv) > 1 else AGENTS
    with tempfile.TemporaryDirectory() as folder:
        taken = sorted(frames(company(Path(folder), agents)))
    middle, worst = median(taken), taken[int(0.95 * len(taken))]
    print(f"{agents} agents: {len(taken)} frames, median {middle:.1f} ms, 95 % {worst:.1f} ms")
    return int(middle > BAR)


if __name__ == "__main__":
    sys.exit(main())
