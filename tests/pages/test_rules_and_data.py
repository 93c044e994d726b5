"""The pages of rules and data, and the month's routine: what each says first, one button that leads
on, no terms of statistics before they are asked for."""

import re

import pytest

from analytics.desk import Desk
from analytics.language import say
from analytics.model import parse_month
from analytics.people import Account
from pages.ui import load
from tests.pages.test_pages import html_of, opened, sound

FINDINGS = {  # over the tiny company, whose latest month is 2026-04
    "rules/weights": (
        r"2026-04 生效：均衡 64/23/13（内置方案，还没有采用过别的）。",
        r"In force in 2026-04: Balanced 64/23/13 \(built in; no other was adopted\)\.",
    ),
    "rules/standards": (
        r"2026-04 生效：内置标准。没有等着采用的草稿。",
        r"In force in 2026-04: the built-in standards\. No draft waits\.",
    ),
    "rules/fairness": (
        r"按机构分，2 组各不足 20 人，看不出评得是否一样（\d 人参评）。",
        r"By branch, none of 2 groups has 20 people: .* cannot be told \(\d people rated\)\.",
    ),
    "rules/method": (
        r"2026-04 生效：权重方案“均衡 64/23/13”，内置的评分标准，宽限 30 天。",
        r"In force in 2026-04: the weights Balanced 64/23/13, the built-in standards and 30 days",
    ),
    "data/audit": (
        r"自 \d{4}-\d\d-\d\d 起共 \d+ 条更改，全部出自一人：本机用户。",
        r"all by one person",
    ),
    "data/history": (
        r"最近一次导入是“.+”（.+，\d+ 行，.+）；",
        r"Loaded last: “.+” \(.+, \d+ rows, .+\)\. ",
    ),
    "data/accounts": (r"现在只有本机用户能进来；还没有建账号。", r"no account has been made"),
    "data/upload": (
        r"2026-04 (的文件齐了|还缺).+。",
        r"(The files of 2026-04|2026-04 still lacks)",
    ),
    "today/month": (
        r"2026-04 的 9 步完成了 \d 步；下一步是.+：.+。",
        r"2026-04: \d of 9 steps done\. Next, ",
    ),
}


def finding(app) -> str:
    """What stands under the title, without its marks."""
    told = [part for part in html_of(app).split("<p ") if part.startswith('class="finding"')]
    assert len(told) == 1
    return re.sub(r"<[^>]+>", "", told[0].partition(">")[2].partition("</p>")[0]).strip()


@pytest.mark.parametrize("page", FINDINGS)
def test_a_page_says_first_what_is_the_case(tiny, monkeypatch, page):
    folder = tiny.folder
    tiny.close()
    for place, locale in enumerate(("zh-CN", "en-GB")):
        app = opened(folder, monkeypatch, locale).switch_page(f"pages/{page}.py").run()
        load.close()
        sound(app)
        assert re.search(FINDINGS[page][place], finding(app)), finding(app)


@pytest.mark.parametrize("page", FINDINGS)
def test_a_page_has_at_most_one_button_that_leads_on_and_no_terms_before_they_are_asked_for(
    tiny, monkeypatch, page
):
    folder = tiny.folder
    tiny.close()
    app = opened(folder, monkeypatch).switch_page(f"pages/{page}.py").run()
    load.close()
    assert sum(button.proto.type == "primary" for button in app.button) <= 1
    how = {
        part.value
        for expander in app.expander
        if expander.label == say("common.how", "zh")
        for part in expander.markdown
    }
    said = [part.value for part in (*app.markdown, *app.caption) if part.value not in how]
    terms = re.compile(r"\b(Z|p|q|AUC|VIF|seed)\b|方差膨胀|种子|显著")
    assert [words for words in [*said, finding(app)] if terms.search(words)] == []


@pytest.fixture
def settled(tiny, monkeypatch):
    """The tiny company with a scheme adopted from 2026-03 on, and three accounts, one of them
    switched off."""
    Desk(tiny).adopt_scheme("service_first", None, parse_month("2026-03"), "complaints")
    tiny.state.accounts.save(
        [
            Account("boss@x.cn", "admin"),
            Account("ann@x.cn", "agent", agent_id="A1"),
            Account("gone@x.cn", "agent", agent_id="A2", active=False),
        ],
        "cli",
    )
    folder = tiny.folder
    tiny.close()
    yield lambda page: opened(folder, monkeypatch).switch_page(f"pages/{page}.py").run()
    load.close()


def test_an_adopted_scheme_is_told_with_its_month_and_a_trial_with_what_it_changes(settled):
    app = settled("rules/weights")
    since = "2026-04 生效：服务优先 60/30/10，自 2026-03 起。"
    assert finding(app) == since
    slider = next(widget for widget in app.slider if widget.key.startswith("w_results."))
    slider.set_value(70).run()
    assert re.match(
        r"试算：换成 70/.*（生效的是 60/30/10）：\d 人上升，\d 人下降，\d 人换等级。", finding(app)
    )


def test_accounts_that_are_switched_off_are_not_among_those_that_may_enter(settled):
    assert finding(settled("data/accounts")).startswith("现在只有本机用户能进来；已备好 2 个账号")


def test_what_was_saved_takes_the_place_of_the_button(settled):
    app = settled("data/accounts")
    app.button(key="save_accounts").click().run()
    sound(app)
    assert "save_accounts" not in [button.key for button in app.button]
    assert [message.value for message in app.success] == ["已保存 3 个账号。"]
    app.run()
    assert "save_accounts" in [button.key for button in app.button]


@pytest.mark.usefixtures("small_sample")
def test_the_sample_is_taken_out_after_one_question_with_its_counts(tiny, monkeypatch):
    Desk(tiny).add_sample()
    folder = tiny.folder
    tiny.close()
    app = opened(folder, monkeypatch).switch_page("pages/data/upload.py").run()
    app.button(key="sample_remove").click().run()
    asked = [part.value for part in app.markdown if "示例公司的 6 次导入" in part.value]
    assert len(asked) == 1
    app.button(key="sample_keep").click().run()
    app.button(key="sample_remove").click().run()
    app.button(key="sample_yes").click().run()
    sound(app)
    assert "sample_load" in [button.key for button in app.button]
    assert [message.value for message in app.success] == ["示例数据已移除；随时可以再载入。"]
    load.close()
