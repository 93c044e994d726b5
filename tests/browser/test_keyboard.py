"""A month by keyboard alone: from the file to what the agents may see, without a mouse."""

from pathlib import Path

import pytest
from playwright.sync_api import FileChooser

from tests.browser.conftest import Visit, serving
from tests.conftest import write

FOCUSED = """() => {
  let element = document.activeElement;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}"""
NAMED = """element => {
  const file = element.type === "file"; // stands behind its button
  const drawn = element.closest("canvas"); // a table draws its cells, and which has the focus
  if (file || drawn || ["MAIN", "BODY"].includes(element.tagName)) return "";
  return `${element.getAttribute("aria-label") ?? ""} ${element.innerText ?? ""}`.trim();
}"""
# Whoever moves by keyboard has to see where they are: a ring, a shadow or other colours.
LOOK = """element => {
  const parts = [element];
  for (let step = 0; step < 4; step++) parts.push(parts.at(-1)?.parentElement);
  const caret = element.matches("input, textarea") && element === document.activeElement;
  return caret + JSON.stringify(parts.filter(Boolean).map((part) => {
    const style = getComputedStyle(part);
    return [style.outline, style.boxShadow, style.backgroundColor, style.borderColor];
  }));
}"""
HTML = "element => element.outerHTML.slice(0, 200)"
FADE = 300  # milliseconds in which a ring appears or goes
MOST = 120  # steps from one end of a page to the other


class Hands:
    """Somebody who has no mouse."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page
        self.unseen: set[str] = set()

    def reach(self, name: str) -> None:
        """Step to the next control of this name."""
        passed = []
        for _ in range(MOST):
            passed.append(self.step())
            if name in passed[-1]:
                return
        pytest.fail(f"no key leads to {name}, only to {passed}")

    def step(self) -> str:
        """To the next control: its name. The one that is left is written down where it looks the
        same now."""
        left = self.page.evaluate_handle(FOCUSED)
        name, look = str(left.evaluate(NAMED)), left.evaluate(LOOK)
        self.page.keyboard.press("Tab")
        if name and left.evaluate(LOOK) == look:
            self.page.wait_for_timeout(FADE)
            if left.evaluate(LOOK) == look:
                self.unseen.add(f"{name}: {left.evaluate(HTML)}")
        return str(self.page.evaluate_handle(FOCUSED).evaluate(NAMED))

    def press(self, name: str, then: str) -> None:
        """The control of this name; it leads to these words."""
        self.reach(name)
        self.page.keyboard.press("Enter")
        self.page.get_by_text(then).first.wait_for()
        self.visit.settle()

    def choose_file(self, name: str, path: Path, then: str) -> None:
        chosen: list[FileChooser] = []
        self.page.once("filechooser", lambda chooser: chosen.append(chooser))
        for _ in range(3):  # a key in a button that is just being drawn anew is lost
            self.reach(name)
            self.page.keyboard.press("Enter")
            self.visit.settle()
            if chosen:
                break
        chosen[0].set_files(path)
        self.page.get_by_text(then).first.wait_for()
        self.visit.settle()


def test_a_month_is_loaded_looked_at_tried_closed_and_published_by_keyboard_alone(
    browser, tmp_path
):
    header = "保单号,工号,姓名,到期日,续保结果,满意度,应续保费,续保保费\n"
    rows = "".join(
        f"P{policy},A{policy % 3},{'安波陈'[policy % 3]},2026-04-0{1 + policy % 9},"
        f"{'已续' if policy % 4 else '未续'},{60 + policy},100,"
        f"{'' if policy % 4 == 0 else 100}\n"
        for policy in range(40)
    )
    path = write(tmp_path, "四月.csv", header + rows)
    with serving(tmp_path / "home") as base:
        visit = Visit(browser, base, locale="zh-CN")
        visit.open()
        visit.settle()
        hands = Hands(visit)
        hands.press("导入我的文件", "文件的限度")
        hands.choose_file("上传文件", path, "检查")
        hands.press("检查", "导入 40 行")
        hands.press("导入 40 行", "共 40 行，导入 40")
        hands.press("去看 2026-04", "先和谁谈")
        hands.press("人员", "拖动表头的两条竖线改权重")
        hands.reach("业绩与服务的分界")
        visit.page.keyboard.press("ArrowRight")
        visit.page.get_by_text("试算 65/22/13").first.wait_for()
        visit.settle()
        hands.press("放弃试算", "业绩指标")
        visit.page.locator(".st-key-trial_bar").wait_for(state="detached")
        hands.press("人员页", "全部定稿")
        hands.press("全部定稿", "确认定稿 3 张")
        hands.press("确认定稿 3 张", "3 张评估表已定稿")
        hands.press("本月", "先和谁谈")
        hands.press("月度流程", "发布 2026-04")
        hands.press("发布 2026-04", "撤回发布")
        assert hands.unseen == set()
        assert visit.complaints == []
